"""The rows of runs: making one, finding one by a part of its id, star and label. Functions of a connection; `Store`
says when they run.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.errors import AmbiguousRunId, Problem, RequestInvalid, RunConflict, RunNotFound, RunNotRunning
from pixie_core.store.json_text import to_json
from pixie_core.store.owner import Owner
from pixie_core.store.rows import RUN_COLUMNS, unwrapped_inputs

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

__all__ = [
    "LONGEST_LABEL",
    "ActiveRun",
    "find",
    "has_row",
    "insert",
    "is_there",
    "one",
    "running",
    "set_label",
    "set_star",
]

SHORTEST_PREFIX = 6
LONGEST_LABEL = 200
"""Letters of a label, of a run or of a file."""
_MOST_CANDIDATES = 10
_RUNNING = "status = 'running' AND status <> 'ok' AND deleted_at IS NULL"
"""Said so that SQLite sees that the index `runs_by_status`, which leaves out the many that are ok, has them all."""
_TOOL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)


@frozen
class ActiveRun:
    """A run without an end, and the process that it belongs to; None in rows of before owners were recorded."""

    id: str
    tool_id: str
    created_at: str
    owner: Owner | None


def checked_id(run_id: str) -> str:
    """The run's id when it is a UUIDv4 in its usual form; else RequestInvalid."""
    try:
        given = uuid.UUID(run_id)
    except ValueError:
        given = None
    if given is None or given.version != 4 or str(given) != run_id:
        raise RequestInvalid(
            "The run's id",
            (Problem("$.run_id", f"is {run_id!r}; it must be a UUIDv4 in lower case, like {uuid.uuid4()}"),),
        )
    return run_id


def checked_tool_id(tool_id: str) -> str:
    """The tool's id when it can name a folder; else RequestInvalid."""
    if not _TOOL_ID.fullmatch(tool_id):
        raise RequestInvalid(
            "The tool's id",
            (
                Problem(
                    "$.tool_id",
                    f"is {tool_id!r}; it must be letters, digits, `-`, `_` and `.`, and begin with a letter",
                ),
            ),
        )
    return tool_id


def find(conn: sqlite3.Connection, run_id: str, *, deleted: bool = False) -> str:
    """The whole id of the run that this is the id of, or the beginning of; `deleted` looks among those that can be
    restored. Raises RunNotFound, AmbiguousRunId, or RequestInvalid when it is too short to say.
    """
    there = "deleted_at IS NOT NULL AND purging_at IS NULL" if deleted else "deleted_at IS NULL"
    if conn.execute(f"SELECT 1 FROM runs WHERE id = ? AND {there}", (run_id,)).fetchone():  # noqa: S608 - our own names
        return run_id
    prefix = run_id.strip().lower()
    if len(prefix) < SHORTEST_PREFIX:
        raise RequestInvalid(
            "The run's id",
            (Problem("$.run_id", f"is {run_id!r}; give at least the first {SHORTEST_PREFIX} characters of the id"),),
        )
    rows = conn.execute(
        f"SELECT id FROM runs WHERE id >= ? AND id < ? AND {there} ORDER BY started_at DESC, id DESC LIMIT ?",  # noqa: S608 - our own names
        # Texts are compared as UTF-8: the last character of Unicode comes after whatever may follow the prefix.
        (prefix, prefix + "\U0010ffff", _MOST_CANDIDATES),
    ).fetchall()
    if not rows:
        raise RunNotFound(run_id)
    if len(rows) > 1:
        raise AmbiguousRunId(run_id, tuple(row["id"] for row in rows))
    return str(rows[0]["id"])


def one(conn: sqlite3.Connection, run_id: str) -> sqlite3.Row:
    """The row of a run by its whole id. Raises RunNotFound."""
    row: sqlite3.Row | None = conn.execute(
        f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ? AND deleted_at IS NULL",  # noqa: S608 - our own names
        (run_id,),
    ).fetchone()
    if row is None:
        raise RunNotFound(run_id)
    return row


def has_row(conn: sqlite3.Connection, run_id: str) -> bool:
    """True when a run of this whole id was recorded, be it deleted since."""
    return conn.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is not None


def insert(
    conn: sqlite3.Connection,
    *,
    run_id: str,
    tool_id: str,
    inputs: Mapping[str, Any],
    origin: str,
    parent_run_id: str | None,
    label: str | None,
    owner: Owner,
    at: str,
) -> bool:
    """Make the row of a new run. False when this very run (id, tool and inputs) is there already; raises
    RunConflict when the id stands for another.
    """
    text = to_json(inputs, "The inputs")
    if is_there(conn, run_id, tool_id, inputs):
        return False
    conn.execute(
        "INSERT INTO runs (id, tool_id, started_at, inputs_json, status, label, origin, parent_run_id,"
        " owner_boot_id, owner_pid, owner_start_ticks) VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)",
        (run_id, tool_id, at, text, label, origin, parent_run_id, owner.boot_id, owner.pid, owner.start_ticks),
    )
    seen = conn.execute(
        "UPDATE tool_state SET last_inputs_json = ?, last_run_at = ?, run_count_total = coalesce(run_count_total, 0)"
        " + 1 WHERE tool_id = ?",
        (text, at, tool_id),
    )
    if not seen.rowcount:
        conn.execute(
            "INSERT INTO tool_state (tool_id, last_inputs_json, last_run_at, run_count_total) VALUES (?, ?, ?, 1)",
            (tool_id, text, at),
        )
    return True


def is_there(conn: sqlite3.Connection, run_id: str, tool_id: str, inputs: Mapping[str, Any]) -> bool:
    """True when this very run (id, tool and inputs) has a row; raises RunConflict when the id stands for another."""
    there = conn.execute("SELECT tool_id, inputs_json, deleted_at FROM runs WHERE id = ?", (run_id,)).fetchone()
    if there is None:
        return False
    # Compared as text with sorted keys: in Python True equals 1.
    same = to_json(unwrapped_inputs(there["inputs_json"]), "", sort=True) == to_json(inputs, "", sort=True)
    if there["tool_id"] != tool_id or not same or there["deleted_at"] is not None:
        raise RunConflict(run_id)
    return True


def running(conn: sqlite3.Connection) -> tuple[ActiveRun, ...]:
    """Every run without an end, oldest first."""
    rows = conn.execute(
        "SELECT id, tool_id, started_at, owner_boot_id, owner_pid, owner_start_ticks FROM runs"  # noqa: S608 - our own words
        f" WHERE {_RUNNING} ORDER BY started_at, id"
    )
    return tuple(
        ActiveRun(
            row["id"],
            row["tool_id"],
            row["started_at"] or "",
            Owner(row["owner_boot_id"], row["owner_pid"], row["owner_start_ticks"]) if row["owner_boot_id"] else None,
        )
        for row in rows
    )


def disown(conn: sqlite3.Connection, run_ids: Iterable[str]) -> None:
    """Runs that have ended belong to no process any more."""
    conn.executemany(
        "UPDATE runs SET owner_boot_id = NULL, owner_pid = NULL, owner_start_ticks = NULL"
        " WHERE id = ? AND status <> 'running'",
        ((run_id,) for run_id in run_ids),
    )


def request_cancel(conn: sqlite3.Connection, run_id: str, at: str) -> None:
    """Write down that somebody wants the run cancelled. Raises RunNotRunning when it has ended."""
    found = conn.execute(
        "UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, ?) WHERE id = ? AND status = 'running'",
        (at, run_id),
    )
    if not found.rowcount:
        raise RunNotRunning(run_id, one(conn, run_id)["status"])


def cancel_requests(conn: sqlite3.Connection, owner: Owner) -> tuple[str, ...]:
    """The running runs of this owner that somebody wants cancelled."""
    rows = conn.execute(
        f"SELECT id FROM runs WHERE {_RUNNING} AND cancel_requested_at IS NOT NULL"  # noqa: S608 - our own words
        " AND owner_boot_id = ? AND owner_pid = ? AND owner_start_ticks = ? ORDER BY cancel_requested_at, id",
        (owner.boot_id, owner.pid, owner.start_ticks),
    )
    return tuple(row["id"] for row in rows)


def set_star(conn: sqlite3.Connection, run_id: str, starred: bool | None) -> bool:
    """Star or unstar a run, or turn its star over (None); returns how it is now."""
    row = conn.execute(
        "UPDATE runs SET starred = coalesce(?, 1 - coalesce(starred, 0)) WHERE id = ? AND deleted_at IS NULL"
        " RETURNING starred",
        (None if starred is None else int(starred), run_id),
    ).fetchone()
    if row is None:
        raise RunNotFound(run_id)
    return bool(row["starred"])


def set_label(conn: sqlite3.Connection, run_id: str, label: str | None) -> str | None:
    """Label a run, or take its label away; returns the label as it is kept."""
    label = checked_label(label)
    found = conn.execute("UPDATE runs SET label = ? WHERE id = ? AND deleted_at IS NULL", (label, run_id))
    if not found.rowcount:
        raise RunNotFound(run_id)
    return label


def checked_label(label: str | None, what: str = "label", *, longest: int = LONGEST_LABEL) -> str | None:
    """A label, or another word of a person's, without space around it; None when nothing is left. Raises
    RequestInvalid for what is no text, or is too long.
    """
    if label is None:
        return None
    kept = label.strip()
    said = None
    if "\0" in label or any("\ud800" <= each <= "\udfff" for each in label):
        said = "holds NUL or half a character; give plain text"
    elif len(kept) > longest:
        said = f"has {len(kept):,} letters; give at most {longest}"
    if said is not None:
        raise RequestInvalid(f"The {what}", (Problem(f"$.{what}", said),))
    return kept or None


def columns_of(names: Iterable[str]) -> str:
    """`a = :a, b = :b` for an UPDATE."""
    return ", ".join(f"{name} = :{name}" for name in names)
