"""Paper and ink of exported pictures, light and dark: the colours of the dashboard's own themes.

A figure says no colour of paper or ink (`pixie_core.catalogue.figures`); they are added here, for a picture that stands
by itself: with its title, on its own ground.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

from attrs import frozen

__all__ = ["FONTS", "THEMES", "Theme", "ThemeName", "dressed"]

ThemeName: TypeAlias = Literal["light", "dark"]


@frozen
class Theme:
    """Colours as #rrggbb."""

    ground: str
    raised: str
    ink: str
    muted: str
    line: str
    sea: str
    land: str
    border: str


THEMES: dict[ThemeName, Theme] = {
    "light": Theme("#ffffff", "#ffffff", "#1a1b1f", "#5b5e68", "#e4e4e8", "#e6edf2", "#f8f7f3", "#b9bcc4"),
    "dark": Theme("#16171a", "#1f2025", "#ececef", "#a3a6b0", "#2c2d33", "#101317", "#23252a", "#4a4d55"),
}

FONTS = ("Noto Sans", "Liberation Sans", "Arial", "DejaVu Sans", "sans-serif")
"""Looked for in this order, on the machine that draws."""

_TITLE_HEIGHT = 34
_LEGEND_HEIGHT = 26


def dressed(layout: dict[str, Any], theme: Theme, title: str | None = None) -> dict[str, Any]:
    """A figure's layout as Plotly draws it in a theme; `title` stands above it."""
    axis = {
        "gridcolor": theme.line,
        "linecolor": theme.line,
        "zerolinecolor": theme.border,
        "tickcolor": theme.line,
        "tickfont": {"color": theme.muted, "size": 12},
    }
    made = {
        **layout,
        "paper_bgcolor": theme.ground,
        "plot_bgcolor": theme.ground,
        "font": {**layout.get("font", {}), "family": ", ".join(FONTS), "size": 12, "color": theme.ink},
        "hoverlabel": {"bgcolor": theme.raised, "bordercolor": theme.line, "font": {"color": theme.ink}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.muted, "activecolor": theme.ink},
        "separators": ".,",
    }
    for key, own in layout.items():
        if re.fullmatch(r"[xy]axis\d*", key):
            heading = {**own.get("title", {}), "font": {"color": theme.muted, "size": 13}, "standoff": 10}
            made[key] = {**axis, **own, "title": heading}
        elif re.fullmatch(r"polar\d*", key):
            sides = {name: {**axis, **own.get(name, {})} for name in ("angularaxis", "radialaxis")}
            made[key] = {"bgcolor": theme.ground, **own, **sides}
    margin = {**layout.get("margin", {})}
    if any(own.get("title", {}).get("text") for key, own in made.items() if key.startswith("xaxis")):
        margin["b"] = max(margin.get("b", 0), 60)
    made["margin"] = margin
    if title:
        above = layout.get("showlegend") and layout["legend"]["orientation"] == "h"
        legend = _LEGEND_HEIGHT if above else 0
        made["margin"] = {**margin, "t": max(margin.get("t", 0), 12) + _TITLE_HEIGHT + legend}
        made["title"] = {
            "text": title,
            "font": {"size": 16, "color": theme.ink},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 16, "l": 16},
        }
    return made
