"""Values that aren't what their type says, as an imported run or a broken stream may hold them, and texts and numbers
that are, and that few libraries can take: every export is made or refused in words.
"""

import json
from contextlib import suppress

import pytest

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.errors import ExportError, PixieError
from pixie_core.exporters.exporting import export
from pixie_core.exporters.formats import formats_of
from tests.core.exporters.making import FROM, no_artefact

HALF = "half \ud800 and \x0b"


def area(coordinates, kind="Polygon"):
    geometry = {"type": kind, "coordinates": coordinates}
    feature = {"type": "Feature", "id": "a", "properties": {}, "geometry": geometry}
    return {"geojson": {"type": "FeatureCollection", "features": [feature]}, "values": {"a": 1}}


BROKEN = [
    ("chart_line", {"x": [1, 2, 3], "series": [{"name": "a", "y": [1]}]}),
    ("chart_bar", {"x": ["a"], "series": [{"name": "a", "y": [1, 2, 3]}]}),
    ("chart_sankey", {"nodes": [{"id": "a", "label": "A"}], "links": [{"source": "a", "target": "b", "value": 1}]}),
    ("chart_network", {"nodes": [{"id": "a", "label": "A"}], "edges": [{"source": "a", "target": "b"}]}),
    ("gantt", {"tasks": [{"name": "a", "start": "2026-01-01", "end": "1/0"}]}),
    ("gantt", {"tasks": [{"name": "a", "start": "2026-02-30", "end": "2026-03-30"}]}),
    ("gantt", {"tasks": [{"name": "a", "start": "2026-01-01", "end": "012026-01-02"}]}),
    ("map_choropleth", area([[["east", 1], [2, 3]]])),
    ("map_choropleth", area([1, 2])),
    ("map_choropleth", area([[[1], [2, 3]]])),
    ("map_choropleth", area([[[1, 10**400], [2, 3]]])),
    ("map_choropleth", area([[1, 2]], "Circle")),
]


def made(kind, value, name, label="Out"):
    """An export to its end; charts by matplotlib, maps and pages as they are."""
    declared = OutputDeclaration(key="out", type=kind, label=label)
    drawn = name in {"png", "svg", "pdf"} and "figure" in OUTPUT_TYPES[kind].views()
    options = {"renderer": "matplotlib"} if drawn else {}
    return b"".join(export(declared, value, name, open_artefact=no_artefact, provenance=FROM, options=options))


@pytest.mark.parametrize(("kind", "value"), BROKEN)
def test_a_value_that_breaks_the_rules_of_its_type_is_exported_as_it_is(kind, value):
    """As JSON, and as nothing that would need it to be whole."""
    formats = formats_of(OutputDeclaration(key="out", type=kind, label="Out"), value)
    assert [each.name for each in formats] == ["json"]
    if 10**400 not in json.dumps(value).split(", "):
        assert json.loads(made(kind, value, "json")) == value


@pytest.mark.parametrize("name", ["png", "svg", "pdf"])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("chart_bar", {"x": [HALF, "b"], "x_label": HALF, "series": [{"name": HALF, "y": [1, 2]}]}),
        ("chart_pie", {"slices": [{"label": HALF, "value": 1}]}),
        ("timeline", {"events": [{"t": "2026-01-01", "label": HALF}]}),
    ],
)
def test_texts_that_cant_be_drawn_show_so(kind, value, name):
    """Without a browser too; the label of the output among them."""
    assert made(kind, value, name, label=HALF)


@pytest.mark.parametrize("name", ["wav", "flac", "ogg"])
def test_a_sound_can_be_called_anything(name):
    """Its title is one that can be said."""
    assert made("audio", OUTPUT_TYPES["audio"].example, name, label=HALF)


def test_numbers_that_no_scale_holds_are_refused_in_words():
    """With the formats that hold them."""
    value = {"x_labels": ["a", "b"], "y_labels": ["a", "b"], "z": [[1e308, -1e308], [1, 2]]}
    with pytest.raises(ExportError, match="Take json or csv"):
        made("chart_heatmap", value, "svg")
    assert b"1e+308" in made("chart_heatmap", value, "csv").lower()


EMPTY = {"": "", "[]": [], "{}": {}, "null": None, "half": HALF, "large": 1e308, "many": [None, "x", 1]}


@pytest.mark.parametrize("instead", sorted(EMPTY))
@pytest.mark.parametrize("kind", sorted(OUTPUT_TYPES))
def test_a_value_with_something_else_in_any_place_is_made_or_refused(kind, instead):
    """Each of its members in turn; nothing but errors of Pixie's own comes out."""
    example = OUTPUT_TYPES[kind].example
    values = [{**example, key: EMPTY[instead]} for key in example] if isinstance(example, dict) else [EMPTY[instead]]
    for value in values:
        declared = OutputDeclaration(key="out", type=kind, label="Out")
        for each in formats_of(declared, value):
            if each.name in {"png", "svg", "pdf", "mp4", "webm", "gif"}:
                continue
            with suppress(PixieError):  # a refusal is as good
                made(kind, value, each.name)


@pytest.mark.parametrize("format", ["plain", "decimal", "integer", "currency", "percent", "scientific", "compact"])
@pytest.mark.parametrize("number", [1e308, -1e308, 10**30, 123456789012345678901234567890, 1e-320, 1e20])
def test_every_number_can_be_written(format, number):
    """In every format, with places and a unit."""
    for more in ({}, {"precision": 10}, {"precision": 2, "unit": "GBP"}):
        text = made("number", {"value": number, "format": format, **more}, "txt").decode()
        assert 0 < len(text) < 400


@pytest.mark.parametrize(
    "time", ["2026-02-30", "2025-02-29", "2026-06-31", "123456-01-01", "0000-01-01", "-0044-03-15"]
)
def test_an_event_may_be_at_any_time(time):
    """What is no day of the calendar, or beyond Python's years, is a name: the events stay in the order they came."""
    value = {"events": [{"t": "2026-05-01", "label": "first"}, {"t": time, "label": "second"}]}
    assert b"second" in made("timeline", value, "json")
    assert b"second" in made("timeline", value, "csv")
    assert made("timeline", value, "svg").startswith(b"<?xml")
