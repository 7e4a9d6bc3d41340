"""Somebody sets the clock of the machine while runs are at work."""

import pytest

from pixie_core.testing.clock import FakeClock
from tests.core.runtime.conftest import Runs, until

YEAR = 365 * 86_400


@pytest.mark.case("F10.clock")
@pytest.mark.parametrize(
    "jump", [YEAR, -YEAR, -3600, -55 * YEAR], ids=["a-year-on", "a-year-back", "an-hour-back", "to-1970"]
)
def test_a_run_lasts_as_long_as_it_lasts_and_its_events_keep_their_order(settings, store, hostile, waiting_file, jump):
    """Whatever the wall clock says meanwhile, its duration is the time that went by, and no age is negative."""
    clock = FakeClock()
    runs = Runs(settings, store, clock=clock)
    try:
        run = runs.start(hostile(), "wait-for-file", file=str(waiting_file))
        until(lambda: runs.runner.launcher.state() and "started" in runs.kinds(run))
        before = store.run(run.id).duration_ms
        clock.jump(jump)
        clock.advance(2.5)
        waiting_file.touch()
        ended = runs.wait(run)
        assert before is None
        assert ended.status == "ok", ended.error
        assert ended.duration_ms == 2500
        sequence = [record.seq for record in store.events(run.id)]
        assert sequence == list(range(1, len(sequence) + 1))
        assert runs.kinds(run)[-1] == "finished"
    finally:
        runs.runner.close()
