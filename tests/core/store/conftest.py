"""A store in a folder of its own, and the small things that its tests say again and again."""

import uuid

import pytest

from pixie_core.config import Settings
from pixie_core.run.events import Finished, Output, Started
from pixie_core.store import Store


@pytest.fixture
def settings(tmp_path):
    """Settings of a fresh data folder."""
    return Settings(home=tmp_path / "data")


@pytest.fixture
def store(settings):
    """An open store in that folder."""
    with Store(settings) as opened:
        yield opened


class Story:
    """Tells a store of runs in few words."""

    def __init__(self, store):
        self.store = store

    def begin(self, run_id=None, *, tool_id="compound-interest", inputs=None, **more):
        """A started run's id."""
        run_id = run_id or str(uuid.uuid4())
        inputs = {"years": 10} if inputs is None else inputs
        self.store.create_run(
            run_id=run_id,
            tool_id=tool_id,
            inputs=inputs,
            origin="api",
            events=[Started(inputs=inputs, fingerprint={"pixie": "1"})],
            **more,
        )
        return run_id

    def say(self, run_id, *tokens):
        """Increments of the output `words`."""
        self.store.append(
            run_id, [Output(output_key="words", type="stream_text", value=each, whole=False) for each in tokens]
        )

    def end(self, run_id, status="ok"):
        """The run's end."""
        self.store.append(run_id, [Finished(status=status, duration_ms=5)])

    def ended(self, **more):
        """The id of a run that has begun and ended."""
        run_id = self.begin(**more)
        self.end(run_id)
        return run_id


@pytest.fixture
def story(store):
    """Few words for many runs."""
    return Story(store)
