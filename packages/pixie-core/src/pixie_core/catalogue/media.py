"""Output types that are files: image, image_grid, image_compare, audio, video, file.

A source is a data URL, an http URL, or, once the run has kept the file, the URL of the artefact.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, Media, OutputValue, Records, field
from pixie_core.catalogue.samples import FILM, picture, tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["MEDIA", "is_source"]

_DATA_URL = re.compile(r"data:(?P<mime>[\w.+-]+/[\w.+-]+)?(;[^,;]+)*,", re.IGNORECASE)


def is_source(text: str) -> bool:
    """True for a data URL, an http URL or the URL of an artefact."""
    return _DATA_URL.match(text) is not None or text.startswith(("http://", "https://", "/api/artefacts/"))


def _wrong_source(source: str, where: str, kind: str) -> Iterable[str]:
    """A sentence when a source is none, or is a data URL of another kind than `image`, `audio` or `video`."""
    if not is_source(source):
        seen = source if len(source) <= 40 else source[:37] + "…"
        yield f"{where} is {seen!r}; it must be a data URL (data:{_LIKE[kind]};base64,…) or an http URL"
    elif kind != "any" and (url := _DATA_URL.match(source)) and not (url["mime"] or "").startswith(f"{kind}/"):
        yield f"{where} is a data URL of {url['mime'] or 'no media type'}; it must be of {kind}/…"


_LIKE = {"image": "image/png", "audio": "audio/wav", "video": "video/mp4", "any": "application/pdf"}


@frozen
class Image(OutputValue):
    """A picture."""

    type: ClassVar = "image"
    example: ClassVar[Json] = picture((0, 114, 178), (230, 159, 0))

    value: str = field(help="a data URL or an http URL")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The source is one, of a picture."""
        del declared
        return _wrong_source(self.value, "value", "image")

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The picture."""
        return (Media(self.value, label=declared.label),)


@frozen
class GridImage:
    """One picture of a grid."""

    value: str = field(help="a data URL or an http URL")
    label: str | None = field(help="shown under it", default=None)


@frozen
class ImageGrid(OutputValue):
    """Pictures side by side."""

    type: ClassVar = "image_grid"
    example: ClassVar[Json] = {
        "images": [
            {"value": picture((0, 114, 178), (86, 180, 233)), "label": "Sky"},
            {"value": picture((213, 94, 0), (230, 159, 0)), "label": "Dusk"},
            {"value": picture((0, 90, 60), (120, 200, 140)), "label": "Wood"},
        ]
    }

    images: Annotated[list[dict[str, Any]], Records(GridImage)] = field(help="the pictures")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Every source is one, of a picture."""
        del declared
        for index, image in enumerate(self.images):
            yield from _wrong_source(image["value"], f"images[{index}].value", "image")

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The pictures, in order."""
        return tuple(
            Media(image["value"], label=image.get("label") or f"{declared.label} {number}")
            for number, image in enumerate(self.images, start=1)
        )


@frozen
class ImageCompare(OutputValue):
    """Two pictures of one thing, to swipe between."""

    type: ClassVar = "image_compare"
    example: ClassVar[Json] = {
        "before": picture((60, 60, 60), (200, 200, 200)),
        "after": picture((0, 114, 178), (230, 159, 0)),
    }

    before: str = field(help="a data URL or an http URL")
    after: str = field(help="a data URL or an http URL")
    before_label: str | None = field(help="shown at the first picture", default=None)
    after_label: str | None = field(help="shown at the second picture", default=None)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Both sources are one, of a picture."""
        del declared
        yield from _wrong_source(self.before, "before", "image")
        yield from _wrong_source(self.after, "after", "image")

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """Both pictures: before, after."""
        del declared
        return (
            Media(self.before, label=self.before_label or "Before"),
            Media(self.after, label=self.after_label or "After"),
        )


@frozen
class Audio(OutputValue):
    """A sound."""

    type: ClassVar = "audio"
    example: ClassVar[Json] = tone()

    value: str = field(help="a data URL or an http URL")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The source is one, of a sound."""
        del declared
        return _wrong_source(self.value, "value", "audio")

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The sound."""
        return (Media(self.value, label=declared.label),)


@frozen
class Video(OutputValue):
    """A film."""

    type: ClassVar = "video"
    example: ClassVar[Json] = FILM

    value: str = field(help="a data URL or an http URL")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The source is one, of a film."""
        del declared
        return _wrong_source(self.value, "value", "video")

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The film."""
        return (Media(self.value, label=declared.label),)


def _without_media_type(raw: Json) -> bool:
    return isinstance(raw, dict) and "data" in raw and "mime_type" not in raw


@frozen
class File(OutputValue):
    """A file to download."""

    type: ClassVar = "file"
    example: ClassVar[Json] = {
        "filename": "notes.txt",
        "data": "data:text/plain;base64,SGVsbG8sIHJlYWRlci4K",
        "mime_type": "text/plain",
    }
    mistakes: ClassVar = ((_without_media_type, "say mime_type, or the browser guesses what the file is"),)

    filename: str = field(help="the name that it is saved under")
    data: str = field(help="a data URL")
    mime_type: str = field(help="its media type, such as application/pdf")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The source is one, and the file has a name."""
        del declared
        yield from _wrong_source(self.data, "data", "any")
        if not self.filename.strip():
            yield "filename is blank; say the name that the file is saved under"

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The file."""
        return (Media(self.data, self.filename, self.mime_type, declared.label),)


MEDIA: tuple[type[OutputValue], ...] = (Image, ImageGrid, ImageCompare, Audio, Video, File)
