"""A tool: tool.json and the functions behind it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from pixie_tool_sdk.arguments import Arguments
from pixie_tool_sdk.declaration import Declaration
from pixie_tool_sdk.errors import ToolError
from pixie_tool_sdk.execution import Runs
from pixie_tool_sdk.routes import Routes
from pixie_tool_sdk.server import Surroundings, listen, serve

__all__ = ["Tool"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_USAGE: Final = """usage: {program} [--port N]

Serve the tool {id} on 127.0.0.1. Without --port, or with --port 0, a free port is taken and printed on stderr.
"""


class Tool:
    """A tool, from the tool.json beside the main file, or from the one in `folder`.

        tool = Tool()

        @tool.run
        def area(width: float, height: float = 1.0) -> dict:
            return {"area": outputs.number(width * height, precision=2)}

        @tool.autocomplete("cities")
        def cities(query: str) -> list[str]:
            return [city for city in CITIES if query.lower() in city.lower()]

        if __name__ == "__main__":
            tool.serve()

    Raises `ToolError` when there is no tool.json or it can't be understood.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._declaration = Declaration.read(Path(folder).resolve() if folder is not None else _main_folder())
        self._function: Callable[..., Any] | None = None
        self._suggestions: dict[str, Callable[[str], Any]] = {}

    @property
    def id(self) -> str:
        """The tool's id, as tool.json has it."""
        return self._declaration.id

    @property
    def folder(self) -> Path:
        """The folder that tool.json lies in."""
        return self._declaration.folder

    def run(self, function: _Function) -> _Function:
        """Make `function` what the tool does; it stays an ordinary function.

        Its keyword arguments are the inputs, by key; an input that wasn't sent takes its default in tool.json, else
        the function's. A keyword `run` gets the `Run`. It returns a dict with a value for each output, made by the
        helpers of `outputs` or plain; a streamed output that it has sent by `Run.emit` is left out.
        """
        if self._function is not None:
            raise ToolError(f"@tool.run was used twice: on {_name(self._function)}() and on {_name(function)}()")
        self._function = function
        return function

    def autocomplete(self, name: str) -> Callable[[_Function], _Function]:
        """Make a function answer `/autocomplete/<name>`: from what was typed to texts, or to `{"value", "label"}`."""

        def register(function: _Function) -> _Function:
            if name in self._suggestions:
                raise ToolError(f"@tool.autocomplete({name!r}) was used twice")
            self._suggestions[name] = function
            return function

        return register

    def serve(self, arguments: list[str] | None = None) -> None:
        """Serve the tool until SIGTERM or Ctrl+C; call it last, from the main thread.

        `arguments` are those of the command line when left out: `--port N`. Raises `ToolError` when tool.json and the
        program don't fit together, with every problem, or when the port is taken.
        """
        port = self._port(sys.argv[1:] if arguments is None else arguments)
        function, bound = self._checked()
        surroundings = Surroundings.take()
        runs = Runs(self._declaration, function, bound)
        routes = Routes(self._declaration, bound, runs, self._suggestions, surroundings.token)
        listener = listen(port, surroundings.socket)
        host, taken = listener.getsockname()[:2]

        def announce() -> None:
            print(f"{self.id} listens on http://{host}:{taken}", file=sys.stderr, flush=True)  # noqa: T201

        serve(listener, surroundings.lifeline, routes.answer, runs.stop, announce)

    def _checked(self) -> tuple[Callable[..., Any], Arguments]:
        if self._function is None:
            raise ToolError(f"{self.id} has no function: put @tool.run above the one that does the work")
        bound = Arguments(self._function, self._declaration)
        problems = [*bound.problems, *self._suggestion_problems()]
        if problems:
            lines = "\n".join(f"  {problem}" for problem in problems)
            raise ToolError(f"{self._declaration.path} and {_name(self._function)}() don't fit together:\n{lines}")
        return self._function, bound

    def _suggestion_problems(self) -> list[str]:
        wanted = {
            each.endpoint.rpartition("/")[2]: each.key for each in self._declaration.inputs.values() if each.endpoint
        }
        return [
            *(
                f"the input {key!r} asks for /autocomplete/{name}: put @tool.autocomplete({name!r}) above a function"
                for name, key in wanted.items()
                if name not in self._suggestions
            ),
            *(
                f"@tool.autocomplete({name!r}) answers nobody: no input has the endpoint /autocomplete/{name}"
                for name in self._suggestions
                if name not in wanted
            ),
        ]

    def _port(self, arguments: list[str]) -> int:
        rest = [part for argument in arguments for part in argument.split("=", 1)]
        if rest and rest[0] in {"-h", "--help"}:
            sys.stdout.write(_USAGE.format(program=sys.argv[0], id=self.id))
            raise SystemExit(0)
        if not rest:
            return 0
        if len(rest) != 2 or rest[0] != "--port" or not rest[1].isdecimal() or int(rest[1]) > 65535:
            raise ToolError(f"unknown arguments {' '.join(arguments)}: expected --port N with N from 0 to 65535")
        return int(rest[1])


def _main_folder() -> Path:
    """The folder of tool.json: that of the main file, or the nearest above it."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    if main is None:
        raise ToolError("there is no main file to look for tool.json beside: say Tool(folder)")
    folder = Path(main).resolve().parent
    for candidate in (folder, *folder.parents):
        if (candidate / "tool.json").is_file():
            return candidate
    raise ToolError(f"there is no tool.json beside {main}: a tool declares its inputs and outputs there")


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "the function"))
