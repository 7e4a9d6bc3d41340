"""Parts and profiles on a round ground: chart_pie, chart_radar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, Labels, Numbers, OutputValue, Records, Rows, field
from pixie_core.catalogue.figures import NUMBERS, PALETTE, colour_of, figure, legend, titled, translucent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartPie", "ChartRadar"]


@frozen
class Slice:
    """One share of a pie."""

    label: str = field(help="what it is")
    value: float = field(help="how much of it; not negative", minimum=0)


@frozen
class ChartPie(OutputValue):
    """Shares of a whole."""

    type: ClassVar = "chart_pie"
    example: ClassVar[Json] = {
        "slices": [
            {"label": "Rent", "value": 950},
            {"label": "Food", "value": 420},
            {"label": "Transport", "value": 180},
            {"label": "Other", "value": 250},
        ]
    }
    mistakes: ClassVar = (
        (
            lambda raw: isinstance(raw, dict) and "values" in raw and "slices" not in raw,
            "labels and values stand together in slices: return {slices: [{label, value}]}",
        ),
    )

    slices: Annotated[list[dict[str, Any]], Records(Slice)] = field(help="label and value of each share")

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each share."""
        columns = (Column("label", "Label"), Column("value", titled(declared.label, declared.unit), "number"))
        return Rows(columns, len(self.slices), lambda: ((one["label"], one["value"]) for one in self.slices))

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The shares clockwise from the top, in the order they came, each with its name and per cent; where there are
        many, or small ones, the names stand beside them.
        """
        unit = f" {declared.unit}" if declared.unit else ""
        values = [one["value"] for one in self.slices]
        total = sum(values) or 1
        crowded = len(values) > _MOST_NAMES or any(0 < value < _SMALL * total for value in values)
        names = _apart([one["label"] for one in self.slices])
        data = {
            "type": "pie",
            "labels": names,
            "text": [one["label"] for one in self.slices],
            "values": values,
            "sort": False,
            "direction": "clockwise",
            "texttemplate": "%{text}<br>%{percent}",
            "textposition": "auto",
            "insidetextorientation": "horizontal",
            "hovertemplate": f"%{{text}}: %{{value:,}}{unit} (%{{percent}})<extra></extra>",
            "automargin": True,
        }
        if crowded:
            # A word for each sliver would stand on its neighbour's.
            data["texttemplate"] = ["%{percent}" if value >= _ROOM * total else "" for value in values]
            data["textposition"] = "inside"
        layout = {"legend": legend(["x" * 99])} if crowded else {}
        return figure([data], piecolorway=list(PALETTE), extendpiecolors=False, showlegend=crowded, **layout)


_MOST_NAMES = 8
"""Slices of which each has its name beside it."""
_SMALL = 0.03
_ROOM = 0.05
"""Shares that are too small for their name, and that have room for their per cent."""


def _apart(names: Sequence[str]) -> list[str]:
    """Names that stand twice as two, by a sign that nobody sees; Plotly would make one slice of them."""
    seen: dict[str, int] = {}
    apart = []
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        apart.append(name + "\u200b" * seen[name])
    return apart


@frozen
class Profile:
    """One outline of a radar."""

    name: str = field(help="the name in the legend")
    values: Numbers = field(help="a number for each axis")


@frozen
class ChartRadar(OutputValue):
    """Profiles over several axes, drawn round a centre."""

    type: ClassVar = "chart_radar"
    example: ClassVar[Json] = {
        "axes": ["Speed", "Range", "Payload", "Comfort", "Price"],
        "series": [{"name": "Model A", "values": [8, 6, 5, 7, 4]}, {"name": "Model B", "values": [5, 8, 7, 6, 7]}],
    }

    axes: Labels = field(help="the names of the axes, clockwise from the top")
    series: list[Profile] = field(help="the profiles")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """A value for each axis."""
        del declared
        for one in self.series:
            if len(one.values) != len(self.axes):
                yield (
                    f"series {one.name!r} has {len(one.values)} values for {len(self.axes)} axes: they must be as many"
                )

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each axis, a column for each profile."""
        columns = (
            Column("axis", "Axis"),
            *(Column(one.name, one.name or declared.label, "number") for one in self.series),
        )
        return Rows(columns, len(self.axes), lambda: zip(self.axes, *(one.values for one in self.series), strict=True))

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """Closed outlines, clockwise from the top."""
        around = [*range(len(self.axes)), *([0] if self.axes else [])]
        data = [
            {
                "type": "scatterpolar",
                "mode": "lines+markers",
                "fill": "toself",
                # Clear enough for what lies below.
                "fillcolor": translucent(colour_of(index), 0.25 if len(self.series) <= 2 else 0.1),
                "name": one.name,
                # Places and not names round the circle, so that axes of one name stay two.
                "theta": [360 * place / len(self.axes) for place in around],
                "r": [*one.values, *one.values[:1]],
                "text": [self.axes[place] for place in around],
                "hovertemplate": "%{text}: %{r}",
            }
            for index, one in enumerate(self.series)
        ]
        polar: dict[str, Any] = {
            "angularaxis": {
                "direction": "clockwise",
                "rotation": 90,
                "tickmode": "array",
                "tickvals": [360 * place / len(self.axes) for place in range(len(self.axes))],
                "ticktext": list(self.axes),
            },
            "radialaxis": {"angle": 90, "tickangle": 90, "nticks": 5, **NUMBERS},
            # The axis at the top has its name above it, and the legend stands above that.
            "domain": {"y": [0, 0.9]},
        }
        if all(value >= 0 for one in self.series for value in one.values):
            polar["radialaxis"]["rangemode"] = "tozero"
        # The title of a radial axis would stand across the profiles.
        unit = {"text": declared.unit, "showarrow": False, "xref": "paper", "yref": "paper", "x": 1, "y": 0}
        return figure(
            data,
            polar=polar,
            annotations=[{**unit, "xanchor": "right", "yanchor": "bottom"}] if declared.unit else [],
            margin={"l": 56, "r": 56, "t": 32, "b": 40},
        )
