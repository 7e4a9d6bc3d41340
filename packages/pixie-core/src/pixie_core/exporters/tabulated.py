"""Tables for reading: Markdown and HTML, every row and every cell whole."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from pixie_core.exporters import markdown as md
from pixie_core.exporters.cells import batches, cell_text
from pixie_core.exporters.format import Format
from pixie_core.exporters.page import said, write_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.exporters.format import Export, NoOptions

__all__ = ["TABULATED"]

_BATCH = 1_000


def _write_markdown(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    rows = export.rows()
    if not rows.columns:
        return
    numbers = [column.type == "number" for column in rows.columns]
    head = md.table([md.inline(column.label) for column in rows.columns], [], numbers)
    sink.write(head.rstrip("\n").encode("utf-8", "replace") + b"\n")
    for batch in batches(rows, _BATCH, export.on_progress):
        lines = (md.table_row([md.inline(cell_text(cell)) for cell in row]) for row in batch)
        sink.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def _write_html(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    write_page(export, sink, _table(export))


def _table(export: Export) -> Iterator[str]:
    rows = export.rows()
    sides = [' class="n"' if column.type == "number" else "" for column in rows.columns]
    yield "<table>\n<thead><tr>"
    for column, side in zip(rows.columns, sides, strict=True):
        yield f'<th scope="col" dir="auto"{side}>{said(column.label)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for batch in batches(rows, _BATCH, export.on_progress):
        for row in batch:
            cells = (
                f'<td dir="auto"{side}>{said(cell_text(cell))}</td>' for cell, side in zip(row, sides, strict=True)
            )
            yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody>\n</table>\n"
    if rows.length == 0:
        yield "<p>No rows.</p>\n"


TABULATED: tuple[Format, ...] = (
    Format(
        name="md",
        reads="rows",
        ending=".md",
        mime="text/markdown; charset=utf-8",
        help="a table in Markdown",
        write=_write_markdown,
    ),
    Format(
        name="html",
        reads="rows",
        ending=".html",
        mime="text/html; charset=utf-8",
        help="one page with the table, to be read anywhere",
        write=_write_html,
    ),
)
