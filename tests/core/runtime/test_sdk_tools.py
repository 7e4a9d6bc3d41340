"""Tools on the SDK, run as Pixie runs them: socket, token, stream, artefacts and cancel."""

from pathlib import Path

import psutil
import pytest

import pixie_tool_sdk
from pixie_core.testing.tool_folder import write_tool

from .conftest import until

PROGRAM = f'''
import sys

sys.path.insert(0, {str(Path(pixie_tool_sdk.__file__).parents[1])!r})
from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def work(mode: str = "fine", *, run):
    """Streams, leaves a file, fails or waits, as it is told."""
    run.progress(0.25, "beginning")
    run.emit("words", "one ")
    run.emit("curve", {{"x": [1], "series": [{{"name": "y", "y": [2]}}]}})
    run.log("a line")
    if mode == "wait":
        run.sleep(3600)
    if mode == "fail":
        raise RuntimeError("out of luck")
    run.emit("words", "two")
    run.artefact("notes.txt").write_text("notes")
    return {{"energy": outputs.number(1.5, precision=1)}}


if __name__ == "__main__":
    tool.serve()
'''


@pytest.fixture
def tool(settings):
    return write_tool(
        settings.tools_dir,
        "modern",
        program=PROGRAM,
        inputs=[{"key": "mode", "type": "text", "label": "Mode", "default": "fine"}],
        outputs=[
            {"key": "words", "type": "stream_text", "label": "Words", "streaming": True},
            {"key": "curve", "type": "chart_line", "label": "Curve", "streaming": True},
            {"key": "energy", "type": "number", "label": "Energy"},
        ],
        pyproject='[project]\nname = "modern"\nversion = "1"\n[tool.pixie]\nserver = "sdk"\n',
    )


def start(runs, tool, mode):
    return runs.runner.start(tool, {"mode": mode})


def test_a_run_streams_says_how_far_it_is_and_leaves_a_file(runs, tool):
    """All that a run can say comes through, and nothing else is said about it."""
    run = runs.wait(start(runs, tool, "fine"))
    assert (run.status, run.error) == ("ok", None)
    assert run.values() == {
        "words": "one two",
        "curve": {"x": [1], "series": [{"name": "y", "y": [2]}]},
        "energy": {"value": 1.5, "precision": 1},
    }
    assert (run.progress, run.message) == (0.25, "beginning")
    assert [artefact.filename for artefact in run.artefacts] == ["notes.txt"]
    assert "a line" in runs.log(run)
    assert "$" not in runs.log(run)


def test_a_failed_run_has_the_functions_words_and_its_traceback(runs, tool):
    """The error is the exception; the traceback is in stderr."""
    run = runs.wait(start(runs, tool, "fail"))
    assert (run.status, run.error_code, run.error) == ("error", "tool_refused", "RuntimeError: out of luck")
    assert 'raise RuntimeError("out of luck")' in run.stderr
    assert run.values()["words"] == "one "


def test_a_cancel_is_obeyed_and_the_process_stays(runs, tool):
    """The function is told at its next step."""
    run = start(runs, tool, "wait")
    until(lambda: runs.store.run(run.id).values().get("words"))
    pid = runs.runner.launcher.state()[0].pid
    runs.runner.cancel(run.id)
    run = runs.wait(run, 2)
    assert run.status == "cancelled"
    assert run.values()["words"] == "one "
    assert psutil.pid_exists(pid)
    assert runs.wait(start(runs, tool, "fine")).status == "ok"
    assert [state.pid for state in runs.runner.launcher.state()] == [pid]
