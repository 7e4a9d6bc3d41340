"""Words as DOCX, for word processors (the extra `docx`): by python-docx, from the same blocks as the PDF.

Styles are those of the program that opens it, so that a reader restyles it at once. Links lead to http, https and
mailto; nothing else in the file names anything outside it.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import IO, TYPE_CHECKING, Any

from pixie_core.exporters.blocks import blocks_of_markdown, blocks_of_text
from pixie_core.exporters.cells import sayable
from pixie_core.exporters.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docx.document import Document as Written
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

    from pixie_core.exporters.blocks import Node
    from pixie_core.exporters.format import Export, NoOptions

__all__ = ["WORD_PROCESSOR"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DEEPEST = 8
"""Level of a list within lists; what lies deeper stands at it."""
_STEP = 360
"""Twentieths of a point that a level is moved in by."""
_CODE = "Code"
_LONGEST_PROPERTY = 255
_EARLIEST = 1980
"""The first year that a zip knows."""


def _write_text(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    _write(export, blocks_of_text(export.text()), sink)


def _write_markdown(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    _write(export, blocks_of_markdown(export.text()), sink)


def _write(export: Export, blocks: list[Node], sink: IO[bytes]) -> None:
    import docx

    document = docx.Document()
    _prepare(document, export)
    pen = _Pen(document)
    pen.paragraph("Title", [{"k": "text", "t": export.declared.label}])
    for done, block in enumerate(blocks, start=1):
        pen.blocks([block])
        export.on_progress(done, len(blocks))
    file = io.BytesIO()
    document.save(file)
    _timeless(file, sink, export.provenance.at.timetuple()[:6])


def _prepare(document: Written, export: Export) -> None:
    """A4, the properties of the file, a footer that says where it came from, and a style for code."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    provenance = export.provenance
    at = provenance.at.replace(tzinfo=None, microsecond=0)
    about = document.core_properties
    about.title = _said(export.declared.label)[:_LONGEST_PROPERTY]
    about.author = about.last_modified_by = _said(provenance.tool_name)[:_LONGEST_PROPERTY]
    about.comments = _said(provenance.sentence())[:_LONGEST_PROPERTY]
    about.keywords = ", ".join(f"{name} {_said(text)}" for name, text in provenance.facts().items())[:_LONGEST_PROPERTY]
    about.language = "en-GB"
    about.created = about.modified = at
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(22)
    footer = section.footer.paragraphs[0].add_run(_said(provenance.sentence()))
    footer.font.size = Pt(7.5)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    code: ParagraphStyle = document.styles.add_style(_CODE, WD_STYLE_TYPE.PARAGRAPH)
    code.base_style = document.styles["Normal"]
    code.font.name = "Courier New"
    code.font.size = Pt(9)
    code.paragraph_format.space_after = Pt(8)
    _shade(code)


def _shade(style: ParagraphStyle) -> None:
    ground = _element("w:shd", val="clear", color="auto", fill="F3F3F5")
    style.element.get_or_add_pPr().insert_element_before(ground, "w:bidi", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


class _Pen:
    """Writes blocks to the end of a document."""

    def __init__(self, document: Written) -> None:
        self._document = document
        self._bullets: int | None = None

    def blocks(self, blocks: Iterable[Node], depth: int = 0, numbered: int | None = None, style: str = "") -> None:
        """Write blocks; within a list `numbered` is the list's number, and its first paragraph has the mark."""
        mark = numbered
        for block in blocks:
            kind = block["k"]
            if kind == "paragraph":
                self._listed(self.paragraph(style or None, block["c"]), mark, depth, within=numbered is not None)
            elif kind == "heading":
                self._listed(self.paragraph(f"Heading {block['level']}", block["c"]), mark, depth, within=False)
            elif kind == "code":
                self._listed(self.paragraph(_CODE, [{"k": "text", "t": block["t"]}]), mark, depth, within=False)
            elif kind == "quote":
                self.blocks(block["c"], depth, style="Quote")
            elif kind == "rule":
                self._rule()
            elif kind in {"bullets", "numbers"}:
                below = depth + (1 if numbered is not None else 0)
                number = self._list(block)
                for item in block["items"]:
                    self.blocks(item or [{"k": "paragraph", "c": []}], below, number)
            elif kind == "table":
                self._table(block)
            mark = None

    def paragraph(self, style: str | None, spans: Sequence[Node]) -> Paragraph:
        """Write one paragraph."""
        made = self._document.add_paragraph(style=style)
        self._spans(made, spans)
        return made

    def _listed(self, made: Paragraph, mark: int | None, depth: int, *, within: bool) -> None:
        if mark is not None:
            numbering = made.paragraph_format.element.get_or_add_pPr().get_or_add_numPr()
            numbering.get_or_add_ilvl().val = min(depth, _DEEPEST)
            numbering.get_or_add_numId().val = mark
        elif within:
            from docx.shared import Twips

            made.paragraph_format.left_indent = Twips(_STEP * (min(depth, _DEEPEST) + 1))

    def _list(self, block: Node) -> int:
        """The number of a list: one for all with bullets, one for each that counts, from where it begins."""
        if block["k"] == "bullets":
            if self._bullets is None:
                self._bullets = self._numbering("bullet", 1)
            return self._bullets
        return self._numbering("decimal", block["start"])

    def _numbering(self, how: str, start: int) -> int:
        from docx.oxml.ns import qn

        numbering = self._document.part.numbering_part.element
        known = numbering.findall(qn("w:abstractNum"))
        own = str(1 + max((int(each.get(qn("w:abstractNumId"))) for each in known), default=0))
        scheme = _element("w:abstractNum", abstractNumId=own)
        scheme.append(_element("w:multiLevelType", val="multilevel"))
        for level in range(_DEEPEST + 1):
            made = _element("w:lvl", ilvl=str(level))
            made.append(_element("w:start", val=str(start if how == "decimal" else 1)))
            made.append(_element("w:numFmt", val=how))
            made.append(_element("w:lvlText", val=f"%{level + 1}." if how == "decimal" else "•◦▪"[level % 3]))
            made.append(_element("w:lvlJc", val="left"))
            place = _element("w:pPr")
            place.append(_element("w:ind", left=str(_STEP * (level + 1)), hanging=str(_STEP)))
            made.append(place)
            scheme.append(made)
        # The schema has every scheme before the lists that follow them.
        (known[-1].addnext(scheme)) if known else numbering.insert(0, scheme)
        return int(numbering.add_num(int(own)).numId)

    def _spans(self, paragraph: Paragraph, spans: Sequence[Node], **style: bool) -> None:
        if _from_the_right("".join(_words(spans))):
            properties = paragraph.paragraph_format.element.get_or_add_pPr()
            properties.insert_element_before(_element("w:bidi"), "w:spacing", "w:ind", "w:jc", "w:rPr")
        for span in spans:
            self._span(paragraph, span, style)

    def _span(self, paragraph: Paragraph, span: Node, style: dict[str, bool]) -> None:
        kind = span["k"]
        if kind == "break":
            paragraph.add_run().add_break()
        elif kind in {"text", "code"}:
            run = paragraph.add_run(_said(span["t"]))
            _style(run, {**style, "mono": kind == "code"})
        elif kind == "link":
            self._link(paragraph, span, style)
        else:
            name = {"strong": "bold", "em": "italic", "s": "strike"}[kind]
            for each in span["c"]:
                self._span(paragraph, each, {**style, name: True})

    def _link(self, paragraph: Paragraph, span: Node, style: dict[str, bool]) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml.ns import qn

        before = len(paragraph.runs)
        for each in span["c"]:
            self._span(paragraph, each, {**style, "link": True})
        words = paragraph.runs[before:]
        if not words:
            return
        relation = paragraph.part.relate_to(_said(span["to"]), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = _element("w:hyperlink")
        link.set(qn("r:id"), relation)
        words[0].element.addprevious(link)
        for each in words:
            link.append(each.element)

    def _rule(self) -> None:
        edges = _element("w:pBdr")
        edges.append(_element("w:bottom", val="single", sz="4", space="1", color="A0A0A0"))
        properties = self._document.add_paragraph().paragraph_format.element.get_or_add_pPr()
        properties.insert_element_before(edges, "w:shd", "w:bidi", "w:spacing", "w:ind", "w:jc", "w:rPr")

    def _table(self, block: Node) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        sides = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
        }
        if not block["rows"] or not block["sides"]:
            return
        table = self._document.add_table(rows=0, cols=len(block["sides"]))
        table.style = self._document.styles["Table Grid"]
        for number, row in enumerate(block["rows"]):
            cells = table.add_row().cells
            for cell, spans, side in zip(cells, row, block["sides"], strict=False):
                words = cell.paragraphs[0]
                words.alignment = sides[side]
                self._spans(words, spans, bold=number == 0)
        # Where a table goes over a page, its headings stand on the next one too.
        table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001 (its own way to more)
        self._document.add_paragraph()


def _style(run: Run, style: dict[str, bool]) -> None:
    from docx.shared import RGBColor

    run.bold, run.italic = style.get("bold") or None, style.get("italic") or None
    if style.get("strike"):
        run.font.strike = True
    if style.get("mono"):
        run.font.name = "Courier New"
    if style.get("link"):
        run.font.color.rgb = RGBColor(0x0B, 0x5C, 0xAD)
        run.font.underline = True
    if _from_the_right(run.text):
        run.font.rtl = True


def _words(spans: Sequence[Node]) -> Iterable[str]:
    for span in spans:
        if "t" in span:
            yield span["t"]
        yield from _words(span.get("c", ()))


def _from_the_right(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left (Unicode Bidirectional Algorithm, P2)."""
    for letter in text[:1_000]:
        way = unicodedata.bidirectional(letter)
        if way in {"L", "R", "AL"}:
            return way != "L"
    return False


def _said(text: str) -> str:
    return _CONTROLS.sub("\ufffd", sayable(text).replace("\r\n", "\n").replace("\r", "\n"))


def _timeless(file: IO[bytes], sink: IO[bytes], at: tuple[int, ...]) -> None:
    """The same zip with every file's time the run's, so that the same words make the same bytes."""
    moment = (at[0], at[1], at[2], at[3], at[4], at[5]) if at[0] >= _EARLIEST else (_EARLIEST, 1, 1, 0, 0, 0)
    made = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            after.writestr(entry, before.read(name))
    sink.write(made.getbuffer())


def _format(reads: str, help: str, write: Any) -> Format:
    return Format(
        name="docx",
        reads=reads,
        ending=".docx",
        mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        help=help,
        write=write,
        extra="docx",
        modules=("docx",),
    )


WORD_PROCESSOR: tuple[Format, ...] = (
    _format("text", "for word processors", _write_text),
    _format("markdown", "for word processors, with headings, lists and tables as such", _write_markdown),
)
