"""Time, as everything in Pixie asks for it: `Clock` is the interface, `system_clock` the real one.

Whoever needs the time is handed a clock, so that tests about hours and jumping clocks take no time
(`pixie_core.testing.clock`).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "system_clock", "timestamp"]


class Clock(Protocol):
    """What can tell the time."""

    def now(self) -> datetime:
        """The wall time, in UTC and aware of it. It may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back. Durations are measured by it."""
        ...


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


system_clock: Clock = _SystemClock()
"""The computer's own clock."""


def timestamp(moment: datetime) -> str:
    """A moment as it is written everywhere: UTC in ISO 8601, with microseconds and offset. Such texts sort
    by time.
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
