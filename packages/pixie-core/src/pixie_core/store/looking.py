"""Looking at a data folder from outside, without changing anything in it: for `pixie doctor`."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from pixie_core.store.connections import in_plain_words, open_frozen, open_unused
from pixie_core.store.locks import lock_path
from pixie_core.store.migrations import must_be_ours, quick_check

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["look_at_database", "serving_process"]


def look_at_database(database: Path, *, seconds: float | None = None) -> bool:
    """Whether SQLite finds the database whole: True when it is, False when `seconds` were too short to look at all of
    it. A server may use it meanwhile.

    Raises DatabaseDamaged, DatabaseUnusable, or another DataFolderError with what keeps it from being read.
    """
    with in_plain_words(database):
        # Whoever has it open has a log beside it, even an empty one. Reading along would leave one where none was.
        used = database.with_name(f"{database.name}-wal").exists()
        conn = open_frozen(database) if used else open_unused(database)
        try:
            must_be_ours(conn, database)
            return quick_check(conn, database, seconds=seconds)
        finally:
            conn.close()


def serving_process(database: Path) -> int | None:
    """The id of the process that serves this data folder; 0 when one does and hasn't said its id, None when none does.

    Raises OSError when the lock can't be looked at.
    """
    try:
        fd = os.open(lock_path(database, "server"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        said = os.read(fd, 64).decode("ascii", "replace").strip()
        return int(said) if said.isdigit() else 0
    finally:
        os.close(fd)
    return None
