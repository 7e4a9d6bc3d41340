"""The rows of artefacts. Functions of a connection; `Store` says when they run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.errors import ArtefactNotFound
from pixie_core.store.runs import LARGEST_NUMBER, Page, checked_label, checked_range, cursor_of, key_of_cursor
from pixie_core.store.schema import LABELLED

if TYPE_CHECKING:
    import sqlite3

__all__ = ["ArtefactFilter", "StoredArtefact", "list_artefacts", "one", "set_label", "set_star"]

_COLUMNS = (
    "id, run_id, tool_id, output_key, rel_path, filename, mime, size_bytes, sha256, created_at, starred, label, tags,"
    " thumb_path, deleted_at, spilled"
)


@frozen(kw_only=True)
class StoredArtefact:
    """An artefact's row. `rel_path` is meant from the folder of artefacts; `spilled` marks a large value kept as
    JSON, which no library lists.
    """

    id: int
    run_id: str
    tool_id: str
    output_key: str | None
    rel_path: str
    filename: str
    mime: str
    size_bytes: int
    sha256: str
    created_at: str
    starred: bool
    label: str | None
    tags: tuple[str, ...]
    thumb_path: str | None
    deleted_at: str | None
    spilled: bool

    @property
    def url(self) -> str:
        """Where its bytes are."""
        return f"/api/artefacts/{self.id}/content"


@frozen(kw_only=True)
class ArtefactFilter:
    """Which artefacts: all that is given must hold. `mime` takes a whole type or a prefix like `image/`."""

    run_id: str | None = None
    tool_id: str | None = None
    output_key: str | None = None
    mime: str | None = None
    sha256: str | None = None
    starred: bool | None = None
    labelled: bool | None = None
    deleted: bool = False
    spilled: bool | None = False


def one(conn: sqlite3.Connection, artefact_id: int, *, deleted: bool = False) -> StoredArtefact:
    """An artefact by its number. Raises ArtefactNotFound when there is none, or, unless `deleted`, it was deleted."""
    hidden = (
        ""
        if deleted
        else (
            " AND deleted_at IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM runs WHERE runs.id = artefacts.run_id AND runs.deleted_at IS NOT NULL)"
        )
    )
    # Larger numbers than SQLite's own can't be bound, and are nobody's.
    known = 0 < artefact_id <= LARGEST_NUMBER
    query = f"SELECT {_COLUMNS} FROM artefacts WHERE id = ?{hidden}"  # noqa: S608 - our own names
    row = conn.execute(query, (artefact_id,)).fetchone() if known else None
    if row is None:
        raise ArtefactNotFound(artefact_id)
    return _artefact(row)


def list_artefacts(
    conn: sqlite3.Connection, wanted: ArtefactFilter, *, limit: int, after: str | None, offset: int
) -> Page[StoredArtefact]:
    """Artefacts that the filter lets through, newest first."""
    checked_range(limit, offset)
    where = ["deleted_at IS NOT NULL" if wanted.deleted else "deleted_at IS NULL"]
    values: list[Any] = []
    for column in ("run_id", "tool_id", "output_key", "sha256", "starred", "spilled"):
        value = getattr(wanted, column)
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    if wanted.mime is not None:
        if wanted.mime.endswith("/"):
            where.append("mime >= ? AND mime < ?")
            values.extend((wanted.mime, wanted.mime + "\U0010ffff"))
        else:
            where.append("mime = ?")
            values.append(wanted.mime)
    if wanted.labelled is not None:
        where.append(LABELLED if wanted.labelled else f"NOT {LABELLED}")
    if after is not None:
        where.append("id < ?")
        values.extend(key_of_cursor(after, (int,)))
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM artefacts WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names, values bound
        (*values, limit + 1, offset),
    ).fetchall()
    items = tuple(map(_artefact, rows[:limit]))
    return Page(items, cursor_of(items[-1].id) if len(rows) > limit else None)


def set_star(conn: sqlite3.Connection, artefact_id: int, starred: bool | None) -> bool:
    """Star or unstar an artefact, or turn its star over (None); returns how it is now."""
    row = conn.execute(
        "UPDATE artefacts SET starred = coalesce(?, 1 - coalesce(starred, 0)) WHERE id = ? AND deleted_at IS NULL"
        " RETURNING starred",
        (None if starred is None else int(starred), artefact_id),
    ).fetchone()
    if row is None:
        raise ArtefactNotFound(artefact_id)
    return bool(row["starred"])


def set_label(conn: sqlite3.Connection, artefact_id: int, label: str | None) -> str | None:
    """Label an artefact, or take its label away; returns the label as it is kept."""
    label = checked_label(label)
    found = conn.execute("UPDATE artefacts SET label = ? WHERE id = ? AND deleted_at IS NULL", (label, artefact_id))
    if not found.rowcount:
        raise ArtefactNotFound(artefact_id)
    return label


def _artefact(row: sqlite3.Row) -> StoredArtefact:
    return StoredArtefact(
        id=row["id"],
        run_id=row["run_id"],
        tool_id=row["tool_id"],
        output_key=row["output_key"],
        rel_path=row["rel_path"],
        filename=row["filename"],
        mime=row["mime"] or "application/octet-stream",
        size_bytes=row["size_bytes"] or 0,
        sha256=row["sha256"] or "",
        created_at=row["created_at"] or "",
        starred=bool(row["starred"]),
        label=row["label"],
        tags=_tags(row["tags"]),
        thumb_path=row["thumb_path"],
        deleted_at=row["deleted_at"],
        spilled=bool(row["spilled"]),
    )


def _tags(text: str | None) -> tuple[str, ...]:
    """Tags are a JSON list; older rows hold words with commas between."""
    if not text:
        return ()
    try:
        tags = json.loads(text)
    except ValueError:
        tags = text.split(",")
    return tuple(str(each).strip() for each in tags) if isinstance(tags, list) else (str(tags),)
