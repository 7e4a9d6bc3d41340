"""Files that come from Pixie, whole under their name or not there at all; and files that go to it."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from email.message import Message
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, TypeAlias
from urllib.parse import unquote

from attrs import frozen

from pixie_client.errors import DownloadDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Incoming", "Part", "Saved", "announced_sha256", "filename", "opened_parts"]

Part: TypeAlias = "tuple[str, tuple[str, IO[bytes], str]]"
"""A file in a multipart body: its input's key, then its name, its bytes and its type."""

_ENCODED_NAME = re.compile(r";\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)
_ETAG_OF_CONTENT = re.compile(r'"([0-9a-f]{64})"')


@frozen
class Saved:
    """A file that was saved: where, its bytes, and their SHA-256 in hexadecimal."""

    path: Path
    size_bytes: int
    sha256: str


def filename(headers: Mapping[str, str]) -> str:
    """The name in Content-Disposition, whatever folder it may claim."""
    said = headers.get("Content-Disposition", "")
    encoded = _ENCODED_NAME.search(said)
    if encoded is not None:  # of RFC 6266, 4.3: it goes before the plain one
        given = unquote(encoded[1], errors="replace")
    else:
        header = Message()
        header["Content-Disposition"] = said
        given = header.get_filename() or ""
    name = given.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return name if name.strip(". ") else "download"


def announced_sha256(headers: Mapping[str, str]) -> str | None:
    """The SHA-256 that the bytes must have, where Pixie says it: the ETag of a kept file is that of its content."""
    matched = _ETAG_OF_CONTENT.fullmatch(headers.get("ETag", ""))
    return matched[1] if matched else None


class Incoming:
    """A file while it comes: beside its target under another name, until it is whole.

        with Incoming(target, force=False) as file:
            file.write(piece)
            saved = file.keep(expected)

    `target` is a file or a folder, in which `name` is taken. Raises FileExistsError, at once, for a target that is
    there unless `force`. Without `keep` nothing is left.
    """

    def __init__(self, target: Path | str, name: str, *, force: bool) -> None:
        path = Path(target).expanduser()
        self.path = path / name if path.is_dir() else path
        self._force = force
        self._sha256 = hashlib.sha256()
        self._size = 0
        if not force and os.path.lexists(self.path):
            raise FileExistsError(f"{self.path} is there already, and was left as it is.")
        handle, made = tempfile.mkstemp(prefix=f".{self.path.name[:80]}.", suffix=".part", dir=self.path.parent)
        self._made = Path(made)
        self._file = os.fdopen(handle, "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        with suppress(FileNotFoundError):  # kept, under its own name
            self._made.unlink()

    def write(self, piece: bytes) -> int:
        """Take the next bytes; answers how many there are by now."""
        self._file.write(piece)
        self._sha256.update(piece)
        self._size += len(piece)
        return self._size

    def keep(self, expected: str | None = None) -> Saved:
        """It is whole: put it in its place. Raises DownloadDamaged when its SHA-256 isn't the `expected` one."""
        found = self._sha256.hexdigest()
        if expected is not None and found != expected:
            raise DownloadDamaged(
                f"{self.path.name} came with SHA-256 {found} instead of {expected}. Nothing was kept."
            )
        self._file.flush()
        os.fsync(self._file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        self._made.chmod(0o666 & ~mask)
        self._place()
        return Saved(self.path, self._size, found)

    def _place(self) -> None:
        if self._force:
            self._made.replace(self.path)
            return
        try:
            os.link(self._made, self.path)  # which never takes the place of a file, as renaming would
        except FileExistsError:
            raise FileExistsError(f"{self.path} is there by now, and was left as it is.") from None
        except OSError:  # a file system without hard links
            if os.path.lexists(self.path):
                raise FileExistsError(f"{self.path} is there by now, and was left as it is.") from None
            self._made.rename(self.path)


@contextmanager
def opened_parts(files: Mapping[str, Path | Sequence[Path]]) -> Iterator[list[Part]]:
    """The files of each key as parts, open for as long as the block lasts."""
    with ExitStack() as held:
        parts: list[Part] = []
        for key, given in files.items():
            for each in [given] if isinstance(given, str | os.PathLike) else given:
                path = Path(each).expanduser()
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                parts.append((key, (path.name, held.enter_context(path.open("rb")), kind)))
        yield parts
