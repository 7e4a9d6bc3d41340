"""Variants of tables, kvs, logs, trees and schedules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_core.catalogue.base import Json
    from pixie_core.run.canonical.context import Context

__all__ = ["gantt", "kv", "log", "table", "timeline", "tree"]


def table(raw: Json, ctx: Context) -> Json:
    """Rows as lists, columns as bare strings, a lone row or list of rows, rows without columns."""
    value = _rows_of(raw, ctx)
    if ctx.increment and isinstance(value, dict):
        value = {"rows": [], **value}
    if not isinstance(value, dict) or not isinstance(value.get("rows"), list):
        return value
    value = dict(value)
    columns = value.get("columns") or (None if ctx.increment and ctx.columns_told else ctx.declared.columns)
    if isinstance(columns, dict):
        ctx.note("columns came as an object; send a list of {key, label, type}", "$.columns")
        columns = [
            {"key": key, **said} if isinstance(said, dict) else {"key": key, "label": str(said)}
            for key, said in columns.items()
        ]
    if isinstance(columns, list) and columns:
        if not all(isinstance(each, dict) for each in columns):
            ctx.note("columns came as bare names; send {key, label, type} for each", "$.columns")
        columns = [each if isinstance(each, dict) else {"key": str(each), "label": str(each)} for each in columns]
        columns = [{**each, "key": each.get("label")} if "key" not in each else each for each in columns]
        ctx.columns = [str(each["key"]) for each in columns]
        ctx.columns_told = True
        value["columns"] = columns
    value["rows"] = _rows_as_objects(value["rows"], ctx)
    if not value.get("columns") and not (ctx.increment and ctx.columns_told):
        derived = _columns_from(value["rows"], ctx)
        # Of a stream, columns that nobody told are told with the rows that have them first.
        if not ctx.increment or [each["key"] for each in derived] != ctx.columns:
            value["columns"] = derived
            ctx.columns = [each["key"] for each in derived]
    return value if ctx.increment else _honest_columns(value, ctx)


def _rows_of(raw: Json, ctx: Context) -> Json:
    if isinstance(raw, list):
        ctx.note("the table came as a bare list of rows; send {columns, rows}")
        return {"rows": raw}
    if ctx.increment and isinstance(raw, dict) and raw and not {"rows", "columns"} & raw.keys():
        ctx.note("a row came alone; send {rows: [row]}")
        return {"rows": [raw]}
    return raw


def _rows_as_objects(rows: list[Any], ctx: Context) -> list[Any]:
    if list not in set(map(type, rows)):
        return rows
    ctx.note("rows came as lists of cells; send an object by column key for each", "$.rows")
    longest = max(len(row) for row in rows if isinstance(row, list))
    keys = ctx.columns + [str(index + 1) for index in range(len(ctx.columns), longest)]
    if len(keys) > len(ctx.columns):
        ctx.columns = keys
    return [dict(zip(keys, row, strict=False)) if isinstance(row, list) else row for row in rows]


def _columns_from(rows: list[Any], ctx: Context) -> list[dict[str, Any]]:
    """Columns of rows that came without: those that were told before, then the keys as they appear."""
    keys = dict.fromkeys(ctx.columns)
    for row in rows:
        if isinstance(row, dict):
            keys.update(dict.fromkeys(row))
    if keys:
        ctx.note("the table came without columns; send columns: [{key, label, type}]", "$.columns")
    return [{"key": key, "label": key} for key in keys]


_NUMBER_CELLS = {int, float, type(None)}


def _honest_columns(value: dict[str, Any], ctx: Context) -> dict[str, Any]:
    """A column that says number and holds words loses its type: words would break what computes with it."""
    columns = []
    for column in value["columns"]:
        kinds = (
            {type(row.get(column.get("key"))) for row in value["rows"] if isinstance(row, dict)} - _NUMBER_CELLS
            if column.get("type") in {"number", "integer"}
            else set()
        )
        if kinds:
            names = ", ".join(sorted(kind.__name__ for kind in kinds))
            ctx.note(
                f"column {column.get('key')!r} is declared a number and holds {names}; send numbers, or null",
                "$.columns",
            )
        columns.append({key: said for key, said in column.items() if key != "type"} if kinds else column)
    return {**value, "columns": columns}


def kv(raw: Json, ctx: Context) -> Json:
    """Pairs as an object by name, as lists of two, or the bare object alone."""
    if not isinstance(raw, dict):
        return raw
    pairs = raw.get("pairs")
    if pairs is None and raw and not any(isinstance(each, dict | list) for each in raw.values()):
        ctx.note("the names came at the top; send {pairs: [{key, value}]}")
        return {"pairs": [{"key": key, "value": value} for key, value in raw.items()]}
    if isinstance(pairs, dict):
        ctx.note("pairs came as an object; send a list of {key, value}", "$.pairs")
        return {**raw, "pairs": [{"key": key, "value": value} for key, value in pairs.items()]}
    if isinstance(pairs, list) and any(isinstance(each, list) and len(each) == 2 for each in pairs):
        ctx.note("pairs came as lists of two; send {key, value} for each", "$.pairs")
        as_objects = [
            {"key": str(each[0]), "value": each[1]} if isinstance(each, list) and len(each) == 2 else each
            for each in pairs
        ]
        return {**raw, "pairs": as_objects}
    return raw


_LINE_KEYS = {"msg": "message", "text": "message", "time": "t", "timestamp": "t", "ts": "t"}


def log(raw: Json, ctx: Context) -> Json:
    """Times as epoch seconds, lines as bare strings, a lone line, a bare list."""
    if isinstance(raw, dict) and "lines" not in raw and (raw.keys() & {"message", *_LINE_KEYS}):
        raw = {"lines": [raw]}
    elif isinstance(raw, str):
        ctx.note("the log came as text; send {lines: [{level, message, t}]}")
        raw = {"lines": [{"message": line} for line in raw.splitlines()]}
    elif isinstance(raw, list):
        ctx.note("the log came as a bare list; send {lines: [{level, message, t}]}")
        raw = {"lines": raw}
    if not isinstance(raw, dict) or not isinstance(raw.get("lines"), list):
        return raw
    return {**raw, "lines": [_line(each, ctx) for each in raw["lines"]]}


def _line(raw: Any, ctx: Context) -> Any:
    if isinstance(raw, str):
        ctx.note("lines came as bare strings; send {level, message, t} for each", "$.lines")
        return {"message": raw}
    if not isinstance(raw, dict):
        return raw
    line = raw
    if "message" not in raw or raw.keys() & {"time", "timestamp", "ts"}:
        line = {(_LINE_KEYS.get(key, key) if _LINE_KEYS.get(key) not in raw else key): v for key, v in raw.items()}
        if line.keys() != raw.keys():
            ctx.note("a line's fields are level, message and t", "$.lines")
    if isinstance(line.get("t"), int | float) and not isinstance(line["t"], bool):
        ctx.note("t came as seconds since 1970; send ISO 8601", "$.lines")
        return {**line, "t": _iso(line["t"])}
    return line


def _iso(seconds: float) -> str:
    """Seconds since 1970, or thousandths of them, in ISO 8601."""
    if abs(seconds) > 1e11:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def tree(raw: Json, ctx: Context) -> Json:
    """The node at the top without `root`."""
    if isinstance(raw, dict) and "root" not in raw and "label" in raw:
        ctx.note("the tree came without root; send {root: {label, children}}")
        return {"root": raw}
    return raw


def timeline(raw: Json, ctx: Context) -> Json:
    """A bare list of events."""
    if isinstance(raw, list):
        ctx.note("the events came as a bare list; send {events: [{t, label}]}")
        return {"events": raw}
    return raw


def gantt(raw: Json, ctx: Context) -> Json:
    """A bare list of tasks."""
    if isinstance(raw, list):
        ctx.note("the tasks came as a bare list; send {tasks: [{name, start, end}]}")
        return {"tasks": raw}
    return raw
