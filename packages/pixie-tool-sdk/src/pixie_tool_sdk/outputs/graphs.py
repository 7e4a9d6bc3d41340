"""Charts of nodes: flows, nested shares, networks."""

from __future__ import annotations

from typing import Any

from pixie_tool_sdk.encoding import plain, shown
from pixie_tool_sdk.errors import OutputError
from pixie_tool_sdk.outputs.checks import boolean_at, known_ids, number_at, optional, records_at, text_at

__all__ = ["chart_network", "chart_sankey", "chart_treemap"]


def chart_sankey(nodes: Any, links: Any) -> dict[str, Any]:
    """Flows: nodes are `{"id", "label"}`, links `{"source", "target", "value"}` between the ids of nodes; none is
    negative.
    """
    listed = _nodes(nodes, "chart_sankey.nodes")
    flows = _edges(links, "chart_sankey.links", ["source", "target", "value"], known_ids(listed, "chart_sankey.nodes"))
    for index, link in enumerate(flows):
        link["value"] = number_at(link["value"], f"chart_sankey.links[{index}].value", low=0)
    return {"nodes": listed, "links": flows}


def chart_treemap(nodes: Any) -> dict[str, Any]:
    """Nested shares: nodes are `{"id", "label", "value", "parent"}`, where `parent` is another's id, and a root has
    none.
    """
    listed = _nodes(nodes, "chart_treemap.nodes", "value")
    ids = known_ids(listed, "chart_treemap.nodes")
    parents: dict[Any, Any] = {}
    for index, node in enumerate(listed):
        where = f"chart_treemap.nodes[{index}]"
        node["value"] = number_at(node["value"], f"{where}.value", low=0)
        if optional(node, where, parent=lambda value, _: plain(value)).get("parent") is None:
            continue
        if node["parent"] not in ids:
            raise OutputError(f"{where}.parent is {shown(node['parent'])}, and no node has this id")
        parents[node["id"]] = node["parent"]
    for start in parents:
        seen = {start}
        at = parents.get(start)
        while at is not None:
            if at in seen:
                raise OutputError(f"chart_treemap.nodes: {shown(start)} lies within itself by way of its parents")
            seen.add(at)
            at = parents.get(at)
    return {"nodes": listed}


def chart_network(nodes: Any, edges: Any, *, directed: bool | None = None) -> dict[str, Any]:
    """A network: nodes are `{"id", "label"}`, edges `{"source", "target", "label"}` between the ids of nodes.

    `directed` draws edges as arrows from source to target.
    """
    listed = _nodes(nodes, "chart_network.nodes")
    joined = _edges(edges, "chart_network.edges", ["source", "target"], known_ids(listed, "chart_network.nodes"))
    for index, edge in enumerate(joined):
        optional(edge, f"chart_network.edges[{index}]", label=text_at)
    said = {} if directed is None else {"directed": boolean_at(directed, "chart_network.directed")}
    return {"nodes": listed, "edges": joined, **said}


def _nodes(nodes: Any, where: str, *more: str) -> list[dict[str, Any]]:
    listed = records_at(nodes, where, ["id", "label", *more])
    for index, node in enumerate(listed):
        node["label"] = text_at(node["label"], f"{where}[{index}].label")
    return listed


def _edges(edges: Any, where: str, required: list[str], ids: set[Any]) -> list[dict[str, Any]]:
    listed = records_at(edges, where, required)
    for index, edge in enumerate(listed):
        for end in ("source", "target"):
            edge[end] = plain(edge[end])
            if edge[end] not in ids:
                raise OutputError(f"{where}[{index}].{end} is {shown(edge[end])}, and no node has this id")
    return listed
