"""Durations as people write them: a whole number and its unit.

    30d   90m   12h   2w   6mo   1y

A month is 30 days and a year 365: what is said of the age of runs needs no calendar.
"""

from __future__ import annotations

import re
from datetime import timedelta

__all__ = ["parse_duration", "spelled"]

_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(days=30),
    "y": timedelta(days=365),
}
_SHAPE = re.compile(r"([0-9]{1,9})(m|h|d|w|mo|y)", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """The duration that a text like `30d` says; `0` is none at all. Raises ValueError with what is allowed."""
    found = _SHAPE.fullmatch(text.strip())
    if text.strip() == "0":
        return timedelta()
    if found is None:
        raise ValueError(f"{text!r} is no duration: give a whole number and one of m, h, d, w, mo, y, like 30d")
    try:
        return int(found[1]) * _UNITS[found[2]]
    except OverflowError:
        raise ValueError(f"{text!r} is longer than there are dates: give less, like 30d") from None


def spelled(duration: timedelta) -> str:
    """A duration as `parse_duration` reads it, in the largest unit that says it in a whole number."""
    for unit, length in reversed(_UNITS.items()):
        if unit != "mo" and duration >= length and not duration % length:
            return f"{duration // length}{unit}"
    return f"{max(1, round(duration / _UNITS['m']))}m" if duration else "0"
