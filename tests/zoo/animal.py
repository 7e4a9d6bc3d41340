"""What a tool of the zoo is: a folder as its author left it, and what Pixie is to make of it.

Each is one peculiarity of tools as they are found in the wild, written with FastAPI the way people write them. The
tables beside this file hold them; `conftest.py` lets them live, and `test_zoo.py` says what must come of it.
"""

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from pixie_core.testing.tool_folder import borrow_environment

PYPROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["fastapi>=0.115", "uvicorn"]
"""

HEAD = '''\
"""{name}."""

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

HERE = Path(__file__).parent
app = FastAPI()


@app.get("/healthz")
async def healthz():
    return {{"ok": True}}


@app.get("/schema")
async def schema():
    return json.loads((HERE / "tool.json").read_text())


def sse(event):
    return "data: " + json.dumps(event) + "\\n\\n"

'''

TAIL = """

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args()
    uvicorn.run(app, host="127.0.0.1", port=args.port, log_level="warning")
"""

SIZE = {"key": "n", "type": "number", "label": "N", "default": 2}


@frozen(kw_only=True)
class Call:
    """A run through Pixie, and its end: `values` exactly, or words of the error and of Pixie's remarks."""

    inputs: Mapping[str, Any] = field(factory=dict)
    status: str = "ok"
    values: Mapping[str, Any] = field(factory=dict)
    error: str | None = None
    stderr: str | None = None
    artefacts: Mapping[str, bytes] = field(factory=dict)


@frozen(kw_only=True)
class Animal:
    """One tool of the zoo.

    - `program`: its endpoints; those that all have, and the start of the server, stand around them.
    - `files`: whatever else lies in its folder, by path; what isn't text is written as JSON.
    - `folder`: the folder's name, where it isn't the id.
    - `notes`: words of the manifest's warnings; none means that it has none.
    - `read`: attributes of its inputs as the manifest has them, by key.
    - `overall` and `says`: the validator's verdict, and words of single checks' messages or details.
    - `settings`: of the validation.
    """

    name: str
    outputs: Sequence[Mapping[str, Any]]
    program: str
    inputs: Sequence[Mapping[str, Any]] = (SIZE,)
    top: Mapping[str, Any] = field(factory=dict)
    files: Mapping[str, Any] = field(factory=dict)
    folder: str | None = None
    notes: Sequence[str] = ()
    read: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    overall: str = "pass"
    says: Mapping[str, str] = field(factory=dict)
    settings: Mapping[str, Any] = field(factory=dict)
    calls: Sequence[Call] = ()

    @property
    def streams(self) -> bool:
        """Whether it has a stream."""
        return '"/stream"' in self.program

    @property
    def values(self) -> Mapping[str, Any]:
        """The canonical values of its first run."""
        return self.calls[0].values if self.calls else {}

    def write(self, tools: Path) -> Path:
        """Its folder, with an environment that is this one."""
        folder = tools / (self.folder or self.name)
        folder.mkdir(parents=True)
        borrow_environment(folder)
        manifest = {
            "id": self.name,
            "name": self.name.replace("-", " ").capitalize(),
            "inputs": list(self.inputs),
            "outputs": list(self.outputs),
            **self.top,
        }
        (folder / "tool.json").write_text(json.dumps(manifest, indent=2))
        (folder / "pyproject.toml").write_text(PYPROJECT.format(name=self.name))
        (folder / "main.py").write_text(HEAD.format(name=manifest["name"]) + textwrap.dedent(self.program) + TAIL)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            if name == ".env":
                path.chmod(0o600)
        return folder


def output(key: str, kind: str, **more: Any) -> dict[str, Any]:
    """An entry of a tool.json's outputs."""
    return {"key": key, "type": kind, "label": key.capitalize(), **more}


def streaming(key: str, kind: str, **more: Any) -> dict[str, Any]:
    """An entry of an output that streams."""
    return output(key, kind, streaming=True, **more)


def answering(name: str, kind: str, came: Any, became: Any, said: str | None = None, **more: Any) -> Animal:
    """A tool whose /run answers one output `out` as it `came`; `said` are words of check 9 where it isn't canonical."""
    program = f"""
    @app.post("/run")
    async def run(body: dict):
        return {{"out": {came!r}}}
    """
    about = {"overall": "pass"} if said is None else {"overall": "warn", "says": {"output_conforms": said}}
    return Animal(
        name=name,
        outputs=[output("out", kind)],
        program=program,
        calls=[Call(values={"out": became})],
        **{**about, **more},
    )
