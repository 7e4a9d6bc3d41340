"""What keeps a data folder in shape over the years: done by the server's sweeper, after each pass."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from pixie_core.clock import system_clock, timestamp
from pixie_core.errors import DataFolderError
from pixie_core.store import validations
from pixie_core.store.backup import daily

if TYPE_CHECKING:
    import sqlite3

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store.store import Store

__all__ = ["Upkeep"]

_log = logging.getLogger(__name__)

_REPORTS = timedelta(days=30)
_PAGES = 2000
_MOST_ROUNDS = 500


class Upkeep:
    """Prunes, gives free pages back, brings in the write-ahead log, and makes the day's backup."""

    def __init__(self, store: Store, settings: Settings, *, clock: Clock = system_clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def tidy(self) -> None:
        """All of it. A backup that can't be made is told in the log, and stops nothing."""
        before = timestamp(self._clock.now() - _REPORTS)
        self._store.write(lambda conn: validations.prune(conn, before))
        self.vacuum()
        self._store.checkpoint()
        try:
            daily(self._store, self._settings, clock=self._clock)
        except DataFolderError as error:
            _log.warning("the daily backup couldn't be made: %s", error)

    def vacuum(self) -> int:
        """Give the pages that deleted rows left back to the disk, a few at a time, so that nobody waits for long;
        returns how many.
        """
        given = 0
        for _ in range(_MOST_ROUNDS):
            back = self._store.write(_vacuum_some)
            given += back
            if back == 0:
                break
        return given


def _vacuum_some(conn: sqlite3.Connection) -> int:
    (free,) = conn.execute("PRAGMA freelist_count").fetchone()
    if not free:
        return 0
    for _ in range(min(free, _PAGES)):
        # One page at a time: sqlite3 takes but one step of this statement.
        conn.execute("PRAGMA incremental_vacuum(1)")
    (left,) = conn.execute("PRAGMA freelist_count").fetchone()
    return int(free - left)
