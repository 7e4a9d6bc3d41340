"""Workspaces: groups of tools that a person has made, each with a name and a colour."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from attrs import field, frozen

from pixie_core.clock import timestamp
from pixie_core.errors import Problem, RequestInvalid, WorkspaceExists, WorkspaceNotFound
from pixie_core.store.runs import checked_label, checked_tool_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pixie_core.store.asking import Asking

__all__ = ["Workspace", "Workspaces"]

_LONGEST_NAME = 100
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?|[A-Za-z]{1,30}", re.ASCII)


@frozen
class Workspace:
    """A group of tools; a tool can be in several. `tools` are ids, in the order in which they were added."""

    id: int
    name: str
    colour: str | None = None
    sort_order: int | None = None
    collapsed: bool = False
    created_at: str | None = None
    tools: tuple[str, ...] = field(default=())


class Workspaces:
    """The workspaces; `Store.workspaces` is the one of a data folder. Thread-safe.

    Names are unique without regard to capitals. Raises WorkspaceNotFound where one is asked for that isn't there.
    """

    def __init__(self, read: Asking, write: Asking, now: Callable[[], datetime]) -> None:
        self._read = read
        self._write = write
        self._now = now

    def all(self) -> tuple[Workspace, ...]:
        """Every workspace with its tools, in their order."""
        return self._read(_all)

    def one(self, workspace: int | str) -> Workspace:
        """A workspace by its number or its name."""
        return self._read(lambda conn: _one(conn, workspace))

    def create(self, name: str, *, colour: str | None = None) -> Workspace:
        """Make a workspace. Raises WorkspaceExists when the name is taken."""
        name, colour = _name(name), _colour(colour)
        at = timestamp(self._now())

        def work(conn: sqlite3.Connection) -> Workspace:
            _must_be_free(conn, name)
            (last,) = conn.execute("SELECT coalesce(max(sort_order), 0) FROM workspaces").fetchone()
            made = conn.execute(
                "INSERT INTO workspaces (name, colour, sort_order, created_at) VALUES (?, ?, ?, ?)",
                (name, colour, last + 1, at),
            )
            assert made.lastrowid is not None
            return _one(conn, made.lastrowid)

        return self._write(work)

    def change(
        self,
        workspace: int | str,
        *,
        name: str | None = None,
        colour: str | None = None,
        sort_order: int | None = None,
        collapsed: bool | None = None,
    ) -> Workspace:
        """Rename, recolour, move or fold a workspace; what isn't given stays. An empty colour takes it away."""
        changes = {
            "name": _name(name) if name is not None else None,
            "sort_order": sort_order,
            "collapsed": None if collapsed is None else int(collapsed),
        }

        def work(conn: sqlite3.Connection) -> Workspace:
            found = _one(conn, workspace)
            if changes["name"] is not None:
                _must_be_free(conn, str(changes["name"]), but=found.id)
            for column, value in changes.items():
                if value is not None:
                    conn.execute(f"UPDATE workspaces SET {column} = ? WHERE id = ?", (value, found.id))  # noqa: S608 - our own names
            if colour is not None:
                conn.execute("UPDATE workspaces SET colour = ? WHERE id = ?", (_colour(colour), found.id))
            return _one(conn, found.id)

        return self._write(work)

    def delete(self, workspace: int | str) -> None:
        """Remove a workspace; its tools stay where they are, and are in it no more."""

        def work(conn: sqlite3.Connection) -> None:
            found = _one(conn, workspace)
            # An older database may lack the cascade.
            conn.execute("DELETE FROM tool_workspaces WHERE workspace_id = ?", (found.id,))
            conn.execute("DELETE FROM workspaces WHERE id = ?", (found.id,))

        self._write(work)

    def add_tool(self, workspace: int | str, tool_id: str) -> Workspace:
        """Put a tool into a workspace; nothing when it is in it."""
        checked_tool_id(tool_id)
        at = timestamp(self._now())

        def work(conn: sqlite3.Connection) -> Workspace:
            found = _one(conn, workspace)
            if tool_id not in found.tools:
                conn.execute(
                    "INSERT INTO tool_workspaces (tool_id, workspace_id, added_at) VALUES (?, ?, ?)",
                    (tool_id, found.id, at),
                )
            return _one(conn, found.id)

        return self._write(work)

    def remove_tool(self, workspace: int | str, tool_id: str) -> Workspace:
        """Take a tool out of a workspace; nothing when it isn't in it."""

        def work(conn: sqlite3.Connection) -> Workspace:
            found = _one(conn, workspace)
            conn.execute("DELETE FROM tool_workspaces WHERE workspace_id = ? AND tool_id = ?", (found.id, tool_id))
            return _one(conn, found.id)

        return self._write(work)


def _all(conn: sqlite3.Connection) -> tuple[Workspace, ...]:
    tools: dict[int, list[str]] = {}
    for row in conn.execute("SELECT workspace_id, tool_id FROM tool_workspaces ORDER BY added_at, tool_id"):
        tools.setdefault(row["workspace_id"], []).append(row["tool_id"])
    return tuple(
        Workspace(
            row["id"],
            row["name"],
            row["colour"],
            row["sort_order"],
            bool(row["collapsed"]),
            row["created_at"],
            tuple(tools.get(row["id"], ())),
        )
        for row in conn.execute(
            "SELECT id, name, colour, sort_order, collapsed, created_at FROM workspaces ORDER BY sort_order, id"
        )
    )


def _one(conn: sqlite3.Connection, workspace: int | str) -> Workspace:
    for each in _all(conn):
        if each.id == workspace or (isinstance(workspace, str) and each.name.casefold() == workspace.casefold()):
            return each
    raise WorkspaceNotFound(workspace)


def _must_be_free(conn: sqlite3.Connection, name: str, *, but: int | None = None) -> None:
    for each in _all(conn):
        if each.name.casefold() == name.casefold() and each.id != but:
            raise WorkspaceExists(name)


def _name(name: str) -> str:
    kept = checked_label(name, "name", longest=_LONGEST_NAME)
    if kept is None:
        raise RequestInvalid("The workspace", (Problem("$.name", "is empty"),))
    return kept


def _colour(colour: str | None) -> str | None:
    kept = checked_label(colour, "colour")
    if kept is not None and not _COLOUR.fullmatch(kept):
        raise RequestInvalid("The workspace", (Problem("$.colour", "must be a name like teal, or #rrggbb"),))
    return kept
