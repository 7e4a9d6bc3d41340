"""Inputs that are places: map_point, map_bbox, map_polygon, map_multipoint.

Values are [latitude, longitude] in degrees. Callers may also write {lat, lng}, {lat, lon} or {latitude,
longitude}: tools get lists.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, Numbers, field
from pixie_core.catalogue.inputs.base import InputDeclaration, found, read_json
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MapBboxInput", "MapMultipointInput", "MapPointInput", "MapPolygonInput"]

_LAT = ("lat", "latitude")
_LNG = ("lng", "lon", "long", "longitude")


def _pair(value: Any) -> Any:
    """{lat, lng} as [lat, lng]; anything else as it is."""
    if not isinstance(value, dict):
        return value
    lat = next((value[name] for name in _LAT if name in value), None)
    lng = next((value[name] for name in _LNG if name in value), None)
    return value if lat is None or lng is None else [lat, lng]


def _degrees_problems(value: Any, name: str, most: int) -> Iterable[str]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        yield f"has {found(value)} for {name}; it must be a number of degrees"
    elif not -most <= value <= most:
        swapped = "; the order is latitude, longitude" if most == 90 and abs(value) <= 180 else ""
        yield f"has the {name} {value}; it must lie within −{most} and {most} degrees{swapped}"


def _pair_problems(value: Any) -> Iterable[str]:
    if not isinstance(value, list) or len(value) != 2:
        yield f"must be [latitude, longitude], not {found(value)}"
        return
    yield from _degrees_problems(value[0], "latitude", 90)
    yield from _degrees_problems(value[1], "longitude", 180)


def _numbers(text: str) -> Any:
    """JSON, or numbers with commas or blanks between them."""
    if text.lstrip().startswith(("[", "{")):
        return read_json(text)
    try:
        return [float(part) for part in re.split(r"[,;\s]+", text.strip())]
    except ValueError:
        raise ValueError(f"must be numbers of degrees with commas between them, not {text[:40]!r}") from None


@frozen(kw_only=True)
class _MapInput(InputDeclaration):
    """What inputs on a map share."""

    default_center: Numbers | None = field(help="[latitude, longitude] in the middle at first", default=None)
    default_zoom: float | None = field(help="0, the whole world, to 22, a room", default=None, minimum=0, maximum=22)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """The middle may be {lat, lng}."""
        return {**raw, "default_center": _pair(raw["default_center"])} if "default_center" in raw else raw

    def faults(self) -> Iterable[Problem]:
        """The middle is a place."""
        if self.default_center is not None:
            yield from (Problem("$.default_center", said) for said in _pair_problems(self.default_center))

    def read(self, text: str) -> Any:
        """JSON, or for one place numbers with a comma between them."""
        return _numbers(text)

    def _center(self) -> list[float]:
        return list(self.default_center) if self.default_center is not None else [0, 0]


@frozen(kw_only=True)
class MapPointInput(_MapInput):
    """One place."""

    type: ClassVar = "map_point"
    example: ClassVar[Json] = {
        "key": "origin", "type": "map_point", "label": "Origin", "default_center": [51.5, -0.1], "default_zoom": 11,
    }  # fmt: skip

    def normalised(self, value: Any) -> Any:
        """{lat, lng} as [lat, lng]."""
        return _pair(value)

    def problems(self, value: Any) -> Iterable[str]:
        """It is [latitude, longitude]."""
        return _pair_problems(value)

    def blank(self) -> Any:
        """The middle of the map."""
        return self._center()


_EDGES = ("south", "west", "north", "east")


@frozen(kw_only=True)
class MapBboxInput(_MapInput):
    """A box, which may lie over the date line: its west is then greater than its east."""

    type: ClassVar = "map_bbox"
    example: ClassVar[Json] = {
        "key": "area", "type": "map_bbox", "label": "Area", "default": [51.4, -0.3, 51.6, 0.1],
    }  # fmt: skip

    def normalised(self, value: Any) -> Any:
        """{south, west, north, east} as a list in this order; two corners likewise."""
        if isinstance(value, dict) and set(_EDGES) <= value.keys():
            return [value[edge] for edge in _EDGES]
        if isinstance(value, list) and len(value) == 2:
            corners = [_pair(corner) for corner in value]
            if all(isinstance(corner, list) and len(corner) == 2 for corner in corners):
                return [*corners[0], *corners[1]]
        return value

    def problems(self, value: Any) -> Iterable[str]:
        """It is [south, west, north, east], the south not above the north."""
        if not isinstance(value, list) or len(value) != 4:
            yield f"must be [south, west, north, east], not {found(value)}"
            return
        wrong = [*_pair_problems(value[:2]), *_pair_problems(value[2:])]
        yield from wrong
        if not wrong and value[0] > value[2]:
            yield f"has its south ({value[0]}) above its north ({value[2]})"

    def blank(self) -> Any:
        """A small box round the middle of the map."""
        lat, lng = self._center()
        return [max(lat - 0.05, -90), max(lng - 0.05, -180), min(lat + 0.05, 90), min(lng + 0.05, 180)]


@frozen(kw_only=True)
class MapMultipointInput(_MapInput):
    """Several places."""

    type: ClassVar = "map_multipoint"
    example: ClassVar[Json] = {
        "key": "stops", "type": "map_multipoint", "label": "Stops", "default": [[51.5, -0.12], [51.52, -0.08]],
    }  # fmt: skip
    _fewest: ClassVar = (1, "at least one place is needed")

    def normalised(self, value: Any) -> Any:
        """Every {lat, lng} as [lat, lng]."""
        return [_pair(each) for each in value] if isinstance(value, list) else value

    def read(self, text: str) -> Any:
        """JSON, or a place a line."""
        if text.lstrip().startswith(("[", "{")):
            return read_json(text)
        return [_numbers(line) for line in re.split(r"[;\n]", text) if line.strip()]

    def problems(self, value: Any) -> Iterable[str]:
        """Each is [latitude, longitude], and there are enough of them."""
        if not isinstance(value, list):
            yield f"must be a list of [latitude, longitude], not {found(value)}"
            return
        if len(value) < self._fewest[0] and self.required:
            yield f"has {len(value)}; {self._fewest[1]}"
        for number, each in enumerate(value, start=1):
            yield from (f"place {number} {said}" for said in _pair_problems(each))

    def blank(self) -> Any:
        """The middle of the map."""
        return [self._center()]


@frozen(kw_only=True)
class MapPolygonInput(MapMultipointInput):
    """An area within corners; the last is joined to the first."""

    type: ClassVar = "map_polygon"
    example: ClassVar[Json] = {
        "key": "field", "type": "map_polygon", "label": "Field",
        "default": [[51.512, -0.176], [51.513, -0.159], [51.503, -0.152], [51.502, -0.175]],
    }  # fmt: skip
    _fewest: ClassVar = (3, "an area has at least three corners")
