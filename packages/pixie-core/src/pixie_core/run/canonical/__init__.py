"""What tools in the wild send, and the canonical shape that it becomes: one small function for each type.

Nothing behind this ever sees a variant. Each function takes a value as it came and what is known of its
output, gives the canonical value, and says by `ctx.note` what it had to change. What it doesn't understand
it gives back as it is, for the strict check to name the problem. With `ctx.increment` the value is a bit of
a stream and not the whole: columns may be missing, a point may stand alone.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.run.canonical import charts, files, maps, structured, words
from pixie_core.run.canonical.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core.catalogue.base import Json

__all__ = ["CANONICAL", "Context", "canonical"]

Canonicalise: TypeAlias = "Callable[[Json, Context], Json]"

CANONICAL: Mapping[str, Canonicalise] = MappingProxyType(
    {
        "text": words.words,
        "markdown": words.words,
        "stream_text": words.words,
        "latex": words.words,
        "number": words.number,
        "boolean": words.valued,
        "code": words.code,
        "progress": words.bare,
        "table": structured.table,
        "kv": structured.kv,
        "log": structured.log,
        "tree": structured.tree,
        "timeline": structured.timeline,
        "gantt": structured.gantt,
        "chart_line": charts.chart_line,
        "chart_area": charts.chart_line,
        "chart_bar": charts.chart_bar,
        "chart_scatter": charts.chart_scatter,
        "chart_pie": charts.chart_pie,
        "chart_histogram": charts.chart_histogram,
        "chart_boxplot": charts.chart_boxplot,
        "chart_heatmap": charts.chart_heatmap,
        "chart_candlestick": charts.chart_candlestick,
        "chart_radar": charts.chart_radar,
        "chart_sankey": charts.chart_sankey,
        "chart_network": charts.chart_sankey,
        "map_points": maps.map_points,
        "map_heatmap": maps.map_points,
        "map_route": maps.map_points,
        "map_polygons": maps.map_polygons,
        "map_choropleth": maps.map_view,
        "image": files.image,
        "image_grid": files.image_grid,
        "image_compare": files.image_compare,
        "audio": files.sound,
        "video": files.sound,
        "file": files.file,
    }
)
"""By type; a type that isn't here is unwrapped when it is one scalar, and taken as it is otherwise."""


def canonical(raw: Json, ctx: Context) -> Json:
    """The value in its type's canonical shape, as far as it was understood."""
    kind = ctx.declared.type
    if kind in CANONICAL:
        return CANONICAL[kind](raw, ctx)
    return words.bare(raw, ctx) if OUTPUT_TYPES[kind].bare() else raw
