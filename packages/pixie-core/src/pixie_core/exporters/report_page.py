"""A report as a page of one file: what it shows stands in it, and it reaches nothing.

Its policy allows the scripts that stand in it by their hashes, and no request at all. A library (Plotly, Leaflet,
KaTeX) stands in it once, and only where an output needs it. Light or dark as the reader has it, light on paper.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.exporters.front_end import (
    COUNTRIES,
    KATEX,
    LEAFLET,
    LEAFLET_STYLE,
    PLOTLY,
    front_end_file,
    has_front_end,
)
from pixie_core.exporters.html_file import inline_script, script_digest
from pixie_core.exporters.katex import katex_style
from pixie_core.exporters.page import said
from pixie_core.exporters.report_cells import cell_words
from pixie_core.exporters.report_content import rows_of
from pixie_core.exporters.report_page_outputs import Outputs
from pixie_core.exporters.report_page_tables import island

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.exporters.report_assets import Assets
    from pixie_core.exporters.report_content import Content, Section
    from pixie_core.run.model import Output

__all__ = ["page_report"]

_HERE = Path(__file__).parent
_LONG = 400
"""Characters of an input from which on it scrolls."""
_LIBRARIES = {"plotly": PLOTLY, "leaflet": LEAFLET, "katex": KATEX}
_SCRIPTS = {
    "plotly": "report_charts",
    "leaflet": "report_maps",
    "katex": "report_formulas",
    "tables": "report_tables",
    "compare": "report_compare",
}
"""What each need brings: its library, and the script of ours that uses it."""
_ROW = '<section>\n<div class="label"></div>\n<div class="value row">\n'
_END_OF_ROW = "</div>\n</section>\n"
_CONTENTS = 4
"""Outputs from which on they are listed at the top."""


def page_report(content: Content, assets: Assets | None = None) -> Iterator[str]:
    """The page, piece by piece; `assets` are what lies beside it, complete.

    Without the front end (the extra `html`) charts and maps are pictures, and formulas their source.
    """
    allowed = _may_need(content)
    outputs = Outputs(beside=assets.beside if assets is not None else {})
    yield from _head(content, allowed)
    yield from _top(content)
    yield from _inputs(content)
    yield from _failure(content)
    yield from _outputs(content, outputs)
    yield from _end(content, assets)
    for need in [each for each in _SCRIPTS if each in outputs.needs & allowed]:
        if need == "leaflet":
            countries = front_end_file(COUNTRIES, "html").read_text(encoding="utf-8")
            yield from island("countries", iter([countries.replace("<", "\\u003c")]))
    yield f"<script>{_script('report')}</script>\n"
    for need in [each for each in _SCRIPTS if each in outputs.needs & allowed]:
        if need in _LIBRARIES:
            yield f"<script>{_library(need)}</script>\n"
        yield f"<script>{_script(_SCRIPTS[need])}</script>\n"
    yield "</body>\n</html>\n"


def _may_need(content: Content) -> set[str]:
    """What the outputs' types may need; which of it they do shows once they are written."""
    needs = {"tables"}
    needs |= {"compare"} if any(each.type == "image_compare" for each in content.run.outputs.values()) else set()
    if not has_front_end():
        return needs
    for output in content.run.outputs.values():
        views = OUTPUT_TYPES[output.type].views() if output.type in OUTPUT_TYPES else ()
        needs |= {"plotly"} if "figure" in views else set()
        needs |= {"leaflet"} if "features" in views else set()
        needs |= {"katex"} if output.type == "latex" or _may_hold_formulas(output) else set()
    return needs


def _may_hold_formulas(output: Output) -> bool:
    """Whether it is Markdown with a dollar; one that is kept as a file isn't looked into."""
    if output.type != "markdown":
        return False
    value = output.value.get("value") if isinstance(output.value, dict) else output.value
    return not isinstance(value, str) or "$" in value


@cache
def _script(name: str) -> str:
    return inline_script((_HERE / f"{name}.js").read_text(encoding="utf-8"))


def _library(need: str) -> str:
    return inline_script(front_end_file(_LIBRARIES[need], "html").read_text(encoding="utf-8"))


def _style(needs: set[str]) -> Iterator[str]:
    if "leaflet" in needs:
        # Without the pictures of its markers and menus, which none of these maps has.
        yield re.sub(r"url\([^)]*\)", "none", front_end_file(LEAFLET_STYLE, "html").read_text(encoding="utf-8"))
    if "katex" in needs:
        yield katex_style()
    yield (_HERE / "report.css").read_text(encoding="utf-8")


def _head(content: Content, needs: set[str]) -> Iterator[str]:
    scripts = [_script("report")]
    for need in sorted(needs):
        scripts += [_library(need), _script(_SCRIPTS[need])] if need in _LIBRARIES else [_script(_SCRIPTS[need])]
    policy = (
        f"default-src 'none'; script-src {' '.join(map(script_digest, scripts))}; style-src 'unsafe-inline'; "
        "img-src data: blob: 'self'; media-src data: 'self'; font-src data:; connect-src 'none'; form-action 'none'; "
        "base-uri 'none'"
    )
    title = said(content.title)
    yield (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
    )
    for name, text in content.provenance.facts().items():
        yield f'<meta name="{said(name)}" content="{said(text)}">\n'
    yield f"<title>{title}</title>\n<style>\n"
    yield from _style(needs)
    yield "</style>\n</head>\n<body>\n"


def _top(content: Content) -> Iterator[str]:
    facts = dict(content.facts)
    told = [
        f'<span dir="auto">{said(content.tool)}</span>' if content.title != content.tool else "",
        f'<span class="{"" if content.run.status in {"ok", "running"} else "bad"}">{said(content.said_status)}</span>',
        f"<span>{said(facts['Started'])}</span>",
        f"<span>took {said(facts['Took'])}</span>" if "Took" in facts else "",
    ]
    yield (
        f'<header>\n<div class="head">\n<h1 dir="auto">{said(content.title)}</h1>\n'
        '<button type="button" class="button scripted" id="theme">Dark</button>\n</div>\n'
        f'<p class="lede">{"".join(told)}</p>\n'
    )
    if len(content.keys) >= _CONTENTS:
        yield '<nav aria-label="Outputs">\n<ol>\n'
        for index, each in enumerate(content.declarations(), start=1):
            yield f'<li><a href="#output-{index}"><bdi>{said(each.label)}</bdi></a></li>\n'
        yield "</ol>\n</nav>\n"
    yield "</header>\n<main>\n"


def _inputs(content: Content) -> Iterator[str]:
    yield (
        '<section aria-labelledby="inputs">\n<div class="label"><h2 id="inputs">Inputs</h2></div>\n'
        '<div class="value">\n'
    )
    if not content.inputs:
        yield '<p class="remark">This run had no inputs.</p>\n'
    else:
        yield '<dl class="pairs">\n'
        for each in content.inputs:
            words = cell_words(each.value, {"unit": each.unit or None})
            unit = f" {said(each.unit)}" if each.unit and isinstance(each.value, str | list) else ""
            key = f"<small>{said(each.key)}</small>" if each.label != each.key else ""
            long = ' class="long" tabindex="0"' if len(words) > _LONG else ""
            yield f'<dt dir="auto">{said(each.label)}{key}</dt><dd dir="auto"{long}>{said(words)}{unit}</dd>\n'
        yield "</dl>\n"
    yield "</div>\n</section>\n"


def _failure(content: Content) -> Iterator[str]:
    failure = content.failure
    if failure is None:
        return
    yield (
        f'<section aria-labelledby="failure">\n<div class="label"><h2 id="failure">{said(failure.title)}</h2></div>\n'
        '<div class="value">\n'
    )
    if failure.message or failure.code:
        code = f'<p class="remark">Code: {said(failure.code)}</p>' if failure.code else ""
        yield f'<div class="notice"><p dir="auto">{said(failure.message)}</p>{code}</div>\n'
    if failure.stderr.strip():
        yield (
            "<details data-print open><summary>The end of what the tool wrote to stderr</summary>\n"
            f'<pre class="source wrapped" tabindex="0" role="group" aria-label="stderr">{said(failure.stderr)}</pre>\n'
            "</details>\n"
        )
    yield "</div>\n</section>\n"


def _outputs(content: Content, outputs: Outputs) -> Iterator[str]:
    if not content.keys:
        yield (
            '<section><div class="label"><h2>Outputs</h2></div><div class="value">'
            '<p class="remark">This run left no outputs.</p></div></section>\n'
        )
    rows = rows_of(content)
    for index, section in enumerate(content.sections(), start=1):
        here = rows[index]
        if here and not rows[index - 1]:
            yield _ROW
        yield from (_in_row if here else _section)(index, section, outputs)
        if here and not rows[index + 1]:
            yield _END_OF_ROW


def _section(index: int, section: Section, outputs: Outputs) -> Iterator[str]:
    about = section.declared
    yield (
        f'<section id="output-{index}" aria-labelledby="label-{index}">\n<div class="label">'
        f'<h2 id="label-{index}" dir="auto">{said(about.label)}</h2>'
    )
    if about.description:
        yield f'<p class="about" dir="auto">{said(about.description)}</p>'
    yield '</div>\n<div class="value">\n'
    yield from outputs.pieces(section, index)
    if about.caption:
        yield f'<p class="caption" dir="auto">{said(about.caption)}</p>\n'
    yield "</div>\n</section>\n"


def _in_row(index: int, section: Section, outputs: Outputs) -> Iterator[str]:
    about = section.declared
    yield f'<div id="output-{index}">\n<h2 dir="auto">{said(about.label)}</h2>\n<div class="value">\n'
    yield from outputs.pieces(section, index)
    yield "</div>\n"
    if about.caption:
        yield f'<p class="caption" dir="auto">{said(about.caption)}</p>\n'
    yield "</div>\n"


def _end(content: Content, assets: Assets | None) -> Iterator[str]:
    if assets is not None and assets.lost:
        lost = "".join(f"<p>{said(each)}</p>" for each in assets.lost)
        yield f'<section><div class="label"><h2>Files</h2></div><div class="value">{lost}</div></section>\n'
    yield (
        '<section aria-labelledby="made">\n<div class="label"><h2 id="made">This run</h2></div>\n'
        '<div class="value">\n<dl class="pairs">\n'
    )
    for fact, words in content.facts:
        yield f'<dt>{said(fact)}</dt><dd dir="auto">{said(words)}</dd>\n'
    yield f'</dl>\n</div>\n</section>\n</main>\n<footer dir="auto">{said(content.provenance.sentence())}</footer>\n'
