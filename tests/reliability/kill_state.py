"""What must be so after any kill, when Pixie has been started again, and what a folder holds altogether."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixie_core.config import Settings
from pixie_core.runtime import recover
from pixie_core.store import Store, fsck
from pixie_core.tool.importing import sweep_leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reliability.kill_points import Ended
    from tests.reliability.kill_works import Work

_PROCESS_SECONDS = 5.0
_PROTECTED = "starred = 1 OR label = 'kept' OR id IN (SELECT run_id FROM artefacts WHERE starred = 1)"


def connected(database: Path | str) -> sqlite3.Connection:
    """A connection as any program would have it."""
    return sqlite3.connect(database)


def kept(home: Path) -> dict[str, Any]:
    """KEEP: the rows and the bytes of all that is starred or labelled."""
    settings = Settings(home=home)
    with closing(connected(settings.db_path)) as conn:
        names = "id, tool_id, started_at, inputs_json, starred, label"
        found: dict[str, Any] = {row[0]: row for row in conn.execute(f"SELECT {names} FROM runs WHERE {_PROTECTED}")}
        paths = conn.execute(
            f"SELECT rel_path, sha256 FROM artefacts WHERE run_id IN (SELECT id FROM runs WHERE {_PROTECTED})"
        ).fetchall()
    return found | dict(paths)


def everything(home: Path) -> dict[str, Any]:
    """Every row, and the SHA-256 of every file but the database's own and what Python caches."""
    settings = Settings(home=home)
    found: dict[str, Any] = {}
    with closing(connected(settings.db_path)) as conn:
        names = conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        for (table,) in names.fetchall():
            for number, row in enumerate(conn.execute(f'SELECT * FROM "{table}"')):
                found[f"{table} {number}"] = row
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts:
            inside = path.relative_to(home).as_posix()
            if not inside.startswith("pixie.db"):
                found[inside] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def wrong(work: Work, home: Path, before: dict[str, Any], ended: Ended) -> list[str]:
    """What is amiss after a kill and the next start, in sentences; and after another start."""
    found: list[str] = []
    if ended.code is None:
        found.append("it hung")
    try:
        work.reopen(home)
        found += _first_start(work, home, before, ended)
        settled = everything(home)
        _started(home)
        again = everything(home)
        changed = sorted(key for key in {*settled, *again} if settled.get(key) != again.get(key))
        if changed:
            found.append(f"a second start changed {changed}")
    except Exception as error:
        found.append(f"the next start fails: {type(error).__name__}: {error}")
    return found


def _started(home: Path) -> None:
    """What a start of the server does first."""
    settings = Settings(home=home)
    with Store(settings) as store:
        recover(store, settings)
    sweep_leftovers(settings.tools_dir)


def _first_start(work: Work, home: Path, before: dict[str, Any], ended: Ended) -> Iterator[str]:
    settings = Settings(home=home)
    _started(home)
    with Store(settings) as store:
        yield from _terminal(store)
        for each in fsck(store).found:
            yield f"fsck: {each.kind} {each.where}: {each.said}"
        yield from work.wrong(home, store, ended)
    yield from _files_and_rows(settings)
    yield from _kept_is_kept(settings, before)
    yield from _temporaries(home)
    yield from _processes(home)


def _terminal(store: Store) -> Iterator[str]:
    for run in store.running():
        yield f"run {run.id} is still running"


def _files_and_rows(settings: Settings) -> Iterator[str]:
    """FILE⇔ROW, by plain SQL and the disk alone."""
    root = settings.artefacts_root
    with closing(connected(settings.db_path)) as conn:
        said = conn.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            yield f"the database is damaged: {said}"
        known = conn.execute("SELECT rel_path, size_bytes, sha256 FROM artefacts").fetchall()
    for path, size, sha256 in known:
        try:
            content = (root / path).read_bytes()
        except OSError as error:
            yield f"the row of {path} has no file: {error}"
            continue
        if (len(content), hashlib.sha256(content).hexdigest()) != (size, sha256):
            yield f"{path} isn't what its row says"
    paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    visible = {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}
    if strange := visible - {path for path, _, _ in known}:
        yield f"files without a row: {sorted(strange)}"
    for blob in root.glob(".blobs/*/*"):
        if hashlib.sha256(blob.read_bytes()).hexdigest() != blob.name:
            yield f"the blob {blob.name} holds other bytes"


def _kept_is_kept(settings: Settings, before: dict[str, Any]) -> Iterator[str]:
    """KEEP."""
    now = kept(settings.home)
    for key, was in before.items():
        if now.get(key) != was:
            yield f"KEEP: {key} was {was}, and is {now.get(key)}"


def _temporaries(home: Path) -> Iterator[str]:
    """Nothing half-made is left."""
    for path in home.rglob("*"):
        inside = path.relative_to(home)
        where = inside.parts[1] if len(inside.parts) > 2 and inside.parts[0] == "artefacts" else ""
        made = ".tmp" in path.name or path.name.endswith((".part", ".restoring", "-journal")) or ".new-" in path.name
        lone = (
            inside.parts[0] == "backups"
            and path.suffix in {".sha256", ".json"}
            and not path.with_suffix(".db").exists()
        )
        if made or lone or where in {".staging", ".incoming", ".trash"}:
            yield f"a temporary is left: {inside}"


def processes_of(home: Path) -> list[int]:
    """The processes that are at work in a folder of a tool."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(home / "tools"):
                found.append(int(entry.name))
    return found


def _processes(home: Path) -> Iterator[str]:
    """NOPROC."""
    deadline = time.monotonic() + _PROCESS_SECONDS
    while there := processes_of(home):
        if time.monotonic() > deadline:
            yield f"processes are left: {there}"
            return
        time.sleep(0.02)
