"""Exports in the background, over HTTP: begun, followed, cancelled, fetched."""

import io
import json
import time
import zipfile

import pytest

from pixie_core.run.events import Finished, Output, Started
from tests.core.recorded import add_run
from tests.server.live_pixie import live_pixie
from tests.server.test_api_exports import until, workbook_processes

RUN_ID = "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie with a run that left a table."""
    with live_pixie(tmp_path_factory.mktemp("pixie")) as served:
        columns = [{"key": key, "label": key} for key in ("a", "b", "c")]
        rows = [{"a": n, "b": f"row {n}", "c": n / 7} for n in range(150_000)]
        store = served.pixie.store
        store.create_run(
            run_id=RUN_ID, tool_id="t", inputs={}, origin="script", events=[Started(inputs={}, fingerprint={})]
        )
        value = {"columns": columns, "rows": rows}
        table = Output(output_key="rows", type="table", value=value, whole=True, done=True)
        store.append(RUN_ID, [table, Finished(status="ok")])
        yield served


def begin(live, **body):
    answer = live.post("/api/export-jobs", json={"run_id": RUN_ID, "output_key": "rows", **body})
    assert answer.status_code == 202, answer.text
    return answer.json()


def events(live, job):
    """What is told of a job, as (kind, job), until it has ended."""
    with live.client.stream("GET", f"/api/export-jobs/{job['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        kind = None
        for line in answer.iter_lines():
            name, _, said = line.partition(": ")
            if name == "event":
                kind = said
            elif name == "data":
                yield kind, json.loads(said)


def test_a_large_table_becomes_a_workbook_while_its_progress_is_followed(live):
    """The parts that are done grow up to the end, and then the file is there, as its own export would make it."""
    job = begin(live, format="xlsx")
    assert (job["status"], job["what"]) == ("running", f"{RUN_ID}:rows as xlsx")
    told = list(events(live, job))
    parts = [each["progress"] for _, each in told if each["progress"] is not None]
    assert parts == sorted(parts)
    assert any(0 < part < 1 for part in parts)
    kinds = [kind for kind, _ in told]
    assert kinds == ["progress"] * (len(kinds) - 1) + ["ended"]
    ended = told[-1][1]
    assert (ended["status"], ended["rows_done"], ended["rows_total"]) == ("done", 150_000, 150_000)
    answer = live.get(ended["content"])
    assert answer.headers["content-length"] == str(ended["size_bytes"])
    assert ended["filename"] in answer.headers["content-disposition"]
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert live.get(ended["content"]).content == answer.content
    assert live.get(f"/api/export-jobs/{job['id']}").json() == ended


def test_a_cancelled_export_ends_its_process(live):
    """Within seconds; whoever follows it hears so, and then there is no such job."""
    job = begin(live, format="xlsx")
    until(workbook_processes, "no process is made for the workbook")
    told = events(live, job)
    next(told)
    answer = live.client.delete(f"/api/export-jobs/{job['id']}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    until(lambda: not workbook_processes(), "the workbook's process goes on")
    assert list(told)[-1][1]["status"] == "cancelled"
    for path in ("", "/events", "/content"):
        gone = live.get(f"/api/export-jobs/{job['id']}{path}")
        assert (gone.status_code, gone.json()["code"]) == (404, "export_job_not_found")


def test_what_isnt_done_has_no_content_yet(live):
    """409, and how far it is."""
    job = begin(live, format="xlsx")
    answer = live.get(job["content"])
    assert (answer.status_code, answer.json()["code"]) == (409, "export_not_done")
    live.client.delete(f"/api/export-jobs/{job['id']}")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"format": "png"}, 415, "unsupported_format"),
        ({"format": "csv", "options": {"dpi": 3}}, 422, "request_invalid"),
        ({"output_key": "nothing"}, 404, "output_not_found"),
        ({"run_id": "00000000-0000-4000-8000-000000000000"}, 404, "run_not_found"),
        ({"artefact_id": 1}, 422, "request_invalid"),
    ],
)
def test_what_cant_be_made_is_refused_at_once(live, body, status, code):
    """As the export's own route does."""
    answer = live.post("/api/export-jobs", json={"run_id": RUN_ID, "output_key": "rows", **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_export_that_fails_answers_its_error_where_its_bytes_would_be(live):
    """And says it as part of the job."""
    run_id = add_run(live.pixie, ("plot.png", b"\x89PNG\r\n\x1a\nbroken"))
    (artefact,) = live.pixie.get(run_id).artefacts
    job = live.post("/api/export-jobs", json={"artefact_id": artefact.id, "format": "webp"})
    assert job.status_code == 202, job.text
    address = f"/api/export-jobs/{job.json()['id']}"
    deadline = time.monotonic() + 20
    while live.get(address).json()["status"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stands = live.get(address).json()
    answer = live.get(f"{address}/content")
    assert (stands["status"], answer.status_code) == ("failed", stands["error"]["status"])
    assert (answer.json()["code"], answer.json()["detail"]) == (stands["error"]["code"], stands["error"]["detail"])
