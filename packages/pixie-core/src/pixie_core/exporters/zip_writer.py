"""A zip, piece by piece, for a reader that can't be gone back to: what was given out is forgotten.

Python's own zipfile writes to a sink that can't seek and is drained after each piece, so that sizes and check sums
stand behind each file (a data descriptor). What stays in memory is what zipfile keeps of each entry for the directory
at the end: about half a kilobyte. Times are given, not taken from the clock, so that the same contents make the same
bytes.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime

    from _typeshed import ReadableBuffer

__all__ = ["Written", "ZipWriter", "stored_size"]

_LIMIT = zipfile.ZIP64_LIMIT
"""Beyond it zipfile writes sizes and places as 64-bit numbers; some programs read the 32 bits with a sign."""
_SIZES = slice(18, 26)
"""Where the two 32-bit sizes stand in the header before a file (APPNOTE.TXT 4.3.7)."""
_UNIX = 3
"""Whose permissions are given."""


@frozen
class Written:
    """A file as it went into the zip."""

    name: str
    size: int
    sha256: str


class ZipWriter:
    """Makes one zip; each method gives the bytes that come next. Without `end` no program takes it for a whole zip."""

    def __init__(self) -> None:
        self._sink = _Sink()
        # Closed by `end` alone: closing writes the directory and the record which says that the zip is whole.
        self._zip = _Zip(self._sink, "w")

    def folder(self, name: str, moment: datetime) -> Iterator[bytes]:
        """A folder; its name ends with a slash."""
        head = _head(name, moment, (stat.S_IFDIR | 0o755) << 16 | 0x10)
        head.CRC = head.compress_size = 0  # which mkdir doesn't set by itself before Python 3.12
        self._zip.mkdir(head)
        yield from self._sink.drain()

    def file(
        self, name: str, moment: datetime, pieces: Iterable[bytes], *, deflated: bool, most: int | None
    ) -> Generator[bytes, None, Written]:
        """A file, which has at most `most` bytes where that is known: of more, nothing is taken from the piece on that
        is too much. Returns what was written. What `pieces` raises before its first piece leaves the zip as it was;
        an ExportError later leaves the file cut short and the zip sound, so that others can follow.
        """
        source = iter(pieces)
        piece: bytes | None = next(source, None)
        head = _head(name, moment, (stat.S_IFREG | 0o644) << 16)
        head.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        head.file_size = most or 0
        digest = hashlib.sha256()
        size = 0
        broken: ExportError | None = None
        with self._zip.open(head, "w", force_zip64=most is None) as file:
            yield from self._sink.drain()
            while piece is not None:
                size += len(piece)
                if most is not None and size > most:
                    break
                digest.update(piece)
                file.write(piece)
                yield from self._sink.drain()
                try:
                    piece = next(source, None)
                except ExportError as error:
                    broken, piece = error, None
        yield from self._sink.drain()
        if broken is not None:
            raise broken
        return Written(name, size, digest.hexdigest())

    def end(self) -> Iterator[bytes]:
        """The directory, and the record that says that the zip is whole."""
        self._zip.close()
        yield from self._sink.drain()


def _head(name: str, moment: datetime, attributes: int) -> zipfile.ZipInfo:
    # A zip has no time zone, steps of two seconds, and the years 1980 to 2107.
    told = moment.timetuple()[:6] if 1980 <= moment.year <= 2107 else (1980, 1, 1, 0, 0, 0)
    head = _Head(name, told)
    head.external_attr = attributes
    head.create_system = _UNIX
    return head


class _Zip(zipfile.ZipFile):
    """One that isn't ended by being forgotten: who left in the middle has no use for an end, and it may fail."""

    def __del__(self) -> None:
        """Do nothing, where zipfile closes."""


class _Head(zipfile.ZipInfo):
    """What stands before and in the directory of a file, the same from every Python.

    Before 3.11.4 zipfile left the 32-bit sizes of a file of unknown size at zero, so that who reads the zip as it comes
    takes the sizes behind the file for 32-bit ones, which they aren't (gh-103861).
    """

    def FileHeader(self, zip64: bool | None = None) -> bytes:  # noqa: N802 (zipfile's)
        """The header before the file."""
        if not zip64:
            return super().FileHeader(zip64)
        self.create_version = self.extract_version = max(self.extract_version, zipfile.ZIP64_VERSION)
        header = super().FileHeader(zip64)
        return header[: _SIZES.start] + b"\xff" * 8 + header[_SIZES.stop :]


class _Sink(io.RawIOBase):
    """Where zipfile writes; it can't seek, and forgets what was drained."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def write(self, piece: ReadableBuffer, /) -> int:
        content = bytes(piece)
        self._pieces.append(content)
        return len(content)

    def drain(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from filter(None, pieces)


def stored_size(files: Iterable[tuple[str, int]]) -> int:
    """The size of a zip of stored files of these names and sizes, as it is made here (APPNOTE.TXT 4.3 to 4.5); a name
    that ends with a slash is a folder.
    """
    position = directory = count = 0
    for name, size in files:
        count += 1
        length = len(name.encode())
        extras = 2 * (size > _LIMIT) + (position > _LIMIT)
        directory += 46 + length + (4 + 8 * extras if extras else 0)
        far = size * 1.05 > _LIMIT
        described = 0 if name.endswith("/") else 24 if far else 16
        position += 30 + length + (20 if far else 0) + size + described
    beyond = count > 65_535 or position > _LIMIT or directory > _LIMIT
    return position + directory + (76 if beyond else 0) + 22
