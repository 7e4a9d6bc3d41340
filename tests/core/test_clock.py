"""Clocks: the computer's, and one that does as it is told."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pixie_core.clock import system_clock, timestamp
from pixie_core.testing.clock import FakeClock


def test_timestamps_are_utc_and_sort_by_time():
    """Microseconds and offset are always written."""
    noon = datetime(2025, 6, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(noon) == "2025-06-01T12:00:00.000000+00:00"
    assert timestamp(noon) < timestamp(noon + timedelta(microseconds=1)) < timestamp(noon + timedelta(seconds=1))


def test_the_computers_clock_tells_utc_and_never_goes_back():
    """As the interface says."""
    assert abs(system_clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert system_clock.monotonic() <= system_clock.monotonic()


def test_the_fake_clock_moves_only_when_told():
    """A jump is somebody setting the wall clock; only time that goes by moves both."""
    clock = FakeClock()
    start, ticks = clock.now(), clock.monotonic()
    assert (clock.now(), clock.monotonic()) == (start, ticks)
    clock.advance(1.5)
    assert (clock.now() - start, clock.monotonic() - ticks) == (timedelta(seconds=1.5), 1.5)
    clock.jump(-3600)
    assert clock.now() - start == timedelta(seconds=1.5 - 3600)
    assert clock.monotonic() - ticks == 1.5
    with pytest.raises(ValueError, match="jump"):
        clock.advance(-1)
