"""Whether kept files still are what their runs left.

Tools run as the user and can write into anybody's files; that isn't prevented, and it shows. A file that was never
written to after its row was made is as it was left: its size and the time of its last writing say so, and nothing is
read. Of one that was written to later the bytes are held against their SHA-256, once for each state of the file: a
copy back from elsewhere may be the very same. A list reads little for that, and says `unchecked` of what would be
more.

Who wants to hide a change can set the time back. Looking closely, the time of the inode's change counts too, which
nobody sets; and `pixie fsck` reads every byte.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from pixie_core.store.files import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.store.artefacts import StoredArtefact
    from pixie_core.store.files import ArtefactFiles

__all__ = ["FilesOnDisk", "OnDisk"]

OnDisk: TypeAlias = Literal["unchanged", "modified", "missing", "unchecked"]
"""`unchecked`: it was written to after its run, and nobody has read yet whether its bytes are others."""

_LISTED_BYTES = 16 * 2**20
"""Bytes that are read for one list."""
_CLOSE_BYTES = 256 * 2**20
"""The largest file that is read for the time of its inode alone, which every further link to its bytes changes."""
_REMEMBERED = 10_000


@frozen
class _Mark:
    """A state of a file: another one as soon as somebody has written to it."""

    device: int
    inode: int
    size: int
    written_ns: int
    changed_ns: int
    sha256: str

    @classmethod
    def of(cls, found: os.stat_result, sha256: str) -> _Mark:
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, sha256)


class FilesOnDisk:
    """Looks at kept files, and remembers which bytes it has read: `Store.on_disk`. Thread-safe."""

    def __init__(self, files: ArtefactFiles) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._same: OrderedDict[_Mark, bool] = OrderedDict()

    def of_each(self, rows: Iterable[StoredArtefact]) -> dict[int, OnDisk]:
        """How the file of each row stands, by its number; at most 16 MiB are read for all of them."""
        by_folder: dict[tuple[str, ...], list[StoredArtefact]] = {}
        for row in rows:
            by_folder.setdefault(_folder_of(row), []).append(row)
        said: dict[int, OnDisk] = {}
        left = _LISTED_BYTES
        for folder, members in by_folder.items():
            for row, found in self._stats(folder, members):
                told = self._told(row, found, found is not None and _written_later(row, found.st_mtime))
                if told == "unchecked" and row.size_bytes <= left:
                    left -= row.size_bytes
                    told = self._read(row)
                said[row.id] = told
        return said

    def of_one(self, row: StoredArtefact) -> OnDisk:
        """How one file stands, looked at closely: bytes are read wherever somebody may have written to it."""
        ((_, found),) = self._stats(_folder_of(row), [row])
        later = found is not None and (
            _written_later(row, found.st_mtime)
            or (found.st_size <= _CLOSE_BYTES and _written_later(row, found.st_ctime))
        )
        told = self._told(row, found, later)
        return self._read(row) if told == "unchecked" else told

    def _stats(
        self, folder: tuple[str, ...], rows: Iterable[StoredArtefact]
    ) -> list[tuple[StoredArtefact, os.stat_result | None]]:
        """What the file system says of each file of one folder; None where no regular file lies."""
        try:
            with self._files.folder(folder, create=False) as opened:
                return [(row, _stat(row, opened)) for row in rows]
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return [(row, None) for row in rows]

    def _told(self, row: StoredArtefact, found: os.stat_result | None, later: bool) -> OnDisk:
        """What can be said without reading."""
        if found is None:
            return "missing"
        if found.st_size != row.size_bytes:
            return "modified"
        if not later:
            return "unchanged"
        with self._lock:
            same = self._same.get(_Mark.of(found, row.sha256))
        return "unchecked" if same is None else "unchanged" if same else "modified"

    def _read(self, row: StoredArtefact) -> OnDisk:
        try:
            with self._files.open(row.rel_path) as file:
                # The state before reading: what is written meanwhile makes another one.
                mark = _Mark.of(os.fstat(file.fileno()), row.sha256)
                same = hashlib.file_digest(file, "sha256").hexdigest() == row.sha256  # type: ignore[arg-type]
        except FileNotFoundError:
            return "missing"
        with self._lock:
            self._same[mark] = same
            while len(self._same) > _REMEMBERED:
                self._same.popitem(last=False)
        return "unchanged" if same else "modified"


def _folder_of(row: StoredArtefact) -> tuple[str, ...]:
    try:
        return parts_of(row.rel_path)[:-1]
    except FileNotFoundError:
        return ("..",)  # which names no folder, as the row names no file


def _stat(row: StoredArtefact, folder: int) -> os.stat_result | None:
    try:
        found = os.stat(parts_of(row.rel_path)[-1], dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _written_later(row: StoredArtefact, at: float) -> bool:
    try:
        kept = datetime.fromisoformat(row.created_at).timestamp()
    except ValueError:
        return True  # the row doesn't say when: its bytes do
    return at > kept
