"""Points in a plane: chart_scatter."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, Merge, OutputValue, Records, Rows, field
from pixie_core.catalogue.figures import axis, axis_over, column_type, figure
from pixie_core.catalogue.merging import append_points

if TYPE_CHECKING:
    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartScatter"]

_MANY = 5_000
"""Points from which WebGL draws them."""

_CROWDED = 500
"""Points from which they are small and let each other shine through."""


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


def _points_at_the_top(raw: Json) -> bool:
    return isinstance(raw, dict) and "points" in raw and "series" not in raw


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
        (_points_at_the_top, "points stand inside a series: return {series: [{name, points: [{x, y}]}]}"),
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
            Column("x", self.x_label or "x", column_type(self._xs())),
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
                "type": "scattergl" if total > _MANY else "scatter",
                "mode": "markers",
                "name": one.name,
                "x": [point["x"] for point in one.points],
                "y": [point["y"] for point in one.points],
                "marker": {"size": 7, "opacity": 0.85} if total <= _CROWDED else {"size": 3, "opacity": 0.5},
                **(
                    {"text": [point.get("label") for point in one.points]}
                    if any(point.get("label") for point in one.points)
                    else {}
                ),
            }
            for one in self.series
        ]
        return figure(
            data,
            xaxis=axis_over(self._xs(), self.x_label, log=self.log_x),
            yaxis=axis(self.y_label, log=self.log_y, unit=declared.unit),
        )

    def _xs(self) -> list[Any]:
        return [point["x"] for one in self.series for point in one.points]
