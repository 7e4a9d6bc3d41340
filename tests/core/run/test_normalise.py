"""What tools answer becomes canonical values, in one place."""

import json

import pytest
from attrs import NOTHING

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.run.canonical import CANONICAL
from pixie_core.run.decoding import DEEPEST, Undecodable, clean, decode
from pixie_core.run.normalise import normalise_answer, normalise_value
from pixie_core.tool.manifest import manifest_from


def declare(*outputs):
    """A manifest with these outputs: `("kind", key)` or a whole declaration."""
    declared = [
        each if isinstance(each, dict) else {"key": each[1], "type": each[0], "label": each[1].title()}
        for each in outputs
    ]
    raw = {
        "id": "probe",
        "name": "Probe",
        "inputs": [{"key": "n", "type": "number", "label": "N", "required": False}],
        "outputs": declared,
    }
    return manifest_from(raw)[0]


def value_of(kind, raw, **more):
    declared = declare({"key": "out", "type": kind, "label": "Out", **more}).outputs[0]
    return normalise_value(declared, raw)


def said(notes):
    return " | ".join(map(str, notes))


@pytest.mark.parametrize("kind", sorted(OUTPUT_TYPES))
def test_the_example_of_every_type_is_canonical_already(kind):
    """What the catalogue shows passes unchanged and without a word."""
    example = OUTPUT_TYPES[kind].example
    one = value_of(kind, example)
    assert (one.value, one.notes) == (example, ())


@pytest.mark.parametrize("kind", sorted(OUTPUT_TYPES))
def test_a_canonical_value_stays_as_it_is_when_it_is_normalised_again(kind):
    """Normalising is done once or twice, with the same result."""
    once = value_of(kind, OUTPUT_TYPES[kind].example).value
    assert value_of(kind, once).value == once


def test_every_row_of_the_table_is_a_type():
    """The table of variants names no type that isn't there."""
    assert set(CANONICAL) <= set(OUTPUT_TYPES)


PNG = OUTPUT_TYPES["image"].example
WAV = "data:audio/wav;base64,UklGRgAAAABXQVZF"

WILD = [
    ("text", {"value": "words"}, "words", None),
    ("text", 42, "42", "written out"),
    ("markdown", {"value": "# Head"}, "# Head", None),
    ("stream_text", "", "", None),
    ("number", 42, {"value": 42}, None),
    ("number", None, {"value": None}, None),
    ("number", "3.5", {"value": 3.5}, "came as text"),
    ("number", {"value": "12"}, {"value": 12}, "came as text"),
    ("boolean", True, {"value": True}, None),
    ("code", "x = 1", {"value": "x = 1"}, None),
    ("progress", {"value": 0.5}, 0.5, None),
    ("progress", None, None, None),
    (
        "kv",
        {"pairs": {"Sharpe": 1.42, "Name": "A"}},
        {"pairs": [{"key": "Sharpe", "value": 1.42}, {"key": "Name", "value": "A"}]},
        "pairs came as an object",
    ),
    ("kv", {"Sharpe": 1.42}, {"pairs": [{"key": "Sharpe", "value": 1.42}]}, "at the top"),
    ("kv", {"pairs": [["Sharpe", 1.42]]}, {"pairs": [{"key": "Sharpe", "value": 1.42}]}, "lists of two"),
    (
        "table",
        {"columns": ["a", "b"], "rows": [[1, 2], [3, 4]]},
        {
            "columns": [{"key": "a", "label": "a"}, {"key": "b", "label": "b"}],
            "rows": [{"a": 1, "b": 2}, {"a": 3, "b": 4}],
        },
        "lists of cells",
    ),
    (
        "table",
        {"rows": [{"a": 1}, {"b": 2}]},
        {"rows": [{"a": 1}, {"b": 2}], "columns": [{"key": "a", "label": "a"}, {"key": "b", "label": "b"}]},
        "without columns",
    ),
    (
        "table",
        [{"a": 1}],
        {"rows": [{"a": 1}], "columns": [{"key": "a", "label": "a"}]},
        "bare list of rows",
    ),
    (
        "table",
        {"columns": [{"key": "a", "type": "number"}], "rows": [{"a": "n/a"}]},
        {"columns": [{"key": "a"}], "rows": [{"a": "n/a"}]},
        "holds str",
    ),
    (
        "log",
        {"lines": [{"message": "m", "level": "info", "t": 1779019200}]},
        {"lines": [{"message": "m", "level": "info", "t": "2026-05-17T12:00:00Z"}]},
        "ISO 8601",
    ),
    ("log", {"lines": ["one"]}, {"lines": [{"message": "one"}]}, "bare strings"),
    ("log", "a\nb", {"lines": [{"message": "a"}, {"message": "b"}]}, "came as text"),
    (
        "chart_line",
        {"x": ["2026-01-02", "2026-01-01"], "series": [{"name": "s", "y": [1, None], "mode": "markers"}]},
        {"x": ["2026-01-02", "2026-01-01"], "series": [{"name": "s", "y": [1, None], "mode": "markers"}]},
        None,
    ),
    (
        "chart_line",
        {"x": [1, 2], "series": {"s": [3, 4]}},
        {"x": [1, 2], "series": [{"name": "s", "y": [3, 4]}]},
        "object by name",
    ),
    (
        "chart_line",
        {"x": [1, 2], "y": [3, 4]},
        {"x": [1, 2], "series": [{"name": "Out", "y": [3, 4]}]},
        "beside x",
    ),
    (
        "chart_scatter",
        {"series": [{"name": "s", "x": [1, 2], "y": [3, 4]}]},
        {"series": [{"name": "s", "points": [{"x": 1, "y": 3}, {"x": 2, "y": 4}]}]},
        "lists of x and y",
    ),
    (
        "chart_scatter",
        {"points": [{"x": 1, "y": 2}]},
        {"series": [{"name": "Out", "points": [{"x": 1, "y": 2}]}]},
        "at the top",
    ),
    (
        "chart_scatter",
        {"series": [{"name": "s", "points": [[1, 2], {"x": 3, "y": None}]}]},
        {"series": [{"name": "s", "points": [{"x": 1, "y": 2}]}]},
        "no gaps",
    ),
    ("image", {"value": "data:image/png;base64,AA=="}, "data:image/png;base64,AA==", None),
    ("image", "iVBORw0KGgoAAAA=", "data:image/png;base64,iVBORw0KGgoAAAA=", "bare base64"),
    (
        "image_grid",
        [PNG, {"src": PNG, "title": "B"}],
        {"images": [{"value": PNG}, {"value": PNG, "label": "B"}]},
        "bare",
    ),
    ("image_compare", {"before": {"value": PNG}, "after": PNG}, {"before": PNG, "after": PNG}, None),
    ("audio", {"src": WAV}, WAV, "came as src"),
    ("latex", {"value": "x^2"}, "x^2", None),
    ("tree", {"label": "/", "children": []}, {"root": {"label": "/", "children": []}}, "without root"),
    ("timeline", [{"t": "2026-01-01", "label": "A"}], {"events": [{"t": "2026-01-01", "label": "A"}]}, "bare list"),
    ("gantt", [{"name": "A", "start": 1, "end": 2}], {"tasks": [{"name": "A", "start": 1, "end": 2}]}, "bare list"),
    ("chart_area", {"x": [1], "series": {"s": [3]}}, {"x": [1], "series": [{"name": "s", "y": [3]}]}, "by name"),
    ("chart_bar", {"labels": ["a"], "values": [1]}, {"x": ["a"], "series": [{"name": "Out", "y": [1]}]}, "labels"),
    (
        "chart_pie",
        {"labels": ["a", "b"], "values": [1, 2]},
        {"slices": [{"label": "a", "value": 1}, {"label": "b", "value": 2}]},
        "labels and values",
    ),
    ("chart_pie", {"slices": {"a": 1}}, {"slices": [{"label": "a", "value": 1}]}, "came as an object"),
    ("chart_histogram", [1, 2], {"values": [1, 2]}, "bare list"),
    ("chart_boxplot", {"series": {"s": [1]}}, {"series": [{"name": "s", "values": [1]}]}, "by name"),
    (
        "chart_heatmap",
        {"x": ["a"], "y": ["b"], "z": [[1]]},
        {"z": [[1]], "x_labels": ["a"], "y_labels": ["b"]},
        "x stands for x_labels",
    ),
    (
        "chart_candlestick",
        {"date": [1], "open": [1], "high": [3], "low": [1], "close": [2]},
        {"points": [{"t": 1, "open": 1, "high": 3, "low": 1, "close": 2}]},
        "came as lists",
    ),
    (
        "chart_radar",
        {"categories": ["a", "b", "c"], "series": {"s": [1, 2, 3]}},
        {"series": [{"name": "s", "values": [1, 2, 3]}], "axes": ["a", "b", "c"]},
        "categories stands for axes",
    ),
    (
        "chart_sankey",
        {"nodes": ["a", "b"], "edges": [{"from": "a", "to": "b", "value": 1}]},
        {
            "nodes": [{"id": "a", "label": "a"}, {"id": "b", "label": "b"}],
            "links": [{"source": "a", "target": "b", "value": 1}],
        },
        "bare names",
    ),
    (
        "map_points",
        {"points": [[51.5, -0.1], {"lat": 1, "lon": 2, "label": "A"}], "default_center": {"lat": 1, "lng": 2}},
        {"points": [{"lat": 51.5, "lng": -0.1}, {"lat": 1, "lng": 2, "label": "A"}], "default_center": [1, 2]},
        "keys are lat and lng",
    ),
    ("map_heatmap", {"points": [[1, 2, 0.5]]}, {"points": [{"lat": 1, "lng": 2, "weight": 0.5}]}, "[lat, lng]"),
    (
        "map_route",
        [{"lat": 1, "lon": 2}, [3, 4]],
        {"points": [{"lat": 1, "lng": 2}, {"lat": 3, "lng": 4}]},
        "bare list",
    ),
    (
        "map_polygons",
        {"polygons": [[[0, 0], [0, 1], [1, 1]], {"points": [{"lat": 0, "lon": 0}, [0, 1], [1, 1]]}]},
        {"polygons": [{"coords": [[0, 0], [0, 1], [1, 1]]}, {"coords": [[0, 0], [0, 1], [1, 1]]}]},
        "corners came as objects",
    ),
    (
        "file",
        {"filename": "a.csv", "data": "data:text/csv;base64,YQ=="},
        {"filename": "a.csv", "data": "data:text/csv;base64,YQ==", "mime_type": "text/csv"},
        "mime_type was missing",
    ),
    (
        "file",
        {"filename": "a.txt", "data": "YWJj", "mime_type": "text/plain"},
        {"filename": "a.txt", "data": "data:text/plain;base64,YWJj", "mime_type": "text/plain"},
        "bare base64",
    ),
]


@pytest.mark.parametrize(("kind", "raw", "canonical", "note"), WILD)
def test_a_variant_from_the_wild_becomes_canonical_and_is_named(kind, raw, canonical, note):
    """Each variant comes out canonical; what had to be changed is said, and what is allowed is not."""
    one = value_of(kind, raw)
    assert one.value == canonical
    assert one.errors == ()
    assert (note in said(one.notes)) if note else one.notes == ()


def test_columns_of_the_declaration_stand_in_for_those_of_the_table():
    """A table that sends rows alone takes the columns of tool.json."""
    one = value_of("table", {"rows": [[1]]}, columns=[{"key": "n", "label": "N", "type": "number"}])
    assert one.value["columns"] == [{"key": "n", "label": "N", "type": "number"}]
    assert one.value["rows"] == [{"n": 1}]


WRONG = [
    ("table", {"value": 3}, "a table has no `value`"),
    ("chart_line", {"x": [1, 2], "series": [{"name": "s", "y": [1]}]}, "1 values of y for 2 of x"),
    ("chart_line", {"series": [{"name": "s", "y": [1]}]}, "$.x: is missing"),
    ("kv", {"pairs": [{"value": 1}]}, "$.pairs[0].key: is missing"),
    ("text", {"words": "x"}, "expected a string, found an object"),
    ("number", "many", "expected a number"),
    ("image", "plot.png", "must be a data URL"),
    ("progress", 7, "at most 1"),
]


@pytest.mark.parametrize(("kind", "raw", "words"), WRONG)
def test_a_value_of_the_wrong_shape_is_no_value_and_says_what_was_wanted(kind, raw, words):
    """What can't be understood is an error with its path, and gives no value."""
    one = value_of(kind, raw)
    assert one.value is NOTHING
    assert words in said(one.errors)


def test_a_flat_answer_is_taken_as_it_is():
    """The letter of the contract needs no word."""
    answer = normalise_answer(declare(("number", "n"), ("text", "t")), {"n": 1, "t": "x"})
    assert answer.values == {"n": {"value": 1}, "t": "x"}
    assert answer.notes == ()


def test_a_wrapped_answer_is_unwrapped_and_an_echoed_run_id_dropped():
    """`outputs` round the values and `run_id` beside them are what many tools send."""
    manifest = declare(("number", "n"))
    assert normalise_answer(manifest, {"n": 1, "run_id": "u"}).notes == ()
    answer = normalise_answer(manifest, {"run_id": "u", "outputs": {"n": 1}})
    assert answer.values == {"n": {"value": 1}}
    assert "flat" in said(answer.notes)


def test_an_output_that_is_called_outputs_is_no_wrapping():
    """`outputs` and `run_id` are unwrapped only when no output has that name."""
    manifest = declare(("table", "outputs"), ("text", "run_id"))
    answer = normalise_answer(manifest, {"outputs": {"columns": [], "rows": []}, "run_id": "mine"})
    assert answer.values == {"outputs": {"columns": [], "rows": []}, "run_id": "mine"}


def test_unknown_and_missing_keys_are_said_and_stop_nothing():
    """The outputs that are there count; the near name is offered."""
    answer = normalise_answer(declare(("number", "total"), ("text", "note")), {"total": 1, "notes": "x"})
    assert answer.values == {"total": {"value": 1}}
    assert answer.missing == ("note",)
    assert answer.errors == ()
    assert "did you mean note?" in said(answer.notes)
    assert "$.note: is missing" in said(answer.notes)


def test_null_is_a_missing_value_where_the_type_has_no_null():
    """A chart that is null isn't there; a number that is null is a number that isn't known."""
    answer = normalise_answer(declare(("chart_line", "c"), ("number", "n")), {"c": None, "n": None})
    assert answer.values == {"n": {"value": None}}
    assert answer.missing == ("c",)
    assert answer.errors == ()


@pytest.mark.parametrize("raw", [[1], "text", 3, None])
def test_an_answer_that_is_no_object_is_an_error(raw):
    """The message says what was found."""
    answer = normalise_answer(declare(("number", "n")), raw)
    assert "expected an object keyed by the outputs" in said(answer.errors)


def test_an_answer_without_any_declared_output_is_an_error_with_the_tools_own_words():
    """Many tools answer 200 with an `error`."""
    answer = normalise_answer(declare(("number", "n")), {"error": "no such city"})
    assert "no such city" in said(answer.errors)


def test_one_wrong_value_doesnt_hide_the_others():
    """What is right is kept, what is wrong is named under its key."""
    answer = normalise_answer(declare(("number", "n"), ("table", "t")), {"n": 1, "t": {"value": 2}})
    assert answer.values == {"n": {"value": 1}}
    assert all(problem.path.startswith("$.t") for problem in answer.errors)
    assert answer.errors


def test_what_json_cant_say_becomes_null_with_its_place():
    """NaN, Infinity and 1e999 would make a browser refuse the whole text."""
    body = b'{"c": {"x": [1, 2, 3], "series": [{"name": "s", "y": [NaN, 1e999, -Infinity]}]}, "n": NaN}'
    answer = normalise_answer(declare(("chart_line", "c"), ("number", "n")), decode(body))
    assert answer.values == {
        "c": {"x": [1, 2, 3], "series": [{"name": "s", "y": [None, None, None]}]},
        "n": {"value": None},
    }
    assert "$.c.series[0].y[1]" in said(answer.notes)
    json.dumps(answer.values, allow_nan=False)


def test_half_a_surrogate_pair_becomes_the_replacement_character():
    """Text that can't be written as UTF-8 would break whoever writes it."""
    cleaned, notes = clean(decode(rb'{"t": "\ud800 and \ud83d\ude00", "\udfff": 1}'))
    assert cleaned == {"t": "\ufffd and \U0001f600", "\ufffd": 1}
    assert len(notes) == 2


def test_what_is_clean_is_not_copied():
    """A list of a million numbers is passed on as it is."""
    numbers = [0.5] * 1_000_000
    cleaned, notes = clean({"numbers": numbers})
    assert cleaned["numbers"] is numbers
    assert notes == ()


def test_a_mask_reaches_every_text_but_the_bytes_of_files():
    """A secret is hidden in words and keys; a file's bytes are never altered."""

    def mask(text):
        return text.replace("hunter22", "•••")

    value = {"a": ["my hunter22"], "hunter22": 1, "f": "data:text/plain,hunter22"}
    assert clean(value, mask)[0] == {"a": ["my •••"], "•••": 1, "f": "data:text/plain,hunter22"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>Oops", "it begins '<html><body>Oops'"),
        (b'{"n": 1', "isn't JSON"),
        (b"", "it is empty"),
        (b'{"n": "\xff"}', "isn't UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "can't be read"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_how_it_began(body, words):
    """The message is what the user sees when a tool answers garbage."""
    with pytest.raises(Undecodable, match=words.replace("(", r"\(")):
        decode(body)


def test_a_value_that_is_nested_beyond_use_is_refused():
    """Deep values would break readers whose stack is fuller than ours."""
    with pytest.raises(Undecodable, match="nested deeper"):
        clean(decode(b"[" * (DEEPEST + 5) + b"]" * (DEEPEST + 5)))
