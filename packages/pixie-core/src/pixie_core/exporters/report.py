"""A run's report in Markdown: readable without Pixie, by whoever has nothing but the file.

Outputs are written by their views and never by their types: text as text, rows as a table (charts too: their
data), media as links to the files beside the report.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.exporters import markdown as md
from pixie_core.exporters.declared import declaration_of
from pixie_core.exporters.json_text import json_bytes
from pixie_core.masking import masked
from pixie_core.structure import Problems, structure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pixie_core.catalogue import Media, OutputDeclaration, OutputValue
    from pixie_core.exporters.paths import Paths
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest

__all__ = ["report_markdown"]

_ROWS = 1000
"""Rows of a table, and lines of a log, that are shown."""
_WHOLE = "outputs.json"


def report_markdown(run: Run, declared: ToolManifest | None, values: Mapping[str, Any], paths: Paths) -> Iterator[str]:
    """The report, block by block. `values` are the outputs' values, whole; `paths` says where the files lie."""
    name = declared.name if declared else run.tool_id
    yield md.heading(1, run.label or name)
    yield from _facts(run, name)
    yield from _inputs(run, declared)
    if run.error is not None or run.status in {"error", "interrupted", "cancelled"}:
        yield from _error(run)
    yield md.heading(2, "Outputs")
    if not values:
        yield md.paragraph("This run left no outputs.")
    for key in _in_order(declared, values):
        about = declaration_of(run, declared, key)
        yield md.heading(3, about.label)
        if about.description:
            yield md.paragraph(about.description)
        yield from _output(about, values[key], run, paths)
        if about.caption:
            yield md.paragraph(about.caption)
    yield from _files(run, paths)


def _facts(run: Run, name: str) -> Iterator[str]:
    print_ = run.fingerprint
    facts = {
        "Tool": f"{md.inline(name)} ({md.inline(run.tool_id)})",
        "Status": "still running when this was written" if not run.ended else run.status,
        "Started": _moment(run.started_at or run.created_at),
        "Finished": _moment(run.finished_at) if run.finished_at else "",
        "Took": _duration(run.duration_ms) if run.duration_ms is not None else "",
        "Run": run.id,
        "Re-run of": run.parent_run_id or "",
        "Origin": md.inline(run.origin),
        "Tool version": md.cell(print_.get("tool_version")),
        "Python": md.cell(print_.get("python")),
        "Pixie": md.cell(print_.get("pixie")),
    }
    yield md.table(["", ""], [[f"**{fact}**", said] for fact, said in facts.items() if said])


def _inputs(run: Run, declared: ToolManifest | None) -> Iterator[str]:
    yield md.heading(2, "Inputs")
    if not run.inputs:
        yield md.paragraph("This run had no inputs.")
        return
    rows = []
    for key, value in masked(dict(run.inputs)).items():
        known = declared.input(key) if declared else None
        unit = getattr(known, "unit", None)
        shown = md.cell(f"{value['filename']} ({_size(value['size'])})" if _is_file(value) else value)
        rows.append([md.cell(known.label if known else key), md.cell(key), f"{shown} {md.inline(unit or '')}".strip()])
    yield md.table(["Input", "Key", "Value"], rows)


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= {"sha256", "filename", "size"}


def _error(run: Run) -> Iterator[str]:
    titles = {"cancelled": "Cancelled", "interrupted": "Interrupted"}
    yield md.heading(2, titles.get(run.status, "Error"))
    if run.error:
        yield md.code_block(run.error) if "\n" in run.error.strip() else md.paragraph(run.error)
    if run.error_code:
        yield md.paragraph(f"Code: {run.error_code}")
    if run.stderr and run.stderr.strip():
        yield md.paragraph("The end of what the tool wrote to stderr:")
        yield md.code_block(run.stderr)


def _in_order(declared: ToolManifest | None, values: Mapping[str, Any]) -> list[str]:
    """The keys as the tool declares them, then any others."""
    known = [each.key for each in declared.outputs if each.key in values] if declared else []
    return [*known, *(key for key in values if key not in known)]


def _output(about: OutputDeclaration, value: Any, run: Run, paths: Paths) -> Iterator[str]:
    cls = OUTPUT_TYPES.get(about.type)
    if value is None and cls is None:
        yield md.paragraph("No value.")
        return
    if cls is None:
        yield _as_json(value)
        return
    try:
        read = structure(cls, {"value": value} if cls.bare() else value)
    except Problems as error:
        yield md.paragraph(f"This isn't a whole {about.type} ({error.problems[0]}); it is shown as it is.")
        yield _as_json(value)
        return
    yield from _by_views(read, about, run, paths)


def _by_views(value: OutputValue, about: OutputDeclaration, run: Run, paths: Paths) -> Iterator[str]:
    views = value.views()
    if isinstance(value, OUTPUT_TYPES["markdown"]):
        text: str = value.to_text(about)  # type: ignore[attr-defined]
        yield md.quoted(text) if text.strip() else md.paragraph("Empty.")
    elif "text" in views:
        yield from _text(value, about)
    elif "media" in views:
        media = value.to_media(about)  # type: ignore[attr-defined]
        for index, one in enumerate(media):
            yield _media(one, about, run, paths, index)
        if not media:
            yield md.paragraph("Empty.")
    elif "rows" in views:
        yield from md.table_of_rows(value.to_rows(about), _ROWS, _WHOLE)  # type: ignore[attr-defined]
    elif "features" in views:
        yield _as_json(value.to_features(about))  # type: ignore[attr-defined]
    else:
        yield md.paragraph(f"It is in {_WHOLE}.")


def _text(value: OutputValue, about: OutputDeclaration) -> Iterator[str]:
    """A word or line as a paragraph, more as a block; a long log is cut as its table would be."""
    text = value.to_text(about)  # type: ignore[attr-defined]
    lines = text.splitlines()
    if len(lines) <= 1 and not hasattr(value, "language"):
        yield md.paragraph(text) if text.strip() else md.paragraph("Empty.")
        return
    cut = "rows" in value.views() and len(lines) > _ROWS
    yield md.code_block("\n".join(lines[:_ROWS]) if cut else text, getattr(value, "language", None) or "")
    if cut:
        yield f"*The first {_ROWS:,} of {len(lines):,} lines; all of them are in {_WHOLE}.*\n\n"


def _media(media: Media, about: OutputDeclaration, run: Run, paths: Paths, index: int) -> str:
    """A picture, or a link to the file; what lies on the web stays a link that is named and not fetched."""
    label = media.label or media.filename or about.label
    if media.source.startswith(("http://", "https://")):
        return f"{md.link(f'{label}: {media.source}', media.source)}\n\n"
    own = [each for each in run.artefacts if each.output_key == about.key and each.id in paths.artefacts]
    meant = paths.artefact_id(media.source)
    if meant is None and index < len(own):
        meant = own[index].id
    if meant is None or meant not in paths.artefacts:
        return md.paragraph(f"{label}: it is in {_WHOLE}.")
    path = paths.artefacts[meant]
    mime = next((each.mime for each in run.artefacts if each.id == meant), "")
    return f"{(md.image if mime.startswith('image/') else md.link)(label, path)}\n\n"


def _files(run: Run, paths: Paths) -> Iterator[str]:
    kept = [each for each in run.artefacts if each.id in paths.artefacts]
    if kept:
        yield md.heading(2, "Files")
        rows = [
            [
                md.link(paths.artefacts[each.id].rpartition("/")[2], paths.artefacts[each.id]),
                each.mime,
                _size(each.size_bytes),
            ]
            for each in kept
        ]
        yield md.table(["File", "Type", "Size"], rows, [False, False, True])


def _as_json(value: Any) -> str:
    return md.code_block(json_bytes(value).decode(), "json")


def _moment(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _duration(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{milliseconds} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {rest} s" if hours else f"{minutes} min {rest} s"


def _size(count: int) -> str:
    """Bytes in steps of a thousand."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{count} B" if unit == "B" else f"{size:.3g} {unit}"
