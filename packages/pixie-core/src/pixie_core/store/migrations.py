"""How pixie.db came to its present shape, step by step, and how a database is brought there.

Each migration is a small function, named by its number and applied once; sqlite-utils records it in the
database. All that are pending are applied in one transaction: a database is migrated, or as it was. One that
holds rows is copied into backups/ first.

The first migration takes in databases of before there were migrations: it makes what is missing, and keeps every
row and column that is there.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING

from pixie_core.errors import DatabaseDamaged, DatabaseUnusable, DataFolderBusy, DataFolderInUse, DataFolderReadOnly
from pixie_core.faults import fault
from pixie_core.store.connections import damaged
from pixie_core.store.leftovers import temporary
from pixie_core.store.schema import (
    ADDED,
    ADDED_COLUMNS,
    APPLICATION_ID,
    DELETION_COLUMNS,
    DOCUMENTED,
    INDEXES,
    LIST_INDEXES,
    REPLACED_INDEXES,
    RETIRED_INDEXES,
    TOOL_COLUMNS,
    TRIGGERS,
)
from pixie_core.store.search import SEARCH_TABLES, SEARCH_TRIGGERS, catch_up, index_everything

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from pixie_core.store.locks import FileLock

__all__ = ["bring_up_to_date", "must_be_current", "must_be_ours", "quick_check"]


def documented_tables(conn: sqlite3.Connection) -> None:
    """Every table and column that the documentation names; in an older database only those it lacks."""
    for table, columns in DOCUMENTED.items():
        known = _columns(conn, table)
        if not known:
            body = ", ".join(f"{name} {declared}".strip() for name, declared in columns.items())
            conn.execute(f"CREATE TABLE {table} ({body})")
        else:
            missing = {name: declared for name, declared in columns.items() if name and name not in known}
            _add_columns(conn, table, missing)


def event_log(conn: sqlite3.Connection) -> None:
    """Runs become event logs with an owner: the tables and columns that this takes, and the lists' indexes."""
    _add_missing(conn, ADDED_COLUMNS)
    for statement in (*ADDED, *INDEXES):
        conn.execute(statement)


def tools_as_set(conn: sqlite3.Connection) -> None:
    """The user's word on a tool is told from what tool.json says. Tags that are there already count as the user's."""
    _add_missing(conn, TOOL_COLUMNS)


def search_and_deletion(conn: sqlite3.Connection) -> None:
    """Substring search over runs and artefacts; a mark for what is being purged; lists that stay quick at a million."""
    _add_missing(conn, DELETION_COLUMNS)
    for name in REPLACED_INDEXES:
        conn.execute(f"DROP INDEX IF EXISTS {name}")
    for statement in (*LIST_INDEXES, *SEARCH_TABLES):
        conn.execute(statement)
    index_everything(conn)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    documented_tables,
    event_log,
    tools_as_set,
    search_and_deletion,
)
"""In their order, which never changes; the number of a migration is its place, from 1."""


def _columns(conn: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}


def _add_missing(conn: sqlite3.Connection, wanted: Mapping[str, Mapping[str, str]]) -> None:
    for table, columns in wanted.items():
        known = _columns(conn, table)
        _add_columns(conn, table, {name: declared for name, declared in columns.items() if name not in known})


def _add_columns(conn: sqlite3.Connection, table: str, columns: dict[str, str]) -> None:
    for name, declared in columns.items():
        # What a table can only be created with is left out of a table that exists.
        plain = declared.partition(" REFERENCES")[0].replace(" PRIMARY KEY AUTOINCREMENT", "")
        if "NOT NULL" in plain and "DEFAULT" not in plain:
            plain = plain.replace(" NOT NULL", "")
        conn.execute(f"ALTER TABLE {table} ADD COLUMN {name} {plain}")


def must_be_ours(conn: sqlite3.Connection, database: Path) -> None:
    """Raise DatabaseUnusable when the database isn't Pixie's, or is newer than this Pixie. Changes nothing."""
    identity, version = _identity(conn)
    if identity not in {0, APPLICATION_ID}:
        raise DatabaseUnusable(f"{database} is another program's database. Name another file with PIXIE_DB_PATH.")
    if identity == APPLICATION_ID and version > len(MIGRATIONS):
        raise DatabaseUnusable(
            f"{database} was written by a newer Pixie (its version is {version}, this Pixie knows up to "
            f"{len(MIGRATIONS)}). Nothing was changed. Use that newer Pixie, or a backup from before."
        )
    if identity == 0 and (tables := _tables(conn)) and "runs" not in tables:
        raise DatabaseUnusable(f"{database} is a database without runs: not Pixie's. Name another with PIXIE_DB_PATH.")


def must_be_current(conn: sqlite3.Connection, database: Path) -> None:
    """Raise DataFolderReadOnly unless the database can be read as it is: it needs no migration."""
    if _identity(conn) != (APPLICATION_ID, len(MIGRATIONS)):
        raise DataFolderReadOnly(
            f"{database} must be migrated, and can only be read. Make {database.parent} writable. Nothing was changed."
        )


def bring_up_to_date(
    conn: sqlite3.Connection, database: Path, openers: FileLock, *, now: Callable[[], datetime]
) -> tuple[str, ...]:
    """Migrate the database behind a writing connection, and make sure of its triggers.

    The caller holds the write lock, and `openers` shared. Returns what was out of order and was mended, in words.
    Raises DataFolderInUse when a migration is due while others have the database open.
    """
    identity, version = _identity(conn)
    if identity == 0 or version < len(MIGRATIONS):
        _migrate(conn, database, openers, now=now)
        return ()
    notices = _mend_triggers(conn)
    _catch_up(conn)
    return notices


def _identity(conn: sqlite3.Connection) -> tuple[int, int]:
    (identity,) = conn.execute("PRAGMA application_id").fetchone()
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    return identity, version


def _tables(conn: sqlite3.Connection) -> set[str]:
    return {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _migrate(conn: sqlite3.Connection, database: Path, openers: FileLock, *, now: Callable[[], datetime]) -> None:
    import sqlite_utils  # takes a third of a second, and is needed here alone

    tables = _tables(conn)
    try:
        openers.take(timeout=0)
    except DataFolderBusy:
        raise DataFolderInUse(
            f"{database} must be migrated, and another process has it open. End the server and the scripts that use "
            f"{database.parent}, then try again."
        ) from None
    try:
        if tables:
            back_up(conn, database, now())
            fault("migrate.after_backup")
            _allow_incremental_vacuum(conn)
        migrations = sqlite_utils.Migrations("pixie")
        for number, step in enumerate(MIGRATIONS, 1):
            name = f"{number:04}_{step.__name__}"
            migrations(name=name)(lambda db, step=step: step(db.conn))
        rows, conn.row_factory = conn.row_factory, None
        conn.execute("BEGIN IMMEDIATE")
        try:
            # Within a transaction sqlite-utils takes savepoints: all of it commits at once.
            migrations.apply(sqlite_utils.Database(conn, execute_plugins=False))
            _set_triggers(conn)
            fault("migrate.before_commit")
            conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
            conn.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
            conn.execute("COMMIT")
            fault("migrate.after_commit")
        except BaseException:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise
        finally:
            conn.row_factory = rows
    finally:
        openers.take(shared=True)


def _allow_incremental_vacuum(conn: sqlite3.Connection) -> None:
    """An older database may lack auto_vacuum, which only a VACUUM can bring in."""
    if conn.execute("PRAGMA auto_vacuum").fetchone()[0] == 0:
        conn.execute("PRAGMA auto_vacuum=INCREMENTAL")
        conn.execute("VACUUM")


def back_up(conn: sqlite3.Connection, database: Path, now: datetime) -> Path:
    """A copy of the whole database in backups/, complete under its name or not there at all."""
    folder = database.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"{database.stem}-{now:%Y%m%dT%H%M%S.%fZ}.db"
    copy = temporary(target)
    try:
        conn.execute("VACUUM INTO ?", (str(copy),))
        _fsync(copy)
        copy.rename(target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    _fsync(folder)
    return target


def _fsync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _out_of_order(conn: sqlite3.Connection, triggers: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with triggers, by their names, in a word."""
    there = dict(conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    return {
        name: "changed" if name in there else "missing"
        for name, statement in triggers.items()
        if there.get(name) != statement
    }


def _set_triggers(conn: sqlite3.Connection) -> None:
    for name, statement in (*TRIGGERS.items(), *SEARCH_TRIGGERS.items()):
        conn.execute(f"DROP TRIGGER IF EXISTS {name}")
        conn.execute(statement)


def _make_triggers(conn: sqlite3.Connection, *, index_anew: bool = False) -> None:
    conn.execute("BEGIN IMMEDIATE")
    try:
        _set_triggers(conn)
        if index_anew:
            index_everything(conn)
        conn.execute("COMMIT")
    except BaseException:
        conn.execute("ROLLBACK")
        raise


def _mend_triggers(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Make sure of all triggers; returns what was found, in words."""
    protecting, noting = _out_of_order(conn, TRIGGERS), _out_of_order(conn, SEARCH_TRIGGERS)
    if protecting or noting:
        # What was written meanwhile was seen by nobody.
        _make_triggers(conn, index_anew=bool(noting))
    _make_missing_indexes(conn)
    return (
        *(
            f"The trigger {name}, which keeps starred and labelled runs from being deleted, was {how}: it "
            "was made anew."
            for name, how in protecting.items()
        ),
        *(
            f"The trigger {name}, which keeps the search in step, was {how}: it and the search were made anew."
            for name, how in noting.items()
        ),
    )


def _make_missing_indexes(conn: sqlite3.Connection) -> None:
    for statement in LIST_INDEXES:
        conn.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
    for name in RETIRED_INDEXES:
        conn.execute(f"DROP INDEX IF EXISTS {name}")


def _catch_up(conn: sqlite3.Connection) -> None:
    """Take into the search what other programs have changed."""
    if conn.execute("SELECT 1 FROM search_pending LIMIT 1").fetchone() is None:
        return
    try:
        conn.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        # Another program holds it. The next commit does the same.
        return
    try:
        catch_up(conn)
        conn.execute("COMMIT")
    except BaseException:
        conn.execute("ROLLBACK")
        raise


def quick_check(conn: sqlite3.Connection, database: Path, *, seconds: float | None) -> bool:
    """True when SQLite found the database whole, False when the time was too short to look at all of it.

    Raises DatabaseDamaged when it isn't.
    """
    given_up = threading.Event()

    def give_up() -> None:
        given_up.set()
        conn.interrupt()

    # From another thread: SQLite asks no progress handler while it goes through the pages of a tree.
    timer = threading.Timer(seconds, give_up) if seconds is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        found = [row[0] for row in conn.execute("PRAGMA quick_check(5)")]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return False
        raise
    finally:
        if timer is not None:
            timer.cancel()
            timer.join()
    if given_up.is_set():
        # Pages that weren't reached may count as lost.
        return False
    if found != ["ok"]:
        raise DatabaseDamaged(damaged(database, "; ".join(found)))
    return True
