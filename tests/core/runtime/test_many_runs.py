"""Very much at once: a storm of increments in one run, and hundreds of runs of several tools.

PIXIE_LONG=1 takes 2 000 runs in place of 200.
"""

import os
import sys
import threading
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

import pytest
from attrs import evolve

from pixie_core.catalogue import merging
from pixie_core.run.events import Finished, Log, Output, Progress, Record
from pixie_core.run.fold import apply
from pixie_core.run.model import Run
from pixie_core.runtime.recorder import GATHER_BYTES, Recorder
from pixie_core.store import Store

from .conftest import Runs, until

LONG = os.environ.get("PIXIE_LONG") == "1"
MANY = 2000 if LONG else 200
CAP = 6

REPLY = {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True}
SIZE = 80
"""Roughly the bytes that an increment takes on its way."""


# A storm in one run


class CountingStore:
    """Numbers what is appended as a store does, and counts instead of keeping it."""

    def __init__(self):
        self.sizes = []
        self.logs = []
        self.run = Run(id="r", tool_id="t", created_at="2026-01-01T00:00:00.000Z")

    def append(self, run_id, drafts):
        records = []
        for draft in drafts:
            record = Record.write(self.run.seq + 1, "2026-01-01T00:00:00.000Z", draft)
            self.run = apply(self.run, record)
            self.sizes.append(len(record.text))
            records.append(record)
            if isinstance(draft, Log):
                self.logs.append(draft)
        return tuple(records)


@contextmanager
def merges():
    """The number of values that each merge within the block was given."""
    found = []

    def look(frame, event, _):
        if event == "call" and frame.f_code.co_filename == merging.__file__ and "values" in frame.f_locals:
            found.append(len(frame.f_locals["values"]))

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)


def text(number):
    return f"{number},"


def rows(number):
    return {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": number}]}


def points(number):
    return {"x": [number], "series": [{"name": "s", "y": [number]}]}


@pytest.mark.parametrize(
    ("kind", "increment", "count"),
    [("stream_text", text, 100_000), ("table", rows, 30_000), ("chart_line", points, 30_000)],
)
def test_a_storm_of_increments_is_merged_once_each_and_held_by_the_quarter_megabyte(kind, increment, count):
    """As many events as there are quarters of a megabyte, however many increments; no value is copied twice."""
    store = CountingStore()
    recorder = Recorder(store, store.run)
    with merges() as counts:
        for number in range(count):
            recorder.add(Output(output_key="o", type=kind, value=increment(number), whole=number == 0), size=SIZE)
        recorder.flush()
    # 50 ms may pass anywhere, but nobody asks what is due here: it is the bytes alone that decide.
    full = GATHER_BYTES // SIZE + 1
    assert len(store.sizes) == len(counts) == -(-count // full)
    assert max(counts) == full
    assert sum(counts) == count
    assert max(store.sizes) < 2 * GATHER_BYTES
    given = store.run.outputs["o"].value
    ends = {
        "stream_text": lambda: given.split(",")[:-1],
        "table": lambda: given["rows"],
        "chart_line": lambda: given["x"],
    }
    assert len(ends[kind]()) == count


def test_a_hundred_thousand_tokens_come_to_few_events_and_one_text(settings, store, hostile):
    """Neighbours become one event before they get a number: the log grows with time and bytes, and not with tokens."""
    count = 100_000
    runs = Runs(settings, store)
    try:
        run = runs.run(hostile(outputs=[REPLY], max_runtime_seconds=120), "stream-bursts", count=count)
    finally:
        runs.runner.close()
    text = store.resolve(run.values()["reply"])
    assert text == "".join(f"{number}," for number in range(count))
    records = store.events(run.id)
    assert len(records) < count / 50
    assert sum(len(record.text) for record in records) < 3 * len(text)
    assert [record.seq for record in store.follow(run.id, after=run.seq - 1)] == [run.seq]


def test_what_gathers_in_a_storm_of_one_kind_stays_apart_from_other_kinds():
    """The last word on progress, every line, and a whole value in place of all that came before it."""
    store = CountingStore()
    recorder = Recorder(store, store.run)
    for number in range(1000):
        recorder.add(Progress(value=number / 1000, message="half way" if number == 500 else None))
        recorder.add(Log(text=f"line {number}", shared=number == 7))
        recorder.add(Output(output_key="o", type="stream_text", value=text(number), whole=number == 900))
    recorder.flush(Finished(status="ok"))
    assert len(store.sizes) == 4
    assert (store.run.progress, store.run.message) == (0.999, "half way")
    assert store.run.outputs["o"].value == "".join(map(text, range(900, 1000)))
    assert store.logs[0].text.splitlines() == [f"line {number}" for number in range(1000)]
    assert store.logs[0].shared


# Many runs at once


def busiest(runs):
    """The most runs that were at work at any moment, by their own words: one that ends makes room for one that begins."""
    moments = chain.from_iterable(((run.started_at, 1), (run.finished_at, -1)) for run in runs)
    working = most = 0
    for _, step in sorted(moments):
        working += step
        most = max(most, working)
    return most


def out_of_turn(runs):
    """How many places the runs, in the order they came, were overtaken or overtook at most."""
    began = sorted(range(len(runs)), key=lambda number: runs[number].started_at)
    return max(abs(number - place) for place, number in enumerate(began))


def open_descriptors(settings):
    """Of this process, but for those of the database: its readers are a pool that grows when many read at once."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder's own is gone by now
            found += not str(each.readlink()).startswith(str(settings.home))
    return found


@pytest.mark.case("F12.crowd")
@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_hundreds_of_runs_at_once_keep_to_the_cap_and_to_their_turn_and_leave_nothing(settings, store, hostile, caplog):
    """Asked for by five at a time while another connection reads and writes: each is ok, none hears of a lock."""
    runs = Runs(evolve(settings, max_active_runs=CAP, max_queued_runs=MANY), store)
    tools = [hostile(tool_id=f"tool-{number}", concurrent=number % 2 == 0) for number in range(5)]
    over, wrong, asked, done = threading.Event(), [], {tool.id: [] for tool in tools}, 0

    def ask(tool):
        try:
            asked[tool.id] += [runs.start(tool, answer={"text": f"{number}"}) for number in range(MANY // len(tools))]
        except Exception as error:  # what a thread raises would be lost otherwise
            wrong.append(error)

    def meddle():
        nonlocal done
        try:
            with Store(settings) as other:
                while not over.wait(0.01):
                    other.change_tool("tool-0", sort_order=done)
                    assert len(other.runs(limit=50).items) <= 50
                    done += 1
        except Exception as error:
            wrong.append(error)

    try:
        for tool in tools:
            assert runs.run(tool).status == "ok"
        until(
            lambda: (
                runs.runner.active() == [] and not any(each.name.startswith("run ") for each in threading.enumerate())
            )
        )
        threads, descriptors = threading.active_count(), open_descriptors(settings)
        meddler = threading.Thread(target=meddle)
        askers = [threading.Thread(target=ask, args=(tool,)) for tool in tools]
        for thread in (meddler, *askers):
            thread.start()
        for thread in askers:
            thread.join()
        ended = {tool: [runs.wait(run, 600) for run in started] for tool, started in asked.items()}
        over.set()
        meddler.join()
        assert wrong == []
        assert done > 0
        assert not caplog.records
        for started in ended.values():
            assert [(run.status, run.values()["text"]) for run in started] == [
                ("ok", f"{number}") for number in range(MANY // len(tools))
            ]
        everything = list(chain.from_iterable(ended.values()))
        assert 2 <= busiest(everything) <= CAP
        for tool in tools:
            alone = not tool.checked().concurrent
            # Those that begin together race for the log; a line that isn't one would be out by tens of places.
            assert out_of_turn(ended[tool.id]) < (1 if alone else 3 * CAP)
            assert not alone or busiest(ended[tool.id]) == 1
        until(lambda: threading.active_count() <= threads and open_descriptors(settings) <= descriptors)
    finally:
        over.set()
        runs.runner.close()
