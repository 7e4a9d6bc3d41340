"""A zip onto the disk: whole or not at all."""

from __future__ import annotations

import os
import secrets
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.errors import ExportError, TargetExists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["WrittenZip", "write_zip"]


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
    if not force and os.path.lexists(target):
        raise TargetExists(target)
    if target.is_dir():
        raise ExportError(f"{target} is a folder: name the file to write in it.")
    part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.part")
    try:
        size = _write(zip, part, on_progress)
        entries = _verify(part)
        part.chmod(0o644)
        _give_name(part, target, force=force)
    except OSError as error:
        raise ExportError(f"{target} can't be written: {error.strerror or error}.") from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return WrittenZip(target, size, entries)


def _write(zip: Iterable[bytes], part: Path, on_progress: Callable[[int], None] | None) -> int:
    size = 0
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        for piece in zip:
            file.write(piece)
            size += len(piece)
            if on_progress is not None:
                on_progress(size)
        file.flush()
        os.fsync(file.fileno())
    return size


def _verify(part: Path) -> int:
    """How many entries the zip has, once each was read back and its check sum held."""
    try:
        with zipfile.ZipFile(part) as archive:
            broken = archive.testzip()
            entries = len(archive.namelist())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ExportError(
            f"What came isn't a whole zip ({error}); nothing was written. Export the run again."
        ) from error
    if broken is not None:
        raise ExportError(f"{broken} in the zip doesn't have its check sum; nothing was written. Export the run again.")
    return entries


def _give_name(part: Path, target: Path, *, force: bool) -> None:
    """Rename, on a file that came meanwhile only with `force`, and make the name last."""
    if force:
        part.replace(target)
    else:
        try:
            os.link(part, target)  # unlike a rename it never takes the place of a file
        except FileExistsError:
            raise TargetExists(target) from None
        except OSError:
            # No hard links here: a look and a rename, with a moment between them.
            if os.path.lexists(target):
                raise TargetExists(target) from None
            part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
