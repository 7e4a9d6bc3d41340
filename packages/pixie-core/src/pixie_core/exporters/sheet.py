"""One table as a sheet of a workbook, cell by cell, and a note of everything that a sheet can't hold.

https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any

from attrs import asdict, frozen

from pixie_core.exporters.cells import cell_text, finite, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlsxwriter

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Sheet", "SheetFacts"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
_MAX_UNITS = 32_767
"""UTF-16 units of a cell's text."""
_MAX_NAME = 31
_WHOLE = 2**53
_WIDEST = 60

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]")

_LOSSES = {
    "cut": "Texts of more than 32,767 characters, which is what a cell holds, are cut",
    "controls": "Texts with characters that a workbook can't hold show each as \ufffd",
    "line_ends": "Texts with line ends of other kinds have line feeds here",
    "not_finite": "Numbers that aren't finite are empty cells",
    "large": "Whole numbers that a cell doesn't hold to the last digit are text",
    "dates": "Dates before 1900, and what is no whole date, are text",
    "zones": "Times that name a time zone are in UTC",
    "microseconds": "Times finer than a thousandth of a second are rounded",
    "nested": "Lists and objects are text in JSON",
}


@frozen(kw_only=True)
class SheetFacts:
    """What a sheet is to be called, its headings, and the kind of each column (see `Column`)."""

    name: str
    headings: list[str]
    types: list[str]
    about: str
    metadata: dict[str, str]
    created: str
    """Without a zone, ISO 8601: a workbook knows none."""

    def to_plain(self) -> dict[str, Any]:
        """As an object of texts and lists."""
        return asdict(self)


class Sheet:
    """A workbook of one table, written from the top: `add` rows, then `close`."""

    def __init__(self, target: IO[bytes] | str, facts: SheetFacts, *, tmpdir: str | None = None) -> None:
        import xlsxwriter

        self._book: xlsxwriter.Workbook = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": tmpdir,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties(
            {"title": _clean(facts.name), "comments": facts.about, "created": datetime.fromisoformat(facts.created)}
        )
        for name, text in facts.metadata.items():
            self._book.set_custom_property(name, text, "text")
        self._name = _sheet_name(facts.name)
        self._sheet = self._book.add_worksheet(self._name)
        self._types = facts.types
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._fine_time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._row = 0
        self._lost: dict[str, tuple[int, str]] = {}
        self._widths = [0] * len(facts.headings)
        heading = self._book.add_format({"bold": True})
        for column, text in enumerate(facts.headings):
            self._sheet.write_string(0, column, self._text(text, column), heading)
            self._widths[column] = len(text)
        self._sheet.freeze_panes(1, 0)

    def add(self, batch: Sequence[Sequence[Any]]) -> None:
        """Write rows below those that there are."""
        first = self._row == 0
        for row in batch:
            self._row += 1
            for column, cell in enumerate(row):
                if cell is not None:
                    self._write(column, cell)
                    if first:
                        self._widths[column] = max(self._widths[column], min(len(cell_text(cell)), _WIDEST))

    def close(self) -> None:
        """Write the notes, where there are any, and the file."""
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(max(width + 2, 8), _WIDEST))
        if self._lost:
            notes = self._book.add_worksheet("Notes" if self._name.casefold() != "notes" else "Notes (2)")
            notes.set_column(0, 0, 100)
            notes.write_string(0, 0, "This workbook differs from the data that it was made of:")
            for index, (loss, (count, where)) in enumerate(self._lost.items(), start=1):
                notes.write_string(index, 0, f"{_LOSSES[loss]}: {count:,}, the first in {where}.")
            notes.write_string(len(self._lost) + 1, 0, "csv and parquet hold the data as it is.")
        self._book.close()

    def _write(self, column: int, cell: Any) -> None:
        kind = type(cell)
        if kind is float and finite(cell):
            self._sheet.write_number(self._row, column, _Exact(cell))
        elif kind is int and -_WHOLE <= cell <= _WHOLE:
            self._sheet.write_number(self._row, column, cell)
        elif kind is bool:
            self._sheet.write_boolean(self._row, column, cell)
        elif kind is str and self._types[column] in {"date", "datetime"}:
            self._write_moment(column, cell)
        elif kind is str:
            self._sheet.write_string(self._row, column, self._text(cell, column))
        elif kind is float:
            self._lose("not_finite", column)
        else:
            self._lose("large" if kind is int else "nested", column)
            self._sheet.write_string(self._row, column, self._text(cell_text(cell), column))

    def _write_moment(self, column: int, cell: str) -> None:
        read = moment(cell, self._types[column])
        if read is None or read.year < 1900:
            self._lose("dates", column)
            self._sheet.write_string(self._row, column, self._text(cell, column))
        elif not isinstance(read, datetime):
            self._write_date(column, read)
        else:
            if read.tzinfo is not None:
                self._lose("zones", column)
                read = read.replace(tzinfo=None)
            if read.microsecond % 1000:
                self._lose("microseconds", column)
            self._sheet.write_datetime(self._row, column, read, self._fine_time if read.microsecond else self._time)

    def _write_date(self, column: int, day: date) -> None:
        self._sheet.write_datetime(self._row, column, day, self._date)

    def _text(self, text: str, column: int) -> str:
        if not text.isprintable():  # the quick look: line ends and all that is below aren't printable
            if "\r" in text:
                self._lose("line_ends", column)
                text = _LINE_ENDS.sub("\n", text)
            text, changed = _CONTROLS.subn("\ufffd", text)
            if changed:
                self._lose("controls", column)
        if len(text) > _MAX_UNITS // 2:
            units = text.encode("utf-16-le")
            if len(units) > 2 * _MAX_UNITS:
                self._lose("cut", column)
                text = units[: 2 * _MAX_UNITS].decode("utf-16-le", "ignore")
        return text

    def _lose(self, what: str, column: int) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell

        count, where = self._lost.get(what) or (0, xl_rowcol_to_cell(self._row, column))
        self._lost[what] = (count + 1, where)


class _Exact(float):
    """A number that is written with all its digits; the library would stop at the sixteenth."""

    __slots__ = ()

    def __format__(self, _spec: str) -> str:
        return float.__repr__(self)


def _clean(text: str) -> str:
    return _CONTROLS.sub("\ufffd", text)[:255]


def _sheet_name(label: str) -> str:
    r"""The label as a sheet may be called: 31 UTF-16 units, without []:*?/\, and neither blank nor History."""
    name = " ".join(_FORBIDDEN.sub(" ", label).split()).strip("' ")
    name = name.encode("utf-16-le")[: 2 * _MAX_NAME].decode("utf-16-le", "ignore").strip("' ")
    return name if name and name.casefold() != "history" else "Table"
