"""How the increments of a streamed value add up.

Each function takes every increment of one output, oldest first, and gives the value in one pass: the work
is linear in what arrived, however small the pieces. Each is associative, so that a few neighbours may be
merged before the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["append_code", "append_lines", "append_points", "append_rows", "append_series", "append_text"]


def append_text(values: Sequence[str]) -> str:
    """Strings end to end."""
    return "".join(values)


def append_code(values: Sequence[Any]) -> dict[str, Any]:
    """Source end to end: increments are bare strings, a whole value is an object."""
    merged: dict[str, Any] = {}
    for value in values:
        merged.update(value if isinstance(value, dict) else {})
    return {**merged, "value": "".join(v["value"] if isinstance(v, dict) else v for v in values)}


def append_lines(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`{lines: […]}`: lines one after the other."""
    return {**values[-1], "lines": [line for value in values for line in value["lines"]]}


def append_rows(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`{rows: […]}`, with whatever else any of them says: columns are often in the first alone."""
    merged: dict[str, Any] = {}
    for value in values:
        merged.update(value)
    return {**merged, "rows": [row for value in values for row in value.get("rows", ())]}


def append_series(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`{x: […], series: [{name, y: […]}]}`: x one after the other, y by the series' name.

    A series that an increment doesn't mention has gaps there, so that every y stays as long as x.
    """
    merged: dict[str, Any] = {}
    x: list[Any] = []
    series: dict[str, dict[str, Any]] = {}
    for value in values:
        merged.update(value)
        x.extend(value.get("x", ()))
        for one in value.get("series", ()):
            known = series.setdefault(one["name"], {"name": one["name"], "y": []})
            known.update((key, said) for key, said in one.items() if key != "y")
            before = len(x) - len(value.get("x", ()))
            known["y"].extend([None] * (before - len(known["y"])))
            known["y"].extend(one["y"])
    for known in series.values():
        known["y"].extend([None] * (len(x) - len(known["y"])))
    return {**merged, "x": x, "series": list(series.values())}


def append_points(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`{series: [{name, points: […]}]}`: points by the series' name."""
    merged: dict[str, Any] = {}
    series: dict[str, dict[str, Any]] = {}
    for value in values:
        merged.update(value)
        for one in value.get("series", ()):
            known = series.setdefault(one["name"], {"name": one["name"], "points": []})
            known.update((key, said) for key, said in one.items() if key != "points")
            known["points"].extend(one["points"])
    return {**merged, "series": list(series.values())}
