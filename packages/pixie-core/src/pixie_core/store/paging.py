"""A part of a list, and where the next one begins: by the key of the last item, never by counting."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from pixie_core.errors import Problem, RequestInvalid

__all__ = ["LARGEST_NUMBER", "LARGEST_PAGE", "Page", "checked_range", "cursor_of", "key_of_cursor"]

T = TypeVar("T")
LARGEST_PAGE = 10_000
LARGEST_NUMBER = 2**63 - 1
"""SQLite holds none beyond."""


@frozen
class Page(Generic[T]):
    """A part of a list. `next` is the cursor to hand in as `after` for what follows, None at the end.

    `newest_only` is set when only so many of the newest rows were looked at, as for a search of one or two letters:
    there may be more that nobody looked for.
    """

    items: tuple[T, ...] = field(converter=tuple)
    next: str | None = None
    newest_only: int | None = None


def cursor_of(*key: Any) -> str:
    """The cursor that stands for the key of a page's last item."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of_cursor(cursor: str, kinds: tuple[type, ...] = (str, str)) -> list[Any]:
    """The key that a cursor stands for. Raises RequestInvalid when it isn't one of such a list."""
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        key = None
    if not isinstance(key, list) or tuple(map(type, key)) != kinds or not all(map(_storable, key)):
        raise RequestInvalid("The page", (Problem("$.after", "must be the `next` of an earlier answer"),))
    return key


def _storable(part: Any) -> bool:
    return not isinstance(part, int) or abs(part) <= LARGEST_NUMBER


def checked_range(limit: int, offset: int) -> None:
    """Raise RequestInvalid unless that many items can be asked for."""
    if not 1 <= limit <= LARGEST_PAGE:
        problem = Problem("$.limit", f"is {limit}; it must be from 1 to {LARGEST_PAGE}")
    elif not 0 <= offset <= LARGEST_NUMBER:
        problem = Problem("$.offset", f"is {offset}; it must be 0 or more")
    else:
        return
    raise RequestInvalid("The page", (problem,))
