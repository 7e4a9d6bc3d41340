"""Names of files that came from elsewhere, made safe for every system that a file may travel to."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["clean_filename", "twin_key", "unique_filename"]

_LONGEST = 200
"""Bytes in UTF-8: systems stop at 255, and a " (2)" or ".part" must still fit."""
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
_LONGEST_ENDING = 20


def clean_filename(name: str, default: str = "file") -> str:
    """One safe component of a path: no separators, control or invisible characters, names that Windows keeps for
    itself, leading dots or hyphens, trailing dots or spaces; NFC; at most 200 bytes, its ending kept.

    A name of which nothing is left becomes `default`.
    """
    visible = "".join(letter for letter in name if unicodedata.category(letter) not in {"Cf", "Cs", "Cn", "Co"})
    composed = unicodedata.normalize("NFC", visible)
    cleaned = _UNSAFE.sub("_", composed).strip().rstrip(". ").lstrip(".- ") or default
    if _RESERVED.fullmatch(cleaned.split(".", 1)[0].rstrip(" ")):
        cleaned = f"_{cleaned}"
    return _shortened(cleaned, _LONGEST)


def unique_filename(name: str, taken: Container[str]) -> str:
    """The cleaned name, with a number where it is taken: `plot (2).png`.

    `taken` holds the `twin_key` of each name that is there: systems that fold case or Unicode forms take `A.txt`
    and `a.txt` for one file.
    """
    cleaned = clean_filename(name)
    if twin_key(cleaned) not in taken:
        return cleaned
    stem, ending = _split(cleaned)
    number = 2
    while True:
        suffix = f" ({number}){ending}"
        candidate = _cut(stem, _LONGEST - len(suffix.encode())) + suffix
        if twin_key(candidate) not in taken:
            return candidate
        number += 1


def twin_key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > _LONGEST_ENDING:
        return name, ""
    return stem, dot + ending


def _shortened(name: str, most: int) -> str:
    if len(name.encode()) <= most:
        return name
    stem, ending = _split(name)
    return _cut(stem, most - len(ending.encode())) + ending


def _cut(text: str, most: int) -> str:
    """The beginning of a text, in so many bytes of UTF-8, never half a character."""
    return text.encode()[:most].decode(errors="ignore").rstrip(". ")
