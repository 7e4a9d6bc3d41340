"""What every input type knows: how to `read` a value from text (a form field, `--set key=value`), what
`problems` a typed value has, and a `sample` for a probe when there is no default.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import NOTHING, Factory, frozen

from pixie_core.catalogue.base import Json, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.errors import Problem

__all__ = ["InputDeclaration", "ShowIf", "found", "read_json", "same", "text_problems"]


@frozen
class ShowIf:
    """The input is shown, and sent, only while another input has this value."""

    key: str = field(help="the other input's key")
    equals: Any = field(help="its value")


@frozen(kw_only=True)
class InputDeclaration:
    """The root of every input type. A `default` that isn't given is attrs.NOTHING: null is a value."""

    type: ClassVar[str]
    example: ClassVar[Json]
    blank_is_value: ClassVar[bool] = False

    key: str = field(help="the key of the value in the tool's inputs; unique")
    label: str = field(help="shown beside the input")
    description: str | None = field(help="help text", default=None)
    default: Any = field(help="the value when none is sent", default=Factory(lambda: NOTHING))
    required: bool = field(help="false: the value may be left out", default=True)
    group: str | None = field(help="inputs of one group share a heading", default=None)
    show_if: ShowIf | None = field(help="shown only while another input has a value", default=None)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """The raw entry of tool.json in its canonical shape, where tools in the wild write it otherwise."""
        return raw

    def faults(self) -> Iterable[Problem]:
        """What is wrong with the declaration itself beyond its fields, each with its path from the entry."""
        return ()

    def read(self, text: str) -> Any:
        """The typed value of a form field's text. Raises ValueError with what was expected."""
        return text

    def read_many(self, texts: Sequence[str]) -> Any:
        """The typed value of a field that may be sent several times: the last counts."""
        return self.read(texts[-1])

    def normalised(self, value: Any) -> Any:
        """A typed value in its canonical shape, where callers may write it otherwise; what isn't understood comes
        back as it is, for `problems` to name.
        """
        return value

    def problems(self, value: Any) -> Iterable[str]:
        """What is wrong with a typed value, a sentence each that goes on from the input's label."""
        raise NotImplementedError

    def sample(self) -> Any:
        """A value to probe the tool with: the default, else the type's own."""
        return self.normalised(self.default) if self.default is not NOTHING else self.blank()

    def blank(self) -> Any:
        """The type's own sample."""
        return ""


def found(value: Any) -> str:
    """What a value is, in JSON's words, with the value itself where it is short."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    if value is None:
        return "null"
    kind = names.get(type(value), type(value).__name__)
    if isinstance(value, list | dict) or (isinstance(value, int) and value.bit_length() > 128):
        return kind
    shown = json.dumps(value[:41] if isinstance(value, str) else value, default=str, ensure_ascii=False)
    return f"{kind} ({shown if len(shown) <= 40 else shown[:40] + '…'})"


def same(one: Any, other: Any) -> bool:
    """True when JSON says both alike: 1 is 1.0, and neither is true nor "1"."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def text_problems(value: Any, max_length: int | None = None) -> Iterable[str]:
    """It is text that can be written as UTF-8, without NUL, and not too long."""
    if not isinstance(value, str):
        yield f"must be text, not {found(value)}"
    elif unwritable(value):
        yield "holds a NUL character or half of a surrogate pair, which no text may"
    elif max_length is not None and len(value) > max_length:
        yield f"has {len(value)} characters; at most {max_length} are allowed"


def unwritable(text: str) -> bool:
    """True for text with a NUL character, or with half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\x00" in text


def read_json(text: str) -> Any:
    """The value that a JSON text says. Raises ValueError that says where it isn't JSON."""
    try:
        return json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise ValueError(f"must be JSON; {error.msg} at line {error.lineno}, column {error.colno}") from None
    except _RefusedError:
        raise
    except ValueError:
        # Python reads no int of more than 4300 digits.
        raise ValueError("must be JSON whose numbers a program can hold; one has thousands of digits") from None
    except RecursionError:
        raise ValueError("is nested too deeply to be read") from None


class _RefusedError(ValueError):
    """NaN or Infinity, which Python reads and JSON doesn't know."""


def _refused(name: str) -> Any:
    raise _RefusedError(f"must be JSON, which has no {name}")
