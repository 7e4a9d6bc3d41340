"""The media type of a file: from its content first, then from its name, then from what was declared.

The tables are our own: what the computer's registry says differs from one to the next.
"""

from __future__ import annotations

import re

__all__ = ["HEAD_BYTES", "media_type", "no_medium"]

HEAD_BYTES = 512
"""How much of a file's beginning `media_type` wants to see."""

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"ARROW1", "application/vnd.apache.arrow.file"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"\x93NUMPY", "application/x-npy"),
)
_EXTENSIONS: dict[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "ico": "image/vnd.microsoft.icon",
    "svg": "image/svg+xml",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mkv": "video/matroska",
    "ogv": "video/ogg",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "html": "text/html",
    "htm": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "py": "text/x-python",
    "tex": "application/x-tex",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "toml": "application/toml",
    "xml": "application/xml",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "ndjson": "application/x-ndjson",
    "geojson": "application/geo+json",
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "ipynb": "application/x-ipynb+json",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
    "7z": "application/x-7z-compressed",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "epub": "application/epub+zip",
    "npz": "application/x-npz",
    "npy": "application/x-npy",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "db": "application/vnd.sqlite3",
    "sqlite": "application/vnd.sqlite3",
    "h5": "application/x-hdf5",
    "wasm": "application/wasm",
}
_CONTAINERS = {"application/zip", "application/gzip", "video/webm", "video/mp4", "audio/ogg"}
"""Contents that many kinds of file share: the name may say it more closely."""
_TEXTUAL = {"application/json", "application/jsonl", "application/x-ndjson", "application/geo+json", "image/svg+xml"}
_TOLD_BY_CONTENT = {kind for _, kind in _BEGINNINGS} | {"image/webp", "image/avif", "audio/wav", "audio/x-wav"}
_DECLARED = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}", re.ASCII)


def media_type(head: bytes, filename: str, declared: str | None = None) -> str:
    """The media type of a file that begins with `head` (its first 512 bytes), without parameters.

    A text that begins like HTML or SVG is that, whatever its name says: the safer reading, since it decides how
    careful the browser is told to be.
    """
    named = _EXTENSIONS.get(filename.rpartition(".")[2].lower())
    content = _by_content(head)
    if content in _CONTAINERS:
        return named if named and not _is_text(named) else content
    if content is not None:
        return content
    given = (declared or "").partition(";")[0].strip().lower()
    claimed = named or (given if _DECLARED.fullmatch(given) else None)
    if claimed and (_is_text(claimed) or not _media(claimed)):
        return claimed
    # A picture, sound or film would have been known by its content.
    return "text/plain" if _reads_as_text(head) else "application/octet-stream"


def no_medium(head: bytes, declared: str) -> str | None:
    """What a file is that is declared as a picture, sound or film and begins with `head`, where its content is plainly
    something else, such as text or a web page; None where it may be what it is said to be.

    Only of types whose files begin in a way that is known (and of none in particular) can this be told.
    """
    content = _by_content(head) or ("text/plain" if head and _reads_as_text(head) else None)
    telling = declared in _TOLD_BY_CONTENT or declared == "application/octet-stream"
    return content if content and telling and not _media(content) else None


def _by_content(head: bytes) -> str | None:
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in {b"avif", b"avis"}:
            return "image/avif"
        return "audio/mp4" if brand == b"M4A " else "video/mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "audio/mpeg"  # a bare MPEG audio frame, layer III
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "text/html"
    if start.startswith((b"<svg", b"<!doctype svg")) or (start.startswith(b"<?xml") and b"<svg" in start):
        return "image/svg+xml"
    return None


def _media(kind: str) -> bool:
    return kind.startswith(("image/", "audio/", "video/"))


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind in _TEXTUAL


def _reads_as_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The head may end within a character.
        return error.start >= len(head) - 3
    return True
