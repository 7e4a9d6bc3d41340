"""Tools as they are in the wild: FastAPI and uvicorn, `async def` round blocking work, streams without an end."""

import sysconfig
import time

import pytest

from pixie_core.testing.tool_folder import write_tool

from .conftest import until

PROGRAM = f"""
import sys

sys.path.insert(0, {sysconfig.get_paths()["purelib"]!r})
import argparse
import asyncio
import json
import os
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

app = FastAPI()


class Body(BaseModel):
    mode: str = "fine"
    count: int = Field(default=3, gt=0)


@app.get("/healthz")
async def healthz():
    return {{"ok": True}}


@app.get("/schema")
async def schema():
    return json.loads(Path("tool.json").read_text())


@app.post("/run")
async def run(body: Body):
    if body.mode == "block":
        time.sleep(3600)
    if body.mode == "wait":
        await asyncio.sleep(3600)
    if body.mode == "refuse":
        raise HTTPException(404, detail="no such station")
    if body.mode == "raise":
        raise ValueError("broken inside")
    return {{"reply": "", "count": body.count, "run_id": "x"}}


@app.get("/stream")
async def stream(run_id: str):
    async def events():
        for number in range(3):
            yield "data: " + json.dumps({{"output_key": "reply", "value": f"{{number}} ", "done": False}}) + "\\n\\n"
            await asyncio.sleep(0.01)
        if os.environ.get("ENDLESS"):
            await asyncio.sleep(3600)
        yield "event: done\\ndata: {{}}\\n\\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@app.post("/cancel", status_code=204)
async def cancel(run_id: str):
    return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="info")
"""


@pytest.fixture
def tool(settings):
    return write_tool(
        settings.tools_dir,
        "wild",
        program=PROGRAM,
        outputs=[
            {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True},
            {"key": "count", "type": "number", "label": "Count"},
        ],
    )


def start(runs, tool, **inputs):
    return runs.runner.start(tool, inputs)


def test_it_runs_streams_and_refuses_in_its_own_words(runs, tool):
    """The flat body reaches the model; a 422's list, an HTTPException's detail and a bare 500 are all told."""
    run = runs.wait(start(runs, tool, count=7))
    assert (run.status, run.values()) == ("ok", {"reply": "0 1 2 ", "count": {"value": 7}})
    run = runs.wait(start(runs, tool, count=0))
    assert (run.error_code, run.error) == ("tool_refused", "count: Input should be greater than 0")
    run = runs.wait(start(runs, tool, mode="refuse"))
    assert (run.error_code, run.error) == ("tool_refused", "no such station")
    run = runs.wait(start(runs, tool, mode="raise"))
    assert (run.error_code, run.error) == ("tool_refused", "Internal Server Error")
    assert "ValueError: broken inside" in run.stderr
    assert len(runs.runner.launcher.state()) == 1


@pytest.mark.parametrize("mode", ["block", "wait"])
def test_a_cancelled_run_is_gone_although_the_tool_doesnt_obey(runs, tool, survivors, mode):
    """Its /cancel answers 204 and stops nothing, or doesn't answer at all."""
    run = start(runs, tool, mode=mode)
    until(lambda: runs.runner.launcher.state() and runs.runner.launcher.state()[0].status == "running")
    time.sleep(0.2)
    since = time.monotonic()
    runs.runner.cancel(run.id)
    assert runs.wait(run).status == "cancelled"
    assert time.monotonic() - since < 8.5
    assert not survivors()


def test_an_open_stream_doesnt_keep_it_alive(runs, tool, survivors):
    """The stream is closed before SIGTERM: uvicorn would wait for it for ever."""
    (tool.folder / ".env").write_text("ENDLESS=1\n")
    run = start(runs, tool)
    until(lambda: runs.store.run(run.id).values().get("reply") == "0 1 2 ")
    since = time.monotonic()
    runs.runner.cancel(run.id)
    run = runs.wait(run)
    assert (run.status, run.values()["reply"]) == ("cancelled", "0 1 2 ")
    assert time.monotonic() - since < 5  # two seconds to obey, then a SIGTERM that is heeded at once
    assert not survivors()
