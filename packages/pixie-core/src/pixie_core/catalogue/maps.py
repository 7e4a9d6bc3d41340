"""Output types that are drawn on a map: map_points, map_heatmap, map_choropleth, map_polygons, map_route.

Tools write places as {lat, lng} in degrees; `to_features` gives GeoJSON, which has longitude first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue import geojson
from pixie_core.catalogue.base import (
    LATITUDES,
    LONGITUDES,
    Column,
    Features,
    Json,
    Numbers,
    OutputValue,
    Places,
    Records,
    Rows,
    field,
)
from pixie_core.catalogue.figures import titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["MAPS"]


def _lat() -> Any:
    return field(help="latitude in degrees, north positive", minimum=LATITUDES[0], maximum=LATITUDES[1])


def _lng() -> Any:
    return field(help="longitude in degrees, east positive", minimum=LONGITUDES[0], maximum=LONGITUDES[1])


def _center() -> Any:
    return field(help="[latitude, longitude] in the middle at first; all is shown when it is missing", default=None)


def _zoom() -> Any:
    return field(help="0, the whole world, to 22, a room", default=None, minimum=0, maximum=22)


_LAT, _LNG = Column("lat", "Latitude", "number"), Column("lng", "Longitude", "number")


@frozen(kw_only=True)
class MapValue(OutputValue):
    """What every map says: where it looks at first."""

    default_center: Numbers | None = _center()
    default_zoom: float | None = _zoom()

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The middle is a place."""
        del declared
        if self.default_center is not None:
            lat_lng = self.default_center
            if len(lat_lng) != 2:
                yield f"default_center has {len(lat_lng)} numbers; it must be [latitude, longitude]"
            elif not LATITUDES[0] <= lat_lng[0] <= LATITUDES[1]:
                yield f"default_center has the latitude {lat_lng[0]}; it is [latitude, longitude], in this order"


@frozen
class MapPoint:
    """One place with a mark."""

    lat: float = _lat()
    lng: float = _lng()
    label: str | None = field(help="shown at the mark", default=None)
    colour: str | None = field(help="of the mark, such as #2563eb", default=None)


@frozen(kw_only=True)
class MapPoints(MapValue):
    """Marked places."""

    type: ClassVar = "map_points"
    example: ClassVar[Json] = {
        "default_center": [51.515, -0.1],
        "default_zoom": 12,
        "points": [
            {"lat": 51.5081, "lng": -0.1247, "label": "Charing Cross", "colour": "#0072b2"},
            {"lat": 51.5188, "lng": -0.0814, "label": "Liverpool Street", "colour": "#d55e00"},
            {"lat": 51.5308, "lng": -0.1238, "label": "King's Cross"},
        ],
    }

    points: Annotated[list[dict[str, Any]], Records(MapPoint)] = field(help="the places")

    def to_features(self, declared: OutputDeclaration) -> Features:
        """A point for each place."""
        del declared
        return geojson.collection(
            geojson.feature(geojson.point(p["lat"], p["lng"]), label=p.get("label"), colour=p.get("colour"))
            for p in self.points
        )

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each place."""
        del declared
        columns = (_LAT, _LNG, Column("label", "Label"), Column("colour", "Colour"))
        return Rows(
            columns,
            len(self.points),
            lambda: ((p["lat"], p["lng"], p.get("label"), p.get("colour")) for p in self.points),
        )


@frozen
class WeightedPlace:
    """One place of a heat map."""

    lat: float = _lat()
    lng: float = _lng()
    weight: float | None = field(help="how much it counts; 1 when it is missing", default=None, minimum=0)


@frozen(kw_only=True)
class MapHeatmap(MapValue):
    """Where things are dense."""

    type: ClassVar = "map_heatmap"
    example: ClassVar[Json] = {
        "points": [
            {"lat": 53.4808, "lng": -2.2426, "weight": 5},
            {"lat": 53.4774, "lng": -2.2309, "weight": 3},
            {"lat": 53.4839, "lng": -2.2446, "weight": 4},
            {"lat": 53.4631, "lng": -2.2913},
        ]
    }

    points: Annotated[list[dict[str, Any]], Records(WeightedPlace)] = field(help="the places with their weights")

    def to_features(self, declared: OutputDeclaration) -> Features:
        """A point for each place, with its weight."""
        del declared
        return geojson.collection(
            geojson.feature(geojson.point(p["lat"], p["lng"]), weight=_weight(p)) for p in self.points
        )

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each place."""
        del declared
        columns = (_LAT, _LNG, Column("weight", "Weight", "number"))
        return Rows(columns, len(self.points), lambda: ((p["lat"], p["lng"], _weight(p)) for p in self.points))


def _weight(place: dict[str, Any]) -> float:
    weight = place.get("weight")
    return 1 if weight is None else weight


_SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def _example_area(name: str, east: float) -> dict[str, Any]:
    ring = [[-4 + east + 2 * x, 52 + 1.5 * y] for x, y in _SQUARE]
    return {
        "type": "Feature",
        "id": name,
        "properties": {"name": name.title()},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@frozen(kw_only=True)
class MapChoropleth(MapValue):
    """Areas coloured by a value."""

    type: ClassVar = "map_choropleth"
    example: ClassVar[Json] = {
        "geojson": {
            "type": "FeatureCollection",
            "features": [_example_area("west", 0), _example_area("middle", 2), _example_area("east", 4)],
        },
        "values": {"west": 12.5, "middle": 18.2, "east": 9.1},
    }

    geojson: dict[str, Any] = field(help="a GeoJSON FeatureCollection of areas")
    values: dict[str, float | None] = field(help="a number by the id of its area; null where there is none")
    id_property: str | None = field(
        help="the property that holds an area's id, where it isn't the feature's own `id`", default=None
    )

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """The areas are a FeatureCollection, and the values are of them."""
        yield from super().check(declared)
        features = self.geojson.get("features")
        if self.geojson.get("type") != "FeatureCollection" or not isinstance(features, list):
            yield "geojson must be a FeatureCollection: {type: 'FeatureCollection', features: [...]}"
            return
        for index, each in enumerate(features):
            if not isinstance(each, dict) or each.get("type") != "Feature" or "geometry" not in each:
                yield f"geojson.features[{index}] must be {{type: 'Feature', geometry, properties, id}}"
                return
            wrong = _wrong_feature(each)
            if wrong is not None:
                yield f"geojson.features[{index}].{wrong}"
                return
        ids = {self._id(each) for each in features}
        if self.values and features and not ids & self.values.keys():
            some = ", ".join(repr(each) for each in sorted(filter(None, ids))[:3]) or "none at all"
            yield (
                f"no area has the id {next(iter(self.values))!r}, nor any other of values; ids of the areas are {some}:"
                " give features an id, or say id_property"
            )

    def to_features(self, declared: OutputDeclaration) -> Features:
        """The areas, each with its value."""
        del declared
        return {**self.geojson, "features": list(self._valued())}

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each value."""
        columns = (Column("id", "Area"), Column("value", titled(declared.label, declared.unit), "number"))
        return Rows(columns, len(self.values), self.values.items)

    def _valued(self) -> Iterator[dict[str, Any]]:
        for each in self.geojson["features"]:
            area = self._id(each)
            said = {**(each.get("properties") or {}), "value": self.values.get(area) if area is not None else None}
            yield {**each, "properties": said}

    def _id(self, area: dict[str, Any]) -> str | None:
        """The id of an area, as values name it: JSON's keys are text."""
        properties = area.get("properties")
        inside = properties if isinstance(properties, dict) else {}
        found = inside.get(self.id_property) if self.id_property is not None else area.get("id", inside.get("id"))
        return None if found is None else str(found)


_NESTED = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""Kinds of geometry, and how deep their places lie in lists (RFC 7946, section 3.1)."""
_FARTHEST = 1e9


def _wrong_feature(feature: dict[str, Any]) -> str | None:
    """What no GeoJSON reader could take, or None."""
    if not isinstance(feature.get("properties"), dict | None):
        return "properties must be an object or null"
    geometry = feature["geometry"]
    if not isinstance(geometry, dict | None):
        return "geometry must be an object or null"
    parts: Any = [geometry] if geometry is not None else []
    if geometry is not None and geometry.get("type") == "GeometryCollection":
        parts = geometry.get("geometries")
    if not isinstance(parts, list) or not all(isinstance(each, dict) for each in parts):
        return "geometry.geometries must be a list of geometries"
    for each in parts:
        kind = each.get("type")
        if not isinstance(kind, str) or kind not in _NESTED:
            return f"geometry.type must be one of {', '.join(_NESTED)}, or GeometryCollection of these"
        if not _are_places(each.get("coordinates"), _NESTED[kind]):
            return f"geometry.coordinates isn't that of a {kind}: lists of [longitude, latitude]"
    return None


def _are_places(coordinates: Any, deep: int) -> bool:
    if not isinstance(coordinates, list):
        return False
    if deep:
        return all(_are_places(each, deep - 1) for each in coordinates)
    return len(coordinates) > 1 and all(
        isinstance(each, int | float) and not isinstance(each, bool) and -_FARTHEST <= each <= _FARTHEST
        for each in coordinates
    )


@frozen
class Area:
    """One polygon."""

    coords: Places = field(help="its corners, [latitude, longitude] each; closed or not")
    label: str | None = field(help="shown on it", default=None)
    colour: str | None = field(help="of its line and ground, such as #2563eb", default=None)


@frozen(kw_only=True)
class MapPolygons(MapValue):
    """Outlined areas."""

    type: ClassVar = "map_polygons"
    example: ClassVar[Json] = {
        "polygons": [
            {
                "label": "Hyde Park",
                "colour": "#009e73",
                "coords": [[51.5121, -0.1757], [51.5133, -0.1588], [51.5028, -0.1515], [51.5018, -0.1746]],
            },
            {"label": "Green Park", "coords": [[51.5067, -0.1427], [51.5047, -0.1387], [51.5023, -0.1489]]},
        ]
    }

    polygons: list[Area] = field(help="the areas")

    def check(self, declared: OutputDeclaration) -> Iterable[str]:
        """Three corners make an area."""
        yield from super().check(declared)
        for index, area in enumerate(self.polygons):
            if geojson.polygon(area.coords) is None:
                yield f"polygons[{index}].coords has too few corners; an area has at least three"

    def to_features(self, declared: OutputDeclaration) -> Features:
        """A polygon for each area."""
        del declared
        return geojson.collection(
            geojson.feature(geojson.polygon(area.coords), label=area.label, colour=area.colour)
            for area in self.polygons
        )

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each corner."""
        del declared
        columns = (Column("polygon", "Polygon", "number"), Column("label", "Label"), _LAT, _LNG)
        return Rows(
            columns,
            sum(len(area.coords) for area in self.polygons),
            lambda: (
                (number, area.label, lat, lng)
                for number, area in enumerate(self.polygons, start=1)
                for lat, lng in area.coords
            ),
        )


@frozen
class Stop:
    """One place on a route."""

    lat: float = _lat()
    lng: float = _lng()
    label: str | None = field(help="shown at the place", default=None)


@frozen(kw_only=True)
class MapRoute(MapValue):
    """A way from place to place."""

    type: ClassVar = "map_route"
    example: ClassVar[Json] = {
        "points": [
            {"lat": 55.9521, "lng": -3.1900, "label": "Edinburgh"},
            {"lat": 54.9683, "lng": -1.6174, "label": "Newcastle"},
            {"lat": 53.9580, "lng": -1.0933, "label": "York"},
            {"lat": 51.5308, "lng": -0.1238, "label": "London"},
        ]
    }

    points: Annotated[list[dict[str, Any]], Records(Stop)] = field(help="the places, in order")

    def to_features(self, declared: OutputDeclaration) -> Features:
        """A line through the places, then a point for each that has a label."""
        way = geojson.line([(p["lat"], p["lng"]) for p in self.points])
        stops = (
            geojson.feature(geojson.point(p["lat"], p["lng"]), label=p["label"]) for p in self.points if p.get("label")
        )
        return geojson.collection(([geojson.feature(way, label=declared.label)] if way else []) + list(stops))

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """A row for each place."""
        del declared
        columns = (_LAT, _LNG, Column("label", "Label"))
        return Rows(columns, len(self.points), lambda: ((p["lat"], p["lng"], p.get("label")) for p in self.points))


MAPS: tuple[type[OutputValue], ...] = (MapPoints, MapHeatmap, MapChoropleth, MapPolygons, MapRoute)
