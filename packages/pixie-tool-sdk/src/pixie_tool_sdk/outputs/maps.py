"""Maps. Latitude is -90 to 90 and longitude -180 to 180, in degrees; a pair is always latitude first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pixie_tool_sdk.encoding import plain, shown
from pixie_tool_sdk.errors import OutputError
from pixie_tool_sdk.outputs.checks import as_list, fail, number_at, optional, record_at, records_at, text_at

__all__ = ["map_choropleth", "map_heatmap", "map_points", "map_polygons", "map_route"]


def map_points(points: Any, *, default_center: Any = None, default_zoom: float | None = None) -> dict[str, Any]:
    """Markers: `{"lat", "lng", "label", "colour"}`, or `(lat, lng)` pairs; a colour is one of CSS, such as `#2563eb`.

    `default_center` (lat, lng) and `default_zoom` (0 the world, 22 a room) choose the view, else the points do.
    """
    listed = _places(points, "map_points.points")
    for index, point in enumerate(listed):
        optional(point, f"map_points.points[{index}]", label=text_at, colour=text_at)
    return {"points": listed, **_view("map_points", default_center, default_zoom)}


def map_heatmap(points: Any, *, default_center: Any = None, default_zoom: float | None = None) -> dict[str, Any]:
    """Density: `{"lat", "lng", "weight"}`, or `(lat, lng)` pairs; a weight isn't negative."""
    listed = _places(points, "map_heatmap.points")
    for index, point in enumerate(listed):
        optional(point, f"map_heatmap.points[{index}]", weight=lambda value, where: number_at(value, where, low=0))
    return {"points": listed, **_view("map_heatmap", default_center, default_zoom)}


def map_choropleth(
    geojson: Any,
    values: Any,
    *,
    id_property: str | None = None,
    default_center: Any = None,
    default_zoom: float | None = None,
) -> dict[str, Any]:
    """Coloured areas: a GeoJSON FeatureCollection, and a number for the id of each feature, None where there is none.

    `id_property` names the property that holds the ids, where the features have no `id` of their own.
    """
    collection = record_at(geojson, "map_choropleth.geojson", ["type", "features"])
    if collection["type"] != "FeatureCollection":
        fail("map_choropleth.geojson.type", collection["type"], "'FeatureCollection'")
    records_at(collection["features"], "map_choropleth.geojson.features", ["type", "geometry"])
    if not isinstance(values, Mapping):
        fail("map_choropleth.values", values, "an object from feature id to number")
    # Ids of features may be numbers; as keys of an object they are text.
    numbers = {str(key): number_at(value, f"map_choropleth.values.{key}", gap=True) for key, value in values.items()}
    said = {} if id_property is None else {"id_property": text_at(id_property, "map_choropleth.id_property")}
    return {"geojson": collection, "values": numbers, **said, **_view("map_choropleth", default_center, default_zoom)}


def map_polygons(polygons: Any, *, default_center: Any = None, default_zoom: float | None = None) -> dict[str, Any]:
    """Areas: `{"coords": [[lat, lng], ...], "label", "colour"}`, three corners or more."""
    listed = records_at(polygons, "map_polygons.polygons", ["coords"])
    for index, polygon in enumerate(listed):
        where = f"map_polygons.polygons[{index}]"
        corners = as_list(polygon["coords"], f"{where}.coords", "[lat, lng] pairs")
        polygon["coords"] = [_pair(corner, f"{where}.coords[{i}]") for i, corner in enumerate(corners)]
        if len(corners) < 3:
            raise OutputError(f"{where}.coords has {len(corners)} corners: an area has three or more")
        optional(polygon, where, label=text_at, colour=text_at)
    return {"polygons": listed, **_view("map_polygons", default_center, default_zoom)}


def map_route(points: Any, *, default_center: Any = None, default_zoom: float | None = None) -> dict[str, Any]:
    """A way from the first point to the last: `{"lat", "lng"}` or `(lat, lng)` pairs."""
    return {"points": _places(points, "map_route.points"), **_view("map_route", default_center, default_zoom)}


def _places(points: Any, where: str) -> list[dict[str, Any]]:
    checked = []
    for index, point in enumerate(as_list(points, where, "points")):
        place = f"{where}[{index}]"
        value = plain(point)
        if isinstance(value, (list, tuple)):
            latitude, longitude = _pair(value, place)
            value = {"lat": latitude, "lng": longitude}
        elif isinstance(value, Mapping) and "lon" in value and "lng" not in value:
            raise OutputError(f"{place} has 'lon': longitude is called 'lng'")
        record = record_at(value, place, ["lat", "lng"])
        record["lat"] = _latitude(record["lat"], f"{place}.lat")
        record["lng"] = _longitude(record["lng"], f"{place}.lng")
        checked.append(record)
    return checked


def _pair(value: Any, where: str) -> list[Any]:
    pair = as_list(value, where, "latitude and longitude")
    if len(pair) != 2:
        raise OutputError(f"{where} is {shown(pair)}: expected [lat, lng]")
    return [_latitude(pair[0], f"{where}[0], the latitude,"), _longitude(pair[1], f"{where}[1], the longitude,")]


def _latitude(value: Any, where: str) -> Any:
    return number_at(value, where, low=-90, high=90)


def _longitude(value: Any, where: str) -> Any:
    return number_at(value, where, low=-180, high=180)


def _view(chart: str, default_center: Any, default_zoom: Any) -> dict[str, Any]:
    view: dict[str, Any] = {}
    if default_center is not None:
        view["default_center"] = _pair(default_center, f"{chart}.default_center")
    if default_zoom is not None:
        view["default_zoom"] = number_at(default_zoom, f"{chart}.default_zoom", low=0, high=22)
    return view
