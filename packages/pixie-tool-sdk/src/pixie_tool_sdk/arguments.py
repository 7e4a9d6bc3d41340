"""The fit between tool.json and the function: checked once at the author's desk, then used for every run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from pixie_tool_sdk.declaration import MISSING, Declaration
from pixie_tool_sdk.errors import InputError

__all__ = ["Arguments"]

_RUN: Final = "run"
_CHAT: Final = ("messages", "history")


class Arguments:
    """What the function takes, and how a run's inputs become its keyword arguments.

    `problems` lists what doesn't fit, in words for the author; `bind` may be used only when it is empty.
    """

    def __init__(self, function: Callable[..., Any], declaration: Declaration) -> None:
        self._declaration = declaration
        self._accepted = dict.fromkeys(declaration.inputs)
        if declaration.layout == "chat":
            self._accepted.update(dict.fromkeys(_CHAT))
        parameters = inspect.signature(function).parameters
        kinds = inspect.Parameter
        self._open = any(each.kind is kinds.VAR_KEYWORD for each in parameters.values())
        self._named = {
            name: each.default is not kinds.empty
            for name, each in parameters.items()
            if each.kind in {kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY}
        }
        self.takes_run: Final = _RUN in self._named
        self.problems: Final = [*self._form_problems(function, parameters), *self._name_problems()]

    def bind(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments for the inputs that were sent.

        An input that wasn't sent takes its default in tool.json, else the function's own. Raises `InputError` that
        names every unknown and every missing input. Values are handed over as they came: nothing is converted.
        """
        problems = [
            f"{key}: tool.json declares no such input; it has {', '.join(self._accepted)}"
            for key in sent
            if key not in self._accepted
        ]
        arguments: dict[str, Any] = {}
        for key in self._accepted:
            declared = self._declaration.inputs.get(key)
            if key not in self._named and not self._open:
                continue
            if key in sent:
                arguments[key] = sent[key]
            elif declared is not None and declared.default is not MISSING:
                arguments[key] = declared.default
            elif key in self._named and not self._named[key]:
                problems.append(f"{key}: the input is missing and has no default")
        if problems:
            raise InputError(None, "; ".join(problems))
        return arguments

    def _form_problems(self, function: Callable[..., Any], parameters: Mapping[str, inspect.Parameter]) -> list[str]:
        name = getattr(function, "__name__", "the function")
        problems = [
            f"{name}() takes {each.name!r} by position only: an input reaches it as a keyword argument"
            for each in parameters.values()
            if each.kind is inspect.Parameter.POSITIONAL_ONLY
        ]
        if (
            inspect.iscoroutinefunction(function)
            or inspect.isgeneratorfunction(function)
            or inspect.isasyncgenfunction(function)
        ):
            problems.append(f"{name}() must be a plain function that returns a dict; stream with run.emit(key, value)")
        return problems

    def _name_problems(self) -> list[str]:
        inputs = self._declaration.inputs
        problems = []
        if _RUN in inputs:
            problems.append("an input can't be called 'run': this keyword hands the function its Run")
        problems.extend(
            f"the function takes {name!r}, and tool.json declares no such input"
            for name, has_default in self._named.items()
            if name not in self._accepted and name != _RUN and not has_default
        )
        if self._declaration.layout == "chat":
            # A chat's other inputs may not be sent at all, and the text itself comes as the last of the messages.
            if "messages" not in self._named and not self._open:
                problems.append("a chat's function takes 'messages', the conversation with the new turn last")
            problems.extend(
                f"the input {key!r} of a chat needs a default in tool.json or in the function"
                for key, declared in inputs.items()
                if self._named.get(key) is False and declared.default is MISSING
            )
            return problems
        for key, declared in inputs.items():
            if key not in self._named and not self._open:
                problems.append(f"tool.json declares the input {key!r}, and the function doesn't take it")
            elif self._named.get(key) is False and not declared.required and declared.default is MISSING:
                problems.append(
                    f"the input {key!r} is optional and has no default: give it one in tool.json or in the function"
                )
        return problems
