"""A store whose clock stands until it is told to go, and runs in it that ended when a test says."""

import uuid
from datetime import UTC, datetime

import pytest

from pixie_core.config import Settings
from pixie_core.run.events import Finished, Started
from pixie_core.store import Publication, Store
from pixie_core.testing.clock import FakeClock

START = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    """It moves when told."""
    return FakeClock(START)


@pytest.fixture
def settings(tmp_path):
    """Settings of a fresh data folder."""
    return Settings(home=tmp_path / "data")


@pytest.fixture
def store(settings, clock):
    """A store by that clock."""
    with Store(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def ended(store):
    """Makes a run that has ended now, with a file where one is wanted; returns its id."""

    def make(tool_id="hello", content=b"", *, starred=False, label=None):
        run_id = str(uuid.uuid4())
        events = [Started(inputs={}, fingerprint={})]
        store.create_run(run_id=run_id, tool_id=tool_id, inputs={}, origin="api", label=label, events=events)
        drafts = [Publication(store.stage(run_id, tool_id, "a.txt", content))] if content else []
        store.append(run_id, [*drafts, Finished(status="ok")])
        if starred:
            store.set_star(run_id, True)
        return run_id

    return make
