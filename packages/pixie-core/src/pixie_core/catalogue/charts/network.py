"""Nodes and the edges between them: chart_network."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, OutputValue, Records, Rows, field
from pixie_core.catalogue.charts.nodes import doubled_ids, label_of, unknown_ends
from pixie_core.catalogue.figures import NEUTRAL, colour_of, figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartNetwork"]

_ROOM_FOR_NAMES = 60
"""Nodes up to which each shows its label; beyond it they tell it on hover."""

_ROOM_FOR_WORDS = 40
"""Edges up to which each shows its label, and its arrow where it has a direction."""


@frozen
class NetworkNode:
    """A node of a network."""

    id: str | float = field(help="its name in edges; unique")
    label: str | None = field(help="what is shown; the id when it is missing", default=None)
    group: str | None = field(help="nodes of one group share a colour", default=None)


@frozen
class Edge:
    """A tie between two nodes."""

    source: str | float = field(help="the id of one node")
    target: str | float = field(help="the id of the other")
    label: str | None = field(help="shown at its middle", default=None)
    weight: float | None = field(
        help="how strong it is: strong ties stand closer; not negative", default=None, minimum=0
    )


@frozen
class ChartNetwork(OutputValue):
    """Nodes and the edges between them."""

    type: ClassVar = "chart_network"
    example: ClassVar[Json] = {
        "nodes": [
            {"id": "core", "label": "core", "group": "library"},
            {"id": "server", "label": "server", "group": "surface"},
            {"id": "client", "label": "client", "group": "surface"},
            {"id": "sdk", "label": "sdk", "group": "library"},
            {"id": "tool", "label": "a tool"},
        ],
        "edges": [
            {"source": "server", "target": "core", "label": "imports"},
            {"source": "server", "target": "client", "label": "imports"},
            {"source": "tool", "target": "sdk", "label": "imports"},
            {"source": "core", "target": "tool", "label": "runs"},
            {"source": "client", "target": "tool", "label": "asks for"},
        ],
        "directed": True,
    }

    nodes: Annotated[list[dict[str, Any]], Records(NetworkNode)] = field(help="the nodes; ids are unique")
    edges: Annotated[list[dict[str, Any]], Records(Edge)] = field(help="the edges, between ids of nodes")
    directed: bool = field(help="edges point from source to target", default=False)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Ids are unique, and edges join nodes that there are."""
        del declared
        yield from doubled_ids(self.nodes)
        yield from unknown_ends(self.nodes, self.edges, "edges")

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each edge."""
        del declared
        columns = (
            Column("source", "From"),
            Column("target", "To"),
            Column("label", "Label"),
            Column("weight", "Weight", "number"),
        )
        return Rows(
            columns,
            len(self.edges),
            lambda: ((edge["source"], edge["target"], edge.get("label"), edge.get("weight")) for edge in self.edges),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The network, laid out by its own ties; the same value always gives the same picture."""
        del declared
        ends = self._ends()
        places = layout(len(self.nodes), ends, [edge.get("weight") for edge in self.edges])
        few = len(self.edges) <= _ROOM_FOR_WORDS
        bare = {"visible": False, "showgrid": False, "zeroline": False}
        return figure(
            [*self._edge_traces(ends, places, named=few), *self._node_traces(ends, places)],
            xaxis=bare,
            yaxis=bare,
            annotations=self._arrows(ends, places) if self.directed and few else [],
            margin={"l": 16, "r": 16, "t": 24, "b": 16},
        )

    def _ends(self) -> list[tuple[int, int]]:
        index = {node["id"]: place for place, node in enumerate(self.nodes)}
        return [(index[edge["source"]], index[edge["target"]]) for edge in self.edges]

    def _edge_traces(
        self, ends: Sequence[tuple[int, int]], places: Sequence[tuple[float, float]], *, named: bool
    ) -> list[dict[str, Any]]:
        lines = {
            "type": "scatter",
            "mode": "lines",
            "x": list(chain.from_iterable((places[a][0], places[b][0], None) for a, b in ends)),
            "y": list(chain.from_iterable((places[a][1], places[b][1], None) for a, b in ends)),
            "line": {"color": NEUTRAL, "width": 1},
            "opacity": 0.7,
            "hoverinfo": "skip",
            "showlegend": False,
        }
        labels = [edge.get("label") for edge in self.edges]
        if not any(labels):
            return [lines]
        # The middle of an edge carries its label: written out, or to be found by pointing at it.
        middles = {
            "type": "scatter",
            "mode": "text" if named else "markers",
            "x": [(places[a][0] + places[b][0]) / 2 for a, b in ends],
            "y": [(places[a][1] + places[b][1]) / 2 for a, b in ends],
            "text": [label or "" for label in labels],
            "textfont": {"size": 10, "color": NEUTRAL},
            "marker": {"size": 6, "opacity": 0},
            "hoverinfo": "text",
            "showlegend": False,
        }
        return [lines, middles]

    def _node_traces(
        self, ends: Sequence[tuple[int, int]], places: Sequence[tuple[float, float]]
    ) -> list[dict[str, Any]]:
        """A trace for each group, the nodes larger the more edges they have."""
        ties = [0] * len(self.nodes)
        for end in chain.from_iterable(ends):
            ties[end] += 1
        members: dict[str, list[int]] = {}
        for place, node in enumerate(self.nodes):
            members.setdefault(node.get("group") or "", []).append(place)
        return [
            {
                "type": "scatter",
                "mode": "markers+text" if len(self.nodes) <= _ROOM_FOR_NAMES else "markers",
                "name": group or "other",
                "x": [places[each][0] for each in nodes],
                "y": [places[each][1] for each in nodes],
                "text": [label_of(self.nodes[each]) for each in nodes],
                "customdata": [ties[each] for each in nodes],
                "hovertemplate": "%{text}: %{customdata} edges<extra></extra>",
                "textposition": "top center",
                "cliponaxis": False,
                "marker": {
                    "color": colour_of(index),
                    "size": [min(8 + 3 * math.sqrt(ties[each]), 32) for each in nodes],
                    "opacity": 1,
                    # Plotly would draw a white edge, which shows on dark ground.
                    "line": {"width": 0},
                },
                "showlegend": len(members) > 1,
            }
            for index, (group, nodes) in enumerate(members.items())
        ]

    def _arrows(self, ends: Sequence[tuple[int, int]], places: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
        return [
            {
                "x": places[b][0],
                "y": places[b][1],
                "ax": places[a][0],
                "ay": places[a][1],
                "axref": "x",
                "ayref": "y",
                "text": "",
                "showarrow": True,
                "arrowhead": 2,
                "arrowsize": 1.2,
                "arrowwidth": 1,
                "arrowcolor": NEUTRAL,
                "standoff": 9,
            }
            for a, b in ends
            if a != b
        ]


def layout(count: int, ends: Sequence[tuple[int, int]], weights: Sequence[float | None]) -> list[tuple[float, float]]:
    """A place for each node: each connected part by its springs (Fruchterman and Reingold, 1991), and the parts
    beside each other in rows, largest first.

    Springs alone would drive parts that nothing ties together out of sight. The seed is fixed, so that a value
    always looks the same. Steps are fewer for parts of more than a thousand nodes: 10⁸ pairs are looked at, at
    most.
    """
    import rustworkx  # with numpy behind it: a tenth of a second that only networks pay

    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * count)
    graph.extend_from_weighted_edge_list(
        [(a, b, 1.0 if weight is None else weight) for (a, b), weight in zip(ends, weights, strict=True) if a != b]
    )
    heaviest = max((weight for weight in graph.edges()), default=0) or 1
    parts = sorted(
        (sorted(part) for part in rustworkx.connected_components(graph)), key=lambda part: (-len(part), part)
    )
    places: list[tuple[float, float]] = [(0.0, 0.0)] * count
    width = 2 * math.sqrt(count)
    left = bottom = height = 0.0
    for part in parts:
        side = 2 * math.sqrt(len(part))
        if left and left + side > width:
            left, bottom, height = 0.0, bottom - height - 1, 0.0
        height = max(height, side)
        steps = max(5, min(100, 10**8 // len(part) ** 2))
        found = rustworkx.spring_layout(
            graph.subgraph(part), weight_fn=lambda weight: weight / heaviest, num_iter=steps, seed=7
        )
        for node, (x, y) in zip(part, _within(list(found.values()), side), strict=True):
            places[node] = (left + x, bottom - y)
        left += side + 1
    return places


def _within(places: Sequence[Sequence[float]], side: float) -> list[tuple[float, float]]:
    """The places, turned so that they spread most from left to right, and stretched alike in both directions so
    that they fill a square.
    """
    mid_x, mid_y = (sum(along) / len(places) for along in zip(*places, strict=True))
    spread_x, spread_y = sum((x - mid_x) ** 2 for x, _ in places), sum((y - mid_y) ** 2 for _, y in places)
    both = sum((x - mid_x) * (y - mid_y) for x, y in places)
    # The angle of the first principal axis.
    angle = math.atan2(2 * both, spread_x - spread_y) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    places = [(cos * x + sin * y, cos * y - sin * x) for x, y in places]
    xs, ys = [x for x, _ in places], [y for _, y in places]
    extent = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    middle = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
    return [(side / 2 + (x - middle[0]) / extent * side, side / 2 + (y - middle[1]) / extent * side) for x, y in places]
