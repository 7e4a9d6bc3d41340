"""File names that any file system takes, and that can't lead anywhere."""

from __future__ import annotations

import unicodedata

__all__ = ["LONGEST", "clean", "numbered"]

LONGEST = 200
"""Bytes of a name, in UTF-8: leaves room for ` (12)` and for temporary endings under the usual 255."""

_SEPARATORS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def clean(name: str) -> str:
    """The name without separators, control and format characters (bidi among them), and reserved names; at most
    200 bytes, its extension kept. Never empty, and never begins with a dot.
    """
    name = unicodedata.normalize("NFC", name.encode(errors="replace").decode()).translate(_SEPARATORS)
    name = "".join(
        each for each in name if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    name = name.strip().lstrip(".").rstrip(". ").strip()
    if name.partition(".")[0].strip().lower() in _RESERVED:
        name = f"_{name}"
    return _cut(name or "file", LONGEST)


def numbered(name: str, number: int) -> str:
    """The same name for the second, third … file: `plot.png` becomes `plot (2).png`."""
    if number == 1:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = f" ({number})" + (dot + extension if stem else "")
    room = LONGEST - len(ending.encode())
    return _shorten(stem or name, room) + ending


def _cut(name: str, room: int) -> str:
    if len(name.encode()) <= room:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > 20:
        return _shorten(name, room)
    return _shorten(stem, room - len((dot + extension).encode())) + dot + extension


def _shorten(text: str, room: int) -> str:
    """At most `room` bytes of the text, no character cut in two."""
    return text.encode()[:room].decode(errors="ignore").rstrip()
