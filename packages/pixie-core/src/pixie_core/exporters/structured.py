"""Values as JSON and YAML: the value itself, the rows of a table."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from pixie_core.exporters.cells import batches, finite_json, sayable, unique_names
from pixie_core.exporters.format import Format
from pixie_core.exporters.json_text import json_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.exporters.format import Export, NoOptions

__all__ = ["STRUCTURED"]

_BATCH = 1_000


def _write_value(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    for piece in json_pieces(export.raw):
        sink.write(piece)


def _write_rows(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    before = "[\n"
    for lines in _lines(export):
        sink.write((before + ",\n".join(lines)).encode("utf-8", "backslashreplace"))
        before = ",\n"
    sink.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _write_ndjson(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    for lines in _lines(export):
        sink.write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))


def _lines(export: Export) -> Iterator[list[str]]:
    """Each row as an object by the columns' keys."""
    rows = export.rows()
    keys = unique_names(column.key for column in rows.columns)
    for batch in batches(rows, _BATCH, export.on_progress):
        yield [_line(dict(zip(keys, row, strict=True))) for row in batch]


def _line(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(finite_json(row), ensure_ascii=False, allow_nan=False)


def _write_yaml(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the quick one, where PyYAML was built with it
    value = _sayable(finite_json(export.raw))
    yaml.dump(value, sink, Dumper=dumper, encoding="utf-8", allow_unicode=True, sort_keys=False, width=100)


def _sayable(value: Any) -> Any:
    if isinstance(value, dict):
        return {sayable(key): _sayable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_sayable(each) for each in value]
    return sayable(value) if isinstance(value, str) else value


def _json(reads: str, help: str, write: Any) -> Format:
    return Format(name="json", reads=reads, ending=".json", mime="application/json", help=help, write=write)


STRUCTURED: tuple[Format, ...] = (
    _json("value", "the value as it is kept", _write_value),
    _json("rows", "a list with an object for each row", _write_rows),
    Format(
        name="ndjson",
        reads="rows",
        ending=".ndjson",
        mime="application/x-ndjson",
        help="an object for each row, on a line of its own",
        write=_write_ndjson,
    ),
    Format(
        name="yaml",
        reads="value",
        ending=".yaml",
        mime="application/yaml",
        help="the value as it is kept, for people to read and change",
        write=_write_yaml,
    ),
)
