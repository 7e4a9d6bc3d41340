"""What the cells of an input table may be, by the type of their column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pixie_core.catalogue.inputs.base import text_problems
from pixie_core.catalogue.inputs.choices import CheckboxInput
from pixie_core.catalogue.inputs.dates import DateInput, DatetimeInput, TimeInput
from pixie_core.catalogue.inputs.numbers import NumberInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["CELL_PROBLEMS"]

_number = NumberInput(key="cell", label="cell").problems
_boolean = CheckboxInput(key="cell", label="cell").problems


def _whole(value: Any) -> Iterable[str]:
    wrong = list(_number(value))
    yield from wrong
    if not wrong and value != int(value):
        yield f"is {value}; it must be a whole number"


CELL_PROBLEMS: Mapping[str, Callable[[Any], Iterable[str]]] = {
    "text": text_problems,
    "string": text_problems,
    "number": _number,
    "integer": _whole,
    "boolean": _boolean,
    "checkbox": _boolean,
    "date": DateInput(key="cell", label="cell").problems,
    "time": TimeInput(key="cell", label="cell").problems,
    "datetime": DatetimeInput(key="cell", label="cell").problems,
}
"""By type of column: what is wrong with a cell, a sentence each."""
