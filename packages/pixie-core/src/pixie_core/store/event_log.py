"""The event log of runs: numbering and writing events, files among them, and reading them again. Functions of a
connection; `Store` says when they run.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from pixie_core.errors import RunNotFound, RunNotRunning
from pixie_core.run.events import Artefact, Event, Finished, Output, Queued, Record
from pixie_core.run.fold import apply, fold
from pixie_core.store.files import StagedFile
from pixie_core.store.json_text import not_json, to_json
from pixie_core.store.paging import LARGEST_NUMBER
from pixie_core.store.rows import begun, ended, result_columns
from pixie_core.store.runs import columns_of, one

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from pixie_core.run.model import Run

__all__ = ["Appended", "Draft", "Publication", "append", "read", "whole"]

PAGE_RECORDS = 500
PAGE_BYTES = 4 << 20


@frozen
class Publication:
    """A staged file that becomes an artefact: its row and its `artefact` event are committed together.

    `token` is any text that stands for the file in the values of `Output` events of the same `append`; there it
    becomes the URL of the artefact's content. `spilled` marks a value that was too large for its event and is kept
    as JSON: the library doesn't list it.
    """

    staged: StagedFile
    output_key: str | None = None
    token: str | None = None
    spilled: bool = field(default=False, kw_only=True)


Draft: TypeAlias = Event | Publication
"""What is to become a record: an event, or a file whose event tells its number."""


@frozen
class Appended:
    """What a batch came to: its records, and the run after them."""

    run: Run
    records: tuple[Record, ...]


def append(conn: sqlite3.Connection, run_id: str, drafts: Sequence[Draft], *, at: str, known: Run | None) -> Appended:
    """Number events and write them, with artefact rows and, at the end of the run, its results.

    `known` is the run after its last event, where the caller has it; else its events are read again. Raises
    RunNotRunning when the run has ended: late results lose.
    """
    found = conn.execute(
        "SELECT status, (SELECT coalesce(max(seq), 0) FROM run_events WHERE run_id = runs.id) AS last FROM runs"
        " WHERE id = ? AND deleted_at IS NULL",
        (run_id,),
    ).fetchone()
    if found is None:
        raise RunNotFound(run_id)
    if found["status"] != "running":
        raise RunNotRunning(run_id, found["status"])
    last = found["last"]
    run = known if known is not None and known.seq == last else fold(begun(one(conn, run_id)), read(conn, run_id))
    records = []
    for number, event in enumerate(_events(conn, run, drafts, at), last + 1):
        try:
            record = Record.write(number, at, event)
            record.text.encode()
        except (ValueError, TypeError, RecursionError) as error:
            what = f"output {event.output_key}" if isinstance(event, Output) else f"the {event.kind} event"
            raise not_json(f"Run {run_id[:8]}, {what}", error) from error
        if run.ended:
            raise RunNotRunning(run_id, run.status)
        run = apply(run, record)
        records.append(record)
    conn.executemany(
        "INSERT INTO run_events (run_id, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)",
        [(run_id, each.seq, each.at, each.event.kind, each.text) for each in records],
    )
    if run.ended:
        columns = result_columns(run, one(conn, run_id))
        conn.execute(
            f"UPDATE runs SET {columns_of(columns)} WHERE id = :id AND status = 'running'",  # noqa: S608 - our own names
            {**columns, "id": run_id},
        )
    return Appended(run, tuple(records))


def interrupt(conn: sqlite3.Connection, run_ids: Sequence[str], reason: str, *, at: str) -> list[Appended]:
    """End runs that nobody works on any more; those that have ended already are passed over."""
    ended: list[Appended] = []
    for run_id in run_ids:
        with suppress(RunNotRunning):
            finished = Finished(status="interrupted", error=reason, error_code="interrupted")
            ended.append(append(conn, run_id, [finished], at=at, known=None))
    return ended


def requeue(
    conn: sqlite3.Connection, positions: Mapping[str, int], *, at: str, known: Mapping[str, Run]
) -> list[Appended]:
    """Tell runs that wait of their positions; those whose turn has come meanwhile, or that have ended, are passed over.
    `known` holds runs as `append` takes them.
    """
    told: list[Appended] = []
    for run_id, position in positions.items():
        begun = "SELECT 1 FROM run_events WHERE run_id = ? AND kind = 'started'"
        if conn.execute(begun, (run_id,)).fetchone() is None:
            with suppress(RunNotRunning):
                told.append(append(conn, run_id, [Queued(position=position)], at=at, known=known.get(run_id)))
    return told


def _events(conn: sqlite3.Connection, run: Run, drafts: Sequence[Draft], at: str) -> list[Event]:
    """The drafts as events: files get their rows and numbers, and their tokens become URLs."""
    artefacts: dict[int, Artefact] = {}
    urls: dict[str, str] = {}
    for place, draft in enumerate(drafts):
        if isinstance(draft, Publication):
            artefact = artefacts[place] = _insert_artefact(conn, run, draft, at)
            if draft.token is not None:
                urls[draft.token] = f"/api/artefacts/{artefact.id}/content"
    if artefacts:
        conn.execute(
            "UPDATE runs SET total_artefact_bytes = coalesce(total_artefact_bytes, 0) + ? WHERE id = ?",
            (sum(each.size_bytes for each in artefacts.values()), run.id),
        )
    return [
        artefacts[place] if isinstance(draft, Publication) else _with_urls(draft, urls)
        for place, draft in enumerate(drafts)
    ]


def _insert_artefact(conn: sqlite3.Connection, run: Run, draft: Publication, at: str) -> Artefact:
    staged = draft.staged
    number = conn.execute(
        "INSERT INTO artefacts (run_id, tool_id, output_key, rel_path, filename, mime, size_bytes, sha256, created_at,"
        " spilled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.tool_id,
            draft.output_key,
            staged.rel_path,
            staged.filename,
            staged.mime,
            staged.size_bytes,
            staged.sha256,
            at,
            int(draft.spilled),
        ),
    ).lastrowid
    assert number is not None
    return Artefact(
        id=number,
        filename=staged.filename,
        mime=staged.mime,
        size_bytes=staged.size_bytes,
        sha256=staged.sha256,
        output_key=draft.output_key,
    )


def _with_urls(event: Event, urls: dict[str, str]) -> Event:
    if not urls or not isinstance(event, Output):
        return event
    # In the value's JSON text, since a value may hold a million numbers and a walk would look at each.
    text = original = to_json(event.value, f"output {event.output_key}")
    for token, url in urls.items():
        text = text.replace(json.dumps(token, ensure_ascii=False)[1:-1], url)
    return event if text is original else evolve(event, value=json.loads(text))


def read(conn: sqlite3.Connection, run_id: str, after: int = 0, limit: int | None = None) -> list[Record]:
    """The records after number `after`, at most `limit`, as they were written."""
    rows = conn.execute(
        "SELECT body FROM run_events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        (run_id, min(after, LARGEST_NUMBER), -1 if limit is None else min(limit, LARGEST_NUMBER)),
    )
    return [Record.read(body) for (body,) in rows]


def log_text(conn: sqlite3.Connection, run_id: str) -> str:
    """The texts of the run's `log` events, each ending with its line."""
    rows = conn.execute(
        "SELECT json_extract(body, '$.text') FROM run_events WHERE run_id = ? AND kind = 'log' ORDER BY seq", (run_id,)
    )
    return "".join(text if text.endswith("\n") else text + "\n" for (text,) in rows)


def read_page(conn: sqlite3.Connection, run_id: str, after: int) -> tuple[list[Record], bool]:
    """Some of the records after number `after`, and whether they reach to the end of a run that has ended."""
    over = one(conn, run_id)["status"] != "running"
    texts: list[str] = []
    size = 0
    rows = conn.execute(
        "SELECT body FROM run_events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        (run_id, min(after, LARGEST_NUMBER), PAGE_RECORDS),
    )
    for (body,) in rows:
        texts.append(body)
        size += len(body)
        if size >= PAGE_BYTES:
            rows.close()
            return list(map(Record.read, texts)), False
    return list(map(Record.read, texts)), over and len(texts) < PAGE_RECORDS


def whole(conn: sqlite3.Connection, run_id: str) -> Run:
    """The run: folded from its events while it runs, from its row once it has ended."""
    row = one(conn, run_id)
    if row["status"] == "running":
        return fold(begun(row), read(conn, run_id))
    return ended(row, _artefacts(conn, run_id))


def beginning(conn: sqlite3.Connection, run_id: str, files: int) -> tuple[Run, bool]:
    """The run with the first so many of its files, and whether these are all. One that runs is always whole."""
    row = one(conn, run_id)
    if row["status"] == "running":
        return fold(begun(row), read(conn, run_id)), True
    first = _artefacts(conn, run_id, files + 1)
    return ended(row, first[:files]), len(first) <= files


def _artefacts(conn: sqlite3.Connection, run_id: str, most: int = -1) -> tuple[Artefact, ...]:
    rows: Any = conn.execute(
        "SELECT id, filename, mime, size_bytes, sha256, output_key FROM artefacts"
        " WHERE run_id = ? AND deleted_at IS NULL ORDER BY id LIMIT ?",
        (run_id, most),
    )
    return tuple(
        Artefact(
            id=row["id"],
            filename=row["filename"],
            mime=row["mime"] or "application/octet-stream",
            size_bytes=row["size_bytes"] or 0,
            sha256=row["sha256"] or "",
            output_key=row["output_key"],
        )
        for row in rows
    )
