"""Positions along an axis: names by their place, dates as days, working days without weekends, numbers as they are."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import dates, ticker

from pixie_core.catalogue.figures import is_date
from pixie_core.catalogue.instants import instant
from pixie_core.exporters.pictures_words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axis import Axis
    from numpy.typing import NDArray

__all__ = ["Scale"]

_DAY = 86_400_000
_MOST_NAMES = 40
_YEARS = (-719_162, 2_932_896)
"""Days since 1970 of the years 1 and 9999, which matplotlib's dates span."""


_DATES = {
    "formats": ["%Y", "%b", "%-d %b", "%H:%M", "%H:%M", "%S.%f"],
    "zero_formats": ["", "%b\n%Y", "%-d %b", "%-d %b", "%H:%M", "%H:%M"],
    "offset_formats": ["", "", "%Y", "%-d %b %Y", "%-d %b %Y", "%-d %b %Y %H:%M"],
}


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

    def dress(self, axis: Axis, room: int) -> None:
        """Ticks, direction and range; `room` is about how many names fit beside each other."""
        if "tickvals" in self.layout:
            step = max(1, math.ceil(len(self.layout["tickvals"]) / max(room, 1)))
            names = [words(each, 40) for each in self.layout["ticktext"][::step]]
            axis.set_ticks(self.layout["tickvals"][::step], names)
        elif self.kind == "category" or self._work:
            step = max(1, math.ceil(len(self._names) / max(min(room, _MOST_NAMES), 1)))
            names = [words(each, 30) for each in self._names[::step]]
            axis.set_ticks(
                range(0, len(self._names), step), [_short_day(each) for each in names] if self._work else names
            )
        elif self.kind == "date":
            locator = dates.AutoDateLocator(maxticks=max(3, min(room, 9)))
            axis.set_major_locator(locator)
            axis.set_major_formatter(dates.ConciseDateFormatter(locator, **_DATES))
        elif self.kind != "log":
            axis.set_major_locator(ticker.MaxNLocator(min(max(room, 4), 9), steps=[1, 2, 5, 10]))
            axis.set_major_formatter(ticker.FuncFormatter(_thousands))

    @property
    def upside_down(self) -> bool:
        """Whether the first name is at the top."""
        return self.layout.get("autorange") == "reversed"


def _days(text: str) -> float:
    try:
        return instant(text) / _DAY
    except (ValueError, OverflowError):
        return math.inf  # years beyond Python's: stands by its name


def _short_day(text: str) -> str:
    return datetime.fromtimestamp(_days(text) * 86_400, UTC).strftime("%-d %b %Y")


def _thousands(value: float, _place: int) -> str:
    if value and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.3g}".replace("-", "−")
    return f"{value:,.10g}".replace("-", "−")
