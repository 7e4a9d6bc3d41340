"""Runs that come from elsewhere: in whole, or not at all.

    begin(store, run)                       its row, marked as one that is being deleted
    store.stage(...), store.keep_input(...)
    admit(store, run, story)                the row is a run, with its events, files and results: one transaction
    abandon(store, run.id, hashes)          or it goes, with all that lies there

Because of its mark the row is in no list until the end. Should this process die meanwhile, the next start takes it for
a deletion that was cut off, and finishes that: row, files, bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pixie_core.errors import DataFolderError, RunConflict
from pixie_core.faults import fault
from pixie_core.store import event_log
from pixie_core.store.json_text import to_json
from pixie_core.store.marks import mark
from pixie_core.store.owner import Owner
from pixie_core.store.runs import checked_id, checked_label, checked_tool_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from pixie_core.run.model import Run
    from pixie_core.store.event_log import Draft
    from pixie_core.store.marks import Marks
    from pixie_core.store.store import Store

__all__ = ["abandon", "admit", "begin"]

_log = logging.getLogger(__name__)


def begin(store: Store, run: Run, *, at: str) -> None:
    """Take the run's id, out of sight. `run` says who it is: its ids, tool, times, origin, inputs and where it comes
    from. Raises RunConflict when the id is taken.
    """
    owner = Owner.current()
    values = (
        checked_id(run.id),
        checked_tool_id(run.tool_id),
        run.created_at,
        to_json(run.inputs, "The inputs"),
        run.origin,
        run.parent_run_id,
        to_json({"imported": run.imported}, "The import"),
        owner.boot_id,
        owner.pid,
        owner.start_ticks,
        at,
        at,
    )

    def work(conn: sqlite3.Connection) -> None:
        there = conn.execute("SELECT status, deleted_at, purging_at FROM runs WHERE id = ?", (run.id,)).fetchone()
        if there is not None:
            raise RunConflict(run.id, _why(there))
        conn.execute(
            "INSERT INTO runs (id, tool_id, started_at, inputs_json, status, origin, parent_run_id, meta_json,"
            " owner_boot_id, owner_pid, owner_start_ticks, deleted_at, purging_at)"
            " VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    store.write(work)


def _why(row: sqlite3.Row) -> str:
    if row["purging_at"] is not None:
        return "it is being imported, or deleted, at this moment. Try again."
    if row["deleted_at"] is not None:
        return "it was deleted, and can be restored. Restore it, or wait until it is gone for good."
    return "it was made meanwhile."


def admit(store: Store, run: Run, story: Sequence[tuple[str, Sequence[Draft]]], marks: Mapping[str, Marks]) -> None:
    """Make the row a run: `story` holds its events and publications by the moments at which they were; its end is the
    last. Label and star are those of `run`, and `marks` those of its files, by their names. Raises RunConflict when the
    row isn't there any more.
    """
    label = checked_label(run.label)

    def work(conn: sqlite3.Connection) -> None:
        found = conn.execute(
            "UPDATE runs SET deleted_at = NULL, purging_at = NULL, label = ?, starred = ?"
            " WHERE id = ? AND status = 'running' AND purging_at IS NOT NULL",
            (label, int(run.starred), run.id),
        )
        if not found.rowcount:
            raise RunConflict(run.id, "its import was taken back meanwhile. Try again.")
        known = None
        for at, drafts in story:
            known = event_log.append(conn, run.id, drafts, at=at, known=known).run
        for each in known.artefacts if known is not None else ():
            if each.filename in marks:
                mark(conn, each.id, marks[each.filename])
        fault("import.before_commit")

    store.write(work)
    fault("import.after_commit")


def abandon(store: Store, run_id: str, hashes: Iterable[str]) -> None:
    """Take back what was begun, and bytes of these SHA-256 unless others have them too. What can't be removed now, as
    on a disk that is full, is at the next start.
    """
    try:
        store.deletions.remove_marked(run_id)
        store.deletions.remove_blobs(hashes)
    except (DataFolderError, OSError) as error:
        _log.warning("The import of run %s is taken back at the next start: %s", run_id, error)
