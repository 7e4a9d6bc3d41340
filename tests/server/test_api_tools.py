"""The JSON routes about tools."""

import pytest


def test_the_list_of_tools_is_a_bare_list_with_a_summary_of_each(live):
    """`jq '.[] | {id, status: .validation.overall}'` works on it."""
    tools = live.get("/api/tools").json()
    assert [tool["id"] for tool in tools] == ["adder", "broken", "teller"]
    wanted = {"id", "name", "description", "category", "tags", "status", "layout", "archived", "validation"}
    assert set(tools[0]) == wanted


def test_a_broken_tool_is_listed_as_invalid_with_its_problems(live):
    """It hides nobody, and says what is wrong."""
    broken = live.get("/api/tools/broken").json()
    assert (broken["status"], broken["declaration"]) == ("invalid", None)
    assert {problem["path"] for problem in broken["problems"]} >= {"$.name", "$.inputs", "$.outputs"}


def test_an_unknown_tool_is_404_with_the_near_names(live):
    """A typo is answered with what was meant."""
    answer = live.get("/api/tools/addr")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"], problem["near"]) == ("tool_not_found", 404, ["adder"])
    assert "Did you mean adder?" in problem["detail"]


def test_a_run_by_the_api_answers_its_end(live):
    """With `wait` the answer is the finished run."""
    run = live.run("adder", a=40, b=2)
    assert (run["status"], run["outputs"]["sum"]["value"], run["origin"]) == ("ok", 42, "api")
    assert run["inputs"] == {"a": 40, "b": 2, "fail": False, "note": ""}


def test_without_waiting_the_answer_comes_at_once(live):
    """202, with a run that goes on."""
    answer = live.post("/api/tools/teller/runs", json={"inputs": {"words": 3, "pause": 0.2}})
    assert answer.status_code == 202
    assert answer.json()["status"] == "running"
    live.pixie.wait(answer.json()["id"])


def test_every_wrong_input_is_named(live):
    """422, with a problem for each: a wrong type, a value out of bounds, an unknown key."""
    answer = live.post("/api/tools/adder/runs", json={"inputs": {"a": 5000, "b": "two", "c": 1}})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "inputs_invalid"
    assert {each["path"] for each in problem["errors"]} == {"$.a", "$.b", "$.c"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"inputs": {"a": NaN}}', 400),
        (b'{"inputs": {}, "inputs": {}}', 400),
        (b'{"inputs": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"inputs": []}', 422),
        (b'{"inptus": {}}', 422),
        (b'{"wait": 1000}', 422),
        (b'{"run_id": "not-a-uuid"}', 422),
        (b"7", 422),
    ],
)
def test_a_body_that_does_not_fit_is_refused(live, body, status):
    """Malformed bytes are 400, a wrong shape is 422, and neither is a fault."""
    answer = live.post("/api/tools/adder/runs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_the_same_run_id_starts_one_run(live):
    """Asking twice answers the run that exists; other inputs are a conflict."""
    run_id = "6f1c2f0e-8c1b-4f43-9d5a-0a4b7c1d2e3f"
    first = live.post("/api/tools/adder/runs", json={"run_id": run_id, "inputs": {"a": 1}, "wait": 20})
    again = live.post("/api/tools/adder/runs", json={"run_id": run_id, "inputs": {"a": 1}, "wait": 20})
    other = live.post("/api/tools/adder/runs", json={"run_id": run_id, "inputs": {"a": 2}, "wait": 20})
    assert first.json()["id"] == again.json()["id"] == run_id
    assert first.json()["seq"] == again.json()["seq"]
    assert (other.status_code, other.json()["code"]) == (409, "run_conflict")


def test_a_failing_tool_ends_its_run_with_its_own_message_and_the_next_run_works(live):
    """The error is the tool's, stderr is at hand, and nothing is left of it."""
    run = live.run("adder", fail=True, note="please")
    assert run["status"] == "error"
    assert "told to fail: please" in run["error"]["message"]
    assert run["error"]["code"] == "tool_refused"
    assert "Traceback" in run["error"]["stderr"]
    assert live.run("adder")["status"] == "ok"


def test_a_tool_is_validated_on_demand_and_the_report_is_kept(live):
    """The full report, and its summary in the list from then on."""
    report = live.get("/api/tools/adder/validate", timeout=90).json()
    assert report["overall"] in {"pass", "warn"}, report
    assert len(report["checks"]) == 12
    listed = {tool["id"]: tool for tool in live.get("/api/tools").json()}
    assert listed["adder"]["validation"] == {"overall": report["overall"], "timestamp": report["timestamp"]}


def test_a_warm_process_is_stopped_on_demand(live):
    """Once there was one, once there was none."""
    live.run("adder")
    assert live.post("/api/tools/adder/stop").json() == {"stopped": True}
    assert live.post("/api/tools/adder/stop").json() == {"stopped": False}


def test_a_process_is_not_stopped_under_its_runs_unless_forced(live):
    """409 with the runs; force ends them as cancelled."""
    run = live.run("teller", wait=0, words=1000, pause=0.05)
    refused = live.post("/api/tools/teller/stop")
    assert (refused.status_code, refused.json()["code"]) == (409, "runs_in_flight")
    assert live.post("/api/tools/teller/stop", json={"force": True}).json() == {"stopped": True}
    assert live.pixie.wait(run["id"]).status == "cancelled"
