"""Inputs that are JSON of a shape: json, table, hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, field
from pixie_core.catalogue.columns import unfit_numbers
from pixie_core.catalogue.inputs.base import InputDeclaration, found, read_json, unwritable
from pixie_core.catalogue.inputs.cells import CELL_PROBLEMS
from pixie_core.catalogue.inputs.schema import schema_faults, schema_problems
from pixie_core.errors import Problem, near

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["HiddenInput", "JsonInput", "TableInput"]


def _json_problems(value: Any) -> Iterable[str]:
    """Whatever it is, it can be written as JSON in UTF-8."""
    yield from (f"holds at {problem.path} what JSON can't say: {problem.message}" for problem in unfit_numbers(value))
    if any(map(unwritable, _texts(value))):
        yield "holds a NUL character or half of a surrogate pair, which no text may"


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            yield from each
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)


@frozen(kw_only=True)
class JsonInput(InputDeclaration):
    """Any JSON, in an editor."""

    type: ClassVar = "json"
    example: ClassVar[Json] = {
        "key": "options",
        "type": "json",
        "label": "Options",
        "default": {"tolerance": 1e-6},
        "schema": {"type": "object", "properties": {"tolerance": {"type": "number", "exclusiveMinimum": 0}}},
    }

    schema: dict[str, Any] | bool | None = field(help="a JSON Schema that the value must meet", default=None)

    def faults(self) -> Iterable[Problem]:
        """The schema is one."""
        return () if self.schema is None else (problem.under(".schema") for problem in schema_faults(self.schema))

    def read(self, text: str) -> Any:
        """The JSON in the text."""
        return read_json(text)

    def problems(self, value: Any) -> Iterable[str]:
        """It is JSON, and meets the schema: every place where it doesn't is said."""
        unsayable = list(_json_problems(value))
        yield from unsayable
        if self.schema is not None and not unsayable:
            yield from schema_problems(self.schema, value)

    def blank(self) -> Any:
        """An empty object."""
        return {}


@frozen
class InputColumn:
    """A column of a table that is filled in."""

    key: str = field(help="the key of the cell in each row")
    label: str | None = field(help="the heading; the key when it is missing", default=None)
    type: str = field(help="text, number, integer, boolean, date or datetime", default="text")


@frozen(kw_only=True)
class TableInput(InputDeclaration):
    """Rows that are filled in, or pasted from a spreadsheet."""

    type: ClassVar = "table"
    example: ClassVar[Json] = {
        "key": "measurements",
        "type": "table",
        "label": "Measurements",
        "columns": [
            {"key": "t", "label": "Time (s)", "type": "number"},
            {"key": "note", "label": "Note", "type": "text"},
        ],
        "max_rows": 100,
        "default": [{"t": 0, "note": "start"}, {"t": 1.5, "note": ""}],
    }
    blank_is_value: ClassVar = True

    columns: list[InputColumn] | None = field(
        help="the columns, in order; free rows when they are missing", default=None
    )
    min_rows: int | None = field(help="how many rows at least", default=None, minimum=0)
    max_rows: int | None = field(help="how many rows at most", default=None, minimum=0)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Columns as bare strings become columns."""
        given = raw.get("columns")
        if not isinstance(given, list):
            return raw
        return {**raw, "columns": [{"key": each} if isinstance(each, str) else each for each in given]}

    def faults(self) -> Iterable[Problem]:
        """Keys of columns are unique, their types known, and a number of rows can be right."""
        keys = [column.key for column in self.columns or ()]
        for index, column in enumerate(self.columns or ()):
            if column.key in keys[:index]:
                yield Problem(f"$.columns[{index}].key", f"{column.key!r} stands already; keys are unique")
            if column.type not in CELL_PROBLEMS:
                meant = near(column.type, CELL_PROBLEMS)
                cure = f"did you mean {meant}?" if meant else f"known are {', '.join(CELL_PROBLEMS)}"
                yield Problem.unknown("type", column.type, f"$.columns[{index}].type", cure, "warning")
        if self.min_rows is not None and self.max_rows is not None and self.min_rows > self.max_rows:
            yield Problem("$.min_rows", f"is {self.min_rows}, more than max_rows, which is {self.max_rows}")

    def read(self, text: str) -> Any:
        """The rows as JSON; blank text is no rows."""
        return read_json(text) if text.strip() else []

    def problems(self, value: Any) -> Iterable[str]:
        """A list of rows, as many as allowed, whose cells are what their columns say."""
        if not isinstance(value, list):
            yield f"must be a list of rows, not {found(value)}"
            return
        if self.min_rows is not None and len(value) < self.min_rows:
            yield f"has {len(value)} rows; at least {self.min_rows} are needed"
        if self.max_rows is not None and len(value) > self.max_rows:
            yield f"has {len(value)} rows; at most {self.max_rows} are allowed"
        yield from _json_problems(value)
        for number, row in enumerate(value, start=1):
            if isinstance(row, dict):
                yield from (f"row {number} {said}" for said in self._row_problems(row))
            else:
                yield f"row {number} must be an object of cells by column key, not {found(row)}"

    def _row_problems(self, row: dict[str, Any]) -> Iterable[str]:
        if self.columns is None:
            return
        known = [column.key for column in self.columns]
        for key in row:
            if key not in known:
                yield f"has a cell {key!r} and there is no such column; columns are {', '.join(known)}"
        for column in self.columns:
            cell = row.get(column.key)
            # An empty cell is none; a type that isn't known was warned of and binds nothing.
            if cell is not None and cell != "" and column.type in CELL_PROBLEMS:
                yield from (f"{column.label or column.key} {said}" for said in CELL_PROBLEMS[column.type](cell))

    def blank(self) -> Any:
        """No rows; as many empty ones as are needed at least."""
        return [{column.key: None for column in self.columns or ()} for _ in range(self.min_rows or 0)]


@frozen(kw_only=True)
class HiddenInput(InputDeclaration):
    """A value that is sent and not shown."""

    type: ClassVar = "hidden"
    example: ClassVar[Json] = {"key": "mode", "type": "hidden", "label": "Mode", "default": "standard"}

    default: Any = field(help="the value that is sent")

    def read(self, text: str) -> Any:
        """The default where the text says it; JSON where the default is no text; else the text."""
        return text if isinstance(self.default, str) else read_json(text)

    def problems(self, value: Any) -> Iterable[str]:
        """It is JSON."""
        return _json_problems(value)

    def blank(self) -> Any:
        """The default."""
        return self.default
