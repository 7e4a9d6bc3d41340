"""Output types that are files: image, file.

A source is a data URL, an http URL, or, once the run has kept the file, the URL of the artefact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import ONE_DOT, Json, Media, OutputValue, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["MEDIA"]


def is_source(text: str) -> bool:
    """True for a data URL, an http URL or the URL of an artefact."""
    return text.startswith(("data:", "http://", "https://", "/api/artefacts/"))


_WANTED = "must be a data URL (data:image/png;base64,…) or an http URL"


@frozen
class Image(OutputValue):
    """A picture."""

    type: ClassVar = "image"
    example: ClassVar[Json] = ONE_DOT

    value: str = field(help="a data URL or an http URL")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The source is one."""
        del declared
        if not is_source(self.value):
            yield f"value {_WANTED}"

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The picture."""
        return (Media(self.value, label=declared.label),)


@frozen
class File(OutputValue):
    """A file to download."""

    type: ClassVar = "file"
    example: ClassVar[Json] = {
        "filename": "notes.txt",
        "data": "data:text/plain;base64,SGVsbG8sIHJlYWRlci4K",
        "mime_type": "text/plain",
    }
    mistakes: ClassVar = (
        (
            lambda raw: isinstance(raw, dict) and "data" in raw and "mime_type" not in raw,
            "say mime_type, or the browser guesses what the file is",
        ),
    )

    filename: str = field(help="the name that it is saved under")
    data: str = field(help="a data URL")
    mime_type: str = field(help="its media type, such as application/pdf")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The source is one."""
        del declared
        if not is_source(self.data):
            yield "data must be a data URL (data:application/pdf;base64,…)"

    def to_media(self, declared: OutputDeclaration) -> tuple[Media, ...]:
        """The file."""
        return (Media(self.data, self.filename, self.mime_type, declared.label),)


MEDIA: tuple[type[OutputValue], ...] = (Image, File)
