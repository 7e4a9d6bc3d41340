"""A map as a PNG: its features over the countries of the world, in Web Mercator as on the page, drawn by matplotlib."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import IO, TYPE_CHECKING, Any

from attrs import evolve, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportTooLarge
from pixie_core.exporters.format import Format
from pixie_core.exporters.front_end import has_front_end
from pixie_core.exporters.maps_marks import Key, Mark, View, countries, marks_of, positions, view_of
from pixie_core.exporters.pictures_notes import noted_png
from pixie_core.exporters.pictures_theme import THEMES, Theme, ThemeName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from pixie_core.exporters.format import Export

__all__ = ["MAP_PICTURES", "MapOptions"]

_MOST_PIXELS = 64_000_000
_LINES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60)


@frozen(kw_only=True)
class MapOptions:
    """What can be chosen of a map's picture."""

    width: int = field(help="in CSS pixels, of which 96 are an inch", default=900, minimum=100, maximum=8_000)
    height: int = field(help="in CSS pixels", default=600, minimum=100, maximum=8_000)
    theme: ThemeName = field(help="light or dark", default="light")
    title: bool = field(help="the output's label above the map", default=True)
    scale: float = field(help="dots for each CSS pixel", default=2.0, minimum=0.1, maximum=10)
    dpi: int | None = field(
        help="dots for each inch, in place of scale: 300 for print", default=None, minimum=10, maximum=960
    )


def _write_png(export: Export, sink: IO[bytes], options: MapOptions) -> str:
    from pixie_core.exporters.pictures_drawn import on_canvas

    scale = options.scale if options.dpi is None else options.dpi / 96
    if options.width * options.height * scale**2 > _MOST_PIXELS:
        raise ExportTooLarge(
            f"The picture has more than {_MOST_PIXELS:,} dots. Choose a smaller width, height or scale."
        )
    theme = THEMES[options.theme]
    marks, key = marks_of(export)
    top = 46 if options.title else 16
    view = _filling(
        view_of(export, marks, options.width, options.height), options.width - 72, options.height - top - 40
    )

    def paint(canvas: Canvas) -> None:
        _paint(canvas, (marks, key), view, theme, top)

    title = export.declared.label if options.title else None
    content = on_canvas(paint, title, theme, format="png", width=options.width, height=options.height, scale=scale)
    renderer = f"matplotlib {version('matplotlib')}"
    sink.write(noted_png(content, export.declared.label, export.provenance, renderer, dpi=scale * 96))
    return renderer


def _up(latitude: float) -> float:
    """Web Mercator's y, in degrees at the equator."""
    held = math.radians(max(-85.05, min(85.05, latitude)))
    return math.degrees(math.log(math.tan(math.pi / 4 + held / 2)))


def _down(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(math.radians(y))) - math.pi / 2)


def _filling(view: View, width: float, height: float) -> View:
    """The view, widened on one side so that it fills the picture undistorted."""
    south, north = _up(view.south), _up(view.north)
    across, tall = max(view.east - view.west, 1e-9), max(north - south, 1e-9)
    if across / tall < width / height:
        more = (tall * width / height - across) / 2
        return evolve(view, west=view.west - more, east=view.east + more)
    more = (across * height / width - tall) / 2
    return evolve(view, south=_down(south - more), north=_down(north + more))


def _paint(canvas: Canvas, drawn: tuple[list[Mark], Key | None], view: View, theme: Theme, top: int) -> None:
    marks, key = drawn
    width, height = canvas.get_size_inches() * 96
    axes = canvas.add_axes((56 / width, 28 / height, 1 - 72 / width, 1 - (top + 40) / height), facecolor=theme.sea)
    axes.set(xlim=(view.west, view.east), ylim=(_up(view.south), _up(view.north)))
    _graticule(axes, view, theme)
    if has_front_end():
        for country in countries("png")["features"]:
            _area(
                axes, country["geometry"], view, {"facecolor": theme.land, "edgecolor": theme.border, "linewidth": 0.5}
            )
    for mark in marks:
        _mark(axes, mark, view, theme)
    for spine in axes.spines.values():
        spine.set_color(theme.border)
        spine.set_linewidth(0.75)
    if key is not None:
        _draw_key(axes, key, theme)


def _graticule(axes: Axes, view: View, theme: Theme) -> None:
    for side, low, high, names in (("x", view.west, view.east, "EW"), ("y", view.south, view.north, "NS")):
        step = next((each for each in _LINES if (high - low) / each <= 7), _LINES[-1])
        at = [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
        said = [f"{abs(_round(each, side)):.10g}°{names[0 if _round(each, side) >= 0 else 1]}" for each in at]
        getattr(axes, f"set_{side}ticks")(at if side == "x" else [_up(each) for each in at], said)
    axes.tick_params(colors=theme.muted, labelsize=8.25, length=0)
    axes.grid(color=theme.border, linewidth=0.4, alpha=0.6, zorder=1.5)


def _round(degrees: float, side: str) -> float:
    """As it is said: within one turn round the globe."""
    turned = (degrees + 180) % 360 - 180 if side == "x" and not -180 <= degrees <= 180 else degrees
    return round(turned, 6) + 0.0


def _mark(axes: Axes, mark: Mark, view: View, theme: Theme) -> None:
    from matplotlib.colors import is_color_like

    colour = mark.colour if is_color_like(mark.colour) else "#0072b2"
    kind = mark.geometry["type"]
    if kind == "GeometryCollection":
        for each in mark.geometry["geometries"]:
            _mark(axes, evolve(mark, geometry=each), view, theme)
    elif kind in {"Point", "MultiPoint"}:
        for at in positions(mark.geometry):
            axes.plot(
                at[0],
                _up(at[1]),
                "o",
                color=colour,
                alpha=mark.opacity,
                markersize=mark.radius * 1.5,
                markeredgecolor=theme.ground,
                markeredgewidth=0.5,
                zorder=4,
            )
            if kind == "Point" and mark.said and mark.radius <= 6:
                axes.annotate(
                    mark.said[:40].replace("$", r"\$"),
                    (at[0], _up(at[1])),
                    xytext=(6, 3),
                    textcoords="offset points",
                    color=theme.ink,
                    size=8.25,
                    zorder=5,
                    clip_on=True,
                )
    elif kind in {"LineString", "MultiLineString"}:
        at = mark.geometry["coordinates"]
        for line in [at] if kind == "LineString" else at:
            axes.plot([p[0] for p in line], [_up(p[1]) for p in line], color=colour, linewidth=2.2, zorder=3)
    elif kind in {"Polygon", "MultiPolygon"}:
        style = {"facecolor": colour, "edgecolor": theme.ink, "linewidth": 0.6, "alpha": mark.opacity, "zorder": 2}
        _area(axes, mark.geometry, view, style)


def _area(axes: Axes, geometry: dict[str, Any], view: View, style: dict[str, Any]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    at = geometry["coordinates"]
    for rings in at if geometry["type"] == "MultiPolygon" else [at]:
        for shift in (-360.0, 0.0, 360.0):
            if rings and rings[0] and _meets(rings[0], shift, view):
                points = [(p[0] + shift, _up(p[1])) for ring in rings for p in ring]
                codes = [code for ring in rings for code in _codes(len(ring), Path)]
                axes.add_patch(PathPatch(Path(points, codes), **style))


def _codes(count: int, path: Any) -> Iterator[Any]:
    yield path.MOVETO
    yield from [path.LINETO] * (count - 2)
    yield path.CLOSEPOLY


def _meets(ring: Sequence[Sequence[float]], shift: float, view: View) -> bool:
    xs, ys = [p[0] + shift for p in ring], [p[1] for p in ring]
    return min(xs) <= view.east and max(xs) >= view.west and min(ys) <= view.north and max(ys) >= view.south


def _draw_key(axes: Axes, key: Key, theme: Theme) -> None:
    import numpy as np

    from pixie_core.exporters.pictures_words import colormap, short_number, words

    beside = axes.inset_axes((0.68, 0.06, 0.28, 0.025), zorder=6)
    beside.imshow(np.linspace(0, 1, 256).reshape(1, -1), aspect="auto", cmap=colormap(key.stops))
    beside.set_yticks([])
    beside.set_xticks([0, 255], [short_number(key.low), short_number(key.high)])
    beside.tick_params(colors=theme.ink, length=0, labelsize=8.25)
    beside.set_title(words(key.title), color=theme.ink, size=8.25, pad=3)
    for spine in beside.spines.values():
        spine.set_visible(False)


MAP_PICTURES: tuple[Format, ...] = (
    Format(
        name="png",
        reads="features",
        ending=".png",
        mime="image/png",
        help="the map as a picture",
        write=_write_png,
        options=MapOptions,
    ),
)
