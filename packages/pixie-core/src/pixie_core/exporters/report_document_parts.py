"""The outputs of a report's document: what Typst is to set, as data, with the pictures beside it.

Every node is an object with its kind in `k`, as `pixie_core.exporters.blocks` has them and some more (report.typ).
"""

from __future__ import annotations

import io
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.exporters.blocks import blocks_of_markdown, blocks_of_text
from pixie_core.exporters.formats import FORMATS
from pixie_core.exporters.json_text import json_bytes
from pixie_core.exporters.latex import FormulaOptions
from pixie_core.exporters.media_images import ImageOptions
from pixie_core.exporters.pictures import VectorOptions
from pixie_core.exporters.report_assets import drawn_png, refusals, said_of
from pixie_core.exporters.report_cells import cell_words, numbers_of
from pixie_core.exporters.report_content import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.catalogue import Media
    from pixie_core.exporters.blocks import Node
    from pixie_core.exporters.report_content import Section

__all__ = ["Parts", "remark"]

_ROWS = 300
_DATA_ROWS = 30
"""Rows of a chart's data, where no picture of it can be drawn."""
_COLUMNS = 12
_CELL = 300
_CHARACTERS = 60_000
_PICTURES = 60
_VECTORS = 20_000
"""Values in a chart beyond which its picture is made of dots: as lines it would be slow to turn pages over."""
_WIDEST = 1_600
_LINES = 2_000
_SIZES = ((5, 9.0), (8, 8.0), (12, 7.0))
"""Up to how many columns a table's letters have which size in points."""
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What a chart's words may hold and an SVG may not."""
_PAGE = 640
"""CSS pixels across a page's text."""


def remark(text: str) -> Node:
    """A quiet sentence."""
    return {"k": "remark", "t": text}


@define
class Parts:
    """Makes the nodes of outputs and gathers their pictures, by the names that the nodes have for them.

    Charts are made of lines unless `lines` is false.
    """

    lines: bool = True
    pictures: dict[str, bytes] = field(factory=dict)

    def nodes(self, section: Section) -> list[Node]:
        """What stands under an output's heading."""
        if section.value is None:
            return _unread(section)
        match section.type:
            case "markdown":
                nodes = blocks_of_markdown(section.export.text()[:_CHARACTERS])
            case "latex":
                nodes = self._formula(section)
            case "code":
                language = getattr(section.value, "language", None) or section.declared.language or ""
                nodes = _source(section.export.text(), language)
            case "number" | "boolean":
                nodes = [{"k": "numeral", "t": section.export.text()}]
            case "progress":
                done = getattr(section.value, "value", None)
                nodes = [{"k": "bar", "done": done or 0, "t": section.export.text()}]
            case "diff":
                nodes = _diff(section.export.text())
            case "kv":
                nodes = _pairs(section)
            case _:
                nodes = list(self._by_views(section))
        return nodes or [remark("Empty.")]

    def _by_views(self, section: Section) -> Iterator[Node]:
        if section.is_drawn:
            try:
                yield self._drawn(section)
            except refusals as error:
                yield remark(f"There is no picture of it: {said_of(error)}")
                yield from _rows(section, _DATA_ROWS)
        elif "media" in section.views:
            yield from self._media(section)
        elif "rows" in section.views:
            yield from _rows(section, _ROWS)
        else:
            text = section.export.text()
            yield from blocks_of_text(text[:_CHARACTERS])
            yield from _cut(text)

    def _add(self, content: bytes, ending: str) -> str:
        name = f"picture-{len(self.pictures) + 1}{ending}"
        self.pictures[name] = content
        return name

    def _drawn(self, section: Section) -> Node:
        sink = io.BytesIO()
        vector = self.lines and "figure" in section.views and section.numbers_drawn() <= _VECTORS
        if vector:
            FORMATS["figure.svg"].write(section.export, sink, _chart(section))
        else:
            drawn_png(section, sink)
        drawn = _NO_XML.sub(b"", sink.getvalue()) if vector else sink.getvalue()
        path = self._add(drawn, ".svg" if vector else ".png")
        return {"k": "picture", "path": path, "width": 1, "alt": f"{section.declared.label}, {section.kind}"}

    def _formula(self, section: Section) -> list[Node]:
        """The formula set; its source where that can't be."""
        if not section.export.text().strip():
            return []
        sink = io.BytesIO()
        svg = FORMATS["latex.svg"]
        try:
            svg.require()
            svg.write(section.export, sink, FormulaOptions(size=16))
        except refusals as error:
            return [*_source(section.export.text(), "latex"), remark(f"It isn't set as a formula: {said_of(error)}")]
        return [{"k": "formula", "path": self._add(sink.getvalue(), ".svg"), "alt": section.export.text()}]

    def _media(self, section: Section) -> Iterator[Node]:
        media = section.export.media()
        shown = []
        for index, each in enumerate(media):
            label = each.label or each.filename or section.declared.label
            if each.source.startswith(("http://", "https://")):
                words = {"k": "link", "to": each.source, "c": [{"k": "text", "t": f"{label}: {each.source}"}]}
                yield {"k": "paragraph", "c": [words]}
            elif section.type.startswith("image") and len(self.pictures) < _PICTURES:
                try:
                    shown.append(self._image(section, each, label))
                except refusals as error:
                    yield remark(f"{label} can't be shown: {said_of(error)}")
            else:
                yield remark(_named(section, each, index, label))
        if shown:
            yield {"k": "pictures", "of": shown}

    def _image(self, section: Section, media: Media, label: str) -> Node:
        about = OutputDeclaration(key=section.declared.key, type="image", label=label)
        value = OUTPUT_TYPES["image"](media.source)  # type: ignore[call-arg]
        sink = io.BytesIO()
        export = evolve(section.export, declared=about, raw=media.source, value=value)
        FORMATS["media.png"].write(export, sink, ImageOptions(width=_WIDEST, height=_WIDEST))
        content = sink.getvalue()
        width = int.from_bytes(content[16:20], "big")  # of the header of a PNG
        return {"path": self._add(content, ".png"), "alt": label, "wide": max(0.25, min(1, width / _PAGE))}


def _chart(section: Section) -> VectorOptions:
    """Two to a page, where nothing in a chart needs more height."""
    height = max(400, min(160 + 24 * section.names_below(), 1_000))
    return VectorOptions(title=False, width=_PAGE + 60, height=height)


def _named(section: Section, media: Media, index: int, label: str) -> str:
    kept = section.artefact_of(media, index)
    facts = [media.filename or "", media.mime or "", "" if kept is None else size_text(kept.size_bytes)]
    said = ", ".join(each for each in facts if each)
    return f"{label}{f' ({said})' if said else ''}: a file, which a document can't show."


def _unread(section: Section) -> list[Node]:
    said = [remark(section.problem)] if section.problem else []
    if section.export.raw is None:
        return [*said, remark("No value.")]
    return [*said, *_source(json_bytes(section.export.raw).decode("utf-8", "replace"), "json")]


def _source(text: str, language: str) -> list[Node]:
    if not text:
        return []
    return [{"k": "source", "t": text[:_CHARACTERS], "language": language}, *_cut(text)]


def _cut(text: str) -> Iterator[Node]:
    if len(text) > _CHARACTERS:
        yield remark(f"The first {_CHARACTERS:,} of {len(text):,} characters.")


def _diff(patch: str) -> list[Node]:
    if not patch:
        return [remark("Nothing changed.")]
    lines = patch.rstrip("\n").split("\n")
    return [
        # The first two lines name the texts.
        {"k": "diff", "lines": [["@" if n <= 1 else line[:1], line or " "] for n, line in enumerate(lines[:_LINES])]},
        *([remark(f"The first {_LINES:,} of {len(lines):,} lines.")] if len(lines) > _LINES else []),
    ]


def _pairs(section: Section) -> list[Node]:
    labels = section.declared.labels if isinstance(section.declared.labels, dict) else {}
    pairs = [
        [labels.get(each["key"], each["key"]), cell_words(each["value"], {"unit": each.get("unit")})[:_CELL]]
        for each in getattr(section.value, "pairs", [])[:_ROWS]
    ]
    return [{"k": "pairs", "pairs": pairs}] if pairs else []


def _rows(section: Section, most: int) -> Iterator[Node]:
    rows = section.export.rows()
    columns = rows.columns[:_COLUMNS]
    if not columns:
        yield remark("No columns.")
        return
    numbers = numbers_of(section.value) if section.type == "table" else [{}] * len(rows.columns)
    cells = [
        [_cell(cell, how) for cell, how in zip(row[:_COLUMNS], numbers, strict=False)] for row in islice(rows, most)
    ]
    yield {
        "k": "rows",
        "sides": ["right" if column.type == "number" else "left" for column in columns],
        "head": [column.label[:_CELL] for column in columns],
        "rows": cells,
        "size": next(size for most, size in _SIZES if len(columns) <= most),
    }
    if rows.length == 0:
        yield remark("No rows.")
    if rows.length > most:
        yield remark(f"The first {most:,} of {rows.length:,} rows; the output as CSV has all of them.")
    if len(rows.columns) > _COLUMNS:
        yield remark(f"The first {_COLUMNS} of {len(rows.columns):,} columns; the output as CSV has all of them.")


def _cell(cell: Any, how: dict[str, Any]) -> str:
    words = cell_words(cell, how)
    return words if len(words) <= _CELL else f"{words[:_CELL]}…"
