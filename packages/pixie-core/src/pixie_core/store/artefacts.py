"""The rows of artefacts. Functions of a connection; `Store` says when they run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pixie_core.errors import ArtefactNotFound
from pixie_core.store.json_text import to_json
from pixie_core.store.paging import LARGEST_NUMBER, Page, checked_range, cursor_of, key_of_cursor
from pixie_core.store.runs import checked_label
from pixie_core.store.schema import LABELLED
from pixie_core.store.search import NEWEST, checked_query, facet, number_of, tags_of
from pixie_core.store.selecting import Condition, narrowest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from pixie_core.store.selecting import Selection

__all__ = [
    "LONGEST_TAG",
    "ArtefactFilter",
    "StoredArtefact",
    "checked_tags",
    "list_artefacts",
    "one",
    "set_label",
    "set_star",
    "set_tags",
]

LONGEST_TAG = 100
"""Letters of a tag of a file."""

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
    """Which artefacts: all that is given must hold. `mime` takes a whole type or a prefix like `image/`. Times are
    ISO 8601 texts in UTC; `since` is inclusive, `until` isn't. `q` is looked for in filename, label and tags, without
    regard to capitals. `deleted` asks for those that can be restored; the files of deleted runs are in no list.
    """

    run_id: str | None = None
    tool_id: str | None = None
    output_key: str | None = None
    mime: str | None = None
    sha256: str | None = None
    starred: bool | None = None
    labelled: bool | None = None
    label: str | None = None
    tag: str | None = None
    since: str | None = None
    until: str | None = None
    q: str | None = None
    deleted: bool = False
    spilled: bool | None = False


_OF_A_DELETED_RUN = (
    "EXISTS (SELECT 1 FROM runs INDEXED BY runs_deleted"
    " WHERE runs.id = artefacts.run_id AND runs.deleted_at IS NOT NULL)"
)
_VISIBLE = f"artefacts.deleted_at IS NULL AND NOT {_OF_A_DELETED_RUN}"
_FAMILY = "substr(mime, 1, instr(mime, '/'))"
_TAGGED = (
    "(tags IS NOT NULL AND instr(tags, ?) > 0"
    " AND CASE WHEN json_valid(tags) THEN EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)"
    " ELSE instr(',' || replace(tags, ', ', ',') || ',', ',' || ? || ',') > 0 END)"
)


def one(conn: sqlite3.Connection, artefact_id: int, *, deleted: bool = False) -> StoredArtefact:
    """An artefact by its number. Raises ArtefactNotFound when there is none, or, unless `deleted`, it was deleted."""
    hidden = "" if deleted else f" AND {_VISIBLE}"
    query = f"SELECT {_COLUMNS} FROM artefacts WHERE id = ?{hidden}"  # noqa: S608 - our own names
    row = conn.execute(query, (_bindable(artefact_id),)).fetchone()
    if row is None:
        raise ArtefactNotFound(artefact_id)
    return _artefact(row)


def _bindable(artefact_id: int) -> int:
    """The number, or one that is nobody's where SQLite holds none so large."""
    return artefact_id if 0 < artefact_id <= LARGEST_NUMBER else 0


def list_artefacts(
    conn: sqlite3.Connection, wanted: ArtefactFilter, *, limit: int, after: str | None, offset: int
) -> Page[StoredArtefact]:
    """Artefacts that the filter lets through, newest first."""
    checked_range(limit, offset)
    selection = _selection(conn, wanted)
    query = checked_query(wanted.q) if wanted.q is not None else None
    if query is not None:
        before = key_of_cursor(after, (int,))[0] if after is not None else None
        found, newest_only = _found(conn, selection, query, limit + 1, before=before, offset=offset)
        following = cursor_of(found[limit - 1][0]) if len(found) > limit else None
        return Page([_by_number(conn, each) for _, each in found[:limit]], following, newest_only)
    told, values, key = selection.listed, selection.values, None
    if after is not None:
        key = key_of_cursor(after, (str, int))
        told += " AND (created_at, id) < (?, ?)"
        values += key
    rows = selection.read(
        conn,
        f"SELECT {_COLUMNS} FROM {told} ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names, values bound
        (*values, limit + 1, offset),
    )
    if rows is not None:
        items = [_artefact(row) for row in rows]
    else:
        before = number_of(conn, "artefact", key[0], str(key[1])) if key is not None else None
        found, _ = _found(conn, selection, None, limit + 1, before=before, offset=offset)
        items = [_by_number(conn, each) for _, each in found]
    page = items[:limit]
    return Page(page, cursor_of(page[-1].created_at, page[-1].id) if len(items) > limit else None)


def _found(
    conn: sqlite3.Connection, selection: Selection, query: str | None, most: int, *, before: int | None, offset: int
) -> tuple[list[tuple[int, int]], int | None]:
    """Numbers of texts and of their artefacts, in the order of the texts, which is that of time; and how many of the
    newest were looked at, where it isn't all.
    """
    asked, number, given, way = selection.searched(conn, query)
    if before is not None:
        asked += f" AND {number} < ?"
        given.append(before)
    found = conn.execute(
        f"SELECT number, artefacts.id FROM {asked} ORDER BY {number} DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names, values bound
        (*given, most, offset),
    )
    return [(row[0], row[1]) for row in found], NEWEST if way == "newest" else None


def _by_number(conn: sqlite3.Connection, artefact_id: int) -> StoredArtefact:
    return _artefact(conn.execute(f"SELECT {_COLUMNS} FROM artefacts WHERE id = ?", (artefact_id,)).fetchone())  # noqa: S608 - our own names


def _selection(conn: sqlite3.Connection, wanted: ArtefactFilter) -> Selection:
    listed = Condition("artefacts.deleted_at IS NULL", index="artefacts_by_time")
    # What was spilled isn't searched, and the search's index can't say which it is.
    conditions = [each if wanted.spilled is False else evolve(each, facets=()) for each in _conditions(wanted)]
    if wanted.deleted:
        told = "artefacts.deleted_at IS NOT NULL AND artefacts.purging_at IS NULL"
        listed = Condition(told, index="artefacts_restorable")
        conditions = [evolve(each, index=None) for each in conditions]
    return narrowest(
        conn, "artefact", "artefacts", listed, conditions, moment="created_at", since=wanted.since, until=wanted.until
    )


def _conditions(wanted: ArtefactFilter) -> Iterator[Condition]:
    """What is asked for, those first that mostly leave few."""
    starred, labelled = facet("marked", "starred"), facet("marked", "labelled")
    if wanted.run_id is not None:
        yield Condition.equal("run_id", wanted.run_id, "artefacts_by_run")
    if wanted.sha256 is not None:
        yield Condition.equal("sha256", wanted.sha256, "artefacts_by_hash")
    if wanted.label is not None:
        yield Condition.labelled_so(wanted.label, "artefacts_by_label")
    if wanted.starred is not None:
        yield (
            Condition("starred = 1", index="artefacts_with_star", facets=(starred,))
            if wanted.starred
            else Condition("starred = 0", no_facets=(starred,))
        )
    if wanted.labelled is not None and not (wanted.labelled and wanted.label):
        yield (
            Condition(LABELLED, index="artefacts_with_label", facets=(labelled,))
            if wanted.labelled
            else Condition(f"NOT {LABELLED}", no_facets=(labelled,))
        )
    if wanted.tag is not None:
        # A plain tag stands in the column's text letter by letter: that is quicker to see than what JSON says.
        hint = wanted.tag if re.fullmatch(r"[\w .-]+", wanted.tag, re.ASCII) else ""
        values = (hint, wanted.tag, wanted.tag)
        yield Condition(_TAGGED, values, index="artefacts_with_tags", facets=(facet("tag", wanted.tag),))
    if wanted.tool_id is not None:
        yield Condition.equal("tool_id", wanted.tool_id, "artefacts_by_tool", "tool")
    if wanted.mime is not None:
        column, index = (_FAMILY, "artefacts_by_family") if wanted.mime.endswith("/") else ("mime", "artefacts_by_mime")
        yield Condition.equal(column, wanted.mime, index, "mime")
    if wanted.output_key is not None:
        yield Condition.equal("output_key", wanted.output_key, None)
    if wanted.spilled is not None:
        yield Condition(f"spilled = {int(wanted.spilled)}")
    yield Condition(f"NOT {_OF_A_DELETED_RUN}")


def set_star(conn: sqlite3.Connection, artefact_id: int, starred: bool | None) -> bool:
    """Star or unstar an artefact, or turn its star over (None); returns how it is now."""
    row = conn.execute(
        f"UPDATE artefacts SET starred = coalesce(?, 1 - coalesce(starred, 0)) WHERE id = ?"  # noqa: S608 - our own names
        f" AND {_VISIBLE} RETURNING starred",
        (None if starred is None else int(starred), _bindable(artefact_id)),
    ).fetchone()
    if row is None:
        raise ArtefactNotFound(artefact_id)
    return bool(row["starred"])


def set_label(conn: sqlite3.Connection, artefact_id: int, label: str | None) -> str | None:
    """Label an artefact, or take its label away; returns the label as it is kept."""
    label = checked_label(label)
    found = conn.execute(
        f"UPDATE artefacts SET label = ? WHERE id = ? AND {_VISIBLE}",  # noqa: S608 - our own names
        (label, _bindable(artefact_id)),
    )
    if not found.rowcount:
        raise ArtefactNotFound(artefact_id)
    return label


def set_tags(conn: sqlite3.Connection, artefact_id: int, tags: Iterable[str]) -> tuple[str, ...]:
    """Give an artefact these tags in place of those it had; returns them as they are kept."""
    kept = checked_tags(tags)
    found = conn.execute(
        f"UPDATE artefacts SET tags = ? WHERE id = ? AND {_VISIBLE}",  # noqa: S608 - our own names
        (to_json(kept, "The tags") if kept else None, _bindable(artefact_id)),
    )
    if not found.rowcount:
        raise ArtefactNotFound(artefact_id)
    return kept


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: without space around them, each once. Raises RequestInvalid for one that can't be."""
    given = (checked_label(tag, "tags", longest=LONGEST_TAG) for tag in tags)
    return tuple(dict.fromkeys(filter(None, given)))


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
        tags=tags_of(row["tags"]),
        thumb_path=row["thumb_path"],
        deleted_at=row["deleted_at"],
        spilled=bool(row["spilled"]),
    )
