"""The environments of tools: `uv sync` in a tool's folder, by the uv that comes with Pixie.

    sync(tool)                    make one environment, or bring it up to date
    sync_missing(tools.all())     make those that are missing, unfinished, broken or out of date

A tool that has a uv.lock is synced with `--locked`: its lock is what its author tested and is never
rewritten here. `--frozen` would not rewrite it either, but passes in silence over a dependency that was
added to pyproject.toml since; `--locked` says so. A tool without a uv.lock gets one.

An environment carries a mark, `.venv/.pixie-sync`: what it was made from, or that it isn't finished. An
environment without a mark was made by hand, and is left alone while it works and no newer uv.lock is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal, TypeAlias

import uv
from attrs import frozen

from pixie_core.errors import ToolSyncFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pixie_core.tool.discovery import Tool

__all__ = ["State", "SyncResult", "state", "sync", "sync_missing"]

State: TypeAlias = Literal["ready", "missing", "unfinished", "broken", "stale"]
"""Of an environment. `unfinished`: a sync was cut off; `broken`: its Python doesn't run; `stale`:
pyproject.toml or uv.lock changed since it was made.
"""

_MARK = ".pixie-sync"
_UNFINISHED = "unfinished"
_KEPT_OUTPUT = 64 * 1024


@frozen
class SyncResult:
    """What became of one tool's environment: `before` is its state when it was looked at, `error` why it
    couldn't be made, or None.
    """

    tool: Tool
    before: State
    error: ToolSyncFailed | None = None


def state(tool: Tool) -> State:
    """How a tool's environment stands. Runs its Python once (some 10 ms)."""
    if not tool.installed:
        return "missing"
    mark = _read_mark(tool)
    if mark == _UNFINISHED:
        return "unfinished"
    if not _runs(tool.python):
        return "broken"
    if mark is None:
        return "stale" if _lock_is_newer(tool) else "ready"
    return "ready" if mark == _sources(tool) else "stale"


def sync(tool: Tool, *, on_progress: Callable[[str], None] | None = None, timeout: float = 1800) -> None:
    """Make the tool's .venv, or bring it up to date, with bytecode compiled.

    `on_progress` gets each line that uv writes; `timeout` is in seconds. Raises ToolSyncFailed: its message is
    uv's own reason in at most two lines, its `stderr` everything that uv wrote. An environment that wasn't
    there before isn't left behind half made; one that was there stays as it is.
    """
    _sync(tool, on_progress or _silent, timeout, _Running())


def sync_missing(
    tools: Iterable[Tool],
    *,
    parallel: int = 2,
    on_progress: Callable[[Tool, str], None] | None = None,
    timeout: float = 1800,
) -> list[SyncResult]:
    """Make every environment that isn't ready, `parallel` at a time; the results in the order of the tools.

    One that fails doesn't stop the others: its result holds the error. `on_progress` gets the tool and a line;
    it is called from several threads. `timeout` is in seconds and for each tool. When it is interrupted
    (KeyboardInterrupt), the uv processes end with it.
    """
    running = _Running()

    def one(tool: Tool) -> SyncResult:
        before = state(tool)
        if before == "ready":
            return SyncResult(tool, before)
        try:
            _sync(tool, (lambda line: on_progress(tool, line)) if on_progress else _silent, timeout, running)
        except ToolSyncFailed as error:
            return SyncResult(tool, before, error)
        return SyncResult(tool, before)

    with ThreadPoolExecutor(parallel, thread_name_prefix="sync") as pool:
        try:
            return list(pool.map(one, tools))
        except BaseException:
            running.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _silent(line: str) -> None:
    del line


def _sync(tool: Tool, on_progress: Callable[[str], None], timeout: float, running: _Running) -> None:
    _check_project(tool)
    environment = tool.folder / ".venv"
    was_there = tool.installed and _runs(tool.python)
    try:
        if not was_there:
            _uv(tool, ["venv", "--clear", "--quiet"], on_progress, timeout, running)
        _write_mark(tool, _UNFINISHED)
        locked = ["--locked"] if (tool.folder / "uv.lock").exists() else []
        _uv(tool, ["sync", "--compile-bytecode", *locked], on_progress, timeout, running)
        _write_mark(tool, _sources(tool))
    except BaseException:
        if not was_there:
            shutil.rmtree(environment, ignore_errors=True)
        raise


def _check_project(tool: Tool) -> None:
    """The tool's own pyproject.toml must be there: uv would take that of a folder further out."""
    path = tool.folder / "pyproject.toml"
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        said = f"{tool.id} has no pyproject.toml, which says what to install.\nWrite {path} with a [project] table."
        raise ToolSyncFailed(tool.id, said) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ToolSyncFailed(tool.id, f"The pyproject.toml of {tool.id} can't be read: {error}.") from error


class _Running:
    """The uv processes at work, so that all of them can be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[str]] = set()
        self._stopped = False

    @contextmanager
    def holding(self, process: subprocess.Popen[str]) -> Iterator[None]:
        with self._lock:
            self._processes.add(process)
            stopped = self._stopped
        try:
            if stopped:
                _end(process)
            yield
        finally:
            with self._lock:
                self._processes.discard(process)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._processes:
                _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill the process and its children: they share a session that was made for them."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _uv(
    tool: Tool, arguments: Sequence[str], on_progress: Callable[[str], None], timeout: float, running: _Running
) -> None:
    try:
        process = subprocess.Popen(
            [_find_uv(tool), *arguments],
            cwd=tool.folder,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise ToolSyncFailed(tool.id, f"uv can't be started in {tool.folder}: {error.strerror}.") from error
    assert process.stdout is not None
    timed_out = threading.Event()

    def give_up() -> None:
        timed_out.set()
        _end(process)

    alarm = threading.Timer(timeout, give_up)
    alarm.start()
    output = ""
    with process, running.holding(process):
        try:
            for line in process.stdout:
                output = (output + line)[-_KEPT_OUTPUT:]
                if line.strip():
                    on_progress(line.rstrip())
        except BaseException:
            _end(process)
            raise
        finally:
            alarm.cancel()
    if timed_out.is_set():
        said = f"uv hadn't made the environment of {tool.id} after {timeout:g} s and was stopped."
        raise ToolSyncFailed(tool.id, "\n".join([said, *output.strip().splitlines()[-1:]]), output)
    if process.returncode != 0:
        said = f"uv can't make the environment of {tool.id}: {_reason(tool, output)}"
        raise ToolSyncFailed(tool.id, said, output)


def _find_uv(tool: Tool) -> str:
    try:
        return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise ToolSyncFailed(tool.id, "uv, which comes with Pixie, isn't there: install Pixie again.") from error


_PASSED_ON = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|NETRC|SSH_AUTH_SOCK"
    r"|\w*_PROXY|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|UV_\w+",
    re.IGNORECASE,
)
_REDIRECTS = re.compile(r"UV_(PROJECT\w*|WORKING_DIR\w*|FROZEN|LOCKED|ACTIVE|NO_SYNC|VENV_\w+|TOOL_\w+)")
"""Settings of uv that would make it work on another project or environment, or answer less."""


def _environment(outer: Mapping[str, str]) -> dict[str, str]:
    """What uv gets to see: the way to the package index, and nothing that says which project or environment
    to use. Build backends of a tool's dependencies run with it, so no secret is in it.
    """
    kept = {key: value for key, value in outer.items() if _PASSED_ON.fullmatch(key) and not _REDIRECTS.fullmatch(key)}
    return {**kept, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"}


_ERROR = re.compile(r"\s*(?:error:|×)\s*(.*)")
_CAUSE = re.compile(r"\s*(?:cause:|Caused by:|[╰├]─▶)\s*(.*)")
_NO_SDK = re.compile(
    r"pixie-tool-sdk was not found in|Distribution not found at: \S*/(pixie-tool-sdk|pixie_tool_sdk-[^/\s]*)\s"
)
"""Such a tool was written for a checkout of Pixie, and isn't in one."""
_ASIDE = re.compile(r"\s*(?:hint:|warning:|help:|info:)")


def _reason(tool: Tool, output: str) -> str:
    """What uv gives as its reason, in at most two lines: its error, and the last cause of it."""
    if "`--locked` was provided" in output:
        return (
            "uv.lock doesn't go with pyproject.toml, or names another package index than the one set here.\n"
            f"Look at what changed, then run `uv lock` in {tool.folder}."
        )
    if _NO_SDK.search(output):
        return (
            "pixie-tool-sdk isn't where its pyproject.toml looks for it.\n"
            "`pixie new` lays its wheel beside a tool: take wheels/ and [tool.uv.sources] from a new one."
        )
    said: list[str] = []
    open_ = False
    for line in output.splitlines():
        if started := _ERROR.fullmatch(line):
            said, open_ = [started[1].rstrip(":")], True
        elif said and (started := _CAUSE.fullmatch(line)):
            said.append(started[1])
            open_ = True
        elif not line.strip() or _ASIDE.match(line):
            open_ = False
        elif open_:
            said[-1] += " " + line.strip(" │")
    if not said:
        said = output.strip().splitlines()[-2:] or ["it said nothing"]
    return "\n".join(each[:500] for each in (said if len(said) == 1 else [said[0], said[-1]]))


def _runs(python: Path) -> bool:
    try:
        done = subprocess.run(
            [python, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _lock_is_newer(tool: Tool) -> bool:
    """True when uv.lock changed after the environment did; for environments without a mark of ours."""
    try:
        lock = (tool.folder / "uv.lock").stat().st_mtime_ns
    except FileNotFoundError:
        return False
    made = [tool.folder / ".venv" / "pyvenv.cfg", *(tool.folder / ".venv").glob("lib/python*/site-packages")]
    return all(path.stat().st_mtime_ns < lock for path in made if path.exists())


def _sources(tool: Tool) -> str:
    """A hash of what an environment is made from."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "uv.lock"):
        path = tool.folder / name
        content = path.read_bytes() if path.exists() else b""
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _read_mark(tool: Tool) -> str | None:
    try:
        return (tool.folder / ".venv" / _MARK).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _write_mark(tool: Tool, mark: str) -> None:
    """Write the mark as a whole: it is renamed into its place."""
    new = tool.folder / ".venv" / f"{_MARK}.new"
    try:
        new.write_text(mark + "\n", encoding="ascii")
        new.replace(new.with_name(_MARK))
    except OSError as error:
        raise ToolSyncFailed(tool.id, f"{new.parent} can't be written: {error.strerror}.") from error
