"""Tools are validated by the API: one at once, many in the background with progress that outlives the server."""

import time

import pytest

from pixie_core.store import Owner, ToolVerdict
from tests.server.live_pixie import add_tools, live_pixie


@pytest.fixture
def live(tmp_path):
    """A served Pixie of its own for each test."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as served:
        yield served


def ended(live, job_id, seconds=60):
    """The job once it has ended."""
    deadline = time.monotonic() + seconds
    while (job := live.get(f"/api/validate-jobs/{job_id}").json())["status"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return job


def test_a_report_on_a_part_is_not_kept(live):
    """It doesn't say how the tool stands."""
    report = live.get("/api/tools/adder/validate?reference_only=true").json()
    assert {each["name"] for each in report["checks"] if each["message"] != "not asked for"} == {
        "tool_json_parses", "venv_functional", "reference_fixtures_match",
    }  # fmt: skip
    assert live.get("/api/tools/adder/validate?fixture=none").status_code == 200
    assert live.pixie.store.validations.latest("adder") is None


def test_a_report_is_kept_unless_asked_otherwise(live):
    """As the tool's newest."""
    assert live.get("/api/tools/adder/validate?save=false").json()["overall"] in {"pass", "warn"}
    assert live.pixie.store.validations.latest("adder") is None
    report = live.get("/api/tools/adder/validate").json()
    assert live.pixie.store.validations.latest("adder")["timestamp"] == report["timestamp"]


def test_many_are_validated_with_progress(live):
    """All that aren't archived, two at a time; each report is kept as it comes."""
    live.client.patch("/api/tools/teller", json={"archived": True})
    answer = live.post("/api/validate-jobs")
    job = answer.json()
    assert answer.status_code == 202
    assert (job["total"], job["finished_at"]) == (2, None)
    again = live.post("/api/validate-jobs", json={"tool_ids": ["adder"]})
    assert (again.status_code, again.json()["code"]) == (429, "busy")
    job = ended(live, job["id"])
    assert (job["status"], job["waiting"]) == ("finished", [])
    assert {each["tool_id"]: each["overall"] for each in job["done"]}["broken"] == "fail"
    listed = {each["id"]: each["validation"] for each in live.get("/api/tools").json()}
    assert listed["broken"]["overall"] == "fail"
    assert listed["adder"]["overall"] in {"pass", "warn"}
    assert listed["teller"] is None
    assert live.post("/api/validate-jobs", json={"tool_ids": ["broken"]}).status_code == 202


def test_a_tool_that_is_not_there_begins_nothing(live):
    """The others aren't validated either."""
    answer = live.post("/api/validate-jobs", json={"tool_ids": ["broken", "nobody"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "tool_not_found")


def test_a_job_of_no_tools_is_refused(live):
    """Leaving the list out means all; an empty one is a mistake."""
    answer = live.post("/api/validate-jobs", json={"tool_ids": []})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.tool_ids")


def test_an_unknown_job_is_404(live):
    """With its own code."""
    assert live.get("/api/validate-jobs/none").json()["code"] == "validate_job_not_found"


def test_a_job_of_a_dead_server_is_interrupted_and_keeps_its_progress(live, monkeypatch):
    """What was done by then can be looked up."""
    dead = Owner(boot_id="an earlier boot", pid=1, start_ticks=1)
    with monkeypatch.context() as patched:
        patched.setattr(Owner, "current", classmethod(lambda _: dead))
        job = live.pixie.store.validations.begin_job(["adder", "teller"])
    verdict = ToolVerdict(tool_id="adder", overall="pass", timestamp="2026-01-01T00:00:00.000000+00:00")
    live.pixie.store.validations.add_verdict(job.id, verdict)
    shown = live.get(f"/api/validate-jobs/{job.id}").json()
    assert (shown["status"], shown["waiting"]) == ("interrupted", ["teller"])
    assert shown["done"] == [{"tool_id": "adder", "overall": "pass", "timestamp": verdict.timestamp}]
    ended(live, live.post("/api/validate-jobs", json={"tool_ids": ["broken"]}).json()["id"])
    assert live.get(f"/api/validate-jobs/{job.id}").json()["finished_at"] is not None


def test_the_end_of_the_server_interrupts_a_job(tmp_path):
    """It doesn't wait for all the tools that are left."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as live:
        job = live.post("/api/validate-jobs", json={"tool_ids": ["adder", "teller", "broken"]}).json()
    with live_pixie(tmp_path) as live:
        shown = live.get(f"/api/validate-jobs/{job['id']}").json()
    assert shown["status"] == "interrupted"
    assert "broken" in shown["waiting"]
