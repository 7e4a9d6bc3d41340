"""The lock files beside the database.

    pixie.db.server.lock   held by the one server of this data folder, as long as it lives
    pixie.db.open.lock     shared by everybody who has the database open; alone by who migrates it
    pixie.db.write.lock    held for each write transaction and checkpoint, and while a writing connection is
                           opened or closed, by any process: so one connection at a time writes or checkpoints,
                           which SQLite before 3.51.3 needs (its WAL-reset race)

All are `flock`s: the kernel lets go of them when their process dies, so that a stale file is no obstacle. They
are separate files because opening and closing the database's own files would drop SQLite's locks.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from pixie_core.errors import DatabaseUnusable, DataFolderBusy, DataFolderError, DataFolderInUse
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

__all__ = ["FileLock", "ServerLock", "lock_path", "mark_restoring", "must_not_be_restoring", "restoring_mark"]


def lock_path(database: Path, name: str) -> Path:
    """The lock file of this name beside a database."""
    return database.with_name(f"{database.name}.{name}.lock")


def restoring_mark(database: Path) -> Path:
    """The file that stands beside a database from when it is taken away until the backup is in its place, with all of
    its files.
    """
    return database.with_name(f"{database.name}.restoring")


def mark_restoring(database: Path, backup: Path) -> None:
    """Set that mark: it names the backup, and the process that is at it."""
    owner = Owner.current()
    mark = restoring_mark(database)
    with mark.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{backup}\n{owner.boot_id} {owner.pid} {owner.start_ticks}\n")
        file.flush()
        os.fsync(file.fileno())


def must_not_be_restoring(database: Path) -> None:
    """Raise DataFolderInUse when another process is at a restore, DatabaseUnusable when one was cut off."""
    mark = restoring_mark(database)
    if not mark.exists():
        return
    backup, _, who = mark.read_text(encoding="utf-8").strip().partition("\n")
    boot_id, _, rest = who.partition(" ")
    numbers = rest.split()
    owner = Owner(boot_id, int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else None
    if owner == Owner.current():
        return
    if owner is not None and owner.alive():
        raise DataFolderInUse(
            f"{backup} is being put in the place of {database} by process {owner.pid}. Wait until it is done.",
            owner.pid,
        )
    raise DatabaseUnusable(f"A restore of {database} was cut off. Do it again: `pixie restore {backup}`.")


class FileLock:
    """One open lock file. Not for several threads at once: each has its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderError(f"{path} can't be opened for locking: {error.strerror}.") from error

    def take(self, *, shared: bool = False, timeout: float | None = None) -> None:
        """Take the lock, or change how it is held.

        Waits for ever, or up to `timeout` seconds; then raises DataFolderBusy.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if timeout is None:
            fcntl.flock(self._fd, kind)
            return
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise DataFolderBusy(
                        f"Another process holds {self.path}, and didn't let go of it within {timeout:g} s. "
                        "Wait until it is done, or end it, then try again."
                    ) from None
                time.sleep(0.005)
            else:
                return

    def free(self) -> None:
        """Let go of the lock."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    @contextmanager
    def held(self, *, timeout: float | None = None) -> Iterator[None]:
        """Hold the lock alone for a block of code; `timeout` as in `take`."""
        self.take(timeout=timeout)
        try:
            yield
        finally:
            self.free()

    def close(self) -> None:
        """Close the file, which lets go of the lock as well."""
        os.close(self._fd)


class ServerLock:
    """Held by the one server of a data folder.

    with ServerLock(settings.db_path): ...

    Raises DataFolderInUse, which names the other server's pid, when there is one; DataFolderError when the folder
    can't be made or written. Scripts don't need it.
    """

    def __init__(self, database: Path) -> None:
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataFolderError(
                f"{database.parent} can't be made as a data folder: {error.strerror}. Choose another with PIXIE_HOME."
            ) from error
        path = lock_path(database, "server")
        self._lock: FileLock | None = None
        try:
            self._lock = FileLock(path)
        except DataFolderError:
            if os.access(database.parent, os.W_OK) or not database.exists():
                raise
            # Where nothing can be written, nobody needs to be kept from writing.
            return
        try:
            self._lock.take(timeout=0)
        except DataFolderBusy:
            self._lock.close()
            first = path.read_text(errors="replace").strip()
            pid = int(first) if first.isdigit() else None
            who = f"process {pid}" if pid else "another process"
            raise DataFolderInUse(
                f"{database.parent} is served by {who} already. Stop that one, or choose another data folder "
                "with PIXIE_HOME.",
                pid,
            ) from None
        path.write_text(f"{os.getpid()}\n")

    def close(self) -> None:
        """Let the next server in."""
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        """Held already; for `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Let go."""
        self.close()
