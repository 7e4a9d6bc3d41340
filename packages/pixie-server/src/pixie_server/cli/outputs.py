"""Values of outputs as a terminal can show them: whole, or at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.structure import Problems, structure
from pixie_server.cli.terminal import json_text, safe, shortened, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from pixie_core.catalogue import Rows
    from pixie_core.run import Output
    from pixie_core.tool import ToolManifest

__all__ = ["at_a_glance", "declaration", "renderables"]

_ROWS_SHOWN = 20
_CELL = 60
_GLANCE = 40


def declaration(manifest: ToolManifest | None, key: str, kind: str) -> OutputDeclaration:
    """What the tool says of the output, or as much as the run itself knows when the tool says nothing of it today."""
    declared = manifest.output(key) if manifest is not None else None
    return (
        declared if declared is not None and declared.type == kind else OutputDeclaration(key=key, type=kind, label=key)
    )


def renderables(declared: OutputDeclaration, value: Any) -> Iterable[RenderableType]:
    """The value by the first of its views that a terminal can show; strings among them are safe."""
    typed = _typed(declared.type, value)
    if typed is None:
        yield shortened(json_text(value, indent=None), 2_000)
    elif "text" in typed.views():
        yield safe(typed.to_text(declared))
    elif "rows" in typed.views():
        yield from _table(typed.to_rows(declared))
    elif "media" in typed.views():
        for each in typed.to_media(declared):
            name = each.filename or each.label or each.mime or "a file"
            yield shortened(name if each.source.startswith("data:") else f"{name}: {each.source}", 200)
    else:
        yield shortened(json_text(value, indent=None), 200)


def at_a_glance(manifest: ToolManifest | None, output: Output) -> str:
    """The output in a few words: its text, how many rows it has, the names of its files."""
    from pixie_server.render.words import brief

    value = output.value
    declared = declaration(manifest, output.key, output.type)
    typed = _typed(output.type, value)
    if typed is None:
        size = value.get("size_bytes") if isinstance(value, dict) and "$artefact" in value else None
        words = brief(value) if size is None else f"{size:,} bytes"
    elif "text" in typed.views():
        words = typed.to_text(declared)
    elif "rows" in typed.views():
        count = typed.to_rows(declared).length
        words = "1 row" if count == 1 else f"{count:,} rows"
    elif "media" in typed.views():
        words = ", ".join(each.filename or each.label or each.mime or output.type for each in typed.to_media(declared))
    else:
        words = output.type
    return f"{output.key}={shortened(words, _GLANCE)}"


def _typed(kind: str, value: Any) -> Any:
    """The value as its type, or None for what isn't of it (an older run, a reference to a file)."""
    cls = OUTPUT_TYPES.get(kind)
    if cls is None:
        return None
    try:
        return structure(cls, {"value": value} if cls.bare() else value)
    except Problems:
        return None


def _table(rows: Rows) -> Iterable[RenderableType]:
    from itertools import islice

    from pixie_server.render.words import cell

    shown = ([shortened(cell(each), _CELL) for each in row] for row in islice(rows, _ROWS_SHOWN))
    numbers = [safe(column.label) for column in rows.columns if column.type == "number"]
    yield table([safe(column.label) for column in rows.columns], shown, right=numbers)
    if rows.length > _ROWS_SHOWN:
        yield f"… and {rows.length - _ROWS_SHOWN:,} more rows"
