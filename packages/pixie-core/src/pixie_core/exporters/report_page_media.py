"""Pictures, sounds, films and files within a report's page: as data up to a bound, beyond it beside the page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import define, frozen

from pixie_core.catalogue import Media
from pixie_core.errors import ArtefactNotFound, ExportError
from pixie_core.exporters.media_sources import kind_of, opened
from pixie_core.exporters.page import said
from pixie_core.exporters.report_content import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pixie_core.exporters.report_content import Section

__all__ = ["Room", "media_pieces", "picture_url"]

_MOST_OF_ONE = {"image": 12 * 2**20, "audio": 24 * 2**20, "video": 24 * 2**20}
_MOST_OF_A_FILE = 2 * 2**20
_MOST = 64 * 2**20
_SHOWN = {
    "image": ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "image/bmp"),
    "audio": ("audio/mpeg", "audio/wav", "audio/ogg", "audio/flac", "audio/mp4"),
    "video": ("video/mp4", "video/webm", "video/quicktime"),
}
_SMALL = 128
"""Pixels of a picture that is shown larger, its pixels sharp."""


@define
class Room:
    """How much a page may still take in."""

    left: int = _MOST

    def take(self, size: int, most: int) -> bool:
        """Whether something of this size has room; then it is taken."""
        if size > min(most, self.left):
            return False
        self.left -= size
        return True


@frozen
class _Found:
    """One file of a value: its media type by its own bytes, and all of it where it has room; else why not."""

    mime: str
    content: bytes | None
    size: int
    lost: str = ""

    @property
    def url(self) -> str:
        return f"data:{self.mime};base64,{base64.b64encode(self.content or b'').decode()}"

    @property
    def family(self) -> str:
        return next((family for family, mimes in _SHOWN.items() if self.mime in mimes), "file")


def media_pieces(section: Section, beside: Mapping[int, str], room: Room) -> Iterator[str]:
    """The HTML of a value that is files; `beside` are the paths of those that lie beside the page."""
    media = section.export.media()
    if not media:
        yield '<p class="remark">Empty.</p>\n'
        return
    count = {1: " one", 2: " two"}.get(len(media), "")
    compared = " data-compare" if section.type == "image_compare" else ""
    yield f'<div class="pictures{count}"{compared}>\n'
    for index, each in enumerate(media):
        yield "<figure>\n"
        yield from _one(section, each, beside.get(index), room, captioned=len(media) > 1)
        yield "</figure>\n"
    yield "</div>\n"


def picture_url(section: Section, source: str, room: Room) -> str:
    """A picture within words, as data where the run kept it; any other source as it is."""
    if not source.startswith("/api/artefacts/"):
        return source
    found = _found(section, Media(source), room)
    return found.url if found.content is not None and found.family == "image" else source


def _one(section: Section, media: Media, path: str | None, room: Room, *, captioned: bool) -> Iterator[str]:
    label = media.label or media.filename or section.declared.label
    if media.source.startswith(("http://", "https://")):
        address = said(media.source)
        yield f'<p><a href="{address}" rel="noopener noreferrer nofollow">{said(label)}: {address}</a></p>\n'
        return
    found = _found(section, media, room)
    if found.lost:
        yield f'<p class="remark">{said(label)} isn\'t here: {said(found.lost)}</p>\n'
        return
    if found.content is None:
        yield from _beside(label, found, path)
        return
    match found.family:
        case "image":
            yield f'<img src="{found.url}" alt="{said(label)}"{_small(found.content)}>\n'
        case "audio":
            yield f'<audio controls preload="metadata" src="{found.url}" aria-label="{said(label)}"></audio>\n'
            yield f'<p class="print-only remark">A sound, to be heard in the page: {_size(found)}.</p>\n'
        case "video":
            yield f'<video controls preload="metadata" src="{found.url}" aria-label="{said(label)}"></video>\n'
        case _:
            name = said(media.filename or label)
            url = f"data:application/octet-stream;base64,{base64.b64encode(found.content).decode()}"
            yield f'<p><a href="{url}" download="{name}">{name}</a> <span class="about">{_size(found)}</span></p>\n'
    if captioned:
        yield f'<figcaption dir="auto">{said(label)}</figcaption>\n'


def _beside(label: str, found: _Found, path: str | None) -> Iterator[str]:
    if path is None:
        yield f'<p class="remark">{said(label)} ({_size(found)}) is too large to stand in this page.</p>\n'
        return
    address = said(quote(path, safe="/"))
    if found.family in {"audio", "video"}:
        tag = found.family
        yield f'<{tag} controls preload="metadata" src="{address}" aria-label="{said(label)}"></{tag}>\n'
    elif found.family == "image":
        yield f'<img src="{address}" alt="{said(label)}" loading="lazy">\n'
    yield f'<p><a href="{address}">{said(path)}</a> <span class="about">{_size(found)}, beside this page</span></p>\n'


def _size(found: _Found) -> str:
    return f"{said(found.mime)}, {size_text(found.size)}" if found.mime else size_text(found.size)


def _found(section: Section, media: Media, room: Room) -> _Found:
    try:
        with opened(media, section.export) as file:
            begin = file.read(512)
            known = kind_of(begin)
            mime = known[0] if known else "audio/ogg" if begin.startswith(b"OggS") else media.mime or ""
            size = file.seek(0, 2)
            file.seek(0)
            family = next((family for family, mimes in _SHOWN.items() if mime in mimes), "file")
            fits = room.take(size, _MOST_OF_ONE.get(family, _MOST_OF_A_FILE))
            return _Found(mime, file.read() if fits else None, size)
    except (ExportError, ArtefactNotFound, OSError, ValueError) as error:
        return _Found("", None, 0, str(error))


def _small(content: bytes) -> str:
    """A mark on a picture of a few pixels, which is shown larger: by the header of a PNG."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ""
    return " data-small" if int.from_bytes(content[16:20], "big") <= _SMALL else ""
