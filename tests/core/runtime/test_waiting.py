"""Runs that wait for their turn: the order they go in, what they hear of their place, and how their waiting ends."""

import re
import threading
import uuid
from collections import Counter
from itertools import pairwise, product

import pytest
from attrs import evolve

from pixie_core.errors import Busy, DataFolderError, DiskFull, RunConflict
from pixie_core.run.events import Finished, Queued
from pixie_core.runtime import drive, recover
from pixie_core.runtime.waiting import Place, PositionNews, positions, worth_telling
from pixie_core.store import Owner, Store

from .conftest import Runs, until


@pytest.fixture
def one_by_one(settings, store):
    """One run works at a time."""
    runs = Runs(evolve(settings, max_active_runs=1), store)
    yield runs
    runs.runner.close()


def told(runs, run):
    """The positions that the run's log says, in order."""
    return [event.position for event in runs.events(run) if event.kind == "queued"]


# Where a run stands


def brute_force(line, full):
    """What `positions` says, counted anew for each place of the line."""
    found = []
    for number, place in enumerate(line):
        before = Counter((other.tool.id, other.tool.checked().concurrent) for other in line[:number])
        first = before.pop((place.tool.id, place.tool.checked().concurrent), 0)
        if full:
            first += sum(count if concurrent else 1 for (_, concurrent), count in before.items())
        found.append(first + 1)
    return found


@pytest.mark.parametrize("full", [False, True])
def test_positions_count_those_that_go_first_in_every_line_of_six(hostile, full):
    """All 729 lines of three tools, of which two have their runs go one by one."""
    tools = [hostile(tool_id="many"), *(hostile(tool_id=name, concurrent=False) for name in ("alone", "single"))]
    for chosen in product(tools, repeat=6):
        line = [Place(f"{number}", tool, working=False) for number, tool in enumerate(chosen)]
        assert list(positions(line, full=full).values()) == brute_force(line, full)


@pytest.mark.parametrize(
    ("old", "new", "worth"),
    [
        (2, 1, True),
        (1, 1, False),
        (1, 2, True),
        (20, 19, True),
        (21, 20, False),
        (22, 20, True),
        (110, 101, False),
        (110, 100, True),
        (500, 456, False),
        (500, 455, True),
    ],
)
def test_each_step_counts_in_front_and_each_tenth_of_the_way_further_back(old, new, worth):
    """In both directions."""
    assert worth_telling(old, new) is worth


# The telling


class Line:
    """What `PositionNews` asks for its news, and tells them to; `held` keeps it at the telling."""

    def __init__(self):
        self.news = {"run": 1}
        self.told = []
        self.heard = threading.Event()
        self.telling = threading.Event()
        self.held = threading.Event()
        self.held.set()
        self.failing = False

    def positions(self):
        return self.news

    def tell(self, news):
        self.telling.set()
        assert self.held.wait(30)
        if self.failing:
            self.failing = False
            self.heard.set()
            raise DataFolderError("the disk is full")
        self.told.append(dict(news))
        self.heard.set()


def position_threads():
    return [each for each in threading.enumerate() if each.name == "pixie-positions"]


def test_moves_that_follow_one_another_are_told_once():
    """A quick line writes one event, not one for each step that nobody could read."""
    line = Line()
    news = PositionNews(line.positions, line.tell)
    for _ in range(100):
        news.moved()
    assert len(position_threads()) == 1
    assert line.heard.wait(30)
    until(lambda: not position_threads())
    assert line.told == [{"run": 1}]
    news.close()


def test_news_that_couldnt_be_written_are_told_at_the_next_move(caplog):
    """One failure ends nothing; it is in the log of Pixie."""
    line = Line()
    line.failing = True
    news = PositionNews(line.positions, line.tell)
    news.moved()
    assert line.heard.wait(30)
    until(lambda: not position_threads())
    assert "couldn't be told of their positions" in caplog.text
    line.heard.clear()
    news.moved()
    assert line.heard.wait(30)
    assert line.told == [{"run": 1}]
    news.close()


def test_nothing_is_told_after_close():
    """Neither what was due nor what moves later."""
    line = Line()
    news = PositionNews(line.positions, line.tell)
    news.moved()
    news.close()
    news.moved()
    until(lambda: not position_threads())
    assert line.told == []


def test_close_waits_for_what_is_being_told():
    """When it returns, the store may be closed."""
    line = Line()
    line.held.clear()
    news = PositionNews(line.positions, line.tell)
    news.moved()
    assert line.telling.wait(30)
    closing = threading.Thread(target=news.close)
    closing.start()
    assert line.told == []
    line.held.set()
    closing.join(30)
    assert line.told == [{"run": 1}]
    until(lambda: not position_threads())


# The line


def test_runs_of_several_tools_go_in_the_order_they_came(one_by_one, hostile, waiting_file):
    """First in, first out, when one works at a time; each began after the one before had ended."""
    tools = [hostile(tool_id="many"), hostile(tool_id="alone", concurrent=False)]
    first = one_by_one.start(tools[0], "wait-for-file", file=str(waiting_file))
    others = [one_by_one.start(tools[number % 2]) for number in range(6)]
    waiting_file.touch()
    ended = [one_by_one.wait(run) for run in (first, *others)]
    assert [run.status for run in ended] == ["ok"] * 7
    assert all(before.finished_at <= after.started_at for before, after in pairwise(ended))


def test_a_tool_whose_runs_go_one_by_one_holds_up_no_other(settings, store, hostile, waiting_file):
    """Others overtake it while a place is free; among themselves its runs keep their order and hear of each step."""
    runs = Runs(evolve(settings, max_active_runs=2), store)
    try:
        alone, many = hostile(tool_id="alone", concurrent=False), hostile(tool_id="many")
        first = runs.start(alone, "wait-for-file", file=str(waiting_file))
        second, third, fourth = (runs.start(alone) for _ in range(3))
        for _ in range(2):
            assert runs.run(many).status == "ok"
        assert [store.run(run.id).queue_position for run in (second, third, fourth)] == [1, 2, 3]
        runs.runner.cancel(second.id)
        until(lambda: [store.run(run.id).queue_position for run in (third, fourth)] == [1, 2])
        waiting_file.touch()
        ended = [runs.wait(run) for run in (first, third, fourth)]
        assert [run.status for run in ended] == ["ok"] * 3
        assert all(before.finished_at <= after.started_at for before, after in pairwise(ended))
        assert told(runs, third) == [2, 1]
    finally:
        runs.runner.close()


def test_those_far_back_hear_only_of_tenths(one_by_one, hostile, waiting_file):
    """Forty wait and the first gives up: the next nineteen hear of it at once, those behind them don't."""
    tool = hostile()
    working = one_by_one.start(tool, "wait-for-file", file=str(waiting_file))
    gone, *rest = (one_by_one.start(tool) for _ in range(40))
    until(lambda: not position_threads())
    one_by_one.runner.cancel(gone.id)
    until(lambda: told(one_by_one, rest[0])[-1] == 1)
    now = [one_by_one.store.run(run.id).queue_position for run in rest]
    assert now == [*range(1, 20), *range(21, 41)]
    one_by_one.runner.close()
    assert one_by_one.store.run(working.id).status == "interrupted"


def test_a_start_that_fails_gives_its_place_to_those_behind(settings, hostile, waiting_file):
    """The run never was; who waits behind it moves up."""

    class Failing(Store):
        fails = False

        def create_run(self, **about):
            if self.fails:
                raise DataFolderError("the disk is full")
            return super().create_run(**about)

    with Failing(settings) as store:
        runs = Runs(evolve(settings, max_active_runs=1, max_queued_runs=1), store)
        try:
            tool = hostile()
            working = runs.start(tool, "wait-for-file", file=str(waiting_file))
            store.fails = True
            with pytest.raises(DataFolderError, match="the disk is full"):
                runs.start(tool)
            store.fails = False
            assert runs.runner.active() == [working.id]
            waiting = runs.start(tool)
            assert store.run(waiting.id).queue_position == 1
            waiting_file.touch()
            assert runs.wait(waiting).status == "ok"
        finally:
            runs.runner.close()


def test_a_run_that_is_asked_for_again_while_it_works_keeps_its_place(settings, store, hostile, waiting_file):
    """It still counts among those at work, and can be cancelled: a second request isn't a second run, nor half of one."""
    runs = Runs(evolve(settings, max_active_runs=2, max_queued_runs=1), store)
    try:
        tool = hostile("obeys-cancel")
        inputs = {"behaviour": "wait-for-file", "file": str(waiting_file)}
        run_id = str(uuid.uuid4())
        for _ in range(3):
            assert runs.runner.start(tool, inputs, run_id=run_id).id == run_id
        assert runs.runner.active() == runs.runner.in_flight(tool.id) == [run_id]
        other = runs.start(tool, "wait-for-file", file=str(waiting_file))
        waiting = runs.start(tool)
        assert store.run(waiting.id).queue_position == 1
        with pytest.raises(Busy, match="2 runs are at work and 1 wait"):
            runs.start(tool)
        runs.runner.cancel(run_id)
        assert runs.wait(store.run(run_id)).status == "cancelled"
        assert runs.wait(waiting).status == "ok"
        waiting_file.touch()
        assert runs.wait(other).status == "ok"
    finally:
        runs.runner.close()


def test_a_run_that_exists_is_given_while_the_line_is_full(settings, store, hostile, waiting_file):
    """Who asks again, since the answer was lost, isn't told to try later."""
    runs = Runs(evolve(settings, max_active_runs=1, max_queued_runs=1), store)
    try:
        tool = hostile()
        inputs = {"behaviour": "wait-for-file", "file": str(waiting_file)}
        there = [runs.runner.start(tool, inputs, run_id=str(uuid.uuid4())) for _ in range(2)]
        with pytest.raises(Busy):
            runs.runner.start(tool, inputs, run_id=str(uuid.uuid4()))
        for run in there:
            assert runs.runner.start(tool, inputs, run_id=run.id).id == run.id
            with pytest.raises(RunConflict):
                runs.runner.start(tool, {"behaviour": "ok"}, run_id=run.id)
        assert runs.runner.active() == [run.id for run in there]
        waiting_file.touch()
        assert [runs.wait(run).status for run in there] == ["ok", "ok"]
    finally:
        runs.runner.close()


def test_a_run_that_exists_is_given_when_there_is_no_room_for_new_ones(settings, store, hostile):
    """Nor when the disk is full, or Pixie stops."""
    runs = Runs(settings, store)
    tool = hostile()
    inputs = {"behaviour": "ok"}
    ended = runs.wait(runs.runner.start(tool, inputs, run_id=str(uuid.uuid4())))
    runs.runner.close()
    full = Runs(evolve(settings, min_free_disk_bytes=2**60), store)
    try:
        for runner, refused in ((runs.runner, Busy), (full.runner, DiskFull)):
            assert runner.start(tool, inputs, run_id=ended.id) == ended
            with pytest.raises(refused):
                runner.start(tool, inputs, run_id=str(uuid.uuid4()))
    finally:
        full.runner.close()


# Time


def test_a_run_whose_process_took_all_its_time_to_start_says_so_and_leaves_it_warm(runs, hostile, monkeypatch):
    """Else nobody would know why a tool that answers at once took too long."""
    tool = hostile("slow-start", max_runtime_seconds=1)
    program = tool.folder / "main.py"
    slower = program.read_text().replace("time.sleep(0.5)", "time.sleep(1.2)")
    assert slower != program.read_text()
    program.write_text(slower)
    monkeypatch.setattr(drive, "GRACE_SECONDS", 0.0)
    ended = runs.run(tool)
    assert (ended.status, ended.error_code) == ("error", "run_timed_out")
    assert "a run of it may take 1 s (max_runtime_seconds), and it took longer." in ended.error
    assert re.search(r"Its process took \d s of that to start\.$", ended.error)
    (warm,) = runs.runner.launcher.state()
    assert runs.run(tool).status == "ok"
    assert [each.pid for each in runs.runner.launcher.state()] == [warm.pid]


# The end of Pixie


def test_after_close_the_end_is_the_last_that_a_waiting_run_hears(one_by_one, hostile, waiting_file):
    """Each was at a position, and is interrupted in words of its own; nothing follows."""
    tool = hostile()
    one_by_one.start(tool, "wait-for-file", file=str(waiting_file))
    waiting = [one_by_one.start(tool) for _ in range(5)]
    one_by_one.runner.cancel(waiting[0].id)
    one_by_one.runner.close()
    assert not position_threads()
    for run in waiting[1:]:
        ended = one_by_one.store.run(run.id)
        assert (ended.status, ended.error_code, ended.queue_position) == ("interrupted", "interrupted", None)
        assert ended.error == "Pixie was stopped before the run's turn came."
        assert set(one_by_one.kinds(run)[:-1]) == {"queued"}
        assert isinstance(one_by_one.events(run)[-1], Finished)


def test_a_run_that_is_committed_while_pixie_closes_is_interrupted_too(settings, hostile, waiting_file):
    """It had its place in the line already, and its row not yet: nobody else would end it."""

    class Closing(Store):
        meanwhile = None

        def create_run(self, **about):
            created = super().create_run(**about)
            if self.meanwhile is not None:
                self.meanwhile()
            return created

    with Closing(settings) as store:
        runs = Runs(evolve(settings, max_active_runs=1), store)
        tool = hostile()
        runs.start(tool, "wait-for-file", file=str(waiting_file))
        store.meanwhile = runs.runner.close
        waiting = runs.start(tool)
        ended = runs.wait(waiting, 5)
        assert (ended.status, runs.kinds(waiting)) == ("interrupted", ["queued", "finished"])


def test_a_restart_interrupts_the_runs_that_waited(settings, store):
    """Their line died with their Pixie, and nobody tells them anything more."""
    gone = Owner(boot_id=Owner.current().boot_id, pid=2**22 + 1, start_ticks=1)
    waiting = [str(uuid.uuid4()) for _ in range(3)]
    for number, run_id in enumerate(waiting, 1):
        events = [Queued(position=number)]
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api", owner=gone, events=events)
    assert set(recover(store, settings).interrupted) == set(waiting)
    for run_id in waiting:
        run = store.run(run_id)
        assert (run.status, run.error_code, run.queue_position) == ("interrupted", "interrupted", None)
    assert store.requeue(dict.fromkeys(waiting, 1)) == ()
    assert [len(store.events(run_id)) for run_id in waiting] == [2, 2, 2]
