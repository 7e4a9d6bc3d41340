"""Runs that stream: placeholders, events, cancel, and what is kept for whom."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.sdk.processes import manifest, until

COUNT = manifest(
    {"text": {"type": "stream_text", "streaming": True}, "how_far": "progress", "summary": "kv"},
    {"count": {"type": "number", "default": 3}, "pause": {"type": "number", "default": 0}},
)
COUNT_PROGRAM = """
@tool.run
def count(count, pause, *, run):
    for n in range(count):
        run.progress(n / count)
        run.emit("text", f"{n} ")
        run.sleep(pause)
    return {"summary": {"pairs": [{"key": "count", "value": count}]}}
"""


@pytest.fixture
def counter(start):
    return start(COUNT, COUNT_PROGRAM)


def increments(events, key):
    """The values of one output, in the order in which they came."""
    return [data["value"] for name, data in events if name == "message" and data["output_key"] == key]


def done(events):
    """The outputs that were said to be complete, in order."""
    return [data["output_key"] for name, data in events if name == "message" and data["done"]]


def test_run_answers_at_once_with_placeholders(counter):
    """POST /run of a streaming tool gives every output in its empty form, before the work is done."""
    answer = counter.run({"count": 1, "pause": 60}, run_id="r")
    assert answer.json == {"text": "", "how_far": None, "summary": {"pairs": []}}
    assert answer.headers["X-Pixie-Run-Id"] == "r"


def test_a_stream_tells_increments_then_the_rest_then_the_end(counter):
    """Increments come as dialect 1, then each output that isn't done yet as a whole with done, then `end`."""
    counter.run({"count": 2}, run_id="r")
    stream = counter.open_stream("r")
    assert stream.response.headers["Content-Type"].startswith("text/event-stream")
    events = stream.all()
    assert increments(events, "text") == ["0 ", "1 ", ""]
    assert increments(events, "summary") == [{"pairs": [{"key": "count", "value": 2}]}]
    assert increments(events, "how_far")[-1] == 0.5
    assert done(events) == ["text", "how_far", "summary"]
    assert events[-1] == ("end", {})


def test_a_late_reader_misses_nothing(start):
    """What was emitted before anybody listened waits for the reader, in order, even when the work has ended."""
    tool = start(
        COUNT,
        """
        @tool.run
        def count(count, pause, *, run):
            for n in range(count):
                run.emit("text", f"{n} ")
            run.artefact("ended").touch()
            return {"summary": {"pairs": []}}
        """,
    )
    folder = tool.folder / "artefacts"
    folder.mkdir()
    tool.run({"count": 5000}, run_id="r", _pixie={"artefacts_dir": str(folder)})
    until((folder / "ended").exists, "the work to end")
    assert increments(tool.open_stream("r").all(), "text") == [*(f"{n} " for n in range(5000)), ""]


def test_a_run_that_ended_long_ago_still_has_its_stream(counter):
    """The stream of a finished run is there in full for the first who asks."""
    counter.run({"count": 3}, run_id="first")
    counter.run({"count": 1}, run_id="second")
    assert increments(counter.open_stream("second").all(), "text") == ["0 ", ""]
    assert increments(counter.open_stream("first").all(), "text") == ["0 ", "1 ", "2 ", ""]


def test_a_stream_is_read_once(counter):
    """A second GET /stream of a run gets 409, also after the end."""
    counter.run({"count": 1}, run_id="r")
    counter.open_stream("r").all()
    answer = counter.ask("GET", "/stream?run_id=r")
    assert (answer.status, answer.json["code"]) == (409, "stream_taken")


def test_a_run_id_is_used_once(counter):
    """A second run with the same id gets 409, and the first isn't touched."""
    counter.run({"count": 1}, run_id="r")
    assert counter.run({"count": 9}, run_id="r").status == 409
    assert increments(counter.open_stream("r").all(), "text") == ["0 ", ""]


def test_cancel_ends_a_run_at_its_next_step(counter):
    """After a cancel the stream ends with an error of code `cancelled`, and what was streamed stays."""
    counter.run({"count": 1000, "pause": 0.01}, run_id="r")
    stream = counter.open_stream("r")
    iterator = iter(stream)
    assert next(iterator)[1]["output_key"] in {"how_far", "text"}
    answer = counter.ask("POST", "/cancel?run_id=r")
    assert (answer.status, answer.json) == (202, {"cancelled": True})
    *_, last = iterator
    assert last == ("error", {"detail": "The run was cancelled.", "code": "cancelled"})
    assert counter.ask("POST", "/cancel?run_id=r").json == {"cancelled": False}


def test_cancel_interrupts_a_sleep(counter):
    """Run.sleep ends with the cancel and not with its time."""
    counter.run({"count": 2, "pause": 3600}, run_id="r")
    counter.ask("POST", "/cancel?run_id=r")
    assert counter.open_stream("r").all()[-1][0] == "error"


def test_cancel_of_an_unknown_run_is_404(counter):
    """What isn't there can't be cancelled, with an id and without."""
    assert counter.ask("POST", "/cancel").status == 404
    assert counter.ask("POST", "/cancel?run_id=nobody").status == 404


def test_without_an_id_the_newest_run_is_meant(counter):
    """By hand, /stream and /cancel need no id."""
    counter.run({"count": 2, "pause": 3600})
    assert counter.ask("POST", "/cancel").json == {"cancelled": True}
    assert counter.open_stream().all()[-1][0] == "error"


def test_two_runs_stream_at_once(counter):
    """Runs don't wait for each other, and each stream has its own events."""
    counter.run({"count": 2, "pause": 3600}, run_id="slow")
    slow = iter(counter.open_stream("slow"))
    first = next(slow)
    counter.run({"count": 3}, run_id="quick")
    assert increments(counter.open_stream("quick").all(), "text") == ["0 ", "1 ", "2 ", ""]
    counter.ask("POST", "/cancel?run_id=slow")
    assert increments([first, *slow], "text") == ["0 "]


def test_many_runs_stream_at_once(counter):
    """Twenty runs with twenty readers each give exactly their own text."""
    texts: dict[int, list[str]] = {}

    def read(n: int) -> None:
        counter.run({"count": n}, run_id=f"r{n}")
        texts[n] = increments(counter.open_stream(f"r{n}").all(), "text")

    threads = [threading.Thread(target=read, args=(n,)) for n in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert texts == {n: [*(f"{k} " for k in range(n)), ""] for n in range(1, 21)}


def test_a_reader_who_goes_away_ends_the_run(start):
    """A stream is read once, so a run whose reader is gone can reach nobody: it is cancelled."""
    tool = start(
        COUNT,
        """
        @tool.run
        def count(count, pause, *, run):
            try:
                while True:
                    run.emit("text", "x" * 1000)
                    run.sleep(0.001)
            except Cancelled:
                run.artefact("ended").write_text("cancelled")
                raise
        """,
    )
    folder = tool.folder / "artefacts"
    folder.mkdir()
    tool.run(run_id="r", _pixie={"artefacts_dir": str(folder)})
    stream = tool.open_stream("r")
    stream.next()
    stream.close()
    assert until((folder / "ended").exists, "the run to be cancelled")


def test_a_slow_reader_bounds_the_memory(start):
    """A run that emits without end waits for its reader instead of filling the memory."""
    tool = start(
        COUNT,
        """
        @tool.run
        def count(count, pause, *, run):
            for n in range(200):
                run.emit("text", "x" * 1_000_000)
                run.artefact("emitted").write_text(str(n))
            return {"summary": {"pairs": []}}
        """,
    )
    folder = tool.folder / "artefacts"
    folder.mkdir()
    tool.run(run_id="r", _pixie={"artefacts_dir": str(folder)})

    def emitted() -> int:
        return int((folder / "emitted").read_text() or 0) if (folder / "emitted").exists() else 0

    until(lambda: emitted() >= 30, "the queue to fill")
    status = Path(f"/proc/{tool.process.pid}/status").read_text()
    assert int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) < 150_000
    assert emitted() < 60
    events = tool.open_stream("r").all()
    assert sum(map(len, increments(events, "text"))) == 200_000_000
    assert events[-1] == ("end", {})


def test_a_failure_ends_the_stream_with_its_words(start):
    """An exception in the work becomes `event: error`, after what was streamed; the traceback is on stderr."""
    tool = start(
        COUNT,
        """
        @tool.run
        def count(count, pause, *, run):
            run.emit("text", "so far")
            raise ValueError("no more numbers")
        """,
    )
    tool.run(run_id="r")
    assert tool.open_stream("r").all() == [
        ("message", {"output_key": "text", "value": "so far", "done": False}),
        ("error", {"detail": "ValueError: no more numbers", "code": "error"}),
    ]
    assert "in count" in tool.stderr()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('run.emit("txet", "a")', "tool.json declares no such output"),
        ('run.emit("summary", {"pairs": []})', "streaming: true"),
        ('run.emit("text", 7)', "expected a string"),
        ('run.emit("text", "a", done=True); run.emit("text", "b")', "nothing may follow"),
        ('run.emit("text", "\\ud800")', "isn't Unicode"),
        ("run.progress(1.5)", "a number from 0 to 1"),
        ("run.progress(float('nan'))", "a finite number"),
        ('run.log("x", "loud")', "unknown level"),
        ('run.artefact("../x")', "plain file name"),
        ('run.emit("text", "a"); return {"text": "a", "summary": {}}', "was streamed by emit"),
        ('return {"text": "a"}', "didn't return summary"),
    ],
)
def test_a_misuse_of_run_is_told(start, line, said):
    """What can't be sent raises where it is said, and its words reach the reader."""
    tool = start(
        COUNT, f"@tool.run\ndef count(count, pause, *, run):\n    {line}\n    return {{'summary': {{'pairs': []}}}}\n"
    )
    tool.run(run_id="r")
    name, data = tool.open_stream("r").all()[-1]
    assert name == "error"
    assert said in data["detail"]


def test_increments_of_every_kind_pass(start):
    """Rows without columns, single log lines, series, points and values that replace each other all stream."""
    tool = start(
        manifest(
            {
                key: {"type": kind, "streaming": True}
                for key, kind in {
                    "rows": "table",
                    "lines": "log",
                    "line": "chart_line",
                    "dots": "chart_scatter",
                    "n": "number",
                    "src": "code",
                }.items()
            }
        ),
        """
        @tool.run
        def stream(word, *, run):
            run.emit("rows", outputs.table([{"a": 1}]))
            run.emit("rows", {"rows": [{"a": 2}]})
            run.emit("lines", {"message": "one", "level": "info"})
            run.emit("line", outputs.chart_line([0], {"y": [1]}))
            run.emit("dots", outputs.chart_scatter({"s": [(1, 2)]}))
            run.emit("n", 1)
            run.emit("n", 2)
            run.emit("src", "x = 1", done=True)
        """,
    )
    placeholders = tool.run(run_id="r").json
    assert placeholders["rows"] == {"columns": [], "rows": []}
    assert placeholders["n"] is None
    events = tool.open_stream("r").all()
    assert [value["rows"] for value in increments(events, "rows")] == [[{"a": 1}], [{"a": 2}], []]
    assert "columns" not in increments(events, "rows")[-1]
    assert increments(events, "lines")[0] == {"lines": [{"message": "one", "level": "info"}]}
    assert increments(events, "dots")[0] == {"series": [{"name": "s", "points": [{"x": 1, "y": 2}]}]}
    assert increments(events, "n") == [1, 2, 2]
    assert sorted(done(events)) == sorted(placeholders)


def test_progress_without_an_output_has_events_of_its_own(start):
    """Where no output is of type progress, it goes out as `event: progress`; log lines as `event: log`."""
    tool = start(
        manifest({"text": {"type": "stream_text", "streaming": True}}),
        """
        @tool.run
        def work(word, *, run):
            run.progress(None, "warming up")
            run.log("über", "debug")
            run.emit("text", "a")
            run.progress(1)
        """,
    )
    tool.run(run_id="r")
    events = tool.open_stream("r").all()
    assert ("progress", {"value": None, "message": "warming up"}) in events
    assert ("progress", {"value": 1, "message": None}) in events
    line = next(data for name, data in events if name == "log")
    assert (line["level"], line["message"], line["t"][-1]) == ("debug", "über", "Z")


def test_runs_that_may_not_overlap_wait_in_order(start, tmp_path):
    """With concurrent: false the second run begins when the first has ended, first in, first out."""
    tool = start(
        manifest({"order": "text"}, {"name": "text", "gate": "text"}, concurrent=False),
        """
        import pathlib, time
        seen = []

        @tool.run
        def work(name, gate, *, run):
            seen.append(name)
            while gate and not pathlib.Path(gate).exists():
                run.sleep(0.005)
            seen.append(name.upper())
            return {"order": " ".join(seen)}
        """,
    )
    gate = tmp_path / "gate"
    answers: dict[str, str] = {}
    threads = []
    for name in ("a", "b", "c"):
        threads.append(
            threading.Thread(
                target=lambda name=name: answers.update(
                    {name: tool.run({"name": name, "gate": str(gate)}, name).body.decode()}
                )
            )
        )
        threads[-1].start()
        until(lambda name=name: tool.ask("GET", f"/files/{name}/none").status == 404, "an answer")
        until(
            lambda name=name: tool.ask("GET", f"/stream?run_id={name}").json["code"] == "no_stream",
            "the run to be known",
        )
    assert tool.ask("POST", "/cancel?run_id=b").json == {"cancelled": True}
    until(lambda: "b" in answers, "the cancelled run to leave the queue")
    assert "cancelled" in answers["b"]
    assert not answers.keys() & {"a", "c"}
    gate.touch()
    for thread in threads:
        thread.join(20)
    assert "a A c C" in answers["c"]
    assert '"a A"' in answers["a"] or "a A c" in answers["a"]


def test_runs_overlap_where_they_may(start, tmp_path):
    """Without concurrent: false two blocking runs work at the same time."""
    tool = start(
        manifest({"met": "boolean"}, {"mine": "text", "theirs": "text"}),
        """
        import pathlib

        @tool.run
        def meet(mine, theirs, *, run):
            pathlib.Path(mine).touch()
            while not pathlib.Path(theirs).exists():
                run.sleep(0.005)
            return {"met": True}
        """,
    )
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    answers = []
    other = threading.Thread(target=lambda: answers.append(tool.run({"mine": b, "theirs": a}).json))
    other.start()
    assert tool.run({"mine": a, "theirs": b}).json == {"met": True}
    other.join(20)
    assert answers == [{"met": True}]
    assert tool.ask("GET", "/healthz").status == 200
