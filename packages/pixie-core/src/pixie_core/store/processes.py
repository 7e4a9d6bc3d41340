"""Tool processes that were started, so that a later start can find those that a crash left behind. Functions of a
connection; `Store` says when they run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    import sqlite3

__all__ = ["ToolProcessRow", "all_of_them", "forget", "record"]


@frozen
class ToolProcessRow:
    """A tool's process, and the process of Pixie that started it. `spawn_id` is in its environment."""

    spawn_id: str
    tool_id: str
    process: Owner
    owner: Owner
    started_at: str


def record(conn: sqlite3.Connection, row: ToolProcessRow) -> None:
    """Write down that a process was started."""
    process, owner = row.process, row.owner
    conn.execute(
        "INSERT INTO tool_processes (spawn_id, tool_id, boot_id, pid, start_ticks, owner_boot_id, owner_pid,"
        " owner_start_ticks, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.spawn_id,
            row.tool_id,
            process.boot_id,
            process.pid,
            process.start_ticks,
            owner.boot_id,
            owner.pid,
            owner.start_ticks,
            row.started_at,
        ),
    )


def forget(conn: sqlite3.Connection, spawn_id: str) -> None:
    """The process has ended."""
    conn.execute("DELETE FROM tool_processes WHERE spawn_id = ?", (spawn_id,))


def all_of_them(conn: sqlite3.Connection) -> tuple[ToolProcessRow, ...]:
    """Every process that was written down and not forgotten."""
    return tuple(
        ToolProcessRow(
            row["spawn_id"],
            row["tool_id"],
            Owner(row["boot_id"], row["pid"], row["start_ticks"]),
            Owner(row["owner_boot_id"], row["owner_pid"], row["owner_start_ticks"]),
            row["started_at"],
        )
        for row in conn.execute("SELECT * FROM tool_processes ORDER BY started_at, spawn_id")
    )
