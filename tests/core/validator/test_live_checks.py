"""Checks 6 to 11, on tools that do what tools do."""

from __future__ import annotations

import psutil
import pytest

from tests.core.validator.tools import a_tool, check, manifest, statuses, tree

FASTAPI = """
import argparse, json
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel
from sse import events

app = FastAPI()
schema = json.load(open("tool.json"))

class Inputs(BaseModel):
    a: float

@app.get("/healthz")
def healthz(): return {"ok": True}

@app.get("/schema")
def get_schema(): return schema

@app.post("/run")
async def run(inputs: Inputs): return {"total": inputs.a * 2, "words": ""}

@app.get("/stream")
def stream(run_id: str):
    from fastapi.responses import StreamingResponse
    return StreamingResponse(events(), media_type="text/event-stream")

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port)
"""
SSE = """
import json
def events():
    for word in ("The ", "answer"):
        yield f"data: {json.dumps({'output_key': 'words', 'value': word, 'done': False})}\\n\\n"
    yield f"data: {json.dumps({'output_key': 'words', 'value': '.', 'done': True})}\\n\\n"
"""
TOTAL = {"key": "total", "type": "number", "label": "Total"}
WORDS = {"key": "words", "type": "stream_text", "label": "Words", "streaming": True}


def test_a_fastapi_tool_passes_all_that_it_has(tmp_path):
    """With a stream, an own module and no fixtures; its folder stays as it was, and no process is left."""
    tool = a_tool(tmp_path, manifest(outputs=[TOTAL, WORDS]), main=FASTAPI, sse__py=SSE)
    (tool.folder / "sse" / "py").rename(tool.folder / "sse.py")
    (tool.folder / "sse").rmdir()
    before = tree(tool.folder)
    report = check(tool, tmp_path)
    assert statuses(report) == "ppppppppppps", report.to_json()
    assert report.overall == "pass"
    assert report.sample_inputs == {"a": 2}
    assert report.sample_output == {"total": 4, "words": ""}
    assert "Uvicorn running" in report.spawn_log
    assert tree(tool.folder) == before
    assert not [each for each in psutil.process_iter(["cwd"]) if each.info["cwd"] == str(tool.folder)]


def test_no_run_is_recorded_and_no_file_is_left(tmp_path, monkeypatch):
    """What the tool leaves in its directory of the run goes with the probe."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    program = """
        def run(inputs, body):
            open(os.path.join(body["_pixie"]["artefacts_dir"], "left.txt"), "w").write("x")
            return {"total": 1}
    """
    home = tmp_path / "home"
    home.mkdir()
    tool = a_tool(tmp_path, program=program)
    report = check(tool, home)
    assert report.overall == "pass"
    assert list(home.iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("main", "said"),
    [
        ("import nowhere", "No module named 'nowhere'"),
        ("raise SystemExit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
    ],
)
def test_a_tool_that_doesnt_start_fails_with_its_last_words(tmp_path, main, said):
    """What it wrote is in the message, the details and the spawn log."""
    report = check(a_tool(tmp_path, main=main), tmp_path)
    assert statuses(report) == "pppppfssssss"
    spawned = report.check("tool_spawns")
    assert said in spawned.message + "".join(spawned.details)
    assert report.check("clean_shutdown").message == "not looked at, since tool_spawns failed"
    if "nowhere" in main:
        assert spawned.details[0].endswith("run `pixie sync probe`")
        assert "Traceback" in report.spawn_log


def test_a_tool_that_never_gets_healthy_fails_in_time(tmp_path):
    """The message says what was seen."""
    from pixie_core.config import Settings
    from pixie_core.validator import validate

    tool = a_tool(tmp_path, program="def healthz(): return 503")
    report = validate(tool, settings=Settings(home=tmp_path, tool_start_timeout_seconds=1))
    assert report.check("tool_spawns").status == "fail"
    assert "503" in report.check("tool_spawns").message


def test_a_schema_that_drifted_is_a_warning_with_a_diff(tmp_path):
    """What tool.json says, and what /schema says instead."""
    tool = a_tool(tmp_path, program='schema["name"] = "Other"')
    report = check(tool, tmp_path)
    drift = report.check("schema_matches_disk")
    assert drift.status == "warn"
    assert '- "name": "Probe",' in drift.details
    assert '+ "name": "Other",' in drift.details
    assert report.overall == "warn"
    assert report.warnings == (f"schema_matches_disk: {drift.message}",)


def test_a_run_that_fails_says_what_the_tool_said(tmp_path):
    """Its detail, and the secret that isn't set."""
    declared = manifest(secrets=[{"key": "API_KEY", "description": "x", "required": True}])
    tool = a_tool(tmp_path, declared, "def run(inputs, body): raise KeyError('API_KEY')")
    report = check(tool, tmp_path)
    assert statuses(report) == "pppppppfssss"
    ran = report.check("sample_input_run")
    assert "/run answered 500: KeyError: 'API_KEY'" in ran.message
    assert any("pixie set-secret probe API_KEY" in line for line in ran.details)


def test_a_run_that_takes_too_long_is_told_with_its_limit(tmp_path, monkeypatch):
    """max_runtime_seconds and five more."""
    monkeypatch.setattr("pixie_core.validator.probe.EXTRA_SECONDS", 0)
    tool = a_tool(tmp_path, manifest(max_runtime_seconds=1), "def run(inputs, body): time.sleep(60)")
    ran = check(tool, tmp_path).check("sample_input_run")
    assert (ran.status, "max_runtime_seconds is 1" in ran.message) == ("fail", True)


def test_a_process_that_dies_during_the_run_is_told_by_its_end(tmp_path):
    """Not by the connection that broke."""
    ran = check(a_tool(tmp_path, program="def run(inputs, body): os._exit(7)"), tmp_path).check("sample_input_run")
    assert "ended during the run: it ended with exit code 7" in ran.message


def test_more_memory_than_declared_ends_the_probe_too(tmp_path):
    """The same watch as over runs."""
    program = """
        def run(inputs, body):
            hoard = bytearray(300_000_000)
            hoard[::4096] = b"x" * len(hoard[::4096])
            time.sleep(60)
    """
    ran = check(a_tool(tmp_path, manifest(max_memory_mb=100), program), tmp_path).check("sample_input_run")
    assert (ran.status, "max_memory_mb" in ran.message) == ("fail", True)


TABLE = {"key": "t", "type": "table", "label": "T"}
SCATTER = {"key": "s", "type": "chart_scatter", "label": "S"}
LINE = {"key": "l", "type": "chart_line", "label": "L"}
FILE = {"key": "f", "type": "file", "label": "F"}


@pytest.mark.parametrize(
    ("output", "answer", "status", "said"),
    [
        (TOTAL, {"total": 1}, "pass", "every output"),
        (TOTAL, {"total": {"value": 1}}, "pass", ""),
        (TOTAL, {"total": 1, "run_id": "x"}, "pass", ""),
        (TOTAL, {"outputs": {"total": 1}}, "warn", "wrapped"),
        (TOTAL, {"total": 1, "extra": 2}, "warn", "declares no output 'extra'"),
        (TOTAL, {"totl": 1}, "fail", "holds none of the declared outputs"),
        (TOTAL, {"total": "many"}, "fail", "expected a number"),
        (TOTAL, {"total": "12"}, "warn", "send a number"),
        (TOTAL, [1], "fail", "expected an object"),
        (TABLE, {}, "fail", "is missing from the answer; expected a table, such as"),
        (TABLE, {"t": None}, "fail", "is null; expected a table"),
        (TABLE, {"t": {"value": []}}, "fail", "a table has no `value`"),
        (TABLE, {"t": {"columns": ["a"], "rows": [[1]]}}, "warn", "send an object by column key"),
        (SCATTER, {"s": {"points": [{"x": 1, "y": 2}]}}, "warn", "send series: [{name, points}]"),
        (SCATTER, {"s": {"points": 5}}, "fail", "points stand inside a series"),
        (LINE, {"l": {"x": ["low", "high"], "series": [{"name": "a", "y": [1, 2]}]}}, "warn", "chart_bar"),
        (FILE, {"f": {"filename": "a.txt", "data": "data:,x"}}, "warn", "mime_type"),
    ],
)
def test_an_answer_is_held_against_its_declaration(tmp_path, output, answer, status, said):
    """Wrong shapes fail, those that are understood warn; each is met with its cure."""
    tool = a_tool(tmp_path, manifest(outputs=[output]), f"def run(inputs, body): return {answer!r}")
    found = check(tool, tmp_path).check("output_conforms")
    assert (found.status, said in found.message + "\n".join(found.details)) == (status, True), found


def test_numbers_that_arent_json_are_a_warning(tmp_path):
    """NaN becomes null."""
    tool = a_tool(tmp_path, manifest(outputs=[TOTAL]), "def run(inputs, body): return b'{\"total\": NaN}'")
    found = check(tool, tmp_path).check("output_conforms")
    assert (found.status, "became null" in found.message) == ("warn", True)


@pytest.mark.parametrize("answer", ["b'<html>'", "b''", "b'[' * 100000", "b'\\xff'"])
def test_an_answer_that_isnt_json_fails_the_run(tmp_path, answer):
    """Check 8 says that it can't be read."""
    ran = check(a_tool(tmp_path, program=f"def run(inputs, body): return {answer}"), tmp_path).check("sample_input_run")
    assert (ran.status, "can't be read" in ran.message) == ("fail", True)


def streaming(tmp_path, events, outputs=(WORDS,)):
    program = f"""
        def run(inputs, body): return {{"words": None}}
        def stream(run_id): {events}
    """
    return check(a_tool(tmp_path, manifest(outputs=list(outputs)), program), tmp_path).check("streaming_check")


def test_a_stream_of_any_dialect_passes(tmp_path):
    """The contract's own, chunks, and values under the outputs' keys."""
    own = "return [{'output_key': 'words', 'value': 'a', 'done': True}]"
    assert streaming(tmp_path / "a", own).status == "pass"
    assert (
        streaming(tmp_path / "b", "return [{'chunk': 'a', 'done': False}, {'chunk': '', 'done': True}]").status
        == "pass"
    )
    assert streaming(tmp_path / "c", "return [{'words': 'a', 'done': True}]").status == "pass"


@pytest.mark.parametrize(
    ("events", "status", "said"),
    [
        ("return None", "fail", "there is no /stream"),
        ("return []", "fail", "ended without an event"),
        ("return [{'error': 'no model'}]", "fail", "no model"),
        ("return [{'output_key': 'other', 'value': 1}]", "warn", "declares no such output"),
        ("os._exit(4)", "fail", "exit code 4"),
    ],
)
def test_a_stream_that_gives_nothing_is_told(tmp_path, events, status, said):
    """Each with its reason."""
    found = streaming(tmp_path, events)
    assert (found.status, said in found.message + "\n".join(found.details)) == (status, True), found


def test_a_stream_without_an_event_fails_after_its_time(tmp_path, monkeypatch):
    """Pings don't count, and the stream is closed."""
    monkeypatch.setattr("pixie_core.validator.probe.FIRST_EVENT_SECONDS", 0.5)
    monkeypatch.setattr("pixie_core.validator.live_checks.FIRST_EVENT_SECONDS", 0.5)
    found = streaming(tmp_path, "time.sleep(60); return []")
    assert (found.status, "no event within 0.5 s" in found.message) == ("fail", True)


def test_a_stream_that_never_ends_is_a_warning(tmp_path, monkeypatch):
    """It is cut off at the run's limit."""
    monkeypatch.setattr("pixie_core.validator.probe.EXTRA_SECONDS", 0)
    program = """
        def run(inputs, body): return {"words": ""}
        def stream(run_id):
            while True:
                yield {"output_key": "words", "value": "a", "done": False}
                time.sleep(0.05)
    """
    tool = a_tool(tmp_path, manifest(outputs=[WORDS], max_runtime_seconds=1), program)
    found = check(tool, tmp_path).check("streaming_check")
    assert (found.status, "hadn't ended after 1 s" in found.message) == ("warn", True)


def test_merged_increments_must_make_a_whole_value(tmp_path):
    """y and x of a chart must come out as long as each other."""
    line = {"key": "words", "type": "chart_line", "label": "L", "streaming": True}
    good = (
        "return [{'output_key': 'words', 'value': {'x': [i], 'series': [{'name': 'a', 'y': [i]}]}} for i in range(3)]"
    )
    assert streaming(tmp_path / "a", good, [line]).status == "pass"
    bad = "return [{'output_key': 'words', 'value': {'x': [1], 'series': [{'name': 'a', 'y': [1, 2]}]}}]"
    assert streaming(tmp_path / "b", bad, [line]).status == "fail"


def test_stream_text_that_doesnt_say_so_streams_when_it_can(tmp_path):
    """Without `streaming: true` and without /stream it is an ordinary text."""
    output = {"key": "words", "type": "stream_text", "label": "W"}
    assert streaming(tmp_path / "a", "return [{'chunk': 'a', 'done': True}]", [output]).status == "pass"
    assert streaming(tmp_path / "b", "return None", [output]).status == "skip"


def test_ignoring_sigterm_is_a_warning_and_nothing_survives(tmp_path):
    """Nor does a grandchild that left the session."""
    pid_file = tmp_path / "pid"
    program = f"""
        import subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        def run(inputs, body):
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            open({str(pid_file)!r}, "w").write(str(child.pid))
            return {{"total": 1}}
    """
    report = check(a_tool(tmp_path, program=program), tmp_path)
    assert report.check("clean_shutdown").status == "warn"
    child = int(pid_file.read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_file_input_as_a_form_part_arrives(tmp_path):
    """input_transport: multipart is probed as it is run."""
    declared = manifest(inputs=[{"key": "data", "type": "file", "label": "D"}], input_transport="multipart")
    main = """
        import json, uvicorn, sys
        from fastapi import FastAPI, Request
        app = FastAPI()
        @app.get("/healthz")
        def healthz(): return {}
        @app.get("/schema")
        def schema(): return json.load(open("tool.json"))
        @app.post("/run")
        async def run(request: Request):
            body = await request.body()
            return {"total": body.count(b"PNG") and body.count(b"multipart") == 0 and 1}
        uvicorn.run(app, port=int(sys.argv[2]))
    """
    report = check(a_tool(tmp_path, declared, main=main), tmp_path)
    assert report.overall == "pass", report.to_json()


def test_secrets_show_nowhere_in_the_report(tmp_path):
    """Not in what the tool prints, answers or fails with."""
    for name, last in (("a", "return {'total': 1, 'note': secret}"), ("b", "raise ValueError(secret)")):
        program = f"""
            secret = open(".env").read().split("=")[1].strip()
            def run(inputs, body):
                print(secret, flush=True)
                {last}
        """
        tool = a_tool(tmp_path / name, program=program)
        (tool.folder / ".env").write_text("API_KEY=sesame-open-1234\n")
        (tool.folder / ".env").chmod(0o600)
        report = check(tool, tmp_path / name)
        assert "•••" in report.spawn_log
        assert "sesame" not in str(report.to_json())
