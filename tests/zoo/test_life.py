"""Runs of the zoo's tools beside one another, and their ends before the tool is done."""

import time

from pixie_core.run.events import Queued


def running(zoo, name):
    """The processes of a tool that have a run in flight."""
    return [each for each in zoo.pixie.runner.launcher.state() if each.tool_id == name and each.status == "running"]


def until(condition, seconds=20.0):
    """Wait for a condition, and return what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"it didn't come true within {seconds} s"
        time.sleep(0.005)
    return found


def test_a_process_that_doesnt_answer_during_a_run_isnt_dead(zoo):
    """Its /healthz is silent while it works; the next run waits in the same process."""
    name = zoo.at_rest("blocks-its-event-loop")
    first = zoo.pixie.start(name, {"seconds": 1.5})
    (process,) = until(lambda: running(zoo, name))
    second = zoo.pixie.start(name, {"seconds": 0})
    ends = [zoo.pixie.wait(run.id, 30) for run in (first, second)]
    assert [(run.status, run.values()) for run in ends] == [("ok", {"total": {"value": 1}})] * 2
    assert [each.pid for each in zoo.pixie.runner.launcher.state() if each.tool_id == name] == [process.pid]
    zoo.pixie.stop_tool(name)


def test_a_cancel_that_stops_nothing_is_followed_by_the_process_end(zoo):
    """The tool says 204 and works on: it is ended, and the next run has another process."""
    name = zoo.at_rest("cancel-stops-nothing")
    run = zoo.pixie.start(name, {"seconds": 3600})
    (process,) = until(lambda: running(zoo, name))
    since = time.monotonic()
    zoo.pixie.cancel(run.id)
    assert zoo.pixie.wait(run.id, 30).status == "cancelled"
    assert time.monotonic() - since < 12
    after = zoo.pixie.wait(zoo.pixie.start(name, {"seconds": 0}).id, 30)
    assert (after.status, after.values()) == ("ok", {"total": {"value": 1}})
    assert [each.pid for each in zoo.pixie.runner.launcher.state() if each.tool_id == name] != [process.pid]
    zoo.pixie.stop_tool(name)


def test_runs_of_a_tool_that_isnt_concurrent_go_one_after_the_other(zoo):
    """The tool itself never sees two at work."""
    name = zoo.at_rest("one-at-a-time")
    runs = [zoo.pixie.start(name, {"seconds": 0.2}) for _ in range(3)]
    ends = [zoo.pixie.wait(run.id, 30) for run in runs]
    assert [run.values() for run in ends] == [{"most": {"value": 1}}] * 3
    queued = [
        [event.event for event in zoo.pixie.store.events(run.id) if isinstance(event.event, Queued)] for run in runs
    ]
    assert [bool(each) for each in queued] == [False, True, True]
    zoo.pixie.stop_tool(name)
