"""A Sankey diagram laid out: columns by the longest way from a source, nodes ordered by where their flows come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, frozen
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from pixie_core.exporters.pictures_words import PX, colour, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from pixie_core.catalogue import Figure
    from pixie_core.exporters.pictures_theme import Theme

__all__ = ["draw_sankey"]

_THICK = 18.0
_PAD = 16.0
_ROUNDS = 24


@define
class _Node:
    """A node while it finds its place; y grows downwards."""

    column: int = 0
    size: float = 0.0
    x: float = 0.0
    y: float = 0.0


@frozen
class _Leg:
    """A flow's way from one column to the next."""

    flow: int
    source: int
    target: int
    value: float


def draw_sankey(canvas: Canvas, figure: Figure, theme: Theme, top: int) -> None:
    """The nodes as bars in columns, the flows as bands as wide as they are large."""
    trace = figure.data[0]
    width, height = canvas.get_size_inches() * 96
    axes = canvas.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0))
    count, tall = len(trace["node"]["label"]), height - top - 24
    flows = list(zip(trace["link"]["source"], trace["link"]["target"], trace["link"]["value"], strict=True))
    nodes, legs = _placed(count, flows, tall)
    if not any(node.size for node in nodes):
        axes.text(width / 2, height / 2, "No data", ha="center", va="center", color=theme.muted)
        return
    last = max(node.column for node in nodes) or 1
    scale = _scale(nodes, tall)
    for node in nodes:
        node.x = 16 + (width - 32 - _THICK) * node.column / last
        node.y += top
    for leg, begin, end in _docked(nodes, legs, scale):
        source, target = nodes[leg.source], nodes[leg.target]
        # A flow that passes a column goes straight through it.
        ends = target.x + (_THICK if leg.target >= count else 0)
        band = _band(source.x + _THICK, begin, ends, end, leg.value * scale, straight_to=target.x)
        axes.add_patch(PathPatch(band, facecolor=colour(trace["link"]["color"][leg.flow]), linewidth=0))
    for place, node in enumerate(nodes[:count]):
        if not node.size:
            continue
        size = max(node.size * scale, 1.0)
        axes.add_patch(Rectangle((node.x, node.y), _THICK, size, facecolor=trace["node"]["color"][place], linewidth=0))
        inwards = node.column == last
        axes.text(
            node.x - 6 if inwards else node.x + _THICK + 6,
            node.y + size / 2,
            words(trace["node"]["label"][place], 30),
            va="center",
            ha="right" if inwards else "left",
            color=theme.ink,
            size=12 * PX,
        )


def _docked(nodes: list[_Node], legs: list[_Leg], scale: float) -> list[tuple[_Leg, float, float]]:
    """Each leg with the heights of its ends: at every node in the order of where the other ends lie."""
    leaving = [node.y for node in nodes]
    entering = [node.y for node in nodes]
    begins = {}
    for leg in sorted(legs, key=lambda leg: nodes[leg.target].y):
        begins[leg] = leaving[leg.source]
        leaving[leg.source] += leg.value * scale
    docked = []
    for leg in sorted(legs, key=lambda leg: nodes[leg.source].y):
        docked.append((leg, begins[leg], entering[leg.target]))
        entering[leg.target] += leg.value * scale
    return docked


def _placed(count: int, flows: list[tuple[int, int, float]], height: float) -> tuple[list[_Node], list[_Leg]]:
    """The nodes in their places, then those that stand where a flow passes a column; and the flows' legs."""
    nodes = [_Node() for _ in range(count)]
    for place, node in enumerate(nodes):
        leaves = sum(value for source, _, value in flows if source == place)
        comes = sum(value for _, target, value in flows if target == place)
        node.size = max(leaves, comes)
    # The longest way to each node; a circle ends it after as many steps as there are nodes.
    for _ in range(count):
        moved = False
        for source, target, _value in flows:
            if source != target and nodes[target].column < nodes[source].column + 1 < count:
                nodes[target].column = nodes[source].column + 1
                moved = True
        if not moved:
            break
    legs = []
    for flow, (source, target, value) in enumerate(flows):
        if not value:
            continue
        at = source
        for column in range(nodes[source].column + 1, nodes[target].column):
            nodes.append(_Node(column=column, size=value))
            legs.append(_Leg(flow, at, len(nodes) - 1, value))
            at = len(nodes) - 1
        legs.append(_Leg(flow, at, target, value))
    _arrange(nodes, legs, height)
    return nodes, legs


def _arrange(nodes: list[_Node], legs: list[_Leg], height: float) -> None:
    """Move nodes up and down, column by column, to where their flows come from and go to."""
    scale = _scale(nodes, height)
    columns: dict[int, list[int]] = {}
    for place, node in enumerate(nodes):
        if node.size:
            columns.setdefault(node.column, []).append(place)
    for members in columns.values():
        _spread(nodes, members, scale, height)
    for turn in range(_ROUNDS):
        for column in sorted(columns, reverse=turn % 2 == 1):
            for place in columns[column]:
                _pull(nodes, place, legs, scale, forwards=turn % 2 == 0)
            columns[column].sort(key=lambda place: nodes[place].y + nodes[place].size * scale / 2)
            _untangle(nodes, columns[column], scale, height)


def _scale(nodes: list[_Node], height: float) -> float:
    """Pixels of one unit: what the fullest column has room for."""
    columns: dict[int, list[float]] = {}
    for node in nodes:
        if node.size:
            columns.setdefault(node.column, []).append(node.size)
    fits = ((height - min(_PAD * (len(sizes) - 1), height * 0.6)) / sum(sizes) for sizes in columns.values())
    return min(fits, default=1.0)


def _spread(nodes: list[_Node], members: list[int], scale: float, height: float) -> None:
    used = sum(nodes[place].size * scale for place in members)
    gap = (height - used) / (len(members) + 1)
    at = gap
    for place in members:
        nodes[place].y = at
        at += nodes[place].size * scale + gap


def _pull(nodes: list[_Node], place: int, legs: list[_Leg], scale: float, *, forwards: bool) -> None:
    """Move a node to the middle of those that it is tied to on one side."""
    ties: list[tuple[float, float]] = []
    for leg in legs:
        here, there = (leg.target, leg.source) if forwards else (leg.source, leg.target)
        if here == place and there != place:
            ties.append((nodes[there].y + nodes[there].size * scale / 2, leg.value))
    weight = sum(value for _, value in ties)
    if weight:
        middle = sum(at * value for at, value in ties) / weight
        nodes[place].y = middle - nodes[place].size * scale / 2


def _untangle(nodes: list[_Node], members: list[int], scale: float, height: float) -> None:
    """Push nodes of a column apart, from the top and then back from the bottom."""
    tall = sum(nodes[place].size * scale for place in members)
    pad = min(_PAD, (height - tall) / max(len(members) - 1, 1))
    at = 0.0
    for place in members:
        nodes[place].y = max(nodes[place].y, at)
        at = nodes[place].y + nodes[place].size * scale + pad
    at = height
    for place in reversed(members):
        nodes[place].y = min(nodes[place].y, at - nodes[place].size * scale)
        at = nodes[place].y - pad


def _band(x1: float, y1: float, x2: float, y2: float, thick: float, *, straight_to: float) -> Path:
    """A curve as wide as it is tall at its ends; from `straight_to` to x2 it runs level."""
    turn = straight_to
    middle = (x1 + turn) / 2
    above: list[Any] = [(x1, y1), (middle, y1), (middle, y2), (turn, y2), (x2, y2)]
    below: list[Any] = [
        (x2, y2 + thick),
        (turn, y2 + thick),
        (middle, y2 + thick),
        (middle, y1 + thick),
        (x1, y1 + thick),
    ]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, Path.LINETO, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path([*above, *below, (x1, y1)], curve)
