"""How values are spread: chart_histogram, chart_boxplot.

Bins, quartiles and whiskers are computed here and not where the picture is drawn, so that a page, a PNG and a
table say the same, and a million values make a small figure.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, Numbers, OutputValue, Rows, field
from pixie_core.catalogue.figures import axis, colour_of, figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartBoxplot", "ChartHistogram"]

_MOST_BINS = 1_000


@frozen
class ChartHistogram(OutputValue):
    """How often values fall into each bin."""

    type: ClassVar = "chart_histogram"
    example: ClassVar[Json] = {
        "x_label": "Reaction time (ms)",
        "values": [212, 231, 244, 248, 251, 256, 259, 262, 268, 270, 275, 281, 284, 290, 301, 318, 334, 371],
        "bins": 8,
    }

    values: Numbers = field(help="the values")
    bins: int | None = field(
        help="how many bins; chosen from the values when it is missing", default=None, minimum=1, maximum=10_000
    )
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each value."""
        columns = (Column("value", self.x_label or declared.label, "number"),)
        return Rows(columns, len(self.values), lambda: ((value,) for value in self.values))

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """A bar for each bin, from edge to edge."""
        ordered = sorted(self.values)
        edges = bin_edges(ordered, self.bins)
        bounds = list(pairwise(edges))
        data = {
            "type": "bar",
            "name": declared.label,
            "x": [low + (high - low) / 2 for low, high in bounds],
            "width": [high - low for low, high in bounds],
            "y": counts(ordered, edges),
            "customdata": [[low, high] for low, high in bounds],
            "hovertemplate": "%{customdata[0]:.4~g} to %{customdata[1]:.4~g}: %{y}<extra></extra>",
            "marker": {"line": {"width": 0.5, "color": "rgba(128,138,148,0.6)"}},
        }
        return figure(
            [data],
            xaxis=axis(self.x_label, unit=declared.unit),
            yaxis=axis(self.y_label or "Count"),
            bargap=0,
        )


def bin_edges(ordered: Sequence[float], bins: int | None = None) -> list[float]:
    """The edges of equally wide bins over sorted values, one more than there are bins; none for no values.

    Without `bins` their width is by Freedman and Diaconis (1981), 2·IQR/∛n; by Sturges (1926) where half of
    the values are one and the same.
    """
    if not ordered:
        return []
    low, high = float(ordered[0]), float(ordered[-1])
    if low == high:
        half = abs(low) * 0.05 or 0.5
        low, high = low - half, high + half
        bins = bins or 1
    if bins is None:
        spread = quantile(ordered, 0.75) - quantile(ordered, 0.25)
        width = 2 * spread / len(ordered) ** (1 / 3)
        bins = math.ceil((high - low) / width) if width > 0 else math.ceil(math.log2(len(ordered)) + 1)
        bins = max(1, min(bins, _MOST_BINS))
    step = high / bins - low / bins
    return [*(low + step * index for index in range(bins)), high]


def counts(ordered: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many sorted values lie in each bin: its left edge belongs to it, and to the last one both."""
    if not edges:
        return []
    starts = [bisect_left(ordered, edge) for edge in edges[:-1]]
    return [after - before for before, after in pairwise([*starts, bisect_right(ordered, edges[-1])])]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of sorted values lies, linear between neighbours (type 7 of Hyndman
    and Fan, 1996).
    """
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@frozen
class Sample:
    """The values of one box."""

    name: str = field(help="the name under the box")
    values: Numbers = field(help="the values")


_MOST_OUTLIERS = 1_000


@frozen
class ChartBoxplot(OutputValue):
    """Median, quartiles and outliers of samples side by side."""

    type: ClassVar = "chart_boxplot"
    example: ClassVar[Json] = {
        "y_label": "Yield (t/ha)",
        "series": [
            {"name": "Control", "values": [4.1, 4.4, 4.6, 4.7, 4.9, 5.0, 5.2, 5.3]},
            {"name": "Treated", "values": [4.8, 5.1, 5.3, 5.6, 5.7, 5.9, 6.1, 8.4]},
        ],
    }

    series: list[Sample] = field(help="the samples, a box each")
    x_label: str | None = field(help="title of the x axis", default=None)
    y_label: str | None = field(help="title of the y axis", default=None)
    log_y: bool = field(help="logarithmic y axis", default=False)

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each value."""
        columns = (Column("series", "Series"), Column("value", self.y_label or declared.label, "number"))
        return Rows(
            columns,
            sum(len(one.values) for one in self.series),
            lambda: ((one.name, value) for one in self.series for value in one.values),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """A box from quartile to quartile, whiskers to the last value within 1.5 times its height (Tukey,
        1977), and the values beyond, of which the outermost thousand are drawn.
        """
        data = []
        for index, one in enumerate(self.series):
            if not one.values:
                continue
            ordered = sorted(one.values)
            lower, median, upper = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
            first = bisect_left(ordered, lower - 1.5 * (upper - lower))
            last = bisect_right(ordered, upper + 1.5 * (upper - lower)) - 1
            # Half of them from either end, from the outside inwards.
            outliers = [*ordered[:first][: _MOST_OUTLIERS // 2], *ordered[last + 1 :][-(_MOST_OUTLIERS // 2) :]]
            data.append(
                {
                    "type": "box",
                    "name": one.name,
                    "x": [one.name],
                    "q1": [lower],
                    "median": [median],
                    "q3": [upper],
                    "lowerfence": [ordered[first]],
                    "upperfence": [ordered[last]],
                    # Plotly leaves out a box whose list of points is empty.
                    **({"y": [outliers], "boxpoints": "all", "pointpos": 0, "jitter": 0} if outliers else {}),
                    "marker": {"color": colour_of(index), "size": 5},
                }
            )
        return figure(
            data,
            xaxis={**axis(self.x_label), "type": "category"},
            yaxis=axis(self.y_label, log=self.log_y, unit=declared.unit),
            showlegend=False,
        )
