"""What keeps a data folder in order, as scripts and pages ask for it."""

import json

import pytest

from pixie_core import Pixie, Settings
from pixie_core.errors import ToolNotFound
from pixie_core.run.events import Finished, Started

RUNS = [f"0b0fd0c4-1d34-4c54-9b1c-5a2d9122577{n}" for n in range(3)]


@pytest.fixture
def pixie(tmp_path):
    """A Pixie whose tool keeps one run, and has three that have just ended."""
    folder = tmp_path / "tools" / "hello"
    folder.mkdir(parents=True)
    manifest = {
        "id": "hello",
        "name": "Hello",
        "retain_runs": 1,
        "inputs": [{"key": "who", "type": "text", "label": "Who"}],
        "outputs": [{"key": "said", "type": "text", "label": "Said"}],
    }
    (folder / "tool.json").write_text(json.dumps(manifest))
    with Pixie(Settings(home=tmp_path)) as opened:
        for run_id in RUNS:
            events = [Started(inputs={}, fingerprint={}), Finished(status="ok")]
            opened.store.create_run(run_id=run_id, tool_id="hello", inputs={}, origin="api", events=events)
        yield opened


def test_what_is_beyond_the_number_that_a_tool_keeps_is_swept_when_asked_for(pixie):
    """By age alone nothing of today goes; the newest stays in any case."""
    assert pixie.keeping.plan(older_than="30d").doomed == ()
    planned = pixie.keeping.plan(older_than="30d", surplus=True)
    assert {each.run.id for each in planned.doomed} == set(RUNS[:2])
    assert {each.by for each in planned.doomed} == {"count"}
    assert pixie.keeping.last_sweep is None
    swept = pixie.keeping.sweep(older_than="30d", surplus=True)
    assert set(swept.purged.runs) == set(RUNS[:2])
    assert pixie.keeping.last_sweep.swept == swept
    assert [run.id for run in pixie.runs().items] == RUNS[2:]


def test_one_tool_is_measured_by_itself(pixie):
    """As in the audit of all; one that isn't there isn't."""
    assert pixie.keeping.disk_of("hello") == pixie.keeping.audit(record=False).tools[0]
    with pytest.raises(ToolNotFound):
        pixie.keeping.disk_of("nothing")
