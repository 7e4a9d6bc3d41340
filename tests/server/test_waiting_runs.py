"""Runs that wait, by HTTP: their position, and the answer to those that may not even wait."""

import time

import pytest

from tests.server.live_pixie import add_tools, live_pixie


@pytest.fixture
def live(tmp_path):
    """A served Pixie in which one run works, and two may wait."""
    add_tools(tmp_path)
    with live_pixie(tmp_path, max_active_runs=1, max_queued_runs=2) as served:
        yield served


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


def position(live, run):
    return live.get(f"/api/runs/{run['id']}").json()["queue_position"]


def test_a_position_is_in_the_run_moves_with_the_line_and_ends_with_the_turn(live):
    """In the answer to the start, in the run, and told as events to who follows it."""
    working = live.run("teller", wait=0, words=10_000, pause=0.01)
    assert working["queue_position"] is None
    first, second = (live.run("adder", wait=0) for _ in range(2))
    assert (first["queue_position"], second["queue_position"]) == (1, 2)
    assert (position(live, first), position(live, second)) == (1, 2)
    assert live.post(f"/api/runs/{first['id']}/cancel").status_code == 200
    until(lambda: position(live, second) == 1)
    events = live.get(f"/api/runs/{second['id']}/events", headers={"Accept": "application/json"}).json()
    assert [event["position"] for event in events if event["kind"] == "queued"] == [2, 1]
    assert live.post(f"/api/runs/{working['id']}/cancel").status_code == 200
    ended = live.pixie.wait(second["id"], 20)
    assert (ended.status, position(live, second)) == ("ok", None)


@pytest.mark.case("F12.queue")
def test_beyond_those_that_may_wait_is_429_and_nothing_is_recorded(live):
    """The answer says how many work and wait; one of those is still given, and once one has gone, there is room again."""
    live.run("teller", wait=0, words=10_000, pause=0.01)
    waiting = [live.run("adder", wait=0) for _ in range(2)]
    before = live.get("/api/runs").json()
    refused = live.post("/api/tools/adder/runs", json={"inputs": {}})
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "1 runs are at work and 2 wait, as many as may" in refused.json()["detail"]
    again = live.post("/api/tools/adder/runs", json={"run_id": waiting[0]["id"], "inputs": waiting[0]["inputs"]})
    assert (again.status_code, again.json()["id"]) == (202, waiting[0]["id"])
    assert live.get("/api/runs").json()["items"] == before["items"]
    live.post(f"/api/runs/{waiting[0]['id']}/cancel")
    assert live.run("adder", wait=0)["queue_position"] == 2
