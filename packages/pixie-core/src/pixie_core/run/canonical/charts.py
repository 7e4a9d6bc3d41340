"""Variants of charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_core.catalogue.base import Json
    from pixie_core.run.canonical.context import Context

__all__ = [
    "chart_bar",
    "chart_boxplot",
    "chart_candlestick",
    "chart_heatmap",
    "chart_histogram",
    "chart_line",
    "chart_pie",
    "chart_radar",
    "chart_sankey",
    "chart_scatter",
]


def chart_line(raw: Json, ctx: Context) -> Json:
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


def chart_scatter(raw: Json, ctx: Context) -> Json:
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
    if ctx.increment:
        value.setdefault("series", [])
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


def chart_bar(raw: Json, ctx: Context) -> Json:
    """`labels` or `categories` for x, `values` beside them, and what lines have."""
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    for found in ("labels", "categories"):
        if "x" not in value and isinstance(value.get(found), list):
            ctx.note(f"{found} stands for x", "$.x")
            value["x"] = value.pop(found)
    if "series" not in value and "y" not in value and isinstance(value.get("values"), list):
        value["y"] = value.pop("values")
    return chart_line(value, ctx)


def chart_histogram(raw: Json, ctx: Context) -> Json:
    """The bare list of values."""
    if isinstance(raw, list):
        ctx.note("the values came as a bare list; send {values: […]}")
        return {"values": raw}
    return raw


def chart_boxplot(raw: Json, ctx: Context) -> Json:
    """Series as an object by name."""
    if isinstance(raw, dict) and "series" in raw:
        return {**raw, "series": _series(raw["series"], "values", ctx)}
    return raw


def chart_radar(raw: Json, ctx: Context) -> Json:
    """Series as an object by name, `categories` for axes."""
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    if "axes" not in value and isinstance(value.get("categories"), list):
        ctx.note("categories stands for axes", "$.axes")
        value["axes"] = value.pop("categories")
    return chart_boxplot(value, ctx)


def chart_pie(raw: Json, ctx: Context) -> Json:
    """Slices as an object by label; labels and values as lists."""
    if not isinstance(raw, dict):
        return raw
    labels, values = raw.get("labels"), raw.get("values")
    if "slices" not in raw and isinstance(labels, list) and isinstance(values, list) and len(labels) == len(values):
        ctx.note("the slices came as labels and values; send slices: [{label, value}]", "$.slices")
        rest = {key: said for key, said in raw.items() if key not in {"labels", "values"}}
        slices = [{"label": str(label), "value": value} for label, value in zip(labels, values, strict=True)]
        return {**rest, "slices": slices}
    if isinstance(raw.get("slices"), dict):
        ctx.note("slices came as an object; send a list of {label, value}", "$.slices")
        return {**raw, "slices": [{"label": label, "value": value} for label, value in raw["slices"].items()]}
    return raw


def chart_heatmap(raw: Json, ctx: Context) -> Json:
    """`x` and `y` for x_labels and y_labels."""
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    for found, wanted in (("x", "x_labels"), ("y", "y_labels")):
        if wanted not in value and isinstance(value.get(found), list):
            ctx.note(f"{found} stands for {wanted}", f"$.{wanted}")
            value[wanted] = value.pop(found)
    return value


_PRICES = ("open", "high", "low", "close")


def chart_candlestick(raw: Json, ctx: Context) -> Json:
    """A list for each of t, open, high, low, close; `time`, `date` or `x` for t."""
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    times = next((value[key] for key in ("t", "time", "date", "dates", "x") if isinstance(value.get(key), list)), None)
    if "points" not in value and times is not None and all(isinstance(value.get(key), list) for key in _PRICES):
        columns = [times, *(value[key] for key in _PRICES)]
        if len(set(map(len, columns))) == 1:
            ctx.note("the periods came as lists; send points: [{t, open, high, low, close}]", "$.points")
            points = [dict(zip(("t", *_PRICES), row, strict=True)) for row in zip(*columns, strict=True)]
            return {"points": points, **{key: value[key] for key in ("x_label", "y_label") if key in value}}
    if isinstance(value.get("points"), list):
        value["points"] = [_timed(each, ctx) for each in value["points"]]
    return value


def _timed(point: Any, ctx: Context) -> Any:
    if not isinstance(point, dict) or "t" in point:
        return point
    for found in ("time", "date", "x"):
        if found in point:
            ctx.note(f"{found} stands for t", "$.points")
            return {"t": point[found], **{key: said for key, said in point.items() if key != found}}
    return point


def chart_sankey(raw: Json, ctx: Context) -> Json:
    """Of sankeys and networks: nodes as bare names, `from` and `to` for source and target, links and edges mixed up."""
    if not isinstance(raw, dict):
        return raw
    value = dict(raw)
    wanted, other = ("links", "edges") if ctx.declared.type == "chart_sankey" else ("edges", "links")
    if wanted not in value and other in value:
        ctx.note(f"{other} stands for {wanted}", f"$.{wanted}")
        value[wanted] = value.pop(other)
    if isinstance(value.get("nodes"), list) and any(isinstance(each, str) for each in value["nodes"]):
        ctx.note("nodes came as bare names; send {id, label} for each", "$.nodes")
        value["nodes"] = [{"id": each, "label": each} if isinstance(each, str) else each for each in value["nodes"]]
    if isinstance(value.get(wanted), list):
        value[wanted] = [_directed(each, ctx, f"$.{wanted}") for each in value[wanted]]
    return value


def _directed(link: Any, ctx: Context, path: str) -> Any:
    if not isinstance(link, dict) or not {"from", "to"} & link.keys():
        return link
    ctx.note("from and to stand for source and target", path)
    names = {"from": "source", "to": "target"}
    return {(names[key] if key in names and names[key] not in link else key): said for key, said in link.items()}
