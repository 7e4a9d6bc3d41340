"""Words, colours and scales from Plotly's vocabulary into matplotlib's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from matplotlib.colors import LinearSegmentedColormap, to_rgba

from pixie_core.catalogue.figures import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

    from pixie_core.exporters.pictures_theme import Theme

__all__ = ["PX", "colormap", "colour", "ink_on", "legend", "of_series", "short_number", "tick", "words"]

PX = 0.75
"""Points in a CSS pixel."""

_SMALLEST, _PYTHONS_SMALLEST = 1e-6, 1e-4
_EXPONENT = re.compile(r"(e[+-])0(?=\d)")
_RGBA = re.compile(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)")


def words(text: Any, longest: int = 60) -> str:
    """A text that matplotlib shows as it is: a dollar begins no formula; long ones end in an ellipsis."""
    said = " ".join(str(text).split())
    if len(said) > longest:
        said = said[: longest - 1] + "…"
    return said.replace("$", r"\$")


def colour(plotly: str, opacity: float = 1) -> tuple[float, float, float, float]:
    """#rrggbb or rgba(…) with an opacity on top."""
    if found := _RGBA.fullmatch(plotly):
        red, green, blue = (int(each) / 255 for each in found.groups()[:3])
        return red, green, blue, float(found[4]) * opacity
    red, green, blue, alpha = to_rgba(plotly)
    return red, green, blue, alpha * opacity


def of_series(index: int) -> str:
    """The colour that Plotly gives the trace at this place."""
    return PALETTE[index % len(PALETTE)]


def colormap(stops: Sequence[tuple[float, str]]) -> LinearSegmentedColormap:
    """A colour scale."""
    return LinearSegmentedColormap.from_list("scale", [(at, each) for at, each in stops], N=512)


def ink_on(ground: Sequence[float]) -> str:
    """Black or white, whichever reads on this colour (WCAG 2.2, relative luminance)."""
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in ground[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < 0.3 else "#1a1b1f"


def tick(value: float, _place: int = 0) -> str:
    """As ticks say it on the page (`pixie_core.catalogue.figures.NUMBERS`): twelve digits, with an exponent only below
    10⁻⁶ and from 10¹².
    """
    said = f"{value:,.12g}"
    if _SMALLEST <= abs(value) < _PYTHONS_SMALLEST:
        said = f"{float(f'{value:.12g}'):.17f}".rstrip("0")
    return _EXPONENT.sub(r"\1", said).replace("-", "−")


def short_number(value: float) -> str:
    """Four significant digits, as in the figures' own templates."""
    return f"{value:.4g}".replace("-", "−")


def legend(axes: Axes, theme: Theme, layout: dict[str, Any]) -> Legend | None:
    """The names of what is drawn, where the figure has them: in a row above the plane, or beside it."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return None
    above = layout["orientation"] == "h"
    return axes.legend(
        handles,
        [words(each, 40) for each in labels],
        loc="lower left" if above else "upper left",
        bbox_to_anchor=(0.0, 1.01) if above else (1.02, 1.0),
        ncols=len(handles) if above else 1,
        frameon=False,
        labelcolor=theme.ink,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.6,
        columnspacing=1.4,
    )
