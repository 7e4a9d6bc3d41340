"""What tools in the wild send, and the canonical shape that it becomes: one small function for each type.

Nothing behind this ever sees a variant. Each function takes a value as it came and what is known of its
output, gives the canonical value, and says by `ctx.note` what it had to change. What it doesn't understand
it gives back as it is, for the strict check to name the problem. With `ctx.increment` the value is a bit of
a stream and not the whole: columns may be missing, a point may stand alone.
"""

from __future__ import annotations

import binascii
import mimetypes
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.catalogue.base import Json

__all__ = ["CANONICAL", "Context"]


@define
class Context:
    """What is known of one output while its values come in.

    `columns` are a table's, and `series` a chart's names, as far as earlier values told them: rows as lists and
    a lone `y` mean something only with these.
    """

    declared: OutputDeclaration
    increment: bool = False
    columns: list[str] = field(factory=list)
    series: list[str] = field(factory=list)
    notes: list[Problem] = field(factory=list)

    def note(self, message: str, path: str = "$") -> None:
        """Say once what was changed."""
        problem = Problem(path, message, "warning")
        if problem not in self.notes:
            self.notes.append(problem)


Canonicalise: TypeAlias = "Callable[[Json, Context], Json]"


def _bare(raw: Json, ctx: Context) -> Json:
    """A type that is one scalar: `{"value": …}` is unwrapped."""
    del ctx
    return raw["value"] if isinstance(raw, dict) and "value" in raw else raw


def _words(raw: Json, ctx: Context) -> Json:
    """Text: a number or boolean is written out."""
    raw = _bare(raw, ctx)
    if isinstance(raw, bool | int | float):
        ctx.note(f"{ctx.declared.type} is text: the {type(raw).__name__} was written out; send a string")
        return str(raw).lower() if isinstance(raw, bool) else str(raw)
    return raw


def _valued(raw: Json, ctx: Context) -> Json:
    """A type that is a value with fields beside it: a bare scalar becomes `{"value": …}`."""
    del ctx
    return raw if isinstance(raw, dict) else {"value": raw}


def _number(raw: Json, ctx: Context) -> Json:
    value = _valued(raw, ctx)
    said = value.get("value")
    if isinstance(said, str):
        try:
            number = float(said)
        except ValueError:
            return value
        ctx.note("the number came as text; send a number", "$.value")
        return {**value, "value": int(number) if number.is_integer() and re.fullmatch(r"[+-]?\d+", said) else number}
    return value


def _code(raw: Json, ctx: Context) -> Json:
    if ctx.increment:
        return _bare(raw, ctx)
    value = _valued(raw, ctx)
    if ctx.declared.language and "language" not in value:
        return {**value, "language": ctx.declared.language}
    return value


def _table(raw: Json, ctx: Context) -> Json:
    """Rows as lists, columns as bare strings, a lone row or list of rows, rows without columns."""
    value = _rows_of(raw, ctx)
    if ctx.increment and isinstance(value, dict):
        value = {"rows": [], **value}
    if not isinstance(value, dict) or not isinstance(value.get("rows"), list):
        return value
    value = dict(value)
    columns = value.get("columns") or (None if ctx.increment else ctx.declared.columns)
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
        value["columns"] = columns
    value["rows"] = _rows_as_objects(value["rows"], ctx)
    if not ctx.increment and not value.get("columns"):
        value["columns"] = _columns_from(value["rows"], ctx)
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


def _kv(raw: Json, ctx: Context) -> Json:
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


def _log(raw: Json, ctx: Context) -> Json:
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


def _chart_line(raw: Json, ctx: Context) -> Json:
    """A lone point of a stream, scalars for lists, series as an object by name."""
    if not isinstance(raw, dict):
        return raw
    if ctx.increment and "series" not in raw and "x" in raw and not isinstance(raw["x"], list):
        names = [*ctx.series[:1], "y"]
        series = [
            {"name": names[0] if key == "y" else key, "y": [y]}
            for key, y in raw.items()
            if key != "x" and (y is None or isinstance(y, int | float)) and not isinstance(y, bool)
        ]
        return {"x": [raw["x"]], "series": series}
    value = dict(raw)
    if "x" in value and not isinstance(value["x"], list):
        value["x"] = [value["x"]]
    if "series" not in value and isinstance(value.get("y"), list):
        ctx.note("y came beside x; send series: [{name, y}]", "$.series")
        value["series"] = [{"name": ctx.declared.label, "y": value.pop("y")}]
    value["series"] = _series(value.get("series", [] if ctx.increment else None), "y", ctx)
    if value["series"] is None:
        del value["series"]
    if ctx.increment:
        value.setdefault("x", [])
    elif "x" not in value and isinstance(value.get("series"), list):
        own = next((one.get("x") for one in value["series"] if isinstance(one, dict) and "x" in one), None)
        if own is not None and all(isinstance(one, dict) and one.get("x", own) == own for one in value["series"]):
            ctx.note("x came inside the series; send it once, beside them", "$.x")
            value["x"] = own
            value["series"] = [{key: v for key, v in one.items() if key != "x"} for one in value["series"]]
    return value


def _series(series: Json, numbers: str, ctx: Context) -> Json:
    """Series as an object by name; a name that is missing or a number; a scalar where a list stands."""
    if isinstance(series, dict):
        ctx.note(f"series came as an object by name; send a list of {{name, {numbers}}}", "$.series")
        series = [
            {"name": name, **said} if isinstance(said, dict) else {"name": name, numbers: said}
            for name, said in series.items()
        ]
    if not isinstance(series, list) or not all(isinstance(each, dict) for each in series):
        return series
    mended = []
    for index, each in enumerate(series):
        one = each
        if not isinstance(one.get("name"), str):
            known = ctx.series[index] if index < len(ctx.series) else ctx.declared.label if index == 0 else None
            name = str(one["name"]) if one.get("name") is not None else known or f"Series {index + 1}"
            ctx.note("a series has a name, which is text", f"$.series[{index}].name")
            one = {**one, "name": name}
        if numbers in one and not isinstance(one[numbers], list):
            one = {**one, numbers: [one[numbers]]}
        if one["name"] not in ctx.series:
            ctx.series.append(one["name"])
        mended.append(one)
    return mended


def _chart_scatter(raw: Json, ctx: Context) -> Json:
    """A series with x and y as lists in place of points; points at the top; a lone point of a stream."""
    if not isinstance(raw, dict):
        return raw
    if ctx.increment and "series" not in raw and "x" in raw and not isinstance(raw["x"], list):
        first = ctx.series[0] if ctx.series else ctx.declared.label
        about = {"label": raw["label"]} if isinstance(raw.get("label"), str) else {}
        series = [
            {"name": first if key == "y" else key, "points": [{"x": raw["x"], "y": y, **(about if key == "y" else {})}]}
            for key, y in raw.items()
            if key != "x" and isinstance(y, int | float) and not isinstance(y, bool)
        ]
        return {"series": series}
    value = dict(raw)
    if "series" not in value:
        if isinstance(value.get("points"), list):
            ctx.note("points came at the top; send series: [{name, points}]", "$.series")
            value["series"] = [{"name": _first(ctx), "points": value.pop("points")}]
        elif isinstance(value.get("x"), list) and isinstance(value.get("y"), list):
            ctx.note("x and y came at the top; send series: [{name, points: [{x, y}]}]", "$.series")
            value["series"] = [{"name": _first(ctx), "x": value.pop("x"), "y": value.pop("y")}]
    if "series" in value:
        value["series"] = _series(value["series"], "points", ctx)
    if isinstance(value.get("series"), list):
        value["series"] = [_points(each, ctx) for each in value["series"]]
    return value


def _first(ctx: Context) -> str:
    return ctx.series[0] if ctx.series else ctx.declared.label


def _points(one: Any, ctx: Context) -> Any:
    if not isinstance(one, dict):
        return one
    x, y = one.get("x"), one.get("y")
    if "points" not in one and isinstance(x, list) and isinstance(y, list) and len(x) == len(y):
        ctx.note("a series came as lists of x and y; send points: [{x, y}]", "$.series")
        labels = one.get("labels") or one.get("text")
        points = [{"x": each, "y": other} for each, other in zip(x, y, strict=True)]
        if isinstance(labels, list) and len(labels) == len(points):
            points = [{**point, "label": str(label)} for point, label in zip(points, labels, strict=True)]
        rest = {key: said for key, said in one.items() if key not in {"x", "y", "labels", "text"}}
        one = {**rest, "points": points}
    given: Any = one.get("points")
    if not isinstance(given, list):
        return one
    if list in set(map(type, given)):
        ctx.note("points came as lists; send {x, y} for each", "$.series")
        given = [{"x": each[0], "y": each[1]} if isinstance(each, list) and len(each) == 2 else each for each in given]
    if any(map(_is_gap, given)):
        ctx.note("points without an x or y were left out; a scatter has no gaps", "$.series")
        given = [each for each in given if not _is_gap(each)]
    return {**one, "points": given}


def _is_gap(point: Any) -> bool:
    return isinstance(point, dict) and (point.get("x", 0) is None or point.get("y", 0) is None)


_MAGIC = (("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"))


def _image(raw: Json, ctx: Context) -> Json:
    """Base64 without its `data:` head; `src`, `url` or `data` for value."""
    if isinstance(raw, dict) and "value" not in raw:
        for key in ("data", "src", "url"):
            if isinstance(raw.get(key), str):
                ctx.note(f"the picture came as {key}; send the data URL itself")
                raw = raw[key]
                break
    raw = _bare(raw, ctx)
    if isinstance(raw, str):
        for start, mime in _MAGIC:
            if raw.startswith(start):
                ctx.note("the picture came as bare base64; send a data URL (data:image/png;base64,…)")
                return f"data:{mime};base64,{raw}"
        if raw.lstrip().startswith("<svg"):
            ctx.note("the picture came as SVG source; send a data URL (data:image/svg+xml;base64,…)")
            return "data:image/svg+xml;base64," + binascii.b2a_base64(raw.encode(), newline=False).decode()
    return raw


def _file(raw: Json, ctx: Context) -> Json:
    """A missing media type or name, `name`, `content` or `mime` for the fields, bare base64."""
    if isinstance(raw, str) and raw.startswith("data:"):
        ctx.note("the file came as a bare data URL; send {filename, data, mime_type}")
        raw = {"data": raw}
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    for found, wanted in (("name", "filename"), ("content", "data"), ("value", "data"), ("mime", "mime_type")):
        if wanted not in value and found in value:
            ctx.note(f"{found} stands for {wanted}", f"$.{wanted}")
            value[wanted] = value.pop(found)
    data = value.get("data")
    if not isinstance(data, str):
        return value
    head = re.match(r"data:([\w.+-]+/[\w.+-]+)?[;,]", data)
    if "mime_type" not in value:
        guessed = mimetypes.guess_type(str(value.get("filename", "")))[0]
        value["mime_type"] = (head.group(1) if head else None) or guessed or "application/octet-stream"
        ctx.note("mime_type was missing; say it, or the browser guesses what the file is", "$.mime_type")
    if "filename" not in value:
        value["filename"] = ctx.declared.key + (mimetypes.guess_extension(str(value["mime_type"])) or ".bin")
        ctx.note("filename was missing", "$.filename")
    if not head and data and len(data) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", data):
        ctx.note("data came as bare base64; send a data URL", "$.data")
        value["data"] = f"data:{value['mime_type']};base64,{data}"
    return value


CANONICAL: Mapping[str, Canonicalise] = {
    "text": _words,
    "markdown": _words,
    "stream_text": _words,
    "number": _number,
    "boolean": _valued,
    "code": _code,
    "progress": _bare,
    "table": _table,
    "kv": _kv,
    "log": _log,
    "chart_line": _chart_line,
    "chart_scatter": _chart_scatter,
    "image": _image,
    "file": _file,
}
"""By type; a type that isn't here is bare when it is one scalar, and taken as it is otherwise."""


def canonical(raw: Json, ctx: Context) -> Json:
    """The value in its type's canonical shape, as far as it was understood."""
    kind = ctx.declared.type
    return CANONICAL.get(kind, _bare if OUTPUT_TYPES[kind].bare() else _as_it_is)(raw, ctx)


def _as_it_is(raw: Json, ctx: Context) -> Json:
    del ctx
    return raw
