"""From a tool's bytes to JSON that every reader can take.

Python's json module reads and writes things that aren't JSON (NaN, Infinity, 1e999, half a surrogate pair); a
browser refuses the whole text for one of them. What a tool sends passes through here, so that nothing
behind it meets any of that.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue.columns import not_finite
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pixie_core.catalogue.base import Json

__all__ = ["Undecodable", "clean", "decode", "parsed", "text_of"]

_SHOWN = 80
"""Characters of what can't be read that its reader sees."""
DEEPEST = 200
"""Levels of nesting that a value may have: more than any type needs, and less than any reader's limit."""


class Undecodable(ValueError):
    """What came isn't JSON, or none that can be kept; the message says why, and shows how it began."""


def decode(body: bytes) -> Json:
    """The JSON value that the bytes say; see `parsed`. Raises Undecodable."""
    return parsed(text_of(body))


def text_of(body: bytes) -> str:
    """The text that the bytes say in UTF-8. Raises Undecodable."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = body[:_SHOWN].decode("utf-8", "replace")
        raise Undecodable(f"it isn't UTF-8: {error.reason} at byte {error.start}{_beginning(start)}") from None


def parsed(text: str) -> Json:
    """The JSON value that the text says. Raises Undecodable.

    NaN, Infinity and numbers beyond the range of doubles are still in it, as floats: `clean` takes them out.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Undecodable(f"it isn't JSON: {error.msg} at {where}{_beginning(text)}") from None
    except RecursionError:
        raise Undecodable("it is nested too deeply to be read") from None
    except ValueError as error:  # a whole number of more than 4300 digits
        raise Undecodable(f"it can't be read as JSON: {error}") from None


def _beginning(text: str) -> str:
    start = text[:_SHOWN].strip()
    return f"; it begins {start!r}" if start else "; it is empty"


def clean(value: Json, mask: Callable[[str], str] | None = None) -> tuple[Json, tuple[Problem, ...]]:
    """The value without what JSON can't say, and a note for each place where that was found.

    NaN and infinities become null, halves of surrogate pairs U+FFFD. `mask` is applied to every text but data
    URLs, whose bytes are never altered. Lists of a million numbers cost one pass; what is clean isn't copied.
    Raises Undecodable when the value is nested deeper than any type needs.
    """
    cleaner = _Cleaner(mask)
    return cleaner.value(value, None, 0), tuple(cleaner.notes)


_Place = tuple["_Place | None", str | int]


class _Cleaner:
    """One walk through a value. Containers without anything to mend are given back as they are."""

    def __init__(self, mask: Callable[[str], str] | None) -> None:
        self._mask = mask
        self.notes: list[Problem] = []

    def value(self, value: Any, place: _Place | None, depth: int) -> Any:
        if depth > DEEPEST:
            raise Undecodable(f"it is nested deeper than {DEEPEST} levels")
        if type(value) is dict:
            if self._nothing_to_do(value.values()) and self._mask is None and _is_unicode("".join(value)):
                return value
            return {
                self._text(key, place): self.value(each, (place, key), depth + 1) if type(each) in _LOOKED_AT else each
                for key, each in value.items()
            }
        if type(value) is list:
            if self._nothing_to_do(value):
                return value
            return [
                self.value(each, (place, index), depth + 1) if type(each) in _LOOKED_AT else each
                for index, each in enumerate(value)
            ]
        if type(value) is str:
            return self._text(value, place)
        if type(value) is float and not math.isfinite(value):
            self._note(place, f"{value} isn't JSON and became null; send null where there is no number")
            return None
        return value

    def _nothing_to_do(self, values: Collection[Any]) -> bool:
        """True when all of these are scalars that may stay: found by passes that cost next to nothing."""
        kinds = set(map(type, values))
        if not kinds.isdisjoint(_CONTAINERS):
            return False
        if float in kinds and not_finite(list(values)) is not None:
            return False
        if str not in kinds:
            return True
        return self._mask is None and _is_unicode("".join(each for each in values if type(each) is str))

    def _text(self, text: str, place: _Place | None) -> str:
        if not _is_unicode(text):
            self._note(place, "holds half of a surrogate pair, which became U+FFFD")
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return self._mask(text) if self._mask is not None and not text.startswith("data:") else text

    def _note(self, place: _Place | None, message: str) -> None:
        """At most a few notes: a chart may hold a million gaps."""
        steps: list[str] = []
        while place is not None:
            place, step = place
            steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
        if len(self.notes) < _ENOUGH:
            self.notes.append(Problem("$" + "".join(reversed(steps)), message, "warning"))


_CONTAINERS = {dict, list}
_LOOKED_AT = {dict, list, str, float}
_ENOUGH = 20


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
