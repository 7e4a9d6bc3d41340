"""Holds rows against files, and says what doesn't agree; mends what can be mended, and never deletes.

    row_without_file     an artefact's row points at nothing
    wrong_bytes          a file isn't what its row says, in size or in SHA-256
    file_without_row     a file in a run's folder that no row speaks of
    missing_thumbnail    a thumbnail that an artefact's row tells of isn't there
    unknown_folder       a folder among the artefacts that belongs to no run
    wrong_blob           a blob isn't what its name says
    wrong_total          the sum that a run's row holds isn't that of its files
    search_out_of_step   a text of the search isn't that of its row
    database             what SQLite's own check says

What lies where it shouldn't is moved to artefacts/.quarantine/, under the path that it had. Runs that are at work, or
are being deleted, are left out: others are at them.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Literal

from attrs import evolve, frozen

from pixie_core.store import removal
from pixie_core.store.files import BLOBS
from pixie_core.store.search import index_everything

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from pixie_core.store.files import ArtefactFiles
    from pixie_core.store.store import Store

__all__ = ["Finding", "Findings", "fsck", "set_strays_aside"]

Kind = Literal[
    "row_without_file",
    "wrong_bytes",
    "file_without_row",
    "missing_thumbnail",
    "unknown_folder",
    "wrong_blob",
    "wrong_total",
    "search_out_of_step",
    "database",
]
_PIECE = 1 << 20
_QUARANTINE = ".quarantine"
_OURS = {BLOBS, ".staging", ".incoming", removal.TRASH, _QUARANTINE, ".thumbs"}


@frozen
class Finding:
    """One thing that doesn't agree: what kind, where (a path or a run's id), and what is so. `mended` says what was
    done about it; None when nothing was.
    """

    kind: Kind
    where: str
    said: str
    mended: str | None = None


@frozen
class Findings:
    """What a check found, and how much it looked at; not `complete` when it was stopped before its end."""

    found: tuple[Finding, ...]
    runs: int
    artefacts: int
    bytes: int
    complete: bool = True

    @property
    def ok(self) -> bool:
        """True when nothing is left to be mended."""
        return all(each.mended is not None for each in self.found)


@frozen
class _Row:
    id: int
    run_id: str
    rel_path: str
    size: int
    sha256: str


def fsck(
    store: Store, *, mend: bool = False, hashes: bool = True, stopped: Callable[[], bool] = lambda: False
) -> Findings:
    """Check the whole data folder. Without `hashes` only sizes are looked at, which is quick.

    Others may work meanwhile. With `mend` what can be made right is. `stopped` is asked from file to file.
    """
    files = store.files
    rows, idle, others = store.read(_rows)
    found: list[Finding] = [*store.read(_database), *store.read(_totals)]
    found.extend(store.read(_search))
    checked = 0
    for number, row in enumerate(rows):
        if stopped():
            return Findings(tuple(found), len(idle) + len(others), number, checked, complete=False)
        checked += row.size
        finding = _file(files, row, hashes=hashes)
        # Somebody may have deleted it since the rows were read, or its tool may be called otherwise now.
        if finding is not None and store.read(lambda conn, row=row: _still_there(conn, row)):  # type: ignore[misc]
            found.append(_mended_file(files, row, finding) if mend else finding)
    if hashes:
        found.extend(_blobs(files, mend=mend, stopped=stopped))
    found.extend(_thumbnails(store, mend=mend))
    known = {row.rel_path for row in rows}
    found.extend(_strays(files, idle, others, known, mend=mend))
    if mend:
        found = [_mended_row(store, each) for each in found]
    return Findings(tuple(found), len(idle) + len(others), len(rows), checked, complete=not stopped())


def set_strays_aside(store: Store) -> tuple[str, ...]:
    """Move what lies among the artefacts and belongs to no run to quarantine; returns the paths that it had."""
    rows, idle, others = store.read(_rows)
    known = {row.rel_path for row in rows}
    return tuple(each.where for each in _strays(store.files, idle, others, known, mend=True))


def _rows(conn: sqlite3.Connection) -> tuple[list[_Row], dict[str, str], dict[str, str]]:
    """The artefacts of runs that have ended, these runs, and those that somebody is at; runs by their folder."""
    idle: dict[str, str] = {}
    others: dict[str, str] = {}
    for run_id, tool_id, status, purging in conn.execute("SELECT id, tool_id, status, purging_at FROM runs"):
        (others if status == "running" or purging else idle)[f"{tool_id}/{run_id}"] = run_id
    rows = conn.execute(
        "SELECT artefacts.id, run_id, rel_path, size_bytes, sha256 FROM artefacts JOIN runs ON runs.id = run_id"
        " WHERE runs.purging_at IS NULL AND artefacts.purging_at IS NULL ORDER BY artefacts.id"
    )
    return [_Row(row[0], row[1], row[2], row[3] or 0, row[4] or "") for row in rows], idle, others


def _still_there(conn: sqlite3.Connection, row: _Row) -> bool:
    query = (
        "SELECT 1 FROM artefacts JOIN runs ON runs.id = run_id WHERE artefacts.id = ? AND artefacts.purging_at IS NULL"
        " AND runs.purging_at IS NULL AND rel_path = ?"
    )
    return conn.execute(query, (row.id, row.rel_path)).fetchone() is not None


def _file(files: ArtefactFiles, row: _Row, *, hashes: bool) -> Finding | None:
    try:
        file = files.open(row.rel_path)
    except FileNotFoundError:
        return Finding("row_without_file", row.rel_path, f"artefact {row.id} has no file")
    with file:
        size = os.fstat(file.fileno()).st_size
        if size != row.size:
            return Finding("wrong_bytes", row.rel_path, f"artefact {row.id} has {size:,} bytes, not {row.size:,}")
        # A row of an older database may have no SHA-256, or one that nobody can have: it is told as any other.
        if hashes and row.sha256 and _digest(file) != row.sha256:
            return Finding("wrong_bytes", row.rel_path, f"artefact {row.id} was changed after the run")
    return None


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _mended_file(files: ArtefactFiles, row: _Row, finding: Finding) -> Finding:
    """Make the file anew from its blob, where that is still whole; what lies there is moved away first."""
    try:
        with files.open_blob(row.sha256) as blob:
            whole = _digest(blob) == row.sha256
    except FileNotFoundError:
        whole = False
    if not whole:
        return finding
    moved = finding.kind == "wrong_bytes" and _set_aside(files, row.rel_path)
    try:
        files.put_back(row.rel_path, row.sha256, files.root / BLOBS / row.sha256[:2] / row.sha256)
    except OSError as error:
        return evolve(finding, said=f"{finding.said}; it couldn't be made anew: {error}")
    return evolve(finding, mended="made anew from its blob" + (", the changed one is in quarantine" if moved else ""))


def _blobs(files: ArtefactFiles, *, mend: bool, stopped: Callable[[], bool]) -> Iterator[Finding]:
    """Blobs that aren't what their names say. A file that is linked to one is told by its row as well."""
    for prefix in removal.names(files, BLOBS):
        for name in removal.names(files, BLOBS, prefix):
            if stopped():
                return
            path = f"{BLOBS}/{prefix}/{name}"
            with suppress(FileNotFoundError), files.open(path) as blob:
                if _digest(blob) == name:
                    continue
                finding = Finding("wrong_blob", path, "its bytes aren't those that its name says")
                if mend and _set_aside(files, path):
                    finding = evolve(finding, mended="moved to quarantine")
                yield finding


def _thumbnails(store: Store, *, mend: bool) -> Iterator[Finding]:
    for artefact_id, path in store.thumbnails.lost():
        finding = Finding("missing_thumbnail", path, f"artefact {artefact_id} has no such thumbnail")
        if mend:
            store.thumbnails.forget(artefact_id)
            finding = evolve(finding, mended="forgotten: the server makes it anew at its next start")
        yield finding


def _strays(
    files: ArtefactFiles, idle: dict[str, str], others: dict[str, str], known: set[str], *, mend: bool
) -> Iterator[Finding]:
    """What lies among the artefacts and belongs to nothing."""
    # While a tool gets another id the folders of its runs lie under either.
    runs = {*idle.values(), *others.values()}
    for tool in removal.names(files):
        if tool in _OURS:
            continue
        if not _is_folder(files, tool):
            yield _stray(files, "file_without_row", tool, "it belongs to no run", mend=mend)
            continue
        for run in removal.names(files, tool):
            folder = f"{tool}/{run}"
            if folder in others:
                continue
            if folder not in idle and run in runs:
                continue
            if folder not in idle:
                kind: Kind = "unknown_folder" if _is_folder(files, tool, run) else "file_without_row"
                yield _stray(files, kind, folder, "it belongs to no run", mend=mend)
                continue
            for name in removal.names(files, tool, run):
                path = f"{folder}/{name}"
                if not name.startswith(".") and path not in known:
                    yield _stray(files, "file_without_row", path, "no row speaks of it", mend=mend)


def _stray(files: ArtefactFiles, kind: Kind, path: str, said: str, *, mend: bool) -> Finding:
    moved = mend and _set_aside(files, path)
    return Finding(kind, path, said, "moved to quarantine" if moved else None)


def _is_folder(files: ArtefactFiles, *parts: str) -> bool:
    with suppress(FileNotFoundError), files.folder(parts[:-1], create=False) as fd:
        return stat.S_ISDIR(os.stat(parts[-1], dir_fd=fd, follow_symlinks=False).st_mode)
    return False


def _set_aside(files: ArtefactFiles, path: str) -> bool:
    """Move a file or folder to quarantine, under its path; False when it is gone."""
    *parts, name = path.split("/")
    with suppress(FileNotFoundError), files.folder(parts, create=False) as source:
        with files.folder((_QUARANTINE, *parts), create=True) as target:
            free, number = name, 2
            while _exists(free, target):
                free, number = f"{name} ({number})", number + 1
            os.rename(name, free, src_dir_fd=source, dst_dir_fd=target)
            os.fsync(target)
        os.fsync(source)
        return True
    return False


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


# The database


def _database(conn: sqlite3.Connection) -> list[Finding]:
    said = [row[0] for row in conn.execute("PRAGMA integrity_check(10)")]
    found = [Finding("database", "pixie.db", each) for each in said if each != "ok"]
    for table, rowid, parent, _ in conn.execute("PRAGMA foreign_key_check").fetchall():
        found.append(
            Finding("database", "pixie.db", f"row {rowid} of {table} belongs to a row of {parent} that is gone")
        )
    return found


_SUMS = """SELECT runs.id, coalesce(total_artefact_bytes, 0), coalesce(sum(size_bytes), 0) FROM runs
    LEFT JOIN artefacts ON run_id = runs.id WHERE status <> 'running' AND runs.purging_at IS NULL
    GROUP BY runs.id"""


def _totals(conn: sqlite3.Connection) -> list[Finding]:
    return [
        Finding("wrong_total", run_id, f"its row says {said:,} bytes of files, and they have {real:,}")
        for run_id, said, real in conn.execute(_SUMS)
        if said != real
    ]


def _search(conn: sqlite3.Connection) -> list[Finding]:
    found = []
    for kind, table, there in (("run", "runs", "1"), ("artefact", "artefacts", "spilled = 0")):
        (lost,) = conn.execute(
            f"SELECT count(*) FROM {table} WHERE {there}"  # noqa: S608 - our own names
            f" AND CAST(id AS TEXT) NOT IN (SELECT key FROM {kind}_texts)"
            f" AND CAST(id AS TEXT) NOT IN (SELECT key FROM search_pending WHERE kind = '{kind}')"
        ).fetchone()
        (left,) = conn.execute(
            f"SELECT count(*) FROM {kind}_texts WHERE key NOT IN (SELECT CAST(id AS TEXT) FROM {table})"  # noqa: S608 - our own names
            f" AND key NOT IN (SELECT key FROM search_pending WHERE kind = '{kind}')"
        ).fetchone()
        if lost or left:
            found.append(
                Finding("search_out_of_step", table, f"{lost} rows can't be found, and {left} texts have no row")
            )
    return found


def _mended_row(store: Store, finding: Finding) -> Finding:
    """Make right what the database alone knows."""
    if finding.kind == "wrong_total" and finding.mended is None:
        store.write(
            lambda conn: conn.execute(
                "UPDATE runs SET total_artefact_bytes ="
                " (SELECT coalesce(sum(size_bytes), 0) FROM artefacts WHERE run_id = runs.id) WHERE id = ?",
                (finding.where,),
            )
        )
        return evolve(finding, mended="summed up anew")
    if finding.kind == "search_out_of_step" and finding.mended is None:
        store.write(index_everything)
        return evolve(finding, mended="made anew from all rows")
    return finding
