"""Pictures, sound, film and files.

A value is a data URL in base64 or an http(s) URL; a helper makes the data URL from bytes or from a `Path`. A picture
at an http URL is shown as a link until the reader loads it: Pixie fetches nothing by itself.
"""

from __future__ import annotations

import binascii
import re
from pathlib import Path
from typing import Any, Final

from pixie_tool_sdk.errors import OutputError
from pixie_tool_sdk.outputs.checks import fail, optional, record_at, records_at, text_at

__all__ = ["audio", "file", "image", "image_compare", "image_grid", "video"]

# Patterns are compiled when they are first used: a tool starts sooner.
_MIME: Final = r"[A-Za-z0-9][A-Za-z0-9_!#$&^.+-]*/[A-Za-z0-9_!#$&^.+-]+"
_DATA_URL: Final = r"data:([^;,]+)((?:;[^;,]+)*),"

_BY_SUFFIX: Final = {
    ".avif": "image/avif", ".flac": "audio/flac", ".gif": "image/gif", ".jpeg": "image/jpeg", ".jpg": "image/jpeg",
    ".m4a": "audio/mp4", ".mov": "video/quicktime", ".mp3": "audio/mpeg", ".mp4": "video/mp4", ".oga": "audio/ogg",
    ".ogg": "audio/ogg", ".ogv": "video/ogg", ".png": "image/png", ".svg": "image/svg+xml", ".wav": "audio/wav",
    ".webm": "video/webm", ".webp": "image/webp",
}  # fmt: skip

_BY_CONTENT: Final = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"RIFF....WAVE", "audio/wav"),
    (rb"....ftypavif", "image/avif"),
    (rb"....ftypM4A", "audio/mp4"),
    (rb"....ftyp", "video/mp4"),
    (rb"\x1aE\xdf\xa3", "video/webm"),
    (rb"fLaC", "audio/flac"),
    (rb"OggS", "audio/ogg"),
    (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
    (rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]", "image/svg+xml"),
)


def image(value: Any, *, mime_type: str | None = None) -> str:
    """A picture: `bytes` (PNG, JPEG, GIF, WebP, AVIF, SVG), a `Path`, a data URL or an http URL.

    `mime_type` is needed only where the bytes don't tell it.
    """
    return _medium(value, "image", mime_type, "image")


def audio(value: Any, *, mime_type: str | None = None) -> str:
    """Sound: `bytes` (WAV, MP3, OGG, FLAC), a `Path`, a data URL or an http URL."""
    return _medium(value, "audio", mime_type, "audio")


def video(value: Any, *, mime_type: str | None = None) -> str:
    """Film: `bytes` (MP4, WebM), a `Path`, a data URL or an http URL."""
    return _medium(value, "video", mime_type, "video")


def image_grid(images: Any) -> dict[str, Any]:
    """Pictures side by side: a list of what `image` takes, or of `{"value", "label"}`."""
    if isinstance(images, (list, tuple)):
        images = [each if hasattr(each, "keys") else {"value": each} for each in images]
    listed = records_at(images, "image_grid.images", ["value"])
    for index, one in enumerate(listed):
        where = f"image_grid.images[{index}]"
        one["value"] = _medium(one["value"], "image", None, f"{where}.value")
        optional(one, where, label=text_at)
    return {"images": listed}


def image_compare(
    before: Any, after: Any, *, before_label: str | None = None, after_label: str | None = None
) -> dict[str, Any]:
    """Two pictures with a slider between them, each as `image` takes it, with words for each."""
    labels = {"before_label": before_label, "after_label": after_label}
    return {
        "before": _medium(before, "image", None, "image_compare.before"),
        "after": _medium(after, "image", None, "image_compare.after"),
        **{key: text_at(label, f"image_compare.{key}") for key, label in labels.items() if label is not None},
    }


def file(filename: str, data: Any, mime_type: str) -> dict[str, Any]:
    """A file to keep: its name, its content (`bytes`, a `Path`, or a data URL) and its MIME type, such as `text/csv`.

    For a large file write to `Run.artefact(name)` instead: it needs no copy in memory.
    """
    record = record_at({"filename": filename}, "file", ["filename"])
    name = text_at(record["filename"], "file.filename")
    if not name or name in {".", ".."} or any(mark in name for mark in "/\\\0"):
        fail("file.filename", name, "a plain file name such as 'transcript.pdf'")
    kind = text_at(mime_type, "file.mime_type")
    if not re.fullmatch(_MIME, kind):
        fail("file.mime_type", kind, "a MIME type such as 'application/pdf'")
    if isinstance(data, str) and not data.startswith("data:"):
        fail("file.data", data, "bytes, a Path or a data URL; encode text with .encode()")
    return {"filename": name, "data": _medium(data, "", kind, "file.data"), "mime_type": kind}


def _medium(value: Any, family: str, mime_type: str | None, where: str) -> str:
    """The data URL or http URL of a medium; `family` is the first half of its MIME type, or empty for any."""
    if isinstance(value, Path):
        mime_type = mime_type or _BY_SUFFIX.get(value.suffix.lower())
        try:
            value = value.read_bytes()
        except OSError as error:
            raise OutputError(f"{where} can't be read: {error}") from error
    if isinstance(value, (bytes, bytearray, memoryview)):
        content = bytes(value)
        kind = mime_type or _sniffed(content, family)
        if kind is None:
            raise OutputError(f"{where}: the bytes don't tell what they are; say mime_type={family + '/...'!r}")
        _check_family(kind, family, where)
        return f"data:{kind};base64,{binascii.b2a_base64(content, newline=False).decode()}"
    if not isinstance(value, str):
        fail(where, value, "bytes, a Path, a data URL or an http URL")
    if value.startswith(("http://", "https://")):
        return value
    return _data_url(value, family, where)


def _data_url(value: str, family: str, where: str) -> str:
    head = re.match(_DATA_URL, value)
    if head is None or not re.fullmatch(_MIME, head[1]):
        fail(
            where,
            value,
            "bytes, a data URL (data:<type>;base64,...) or an http URL; give a file of this machine as Path(...)",
        )
    _check_family(head[1], family, where)
    if not head[2].endswith(";base64"):
        fail(where, value, "a data URL in base64 (data:<type>;base64,...)")
    if len(value) > head.end():
        try:
            binascii.a2b_base64(value[head.end() :], strict_mode=True)
        except (binascii.Error, ValueError) as error:
            raise OutputError(f"{where} isn't proper base64: {error}") from None
    return value


def _check_family(kind: str, family: str, where: str) -> None:
    if family and not kind.startswith(f"{family}/"):
        raise OutputError(f"{where} is of type {kind}: expected {family}/...")


def _sniffed(content: bytes, family: str) -> str | None:
    start = content[:4096]
    for pattern, kind in _BY_CONTENT:
        if re.match(pattern, start, re.DOTALL):
            # One container serves both: what the author asked for decides.
            return kind if not family or kind.startswith(f"{family}/") else _RELATED.get((kind, family), kind)
    return None


_RELATED: Final = {
    ("audio/ogg", "video"): "video/ogg",
    ("video/mp4", "audio"): "audio/mp4",
    ("video/webm", "audio"): "audio/webm",
}
