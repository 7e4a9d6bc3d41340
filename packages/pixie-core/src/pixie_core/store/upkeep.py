"""What keeps a data folder in shape over the years: done by the server's sweeper, after each pass.

Each pass prunes, gives free pages back and brings in the write-ahead log. Once a day there is a backup, whose copy is
looked at as a whole; once a week every row is held against its file, by its bytes. What that finds is told until it
is mended.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pixie_core.clock import system_clock, timestamp
from pixie_core.errors import DatabaseDamaged, DataFolderError
from pixie_core.store.backup import daily
from pixie_core.store.fsck import fsck

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store.store import Store

__all__ = ["Upkeep"]

_log = logging.getLogger(__name__)

_PAGES = 2000
_MOST_ROUNDS = 500
_CHECKS = timedelta(days=7)
_CHECKED = "upkeep.checked"


class Upkeep:
    """Prunes, gives free pages back, brings in the write-ahead log, makes the day's backup and the week's check.

    `stopped` is asked during what takes long.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Clock = system_clock,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._stopped = stopped
        self._damage: str | None = None

    def tidy(self) -> None:
        """All of it. A backup that can't be made is told in the log, and stops nothing."""
        self._store.validations.prune()
        self.vacuum()
        self._store.checkpoint()
        try:
            if daily(self._store, self._settings, clock=self._clock) is not None:
                self._damage = None
        except DatabaseDamaged as error:
            self._damage = f"The daily backup couldn't be made, since the database is damaged: {error}"
            _log.error("%s", self._damage)
        except DataFolderError as error:
            _log.warning("the daily backup couldn't be made: %s", error)
        self.check()

    def check(self) -> None:
        """Hold every row against its file, unless that was done within a week."""
        now = self._clock.now()
        last = self._last()
        if last is not None and timedelta() <= now - datetime.fromisoformat(last["at"]) < _CHECKS:
            return
        done = fsck(self._store, stopped=self._stopped)
        if not done.complete:
            return
        for each in done.found:
            _log.warning("%s %s: %s", each.kind, each.where, each.said)
        first = f"{done.found[0].where}: {done.found[0].said}" if done.found else None
        said = {"at": timestamp(now), "amiss": len(done.found), "first": first, "artefacts": done.artefacts}
        self._store.settings.put(_CHECKED, said)

    def notices(self) -> tuple[str, ...]:
        """What the last backup and the last check found amiss, in sentences for the reader."""
        said = () if self._damage is None else (self._damage,)
        last = self._last()
        if last is None or not last["amiss"]:
            return said
        found = (
            f"The weekly check found {last['amiss']} things amiss among the files of runs; the first is "
            f"{last['first']}. `pixie fsck` lists them, `pixie fsck --mend` makes right what can be."
        )
        return (*said, found)

    def _last(self) -> dict[str, Any] | None:
        """What the last check wrote down."""
        said = self._store.settings.get(_CHECKED)
        try:
            datetime.fromisoformat(said["at"])
        except (TypeError, KeyError, ValueError):
            return None
        return {"amiss": 0, "first": None, **said}

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
