"""What a sweep has to decide about. Functions of a connection; the sweeper says what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store.schema import LABELLED, PROTECTED_RUN

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

__all__ = ["SweepableRun", "finished_before", "older_than_the_newest"]


@frozen(kw_only=True)
class SweepableRun:
    """A finished run, as far as a sweep asks. `protected` says in words what keeps it, if anything does. `newer` is how
    many runs of its tool that nothing protects came after it; None where nobody asked.
    """

    id: str
    tool_id: str
    created_at: str
    finished_at: str | None
    protected: str | None = None
    newer: int | None = None
    artefacts: int = 0
    bytes: int = 0


_COLUMNS = f"""id, tool_id, started_at, finished_at, total_artefact_bytes, starred, {LABELLED} AS labelled,
    (SELECT count(*) FROM artefacts AS a WHERE a.run_id = runs.id) AS artefacts,
    {PROTECTED_RUN} AS protected"""  # noqa: S608 - our own names
_FINISHED = "deleted_at IS NULL AND status <> 'running' AND finished_at IS NOT NULL"


def finished_before(conn: sqlite3.Connection, before: str, *, tool_id: str | None) -> Iterator[SweepableRun]:
    """Runs that ended before that moment, by how their rows spell it, oldest first; protected ones too."""
    told, values = ("", ()) if tool_id is None else (" AND tool_id = ?", (tool_id,))
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE {_FINISHED} AND finished_at < ?{told} ORDER BY finished_at, id",  # noqa: S608 - our own names, values bound
        (before, *values),
    )
    for row in rows:
        yield _run(row, None)


def older_than_the_newest(
    conn: sqlite3.Connection, retained: Mapping[str, int], *, tool_id: str | None
) -> Iterator[SweepableRun]:
    """Runs that nothing protects, of each tool those that came before so many of its newest."""
    for tool, kept in retained.items():
        if tool_id in {None, tool}:
            rows = conn.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE tool_id = ? AND {_FINISHED} AND NOT {PROTECTED_RUN}"  # noqa: S608 - our own names, values bound
                " ORDER BY started_at DESC, id DESC LIMIT -1 OFFSET ?",
                (tool, kept),
            )
            for newer, row in enumerate(rows, kept):
                yield _run(row, newer)


def _run(row: sqlite3.Row, newer: int | None) -> SweepableRun:
    return SweepableRun(
        id=row["id"],
        tool_id=row["tool_id"],
        created_at=row["started_at"] or "",
        finished_at=row["finished_at"],
        protected=_protection(row) if row["protected"] else None,
        newer=newer,
        artefacts=row["artefacts"],
        bytes=row["total_artefact_bytes"] or 0,
    )


def _protection(row: sqlite3.Row) -> str:
    if row["starred"]:
        return "it is starred"
    return "it is labelled" if row["labelled"] else "a file of it is starred or labelled"
