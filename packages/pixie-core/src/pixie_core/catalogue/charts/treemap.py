"""Parts within parts: chart_treemap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Column, Figure, Json, OutputValue, Records, Rows, field
from pixie_core.catalogue.charts.nodes import doubled_ids, label_of
from pixie_core.catalogue.figures import PALETTE, figure, titled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["ChartTreemap"]


_ROOM_FOR_WORDS = 0.008
"""The share of the whole from which a part shows its name."""


@frozen
class Part:
    """One part of a treemap."""

    id: str | float = field(help="its name; unique")
    label: str | None = field(help="what is shown; the id when it is missing", default=None)
    value: float | None = field(
        help="how much; of a part with parts of its own their sum when it is missing or 0", default=None, minimum=0
    )
    parent: str | float | None = field(help="the id of the part that it is in; missing at the top", default=None)


@frozen
class ChartTreemap(OutputValue):
    """Parts within parts, as areas."""

    type: ClassVar = "chart_treemap"
    example: ClassVar[Json] = {
        "nodes": [
            {"id": "disk", "label": "Disk", "value": 0},
            {"id": "photos", "label": "Photos", "value": 310, "parent": "disk"},
            {"id": "video", "label": "Video", "value": 420, "parent": "disk"},
            {"id": "code", "label": "Code", "value": 0, "parent": "disk"},
            {"id": "envs", "label": "Environments", "value": 88, "parent": "code"},
            {"id": "source", "label": "Source", "value": 12, "parent": "code"},
        ]
    }

    nodes: Annotated[list[dict[str, Any]], Records(Part)] = field(help="the parts")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Ids are unique, parents are there, and no part lies within itself."""
        del declared
        doubled = list(doubled_ids(self.nodes))
        yield from doubled
        known = {node["id"] for node in self.nodes}
        for index, node in enumerate(self.nodes):
            if _parent(node) is not None and _parent(node) not in known:
                yield f"nodes[{index}].parent is {node['parent']!r} and no node has that id"
        if not doubled and (lost := len(self.nodes) - len(self._outermost_first(known))):
            yield f"{lost} nodes lie within themselves: following parent from them never reaches the top"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each part, as it came."""
        columns = (
            Column("id", "Id"),
            Column("label", "Label"),
            Column("parent", "Parent"),
            Column("value", titled(declared.label, declared.unit), "number"),
        )
        return Rows(
            columns,
            len(self.nodes),
            lambda: ((node["id"], label_of(node), _parent(node), node.get("value")) for node in self.nodes),
        )

    def to_figure(self, declared: OutputDeclaration) -> Figure:
        """The parts, each as large as itself with all that is in it.

        Tools say of a part that has parts nothing, the whole, or what it holds beside them: a value smaller
        than its parts' sum is taken for the last.
        """
        totals = self._totals()
        whole = sum(totals[node["id"]] for node in self.nodes if _parent(node) is None)
        data = {
            "type": "treemap",
            "ids": [str(node["id"]) for node in self.nodes],
            "labels": [label_of(node) for node in self.nodes],
            "parents": ["" if _parent(node) is None else str(_parent(node)) for node in self.nodes],
            "values": [totals[node["id"]] for node in self.nodes],
            "branchvalues": "total",
            # Words in a part so small would be too small to read.
            "texttemplate": [
                "%{label}<br>%{percentRoot:.0%}" if totals[node["id"]] >= _ROOM_FOR_WORDS * whole else ""
                for node in self.nodes
            ],
            "hovertemplate": f"%{{label}}: %{{value:,}} {declared.unit or ''}<br>%{{percentParent}} of %{{parent}}"
            "<extra></extra>",
            "pathbar": {"visible": True},
            "tiling": {"pad": 2},
        }
        return figure(
            [data],
            treemapcolorway=list(PALETTE),
            extendtreemapcolors=False,
            margin={"l": 8, "r": 8, "t": 24, "b": 8},
        )

    def _totals(self) -> dict[Any, float]:
        """By id: what the part holds, with all that lies in it."""
        inside: dict[Any, float] = {}
        totals: dict[Any, float] = {}
        for node in reversed(self._outermost_first({node["id"] for node in self.nodes})):
            own, parts = node.get("value") or 0, inside.get(node["id"], 0)
            # A hair below the sum is the same number after rounding.
            totals[node["id"]] = max(own, parts) if own >= parts * (1 - 1e-9) or not own else own + parts
            if (parent := _parent(node)) is not None:
                inside[parent] = inside.get(parent, 0) + totals[node["id"]]
        return totals

    def _outermost_first(self, known: set[Any]) -> list[dict[str, Any]]:
        """Every part that is reached from the top, after the part that it lies in."""
        children: dict[Any, list[dict[str, Any]]] = {}
        for node in self.nodes:
            parent = _parent(node)
            children.setdefault(parent if parent in known else None, []).append(node)
        reached = list(children.get(None, ()))
        for node in reached:
            reached.extend(children.get(node["id"], ()))
        return reached


def _parent(node: dict[str, Any]) -> Any:
    """The id of the part that this one is in, or None at the top, which some write as an empty string."""
    parent = node.get("parent")
    return None if parent == "" else parent
