"""Tools to validate: folders with a program of a few lines, run by this environment's Python."""

from __future__ import annotations

import hashlib
import json
import textwrap
from pathlib import Path

from pixie_core.config import Settings
from pixie_core.testing.tool_folder import borrow_environment
from pixie_core.tool import read_tool
from pixie_core.validator import validate

PYPROJECT = '[project]\nname = "probe"\nversion = "1"\ndependencies = ["fastapi>=0.115", "uvicorn"]\n'

# The contract by the standard library alone: it is up in a twentieth of the time that FastAPI takes.
PLAIN = """
import json, os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

port = int(sys.argv[sys.argv.index("--port") + 1])
schema = json.load(open("tool.json"))
runs = {}

def run(inputs, body): return {"total": 1}
def stream(run_id): return None
def healthz(): return 200

###

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def answer(self, status, value):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/healthz": return self.answer(healthz(), {"ok": True})
        if url.path == "/schema": return self.answer(200, schema)
        if url.path == "/stream":
            events = stream(parse_qs(url.query)["run_id"][0])
            if events is not None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for event in events:
                    self.wfile.write(f"data: {json.dumps(event)}\\n\\n".encode())
                    self.wfile.flush()
                return
        self.answer(404, {"detail": "Not Found"})
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self.answer(200, run(body["inputs"], body))
        except Exception as error:
            self.answer(500, {"detail": f"{type(error).__name__}: {error}"})

ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def manifest(outputs=({"key": "total", "type": "number", "label": "Total"},), inputs=None, **more):
    """A tool.json."""
    inputs = inputs or [{"key": "a", "type": "number", "label": "A", "default": 2}]
    return {"id": "probe", "name": "Probe", "inputs": list(inputs), "outputs": list(outputs), **more}


def a_tool(tmp_path, declared=None, program="", *, main=None, pyproject=PYPROJECT, venv=True, **files):
    """A tool's folder. `program` goes into the plain server, to redefine its `run`, `stream` or `healthz`."""
    folder = tmp_path / "tools" / "probe"
    folder.mkdir(parents=True)
    (folder / "tool.json").write_text(json.dumps(manifest() if declared is None else declared, indent=2))
    text = textwrap.dedent(main) if main is not None else PLAIN.replace("###", textwrap.dedent(program))
    (folder / "main.py").write_text(text)
    if pyproject is not None:
        (folder / "pyproject.toml").write_text(pyproject)
    if venv:
        borrow_environment(folder)
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_tool(folder)


def fixture(folder, name, content):
    """A known answer in the tool's folder."""
    path = folder / "reference" / f"fixture_{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def check(tool, tmp_path, **more):
    """The report on a tool."""
    return validate(tool, settings=Settings(home=tmp_path), **more)


def statuses(report):
    """The letters of the twelve checks: p, w, f, s."""
    return "".join(each.status[0] for each in report.checks)


def tree(folder: Path):
    """Every file of a folder with its hash and mode."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
