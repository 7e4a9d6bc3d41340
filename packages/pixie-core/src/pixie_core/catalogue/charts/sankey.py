"""Flows between nodes: chart_sankey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, OutputValue, Records, Rows, field
from pixie_core.catalogue.charts.nodes import Node, doubled_ids, label_of, unknown_ends
from pixie_core.catalogue.figures import colour_of, figure, titled, translucent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartSankey"]


@frozen
class Flow:
    """How much flows from one node to another."""

    source: str | float = field(help="the id of the node that it leaves")
    target: str | float = field(help="the id of the node that it reaches")
    value: float = field(help="how much; not negative", minimum=0)
    label: str | None = field(help="shown on hover", default=None)


@frozen
class ChartSankey(OutputValue):
    """Flows from node to node, as bands as wide as they are large."""

    type: ClassVar = "chart_sankey"
    example: ClassVar[Json] = {
        "nodes": [
            {"id": "gas", "label": "Gas"},
            {"id": "wind", "label": "Wind"},
            {"id": "power", "label": "Electricity"},
            {"id": "heat", "label": "Heat"},
            {"id": "loss", "label": "Losses"},
        ],
        "links": [
            {"source": "gas", "target": "power", "value": 42},
            {"source": "gas", "target": "heat", "value": 30},
            {"source": "wind", "target": "power", "value": 25},
            {"source": "power", "target": "heat", "value": 18},
            {"source": "power", "target": "loss", "value": 21},
        ],
    }

    nodes: Annotated[list[dict[str, Any]], Records(Node)] = field(help="the nodes; ids are unique")
    links: Annotated[list[dict[str, Any]], Records(Flow)] = field(help="the flows, between ids of nodes")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Ids are unique, and flows join nodes that there are."""
        del declared
        yield from doubled_ids(self.nodes)
        yield from unknown_ends(self.nodes, self.links, "links")

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each flow, by the nodes' labels."""
        columns = (
            Column("source", "From"),
            Column("target", "To"),
            Column("value", titled(declared.label, declared.unit), "number"),
        )
        labels = {node["id"]: label_of(node) for node in self.nodes}
        return Rows(
            columns,
            len(self.links),
            lambda: ((labels[link["source"]], labels[link["target"]], link["value"]) for link in self.links),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The bands, in the colour of the node that they leave."""
        index = {node["id"]: place for place, node in enumerate(self.nodes)}
        sources = [index[link["source"]] for link in self.links]
        data: dict[str, Any] = {
            "type": "sankey",
            "arrangement": "snap",
            "valuesuffix": f" {declared.unit}" if declared.unit else "",
            "node": {
                "label": [label_of(node) for node in self.nodes],
                "color": [colour_of(place) for place in range(len(self.nodes))],
                "line": {"width": 0},
                "pad": 16,
                "thickness": 18,
            },
            "link": {
                "source": sources,
                "target": [index[link["target"]] for link in self.links],
                "value": [link["value"] for link in self.links],
                "label": [link.get("label") or "" for link in self.links],
                "color": [translucent(colour_of(source), 0.4) for source in sources],
            },
        }
        # Plotly can't lay out a diagram in which nothing flows.
        if not any(data["link"]["value"]):
            return figure([], xaxis={"visible": False}, yaxis={"visible": False})
        return figure([data], margin={"l": 16, "r": 16, "t": 24, "b": 24})
