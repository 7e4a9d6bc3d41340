"""A report in Markdown (GitHub-flavoured): readable without Pixie, by whoever has nothing but the file.

Outputs are written by their views and never by their types: text as text, rows as a table, pictures and files as links
to what lies beside the report. It is written for three places, which differ in what lies there: the zip of a run
(`report_markdown`), the zip of a report, and a file that stands alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import field, frozen

from pixie_core.catalogue import OUTPUT_TYPES, Rows
from pixie_core.errors import ArtefactNotFound
from pixie_core.exporters import markdown as md
from pixie_core.exporters.json_text import json_bytes
from pixie_core.exporters.report_cells import cell_words, numbers_of
from pixie_core.exporters.report_content import Beside, content_of, size_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pixie_core.catalogue import Media
    from pixie_core.exporters.paths import Paths
    from pixie_core.exporters.report_content import Content, Section
    from pixie_core.run import Run
    from pixie_core.run.events import Artefact
    from pixie_core.tool import ToolManifest

__all__ = ["Place", "markdown_report", "report_markdown"]

_ROWS = 1000
_ROWS_WITH_DATA_BESIDE = 100
_JSON = 200_000
"""Characters of a value that is shown as it is."""
_WRITTEN: Mapping[str, Callable[[str], str]] = {
    "markdown": md.quoted,
    "latex": partial(md.code_block, language="math"),
    "diff": partial(md.code_block, language="diff"),
}
"""The types whose text has a form of its own in Markdown."""


@frozen(kw_only=True)
class Place:
    """Where a report in Markdown lies: what is beside it for each output, and what else to say of the whole."""

    beside: Mapping[str, Beside] = field(factory=dict)
    whole: str | None = None
    """A file that has every value whole."""
    rows: int = _ROWS
    """Rows of a table, and lines of a log, that are shown."""
    drawn_rows: int = _ROWS
    """The same of a chart's data, where no picture shows it."""
    note: str = ""
    files: Mapping[int, str] = field(factory=dict)
    """The paths of kept files by their numbers, listed at the end."""
    lost: Sequence[str] = ()
    """What is missing of them, a sentence each."""

    @classmethod
    def alone(cls) -> Place:
        """A file on its own: charts are the beginning of their data, files are named."""
        note = (
            "This file stands alone: charts and maps are shown as the beginning of their data, and files are named. "
            "The report as a zip has pictures, data and files beside it."
        )
        return cls(note=note, rows=_ROWS_WITH_DATA_BESIDE, drawn_rows=20)

    @classmethod
    def with_assets(cls, beside: Mapping[str, Beside], files: Mapping[int, str], lost: Sequence[str]) -> Place:
        """The zip of a report, with the data of each table and chart as CSV."""
        return cls(beside=beside, files=files, lost=lost, rows=_ROWS_WITH_DATA_BESIDE)


def report_markdown(run: Run, declared: ToolManifest | None, values: Mapping[str, Any], paths: Paths) -> Iterator[str]:
    """The report within the zip of a run, block by block: what is long stands whole in outputs.json, and `paths` says
    where the files lie. `values` are the outputs' values, whole.
    """
    content = content_of(run, declared, values, _none)
    beside = {section.declared.key: Beside(files=_files_of(section, paths.artefacts)) for section in content.sections()}
    return markdown_report(content, Place(beside=beside, whole="outputs.json", files=paths.artefacts))


def _none(artefact_id: int) -> BinaryIO:
    raise ArtefactNotFound(artefact_id)


def _files_of(section: Section, paths: Mapping[int, str]) -> dict[int, str]:
    if "media" not in section.views:
        return {}
    kept = ((index, section.artefact_of(media, index)) for index, media in enumerate(section.export.media()))
    return {index: paths[each.id] for index, each in kept if each is not None and each.id in paths}


def markdown_report(content: Content, place: Place) -> Iterator[str]:
    """The report, block by block."""
    yield md.heading(1, content.title)
    yield md.table(["", ""], [[f"**{fact}**", md.inline(said)] for fact, said in content.facts])
    if place.note:
        yield f"*{md.inline(place.note)}*\n\n"
    yield from _inputs(content)
    yield from _failure(content)
    yield md.heading(2, "Outputs")
    if not content.keys:
        yield md.paragraph("This run left no outputs.")
    for section in content.sections():
        about = section.declared
        yield md.heading(3, about.label)
        if about.description:
            yield md.paragraph(about.description)
        yield from _Output(section, place, place.beside.get(about.key, Beside())).blocks()
        if about.caption:
            yield md.paragraph(about.caption)
    yield from _files(content.files, place)


def _inputs(content: Content) -> Iterator[str]:
    yield md.heading(2, "Inputs")
    if not content.inputs:
        yield md.paragraph("This run had no inputs.")
        return
    rows = (
        [md.cell(each.label), md.cell(each.key), f"{md.cell(each.value)} {md.inline(each.unit)}".strip()]
        for each in content.inputs
    )
    yield md.table(["Input", "Key", "Value"], rows)


def _failure(content: Content) -> Iterator[str]:
    failure = content.failure
    if failure is None:
        return
    yield md.heading(2, failure.title)
    if failure.message:
        lines = "\n" in failure.message.strip()
        yield md.code_block(failure.message) if lines else md.paragraph(failure.message)
    if failure.code:
        yield md.paragraph(f"Code: {failure.code}")
    if failure.stderr.strip():
        yield md.paragraph("The end of what the tool wrote to stderr:")
        yield md.code_block(failure.stderr)


@frozen
class _Output:
    """One output on its way into Markdown."""

    section: Section
    place: Place
    beside: Beside

    def blocks(self) -> Iterator[str]:
        section = self.section
        for remark in self.beside.remarks:
            yield md.paragraph(remark)
        if section.value is None:
            yield from self._unread()
        elif section.type in _WRITTEN:
            text = section.export.text()
            yield _WRITTEN[section.type](text) if text.strip() else md.paragraph("Empty.")
        elif "text" in section.views:
            yield from self._text()
        elif "media" in section.views:
            yield from self._media()
        elif section.is_drawn and self.beside.picture:
            yield from self._picture(self.beside.picture)
        elif "rows" in section.views:
            most = self.place.drawn_rows if section.is_drawn else self.place.rows
            yield from md.table_of_rows(self._rows(), most, self._where())
        else:
            yield self._as_json(section.export.features())

    def _rows(self) -> Rows:
        """The rows; their numbers as people read them, unless this is where programs look."""
        rows = self.section.export.rows()
        if self.place.whole:
            return rows
        numbers = numbers_of(self.section.value) if self.section.type == "table" else [{}] * len(rows.columns)
        return Rows(
            rows.columns,
            rows.length,
            lambda: ([cell_words(cell, how) for cell, how in zip(row, numbers, strict=True)] for row in rows),
        )

    def _unread(self) -> Iterator[str]:
        section = self.section
        if section.export.raw is None and section.type not in OUTPUT_TYPES:
            yield md.paragraph("No value.")
            return
        if section.problem:
            yield md.paragraph(section.problem)
        yield self._as_json(section.export.raw)

    def _as_json(self, value: Any) -> str:
        """A value as it is, to a bound."""
        text = json_bytes(value).decode()
        cut = f"*Cut here; the whole has {len(text):,} characters.*\n\n" if len(text) > _JSON else ""
        return md.code_block(text[:_JSON], "json") + cut

    def _picture(self, path: str) -> Iterator[str]:
        yield f"{md.image(f'{self.section.declared.label} ({self.section.kind})', path)}\n\n"
        if self.beside.data:
            rows = self.section.export.rows().length
            yield f"*The data: {_csv(self.beside.data)}, {rows:,} {'row' if rows == 1 else 'rows'}.*\n\n"

    def _text(self) -> Iterator[str]:
        """A word or line as a paragraph, more as a block; a long log is cut as its table would be."""
        value, text = self.section.value, self.section.export.text()
        lines = text.splitlines()
        if len(lines) <= 1 and not hasattr(value, "language"):
            yield md.paragraph(text) if text.strip() else md.paragraph("Empty.")
            return
        most = self.place.rows
        cut = "rows" in self.section.views and len(lines) > most
        shown = "\n".join(lines[:most]) if cut else text
        yield md.code_block(shown, getattr(value, "language", None) or self.section.declared.language or "")
        if cut:
            yield f"*The first {most:,} of {len(lines):,} lines{self._where('; all of them are in {}')}.*\n\n"

    def _where(self, said: str = "{}") -> str:
        """Where all of an output is, as Markdown; nothing where it is nowhere beside."""
        where = _csv(self.beside.data) if self.beside.data else self.place.whole
        return said.format(where) if where else ""

    def _media(self) -> Iterator[str]:
        media = self.section.export.media()
        for index, one in enumerate(media):
            yield self._file(one, index)
        if not media:
            yield md.paragraph("Empty.")

    def _file(self, media: Media, index: int) -> str:
        """A picture, or a link to the file; what lies on the web stays a link that is named and not fetched."""
        label = media.label or media.filename or self.section.declared.label
        if media.source.startswith(("http://", "https://")):
            return f"{md.link(f'{label}: {media.source}', media.source)}\n\n"
        kept = self.section.artefact_of(media, index)
        path = self.beside.files.get(index)
        if path is None and self.place.whole:
            return md.paragraph(f"{label}: it is in {self.place.whole}.")
        if path is None:
            size = f", {size_text(kept.size_bytes)}" if kept is not None else ""
            name = media.filename or (kept.filename if kept is not None else "")
            return md.paragraph(f"{label}{f': {name}' if name and name != label else ''}{size}")
        return f"{(md.image if _is_picture(kept, path) else md.link)(label, path)}\n\n"


def _csv(path: str) -> str:
    return md.link(path.rpartition("/")[2], path)


def _is_picture(kept: Artefact | None, path: str) -> bool:
    if kept is not None:
        return kept.mime.startswith("image/")
    return path.endswith((".png", ".jpg", ".gif", ".webp", ".avif", ".svg"))


def _files(artefacts: tuple[Artefact, ...], place: Place) -> Iterator[str]:
    kept = [each for each in artefacts if each.id in place.files]
    if kept or place.lost:
        yield md.heading(2, "Files")
    for sentence in place.lost:
        yield md.paragraph(sentence)
    if kept:
        rows = [
            [
                md.link(place.files[each.id].rpartition("/")[2], place.files[each.id]),
                each.mime,
                size_text(each.size_bytes),
            ]
            for each in kept
        ]
        yield md.table(["File", "Type", "Size"], rows, [False, False, True])
