"""Following a run: its history, then what comes, soon and once."""

import gc
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
import uuid

import pytest

from pixie_core.errors import DataFolderError, RunNotFound, RunNotRunning
from pixie_core.run.events import Finished, Log
from pixie_core.store import Store


class Follower(threading.Thread):
    """Follows a run on a thread of its own, and notes when each record came."""

    def __init__(self, store, run_id, **how):
        super().__init__()
        self.records = []
        self.error = None
        self.first = threading.Event()
        self._follow = lambda: store.follow(run_id, **how)
        self.start()

    def run(self):
        try:
            for record in self._follow():
                self.records.append((record, time.perf_counter()))
                self.first.set()
        except Exception as error:
            self.error = error

    def done(self):
        self.join(20)
        assert not self.is_alive()
        return [record.text for record, _ in self.records]


def test_an_event_reaches_a_follower_within_100_ms_of_its_commit(store, story):
    """Nothing polls on the way within one process."""
    run_id = story.begin()
    follower = Follower(store, run_id)
    assert follower.first.wait(20)
    committed = []
    for number in range(20):
        story.say(run_id, f"{number}")
        committed.append(time.perf_counter())
    story.end(run_id)
    follower.done()
    delays = [arrived - at for (_, arrived), at in zip(follower.records[1:], committed, strict=False)]
    assert len(delays) == 20
    assert statistics.median(delays) < 0.1  # one may fall to a busy machine's share


def test_many_followers_of_many_runs_each_get_their_own(store, story):
    """Nobody misses an event, gets one twice, or gets another's."""
    runs = [story.begin() for _ in range(4)]
    followers = [(run_id, Follower(store, run_id)) for run_id in runs for _ in range(4)]
    for number in range(30):
        for run_id in runs:
            story.say(run_id, f"{run_id}-{number}")
    for run_id in runs:
        story.end(run_id)
    for run_id, follower in followers:
        assert follower.done() == [each.text for each in store.events(run_id)]


def test_a_follower_that_asks_to_stop_is_let_go_soon(store, story):
    """Within a second, without an error, though nothing happens in the run."""
    stop = threading.Event()
    follower = Follower(store, story.begin(), stop=stop)
    assert follower.first.wait(20)
    stop.set()
    follower.join(20)
    assert not follower.is_alive()
    assert follower.error is None


def test_closing_the_store_ends_followers_with_an_error(settings):
    """A run that is cut off must not look like one that ended."""
    from tests.core.store.conftest import Story

    store = Store(settings)
    follower = Follower(store, Story(store).begin())
    assert follower.first.wait(20)
    store.close()
    follower.join(20)
    assert isinstance(follower.error, DataFolderError)


def test_following_a_run_that_isnt_there_says_so(store):
    """Before anything is waited for."""
    with pytest.raises(RunNotFound):
        next(store.follow(str(uuid.uuid4())))


def test_following_from_beyond_the_end_gives_nothing(store, story):
    """A page that comes back after the end isn't left waiting."""
    run_id = story.ended()
    assert list(store.follow(run_id, after=2)) == []
    assert list(store.follow(run_id, after=99)) == []


def test_a_long_run_is_followed_in_little_memory(store, story):
    """Forty megabytes of log pass through a few at a time."""
    run_id = story.begin()
    for _ in range(40):
        store.append(run_id, [Log(text="x" * 50_000)] * 20)
    story.end(run_id)
    gc.collect()
    tracemalloc.start()
    try:
        count = sum(1 for _ in store.follow(run_id))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 802
    assert peak < 25_000_000


WRITES_SLOWLY = """
import sys, uuid
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.run.events import Finished, Log, Started
from pixie_core.store import Store
with Store(Settings(home=Path(sys.argv[1]))) as store:
    store.create_run(run_id=sys.argv[2], tool_id="t", inputs={}, origin="script", events=[Started(inputs={}, fingerprint={})])
    for line in sys.stdin:
        store.append(sys.argv[2], [Finished(status="ok") if line == "end\\n" else Log(text=line.strip())])
        print(line.strip(), flush=True)
"""


def test_a_run_of_another_process_is_followed_as_well(store, settings):
    """Each event within 0.5 s of its commit there."""
    run_id = str(uuid.uuid4())
    arguments = [sys.executable, "-c", WRITES_SLOWLY, str(settings.home), run_id]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdin.write("one\n")
        child.stdin.flush()
        assert child.stdout.readline() == "one\n"
        arrived = []
        written = time.perf_counter()
        for record in store.follow(run_id):
            arrived.append(record.event.kind)
            if len(arrived) > 2:
                assert time.perf_counter() - written < 0.5
            if len(arrived) in {2, 3}:
                child.stdin.write(["two\n", "end\n"][len(arrived) - 2])
                child.stdin.flush()
                child.stdout.readline()
                written = time.perf_counter()
        child.stdin.close()
    assert arrived == ["started", "log", "log", "finished"]
    assert store.run(run_id).status == "ok"


CANCELS = """
import sys
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.store import Store
with Store(Settings(home=Path(sys.argv[1]))) as store:
    store.request_cancel(sys.argv[2])
"""


def test_another_process_asks_for_a_cancel_and_the_owner_hears_of_it(store, story, settings):
    """Within a second of the request, without asking again and again."""
    run_id, other = story.begin(), story.begin()
    heard = threading.Event()
    with store.watching(lambda: heard.set() if store.cancel_requests() else None):
        assert not heard.wait(0.3)
        subprocess.run([sys.executable, "-c", CANCELS, str(settings.home), run_id[:8]], check=True, timeout=30)
        assert heard.wait(20)
    assert store.cancel_requests() == (run_id,)
    story.end(run_id, "cancelled")
    assert store.cancel_requests() == ()
    with pytest.raises(RunNotRunning):
        store.request_cancel(run_id)
    assert store.run(other).status == "running"


def test_a_run_that_another_process_ended_has_ended_here_too(store, story, settings):
    """What this one held in memory of it doesn't count any more."""
    run_id = story.begin()
    with Store(settings) as other:
        other.interrupt(run_id, "taken for dead")
        assert store.run(run_id).status == "interrupted"
        with pytest.raises(RunNotRunning):
            story.say(run_id, "late")
    assert store.run(run_id).error == "taken for dead"


def test_a_listener_hears_every_commit_in_order_until_it_leaves(store, story):
    """One that fails doesn't keep others from hearing, nor the commit from being one."""
    heard = []

    def fails(run_id, records):
        raise RuntimeError("a bad listener")

    store.subscribe(fails)
    leave = store.subscribe(lambda run_id, records: heard.extend((run_id, each.seq) for each in records))
    run_id = story.begin()
    story.say(run_id, "a", "b")
    leave()
    leave()
    story.end(run_id)
    assert heard == [(run_id, 1), (run_id, 2), (run_id, 3)]
    assert store.run(run_id).status == "ok"


def test_what_is_told_is_committed(store, story, settings):
    """A listener that looks from outside finds the event on the disk already."""
    seen = []
    with Store(settings) as outside:
        store.subscribe(lambda run_id, records: seen.append(outside.events(run_id)[-1].seq == records[-1].seq))
        run_id = story.begin()
        story.say(run_id, "a")
        store.append(run_id, [Finished(status="ok")])
    assert seen == [True, True, True]
