"""The files of runs: `artefacts/<tool>/<run>/<name>`, their bytes stored once in `artefacts/.blobs/`.

A file is published in this order: a temporary file in the same file system, hashed as it is
written; fsync; the blob, under its SHA-256; a hard link under its name; fsync of the directories; and only then
may a row point at it. Links never overwrite. Whatever the moment of a crash, a file under its name is whole.

Directories are walked by descriptor and without following links, since tools can write here too.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import stat
import threading
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, TypeAlias

from attrs import frozen

from pixie_core.errors import DiskFull, QuotaExceeded
from pixie_core.faults import fault
from pixie_core.filenames import twin_key, unique_filename
from pixie_core.media_types import HEAD_BYTES, media_type
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["NO_LINKS", "ArtefactFiles", "Source", "StagedFile"]

Source: TypeAlias = "Path | bytes | Iterable[bytes]"
"""Where a file's bytes come from: another file, bytes, or pieces one after the other."""

_PIECE = 1 << 20
_FICLONE = 0x40049409
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NO_LINKS = {errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS}
"""What a file system without hard links says, or without room for one more."""
_TEMPORARY = ".staging"
BLOBS = ".blobs"
INPUTS = ".inputs"
_PARTIAL = ".partial"
_REMEMBERED_RUNS = 64
_TEMPORARY_NAME = re.compile(r"([0-9a-z-]+)\.([0-9]+)\.([0-9]+)\.[0-9a-f]{32}")
"""The process that writes it, as an `Owner`, and a nonce."""
_CLAIM = ".claim"
_CLAIM_NAME = re.compile(rf"([0-9a-z-]+)\.([0-9]+)\.([0-9]+)\.([0-9a-f-]{{36}})\.(.+){re.escape(_CLAIM)}")
"""The process that made the folder, then run and tool."""


@frozen
class StagedFile:
    """A file that lies under its name, whole and fsynced, and waits for its row."""

    tool_id: str
    run_id: str
    filename: str
    rel_path: str
    mime: str
    size_bytes: int
    sha256: str


@frozen
class Claim:
    """What says that the folder of a run may have no row: the name of its file, the tool and the run."""

    name: str
    tool_id: str
    run_id: str


@frozen
class _Written:
    temporary: str
    sha256: str
    size: int
    head: bytes


class ArtefactFiles:
    """Everything that is done to the folder `root`. Thread-safe."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._owner = Owner.current()
        self._naming = threading.Lock()
        self._names: dict[str, set[str]] = {}
        self._claims: dict[str, str] = {}
        root.mkdir(parents=True, exist_ok=True)

    def publish(
        self, tool_id: str, run_id: str, filename: str, source: Source, mime: str | None, *, limit: int | None = None
    ) -> StagedFile:
        """Keep a copy of `source` as a file of the run, under a cleaned name that is new in the run.

        Raises QuotaExceeded when it holds more than `limit` bytes, DiskFull when there is no room; OSError when
        the source can't be read. Nothing is left then.
        """
        with _in_plain_words(self.root), self._copied(source, limit) as written:
            kind = media_type(written.head, filename, mime)
            name = self._place(written, tool_id, run_id, filename)
        return StagedFile(tool_id, run_id, name, f"{tool_id}/{run_id}/{name}", kind, written.size, written.sha256)

    def keep_input(
        self, tool_id: str, run_id: str, source: Source, *, limit: int | None = None
    ) -> tuple[str, int, bytes]:
        """Keep the bytes of an input: their SHA-256, size and first bytes. They stay as long as the run does."""
        with _in_plain_words(self.root), self._copied(source, limit) as written:
            where = (tool_id, run_id, INPUTS)
            with self.folder(where, create=True) as folder:
                with suppress(FileExistsError):
                    self._link_blob(written, written.sha256, folder)
                os.fsync(folder)
        return written.sha256, written.size, written.head

    def claim(self, tool_id: str, run_id: str) -> None:
        """Write down, before the folder of a run is made, that it has no row yet: see `left_without_row`."""
        with self._naming:
            if run_id in self._claims:
                return
            owner = self._owner
            claim = f"{owner.boot_id}.{owner.pid}.{owner.start_ticks}.{run_id}.{tool_id}{_CLAIM}"
            self._claims[run_id] = claim
        with self.folder((_TEMPORARY,), create=True) as staging:
            os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=staging))
            os.fsync(staging)

    def has_row(self, run_id: str) -> None:
        """The run has its row now, which its folder belongs to."""
        with self._naming:
            claim = self._claims.pop(run_id, None)
        if claim is not None:
            with suppress(FileNotFoundError), self.folder((_TEMPORARY,), create=False) as staging:
                os.unlink(claim, dir_fd=staging)

    def left_without_row(self) -> tuple[Claim, ...]:
        """Folders of runs that dead processes made for inputs; whether they got a row, the database knows."""
        with suppress(FileNotFoundError), self.folder((_TEMPORARY,), create=False) as staging:
            found = [_CLAIM_NAME.fullmatch(name) for name in sorted(os.listdir(staging))]  # noqa: PTH208 - by descriptor
            claims = [
                (Claim(each[0], each[5], each[4]), Owner(each[1], int(each[2]), int(each[3])).alive())
                for each in found
                if each is not None
            ]
            # The same run may have been asked for again, and be about to get its row.
            living = {claim.run_id for claim, alive in claims if alive}
            return tuple(claim for claim, alive in claims if not alive and claim.run_id not in living)
        return ()

    def settle(self, claim: Claim) -> None:
        """Nothing is left to be done for a claim."""
        with suppress(FileNotFoundError), self.folder((_TEMPORARY,), create=False) as staging:
            os.unlink(claim.name, dir_fd=staging)

    def open(self, rel_path: str) -> BinaryIO:
        """Open a file by the path that its row holds. Raises FileNotFoundError unless a regular file lies there,
        reached without following any link.
        """
        parts = parts_of(rel_path)
        try:
            with self.folder(parts[:-1], create=False) as folder:
                fd = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except (NotADirectoryError, OSError) as error:
            if error.errno in {errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO}:
                raise FileNotFoundError(errno.ENOENT, "there is no regular file", rel_path) from error
            raise
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(errno.ENOENT, "there is no regular file", rel_path)
        return os.fdopen(fd, "rb")

    def open_blob(self, sha256: str) -> BinaryIO:
        """Open bytes by their SHA-256. Raises FileNotFoundError when they aren't kept."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise FileNotFoundError(errno.ENOENT, "not a SHA-256", sha256)
        return self.open(f"{BLOBS}/{sha256[:2]}/{sha256}")

    def put_back(self, rel_path: str, sha256: str, source: Source) -> None:
        """Make a file that is missing anew, under the path that its row holds.

        Raises OSError when the source's bytes aren't those of this SHA-256, FileExistsError when a file is there.
        """
        *parts, name = parts_of(rel_path)
        with _in_plain_words(self.root), self._copied(source, None) as written:
            if written.sha256 != sha256:
                raise OSError(errno.EIO, f"the bytes aren't those of {sha256[:12]}", rel_path)
            with self.folder(parts, create=True) as folder:
                self._link_blob(written, name, folder)
                os.fsync(folder)

    def put(self, rel_path: str, content: bytes) -> None:
        """Lay a file of Pixie's own, which is no run's, under a path: whole and on the disk, or not at all. One that is
        there is replaced. Raises DiskFull when there is no room.
        """
        *parts, name = parts_of(rel_path)
        with (
            _in_plain_words(self.root),
            self._copied(content, None) as written,
            self.folder((_TEMPORARY,), create=True) as staging,
            self.folder(parts, create=True) as folder,
        ):
            os.rename(written.temporary, name, src_dir_fd=staging, dst_dir_fd=folder)
            os.fsync(folder)

    def discard(self, staged: StagedFile) -> None:
        """Remove a file that got no row."""
        with suppress(FileNotFoundError), self.folder((staged.tool_id, staged.run_id), create=False) as folder:
            os.unlink(staged.filename, dir_fd=folder)
            os.fsync(folder)

    def remove_temporaries(self) -> int:
        """Remove what dead processes left half-written; returns how many files that were."""
        removed = 0
        with suppress(FileNotFoundError), self.folder((_TEMPORARY,), create=False) as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - by descriptor
                ours = _TEMPORARY_NAME.fullmatch(name)
                if ours and not Owner(ours[1], int(ours[2]), int(ours[3])).alive():
                    os.unlink(name, dir_fd=folder)
                    removed += 1
        return removed

    def set_partial_aside(self, tool_id: str, run_id: str, known: set[str]) -> int:
        """Move the files of a run that got no row into its `.partial/`; returns how many."""
        moved = 0
        with suppress(FileNotFoundError), self.folder((tool_id, run_id), create=False) as folder:
            for name in sorted(os.listdir(folder)):  # noqa: PTH208 - by descriptor
                if name in known or name.startswith("."):
                    continue
                with self.folder((tool_id, run_id, _PARTIAL), create=True) as partial:
                    os.rename(name, name, src_dir_fd=folder, dst_dir_fd=partial)
                moved += 1
            if moved:
                with self.folder((tool_id, run_id, _PARTIAL), create=False) as partial:
                    os.fsync(partial)
                os.fsync(folder)
        return moved

    # Writing

    @contextmanager
    def _copied(self, source: Source, limit: int | None) -> Iterator[_Written]:
        """A temporary copy of the source, fsynced and read-only; removed at the end, whatever happens."""
        owner = self._owner
        name = f"{owner.boot_id}.{owner.pid}.{owner.start_ticks}.{uuid.uuid4().hex}"
        with self.folder((_TEMPORARY,), create=True) as folder:
            fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
            try:
                with os.fdopen(fd, "w+b") as file:
                    digest, size, head = _copy(source, file, limit)
                    fault("publish.after_write")
                    file.flush()
                    os.fchmod(file.fileno(), 0o444)
                    os.fsync(file.fileno())
                    fault("publish.after_fsync")
                yield _Written(name, digest, size, head)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)

    def _place(self, written: _Written, tool_id: str, run_id: str, filename: str) -> str:
        """Link the blob of a temporary file into the run's folder; returns the name that it got."""
        with self.folder((tool_id, run_id), create=True) as folder:
            while True:
                name = self._reserve(run_id, folder, filename)
                try:
                    self._link_blob(written, name, folder)
                    break
                except FileExistsError:
                    continue  # somebody else put a file there; its name is reserved now, so that the next is tried
            fault("publish.after_link")
            os.fsync(folder)
            fault("publish.after_dirsync")
        return name

    def _reserve(self, run_id: str, folder: int, filename: str) -> str:
        """A clean name that no file of the run has, nor a twin of it where capitals don't count."""
        with self._naming:
            taken = self._names.pop(run_id, None)
            if taken is None:
                taken = {twin_key(name) for name in os.listdir(folder)}
            name = unique_filename(filename, taken)
            taken.add(twin_key(name))
            # The runs that published last are remembered: listing ten thousand files for each next one is slow.
            self._names[run_id] = taken
            while len(self._names) > _REMEMBERED_RUNS:
                del self._names[next(iter(self._names))]
            return name

    def _link_blob(self, written: _Written, name: str, folder: int) -> None:
        """Make the blob of a temporary file, unless it is there, and link it under a name. Raises FileExistsError
        when the name is taken.
        """
        with (
            self.folder((_TEMPORARY,), create=True) as staging,
            self.folder((BLOBS, written.sha256[:2]), create=True) as blobs,
        ):
            # Who removes blobs without links holds this alone: none goes between its making and its link.
            fcntl.flock(blobs, fcntl.LOCK_SH)
            self._make_blob(written, staging, blobs)
            fault("publish.after_blob")
            try:
                self._link_or_copy(written.sha256, blobs, name, folder)
            except FileNotFoundError:
                # Somebody took the blob away.
                self._make_blob(written, staging, blobs)
                self._link_or_copy(written.sha256, blobs, name, folder)

    def _make_blob(self, written: _Written, staging: int, blobs: int) -> None:
        name = written.sha256
        try:
            os.link(written.temporary, name, src_dir_fd=staging, dst_dir_fd=blobs, follow_symlinks=False)
        except FileExistsError:
            if not _holds(name, blobs, written):
                # Somebody changed a published file, and the blob with it: what is published now is right again.
                os.rename(written.temporary, name, src_dir_fd=staging, dst_dir_fd=blobs)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            os.rename(written.temporary, name, src_dir_fd=staging, dst_dir_fd=blobs)
        os.fsync(blobs)

    def _link_or_copy(self, blob: str, blobs: int, name: str, folder: int) -> None:
        """Raises FileExistsError when the name is taken."""
        try:
            os.link(blob, name, src_dir_fd=blobs, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            # The file system has no hard links, or no more for this file.
            source = os.open(blob, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=blobs)
            with (
                os.fdopen(source, "rb") as file,
                self._copied(iter(lambda: file.read(_PIECE), b""), None) as copy,
                self._naming,
                self.folder((_TEMPORARY,), create=True) as staging,
            ):
                if _exists(name, folder):
                    raise FileExistsError(errno.EEXIST, "the name is taken", name) from None
                os.rename(copy.temporary, name, src_dir_fd=staging, dst_dir_fd=folder)

    @contextmanager
    def folder(self, parts: Iterable[str], *, create: bool) -> Iterator[int]:
        """A descriptor of a folder below the root, reached without following links.

        Raises FileNotFoundError or NotADirectoryError, unless it is to be made; ValueError for parts that name none.
        """
        fd = os.open(self.root, _FOLDER & ~os.O_NOFOLLOW)
        try:
            for part in parts:
                if part in {"", ".", ".."} or "/" in part:
                    raise ValueError(f"{part!r} can't name a folder of artefacts")
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o755, dir_fd=fd)
                        os.fsync(fd)
                below = os.open(part, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = below
            yield fd
        finally:
            os.close(fd)


def parts_of(rel_path: str) -> tuple[str, ...]:
    """The parts of the path in an artefact's row. Raises FileNotFoundError when it leads elsewhere."""
    parts = PurePosixPath(rel_path).parts
    if not parts or any(part in {"..", "/"} for part in parts):
        raise FileNotFoundError(errno.ENOENT, "not a path of an artefact", rel_path)
    return parts


def _copy(source: Source, target: IO[bytes], limit: int | None) -> tuple[str, int, bytes]:
    """Copy into an empty file; returns SHA-256, size and the first bytes."""
    if isinstance(source, Path):
        fd = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "it isn't a regular file", str(source))
            try:
                _within(found.st_size, limit)
                fcntl.ioctl(target.fileno(), _FICLONE, fd)
            except OSError:
                # No reflinks here: the bytes go through our hands.
                return _through(iter(lambda: file.read(_PIECE), b""), target, limit)
            # What is hashed is our own copy, which nobody changes any more.
            return _through(iter(lambda: target.read(_PIECE), b""), None, limit)
    pieces = (
        (source[start : start + _PIECE] for start in range(0, len(source), _PIECE))
        if isinstance(source, bytes)
        else source
    )
    return _through(pieces, target, limit)


def _through(pieces: Iterable[bytes], target: IO[bytes] | None, limit: int | None) -> tuple[str, int, bytes]:
    digest = hashlib.sha256()
    size = 0
    head = b""
    for piece in pieces:
        size += len(piece)
        _within(size, limit)
        if len(head) < HEAD_BYTES:
            head = (head + piece)[:HEAD_BYTES]
        digest.update(piece)
        if target is not None:
            target.write(piece)
            fault("publish.half_written")
    return digest.hexdigest(), size, head


def _within(size: int, limit: int | None) -> None:
    if limit is not None and size > limit:
        raise QuotaExceeded(
            f"The file is larger than the {limit:,} bytes that this run may still leave. Let the tool write less, or "
            "raise PIXIE_MAX_ARTEFACT_BYTES_PER_RUN."
        )


def _holds(name: str, folder: int, written: _Written) -> bool:
    """True when the file's bytes are still those that its name says."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(fd, "rb") as file:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size != written.size:
            return False
        return hashlib.file_digest(file, "sha256").hexdigest() == written.sha256


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _in_plain_words(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"There is no room left in {root}. Nothing was kept. Free some, then try again.") from error
        raise
