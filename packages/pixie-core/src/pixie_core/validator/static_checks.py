"""Checks 1 to 5: what can be seen without starting the tool."""

from __future__ import annotations

import re
import stat
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import Problem
from pixie_core.exporters.formats import format_names, knows_format
from pixie_core.tool.environment import state
from pixie_core.validator.report import Finding, from_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pixie_core.tool import Tool, ToolManifest

__all__ = ["folder_structure", "pyproject_ok", "schemas_coherent", "tool_json_parses", "venv_functional"]


def folder_structure(tool: Tool) -> Finding:
    """Check 1: the required files exist and can be read."""
    entrypoint = tool.manifest.entrypoint if tool.manifest is not None else "main.py"
    problems = [*_unreadable(tool.folder, ("tool.json", "pyproject.toml", entrypoint)), *_open_to_others(tool.folder)]
    return from_problems(problems, f"tool.json, pyproject.toml and {entrypoint} are there")


def _unreadable(folder: Path, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        path = folder / name
        try:
            with path.open("rb") as file:
                file.read(1)
        except FileNotFoundError:
            yield Problem(name, f"is missing from {folder}")
        except IsADirectoryError:
            yield Problem(name, "is a folder; it must be a file")
        except OSError as error:
            yield Problem(name, f"can't be read: {error.strerror}")


def _open_to_others(folder: Path) -> Iterator[Problem]:
    secrets = folder / ".env"
    if secrets.is_file() and secrets.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Problem(".env", "holds secrets and others may read it: run `chmod 600 .env` in the folder", "warning")


_ENTRY = re.compile(r"\$\.(inputs|outputs)\[")


def tool_json_parses(tool: Tool) -> Finding:
    """Check 2: valid JSON that meets the schema, but for what each input and output says: that is check 3's."""
    return from_problems((each for each in tool.problems if not _ENTRY.match(each.path)), "tool.json meets the schema")


def schemas_coherent(tool: Tool, workspaces: Collection[str] | None = None) -> Finding:
    """Check 3: the inputs and outputs each make sense, and together. `workspaces` are the names that there are."""
    problems = [each for each in tool.problems if _ENTRY.match(each.path)]
    if tool.manifest is None:
        if problems:
            return from_problems(problems, "")
        return Finding("skip", "not looked at, since tool.json can't be read")
    manifest = tool.manifest
    problems += [*_of_outputs(manifest), *_of_workspace(manifest, workspaces)]
    said = f"{_counted(len(manifest.inputs), 'input')} and {_counted(len(manifest.outputs), 'output')} hold together"
    return from_problems(problems, said)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


_WORDS = frozenset(
    {name for name, cls in OUTPUT_TYPES.items() if "text" in cls.views()} & {"text", "markdown", "stream_text", "code"}
)


def _of_outputs(manifest: ToolManifest) -> Iterator[Problem]:
    for index, declared in enumerate(manifest.outputs):
        path = f"$.outputs[{index}]"
        wanted, allowed = declared.default_export_format, declared.supported_export_formats
        for where, name in [
            *([(f"{path}.default_export_format", wanted)] if wanted is not None else []),
            *((f"{path}.supported_export_formats[{i}]", each) for i, each in enumerate(allowed or ())),
        ]:
            if not knows_format(declared.type, name):
                cure = f"{declared.type} becomes {', '.join(format_names(declared.type))}"
                yield Problem.unknown("format", name, where, cure, "warning")
        if wanted is not None and allowed is not None and wanted not in allowed:
            yield Problem(f"{path}.default_export_format", f"is {wanted!r}, which supported_export_formats leaves out")
        if declared.type == "stream_text" and not declared.streaming:
            yield Problem(f"{path}.streaming", "is missing; a stream_text streams: say true", "warning")
    if manifest.layout == "chat" and not any(each.type in _WORDS for each in manifest.outputs):
        said = "is chat, and no output is text: the reply is the first text, markdown, stream_text or code"
        yield Problem("$.layout", said, "warning")


def _of_workspace(manifest: ToolManifest, workspaces: Collection[str] | None) -> Iterator[Problem]:
    name = manifest.workspace_default
    if name is not None and not name.strip():
        yield Problem("$.workspace_default", "is blank; name a workspace, or leave it out")
    elif name is not None and workspaces is not None and name not in workspaces:
        known = f"known are {', '.join(sorted(workspaces))}" if workspaces else "there is none yet"
        yield Problem.unknown("workspace", name, "$.workspace_default", known, "warning")


_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_SDK = "pixie-tool-sdk"
_OTHER_SERVERS = frozenset({
    "aiohttp", "blacksheep", "bottle", "cherrypy", "django", "falcon", "flask", "granian", "gunicorn",
    "hypercorn", "litestar", "quart", "robyn", "sanic", "starlette", "tornado", "waitress", "werkzeug",
})  # fmt: skip


def pyproject_ok(tool: Tool) -> Finding:
    """Check 4: pyproject.toml parses, names a project, and declares what it needs to serve HTTP."""
    try:
        document = tomllib.loads((tool.folder / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Finding("fail", "pyproject.toml is missing: without it there is no environment to run in")
    except OSError as error:
        return Finding("fail", f"pyproject.toml can't be read: {error.strerror}")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Finding("fail", f"pyproject.toml isn't TOML: {error}")
    project = document.get("project")
    if not isinstance(project, dict):
        return Finding("fail", "pyproject.toml has no [project] table: write one with a name and dependencies")
    name = project.get("name")
    problems = [] if isinstance(name, str) and name else [Problem("project.name", "is missing; a project has a name")]
    return from_problems([*problems, *_of_server(document, project)], f"project {name} declares what it needs")


def _of_server(document: dict[str, Any], project: dict[str, Any]) -> Iterator[Problem]:
    where = "project.dependencies"
    listed = project.get("dependencies", [])
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        yield Problem(where, 'is no list of strings; expected one such as "fastapi>=0.115" each')
        return
    needed: dict[str, str] = {}
    for each in listed:
        if match := _NAME.match(each):
            needed[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2] or ""
    marked = document.get("tool", {}).get("pixie", {})
    says_sdk = isinstance(marked, dict) and marked.get("server") == "sdk"
    if _SDK in needed:
        if not says_sdk:
            yield Problem("tool.pixie.server", f'is missing; a tool on {_SDK} says server = "sdk"', "warning")
        return
    if says_sdk:
        yield Problem("tool.pixie.server", f'is "sdk", and {_SDK} isn\'t among the dependencies')
    extras = needed.get("fastapi", "")
    if "fastapi" in needed and ("uvicorn" in needed or "standard" in extras or "all" in extras):
        return
    other = sorted(_OTHER_SERVERS & needed.keys())
    if other:
        said = f"serves HTTP by {', '.join(other)}; fastapi and uvicorn, or {_SDK}, are known to work"
        yield Problem(where, said, "warning")
    elif "dependencies" in project.get("dynamic", ()):
        yield Problem(where, "is dynamic, so that nobody can see what serves HTTP", "warning")
    elif "fastapi" in needed:
        yield Problem(where, "has fastapi and nothing that serves it: add uvicorn")
    else:
        yield Problem(where, f"has nothing that serves HTTP: add {_SDK}, or fastapi and uvicorn")


def venv_functional(tool: Tool) -> Finding:
    """Check 5: the Python of the tool's environment answers `--version`. Nothing is installed."""
    cure = f"run `pixie sync {tool.id}`"
    if not tool.installed:
        return Finding("fail", f"it has no environment yet: {cure}")
    try:
        done = subprocess.run(
            [tool.python, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding("fail", f"its Python gave no answer to --version within 30 s: {cure}")
    except OSError as error:
        return Finding("fail", f"its Python can't be run ({error.strerror}): {cure}")
    version = (done.stdout or done.stderr).strip()
    if done.returncode != 0:
        return Finding(
            "fail", f"its Python ended with exit code {done.returncode}: {cure}", tuple(version.splitlines())
        )
    match state(tool):
        case "unfinished":
            return Finding("warn", f"{version}, but its environment was never finished: {cure}")
        case "stale":
            return Finding("warn", f"{version}, but pyproject.toml or uv.lock changed since: {cure}")
    return Finding("pass", version)
