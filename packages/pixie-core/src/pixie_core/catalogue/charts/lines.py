"""Charts of values over one axis: chart_line, chart_area, chart_bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import frozen

from pixie_core.catalogue.base import Axis, Column, Figure, Gaps, Json, Merge, OutputValue, Rows, field
from pixie_core.catalogue.figures import axis, axis_over, column_type, figure, is_date
from pixie_core.catalogue.merging import append_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartArea", "ChartBar", "ChartLine"]

_MANY = 20_000
"""Points from which WebGL draws them."""


@frozen
class LineSeries:
    """One line: a name, and a y for each x."""

    name: str = field(help="the name in the legend")
    y: Gaps = field(help="a number for each x; null is a gap")
    mode: Literal["lines", "markers", "lines+markers"] | None = field(help="how it is drawn", default=None)


@frozen
class BarSeries:
    """One set of bars: a name, and a height for each x."""

    name: str = field(help="the name in the legend")
    y: Gaps = field(help="a number for each x; null is no bar")


def _uneven(x: Sequence[Any], series: Sequence[LineSeries] | Sequence[BarSeries]) -> Iterable[str]:
    """Every y is as long as x."""
    for one in series:
        if len(one.y) != len(x):
            yield f"series {one.name!r} has {len(one.y)} values of y for {len(x)} of x: they must be as many"


def _rows(x: Sequence[Any], title: str | None, series: Sequence[LineSeries] | Sequence[BarSeries], label: str) -> Rows:
    """A row for each x, a column for each series."""
    columns = (
        Column("x", title or "x", column_type(x)),
        *(Column(one.name, one.name or label, "number") for one in series),
    )
    return Rows(columns, len(x), lambda: zip(x, *(one.y for one in series), strict=True))


def _names_for_x(raw: Json) -> bool:
    """True when x holds strings that are no dates."""
    x = raw.get("x") if isinstance(raw, dict) else None
    return isinstance(x, list) and any(isinstance(each, str) and not is_date(each) for each in x)


def _y_without_series(raw: Json) -> bool:
    return isinstance(raw, dict) and "y" in raw and "series" not in raw


_SERIES_MISTAKE = (_y_without_series, "y stands inside a series: return {x, series: [{name, y: [number]}]}")


@frozen
class ChartLine(OutputValue):
    """Lines over one x axis of numbers or dates."""

    type: ClassVar = "chart_line"
    example: ClassVar[Json] = {
        "x_label": "Year",
        "y_label": "Balance (GBP)",
        "x": [0, 1, 2, 3, 4, 5],
        "series": [
            {"name": "Paid in", "y": [10000, 12400, 14800, 17200, 19600, 22000]},
            {"name": "Balance", "y": [10000, 12750, 16040, 19980, 24680, 30260]},
        ],
    }
    merge: ClassVar[Merge] = staticmethod(append_series)
    mistakes: ClassVar = (
        (
            _names_for_x,
            "x holds strings: send numbers, or dates in ISO 8601 for ticks of dates; for names use chart_bar",
        ),
        _SERIES_MISTAKE,
    )

    x: Axis = field(help="the positions: numbers, or dates in ISO 8601")
    series: list[LineSeries] = field(help="the lines")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)
    log_x: bool = field(help="logarithmic x axis", default=False)
    log_y: bool = field(help="logarithmic y axis", default=False)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Every y is as long as x."""
        del declared
        return _uneven(self.x, self.series)

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each x, a column for each series."""
        return _rows(self.x, self.x_label, self.series, declared.label)

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The lines; many points are drawn by WebGL."""
        many = len(self.x) * len(self.series) > _MANY
        data = [self._trace(one, many=many) for one in self.series]
        return figure(
            data,
            xaxis=axis_over(self.x, self.x_label, log=self.log_x),
            yaxis=axis(self.y_label, log=self.log_y, unit=declared.unit),
            hovermode="x unified" if len(self.series) > 1 and not many else "closest",
        )

    def _trace(self, one: LineSeries, *, many: bool) -> dict[str, Any]:
        # A line through one point is nothing: it is drawn as the point.
        mode = one.mode or ("lines" if len(self.x) != 1 else "markers")
        return {"type": "scattergl" if many else "scatter", "mode": mode, "name": one.name, "x": self.x, "y": one.y}


@frozen
class ChartArea(ChartLine):
    """Lines with the ground under them filled; stacked where they are parts of a whole."""

    type: ClassVar = "chart_area"
    example: ClassVar[Json] = {
        "x_label": "Month",
        "y_label": "Output (GWh)",
        "x": ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"],
        "series": [
            {"name": "Wind", "y": [8.1, 7.4, 7.9, 6.0, 5.2, 4.4]},
            {"name": "Solar", "y": [0.6, 1.1, 2.2, 3.5, 4.4, 4.9]},
        ],
        "stacked": True,
    }

    stacked: bool = field(help="each area stands on the one before", default=False)

    def _trace(self, one: LineSeries, *, many: bool) -> dict[str, Any]:
        # WebGL fills no areas.
        filled = {"stackgroup": "one"} if self.stacked else {"fill": "tozeroy"}
        return {**super()._trace(one, many=many), "type": "scatter", **filled}


@frozen
class ChartBar(OutputValue):
    """Bars: a value for each name or date."""

    type: ClassVar = "chart_bar"
    example: ClassVar[Json] = {
        "x_label": "Quarter",
        "y_label": "Orders",
        "x": ["Q1", "Q2", "Q3", "Q4"],
        "series": [{"name": "2025", "y": [120, 135, 128, 160]}, {"name": "2026", "y": [131, 149, 140, 171]}],
    }
    merge: ClassVar[Merge] = staticmethod(append_series)
    mistakes: ClassVar = (_SERIES_MISTAKE,)

    x: Axis = field(help="the names, dates in ISO 8601, or numbers")
    series: list[BarSeries] = field(help="the sets of bars")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)
    log_x: bool = field(help="logarithmic x axis", default=False)
    log_y: bool = field(help="logarithmic y axis", default=False)
    stacked: bool = field(help="the bars of one x stand on each other", default=False)
    horizontal: bool = field(help="the bars lie, for long names", default=False)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Every y is as long as x."""
        del declared
        return _uneven(self.x, self.series)

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each x, a column for each series."""
        return _rows(self.x, self.x_label, self.series, declared.label)

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The bars, side by side or stacked, standing or lying."""
        names = axis_over(self.x, self.x_label, log=self.log_x)
        heights = axis(self.y_label, log=self.log_y, unit=declared.unit)
        if self.horizontal:
            # Read from the top, in the order they came.
            names["autorange"] = "reversed"
        data = [
            {
                "type": "bar",
                "name": one.name,
                "orientation": "h" if self.horizontal else "v",
                "x": one.y if self.horizontal else self.x,
                "y": self.x if self.horizontal else one.y,
            }
            for one in self.series
        ]
        return figure(
            data,
            xaxis=heights if self.horizontal else names,
            yaxis=names if self.horizontal else heights,
            barmode="relative" if self.stacked else "group",
        )
