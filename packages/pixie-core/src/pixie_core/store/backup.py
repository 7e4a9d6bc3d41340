"""Backups of a data folder: made while it is in use, verified by another process, and put back in its place.

    backups/pixie-20250601T120000.000000Z.db        the database, by SQLite's own API
    backups/pixie-20250601T120000.000000Z.sha256    every file that its rows speak of, as `sha256sum -c` reads it
    backups/pixie-20250601T120000.000000Z.json      when, by which Pixie, how much
    backups/blobs/                                  the bytes of the files, when they were asked for, each once

The `.db` comes last: where it is, the rest is. Copies that a migration made first are `.db` alone.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import asdict, frozen

from pixie_core.clock import system_clock, timestamp
from pixie_core.errors import (
    DatabaseDamaged,
    DatabaseUnusable,
    DataFolderBusy,
    DataFolderError,
    DataFolderInUse,
    DiskFull,
    TargetExists,
)
from pixie_core.faults import fault
from pixie_core.store import removal, verifying
from pixie_core.store.connections import in_plain_words, open_reader
from pixie_core.store.leftovers import forget_cut_off, forget_cut_off_backups, temporary
from pixie_core.store.locks import FileLock, ServerLock, lock_path, mark_restoring, restoring_mark
from pixie_core.store.migrations import MIGRATIONS
from pixie_core.store.schema import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store.store import Store

__all__ = ["Backup", "Restored", "back_up", "backups", "daily", "restore", "verify"]

_log = logging.getLogger(__name__)

KEPT = 7
_PIECE = 1 << 20
_VERIFY_SECONDS = 3600.0
Kind = Literal["daily", "asked"]


@frozen(kw_only=True)
class Backup:
    """A backup: where its database is, when and why it was made, and how much is in it. `missing` are paths of files
    that were to be copied and couldn't be read.
    """

    path: Path
    made_at: str
    kind: Kind
    pixie: str
    bytes: int
    runs: int
    artefacts: int
    files_copied: bool = False
    missing: tuple[str, ...] = ()


@frozen(kw_only=True)
class Restored:
    """What a restore did. `replaced` is where the database that was there before lies now, None when there was none;
    `missing` are files that the backup speaks of and that are nowhere; `set_aside` are files and folders of runs that
    it doesn't know, which lie in artefacts/.quarantine/ now.
    """

    path: Path
    runs: int
    artefacts: int
    files: int
    replaced: Path | None
    missing: tuple[str, ...]
    set_aside: tuple[str, ...] = ()


def back_up(
    store: Store,
    settings: Settings,
    folder: Path | None = None,
    *,
    files: bool = False,
    kind: Kind = "asked",
    clock: Clock = system_clock,
) -> Backup:
    """Copy the database into `folder` (default: backups/ in the data folder), and with `files` the bytes of all files.

    Others may write meanwhile: the copy is the state of one moment. Raises DatabaseDamaged when the copy isn't whole,
    DiskFull when there is no room; nothing is left then.
    """
    from importlib.metadata import version

    folder = settings.db_path.parent / "backups" if folder is None else folder
    now = clock.now()
    stem = f"{settings.db_path.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    target = folder / f"{stem}.db"
    if target.exists():
        raise TargetExists(target)
    copy = temporary(target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        forget_cut_off_backups(folder)
        _copy_database(settings.db_path, copy)
        fault("backup.after_copy")
        found = verify(copy)
        listed = _listed(copy, store)
        _write(folder / f"{stem}.sha256", "".join(f"{sha256}  {path}\n" for sha256, path in listed))
        missing = tuple(_copy_files(store, folder / "blobs", listed)) if files else ()
        made = Backup(
            path=target,
            made_at=timestamp(now),
            kind=kind,
            pixie=version("pixie-core"),
            bytes=copy.stat().st_size,
            runs=found["runs"],
            artefacts=found["artefacts"],
            files_copied=files,
            missing=missing,
        )
        _write(folder / f"{stem}.json", json.dumps({**asdict(made), "path": target.name}, indent=2) + "\n")
        fault("backup.before_rename")
        copy.rename(target)
        _fsync(folder)
        fault("backup.after_rename")
    except BaseException as error:
        for each in (copy, folder / f"{stem}.sha256", folder / f"{stem}.json"):
            with suppress(OSError):
                if not target.exists():
                    each.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _plain(folder, error) from error
        raise
    return made


def daily(store: Store, settings: Settings, *, clock: Clock = system_clock) -> Backup | None:
    """Make today's backup unless there is one, and forget all but the newest seven of these. None when there was."""
    known = [each for each in backups(settings) if each.kind == "daily"]
    now = clock.now()
    newest = max((datetime.fromisoformat(each.made_at) for each in known), default=None)
    if newest is not None and timedelta() <= now - newest < timedelta(days=1):
        return None
    made = back_up(store, settings, kind="daily", clock=clock)
    for each in sorted([*known, made], key=lambda each: each.made_at, reverse=True)[KEPT:]:
        for suffix in (".db", ".sha256", ".json"):
            each.path.with_suffix(suffix).unlink(missing_ok=True)
    return made


def backups(settings: Settings, folder: Path | None = None) -> tuple[Backup, ...]:
    """The backups in a folder (default: backups/ in the data folder) that `back_up` made, newest first."""
    folder = settings.db_path.parent / "backups" if folder is None else folder
    found = []
    for path in folder.glob("*.json"):
        with suppress(OSError, ValueError, TypeError):
            said = json.loads(path.read_text(encoding="utf-8"))
            made = Backup(**{**said, "path": path.with_suffix(".db"), "missing": tuple(said.get("missing", ()))})
            if made.path.exists():
                found.append(made)
    return tuple(sorted(found, key=lambda each: each.made_at, reverse=True))


def verify(copy: Path) -> dict[str, Any]:
    """What is in a copy of a database, looked at by a process of its own. Raises DatabaseDamaged when it is
    damaged.
    """
    command = [sys.executable, "-I", verifying.__file__, str(copy)]  # by its file: it needs nothing else of Pixie
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_VERIFY_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise DatabaseDamaged(f"{copy} couldn't be checked within an hour. Nothing was changed.") from None
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        end = (done.stderr or f"it ended with {done.returncode}").strip().splitlines()[-1]
        raise DatabaseDamaged(f"{copy} couldn't be checked: {end}. Nothing was changed.") from None
    if found["problem"] is not None:
        raise DatabaseDamaged(f"{copy} is damaged: {found['problem']}. Nothing was changed; take another backup.")
    return found


def restore(settings: Settings, backup: Path, *, clock: Clock = system_clock) -> Restored:
    """Put a backup in the place of the database, and files that are missing back from beside it.

    Nobody else may have the folder open: raises DataFolderInUse otherwise. What was there is moved to replaced/, files
    of runs that the backup doesn't know to artefacts/.quarantine/, and nothing is deleted. Raises DatabaseDamaged when
    the backup isn't whole, DatabaseUnusable when it isn't Pixie's or of a newer one. A restore that is cut off is done
    again from the start; until then nothing else opens the folder.
    """
    from pixie_core.store.fsck import set_strays_aside
    from pixie_core.store.store import Store

    database = settings.db_path
    with ServerLock(database):
        with _alone(database):
            _must_fit(verify(backup), backup)
            try:
                forget_cut_off(database.parent)
                replaced = _swap(database, backup, clock.now())
            except OSError as error:
                raise _plain(database.parent, error) from error
        with Store(settings, clock=clock) as store:
            found, missing = _put_files_back(store, backup)
            fault("restore.after_files")
            aside = set_strays_aside(store)
            fault("restore.after_strays")
            runs, artefacts = store.read(
                lambda conn: tuple(
                    conn.execute("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM artefacts)").fetchone()
                )
            )
            # Last of all: as long as it stands, nobody else takes the folder for one that is in order.
            restoring_mark(database).unlink()
            _fsync(database.parent)
    return Restored(
        path=database,
        runs=runs,
        artefacts=artefacts,
        files=found,
        replaced=replaced,
        missing=tuple(missing),
        set_aside=aside,
    )


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """While nobody else has the database open; raises DataFolderInUse when somebody has."""
    openers = FileLock(lock_path(database, "open"))
    try:
        openers.take(timeout=0)
        yield
    except DataFolderBusy:
        raise DataFolderInUse(
            f"Another process has {database} open. End the server and the scripts that use {database.parent}, "
            "then try again. Nothing was changed."
        ) from None
    finally:
        openers.close()


def _must_fit(found: dict[str, Any], backup: Path) -> None:
    if found["application_id"] not in {0, APPLICATION_ID}:
        raise DatabaseUnusable(f"{backup} is another program's database. Nothing was changed.")
    if found["application_id"] == APPLICATION_ID and found["user_version"] > len(MIGRATIONS):
        raise DatabaseUnusable(f"{backup} was written by a newer Pixie. Nothing was changed; use that one.")


def _swap(database: Path, backup: Path, now: datetime) -> Path | None:
    """Move what is there aside, and a copy of the backup into its place; the mark of a restore stays, with the name of
    who is at it. SQLite has none of them open.
    """
    copy = temporary(database)
    try:
        shutil.copyfile(backup, copy)
        _fsync(copy)
        fault("restore.after_copy")
        mark_restoring(database, backup)
        _fsync(database.parent)
        aside = None
        for each in (database, *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm"))):
            if each.exists():
                if aside is None:
                    aside = database.parent / "replaced" / f"{database.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
                    aside.mkdir(parents=True, exist_ok=True)
                    _fsync(aside.parent)
                each.rename(aside / each.name)
                _fsync(aside)
                fault("restore.after_move")
        copy.rename(database)
        _fsync(database.parent)
        fault("restore.after_rename")
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return aside


def _put_files_back(store: Store, backup: Path) -> tuple[int, list[str]]:
    """Make files anew that the backup lists and that aren't there; returns how many, and those that are nowhere."""
    listed = backup.with_suffix(".sha256")
    if not listed.exists():
        return 0, []
    found, missing = 0, []
    for line in listed.read_text(encoding="utf-8").splitlines():
        sha256, _, path = line.partition("  ")
        try:
            store.files.open(path).close()
        except FileNotFoundError:
            if _put_back(store, path, sha256, backup.parent / "blobs"):
                found += 1
            else:
                missing.append(path)
    return found, missing


def _put_back(store: Store, path: str, sha256: str, blobs: Path) -> bool:
    for source in (store.files.root / ".blobs" / sha256[:2] / sha256, blobs / sha256[:2] / sha256):
        with suppress(OSError):
            store.files.put_back(path, sha256, source)
            return True
    return False


def _copy_database(database: Path, target: Path) -> None:
    """The state of one moment; who writes meanwhile isn't waited for, and doesn't wait."""
    with in_plain_words(database), closing(open_reader(database)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            source.backup(copy)
            # One file is all there is then.
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
        finally:
            copy.close()
    _fsync(target)


def _listed(copy: Path, store: Store) -> list[tuple[str, str]]:
    """Every file that the rows of a copy speak of, and every file input: SHA-256 and path."""
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as conn:
        rows = conn.execute("SELECT sha256, rel_path FROM artefacts WHERE sha256 IS NOT NULL ORDER BY id").fetchall()
        runs = {row[0] for row in conn.execute("SELECT id FROM runs")}
    files = [(sha256, path) for sha256, path in rows if len(sha256) == 64 and "\n" not in path]
    inputs = [(path.rpartition("/")[2], path) for path in removal.paths_of_inputs(store.files, runs)]
    return files + inputs


def _copy_files(store: Store, blobs: Path, listed: list[tuple[str, str]]) -> Iterator[str]:
    """Copy each file's bytes once; yields the paths of those that can't be read, or aren't what they were."""
    import hashlib

    for sha256, path in listed:
        target = blobs / sha256[:2] / sha256
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = temporary(target)
        digest = hashlib.sha256()
        try:
            with store.files.open(path) as source, copy.open("wb") as file:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            copy.unlink(missing_ok=True)
            yield path
            continue
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        if digest.hexdigest() != sha256:
            copy.unlink()
            yield path
            continue
        copy.rename(target)
        _fsync(target.parent)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _fsync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _plain(folder: Path, error: OSError) -> DataFolderError:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"There is no room left in {folder}. Free some, then try again.")
    return DataFolderError(f"{folder} can't be used: {error}.")
