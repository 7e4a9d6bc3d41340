"""Figures in a plane with two axes: lines, areas, points, bars, boxes, heat maps, candles, networks, schedules."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import ticker

from pixie_core.exporters.pictures_scales import Scale
from pixie_core.exporters.pictures_words import (
    PX,
    colormap,
    colour,
    ink_on,
    legend,
    of_series,
    short_number,
    tick,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import NDArray

    from pixie_core.catalogue import Figure
    from pixie_core.exporters.pictures_theme import Theme

__all__ = ["draw_plane"]

_PLACES = {
    f"{up} {side}": (across, against, way)
    for up, against, way in (("top", "bottom", 1), ("bottom", "top", -1))
    for side, across in (("center", "center"), ("right", "left"), ("left", "right"))
}
"""Where Plotly puts words, and how matplotlib aligns them there: across, up, and which way they are moved."""


def draw_plane(canvas: Canvas, figure: Figure, theme: Theme, top: int) -> None:
    """The traces of a figure over its axes; the axes alone when there are none."""
    axes = canvas.add_subplot()
    layout = figure.layout
    traces = figure.data
    along = Scale(layout.get("xaxis", {}), chain.from_iterable(_positions(trace, "x") for trace in traces))
    upright = Scale(layout.get("yaxis", {}), chain.from_iterable(_positions(trace, "y") for trace in traces))
    _dress(axes, theme, (along, upright))
    plane = _Plane(axes, theme, along, upright, layout)
    bars = [(index, trace) for index, trace in enumerate(traces) if trace["type"] == "bar"]
    plane.bars(bars)
    for index, trace in enumerate(traces):
        if trace["type"] in {"scatter", "scattergl"}:
            plane.scatter(index, trace)
        elif trace["type"] == "box":
            plane.box(trace)
        elif trace["type"] == "heatmap":
            plane.heatmap(canvas, trace)
        elif trace["type"] == "candlestick":
            plane.candles(trace)
    plane.marks(traces)
    if not traces or all(not _length(trace) for trace in traces):
        axes.text(0.5, 0.5, "No data", transform=axes.transAxes, ha="center", va="center", color=theme.muted)
    _ranges(axes, theme, along, upright)
    width, height = canvas.get_size_inches() * 96
    along.dress(axes.xaxis, width * 0.85, lying=True)
    upright.dress(axes.yaxis, height * 0.75, lying=False)
    above = 0
    if layout.get("showlegend") and legend(axes, theme, layout["legend"]) is not None:
        above = 26 if layout["legend"]["orientation"] == "h" else 0
    _place(canvas, axes, top, above)


def _length(trace: dict[str, Any]) -> int:
    return max((len(trace.get(name) or ()) for name in ("x", "y", "z", "q1")), default=0)


def _positions(trace: dict[str, Any], side: str) -> Iterator[Any]:
    """What stands along an axis: where bars begin as well, and not how long they are."""
    if trace["type"] == "box" and side == "y":
        return
    lying = trace.get("orientation") == "h"
    if trace["type"] == "bar" and "base" in trace and (side == "x") == lying:
        yield from trace["base"]
    else:
        yield from trace.get(side) or ()


def _dress(axes: Axes, theme: Theme, scales: tuple[Scale, Scale]) -> None:
    axes.set_facecolor(theme.ground)
    for side, scale in zip("xy", scales, strict=True):
        own = scale.layout
        axis = getattr(axes, f"{side}axis")
        if scale.kind == "log":
            getattr(axes, f"set_{side}scale")("log", nonpositive="mask")
        title = own.get("title", {}).get("text", "")
        axis.set_label_text(words(title, 100), color=theme.muted, size=13 * PX)
        axis.labelpad = 6
        axis.set_tick_params(colors=theme.muted, length=0, labelsize=12 * PX, pad=5)
        axis.offsetText.set_color(theme.muted)
        axis.set_visible(own.get("visible", True))
        grid = own.get("showgrid", True) and own.get("visible", True) and scale.kind != "category"
        axis.grid(grid, which="major", color=theme.line, linewidth=1 * PX)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _ranges(axes: Axes, theme: Theme, along: Scale, upright: Scale) -> None:
    """Ends and directions, and a line where zero is."""
    for scale, limit, get, line in (
        (along, axes.set_xlim, axes.get_xlim, axes.axvline),
        (upright, axes.set_ylim, axes.get_ylim, axes.axhline),
    ):
        low, high = sorted(get())
        if "range" in scale.layout:
            limit(*scale.layout["range"])
        elif scale.upside_down:
            limit(high, low)
        else:
            limit(low, high)  # what is drawn from here on moves them no more
        counted = scale.kind == "linear" and "tickvals" not in scale.layout and scale.layout.get("visible", True)
        if counted and low < 0 < high:
            line(0, color=theme.border, linewidth=1 * PX, zorder=0.9)


def _place(canvas: Canvas, axes: Axes, top: int, legend_height: int) -> None:
    """Give the words at the axes the room that they take, and the plane the rest."""
    width, height = canvas.get_size_inches() * 96
    axes.set_position((0.1, 0.1, 0.8, 0.8))
    canvas.draw_without_rendering()
    dots = canvas.dpi / 96
    box, plane = axes.get_tightbbox(), axes.get_window_extent()
    assert box is not None
    left = min(max(plane.x0 - box.x0, 0) / dots + 16, width * 0.45)
    right = min(max(box.x1 - plane.x1, 0) / dots + 16, width * 0.42)
    bottom = max(plane.y0 - box.y0, 0) / dots + 16
    axes.set_position(
        (
            left / width,
            bottom / height,
            max(width - left - right, 20) / width,
            max(height - bottom - top - legend_height - 8, 20) / height,
        )
    )


class _Plane:
    """Draws traces onto axes, by kind."""

    def __init__(self, axes: Axes, theme: Theme, along: Scale, upright: Scale, layout: dict[str, Any]) -> None:
        self.axes = axes
        self.theme = theme
        self.along = along
        self.upright = upright
        self.layout = layout
        self._stacked: NDArray[np.float64] | None = None
        self._bare = True
        """Whether nothing is drawn but lines, which end where the plane does."""

    def _label(self, trace: dict[str, Any]) -> str:
        named = trace.get("showlegend", True) and trace.get("name")
        return str(trace["name"]) if named else "_"

    def scatter(self, index: int, trace: dict[str, Any]) -> None:
        """Lines, areas, dots and words."""
        x, y = self.along.at(trace["x"]), self.upright.at(trace["y"])
        mode = trace.get("mode", "lines").split("+")
        line, marker = trace.get("line", {}), trace.get("marker", {})
        opacity = trace.get("opacity", 1)
        base = colour(line.get("color") or marker.get("color") or of_series(index), opacity)
        label = self._label(trace)
        if "stackgroup" in trace or "fill" in trace:
            y = self._fill(trace, x, y, base)
        self._bare = self._bare and mode == ["lines"]
        if "lines" in mode:
            width = line.get("width", 2) * PX
            self.axes.plot(x, y, color=base, linewidth=width, label=label, solid_capstyle="round", zorder=2)
            label = "_"
        if "markers" in mode and marker.get("opacity", 1):
            # Plotly's size is a diameter in pixels, matplotlib's an area in square points.
            size = (np.asarray(marker.get("size", 6), dtype=float) * PX) ** 2
            dots = colour(marker.get("color") or of_series(index), marker.get("opacity", 1))
            self.axes.scatter(x, y, s=size, color=[dots], linewidths=0, label=label, zorder=3, clip_on=len(x) > 1_000)
        if "text" in mode:
            self._texts(trace, x, y)

    def _fill(
        self, trace: dict[str, Any], x: NDArray[np.float64], y: NDArray[np.float64], base: tuple[float, ...]
    ) -> NDArray[np.float64]:
        under: Any = 0
        if "stackgroup" in trace:
            under = np.zeros(len(x)) if self._stacked is None else self._stacked
            y = under + np.nan_to_num(y)
            self._stacked = y
        self.axes.fill_between(x, y, under, color=(*base[:3], base[3] * 0.5), linewidth=0, zorder=1)
        self.axes.margins(x=0)
        return y

    def _texts(self, trace: dict[str, Any], x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        font = trace.get("textfont", {})
        places = trace.get("textposition", "middle center")
        sizes = trace.get("marker", {}).get("size", 6)
        for number, said in enumerate(trace.get("text", ())):
            if not said:
                continue
            place = places[number] if isinstance(places, list) else places
            across, up, way = _PLACES.get(place, ("center", "center", 0))
            size = sizes[number] if isinstance(sizes, list) else sizes
            self.axes.annotate(
                words(said, 40),
                (x[number], y[number]),
                xytext=(0, way * (size / 2 + 3) * PX),
                textcoords="offset points",
                ha=across,
                va=up,
                size=font.get("size", 12) * PX,
                color=font.get("color", self.theme.ink),
                zorder=4,
                annotation_clip=False,
                bbox=None if way else {"facecolor": self.theme.ground, "linewidth": 0, "pad": 1},
            )

    def bars(self, traces: list[tuple[int, dict[str, Any]]]) -> None:
        """Bars of all traces: beside each other, upon each other, or one over the other."""
        mode = self.layout.get("barmode", "group")
        above: dict[float, float] = {}
        below: dict[float, float] = {}
        for turn, (index, trace) in enumerate(traces):
            lying = trace.get("orientation") == "h"
            names, lengths = (self.upright, self.along) if lying else (self.along, self.upright)
            at = names.at(trace["y" if lying else "x"])
            long = np.nan_to_num(
                np.array([math.nan if each is None else each for each in trace["x" if lying else "y"]])
            )
            thick = np.asarray(trace.get("width", _slot(at) * (1 - self.layout.get("bargap", 0.2))), dtype=float)
            base: Any = 0.0
            if "base" in trace:
                self.axes.use_sticky_edges = False  # a task that begins first doesn't begin at the edge
                base, long = lengths.at(trace["base"]), long * lengths.day
            elif mode == "relative":
                base = _stack(at, long, above, below)
            elif mode == "group" and len(traces) > 1:
                at = at + thick * ((turn + 0.5) / len(traces) - 0.5)
                thick = thick / len(traces)
            marker = trace.get("marker", {})
            edge = marker.get("line", {})
            style: dict[str, Any] = {
                "color": colour(marker.get("color") or of_series(index), marker.get("opacity", 1)),
                "edgecolor": colour(edge["color"]) if "color" in edge else "none",
                "linewidth": edge.get("width", 0) * PX,
                "label": self._label(trace),
                "zorder": 2,
            }
            if lying:
                self.axes.barh(at, long, height=thick, left=base, **style)
            else:
                self.axes.bar(at, long, width=thick, bottom=base, **style)

    def box(self, trace: dict[str, Any]) -> None:
        """One box with its whiskers and what lies beyond them."""
        base = trace["marker"]["color"]
        place = float(self.along.at(trace["x"])[0])
        line = {"color": base, "linewidth": 2 * PX}
        self.axes.bxp(
            [
                {
                    "med": trace["median"][0],
                    "q1": trace["q1"][0],
                    "q3": trace["q3"][0],
                    "whislo": trace["lowerfence"][0],
                    "whishi": trace["upperfence"][0],
                    "fliers": trace["y"][0] if "y" in trace else [],
                }
            ],
            positions=[place],
            widths=0.5,
            patch_artist=True,
            manage_ticks=False,
            boxprops={"facecolor": colour(base, 0.5), "edgecolor": base, "linewidth": 2 * PX},
            medianprops=line,
            whiskerprops=line,
            capprops=line,
            flierprops={"marker": "o", "markersize": 5 * PX, "markerfacecolor": base, "markeredgewidth": 0},
        )
        low, high = self.axes.get_xlim()
        self.axes.set_xlim(min(low, place - 0.6), max(high, place + 0.6))

    def heatmap(self, canvas: Canvas, trace: dict[str, Any]) -> None:
        """The grid, the key to its colours, and its numbers where they are asked for."""
        if not trace["z"] or not trace["z"][0]:
            return
        x, y = self.along.at(trace["x"]), self.upright.at(trace["y"])
        grid = np.array([[math.nan if each is None else each for each in row] for row in trace["z"]], dtype=float)
        scale = colormap(trace["colorscale"])
        # Rasterised, or a large grid would be a million rectangles in an SVG.
        mesh = self.axes.pcolormesh(
            _edges(x),
            _edges(y),
            np.ma.masked_invalid(grid),
            cmap=scale,
            vmin=trace.get("zmin"),
            vmax=trace.get("zmax"),
            rasterized=grid.size > 10_000,
        )
        beside = self.axes.inset_axes((1.025, 0, 0.022, 1))
        key = canvas.colorbar(mesh, cax=beside)
        key.outline.set_visible(False)
        key.ax.yaxis.set_major_formatter(ticker.FuncFormatter(tick))
        key.ax.tick_params(colors=self.theme.muted, length=0, labelsize=12 * PX)
        key.set_label(words(trace["colorbar"]["title"]["text"]), color=self.theme.muted, size=13 * PX)
        if "texttemplate" in trace:
            for row, column in np.argwhere(np.isfinite(grid)):
                ink = ink_on(np.asarray(mesh.to_rgba(grid[row, column])).tolist())
                said = short_number(float(grid[row, column]))
                self.axes.text(x[column], y[row], said, ha="center", va="center", color=ink, size=12 * PX)

    def candles(self, trace: dict[str, Any]) -> None:
        """A line from lowest to highest, a body from opening to closing."""
        if not trace["x"]:
            return
        x = self.along.at(trace["x"])
        opened, high, low, closed = (np.array(trace[name], dtype=float) for name in ("open", "high", "low", "close"))
        thick = _slot(x) * 0.6
        for rising, way in ((True, "increasing"), (False, "decreasing")):
            some = closed >= opened if rising else closed < opened
            if not some.any():
                continue
            base = trace[way]["line"]["color"]
            self.axes.vlines(x[some], low[some], high[some], color=base, linewidth=1.2 * PX, zorder=2)
            self.axes.bar(
                x[some],
                closed[some] - opened[some],
                width=thick,
                bottom=opened[some],
                facecolor=(*colour(base)[:3], 0.5),
                edgecolor=base,
                linewidth=1.2 * PX,
                zorder=3,
            )
        self.axes.set_ylim(*_padded(float(low.min()), float(high.max())))

    def marks(self, traces: Sequence[dict[str, Any]]) -> None:
        """What the layout draws beside traces: a line across, arrows between places."""
        if self._bare and traces and all(trace["type"] in {"scatter", "scattergl"} for trace in traces):
            self.axes.margins(x=0)
        for shape in self.layout.get("shapes", ()):
            line = shape["line"]
            self.axes.axhline(shape["y0"], color=line["color"], linewidth=line["width"] * PX, zorder=1)
        for arrow in self.layout.get("annotations", ()):
            self.axes.annotate(
                "",
                (arrow["x"], arrow["y"]),
                xytext=(arrow["ax"], arrow["ay"]),
                arrowprops={
                    "arrowstyle": "-|>,head_width=0.22,head_length=0.45",
                    "color": arrow["arrowcolor"],
                    "linewidth": 1 * PX,
                    "shrinkA": 0,
                    "shrinkB": arrow["standoff"] * PX,
                },
                zorder=2,
            )


def _slot(at: NDArray[np.float64]) -> float:
    """The room of one bar: the smallest distance between two."""
    places = np.unique(at[np.isfinite(at)])
    return float(np.diff(places).min()) if len(places) > 1 else 1.0


def _stack(
    at: NDArray[np.float64], long: NDArray[np.float64], above: dict[float, float], below: dict[float, float]
) -> NDArray[np.float64]:
    """Where each bar begins: upwards upon those above zero, downwards under those below it."""
    base = np.zeros(len(at))
    for number, (place, length) in enumerate(zip(at.tolist(), long.tolist(), strict=True)):
        side = above if length >= 0 else below
        base[number] = side.get(place, 0.0)
        side[place] = base[number] + length
    return base


def _edges(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The borders of cells round their middles."""
    if len(at) == 1:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    middles = (at[1:] + at[:-1]) / 2
    return np.concatenate(([2 * at[0] - middles[0]], middles, [2 * at[-1] - middles[-1]]))


def _padded(low: float, high: float) -> tuple[float, float]:
    pad = (high - low) * 0.06 or abs(high) * 0.05 or 1
    return low - pad, high + pad
