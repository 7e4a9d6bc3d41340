"""Tables as Parquet: columns by what is in them, written batch by batch.

The rows are walked twice: once to see what each column holds, once to write it. A column of one kind of cell gets its
type (whole numbers, numbers, true or false, text, dates, times); all else is text, cell by cell as in a CSV.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any, cast

from attrs import define, field

from pixie_core.exporters.cells import batches, cell_text, finite, json_text, moment, sayable, unique_names
from pixie_core.exporters.delimited import RowOptions
from pixie_core.exporters.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import arro3.core

    from pixie_core.catalogue import Column, Rows
    from pixie_core.exporters.format import Export

__all__ = ["PARQUET"]

_CELLS = 50_000
"""Cells that are turned into columns at once."""
_GROUP_CELLS = 1_000_000
"""Cells of a row group, which the writer holds until it is whole."""
_WHOLE = 2**53
"""Beyond it a double doesn't hold every whole number."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = date(1970, 1, 1).toordinal()


@define
class _Seen:
    """What a column holds."""

    declared: str
    kinds: set[type] = field(factory=set)
    least: int = 0
    most: int = 0
    dates: set[str] = field(factory=set)

    def look(self, cells: Sequence[Any]) -> None:
        kinds = set(map(type, cells))
        self.kinds |= kinds
        if int in kinds:
            whole = cells if kinds <= {int} else [cell for cell in cells if type(cell) is int]
            self.least, self.most = min(self.least, *whole), max(self.most, *whole)
        if self.declared in {"date", "datetime"} and str in kinds and "none" not in self.dates:
            self.dates.update(_date_kind(cell, self.declared) for cell in cells if isinstance(cell, str))

    def type(self) -> str:
        """bool, int, float, date, utc (a time in UTC), local (a time without a zone) or text."""
        kinds = self.kinds - {type(None)}
        if not kinds:
            by_declared = {"number": "float", "boolean": "bool", "date": "date", "datetime": "local"}
            return by_declared.get(self.declared, "text")
        if kinds == {bool}:
            return "bool"
        if kinds == {int}:
            return "int" if self.least >= -(2**63) and self.most < 2**63 else "text"
        if kinds <= {int, float}:
            return "float" if self.least >= -_WHOLE and self.most <= _WHOLE else "text"
        if kinds == {str} and self.dates:
            known = {("date",): "date", ("utc",): "utc", ("local",): "local", ("date", "local"): "local"}
            return known.get(tuple(sorted(self.dates)), "text")
        return "text"


def _date_kind(cell: str, declared: str) -> str:
    read = moment(cell, declared)
    if read is None:
        return "none"
    if not isinstance(read, datetime):
        return "date"
    return "utc" if read.tzinfo is not None else "local"


def _write(export: Export, sink: IO[bytes], options: RowOptions) -> None:
    from arro3.core import Field, RecordBatchReader, Schema
    from arro3.io import write_parquet

    rows = export.rows()
    types = _types(rows)
    names = [sayable(column.label if options.headings == "labels" else column.key) for column in rows.columns]
    arrow = _arrow_types()
    schema = Schema(
        [
            Field(name, arrow[kind], nullable=True, metadata={"pixie:key": sayable(column.key)})
            for name, kind, column in zip(unique_names(names), types, rows.columns, strict=True)
        ]
    )
    made = _Batches(export, rows, types, schema)
    try:
        write_parquet(
            RecordBatchReader.from_batches(schema, iter(made)),
            cast("IO[bytes]", _Sink(sink)),
            compression="snappy",
            created_by=f"Pixie {export.provenance.pixie_version}",
            # One entry: the writer puts several in an order that changes from one time to the next.
            key_value_metadata={"pixie": json_text(export.provenance.facts())},
            max_row_group_size=max(1, _GROUP_CELLS // max(1, len(rows.columns))),
        )
    except Exception:
        # What broke the rows off comes back from the writer as its own words.
        if made.broken is not None:
            raise made.broken from None
        raise


def _types(rows: Rows) -> list[str]:
    seen = [_Seen(column.type) for column in rows.columns]
    for batch in batches(rows, _size(rows.columns), lambda _done, _total: None):
        for column, cells in zip(seen, zip(*batch, strict=True), strict=True):
            column.look(cells)
    return [column.type() for column in seen]


def _size(columns: Sequence[Column]) -> int:
    return max(1, _CELLS // max(1, len(columns)))


class _Batches:
    """The rows as record batches; `broken` is what ended them too early."""

    def __init__(self, export: Export, rows: Rows, types: Sequence[str], schema: arro3.core.Schema) -> None:
        self._export, self._rows, self._types, self._schema = export, rows, types, schema
        self.broken: BaseException | None = None

    def __iter__(self) -> Iterator[arro3.core.RecordBatch]:
        from arro3.core import RecordBatch

        if not self._types:
            return
        try:
            for batch in batches(self._rows, _size(self._rows.columns), self._export.on_progress):
                columns = zip(zip(*batch, strict=True), self._types, strict=True)
                yield RecordBatch.from_arrays([_array(cells, kind) for cells, kind in columns], schema=self._schema)
        except BaseException as error:
            self.broken = error
            raise


def _array(cells: Sequence[Any], kind: str) -> arro3.core.Array:
    from arro3.core import Array, DataType

    arrow = _arrow_types()[kind]
    if kind == "date":
        return Array([_days(cell) for cell in cells], type=DataType.int32()).cast(arrow)
    if kind in {"utc", "local"}:
        return Array([_microseconds(cell) for cell in cells], type=DataType.int64()).cast(arrow)
    if kind == "text":
        return Array([_text(cell) for cell in cells], type=arrow)
    if kind == "float":
        return Array([cell if cell is not None and finite(cell) else None for cell in cells], type=arrow)
    return Array(list(cells), type=arrow)


def _arrow_types() -> dict[str, arro3.core.DataType]:
    from arro3.core import DataType

    return {
        "bool": DataType.bool(),
        "int": DataType.int64(),
        "float": DataType.float64(),
        "text": DataType.string(),
        "date": DataType.date32(),
        "utc": DataType.timestamp("us", tz="UTC"),
        "local": DataType.timestamp("us"),
    }


def _text(cell: Any) -> str | None:
    return None if cell is None or not finite(cell) else sayable(cell_text(cell))


def _days(cell: str | None) -> int | None:
    return None if cell is None else date.fromisoformat(cell).toordinal() - _FIRST_DAY


def _microseconds(cell: str | None) -> int | None:
    if cell is None:
        return None
    read = datetime.fromisoformat(cell)
    return ((read if read.tzinfo is not None else read.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


class _Sink:
    """The writer asks whether it could seek, and doesn't."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink

    def write(self, piece: bytes) -> int:
        self._sink.write(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def seek(self, _offset: int, _whence: int = 0) -> int:
        raise OSError("an export is written from its beginning to its end")

    def tell(self) -> int:
        raise OSError("an export is written from its beginning to its end")


PARQUET: tuple[Format, ...] = (
    Format(
        name="parquet",
        reads="rows",
        ending=".parquet",
        mime="application/vnd.apache.parquet",
        help="typed columns, compressed: for data of any size",
        write=_write,
        options=RowOptions,
    ),
)
