"""A clock that stands still until it is told to go."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["FakeClock"]


class FakeClock:
    """A `pixie_core.clock.Clock` for tests: it shows `start` and moves by `advance` and `jump` alone."""

    def __init__(self, start: datetime = datetime(2025, 6, 1, 12, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 1_000.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The wall time, UTC."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Seconds that have gone by, whatever the wall time did."""
        with self._lock:
            return self._monotonic

    def advance(self, seconds: float) -> None:
        """Time goes by: both clocks move. Raises ValueError when `seconds` is negative."""
        if seconds < 0:
            raise ValueError(f"time can't go by {seconds} s: jump() sets the wall time back")
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock, forwards or back; the monotonic one stays."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
