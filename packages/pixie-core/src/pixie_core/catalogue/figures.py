"""The parts that Plotly figures are made of: the palette, axes with their units, and the frame that every
chart shares.

Nothing here says a colour of paper or ink: the theme adds those. What lies between both (`NEUTRAL`) reads on
light and on dark ground.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue.base import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "DATES",
    "DIVERGING",
    "NEUTRAL",
    "NUMBERS",
    "PALETTE",
    "SEQUENTIAL",
    "axis",
    "axis_over",
    "colour_of",
    "column_type",
    "figure",
    "is_date",
    "legend",
    "titled",
    "translucent",
]

PALETTE = ("#0058fd", "#c47b00", "#2f724b", "#d0001d", "#a55b9b", "#3398f3", "#a18d79", "#8245bd")
"""Colours that stay apart for every kind of sight, and stand out from light ground and from dark.

Found by a search from those of Okabe and Ito (2008), of which four are too pale for white paper: each has a contrast of
3:1 with both grounds (WCAG 2.2, 1.4.11), and no two are nearer than 8 in OKLab (times 100; Ottosson, 2020), as they are
and as people without one of the three kinds of cones see them (Machado, Oliveira and Fernandes, 2009). A test holds it.
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

NUMBERS: dict[str, Any] = {"tickformat": ",.12~g"}
"""How an axis says numbers: 30,000 and not 30k."""

_DAY = 86_400_000
DATES: dict[str, Any] = {
    "tickformatstops": [
        {"dtickrange": [None, 999], "value": "%H:%M:%S.%L"},
        {"dtickrange": [1_000, 59_999], "value": "%H:%M:%S\n%-d %b %Y"},
        {"dtickrange": [60_000, _DAY - 1], "value": "%H:%M\n%-d %b %Y"},
        {"dtickrange": [_DAY, 27 * _DAY], "value": "%-d %b\n%Y"},
        {"dtickrange": ["M1", "M11"], "value": "%b\n%Y"},
        {"dtickrange": ["M12", None], "value": "%Y"},
    ],
}
"""How an axis says dates, by the distance of its ticks in milliseconds or months: the day before the month."""

_ROW = 88
_SWATCH = 8
"""Letters that fit beside each other above a picture, and those that a name's colour takes the room of."""

_MONTH = len("2026-05")
_MOST_MONTHS = 14

_IN_EVERY_MONTH = "28"
"""The last day that no month lacks."""

_DATE = re.compile(
    r"[+-]?\d{4,6}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
    r"(Z|[+-]\d{2}:?\d{2})?)?)?"
)


def is_date(value: Any) -> bool:
    """True for a date, or a date and time, in ISO 8601: `2026-05`, `2026-05-17`, `2026-05-17T12:00:00Z`. No month has a
    day that it doesn't have.
    """
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not found[3] or found[3] <= _IN_EVERY_MONTH:
        return found is not None
    return int(found[3]) <= monthrange(int(value[: found.start(1) - 1]), int(found[1]))[1]


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
    made: dict[str, Any] = {"automargin": True, "title": {"text": titled(title, unit)}, **NUMBERS}
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
    if kind == "number":
        return made
    del made["tickformat"]
    if kind == "string":
        made["type"] = "category"
    else:
        made |= {"type": "date", **DATES}
        made["hoverformat"] = "%-d %b %Y" if kind == "date" else "%-d %b %Y, %H:%M:%S"
        if 1 < len(set(values)) <= _MOST_MONTHS and all(len(each) == _MONTH for each in values):
            # Plotly would mark fortnights, at which there is nothing.
            made |= {"dtick": "M1", "tick0": min(values)}
            made["hoverformat"] = "%b %Y"
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
    apart: in a row above the plane where the names fit there, else below each other beside it.
    """
    named = [str(trace.get("name")) for trace in data if trace.get("showlegend", True) and trace.get("name")]
    frame: dict[str, Any] = {
        "colorway": list(PALETTE),
        "margin": {"l": 56, "r": 16, "t": 24, "b": 48},
        "showlegend": len(data) > 1 and len(set(named)) > 1,
        "legend": legend(named),
        "hovermode": "closest",
    }
    return Figure(data, {**frame, **layout})


def legend(names: Sequence[str]) -> dict[str, Any]:
    """Where the legend of these names stands."""
    if sum(len(name) + _SWATCH for name in names) <= _ROW:
        return {"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0}
    return {"orientation": "v", "traceorder": "normal", "y": 1, "yanchor": "top", "x": 1.02, "xanchor": "left"}
