"""What lies in assets/ beside a report: pictures of its charts and maps, the data of its tables and charts, its files.

Each is made when its turn in the zip comes and forgotten after it, so that a report of many charts holds one picture.
What can't be made is no reason to have no report: it is left out, and the report says so and why.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from contextlib import contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING

from attrs import field, frozen

from pixie_core.errors import ArtefactNotFound, ExportError, FileAltered
from pixie_core.exporters.archive import Entry
from pixie_core.exporters.delimited import RowOptions
from pixie_core.exporters.formats import FORMATS
from pixie_core.exporters.maps_drawn import MapOptions
from pixie_core.exporters.media_sources import ending_of, opened, stem_of
from pixie_core.exporters.paths import Names
from pixie_core.exporters.pictures import PngOptions
from pixie_core.exporters.report_content import Beside, size_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pixie_core.catalogue import Media
    from pixie_core.exporters.report_content import Content, Section
    from pixie_core.run.events import Artefact

__all__ = ["Assets", "drawn_png", "refusals", "said_of"]

_IN_MEMORY = 8 * 2**20
_PIECE = 256 * 1024
_BEGIN = 512
"""Bytes by which a file without a name is told apart."""
_PACKED = ("image/", "audio/", "video/", "application/zip", "application/pdf", "application/gzip")

refusals = (ExportError, ArtefactNotFound, OSError, RecursionError, ValueError, ArithmeticError)
"""What making one asset of a value that nobody foresaw may raise."""


def drawn_png(section: Section, sink: IO[bytes]) -> None:
    """A chart or map as a PNG on light ground, without its title, which the report has above it."""
    if "figure" in section.views:
        FORMATS["figure.png"].write(section.export, sink, PngOptions(title=False))
    else:
        FORMATS["features.png"].write(section.export, sink, MapOptions(title=False))


@frozen
class Assets:
    """The assets of one report: walk `entries` for them; by its end, `beside` and `files` say what lies where."""

    content: Content
    beside: dict[str, Beside] = field(factory=dict)
    files: dict[int, str] = field(factory=dict)
    """The paths of kept files by their numbers."""
    lost: list[str] = field(factory=list)
    """What is missing of the files that no output names, a sentence each."""

    def entries(self) -> Iterator[Entry]:
        """One after another; each may be read until the next is asked for."""
        names = Names("assets/")
        for section in self.content.sections():
            yield from self._of(section, names)
        for artefact in self.content.files:
            if artefact.id not in self.files:  # what no output is said to own
                yield from self._loose(artefact, names)

    def _of(self, section: Section, names: Names) -> Iterator[Entry]:
        about = section.declared
        remarks: list[str] = []
        picture = data = None
        paths: dict[int, str] = {}
        if section.has_data:
            with _spooled() as file:
                try:
                    FORMATS["rows.csv"].write(section.export, file, RowOptions())
                except refusals as error:
                    remarks.append(f"There is no file of its data: {said_of(error)}")
                else:
                    data = names.take(f"{about.key}.csv")
                    yield _entry(data, file, deflated=True)
        if section.is_drawn:
            with _spooled() as file:
                try:
                    drawn_png(section, file)
                except refusals as error:
                    remarks.append(f"There is no picture of it: {said_of(error)}")
                else:
                    picture = names.take(f"{about.key}.png")
                    yield _entry(picture, file, deflated=False)
        if "media" in section.views:
            for index, media in enumerate(section.export.media()):
                label = media.label or media.filename or about.label
                try:
                    path = yield from self._file(section, media, index, names)
                except refusals as error:
                    remarks.append(f"{label} isn't here: {said_of(error)}")
                else:
                    paths.update({} if path is None else {index: path})
        self.beside[about.key] = Beside(picture=picture, data=data, files=paths, remarks=tuple(remarks))

    def _file(self, section: Section, media: Media, index: int, names: Names) -> Generator[Entry, None, str | None]:
        """One file of a value; returns its path, or None for one that lies on the web and stays there."""
        if media.source.startswith(("http://", "https://")):
            return None
        kept = section.artefact_of(media, index)
        if kept is not None:
            return (yield from self._kept(kept, names))
        with opened(media, section.export) as file:
            mime, ending = ending_of(media, file.read(_BEGIN))
            path = names.take(media.filename or f"{stem_of(media, section.declared.key)}{ending}")
            size = file.seek(0, io.SEEK_END)
            yield Entry(path, partial(_pieces, file), size, deflated=not mime.startswith(_PACKED))
            return path

    def _kept(self, artefact: Artefact, names: Names) -> Generator[Entry, None, str]:
        if artefact.id not in self.files:
            with self.content.open_artefact(artefact.id) as file:
                _check(file, artefact)
                path = names.take(artefact.filename)
                deflated = not artefact.mime.startswith(_PACKED)
                yield Entry(path, partial(_pieces, file), artefact.size_bytes, deflated=deflated)
                self.files[artefact.id] = path
        return self.files[artefact.id]

    def _loose(self, artefact: Artefact, names: Names) -> Iterator[Entry]:
        try:
            yield from self._kept(artefact, names)
        except refusals as error:
            self.lost.append(f"{artefact.filename} isn't here: {said_of(error)}")


def _check(file: IO[bytes], kept: Artefact) -> None:
    """Raise FileAltered when a kept file isn't what the run left any more."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    if kept.sha256 and digest.hexdigest() != kept.sha256:  # a row of an older database may have none
        raise FileAltered(
            f"{kept.filename} ({size_text(kept.size_bytes)}) was altered since the run. `pixie fsck` says what else "
            "was."
        )


@contextmanager
def _spooled() -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        yield file


def _entry(path: str, file: IO[bytes], *, deflated: bool) -> Entry:
    return Entry(path, partial(_pieces, file), file.tell(), deflated=deflated)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def said_of(error: BaseException) -> str:
    """An error as a sentence."""
    words = str(error).strip() or type(error).__name__
    return words if words.endswith((".", "!", "?")) else f"{words}."
