"""Output types with a structure of their own: table, kv, log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from attrs import frozen

from pixie_core.catalogue.base import Column, Json, Merge, Objects, OutputValue, Records, Rows, field
from pixie_core.catalogue.merging import append_lines, append_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["STRUCTURED"]


@frozen
class TableColumn:
    """What a column of a table says of itself."""

    key: str = field(help="the key of the cell in each row")
    label: str | None = field(help="the heading; the key when it is missing", default=None)
    type: Literal["number", "integer", "string", "text", "boolean", "date", "datetime", "json", "link"] | None = field(
        help="what the cells are, for alignment, sorting and exports", default=None
    )
    unit: str | None = field(help="unit of the cells", default=None)
    format: str | None = field(help="how numbers are written", default=None)
    precision: int | None = field(help="decimal places", default=None, minimum=0, maximum=15)


_CELL_NAMES = {str: "text", bool: "booleans", list: "lists", dict: "objects"}
_CELL_TYPES = {"integer": "number", "text": "string", "link": "string", None: "string"}


@frozen
class Table(OutputValue):
    """Rows and columns."""

    type: ClassVar = "table"
    example: ClassVar[Json] = {
        "columns": [
            {"key": "year", "label": "Year", "type": "number"},
            {"key": "balance", "label": "Balance", "type": "number"},
        ],
        "rows": [{"year": 1, "balance": 12750}, {"year": 2, "balance": 16040}, {"year": 3, "balance": 19980}],
        "downloadable": True,
    }
    merge: ClassVar[Merge] = staticmethod(append_rows)
    mistakes: ClassVar = (
        (
            lambda raw: isinstance(raw, dict) and "value" in raw and not {"columns", "rows"} <= raw.keys(),
            "a table has no `value`: return {columns: [{key, label, type}], rows: [{key: cell}]}",
        ),
    )

    columns: list[TableColumn] = field(help="the columns, in order")
    rows: Objects = field(help="the rows, each an object by column key")
    downloadable: bool = field(help="false hides the downloads", default=True)

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Keys of columns are unique, and cells of number columns are numbers."""
        del declared
        yield from _doubled(column.key for column in self.columns)
        for column in self.columns:
            if column.type in {"number", "integer"}:
                found = set(map(type, [row.get(column.key) for row in self.rows])) - {int, float, type(None)}
                if found:
                    names = " and ".join(sorted(_CELL_NAMES.get(kind, kind.__name__) for kind in found))
                    yield f"column {column.key!r} is declared a number and holds {names}: send numbers, or null"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """The table itself."""
        del declared
        keys = [column.key for column in self.columns]
        columns = tuple(
            Column(c.key, c.label or c.key, _CELL_TYPES.get(c.type, c.type or "string")) for c in self.columns
        )
        return Rows(columns, len(self.rows), lambda: ([row.get(key) for key in keys] for row in self.rows))


def _doubled(keys: Iterable[str]) -> Iterable[str]:
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"the key {key!r} stands {count} times in columns; keys are unique"


@frozen
class Pair:
    """One line of a kv."""

    key: str = field(help="the name")
    value: Any = field(help="a scalar")
    unit: str | None = field(help="unit of the value", default=None)


@frozen
class KeyValues(OutputValue):
    """Names with their values."""

    type: ClassVar = "kv"
    example: ClassVar[Json] = {
        "pairs": [{"key": "Sharpe", "value": 1.42}, {"key": "Maximum drawdown", "value": "-12%"}]
    }

    pairs: Annotated[list[dict[str, Any]], Records(Pair)] = field(help="the pairs, in order")

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each pair, under the words that the declaration has for its key."""
        words = declared.labels if isinstance(declared.labels, dict) else {}
        columns = (Column("key", "Name"), Column("value", "Value", "json"))
        return Rows(
            columns,
            len(self.pairs),
            lambda: ((words.get(pair["key"], pair["key"]), pair["value"]) for pair in self.pairs),
        )


@frozen
class Line:
    """One line of a log."""

    message: str = field(help="the words")
    level: str = field(help="debug, info, warning, error or critical", default="info")
    t: str | None = field(help="when, in ISO 8601", default=None)


@frozen
class Log(OutputValue):
    """Lines with a time and a level."""

    type: ClassVar = "log"
    example: ClassVar[Json] = {
        "lines": [
            {"level": "info", "message": "loaded 1 204 rows", "t": "2026-05-17T12:00:00Z"},
            {
                "level": "warning",
                "message": "3 rows without a date were left out",
                "t": "2026-05-17T12:00:01Z",
            },
        ]
    }
    merge: ClassVar[Merge] = staticmethod(append_lines)

    lines: Annotated[list[dict[str, Any]], Records(Line)] = field(help="the lines, oldest first")

    def to_text(self, declared: OutputDeclaration) -> str:
        """A line each: time, level, words."""
        del declared
        return "\n".join(
            " ".join(filter(None, (line.get("t"), line.get("level", "info").upper(), line["message"])))
            for line in self.lines
        )

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each line."""
        del declared
        columns = (Column("t", "Time", "datetime"), Column("level", "Level"), Column("message", "Message"))
        return Rows(
            columns,
            len(self.lines),
            lambda: ((line.get("t"), line.get("level", "info"), line["message"]) for line in self.lines),
        )


STRUCTURED: tuple[type[OutputValue], ...] = (Table, KeyValues, Log)
