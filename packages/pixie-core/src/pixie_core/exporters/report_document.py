"""A report as PDF, set by Typst (the extra `pdf`): charts as lines, long tables over pages with repeated headings.

It is for paper, so that what is long is shown to a bound, and that is said.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixie_core.errors import ExportError, MissingExtra
from pixie_core.exporters.apart import CannotDo, apart
from pixie_core.exporters.cells import finite_json, sayable
from pixie_core.exporters.report_cells import cell_words
from pixie_core.exporters.report_content import rows_of
from pixie_core.exporters.report_document_parts import Parts, remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.exporters.blocks import Node
    from pixie_core.exporters.report_content import Content, Section

__all__ = ["document_report"]

_TEMPLATE = Path(__file__).with_name("report.typ")
_STDERR = 20_000
_INPUT = 2_000
"""Characters of an input that are shown."""


def document_report(content: Content) -> bytes:
    """The document. Raises MissingExtra without Typst, and ExportError when it can't be set."""
    if find_spec("typst") is None:
        raise MissingExtra("pdf", "pdf")
    try:
        return _typeset(content, Parts())
    except CannotDo:
        # One picture of lines that Typst can't read would take the whole document with it; of dots it reads any.
        try:
            return _typeset(content, Parts(lines=False))
        except CannotDo as error:
            raise ExportError(
                f"The report of run {content.run.id[:8]} can't be set as PDF: {error}. Take html, which holds the same."
            ) from error


def _typeset(content: Content, parts: Parts) -> bytes:
    provenance = content.provenance
    data = {
        "title": content.title,
        "author": content.tool,
        "about": provenance.sentence(),
        "footer": f"{content.title}  ·  run {content.run.id[:8]}",
        "keywords": [f"{name} {text}" for name, text in provenance.facts().items()],
        "at": list(provenance.at.timetuple()[:6]),
        "lede": _lede(content),
        "parts": [*_before(content), *_outputs(content, parts), _part("This run", [_pairs(list(content.facts))])],
    }
    request = {
        "template": _TEMPLATE.read_text(encoding="utf-8"),
        "data": sayable(json.dumps(finite_json(data), ensure_ascii=False)),
        "pictures": parts.pictures,
    }
    return apart("pixie_core.exporters.report_typeset", request)


def _lede(content: Content) -> str:
    facts = dict(content.facts)
    said = [content.tool if content.tool != content.title else "", content.said_status, facts["Started"]]
    said.append(f"took {facts['Took']}" if "Took" in facts else "")
    return "  ·  ".join(each for each in said if each)


def _part(label: str, blocks: list[Node], about: str | None = None, caption: str | None = None) -> dict[str, Any]:
    return {"label": label, "about": about or "", "caption": caption or "", "blocks": blocks, "row": []}


def _pairs(pairs: list[tuple[str, str]]) -> Node:
    return {"k": "pairs", "pairs": pairs}


def _before(content: Content) -> Iterator[dict[str, Any]]:
    inputs = []
    for each in content.inputs:
        words = cell_words(each.value, {"unit": each.unit or None})
        unit = f" {each.unit}" if each.unit and isinstance(each.value, str | list) else ""
        inputs.append((each.label, f"{words[:_INPUT]}{'…' if len(words) > _INPUT else ''}{unit}"))
    yield _part("Inputs", [_pairs(inputs)] if inputs else [remark("This run had no inputs.")])
    failure = content.failure
    if failure is not None:
        blocks: list[Node] = [{"k": "notice", "t": failure.message or failure.title}]
        blocks += [remark(f"Code: {failure.code}")] if failure.code else []
        if failure.stderr.strip():
            blocks += [
                remark("The end of what the tool wrote to stderr:"),
                {"k": "code", "t": failure.stderr[-20_000:]},
            ]
        yield _part(failure.title, blocks)


def _outputs(content: Content, parts: Parts) -> Iterator[dict[str, Any]]:
    if not content.keys:
        yield _part("Outputs", [remark("This run left no outputs.")])
    rows = rows_of(content)
    together: list[dict[str, Any]] = []
    for index, section in enumerate(content.sections(), start=1):
        made = _output(section, parts)
        if not rows[index]:
            yield made
            continue
        together.append(made)
        if not rows[index + 1]:
            yield {**_part("", []), "row": together}
            together = []


def _output(section: Section, parts: Parts) -> dict[str, Any]:
    about = section.declared
    return _part(about.label, parts.nodes(section), about.description, about.caption)
