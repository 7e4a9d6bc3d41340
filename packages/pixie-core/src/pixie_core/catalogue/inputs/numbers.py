"""Inputs that are numbers: number, slider."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, field
from pixie_core.catalogue.inputs.base import InputDeclaration, found
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["NumberInput", "SliderInput"]


def _number(text: str) -> float:
    """The number a person typed; a whole one stays an int."""
    cleaned = text.strip().replace("\u2212", "-")
    try:
        # Python also reads 1_000, and refuses ints of many thousand digits in its own words.
        if "_" not in cleaned and len(cleaned) <= 400:
            number = int(cleaned) if cleaned.lstrip("+-").isdigit() else float(cleaned)
            if math.isfinite(number):
                return number
            raise ValueError(f"must be a finite number, not {text!r}")
    except OverflowError:
        raise ValueError("must be a number that a double can hold") from None
    except ValueError as error:
        if "finite" in str(error):
            raise
    raise ValueError(f"must be a number, not {text[:40]!r}") from None


def _number_problems(value: Any, least: float | None, most: float | None, unit: str | None) -> Iterable[str]:
    after = f" {unit}" if unit else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"must be a number, not {found(value)}"
    elif isinstance(value, float) and not math.isfinite(value):
        yield "must be a finite number"
    elif isinstance(value, int) and abs(value) > 2**53:
        yield "must lie within ±2⁵³, so that every program reads it alike"
    elif least is not None and value < least:
        yield f"is {value}; it must be at least {least}{after}"
    elif most is not None and value > most:
        yield f"is {value}; it must be at most {most}{after}"


def _bounds_problem(least: float | None, most: float | None) -> Iterable[Problem]:
    if least is not None and most is not None and least > most:
        yield Problem("$.min", f"is {least}, more than max, which is {most}: no value could be right")


def _middle(least: float, most: float, step: float | None) -> float:
    """The middle, on the grid of `step`: what counts whole things isn't probed with half of one."""
    middle = (least + most) / 2
    if step is None and isinstance(least, int) and isinstance(most, int) and most - least > 1:
        step = 1
    if step is not None and step > 0:
        middle = least + math.floor((middle - least) / step + 1e-9) * step
    return int(middle) if isinstance(least, int) and float(middle).is_integer() else middle


@frozen(kw_only=True)
class NumberInput(InputDeclaration):
    """A number in a field."""

    type: ClassVar = "number"
    example: ClassVar[Json] = {"key": "rho", "type": "number", "label": "ρ", "default": 28, "min": 0, "max": 200}

    min: float | None = field(help="the least value", default=None)
    max: float | None = field(help="the greatest value", default=None)
    step: float | None = field(help="guides the widget; isn't enforced", default=None)
    unit: str | None = field(help="shown beside the field", default=None)

    def faults(self) -> Iterable[Problem]:
        """The least isn't more than the greatest."""
        return _bounds_problem(self.min, self.max)

    def read(self, text: str) -> Any:
        """A number as typed."""
        return _number(text)

    def problems(self, value: Any) -> Iterable[str]:
        """It is a finite number within its bounds."""
        return _number_problems(value, self.min, self.max, self.unit)

    def blank(self) -> Any:
        """The middle of its bounds, else the least, else 0."""
        if self.min is not None and self.max is not None:
            return _middle(self.min, self.max, self.step)
        return self.min if self.min is not None else min(0, self.max or 0)


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

    def faults(self) -> Iterable[Problem]:
        """The left end isn't right of the right one."""
        return _bounds_problem(self.min, self.max)

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
            yield f"must be [low, high], not {found(value)}"
        else:
            wrong = [said for end in value for said in _number_problems(end, self.min, self.max, self.unit)]
            yield from wrong
            if not wrong and value[0] > value[1]:
                yield f"is [{value[0]}, {value[1]}]; the first must not be greater than the second"

    def blank(self) -> Any:
        """The middle, or the whole track."""
        return [self.min, self.max] if self.range else _middle(self.min, self.max, self.step)
