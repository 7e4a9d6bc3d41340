"""Many runs, or many files, as one zip: each in its place, and at the end what lists them, index.csv and index.json.

Each item is looked up when its turn comes and forgotten when it is written, so that the zip of a thousand runs takes
the memory of one. What can't be read any more by then, since it was deleted or its file is gone, doesn't hold the
others back: the index comes last, has a line for every item that was asked for, and says under `problem` what is
missing and why. A run that has a problem has no run.json, and thereby isn't taken for whole.

    tool/2026-01-02T10-11-12-3f2b8c1e-label/     of a run: what its own export holds
    index.csv, index.json
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from attrs import field, frozen

from pixie_core.errors import ExportError, NotFound
from pixie_core.exporters.archive import Entry, Listing, add_entries
from pixie_core.exporters.moment import moment_of
from pixie_core.exporters.writing import WrittenZip, write_zip
from pixie_core.exporters.zip_writer import ZipWriter
from pixie_core.filenames import clean_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pixie_core.run import Run

__all__ = ["Bulk", "Item", "WrittenBulk", "folder_name"]

_LABEL_BYTES = 60
_IN_MEMORY = 2 * 2**20
"""Bytes of the index that are kept in memory: some 5 000 runs."""


@frozen(kw_only=True)
class Item:
    """A run or a file on its way into the zip: its entries, which go under `folder`, their time, and its line of the
    index.
    """

    entries: Iterable[Entry | Listing] = field(repr=False)
    moment: datetime
    folder: str
    facts: Mapping[str, Any]


@frozen
class WrittenBulk(WrittenZip):
    """A zip of many as it was written; `problems` are the ids of what isn't whole in it, each with the reason."""

    problems: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Bulk:
    """A zip of many items, ready to be read: iterate over it for its bytes; each time is a new reading.

    `looking_up` gives, for one reading, what makes an item of its id when its turn comes; where that raises NotFound
    or ExportError the index says so, and the next one follows. `what` is what the items are called in the index,
    `columns` what is told of each beside `problem`, the id's first. `size_bytes` is what the files come to by their
    rows, `runs` and `files` how many there are. The same items make the same bytes.
    """

    filename: str
    what: str
    ids: Sequence[Any] = field(repr=False)
    looking_up: Callable[[], Callable[[Any], Item]] = field(repr=False)
    columns: tuple[str, ...]
    kind: str
    runs: int
    files: int
    size_bytes: int

    content_length: None = field(default=None, init=False)
    """It isn't known before the end."""

    def __iter__(self) -> Iterator[bytes]:
        look_up = self.looking_up()
        newest = datetime(1980, 1, 1, tzinfo=UTC)
        zip_ = ZipWriter()
        with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="\n") as rows:
            for each in self.ids:
                facts: Mapping[str, Any] = {self.columns[0]: each}
                problem = None
                try:
                    item = look_up(each)
                    facts, newest = item.facts, max(newest, item.moment)
                    yield from add_entries(zip_, item.entries, item.moment, item.folder)
                except (NotFound, ExportError) as error:
                    problem = str(error)
                json.dump({**facts, "problem": problem}, rows)
                rows.write("\n")
            index = [
                Entry("index.csv", lambda: self._csv(rows)),
                Entry("index.json", lambda: self._json(rows)),
            ]
            yield from add_entries(zip_, index, newest)
            yield from zip_.end()

    def save(
        self,
        target: Path | str | None = None,
        *,
        force: bool = False,
        on_progress: Callable[[int], None] | None = None,
    ) -> WrittenBulk:
        """Write it to a file, or into a folder, by default the current one, and read it back.

        `on_progress` gets the number of bytes written so far. Raises TargetExists unless `force`, and ExportError;
        nothing is left behind when it fails.
        """
        path = Path(target) if target is not None else Path.cwd()
        path = path / self.filename if path.is_dir() else path
        made = write_zip(self, path, force=force, on_progress=on_progress)
        return WrittenBulk(made.path, made.size_bytes, made.entries, tuple(self._problems(made.path)))

    def _problems(self, path: Path) -> Iterator[tuple[str, str]]:
        with zipfile.ZipFile(path) as archive, archive.open("index.csv") as index:
            for each in csv.DictReader(io.TextIOWrapper(index, "utf-8", newline="")):
                if each["problem"]:
                    yield each[self.columns[0]], each["problem"]

    def _csv(self, rows: IO[str]) -> Iterator[bytes]:
        names = (*self.columns, "problem")
        for each in _chain(dict(zip(names, names, strict=True)), rows):
            line = io.StringIO(newline="")
            csv.writer(line).writerow([_cell(each.get(name)) for name in names])
            yield line.getvalue().encode("utf-8", "replace")

    def _json(self, rows: IO[str]) -> Iterator[bytes]:
        yield f'{{\n"format": 1,\n"kind": {json.dumps(self.kind)},\n{json.dumps(self.what)}: ['.encode()
        separator = b"\n"
        for each in _chain(None, rows):
            told = {name: each.get(name) for name in (*self.columns, "problem")}
            yield separator + json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")
            separator = b",\n"
        yield b"\n]\n}\n"


def _chain(first: dict[str, Any] | None, rows: IO[str]) -> Iterator[dict[str, Any]]:
    if first is not None:
        yield first
    rows.seek(0)
    for line in rows:
        yield json.loads(line)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return value


def folder_name(run: Run, *, whole_id: bool = False) -> str:
    """The folder of a run in a zip of many: `tool/2026-01-02T10-11-12-3f2b8c1e-label/`, safe on every system.

    `whole_id` tells it from another run whose id begins with the same eight characters.
    """
    parts = [f"{moment_of(run):%Y-%m-%dT%H-%M-%S}", clean_filename(run.id if whole_id else run.id[:8], "run")]
    if run.label:
        short = run.label.encode("utf-8", "replace")[:_LABEL_BYTES].decode(errors="ignore")
        parts.append(clean_filename(short, "label").rstrip(". ") or "label")
    return f"{clean_filename(run.tool_id, 'tool')}/{'-'.join(parts)}/"
