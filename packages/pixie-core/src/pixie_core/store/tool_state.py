"""What the user has set for tools, and the index of tags. Functions of a connection; `Store` says when they run.

A flag that is 0 says nothing by itself, since each new row begins so: `chosen` names those flags that somebody has
decided, and these win over tool.json even when they are 0.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import attrs

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.store.json_text import to_json
from pixie_core.structure import Problems, structure
from pixie_core.tool.manifest import ID_PATTERN
from pixie_core.tool.state import Limits, ToolState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["change", "index_tags", "out_of_step", "set_limits", "states", "tag", "tags", "untag"]

_FLAGS = ("favourited", "pinned", "pinned_warm", "archived")
_DECIDED = frozenset({"pinned_warm", "archived"})
"""Flags that tool.json has a word on too."""
_PLAIN = ("sort_order", "colour")
_COLUMNS = f"tool_id, {', '.join((*_FLAGS, *_PLAIN))}, chosen, overrides_json"
_TAG = re.compile(ID_PATTERN, re.ASCII)
_LONGEST_TAG = 60


def states(conn: sqlite3.Connection, tool_id: str | None = None) -> dict[str, ToolState]:
    """What is set for one tool, or for every tool that something is set for, by id."""
    one, given = ("WHERE tool_id = ?", (tool_id,)) if tool_id is not None else ("", ())
    own: defaultdict[str, list[str]] = defaultdict(list)
    of_tags = f"SELECT tool_id, tag FROM tool_tags {one or 'WHERE 1'} AND from_manifest = 0 ORDER BY rowid"  # noqa: S608
    for row in conn.execute(of_tags, given):
        own[row["tool_id"]].append(row["tag"])
    rows = conn.execute(f"SELECT {_COLUMNS} FROM tool_state {one}", given)  # noqa: S608 - our own names
    found = {row["tool_id"]: _state(row, own.pop(row["tool_id"], ())) for row in rows}
    return {**found, **{each: ToolState(tags=tuple(said)) for each, said in own.items()}}


def _state(row: sqlite3.Row, own_tags: Iterable[str]) -> ToolState:
    chosen = set((row["chosen"] or "").split(","))
    flags = {name: bool(row[name]) for name in _FLAGS}
    said = {name: flags[name] if flags[name] or name in chosen else None for name in _DECIDED}
    return ToolState(
        favourited=flags["favourited"],
        pinned=flags["pinned"],
        pinned_warm=said["pinned_warm"],
        archived=said["archived"],
        sort_order=row["sort_order"],
        colour=row["colour"],
        limits=_limits(row["overrides_json"]),
        tags=tuple(own_tags),
    )


def _limits(text: str | None) -> Limits:
    """The limits in overrides_json. What an older Pixie, or a hand, has written there beside them isn't one."""
    try:
        raw = json.loads(text or "{}")
    except ValueError:
        return Limits()
    names = [each.name for each in attrs.fields(Limits)]
    found: dict[str, int] = {}
    for name in names if isinstance(raw, dict) else ():
        try:
            found.update(structure(Limits, {name: raw.get(name)}).given())
        except Problems:
            continue
    return Limits(**found)


def change(conn: sqlite3.Connection, tool_id: str, changes: Mapping[str, Any]) -> None:
    """Set some of favourited, pinned, pinned_warm, archived, sort_order and colour.

    None takes a decision on pinned_warm or archived back, and a sort_order or colour away.
    """
    unknown = [name for name in changes if name not in {*_FLAGS, *_PLAIN}]
    if unknown:
        known = f"known are {', '.join((*_FLAGS, *_PLAIN))}"
        raise RequestInvalid(
            "The tool's state", [Problem.unknown("field", name, f"$.{name}", known) for name in unknown]
        )
    row = _row(conn, tool_id)
    chosen = set(filter(None, (row["chosen"] or "").split(",")))
    values = {name: value if name in _PLAIN else int(bool(value)) for name, value in changes.items()}
    for name in _DECIDED & changes.keys():
        (chosen.discard if changes[name] is None else chosen.add)(name)
    assigned = ", ".join(f"{name} = ?" for name in (*values, "chosen"))
    conn.execute(
        f"UPDATE tool_state SET {assigned} WHERE tool_id = ?",  # noqa: S608 - names that were checked above
        (*values.values(), ",".join(sorted(chosen)), tool_id),
    )


def set_limits(conn: sqlite3.Connection, tool_id: str, limits: Limits) -> None:
    """Put these limits in the place of those that were set. Other keys in the column stay."""
    row = _row(conn, tool_id)
    try:
        kept = json.loads(row["overrides_json"] or "{}")
    except ValueError:
        kept = {}
    names = {each.name for each in attrs.fields(Limits)}
    others = {key: value for key, value in kept.items() if key not in names} if isinstance(kept, dict) else {}
    text = to_json({**others, **limits.given()}, "The limits")
    conn.execute("UPDATE tool_state SET overrides_json = ? WHERE tool_id = ?", (text, tool_id))


def _row(conn: sqlite3.Connection, tool_id: str) -> sqlite3.Row:
    """The tool's row, made when there is none."""
    conn.execute(
        "INSERT INTO tool_state (tool_id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM tool_state WHERE tool_id = ?)",
        (tool_id, tool_id),
    )
    row: sqlite3.Row = conn.execute("SELECT * FROM tool_state WHERE tool_id = ?", (tool_id,)).fetchone()
    return row


def tag(conn: sqlite3.Connection, tool_id: str, given: Iterable[str]) -> None:
    """Add tags of the user's own. Raises RequestInvalid for one that isn't kebab-case."""
    given = tuple(dict.fromkeys(given))
    wrong = [each for each in given if not _TAG.fullmatch(each) or len(each) > _LONGEST_TAG]
    if wrong:
        expected = f"expected kebab-case of at most {_LONGEST_TAG} characters, such as data-cleaning"
        raise RequestInvalid("The tags", [Problem("$.tags", f"{each!r} is no tag; {expected}") for each in wrong])
    for each in given:
        conn.execute("DELETE FROM tool_tags WHERE tool_id = ? AND tag = ?", (tool_id, each))
        conn.execute("INSERT INTO tool_tags (tool_id, tag, from_manifest) VALUES (?, ?, 0)", (tool_id, each))


def untag(conn: sqlite3.Connection, tool_id: str, given: Iterable[str]) -> None:
    """Take tags of the user's own away; those of tool.json stay."""
    for each in given:
        conn.execute("DELETE FROM tool_tags WHERE tool_id = ? AND tag = ? AND from_manifest = 0", (tool_id, each))


def tags(conn: sqlite3.Connection) -> dict[str, dict[str, bool]]:
    """The index as it stands: for each tool its tags, and whether each comes from tool.json."""
    found: dict[str, dict[str, bool]] = {}
    for row in conn.execute("SELECT tool_id, tag, from_manifest FROM tool_tags ORDER BY rowid"):
        found.setdefault(row["tool_id"], {})[row["tag"]] = bool(row["from_manifest"])
    return found


def out_of_step(known: Mapping[str, Mapping[str, bool]], of_manifests: Mapping[str, Iterable[str]]) -> bool:
    """True when the index lacks tags of manifests, or has some that none says any more."""
    return any(True for _ in _steps(known, of_manifests))


def index_tags(conn: sqlite3.Connection, of_manifests: Mapping[str, Iterable[str]]) -> None:
    """Bring the index in step with what the manifests say; the user's own tags stay as they are.

    `of_manifests` has every tool by id. A tool that isn't in it is gone, and so are the tags of its manifest.
    """
    for statement, tool_id, each in list(_steps(tags(conn), of_manifests)):
        conn.execute(statement, (tool_id, each))


def _steps(
    known: Mapping[str, Mapping[str, bool]], of_manifests: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, str, str]]:
    """What has to be written, each a statement with a tool and a tag."""
    for tool_id in sorted({*known, *of_manifests}):
        before, said = known.get(tool_id, {}), set(of_manifests.get(tool_id, ()))
        for each, from_manifest in before.items():
            if from_manifest and each not in said:
                yield "DELETE FROM tool_tags WHERE tool_id = ? AND tag = ?", tool_id, each
        for each in sorted(said - before.keys()):
            yield "INSERT INTO tool_tags (tool_id, tag, from_manifest) VALUES (?, ?, 1)", tool_id, each
