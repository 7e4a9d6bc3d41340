"""The parts that Plotly figures are made of: the palette, axes with their units, and the frame that every
chart shares.
"""

from __future__ import annotations

from typing import Any

from pixie_core.catalogue.base import Figure

__all__ = ["PALETTE", "axis", "figure"]

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7a7a00", "#8c5fbf")
"""Colours that stay apart for colour-blind readers and on light and dark ground: seven after Okabe and Ito
(2008), their yellow darkened to read on white, and a violet.
"""


def axis(title: str | None = None, *, log: bool = False, unit: str | None = None) -> dict[str, Any]:
    """One axis: its title with the unit in brackets, logarithmic where asked."""
    words = f"{title or ''} ({unit})".strip() if unit and unit not in (title or "") else (title or "")
    made: dict[str, Any] = {"automargin": True, "title": {"text": words}}
    if log:
        made["type"] = "log"
    return made


def figure(data: list[dict[str, Any]], **layout: Any) -> Figure:
    """A figure with Pixie's palette and frame; the legend only where there is more than one name to tell
    apart.
    """
    names = {trace.get("name") for trace in data}
    frame: dict[str, Any] = {
        "colorway": list(PALETTE),
        "margin": {"l": 56, "r": 16, "t": 24, "b": 48},
        "showlegend": len(data) > 1 and len(names - {None, ""}) > 1,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hovermode": "closest",
    }
    return Figure(data, {**frame, **layout})
