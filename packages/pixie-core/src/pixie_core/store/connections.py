"""Connections to pixie.db: the pragmas of each kind, a pool of readers, and SQLite's errors in Pixie's words.

Nothing but SQLite opens pixie.db, pixie.db-wal and pixie.db-shm: a second file descriptor, closed, would drop
the locks of this process, and another process's committed row could be lost.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from pixie_core.errors import DatabaseDamaged, DataFolderBusy, DataFolderError, DataFolderReadOnly, DiskFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["Readers", "in_plain_words", "make_durable", "open_frozen", "open_reader", "open_unused", "open_writer"]

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5000
_INCREMENTAL = 2
_BOTH = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
)
_WRITER = (
    "PRAGMA journal_mode=WAL",
    # NORMAL may lose acknowledged runs when the power fails.
    "PRAGMA synchronous=FULL",
    "PRAGMA journal_size_limit=67108864",
)
_READER = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0")


def open_writer(database: Path) -> sqlite3.Connection:
    """The writing connection, in autocommit: transactions are begun and ended by hand.

    The caller holds the write lock, and calls `make_durable` once it knows that the database is Pixie's: until
    then nothing in the file is changed. A database that isn't there is made.
    """
    return _open(database, "rwc", _BOTH)


def make_durable(conn: sqlite3.Connection) -> None:
    """Write ahead, and fsync each commit."""
    if conn.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
        # Before the first table: it can't be changed later without a VACUUM. And not when it is so already, since this
        # takes the lock for writing, which another program may hold.
        conn.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for pragma in _WRITER:
        conn.execute(pragma)


def open_reader(database: Path) -> sqlite3.Connection:
    """A connection that can't write and never checkpoints; any thread may use it, one at a time."""
    return _open(database, "rw", (*_BOTH, *_READER), any_thread=True)


def open_frozen(database: Path) -> sqlite3.Connection:
    """A reading connection to a database that can't be written: in a folder, or on a disk, that can only be read.

    Raises DataFolderReadOnly when there is a write-ahead log that can't be read so.
    """
    try:
        conn = _open(database, "ro", (*_BOTH, *_READER), any_thread=True)
    except sqlite3.OperationalError:
        conn = None
    if conn is not None:
        try:
            conn.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            conn.close()
        else:
            return conn
    # Without write-ahead log nothing has to be written for reading; with one, its commits would be passed over.
    log = database.with_name(f"{database.name}-wal")
    if log.exists() and log.stat().st_size:
        raise DataFolderReadOnly(
            f"{database} can only be read, and its log {log.name} holds what isn't in it yet. Make {database.parent} "
            "writable, or copy it to where it is."
        )
    return open_unused(database)


def open_unused(database: Path) -> sqlite3.Connection:
    """A reading connection to a database without write-ahead log, which nobody has open: nothing is made beside it."""
    return _open(database, "ro&immutable=1", (*_BOTH, *_READER), any_thread=True)


def _open(database: Path, mode: str, pragmas: tuple[str, ...], *, any_thread: bool = False) -> sqlite3.Connection:
    address = f"file:{quote(str(database))}?mode={mode}"
    conn = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=not any_thread, timeout=5)
    try:
        for pragma in pragmas:
            conn.execute(pragma)
    except BaseException:
        conn.close()
        raise
    conn.row_factory = sqlite3.Row
    return conn


@contextmanager
def in_plain_words(database: Path) -> Iterator[None]:
    """Turn what SQLite raises inside into Pixie's errors.

    What a statement itself brings about (a constraint, a protected row) stays an sqlite3.IntegrityError.
    """
    try:
        yield
    except sqlite3.Error as error:
        said = plain_error(database, error)
        if said is error:
            raise
        raise said from error


def damaged(database: Path, how: str) -> str:
    """What is said of a damaged database."""
    return (
        f"{database} is damaged: {how}. Nothing was changed. `pixie restore` puts a backup in its place; backups are "
        f"in {database.parent / 'backups'}."
    )


def plain_error(database: Path, error: sqlite3.Error) -> Exception:
    """Pixie's error for one of SQLite's, or the same error where it is the statement's own fault."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DataFolderBusy(
                f"Another program holds {database} for writing, and didn't let go of it in time. Nothing was "
                "recorded. Close that program, or try again."
            )
        case sqlite3.SQLITE_FULL:
            return DiskFull(f"There is no room left for {database}. Nothing was recorded. Free some, then try again.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DatabaseDamaged(damaged(database, str(error)))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PERM:
            kind = DataFolderReadOnly if code == sqlite3.SQLITE_READONLY else DataFolderError
            return kind(
                f"{database} can't be used: {error}. The folder and the file must be readable and writable, and the "
                "disk sound."
            )
    return error


class Readers:
    """A small pool of reading connections. Reads see the last commit, and wait for no write."""

    def __init__(
        self, database: Path, opener: Callable[[Path], sqlite3.Connection] = open_reader, *, most: int = 8
    ) -> None:
        self._database = database
        self._opener = opener
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(most)
        self._most = most
        self._closed = False

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What `query` makes of one state of the database: all its statements see the same."""
        with self._free, in_plain_words(self._database):
            conn = self._take()
            try:
                conn.execute("BEGIN")
                result = query(conn)
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise
            finally:
                with self._lock:
                    self._idle.append(conn)
        return result

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise DataFolderError(f"The store of {self._database.parent} is closed.")
            if self._idle:
                return self._idle.pop()
        return self._opener(self._database)

    def close(self) -> None:
        """Wait for those that read, then close every connection."""
        with self._lock:
            self._closed = True
        for _ in range(self._most):
            self._free.acquire()
        with self._lock:
            while self._idle:
                self._idle.pop().close()
        for _ in range(self._most):
            self._free.release()
