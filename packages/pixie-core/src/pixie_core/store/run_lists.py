"""Lists of runs: by filters, by search, page by page. Functions of a connection; `Store` says when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.run.events import Status
from pixie_core.store.paging import Page, checked_range, cursor_of, key_of_cursor
from pixie_core.store.rows import SUMMARY_COLUMNS, RunSummary, summary
from pixie_core.store.schema import LABELLED
from pixie_core.store.search import NEWEST, checked_query, facet
from pixie_core.store.selecting import Condition, narrowest

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from pixie_core.store.selecting import Selection

__all__ = ["RunFilter", "list_runs"]


@frozen(kw_only=True)
class RunFilter:
    """Which runs: all that is given must hold. Times are ISO 8601 texts in UTC; `since` is inclusive, `until` isn't.
    `labelled` asks for runs that have any label, `label` for this very one. `q` is looked for in the label and the
    inputs (their first 4 KiB), without regard to capitals. `deleted` asks for those that can be restored.
    """

    tool_id: str | None = None
    status: Status | None = None
    starred: bool | None = None
    labelled: bool | None = None
    label: str | None = None
    origin: str | None = None
    parent_run_id: str | None = None
    since: str | None = None
    until: str | None = None
    q: str | None = None
    deleted: bool = False


def list_runs(
    conn: sqlite3.Connection, wanted: RunFilter, *, limit: int, after: str | None, offset: int
) -> Page[RunSummary]:
    """Runs that the filter lets through, newest first. What was found by `q` comes in the order in which it was
    recorded.
    """
    checked_range(limit, offset)
    selection = _selection(conn, wanted)
    query = checked_query(wanted.q) if wanted.q is not None else None
    if query is not None:
        return _found(conn, selection, query, limit=limit, after=after, offset=offset)
    told, values = selection.where, list(selection.values)
    if after is not None:
        told += " AND (started_at, id) < (?, ?)"
        values.extend(key_of_cursor(after))
    rows = conn.execute(
        f"SELECT {SUMMARY_COLUMNS} FROM runs WHERE {told}"  # noqa: S608 - our own names, values bound
        " ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?",
        (*values, limit + 1, offset),
    ).fetchall()
    items = tuple(map(summary, rows[:limit]))
    return Page(items, cursor_of(items[-1].created_at, items[-1].id) if len(rows) > limit else None)


def _found(
    conn: sqlite3.Connection, selection: Selection, query: str, *, limit: int, after: str | None, offset: int
) -> Page[RunSummary]:
    """Those among them whose text holds the query, in the order of the texts, which is that of time."""
    asked, number, given, way = selection.searched("run", "runs", query)
    if after is not None:
        asked += f" AND {number} < ?"
        given.extend(key_of_cursor(after, (int,)))
    found = conn.execute(
        f"SELECT number, key FROM {asked} ORDER BY {number} DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names, values bound
        (*given, limit + 1, offset),
    ).fetchall()
    items = [
        summary(conn.execute(f"SELECT {SUMMARY_COLUMNS} FROM runs WHERE id = ?", (run_id,)).fetchone())  # noqa: S608 - our own names
        for _, run_id in found[:limit]
    ]
    following = cursor_of(found[limit - 1][0]) if len(found) > limit else None
    return Page(items, following, NEWEST if way == "newest" else None)


def _selection(conn: sqlite3.Connection, wanted: RunFilter) -> Selection:
    listed = "deleted_at IS NOT NULL AND purging_at IS NULL" if wanted.deleted else "deleted_at IS NULL"
    rest = []
    if wanted.status == "ok":
        # Most are, so that no index leads to them.
        rest.append(Condition.equal("status", "ok", "status"))
    if wanted.starred is False:
        rest.append(Condition("+starred = 0"))
    if wanted.labelled is False:
        rest.append(Condition(f"NOT {LABELLED}"))
    return narrowest(
        conn,
        "runs",
        Condition(listed),
        list(_indexed(wanted)),
        rest,
        moment="started_at",
        since=wanted.since,
        until=wanted.until,
    )


def _indexed(wanted: RunFilter) -> Iterator[Condition]:
    """Conditions that an index answers, those first that mostly leave few."""
    if wanted.parent_run_id is not None:
        yield Condition.equal("parent_run_id", wanted.parent_run_id)
    if wanted.starred:
        yield Condition("starred = 1", (), "+starred = 1", facet("marked", "starred"))
    if wanted.label is not None:
        yield Condition.equal("label", wanted.label)
    if wanted.labelled:
        yield Condition(LABELLED, (), LABELLED, facet("marked", "labelled"))
    if wanted.status not in {None, "ok"}:
        told = "status = ? AND status <> 'ok'"
        yield Condition(told, (wanted.status,), "+status = ?", facet("status", wanted.status))
    if wanted.tool_id is not None:
        yield Condition.equal("tool_id", wanted.tool_id, "tool")
    if wanted.origin is not None:
        yield Condition.equal("origin", wanted.origin, "origin")
