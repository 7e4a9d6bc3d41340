"""A zip from a stranger, read strictly: there is one way to read it, or it is refused.

Programs that read zips differ where a zip contradicts itself: which of two directories counts, which of two names,
whether bytes between the entries mean something. What one program checks, another then doesn't unpack. Here the
entries must lie one behind the other from the first byte to the directory, the directory must end where the one end
record begins, and each entry must say of itself what the directory says of it. Zip64, encryption and methods
other than stored and deflate are refused: no tool needs them.

The layout is that of PKWARE's APPNOTE.TXT, sections 4.3 and 4.4.
"""

from __future__ import annotations

import stat
import struct
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import attrs
from attrs import frozen

from pixie_core.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LIMITS", "BadZip", "Entry", "Limits", "content", "read_entries"]


class BadZip(Exception):
    """Why a zip is refused; `entry` names the entry that it is about, where there is one."""

    def __init__(self, message: str, entry: str | None = None) -> None:
        super().__init__(message)
        self.entry = entry


def _limit(setting: str) -> Any:
    return attrs.field(default=attrs.fields_dict(Settings)[setting].default, metadata={"setting": setting})


@frozen(kw_only=True)
class Limits:
    """How much a zip may hold: bytes of the file, of all entries and of one, their number, how many folders may lie in
    each other, and by what factor it may grow once an entry is larger than `ratio_after` bytes. `zip64` lets 64-bit
    sizes in, as a zip of more than 4 GB has them.

    `Limits.of(settings)` has them as they are set; without a word they are the settings' defaults.
    """

    zip_bytes: int = _limit("max_zip_bytes")
    total_bytes: int = _limit("max_zip_unpacked_bytes")
    entry_bytes: int = _limit("max_zip_entry_bytes")
    entries: int = _limit("max_zip_entries")
    depth: int = _limit("max_zip_depth")
    ratio: int = _limit("max_zip_ratio")
    ratio_after: int = 10**6
    zip64: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits as they are set."""
        named = {each.name: each.metadata.get("setting") for each in attrs.fields(cls)}
        return cls(**{name: getattr(settings, setting) for name, setting in named.items() if setting is not None})


LIMITS = Limits()

_END = struct.Struct("<4s4H2LH")
_FAR_END = struct.Struct("<4sQ2H2L4Q")
_FAR_PLACE = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_PATCHED = 0x0020
_DESCRIPTOR = 0x0008
_UTF8 = 0x0800
_METHODS = {0: "stored", 8: "deflate"}
_FULL = 0xFFFFFFFF
_LINKS = {0x000D: "PKWARE's Unix links", 0x756E: "ASi's Unix links"}
_ZIP64, _UNICODE_NAME = 0x0001, 0x7075
_PIECE = 64 * 1024


@frozen
class Entry:
    """One entry: its name as it stands in the zip, its size in bytes, and where its content lies."""

    name: str
    size: int
    compressed: int
    crc: int
    method: int
    flags: int
    start: int
    data: int
    raw_name: bytes
    far: bool = False
    """What follows its content has 64-bit sizes."""

    @property
    def is_folder(self) -> bool:
        """True for an entry that only names a folder."""
        return self.name.endswith("/")


def read_entries(file: BinaryIO, limits: Limits = LIMITS) -> list[Entry]:
    """The entries of a zip, in the order of its directory. Raises BadZip for anything out of order."""
    size = file.seek(0, 2)
    if size > limits.zip_bytes:
        raise BadZip(f"has {size:,} bytes; at most {limits.zip_bytes:,} are read")
    count, directory_size, directory_at, end_at = _end_record(file, size, zip64=limits.zip64)
    if count > limits.entries:
        raise BadZip(f"has {count:,} entries; at most {limits.entries:,} are read")
    if directory_at + directory_size != end_at:
        raise BadZip("has something before its first entry, or behind its directory: pack it again")
    file.seek(directory_at)
    directory = file.read(directory_size)
    listed = _directory(directory, count, zip64=limits.zip64)
    entries = [_located(file, entry, directory_at, zip64=limits.zip64) for entry in listed]
    total = 0
    for entry in entries:
        total += entry.size
        if entry.size > limits.entry_bytes:
            raise BadZip(f"has {entry.size:,} bytes; at most {limits.entry_bytes:,} are unpacked", entry.name)
    if total > limits.total_bytes:
        raise BadZip(f"holds {total:,} bytes; at most {limits.total_bytes:,} are unpacked")
    _lie_in_a_row(file, entries, directory_at)
    return entries


def _end_record(file: BinaryIO, size: int, *, zip64: bool) -> tuple[int, int, int, int]:
    """How many entries, the directory's size and place, and where the end record itself stands."""
    window = min(size, _END.size + 0xFFFF)
    file.seek(size - window)
    tail = file.read(window)
    at = tail.rfind(b"PK\5\6")
    while at >= 0 and (len(tail) - at < _END.size or at + _END.size + _END.unpack_from(tail, at)[7] != len(tail)):
        at = tail.rfind(b"PK\5\6", 0, at)
    if at < 0:
        raise BadZip("isn't a zip, or its end is missing")
    _, disk, start_disk, here, count, directory_size, directory_at, _ = _END.unpack_from(tail, at)
    if b"PK" in tail[at + _END.size :]:
        raise BadZip("has more than one end record: pack it again")
    if disk or start_disk or here != count:
        raise BadZip("is a part of several: pack it again as one")
    place = tail[max(0, at - _FAR_PLACE.size) : at]
    told = (count, directory_size, directory_at)
    if place[:4] == b"PK\6\7" and zip64:
        return _far_end_record(file, size - window + at - _FAR_PLACE.size, place, told)
    if place[:4] == b"PK\6\7" or (not zip64 and (count == 0xFFFF or _FULL in told)):
        raise BadZip("is a zip64, which no tool needs: pack it again with an ordinary program")
    return *told, size - window + at


def _far_end_record(
    file: BinaryIO, place_at: int, place: bytes, told: tuple[int, int, int]
) -> tuple[int, int, int, int]:
    """The same from the 64-bit end record, which must stand right before the one that says where it is, and say what
    the plain one says as far as that can.
    """
    _, disk, at, disks = _FAR_PLACE.unpack(place)
    file.seek(max(0, place_at - _FAR_END.size))
    found = file.read(_FAR_END.size)
    if at != place_at - _FAR_END.size or disk or disks != 1 or found[:4] != b"PK\6\6":
        raise BadZip("has a 64-bit end record that isn't where it says")
    _, length, _, _, this, start_disk, here, count, directory_size, directory_at = _FAR_END.unpack(found)
    right = (count, directory_size, directory_at)
    plain = zip(told, (0xFFFF, _FULL, _FULL), right, strict=True)
    if length != _FAR_END.size - 12 or this or start_disk or here != count or any(a not in {f, b} for a, f, b in plain):
        raise BadZip("has two end records that contradict each other")
    return *right, at


def _directory(directory: bytes, count: int, *, zip64: bool) -> Iterator[Entry]:
    at = 0
    for _ in range(count):
        if len(directory) - at < _CENTRAL.size or directory[at : at + 4] != b"PK\1\2":
            raise BadZip("has a directory that doesn't hold the entries that it says")
        (
            _, made_by, _, flags, method, _, _, crc, compressed, size,
            name_size, extra_size, comment_size, disk, _, attributes, start,
        ) = _CENTRAL.unpack_from(directory, at)  # fmt: skip
        at += _CENTRAL.size
        raw_name, extra = directory[at : at + name_size], directory[at + name_size : at + name_size + extra_size]
        at += name_size + extra_size + comment_size
        if at > len(directory):
            raise BadZip("has a directory that breaks off")
        name = _name(raw_name, flags)
        far = _check_extra(name, extra, zip64=zip64)
        if (_FULL in (compressed, size, start) and not zip64) or disk:
            raise BadZip("is a zip64 entry, which no tool needs: pack it again with an ordinary program", name)
        size, compressed, start = _far_numbers(name, far, (size, compressed, start))
        _check_kind(name, flags, method, made_by >> 8, attributes)
        if name.endswith("/") and size:
            raise BadZip("is named like a folder and has content", name)
        yield Entry(name, size, compressed, crc, method, flags, start, 0, raw_name)
    if at != len(directory):
        raise BadZip("has a directory that holds more than the entries that it says")


def _name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise BadZip("isn't marked as UTF-8, so that programs read it differently", ascii(raw)[2:-1]) from None


def _check_kind(name: str, flags: int, method: int, system: int, attributes: int) -> None:
    if flags & _ENCRYPTED:
        raise BadZip("is encrypted: pack it again without a password", name)
    if flags & _PATCHED or method not in _METHODS:
        raise BadZip(f"is compressed by method {method}; stored (0) and deflate (8) are read", name)
    mode = attributes >> 16
    kind = stat.S_IFMT(mode)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        what = "a symbolic link" if kind == stat.S_IFLNK else "a device, a pipe or a socket"
        raise BadZip(f"is {what}; only files and folders are imported", name)
    if mode & 0o7000:
        raise BadZip("has a setuid, setgid or sticky bit, which no tool needs", name)
    if kind and not mode & 0o777:
        raise BadZip("is a file that nobody may read (mode 0000)", name)
    folder = kind == stat.S_IFDIR or (system == 0 and attributes & 0x10)
    if (folder and not name.endswith("/")) or (kind == stat.S_IFREG and name.endswith("/")):
        raise BadZip("is a file by its name and a folder by its mode, or the other way round", name)


def _check_extra(name: str, extra: bytes, *, zip64: bool) -> bytes | None:
    """What the extra field says of 64-bit sizes, where it does. Raises BadZip for what must not be in it."""
    at = 0
    far = None
    while len(extra) - at >= 4:
        identity, length = struct.unpack_from("<2H", extra, at)
        if identity in _LINKS:
            raise BadZip(f"carries {_LINKS[identity]}; only files and folders are imported", name)
        if identity == _ZIP64 and not zip64:
            raise BadZip("is a zip64 entry, which no tool needs: pack it again with an ordinary program", name)
        if identity == _ZIP64:
            if far is not None or at + 4 + length > len(extra):
                raise BadZip("has 64-bit sizes that can't be read", name)
            far = extra[at + 4 : at + 4 + length]
        if identity == _UNICODE_NAME and extra[at + 9 : at + 4 + length] != name.encode():
            raise BadZip("has a second name beside its first", name)
        at += 4 + length
    return far


def _far_numbers(name: str, far: bytes | None, plain: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, compressed size and place, those that are too large for 32 bits from the extra field: these, in this
    order, and nothing else.
    """
    wanted = plain.count(_FULL)
    if len(far or b"") != 8 * wanted or (far is not None and not wanted):
        raise BadZip("has 64-bit sizes that aren't those that are missing", name)
    numbers = iter(struct.unpack(f"<{wanted}Q", far or b""))
    size, compressed, start = (next(numbers) if each == _FULL else each for each in plain)
    return size, compressed, start


def _located(file: BinaryIO, entry: Entry, directory_at: int, *, zip64: bool) -> Entry:
    """The entry with the place of its content, once its own header says what the directory says."""
    file.seek(entry.start)
    header = file.read(_LOCAL.size) if entry.start < directory_at else b""
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
        raise BadZip("isn't where the directory says", entry.name)
    _, _, flags, method, _, _, crc, compressed, size, name_size, extra_size = _LOCAL.unpack(header)
    raw_name, extra = file.read(name_size), file.read(extra_size)
    if raw_name != entry.raw_name:
        raise BadZip(f"calls itself '{ascii(raw_name)[2:-1][:80]}' and has another name in the directory", entry.name)
    far = _check_extra(entry.name, extra, zip64=zip64)
    if far is not None:
        if (size, compressed, len(far)) != (_FULL, _FULL, 16):
            raise BadZip("has 64-bit sizes that can't be read", entry.name)
        size, compressed = struct.unpack("<2Q", far)
    told = (crc, compressed, size)
    right = (entry.crc, entry.compressed, entry.size)
    later = bool(flags & _DESCRIPTOR) and told == (0, 0, 0)
    if (flags, method) != (entry.flags, entry.method) or (told != right and not later):
        raise BadZip("says of its size, check sum or method other than the directory does", entry.name)
    data = entry.start + _LOCAL.size + name_size + extra_size
    if entry.method == 0 and entry.compressed != entry.size:
        raise BadZip("is stored, and its two sizes differ", entry.name)
    return attrs.evolve(entry, data=data, far=far is not None)


def _lie_in_a_row(file: BinaryIO, entries: list[Entry], directory_at: int) -> None:
    """From the first byte to the directory there are entries and nothing else, none within another."""
    at = 0
    for entry in sorted(entries, key=lambda each: each.start):
        if entry.start < at:
            raise BadZip("lies within another entry", entry.name)
        if entry.start > at:
            raise BadZip(
                "has something before its first entry: pack it again" if at == 0 else "has hidden bytes before it",
                None if at == 0 else entry.name,
            )
        at = entry.data + entry.compressed
        if at > directory_at:
            raise BadZip("reaches into the directory", entry.name)
        if entry.flags & _DESCRIPTOR:
            at += _descriptor(file, entry, at)
    if at != directory_at:
        raise BadZip("has hidden bytes before its directory: pack it again")


def _descriptor(file: BinaryIO, entry: Entry, at: int) -> int:
    """The length of what follows the content of an entry that was written in one go: with or without a signature."""
    file.seek(at)
    right = struct.pack("<L2Q" if entry.far else "<3L", entry.crc, entry.compressed, entry.size)
    found = file.read(4 + len(right))
    if found == b"PK\7\b" + right:
        return len(found)
    if found[: len(right)] == right:
        return len(right)
    raise BadZip("is followed by a size or check sum that isn't the directory's", entry.name)


def content(file: BinaryIO, entry: Entry, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The content of an entry in pieces of at most 64 KiB, never more than it said. Raises BadZip when it is more or
    less, grows beyond the limits, or doesn't have its check sum.
    """
    crc = made = 0
    for piece in _inflated(file, entry) if entry.method else _stored(file, entry):
        made += len(piece)
        if made > entry.size:
            raise BadZip(f"holds more than the {entry.size:,} bytes that it says", entry.name)
        if made > limits.ratio_after and made > limits.ratio * entry.compressed:
            raise BadZip(f"grows by more than {limits.ratio} times", entry.name)
        crc = zlib.crc32(piece, crc)
        yield piece
    if made != entry.size:
        raise BadZip(f"holds {made:,} bytes and says {entry.size:,}", entry.name)
    if crc != entry.crc:
        raise BadZip("is damaged: its check sum isn't right", entry.name)


def _stored(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    file.seek(entry.data)
    left = entry.compressed
    while left and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    try:
        for piece in _stored(file, entry):
            waiting = piece
            while waiting and not inflater.eof:
                if made := inflater.decompress(waiting, _PIECE):
                    yield made
                waiting = inflater.unconsumed_tail
            if inflater.unused_data or (waiting and inflater.eof):
                raise BadZip("has hidden bytes behind its content", entry.name)
        while not inflater.eof and (made := inflater.decompress(b"", _PIECE)):
            yield made
    except zlib.error as error:
        raise BadZip(f"can't be inflated ({error})", entry.name) from None
    if not inflater.eof:
        raise BadZip("breaks off", entry.name)
