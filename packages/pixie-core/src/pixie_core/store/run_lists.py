"""Lists of runs: by filters, by search, page by page. Functions of a connection; `Store` says when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from attrs import evolve, frozen

from pixie_core.run.events import Status
from pixie_core.store.paging import Page, checked_range, cursor_of, key_of_cursor
from pixie_core.store.rows import SUMMARY_COLUMNS, RunSummary, summary
from pixie_core.store.schema import LABELLED
from pixie_core.store.search import NEWEST, checked_query, facet, number_of
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
        before = key_of_cursor(after, (int,))[0] if after is not None else None
        found, newest_only = _found(conn, selection, query, limit + 1, before=before, offset=offset)
        following = cursor_of(found[limit - 1][0]) if len(found) > limit else None
        return Page([_summary(conn, run_id) for _, run_id in found[:limit]], following, newest_only)
    told, values, key = selection.listed, selection.values, None
    if after is not None:
        key = key_of_cursor(after)
        told += " AND (started_at, id) < (?, ?)"
        values += key
    rows = selection.read(
        conn,
        f"SELECT {SUMMARY_COLUMNS} FROM {told} ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names, values bound
        (*values, limit + 1, offset),
    )
    if rows is not None:
        items = [summary(row) for row in rows[: limit + 1]]
    else:
        before = number_of(conn, "run", *key) if key is not None else None
        found, _ = _found(conn, selection, None, limit + 1, before=before, offset=offset)
        items = [_summary(conn, run_id) for _, run_id in found]
    page = items[:limit]
    return Page(page, cursor_of(page[-1].created_at, page[-1].id) if len(items) > limit else None)


def _found(
    conn: sqlite3.Connection, selection: Selection, query: str | None, most: int, *, before: int | None, offset: int
) -> tuple[list[tuple[int, str]], int | None]:
    """Numbers and ids of those whose text holds the query, in the order of the texts, which is that of time; and how
    many of the newest were looked at, where it isn't all.
    """
    asked, number, given, way = selection.searched(conn, query)
    if before is not None:
        asked += f" AND {number} < ?"
        given.append(before)
    found = conn.execute(
        f"SELECT number, key FROM {asked} ORDER BY {number} DESC LIMIT ? OFFSET ?",  # noqa: S608 - our own names, values bound
        (*given, most, offset),
    )
    return [(row[0], row[1]) for row in found], NEWEST if way == "newest" else None


def _summary(conn: sqlite3.Connection, run_id: str) -> RunSummary:
    return summary(conn.execute(f"SELECT {SUMMARY_COLUMNS} FROM runs WHERE id = ?", (run_id,)).fetchone())  # noqa: S608 - our own names


def _selection(conn: sqlite3.Connection, wanted: RunFilter) -> Selection:
    listed = Condition("deleted_at IS NULL", index="runs_by_time")
    conditions = list(_conditions(wanted))
    if wanted.deleted:
        listed = Condition("deleted_at IS NOT NULL AND purging_at IS NULL", index="runs_restorable")
        conditions = [evolve(each, index=None) for each in conditions]
    return narrowest(
        conn, "run", "runs", listed, conditions, moment="started_at", since=wanted.since, until=wanted.until
    )


def _conditions(wanted: RunFilter) -> Iterator[Condition]:
    """What is asked for, those first that mostly leave few."""
    starred, labelled = facet("marked", "starred"), facet("marked", "labelled")
    if wanted.parent_run_id is not None:
        yield Condition.equal("parent_run_id", wanted.parent_run_id, "runs_by_parent")
    if wanted.label is not None:
        yield Condition.labelled_so(wanted.label, "runs_by_label")
    if wanted.starred is not None:
        yield (
            Condition("starred = 1", index="runs_with_star", facets=(starred,))
            if wanted.starred
            else Condition("starred = 0", no_facets=(starred,))
        )
    if wanted.labelled is not None and not (wanted.labelled and wanted.label):
        yield (
            Condition(LABELLED, index="runs_with_label", facets=(labelled,))
            if wanted.labelled
            else Condition(f"NOT {LABELLED}", no_facets=(labelled,))
        )
    if wanted.status is not None and wanted.status != "ok":
        told = "status = ? AND status <> 'ok'"
        yield Condition(told, (wanted.status,), index="runs_by_status", facets=(facet("status", wanted.status),))
    tool = Condition.equal("tool_id", wanted.tool_id, "runs_by_tool", "tool")
    origin = Condition.equal("origin", wanted.origin, "runs_by_origin", "origin")
    # Large as each of two may be, few runs may meet both.
    if wanted.tool_id is not None and wanted.label is not None:
        yield Condition("label = ? AND tool_id = ?", (wanted.label, wanted.tool_id), index="runs_by_label_and_tool")
    if wanted.tool_id is not None and wanted.origin is not None:
        yield evolve(tool & origin, index="runs_by_tool_and_origin")
    elif wanted.tool_id is not None:
        yield tool
    elif wanted.origin is not None:
        yield origin
    if wanted.status == "ok":
        # Most are, so that no index leads to them, and the list of the others is sooner read.
        others = tuple(facet("status", each) for each in get_args(Status) if each != "ok")
        yield Condition("status = 'ok'", no_facets=others)
