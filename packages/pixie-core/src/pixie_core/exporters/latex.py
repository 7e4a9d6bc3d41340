"""A formula as a picture: SVG, PNG, PDF, without a TeX on the machine.

It is read by the KaTeX of the dashboard and set by Typst (`pixie_core.exporters.formulas`), so that what the page shows
is what is exported, and what the page doesn't know is refused with its place.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, Literal

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportError, ExportTooLarge
from pixie_core.exporters.apart import CannotDo, apart
from pixie_core.exporters.cells import sayable
from pixie_core.exporters.format import Format
from pixie_core.exporters.front_end import KATEX, front_end_file
from pixie_core.exporters.pictures_notes import noted_png, noted_svg
from pixie_core.exporters.pictures_theme import THEMES, ThemeName

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export

__all__ = ["FORMULAS", "FormulaOptions", "FormulaPngOptions"]

_CSS_INCH = 96
_LONGEST = 10_000
"""Characters of a formula that is set."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_RENDERER = "Typst, from KaTeX"


@frozen(kw_only=True)
class FormulaOptions:
    """What can be chosen of a formula's picture."""

    size: int = field(help="of its letters, in CSS pixels", default=24, minimum=6, maximum=400)
    theme: ThemeName = field(help="light or dark", default="light")


@frozen(kw_only=True)
class FormulaPngOptions(FormulaOptions):
    """What can be chosen of one made of dots."""

    scale: float = field(help="dots for each CSS pixel", default=2.0, minimum=0.1, maximum=10)
    dpi: int | None = field(
        help="dots for each inch, in place of scale: 300 for print", default=None, minimum=10, maximum=960
    )


def _set(export: Export, options: FormulaOptions, format: Literal["png", "svg", "pdf"], ppi: float) -> bytes:
    tex, label = _CONTROLS.sub("\ufffd", sayable(export.text())), export.declared.label
    if len(tex) > _LONGEST:
        raise ExportTooLarge(f"{label} has {len(tex):,} characters, and {_LONGEST:,} are set as a picture. Take tex.")
    theme, provenance = THEMES[options.theme], export.provenance
    page = {
        "title": sayable(label),
        "author": sayable(provenance.tool_name),
        "about": sayable(provenance.sentence()),
        "keywords": [f"{name} {text}" for name, text in provenance.facts().items()],
        "at": list(provenance.at.timetuple()[:6]),
        "size": options.size * 0.75,
        "ground": theme.ground,
        "ink": theme.ink,
    }
    katex = str(front_end_file(KATEX, format))
    try:
        return apart(
            "pixie_core.exporters.formulas",
            {"tex": tex, "katex": katex, "format": format, "ppi": ppi, "page": page},
        )
    except CannotDo as error:
        raise ExportError(
            f"{label} can't be set as a picture: {error}. Take tex, which is the formula itself."
        ) from error


def _write_svg(export: Export, sink: IO[bytes], options: FormulaOptions) -> str:
    made = _set(export, options, "svg", _CSS_INCH)
    sink.write(noted_svg(made, export.declared.label, export.provenance, _RENDERER))
    return _RENDERER


def _write_png(export: Export, sink: IO[bytes], options: FormulaPngOptions) -> str:
    ppi = float(options.scale * _CSS_INCH if options.dpi is None else options.dpi)
    made = _set(export, options, "png", ppi)
    sink.write(noted_png(made, export.declared.label, export.provenance, _RENDERER, dpi=ppi))
    return _RENDERER


def _write_pdf(export: Export, sink: IO[bytes], options: FormulaOptions) -> str:
    sink.write(_set(export, options, "pdf", _CSS_INCH))
    return _RENDERER


def _format(name: str, mime: str, help: str, write: Any, options: type = FormulaOptions) -> Format:
    return Format(
        name=name,
        reads="latex",
        ending=f".{name}",
        mime=mime,
        help=help,
        write=write,
        options=options,
        extra="latex",
        modules=("quickjs", "typst", "pixie_server"),
    )


FORMULAS: tuple[Format, ...] = (
    _format("png", "image/png", "the formula as a picture, for slides and pages", _write_png, FormulaPngOptions),
    _format("svg", "image/svg+xml", "the formula as outlines, sharp at any size", _write_svg),
    _format("pdf", "application/pdf", "the formula on a page of its own size, for print", _write_pdf),
)
