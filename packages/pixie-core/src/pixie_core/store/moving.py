"""What rows and files of runs take when their tool is called otherwise, or goes.

Runs are moved a few at a time, each in the same order: its files are linked into the folder under the new name too,
then its rows are changed in one transaction, then the old folder is removed. So a row always points at a file, however
far it has come, and everything can be done again. Others can read and write in between.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.faults import fault
from pixie_core.store import removal
from pixie_core.store.files import NO_LINKS
from pixie_core.store.json_text import from_json, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from pixie_core.store.asking import Asking
    from pixie_core.store.files import ArtefactFiles

__all__ = ["Moved", "Moving"]

_AT_ONCE = 50
_OF_A_TOOL = ("tool_state", "tool_workspaces", "tool_tags", "validation_reports")
"""Tables that hold what is known of a tool, beside its runs."""


@frozen
class Moved:
    """What was moved: runs, and the rows of their files."""

    runs: int = 0
    artefacts: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(self.runs + other.runs, self.artefacts + other.artefacts)


class Moving:
    """Moves what is kept under a tool's id; `Store.moving` is the one of a data folder. Thread-safe."""

    def __init__(self, read: Asking, write: Asking, files: ArtefactFiles) -> None:
        self._read = read
        self._write = write
        self._files = files

    def known(self, tool_id: str) -> bool:
        """True when there are runs of such a tool, deleted ones among them, or files under its name."""
        query = "SELECT 1 FROM runs WHERE tool_id = ? LIMIT 1"
        if self._read(lambda conn: conn.execute(query, (tool_id,)).fetchone()) is not None:
            return True
        return bool(removal.names(self._files, tool_id))

    def state(self, old: str, new: str) -> None:
        """What was set for a tool, its tags, workspaces and validations are the other's from here on."""

        def work(conn: sqlite3.Connection) -> None:
            for table in _OF_A_TOOL:
                if conn.execute(f"SELECT 1 FROM {table} WHERE tool_id = ?", (old,)).fetchone():  # noqa: S608 - our own names
                    # A server that has seen the new tool may have begun to write of it.
                    conn.execute(f"DELETE FROM {table} WHERE tool_id = ?", (new,))  # noqa: S608 - our own names
                    conn.execute(f"UPDATE {table} SET tool_id = ? WHERE tool_id = ?", (new, old))  # noqa: S608 - our own names
            reports = "SELECT rowid, report_json FROM validation_reports WHERE tool_id = ?"
            for rowid, text in conn.execute(reports, (new,)).fetchall():
                if isinstance(report := from_json(text, None), dict):
                    changed = to_json({**report, "tool_id": new}, "The report")
                    conn.execute("UPDATE validation_reports SET report_json = ? WHERE rowid = ?", (changed, rowid))

        self._write(work)

    def forget(self, tool_id: str) -> None:
        """Nothing is set for a tool any more, and no validation of it is known."""

        def work(conn: sqlite3.Connection) -> None:
            for table in _OF_A_TOOL:
                conn.execute(f"DELETE FROM {table} WHERE tool_id = ?", (tool_id,))  # noqa: S608 - our own names

        self._write(work)

    def runs(self, old: str, new: str, on_progress: Callable[[int], None] = lambda _: None) -> Moved:
        """Every run of a tool that has ended is the other's from here on, with its files. `on_progress` is told how
        many have been moved.
        """
        moved = Moved()
        query = "SELECT id FROM runs WHERE tool_id = ? AND status <> 'running' LIMIT ?"
        while run_ids := self._read(lambda conn: [row[0] for row in conn.execute(query, (old, _AT_ONCE))]):
            for run_id in run_ids:
                self._link(old, new, run_id)
            fault("move.after_links")
            moved += self._write(lambda conn, run_ids=run_ids: _change(conn, old, new, run_ids))  # type: ignore[misc]
            fault("move.after_rows")
            for run_id in run_ids:
                self._remove(old, run_id)
            fault("move.after_folders")
            on_progress(moved.runs)
        self._remove_rest(old, new)
        return moved

    def ended(self, tool_id: str) -> list[str]:
        """The runs of a tool that have ended and aren't deleted."""
        query = "SELECT id FROM runs WHERE tool_id = ? AND status <> 'running' AND deleted_at IS NULL"
        return self._read(lambda conn: [row[0] for row in conn.execute(query, (tool_id,))])

    def _link(self, old: str, new: str, run_id: str) -> None:
        """Give every file of a run a second name, in the other tool's folder."""
        if not (removal.names_a_folder(old) and removal.names_a_folder(run_id)):
            return  # an older database's, which has no such folder
        with suppress(FileNotFoundError, NotADirectoryError), self._files.folder((old, run_id), create=False) as source:
            with self._files.folder((new, run_id), create=True) as target:
                _link_all(source, target)
            with self._files.folder((new,), create=False) as above:
                os.fsync(above)

    def _remove(self, tool_id: str, run_id: str) -> None:
        if removal.names_a_folder(tool_id) and removal.names_a_folder(run_id):
            removal.move_aside(self._files, tool_id, run_id)
            removal.remove_aside(self._files, run_id)

    def _remove_rest(self, old: str, new: str) -> None:
        """Remove folders of runs that were moved before a crash, then the tool's own. What belongs to no run stays."""
        query = "SELECT 1 FROM runs WHERE id = ? AND tool_id = ?"
        for run_id in removal.names(self._files, old):
            if self._read(lambda conn, run_id=run_id: conn.execute(query, (run_id, new)).fetchone()) is not None:  # type: ignore[misc]
                self._remove(old, run_id)
        with suppress(FileNotFoundError), self._files.folder((), create=False) as root:
            if removal.names_a_folder(old) and not removal.names(self._files, old):
                os.rmdir(old, dir_fd=root)
                os.fsync(root)


def _link_all(source: int, target: int) -> None:
    for name in os.listdir(source):
        if stat.S_ISDIR(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode):
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=target)
            _link_folder(name, source, target)
            continue
        try:
            os.link(name, name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        except FileExistsError:
            continue  # from before a crash
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            # No hard links here, or no more of this file: for a moment its row points at where it was.
            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    os.fsync(target)


def _link_folder(name: str, source: int, target: int) -> None:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    below, beside = os.open(name, flags, dir_fd=source), os.open(name, flags, dir_fd=target)
    try:
        _link_all(below, beside)
    finally:
        os.close(below)
        os.close(beside)


def _change(conn: sqlite3.Connection, old: str, new: str, run_ids: list[str]) -> Moved:
    moved = Moved()
    for run_id in run_ids:
        changed = conn.execute("UPDATE runs SET tool_id = ? WHERE id = ? AND tool_id = ?", (new, run_id, old)).rowcount
        files = conn.execute(
            "UPDATE artefacts SET tool_id = ?, rel_path = CASE WHEN substr(rel_path, 1, length(?) + 1) = ? || '/'"
            " THEN ? || substr(rel_path, length(?) + 1) ELSE rel_path END WHERE run_id = ?",
            (new, old, old, new, old, run_id),
        ).rowcount
        moved += Moved(changed, files)
    return moved
