"""The parts that Plotly figures are made of: the palette, axes with their units, and the frame that every
chart shares.

Nothing here says a colour of paper or ink: the theme adds those. What lies between both (`NEUTRAL`) reads on
light and on dark ground.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue.base import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "DIVERGING",
    "NEUTRAL",
    "PALETTE",
    "SEQUENTIAL",
    "axis",
    "axis_over",
    "colour_of",
    "column_type",
    "figure",
    "is_date",
    "titled",
    "translucent",
]

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7a7a00", "#8c5fbf")
"""Colours that stay apart for colour-blind readers and on light and dark ground: seven after Okabe and Ito
(2008), their yellow darkened to read on white, and a violet.
"""

NEUTRAL = "#808a94"
"""A grey that reads on light and dark ground: edges, whiskers, what is neither good nor bad."""

SEQUENTIAL = (
    (0.0, "#00224e"),
    (0.2, "#2a3f6d"),
    (0.4, "#575d6d"),
    (0.6, "#8a8678"),
    (0.8, "#c0b06b"),
    (1.0, "#fee838"),
)
"""From little to much: cividis by Nuñez, Anderton and Renslow (2018), even in lightness for every kind of sight."""

DIVERGING = ((0.0, "#2166ac"), (0.25, "#92c5de"), (0.5, "#f7f7f7"), (0.75, "#f4a582"), (1.0, "#b2182b"))
"""From below zero to above it: ColorBrewer's blue to red, safe for colour-blind readers. Its stops are spelled
out, since the name means the opposite direction to other libraries.
"""

_DATE = re.compile(
    r"[+-]?\d{4,6}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
    r"(Z|[+-]\d{2}:?\d{2})?)?)?"
)


def is_date(value: Any) -> bool:
    """True for a date, or a date and time, in ISO 8601: `2026-05`, `2026-05-17`, `2026-05-17T12:00:00Z`."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def column_type(values: Iterable[Any]) -> str:
    """What the cells of a column along an axis are: number, date, datetime or string."""
    cells = values if isinstance(values, list) else list(values)
    types = set(map(type, cells))
    if types <= {int, float}:
        return "number"
    if types != {str} or not all(map(is_date, cells)):
        return "string"
    return "datetime" if max(map(len, cells)) > len("2026-05-17") else "date"


def titled(title: str | None, unit: str | None) -> str:
    """An axis title with the unit in brackets, unless it says the unit already."""
    if not unit or (title and unit in title):
        return title or ""
    return f"{title} ({unit})" if title else unit


def axis(title: str | None = None, *, log: bool = False, unit: str | None = None) -> dict[str, Any]:
    """One axis: its title with the unit in brackets, logarithmic where asked."""
    made: dict[str, Any] = {"automargin": True, "title": {"text": titled(title, unit)}}
    if log:
        made["type"] = "log"
    return made


def axis_over(
    values: Sequence[Any], title: str | None = None, *, log: bool = False, unit: str | None = None
) -> dict[str, Any]:
    """The axis along these positions: of dates, of names in the order they came, or of numbers.

    Numbers that are written as strings are names: the axis never guesses.
    """
    made = axis(title, log=log, unit=unit)
    kind = column_type(values)
    if kind == "string":
        made["type"] = "category"
    elif kind != "number":
        made["type"] = "date"
        made["hoverformat"] = "%-d %b %Y" if kind == "date" else "%-d %b %Y, %H:%M:%S"
    return made


def colour_of(index: int) -> str:
    """The colour of the series at this place; the palette begins again after its end."""
    return PALETTE[index % len(PALETTE)]


def translucent(colour: str, alpha: float) -> str:
    """`#rrggbb` as rgba."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def figure(data: list[dict[str, Any]], **layout: Any) -> Figure:
    """A figure with Pixie's palette and frame; the legend only where there is more than one name to tell
    apart.
    """
    names = {trace.get("name") for trace in data if trace.get("showlegend", True)}
    frame: dict[str, Any] = {
        "colorway": list(PALETTE),
        "margin": {"l": 56, "r": 16, "t": 24, "b": 48},
        "showlegend": len(data) > 1 and len(names - {None, ""}) > 1,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hovermode": "closest",
    }
    return Figure(data, {**frame, **layout})
