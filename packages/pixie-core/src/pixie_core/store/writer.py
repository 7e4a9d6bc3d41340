"""The one thread that writes, with the only writing connection of the process.

Whoever has something to write hands in a function of the connection and waits. What waits together is committed
together: one fsync serves all. Each function runs in a savepoint of its own, so that one that fails takes nothing
with it. A caller is answered once its commit is on the disk.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pixie_core.errors import DataFolderBusy, DataFolderError
from pixie_core.faults import fault
from pixie_core.store.connections import BUSY_TIMEOUT_MS, plain_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pixie_core.store.locks import FileLock

__all__ = ["Writer"]

T = TypeVar("T")
_log = logging.getLogger(__name__)

_LARGEST_GROUP = 256
_PATIENCE_SECONDS = 6.0
_CLOSING_SECONDS = 10.0
_LONG_LOG_BYTES = 32 << 20
_RESTART_WAIT_MS = 500
_RESTART_PAUSE_SECONDS = 1.0


class _Job(Generic[T]):
    """A function that waits for its transaction, then its result. The writer's condition guards `taken`."""

    def __init__(self, work: Callable[[sqlite3.Connection], T], then: Callable[[T], None] | None) -> None:
        self.work = work
        self.then = then
        self.taken = False
        self.over = threading.Event()
        self.result: T
        self.error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        self.error = error


class Writer:
    """Opens its connection with `opener` on its own thread, and writes until `close`.

    `lock` is the write lock of the data folder: held for each transaction, and while the connection is opened and
    closed. `before_commit` does what belongs into every transaction.
    """

    def __init__(
        self,
        database: Path,
        lock: FileLock,
        opener: Callable[[], sqlite3.Connection],
        before_commit: Callable[[sqlite3.Connection], None],
    ) -> None:
        self._database = database
        self._lock = lock
        self._opener = opener
        self._before_commit = before_commit
        self._log_file = database.with_name(database.name + "-wal")
        self._next_restart = 0.0
        self._restart_asked = False
        self._waiting: deque[_Job[Any]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._opening: _Job[None] = _Job(lambda _: None, None)
        self._thread = threading.Thread(target=self._live, name="pixie-writer", daemon=True)
        self._thread.start()
        self._opening.over.wait()
        if self._opening.error is not None:
            self._thread.join()
            raise self._opening.error

    def write(self, work: Callable[[sqlite3.Connection], T], then: Callable[[T], None] | None = None) -> T:
        """Do `work` in a transaction, and return what it returned once that is committed and fsynced.

        `then` is called with it, on the writer's thread, after the commit and before anybody is answered. What
        `work` raises is raised here, and nothing of it is kept. Raises DataFolderBusy when the database can't be
        had within some seconds, DiskFull when there is no room.
        """
        job = _Job(work, then)
        with self._changed:
            if self._closing:
                raise DataFolderError(f"The store of {self._database.parent} is closed.")
            self._waiting.append(job)
            self._changed.notify()
        if not job.over.wait(_PATIENCE_SECONDS):
            with self._changed:
                if not job.taken:
                    self._waiting.remove(job)
                    job.fail(
                        DataFolderBusy(
                            f"Another process has been writing to {self._database} for {_PATIENCE_SECONDS:g} s. "
                            "Nothing was recorded. Try again."
                        )
                    )
                    job.over.set()
            job.over.wait()
        if job.error is not None:
            raise job.error
        return job.result

    def checkpoint(self) -> None:
        """Bring all that is in the write-ahead log into the database, as far as no reader is in the way."""
        self._restart_asked = True
        self.write(lambda _: None)

    def close(self) -> None:
        """Write what waits, then close the connection, which checkpoints."""
        if self._thread is threading.current_thread():
            raise DataFolderError("The store can't be closed by a function that it calls.")
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_CLOSING_SECONDS)
        if self._thread.is_alive():
            _log.warning("%s is held by another process: closed without a checkpoint", self._lock.path)

    def _live(self) -> None:
        try:
            conn = self._opener()
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits for it
            self._opening.fail(error)
            return
        finally:
            self._opening.over.set()
        while self._wait():
            self._group(conn)
        with self._lock.held():
            conn.close()

    def _wait(self) -> bool:
        """Wait for a job; False when there will be none."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            return bool(self._waiting)

    def _take(self) -> list[_Job[Any]]:
        with self._changed:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _LARGEST_GROUP))]
            for job in group:
                job.taken = True
            return group

    def _group(self, conn: sqlite3.Connection) -> None:
        """One transaction for all that wait."""
        group: list[_Job[Any]] = []
        try:
            # Jobs are taken once the lock is held: until then their callers may lose patience.
            with self._lock.held():
                try:
                    conn.execute("BEGIN IMMEDIATE")
                finally:
                    group = self._take()
                for job in group:
                    self._in_savepoint(conn, job)
                self._before_commit(conn)
                fault("commit.before")
                conn.execute("COMMIT")
                fault("commit.after")
                self._keep_log_short(conn)
        except BaseException as error:  # noqa: BLE001 - told to all whose work is lost with it
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            said = plain_error(self._database, error) if isinstance(error, sqlite3.Error) else error
            for job in group or (group := self._take()):
                if job.error is None:
                    job.fail(said)
        for job in group:
            if job.error is None and job.then is not None:
                try:
                    job.then(job.result)
                except Exception:  # noqa: BLE001 - it is committed: what listens must not make it a failure
                    _log.exception("a listener failed after a commit")
        for job in group:
            job.over.set()

    def _keep_log_short(self, conn: sqlite3.Connection) -> None:
        """Start the write-ahead log anew when it has got long.

        SQLite does so by itself whenever nobody reads; with readers that always overlap, that moment never comes. So
        now and then writing waits a little until those who read from the log are done.
        """
        now = time.monotonic()
        asked, self._restart_asked = self._restart_asked, False
        try:
            long = self._log_file.stat().st_size > _LONG_LOG_BYTES
        except FileNotFoundError:
            return
        if not asked and (not long or now < self._next_restart):
            return
        self._next_restart = now + _RESTART_PAUSE_SECONDS
        conn.execute(f"PRAGMA busy_timeout={_RESTART_WAIT_MS}")
        try:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error:
            # What was committed is safe, and the log only stays long: the next try comes soon.
            _log.warning("the write-ahead log of %s couldn't be started anew", self._database, exc_info=True)
        finally:
            conn.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    def _in_savepoint(self, conn: sqlite3.Connection, job: _Job[Any]) -> None:
        conn.execute("SAVEPOINT job")
        try:
            job.result = job.work(conn)
        except Exception as error:
            if not conn.in_transaction:
                # A full disk or a broken one ended the whole transaction, the others' work included.
                raise
            conn.execute("ROLLBACK TO job")
            job.fail(plain_error(self._database, error) if isinstance(error, sqlite3.Error) else error)
        conn.execute("RELEASE job")
