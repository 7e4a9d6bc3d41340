"""Inputs that are files, sent as data URLs or attached as they are: file, image, audio."""

from __future__ import annotations

import binascii
import mimetypes
from io import SEEK_END
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, unquote, unquote_to_bytes

from attrs import field as attribute
from attrs import frozen

from pixie_core.catalogue.base import ONE_DOT, Json, Labels, field
from pixie_core.catalogue.inputs.base import InputDeclaration, found, read_json
from pixie_core.catalogue.samples import silence
from pixie_core.errors import Problem
from pixie_core.media_types import HEAD_BYTES, no_medium

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

__all__ = ["Attached", "AudioInput", "FileInput", "ImageInput", "attached", "file_url"]

_TYPES = mimetypes.MimeTypes()
"""Endings and media types as Python knows them: the machine's own lists would judge one file two ways."""

_UNKNOWN = "application/octet-stream"
_ALSO = {
    # What browsers and systems call these in place of their proper names.
    "text/csv": {"application/vnd.ms-excel", "application/csv", "text/plain"},
    "text/tab-separated-values": {"text/plain"},
    "text/markdown": {"text/plain", "text/x-markdown"},
    "text/x-python": {"text/plain"},
    "application/json": {"text/plain", "text/json"},
    "application/xml": {"text/xml"},
    "text/xml": {"application/xml"},
    "application/zip": {"application/x-zip-compressed"},
    "audio/x-wav": {"audio/wav", "audio/wave", "audio/vnd.wave"},
    "audio/*": {"video/webm", "video/ogg", "application/ogg", "video/mp4"},
}


@frozen
class Attached:
    """A file that comes as its bytes and not as a data URL, so that a large one is never held in memory.

    `stream` is open as long as the inputs aren't recorded; whoever opened it closes it.
    """

    filename: str | None
    mime: str
    size: int
    stream: IO[bytes] = attribute(repr=False, eq=False)

    def pieces(self, size: int = 1 << 20) -> Iterator[bytes]:
        """Its bytes from the beginning, so many at a time."""
        self.stream.seek(0)
        while piece := self.stream.read(size):
            yield piece


def attached(stream: IO[bytes], filename: str | None = None, mime: str | None = None) -> Attached:
    """A file as the stream of its bytes, which can be sought in; the type by its name where it isn't said."""
    stream.seek(0, SEEK_END)
    return Attached(filename or None, _type_of(filename, mime), stream.tell(), stream)


def _type_of(filename: str | None, mime: str | None) -> str:
    return mime or (_TYPES.guess_type(filename)[0] if filename else None) or _UNKNOWN


def file_url(content: bytes, filename: str | None = None, mime: str | None = None) -> str:
    """A file as a data URL, which is how inputs carry files; the type by its name where it isn't said.

    The name travels as a parameter: `data:text/csv;name=prices.csv;base64,…`.
    """
    kind = _type_of(filename, mime)
    name = f";name={quote(filename, safe='')}" if filename else ""
    return f"data:{kind}{name};base64,{binascii.b2a_base64(content, newline=False).decode()}"


@frozen(kw_only=True)
class FileInput(InputDeclaration):
    """A file, sent as a data URL."""

    type: ClassVar = "file"
    example: ClassVar[Json] = {
        "key": "data",
        "type": "file",
        "label": "Data",
        "accept": [".csv"],
        "max_size_mb": 10,
    }
    _kind: ClassVar[str | None] = None

    accept: Labels | None = field(help="name endings (.csv) or media types (text/csv, image/*)", default=None)
    max_size_mb: float | None = field(help="how large it may be, in MB of 10⁶ bytes", default=None)
    multiple: bool = field(help="several files: the value is a list", default=False)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """One ending, or several in a string, become a list."""
        given = raw.get("accept")
        if not isinstance(given, str):
            return raw
        return {**raw, "accept": [each.strip() for each in given.split(",") if each.strip()] or None}

    def faults(self) -> Iterable[Problem]:
        """The limit lets something through."""
        if self.max_size_mb is not None and self.max_size_mb <= 0:
            yield Problem("$.max_size_mb", f"is {self.max_size_mb}; it must be more than 0, or no file could be right")

    def read(self, text: str) -> Any:
        """A data URL; of several a JSON list, since commas stand within them."""
        if not self.multiple:
            return text.strip()
        return read_json(text) if text.lstrip().startswith("[") else [text.strip()]

    def read_many(self, texts: Sequence[str]) -> Any:
        """A field comes once for each file."""
        given = [text for text in texts if text.strip()]
        return [text.strip() for text in given] if self.multiple and len(given) > 1 else self.read(given[-1])

    def normalised(self, value: Any) -> Any:
        """One file where several may be is a list of one."""
        return [value] if self.multiple and isinstance(value, str | Attached) else value

    def problems(self, value: Any) -> Iterable[str]:
        """A data URL, or a list of them: of a kind that is accepted, and small enough."""
        if not self.multiple:
            yield from self._file_problems(value)
        elif not isinstance(value, list):
            yield f"must be a list of data URLs, not {found(value)}"
        elif not value and self.required:
            yield "has no file; at least one is needed"
        else:
            for number, one in enumerate(value, start=1):
                yield from (f"file {number} {said}" for said in self._file_problems(one))

    def _file_problems(self, value: Any) -> Iterable[str]:
        if isinstance(value, Attached):
            yield from self._misfits(value.size, value.mime, value.filename or "")
            yield from self._lies(next(value.pieces(HEAD_BYTES), b""), value.mime)
            return
        comma = value.find(",") if isinstance(value, str) else -1
        if comma < 0 or value[:5].lower() != "data:":
            yield f"must be a file as a data URL (data:text/csv;base64,…), not {found(value)}"
            return
        mime, *about = value[5:comma].split(";")
        try:
            size = _size(value[comma + 1 :], base64="base64" in map(str.lower, about))
        except (binascii.Error, ValueError) as error:
            yield f"is a data URL whose base64 is broken ({error})"
            return
        name = next((unquote(each[5:]) for each in about if each.lower().startswith("name=")), "")
        yield from self._misfits(size, mime, name)
        yield from self._lies(_head(value[comma + 1 : comma + 1 + 4 * HEAD_BYTES], about), mime)

    def _lies(self, head: bytes, mime: str) -> Iterable[str]:
        """What is wrong with a picture or sound that begins so."""
        if self._kind is not None and (content := no_medium(head, mime.lower())):
            yield f"says that it is {mime}, and what is in it is {content}"

    def _misfits(self, size: int, mime: str, name: str) -> Iterable[str]:
        """What is wrong with a file of this size, type and name."""
        if self.max_size_mb is not None and size > self.max_size_mb * 1e6:
            yield f"has {size / 1e6:.3g} MB; at most {self.max_size_mb:g} MB are allowed"
        if not self._accepted((mime or "text/plain").lower(), name.lower()):
            wanted = ", ".join(self.accept) if self.accept else f"{self._kind}/…"
            yield f"is {name or mime or 'text/plain'}; accepted are {wanted}"

    def _accepted(self, mime: str, name: str) -> bool:
        """True when the media type is accepted, or can't tell: a data URL shows the ending of its file's name only
        where it says `;name=`.
        """
        wanted = [each.strip().lower() for each in self.accept or ([f"{self._kind}/*"] if self._kind else [])]
        return not wanted or any(_matches(each, mime, name) for each in wanted)

    def blank(self) -> Any:
        """A picture of one dot."""
        return [ONE_DOT] if self.multiple else ONE_DOT


@frozen(kw_only=True)
class ImageInput(FileInput):
    """A picture, sent as a data URL."""

    type: ClassVar = "image"
    example: ClassVar[Json] = {"key": "photo", "type": "image", "label": "Photo", "max_size_mb": 5}
    _kind: ClassVar[str | None] = "image"


@frozen(kw_only=True)
class AudioInput(FileInput):
    """A sound, recorded or chosen, sent as a data URL."""

    type: ClassVar = "audio"
    example: ClassVar[Json] = {"key": "voice", "type": "audio", "label": "Voice", "accept": ["audio/*"]}
    _kind: ClassVar[str | None] = "audio"

    def blank(self) -> Any:
        """A second of silence."""
        return [silence()] if self.multiple else silence()


def _size(payload: str, *, base64: bool) -> int:
    """How many bytes a data URL's payload is. Raises ValueError when it is none."""
    if not base64:
        return len(unquote_to_bytes(payload))
    return len(binascii.a2b_base64(payload if "%" not in payload else unquote(payload), strict_mode=True))


def _head(payload: str, about: Sequence[str]) -> bytes:
    """The first bytes of a data URL's payload, of which this is the beginning."""
    text = unquote_to_bytes(payload)
    if "base64" not in map(str.lower, about):
        return text[:HEAD_BYTES]
    return binascii.a2b_base64(text[: len(text) // 4 * 4])[:HEAD_BYTES]


def _matches(wanted: str, mime: str, name: str) -> bool:
    if wanted in {"*", "*/*", mime}:
        return True
    if not wanted.startswith("."):
        return (
            mime == _UNKNOWN
            or mime in _ALSO.get(wanted, ())
            or (wanted.endswith("/*") and mime.startswith(wanted[:-1]))
        )
    if name:
        return name.endswith(wanted)
    known = _TYPES.guess_type("x" + wanted)[0]
    return known is None or mime in {known, _UNKNOWN} or mime in _ALSO.get(known, ())
