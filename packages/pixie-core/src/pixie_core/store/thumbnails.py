"""Thumbnails as they are kept: `artefacts/.thumbs/<first two letters>/<sha256>.webp`, one for all files of equal bytes.

`thumb_path` of an artefact's row says how things stand: NULL until somebody has looked at the file, the path once the
thumbnail lies there, whole and fsynced, and an empty text when none can be made of these bytes, so that nobody tries
again. Who makes them is `pixie_core.thumbnails`; here is where they lie and what the rows say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from attrs import frozen

from pixie_core.errors import ThumbnailNotFound
from pixie_core.faults import fault
from pixie_core.store import artefacts, removal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

    from pixie_core.store.asking import Asking
    from pixie_core.store.files import ArtefactFiles

__all__ = ["FOLDER", "KeptThumbnails", "Looked", "Pictured", "thumbnail_path"]

FOLDER = ".thumbs"
_NONE: Final = ""
"""What `thumb_path` holds when no thumbnail can be made."""
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def thumbnail_path(sha256: str) -> str:
    """Where the thumbnail of these bytes lies, below the folder of artefacts."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}.webp"


@frozen
class Pictured:
    """An artefact that has no thumbnail yet, and whose media type is one that may have."""

    id: int
    rel_path: str
    filename: str
    mime: str
    sha256: str


@frozen
class Looked:
    """What was found among some rows: those that need a thumbnail, and the number of the last row that was looked at,
    None when there were no more.
    """

    found: tuple[Pictured, ...]
    last: int | None


class KeptThumbnails:
    """The thumbnails of a data folder; `Store.thumbnails` is the one of a store. Thread-safe."""

    def __init__(self, read: Asking, write: Asking, files: ArtefactFiles) -> None:
        self._read = read
        self._write = write
        self._files = files

    def open(self, artefact_id: int) -> BinaryIO:
        """The thumbnail of an artefact, as WebP. Raises ArtefactNotFound, and ThumbnailNotFound when it has none, or
        none yet.
        """
        row = self._read(lambda conn: artefacts.one(conn, artefact_id))
        if row.thumb_path:
            try:
                return self._files.open(row.thumb_path)
            except FileNotFoundError:
                raise ThumbnailNotFound(artefact_id, row.mime, tried=False) from None
        raise ThumbnailNotFound(artefact_id, row.mime, tried=row.thumb_path == _NONE)

    def newest(self) -> int:
        """The number of the newest artefact, 0 when there is none."""
        query = "SELECT coalesce(max(id), 0) FROM artefacts"
        return int(self._read(lambda conn: conn.execute(query).fetchone()[0]))

    def added(self, after: int, kinds: Collection[str], *, most: int) -> Looked:
        """Of the artefacts after this number, those of the first `most` that need a thumbnail, oldest first.

        `kinds` are the media types that may have one.
        """
        return self._look("id > ? ORDER BY id", after, kinds, most)

    def missing(self, before: int, kinds: Collection[str], *, most: int) -> Looked:
        """Of the artefacts before this number, those of the next `most` that need a thumbnail, newest first; also those
        whose thumbnail was there once and is gone.
        """
        return self._look("id < ? ORDER BY id DESC", before, kinds, most)

    def _look(self, which: str, number: int, kinds: Collection[str], most: int) -> Looked:
        query = (
            "SELECT id, rel_path, filename, mime, sha256, thumb_path, deleted_at, spilled FROM artefacts"  # noqa: S608 - our own words
            f" WHERE {which} LIMIT ?"
        )
        rows = self._read(lambda conn: conn.execute(query, (number, most)).fetchall())
        found = tuple(Pictured(*tuple(row)[:5]) for row in rows if self._needs_one(row, kinds))
        return Looked(found, rows[-1]["id"] if rows else None)

    def _needs_one(self, row: sqlite3.Row, kinds: Collection[str]) -> bool:
        if row["deleted_at"] or row["spilled"] or row["mime"] not in kinds:
            return False
        if row["thumb_path"] == _NONE or not _SHA256.fullmatch(row["sha256"] or ""):
            return False
        return not row["thumb_path"] or not self._is_there(row["thumb_path"])

    def known(self, sha256: str) -> bool:
        """True when these bytes were looked at before, for another artefact; this one's row then says so too."""
        query = "SELECT thumb_path FROM artefacts WHERE sha256 = ? AND thumb_path IS NOT NULL LIMIT 1"
        row = self._read(lambda conn: conn.execute(query, (sha256,)).fetchone())
        if row is None or (row[0] != _NONE and not self._is_there(row[0])):
            return False
        query = "UPDATE artefacts SET thumb_path = ? WHERE sha256 = ? AND thumb_path IS NULL"
        self._write(lambda conn: conn.execute(query, (row[0], sha256)))
        return True

    def keep(self, sha256: str, content: bytes) -> None:
        """Keep a thumbnail, and tell it to every artefact of these bytes. Raises DiskFull or DataFolderError."""
        path = thumbnail_path(sha256)
        self._files.put(path, content)
        fault("thumbnail.after_file")
        if not self._tell(sha256, path):
            # The last artefact of these bytes went meanwhile.
            removal.remove_file(self._files, path)

    def keep_none(self, sha256: str) -> None:
        """No thumbnail can be made of these bytes: that isn't tried again."""
        self._tell(sha256, _NONE)

    def lost(self) -> list[tuple[int, str]]:
        """The artefacts whose thumbnail was there once and is gone: their numbers, and where it should be."""
        query = "SELECT id, thumb_path FROM artefacts WHERE thumb_path > '' AND purging_at IS NULL ORDER BY id"
        rows = self._read(lambda conn: conn.execute(query).fetchall())
        return [(row[0], row[1]) for row in rows if not self._is_there(row[1])]

    def forget(self, artefact_id: int) -> None:
        """An artefact's thumbnail is gone: it counts as one that nobody has looked at yet."""
        self._write(lambda conn: conn.execute("UPDATE artefacts SET thumb_path = NULL WHERE id = ?", (artefact_id,)))

    def remove_unused(self) -> int:
        """Remove the thumbnails of bytes that no artefact has any more; returns how many bytes became free."""
        return sum(removal.remove_file(self._files, each).bytes for each in list(self._unused()))

    def drop(self, sha256: str) -> None:
        """Remove the thumbnail of these bytes, unless an artefact has them still."""
        query = "SELECT 1 FROM artefacts WHERE sha256 = ? LIMIT 1"
        if _SHA256.fullmatch(sha256) and self._read(lambda conn: conn.execute(query, (sha256,)).fetchone()) is None:
            removal.remove_file(self._files, thumbnail_path(sha256))

    def _unused(self) -> Iterator[str]:
        for prefix in removal.names(self._files, FOLDER):
            # The folder first: what is put there from now on has its row.
            there = removal.names(self._files, FOLDER, prefix)
            used = {f"{each}.webp" for each in self._read(lambda conn, prefix=prefix: _hashes(conn, prefix))}  # type: ignore[misc]
            yield from (f"{FOLDER}/{prefix}/{name}" for name in there if name not in used)

    def _tell(self, sha256: str, path: str) -> int:
        query = "UPDATE artefacts SET thumb_path = ? WHERE sha256 = ?"
        return int(self._write(lambda conn: conn.execute(query, (path, sha256)).rowcount))

    def _is_there(self, path: str) -> bool:
        try:
            self._files.open(path).close()
        except FileNotFoundError:
            return False
        return True


def _hashes(conn: sqlite3.Connection, prefix: str) -> list[str]:
    """The SHA-256 of every artefact that begins so."""
    query = "SELECT DISTINCT sha256 FROM artefacts WHERE sha256 >= ? AND sha256 < ? || 'g'"
    return [row[0] for row in conn.execute(query, (prefix, prefix))]
