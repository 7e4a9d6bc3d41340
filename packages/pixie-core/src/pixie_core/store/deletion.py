"""Deleting, in the one way that there is: mark the row, commit, move the files aside, remove them, delete the row.

By hand only the mark is set: the run or the file is gone from every list, and can be restored until the purge. The
purge sets a second mark, from which there is no way back, and does the rest. Each step can be done again, so that a
start finishes what a crash cut off. What is starred or labelled, or belongs to a run that is, or has a file that is,
isn't marked: by the statement that marks, and by the database's triggers whoever asks.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.clock import timestamp
from pixie_core.errors import ArtefactNotFound, RunNotFound, RunProtected, RunStillRunning
from pixie_core.faults import fault
from pixie_core.store import artefacts, removal, runs
from pixie_core.store.owner import Owner
from pixie_core.store.schema import LABELLED, PROTECTED_ARTEFACT, PROTECTED_RUN
from pixie_core.store.thumbnails import FOLDER as THUMBNAILS
from pixie_core.store.thumbnails import KeptThumbnails

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from pixie_core.store.artefacts import StoredArtefact
    from pixie_core.store.asking import Asking
    from pixie_core.store.files import ArtefactFiles

__all__ = ["Deletions", "Purged", "mark_artefact", "unmark_artefact"]

_log = logging.getLogger(__name__)
_BATCH = 200


@frozen
class Purged:
    """What went for good: runs by their ids, single artefacts, and the bytes that became free. `failed` says of each
    run or artefact that couldn't be removed why; the next start, or the next purge, tries again.
    """

    runs: tuple[str, ...] = ()
    artefacts: tuple[int, ...] = ()
    bytes: int = 0
    failed: tuple[str, ...] = ()

    def __add__(self, other: Purged) -> Purged:
        return Purged(
            self.runs + other.runs,
            self.artefacts + other.artefacts,
            self.bytes + other.bytes,
            self.failed + other.failed,
        )


class Deletions:
    """What deletes and restores; `Store.deletions` is the one of a data folder. Thread-safe.

    store.deletions.delete_run("6f1c2a9b")
    store.deletions.restore_run("6f1c2a9b")
    """

    def __init__(self, read: Asking, write: Asking, files: ArtefactFiles, now: Callable[[], datetime]) -> None:
        self._read = read
        self._write = write
        self._files = files
        self._now = now
        self._thumbnails = KeptThumbnails(read, write, files)

    # By hand

    def delete_run(self, run_id: str) -> str:
        """Delete a run; it can be restored until the purge. Returns its whole id.

        Raises RunNotFound, RunStillRunning; RunProtected when it, or a file of it, is starred or labelled.
        """
        at = timestamp(self._now())

        def work(conn: sqlite3.Connection) -> str:
            whole = runs.find(conn, run_id)
            marked = conn.execute(
                f"UPDATE runs SET deleted_at = ? WHERE id = ? AND status <> 'running' AND NOT {PROTECTED_RUN}",  # noqa: S608 - our own names
                (at, whole),
            )
            if not marked.rowcount:
                _refuse(conn, whole)
            return whole

        return self._write(work)

    def restore_run(self, run_id: str) -> str:
        """Undo `delete_run`, with all that the run had; nothing when it wasn't deleted. Returns its whole id.

        Raises RunNotFound once it is being purged.
        """

        def work(conn: sqlite3.Connection) -> str:
            with suppress(RunNotFound):
                return runs.find(conn, run_id)
            whole = runs.find(conn, run_id, deleted=True)
            conn.execute("UPDATE runs SET deleted_at = NULL WHERE id = ? AND purging_at IS NULL", (whole,))
            return whole

        return self._write(work)

    def delete_artefact(self, artefact_id: int) -> None:
        """Delete a file; it can be restored until the purge. Raises ArtefactNotFound; RunStillRunning; RunProtected
        when it, or its run, is starred or labelled.
        """
        at = timestamp(self._now())
        self._write(lambda conn: mark_artefact(conn, artefact_id, at))

    def restore_artefact(self, artefact_id: int) -> None:
        """Undo `delete_artefact`; nothing when it wasn't deleted. Raises ArtefactNotFound once it is being purged, or
        its run was deleted.
        """
        self._write(lambda conn: unmark_artefact(conn, artefact_id))

    # For good

    def purge_runs(self, run_ids: Sequence[str]) -> Purged:
        """Delete runs for good, at once. Those that are protected by now, or run, or are gone, are left out."""
        purged = Purged()
        for start in range(0, len(run_ids), _BATCH):
            batch = run_ids[start : start + _BATCH]
            at = timestamp(self._now())
            for run_id in self._write(lambda conn, batch=batch, at=at: _mark(conn, batch, at)):  # type: ignore[misc]
                purged += self.remove_marked(run_id)
        return purged

    def purge_due(self, before: str) -> Purged:
        """Delete for good what was deleted by hand before that moment. What is protected by now stays restorable."""
        at = timestamp(self._now())

        def work(conn: sqlite3.Connection) -> None:
            conn.execute(
                "UPDATE runs SET purging_at = ? WHERE deleted_at < ? AND purging_at IS NULL"  # noqa: S608 - our own names
                f" AND deleted_at IS NOT NULL AND NOT {PROTECTED_RUN}",
                (at, before),
            )
            conn.execute(
                "UPDATE artefacts SET purging_at = ? WHERE deleted_at < ? AND purging_at IS NULL"  # noqa: S608 - our own names
                f" AND deleted_at IS NOT NULL AND NOT {PROTECTED_ARTEFACT}",
                (at, before),
            )

        self._write(work)
        return self.finish()

    def finish(self) -> Purged:
        """Do the rest of every deletion for good that was begun, by whomever."""
        run_ids, artefact_ids = self._read(_begun)
        purged = Purged()
        for run_id in run_ids:
            purged += self.remove_marked(run_id)
        for artefact_id in artefact_ids:
            purged += self._remove_artefact(artefact_id)
        return purged

    def remove_unused_blobs(self) -> int:
        """Remove bytes that no file, row or input has a use for any more, and thumbnails of such bytes; returns how
        many became free.
        """
        freed = self._thumbnails.remove_unused()
        return freed + self.remove_blobs(removal.blobs_without_links(self._files, self._now().timestamp()))

    def remove_blobs(self, hashes: Iterable[str]) -> int:
        """Remove bytes with one of these SHA-256, unless something has a use for them; returns how many became free."""
        unused = list(hashes)
        if not unused:
            return 0
        inputs = removal.names_of_inputs(self._files)

        def wanted(sha256: str) -> bool:
            query = "SELECT 1 FROM artefacts WHERE sha256 = ? LIMIT 1"
            return sha256 in inputs or self._read(lambda conn: conn.execute(query, (sha256,)).fetchone()) is not None

        return sum(removal.remove_blob(self._files, sha256, wanted=wanted) for sha256 in unused)

    def remove_marked(self, run_id: str) -> Purged:
        """Do the rest of one run's deletion, once its mark was committed."""
        found = self._read(lambda conn: _files_of(conn, run_id))
        if found is None:
            return Purged()
        tool_id, blobs = found
        fault("delete.after_mark")
        try:
            if removal.names_a_folder(tool_id) and removal.names_a_folder(run_id):
                removal.move_aside(self._files, tool_id, run_id)
                fault("delete.after_move")
                removed = removal.remove_aside(self._files, run_id)
            else:
                removed = removal.Removed()
            fault("delete.after_remove")
        except OSError as error:
            return _failed(f"Run {run_id}", error)
        gone = self._write(lambda conn: _delete_run(conn, run_id))
        fault("delete.after_row")
        freed = removed.bytes + self._drop(blobs | removed.blobs, linked=removed.linked)
        return Purged(runs=(run_id,) if gone else (), bytes=freed)

    def _remove_artefact(self, artefact_id: int) -> Purged:
        with suppress(ArtefactNotFound):
            found = self._read(lambda conn: artefacts.one(conn, artefact_id, deleted=True))
            fault("delete.after_mark")
            try:
                removed = removal.remove_file(self._files, found.rel_path)
                # Ours is shared by all files of equal bytes; one that an older Pixie made is this file's alone.
                if found.thumb_path and not found.thumb_path.startswith(f"{THUMBNAILS}/"):
                    removed += removal.remove_file(self._files, found.thumb_path)
                fault("delete.after_remove")
            except OSError as error:
                return _failed(f"Artefact {artefact_id}", error)
            gone = self._write(lambda conn: _delete_artefact(conn, found))
            fault("delete.after_row")
            freed = removed.bytes + self._drop({found.sha256}, linked=removed.linked)
            return Purged(artefacts=(artefact_id,) if gone else (), bytes=freed)
        return Purged()

    def _drop(self, blobs: set[str] | frozenset[str], *, linked: bool) -> int:
        """Remove thumbnails that have lost their last row, and blobs that have lost their last link. Where files are
        copies that says nothing: then it is left to `remove_unused_blobs`.
        """
        for each in blobs:
            self._thumbnails.drop(each)
        return sum(removal.remove_blob(self._files, each) for each in blobs if len(each) == 64) if linked else 0


def mark_artefact(conn: sqlite3.Connection, artefact_id: int, at: str) -> None:
    """What `delete_artefact` does, in a transaction of the caller's."""
    found = artefacts.one(conn, artefact_id)
    if runs.one(conn, found.run_id)["status"] == "running":
        raise RunStillRunning(found.run_id)
    marked = conn.execute(
        f"UPDATE artefacts SET deleted_at = ? WHERE id = ? AND NOT {PROTECTED_ARTEFACT}",  # noqa: S608 - our own names
        (at, artefact_id),
    )
    if not marked.rowcount:
        raise RunProtected(found.run_id, _why_artefact(conn, found), artefact_id)


def unmark_artefact(conn: sqlite3.Connection, artefact_id: int) -> None:
    """What `restore_artefact` does, in a transaction of the caller's."""
    found = artefacts.one(conn, artefact_id, deleted=True)
    try:
        runs.one(conn, found.run_id)
    except RunNotFound:
        raise ArtefactNotFound(artefact_id) from None
    restored = conn.execute(
        "UPDATE artefacts SET deleted_at = NULL WHERE id = ? AND purging_at IS NULL", (artefact_id,)
    )
    if not restored.rowcount:
        raise ArtefactNotFound(artefact_id)


def _failed(what: str, error: OSError) -> Purged:
    _log.warning("%s couldn't be removed: %s", what, error)
    return Purged(failed=(f"{what} couldn't be removed: {error}. It is tried again at the next start.",))


def _begun(conn: sqlite3.Connection) -> tuple[list[str], list[int]]:
    marked = conn.execute(
        "SELECT id, status, owner_boot_id, owner_pid, owner_start_ticks FROM runs"
        " WHERE deleted_at IS NOT NULL AND purging_at IS NOT NULL ORDER BY id"
    ).fetchall()
    # What is marked and hasn't ended is being imported: when its owner is dead, it won't be any more.
    of_runs = [row for row in marked if row["status"] != "running" or not Owner(*row[2:]).alive()]
    single = conn.execute(
        "SELECT id FROM artefacts WHERE deleted_at IS NOT NULL AND purging_at IS NOT NULL ORDER BY id"
    )
    return [row["id"] for row in of_runs], [row[0] for row in single]


def _mark(conn: sqlite3.Connection, run_ids: Sequence[str], at: str) -> list[str]:
    """Mark finished runs for good, those that nothing protects now; returns which."""
    return [
        run_id
        for run_id in run_ids
        if conn.execute(
            "UPDATE runs SET deleted_at = ?, purging_at = ? WHERE id = ? AND deleted_at IS NULL"  # noqa: S608 - our own names
            f" AND status <> 'running' AND finished_at IS NOT NULL AND NOT {PROTECTED_RUN}",
            (at, at, run_id),
        ).rowcount
    ]


def _files_of(conn: sqlite3.Connection, run_id: str) -> tuple[str, set[str]] | None:
    """The run's tool and the SHA-256 of its artefacts; None when somebody else has finished, or has
    protected it by other means than ours.
    """
    row = conn.execute(
        f"SELECT tool_id FROM runs WHERE id = ? AND purging_at IS NOT NULL AND NOT {PROTECTED_RUN}",  # noqa: S608 - our own names
        (run_id,),
    ).fetchone()
    if row is None:
        return None
    hashes = conn.execute("SELECT sha256 FROM artefacts WHERE run_id = ? AND sha256 IS NOT NULL", (run_id,))
    return row[0], {each[0] for each in hashes}


def _delete_run(conn: sqlite3.Connection, run_id: str) -> bool:
    return bool(conn.execute("DELETE FROM runs WHERE id = ? AND purging_at IS NOT NULL", (run_id,)).rowcount)


def _delete_artefact(conn: sqlite3.Connection, found: StoredArtefact) -> bool:
    gone = conn.execute("DELETE FROM artefacts WHERE id = ? AND purging_at IS NOT NULL", (found.id,)).rowcount
    if gone:
        conn.execute(
            "UPDATE runs SET total_artefact_bytes = max(0, total_artefact_bytes - ?) WHERE id = ?",
            (found.size_bytes, found.run_id),
        )
    return bool(gone)


def _refuse(conn: sqlite3.Connection, run_id: str) -> None:
    """Say why a run wasn't marked."""
    if runs.one(conn, run_id)["status"] == "running":
        raise RunStillRunning(run_id)
    raise RunProtected(run_id, _why_run(conn, run_id) or "somebody protected it just now")


def _why_run(conn: sqlite3.Connection, run_id: str) -> str | None:
    row = runs.one(conn, run_id)
    if row["starred"]:
        return "it is starred"
    if (row["label"] or "").strip():
        return f"it is labelled {row['label']!r}"
    marked = conn.execute(
        "SELECT filename, starred, label FROM artefacts"  # noqa: S608 - our own names
        f" WHERE run_id = ? AND deleted_at IS NULL AND (starred = 1 OR {LABELLED}) LIMIT 1",
        (run_id,),
    ).fetchone()
    if marked is None:
        return None
    how = "starred" if marked["starred"] else f"labelled {marked['label']!r}"
    return f"its file {marked['filename']} is {how}"


def _why_artefact(conn: sqlite3.Connection, found: StoredArtefact) -> str:
    if found.starred:
        return "it is starred"
    if (found.label or "").strip():
        return f"it is labelled {found.label!r}"
    return f"its run {found.run_id[:8]} is protected ({_why_run(conn, found.run_id)})"
