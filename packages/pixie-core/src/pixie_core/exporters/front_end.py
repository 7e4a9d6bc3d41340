"""The browser libraries that some exports carry or are drawn with: plotly.js, Leaflet, the outlines of countries.

The library ships none of them. An installed package that has them says where by an entry point of the group
`pixie_core.front_end`: a function without arguments that returns a folder. pixie-server does. So a script that has
both installed exports what the dashboard exports, and nothing is handed through.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from pixie_core.errors import ExportError, MissingExtra

__all__ = ["COUNTRIES", "KATEX", "LEAFLET", "LEAFLET_STYLE", "PLOTLY", "front_end_file", "has_front_end"]

PLOTLY = "plotly/plotly-strict.min.js"
KATEX = "katex/katex.min.js"
LEAFLET = "leaflet/leaflet.js"
LEAFLET_STYLE = "leaflet/leaflet.css"
COUNTRIES = "world-atlas/countries-50m.json"

_GROUP = "pixie_core.front_end"


def has_front_end() -> bool:
    """Whether an installed package has the browser libraries."""
    return bool(entry_points(group=_GROUP))


def front_end_file(name: str, format: str) -> Path:
    """The path of one of the files above, for an export to `format`.

    Raises MissingExtra when no installed package has them, ExportError when the package that has them lacks this one.
    """
    for point in entry_points(group=_GROUP):
        path = Path(point.load()()) / name
        if path.is_file():
            return path
        raise ExportError(
            f"The format {format} needs {name}, and it isn't in {path.parents[1]}. Start the server once, which "
            f"fetches what is missing there, or install {point.dist.name if point.dist else 'its package'} anew."
        )
    raise MissingExtra(format, "html")
