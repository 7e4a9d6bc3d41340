"""A figure drawn by matplotlib: what pictures are made with where no browser is.

It reads the part of Plotly's vocabulary that the catalogue's figures speak, and follows Plotly in sizes (CSS pixels, 96
to the inch), colours and order, so that both pictures say the same. matplotlib's settings belong to the process: one
picture is drawn at a time, and none of them is changed for longer than that.
"""

from __future__ import annotations

import io
import threading
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from pixie_core.exporters.pictures_axes import draw_plane
from pixie_core.exporters.pictures_flows import draw_sankey
from pixie_core.exporters.pictures_round import draw_pie, draw_radar
from pixie_core.exporters.pictures_theme import FONTS
from pixie_core.exporters.pictures_tiles import draw_treemap
from pixie_core.exporters.pictures_words import PX, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_core.catalogue import Figure
    from pixie_core.exporters.pictures_theme import Theme

__all__ = ["draw", "on_canvas"]

_CSS_INCH = 96
_SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": [name for name in FONTS if name != "sans-serif"],
    "font.size": 12 * PX,
    "svg.hashsalt": "pixie",  # ids that don't change from time to time
    "svg.fonttype": "path",  # the same everywhere, whatever fonts are there
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
    "path.simplify": True,
    "agg.path.chunksize": 10_000,
}
_NO_DATE = {"svg": {"Date": None, "Creator": None, "Format": None, "Type": None}, "png": {"Software": None}}
_TOP = 46
_turn = threading.Lock()


def draw(
    figure: Figure, title: str | None, theme: Theme, *, format: str, width: int, height: int, scale: float
) -> bytes:
    """The figure as png, svg or pdf; width and height in CSS pixels."""

    def paint(canvas: Canvas) -> None:
        top = _TOP if title else 12
        kind = figure.data[0]["type"] if figure.data else None
        {"pie": draw_pie, "scatterpolar": draw_radar, "sankey": draw_sankey, "treemap": draw_treemap}.get(
            kind or "", draw_plane
        )(canvas, figure, theme, top)

    return on_canvas(paint, title, theme, format=format, width=width, height=height, scale=scale)


def on_canvas(
    paint: Callable[[Canvas], None],
    title: str | None,
    theme: Theme,
    *,
    format: str,
    width: int,
    height: int,
    scale: float,
) -> bytes:
    """What `paint` draws, on the theme's ground and under the title."""
    with _turn, mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # A letter that no font has is drawn as a box, which says it better.
        warnings.simplefilter("ignore")
        canvas = Canvas(figsize=(width / _CSS_INCH, height / _CSS_INCH), dpi=_CSS_INCH * scale, facecolor=theme.ground)
        FigureCanvasAgg(canvas)
        if title:
            canvas.text(
                16 / width, 1 - 16 / height, words(title, 90), size=16 * PX, color=theme.ink, va="top", ha="left"
            )
        paint(canvas)
        file = io.BytesIO()
        more: dict[str, Any] = {"metadata": _NO_DATE[format]} if format in _NO_DATE else {}
        canvas.savefig(file, format=format, facecolor=theme.ground, **more)
        return file.getvalue()
