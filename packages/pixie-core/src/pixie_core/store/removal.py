"""Removing files for good: what lay in a run's folder, single files, and blobs that no file is linked to any more.

Nothing here follows a link, nor leaves the folder of artefacts; what is gone already is no fault, so that each step
can be done again after a crash.
"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store.files import BLOBS, INPUTS, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from pixie_core.store.files import ArtefactFiles

__all__ = [
    "Removed",
    "blobs_without_links",
    "move_aside",
    "names",
    "names_a_folder",
    "names_of_inputs",
    "paths_of_inputs",
    "remove_aside",
    "remove_blob",
    "remove_file",
    "remove_inputs",
]

TRASH = ".trash"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_UNREFERENCED_SECONDS = 86_400.0


@frozen
class Removed:
    """What was removed: files, their bytes as far as they became free, and the blobs that may have lost a link."""

    files: int = 0
    bytes: int = 0
    blobs: frozenset[str] = frozenset()
    linked: bool = False

    def __add__(self, other: Removed) -> Removed:
        return Removed(
            self.files + other.files, self.bytes + other.bytes, self.blobs | other.blobs, self.linked or other.linked
        )


def names_a_folder(part: str) -> bool:
    """True when a tool's or a run's id can be the name of a folder; in an older database it can be anything."""
    return bool(part) and not part.startswith(".") and "/" not in part and "\0" not in part


def move_aside(files: ArtefactFiles, tool_id: str, run_id: str) -> None:
    """Move the folder of a run out of sight, whole; nothing when it isn't there."""
    with suppress(FileNotFoundError, NotADirectoryError), files.folder((tool_id,), create=False) as tool:
        with files.folder((TRASH,), create=True) as trash:
            if not _is_there(run_id, tool):
                return
            # An earlier try may have left something under the name.
            _remove(run_id, trash)
            os.rename(run_id, run_id, src_dir_fd=tool, dst_dir_fd=trash)
            os.fsync(trash)
        os.fsync(tool)


def remove_aside(files: ArtefactFiles, run_id: str) -> Removed:
    """Remove what `move_aside` moved."""
    with suppress(FileNotFoundError), files.folder((TRASH,), create=False) as trash:
        removed = _remove(run_id, trash)
        os.fsync(trash)
        return removed
    return Removed()


def remove_inputs(files: ArtefactFiles, tool_id: str, run_id: str) -> None:
    """Remove the folder of a run that never came to be, if it holds nothing but inputs."""
    if set(names(files, tool_id, run_id)) <= {INPUTS}:
        move_aside(files, tool_id, run_id)
        remove_aside(files, run_id)


def remove_file(files: ArtefactFiles, rel_path: str) -> Removed:
    """Remove one file by the path that its row holds."""
    with suppress(FileNotFoundError, NotADirectoryError):
        *folder, name = parts_of(rel_path)
        with files.folder(folder, create=False) as fd:
            removed = _remove(name, fd)
            os.fsync(fd)
            return removed
    return Removed()


def _remove(name: str, folder: int, *, inputs: bool = False) -> Removed:
    """Remove a file, a link, or a folder with all that is in it; nothing when it isn't there."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return Removed()
    if not stat.S_ISDIR(found.st_mode):
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        freed = found.st_size if found.st_nlink == 1 else 0
        return Removed(1, freed, frozenset({name}) if inputs else frozenset(), found.st_nlink > 1)
    removed = Removed()
    below = _opened(name, folder)
    try:
        for each in os.listdir(below):  # noqa: PTH208 - by descriptor
            removed += _remove(each, below, inputs=name == INPUTS)
    finally:
        os.close(below)
    with suppress(FileNotFoundError):
        os.rmdir(name, dir_fd=folder)
    return removed


def _opened(name: str, folder: int) -> int:
    """A descriptor of a folder, which may have been shut against us."""
    fd = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder) if _PATHS else None
    if fd is None:
        return os.open(name, _FOLDER, dir_fd=folder)
    try:
        # By its descriptor: the name may become another's meanwhile.
        if os.fstat(fd).st_mode & 0o700 != 0o700:
            Path(f"/proc/self/fd/{fd}").chmod(0o700)
        return os.open(f"/proc/self/fd/{fd}", _FOLDER & ~os.O_NOFOLLOW)
    finally:
        os.close(fd)


_PATHS = hasattr(os, "O_PATH") and Path("/proc/self/fd").exists()


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


# Blobs


def remove_blob(files: ArtefactFiles, sha256: str, *, wanted: Callable[[str], bool] = lambda _: False) -> int:
    """Remove the bytes with this SHA-256 when no file is linked to them, and `wanted` isn't true of them; returns how
    many bytes became free.
    """
    with suppress(FileNotFoundError), files.folder((BLOBS, sha256[:2]), create=False) as blobs:
        # Who publishes holds it together with others, from before it looks for the blob until its link is made.
        fcntl.flock(blobs, fcntl.LOCK_EX)
        found = os.stat(sha256, dir_fd=blobs, follow_symlinks=False)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and not wanted(sha256):
            os.unlink(sha256, dir_fd=blobs)
            return found.st_size
    return 0


def blobs_without_links(files: ArtefactFiles, now: float) -> Iterator[str]:
    """The blobs that no file is linked to, and that nobody has touched for a day, by the wall time `now`.

    Where a file system has no hard links, that is all of them: whether they are wanted must be asked elsewhere.
    """
    for prefix in names(files, BLOBS):
        for name in names(files, BLOBS, prefix):
            with suppress(FileNotFoundError), files.folder((BLOBS, prefix), create=False) as blobs:
                found = os.stat(name, dir_fd=blobs, follow_symlinks=False)
                alone = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
                if alone and len(name) == 64 and now - found.st_mtime > _UNREFERENCED_SECONDS:
                    yield name


def names_of_inputs(files: ArtefactFiles) -> set[str]:
    """The SHA-256 of every file input that a run keeps."""
    return {path.rpartition("/")[2] for path in paths_of_inputs(files)}


def paths_of_inputs(files: ArtefactFiles, runs: Container[str] | None = None) -> Iterator[str]:
    """The path of every file input, of all runs or of these."""
    for tool in names(files):
        if names_a_folder(tool):
            for run in names(files, tool):
                if names_a_folder(run) and (runs is None or run in runs):
                    yield from (f"{tool}/{run}/{INPUTS}/{name}" for name in names(files, tool, run, INPUTS))


def names(files: ArtefactFiles, *parts: str) -> list[str]:
    """What lies in a folder of artefacts; nothing when there is none."""
    with suppress(FileNotFoundError, NotADirectoryError), files.folder(parts, create=False) as fd:
        return sorted(os.listdir(fd))  # noqa: PTH208 - by descriptor
    return []
