"""Files onto the disk: whole or not at all."""

from __future__ import annotations

import errno
import os
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

from pixie_core.errors import DiskFull, ExportError, TargetExists
from pixie_core.placing import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["NO_ROOM", "WrittenZip", "write_file", "write_zip"]

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
"""What a disk, or its owner's share of it, that is full answers."""


@frozen
class WrittenZip:
    """A zip as it was written: where, its size in bytes, how many entries it has."""

    path: Path
    size_bytes: int
    entries: int


def write_zip(
    zip: Iterable[bytes],
    target: Path,
    *,
    force: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> WrittenZip:
    """Write the bytes of a zip to `target`, read it back, and only then give it its name.

    `on_progress` gets the number of bytes written so far. Raises TargetExists when something is there, unless
    `force`; ExportError when it can't be written or what came isn't a whole zip; and whatever reading `zip`
    raises. Whatever happens, and Ctrl+C too, no partial file is left and a file that was there stays whole.
    """
    with _placed(target, force=force) as file:
        size = _write(zip, file, on_progress)
        entries = _verify(file)
    return WrittenZip(target, size, entries)


def write_file(write: Callable[[BinaryIO], object], target: Path, *, force: bool = False) -> Path:
    """Have `write` write a file, and only then give it its name; returns where.

    Raises TargetExists, ExportError, and whatever `write` raises; as with `write_zip` no partial file is left.
    """
    with _placed(target, force=force) as file:
        write(file)
    return target


@contextmanager
def _placed(target: Path, *, force: bool) -> Iterator[BinaryIO]:
    if not force and os.path.lexists(target):
        raise TargetExists(target)
    if target.is_dir():
        raise ExportError(f"{target} is a folder: name the file to write in it.")
    try:
        with placed(target, 0o644, replace=force) as file:
            yield file
    except OSError as error:
        if error.errno in NO_ROOM:
            said = f"There is no room for {target}: the disk is full. Nothing was written. Free some, then try again."
            raise DiskFull(said) from error
        raise ExportError(f"{target} can't be written: {error.strerror or error}.") from error


def _write(zip: Iterable[bytes], file: BinaryIO, on_progress: Callable[[int], None] | None) -> int:
    size = 0
    for piece in zip:
        file.write(piece)
        size += len(piece)
        if on_progress is not None:
            on_progress(size)
    file.flush()
    return size


def _verify(file: BinaryIO) -> int:
    """How many entries the zip has, once each was read back and its check sum held."""
    try:
        with zipfile.ZipFile(file) as archive:
            broken = archive.testzip()
            entries = len(archive.namelist())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ExportError(
            f"What came isn't a whole zip ({error}); nothing was written. Export the run again."
        ) from error
    if broken is not None:
        raise ExportError(f"{broken} in the zip doesn't have its check sum; nothing was written. Export the run again.")
    return entries
