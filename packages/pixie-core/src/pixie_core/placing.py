"""Files that come into their place whole or not at all, and stay there when the power goes."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from pixie_core.errors import TargetExists
from pixie_core.faults import fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PART", "keep_names", "locked", "placed"]

PART = ".part"
"""The end of the name of a file that isn't whole yet; its name begins with a dot."""


@contextmanager
def placed(target: Path, mode: int, *, replace: bool) -> Iterator[BinaryIO]:
    """A new file that gets the name `target` when the block ends well, and goes away otherwise.

    Until then it has a name of its own in the same folder and is readable by nobody else, whatever the umask.
    Raises TargetExists when something is there and `replace` is false; OSError when it can't be written. What was
    there before stays whole until the one rename.
    """
    part = target.with_name(f".{target.name[:100].lstrip('.')}.{secrets.token_hex(8)}{PART}")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            fault("placing.before_sync")
            os.fsync(file.fileno())
        fault("placing.before_rename")
        _give_name(part, target, replace=replace)
        fault("placing.after_rename")
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    keep_names(target.parent)


def _give_name(part: Path, target: Path, *, replace: bool) -> None:
    if replace:
        part.replace(target)
        return
    try:
        os.link(part, target)  # unlike a rename it never takes the place of a file
    except FileExistsError:
        raise TargetExists(target) from None
    except OSError:
        # No hard links here: a look and a rename, with a moment between them.
        if os.path.lexists(target):
            raise TargetExists(target) from None
        part.replace(target)


def keep_names(folder: Path) -> None:
    """Make the names in a folder last: what was renamed into or out of it stays so when the power goes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One holder at a time, of this process and of others: the folder itself is the lock, so that no file is left."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
