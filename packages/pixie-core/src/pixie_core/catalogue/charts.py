"""Output types that are charts: chart_line, chart_scatter.

A chart's figure is built here, once, for the page and for every picture format.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from attrs import frozen

from pixie_core.catalogue.base import (
    Axis,
    Column,
    Figure,
    Gaps,
    Json,
    Merge,
    OutputValue,
    Records,
    Rows,
    field,
)
from pixie_core.catalogue.figures import axis, figure
from pixie_core.catalogue.merging import append_points, append_series

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["CHARTS"]


@frozen
class LineSeries:
    """One line: a name, and a y for each x."""

    name: str = field(help="the name in the legend")
    y: Gaps = field(help="a number for each x; null is a gap")
    mode: Literal["lines", "markers", "lines+markers"] | None = field(help="how it is drawn", default=None)


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
    _fill: ClassVar[str | None] = None

    x: Axis = field(help="the positions: numbers, or dates in ISO 8601")
    series: list[LineSeries] = field(help="the lines")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)
    log_x: bool = field(help="logarithmic x axis", default=False)
    log_y: bool = field(help="logarithmic y axis", default=False)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Every y is as long as x."""
        del declared
        for one in self.series:
            if len(one.y) != len(self.x):
                yield f"series {one.name!r} has {len(one.y)} values of y for {len(self.x)} of x: they must be as many"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each x, a column for each series."""
        kind = "string" if any(isinstance(x, str) for x in self.x[:1]) else "number"
        columns = (
            Column("x", self.x_label or "x", kind),
            *(Column(one.name, one.name or declared.label, "number") for one in self.series),
        )
        return Rows(columns, len(self.x), lambda: zip(self.x, *(one.y for one in self.series), strict=True))

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The lines; many points are drawn by WebGL."""
        many = len(self.x) * len(self.series) > 20_000
        data = [
            {
                "type": "scattergl" if many else "scatter",
                "mode": one.mode or "lines",
                "name": one.name,
                "x": self.x,
                "y": one.y,
                **({"fill": self._fill} if self._fill else {}),
            }
            for one in self.series
        ]
        return figure(
            data,
            xaxis=axis(self.x_label, log=self.log_x),
            yaxis=axis(self.y_label, log=self.log_y, unit=declared.unit),
            hovermode="x unified" if len(self.series) > 1 and not many else "closest",
        )


@frozen
class Point:
    """One point of a scatter."""

    x: float | str = field(help="position on the x axis")
    y: float = field(help="position on the y axis")
    label: str | None = field(help="shown on hover", default=None)


@frozen
class PointSeries:
    """A named cloud of points."""

    name: str = field(help="the name in the legend")
    points: Annotated[list[dict[str, Any]], Records(Point)] = field(help="the points")


@frozen
class ChartScatter(OutputValue):
    """Points in a plane."""

    type: ClassVar = "chart_scatter"
    example: ClassVar[Json] = {
        "x_label": "Height (cm)",
        "y_label": "Mass (kg)",
        "series": [
            {
                "name": "Adults",
                "points": [{"x": 172, "y": 68}, {"x": 181, "y": 80}, {"x": 165, "y": 59, "label": "A"}],
            },
            {"name": "Children", "points": [{"x": 121, "y": 23}, {"x": 135, "y": 30}]},
        ],
    }
    merge: ClassVar[Merge] = staticmethod(append_points)
    mistakes: ClassVar = (
        (
            lambda raw: isinstance(raw, dict) and "points" in raw and "series" not in raw,
            "points stand inside a series: return {series: [{name, points: [{x, y}]}]}",
        ),
    )

    series: list[PointSeries] = field(help="the clouds of points")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)
    log_x: bool = field(help="logarithmic x axis", default=False)
    log_y: bool = field(help="logarithmic y axis", default=False)

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each point."""
        del declared
        columns = (
            Column("series", "Series"),
            Column("x", self.x_label or "x", "number"),
            Column("y", self.y_label or "y", "number"),
            Column("label", "Label"),
        )
        return Rows(
            columns,
            sum(len(one.points) for one in self.series),
            lambda: chain.from_iterable(
                ((one.name, point["x"], point["y"], point.get("label")) for point in one.points) for one in self.series
            ),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The points, smaller and clearer where there are many."""
        total = sum(len(one.points) for one in self.series)
        data = [
            {
                "type": "scattergl" if total > 5_000 else "scatter",
                "mode": "markers",
                "name": one.name,
                "x": [point["x"] for point in one.points],
                "y": [point["y"] for point in one.points],
                "marker": {"size": 7 if total <= 500 else 3, "opacity": 0.85 if total <= 500 else 0.5},
                **(
                    {"text": [point.get("label") for point in one.points]}
                    if any("label" in point for point in one.points)
                    else {}
                ),
            }
            for one in self.series
        ]
        return figure(
            data,
            xaxis=axis(self.x_label, log=self.log_x),
            yaxis=axis(self.y_label, log=self.log_y, unit=declared.unit),
        )


CHARTS: tuple[type[OutputValue], ...] = (ChartLine, ChartScatter)
