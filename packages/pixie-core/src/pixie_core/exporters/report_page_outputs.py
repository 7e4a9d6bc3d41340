"""The outputs of a report's page: a value to HTML by its type where that has a form of its own, else by its views."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from attrs import asdict, define, field

from pixie_core.exporters.figure_text import plain_figure
from pixie_core.exporters.front_end import has_front_end
from pixie_core.exporters.json_text import json_bytes
from pixie_core.exporters.katex import HAS_FORMULA
from pixie_core.exporters.maps_marks import marks_of, view_of
from pixie_core.exporters.page import said
from pixie_core.exporters.pictures_theme import THEMES, dressed
from pixie_core.exporters.rendered import markdown_html
from pixie_core.exporters.report_assets import drawn_png, refusals, said_of
from pixie_core.exporters.report_cells import numbers_of
from pixie_core.exporters.report_content import Beside
from pixie_core.exporters.report_page_media import Room, media_pieces, picture_url
from pixie_core.exporters.report_page_tables import PageTable, island, island_text
from pixie_core.exporters.report_page_words import diff_pieces, line_pieces, pair_pieces, tree_pieces
from pixie_core.exporters.words import is_prose
from pixie_core.filenames import clean_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pixie_core.exporters.report_content import Section

__all__ = ["Outputs"]

_MOST_CHARACTERS = 1_000_000
_MOST_LINES = 200
"""Lines of a log that stand as they are; more of them are a table."""
_MOST_NUMBERS = 300_000
"""In a figure: beyond it a browser takes long, and a picture shows the same."""
_NAMES = 14
"""Below each other in a chart of the usual height."""
_MOST_MARKS = 50_000
_MOST_DATA = 20_000
"""Rows of a chart's data that stand beside it."""


@define
class Outputs:
    """Makes the HTML of outputs, and remembers which scripts they need: plotly, leaflet, katex, tables,
    compare.
    """

    beside: Mapping[str, Beside] = field(factory=dict)
    needs: set[str] = field(factory=set)
    room: Room = field(factory=Room)

    def pieces(self, section: Section, index: int) -> Iterator[str]:
        """The value of one output."""
        beside = self.beside.get(section.declared.key, Beside())
        if section.value is None:
            yield from _unread(section)
        elif (write := _BY_TYPE.get(section.type)) is not None:
            yield from write(self, section, index)
        elif section.is_drawn:
            yield from (self._map if "features" in section.views else self._chart)(section, index)
        elif "media" in section.views:
            if section.type == "image_compare":
                self.needs.add("compare")
            yield from media_pieces(section, beside.files, self.room)
        elif "rows" in section.views:
            yield from self._table(section, index)
        else:
            yield from _text(section)

    def markdown(self, section: Section, _index: int) -> Iterator[str]:
        """Markdown, rendered and cleaned."""
        text = section.export.text()
        if not text.strip():
            yield '<p class="remark">Empty.</p>\n'
            return
        html = markdown_html(text, first_heading=3, picture=lambda source: picture_url(section, source, self.room))
        if HAS_FORMULA in html:
            self.needs.add("katex")
        yield f'<div class="prose" dir="auto">\n{html}</div>\n'

    def formula(self, section: Section, _index: int) -> Iterator[str]:
        """The source of a formula, which a script sets."""
        text = section.export.text().strip()
        if not text:
            yield '<p class="remark">Empty.</p>\n'
            return
        self.needs.add("katex")
        yield f'<div class="formula" tabindex="0" role="group" aria-label="{_label(section)}">{said(text)}</div>\n'

    def log(self, section: Section, index: int) -> Iterator[str]:
        """Few lines as they are, many as a table to search."""
        lines = getattr(section.value, "lines", [])
        if not lines:
            yield '<p class="remark">Empty.</p>\n'
        elif len(lines) <= _MOST_LINES:
            yield from line_pieces(lines, section.declared.label)
        else:
            yield from self._table(section, index)

    def _table(self, section: Section, index: int, *, most: int | None = None) -> Iterator[str]:
        self.needs.add("tables")
        rows = section.export.rows()
        beside = self.beside.get(section.declared.key, Beside())
        label = section.declared.label if most is None else f"{section.declared.label}, data"
        saved = getattr(section.value, "downloadable", True) and section.declared.downloadable is not False
        if most is not None and rows.length > most:
            yield f'<p class="remark">{rows.length:,} rows, too many for this page. {_whole(beside)}</p>\n'
            return
        yield from PageTable(
            id=f"rows-{index}",
            label=label,
            rows=rows,
            numbers=numbers_of(section.value) if section.type == "table" else (),
            save=clean_filename(f"{section.declared.key}.csv") if saved else None,
            whole=_whole(beside),
        ).pieces()

    def _chart(self, section: Section, index: int) -> Iterator[str]:
        if not has_front_end() or section.numbers_drawn() > _MOST_NUMBERS:
            yield from self._picture(section)
        else:
            self.needs.add("plotly")
            plain = plain_figure(section.export.figure())
            layouts = {name: dressed(plain["layout"], theme) for name, theme in THEMES.items()}
            yield (
                f'<div class="chart"{_tall(section.names_below())} role="figure" '
                f'aria-label="{_label(section)}, {said(section.kind)}" data-figure="figure-{index}"></div>\n'
            )
            figure = {"layouts": layouts, "name": section.declared.key, "data": plain["data"]}
            yield from island(f"figure-{index}", iter([island_text(figure)]))
            yield "<noscript><p>The chart draws with JavaScript, all of it in this file. Its data:</p></noscript>\n"
        yield from self._data(section, index)

    def _map(self, section: Section, index: int) -> Iterator[str]:
        marks, key = marks_of(section.export)
        if not has_front_end() or len(marks) > _MOST_MARKS:
            yield from self._picture(section)
        else:
            self.needs.add("leaflet")
            view = asdict(view_of(section.export, marks, 900, 480))
            drawn = {
                "view": view,
                "key": None if key is None else asdict(key),
                "marks": [asdict(each, recurse=False) for each in marks],
            }
            yield (
                f'<div class="map" role="group" aria-label="{_label(section)}, {said(section.kind)}" '
                f'data-map="map-{index}"></div>\n'
            )
            yield from island(f"map-{index}", iter([island_text(drawn)]))
            yield "<noscript><p>The map draws with JavaScript, all of it in this file. Its data:</p></noscript>\n"
        yield from self._data(section, index)

    def _data(self, section: Section, index: int) -> Iterator[str]:
        if "rows" in section.views:
            yield "<details><summary>Data</summary>\n<div>\n"
            yield from self._table(section, index, most=_MOST_DATA)
            yield "</div>\n</details>\n"

    def _picture(self, section: Section) -> Iterator[str]:
        """A chart or map as a picture, where it is too large to be drawn by the reader's browser."""
        drawn = io.BytesIO()
        try:
            drawn_png(section, drawn)
        except refusals as error:
            yield f'<p class="remark">There is no picture of it: {said(said_of(error))}</p>\n'
            return
        url = f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}"
        yield f'<figure class="picture"><img src="{url}" alt="{_label(section)}, {said(section.kind)}"></figure>\n'
        yield '<p class="remark">A picture: there is too much in it to be drawn here anew.</p>\n'


def _unread(section: Section) -> Iterator[str]:
    if section.problem:
        yield f'<p class="remark">{said(section.problem)}</p>\n'
    raw = section.export.raw
    if raw is None:
        yield '<p class="remark">No value.</p>\n'
        return
    yield from _source(section, json_bytes(raw).decode("utf-8", "replace"))


def _numeral(_: Outputs, section: Section, _index: int) -> Iterator[str]:
    yield f'<p class="numeral" dir="auto">{said(section.export.text())}</p>\n'


def _bar(_: Outputs, section: Section, _index: int) -> Iterator[str]:
    share = getattr(section.value, "value", None)
    drawn = f'<i style="--done: {float(share):.1%}"></i>' if isinstance(share, int | float) else "<i></i>"
    yield f'<p class="bar">{drawn} <span>{said(section.export.text())}</span></p>\n'


def _code(_: Outputs, section: Section, _index: int) -> Iterator[str]:
    language = getattr(section.value, "language", None) or section.declared.language
    yield from _source(section, section.export.text())
    if language:
        yield f'<p class="caption">{said(language)}</p>\n'


def _source(section: Section, text: str) -> Iterator[str]:
    if not text:
        yield '<p class="remark">Empty.</p>\n'
        return
    yield (
        f'<pre class="source" dir="ltr" tabindex="0" role="group" aria-label="{_label(section)}">'
        f"<code>{said(text[:_MOST_CHARACTERS])}</code></pre>\n"
    )
    yield from _cut(text)


def _text(section: Section) -> Iterator[str]:
    text = section.export.text()
    if not text.strip():
        yield '<p class="remark">Empty.</p>\n'
        return
    shown = said(text[:_MOST_CHARACTERS])
    if is_prose(text):
        yield f'<div class="words" dir="auto">{shown}</div>\n'
    else:
        about = f'dir="auto" tabindex="0" role="group" aria-label="{_label(section)}"'
        yield f'<pre class="source wrapped" {about}>{shown}</pre>\n'
    yield from _cut(text)


def _cut(text: str) -> Iterator[str]:
    if len(text) > _MOST_CHARACTERS:
        yield f'<p class="remark">The first {_MOST_CHARACTERS:,} of {len(text):,} characters.</p>\n'


def _label(section: Section) -> str:
    return said(section.declared.label)


def _whole(beside: Beside) -> str:
    if beside.data is None:
        return "Export the output itself for all of them."
    name = said(beside.data)
    return f'All of them are in <a href="{name}">{name}</a>, beside this page.'


def _tall(names: int) -> str:
    """More height for a chart with many names below each other."""
    return f' data-tall style="--tall: {min(8 + 1.5 * names, 120):g}rem"' if names > _NAMES else ""


def _by_words(write: Callable[[Section], Iterator[str]]) -> Callable[[Outputs, Section, int], Iterator[str]]:
    return lambda _outputs, section, _index: write(section)


def _pairs(section: Section) -> Iterator[str]:
    labels = section.declared.labels
    yield from pair_pieces(getattr(section.value, "pairs", []), labels if isinstance(labels, dict) else {})


_BY_TYPE: Mapping[str, Callable[[Outputs, Section, int], Iterator[str]]] = {
    "markdown": Outputs.markdown,
    "latex": Outputs.formula,
    "code": _code,
    "number": _numeral,
    "boolean": _numeral,
    "progress": _bar,
    "log": Outputs.log,
    "diff": _by_words(diff_pieces),
    "tree": _by_words(tree_pieces),
    "kv": _by_words(_pairs),
}
"""The types with a form of their own."""
