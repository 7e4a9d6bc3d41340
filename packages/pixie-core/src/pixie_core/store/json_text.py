"""The JSON that is written into the database: what every browser can read again, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from pixie_core.errors import Problem, ValueInvalid
from pixie_core.run.decoding import clean

__all__ = ["from_json", "to_json"]


def to_json(value: Any, what: str, *, sort: bool = False) -> str:
    """A value as compact JSON text. Raises ValueInvalid for what JSON or UTF-8 can't say: NaN, infinities, lone
    surrogates, Python's own objects. `what` names the value for the reader of the error.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort)
        text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise not_json(what, error) from error
    return text


def from_json(text: str | None, otherwise: Any) -> Any:
    """What a column's text says; `otherwise` where there is none, or none that can be read. Older Pixies and other
    programs write NaN and halves of characters as well: what no reader of ours could take is taken out.
    """
    try:
        return clean(json.loads(text))[0] if text else otherwise
    except (ValueError, TypeError, RecursionError):
        return otherwise


def not_json(what: str, error: Exception) -> ValueInvalid:
    """The error for a value that couldn't be written as JSON."""
    if isinstance(error, UnicodeEncodeError):
        reason = "holds half a character (a lone surrogate), which no text file can hold"
    elif isinstance(error, RecursionError):
        reason = "is nested too deeply"
    elif isinstance(error, TypeError):
        reason = f"holds what JSON can't say ({error}); expected objects, lists, strings, numbers, booleans and null"
    else:
        reason = f"holds a number that isn't finite, or a circle ({error}); use null for a gap"
    return ValueInvalid(what, (Problem("$", reason),))
