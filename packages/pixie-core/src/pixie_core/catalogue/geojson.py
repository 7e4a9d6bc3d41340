"""The parts of GeoJSON (RFC 7946), from coordinates as tools write them: latitude first.

GeoJSON has longitude first, closes its rings, and runs round the outside of an area against the clock
(section 3.1.6).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["collection", "feature", "line", "point", "polygon"]


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The features together."""
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: Mapping[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """A geometry with what is said of it; properties that are None are left out."""
    said = {name: value for name, value in properties.items() if value is not None}
    return {"type": "Feature", "geometry": geometry, "properties": said}


def point(lat: float, lng: float) -> dict[str, Any]:
    """One place."""
    return {"type": "Point", "coordinates": [lng, lat]}


def line(places: Sequence[tuple[float, float]]) -> dict[str, Any] | None:
    """A way through (lat, lng) places: a point where there is only one, None where there is none."""
    if len(places) < 2:
        return point(*places[0]) if places else None
    return {"type": "LineString", "coordinates": [[lng, lat] for lat, lng in places]}


def polygon(places: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """An area within [lat, lng] corners, closed and against the clock; None when there are fewer than three."""
    ring = [[lng, lat] for lat, lng in places]
    if ring and ring[0] == ring[-1]:
        ring.pop()
    if len(ring) < 3:
        return None
    ring.append(ring[0])
    if _area(ring) < 0:
        ring.reverse()
    return {"type": "Polygon", "coordinates": [ring]}


def _area(ring: Sequence[Sequence[float]]) -> float:
    """Twice the signed area of a closed ring: positive against the clock."""
    return sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring)) * -1
