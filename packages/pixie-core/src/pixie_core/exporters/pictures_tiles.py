"""A treemap: parts within parts, squarified (Bruls, Huizing and van Wijk, 2000) by the library of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import squarify
from attrs import frozen
from matplotlib.patches import Rectangle

from pixie_core.exporters.pictures_words import PX, colour, ink_on, of_series, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from pixie_core.catalogue import Figure
    from pixie_core.exporters.pictures_theme import Theme

__all__ = ["draw_treemap"]

_LETTER = 6.6
"""About the width of a letter, in CSS pixels."""
_HEADING = 20.0
_GAP = 2.0


@frozen
class _Tile:
    """A part where it lies, in CSS pixels from the upper left corner."""

    place: int
    x: float
    y: float
    width: float
    height: float
    branch: int
    is_leaf: bool


def draw_treemap(canvas: Canvas, figure: Figure, theme: Theme, top: int) -> None:
    """Each part as a rectangle; parts with parts of their own as frames with a heading."""
    trace = figure.data[0]
    width, height = canvas.get_size_inches() * 96
    axes = canvas.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0))
    room = (16.0, float(top), width - 32, height - top - 16)
    children: dict[str, list[int]] = {}
    for place, parent in enumerate(trace["parents"]):
        children.setdefault(parent, []).append(place)
    total = sum(trace["values"][place] for place in children.get("", ())) or 1
    drawn = False
    for tile in _tiles(trace, children, children.get("", []), room):
        _draw(axes, tile, trace, total, theme)
        drawn = True
    if not drawn:
        axes.text(width / 2, height / 2, "No data", ha="center", va="center", color=theme.muted)


def _tiles(
    trace: dict[str, Any],
    children: dict[str, list[int]],
    places: list[int],
    room: tuple[float, float, float, float],
    branch: int = -1,
) -> Iterator[_Tile]:
    x, y, width, height = room
    places = sorted((each for each in places if trace["values"][each] > 0), key=lambda each: -trace["values"][each])
    if not places or width < 1 or height < 1:
        return
    sizes = squarify.normalize_sizes([trace["values"][each] for each in places], width, height)
    for number, (place, box) in enumerate(zip(places, squarify.squarify(sizes, x, y, width, height), strict=True)):
        inside = children.get(trace["ids"][place], [])
        # Colours tell the outermost parts apart that there is more than one of.
        own = branch if branch >= 0 else (-1 if len(places) == 1 and inside else number)
        tile = _Tile(
            place,
            box["x"] + _GAP / 2,
            box["y"] + _GAP / 2,
            max(box["dx"] - _GAP, 0),
            max(box["dy"] - _GAP, 0),
            own,
            not inside,
        )
        yield tile
        if inside:
            within = (tile.x + 3, tile.y + _HEADING, tile.width - 6, tile.height - _HEADING - 3)
            yield from _tiles(trace, children, inside, within, own)


def _draw(axes: Axes, tile: _Tile, trace: dict[str, Any], total: float, theme: Theme) -> None:
    base = colour(of_series(tile.branch)) if tile.branch >= 0 else colour(theme.line)
    if not tile.is_leaf and tile.branch >= 0:
        ground = colour(theme.ground)
        mixed = [0.45 * a + 0.55 * b for a, b in zip(base[:3], ground[:3], strict=True)]
        base = (mixed[0], mixed[1], mixed[2], 1.0)
    axes.add_patch(Rectangle((tile.x, tile.y), tile.width, tile.height, facecolor=base, linewidth=0))
    share = f"{trace['values'][tile.place] / total:.0%}"
    name = trace["labels"][tile.place]
    letters = int((tile.width - 10) / _LETTER)
    if letters < 3 or tile.height < _HEADING - 4:
        return
    style: dict[str, Any] = {"color": ink_on(base), "size": 12 * PX, "va": "top", "ha": "left", "clip_on": True}
    if tile.is_leaf and tile.height > 40:
        axes.text(tile.x + 6, tile.y + 5, f"{words(name, letters)}\n{share}", **style)
    else:
        both = f"{name}  {share}"
        axes.text(tile.x + 6, tile.y + 4, words(both if len(both) <= letters else name, letters), **style)
