"""How a data folder is held open: the locks, the one writer, the readers, and who hears of changes.

Opening makes what is missing, migrates an older database after a backup, and looks whether it is whole. A folder that
can be read and not written is held open for reading, and taken over for writing once that goes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from typing import TYPE_CHECKING, TypeVar

from pixie_core.errors import DatabaseDamaged, DatabaseUnusable, DataFolderError, DataFolderReadOnly
from pixie_core.store.connections import Readers, in_plain_words, make_durable, open_frozen, open_reader, open_writer
from pixie_core.store.damage import way_back
from pixie_core.store.leftovers import forget_cut_off, forget_cut_off_backups
from pixie_core.store.live import Watcher
from pixie_core.store.locks import FileLock, lock_path, must_not_be_restoring
from pixie_core.store.migrations import bring_up_to_date, must_be_current, must_be_ours, quick_check
from pixie_core.store.search import catch_up
from pixie_core.store.surroundings import on_a_network
from pixie_core.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pixie_core.clock import Clock

__all__ = ["Access"]

T = TypeVar("T")
_log = logging.getLogger(__name__)

_OPENING_SECONDS = 30.0
_CHECK_SECONDS = 0.5
_TRY_AGAIN_SECONDS = 5.0


class Access:
    """One process's access to a database. Thread-safe. Raises what `Store` does at its opening.

    `notices` says what was mended at the opening, or is amiss; `read_only` why nothing can be written, None when it
    can.
    """

    def __init__(self, database: Path, clock: Clock) -> None:
        self.database = database
        self.notices: tuple[str, ...] = ()
        self.read_only: str | None = None
        self._clock = clock
        self._closed = threading.Event()
        self._beginning = threading.Lock()
        self._next_try = 0.0
        self._writer: Writer | None = None
        opener = open_reader
        try:
            self._begin_writing()
        except DatabaseDamaged as error:
            raise DatabaseDamaged(f"{error} {way_back(database)}") from error
        except DataFolderError as error:
            self.read_only = self._only_readable(error)
            self.notices = (self.read_only,)
            opener = open_frozen
        self.watcher = Watcher(database, opener)
        self._readers = Readers(database, opener)

    @property
    def closed(self) -> bool:
        """True once `close` was called."""
        return self._closed.is_set()

    def close(self) -> bool:
        """Write what waits, and close every connection; False when that was done before."""
        with self._beginning:
            if self._closed.is_set():
                return False
            self._closed.set()
        self.watcher.close()
        # Readers first: who closes last checkpoints, and that must be the writer, under the write lock.
        self._readers.close()
        if self._writer is not None:
            self._writer.close()
            self._openers.close()
            self._write_lock.close()
        return True

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What `query` makes of one state of the database, on a connection that can't write."""
        return self._readers.read(query)

    def write(self, work: Callable[[sqlite3.Connection], T], then: Callable[[T], None] | None = None) -> T:
        """Do `work` in a transaction; see `Writer.write`. Raises DataFolderReadOnly while nothing can be written."""
        return self._writing().write(work, then)

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the database, as far as no reader is in the way."""
        self._writing().checkpoint()

    def _begin_writing(self) -> Writer:
        """Take the locks, and open the writing connection."""
        self._write_lock = FileLock(lock_path(self.database, "write"))
        try:
            self._openers = FileLock(lock_path(self.database, "open"))
            try:
                self._writer = Writer(self.database, self._write_lock, self._open, catch_up)
            except BaseException:
                self._openers.close()
                raise
        except BaseException:
            self._write_lock.close()
            raise
        return self._writer

    def _only_readable(self, error: DataFolderError) -> str:
        """What to say when the folder can be read and not written; raises the error when it isn't so."""
        if type(error) not in {DataFolderError, DataFolderReadOnly} or not self.database.exists():
            raise error
        try:
            conn = open_frozen(self.database)
            try:
                must_be_current(conn, self.database)
            finally:
                conn.close()
        except sqlite3.Error:
            raise error from None
        return f"{self.database.parent} can only be read: nothing new is recorded until it can be written. ({error})"

    def _writing(self) -> Writer:
        """The writer. Where the folder could only be read, it is tried now and then whether it can be written by now;
        raises DataFolderReadOnly while it can't.
        """
        if self._writer is not None:
            return self._writer
        with self._beginning:
            return self._take_over()

    def _take_over(self) -> Writer:
        """Begin to write where the folder could only be read until now."""
        now = self._clock.monotonic()
        if self._writer is not None:
            return self._writer
        if self.closed or now < self._next_try:
            raise DataFolderReadOnly(f"{self.read_only} Nothing was recorded.")
        self._next_try = now + _TRY_AGAIN_SECONDS
        try:
            writer = self._begin_writing()
        except DataFolderError as error:
            raise DataFolderReadOnly(f"{self.read_only} Nothing was recorded.") from error
        # Those of before may have taken the file for one that never changes.
        readers, self._readers = self._readers, Readers(self.database)
        readers.close()
        watcher, self.watcher = self.watcher, Watcher(self.database)
        watcher.close()
        self.read_only, self.notices = None, ()
        return writer

    def _open(self) -> sqlite3.Connection:
        """The writing connection, all in order. Runs on the writer's thread."""
        with self._write_lock.held(timeout=_OPENING_SECONDS), in_plain_words(self.database):
            self._openers.take(shared=True, timeout=_OPENING_SECONDS)
            must_not_be_restoring(self.database)
            self._must_not_have_vanished()
            conn = open_writer(self.database)
            try:
                must_be_ours(conn, self.database)
                quick_check(conn, self.database, seconds=_CHECK_SECONDS)
                make_durable(conn)
                self.notices = bring_up_to_date(conn, self.database, self._openers, now=self._clock.now)
                if (network := on_a_network(self.database)) is not None:
                    self.notices = (*self.notices, network)
            except BaseException:
                conn.close()
                raise
            self._forget_cut_off()
        for notice in self.notices:
            _log.warning("%s: %s", self.database, notice)
        return conn

    def _forget_cut_off(self) -> None:
        """Remove what backups and restores left that were cut off. That it can't be done keeps nobody from working."""
        try:
            forget_cut_off(self.database.parent)
            forget_cut_off_backups(self.database.parent / "backups")
        except OSError as error:
            _log.warning("what was cut off in %s couldn't be removed: %s", self.database.parent, error)

    def _must_not_have_vanished(self) -> None:
        """An empty file where a database was, or its log alone, isn't a new start: nothing is written over it."""
        if self.database.exists() and self.database.stat().st_size:
            return
        log = self.database.with_name(f"{self.database.name}-wal")
        if log.exists() and log.stat().st_size:
            raise DatabaseUnusable(
                f"{self.database} is {'empty' if self.database.exists() else 'gone'}, and its log {log.name} is there. "
                "Nothing was changed. Put the database, or `pixie restore` a backup, in its place; to start anew, "
                "move the log away."
            )
        if not self.database.exists():
            return
        backups = self.database.parent / "backups"
        if backups.is_dir() and any(backups.iterdir()):
            raise DatabaseUnusable(
                f"{self.database} is empty, though there are backups of it. Nothing was changed. Put one from "
                f"{backups} in its place, or delete the empty file to start anew."
            )
