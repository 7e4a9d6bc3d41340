"""Runs from start to end, whatever the tool does: each ends with its own clear words, and the next one works."""

import base64
import json
import re
import threading
import time
import uuid
from itertools import pairwise

import psutil
import pytest
from attrs import evolve

from pixie_core.errors import Busy, DiskFull, InputsInvalid, QuotaExceeded, RunConflict, RunNotRunning, ToolNotInstalled
from pixie_core.run import fold
from pixie_core.run.events import Finished, Queued, Started
from pixie_core.run.model import Run
from pixie_core.runtime import drive
from pixie_core.runtime.inputs import as_sent, data_url
from pixie_core.runtime.waiting import Place, positions, worth_telling
from pixie_core.store import Store
from pixie_core.tool import Limits, Tools

from .conftest import Runs, until

REPLY = {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True}
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 100).decode()
BIG_PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 100_000).decode()


# The good end


def test_a_run_is_recorded_from_start_to_finish(runs, hostile):
    """Started with inputs and fingerprint, its outputs, its end; the fold of the events is the run."""
    run = runs.run(hostile(version="1.2"), answer={"text": "hello"})
    assert run.status == "ok"
    assert run.values() == {"text": "hello"}
    assert runs.kinds(run) == ["started", "output", "finished"]
    started = runs.events(run)[0]
    assert started.inputs == {"behaviour": "ok", "answer": {"text": "hello"}}
    assert started.fingerprint["tool_version"] == "1.2"
    assert {"sources_sha256", "python", "platform", "inputs_sha256", "secrets", "pixie"} <= set(started.fingerprint)
    folded = fold(Run(id=run.id, tool_id=run.tool_id, created_at=run.created_at), runs.store.events(run.id))
    assert (folded.status, folded.values(), folded.duration_ms) == (run.status, run.values(), run.duration_ms)


def test_the_request_is_as_the_contract_says(runs, hostile):
    """Inputs nested and flat, `_pixie`, and the three headers."""
    run = runs.run(hostile(), "facts", n=3)
    facts = json.loads(run.values()["text"])
    folder = facts["headers"]["X-Pixie-Artefacts-Dir"]
    assert facts["sent"] == {
        "run_id": run.id,
        "inputs": {"behaviour": "facts", "n": 3},
        "behaviour": "facts",
        "n": 3,
        "_pixie": {"run_id": run.id, "artefacts_dir": folder},
    }
    assert folder == str(runs.settings.artefacts_root / ".incoming" / run.id)
    assert facts["headers"]["X-Pixie-Run-Id"] == run.id
    assert facts["headers"]["Content-Type"] == "application/json"
    assert facts["headers"]["Accept-Encoding"] == "identity"


def test_what_came_odd_is_said_in_the_runs_log(runs, hostile):
    """A variant is understood; its canonical shape is named."""
    run = runs.run(hostile(outputs=[("kv", "stats")]), answer={"stats": {"pairs": {"a": 1}}, "extra": 1})
    assert run.status == "ok"
    assert run.values() == {"stats": {"pairs": [{"key": "a", "value": 1}]}}
    assert "pairs came as an object" in runs.log(run)
    assert "declares no output 'extra'" in runs.log(run)


def test_missing_outputs_are_said_and_stop_nothing(runs, hostile):
    """Null where the type has no null is as good as missing."""
    run = runs.run(hostile(outputs=[("text", "text"), ("image", "plot")]), answer={"text": "x", "plot": None})
    assert run.status == "ok"
    assert run.values() == {"text": "x"}
    assert "$.plot: is null" in runs.log(run)


# The tool's own errors


REFUSALS = [
    ('{"detail": "no such city"}', "no such city"),
    (
        json.dumps(
            {"detail": [{"loc": ["body", "inputs", "n"], "msg": "must be positive", "input": "data:" + "x" * 999}]}
        ),
        "inputs.n: must be positive",
    ),
    ("it broke", "it broke"),
    ("", "The tool answered with status 500 and no message."),
]


@pytest.mark.parametrize(("body", "message"), REFUSALS)
def test_an_answer_that_is_an_error_shows_the_tools_words(runs, hostile, body, message):
    """Text, a list of {loc, msg}, plain, or nothing at all; never what a list repeats of the inputs."""
    run = runs.run(
        hostile(), "raw", body=body, status=500, kind="application/json" if body[:1] == "{" else "text/plain"
    )
    assert (run.status, run.error_code, run.error) == ("error", "tool_refused", message)


def test_a_traceback_page_isnt_shown(runs, hostile):
    """HTML is no message."""
    run = runs.run(hostile(), "raw", body="<html><h1>Internal", status=500, kind="text/html")
    assert run.error == "The tool answered with status 500 and no message."


GARBAGE = [
    ({"body": "<html>Hello"}, "it isn't JSON"),
    ({"body": '{"text": "ha'}, "it isn't JSON"),
    ({"body": ""}, "it is empty"),
    ({"body": '{"text": "\xff"}'}, "it isn't UTF-8"),
    ({"body": "[" * 100_000}, "nested too deeply"),
    ({"body": '"words"'}, "expected an object keyed by the outputs"),
    ({"body": '{"text": [1]}'}, "$.text: expected a string, found a list"),
    ({"body": '{"other": 1}'}, "holds none of the declared outputs (text)"),
    ({"behaviour": "redirect"}, "redirect (302), which is never followed"),
    ({"behaviour": "compressed"}, "Content-Encoding: gzip"),
]


@pytest.mark.case("T6.garbage", "T7.cut")
@pytest.mark.parametrize(("inputs", "words"), GARBAGE)
def test_garbage_ends_the_run_with_what_was_wrong_and_the_next_one_works(runs, hostile, inputs, words):
    """Each wrong answer in its own words; the process stays in use."""
    tool = hostile()
    run = runs.run(tool, **{"behaviour": "raw", **inputs})
    assert (run.status, run.error_code) == ("error", "tool_bad_response")
    assert words in run.error
    assert runs.run(tool, answer={"text": "fine"}).values() == {"text": "fine"}
    assert len(runs.runner.launcher.state()) == 1


def test_what_is_right_is_kept_where_another_output_is_wrong(runs, hostile):
    """The run is an error, and shows what there is."""
    tool = hostile(outputs=[("text", "text"), ("table", "table")])
    run = runs.run(tool, answer={"text": "fine", "table": {"value": 1}})
    assert run.status == "error"
    assert "a table has no `value`" in run.error
    assert run.values() == {"text": "fine"}


@pytest.mark.case("B3.outputs")
def test_nan_becomes_null_and_every_event_is_json(runs, hostile):
    """What a browser couldn't read never gets into an event."""
    tool = hostile(outputs=[("chart_line", "chart")])
    body = '{"chart": {"x": [1, 2], "series": [{"name": "s", "y": [NaN, 1e999]}]}}'
    run = runs.run(tool, "raw", body=body)
    assert run.values()["chart"]["series"][0]["y"] == [None, None]
    for record in runs.store.events(run.id):
        json.loads(record.text, parse_constant=pytest.fail)


@pytest.mark.case("T7.cut")
def test_an_answer_without_end_is_cut_at_its_limit(settings, store, hostile):
    """The limit is in the message."""
    runs = Runs(evolve(settings, max_tool_answer_bytes=1_000_000), store)
    try:
        tool = hostile()
        run = runs.run(tool, "huge")
        assert (run.status, run.error_code) == ("error", "tool_bad_response")
        assert "more than 1,000,000 bytes" in run.error
        assert runs.run(tool, answer={"text": "fine"}).status == "ok"
    finally:
        runs.runner.close()


# Death


@pytest.mark.case("T5.death")
@pytest.mark.parametrize(
    ("behaviour", "inputs", "words"),
    [
        ("dies", {}, "died during the run: it ended with exit code 7"),
        ("killed", {"signal": "SIGSEGV"}, "it was killed by SIGSEGV"),
        ("killed", {"signal": "SIGKILL"}, "it was killed by SIGKILL"),
    ],
)
def test_a_tool_that_dies_ends_its_run_with_how_and_the_next_one_works(runs, hostile, behaviour, inputs, words):
    """Its last words are at hand; the next run gets a new process."""
    tool = hostile()
    run = runs.run(tool, behaviour, **inputs)
    assert (run.status, run.error_code) == ("error", "tool_died")
    assert words in run.error
    if behaviour == "dies":
        assert run.stderr == "about to give up\n"
        assert "about to give up" in runs.log(run)
    assert runs.run(tool, answer={"text": "fine"}).status == "ok"


def test_a_tool_that_doesnt_start_ends_the_run_with_the_reason(runs, hostile):
    """Recorded like any other end, with the inputs."""
    run = runs.run(hostile("dies-at-start"))
    assert (run.status, run.error_code) == ("error", "tool_start_failed")
    assert "No module named 'numpy'" in run.error
    assert "No module named 'numpy'" in run.stderr
    assert runs.kinds(run)[0] == "started"


@pytest.mark.case("T11.quota", "T5.death")
def test_a_tool_that_takes_too_much_memory_is_ended_with_both_numbers(runs, hostile):
    """Within a second or so; the message has what it used and what it may."""
    since = time.monotonic()
    run = runs.run(hostile(max_memory_mb=100), "allocates", megabytes=300)
    assert (run.status, run.error_code) == ("error", "tool_died")
    assert "its limit is 100 MB (max_memory_mb in tool.json)" in run.error
    peak = re.search(r"used ([\d,]+) MB of memory at its peak", run.error)
    assert int(peak[1].replace(",", "")) > 100
    assert time.monotonic() - since < 10


def test_limits_that_are_set_for_a_tool_hold_in_place_of_its_own(runs, hostile):
    """Memory and time, and the message says whose word it was."""
    runs.store.set_limits("hostile", Limits(max_memory_mb=100, max_runtime_seconds=30))
    hostile(max_memory_mb=4000, max_runtime_seconds=5)
    tools = Tools(runs.settings.tools_dir, states=runs.store.tool_states)
    run = runs.run(tools.get("hostile"), "allocates", megabytes=300)
    assert (run.status, run.error_code) == ("error", "tool_died")
    assert "its limit is 100 MB (max_memory_mb, as it was set for it)" in run.error


# Time


@pytest.mark.case("T4.silence")
def test_a_run_that_takes_too_long_is_ended_with_its_limit(runs, hostile, survivors):
    """At its declared time and five seconds; the process goes with it, and the next run works."""
    tool = hostile(max_runtime_seconds=1)
    since = time.monotonic()
    run = runs.run(tool, "hang")
    assert (run.status, run.error_code) == ("error", "run_timed_out")
    assert "1 s (max_runtime_seconds)" in run.error
    assert 5 < time.monotonic() - since < 15
    assert 6000 < run.duration_ms < 15_000
    assert not survivors()
    assert runs.run(tool, answer={"text": "fine"}).status == "ok"


def test_the_time_of_a_run_counts_from_its_start_and_that_of_its_process_with_it(runs, hostile, monkeypatch):
    """A start that takes all of it leaves a warm process: the next run works in it."""
    monkeypatch.setattr(drive, "GRACE_SECONDS", -0.8)
    tool = hostile("slow-start", max_runtime_seconds=1)
    run = runs.run(tool)
    assert (run.status, run.error_code) == ("error", "run_timed_out")
    (left,) = runs.runner.launcher.state()
    monkeypatch.undo()
    assert runs.run(tool).status == "ok"
    assert [each.pid for each in runs.runner.launcher.state()] == [left.pid]


# Cancelling


@pytest.mark.case("T10.gone", "T4.silence")
@pytest.mark.parametrize(
    ("tags", "behaviour", "stays"),
    [
        (["obeys-cancel"], "hang", True),
        (["ignores-cancel"], "hang", False),
        ([], "hang", False),
        ([], "drip", False),
        ([], "block", False),
        (["ignores-sigterm"], "hang", False),
        ([], "stops-itself", False),
    ],
)
def test_a_cancelled_run_is_gone_within_eight_seconds(runs, hostile, survivors, tags, behaviour, stays):
    """The tool is asked; one that doesn't obey, or can't answer, goes with its process. The next run works."""
    tool = hostile(*tags)
    run = runs.start(tool, behaviour)
    until(lambda: runs.runner.launcher.state() and runs.runner.launcher.state()[0].status == "running")
    pid = runs.runner.launcher.state()[0].pid
    time.sleep(0.1)  # into the run itself; cancelling earlier is another test
    since = time.monotonic()
    runs.runner.cancel(run.id)
    run = runs.wait(run)
    assert time.monotonic() - since < 8.5
    assert (run.status, run.error) == ("cancelled", None)
    assert psutil.pid_exists(pid) is stays
    assert runs.run(tool, answer={"text": "fine"}).status == "ok"
    with pytest.raises(RunNotRunning):
        runs.runner.cancel(run.id)


def test_a_run_can_be_cancelled_while_its_process_starts(runs, hostile, survivors):
    """Nobody waits for a process that nobody wants."""
    run = runs.start(hostile("never-listens"))
    until(lambda: any(each.pid for each in runs.runner.launcher.state()))
    runs.runner.cancel(run.id)
    assert runs.wait(run, 5).status == "cancelled"
    assert not survivors()


def test_siblings_in_the_same_process_are_spared(runs, hostile, waiting_file):
    """A run that doesn't obey is cancelled all the same; the process ends with its last sibling, and serves no new run."""
    tool = hostile("ignores-cancel")
    sibling = runs.start(tool, "wait-for-file", file=str(waiting_file), answer={"text": "made it"})
    until(lambda: "waiting" in runs.runner.launcher.stderr(tool.id))
    stubborn = runs.start(tool, "hang")
    until(lambda: runs.runner.launcher.state()[0].runs_in_flight == 2)
    pid = runs.runner.launcher.state()[0].pid
    runs.runner.cancel(stubborn.id)
    assert runs.wait(stubborn).status == "cancelled"
    assert psutil.pid_exists(pid)
    assert runs.run(tool, answer={"text": "in a new one"}).status == "ok"
    assert {each.pid for each in runs.runner.launcher.state()} > {pid}
    waiting_file.touch()
    sibling = runs.wait(sibling)
    assert (sibling.status, sibling.values()) == ("ok", {"text": "made it"})
    until(lambda: pid not in {each.pid for each in runs.runner.launcher.state()})


# Streams


def test_a_stream_is_recorded_whether_or_not_somebody_watches(runs, hostile):
    """A thousand tokens come to one text, in far fewer events than tokens; the stream is read once."""
    tool = hostile(outputs=[REPLY, ("text", "text")])
    run = runs.run(tool, "stream-bursts", count=1000, placeholder={"reply": "…", "text": "done"})
    assert run.status == "ok"
    assert run.values() == {"reply": "".join(f"{n}," for n in range(1000)), "text": "done"}
    assert run.outputs["reply"].done
    assert len(runs.events(run)) < 100
    counts = json.loads(runs.run(tool, "stream", events=[], placeholder={}).values().get("text", "{}"))
    assert counts.get("/stream", 1) == 1


def test_what_is_streamed_is_there_while_it_comes(runs, hostile, waiting_file):
    """Each token is on the disk soon after it was sent, and stays there."""
    tool = hostile(outputs=[REPLY])
    waiting_file.write_text("ab")
    run = runs.start(tool, "stream-from-file", file=str(waiting_file))
    until(lambda: runs.store.run(run.id).values().get("reply") == "ab")
    with waiting_file.open("a") as file:
        file.write("c")
    until(lambda: runs.store.run(run.id).values().get("reply") == "abc")
    with waiting_file.open("a") as file:
        file.write(".")
    assert runs.wait(run).values() == {"reply": "abc"}


def test_all_three_dialects_and_the_named_events_are_recorded(runs, hostile):
    """The placeholder's series and columns are the ground; merged values are whole and canonical in the end."""
    outputs = [
        {"key": "loss", "type": "chart_line", "label": "Loss", "streaming": True},
        {"key": "rows", "type": "table", "label": "Rows", "streaming": True},
        {"key": "part", "type": "progress", "label": "Part", "streaming": True},
        ("text", "summary"),
    ]
    run = runs.run(
        hostile(outputs=outputs),
        "stream",
        placeholder={"loss": {"x": [], "series": [{"name": "train", "y": []}]}},
        events=[
            {"epoch": 1, "loss": {"x": 1, "y": 0.5}, "part": 0.5},
            ["progress", {"value": 0.5, "message": "half way"}],
            ["log", {"level": "info", "message": "a word"}],
            {"output_key": "rows", "value": {"rows": [{"a": 1}]}, "done": False},
            {"output_key": "rows", "value": {"rows": [{"a": 2}]}, "done": True},
            {"epoch": 2, "loss": {"x": 2, "y": 0.4}, "part": 1, "summary": "good", "done": True},
            ["end", {}],
            {"loss": {"x": 3, "y": 9}},
        ],
    )
    assert run.status == "ok"
    assert run.values() == {
        "loss": {"x": [1, 2], "series": [{"name": "train", "y": [0.5, 0.4]}]},
        "rows": {"columns": [{"key": "a", "label": "a"}], "rows": [{"a": 1}, {"a": 2}]},
        "part": 1,
        "summary": "good",
    }
    assert (run.progress, run.message) == (0.5, "half way")
    assert "a word" in runs.log(run)


def test_a_stream_that_fails_keeps_what_it_gave(runs, hostile):
    """By an `error` event, or by dying."""
    tool = hostile(outputs=[REPLY])
    token = {"output_key": "reply", "value": "so far", "done": False}
    run = runs.run(tool, "stream", events=[token, ["error", {"detail": "out of luck"}]])
    assert (run.status, run.error_code, run.error) == ("error", "tool_refused", "out of luck")
    assert run.values() == {"reply": "so far"}
    run = runs.run(tool, "stream", events=[token], then="die")
    assert (run.status, run.error_code) == ("error", "tool_died")
    assert run.values() == {"reply": "so far"}
    assert run.stderr == "no more\n"


def test_an_endless_stream_can_be_cancelled_and_keeps_what_came(runs, hostile):
    """The stream is closed before the process is asked to end."""
    run = runs.start(hostile(outputs=[REPLY]), "stream-endless")
    until(lambda: len(runs.store.run(run.id).values().get("reply", "")) > 20)
    runs.runner.cancel(run.id)
    run = runs.wait(run, 9)
    assert run.status == "cancelled"
    assert run.values()["reply"].startswith("0 1 2 3 ")


@pytest.mark.case("T8.streams")
def test_an_event_that_never_ends_is_refused(settings, store, hostile):
    """At its limit, which the message names."""
    runs = Runs(evolve(settings, max_tool_event_bytes=100_000), store)
    try:
        run = runs.run(hostile(outputs=[REPLY]), "stream-one-long")
        assert (run.status, run.error_code) == ("error", "tool_bad_response")
        assert "larger than 100000 bytes" in run.error
    finally:
        runs.runner.close()


def test_a_stream_that_stays_open_when_all_is_done_isnt_waited_for(runs, hostile):
    """Some tools never end theirs."""
    tool = hostile("obeys-cancel", outputs=[REPLY])
    since = time.monotonic()
    run = runs.run(tool, "stream", events=[{"output_key": "reply", "value": "all", "done": True}], then="stay")
    assert (run.status, run.values()) == ("ok", {"reply": "all"})
    assert time.monotonic() - since < 9


def test_a_declared_stream_that_isnt_there_is_an_error_unless_the_answer_was_whole(runs, hostile):
    """What /run gave counts when it is all there."""
    tool = hostile(outputs=[REPLY])
    run = runs.run(tool, "stream-none", placeholder={"reply": "whole"})
    assert (run.status, run.values()) == ("ok", {"reply": "whole"})
    run = runs.run(tool, "stream-none", placeholder={})
    assert (run.status, run.error_code) == ("error", "tool_refused")
    assert "GET /stream with 404: there is no stream" in run.error


def test_a_stream_text_without_the_flag_streams_when_there_is_a_stream(runs, hostile):
    """And is taken from the answer when there is none."""
    tool = hostile(outputs=[("stream_text", "reply")])
    run = runs.run(tool, "stream", events=[{"chunk": "a"}, {"chunk": "b", "done": True}], placeholder={"reply": ""})
    assert run.values() == {"reply": "ab"}
    assert runs.run(tool, "stream-none", placeholder={"reply": ""}).values() == {"reply": ""}
    assert runs.run(tool, answer={"reply": "at once"}).values() == {"reply": "at once"}


# Files


def test_media_become_artefacts_and_large_ones_leave_the_value(runs, hostile):
    """A small picture stays inline and is a file too; of a large one a reference stays."""
    tool = hostile(outputs=[("image", "small"), ("image", "large"), ("file", "notes")])
    notes = {"filename": "notes.txt", "data": "data:text/plain;base64,SGVsbG8=", "mime_type": "text/plain"}
    run = runs.run(tool, answer={"small": PNG, "large": BIG_PNG, "notes": notes})
    assert run.status == "ok"
    assert [(each.filename, each.mime, each.output_key) for each in run.artefacts] == [
        ("small.png", "image/png", "small"),
        ("large.png", "image/png", "large"),
        ("notes.txt", "text/plain", "notes"),
    ]
    values = run.values()
    assert values["small"] == PNG
    assert values["notes"] == notes
    assert values["large"] == f"/api/artefacts/{run.artefacts[1].id}/content"
    with runs.store.open_artefact(run.artefacts[1].id) as file:
        assert file.read() == data_url(BIG_PNG).content
    kinds = runs.kinds(run)
    assert kinds[-1] == "finished"
    assert kinds.count("artefact") == 3


def test_a_large_value_becomes_a_file_and_is_read_back_the_same(runs, hostile):
    """A reference with the size stands in the event."""
    tool = hostile(outputs=[("table", "table")])
    table = {"columns": [{"key": "n", "label": "N", "type": "number"}], "rows": [{"n": n} for n in range(20_000)]}
    run = runs.run(tool, answer={"table": table})
    value = run.values()["table"]
    assert set(value) == {"$artefact", "size_bytes"}
    assert value["size_bytes"] > runs.settings.inline_output_max_bytes
    assert runs.store.resolve(value) == table
    assert runs.store.artefacts().items == ()  # no library lists it


def test_what_a_tool_leaves_becomes_artefacts_and_links_and_devices_dont(runs, hostile):
    """Each that wasn't taken is named in the log; the folder goes."""
    run = runs.run(hostile(), "leaves-files")
    assert run.status == "ok"
    assert [each.filename for each in run.artefacts] == ["below-deep.txt", "plot.txt"]
    log = runs.log(run)
    assert "link wasn't taken: it is a symbolic link" in log
    assert "pipe wasn't taken: it is a device" in log
    assert "second-name.txt wasn't taken: it is a hard link" in log
    assert not (runs.settings.artefacts_root / ".incoming" / run.id).exists()


@pytest.mark.case("T5.partial")
def test_what_a_tool_left_before_it_died_is_kept_as_partial(runs, hostile):
    """Not among the artefacts: nobody knows whether it is whole."""
    run = runs.run(hostile(), "leaves-files", then="die")
    assert run.error_code == "tool_died"
    assert run.artefacts == ()
    partial = runs.settings.artefacts_root / "hostile" / run.id / ".partial"
    assert {path.name for path in partial.iterdir()} == {"below-deep.txt", "plot.txt"}
    assert ".partial: below-deep.txt, plot.txt" in runs.log(run)


@pytest.mark.case("T11.quota")
@pytest.mark.parametrize(
    ("limits", "more", "words"),
    [
        ({"max_artefacts_per_run": 10}, {"more": 20}, "more than 10 files"),
        ({"max_artefact_bytes_per_run": 10_000}, {"more": 2, "bytes": 9_000}, "more than 10,000 bytes"),
    ],
)
def test_a_run_that_leaves_too_much_ends_as_the_quota_is_crossed(settings, store, hostile, limits, more, words):
    """While it is still at work."""
    runs = Runs(evolve(settings, **limits), store)
    try:
        since = time.monotonic()
        run = runs.run(hostile(), "leaves-files", **more, then="hang")
        assert (run.status, run.error_code) == ("error", "quota_exceeded")
        assert words in run.error
        assert time.monotonic() - since < 10
        assert run.artefacts == ()
        assert "Not all that the run left was kept: it is more than a run may leave." in runs.log(run)
        partial = settings.artefacts_root / "hostile" / run.id / ".partial"
        kept = [path.stat().st_size for path in partial.iterdir()]
        assert 0 < len(kept) <= runs.settings.max_artefacts_per_run
        assert sum(kept) <= runs.settings.max_artefact_bytes_per_run
    finally:
        runs.runner.close()


@pytest.mark.parametrize("picture", [PNG, BIG_PNG], ids=["after its values", "by a value"])
def test_a_run_that_left_too_much_by_its_end_keeps_what_fits_as_partial(settings, store, hostile, picture):
    """The quota is crossed while its files are published: what was published by then is taken back."""
    runs = Runs(evolve(settings, max_artefact_bytes_per_run=30_000), store)
    try:
        tool = hostile(outputs=[("image", "picture")])
        run = runs.run(tool, "leaves-files", more=5, bytes=7_000, answer={"picture": picture})
        assert (run.status, run.error_code, run.artefacts) == ("error", "quota_exceeded", ())
        folder = settings.artefacts_root / "hostile" / run.id
        assert {path.name for path in folder.iterdir()} == {".partial"}
        assert {"below-deep.txt", "more-0", "more-1"} <= {path.name for path in (folder / ".partial").iterdir()}
    finally:
        runs.runner.close()


def test_what_can_be_read_of_an_answer_is_published_though_the_rest_is_wrong(runs, hostile):
    """And what the tool left beside it is kept as partial, and takes nothing of that along."""
    tool = hostile(outputs=[("image", "picture"), ("number", "energy")])
    run = runs.run(tool, "leaves-files", answer={"picture": BIG_PNG, "energy": {"value": "high"}})
    assert (run.status, run.error_code) == ("error", "tool_bad_response")
    assert [each.filename for each in run.artefacts] == ["picture.png"]
    with runs.store.open_artefact(run.artefacts[0].id) as file:
        assert file.read() == data_url(BIG_PNG).content
    partial = runs.settings.artefacts_root / "hostile" / run.id / ".partial"
    assert {path.name for path in partial.iterdir()} == {"below-deep.txt", "plot.txt"}


def test_files_behind_the_tools_own_endpoint_are_fetched(runs, hostile):
    """`/files/<run_id>/<name>` in a value becomes an artefact."""
    tool = hostile(outputs=[("file", "f")], provides_file_endpoint=True)
    run_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
    answer = {"f": {"filename": "a.txt", "data": f"/files/{run_id}/a.txt", "mime_type": "text/plain"}}
    run = runs.runner.start(tool, {"behaviour": "ok", "answer": answer}, run_id=run_id)
    run = runs.wait(run)
    assert run.status == "ok"
    with runs.store.open_artefact(run.artefacts[0].id) as file:
        assert file.read() == b"bytes of the file"


def test_file_inputs_are_kept_once_and_sent_as_data_urls(runs, hostile):
    """What is recorded is {sha256, filename, mime, size}; the tool gets the bytes, and so does a run of the same again."""
    file = {"key": "data", "type": "file", "label": "Data"}
    tool = hostile(inputs=[file])
    sent = "data:text/csv;name=my%20data.csv;base64,YSxiCjEsMgo="
    run = runs.wait(runs.runner.start(tool, {"behaviour": "facts", "data": sent}))
    recorded = run.inputs["data"]
    assert {key: recorded[key] for key in ("filename", "mime", "size")} == {
        "filename": "my data.csv",
        "mime": "text/csv",
        "size": 8,
    }
    facts = json.loads(run.values()["text"])
    assert facts["inputs"]["data"] == "data:text/csv;base64,YSxiCjEsMgo="
    assert as_sent(tool.manifest, run.inputs, runs.store)["data"] == facts["inputs"]["data"]


def test_a_broken_data_url_names_its_input(runs, hostile):
    """Before anything is recorded."""
    tool = hostile(inputs=[{"key": "data", "type": "file", "label": "Data"}])
    with pytest.raises(InputsInvalid, match=r"\$\.data"):
        runs.runner.start(tool, {"data": "data:text/csv;base64,abc"})
    assert runs.store.runs().items == ()


def test_multipart_sends_files_as_parts(runs, hostile):
    """`inputs` as JSON, each file under its key, and each value as a field of its own for tools that read forms."""
    files = {"key": "data", "type": "file", "label": "Data", "multiple": True}
    tool = hostile(inputs=[files], input_transport="multipart")
    sent = ["data:text/csv;name=a.csv;base64,YSxiCjEsMgo=", "data:text/plain;base64,SGVsbG8="]
    run = runs.wait(runs.runner.start(tool, {"n": 3, "word": "x y", "data": sent}))
    body = run.values()["text"]
    boundary = body.partition("\r\n")[0]
    parts = [part.partition("\r\n\r\n") for part in body.split(boundary)[1:-1]]
    assert [(head.strip(), content.removesuffix("\r\n")) for head, _, content in parts] == [
        ('Content-Disposition: form-data; name="n"', "3"),
        ('Content-Disposition: form-data; name="word"', "x y"),
        ('Content-Disposition: form-data; name="run_id"', run.id),
        ('Content-Disposition: form-data; name="inputs"', '{"n":3,"word":"x y"}'),
        ('Content-Disposition: form-data; name="_pixie"', parts[4][2].removesuffix("\r\n")),
        (
            'Content-Disposition: form-data; name="data"; filename="a.csv"\r\nContent-Type: text/csv',
            "a,b\n1,2\n",
        ),
        ('Content-Disposition: form-data; name="data"; filename="data.txt"\r\nContent-Type: text/plain', "Hello"),
    ]


# Logs and secrets


def test_what_a_tool_writes_is_in_the_log_with_secrets_hidden(runs, hostile):
    """In stderr, in the answer and in errors alike."""
    tool = hostile()
    (tool.folder / ".env").write_text("API_KEY=sk-hunter22-abcdef\n")
    run = runs.run(tool, "prints", pieces=["the key is sk-hun", "ter22-abcdef!\n"])
    assert "the key is •••!" in runs.log(run)
    assert runs.run(tool, "tells", variable="API_KEY").values() == {"text": "it is •••"}
    run = runs.run(tool, "raw", body='{"detail": "bad key sk-hunter22-abcdef"}', status=401)
    assert run.error == "bad key •••"
    records = [record for each in runs.store.runs().items for record in runs.store.events(each.id)]
    # The inputs of these runs hold the secret, or parts of it, for the tool to tell.
    assert "hunter22" not in "".join(record.text for record in records if record.event.kind != "started")
    assert records[0].event.fingerprint["secrets"] == ["API_KEY"]


@pytest.mark.case("S3.forms")
def test_a_secret_in_two_tokens_of_a_stream_is_hidden(runs, hostile):
    """Each half by itself is no secret."""
    tool = hostile(outputs=[REPLY])
    (tool.folder / ".env").write_text("API_KEY=sk-hunter22-abcdef\n")
    tokens = ["the key: sk-hun", "ter22-abc", "def and on", " sk-"]
    events = [{"output_key": "reply", "value": token, "done": False} for token in tokens]
    assert runs.run(tool, "stream", events=events).values() == {"reply": "the key: ••• and on sk-"}


@pytest.mark.case("S3.file")
def test_a_file_that_holds_a_secret_is_named_and_not_altered(runs, hostile):
    """Its bytes are the tool's."""
    tool = hostile(outputs=[("file", "file")])
    (tool.folder / ".env").write_text("API_KEY=Hello there\n")
    answer = {
        "file": {"filename": "a.txt", "data": "data:text/plain;base64,SGVsbG8gdGhlcmUh", "mime_type": "text/plain"}
    }
    run = runs.run(tool, answer=answer)
    assert "a.txt holds a secret of hostile" in runs.log(run)
    assert runs.store.run(run.id).flagged == ("a.txt holds a secret of hostile: look before you share it.",)
    with runs.store.open_artefact(run.artefacts[0].id) as file:
        assert file.read() == b"Hello there!"
    assert runs.run(tool, answer={"file": {**answer["file"], "data": "data:text/plain;base64,SGVsbG8="}}).status == "ok"
    assert "holds a secret" not in runs.log(runs.runner.wait(runs.store.runs().items[0].id))


def test_a_flood_of_output_is_kept_in_its_first_and_last_part(runs, hostile):
    """The run's log is bounded, and says what was left out."""
    run = runs.run(hostile(), "flood", megabytes=5)
    assert run.status == "ok"
    log = runs.log(run)
    assert len(log) < 200_000
    assert "characters were left out here" in log


def test_lines_of_a_process_that_serves_two_runs_are_marked(runs, hostile, waiting_file):
    """They may be the other run's."""
    tool = hostile()
    first = runs.start(tool, "wait-for-file", file=str(waiting_file))
    until(lambda: "waiting" in runs.log(first))
    second = runs.run(tool, "prints", pieces=["whose is this?\n"])
    waiting_file.touch()
    first = runs.wait(first)
    for run in (first, second):
        shared = [event for event in runs.events(run) if event.kind == "log" and "whose is this?" in event.text]
        assert [event.shared for event in shared] == [True]


# Places and queues


def test_runs_of_a_tool_that_isnt_concurrent_go_one_by_one_in_order(runs, hostile, waiting_file):
    """Those that wait say so; each begins when the one before has ended."""
    tool = hostile(concurrent=False)
    first = runs.start(tool, "wait-for-file", file=str(waiting_file))
    others = [runs.start(tool) for _ in range(3)]
    assert [runs.store.run(each.id).queue_position for each in others] == [1, 2, 3]
    elsewhere = runs.run(hostile(tool_id="other"))
    assert elsewhere.status == "ok"
    waiting_file.touch()
    ended = [runs.wait(each) for each in (first, *others)]
    assert [run.status for run in ended] == ["ok"] * 4
    assert [run.started_at for run in ended] == sorted(run.started_at for run in ended)
    assert runs.kinds(ended[1])[:2] == ["queued", "started"]
    assert all(a.finished_at <= b.started_at for a, b in pairwise(ended))


def test_a_run_that_waits_hears_of_its_position_as_the_line_moves(settings, store, hostile, waiting_file):
    """One place after the other, until its turn has come; what it reads in the end is its log alone."""
    runs = Runs(evolve(settings, max_active_runs=1), store)
    try:
        tool = hostile()
        working = runs.start(tool, "wait-for-file", file=str(waiting_file))
        gone, stays, last = (runs.start(tool) for _ in range(3))
        assert [store.run(each.id).queue_position for each in (gone, stays, last)] == [1, 2, 3]
        runs.runner.cancel(gone.id)
        until(lambda: [store.run(each.id).queue_position for each in (stays, last)] == [1, 2])
        told = [event.position for event in runs.events(last) if event.kind == "queued"]
        assert told == [3, 2]
        waiting_file.touch()
        for each in (working, stays, last):
            assert runs.wait(each).status == "ok"
        assert store.run(last.id).queue_position is None
        kinds = runs.kinds(last)
        assert "queued" not in kinds[kinds.index("started") :]
    finally:
        runs.runner.close()


def test_a_position_is_never_told_to_a_run_that_has_begun_or_ended(store):
    """The news may be on their way when the turn comes: they are dropped where the log is written."""
    begun, ended, waits = (str(uuid.uuid4()) for _ in range(3))
    for run_id in (begun, ended, waits):
        events = [Queued(position=2)]
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api", events=events)
    store.append(begun, [Started(inputs={}, fingerprint={})])
    store.append(ended, [Finished(status="cancelled")])
    assert store.requeue({begun: 1, ended: 1, waits: 1}) == (waits,)
    assert (store.run(waits).queue_position, store.run(begun).queue_position) == (1, None)
    assert [len(store.events(each)) for each in (begun, ended, waits)] == [2, 2, 2]
    store.interrupt_all([begun, waits], "the test is over")


def test_a_position_counts_those_that_go_first(hostile):
    """While a place is free those of the same tool alone; else all, of a tool that goes one by one only the next."""
    alone, many = hostile(tool_id="alone", concurrent=False), hostile(tool_id="many")
    line = [Place(f"{number}", tool, working=False) for number, tool in enumerate([alone, alone, many, alone, many])]
    assert list(positions(line, full=False).values()) == [1, 2, 1, 3, 2]
    assert list(positions(line, full=True).values()) == [1, 2, 2, 4, 3]


def test_a_long_line_is_told_of_in_few_events():
    """Five hundred that move up one by one: each hears of the last twenty steps, and of some tens before."""
    told, events = 500, []
    for now in range(499, 0, -1):
        if worth_telling(told, now):
            told = now
            events.append(now)
    assert events[-19:] == list(range(19, 0, -1))
    assert len(events) < 60


@pytest.mark.case("T13.caps", "F12.queue")
def test_no_more_runs_work_and_wait_than_may(settings, store, hostile, waiting_file):
    """Beyond, Busy, and nothing is recorded."""
    runs = Runs(evolve(settings, max_active_runs=1, max_queued_runs=1), store)
    try:
        tool = hostile()
        working = runs.start(tool, "wait-for-file", file=str(waiting_file))
        waiting = runs.start(tool)
        with pytest.raises(Busy, match="1 runs are at work and 1 wait"):
            runs.start(tool)
        assert len(store.runs().items) == 2
        assert runs.runner.active() == [working.id, waiting.id]
        waiting_file.touch()
        assert runs.wait(waiting).status == "ok"
        assert runs.run(tool).status == "ok"
    finally:
        runs.runner.close()


def test_a_waiting_run_is_cancelled_at_once(settings, store, hostile, waiting_file):
    """It never began."""
    runs = Runs(evolve(settings, max_active_runs=1), store)
    try:
        tool = hostile()
        working = runs.start(tool, "wait-for-file", file=str(waiting_file))
        waiting = runs.start(tool)
        runs.runner.cancel(waiting.id)
        run = runs.wait(waiting, 1)
        assert (run.status, runs.kinds(run)) == ("cancelled", ["queued", "finished"])
        waiting_file.touch()
        assert runs.wait(working).status == "ok"
    finally:
        runs.runner.close()


def test_the_same_id_with_the_same_inputs_is_the_same_run(runs, hostile):
    """Asking twice doesn't run twice; other inputs are a conflict."""
    tool = hostile()
    run_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
    first = runs.wait(runs.runner.start(tool, {"behaviour": "facts"}, run_id=run_id))
    again = runs.runner.start(tool, {"behaviour": "facts"}, run_id=run_id)
    assert (again.id, again.status) == (first.id, "ok")
    with pytest.raises(RunConflict):
        runs.runner.start(tool, {"behaviour": "ok"}, run_id=run_id)
    assert runs.runner.active() == []
    assert runs.run(tool).status == "ok"


def test_what_cant_be_run_records_nothing(runs, hostile, settings):
    """A tool without an environment, a full disk, a full quota."""
    tool = hostile()
    tool.python.unlink()
    with pytest.raises(ToolNotInstalled):
        runs.start(tool)
    assert runs.store.runs().items == ()


@pytest.mark.case("T11.quota")
def test_no_run_is_started_when_the_disk_or_the_cap_is_full(settings, store, hostile):
    """The message names the setting."""
    runs = Runs(evolve(settings, min_free_disk_bytes=2**60, artefacts_total_disk_cap_bytes=None), store)
    tool = hostile()
    with pytest.raises(DiskFull, match="PIXIE_MIN_FREE_DISK_BYTES"):
        runs.start(tool)
    runs.runner.close()
    runs = Runs(evolve(settings, artefacts_total_disk_cap_bytes=1), store)
    try:
        assert runs.run(tool, "leaves-files").status == "ok"
        with pytest.raises(QuotaExceeded, match="PIXIE_ARTEFACTS_TOTAL_DISK_CAP_BYTES"):
            runs.start(tool)
    finally:
        runs.runner.close()


def test_many_runs_at_once_end_well_and_apart(runs, hostile):
    """Thirty from ten threads: each has its own answer."""
    tool = hostile()
    ids = {}

    def start(worker):
        for number in range(3):
            text = f"{worker}-{number}"
            ids[text] = runs.start(tool, answer={"text": text}).id

    threads = [threading.Thread(target=start, args=(worker,)) for worker in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text, run_id in ids.items():
        run = runs.runner.wait(run_id, 30)
        assert (run.status, run.values()) == ("ok", {"text": text})
    assert runs.runner.active() == []


# The end of Pixie


def test_closing_ends_everything_within_ten_seconds(settings, store, hostile, survivors):
    """Working and waiting runs are interrupted, keep what they had, and no process stays."""
    runs = Runs(evolve(settings, max_active_runs=2), store)
    streaming = runs.start(hostile("ignores-sigterm", outputs=[REPLY]), "stream-endless")
    hanging = runs.start(hostile("ignores-cancel", tool_id="other"), "hang")
    waiting = runs.start(hostile(tool_id="third"))
    until(lambda: len(store.run(streaming.id).values().get("reply", "")) > 10)
    since = time.monotonic()
    runs.runner.close()
    assert time.monotonic() - since < 10
    assert not survivors()
    for run in (streaming, hanging, waiting):
        ended = store.run(run.id)
        assert (ended.status, ended.error_code) == ("interrupted", "interrupted")
    assert store.run(streaming.id).values()["reply"].startswith("0 1 ")
    with pytest.raises(Busy, match="stopping"):
        runs.start(hostile(tool_id="fourth"))
    runs.runner.close()


def test_a_run_that_was_ended_elsewhere_stops(runs, hostile, survivors):
    """Late results lose."""
    run = runs.start(hostile(outputs=[REPLY]), "stream-endless")
    until(lambda: runs.store.run(run.id).values().get("reply"))
    runs.store.interrupt(run.id, "by somebody else")
    until(lambda: runs.runner.active() == [])
    assert isinstance(runs.events(run)[-1], Finished)
    assert runs.store.run(run.id).status == "interrupted"


def test_a_run_of_another_process_is_cancelled_by_asking_its_owner(runs, settings, hostile):
    """Through the store, within a second or so."""
    run = runs.start(hostile("obeys-cancel"), "hang")
    until(lambda: runs.runner.launcher.state() and runs.runner.launcher.state()[0].status == "running")
    with Store(settings) as other_store:
        other = Runs(settings, other_store)
        try:
            other.runner.cancel(run.id)
            assert runs.wait(run, 4).status == "cancelled"
            with pytest.raises(RunNotRunning):
                other.runner.cancel(run.id)
        finally:
            other.runner.close()
