"""Processes of tools that were started, so that a later start finds those that a crash left: `Store.processes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.clock import timestamp
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from pixie_core.store.asking import Asking

__all__ = ["ToolProcessRow", "ToolProcesses"]


@frozen
class ToolProcessRow:
    """A tool's process, and the process of Pixie that started it. `spawn_id` is in its environment."""

    spawn_id: str
    tool_id: str
    process: Owner
    owner: Owner
    started_at: str


class ToolProcesses:
    """The processes of tools, written down while they are alive."""

    def __init__(self, read: Asking, write: Asking, now: Callable[[], datetime]) -> None:
        self._read = read
        self._write = write
        self._now = now

    def record(self, spawn_id: str, tool_id: str, process: Owner) -> None:
        """Write down a process that was started."""
        owner, at = Owner.current(), timestamp(self._now())
        row = (spawn_id, tool_id, *_columns(process), *_columns(owner), at)
        self._write(
            lambda conn: conn.execute(
                "INSERT INTO tool_processes (spawn_id, tool_id, boot_id, pid, start_ticks, owner_boot_id, owner_pid,"
                " owner_start_ticks, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        )

    def forget(self, spawn_id: str) -> None:
        """The process has ended."""
        self._write(lambda conn: conn.execute("DELETE FROM tool_processes WHERE spawn_id = ?", (spawn_id,)))

    def recorded(self) -> tuple[ToolProcessRow, ...]:
        """Every process that was written down and not forgotten, of any owner."""
        return self._read(_all_of_them)


def _columns(owner: Owner) -> tuple[str, int, int]:
    return owner.boot_id, owner.pid, owner.start_ticks


def _all_of_them(conn: sqlite3.Connection) -> tuple[ToolProcessRow, ...]:
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
