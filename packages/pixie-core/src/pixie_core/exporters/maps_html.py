"""A map as a page of one file, with Leaflet and the countries of the world in it: nothing is fetched, no tile."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from attrs import asdict

from pixie_core.exporters.format import Format
from pixie_core.exporters.front_end import LEAFLET, LEAFLET_STYLE, front_end_file
from pixie_core.exporters.html_chart import PageOptions
from pixie_core.exporters.html_file import inline_script, write_drawing_page
from pixie_core.exporters.maps_marks import countries, marks_of, view_of

if TYPE_CHECKING:
    from pixie_core.exporters.format import Export

__all__ = ["MAP_PAGES"]

# Every word goes in as text: Leaflet takes strings for HTML, and elements for what they are.
_DRAW = """
"use strict";
(() => {
  const { marks, key, view, base } = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const many = marks.length > 500;
  const map = L.map("picture", { preferCanvas: many, attributionControl: false, worldCopyJump: false, zoomSnap: 0.25 });
  const ground = L.geoJSON(base, {
    interactive: false,
    renderer: L.canvas({ padding: 0.5 }),
    style: () => ({ weight: 0.7, color: colour("--border"), fillColor: colour("--land"), fillOpacity: 1 }),
  }).addTo(map);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => ground.setStyle(ground.options.style()));
  const words = (text) => {
    const said = document.createElement("span");
    said.textContent = text;
    return said;
  };
  for (const mark of marks) {
    const { colour, opacity, radius } = mark;
    const style = { color: colour, fillColor: colour, fillOpacity: opacity, radius, weight: 1 };
    const line = { ...style, fill: false, weight: 3 };
    const layer = L.geoJSON(mark.geometry, {
      style: ({ geometry }) => (geometry.type.endsWith("LineString") ? line : style),
      pointToLayer: (_, at) => L.circleMarker(at, style),
    }).addTo(map);
    if (mark.said) layer.bindTooltip(() => words(mark.said), { sticky: true });
  }
  if (key) {
    const legend = L.control({ position: "bottomright" });
    legend.onAdd = () => {
      const box = L.DomUtil.create("div", "key");
      const bar = L.DomUtil.create("i", "", box);
      const stops = key.stops.map(([at, of]) => `${of} ${at * 100}%`);
      bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
      box.append(words(`${key.low.toLocaleString("en-GB")} to ${key.high.toLocaleString("en-GB")} ${key.title}`));
      return box;
    };
    legend.addTo(map);
  }
  L.control.scale({ imperial: false }).addTo(map);
  map.fitBounds([[view.south, view.west], [view.north, view.east]]);
})();
"""
_STYLE = """
#picture { background: var(--sea); min-height: 480px; }
.leaflet-container { font: inherit; }
.leaflet-bar a, .leaflet-control-scale-line, .leaflet-tooltip, .key
{ background: var(--raised); color: var(--ink); border-color: var(--border); }
.leaflet-bar a:hover { background: var(--line); color: var(--ink); }
.leaflet-tooltip::before { display: none; }
.key { padding: 6px 10px; border-radius: 4px; font-size: 12px; }
.key i { display: block; width: 160px; height: 10px; margin-bottom: 4px; }
"""


def _write_html(export: Export, sink: IO[bytes], options: PageOptions) -> None:
    leaflet = front_end_file(LEAFLET, "html").read_text(encoding="utf-8")
    style = front_end_file(LEAFLET_STYLE, "html").read_text(encoding="utf-8")
    marks, key = marks_of(export)
    write_drawing_page(
        export,
        sink,
        body='<div id="picture"></div>\n<p>Countries: Natural Earth, by Leaflet.</p>',
        data={
            "marks": [asdict(each, recurse=False) for each in marks],
            "key": None if key is None else asdict(key),
            "view": asdict(view_of(export, marks, 900, 600)),
            "base": countries("html"),
        },
        scripts=(inline_script(leaflet), _DRAW.strip()),
        # The pictures of its markers and menus, which none of these maps has.
        style=re.sub(r"url\([^)]*\)", "none", style) + _STYLE,
        theme=options.theme,
    )


MAP_PAGES: tuple[Format, ...] = (
    Format(
        name="html",
        reads="features",
        ending=".html",
        mime="text/html; charset=utf-8",
        help="the map as a page of one file, to move and zoom; works with the network off",
        write=_write_html,
        options=PageOptions,
        extra="html",
        modules=("pixie_server",),
    ),
)
