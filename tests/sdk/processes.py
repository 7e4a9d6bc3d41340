"""Small tools, written into a folder and run as real processes, and a plain HTTP client that hides nothing."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[2] / "packages" / "pixie-tool-sdk" / "src"
DEADLINE = 20.0


def until(condition, what: str, deadline: float = DEADLINE):
    """Ask until the condition holds, and give what it gave."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.005)
    raise AssertionError(f"waited {deadline:g} s in vain for {what}")


def manifest(outputs: dict[str, Any], inputs: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A tool.json: outputs and inputs as `{key: type}` or `{key: {type, ...}}`; without inputs one optional text."""

    def entries(declared: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"key": key, "label": key.title(), **({"type": entry} if isinstance(entry, str) else entry)}
            for key, entry in declared.items()
        ]

    asked = {"word": {"type": "text", "default": "hello"}} if inputs is None else inputs
    return {"id": "small-tool", "name": "Small tool", "inputs": entries(asked), "outputs": entries(outputs), **more}


def write_tool(folder: Path, declared: dict[str, Any], program: str) -> Path:
    """Write tool.json and main.py. The program has `tool`, `outputs` and `Tool` in reach, and is served at its end."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tool.json").write_text(json.dumps(declared))
    head = "from pixie_tool_sdk import Cancelled, InputError, Tool, outputs\n\ntool = Tool()\n\n"
    foot = '\n\nif __name__ == "__main__":\n    tool.serve()\n'
    (folder / "main.py").write_text(head + textwrap.dedent(program) + foot)
    return folder


@dataclass
class Answer:
    """One answer, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        return self.json["detail"]


class ToolProcess:
    """A tool as a process of its own, and the questions that Pixie would ask it."""

    def __init__(
        self,
        folder: Path,
        *,
        environment: dict[str, str] | None = None,
        arguments=(),
        pass_fds=(),
        python: str | Path = sys.executable,
        sources: Path | None = SOURCES,
        log: Path | None = None,
    ) -> None:
        self.folder = folder
        self.token = (environment or {}).get("PIXIE_TOOL_TOKEN")
        self.log = log or folder / "stderr.log"
        self.callers: list[http.client.HTTPConnection] = []
        path = {"PYTHONPATH": str(sources)} if sources else {}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(python), "main.py", *arguments],
                cwd=folder,
                env={**os.environ, **path, **(environment or {})},
                stderr=log,
                pass_fds=pass_fds,
                start_new_session=True,
            )

    def listening(self) -> ToolProcess:
        """Wait until it says where it listens."""

        def said() -> str | None:
            text = self.log.read_text()
            assert self.process.poll() is None, text
            return next(
                (line for line in text.splitlines(keepends=True) if " listens on " in line and "\n" in line), None
            )

        self.port = int(until(said, "the tool to listen").strip().rsplit(":", 1)[1])
        return self

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, *, on=None
    ) -> Answer:
        """One request. A body that isn't bytes goes out as JSON."""
        connection = on or self.connect()
        sent = {"X-Pixie-Token": self.token} if self.token else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        connection.request(method, path, body, {**sent, **(headers or {})})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        if on is None:
            connection.close()
        return answer

    def run(self, inputs: dict[str, Any] | None = None, run_id: str | None = None, **body: Any) -> Answer:
        named = {} if run_id is None else {"run_id": run_id}
        return self.ask("POST", "/run", {**named, "inputs": inputs or {}, **body})

    def open_stream(self, run_id: str | None = None) -> Events:
        connection = self.connect()
        connection.request("GET", f"/stream?run_id={run_id}" if run_id else "/stream")
        return Events(connection, connection.getresponse())

    def end(self, how: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; the exit code and the seconds that it took."""
        started = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(DEADLINE)
        return code, time.monotonic() - started

    def stderr(self) -> str:
        return self.log.read_text()

    def close(self) -> None:
        for caller in self.callers:
            caller.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE)


class Events:
    """A stream's events as they come: pairs of the event's name and its data."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self.response = response

    def __iter__(self):
        name, data = "message", []
        while line := self.response.readline():
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                name = text.removeprefix("event: ")
            elif text.startswith("data: "):
                data.append(text.removeprefix("data: "))
            elif not text and data:
                yield name, json.loads("\n".join(data))
                name, data = "message", []

    def next(self) -> tuple[str, Any]:
        return next(iter(self))

    def all(self) -> list[tuple[str, Any]]:
        return list(self)

    def close(self) -> None:
        # The response holds the socket too.
        self.response.close()
        self._connection.close()
