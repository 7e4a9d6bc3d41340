"""JSON of large values: written piece by piece, and measured no further than it needs to be.

`json.dumps` makes one text of a value, and the bytes of that are another: of a hundred megabytes, two hundred more.
Here no more than a batch is held, and the batches are still written by the encoder in C.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.catalogue.base import Json

__all__ = ["json_pieces", "longer_than"]

_BATCH = 1000
"""Items of a list, or of an object, that are written at a time."""
_HEAVY = 20_000
"""Items and characters in those items, from which on each of them is looked into."""
_SLICE = 1 << 18
"""Characters of a text that are written at a time."""


def json_pieces(value: Json) -> Iterator[bytes]:
    """The compact JSON of a value, in UTF-8, in pieces. Raises ValueError for NaN and infinities."""
    return (text.encode() for text in _texts(value))


def longer_than(value: Json, most: int) -> bool:
    """True when the value's JSON has more bytes than that: found without writing all of it."""
    size = 0
    for piece in json_pieces(value):
        size += len(piece)
        if size > most:
            return True
    return False


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str() if len(value) > _SLICE:
            yield '"'
            yield from (_dumps(value[start : start + _SLICE])[1:-1] for start in range(0, len(value), _SLICE))
            yield '"'
        case list() if value:
            between = "["
            for start in range(0, len(value), _BATCH):
                batch = value[start : start + _BATCH]
                if sum(map(_weight, batch)) <= _HEAVY:
                    yield between + _dumps(batch)[1:-1]
                else:
                    for each in batch:
                        yield between
                        yield from _texts(each)
                        between = ","
                between = ","
            yield "]"
        case dict() if value:
            items, between = iter(value.items()), "{"
            while part := dict(islice(items, _BATCH)):
                if sum(map(_weight, part.values())) <= _HEAVY:
                    yield between + _dumps(part)[1:-1]
                else:
                    for key, each in part.items():
                        yield f"{between}{_dumps(key)}:"
                        yield from _texts(each)
                        between = ","
                between = ","
            yield "}"
        case _:
            yield _dumps(value)


def _weight(value: Any) -> int:
    """How much there is to write of an item, not looking further into it than that."""
    return len(value) + 1 if isinstance(value, list | dict | str) else 1


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
