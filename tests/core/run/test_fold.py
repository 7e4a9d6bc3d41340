"""Events become a run by one pure function, whoever folds them and wherever they were cut."""

import json
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.run import Record, Run, apply, fold
from pixie_core.run.events import KINDS, Artefact, Finished, Log, Output, Progress, Queued, Started

AT = "2026-05-17T12:00:00.000000+00:00"
EMPTY = Run(id="r", tool_id="t", created_at=AT)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
middle = st.one_of(
    st.builds(Progress, value=st.floats(0, 1), message=words),
    st.builds(Output, output_key=st.sampled_from("ab"), type=st.just("stream_text"), value=words, whole=st.booleans()),
    st.builds(Log, text=words),
    st.builds(
        Artefact,
        id=st.integers(1, 9),
        filename=words,
        mime=st.just("text/plain"),
        size_bytes=st.integers(0, 9),
        sha256=st.just("00"),
    ),
)


@st.composite
def logs(draw):
    """A whole run: started, anything in between, finished."""
    inner = draw(st.lists(middle, max_size=20))
    events = [Started(inputs={"x": 1}, fingerprint={}), *inner, Finished(status="ok", duration_ms=5)]
    return [Record.write(number, AT, event) for number, event in enumerate(events, 1)]


@given(logs())
def test_a_record_reads_back_as_it_was_written(records):
    """The text is the truth: reading it gives the same event and the same text."""
    for record in records:
        assert Record.read(record.text) == record


@given(logs(), st.data())
def test_a_reader_that_is_cut_anywhere_ends_with_the_same_run(records, data):
    """Fold up to any event, come back, be sent some again: the result is the same."""
    cut = data.draw(st.integers(0, len(records)))
    again = data.draw(st.integers(0, cut))
    resumed = fold(fold(EMPTY, records[:cut]), records[again:])
    whole = fold(EMPTY, records)
    assert resumed == whole
    assert resumed.values() == whole.values()


@given(logs())
def test_folding_changes_nothing_that_was_there(records):
    """Every earlier state stays what it was."""
    states = [EMPTY]
    for record in records:
        states.append(apply(states[-1], record))
    assert states == [reduce(apply, records[:number], EMPTY) for number in range(len(records) + 1)]


def test_a_gap_is_refused():
    """An event whose predecessor is missing isn't guessed over."""
    with pytest.raises(ValueError, match="missing"):
        apply(EMPTY, Record.write(2, AT, Progress(value=0.5)))


def test_nothing_comes_after_the_end():
    """A final status never changes."""
    ended = fold(
        EMPTY, [Record.write(1, AT, Started(inputs={}, fingerprint={})), Record.write(2, AT, Finished(status="ok"))]
    )
    with pytest.raises(ValueError, match="after its end"):
        apply(ended, Record.write(3, AT, Finished(status="error")))


def test_a_waiting_run_says_its_place_until_it_starts():
    """`queued` holds the place; `started` ends the waiting."""
    waiting = apply(EMPTY, Record.write(1, AT, Queued(position=3)))
    assert (waiting.status, waiting.queue_position, waiting.started_at) == ("running", 3, None)
    begun = apply(waiting, Record.write(2, AT, Started(inputs={}, fingerprint={})))
    assert (begun.queue_position, begun.started_at) == (None, AT)


def test_increments_add_up_and_a_whole_value_takes_their_place():
    """Text is appended piece by piece until a whole value comes."""

    def said(number, value, *, whole):
        return Record.write(number, AT, Output(output_key="a", type="stream_text", value=value, whole=whole))

    run = fold(EMPTY, [said(1, "The ", whole=True), said(2, "answer", whole=False)])
    assert run.values() == {"a": "The answer"}
    assert apply(run, said(3, "42", whole=True)).values() == {"a": "42"}


def test_an_increment_is_linked_to_those_before_and_copies_none_of_them():
    """What came before is shared by the earlier state and the later one, however much it is."""
    records = [
        Record.write(number, AT, Output(output_key="a", type="stream_text", value="x", whole=False))
        for number in range(1, 10_001)
    ]
    before = fold(EMPTY, records[:-1])
    after = apply(before, records[-1])
    assert after.outputs["a"].chain[1] is before.outputs["a"].chain
    assert after.values()["a"] == "x" * 10_000


def test_runs_of_very_many_increments_can_be_compared_and_let_go():
    """However long the chain of what came, nothing goes as deep as it is long."""
    records = [
        Record.write(number, AT, Output(output_key="a", type="stream_text", value="x", whole=False))
        for number in range(1, 20_001)
    ]
    one, other = fold(EMPTY, records), fold(EMPTY, records)
    assert one == other
    assert one != fold(EMPTY, records[:-1])
    assert len(repr(one)) < 1000
    assert one.values()["a"] == "x" * 20_000


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_is_documented(kind):
    """A docstring for each, and help for each of its fields."""
    cls = KINDS[kind]
    assert cls.__doc__
    assert all(each.metadata["help"] for each in cls.__attrs_attrs__)


def test_keys_of_a_newer_pixie_are_passed_over():
    """A log that a newer version wrote can still be read."""
    text = json.dumps({"seq": 1, "at": AT, "kind": "progress", "value": 0.5, "mood": "good"})
    assert Record.read(text).event == Progress(value=0.5)
