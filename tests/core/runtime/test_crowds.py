"""Very many runs at once, and very many increments in one: what is counted stays within bounds, and nothing is left."""

import threading

import psutil
from attrs import evolve

from pixie_core.store import Store

from .conftest import Runs, until

REPLY = {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True}
RUNS = 200
TOOLS = 4


class Crowd:
    """Counts, commit by commit, how many runs work at the same time, and in which order those of a tool began."""

    def __init__(self, store):
        self.working, self.most, self.begun, self._lock = set(), 0, [], threading.Lock()
        store.subscribe(self.hear)

    def hear(self, run_id, records):
        with self._lock:
            for record in records:
                if record.event.kind == "started":
                    self.working.add(run_id)
                    self.begun.append(run_id)
                elif record.event.kind == "finished":
                    self.working.discard(run_id)
            self.most = max(self.most, len(self.working))


def test_two_hundred_runs_at_once_keep_to_the_cap_and_the_order_and_leave_nothing(settings, hostile, caplog):
    """F12: at most eight at work, each tool's in their order, none lost to a locked database, and descriptors and
    threads are again what they were.
    """
    here = psutil.Process()
    tools = [hostile(tool_id=f"tool-{number}", concurrent=number > 0) for number in range(TOOLS)]
    counts = []
    for _ in range(2):
        with Store(evolve(settings, warm_keep_max=8)) as store:
            crowd = Crowd(store)
            runs = Runs(evolve(settings, warm_keep_max=8), store)
            try:
                ids = [runs.start(tools[n % TOOLS], answer={"text": str(n)}).id for n in range(RUNS)]
                ended = [runs.runner.wait(run_id, 120) for run_id in ids]
            finally:
                runs.runner.close()
            for number, run in enumerate(ended):
                assert (run.status, run.values()) == ("ok", {"text": str(number)}), run.error
            # A slot is free a moment after the end of its run was committed, so that never more than the cap are there.
            assert crowd.most <= settings.max_active_runs
            place = {run_id: number for number, run_id in enumerate(ids)}
            one_by_one = [place[run_id] for run_id in crowd.begun if place[run_id] % TOOLS == 0]
            assert one_by_one == sorted(one_by_one)
        until(lambda: not [each for each in threading.enumerate() if each.name.startswith("run ")])
        counts.append((here.num_fds(), here.num_threads()))
    assert counts[0] == counts[1]
    assert "locked" not in caplog.text


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
