"""What a map draws: its features with their colours, the part of the world that it shows, and the countries below.

The page and the picture of a map are made from the same marks.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.figures import DIVERGING, PALETTE, SEQUENTIAL
from pixie_core.catalogue.formatting import number_text
from pixie_core.exporters.front_end import COUNTRIES, front_end_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixie_core.exporters.format import Export

__all__ = ["Key", "Mark", "View", "countries", "marks_of", "positions", "view_of"]

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})|[a-zA-Z]{3,20}")
_LEAST_SPAN = 0.02
"""Degrees that a map of a single place shows."""


@frozen
class Mark:
    """One feature as it is drawn; radius in pixels."""

    geometry: dict[str, Any]
    colour: str
    radius: float
    opacity: float
    said: str


@frozen
class Key:
    """What the colours of values mean."""

    title: str
    low: float
    high: float
    stops: tuple[tuple[float, str], ...]


@frozen
class View:
    """The part of the world that is shown, in degrees."""

    west: float
    south: float
    east: float
    north: float


def marks_of(export: Export) -> tuple[list[Mark], Key | None]:
    """The features to draw, and the key to their colours where these stand for values."""
    features = [each for each in export.features()["features"] if each.get("geometry")]
    properties = [each.get("properties") or {} for each in features]
    key = _key(export, [each["value"] for each in properties if isinstance(each.get("value"), int | float)])
    heaviest = max((each.get("weight") or 0 for each in properties), default=0) or 1
    unit = export.declared.unit
    return [
        Mark(feature["geometry"], *_style(said, key, heaviest), _said(feature, said, unit))
        for feature, said in zip(features, properties, strict=True)
    ], key


def _style(said: dict[str, Any], key: Key | None, heaviest: float) -> tuple[str, float, float]:
    if "weight" in said:
        share = math.sqrt((said["weight"] or 0) / heaviest)
        return PALETTE[3], 6 + 18 * share, 0.25 + 0.3 * share
    if "value" in said and key is not None:
        value = said["value"]
        return ("#808a94", 6, 0.25) if value is None else (_between(key, value), 6, 0.85)
    own = said.get("colour")
    return (own if isinstance(own, str) and _COLOUR.fullmatch(own) else PALETTE[0]), 6, 0.9


def _said(feature: dict[str, Any], said: dict[str, Any], unit: str | None) -> str:
    name = said.get("label") or said.get("name") or feature.get("id") or ""
    told = said.get("value", said.get("weight"))
    number = number_text(told, unit=unit) if isinstance(told, int | float) else ""
    return ": ".join(filter(None, (str(name), number)))


def _key(export: Export, values: list[float]) -> Key | None:
    if not values:
        return None
    title = export.declared.unit or ""
    if min(values) < 0 < max(values):
        most = max(map(abs, values))
        return Key(title, -most, most, DIVERGING)
    return Key(title, min(values), max(values), SEQUENTIAL)


def _between(key: Key, value: float) -> str:
    at = (value - key.low) / (key.high - key.low) if key.high > key.low else 0.5
    for (low, first), (high, second) in pairwise(key.stops):
        if at <= high:
            share = (at - low) / (high - low)
            mixed = (
                round(int(first[n : n + 2], 16) * (1 - share) + int(second[n : n + 2], 16) * share) for n in (1, 3, 5)
            )
            return "#" + "".join(f"{each:02x}" for each in mixed)
    return key.stops[-1][1]


def positions(geometry: dict[str, Any]) -> Iterator[Sequence[float]]:
    """Every [longitude, latitude] of a geometry."""
    if geometry["type"] == "GeometryCollection":
        yield from chain.from_iterable(map(positions, geometry["geometries"]))
        return
    waiting = [geometry.get("coordinates") or []]
    while waiting:
        at = waiting.pop()
        if at and isinstance(at[0], int | float):
            yield at
        else:
            waiting.extend(at)


def view_of(export: Export, marks: list[Mark], width: int, height: int) -> View:
    """What the map looks at: its own middle and zoom where it has them, else all that is on it, with room round it."""
    middle = getattr(export.value, "default_center", None)
    zoom = getattr(export.value, "default_zoom", None)
    if middle is not None and zoom is not None:
        # At zoom 0 the world is 256 pixels wide.
        across = 360 * width / 256 / 2**zoom / 2
        up = across * height / width * math.cos(math.radians(middle[0]))
        return View(middle[1] - across, middle[0] - up, middle[1] + across, middle[0] + up)
    seen = list(chain.from_iterable(positions(mark.geometry) for mark in marks))
    if not seen:
        return View(-180, -60, 180, 80)
    west, east = min(at[0] for at in seen), max(at[0] for at in seen)
    south, north = min(at[1] for at in seen), max(at[1] for at in seen)
    span = max(east - west, (north - south) * 1.4, _LEAST_SPAN) * 0.12
    return View(west - span, max(south - span, -85), east + span, min(north + span, 85))


@cache
def countries(format: str) -> dict[str, Any]:
    """The countries of the world as a GeoJSON MultiPolygon for each, after Natural Earth at 1:50 million."""
    topology = json.loads(front_end_file(COUNTRIES, format).read_bytes())
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [_unpacked(arc, scale, move) for arc in topology["arcs"]]
    features = [
        {
            "type": "Feature",
            "properties": {"name": country.get("properties", {}).get("name", "")},
            "geometry": {"type": "MultiPolygon", "coordinates": [[_joined(r, arcs) for r in area] for area in areas]},
        }
        for country in topology["objects"]["countries"]["geometries"]
        if (areas := country["arcs"] if country["type"] == "MultiPolygon" else [country.get("arcs", [])])
    ]
    return {"type": "FeatureCollection", "features": features}


def _unpacked(arc: list[list[int]], scale: list[float], move: list[float]) -> list[list[float]]:
    """Positions of an arc, which TopoJSON keeps as whole steps from one to the next."""
    x = y = 0
    places = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        places.append([round(x * scale[0] + move[0], 2), round(y * scale[1] + move[1], 2)])
    return places


def _joined(ring: list[int], arcs: list[list[list[float]]]) -> list[list[float]]:
    """A ring of arcs; one's complement means backwards."""
    places: list[list[float]] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        places.extend(arc[1:] if places else arc)
    return places
