"""A zip that is made while it is read: never in memory, never on disk first.

Python's own zipfile writes to a sink that can't seek and is drained after each piece. Times are given, not
taken from the clock, so that the same contents make the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from typing import TYPE_CHECKING

from attrs import field, frozen

from pixie_core.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from _typeshed import ReadableBuffer

__all__ = ["Archive", "Entry", "Written"]


@frozen
class Entry:
    """One file of a zip, or a folder where the name ends with a slash.

    `source` gives its bytes anew whenever it is called.

    With a `size` or `sha256` the bytes must be so, or the zip breaks off. What is not `deflated` is stored.
    """

    name: str
    source: Callable[[], Iterable[bytes]] = field(repr=False)
    size: int | None = None
    sha256: str | None = None
    deflated: bool = True


@frozen
class Written:
    """A file as it went into the zip."""

    name: str
    size: int
    sha256: str


@frozen(kw_only=True)
class Archive:
    """A zip, ready to be read: iterate over it for its bytes; each time is a new reading.

    `made_at` becomes the time of every file. `last` makes the file that lists the others, from how they were written.
    Iterating raises ExportError when a file can't be read or isn't as it was said to be; what was read until then
    has no end record, and no program takes it for a whole zip.
    """

    filename: str
    made_at: datetime
    entries: Sequence[Entry] = field(repr=False)
    last: tuple[str, Callable[[Sequence[Written]], bytes]] | None = field(repr=False, default=None)

    @property
    def content_length(self) -> int | None:
        """The zip's exact size in bytes, where every file is stored and of known size; else None."""
        if self.last is not None or any(entry.deflated or entry.size is None for entry in self.entries):
            return None
        return _stored_size([(entry.name, entry.size or 0) for entry in self.entries])

    def __iter__(self) -> Iterator[bytes]:
        sink = _Sink()
        written: list[Written] = []
        # Closed only when all went well: closing writes the end record, which says that the zip is whole.
        archive = zipfile.ZipFile(sink, "w")
        for entry in self.entries:
            yield from self._one(archive, sink, entry, written)
        if self.last is not None:
            name, make = self.last
            content = make(written)
            yield from self._one(archive, sink, Entry(name, lambda: [content], len(content)), written)
        archive.close()
        yield from sink.drain()

    def _one(self, archive: zipfile.ZipFile, sink: _Sink, entry: Entry, written: list[Written]) -> Iterator[bytes]:
        if entry.name.endswith("/"):
            head = self._head(entry)
            head.CRC = head.compress_size = 0  # which mkdir doesn't set by itself before Python 3.12
            archive.mkdir(head)
            yield from sink.drain()
            return
        digest = hashlib.sha256()
        size = 0
        with archive.open(self._head(entry), "w", force_zip64=entry.size is None) as file:
            yield from sink.drain()
            for piece in entry.source():
                size += len(piece)
                if entry.size is not None and size > entry.size:
                    break
                digest.update(piece)
                file.write(piece)
                yield from sink.drain()
            if entry.size not in {None, size} or entry.sha256 not in {None, digest.hexdigest()}:
                raise ExportError(f"{entry.name} was altered since the run: the zip breaks off here.")
        yield from sink.drain()
        written.append(Written(entry.name, size, digest.hexdigest()))

    def _head(self, entry: Entry) -> zipfile.ZipInfo:
        # A zip has no time zone, steps of two seconds, and the years 1980 to 2107.
        moment = self.made_at.timetuple()[:6] if 1980 <= self.made_at.year <= 2107 else (1980, 1, 1, 0, 0, 0)
        head = zipfile.ZipInfo(entry.name, moment)
        head.compress_type = zipfile.ZIP_DEFLATED if entry.deflated else zipfile.ZIP_STORED
        folder = entry.name.endswith("/")
        head.external_attr = (stat.S_IFDIR | 0o755) << 16 | 0x10 if folder else (stat.S_IFREG | 0o644) << 16
        head.create_system = 3  # Unix, whose permissions these are
        head.file_size = entry.size or 0
        return head


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


_LIMIT = 2**31 - 1
"""Beyond it zipfile writes sizes and places as 64-bit numbers (ZIP64_LIMIT)."""


def _stored_size(files: Sequence[tuple[str, int]]) -> int:
    """The size of a zip of stored files, as zipfile writes it to what can't seek (APPNOTE 4.3)."""
    position = directory = 0
    for name, size in files:
        length = len(name.encode())
        zip64 = size * 1.05 > _LIMIT
        extras = 2 * (size > _LIMIT) + (position > _LIMIT)
        directory += 46 + length + (4 + 8 * extras if extras else 0)
        described = 0 if name.endswith("/") else 24 if zip64 else 16
        position += 30 + length + (20 if zip64 else 0) + size + described
    far = len(files) > 65_535 or position > _LIMIT or directory > _LIMIT
    return position + directory + (76 if far else 0) + 22
