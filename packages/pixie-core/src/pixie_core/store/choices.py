"""What artefacts can be chosen by: the tools, media types, labels and tags that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store.search import tags_of

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Choices", "choices"]

_MOST = 500
"""Of each, at most: beyond it a person searches."""


@frozen(kw_only=True)
class Choices:
    """Each in alphabetical order, at most 500 of them."""

    tools: tuple[str, ...] = ()
    mimes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def choices(conn: sqlite3.Connection) -> Choices:
    """What there is among the files that aren't deleted."""
    told = conn.execute(
        # SQLite would rather look at every artefact.
        "SELECT DISTINCT tags FROM artefacts INDEXED BY artefacts_with_tags WHERE deleted_at IS NULL"
        " AND tags IS NOT NULL LIMIT ?",
        (_MOST,),
    )
    return Choices(
        tools=_distinct(conn, "tool_id", ""),
        mimes=_distinct(conn, "mime", "deleted_at IS NULL"),
        labels=_distinct(conn, "label", "deleted_at IS NULL AND label IS NOT NULL"),
        tags=tuple(sorted({tag for (text,) in told for tag in tags_of(text)})[:_MOST]),
    )


def _distinct(conn: sqlite3.Connection, column: str, condition: str) -> tuple[str, ...]:
    """The values of a column that an index begins with: from each to the next, however many rows have it."""
    where = f" AND {condition}" if condition else ""
    query = (
        f"WITH RECURSIVE found(value) AS (SELECT min({column}) FROM artefacts WHERE {column} > ''{where}"  # noqa: S608 - our own names
        f" UNION ALL SELECT (SELECT min({column}) FROM artefacts WHERE {column} > found.value{where})"
        " FROM found WHERE found.value IS NOT NULL LIMIT ?)"
        " SELECT value FROM found WHERE value IS NOT NULL"
    )
    return tuple(row[0] for row in conn.execute(query, (_MOST,)))
