"""Positions along an axis: names by their place, dates as days, working days without weekends, numbers as they are."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import dates, ticker

from pixie_core.catalogue.figures import DATES, is_date
from pixie_core.catalogue.instants import instant
from pixie_core.exporters.pictures_words import tick, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axis import Axis
    from numpy.typing import NDArray

__all__ = ["Scale"]

_DAY = 86_400_000
_MONTH, _YEAR = 27.5, 360
"""Days from which ticks stand at months, and at years."""
_FEW_DECADES = 3
_LINE = 24
"""CSS pixels of a name below another."""
_YEARS = (-719_162, 2_932_896)
"""Days since 1970 of the years 1 and 9999, which matplotlib's dates span."""
_LETTER = 6.6
"""About the width of a letter of a tick, in CSS pixels."""
_SLANT = -30.0
"""Degrees by which names are turned that have no room beside each other, and the pixels that each takes then."""
_SLANTED = 20.0
_WIDE = 30
"""Pixels from which they needn't be turned twice as far."""


class Scale:
    """One axis of a figure: from the values in traces to positions, and its ticks.

    `layout` is the axis as the figure has it; `values` are all that stand along it, trace by trace.
    """

    def __init__(self, layout: dict[str, Any], values: Iterable[Any]) -> None:
        self.layout = layout
        seen = list(dict.fromkeys(each for each in values if each is not None))
        self.kind = layout.get("type") or ("date" if seen and all(map(is_date, seen)) else "linear")
        if self.kind == "date":
            self._days = {each: _days(each) for each in seen if is_date(each)}
            if any(not _YEARS[0] < day < _YEARS[1] for day in self._days.values()):
                self.kind = "category"
        elif self.kind != "category" and any(isinstance(each, str) for each in seen):
            self.kind = "category"
        self._names = seen if self.kind == "category" else []
        self._places = {name: place for place, name in enumerate(self._names)}
        self._work = self.kind == "date" and bool(layout.get("rangebreaks"))
        if self._work:
            self._names = sorted(seen, key=self._days.__getitem__)
            self._places = {name: place for place, name in enumerate(self._names)}

    @property
    def day(self) -> float:
        """How long one millisecond of a bar on a time axis is."""
        return 1 / _DAY if self.kind == "date" else 1

    def at(self, values: Iterable[Any]) -> NDArray[np.float64]:
        """The positions; NaN for gaps."""
        if self.kind == "category" or self._work:
            return np.array([self._places.get(each, math.nan) for each in values], dtype=float)
        if self.kind == "date":
            return np.array([self._days.get(each, math.nan) for each in values], dtype=float)
        return np.array([math.nan if each is None else each for each in values], dtype=float)

    def dress(self, axis: Axis, room: float, *, lying: bool) -> None:
        """Ticks, direction and range; `room` is how long the axis is, in CSS pixels."""
        if "tickvals" in self.layout:
            self._name(axis, self.layout["tickvals"], [str(each) for each in self.layout["ticktext"]], room, lying)
        elif self.kind == "category":
            self._name(axis, range(len(self._names)), [str(each) for each in self._names], room, lying)
        elif self._work:
            self._name_days(axis, room)
        elif self.kind == "date":
            months = self.layout.get("dtick") == "M1"
            axis.set_major_locator(
                dates.MonthLocator() if months else dates.AutoDateLocator(maxticks=max(3, min(int(room // 90), 9)))
            )
            axis.set_major_formatter(_Dates())
        elif self.kind == "log":
            low, high = sorted(axis.get_view_interval())
            few = low > 0 and math.log10(high / low) < _FEW_DECADES
            axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if few else (1,)))
            axis.set_minor_locator(ticker.NullLocator())
            axis.set_major_formatter(ticker.FuncFormatter(tick))
        else:
            most = min(max(room // (70 if lying else 40), 4), 9)
            axis.set_major_locator(ticker.MaxNLocator(int(most), steps=[1, 2, 5, 10]))
            axis.set_major_formatter(ticker.FuncFormatter(tick))

    def _name(self, axis: Axis, at: Sequence[float], names: Sequence[str], room: float, lying: bool) -> None:
        """Names at places: beside each other, else slanted, and then as many as have room."""
        names = [words(each, 30 if lying else 40) for each in names]
        slot = room / max(len(names), 1)
        slanted = lying and max(map(len, names), default=0) * _LETTER > slot
        step = max(1, math.ceil((_SLANTED if lying else _LINE) / max(slot, 1e-9))) if slanted or not lying else 1
        axis.set_ticks(list(at)[::step], names[::step])
        if slanted:
            axis.set_tick_params(labelrotation=_SLANT if slot * step >= _WIDE else 2 * _SLANT)
            for label in axis.get_ticklabels():
                label.set(horizontalalignment="left", rotation_mode="anchor")

    def _name_days(self, axis: Axis, room: float) -> None:
        """Working days: the first of each month where there are several months, else every so many days."""
        stamps = [dates.num2date(self._days[each]) for each in self._names]
        most = max(3, int(room // 90))
        turns = [place for place, at in enumerate(stamps) if place and at.month != stamps[place - 1].month]
        if len(turns) < 3:
            turns = list(range(0, len(stamps), max(1, math.ceil(len(stamps) / most))))
        shown = turns[:: max(1, int(-(-len(turns) // max(3, room // 60))))]
        said = _Dates().format_ticks([self._days[self._names[place]] for place in shown])
        axis.set_ticks(shown, said)

    @property
    def upside_down(self) -> bool:
        """Whether the first name is at the top."""
        return self.layout.get("autorange") == "reversed"


def _days(text: str) -> float:
    try:
        return instant(text) / _DAY
    except (ValueError, OverflowError):
        return math.inf  # years beyond Python's: stands by its name


class _Dates(ticker.Formatter):
    """Dates as `pixie_core.catalogue.figures.DATES` has them: what changes seldom stands below, and once."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """One tick by itself."""
        del pos
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """All ticks of an axis, which are days since 1970."""
        step = min((after - before for before, after in pairwise(values)), default=0.0)
        pattern = _pattern(step)
        made = []
        before = ""
        for value in values:
            at = dates.num2date(value)
            first, _, below = at.strftime(pattern.replace("%L", f"{at.microsecond // 1000:03}")).partition("\n")
            made.append(f"{first}\n{below}" if below and below != before else first)
            before = below
        return made


def _pattern(step: float) -> str:
    """The format of ticks that are so many days apart."""
    stops = DATES["tickformatstops"]
    if step >= _MONTH:
        return str(stops[-1 if step >= _YEAR else -2]["value"])
    return next(str(each["value"]) for each in stops if step * _DAY <= each["dtickrange"][1])
