"""Maps become files that other programs read with every place where it was."""

import io
import itertools
import json
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from PIL import Image

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import UnsupportedFormat
from pixie_core.exporters.maps_marks import countries
from tests.core.exporters.exported import exported

MAPS = [name for name, cls in OUTPUT_TYPES.items() if "features" in cls.views()]
GPX = "{http://www.topografix.com/GPX/1/1}"

POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "minItems": 2,
    "items": {"type": "number"},
}
RING = {"type": "array", "minItems": 4, "items": POSITION}


def kind(name, coordinates):
    return {"properties": {"type": {"const": name}, "coordinates": coordinates}, "required": ["type", "coordinates"]}


GEOMETRY = {
    "oneOf": [
        {"type": "null"},
        kind("Point", POSITION),
        kind("LineString", {"type": "array", "minItems": 2, "items": POSITION}),
        kind("MultiLineString", {"type": "array", "items": {"type": "array", "minItems": 2, "items": POSITION}}),
        kind("Polygon", {"type": "array", "items": RING}),
        kind("MultiPolygon", {"type": "array", "items": {"type": "array", "items": RING}}),
    ]
}
SCHEMA = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "crs": False,
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "geometry": GEOMETRY,
                    "properties": {"type": ["object", "null"]},
                },
            },
        },
    },
}
"""What RFC 7946 demands, of the kinds that maps have."""


def geojson(type, value=None):
    read = json.loads(exported(type, "geojson", value))
    jsonschema.validate(read, SCHEMA)
    return read


def area(ring):
    """Positive against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


@pytest.mark.parametrize("type", MAPS)
def test_every_map_is_valid_geojson(type):
    """Each example keeps to RFC 7946, and says where it came from in a member of its own."""
    assert geojson(type)["pixie"]["pixie:run"] == "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"


def test_places_are_longitude_first_with_their_words():
    """Points keep their coordinates to the last digit, and label and colour as properties."""
    first = geojson("map_points")["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [-0.1247, 51.5081]}
    assert first["properties"] == {"label": "Charing Cross", "colour": "#0072b2"}


def test_a_route_over_the_date_line_is_cut_there():
    """Longitudes that count on beyond 180 come back on the other side (3.1.9)."""
    value = {"points": [{"lat": 0, "lng": 170}, {"lat": 20, "lng": 190}, {"lat": 20, "lng": 200}]}
    line = geojson("map_route", value)["features"][0]["geometry"]
    assert line["type"] == "MultiLineString"
    assert line["coordinates"] == [[[170, 0], [180.0, 10.0]], [[-180.0, 10.0], [-170, 20], [-160, 20]]]


def test_a_route_along_the_date_line_stays_whole():
    """To touch 180 degrees is not to cross them."""
    value = {"points": [{"lat": 0, "lng": 170}, {"lat": 10, "lng": 180}, {"lat": 20, "lng": 175}]}
    assert geojson("map_route", value)["features"][0]["geometry"]["coordinates"] == [[170, 0], [180, 10], [175, 20]]


def test_areas_that_tools_send_are_wound_by_the_right_hand_rule():
    """Outsides run against the clock, holes with it; rings are closed, and an old crs is left out (3.1.6, 4)."""
    clockwise = [[0, 0], [0, 4], [4, 4], [4, 0]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    value = {
        "geojson": {
            "type": "FeatureCollection",
            "crs": {"type": "name"},
            "name": "kept",
            "features": [
                {
                    "type": "Feature",
                    "id": "a",
                    "properties": None,
                    "geometry": {"type": "Polygon", "coordinates": [clockwise, hole]},
                }
            ],
        },
        "values": {"a": 3.5},
    }
    read = geojson("map_choropleth", value)
    outside, inside = read["features"][0]["geometry"]["coordinates"]
    assert area(outside) == 16
    assert area(inside) == -1
    assert outside[0] == outside[-1]
    assert read["features"][0]["properties"]["value"] == 3.5
    assert read["name"] == "kept"


def test_gpx_holds_places_and_routes():
    """A GPX reader finds every place and every point of a way, with names, latitude and longitude."""
    root = ET.fromstring(exported("map_route", "gpx"))
    assert [(float(p.get("lat")), float(p.get("lon"))) for p in root.iter(f"{GPX}rtept")] == [
        (p["lat"], p["lng"]) for p in OUTPUT_TYPES["map_route"].example["points"]
    ]
    assert [p.findtext(f"{GPX}name") for p in root.iter(f"{GPX}wpt")] == ["Edinburgh", "Newcastle", "York", "London"]
    assert [child.tag.removeprefix(GPX) for child in root] == ["metadata", "wpt", "wpt", "wpt", "wpt", "rte"]
    assert root.findtext(f"{GPX}metadata/{GPX}time") == "2026-05-17T12:00:00Z"


def test_gpx_says_hostile_names_as_words():
    """Markup, controls and halves of pairs don't break the XML."""
    value = {"points": [{"lat": 1, "lng": 180, "label": "<b>&\x0b\ud800]]>"}]}
    (place,) = ET.fromstring(exported("map_points", "gpx", value)).iter(f"{GPX}wpt")
    assert place.findtext(f"{GPX}name") == "<b>&\ufffd\ufffd]]>"
    assert place.get("lon") == "-180.0"


@pytest.mark.parametrize("type", ["map_heatmap", "map_choropleth", "map_polygons"])
def test_gpx_is_not_offered_for_what_it_cannot_hold(type):
    """Weights and areas have no place in GPX."""
    with pytest.raises(UnsupportedFormat):
        exported(type, "gpx")


@pytest.mark.parametrize("type", MAPS)
def test_every_map_is_drawn_in_both_themes(type):
    """A PNG of each has its size, its ground in the corner and marks on it, the same each time."""
    light = exported(type, "png", width=600, height=400, scale=1)
    picture = Image.open(io.BytesIO(light))
    assert picture.size == (600, 400)
    assert picture.text["pixie:run"] == "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
    assert picture.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    assert len(picture.convert("RGB").getcolors(2**24)) > 20
    assert light == exported(type, "png", width=600, height=400, scale=1)
    dark = Image.open(io.BytesIO(exported(type, "png", width=600, height=400, scale=1, theme="dark")))
    assert dark.convert("RGB").getpixel((2, 2)) == (0x16, 0x17, 0x1A)


EMPTY = {
    "map_points": {"points": []},
    "map_heatmap": {"points": []},
    "map_choropleth": {"geojson": {"type": "FeatureCollection", "features": []}, "values": {}},
    "map_polygons": {"polygons": []},
    "map_route": {"points": []},
}


@pytest.mark.parametrize("format", ["geojson", "png", "html"])
@pytest.mark.parametrize("type", MAPS)
def test_an_empty_map_is_a_map(type, format):
    """Nothing on it is no error: the world is shown."""
    assert exported(type, format, EMPTY[type])


def test_a_place_of_any_colour_is_drawn():
    """A colour that matplotlib doesn't know, and words with dollars in them, are no error."""
    value = {
        "points": [
            {"lat": 89.9, "lng": -359, "label": "$a$ <b>", "colour": "url(http://x)"},
            {"lat": 0, "lng": 0, "colour": "nocolour"},
        ]
    }
    assert Image.open(io.BytesIO(exported("map_points", "png", value)))


def test_the_countries_are_where_they_are():
    """The base map has closed rings, longitude first: Greenwich lies in the United Kingdom, the Atlantic nowhere."""

    def inside(lng, lat):
        for country in countries("png")["features"]:
            for area in country["geometry"]["coordinates"]:
                assert all(ring[0] == ring[-1] for ring in area)
                ring = area[0]
                crossings = sum(
                    (a[1] > lat) != (b[1] > lat) and lng < (b[0] - a[0]) * (lat - a[1]) / (b[1] - a[1]) + a[0]
                    for a, b in itertools.pairwise(ring)
                )
                if crossings % 2:
                    return country["properties"]["name"]
        return None

    assert inside(0.0, 51.48) == "United Kingdom"
    assert inside(-35.0, 40.0) is None
