"""Dates as points on a time axis."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["instant"]


def instant(text: str) -> float:
    """Milliseconds since 1970 of a date in ISO 8601, which may stop at the month; without a zone it is UTC.

    Raises ValueError for what is no date.
    """
    moment = datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
