"""A chart as a page of one file, interactive with the network off, on light and on dark ground; its figure as JSON."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Literal

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.exporters.cells import finite_json, sayable
from pixie_core.exporters.figure_text import plain_figure
from pixie_core.exporters.format import Format
from pixie_core.exporters.front_end import PLOTLY, front_end_file
from pixie_core.exporters.html_file import inline_script, write_drawing_page
from pixie_core.exporters.pictures_theme import THEMES, dressed

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export

__all__ = ["HTML_CHARTS", "PageOptions"]

_DRAW = """
"use strict";
(() => {
  const { figure, layouts, title } = JSON.parse(document.getElementById("data").textContent);
  const place = document.getElementById("picture");
  const asked = document.documentElement.dataset.theme;
  const dark = matchMedia("screen and (prefers-color-scheme: dark)");
  const config = {
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    responsive: true,
    showTips: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    toImageButtonOptions: { scale: 2, filename: title },
  };
  const draw = () => {
    const theme = asked === "auto" ? (dark.matches ? "dark" : "light") : asked;
    return Plotly.react(place, figure, { ...layouts[theme], autosize: true }, config);
  };
  dark.addEventListener("change", draw);
  draw();
})();
"""


@frozen(kw_only=True)
class PageOptions:
    """What can be chosen of a page."""

    theme: Literal["auto", "light", "dark"] = field(
        help="light, dark, or auto: what the reader's system says", default="auto"
    )


def _write_html(export: Export, sink: IO[bytes], options: PageOptions) -> None:
    plotly = front_end_file(PLOTLY, "html").read_text(encoding="utf-8")
    plain = plain_figure(export.figure())
    write_drawing_page(
        export,
        sink,
        body='<div id="picture" role="img"></div>',
        data={
            "figure": plain["data"],
            "layouts": {name: dressed(plain["layout"], theme) for name, theme in THEMES.items()},
            "title": export.declared.key,
        },
        scripts=(inline_script(plotly), _DRAW.strip()),
        theme=options.theme,
    )


def _write_json(export: Export, sink: IO[bytes], _options: Any) -> None:
    figure = finite_json(plain_figure(export.figure()))
    # What a figure may carry of its own beside traces and layout (plotly.com/javascript/reference/layout/#layout-meta).
    figure["layout"]["meta"] = export.provenance.facts()
    sink.write(sayable(json.dumps(figure, ensure_ascii=False, allow_nan=False, indent=1)).encode() + b"\n")


HTML_CHARTS: tuple[Format, ...] = (
    Format(
        name="html",
        reads="figure",
        ending=".html",
        mime="text/html; charset=utf-8",
        help="the chart as a page of one file, to point at and zoom into; works with the network off",
        write=_write_html,
        options=PageOptions,
        extra="html",
        modules=("pixie_server",),
    ),
    Format(
        name="json",
        reads="figure",
        ending=".json",
        mime="application/json",
        help="the Plotly figure, to draw it with Plotly in any language",
        write=_write_json,
    ),
)
