"""Inputs that are a choice: select, radio, multiselect, checkbox, toggle, colour."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, field
from pixie_core.catalogue.inputs.base import InputDeclaration, found, read_json, same
from pixie_core.errors import Problem, near
from pixie_core.switches import yes_or_no

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "CheckboxInput",
    "ColourInput",
    "MultiselectInput",
    "Option",
    "RadioInput",
    "SelectInput",
    "ToggleInput",
]


@frozen
class Option:
    """One choice."""

    value: str | float | bool = field(help="what is sent; its type is kept")
    label: str | None = field(help="what is shown; the value when it is missing", default=None)

    def shown(self) -> str:
        """The words for people."""
        return self.label if self.label is not None else str(self.value)


@frozen(kw_only=True)
class _Choice(InputDeclaration):
    """What inputs with options share."""

    options: list[Option] = field(help="the choices; bare strings and numbers are choices too")
    searchable: bool = field(help="can be searched by typing", default=False)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Bare strings and numbers become options."""
        given = raw.get("options")
        if not isinstance(given, list):
            return raw
        return {**raw, "options": [each if isinstance(each, dict) else {"value": each} for each in given]}

    def faults(self) -> Iterable[Problem]:
        """There are options, and each stands once."""
        if not self.options:
            yield Problem("$.options", "is empty; expected at least one {value, label}")
        for index, option in enumerate(self.options):
            if any(same(option.value, other.value) for other in self.options[:index]):
                said = f"{json.dumps(option.value, ensure_ascii=False)} stands already; each value needs to stand once"
                yield Problem(f"$.options[{index}].value", said, "warning")

    def _option(self, value: Any) -> Option | None:
        return next((option for option in self.options if same(option.value, value)), None)

    def _read_option(self, text: str) -> Any:
        """The value of the option that is written so; else the text."""
        return next((o.value for o in self.options if text in {str(o.value), json.dumps(o.value)}), text)

    def _no_option(self, value: Any) -> str:
        known = ", ".join(json.dumps(option.value, ensure_ascii=False) for option in self.options[:20])
        more = f" or {len(self.options) - 20} more" if len(self.options) > 20 else ""
        meant = near(value, [str(option.value) for option in self.options]) if isinstance(value, str) else None
        return f"{known}{more}" + (f": did you mean {meant}?" if meant else "")


@frozen(kw_only=True)
class SelectInput(_Choice):
    """One of several choices, in a list."""

    type: ClassVar = "select"
    example: ClassVar[Json] = {
        "key": "order", "type": "select", "label": "Order", "default": 2,
        "options": [{"value": 1, "label": "One word"}, {"value": 2, "label": "Two words"}],
    }  # fmt: skip

    def read(self, text: str) -> Any:
        """The option whose value is written so; its type is kept."""
        return self._read_option(text)

    def normalised(self, value: Any) -> Any:
        """The option's own value: 1.0 is sent as the 1 that was declared."""
        option = self._option(value)
        return value if option is None else option.value

    def problems(self, value: Any) -> Iterable[str]:
        """It is one of the options."""
        if self._option(value) is None:
            yield f"is {found(value)}; it must be one of {self._no_option(value)}"

    def blank(self) -> Any:
        """The first option."""
        return self.options[0].value if self.options else ""


@frozen(kw_only=True)
class RadioInput(SelectInput):
    """One of a few choices, all in sight."""

    type: ClassVar = "radio"
    example: ClassVar[Json] = {
        "key": "scale", "type": "radio", "label": "Scale", "options": ["linear", "logarithmic"], "default": "linear",
    }  # fmt: skip


@frozen(kw_only=True)
class MultiselectInput(_Choice):
    """Any of several choices."""

    type: ClassVar = "multiselect"
    example: ClassVar[Json] = {
        "key": "layers", "type": "multiselect", "label": "Layers", "default": ["roads"],
        "options": [{"value": "roads", "label": "Roads"}, {"value": "rivers", "label": "Rivers"}],
    }  # fmt: skip
    blank_is_value: ClassVar = True

    def read(self, text: str) -> Any:
        """A JSON list, or values with commas between them; an option that is written so alone is one."""
        if text.lstrip().startswith("["):
            return read_json(text)
        alone = self._read_option(text)
        if alone is not text or self._option(text) is not None:
            return [alone]
        return [self._read_option(part.strip()) for part in text.split(",") if part.strip()]

    def read_many(self, texts: Sequence[str]) -> Any:
        """A field comes once for each choice; an empty one says that none is chosen."""
        chosen = [text for text in texts if text != ""]
        return self.read(chosen[0]) if len(chosen) == 1 else [self._read_option(text) for text in chosen]

    def normalised(self, value: Any) -> Any:
        """The options' own values."""
        if not isinstance(value, list):
            return value
        return [option.value if (option := self._option(each)) is not None else each for each in value]

    def problems(self, value: Any) -> Iterable[str]:
        """It is a list of options, each once."""
        if not isinstance(value, list):
            yield f"must be a list of choices, not {found(value)}"
            return
        for index, each in enumerate(value):
            if self._option(each) is None:
                yield f"holds {found(each)}; each must be one of {self._no_option(each)}"
            elif any(same(each, other) for other in value[:index]):
                yield f"holds {json.dumps(each, ensure_ascii=False)} twice"

    def blank(self) -> Any:
        """None of them."""
        return []


@frozen(kw_only=True)
class CheckboxInput(InputDeclaration):
    """Yes or no."""

    type: ClassVar = "checkbox"
    example: ClassVar[Json] = {"key": "log", "type": "checkbox", "label": "Logarithmic", "default": False}

    def read(self, text: str) -> Any:
        """What browsers and people write for yes and no."""
        said = yes_or_no(text)
        if said is None:
            raise ValueError(f"must be true or false, not {text[:40]!r}")
        return said

    def problems(self, value: Any) -> Iterable[str]:
        """It is true or false."""
        if not isinstance(value, bool):
            yield f"must be true or false, not {found(value)}"

    def blank(self) -> Any:
        """No."""
        return False


@frozen(kw_only=True)
class ToggleInput(CheckboxInput):
    """Yes or no, as a switch."""

    type: ClassVar = "toggle"
    example: ClassVar[Json] = {"key": "exact", "type": "toggle", "label": "Exact", "default": True}


_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@frozen(kw_only=True)
class ColourInput(InputDeclaration):
    """A colour."""

    type: ClassVar = "colour"
    example: ClassVar[Json] = {"key": "line", "type": "colour", "label": "Line", "default": "#0072b2"}

    def normalised(self, value: Any) -> Any:
        """Small letters, and six of them: #FA0 is #ffaa00."""
        if not isinstance(value, str):
            return value
        cleaned = value.strip().lower()
        if re.fullmatch(r"#[0-9a-f]{3}", cleaned):
            return "#" + "".join(letter * 2 for letter in cleaned[1:])
        return cleaned if _COLOUR.fullmatch(cleaned) else value

    def problems(self, value: Any) -> Iterable[str]:
        """It is written #rrggbb."""
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            yield f"is {found(value)}; it must be a colour as #rrggbb, such as #0072b2"

    def blank(self) -> Any:
        """Black."""
        return "#000000"
