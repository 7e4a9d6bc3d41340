"""Files as they are, and several of them as a zip."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import IO, TYPE_CHECKING, Any

from pixie_core.exporters.format import Format
from pixie_core.exporters.media_sources import ending_of, opened, stem_of
from pixie_core.filenames import twin_key, unique_filename

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export

__all__ = ["FILES"]

_BEGIN = 4_096
"""Bytes of a file that tell what it is."""


def _write_original(export: Export, sink: IO[bytes], _options: Any) -> None:
    with opened(export.media()[0], export) as source:
        shutil.copyfileobj(source, sink)


def _as_it_is(export: Export) -> tuple[str, str]:
    """The media type and the ending that the file has."""
    media = export.media()[0]
    with opened(media, export) as source:
        return ending_of(media, source.read(_BEGIN))


def _write_zip(export: Export, sink: IO[bytes], _options: Any) -> None:
    """Each file under its label, in order, stored; times are the run's."""
    at = export.provenance.at.timetuple()[:6]
    files = export.media()
    taken: set[str] = set()
    digits = len(str(len(files)))
    with zipfile.ZipFile(_Sink(sink), "w", zipfile.ZIP_STORED) as archive:
        for number, media in enumerate(files, start=1):
            with opened(media, export) as source:
                begin = source.read(_BEGIN)
                _, ending = ending_of(media, begin)
                name = unique_filename(f"{number:0{digits}d} {stem_of(media, export.declared.key)}{ending}", taken)
                taken.add(twin_key(name))
                info = zipfile.ZipInfo(name, (max(at[0], 1980), *at[1:]))
                info.external_attr = 0o644 << 16
                with archive.open(info, "w", force_zip64=True) as entry:
                    entry.write(begin)
                    shutil.copyfileobj(source, entry)
            export.on_progress(number, len(files))
        archive.comment = export.provenance.sentence().encode()[:65_535]


class _Sink(io.RawIOBase):
    """A sink that takes `write` and nothing else, as the zip module wants one that can't be sought in."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, piece: Any) -> int:
        """Pass it on."""
        self._sink.write(bytes(piece))
        return len(piece)


FILES: tuple[Format, ...] = (
    Format(
        name="original",
        reads="media",
        ending=".bin",
        mime="application/octet-stream",
        help="the file as the tool made it, byte for byte",
        write=_write_original,
        look=_as_it_is,
    ),
    Format(
        name="zip",
        reads="media",
        ending=".zip",
        mime="application/zip",
        help="every picture as the tool made it, in one zip",
        write=_write_zip,
    ),
)
