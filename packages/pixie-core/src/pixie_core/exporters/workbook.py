"""Tables as XLSX, in constant memory; a large one in a process of its own, so that nobody waits for it.

Text stays text: nothing becomes a formula or a link. What a workbook can't hold is changed as little as can be, and its
second sheet, Notes, says so; a table with more rows or columns than a sheet has is refused.
"""

from __future__ import annotations

import marshal
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pixie_core.errors import DiskFull, ExportError, ExportTooLarge
from pixie_core.exporters.cells import batches
from pixie_core.exporters.delimited import RowOptions
from pixie_core.exporters.format import Format
from pixie_core.exporters.sheet import MAX_COLUMNS, MAX_ROWS, Sheet, SheetFacts

if TYPE_CHECKING:
    from pixie_core.catalogue import Rows
    from pixie_core.exporters.format import Export, OnProgress

__all__ = ["FULL", "WORKBOOK", "work"]

_SMALL = 20_000
"""Cells up to which a workbook is made at once: in a tenth of a second, less than a process takes to start."""
_BATCH = 1_000
FULL = 28
"""The exit code of a process that had no room on the disk; what it would say of it may have none either."""
_LOOK = 0.2
"""Seconds between two looks whether the last step is still wanted."""


def _write(export: Export, sink: IO[bytes], options: RowOptions) -> None:
    rows = export.rows()
    _must_fit(export, rows)
    facts = SheetFacts(
        name=export.declared.label,
        headings=[column.label if options.headings == "labels" else column.key for column in rows.columns],
        types=[column.type for column in rows.columns],
        about=export.provenance.sentence(),
        metadata=export.provenance.facts(),
        created=export.provenance.at.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    if rows.length * len(rows.columns) <= _SMALL:
        made = BytesIO()
        sheet = Sheet(made, facts)
        for batch in batches(rows, _BATCH, export.on_progress):
            sheet.add(batch)
        sheet.close()
        sink.write(made.getbuffer())
    else:
        _write_apart(rows, facts, sink, export.on_progress)


def _must_fit(export: Export, rows: Rows) -> None:
    if rows.length + 1 > MAX_ROWS:
        raise ExportTooLarge(
            f"{export.declared.label} has {rows.length:,} rows, and a sheet of XLSX holds {MAX_ROWS - 1:,} below its "
            "headings. Take csv or parquet, which hold any number."
        )
    if len(rows.columns) > MAX_COLUMNS:
        raise ExportTooLarge(
            f"{export.declared.label} has {len(rows.columns):,} columns, and a sheet of XLSX holds {MAX_COLUMNS:,}. "
            "Take csv or parquet, which hold any number."
        )


def _write_apart(rows: Rows, facts: SheetFacts, sink: IO[bytes], on_progress: OnProgress) -> None:
    """In a process of its own, which gets the rows through a pipe, so that it is never far behind what is reported."""
    folder = Path(tempfile.mkdtemp(prefix="pixie-xlsx-"))
    try:
        with (folder / "stderr").open("w+b") as stderr:
            command = [sys.executable, "-I", "-m", "pixie_core.exporters.workbook_process", str(folder)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr)
            try:
                _hand_over(process, rows, facts, on_progress)
                _wait(process, rows, on_progress)
            finally:
                process.kill()
                process.wait()
                _close(process)
            if process.returncode == FULL:
                raise DiskFull(
                    f"{facts.name} can't be made as xlsx: there is no room left in {tempfile.gettempdir()}. Free "
                    "some, then try again."
                )
            if process.returncode != 0:
                stderr.seek(0)
                said = stderr.read().decode(errors="replace").strip().rpartition("\n")[2]
                raise ExportError(f"The XLSX couldn't be written: {said or f'exit code {process.returncode}'}.")
        with (folder / "workbook.xlsx").open("rb") as made:
            shutil.copyfileobj(made, sink, 2**20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _hand_over(process: subprocess.Popen[bytes], rows: Rows, facts: SheetFacts, on_progress: OnProgress) -> None:
    assert process.stdin is not None
    try:
        marshal.dump(facts.to_plain(), process.stdin)
        for batch in batches(rows, _BATCH, on_progress):
            marshal.dump([list(row) for row in batch], process.stdin)
        marshal.dump(None, process.stdin)  # by which it knows that these are all
        process.stdin.close()
    except BrokenPipeError:
        return  # it failed; its exit code and its words say why


def _wait(process: subprocess.Popen[bytes], rows: Rows, on_progress: OnProgress) -> None:
    while True:
        try:
            process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            on_progress(rows.length, rows.length)
        else:
            return


def _close(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.close()
    except BrokenPipeError:
        return  # what was still to be sent has nobody to read it


def work(folder: Path, source: IO[bytes]) -> bool:
    """The other end of the pipe: make the workbook in the folder. False when the sender is gone before the end."""
    try:
        sheet = Sheet(str(folder / "workbook.xlsx"), SheetFacts(**marshal.load(source)), tmpdir=str(folder))  # noqa: S302
        while (batch := marshal.load(source)) is not None:  # noqa: S302 (what comes is from our own process)
            sheet.add(batch)
    except EOFError:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    sheet.close()
    return True


WORKBOOK: tuple[Format, ...] = (
    Format(
        name="xlsx",
        reads="rows",
        ending=".xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        help="a workbook for Excel, LibreOffice and Numbers: numbers, dates and text as such",
        write=_write,
        options=RowOptions,
    ),
)
