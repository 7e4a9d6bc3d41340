"""Yes and no, as browsers, people and files of variables write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["yes_or_no"]

_WORDS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "on", "1", "yes"), True),
    **dict.fromkeys(("false", "off", "0", "no"), False),
}


def yes_or_no(text: str) -> bool | None:
    """What a text says, whatever its capitals and the blanks round it; None for what says neither."""
    return _WORDS.get(text.strip().lower())
