"""Ogg without chance: the number of the stream, which its writer draws by lot, becomes one that is always the same.

https://www.rfc-editor.org/rfc/rfc3533#section-6
"""

from __future__ import annotations

import struct
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["copy_ogg"]

_SERIAL = 1
_HEAD = 27
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def copy_ogg(source: IO[bytes], sink: IO[bytes]) -> None:
    """Copy an Ogg file of one stream, page by page."""
    for page in _pages(source):
        page[14:18] = struct.pack("<I", _SERIAL)
        page[22:26] = bytes(4)
        page[22:26] = struct.pack("<I", _check_sum(bytes(page)))
        sink.write(bytes(page))


def _pages(source: IO[bytes]) -> Iterator[bytearray]:
    while head := source.read(_HEAD):
        lengths = source.read(head[26])
        yield bytearray(head + lengths + source.read(sum(lengths)))


def _check_sum(page: bytes) -> int:
    """CRC with the polynomial 0x04c11db7, the highest bit first; zlib has the same with the lowest bit first, and turns
    all bits before and after.
    """
    lowest_first = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{lowest_first:032b}"[::-1], 2)
