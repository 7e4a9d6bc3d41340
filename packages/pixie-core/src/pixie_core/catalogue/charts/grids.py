"""Values on a grid, and prices over time: chart_heatmap, chart_candlestick."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Axis, Column, Figure, Gaps, Json, OutputValue, Records, Rows, field
from pixie_core.catalogue.figures import DIVERGING, NUMBERS, SEQUENTIAL, axis, axis_over, column_type, figure, titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartCandlestick", "ChartHeatmap"]

_ROOM_ACROSS = 80
_ROOM_DOWN = 20
"""Letters beside each other, and lines, up to which each cell shows its number."""


@frozen
class ChartHeatmap(OutputValue):
    """A grid of values as colours."""

    type: ClassVar = "chart_heatmap"
    example: ClassVar[Json] = {
        "x_label": "Predicted",
        "y_label": "Actual",
        "x_labels": ["cat", "dog", "fox"],
        "y_labels": ["cat", "dog", "fox"],
        "z": [[52, 3, 1], [4, 47, 6], [0, 5, 38]],
    }

    x_labels: Axis = field(help="the columns of the grid: names, numbers, or dates in ISO 8601")
    y_labels: Axis = field(help="the rows of the grid: names, numbers, or dates in ISO 8601")
    z: list[Gaps] = field(help="a list of numbers for each of y_labels, one for each of x_labels; null is a gap")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)
    z_label: str | None = field(help="title of the colours", default=None)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """A row of z for each of y_labels, as long as x_labels."""
        del declared
        if len(self.z) != len(self.y_labels):
            yield f"z has {len(self.z)} rows for {len(self.y_labels)} y_labels: they must be as many"
        uneven = [(index, len(row)) for index, row in enumerate(self.z) if len(row) != len(self.x_labels)]
        if uneven:
            index, length = uneven[0]
            more = f" (and {len(uneven) - 1} rows more)" if len(uneven) > 1 else ""
            yield f"z[{index}] has {length} values for {len(self.x_labels)} x_labels: they must be as many{more}"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each of y_labels, a column for each of x_labels."""
        del declared
        columns = (
            Column("y", self.y_label or "y", column_type(self.y_labels)),
            *(Column(str(label), str(label), "number") for label in self.x_labels),
        )
        return Rows(
            columns,
            len(self.y_labels),
            lambda: ((label, *row) for label, row in zip(self.y_labels, self.z, strict=True)),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The grid: named rows from the top, numbered ones upwards; around zero in two colours."""
        numbers = [value for value in chain.from_iterable(self.z) if value is not None]
        around_zero = bool(numbers) and min(numbers) < 0 < max(numbers)
        data: dict[str, Any] = {
            "type": "heatmap",
            "x": _places(self.x_labels),
            "y": _places(self.y_labels),
            "z": self.z,
            "colorscale": list(DIVERGING if around_zero else SEQUENTIAL),
            "colorbar": {
                "title": {"text": titled(self.z_label, declared.unit), "font": {"size": 12}},
                "outlinewidth": 0,
                "thickness": 14,
                **NUMBERS,
            },
            "hoverongaps": False,
        }
        if around_zero:
            most = max(-min(numbers), *numbers)
            data |= {"zmin": -most, "zmax": most}
        if len(self.z) <= _ROOM_DOWN and len(self.x_labels) * (_widest(numbers) + 1) <= _ROOM_ACROSS:
            data["texttemplate"] = "%{z:.4~g}"
        upright = _axis_of_labels(self.y_labels, self.y_label)
        if column_type(self.y_labels) == "string":
            upright["autorange"] = "reversed"
        return figure([data], xaxis=_axis_of_labels(self.x_labels, self.x_label), yaxis=upright)


def _widest(numbers: Sequence[float]) -> int:
    """Letters of the longest number, as cells show it."""
    return max((len(f"{number:.4g}") for number in numbers[: _ROOM_ACROSS * _ROOM_DOWN]), default=0)


def _places(labels: Sequence[Any]) -> Sequence[Any]:
    """Where the cells stand: by label, or by number where two labels are the same."""
    return labels if len(set(labels)) == len(labels) else list(range(len(labels)))


def _axis_of_labels(labels: Sequence[Any], title: str | None) -> dict[str, Any]:
    made = axis_over(labels, title)
    if len(set(labels)) < len(labels):
        step = -(-len(labels) // 40)
        made |= {
            "type": "linear",
            "tickmode": "array",
            "tickvals": list(range(0, len(labels), step)),
            "ticktext": [str(label) for label in labels[::step]],
        }
    return made


@frozen
class Candle:
    """The prices of one period."""

    t: str | float = field(help="when: a date in ISO 8601, or a number")
    open: float = field(help="the first price")
    high: float = field(help="the highest price")
    low: float = field(help="the lowest price")
    close: float = field(help="the last price")


_PRICES = ("open", "high", "low", "close")


@frozen
class ChartCandlestick(OutputValue):
    """Opening, highest, lowest and closing price of each period."""

    type: ClassVar = "chart_candlestick"
    example: ClassVar[Json] = {
        "y_label": "Price",
        "points": [
            {"t": "2026-05-11", "open": 101.2, "high": 103.4, "low": 100.8, "close": 102.9},
            {"t": "2026-05-12", "open": 102.9, "high": 104.1, "low": 102.2, "close": 103.7},
            {"t": "2026-05-13", "open": 103.7, "high": 103.9, "low": 100.1, "close": 100.6},
            {"t": "2026-05-14", "open": 100.6, "high": 102.0, "low": 99.7, "close": 101.8},
            {"t": "2026-05-15", "open": 101.8, "high": 105.2, "low": 101.5, "close": 104.9},
            {"t": "2026-05-18", "open": 104.9, "high": 106.3, "low": 104.0, "close": 105.1},
        ],
    }

    points: Annotated[list[dict[str, Any]], Records(Candle)] = field(help="the periods, oldest first")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """No price above the highest or below the lowest."""
        del declared
        odd = [
            index
            for index, point in enumerate(self.points)
            if not point["low"]
            <= min(point["open"], point["close"])
            <= max(point["open"], point["close"])
            <= point["high"]
        ]
        if odd:
            more = f" (and {len(odd) - 1} points more)" if len(odd) > 1 else ""
            yield f"points[{odd[0]}] has an open or close outside its low and high{more}"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each period."""
        del declared
        columns = (
            Column("t", self.x_label or "Time", column_type(point["t"] for point in self.points)),
            *(Column(name, name.capitalize(), "number") for name in _PRICES),
        )
        return Rows(
            columns,
            len(self.points),
            lambda: ((point["t"], *(point[name] for name in _PRICES)) for point in self.points),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The candles: blue where the price rose, orange where it fell; days without trade take no room."""
        times = [point["t"] for point in self.points]
        data = {
            "type": "candlestick",
            "name": declared.label,
            "x": times,
            **{name: [point[name] for point in self.points] for name in _PRICES},
            # Red and green would look alike to one man in twelve.
            "increasing": {"line": {"color": "#0072b2", "width": 1.2}},
            "decreasing": {"line": {"color": "#d55e00", "width": 1.2}},
        }
        along = {**axis_over(times, self.x_label), "rangeslider": {"visible": False}}
        if _on_weekdays_only(times):
            along["rangebreaks"] = [{"bounds": ["sat", "mon"]}]
        return figure([data], xaxis=along, yaxis=axis(self.y_label, unit=declared.unit))


def _on_weekdays_only(times: Sequence[Any]) -> bool:
    """True for plain dates over more than a week, none of them on a weekend."""
    if len(times) < 2 or column_type(times) != "date":
        return False
    try:
        days = [date.fromisoformat(time) for time in times]
    except ValueError:
        return False
    # Monthly candles may miss every weekend by chance; daily ones stand closer than a week.
    daily = (max(days) - min(days)).days < 7 * len(days)
    return daily and all(day.weekday() < 5 for day in days)
