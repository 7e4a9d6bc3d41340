"""Which output becomes what: every format that there is, and the table that says who is offered which, in which order.

    formats_of(declared, value)     the formats of one output, the default first
    format_names("table")           the names that a declaration may say

Formats follow from the views of a type; the few types for which other ones make sense stand in the table by name.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.exporters.calendar import CALENDAR
from pixie_core.exporters.delimited import DELIMITED
from pixie_core.exporters.document import DOCUMENT
from pixie_core.exporters.html_chart import HTML_CHARTS
from pixie_core.exporters.latex import FORMULAS
from pixie_core.exporters.maps import MAP_DATA
from pixie_core.exporters.maps_drawn import MAP_PICTURES
from pixie_core.exporters.maps_html import MAP_PAGES
from pixie_core.exporters.maps_kml import KML
from pixie_core.exporters.media import FILES
from pixie_core.exporters.media_films import FILMS
from pixie_core.exporters.media_gif import GIFS
from pixie_core.exporters.media_images import IMAGES
from pixie_core.exporters.media_sounds import SOUNDS
from pixie_core.exporters.parquet import PARQUET
from pixie_core.exporters.pictures import PICTURES
from pixie_core.exporters.structured import STRUCTURED
from pixie_core.exporters.tabulated import TABULATED
from pixie_core.exporters.word_processor import WORD_PROCESSOR
from pixie_core.exporters.words import WORDS
from pixie_core.exporters.workbook import WORKBOOK
from pixie_core.structure import Problems, structure_output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pixie_core.catalogue import OutputDeclaration, OutputValue
    from pixie_core.exporters.format import Format

__all__ = ["FORMATS", "format_ids", "format_names", "formats_of", "formats_of_unread", "knows_format", "read_value"]

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.id: each
        for each in (
            *(
                *WORDS,
                *DOCUMENT,
                *WORD_PROCESSOR,
                *DELIMITED,
                *WORKBOOK,
                *PARQUET,
                *STRUCTURED,
                *TABULATED,
                *CALENDAR,
                *FORMULAS,
            ),
            *(*PICTURES, *HTML_CHARTS, *MAP_DATA, *KML, *MAP_PAGES, *MAP_PICTURES),
            *(*FILES, *IMAGES, *SOUNDS, *FILMS, *GIFS),
        )
    }
)
"""Every format by its id, such as `rows.csv`."""

_ROWS = (
    *("rows.csv", "rows.csv-excel", "rows.tsv", "rows.xlsx", "rows.parquet"),
    *("rows.json", "rows.ndjson", "rows.md", "rows.html"),
)
_PICTURES = ("figure.png", "figure.svg", "figure.pdf", "figure.html")
_CHART = (*_PICTURES, "figure.json", "rows.csv", "rows.xlsx", "rows.parquet")
_MAP = ("features.geojson", "features.kml", "rows.csv", "features.html", "features.png")
_WAYS = ("features.geojson", "features.kml", "features.gpx", *_MAP[2:])
_WORDS = ("text.txt", "text.md", "text.html", "text.pdf", "text.docx")

_BY_VIEWS: tuple[tuple[set[str], tuple[str, ...]], ...] = (
    ({"features"}, _MAP),
    ({"figure"}, _CHART),
    ({"media"}, ("media.original",)),
    ({"text", "rows"}, ("line.txt", "value.json", "rows.csv")),
    ({"rows"}, _ROWS),
    ({"text"}, _WORDS),
)
"""The formats of a type that has these views; the first row that fits counts."""

_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "markdown": ("markdown.md", "markdown.html", "text.txt", "markdown.pdf", "markdown.docx"),
    "latex": ("latex.tex", "latex.png", "latex.svg", "latex.pdf"),
    "code": ("code.source", "text.txt", "code.html"),
    "kv": ("value.json", "rows.csv", "rows.xlsx", "value.yaml", "rows.md"),
    "log": ("line.txt", "rows.ndjson", "rows.csv"),
    "diff": ("text.patch", "diff.html", "value.json"),
    "tree": ("value.json", "value.yaml", "line.txt", "tree.md"),
    "timeline": ("value.json", "rows.csv", "calendar.ics", *_PICTURES),
    "gantt": ("rows.csv", "value.json", "rows.xlsx", "calendar.ics", *_PICTURES),
    "map_points": _WAYS,
    "map_route": _WAYS,
    "image": ("media.original", "media.png", "media.jpg", "media.webp", "media.pdf"),
    "image_grid": ("media.zip", "media.pdf"),
    "image_compare": ("compare.png", "media.zip"),
    "audio": ("media.original", "media.mp3", "media.wav", "media.flac", "media.ogg"),
    "video": ("media.original", "media.mp4", "media.webm", "media.gif"),
}
"""The types whose formats their views alone don't tell."""

_ANY = ("value.json",)
"""What is left for a value that isn't whole, or of a type that isn't known."""


def format_ids(type_name: str) -> tuple[str, ...]:
    """The ids of the formats of a type, the default first."""
    if type_name in _BY_TYPE:
        return _BY_TYPE[type_name]
    views = set(OUTPUT_TYPES[type_name].views()) if type_name in OUTPUT_TYPES else set()
    return next((ids for needed, ids in _BY_VIEWS if needed <= views), _ANY)


def format_names(type_name: str) -> tuple[str, ...]:
    """The names of the formats that outputs of a type can become, the default first."""
    return tuple(FORMATS[each].name for each in format_ids(type_name))


def knows_format(type_name: str, name: str) -> bool:
    """Whether a declaration of this type may say this name."""
    return any(FORMATS[each].called(name) for each in format_ids(type_name))


def formats_of(declared: OutputDeclaration, value: Any) -> tuple[Format, ...]:
    """The formats that this output can become, the default first.

    `value` is canonical, or typed. The declaration's `supported_export_formats` leaves some out, and its
    `default_export_format` puts one first. One whose library is missing is among them: `available` says so.
    """
    typed = read_value(declared, value)
    if typed is None:
        return tuple(FORMATS[each] for each in _ANY)
    of_type = [FORMATS[each] for each in format_ids(declared.type)]
    return _offered(declared, [fitting for each in of_type if (fitting := each.for_value(declared, typed)) is not None])


def formats_of_unread(declared: OutputDeclaration) -> tuple[Format, ...] | None:
    """The same without a look at the value, which may be large; None where the formats depend on it."""
    of_type = [FORMATS[each] for each in format_ids(declared.type)]
    return _offered(declared, of_type) if all(each.adapt is None for each in of_type) else None


def _offered(declared: OutputDeclaration, offered: Sequence[Format]) -> tuple[Format, ...]:
    if declared.supported_export_formats is not None:
        allowed = declared.supported_export_formats
        offered = [each for each in offered if any(map(each.called, allowed))]
    # A name stands once: code in HTML is its own source before it is a page.
    named = {each.name: each for each in reversed(offered)}
    once = [each for each in offered if named[each.name] is each]
    return tuple(sorted(once, key=lambda each: not each.called(declared.default_export_format or "")))


def read_value(declared: OutputDeclaration, value: Any) -> OutputValue | None:
    """The value as its type; None when it isn't whole (an older or an imported run, a stream that broke off), or the
    type unknown.
    """
    cls = OUTPUT_TYPES.get(declared.type)
    if cls is None or isinstance(value, cls):
        return value if cls is not None else None
    try:
        typed = structure_output(cls, value)
    except Problems:
        return None
    return None if any(True for _ in typed.check(declared)) else typed
