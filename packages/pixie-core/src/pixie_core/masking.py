"""Hiding what stands under keys like password or token wherever inputs are shown to people."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["MASK", "is_secret", "masked"]

MASK = "••••••"

_SECRET = re.compile(
    r"pass(word|wd|phrase|code)|secret|token|credential|(^|_)(pwd|((api|access|private|auth)_?)?keys?)(_|$)"
)
_CASES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_secret(key: str) -> bool:
    """True for names like password, apiKey, access-token, key; not for monkey or keyboard."""
    return _SECRET.search(_CASES.sub("_", key).lower().replace("-", "_").replace(" ", "_")) is not None


def masked(value: Any) -> Any:
    """The value, with the text, lists and objects that stand under such keys replaced by dots, however deep.

    Numbers and booleans stay: text that a person typed is never one, and `max_tokens` is no secret.
    """
    if isinstance(value, dict):
        return {key: MASK if _hidden(str(key), item) else masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value


def _hidden(key: str, value: Any) -> bool:
    return isinstance(value, str | list | tuple | dict) and is_secret(key)
