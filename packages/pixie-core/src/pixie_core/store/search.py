"""Substring search over runs (label, inputs) and artefacts (filename, label, tags).

What can be searched stands, folded, in `run_texts` and `artefact_texts`; `run_search` and `artefact_search` are FTS5's
trigram indexes over them. Folded means NFC and without the difference of capitals, so that `STRASSE` finds `straße`,
however either was typed. The texts have ids of their own, since the rowids of `runs` wouldn't survive a VACUUM: the
time in milliseconds, so that the newest are found first and a time is a range of ids.

Beside each text stand its facets (the tool, how the run ended, ...) as tokens of three letters: what a list filters by
most is answered by the index as well, and no row is read that the filter would refuse.

Triggers write down in `search_pending` which row is to be looked at again, whoever changed it and with whatever
program; `catch_up` does that, in the same transaction where the change was ours. The triggers can't write the index
themselves: with trusted_schema off, SQLite lets no trigger near a virtual table.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import sys
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.filenames import twin_key
from pixie_core.store.rows import unwrapped_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "NEWEST",
    "SEARCH_TABLES",
    "SEARCH_TRIGGERS",
    "SHORTEST",
    "catch_up",
    "checked_query",
    "facet",
    "folded",
    "index_everything",
    "match",
    "moment_number",
    "number_of",
    "tags_of",
    "telling_part",
]

SHORTEST = 3
"""Letters from which on the index is asked; for fewer the newest rows are looked through."""

NEWEST = 10_000
"""How many rows are looked through for one or two letters."""

_LONGEST_QUERY = 1000
_JUDGED_LETTERS = 32
_SAMPLE = 300
_ENTRIES_TO_ROW = 200
"""How many entries of the index are read in the time of one row."""
_INPUT_BYTES = 4096
_PARSED_BYTES = 1 << 20
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+[^\s,\"']*,[^\s\"']*")
_FACET_LETTERS = 0xE000
"""Letters for private use, which no text of a person holds; there are 6400."""


def _tables(kind: str) -> Iterator[str]:
    yield f"""CREATE TABLE {kind}_texts (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, text TEXT NOT NULL, facets TEXT NOT NULL) STRICT"""
    yield f"""CREATE VIRTUAL TABLE {kind}_search USING fts5(text, facets,
        content='{kind}_texts', content_rowid='id', columnsize=0, tokenize='trigram case_sensitive 1')"""


SEARCH_TABLES = (
    *_tables("run"),
    *_tables("artefact"),
    """CREATE TABLE search_pending (
        kind TEXT NOT NULL CHECK (kind IN ('run', 'artefact')), key TEXT NOT NULL, PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID""",
)


def _noting(name: str, event: str, table: str, kind: str, key: str) -> tuple[str, str]:
    statement = f"""CREATE TRIGGER {name} AFTER {event} ON {table}
        BEGIN INSERT OR IGNORE INTO search_pending (kind, key) VALUES ('{kind}', {key}); END"""  # noqa: S608 - our own names
    return name, statement


SEARCH_TRIGGERS: dict[str, str] = dict(
    (
        _noting("search_new_run", "INSERT", "runs", "run", "NEW.id"),
        _noting(
            "search_changed_run",
            "UPDATE OF id, tool_id, started_at, inputs_json, status, starred, label, origin",
            "runs",
            "run",
            "NEW.id",
        ),
        _noting("search_gone_run", "DELETE", "runs", "run", "OLD.id"),
        _noting("search_new_artefact", "INSERT", "artefacts", "artefact", "NEW.id"),
        _noting(
            "search_changed_artefact",
            "UPDATE OF id, tool_id, created_at, filename, mime, starred, label, tags, spilled",
            "artefacts",
            "artefact",
            "NEW.id",
        ),
        _noting("search_gone_artefact", "DELETE", "artefacts", "artefact", "OLD.id"),
    )
)
"""Name and statement of the triggers that keep the search in step, whoever writes."""


@frozen
class _Kind:
    """What is searched: where its rows are, and what of them becomes text and facets."""

    name: str
    table: str
    columns: str
    moment: str
    text: Callable[[sqlite3.Row], str | None]
    facets: Callable[[sqlite3.Row], Iterable[str]]


def _run_text(row: sqlite3.Row) -> str:
    return "\n".join(filter(None, (row["label"], _inputs_text(row["inputs_json"]))))


def _run_facets(row: sqlite3.Row) -> Iterator[str]:
    yield facet("tool", row["tool_id"])
    yield facet("status", row["status"])
    yield facet("origin", row["origin"])
    yield from _marks(row)


def _artefact_text(row: sqlite3.Row) -> str | None:
    # A large value kept as JSON is in no list that is searched.
    return None if row["spilled"] else "\n".join(filter(None, (row["filename"], row["label"], *tags_of(row["tags"]))))


def _artefact_facets(row: sqlite3.Row) -> Iterator[str]:
    mime = row["mime"] or ""
    yield facet("tool", row["tool_id"])
    yield facet("mime", mime)
    yield facet("mime", mime[: mime.find("/") + 1])
    yield from (facet("tag", tag) for tag in tags_of(row["tags"]))
    yield from _marks(row)


def _marks(row: sqlite3.Row) -> Iterator[str]:
    if row["starred"]:
        yield facet("marked", "starred")
    if (row["label"] or "").strip():
        yield facet("marked", "labelled")


_KINDS = (
    _Kind("run", "runs", "tool_id, status, origin, starred, label, inputs_json", "started_at", _run_text, _run_facets),
    _Kind(
        "artefact",
        "artefacts",
        "tool_id, mime, starred, label, filename, tags, spilled",
        "created_at",
        _artefact_text,
        _artefact_facets,
    ),
)


@lru_cache(10_000)
def facet(name: str, value: str | None) -> str:
    """The three letters that stand for a value of a column."""
    digest = int.from_bytes(hashlib.sha256(f"{name}={value}".encode(errors="replace")).digest()[:8], "big")
    return "".join(chr(_FACET_LETTERS + digest // 6400**place % 6400) for place in range(3))


def moment_number(moment: str | None) -> int:
    """A moment in ISO 8601 as milliseconds since 1970; 0 when it is none."""
    try:
        at = datetime.fromisoformat(moment or "")
    except ValueError:
        return 0
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def number_of(conn: sqlite3.Connection, kind: str, moment: str, key: str) -> int:
    """The number of a row's text, or the least that it can have had when it is gone."""
    found = conn.execute(f"SELECT id FROM {kind}_texts WHERE key = ?", (key,)).fetchone()  # noqa: S608 - our own names
    return int(found[0]) if found is not None else moment_number(moment)


def index_everything(conn: sqlite3.Connection) -> None:
    """Make the search anew from all rows, within the caller's transaction."""
    conn.execute("DELETE FROM search_pending")
    for kind in _KINDS:
        conn.execute(f"DELETE FROM {kind.name}_texts")  # noqa: S608 - our own names
        cursor = conn.cursor()
        cursor.row_factory = sqlite3.Row
        rows = cursor.execute(f"SELECT id, {kind.moment} AS moment, {kind.columns} FROM {kind.table} ORDER BY 2, 1")  # noqa: S608 - our own names
        conn.executemany(
            f"INSERT INTO {kind.name}_texts (id, key, text, facets) VALUES (?, ?, ?, ?)",  # noqa: S608 - our own names
            _numbered(kind, rows),
        )
        conn.execute(f"INSERT INTO {kind.name}_search ({kind.name}_search) VALUES ('rebuild')")  # noqa: S608 - our own names


def _numbered(kind: _Kind, rows: Iterable[sqlite3.Row]) -> Iterator[tuple[int, str, str, str]]:
    """The texts of rows in the order of their moments, each with a number of its own."""
    last: int | None = None
    for row in rows:
        text = kind.text(row)
        if text is not None:
            number = moment_number(row["moment"])
            last = number if last is None else max(number, last + 1)
            yield last, str(row["id"]), folded(text), "".join(kind.facets(row))


def catch_up(conn: sqlite3.Connection) -> None:
    """Bring the search in step with the rows that were written down as changed, within the caller's transaction."""
    for kind in _KINDS:
        waiting = conn.execute("SELECT key FROM search_pending WHERE kind = ?", (kind.name,)).fetchall()
        following: dict[int, int] = {}
        for (key,) in waiting:
            _look_again(conn, kind, key, following)
        if waiting:
            conn.execute("DELETE FROM search_pending WHERE kind = ?", (kind.name,))


def _look_again(conn: sqlite3.Connection, kind: _Kind, key: str, following: dict[int, int]) -> None:
    texts, index = f"{kind.name}_texts", f"{kind.name}_search"
    before = conn.execute(f"SELECT id, text, facets FROM {texts} WHERE key = ?", (key,)).fetchone()  # noqa: S608 - our own names
    row = conn.execute(
        f"SELECT {kind.moment} AS moment, {kind.columns} FROM {kind.table} WHERE id = ?",  # noqa: S608 - our own names
        (key if kind.name == "run" else int(key),),
    ).fetchone()
    text = None if row is None else kind.text(row)
    now = None if text is None else (folded(text), "".join(kind.facets(row)))
    if before is not None and now == (before["text"], before["facets"]):
        return
    number = None
    if before is not None:
        number = before["id"]
        # FTS5 must be told the very text that it was given.
        conn.execute(f"INSERT INTO {index} ({index}, rowid, text, facets) VALUES ('delete', ?, ?, ?)", tuple(before))  # noqa: S608 - our own names
        conn.execute(f"DELETE FROM {texts} WHERE id = ?", (number,))  # noqa: S608 - our own names
    if now is not None:
        if number is None:
            number = _free_number(conn, texts, moment_number(row["moment"]), following)
        conn.execute(f"INSERT INTO {texts} (id, key, text, facets) VALUES (?, ?, ?, ?)", (number, key, *now))  # noqa: S608 - our own names
        conn.execute(f"INSERT INTO {index} (rowid, text, facets) VALUES (?, ?, ?)", (number, *now))  # noqa: S608 - our own names


def _free_number(conn: sqlite3.Connection, texts: str, moment: int, following: dict[int, int]) -> int:
    """The first number from the moment on that no text has. `following` remembers where the last one of the moment was
    found: the ten thousand files of a run have one moment together.
    """
    number = following.get(moment, moment)
    while conn.execute(f"SELECT 1 FROM {texts} WHERE id = ?", (number,)).fetchone():  # noqa: S608 - our own names
        number += 1
    following[moment] = number + 1
    return number


def folded(text: str) -> str:
    """The text as it is compared: NFC, capitals and small letters alike."""
    # NUL would end the text for some of SQLite's functions.
    return twin_key(text.replace("\0", " "))


def tags_of(text: str | None) -> tuple[str, ...]:
    """Tags are a JSON list; older rows hold words with commas between."""
    if not text:
        return ()
    try:
        tags = json.loads(text)
    except ValueError:
        tags = text.split(",")
    return tuple(str(each).strip() for each in tags) if isinstance(tags, list) else (str(tags),)


def _inputs_text(text: str | None) -> str:
    """What can be searched of inputs: a line `key=value` for each, up to 4 KiB, without data URLs."""
    if not text:
        return ""
    if len(text) > _PARSED_BYTES:
        # Too large to be parsed on the way of a run: its beginning, as JSON.
        return _cut(_DATA_URL.sub("", text[:_PARSED_BYTES]))
    try:
        inputs = unwrapped_inputs(text)
    except (ValueError, RecursionError):
        return _cut(text)
    lines = []
    size = 0
    for key, value in inputs.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{key}={_DATA_URL.sub('', shown)}")
        size += len(lines[-1])
        if size >= _INPUT_BYTES:
            break
    return _cut("\n".join(lines))


def _cut(text: str) -> str:
    return text.encode(errors="replace")[:_INPUT_BYTES].decode(errors="ignore")


def checked_query(text: str) -> str | None:
    """What is searched for, folded; None when there is nothing but space. Raises RequestInvalid for what is no text,
    or is too long.
    """
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise RequestInvalid("The search", (Problem("$.q", "holds NUL or half a character; give plain text"),))
    if len(text) > _LONGEST_QUERY:
        said = f"has {len(text):,} letters; give at most {_LONGEST_QUERY:,}"
        raise RequestInvalid("The search", (Problem("$.q", said),))
    return folded(text.strip()) or None


def telling_part(conn: sqlite3.Connection, kind: str, query: str) -> str:
    """The part of a text by which the index finds it soonest: what is in every row is left out, since the index would
    have to read all of its list. Whether the rest is there too must then be looked at in the rows.

    How many rows hold a part is judged by the newest ones. For `steps=777` that is `=777`.
    """
    query = query[:_JUDGED_LETTERS]
    places = range(len(query) - SHORTEST + 1)
    if len(places) < 2:
        return query
    newest = f"SELECT substr(text, 1, 1000) FROM {kind}_texts ORDER BY id DESC LIMIT {_SAMPLE}"  # noqa: S608 - our own names
    sample = [row[0] for row in conn.execute(newest)]
    # Behind the ends nothing is to be had.
    lists = [*(sum(query[at : at + SHORTEST] in text for text in sample) for at in places), sys.maxsize]
    first = last = min(places, key=lists.__getitem__)
    holding = [text for text in sample if query[first : first + SHORTEST] in text]
    while (further := min(lists[last + 1], lists[first - 1])) < sys.maxsize:
        # Three letters more: another list is read, and fewer rows are.
        wider = (first, last + 1) if further == lists[last + 1] else (first - 1, last)
        fewer = [text for text in holding if query[wider[0] : wider[1] + SHORTEST] in text]
        if further > 1 and (len(holding) - len(fewer)) * _ENTRIES_TO_ROW < further:
            break
        (first, last), holding = wider, fewer
    return query[first : last + SHORTEST]


def match(phrases: Iterable[str], facets: Iterable[str], without: Iterable[str] = ()) -> str:
    """What the index is asked for: the phrases, every letter of which stands for itself, and all of the facets, but
    nothing that has one of those `without`.

    What is found is looked at again, so that only what is left out must be said of one column: each such word costs.
    """
    wanted = []
    for each in (*facets, *phrases):
        doubled = each.replace('"', '""')
        wanted.append(f'"{doubled}"')
    return " NOT ".join((f"({' AND '.join(wanted)})", *(f'facets : "{each}"' for each in without)))
