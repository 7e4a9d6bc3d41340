"""Charts as pictures: PNG, SVG, PDF, drawn from the same figure as the page.

Where Kaleido and a Chrome or Chromium are on the machine, they draw; elsewhere matplotlib does
(`pixie_core.exporters.pictures_drawn`). Which of them it was stands in the file (`pixie:renderer`), and the option
`renderer` chooses.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import IO, TYPE_CHECKING, Any, Literal

from attrs import frozen

from pixie_core.catalogue.base import Figure, field
from pixie_core.catalogue.figures import legend
from pixie_core.errors import ExportError, ExportTooLarge, MissingExtra
from pixie_core.exporters.cells import sayable
from pixie_core.exporters.figure_text import plain_figure, sayable_figure
from pixie_core.exporters.format import Format
from pixie_core.exporters.pictures_browser import BrowserFailed, browser, find_chrome
from pixie_core.exporters.pictures_notes import noted_pdf, noted_png, noted_svg
from pixie_core.exporters.pictures_theme import THEMES, ThemeName, dressed

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export

__all__ = ["PICTURES", "PngOptions", "VectorOptions", "picture"]

_CSS_INCH = 96
"""CSS pixels in an inch."""
_MOST_PIXELS = 64_000_000
_MOST_POINTS_IN_BROWSER = 200_000
"""Numbers in a figure beyond which matplotlib draws: a browser takes minutes to be handed them."""

_LETTER, _SWATCH = 7, 6
"""CSS pixels of a letter in a legend, and letters that a name's colour takes the room of."""

Renderer = Literal["auto", "browser", "matplotlib"]


@frozen(kw_only=True)
class VectorOptions:
    """What can be chosen of a picture made of lines."""

    width: int = field(help="in CSS pixels, of which 96 are an inch", default=800, minimum=100, maximum=8_000)
    height: int | None = field(
        help="in CSS pixels; what the chart needs when it is missing", default=None, minimum=100, maximum=8_000
    )
    theme: ThemeName = field(help="light or dark", default="light")
    title: bool = field(help="the output's label above the chart", default=True)
    renderer: Renderer = field(
        help="who draws: the browser on this machine, matplotlib, or whichever there is", default="auto"
    )


@frozen(kw_only=True)
class PngOptions(VectorOptions):
    """What can be chosen of a picture made of dots."""

    scale: float = field(help="dots for each CSS pixel", default=2.0, minimum=0.1, maximum=10)
    dpi: int | None = field(
        help="dots for each inch, in place of scale: 300 for print", default=None, minimum=10, maximum=960
    )


def picture(export: Export, options: VectorOptions, format: Literal["png", "svg", "pdf"]) -> tuple[bytes, str]:
    """The chart in a format, with who drew it. Raises ExportError."""
    figure = _fitting(export.figure(), options.width)
    height = options.height or _height(figure)
    scale = 1.0
    if isinstance(options, PngOptions):
        scale = options.scale if options.dpi is None else options.dpi / _CSS_INCH
    if options.width * height * scale**2 > _MOST_PIXELS:
        raise ExportTooLarge(
            f"{options.width} by {height} at {scale:g} dots a pixel are more than {_MOST_PIXELS:,} dots. "
            "Choose a smaller width, height, scale or dpi, or SVG or PDF."
        )
    title = export.declared.label if options.title else None
    content, renderer = _drawn(figure, title, options, format=format, height=height, scale=scale)
    label = export.declared.label
    if format == "png":
        return noted_png(content, label, export.provenance, renderer, dpi=scale * _CSS_INCH), renderer
    noted = noted_svg if format == "svg" else noted_pdf
    return noted(content, label, export.provenance, renderer), renderer


def _drawn(
    figure: Figure, title: str | None, options: VectorOptions, *, format: str, height: int, scale: float
) -> tuple[bytes, str]:
    theme = THEMES[options.theme]
    chosen = options.renderer
    if chosen == "browser" and find_chrome() is None:
        raise MissingExtra(format, "charts")
    if chosen == "browser" or (
        chosen == "auto" and find_chrome() is not None and _size(figure) <= _MOST_POINTS_IN_BROWSER
    ):
        named = plain_figure(Figure([], {"title": title or ""}))["layout"]["title"]
        spec = plain_figure(_still(figure))
        spec["layout"] = dressed(spec["layout"], theme, named)
        try:
            content = browser().draw(spec, format=format, width=options.width, height=height, scale=scale)
        except BrowserFailed:
            if chosen == "browser":
                raise
        else:
            return content, f"Kaleido {version('kaleido')}"
    from pixie_core.exporters.pictures_drawn import draw

    drawn, title = sayable_figure(figure), sayable(title) if title is not None else None
    try:
        content = draw(drawn, title, theme, format=format, width=options.width, height=height, scale=scale)
    except (ValueError, TypeError, ArithmeticError) as error:  # by numbers that its scales don't hold, such as ±1e308
        raise ExportError(
            f"matplotlib couldn't draw the chart ({error}). Take json or csv, which hold its numbers as they are."
        ) from error
    return content, f"matplotlib {version('matplotlib')}"


def _fitting(figure: Figure, width: int) -> Figure:
    """With its legend beside it where the names have no room above it in a picture so wide."""
    names = [str(trace.get("name", "")) for trace in figure.data if trace.get("showlegend", True)]
    letters = sum(len(name) + _SWATCH for name in names)
    beside = legend(["x" * width])
    return figure if letters * _LETTER <= width - 72 else Figure(figure.data, {**figure.layout, "legend": beside})


def _size(figure: Figure) -> int:
    """About how many values a figure holds."""
    rows = (each for trace in figure.data for each in trace.values() if isinstance(each, list))
    return sum(len(row) * (len(row[0]) if row and isinstance(row[0], list) else 1) for row in rows)


def _still(figure: Figure) -> Figure:
    """The same figure for a picture that nobody points at: by SVG traces, since WebGL isn't to be had without a screen
    everywhere, and without what is there to be clicked on.
    """
    unlike: dict[str, dict[str, Any]] = {"scattergl": {"type": "scatter"}, "treemap": {"pathbar": {"visible": False}}}
    return Figure([{**trace, **unlike.get(trace["type"], {})} for trace in figure.data], figure.layout)


def _height(figure: Figure) -> int:
    """500 CSS pixels, and more where many names stand below each other."""
    upright = figure.layout.get("yaxis", {})
    names = len(upright.get("ticktext", ()))
    if upright.get("type") == "category":
        names = len({str(each) for trace in figure.data for each in trace.get("y", ())})
    listed = 0
    if figure.layout.get("showlegend") and figure.layout["legend"]["orientation"] == "v":
        listed = max(len(figure.data), *(len(trace.get("labels", ())) for trace in figure.data))
    return max(500, min(max(160 + 24 * names, 100 + 20 * listed), 4_000))


def _write(export: Export, sink: IO[bytes], options: VectorOptions, format: Literal["png", "svg", "pdf"]) -> str:
    content, renderer = picture(export, options, format)
    sink.write(content)
    return renderer


def _write_png(export: Export, sink: IO[bytes], options: Any) -> str:
    return _write(export, sink, options, "png")


def _write_svg(export: Export, sink: IO[bytes], options: Any) -> str:
    return _write(export, sink, options, "svg")


def _write_pdf(export: Export, sink: IO[bytes], options: Any) -> str:
    return _write(export, sink, options, "pdf")


PICTURES: tuple[Format, ...] = (
    Format(
        name="png",
        reads="figure",
        ending=".png",
        mime="image/png",
        help="the chart as a picture, for slides and pages",
        write=_write_png,
        options=PngOptions,
    ),
    Format(
        name="svg",
        reads="figure",
        ending=".svg",
        mime="image/svg+xml",
        help="the chart as lines and words, sharp at any size, to edit",
        write=_write_svg,
        options=VectorOptions,
    ),
    Format(
        name="pdf",
        reads="figure",
        ending=".pdf",
        mime="application/pdf",
        help="the chart as a page of its own size, for print",
        write=_write_pdf,
        options=VectorOptions,
    ),
)
