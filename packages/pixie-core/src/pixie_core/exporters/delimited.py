"""Tables as lines: CSV for programs, CSV for spreadsheets, TSV.

`csv` is the data, cell by cell as it is (RFC 4180). A spreadsheet takes text that begins with =, +, - or @ for a
formula and runs it; `csv-excel` is for opening in one, and puts an apostrophe before such text.
"""

from __future__ import annotations

import csv
import io
import re
from typing import IO, TYPE_CHECKING, Any, Literal

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.exporters.cells import batches, cell_text, finite, sayable
from pixie_core.exporters.format import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pixie_core.exporters.format import Export

__all__ = ["DELIMITED", "RowOptions"]

_BATCH = 2_000
"""Rows that are written at once."""

# What a spreadsheet may take for a formula, at the beginning of a cell: with white space before it too, and in the
# full-width forms that it folds. Where lists are separated by semicolons a quoted field doesn't hold together, and a
# cell begins after every semicolon, tab and line break in it as well.
_FORMULA = re.compile(r"(?:\A|(?<=[;\t\r\n]))(?=[\s\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20])|\A(?=[\t\r\n])")
_PLAIN = {str, int, float, type(None)}


@frozen(kw_only=True)
class RowOptions:
    """What can be chosen of a table."""

    headings: Literal["labels", "keys"] = field(
        help="columns by their labels, as people see them, or by their keys", default="labels"
    )


def _write_csv(export: Export, sink: IO[bytes], options: RowOptions) -> None:
    _write(export, sink, options, delimiter=",")


def _write_tsv(export: Export, sink: IO[bytes], options: RowOptions) -> None:
    _write(export, sink, options, delimiter="\t")


def _write_excel(export: Export, sink: IO[bytes], options: RowOptions) -> None:
    sink.write("\ufeff".encode())  # by which Excel knows UTF-8
    _write(export, sink, options, delimiter=",", quoting=csv.QUOTE_ALL, change=_disarmed)


def _write(
    export: Export,
    sink: IO[bytes],
    options: RowOptions,
    *,
    delimiter: str,
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL,
    change: Callable[[str], str] | None = None,
) -> None:
    rows = export.rows()
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting)
    headings = [column.label if options.headings == "labels" else column.key for column in rows.columns]
    if not headings:
        return  # no columns have no lines
    writer.writerow([change(each) for each in headings] if change else headings)
    for batch in batches(rows, _BATCH, export.on_progress):
        writer.writerows(_ready(batch, change))
        _drain(text, sink)
    _drain(text, sink)


def _ready(batch: list[Sequence[Any]], change: Callable[[str], str] | None) -> Iterable[Sequence[Any]]:
    """The cells as the csv module writes them: numbers as their shortest digits, null empty. Column by column, since
    most hold one kind of cell and needn't be looked at one by one.
    """
    return zip(*(_column(cells, change) for cells in zip(*batch, strict=True)), strict=True)


def _column(cells: Sequence[Any], change: Callable[[str], str] | None) -> Sequence[Any]:
    kinds = set(map(type, cells))
    if kinds <= _PLAIN and (change is None or str not in kinds) and (float not in kinds or all(map(finite, cells))):
        return cells
    return [_cell(cell, change) for cell in cells]


def _cell(cell: Any, change: Callable[[str], str] | None) -> Any:
    if type(cell) is int or (type(cell) is float and finite(cell)):
        return cell
    text = cell_text(cell)
    return change(text) if change is not None else text


def _disarmed(text: str) -> str:
    return _FORMULA.sub("'", text)


def _drain(text: io.StringIO, sink: IO[bytes]) -> None:
    sink.write(sayable(text.getvalue()).encode())
    text.seek(0)
    text.truncate()


DELIMITED: tuple[Format, ...] = (
    Format(
        name="csv",
        reads="rows",
        ending=".csv",
        mime="text/csv; charset=utf-8",
        help="comma-separated: the data as it is, for programs",
        write=_write_csv,
        options=RowOptions,
    ),
    Format(
        name="csv-excel",
        reads="rows",
        ending=".csv",
        mime="text/csv; charset=utf-8",
        help="comma-separated for spreadsheets: text that could run as a formula begins with an apostrophe",
        write=_write_excel,
        options=RowOptions,
    ),
    Format(
        name="tsv",
        reads="rows",
        ending=".tsv",
        mime="text/tab-separated-values; charset=utf-8",
        help="tab-separated: the data as it is",
        write=_write_tsv,
        options=RowOptions,
    ),
)
