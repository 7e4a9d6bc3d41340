"""Words as PDF, set by Typst (the extra `pdf`).

What the tool wrote reaches Typst as data and never as markup, so that nothing in it is run: a fixed template draws the
tree of blocks that Markdown is parsed into. Nothing is fetched; a picture is named by its words.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pixie_core.errors import ExportError
from pixie_core.exporters.blocks import blocks_of_markdown, blocks_of_text
from pixie_core.exporters.cells import sayable
from pixie_core.exporters.format import Format

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export, NoOptions

__all__ = ["DOCUMENT"]

_TEMPLATE = r"""
#let data = json("data.json")
#let at = data.at
#set document(
  title: data.title,
  author: data.author,
  description: data.about,
  keywords: data.keywords,
  date: datetime(year: at.at(0), month: at.at(1), day: at.at(2), hour: at.at(3), minute: at.at(4), second: at.at(5)),
)
#set page(
  paper: "a4",
  margin: 2.2cm,
  footer: context text(size: 7.5pt, fill: luma(90))[#data.about #h(1fr) #counter(page).display("1 / 1", both: true)],
)
#set text(size: 10.5pt, lang: "en", region: "GB")
#set par(justify: false)
#show raw: set text(size: 9pt)
#show link: set text(fill: rgb("#0b5cad"))

#let inlines(nodes) = for node in nodes {
  if node.k == "text" { node.t }
  else if node.k == "code" { raw(node.t) }
  else if node.k == "break" { linebreak() }
  else if node.k == "strong" { strong(inlines(node.c)) }
  else if node.k == "em" { emph(inlines(node.c)) }
  else if node.k == "s" { strike(inlines(node.c)) }
  else if node.k == "link" { link(node.to, inlines(node.c)) }
}

#let blocks(nodes) = for node in nodes {
  if node.k == "paragraph" { par(inlines(node.c)) }
  else if node.k == "heading" { heading(level: node.level, inlines(node.c)) }
  else if node.k == "code" {
    block(width: 100%, fill: luma(245), inset: 7pt, radius: 2pt, raw(node.t, block: true))
  }
  else if node.k == "quote" { quote(block: true, blocks(node.c)) }
  else if node.k == "rule" { line(length: 100%, stroke: 0.5pt + luma(160)) }
  else if node.k == "bullets" { list(tight: false, ..node.items.map(blocks)) }
  else if node.k == "numbers" { enum(tight: false, start: node.start, ..node.items.map(blocks)) }
  else if node.k == "table" and node.rows.len() > 0 {
    let sides = (left: left, right: right, center: center)
    table(
      columns: node.sides.len(),
      align: node.sides.map(side => sides.at(side)),
      stroke: 0.5pt + luma(180),
      table.header(..node.rows.first().map(cell => strong(inlines(cell)))),
      ..node.rows.slice(1).sum(default: ()).map(inlines),
    )
  }
}

#text(size: 15pt, weight: "bold", data.title)
#v(0.6em)
#blocks(data.blocks)
"""


def _write_text(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    _typeset(export, blocks_of_text(export.text()), sink)


def _write_markdown(export: Export, sink: IO[bytes], _: NoOptions) -> None:
    _typeset(export, blocks_of_markdown(export.text()), sink)


def _typeset(export: Export, blocks: list[dict[str, Any]], sink: IO[bytes]) -> None:
    import typst

    provenance = export.provenance
    data = {
        "title": sayable(export.declared.label),
        "author": sayable(provenance.tool_name),
        "about": sayable(provenance.sentence()),
        "keywords": [f"{name} {text}" for name, text in provenance.facts().items()],
        "at": list(provenance.at.timetuple()[:6]),
        "blocks": blocks,
    }
    with tempfile.TemporaryDirectory(prefix="pixie-pdf-") as folder:
        Path(folder, "data.json").write_text(sayable(json.dumps(data, ensure_ascii=False)), encoding="utf-8")
        source = Path(folder, "page.typ")
        source.write_text(_TEMPLATE, encoding="utf-8")
        try:
            made = typst.compile(str(source), root=folder, format="pdf")
        except typst.TypstError as error:
            raise ExportError(
                f"{export.declared.label} can't be set as PDF ({error}). Take html, which holds the same."
            ) from error
    sink.write(made)


def _pdf(reads: str, help: str, write: Any) -> Format:
    return Format(
        name="pdf",
        reads=reads,
        ending=".pdf",
        mime="application/pdf",
        help=help,
        write=write,
        extra="pdf",
        modules=("typst",),
    )


DOCUMENT: tuple[Format, ...] = (
    _pdf("text", "a document to print", _write_text),
    _pdf("markdown", "a document to print, with headings, lists and tables", _write_markdown),
)
