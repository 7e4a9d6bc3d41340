"""A run is an append-only log: numbered without holes, written once, read the same for ever."""

import json
import math
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixie_core.clock import timestamp
from pixie_core.config import Settings
from pixie_core.errors import PixieError, RequestInvalid, RunConflict, RunNotRunning, ValueInvalid
from pixie_core.run import fold
from pixie_core.run.events import Finished, Log, Output, Progress, Queued, Started
from pixie_core.run.model import Run
from pixie_core.store import Store
from pixie_core.testing.clock import FakeClock

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
events = st.one_of(
    st.builds(Progress, value=st.floats(0, 1), message=words),
    st.builds(Output, output_key=st.sampled_from("ab"), type=st.just("stream_text"), value=words, whole=st.booleans()),
    st.builds(Log, text=words),
)
batches = st.lists(st.lists(events, max_size=5), max_size=6)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One store for all examples of a property: each has a run of its own."""
    with Store(Settings(home=tmp_path_factory.mktemp("data"))) as opened:
        yield opened


def record(store, told, status="ok"):
    """A run of these batches, ended; returns its id."""
    run_id = str(uuid.uuid4())
    store.create_run(
        run_id=run_id, tool_id="t", inputs={"x": 1}, origin="api", events=[Started(inputs={"x": 1}, fingerprint={})]
    )
    for batch in told:
        store.append(run_id, batch)
    store.append(run_id, [Finished(status=status, duration_ms=7, error="words", stderr="more")])
    return run_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=batches)
def test_cutting_at_any_event_and_coming_back_gives_identical_bytes(shared, told):
    """Whatever was read before the cut, followed by what comes after it, is the whole log byte for byte."""
    run_id = record(shared, told)
    whole = [each.text for each in shared.follow(run_id)]
    assert [json.loads(text)["seq"] for text in whole] == list(range(1, len(whole) + 1))
    for cut in range(len(whole) + 1):
        assert whole[:cut] + [each.text for each in shared.follow(run_id, after=cut)] == whole
        assert [each.text for each in shared.events(run_id, limit=cut)] == whole[:cut]
        assert [each.text for each in shared.events(run_id, after=cut)] == whole[cut:]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=batches, status=st.sampled_from(["ok", "error", "cancelled", "interrupted"]))
def test_a_run_read_from_its_row_is_the_run_that_its_events_tell(shared, told, status):
    """Folding the log and reading the row of an ended run come to the same."""
    run_id = record(shared, told, status)
    run = shared.run(run_id)
    start = Run(id=run_id, tool_id="t", created_at=run.created_at, inputs={"x": 1})
    folded = fold(start, shared.events(run_id))
    assert run.values() == folded.values()
    assert {key: (each.type, each.done) for key, each in run.outputs.items()} == {
        key: (each.type, each.done) for key, each in folded.outputs.items()
    }
    for name in ("status", "seq", "started_at", "finished_at", "duration_ms", "inputs", "fingerprint", "progress"):
        assert getattr(run, name) == getattr(folded, name), name
    for name in ("message", "error", "error_code", "stderr", "artefacts", "queue_position"):
        assert getattr(run, name) == getattr(folded, name), name


def test_a_running_run_is_the_same_for_who_runs_it_and_who_reads_it(store, story, settings):
    """A second store, as another process has it, folds the events to what the first holds in memory."""
    run_id = story.begin()
    story.say(run_id, "once ", "upon ")
    with Store(settings) as other:
        assert other.run(run_id) == store.run(run_id)
        assert other.run(run_id).values() == {"words": "once upon "}


def test_the_first_events_are_committed_with_the_row(store):
    """Nobody sees a run without them."""
    heard = []
    store.subscribe(lambda run_id, records: heard.append([each.event.kind for each in records]))
    created = store.create_run(
        run_id=str(uuid.uuid4()), tool_id="t", inputs={}, origin="form", events=[Queued(position=3)]
    )
    assert created.new
    assert (created.run.queue_position, created.run.seq, created.run.origin) == (3, 1, "form")
    assert heard == [["queued"]]


def test_the_same_run_asked_for_again_is_the_run_that_exists(store, story):
    """Creating by the caller's own id may be repeated."""
    run_id = story.begin(inputs={"a": 1, "b": [True]})
    again = store.create_run(run_id=run_id, tool_id="compound-interest", inputs={"b": [True], "a": 1}, origin="cli")
    assert not again.new
    assert again.run == store.run(run_id)
    assert len(store.events(run_id)) == 1


@pytest.mark.parametrize(("tool", "inputs"), [("other", {"a": 1}), ("t", {"a": 2}), ("t", {"a": True}), ("t", {})])
def test_the_same_id_for_another_run_is_a_conflict(store, tool, inputs):
    """Another tool, other inputs, or true in place of 1: the run that exists stays as it is."""
    run_id = str(uuid.uuid4())
    store.create_run(run_id=run_id, tool_id="t", inputs={"a": 1}, origin="api")
    with pytest.raises(RunConflict):
        store.create_run(run_id=run_id, tool_id=tool, inputs=inputs, origin="api")
    assert store.run(run_id).inputs == {"a": 1}


@pytest.mark.parametrize(
    "run_id",
    [
        "",
        "1",
        "../../etc",
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",  # of version 1
        "919108F7-52D1-4320-9BAC-F847DB4148A8",
        "919108f752d143209bacf847db4148a8",
        "x" * 36,
    ],
)
def test_only_uuids_of_version_4_name_runs(store, run_id):
    """A run's id names a folder too, and is sorted and shortened as text."""
    with pytest.raises(RequestInvalid, match="UUIDv4"):
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api")


@pytest.mark.parametrize("tool_id", ["", "..", ".blobs", "a/b", "a\0b", "-x", "ä"])
def test_a_tool_id_that_cant_name_a_folder_is_refused(store, tool_id):
    """It would lead out of the folder of artefacts, or into Pixie's own."""
    with pytest.raises(RequestInvalid, match="tool"):
        store.create_run(run_id=str(uuid.uuid4()), tool_id=tool_id, inputs={}, origin="api")


def test_nothing_comes_after_the_end(store, story):
    """Late results lose, and change nothing."""
    run_id = story.begin()
    story.end(run_id, "cancelled")
    before = [each.text for each in store.events(run_id)]
    with pytest.raises(RunNotRunning) as caught:
        store.append(run_id, [Finished(status="ok")])
    assert caught.value.status == "cancelled"
    with pytest.raises(RunNotRunning):
        store.append(run_id, [Log(text="late")])
    assert [each.text for each in store.events(run_id)] == before
    assert store.run(run_id).status == "cancelled"


def test_a_batch_that_goes_on_after_the_end_is_refused_whole(store, story):
    """A batch is recorded altogether or not at all."""
    run_id = story.begin()
    with pytest.raises(RunNotRunning):
        store.append(run_id, [Log(text="a"), Finished(status="ok"), Log(text="b")])
    assert len(store.events(run_id)) == 1
    assert store.run(run_id).status == "running"


def test_of_many_that_end_a_run_one_wins(store, story):
    """A result, a cancel and a time limit may come at the same moment."""
    run_id = story.begin()

    def finish(number):
        try:
            store.append(run_id, [Finished(status="ok", duration_ms=number)])
        except RunNotRunning:
            return None
        return number

    with ThreadPoolExecutor(12) as pool:
        winners = [each for each in pool.map(finish, range(12)) if each is not None]
    assert len(winners) == 1
    assert store.run(run_id).duration_ms == winners[0]


@pytest.mark.parametrize("value", [math.nan, math.inf, {"deep": [1.0, -math.inf]}, "\ud800", {1, 2}, object()])
def test_what_json_cant_say_never_reaches_the_database(store, story, value):
    """The batch is refused with a reason, and every text in the log parses as strict JSON."""
    run_id = story.begin()
    with pytest.raises(ValueInvalid, match="output answer"):
        store.append(
            run_id,
            [
                Log(text="good"),
                Output(output_key="answer", type="json", value=value, whole=True),
                Finished(status="ok"),
            ],
        )
    assert [each.event.kind for each in store.events(run_id)] == ["started"]
    with pytest.raises(ValueInvalid, match="inputs"):
        store.create_run(run_id=str(uuid.uuid4()), tool_id="t", inputs={"x": value}, origin="api")
    with pytest.raises(PixieError):
        store.validations.save({"tool_id": "t", "timestamp": "1", "overall": "pass", "x": value})
    stored = store.read(lambda conn: [row[0] for row in conn.execute("SELECT body FROM run_events")])
    for text in stored:
        json.loads(text, parse_constant=pytest.fail)


def test_one_batch_that_fails_takes_no_other_with_it(store, story):
    """Batches that are committed together stand or fall by themselves."""
    good, bad = story.begin(), story.begin()

    def say(number):
        if number % 2:
            story.say(good, f"{number} ")
            return True
        with pytest.raises(ValueInvalid):
            store.append(bad, [Output(output_key="x", type="json", value=math.nan, whole=True)])
        return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(say, range(40))) == 20
    assert sorted(map(int, store.run(good).values()["words"].split())) == list(range(1, 40, 2))
    assert len(store.events(bad)) == 1


def test_times_are_the_clocks_in_utc_with_microseconds(settings):
    """The event, the row and the run say the same moment."""
    clock = FakeClock()
    with Store(settings, clock=clock) as store:
        run_id = record(store, [])
        assert store.run(run_id).started_at == timestamp(clock.now()) == "2025-06-01T12:00:00.000000+00:00"
        clock.jump(-3600)
        later = record(store, [])
        assert store.run(later).created_at == "2025-06-01T11:00:00.000000+00:00"


def test_the_row_can_be_read_by_hand(store, story):
    """Whoever opens pixie.db finds the documented columns filled."""
    run_id = story.begin()
    story.say(run_id, "a", "b")
    story.end(run_id)

    def query(conn):
        run = conn.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        return dict(run), dict(conn.execute("SELECT * FROM tool_state").fetchone())

    row, state = store.read(query)
    assert json.loads(row["inputs_json"]) == {"years": 10}
    assert json.loads(row["outputs_json"]) == {"words": "ab"}
    assert (row["status"], row["duration_ms"], row["error_text"]) == ("ok", 5, None)
    assert row["started_at"] <= row["finished_at"]
    assert (state["tool_id"], state["run_count_total"], state["last_run_at"]) == (
        "compound-interest",
        1,
        row["started_at"],
    )
    assert json.loads(state["last_inputs_json"]) == {"years": 10}
