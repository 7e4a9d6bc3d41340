"""From places as tools write them to GeoJSON."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.catalogue.geojson import polygon
from pixie_core.structure import Problems, structure_output


def shown(name, raw):
    """A typed value with its declaration."""
    return structure_output(OUTPUT_TYPES[name], raw), OutputDeclaration(key="k", type=name, label="Label", unit="km")


def features(name, raw):
    value, declared = shown(name, raw)
    collection = value.to_features(declared)
    assert collection["type"] == "FeatureCollection"
    return collection["features"]


def test_longitude_comes_first():
    """GeoJSON writes the positions the other way round (RFC 7946, 3.1.1)."""
    (place,) = features("map_points", {"points": [{"lat": 51.5, "lng": -0.1, "label": "London"}]})
    assert place == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-0.1, 51.5]},
        "properties": {"label": "London"},
    }


def signed_area(ring):
    """Positive when the ring runs against the clock."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2


SQUARE = [[0, 0], [0, 1], [1, 1], [1, 0]]


@pytest.mark.parametrize("corners", [SQUARE, SQUARE[::-1], [*SQUARE, SQUARE[0]], [*SQUARE[::-1], SQUARE[-1]]])
def test_a_ring_is_closed_and_runs_against_the_clock(corners):
    """Whichever way the corners came, and whether or not the first came again (RFC 7946, 3.1.6)."""
    (ring,) = polygon(corners)["coordinates"]
    assert ring[0] == ring[-1]
    assert len(ring) == 5
    assert signed_area(ring) == 1


@given(st.lists(st.tuples(st.integers(-90, 90), st.integers(-180, 180)).map(list), min_size=3, max_size=9))
def test_no_ring_runs_with_the_clock(corners):
    """Any corners: the area is never negative."""
    made = polygon(corners)
    assert made is None or signed_area(made["coordinates"][0]) >= 0


def test_a_route_is_a_line_and_its_named_stops():
    """The way first, then a point for each place that has a label."""
    way, stop = features("map_route", {"points": [{"lat": 1, "lng": 2}, {"lat": 3, "lng": 4, "label": "End"}]})
    assert way["geometry"] == {"type": "LineString", "coordinates": [[2, 1], [4, 3]]}
    assert stop["properties"] == {"label": "End"}


@pytest.mark.parametrize(("points", "kinds"), [([], []), ([{"lat": 1, "lng": 2}], ["Point"])])
def test_a_route_of_less_than_two_places_is_no_line(points, kinds):
    """A line needs two positions (RFC 7946, 3.1.4)."""
    assert [each["geometry"]["type"] for each in features("map_route", {"points": points})] == kinds


AREAS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "id": 7, "properties": {"iso": "GB"}, "geometry": None},
        {"type": "Feature", "properties": None, "geometry": None},
    ],
}


@pytest.mark.parametrize(("about", "values"), [({}, {"7": 3}), ({"id_property": "iso"}, {"GB": 3})])
def test_values_find_their_areas(about, values):
    """By the feature's id, or by the property that is named; an area without a value has null."""
    areas = features("map_choropleth", {"geojson": AREAS, "values": values, **about})
    assert [each["properties"]["value"] for each in areas] == [3, None]


def test_values_that_find_no_area_are_wrong():
    """The sentence names an id of either side."""
    value, declared = shown("map_choropleth", {"geojson": AREAS, "values": {"GB": 3}})
    (said,) = value.check(declared)
    assert "no area has the id 'GB'" in said
    assert "'7'" in said


@pytest.mark.parametrize("geojson", [{}, {"type": "FeatureCollection"}, {"type": "FeatureCollection", "features": [3]}])
def test_what_is_no_feature_collection_is_wrong(geojson):
    """The sentence says what it must be."""
    value, declared = shown("map_choropleth", {"geojson": geojson, "values": {}})
    (said,) = value.check(declared)
    assert "must be" in said


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("map_points", {"points": [{"lat": 91, "lng": 0}]}, "$.points[0].lat: is 91; it must be at most 90.0"),
        ("map_points", {"points": [{"lat": 0, "lng": -361}]}, "$.points[0].lng: is -361; it must be at least -360.0"),
        ("map_points", {"points": [{"lat": 0, "lon": 0}]}, "$.points[0].lng: is missing; it is longitude in degrees, east positive"),
        ("map_heatmap", {"points": [{"lat": 0, "lng": 0, "weight": -1}]}, "$.points[0].weight: is -1; it must be at least 0"),
        ("map_polygons", {"polygons": [{"coords": [[0]]}]}, "$.polygons[0].coords[0]: expected [latitude, longitude], found a list"),
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_named(name, raw, said):
    """With its path, and what was expected."""
    with pytest.raises(Problems) as caught:
        shown(name, raw)
    assert list(map(str, caught.value.problems)) == [said]


def test_an_area_of_two_corners_is_wrong():
    """A polygon needs three."""
    value, declared = shown("map_polygons", {"polygons": [{"coords": [[0, 0], [1, 1], [0, 0]]}]})
    assert list(value.check(declared)) == ["polygons[0].coords has too few corners; an area has at least three"]


def test_a_middle_in_the_wrong_order_is_said():
    """A latitude beyond 90 is a longitude."""
    value, declared = shown("map_points", {"points": [], "default_center": [151.2, -33.9]})
    assert list(value.check(declared)) == [
        "default_center has the latitude 151.2; it is [latitude, longitude], in this order"
    ]
