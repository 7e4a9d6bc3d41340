"""Input types: what a form asks for.

Each class is one entry of `inputs` in tool.json. It knows three things of its values: how to `read` one
from text (a form field, `--set key=value`), what `problems` a typed value has, and a `sample` for a probe
when there is no default.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import NOTHING, Factory, frozen

from pixie_core.catalogue.base import ONE_DOT, Json, Labels, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["INPUTS", "InputDeclaration", "Option", "ShowIf"]


@frozen
class ShowIf:
    """The input is shown, and sent, only while another input has this value."""

    key: str = field(help="the other input's key")
    equals: Any = field(help="its value")


@frozen
class Option:
    """One choice."""

    value: str | float | bool = field(help="what is sent; its type is kept")
    label: str | None = field(help="what is shown; the value when it is missing", default=None)

    def shown(self) -> str:
        """The words for people."""
        return self.label if self.label is not None else str(self.value)


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

    def read(self, text: str) -> Any:
        """The typed value of a form field's text. Raises ValueError with what was expected."""
        return text

    def read_many(self, texts: Sequence[str]) -> Any:
        """The typed value of a field that may be sent several times: the last counts."""
        return self.read(texts[-1])

    def problems(self, value: Any) -> Iterable[str]:
        """What is wrong with a typed value, a sentence each."""
        raise NotImplementedError

    def sample(self) -> Any:
        """A value to probe the tool with: the default, else the type's own."""
        return self.default if self.default is not NOTHING else self.blank()

    def blank(self) -> Any:
        """The type's own sample."""
        return ""


def _text_problems(value: Any, max_length: int | None) -> Iterable[str]:
    if not isinstance(value, str):
        yield f"must be text, not {_found(value)}"
    elif "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        yield "holds a NUL character or half of a surrogate pair, which no text may"
    elif max_length is not None and len(value) > max_length:
        yield f"has {len(value)} characters; at most {max_length} are allowed"


def _found(value: Any) -> str:
    """What a value is, in JSON's words."""
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    if value is None:
        return "null"
    kind = names.get(type(value), type(value).__name__)
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return kind if isinstance(value, list | dict) else f"{kind} ({shown[:40]})"


def _number(text: str) -> float:
    """The number a person typed; a whole one stays an int."""
    cleaned = text.strip().replace("\u2212", "-")
    try:
        return int(cleaned)
    except ValueError:
        pass
    try:
        number = float(cleaned)
    except ValueError:
        raise ValueError(f"must be a number, not {text!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"must be a finite number, not {text!r}")
    return number


def _number_problems(value: Any, least: float | None, most: float | None, unit: str | None) -> Iterable[str]:
    after = f" {unit}" if unit else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"must be a number, not {_found(value)}"
    elif not math.isfinite(value):
        yield "must be a finite number"
    elif isinstance(value, int) and abs(value) > 2**53:
        yield "must lie within ±2⁵³, so that every program reads it alike"
    elif least is not None and value < least:
        yield f"is {value}; it must be at least {least}{after}"
    elif most is not None and value > most:
        yield f"is {value}; it must be at most {most}{after}"


@frozen(kw_only=True)
class TextInput(InputDeclaration):
    """One line of text."""

    type: ClassVar = "text"
    example: ClassVar[Json] = {
        "key": "name",
        "type": "text",
        "label": "Name",
        "placeholder": "Ada",
        "max_length": 80,
    }
    blank_is_value: ClassVar = True

    placeholder: str | None = field(help="shown while it is empty", default=None)
    max_length: int | None = field(help="how many characters at most", default=None, minimum=1)
    monospace: bool = field(help="drawn in a fixed-width face", default=False)

    def problems(self, value: Any) -> Iterable[str]:
        """It is text, and not too long."""
        return _text_problems(value, self.max_length)


@frozen(kw_only=True)
class TextareaInput(TextInput):
    """Several lines of text."""

    type: ClassVar = "textarea"
    example: ClassVar[Json] = {
        "key": "text",
        "type": "textarea",
        "label": "Text",
        "default": "Once upon a time",
    }

    def read(self, text: str) -> Any:
        """Forms send CRLF; text has LF."""
        return text.replace("\r\n", "\n")


@frozen(kw_only=True)
class NumberInput(InputDeclaration):
    """A number in a field."""

    type: ClassVar = "number"
    example: ClassVar[Json] = {
        "key": "rho",
        "type": "number",
        "label": "ρ",
        "default": 28,
        "min": 0,
        "max": 200,
    }

    min: float | None = field(help="the least value", default=None)
    max: float | None = field(help="the greatest value", default=None)
    step: float | None = field(help="guides the widget; isn't enforced", default=None)
    unit: str | None = field(help="shown beside the field", default=None)

    def read(self, text: str) -> Any:
        """A number as typed."""
        return _number(text)

    def problems(self, value: Any) -> Iterable[str]:
        """It is a finite number within its bounds."""
        return _number_problems(value, self.min, self.max, self.unit)

    def blank(self) -> Any:
        """The middle of its bounds, else the least, else 0."""
        if self.min is not None and self.max is not None:
            return (self.min + self.max) / 2
        return self.min if self.min is not None else 0


@frozen(kw_only=True)
class SliderInput(InputDeclaration):
    """A number, or two, on a track."""

    type: ClassVar = "slider"
    example: ClassVar[Json] = {
        "key": "years", "type": "slider", "label": "Years", "min": 1, "max": 50, "step": 1, "default": 10,
    }  # fmt: skip

    min: float = field(help="the left end")
    max: float = field(help="the right end")
    step: float | None = field(help="guides the widget; isn't enforced", default=None)
    unit: str | None = field(help="shown beside the value", default=None)
    range: bool = field(help="two handles: the value is [lo, hi]", default=False)

    def read(self, text: str) -> Any:
        """A number; for a range two, as JSON or with a comma between them."""
        if not self.range:
            return _number(text)
        return [_number(part) for part in text.strip().strip("[]").split(",")]

    def read_many(self, texts: Sequence[str]) -> Any:
        """A range may come as two fields of one name."""
        return [_number(text) for text in texts] if self.range and len(texts) > 1 else self.read(texts[-1])

    def problems(self, value: Any) -> Iterable[str]:
        """Within the track; a range from low to high."""
        if not self.range:
            yield from _number_problems(value, self.min, self.max, self.unit)
        elif not isinstance(value, list) or len(value) != 2:
            yield f"must be [low, high], not {_found(value)}"
        else:
            found = [said for end in value for said in _number_problems(end, self.min, self.max, self.unit)]
            yield from found
            if not found and value[0] > value[1]:
                yield f"is [{value[0]}, {value[1]}]; the first must not be greater than the second"

    def blank(self) -> Any:
        """The middle, or the whole track."""
        return [self.min, self.max] if self.range else (self.min + self.max) / 2


@frozen(kw_only=True)
class SelectInput(InputDeclaration):
    """One of several choices, in a list."""

    type: ClassVar = "select"
    example: ClassVar[Json] = {
        "key": "order", "type": "select", "label": "Order", "default": 2,
        "options": [{"value": 1, "label": "One word"}, {"value": 2, "label": "Two words"}],
    }  # fmt: skip

    options: list[Option] = field(help="the choices; bare strings and numbers are choices too")
    searchable: bool = field(help="can be searched by typing", default=False)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Bare strings and numbers become options."""
        given = raw.get("options")
        if not isinstance(given, list):
            return raw
        return {**raw, "options": [each if isinstance(each, dict) else {"value": each} for each in given]}

    def read(self, text: str) -> Any:
        """The option whose value is written so; its type is kept."""
        for option in self.options:
            if text in {str(option.value), json.dumps(option.value)}:
                return option.value
        return text

    def problems(self, value: Any) -> Iterable[str]:
        """It is one of the options."""
        if not any(option.value == value and isinstance(value, type(option.value)) for option in self.options):
            known = ", ".join(json.dumps(option.value, ensure_ascii=False) for option in self.options[:20])
            yield f"is {_found(value)}; it must be one of {known}"

    def blank(self) -> Any:
        """The first option."""
        return self.options[0].value if self.options else ""


@frozen(kw_only=True)
class CheckboxInput(InputDeclaration):
    """Yes or no."""

    type: ClassVar = "checkbox"
    example: ClassVar[Json] = {"key": "log", "type": "checkbox", "label": "Logarithmic", "default": False}

    def read(self, text: str) -> Any:
        """What browsers and people write for yes and no."""
        known = {
            "true": True,
            "on": True,
            "1": True,
            "yes": True,
            "false": False,
            "off": False,
            "0": False,
            "no": False,
        }
        try:
            return known[text.strip().lower()]
        except KeyError:
            raise ValueError(f"must be true or false, not {text!r}") from None

    def problems(self, value: Any) -> Iterable[str]:
        """It is true or false."""
        if not isinstance(value, bool):
            yield f"must be true or false, not {_found(value)}"

    def blank(self) -> Any:
        """No."""
        return False


@frozen(kw_only=True)
class ToggleInput(CheckboxInput):
    """Yes or no, as a switch."""

    type: ClassVar = "toggle"
    example: ClassVar[Json] = {"key": "exact", "type": "toggle", "label": "Exact", "default": True}


@frozen(kw_only=True)
class FileInput(InputDeclaration):
    """A file, sent as a data URL."""

    type: ClassVar = "file"
    example: ClassVar[Json] = {
        "key": "data",
        "type": "file",
        "label": "Data",
        "accept": [".csv"],
        "max_size_mb": 10,
    }

    accept: Labels | None = field(help="name endings or media types", default=None)
    max_size_mb: float | None = field(help="how large it may be, in MB of 10⁶ bytes", default=None)
    multiple: bool = field(help="several files: the value is a list", default=False)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """One ending, or several in a string, become a list."""
        given = raw.get("accept")
        if not isinstance(given, str):
            return raw
        return {**raw, "accept": [each.strip() for each in given.split(",") if each.strip()]}

    def problems(self, value: Any) -> Iterable[str]:
        """A data URL, or a list of them, each small enough."""
        if self.multiple and not isinstance(value, list):
            yield f"must be a list of data URLs, not {_found(value)}"
            return
        for one in value if self.multiple else [value]:
            if not isinstance(one, str) or not one.startswith("data:") or "," not in one:
                yield "must be a file as a data URL (data:text/csv;base64,…)"
            elif self.max_size_mb is not None and len(one) * 3 / 4 > self.max_size_mb * 1e6 + 512:
                yield f"is larger than {self.max_size_mb} MB"

    def blank(self) -> Any:
        """A picture of one dot."""
        return [ONE_DOT] if self.multiple else ONE_DOT


INPUTS: tuple[type[InputDeclaration], ...] = (
    TextInput,
    TextareaInput,
    NumberInput,
    SliderInput,
    SelectInput,
    CheckboxInput,
    ToggleInput,
    FileInput,
)
