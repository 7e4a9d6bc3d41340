"""JSON in pieces: a value of any size as text, without the whole text ever being held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pixie_core.exporters.cells import finite_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["json_bytes", "json_object", "json_pieces"]

_BATCH = 512
_DEPTH = 4
"""Levels that are taken apart; what lies deeper is written at once."""


def json_object(values: Mapping[str, Any], change: Callable[[str], str] = str) -> Iterator[bytes]:
    """A JSON object, a line for each key, in pieces. `change` is applied to every string in the values.

    The mapping's values are taken one at a time, so that one that reads them lazily holds one at a time.
    """
    separator = "{\n"
    for key in values:
        yield _encoded(f"{separator}{_dump(key)}: ")
        yield from _pieces(values[key], change, 0)
        separator = ",\n"
    yield b"{}\n" if separator == "{\n" else b"\n}\n"


def json_pieces(value: Any) -> Iterator[bytes]:
    """Any value as JSON on few lines, in pieces; null in place of each number that isn't finite."""
    yield from _pieces(value, str, 0)
    yield b"\n"


def json_bytes(value: Any) -> bytes:
    """A small value, indented for people."""
    return _encoded(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n")


def _pieces(value: Any, change: Callable[[str], str], depth: int) -> Iterator[bytes]:
    if isinstance(value, dict) and depth < _DEPTH:
        separator = "{"
        for key, each in value.items():
            yield _encoded(f"{separator}{_dump(key)}:")
            yield from _pieces(each, change, depth + 1)
            separator = ","
        yield b"}" if value else b"{}"
    elif isinstance(value, list) and depth < _DEPTH and len(value) <= _BATCH:
        separator = "["
        for each in value:
            yield _encoded(separator)
            yield from _pieces(each, change, depth + 1)
            separator = ","
        yield b"]" if value else b"[]"
    elif isinstance(value, list):
        for start in range(0, len(value), _BATCH):
            batch = _dump(_changed(value[start : start + _BATCH], change))
            yield _encoded(("," if start else "[") + batch[1:-1])
        yield b"]"
    else:
        yield _encoded(_dump(_changed(value, change)))


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """The value with `change` applied to every string; what holds no string isn't copied."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return value if set(map(type, value)) <= _PLAIN else [_changed(each, change) for each in value]
    if isinstance(value, dict):
        return {key: _changed(each, change) for key, each in value.items()}
    return value


_PLAIN = {int, float, bool, type(None)}


def _dump(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(finite_json(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _encoded(text: str) -> bytes:
    # Half of a surrogate pair can't be UTF-8; what this writes in its place, its escape, is how JSON spells it.
    return text.encode("utf-8", "backslashreplace")
