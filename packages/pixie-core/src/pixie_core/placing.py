"""Files that come into their place whole or not at all, and stay there when the power goes."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pixie_core.errors import TargetExists
from pixie_core.faults import fault

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PART", "keep_names", "locked", "placed"]

PART = ".part"
"""The end of the name of a file that isn't whole yet; its name begins with a dot."""


@contextmanager
def placed(target: Path, mode: int, *, replace: bool) -> Iterator[BinaryIO]:
    """A new file that gets the name `target` when the block ends well, and goes away otherwise.

    Until then it has no name at all, or one of its own in the same folder where the file system has no files without
    names; it is readable by nobody else, whatever the umask. Raises TargetExists when something is there and
    `replace` is false; OSError when it can't be written. What was there before stays whole until the one rename.
    What a process left here that was killed meanwhile is removed by the next one that places the same target.
    """
    _forget_the_dead(target)
    part = target.with_name(f"{_beginning(target)}{secrets.token_hex(8)}{PART}")
    try:
        with os.fdopen(_nameless(target.parent) or _named(part), "w+b") as file:
            # Held as long as somebody writes: whoever gets it knows that nobody does.
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            fault("placing.before_sync")
            os.fsync(file.fileno())
            fault("placing.before_rename")
            _give_name(file.fileno(), part, target, replace=replace)
        fault("placing.after_rename")
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    keep_names(target.parent)


def _beginning(target: Path) -> str:
    return f".{target.name[:100].lstrip('.')}."


def _nameless(folder: Path) -> int | None:
    """A file in this folder that has no name, so that nothing is left of it whatever happens."""
    if not _NAMELESS:
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}:
            raise
        # Not every file system has them; a folder that isn't there is told by what comes next.
        return None


_NAMELESS = hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").exists()


def _named(part: Path) -> int:
    return os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _give_name(descriptor: int, part: Path, target: Path, *, replace: bool) -> None:
    if not os.path.lexists(part):
        try:
            _link(descriptor, target)
        except FileExistsError:
            if not replace:
                raise TargetExists(target) from None
            _link(descriptor, part)
            part.replace(target)
        return
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


def _link(descriptor: int, name: Path) -> None:
    """Give a file without a name one; never over a file."""
    folder = os.open(name.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # With a descriptor of the folder the link in /proc is followed, and not linked itself.
        os.link(f"/proc/self/fd/{descriptor}", name.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _forget_the_dead(target: Path) -> None:
    """Remove the parts of this target that nobody writes any more."""
    beginning = _beginning(target)
    with suppress(OSError):
        for each in target.parent.iterdir():
            if each.name.startswith(beginning) and _PART.fullmatch(each.name[len(beginning) :]):
                _forget_unless_held(each)


def _forget_unless_held(part: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


_PART = re.compile(rf"[0-9a-f]{{16}}{re.escape(PART)}")


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
