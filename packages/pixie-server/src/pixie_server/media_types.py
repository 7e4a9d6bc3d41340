"""How a kept file is served: by its name's ending, never by the tool's word or the machine's tables."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from attrs import frozen

__all__ = ["SEALED", "ServedAs", "served_as"]


@frozen
class ServedAs:
    """The headers that a file of some kind is served with."""

    content_type: str
    disposition: Literal["inline", "attachment"]
    policy: str
    framed: bool = False
    """Whether Pixie's own pages show it in a frame: there it is inline, whatever `disposition` says."""


SEALED = "default-src 'none'; sandbox"
"""The policy of what is a file and no page: wherever it is opened, nothing in it runs or loads anything."""

_HTML = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; media-src data: blob:; connect-src 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_SVG = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"

_SHOWN = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
_WORDS = {".txt", ".log", ".csv", ".json", ".md", ".py"}


def served_as(filename: str) -> ServedAs:
    """The headers for a file of this name; whatever isn't known is a download of bytes."""
    ending = PurePosixPath(filename).suffix.lower()
    if ending in _SHOWN:
        return ServedAs(_SHOWN[ending], "inline", SEALED)
    if ending in _WORDS:
        return ServedAs("text/plain; charset=utf-8", "inline", SEALED)
    if ending == ".pdf":
        return ServedAs("application/pdf", "inline", f"{SEALED}; frame-ancestors 'self'")
    if ending == ".svg":
        return ServedAs("image/svg+xml", "inline", _SVG)
    if ending in {".html", ".htm"}:
        return ServedAs("text/html; charset=utf-8", "attachment", _HTML, framed=True)
    return ServedAs("application/octet-stream", "attachment", SEALED)
