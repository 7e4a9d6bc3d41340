"""Pictures made of lines (SVG) as dots, or on a page: by Typst, in a process of its own; see `apart`.

An SVG is a program of a kind: it may name files and addresses, unfold entities and fill any memory. Nothing outside it
is ever read: where it names something, that is said, and the picture is to be had as it is.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pixie_core.errors import ExportError, ExportTooLarge, MissingExtra
from pixie_core.exporters.apart import CannotDo, apart
from pixie_core.exporters.cells import sayable

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export

__all__ = ["lines_as", "work"]

_LARGEST = 20 * 2**20
_MOST_DOTS = 64_000_000
_CSS_INCH = 96
_OUTSIDE = re.compile(r"linked image (.{0,80}?) in SVG")

_TEMPLATE = r"""
#let data = json("data.json")
#set document(title: data.title, author: data.author, description: data.about, keywords: data.keywords,
  date: datetime(year: data.at.at(0), month: data.at.at(1), day: data.at.at(2), hour: data.at.at(3),
    minute: data.at.at(4), second: data.at.at(5)))
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let picture = image("picture.svg", alt: data.title)
#context {
  let own = measure(picture)
  [#metadata((own.width.pt(), own.height.pt())) <size>]
}
#picture
"""


def lines_as(
    format: Literal["png", "pdf"],
    content: bytes,
    export: Export,
    *,
    width: int | None = None,
    height: int | None = None,
) -> bytes:
    """The SVG as dots, filling `width` by `height` pixels where they are given, else of its own size; or as a page.

    Raises MissingExtra, ExportTooLarge and ExportError.
    """
    from importlib.util import find_spec

    label, provenance = export.declared.label, export.provenance
    if find_spec("typst") is None:
        raise MissingExtra(format, "svg")
    if len(content) > _LARGEST:
        raise ExportTooLarge(f"{label} is an SVG of more than {_LARGEST // 2**20} MiB. Take it as it is.")
    page = {
        "title": sayable(label),
        "author": sayable(provenance.tool_name),
        "about": sayable(provenance.sentence()),
        "keywords": [f"{name} {text}" for name, text in provenance.facts().items()],
        "at": list(provenance.at.timetuple()[:6]),
    }
    request = {"svg": content, "format": format, "width": width, "height": height, "page": page}
    try:
        return apart("pixie_core.exporters.lines", request)
    except CannotDo as error:
        raise ExportError(f"{label} can't be drawn: {error}. Take it as it is.") from error


def work(request: dict[str, Any]) -> bytes:
    """The other end: the page or the dots. Raises CannotDo."""
    import typst

    if re.search(rb"<!ENTITY", request["svg"], re.IGNORECASE):
        raise CannotDo("it declares entities, which pictures from elsewhere have no need of")
    with tempfile.TemporaryDirectory(prefix="pixie-svg-") as folder:
        Path(folder, "picture.svg").write_bytes(request["svg"])
        Path(folder, "data.json").write_text(json.dumps(request["page"], ensure_ascii=False), encoding="utf-8")
        page = Path(folder, "page.typ")
        page.write_text(_TEMPLATE, encoding="utf-8")
        try:
            ppi = _dots_an_inch(typst, page, folder, request)
            made = typst.compile(str(page), root=folder, format=request["format"], ppi=ppi)
        except (typst.TypstError, RuntimeError) as error:  # the second is how its queries fail
            raise CannotDo(_why(str(error))) from error
    assert isinstance(made, bytes)  # the page is as large as the picture
    return made


def _dots_an_inch(typst: Any, page: Path, folder: str, request: dict[str, Any]) -> float:
    across, down = json.loads(typst.query(str(page), "<size>", field="value", one=True, root=folder))
    if not across or not down:
        raise CannotDo("it has no size")
    points = {"width": across, "height": down}
    asked = [request[side] / points[side] for side in points if request[side] is not None]
    scale = min(asked) if asked else _CSS_INCH / 72
    if request["format"] == "png" and across * scale * down * scale > _MOST_DOTS:
        raise CannotDo(f"it has {across * scale:.0f} by {down * scale:.0f} pixels, more than {_MOST_DOTS:,}")
    return float(scale * 72)


def _why(said: str) -> str:
    first = said.removeprefix("failed to compile document: ").strip().partition("\n")[0]
    if named := _OUTSIDE.search(first):
        return f"it names the picture {named[1]}, which isn't in it, and Pixie fetches nothing"
    return f"it is no SVG that can be read ({first[:200]})"
