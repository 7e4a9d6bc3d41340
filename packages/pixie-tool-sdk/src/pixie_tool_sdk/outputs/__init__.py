"""One helper for each type of output.

A helper takes what an author has at hand, checks it, and returns the value in its canonical shape, ready for JSON:

    return {
        "balance": outputs.number(25967.5, format="currency", precision=2),
        "yearly": outputs.table([{"year": 1, "balance": 12750}]),
        "growth": outputs.chart_line([0, 1], {"Balance": [10000, 12750]}, x_label="Year"),
    }

What is wrong raises `OutputError` (a ValueError) at the author's desk, with the place, what was found and what was
expected. Numbers are finite; lists of numbers may be lists, tuples, ranges, or arrays of a numerical library. Where a
type has series, `{name: values}` and `[{"name": ..., ...}]` are both understood. A helper's name is the type's name
in tool.json.

A function may also return the canonical shapes themselves, as plain dicts: they pass through the same helpers.
"""

from pixie_tool_sdk.outputs.charts import (
    chart_area,
    chart_bar,
    chart_boxplot,
    chart_candlestick,
    chart_heatmap,
    chart_histogram,
    chart_line,
    chart_pie,
    chart_radar,
    chart_scatter,
)
from pixie_tool_sdk.outputs.graphs import chart_network, chart_sankey, chart_treemap
from pixie_tool_sdk.outputs.maps import map_choropleth, map_heatmap, map_points, map_polygons, map_route
from pixie_tool_sdk.outputs.media import audio, file, image, image_compare, image_grid, video
from pixie_tool_sdk.outputs.structured import diff, gantt, kv, log, table, timeline, tree
from pixie_tool_sdk.outputs.text import boolean, code, latex, markdown, number, progress, stream_text, text

__all__ = [
    "audio",
    "boolean",
    "chart_area",
    "chart_bar",
    "chart_boxplot",
    "chart_candlestick",
    "chart_heatmap",
    "chart_histogram",
    "chart_line",
    "chart_network",
    "chart_pie",
    "chart_radar",
    "chart_sankey",
    "chart_scatter",
    "chart_treemap",
    "code",
    "diff",
    "file",
    "gantt",
    "image",
    "image_compare",
    "image_grid",
    "kv",
    "latex",
    "log",
    "map_choropleth",
    "map_heatmap",
    "map_points",
    "map_polygons",
    "map_route",
    "markdown",
    "number",
    "progress",
    "stream_text",
    "table",
    "text",
    "timeline",
    "tree",
    "video",
]
