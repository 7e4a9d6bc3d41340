"""The bytes behind a source of media: a data URL, or a file that the run kept. Nothing is ever fetched."""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote_to_bytes

from pixie_core.errors import ExportError

if TYPE_CHECKING:
    from pixie_core.catalogue import Media
    from pixie_core.exporters.format import Export

__all__ = ["ending_of", "is_svg", "kind_of", "opened", "stem_of"]

_ARTEFACT = re.compile(r"/api/artefacts/(\d+)/content")
_DATA = re.compile(r"data:(?P<mime>[^;,]*)(?P<more>(?:;[^,;]*)*),", re.IGNORECASE)

_KINDS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (0, b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (0, b"GIF8", "image/gif", ".gif"),
    (8, b"WEBP", "image/webp", ".webp"),
    (8, b"AVI ", "video/x-msvideo", ".avi"),
    (8, b"WAVE", "audio/wav", ".wav"),
    (4, b"ftypavif", "image/avif", ".avif"),
    (4, b"ftypM4A", "audio/mp4", ".m4a"),
    (4, b"ftypqt", "video/quicktime", ".mov"),
    (4, b"ftyp", "video/mp4", ".mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm", ".webm"),
    (0, b"fLaC", "audio/flac", ".flac"),
    (0, b"OggS", "audio/ogg", ".ogg"),
    (0, b"ID3", "audio/mpeg", ".mp3"),
    (0, b"\xff\xfb", "audio/mpeg", ".mp3"),
    (0, b"\xff\xf3", "audio/mpeg", ".mp3"),
    (0, b"%PDF-", "application/pdf", ".pdf"),
    (0, b"II*\0", "image/tiff", ".tif"),
    (0, b"MM\0*", "image/tiff", ".tif"),
    (0, b"BM", "image/bmp", ".bmp"),
)
"""Where which bytes stand at the beginning of which kind; the first row that fits counts."""


def opened(media: Media, export: Export) -> BinaryIO:
    """A source, to be read and closed. Raises ExportError for a source on the network and one that isn't whole."""
    source = media.source
    if named := _ARTEFACT.fullmatch(source):
        return export.open_artefact(int(named[1]))
    if source.startswith(("http://", "https://")):
        raise ExportError(
            f"{export.declared.label} lies at {source[:120]}, and Pixie fetches nothing from the network. Open that "
            "address yourself, or let the tool send the file as a data URL or as an artefact."
        )
    head = _DATA.match(source)
    if head is None:
        raise ExportError(f"{export.declared.label} is no data URL and no artefact of a run: {source[:60]!r}.")
    body = source[head.end() :]
    try:
        encoded = head["more"].lower().endswith(";base64")
        return io.BytesIO(base64.b64decode(unquote_to_bytes(body)) if encoded else unquote_to_bytes(body))
    except (binascii.Error, ValueError) as error:
        raise ExportError(f"The data URL of {export.declared.label} isn't proper base64: {error}.") from error


def kind_of(begin: bytes) -> tuple[str, str] | None:
    """The media type and the ending that a file's first bytes say, or None where they say nothing."""
    for at, bytes_, mime, ending in _KINDS:
        if begin.startswith(bytes_, at):
            return mime, ending
    return ("image/svg+xml", ".svg") if is_svg(begin) else None


_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>\s*)*"
    rb"<(?:\w+:)?svg\b",
    re.DOTALL,
)


def is_svg(begin: bytes) -> bool:
    """Whether a file that begins so is a picture made of lines."""
    return _SVG.match(begin[:65_536]) is not None


def ending_of(media: Media, begin: bytes) -> tuple[str, str]:
    """The media type and the ending of a file: by its own name, else by what it begins with, else by what it says."""
    said = media.mime or ((head := _DATA.match(media.source)) and head["mime"].lower()) or "application/octet-stream"
    if media.filename and (named := re.search(r"\.[A-Za-z0-9]{1,10}$", media.filename)):
        return said, named[0]
    known = kind_of(begin)
    return known if known is not None else (said, ".bin")


def stem_of(media: Media, default: str) -> str:
    """The name of a file without its ending."""
    named = media.filename or ""
    return named.rpartition(".")[0] or named or media.label or default
