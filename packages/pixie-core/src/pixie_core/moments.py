"""Moments as people write them: a day, or a time in ISO 8601.

2026-05-17                     the whole day, in UTC
2026-05-17T09:30               in UTC, where no offset is said
2026-05-17T09:30:00+02:00
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from pixie_core.clock import timestamp
from pixie_core.errors import Problem, RequestInvalid

__all__ = ["bound", "parse_moment"]

_PLUS_LOST = re.compile(r"(.{10}[T ].+) ([0-9]{2}:?[0-9]{2})", re.ASCII)
"""An offset whose + came through an address as a space, as that of an unquoted address does."""


def parse_moment(text: str, *, end: bool = False) -> datetime:
    """The moment that a text says, in UTC. Of a day it is the beginning, or with `end` that of the next.

    Raises ValueError with what is allowed.
    """
    said = _PLUS_LOST.sub(r"\1+\2", text.strip())
    try:
        return _day(date.fromisoformat(said), end=end)
    except ValueError:
        pass  # it isn't a day alone
    try:
        moment = datetime.fromisoformat(said)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text[:40]!r} is no moment: give a day like 2026-05-17, or a time like 2026-05-17T09:30:00Z"
        ) from None


def _day(day: date, *, end: bool) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not end:
        return midnight
    # After the last day that there is comes none.
    return datetime.max.replace(tzinfo=UTC) if day == date.max else midnight + timedelta(days=1)


def bound(text: str | None, name: str, *, end: bool = False) -> str | None:
    """One end of a span of time, as the store compares it; None stays None. `name` is what the caller calls it.

    Raises RequestInvalid at `$.name`.
    """
    if text is None:
        return None
    try:
        return timestamp(parse_moment(text, end=end))
    except ValueError as error:
        raise RequestInvalid("The span of time", [Problem(f"$.{name}", str(error))]) from None
