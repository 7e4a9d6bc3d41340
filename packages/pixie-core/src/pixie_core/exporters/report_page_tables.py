"""Tables of a report's page: the first rows as HTML, to be read without scripts; all of them as data beside, for the
script that sorts, filters and shows what is in sight.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from pixie_core.exporters.cells import batches, finite_json, sayable
from pixie_core.exporters.page import said
from pixie_core.exporters.report_cells import cell_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixie_core.catalogue import Column, Rows

__all__ = ["PageTable", "island", "island_text"]

_STATIC = 100
"""Rows that stand in the page as HTML."""
_MOST_ROWS = 200_000
_MOST_CELLS = 2_000_000
_SEARCHED = 12
"""Rows from which on a table can be filtered."""
_BATCH = 1_000
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def island(id: str, pieces: Iterator[str]) -> Iterator[str]:
    """Data that a script reads: JSON in which nothing ends its element."""
    yield f'<script type="application/json" id="{id}">'
    yield from pieces
    yield "</script>\n"


def island_text(value: Any) -> str:
    """A value as the JSON of an island."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(finite_json(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return sayable(text).translate(_ESCAPES)


@frozen(kw_only=True)
class PageTable:
    """One table. `numbers` says how the numbers of each column are written, `save` the name of its CSV, if it may be
    saved; `whole` is a link to all of it, for one that is too long to be here whole.
    """

    id: str
    label: str
    rows: Rows = field(repr=False)
    numbers: Sequence[dict[str, Any]] = ()
    save: str | None = None
    whole: str = ""

    @property
    def _most(self) -> int:
        return min(_MOST_ROWS, _MOST_CELLS // max(1, len(self.rows.columns)))

    def pieces(self) -> Iterator[str]:
        """Its HTML, piece by piece."""
        rows = self.rows
        if not rows.columns:
            yield '<p class="remark">No columns.</p>\n'
            return
        live = rows.length > 1
        yield f'<div class="table"{f" data-rows={chr(34)}{self.id}{chr(34)}" if live else ""}>\n'
        if rows.length > _SEARCHED:
            yield from self._tools()
        scrolled = f' tabindex="0" role="group" aria-label="{said(self.label)}"'
        yield f'<div class="scroller"{scrolled}>\n<table>\n<thead><tr>'
        for column in rows.columns:
            yield f'<th scope="col" dir="auto"{_side(column)}>{said(column.label)}</th>'
        yield "</tr></thead>\n<tbody>\n"
        for row in islice(rows, _STATIC):
            yield self._row(row)
        yield "</tbody>\n</table>\n</div>\n"
        yield from self._remarks()
        yield "</div>\n"
        if live:
            yield from island(self.id, self._data())

    def _tools(self) -> Iterator[str]:
        yield (
            f'<div class="tools scripted"><input type="search" placeholder="Filter" '
            f'aria-label="Filter {said(self.label)}" autocomplete="off">'
            f'<span class="count" role="status"></span>'
        )
        if self.save is not None:
            yield '<button type="button" class="button" data-save>Save as CSV</button>'
        yield "</div>\n"

    def _row(self, row: Sequence[Any]) -> str:
        numbers = self.numbers or [{}] * len(self.rows.columns)
        cells = (
            f'<td dir="auto"{_side(column)}>{said(cell_words(cell, how))}</td>'
            for cell, column, how in zip(row, self.rows.columns, numbers, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>\n"

    def _remarks(self) -> Iterator[str]:
        length = self.rows.length
        if length == 0:
            yield '<p class="remark">No rows.</p>\n'
        if length > _STATIC:
            yield '<p class="remark print-only"></p>\n'
            yield (
                f'<noscript><p class="remark">The first {_STATIC:,} of {length:,} rows; scripts, all of them in this '
                "file, show the others.</p></noscript>\n"
            )
        if length > self._most:
            yield f'<p class="remark">The first {self._most:,} of {length:,} rows are in this page. {self.whole}</p>\n'

    def _data(self) -> Iterator[str]:
        rows = self.rows
        numbers = self.numbers or [{}] * len(rows.columns)
        columns = [
            {"key": column.key, "label": column.label, "type": column.type}
            | {name: value for name, value in how.items() if value is not None}
            for column, how in zip(rows.columns, numbers, strict=True)
        ]
        about = {"columns": columns, "name": self.save or "", "note": ""}
        yield f'{island_text(about)[:-1]},"rows":['
        left = self._most
        comma = ""
        for batch in batches(rows, _BATCH, lambda _done, _total: None):
            some = batch[:left]
            yield comma + island_text([list(row) for row in some])[1:-1]
            comma = ","
            left -= len(some)
            if left <= 0:
                break
        yield "]}"


def _side(column: Column) -> str:
    return ' class="n"' if column.type == "number" else ""
