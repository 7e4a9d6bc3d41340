"""Variants of maps: a place is {lat, lng}, however it came; in outlines [lat, lng]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_core.catalogue.base import Json
    from pixie_core.run.canonical.context import Context

__all__ = ["map_points", "map_polygons", "map_view"]

_LATITUDES = ("lat", "latitude")
_LONGITUDES = ("lng", "lon", "long", "longitude")


def map_view(raw: Json, ctx: Context) -> Json:
    """The centre of any map as an object."""
    if isinstance(raw, dict) and isinstance(raw.get("default_center"), dict):
        place = _place(raw["default_center"])
        if place is not None:
            ctx.note("default_center came as an object; send [lat, lng]", "$.default_center")
            return {**raw, "default_center": place}
    return raw


def map_points(raw: Json, ctx: Context) -> Json:
    """Points as [lat, lng], with `lon` for lng, or as a bare list."""
    if isinstance(raw, list):
        ctx.note("the points came as a bare list; send {points: [{lat, lng}]}")
        raw = {"points": raw}
    value = map_view(raw, ctx)
    if not isinstance(value, dict) or not isinstance(value.get("points"), list):
        return value
    return {**value, "points": [_point(each, ctx) for each in value["points"]]}


def map_polygons(raw: Json, ctx: Context) -> Json:
    """Corners as {lat, lng}; `points` or `coordinates` for coords; a polygon as its bare corners."""
    value = map_view(raw, ctx)
    if not isinstance(value, dict) or not isinstance(value.get("polygons"), list):
        return value
    return {**value, "polygons": [_polygon(each, ctx) for each in value["polygons"]]}


def _point(point: Any, ctx: Context) -> Any:
    if isinstance(point, dict) and "lat" in point and "lng" in point:
        return point
    place = _place(point)
    if place is None:
        return point
    if isinstance(point, list):
        ctx.note("points came as [lat, lng]; send {lat, lng}", "$.points")
        weight = {"weight": point[2]} if len(point) > 2 and ctx.declared.type == "map_heatmap" else {}
        return {"lat": place[0], "lng": place[1], **weight}
    ctx.note("a point's keys are lat and lng", "$.points")
    rest = {key: said for key, said in point.items() if key not in {*_LATITUDES, *_LONGITUDES}}
    return {"lat": place[0], "lng": place[1], **rest}


def _polygon(polygon: Any, ctx: Context) -> Any:
    if isinstance(polygon, list):
        ctx.note("a polygon came as its bare corners; send {coords: [[lat, lng]]}", "$.polygons")
        polygon = {"coords": polygon}
    if not isinstance(polygon, dict):
        return polygon
    value = dict(polygon)
    for found in ("points", "coordinates"):
        if "coords" not in value and isinstance(value.get(found), list):
            ctx.note(f"{found} stands for coords", "$.polygons")
            value["coords"] = value.pop(found)
    corners = value.get("coords")
    if isinstance(corners, list) and any(isinstance(each, dict) for each in corners):
        ctx.note("corners came as objects; send [lat, lng] for each", "$.polygons")
        value["coords"] = [(_place(each) or each) if isinstance(each, dict) else each for each in corners]
    return value


def _place(raw: Any) -> list[Any] | None:
    """[lat, lng] of whatever says a place."""
    if isinstance(raw, list):
        return raw[:2] if len(raw) >= 2 else None
    if not isinstance(raw, dict):
        return None
    lat = next((raw[key] for key in _LATITUDES if key in raw), None)
    lng = next((raw[key] for key in _LONGITUDES if key in raw), None)
    return [lat, lng] if lat is not None and lng is not None else None
