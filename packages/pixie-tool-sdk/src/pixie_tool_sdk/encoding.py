"""Values to JSON, and the place of what can't be said in JSON.

JSON has no NaN and no infinity, and browsers refuse text that isn't Unicode, so neither ever leaves the process: the
encoder raises with the place. Objects of numerical libraries are known by their methods: whatever has `tolist()` or
`item()` is taken at its word (arrays, scalars, tensors, series).
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from pixie_tool_sdk.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["decode", "encode", "plain", "shown"]

_DEEPEST = 200
"""Levels of nesting beyond which a value is taken to hold itself."""


def encode(value: Any, where: str = "the value") -> bytes:
    """The value as UTF-8 JSON without spaces.

    `where` names the value in messages, such as `output 'growth'`. Raises `OutputError` with the place of the first
    NaN, infinity, broken text, or object that JSON doesn't know.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_by_method)
        return text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        # The encoder says what it met, never where: only a failure pays for the search.
        problem = next(_problems(value, where, 0), None) or f"{where} can't be written as JSON: {error}"
        raise OutputError(problem) from None


def decode(raw: bytes) -> Any:
    """JSON to values. Raises ValueError for anything that isn't strict JSON in UTF-8, NaN and Infinity among it."""
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def plain(value: Any) -> Any:
    """A scalar or array of a numerical library as Python's own; anything else as it is."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "item") and not isinstance(value, (dict, list, str)):
        return value.item()
    return value


def shown(value: Any) -> str:
    """The value as messages show it: its repr, cut at 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't JSON")


def _by_method(value: Any) -> Any:
    converted = plain(value)
    if converted is value:
        raise TypeError(f"a {type(value).__name__} isn't JSON")
    return converted


def _problems(value: Any, where: str, depth: int) -> Iterator[str]:
    value = plain(value)
    if depth > _DEEPEST:
        yield f"{where} is nested deeper than {_DEEPEST} levels, or holds itself"
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield f"{where} is {value}, which JSON can't say: leave it out, or send null where the type allows a gap"
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            yield f"{where} holds text that isn't Unicode ({error.reason} at character {error.start})"
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, (str, int, float, bool, type(None))):
                yield f"{where} has the key {shown(key)}: keys must be strings"
            yield from _problems(item, f"{where}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _problems(item, f"{where}[{index}]", depth + 1)
    elif value is not None and not isinstance(value, (bool, int)):
        kind = type(value).__name__
        yield f"{where} is a {kind} ({shown(value)}), which JSON can't say: send a number, text, list or dict"
