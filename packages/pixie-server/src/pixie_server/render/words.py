"""Times, durations and sizes as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from pixie_core.catalogue.formatting import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ago", "brief", "cell", "duration", "exact", "parse_time", "size"]

_DASH = "–"


def parse_time(text: str) -> datetime | None:
    """The time in an ISO 8601 text, in UTC where it names no zone; None for what isn't one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ago(text: str | None, now: datetime) -> str:
    """How long before `now`: `just now`, `3 min ago`, `2 h ago`, `yesterday`, `5 days ago`, then the date."""
    moment = parse_time(text) if text else None
    if moment is None:
        return _DASH
    seconds = (now - moment).total_seconds()
    if seconds < 45:
        return "just now"
    if seconds < 3570:
        return f"{max(1, round(seconds / 60))} min ago"
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0 or seconds < 6 * 3600:
        return f"{round(seconds / 3600)} h ago"
    if days == 1:
        return "yesterday"
    if days < 7:
        return f"{days} days ago"
    return f"{local.day} {local:%b}" if local.year == now.year else f"{local.day} {local:%b %Y}"


def exact(text: str | None, now: datetime) -> str:
    """The time to the second, in the zone of `now`: `Sunday 22 November 2026, 12:43:50`."""
    moment = parse_time(text) if text else None
    if moment is None:
        return text or _DASH
    local = moment.astimezone(now.tzinfo)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S}"


def duration(milliseconds: float | None) -> str:
    """`340 ms`, `4.2 s`, `2 min 5 s`, `1 h 3 min`."""
    if milliseconds is None:
        return _DASH
    if milliseconds < 1000:
        return f"{round(milliseconds)} ms"
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, seconds_left = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {seconds_left} s" if seconds_left else f"{minutes} min"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"


def size(count: float | None) -> str:
    """Bytes in powers of 1000: `812 bytes`, `12.4 kB`, `10 MB`."""
    if count is None:
        return _DASH
    if count < 1000:
        return "1 byte" if count == 1 else f"{count:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 999.5:
            return f"{count:.1f}".removesuffix(".0") + f" {unit}" if count < 99.95 else f"{count:.0f} {unit}"
    return f"{count / 1000:.1f} TB"


def cell(value: object, *, format: str | None = None, precision: int | None = None, unit: str | None = None) -> str:
    """A scalar as people read it, wherever one stands: in a table, a list of names and values, a history."""
    if value is None:
        return _DASH
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        return number_text(value, format, precision, unit)
    if isinstance(value, dict | list):
        return brief(value, 200)
    return f"{value} {unit}" if unit else str(value)


def brief(value: object, length: int = 40) -> str:
    """A value in one short line. Of a file its name is said, of a data URL only what it is."""
    if isinstance(value, dict) and isinstance(value.get("filename"), str):
        text = str(value["filename"])
    elif isinstance(value, dict):
        text = _listed("{", (f"{key}: {_item(each)}" for key, each in islice(value.items(), 9)), "}")
    elif isinstance(value, list):
        text = _listed("[", (_item(each) for each in islice(value, 9)), "]")
    elif isinstance(value, str):
        text = value[5:60].split(";", 1)[0].split(",", 1)[0] if value.startswith("data:") else value[: 4 * length]
        text = " ".join(text.split())
    else:
        text = cell(value)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _item(value: object) -> str:
    if isinstance(value, dict | list):
        return ("{…}" if isinstance(value, dict) else "[…]") if value else ("{}" if isinstance(value, dict) else "[]")
    return brief(value)


def _listed(start: str, items: Iterator[str], end: str) -> str:
    said = list(items)
    return f"{start}{', '.join(said[:8])}{', …' if len(said) > 8 else ''}{end}"
