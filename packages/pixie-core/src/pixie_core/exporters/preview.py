"""What a kept file shows of itself: an output of a type that says it well, of its beginning where it is long.

    seen = preview(12, "prices.csv", "text/csv", open_artefact)
    seen.declared.type, seen.value        "table" and its columns and rows
    seen.cut                              whether there is more

Pictures, sounds and films are shown by their address, and nothing of them is read here.
"""

from __future__ import annotations

import csv
from contextlib import closing
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue import OutputDeclaration
from pixie_core.exporters.declared import file_as_output

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

__all__ = ["Preview", "preview"]

_WORDS = 64 * 2**10
"""Bytes of a text that are shown."""
_TABLE = 256 * 2**10
_ROWS = 500
_COLUMNS = 60
_DELIMITERS = {"text/csv": ",", "text/tab-separated-values": "\t"}
_SOURCES = (
    *("application/json", "application/jsonl", "application/x-ndjson", "application/geo+json"),
    *("application/x-ipynb+json", "application/yaml", "application/toml", "application/xml", "application/x-tex"),
    *("application/gpx+xml", "application/vnd.google-earth.kml+xml"),
)


@frozen
class Preview:
    """A file as an output; `cut` says that the value is its beginning alone."""

    declared: OutputDeclaration
    value: Any
    cut: bool = False


def preview(artefact_id: int, filename: str, mime: str, open_artefact: Callable[[int], BinaryIO]) -> Preview:
    """The file as what shows it best. Raises what `open_artefact` does, where it is read."""
    as_file = Preview(*file_as_output(artefact_id, filename, mime))
    delimiter = _DELIMITERS.get(mime)
    if mime == "text/html" or not (mime.startswith("text/") or mime in _SOURCES):
        return as_file
    with closing(open_artefact(artefact_id)) as file:
        read = file.read((_WORDS if delimiter is None else _TABLE) + 1)
    if b"\0" in read:
        return as_file  # no text, whatever it is called
    text, cut = _text(read, _WORDS if delimiter is None else _TABLE)
    if delimiter is not None:
        return _table(filename, text, delimiter, cut=cut) or _source(filename, text, cut=cut)
    if mime == "text/markdown":
        return Preview(OutputDeclaration(key="file", type="markdown", label=filename), text, cut)
    return _source(filename, text, cut=cut)


def _text(read: bytes, most: int) -> tuple[str, bool]:
    """The text, and whether it was cut: after the last whole line, where there is one."""
    cut = len(read) > most
    if cut:
        read = read[:most]
        read = read[: read.rfind(b"\n") + 1] or read
    return read.decode("utf-8-sig", "replace").replace("\r\n", "\n"), cut


def _source(filename: str, text: str, *, cut: bool) -> Preview:
    language = PurePosixPath(filename).suffix.lstrip(".").lower() or None
    return Preview(
        OutputDeclaration(key="file", type="code", label=filename), {"value": text, "language": language}, cut
    )


def _table(filename: str, text: str, delimiter: str, *, cut: bool) -> Preview | None:
    """The first rows of a table, or None for what isn't one."""
    try:
        lines = list(islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), _ROWS + 2))
    except csv.Error:
        return None
    lines = [line for line in lines if line]
    if not lines:
        return None
    head, *rows = lines
    width = min(max(map(len, lines)), _COLUMNS)
    columns = [{"key": f"c{at}", "label": head[at] if at < len(head) else ""} for at in range(width)]
    cells = [{f"c{at}": each for at, each in enumerate(row[:width])} for row in rows[:_ROWS]]
    cut = cut or len(rows) > _ROWS or width < max(map(len, lines))
    declared = OutputDeclaration(key="file", type="table", label=filename)
    return Preview(declared, {"columns": [_named(each) for each in columns], "rows": cells}, cut)


def _named(column: dict[str, str]) -> dict[str, str]:
    """A column without a heading is called by its place."""
    return column if column["label"].strip() else {**column, "label": f"Column {int(column['key'][1:]) + 1}"}
