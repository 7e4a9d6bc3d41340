"""Outputs with a structure of their own: tables, pairs, logs, differences, trees, timelines, plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final

from pixie_tool_sdk.encoding import plain, shown
from pixie_tool_sdk.errors import OutputError
from pixie_tool_sdk.outputs.checks import (
    as_list,
    boolean_at,
    fail,
    instant_at,
    number_at,
    numbers_at,
    optional,
    record_at,
    records_at,
    text_at,
)

__all__ = ["COLUMN_TYPES", "LOG_LEVELS", "diff", "gantt", "kv", "log", "rows_at", "table", "timeline", "tree"]

COLUMN_TYPES: Final = ("number", "integer", "string", "text", "boolean", "date", "datetime", "json", "link")
LOG_LEVELS: Final = ("debug", "info", "warning", "error", "critical")

_PLAIN_CELLS: Final = frozenset({str, int, float, bool, type(None), list, dict})


def table(
    rows: Any,
    columns: Iterable[str | Mapping[str, Any]] | None = None,
    *,
    downloadable: bool | None = None,
) -> dict[str, Any]:
    """Rows, each a dict of cells by column key.

    A column is its key, or `{"key", "label", "type"}` (types: number, integer, string, text, boolean, date, datetime,
    json, link). Without `columns` they are taken from the keys of the rows in the order of their first appearance.
    Cells of number columns are numbers or None; a cell that no column names is refused.
    """
    listed = rows_at(rows, "table.rows")
    described = _columns_of(listed) if columns is None else _columns_at(columns)
    known = {column["key"] for column in described}
    for index, row in enumerate(listed):
        if not row.keys() <= known:
            extra = next(key for key in row if key not in known)
            raise OutputError(f"table.rows[{index}] has the cell {extra!r}, which no column names: {sorted(known)}")
    for column in described:
        if column.get("type") in {"number", "integer"}:
            _check_number_cells(listed, column["key"])
    said = {} if downloadable is None else {"downloadable": boolean_at(downloadable, "table.downloadable")}
    return {"columns": described, "rows": listed, **said}


def _check_number_cells(rows: list[dict[str, Any]], key: str) -> None:
    try:
        numbers_at([row.get(key) for row in rows], key, gaps=True)
    except OutputError:
        # The column is checked as a list, in one pass; the walk is for the place.
        for index, row in enumerate(rows):
            number_at(row.get(key), f"table.rows[{index}].{key}", gap=True)


def rows_at(rows: Any, where: str) -> list[dict[str, Any]]:
    """Rows of a table: dicts with text for keys, their cells plain."""
    listed = as_list(rows, where, "rows, each an object by column key")
    for index, row in enumerate(listed):
        if not isinstance(row, dict):
            fail(f"{where}[{index}]", row, "an object by column key")
    keys = set(chain.from_iterable(listed))
    if any(not isinstance(key, str) for key in keys):
        fail(f"a column of {where}", next(key for key in keys if not isinstance(key, str)), "a string for its key")
    kinds = set(map(type, chain.from_iterable(row.values() for row in listed)))
    if kinds <= _PLAIN_CELLS:
        return listed
    return [{key: plain(cell) for key, cell in row.items()} for row in listed]


def _columns_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = []
    for key in dict.fromkeys(chain.from_iterable(rows)):
        kinds = {type(row[key]) for row in rows if row.get(key) is not None}
        kind = "boolean" if kinds == {bool} else "number" if kinds and kinds <= {int, float} else "string"
        columns.append({"key": key, "label": key, "type": kind})
    return columns


def _columns_at(columns: Any) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = []
    for index, column in enumerate(as_list(columns, "table.columns", "columns")):
        where = f"table.columns[{index}]"
        entry = {"key": column, "label": column} if isinstance(column, str) else record_at(column, where, ["key"])
        entry["key"] = text_at(entry["key"], f"{where}.key")
        entry.setdefault("label", entry["key"])
        optional(entry, where, label=text_at, type=_column_type)
        if any(entry["key"] == other["key"] for other in described):
            raise OutputError(f"{where}.key is {entry['key']!r}, which was there before: keys are unique")
        described.append(entry)
    return described


def _column_type(value: Any, where: str) -> str:
    if value not in COLUMN_TYPES:
        fail(where, value, f"one of {', '.join(COLUMN_TYPES)}")
    return str(value)


def kv(pairs: Any) -> dict[str, Any]:
    """Names with their values: a dict, or a list of `{"key", "value"}`. Values are text, numbers, True, False or
    None.
    """
    if isinstance(pairs, Mapping):
        pairs = [{"key": key, "value": value} for key, value in pairs.items()]
    listed = records_at(pairs, "kv.pairs", ["key", "value"])
    for index, pair in enumerate(listed):
        where = f"kv.pairs[{index}]"
        pair["key"] = text_at(pair["key"], f"{where}.key")
        pair["value"] = plain(pair["value"])
        if isinstance(pair["value"], (int, float)) and not isinstance(pair["value"], bool):
            number_at(pair["value"], f"{where}.value")
        elif not isinstance(pair["value"], (str, bool, type(None))):
            fail(f"{where}.value", pair["value"], "text, a number, True, False or None")
    return {"pairs": listed}


def log(lines: Any) -> dict[str, Any]:
    """Lines of a log: strings, or `{"message", "level", "t"}` with a level of debug, info, warning, error or
    critical.
    """
    listed = [{"message": line} if isinstance(line, str) else line for line in as_list(lines, "log.lines", "lines")]
    checked = []
    for index, line in enumerate(records_at(listed, "log.lines", ["message"])):
        where = f"log.lines[{index}]"
        line.setdefault("level", "info")
        if line["level"] not in LOG_LEVELS:
            fail(f"{where}.level", line["level"], f"one of {', '.join(LOG_LEVELS)}")
        line["message"] = text_at(line["message"], f"{where}.message")
        checked.append(optional(line, where, t=instant_at))
    return {"lines": checked}


def diff(
    before: Any,
    after: Any,
    *,
    before_label: str | None = None,
    after_label: str | None = None,
    language: str | None = None,
) -> dict[str, Any]:
    """Two texts, shown by what differs, with a name for each; `language` is that of both, for colouring."""
    said = {"before_label": before_label, "after_label": after_label, "language": language}
    return {
        "before": text_at(before, "diff.before"),
        "after": text_at(after, "diff.after"),
        **{key: text_at(value, f"diff.{key}") for key, value in said.items() if value is not None},
    }


def tree(root: Any) -> dict[str, Any]:
    """A tree from its root: `{"label", "children": [...]}`, where a leaf needs no children."""
    return {"root": _branch(root, "tree.root", 0)}


def _branch(value: Any, where: str, depth: int) -> dict[str, Any]:
    if depth > 200:
        raise OutputError(f"{where} lies deeper than 200 levels, or the tree holds itself")
    node = record_at(value, where, ["label"])
    node["label"] = text_at(node["label"], f"{where}.label")
    if node.get("children") is not None:
        children = as_list(node["children"], f"{where}.children", "branches")
        node["children"] = [_branch(child, f"{where}.children[{i}]", depth + 1) for i, child in enumerate(children)]
    return node


def timeline(events: Any) -> dict[str, Any]:
    """Events in time: `{"t", "label"}`, with `t` in ISO 8601, a date, or a number."""
    listed = records_at(events, "timeline.events", ["t", "label"])
    for index, event in enumerate(listed):
        event["t"] = instant_at(event["t"], f"timeline.events[{index}].t")
        event["label"] = text_at(event["label"], f"timeline.events[{index}].label")
    return {"events": listed}


def gantt(tasks: Any) -> dict[str, Any]:
    """A plan: tasks as `{"name", "start", "end"}`, start and end in ISO 8601, dates or numbers, in order."""
    listed = records_at(tasks, "gantt.tasks", ["name", "start", "end"])
    for index, task in enumerate(listed):
        where = f"gantt.tasks[{index}]"
        task["name"] = text_at(task["name"], f"{where}.name")
        task["start"] = instant_at(task["start"], f"{where}.start")
        task["end"] = instant_at(task["end"], f"{where}.end")
        if _in_order(task["end"], task["start"]):
            raise OutputError(f"{where} ends at {shown(task['end'])}, before its start at {shown(task['start'])}")
    return {"tasks": listed}


def _in_order(first: Any, second: Any) -> bool:
    """Whether one moment is before the other, as far as can be told: numbers, or one form of ISO 8601, no offset."""
    if isinstance(first, str) and isinstance(second, str):
        alike = len(first) == len(second) <= len("2026-05-17T12:00:00")
        return alike and first[:4].isdigit() and second[:4].isdigit() and first < second
    return not isinstance(first, str) and not isinstance(second, str) and bool(first < second)
