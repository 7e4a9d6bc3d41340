"""A zip that is made while it is read: never in memory, never on disk first.

Times are given, not taken from the clock, so that the same contents make the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen

from pixie_core.errors import FileAltered
from pixie_core.exporters.zip_writer import Written, ZipWriter, stored_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

__all__ = ["Anew", "Archive", "Entry", "Listing", "Written", "add_entries"]


@frozen
class Entry:
    """One file of a zip, or a folder where the name ends with a slash.

    `source` gives its bytes anew whenever it is called.

    With a `size` or `sha256` the bytes must be so, or the zip breaks off. What is not `deflated` is stored.
    """

    name: str
    source: Callable[[], Iterable[bytes]] = field(repr=False)
    size: int | None = None
    sha256: str | None = None
    deflated: bool = True


@frozen
class Listing:
    """A file that lists the files before it, from the one after the last listing: made from how they were written."""

    name: str
    make: Callable[[Sequence[Written]], bytes] = field(repr=False)


@frozen
class Anew:
    """Entries that are made while they are walked, anew each time, so that a zip begins before the last is known."""

    make: Callable[[], Iterator[Entry | Listing]]

    def __iter__(self) -> Iterator[Entry | Listing]:
        return self.make()


@frozen(kw_only=True)
class Archive:
    """A zip, ready to be read: iterate over it for its bytes; each time is a new reading.

    `made_at` becomes the time of every file. `entries` are walked once for each reading: what isn't a sequence may make
    each of them when its turn comes.
    Iterating raises ExportError or NotFound when a file can't be read or isn't as it was said to be; what was read
    until then has no end record, and no program takes it for a whole zip.
    """

    filename: str
    made_at: datetime
    entries: Iterable[Entry | Listing] = field(repr=False)

    @property
    def content_length(self) -> int | None:
        """The zip's exact size in bytes, where every file is stored and of known size; else None."""
        if not isinstance(self.entries, Sequence):
            return None
        files = []
        for each in self.entries:
            if isinstance(each, Listing) or each.deflated or each.size is None:
                return None
            files.append((each.name, each.size))
        return stored_size(files)

    def __iter__(self) -> Iterator[bytes]:
        zip_ = ZipWriter()
        yield from add_entries(zip_, self.entries, self.made_at)
        yield from zip_.end()


def add_entries(
    zip_: ZipWriter, entries: Iterable[Entry | Listing], moment: datetime, prefix: str = ""
) -> Iterator[bytes]:
    """The bytes of entries as they go into a zip, under a prefix, which listings don't name.

    Raises ExportError or NotFound when a file can't be read or isn't as it was said to be; others could follow it in
    the zip.
    """
    written: list[Written] = []
    for each in entries:
        if isinstance(each, Listing):
            content = each.make(tuple(written))
            written.clear()
            yield from zip_.file(prefix + each.name, moment, [content], deflated=True, most=len(content))
        elif each.name.endswith("/"):
            yield from zip_.folder(prefix + each.name, moment)
        else:
            made = yield from zip_.file(
                prefix + each.name, moment, each.source(), deflated=each.deflated, most=each.size
            )
            if each.size not in {None, made.size} or each.sha256 not in {None, made.sha256}:
                raise FileAltered(f"{each.name} was altered since the run. `pixie fsck` says what else was.")
            written.append(Written(each.name, made.size, made.sha256))
