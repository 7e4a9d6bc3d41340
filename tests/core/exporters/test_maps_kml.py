"""Maps as KML, held to the rules of the schema and to the places of the value."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from pixie_core.catalogue import OUTPUT_TYPES
from tests.core.exporters.exported import exported

K = "{http://www.opengis.net/kml/2.2}"
MAPS = [name for name, cls in OUTPUT_TYPES.items() if "features" in cls.views()]
HOSTILE = "<b>bold</b> & ]]> \u202e $[id] \x0b"
# The order in which the schema has what stands in a feature (OGC 12-007r2, 9.1 and 9.11).
ORDER = ["name", "description", "styleUrl", "Style", "ExtendedData", "Placemark"]
GEOMETRIES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"}


def kml(type, value=None, **more):
    """The root of a map as KML."""
    return ET.fromstring(exported(type, "kml", value, **more))


def tag(element):
    return element.tag.removeprefix(K)


def ring(element):
    """The positions of a ring."""
    return [tuple(map(float, at.split(","))) for at in element.find(f".//{K}coordinates").text.split()]


@pytest.mark.parametrize("type", MAPS)
def test_everything_stands_where_the_schema_has_it(type):
    """One document; features' parts in order; one geometry for each place; styles that are there."""
    root = kml(type)
    (document,) = root
    assert (tag(root), tag(document)) == ("kml", "Document")
    order = [ORDER.index(tag(each)) for each in document]
    assert order == sorted(order)
    styles = {f"#{each.get('id')}" for each in document.iter(f"{K}Style")}
    for place in document.iter(f"{K}Placemark"):
        parts = [tag(each) for each in place]
        assert [each for each in parts if each not in GEOMETRIES] == [each for each in ORDER if each in parts]
        assert len([each for each in parts if each in GEOMETRIES]) == 1
        assert parts[-1] in GEOMETRIES
        assert place.find(f"{K}styleUrl").text in styles
    for colour in document.iter(f"{K}color"):
        assert len(bytes.fromhex(colour.text)) == 4


def test_longitude_stands_before_latitude_and_the_colour_backwards():
    """As KML has both; names are names."""
    root = kml("map_points", {"points": [{"lat": 51.5, "lng": -0.12, "label": "London", "colour": "#2563eb"}]})
    (place,) = root.iter(f"{K}Placemark")
    assert place.find(f"{K}name").text == "London"
    assert place.find(f"{K}Point/{K}coordinates").text == "-0.12,51.5"
    assert root.find(f".//{K}IconStyle/{K}color").text == "ffeb6325"


def test_rings_are_closed_and_by_the_right_hand():
    """The outside against the clock, holes with it, whichever way the tool wrote them."""
    outer, hole = [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    area = {"type": "Polygon", "coordinates": [outer, hole]}
    value = {
        "geojson": {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "id": "a", "properties": {}, "geometry": area}],
        },
        "values": {"a": 1},
    }
    (polygon,) = kml("map_choropleth", value).iter(f"{K}Polygon")
    assert [tag(each) for each in polygon] == ["outerBoundaryIs", "innerBoundaryIs"]
    outside, inside = map(ring, polygon)
    for each, way in ((outside, 1), (inside, -1)):
        assert each[0] == each[-1]
        twice = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(each))
        assert -twice * way > 0


def test_a_way_over_the_date_line_is_cut_there():
    """Longitudes stay from -180 to 180."""
    root = kml("map_route", {"points": [{"lat": 10, "lng": 170}, {"lat": 20, "lng": 190}]})
    lines = [ring(each) for each in root.iter(f"{K}LineString")]
    assert lines == [[(170, 10), (180, 15)], [(-180, 15), (-170, 20)]]
    assert len(list(root.iter(f"{K}MultiGeometry"))) == 1


def test_what_is_said_of_a_place_stands_with_it():
    """Its value and its own properties, as texts."""
    told = {
        data.get("name"): data.find(f"{K}value").text
        for data in kml("map_choropleth").find(f".//{K}Placemark/{K}ExtendedData")
    }
    assert told == {"id": "west", "name": "West", "value": "12.5"}
    about = {data.get("name") for data in kml("map_points").find(f"{K}Document/{K}ExtendedData")}
    assert {"pixie:tool", "pixie:run", "pixie:time"} <= about


def test_words_are_words():
    """Markup of the tool is none here, nor in the description, which may hold some."""
    value = {"points": [{"lat": 0, "lng": 0, "label": HOSTILE, "colour": "nonsense"}]}
    root = kml("map_points", value, declared={"label": HOSTILE})
    expected = HOSTILE.replace("\x0b", "\ufffd")
    assert [each.text for each in root.iter(f"{K}name")] == [expected, expected]
    assert "<" not in root.find(f"{K}Document/{K}description").text


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("map_points", {"points": []}),
        ("map_route", {"points": []}),
        ("map_route", {"points": [{"lat": 1, "lng": 2}]}),
        ("map_heatmap", {"points": [{"lat": 1, "lng": 2, "weight": 0}]}),
        ("map_polygons", {"polygons": []}),
        ("map_choropleth", {"geojson": {"type": "FeatureCollection", "features": []}, "values": {}}),
        (
            "map_choropleth",
            {
                "geojson": {
                    "type": "FeatureCollection",
                    "features": [
                        {"type": "Feature", "properties": None, "geometry": None},
                        {"type": "Feature", "properties": {"deep": {"a": [1]}}, "geometry": {"type": "MultiPoint", "coordinates": [[1, 2]]}},
                        {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": []}},
                        {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [3, 4]}]}},
                    ],
                },
                "values": {},
            },
        ),
    ],
)  # fmt: skip
def test_odd_maps_are_written_too(type, value):
    """Nothing, one place, no weight, every kind of geometry."""
    assert tag(kml(type, value)) == "kml"


def test_many_places_are_written_in_pieces_that_can_be_ended():
    """What is told as it goes may stop it."""
    seen = []
    value = {"points": [{"lat": n % 80, "lng": n % 170} for n in range(12_000)]}
    root = kml("map_points", value, on_progress=lambda done, total: seen.append((done, total)))
    assert len(list(root.iter(f"{K}Placemark"))) == 12_000
    assert seen == [(5_000, 12_000), (10_000, 12_000), (12_000, 12_000)]
