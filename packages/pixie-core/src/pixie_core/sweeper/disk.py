"""What each tool takes on the disk, and which could be archived."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pixie_core.clock import system_clock, timestamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from pixie_core.clock import Clock
    from pixie_core.store import Store
    from pixie_core.tool import Tool, Tools

__all__ = ["Audit", "ToolDisk", "audit", "audit_one"]

_NOT_RUN = timedelta(days=60)
_LARGE = 200 * 10**6
_BLOCK = 512
MODEL_FOLDERS = frozenset(
    {"models", ".models", "model_cache", "cache", ".cache", "checkpoints", "weights", "hf_home", "huggingface", "torch"}
)
"""Where tools keep models within their own folder. Those that the tool's .env names count as well."""


@frozen(kw_only=True)
class ToolDisk:
    """What a tool takes, in bytes on the disk; a file with several links counts once. `other` is its source and what
    else lies there. `archive_because` is set when it could well be archived.
    """

    tool_id: str
    venv: int = 0
    data: int = 0
    models: int = 0
    artefacts: int = 0
    other: int = 0
    last_run_at: str | None = None
    archive_because: str | None = None

    @property
    def total(self) -> int:
        """All of it."""
        return self.venv + self.data + self.models + self.artefacts + self.other


@frozen
class Audit:
    """Each tool, the largest first. `total` counts once what several tools share by hard links."""

    tools: tuple[ToolDisk, ...]
    total: int


def audit(tools: Tools, store: Store, *, record: bool = True, clock: Clock = system_clock) -> Audit:
    """Measure every tool, and unless `record` is false write down in `tool_state` what was found."""
    now = clock.now()
    last_runs = store.read(_last_runs)
    shared: set[tuple[int, int]] = set()
    total = 0
    found = []
    for tool in tools.all():
        measured, new = _measure(tool, store, shared)
        total += new
        found.append(_judged(measured, tool, last_runs.get(tool.id), now))
    for tool_id in sorted(set(_names(store.files.root)) - {each.tool_id for each in found}):
        # Tools that are gone leave their runs' files.
        size, new = _size(store.files.root / tool_id, set(), shared)
        total += new
        found.append(ToolDisk(tool_id=tool_id, artefacts=size, last_run_at=last_runs.get(tool_id)))
    if record:
        store.write(lambda conn: _write_down(conn, found, timestamp(now)))
    return Audit(tuple(sorted(found, key=lambda each: (-each.total, each.tool_id))), total)


def audit_one(tool: Tool, store: Store, *, clock: Clock = system_clock) -> ToolDisk:
    """Measure one tool; nothing is written down."""
    measured, _ = _measure(tool, store, set())
    return _judged(measured, tool, store.read(_last_runs).get(tool.id), clock.now())


def _measure(tool: Tool, store: Store, shared: set[tuple[int, int]]) -> tuple[ToolDisk, int]:
    """The tool's sizes, and how much of them no tool before had."""
    own: set[tuple[int, int]] = set()
    sizes = dict.fromkeys(("venv", "data", "models", "artefacts", "other"), 0)
    total = 0
    models = _declared_models(tool)
    for entry in _entries(tool.folder):
        kind = {".venv": "venv", "data": "data"}.get(entry.name, "other")
        if kind == "other" and (entry.name in MODEL_FOLDERS or entry in models) and entry.is_dir():
            kind = "models"
        size, new = _size(entry, own, shared)
        sizes[kind] += size
        total += new
    sizes["artefacts"], new = _size(store.files.root / tool.id, own, shared)
    measured = ToolDisk(
        tool_id=tool.id,
        venv=sizes["venv"],
        data=sizes["data"],
        models=sizes["models"],
        artefacts=sizes["artefacts"],
        other=sizes["other"],
    )
    return measured, total + new


def _declared_models(tool: Tool) -> set[Path]:
    """Folders in the tool's own that a variable of its .env names, such as HF_HOME=./weights-here."""
    try:
        lines = (tool.folder / ".env").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    found = set()
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip().removeprefix("export ").endswith(("_HOME", "_CACHE", "_CACHE_DIR", "_MODELS", "_MODEL_DIR")):
            path = (tool.folder / value.strip().strip("'\"")).resolve()
            if path != tool.folder.resolve() and path.is_relative_to(tool.folder.resolve()):
                found.add(tool.folder / path.relative_to(tool.folder.resolve()).parts[0])
    return found


def _judged(measured: ToolDisk, tool: Tool, last_run: str | None, now: datetime) -> ToolDisk:
    measured = evolve(measured, last_run_at=last_run)
    used = _moment(last_run) or _installed(tool)
    archived = tool.manifest is not None and tool.manifest.archived
    if archived or used is None or now - used < _NOT_RUN or measured.total <= _LARGE:
        return measured
    days = (now - used).days
    idle = f"not run in {days} days" if last_run else f"never run since it came {days} days ago"
    return evolve(measured, archive_because=f"{idle}, and takes {measured.total / 1e6:,.0f} MB")


def _installed(tool: Tool) -> datetime | None:
    try:
        return datetime.fromtimestamp((tool.folder / "tool.json").stat().st_mtime, UTC)
    except OSError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _size(path: Path, own: set[tuple[int, int]], shared: set[tuple[int, int]]) -> tuple[int, int]:
    """What a file or folder takes on the disk, but for what is in `own`, and of that what isn't in `shared`."""
    size = new = 0
    for found in _files(path):
        key = (found.st_dev, found.st_ino)
        taken = found.st_blocks * _BLOCK
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            if key not in own:
                own.add(key)
                size += taken
            if key not in shared:
                shared.add(key)
                new += taken
        else:
            size += taken
            new += taken
    return size, new


def _files(path: Path) -> Iterator[os.stat_result]:
    """Every file and folder at and below a path, links themselves and not what they lead to."""
    waiting = [os.fspath(path)]
    while waiting:
        each = waiting.pop()
        try:
            found = os.lstat(each)
            if stat.S_ISDIR(found.st_mode):
                waiting.extend(os.path.join(each, name) for name in os.listdir(each))  # noqa: PTH118, PTH208 - ten times as quick
        except OSError:
            # Gone meanwhile, or shut against us.
            continue
        yield found


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _names(folder: Path) -> list[str]:
    return [each.name for each in _entries(folder) if not each.name.startswith(".") and each.is_dir()]


def _last_runs(conn: sqlite3.Connection) -> dict[str, str]:
    rows = conn.execute("SELECT tool_id, max(started_at) FROM runs WHERE started_at IS NOT NULL GROUP BY tool_id")
    return {row[0]: row[1] for row in rows}


def _write_down(conn: sqlite3.Connection, found: list[ToolDisk], at: str) -> None:
    for each in found:
        conn.execute(
            "INSERT INTO tool_state (tool_id, disk_bytes, last_disk_audit) VALUES (?, ?, ?)"
            " ON CONFLICT (tool_id) DO UPDATE SET disk_bytes = excluded.disk_bytes,"
            " last_disk_audit = excluded.last_disk_audit",
            (each.tool_id, each.total, at),
        )
