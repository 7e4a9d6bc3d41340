"""A whole Pixie for tests: real tools in a data folder of its own, served by Hypercorn behind the guard and the lint.

with live_pixie(folder) as live:
    live.get("/api/tools")            an httpx.Response
    live.pixie                        the library's handle on the same folder
"""

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from attrs import frozen
from hypercorn.asyncio import serve
from hypercorn.config import Config

from pixie_core import Pixie, Settings
from pixie_core.testing.tool_folder import borrow_environment
from pixie_server.app import ROUTES, application
from pixie_server.serving import listen, unhandled
from tests.server.asgi import ResponseLint

DEADLINE = 20.0

PYPROJECT = """\
[project]
name = "{name}"
version = "1"
requires-python = ">=3.11"
dependencies = ["pixie-tool-sdk"]

[tool.pixie]
server = "sdk"
"""

ADDER = '''\
from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def add(a, b, fail, note):
    """Add two numbers."""
    if fail:
        raise ValueError("told to fail: " + note)
    return {
        "sum": outputs.number(a + b),
        "steps": outputs.table(
            columns=[{"key": "n", "label": "N", "type": "number"}], rows=[{"n": a}, {"n": b}, {"n": a + b}]
        ),
    }


tool.serve()
'''

TELLER = '''\
import time

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def tell(words, pause, run):
    """Say so many words, one by one."""
    for number in range(words):
        run.emit("story", f"word{number} ")
        run.progress((number + 1) / words)
        time.sleep(pause)
    return {"count": words}


tool.serve()
'''

MANIFESTS = {
    "adder": {
        "id": "adder",
        "name": "Adder",
        "description": "Adds two numbers.",
        "inputs": [
            {"key": "a", "type": "number", "label": "First", "default": 1, "min": -1000, "max": 1000},
            {"key": "b", "type": "number", "label": "Second", "default": 2},
            {"key": "fail", "type": "checkbox", "label": "Fail", "default": False},
            {"key": "note", "type": "text", "label": "Note", "default": ""},
        ],
        "outputs": [
            {"key": "sum", "type": "number", "label": "Sum", "unit": "km"},
            {"key": "steps", "type": "table", "label": "Steps"},
        ],
    },
    "teller": {
        "id": "teller",
        "name": "Teller",
        "inputs": [
            {"key": "words", "type": "number", "label": "Words", "default": 5},
            {"key": "pause", "type": "number", "label": "Pause", "default": 0.0, "unit": "s"},
        ],
        "outputs": [
            {"key": "story", "type": "stream_text", "label": "Story", "streaming": True},
            {"key": "count", "type": "number", "label": "Count"},
        ],
    },
}
PROGRAMS = {"adder": ADDER, "teller": TELLER}


def add_tool(tools: Path, manifest: dict[str, Any], program: str) -> Path:
    """A tool's folder whose environment is this one."""
    folder = tools / manifest["id"]
    folder.mkdir(parents=True)
    borrow_environment(folder)
    (folder / "tool.json").write_text(json.dumps(manifest))
    (folder / "pyproject.toml").write_text(PYPROJECT.format(name=manifest["id"]))
    (folder / "main.py").write_text(program)
    return folder


def add_tools(home: Path) -> None:
    """The tools above."""
    for name, manifest in MANIFESTS.items():
        add_tool(home / "tools", manifest, PROGRAMS[name])
    (home / "tools" / "broken").mkdir()
    (home / "tools" / "broken" / "tool.json").write_text('{"id": "broken"}')


@frozen
class LivePixie:
    """A served Pixie, and a client of it."""

    pixie: Pixie
    url: str
    client: httpx.Client
    lint: ResponseLint

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.url.rsplit(":", 1)[1])

    def get(self, path: str, **about: Any) -> httpx.Response:
        """GET."""
        return self.client.get(path, **about)

    def post(self, path: str, **about: Any) -> httpx.Response:
        """POST."""
        return self.client.post(path, **about)

    def run(self, tool_id: str, *, wait: float = 20, **inputs: Any) -> dict[str, Any]:
        """Run a tool by the API, and its answer."""
        answer = self.post(f"/api/tools/{tool_id}/runs", json={"inputs": inputs, "wait": wait})
        assert answer.status_code in {200, 202}, answer.text
        return answer.json()


def is_artefact(path: str) -> bool:
    """Whether the path is one that files are served from."""
    return any(route.artefact and route.pattern.fullmatch(path) for route in ROUTES)


@contextmanager
def live_pixie(home: Path, **settings: Any) -> Iterator[LivePixie]:
    """Serve the data folder on a free port."""
    with Pixie(Settings(home=home, **settings)) as pixie, _served(pixie) as (port, lint):
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=DEADLINE, trust_env=False) as client:
            yield LivePixie(pixie, url, client, lint)
        assert lint.failures == []


@contextmanager
def _served(pixie: Pixie) -> Iterator[tuple[int, ResponseLint]]:
    listening = listen("127.0.0.1", 0, unread_seconds=pixie.settings.unread_timeout_seconds)
    port = listening.getsockname()[1]
    ready, ended = threading.Event(), threading.Event()
    state: dict[str, Any] = {}

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(unhandled)
        async with application(pixie) as (app, served):
            config = Config()
            config.bind = [f"fd://{os.dup(listening.fileno())}"]
            config.include_server_header = False
            config.graceful_timeout = 1.0
            config.h11_max_incomplete_size = pixie.settings.max_header_bytes
            config.errorlog = None
            state.update(lint=ResponseLint(app, is_artefact), served=served, loop=asyncio.get_running_loop())
            ready.set()
            await serve(state["lint"], config, shutdown_trigger=served.stopping.wait)

    def work() -> None:
        try:
            asyncio.run(main())
        finally:
            ready.set()
            ended.set()

    threading.Thread(target=work, daemon=True).start()
    assert ready.wait(DEADLINE)
    assert "lint" in state, "the server did not start"
    try:
        yield port, state["lint"]
    finally:
        state["loop"].call_soon_threadsafe(state["served"].stopping.set)
        assert ended.wait(DEADLINE), "the server did not stop"
        listening.close()


def processes_of(home: Path) -> list[int]:
    """The processes that run a tool of this data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if str(home / "tools") in (entry / "cwd").readlink().as_posix():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
