"""What dead processes left half done: found and put right at a start, while others may work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store import removal, runs
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    import sqlite3

    from pixie_core.store.asking import Asking
    from pixie_core.store.files import ArtefactFiles

__all__ = ["CleanedUp", "clean_up"]

_AT_A_TIME = 8


@frozen
class CleanedUp:
    """What was removed of dead processes' unfinished work, in files."""

    temporaries: int
    set_aside: int


def clean_up(read: Asking, write: Asking, files: ArtefactFiles) -> CleanedUp:
    """Remove temporary files of dead processes and inputs of runs that never came to be, and move the files of
    interrupted runs that got no row into the `.partial` of the run's folder.
    """
    interrupted = read(_files_of_interrupted)
    # Side by side, since many fsyncs at a time cost the disk hardly more than one.
    with ThreadPoolExecutor(_AT_A_TIME, "pixie-clean-up") as pool:
        aside = sum(pool.map(lambda run: files.set_partial_aside(*run), interrupted))
    if interrupted:
        # Their owners are of no use any more, and the next start needn't look at them again.
        write(lambda conn: runs.disown(conn, [run_id for _, run_id, _ in interrupted]))
    for claim in files.left_without_row():
        if not read(partial(runs.has_row, run_id=claim.run_id)):
            removal.remove_inputs(files, claim.tool_id, claim.run_id)
        files.settle(claim)
    return CleanedUp(files.remove_temporaries(), aside)


def _files_of_interrupted(conn: sqlite3.Connection) -> list[tuple[str, str, set[str]]]:
    """Tool and id of the runs that a dead owner left, with the names of their files that have rows."""
    rows = conn.execute(
        "SELECT id, tool_id, owner_boot_id, owner_pid, owner_start_ticks FROM runs"
        # The second word on the status lets SQLite use the index of those that aren't ok.
        " WHERE status = 'interrupted' AND status <> 'ok' AND deleted_at IS NULL AND owner_boot_id IS NOT NULL"
    )
    dead = [row for row in rows if not Owner(*row[2:]).alive()]
    return [
        (
            row["tool_id"],
            row["id"],
            {name for (name,) in conn.execute("SELECT filename FROM artefacts WHERE run_id = ?", (row["id"],))},
        )
        for row in dead
    ]
