"""Figures on a round ground: pie and radar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import ticker

from pixie_core.exporters.pictures_words import PX, colour, ink_on, of_series, tick, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from matplotlib.projections.polar import PolarAxes

    from pixie_core.catalogue import Figure
    from pixie_core.exporters.pictures_theme import Theme

__all__ = ["draw_pie", "draw_radar"]

_ROOM_FOR_WORDS = 0.06
"""Shares from which their words stand inside."""


def draw_pie(canvas: Canvas, figure: Figure, theme: Theme, top: int) -> None:
    """The shares clockwise from the top, each with its per cent: large ones inside, small ones beside."""
    trace = figure.data[0]
    height = canvas.get_size_inches()[1] * 96
    listed = bool(figure.layout.get("showlegend"))
    axes = canvas.add_axes((0.02 if listed else 0.12, 24 / height, 0.6 if listed else 0.76, 1 - (top + 36) / height))
    axes.set_axis_off()
    total = sum(trace["values"])
    if not total:
        axes.text(0.5, 0.5, "No data", ha="center", va="center", color=theme.muted)
        return
    colours = [colour(of_series(index)) for index in range(len(trace["values"]))]
    wedges, *_ = axes.pie(
        trace["values"],
        colors=colours,
        startangle=90,
        counterclock=False,
        radius=1,
        wedgeprops={"linewidth": 1 * PX, "edgecolor": theme.ground},
    )
    beside: list[tuple[float, float, str]] = []
    placed: list[str] = []
    for wedge, name, value, ground in zip(wedges, trace["text"], trace["values"], colours, strict=True):
        share = value / total
        angle = math.radians((wedge.theta1 + wedge.theta2) / 2)
        x, y = math.cos(angle), math.sin(angle)
        said = f"{words(name, 24)}\n{share * 100:.3g}%"
        if listed:
            said = trace["texttemplate"][len(placed)] and f"{share * 100:.3g}%"
            axes.text(0.75 * x, 0.75 * y, said, ha="center", va="center", color=ink_on(ground), size=12 * PX)
            placed.append(name)
        elif share >= _ROOM_FOR_WORDS:
            axes.text(0.66 * x, 0.66 * y, said, ha="center", va="center", color=ink_on(ground), size=12 * PX)
        elif value:
            beside.append((x, y, said.replace("\n", " ")))
    for x, y, said, at in _apart(beside):
        axes.annotate(
            said,
            (x, y),
            xytext=(1.15 * (1 if x >= 0 else -1), at),
            va="center",
            ha="left" if x >= 0 else "right",
            color=theme.ink,
            size=12 * PX,
            arrowprops={"arrowstyle": "-", "color": theme.muted, "linewidth": 1 * PX},
        )
    axes.set(xlim=(-1.25, 1.25), ylim=(-1.1, 1.1))
    if listed:
        canvas.legend(
            wedges,
            [words(name, 36) for name in placed],
            loc="upper left",
            bbox_to_anchor=(0.64, 1 - top / height),
            frameon=False,
            labelcolor=theme.ink,
            handlelength=0.9,
            handleheight=0.9,
            labelspacing=0.55,
        )


def _apart(beside: list[tuple[float, float, str]]) -> list[tuple[float, float, str, float]]:
    """The words beside small shares with a height for each, none over another."""
    placed = []
    for right in (True, False):
        height = math.inf
        for x, y, said in sorted((each for each in beside if (each[0] >= 0) == right), key=lambda each: -each[1]):
            height = min(1.12 * y, height - 0.11)
            placed.append((x, y, said, height))
    return placed


def draw_radar(canvas: Canvas, figure: Figure, theme: Theme, top: int) -> None:
    """Closed outlines, clockwise from the top."""
    height = canvas.get_size_inches()[1] * 96
    shown = figure.layout.get("showlegend")
    above = top + (28 if shown else 0) + 26
    axes: PolarAxes = canvas.add_axes(  # type: ignore[assignment]
        (0.15, 36 / height, 0.7, 1 - (above + 36) / height), projection="polar", facecolor=theme.ground
    )
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    polar = figure.layout["polar"]
    spokes, rings = polar["angularaxis"], polar["radialaxis"]
    for index, trace in enumerate(figure.data):
        around = np.radians(trace["theta"])
        base = of_series(index)
        axes.plot(around, trace["r"], color=base, linewidth=2 * PX, marker="o", markersize=6 * PX, label=trace["name"])
        axes.fill(around, trace["r"], color=colour(trace["fillcolor"]), linewidth=0)
    axes.set_xticks(np.radians(spokes["tickvals"]), [words(each, 30) for each in spokes["ticktext"]])
    # Away from the circle, on whichever side of it they stand.
    for label, degrees in zip(axes.get_xticklabels(), spokes["tickvals"], strict=True):
        across = math.sin(math.radians(degrees))
        label.set_horizontalalignment("center" if abs(across) < 0.1 else "left" if across > 0 else "right")
    if rings.get("rangemode") == "tozero":
        axes.set_ylim(0)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(tick))
    axes.set_rlabel_position(0)
    axes.tick_params(axis="x", colors=theme.ink, pad=6, labelsize=12 * PX)
    axes.tick_params(axis="y", colors=theme.muted, labelsize=11 * PX)
    axes.grid(color=theme.line, linewidth=1 * PX)
    axes.spines["polar"].set_color(theme.line)
    for note in figure.layout.get("annotations", ()):
        width = canvas.get_size_inches()[0] * 96
        canvas.text(1 - 24 / width, 24 / height, words(note["text"]), color=theme.muted, ha="right", size=12 * PX)
    if shown:
        handles, labels = axes.get_legend_handles_labels()
        canvas.legend(
            handles,
            [words(each, 40) for each in labels],
            loc="upper left",
            frameon=False,
            labelcolor=theme.ink,
            bbox_to_anchor=(8 / (canvas.get_size_inches()[0] * 96), 1 - (top - 4) / height),
            ncols=min(len(handles), 6),
            columnspacing=1.4,
            handlelength=1.6,
        )
