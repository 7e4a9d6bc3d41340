"""A zip, piece by piece, for a reader that can't be gone back to: what was given out is forgotten.

Sizes and check sums stand behind each file (a data descriptor), since they aren't known before it. Of each entry only
its line in the directory is kept, packed as it will be written, and on disk once there are many: a zip of a million
files takes the memory of a small one. The layout is that of PKWARE's APPNOTE.TXT, sections 4.3 to 4.5.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zlib
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Self

from attrs import define, frozen

from pixie_core.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime

__all__ = ["Written", "ZipWriter", "stored_size"]

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_FAR_END = struct.Struct("<4sQ2H2L4Q")
_FAR_PLACE = struct.Struct("<4sLQL")

_LIMIT = 2**31 - 1
"""Beyond it sizes and places are written as 64-bit numbers; some programs read the 32 bits with a sign."""
_FULL = 0xFFFFFFFF
_MOST_ENTRIES = 0xFFFF
_LATER = 0x0008
_UTF8 = 0x0800
_STORED, _DEFLATED = 0, 8
_PLAIN, _FAR = 20, 45
"""The version of the format that a reader must know: 2.0, or 4.5 where there are 64-bit numbers."""
_UNIX = 3 << 8
"""Whose permissions are given."""
_IN_MEMORY = 4 * 2**20
"""Bytes of the directory that are kept in memory: some 40 000 entries."""


@frozen
class Written:
    """A file as it went into the zip."""

    name: str
    size: int
    sha256: str


class ZipWriter:
    """Makes one zip; each method gives the bytes that come next. Without `end` no program takes it for a whole zip.

    Used in a `with`, so that the directory's temporary file goes whatever happens.
    """

    def __init__(self) -> None:
        self._at = 0
        self._entries = 0
        self._directory = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._directory.close()

    def folder(self, name: str, moment: datetime) -> bytes:
        """A folder; its name ends with a slash."""
        entry = _Entry(name.encode(), moment, self._at, flags=_UTF8, attributes=(stat.S_IFDIR | 0o755) << 16 | 0x10)
        self._list(entry)
        return self._said(entry.head())

    def file(
        self, name: str, moment: datetime, pieces: Iterable[bytes], *, deflated: bool, most: int | None
    ) -> Generator[bytes, None, Written]:
        """A file, which has at most `most` bytes where that is known: of more, no more is taken than the piece that
        is too much. Returns what was written. What `pieces` raises before its first piece leaves the zip as it was;
        an ExportError later leaves the file cut short and the zip sound, so that others can follow.
        """
        source = iter(pieces)
        piece: bytes | None = next(source, None)
        far = most is None or most * 1.05 > _LIMIT
        packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS) if deflated else None
        entry = _Entry(name.encode(), moment, self._at, packer=packer, far=far)
        yield self._said(entry.head())
        digest = hashlib.sha256()
        try:
            while piece is not None:
                digest.update(piece)
                if packed := entry.pack(piece):
                    yield self._said(packed)
                if most is not None and entry.size > most:
                    break
                piece = next(source, None)
        except ExportError:
            yield self._said(entry.finish())
            self._list(entry)
            raise
        yield self._said(entry.finish())
        self._list(entry)
        return Written(name, entry.size, digest.hexdigest())

    def end(self) -> Iterator[bytes]:
        """The directory, and the record that says that the zip is whole."""
        start, size = self._at, self._directory.tell()
        self._directory.seek(0)
        while piece := self._directory.read(1 << 20):
            yield piece
        if self._entries > _MOST_ENTRIES or start > _LIMIT or size > _LIMIT:
            yield _FAR_END.pack(b"PK\6\6", 44, _UNIX | _FAR, _FAR, 0, 0, self._entries, self._entries, size, start)
            yield _FAR_PLACE.pack(b"PK\6\7", 0, start + size, 1)
        count = min(self._entries, _MOST_ENTRIES)
        yield _END.pack(b"PK\5\6", 0, 0, count, count, min(size, _FULL), min(start, _FULL), 0)

    def _said(self, piece: bytes) -> bytes:
        self._at += len(piece)
        return piece

    def _list(self, entry: _Entry) -> None:
        self._directory.write(entry.line())
        self._entries += 1


@define
class _Entry:
    """One entry, from its head to its line in the directory."""

    name: bytes
    moment: datetime
    start: int
    packer: zlib._Compress | None = None
    far: bool = False
    """Its sizes are written as 64-bit numbers, also where they turn out small."""
    flags: int = _UTF8 | _LATER
    attributes: int = (stat.S_IFREG | 0o644) << 16
    size: int = 0
    packed: int = 0
    crc: int = 0

    def head(self) -> bytes:
        """What stands before its content."""
        extra = struct.pack("<2H2Q", 1, 16, 0, 0) if self.far else b""
        sizes = (_FULL, _FULL) if self.far else (0, 0)
        version = _FAR if self.far else _PLAIN
        told = (version, self.flags, self._method, *_dos_time(self.moment), 0, *sizes, len(self.name), len(extra))
        return _LOCAL.pack(b"PK\3\4", *told) + self.name + extra

    def pack(self, piece: bytes) -> bytes:
        """A piece of its content, as it goes into the zip."""
        self.size += len(piece)
        self.crc = zlib.crc32(piece, self.crc)
        made = self.packer.compress(piece) if self.packer is not None else piece
        self.packed += len(made)
        return made

    def finish(self) -> bytes:
        """The rest of the content, and what is told of it afterwards."""
        rest = self.packer.flush() if self.packer is not None else b""
        self.packed += len(rest)
        return rest + struct.pack("<4sL2Q" if self.far else "<4s3L", b"PK\7\b", self.crc, self.packed, self.size)

    def line(self) -> bytes:
        """Its line in the directory."""
        sizes = (self.packed, self.size, self.start)
        packed, size, start = (_FULL if each > _LIMIT else each for each in sizes)
        # In the order of APPNOTE 4.5.3, and those alone that don't stand in the line.
        far = [each for each in (self.size, self.packed, self.start) if each > _LIMIT]
        extra = struct.pack(f"<2H{len(far)}Q", 1, 8 * len(far), *far) if far else b""
        version = _FAR if far or self.far else _PLAIN
        told = (_UNIX | version, version, self.flags, self._method, *_dos_time(self.moment), self.crc, packed, size)
        ends = (len(self.name), len(extra), 0, 0, 0, self.attributes, start)
        return _CENTRAL.pack(b"PK\1\2", *told, *ends) + self.name + extra

    @property
    def _method(self) -> int:
        return _STORED if self.packer is None else _DEFLATED


def _dos_time(moment: datetime) -> tuple[int, int]:
    """Time and date as a zip has them: no time zone, steps of two seconds, the years 1980 to 2107."""
    if not 1980 <= moment.year <= 2107:
        return 0, 1 << 5 | 1
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (moment.year - 1980) << 9 | moment.month << 5 | moment.day


def stored_size(files: Iterable[tuple[str, int]]) -> int:
    """The size of a zip of stored files of these names and sizes, as it is made here; a name that ends with a slash is
    a folder.
    """
    position = directory = count = 0
    for name, size in files:
        count += 1
        length = len(name.encode())
        extras = 2 * (size > _LIMIT) + (position > _LIMIT)
        directory += _CENTRAL.size + length + (4 + 8 * extras if extras else 0)
        far = size * 1.05 > _LIMIT
        described = 0 if name.endswith("/") else 24 if far else 16
        position += _LOCAL.size + length + (20 if far else 0) + size + described
    beyond = count > _MOST_ENTRIES or position > _LIMIT or directory > _LIMIT
    return position + directory + (_FAR_END.size + _FAR_PLACE.size if beyond else 0) + _END.size
