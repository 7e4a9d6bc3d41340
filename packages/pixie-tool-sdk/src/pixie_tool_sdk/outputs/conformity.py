"""From what a function returned or emitted to the canonical value of the declared type, by way of the helpers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from pixie_tool_sdk import outputs
from pixie_tool_sdk.encoding import plain, shown
from pixie_tool_sdk.errors import OutputError
from pixie_tool_sdk.outputs.structured import rows_at

__all__ = ["CLOSING", "EMPTY", "HELPERS", "conform", "conform_increment"]

HELPERS: Final[dict[str, Callable[..., Any]]] = {name: getattr(outputs, name) for name in outputs.__all__}
"""The helper of each output type, by the type's name."""

CLOSING: Final[dict[str, Any]] = {
    "chart_area": {"x": [], "series": []},
    "chart_bar": {"x": [], "series": []},
    "chart_line": {"x": [], "series": []},
    "chart_scatter": {"series": []},
    "code": "",
    "log": {"lines": []},
    "markdown": "",
    "stream_text": "",
    "table": {"rows": []},
    "text": "",
}
"""The types whose increments add up, each with the increment that adds nothing; any other type's value is replaced."""

EMPTY: Final[dict[str, Any]] = {
    **CLOSING,
    "table": {"columns": [], "rows": []},
    "kv": {"pairs": []},
    "latex": "",
    "timeline": {"events": []},
    "gantt": {"tasks": []},
    "image_grid": {"images": []},
    "map_points": {"points": []},
    "map_heatmap": {"points": []},
    "map_polygons": {"polygons": []},
    "map_route": {"points": []},
}
"""What stands for an output before it has a value. Types that aren't here have no empty value: null stands for them."""


def conform(kind: str, value: Any, where: str) -> Any:
    """The canonical value of the output type `kind`. Raises `OutputError` that begins with `where`."""
    helper = HELPERS.get(kind)
    if helper is None:
        # A type that is newer than this package: Pixie checks it.
        return value
    try:
        if not isinstance(value, Mapping):
            required, known = _parameters(kind)
            if "value" not in known:
                raise OutputError(f"{kind} is {shown(value)}: expected an object with {', '.join(required)}")
            return helper(value)
        _check_keys(kind, value)
        return helper(**value)
    except OutputError as error:
        raise OutputError(f"{where}: {error}") from None


def conform_increment(kind: str, value: Any, where: str) -> Any:
    """The canonical increment of the output type `kind`: rows without columns and a single log line are understood."""
    if isinstance(value, Mapping):
        if kind == "table" and "columns" not in value and "rows" in value:
            return {**value, "rows": rows_at(value["rows"], f"{where}: table.rows")}
        if kind == "log" and "lines" not in value and "message" in value:
            return conform(kind, {"lines": [value]}, where)
    increment = conform(kind, value, where)
    return (
        increment["value"]
        if kind == "code" and isinstance(increment, dict) and "value" in increment
        else plain(increment)
    )


def _check_keys(kind: str, value: Mapping[str, Any]) -> None:
    required, known = _parameters(kind)
    missing = [key for key in required if key not in value]
    unknown = [str(key) for key in value if key not in known]
    if missing and "value" in value and "value" not in known:
        raise OutputError(f"{kind} has no `value`: expected an object with {', '.join(required)}")
    if missing:
        raise OutputError(f"{kind} has no {', '.join(missing)}: found {', '.join(map(str, value)) or 'nothing'}")
    if unknown:
        raise OutputError(f"{kind} knows no {', '.join(unknown)}: it has {', '.join(known)}")


@cache
def _parameters(kind: str) -> tuple[list[str], list[str]]:
    """The keys that a value of this type must have, and those that it may have: the helper's parameters."""
    parameters = inspect.signature(HELPERS[kind]).parameters
    # A helper's conveniences (a media type for bytes) are parameters too, and harmless as keys.
    required = [name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty]
    return required, list(parameters)
