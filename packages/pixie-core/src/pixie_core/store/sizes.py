"""How much runs left: by their rows, and by what lies on disk."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store.files import parts_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from pixie_core.store.store import Store

__all__ = ["Weight", "sizes_on_disk", "weigh"]

_AT_ONCE = 500
"""Ids in one statement."""


@frozen
class Weight:
    """So many files, and their bytes."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.files + other.files, self.bytes + other.bytes)


def weigh(store: Store, run_ids: Sequence[str]) -> Weight:
    """What these runs left together, by their rows; large values that are kept as files count as well."""
    total = Weight()
    for start in range(0, len(run_ids), _AT_ONCE):
        batch = tuple(run_ids[start : start + _AT_ONCE])
        query = (
            "SELECT count(*), coalesce(sum(size_bytes), 0) FROM artefacts"  # noqa: S608 - our own names, values bound
            f" WHERE deleted_at IS NULL AND run_id IN ({', '.join('?' * len(batch))})"
        )
        total += Weight(*store.read(lambda conn, query=query, batch=batch: conn.execute(query, batch).fetchone()))  # type: ignore[misc]
    return total


def sizes_on_disk(store: Store, run_id: str, first: int | None = None) -> dict[int, int | None]:
    """The size of each file of a run as it lies on disk, or of the first so many, by the artefact's number; None where
    no regular file is there. Ten thousand files take some hundredths of a second, and more on a busy machine.
    """
    sizes: dict[int, int | None] = {}
    by_folder: dict[str, list[tuple[int, str]]] = {}
    for number, rel_path in store.read(lambda conn: _paths(conn, run_id, first)):
        folder, _, name = rel_path.rpartition("/")
        by_folder.setdefault(folder, []).append((number, name))
        sizes[number] = None
    for folder, named in by_folder.items():
        with suppress(FileNotFoundError, NotADirectoryError):
            parts = parts_of(folder) if folder else ()
            with store.files.folder(parts, create=False) as opened:
                for number, name in named:
                    sizes[number] = _size(name, opened)
    return sizes


def _size(name: str, folder: int) -> int | None:
    if name in {"", ".", ".."}:
        return None
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _paths(conn: sqlite3.Connection, run_id: str, first: int | None) -> list[tuple[int, str]]:
    query = "SELECT id, rel_path FROM artefacts WHERE run_id = ? AND deleted_at IS NULL ORDER BY id LIMIT ?"
    rows = conn.execute(query, (run_id, -1 if first is None else first))
    return [tuple(row) for row in rows]
