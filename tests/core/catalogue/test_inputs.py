"""What each input type takes, how it reads text, and what it says of wrong values and declarations."""

import json
from base64 import b64encode
from datetime import datetime

import pytest

from pixie_core.catalogue import INPUT_TYPES
from pixie_core.structure import structure


def declared(type, **about):
    """A declaration of this type, from an entry as tool.json has it."""
    cls = INPUT_TYPES[type]
    return structure(cls, cls.canonical({"key": "k", "label": "K", **about}))


def problems(type, value, **about):
    entry = declared(type, **about)
    return list(entry.problems(entry.normalised(value)))


OPTIONS = {"options": ["a", 2, {"value": True, "label": "Yes"}]}
COLUMNS = {
    "columns": [
        {"key": "t", "label": "Time", "type": "number"},
        {"key": "n", "type": "integer"},
        {"key": "d", "type": "date"},
    ]
}
POSITIVE = {"schema": {"type": "object", "properties": {"a": {"type": "number", "minimum": 0}}, "required": ["b"]}}


def url(mime="text/csv", size=6, name=""):
    """A data URL of so many bytes."""
    return f"data:{mime}{name};base64,{b64encode(bytes(size)).decode()}"


@pytest.mark.parametrize(
    ("type", "about", "value"),
    [
        ("text", {}, ""), ("text", {"max_length": 2}, "éé"), ("textarea", {}, "a\nb"), ("markdown", {}, "# a"), ("code", {}, "x = 1"),
        ("number", {"min": 0, "max": 1}, 0.5), ("number", {}, -3), ("slider", {"min": 0, "max": 10, "step": 3}, 4),
        ("slider", {"min": 0, "max": 10, "range": True}, [2, 2]),
        ("select", OPTIONS, "a"), ("select", OPTIONS, 2), ("select", OPTIONS, 2.0), ("radio", OPTIONS, True),
        ("multiselect", OPTIONS, ["a", True]), ("multiselect", OPTIONS, []),
        ("checkbox", {}, False), ("toggle", {}, True),
        ("date", {"min": "2026-01-01"}, "2026-01-01"), ("time", {}, "23:59:59"), ("datetime", {"max": "2026-05-17T12:00Z"}, "2026-05-17T13:00+02:00"),
        ("date_range", {}, ["2026-01-01", "2026-01-01"]),
        ("file", {"accept": [".csv"]}, url()), ("file", {"accept": [".csv"]}, url("application/vnd.ms-excel")),
        ("file", {"accept": [".csv"]}, url("application/octet-stream")), ("file", {"accept": [".xyz"]}, url("text/plain")),
        ("file", {"accept": [".xyz"]}, url("text/plain", name=";name=a.XYZ")), ("file", {"max_size_mb": 1e-5}, url(size=10)),
        ("file", {"multiple": True, "required": False}, []), ("file", {"multiple": True}, url()), ("file", {}, "data:,hello%20there"),
        ("image", {}, url("image/webp")), ("audio", {}, url("video/webm")), ("audio", {"accept": "audio/*"}, url("audio/wav")),
        ("colour", {}, "#00FFaa"), ("colour", {}, "#0fa"),
        ("json", {}, None), ("json", {}, [1, {"a": None}]), ("json", POSITIVE, {"b": 1}),
        ("tags", {}, ["a", "b"]), ("autocomplete", {"endpoint": "cities"}, "Lyon"),
        ("table", COLUMNS, [{"t": 1.5, "n": 2, "d": "2026-01-01"}, {"t": None, "n": ""}, {}]), ("table", {}, [{"any": [1]}]),
        ("map_point", {}, [90, -180]), ("map_point", {}, {"lat": 1, "lon": 2}), ("map_bbox", {}, [-1, 170, 1, -170]),
        ("map_bbox", {}, {"south": 0, "west": 1, "north": 2, "east": 3}), ("map_bbox", {}, [[0, 1], {"lat": 2, "lng": 3}]),
        ("map_multipoint", {}, [{"latitude": 1, "longitude": 2}]), ("map_polygon", {}, [[0, 0], [0, 1], [1, 1]]),
        ("hidden", {"default": 1}, {"any": "thing"}),
    ],
)  # fmt: skip
def test_a_right_value_has_no_problems(type, about, value):
    """What the contract allows is taken."""
    assert problems(type, value, **about) == []


@pytest.mark.parametrize(
    ("type", "about", "value", "said"),
    [
        ("text", {}, 42, "must be text, not a number (42)"),
        ("text", {}, None, "must be text, not null"),
        ("text", {"max_length": 2}, "abc", "has 3 characters; at most 2 are allowed"),
        ("textarea", {}, "a\0b", "holds a NUL character or half of a surrogate pair, which no text may"),
        ("code", {}, "\ud800", "holds a NUL character or half of a surrogate pair, which no text may"),
        ("number", {}, "3", 'must be a number, not text ("3")'),
        ("number", {}, True, "must be a number, not a boolean (true)"),
        ("number", {}, float("nan"), "must be a finite number"),
        ("number", {}, 10**400, "must lie within ±2⁵³, so that every program reads it alike"),
        ("number", {"min": 1, "unit": "kg"}, 0.5, "is 0.5; it must be at least 1 kg"),
        ("slider", {"min": 0, "max": 10}, 11, "is 11; it must be at most 10"),
        ("slider", {"min": 0, "max": 10, "range": True}, 3, "must be [low, high], not a number (3)"),
        ("slider", {"min": 0, "max": 10, "range": True}, [3, 2], "is [3, 2]; the first must not be greater than the second"),
        ("select", OPTIONS, "2", 'is text ("2"); it must be one of "a", 2, true: did you mean 2?'),
        ("select", {"options": ["linear", "log"]}, "liner", 'is text ("liner"); it must be one of "linear", "log": did you mean linear?'),
        ("radio", OPTIONS, 1, 'is a number (1); it must be one of "a", 2, true'),
        ("multiselect", OPTIONS, "a", 'must be a list of choices, not text ("a")'),
        ("multiselect", OPTIONS, ["a", "a"], 'holds "a" twice'),
        ("checkbox", {}, "on", 'must be true or false, not text ("on")'),
        ("date", {}, "17/05/2026", 'is text ("17/05/2026"); it must be a date as YYYY-MM-DD, such as 2026-05-17'),
        ("date", {}, "2026-02-30", 'is text ("2026-02-30"); it must be a date as YYYY-MM-DD, such as 2026-05-17'),
        ("date", {}, "20260517", 'is text ("20260517"); it must be a date as YYYY-MM-DD, such as 2026-05-17'),
        ("date", {"min": "2026-01-01"}, "2025-12-31", "is 2025-12-31; it must not be before 2026-01-01"),
        ("time", {}, "24:00", 'is text ("24:00"); it must be a time as HH:MM or HH:MM:SS, such as 08:30'),
        ("datetime", {"max": "2026-05-17T12:00Z"}, "2026-05-17T12:00-01:00", "is 2026-05-17T12:00-01:00; it must not be after 2026-05-17T12:00Z"),
        ("date_range", {}, ["2026-02-01", "2026-01-01"], "goes from 2026-02-01 to 2026-01-01; the first must not be after the second"),
        ("date_range", {}, "2026-02-01", 'must be [from, to], two dates as YYYY-MM-DD, not text ("2026-02-01")'),
        ("file", {}, "a.csv", 'must be a file as a data URL (data:text/csv;base64,…), not text ("a.csv")'),
        ("file", {}, "data:text/csv;base64,abc", "is a data URL whose base64 is broken (Incorrect padding)"),
        ("file", {"accept": [".csv", "image/*"]}, url("application/pdf"), "is application/pdf; accepted are .csv, image/*"),
        ("file", {"accept": [".csv"]}, url("text/csv", name=";name=a.txt"), "is a.txt; accepted are .csv"),
        ("file", {"max_size_mb": 0.001}, url(size=1001), "has 0.001 MB; at most 0.001 MB are allowed"),
        ("file", {"multiple": True}, [], "has no file; at least one is needed"),
        ("file", {"multiple": True}, [url(), 3], "file 2 must be a file as a data URL (data:text/csv;base64,…), not a number (3)"),
        ("image", {}, url(), "is text/csv; accepted are image/…"),
        ("image", {}, "data:image/png,<script>", "says that it is image/png, and what is in it is text/html"),
        ("image", {}, "data:application/octet-stream,words", "says that it is application/octet-stream, and what is in it is text/plain"),
        ("image", {"multiple": True}, [url("image/png"), "data:image/jpeg,%PDF-1.7"], "file 2 says that it is image/jpeg, and what is in it is application/pdf"),
        ("audio", {}, "data:audio/wav;base64,UEsDBA==", "says that it is audio/wav, and what is in it is application/zip"),
        ("colour", {}, "red", 'is text ("red"); it must be a colour as #rrggbb, such as #0072b2'),
        ("json", {}, {"a": float("inf")}, "holds at $.a what JSON can't say: expected a finite number; use null for a gap"),
        ("json", {}, {"a": ["\ud800"]}, "holds a NUL character or half of a surrogate pair, which no text may"),
        ("tags", {}, ["a", 3], "has in place 2 what must be text, not a number (3)"),
        ("tags", {}, [" "], "has a blank word in place 1"),
        ("table", COLUMNS, {}, "must be a list of rows, not an object"),
        ("table", COLUMNS, [{"t": "x"}], 'row 1 Time must be a number, not text ("x")'),
        ("table", COLUMNS, [{"n": 1.5}], "row 1 n is 1.5; it must be a whole number"),
        ("table", COLUMNS, [{"x": 1}], "row 1 has a cell 'x' and there is no such column; columns are t, n, d"),
        ("table", {"min_rows": 2}, [{}], "has 1 rows; at least 2 are needed"),
        ("table", {"max_rows": 1}, [{}, {}], "has 2 rows; at most 1 are allowed"),
        ("map_point", {}, [151.2, -33.9], "has the latitude 151.2; it must lie within −90 and 90 degrees; the order is latitude, longitude"),
        ("map_point", {}, [0, True], "has a boolean (true) for longitude; it must be a number of degrees"),
        ("map_bbox", {}, [2, 0, 1, 1], "has its south (2) above its north (1)"),
        ("map_polygon", {}, [[0, 0], [1, 1]], "has 2; an area has at least three corners"),
        ("map_multipoint", {}, [[0, 0], 3], "place 2 must be [latitude, longitude], not a number (3)"),
        ("hidden", {"default": 1}, float("nan"), "holds at $ what JSON can't say: expected a finite number; use null for a gap"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_said_in_a_sentence(type, about, value, said):
    """Going on from the input's label: what was found, and what is allowed."""
    assert problems(type, value, **about) == [said]


def test_every_place_where_json_misses_its_schema_is_said():
    """Each with its path."""
    assert problems("json", {"a": -1}, **POSITIVE) == [
        "at $: 'b' is a required property",
        "at $.a: -1 is less than the minimum of 0",
    ]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "https://example.org/schema.json"}, "refers to 'https://example.org/schema.json', which isn't in the schema itself"),
        ({"$ref": "#"}, "refers to itself without end"),
    ],
)  # fmt: skip
def test_a_schema_that_leads_nowhere_is_said(schema, said):
    """Nothing is fetched, and nothing runs on for ever."""
    (found,) = problems("json", {}, schema=schema)
    assert said in found


@pytest.mark.parametrize(
    ("type", "about", "texts", "value"),
    [
        ("text", {}, ["42"], "42"), ("textarea", {}, ["a\r\nb"], "a\nb"), ("code", {}, ["a\r\nb"], "a\nb"),
        ("number", {}, [" 42 "], 42), ("number", {}, ["4.20"], 4.2), ("number", {}, ["\u22123e2"], -300.0), ("number", {}, ["1", "2"], 2),
        ("slider", {"min": 0, "max": 9, "range": True}, ["1", "2"], [1, 2]), ("slider", {"min": 0, "max": 9, "range": True}, ["[1, 2]"], [1, 2]),
        ("select", OPTIONS, ["2"], 2), ("select", OPTIONS, ["true"], True), ("radio", OPTIONS, ["a"], "a"),
        ("multiselect", OPTIONS, ["", "2", "a"], [2, "a"]), ("multiselect", OPTIONS, [""], []), ("multiselect", OPTIONS, ["2,a"], [2, "a"]),
        ("multiselect", {"options": ["a,b", "c"]}, ["a,b"], ["a,b"]), ("multiselect", OPTIONS, ["[2]"], [2]),
        ("checkbox", {}, ["false", "on"], True), ("toggle", {}, ["No"], False),
        ("date", {}, [" 2026-05-17 "], "2026-05-17"), ("date_range", {}, ["2026-01-01", "2026-02-01"], ["2026-01-01", "2026-02-01"]),
        ("date_range", {}, ["2026-01-01/2026-02-01"], ["2026-01-01", "2026-02-01"]),
        ("file", {"multiple": True}, ["data:,a", "data:,b"], ["data:,a", "data:,b"]), ("file", {"multiple": True}, ["data:,a"], ["data:,a"]),
        ("json", {}, ['{"a": [1]}'], {"a": [1]}), ("tags", {}, ["a, b,"], ["a", "b"]), ("tags", {}, ["a", "", "b"], ["a", "b"]), ("tags", {}, [""], []),
        ("table", {}, ['[{"a": 1}]'], [{"a": 1}]), ("table", {}, [""], []),
        ("map_point", {}, ["51.5, -0.1"], [51.5, -0.1]), ("map_bbox", {}, ["1 2 3 4"], [1.0, 2.0, 3.0, 4.0]), ("map_multipoint", {}, ["1,2\n3,4"], [[1.0, 2.0], [3.0, 4.0]]),
        ("hidden", {"default": 1}, ["2"], 2), ("hidden", {"default": "a"}, ["2"], "2"),
    ],
)  # fmt: skip
def test_text_is_read_as_its_type(type, about, texts, value):
    """A form's fields and `--set key=text` give typed values."""
    read = declared(type, **about).read_many(texts)
    assert json.dumps(read) == json.dumps(value)


@pytest.mark.parametrize(
    ("type", "text", "said"),
    [
        ("number", "abc", "must be a number, not 'abc'"),
        ("number", "1_000", "must be a number, not '1_000'"),
        ("number", "inf", "must be a finite number, not 'inf'"),
        ("checkbox", "maybe", "must be true or false, not 'maybe'"),
        ("json", "{a: 1}", "must be JSON; Expecting property name enclosed in double quotes at line 1, column 2"),
        ("json", "[NaN]", "must be JSON, which has no NaN"),
        ("map_point", "London", "must be numbers of degrees with commas between them, not 'London'"),
    ],
)
def test_text_that_cannot_be_read_says_what_was_expected(type, text, said):
    """A ValueError whose words go on from the label."""
    with pytest.raises(ValueError) as caught:
        declared(type).read(text)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("type", "about", "sample"),
    [
        ("text", {}, ""), ("number", {"min": 0, "max": 5}, 2), ("number", {"min": 0.0, "max": 5}, 2.5), ("number", {"min": 0, "max": 1}, 0.5),
        ("number", {"min": 3}, 3), ("number", {}, 0), ("slider", {"min": 1, "max": 50, "step": 1}, 25), ("slider", {"min": 0, "max": 1, "step": 0.1}, 0.5),
        ("slider", {"min": 1, "max": 5, "range": True}, [1, 5]), ("select", OPTIONS, "a"), ("multiselect", OPTIONS, []), ("checkbox", {}, False),
        ("date", {"max": "2020-01-01"}, "2020-01-01"), ("time", {"min": "09:00"}, "09:00"),
        ("colour", {}, "#000000"), ("json", {}, {}), ("tags", {}, []), ("table", {}, []),
        ("table", {"columns": ["a"], "min_rows": 1}, [{"a": None}]), ("map_point", {}, [0, 0]), ("map_point", {"default_center": {"lat": 1, "lng": 2}}, [1, 2]),
        ("map_bbox", {"default_center": [10, 20]}, [9.95, 19.95, 10.05, 20.05]), ("map_polygon", {}, [[0, 0]]), ("hidden", {"default": None}, None),
        ("text", {"default": "x"}, "x"), ("map_point", {"default": {"lat": 1, "lng": 2}}, [1, 2]), ("autocomplete", {"endpoint": "a"}, ""),
    ],
)  # fmt: skip
def test_a_sample_is_the_default_else_the_types_own(type, about, sample):
    """What a probe sends when nobody filled in the form."""
    assert declared(type, **about).sample() == sample


def test_files_are_sampled_with_a_picture_and_sounds_with_silence():
    """A PNG of one dot, and a second of WAV."""
    assert declared("file").sample().startswith("data:image/png;base64,")
    assert declared("image", multiple=True).sample() == [declared("file").sample()]
    assert declared("audio").sample().startswith("data:audio/wav;base64,")


def test_moments_are_sampled_as_now():
    """Today and now, to the minute, where this machine is."""
    before = datetime.now().astimezone().replace(tzinfo=None, second=0, microsecond=0)
    day, period, moment = declared("date").sample(), declared("date_range").sample(), declared("datetime").sample()
    after = datetime.now().astimezone().replace(tzinfo=None)
    assert before.date().isoformat() <= day <= after.date().isoformat()
    assert before.date().isoformat() <= period[0] == period[1] <= after.date().isoformat()
    assert before <= datetime.fromisoformat(moment) <= after


@pytest.mark.parametrize(
    ("type", "about", "path", "severity"),
    [
        ("number", {"min": 2, "max": 1}, "$.min", "error"),
        ("slider", {"min": 2, "max": 1}, "$.min", "error"),
        ("select", {"options": []}, "$.options", "error"),
        ("select", {"options": ["a", "b", "a"]}, "$.options[2].value", "warning"),
        ("date", {"min": "today"}, "$.min", "warning"),
        ("date", {"min": "2026-02-01", "max": "2026-01-01"}, "$.min", "error"),
        ("file", {"max_size_mb": 0}, "$.max_size_mb", "error"),
        ("json", {"schema": {"type": "objekt"}}, "$.schema.type", "error"),
        ("autocomplete", {"endpoint": "/complete/cities"}, "$.endpoint", "error"),
        ("table", {"columns": ["a", "a"]}, "$.columns[1].key", "error"),
        ("table", {"columns": [{"key": "a", "type": "nummer"}]}, "$.columns[0].type", "warning"),
        ("table", {"min_rows": 3, "max_rows": 2}, "$.min_rows", "error"),
        ("map_point", {"default_center": [151, 0]}, "$.default_center", "error"),
    ],
)
def test_a_declaration_that_cannot_be_right_is_said(type, about, path, severity):
    """With its place in the entry; what binds nothing is a warning."""
    (fault,) = declared(type, **about).faults()
    assert (fault.path, fault.severity) == (path, severity)


@pytest.mark.parametrize("written", ["cities", "/autocomplete/cities", "autocomplete/cities", "/cities"])
def test_an_endpoint_may_be_a_bare_name(written):
    """It becomes /autocomplete/<name>."""
    assert declared("autocomplete", endpoint=written).endpoint == "/autocomplete/cities"


@pytest.mark.parametrize(("written", "accept"), [(".csv, .tsv", [".csv", ".tsv"]), ([".csv"], [".csv"]), ("", None)])
def test_accept_may_be_one_string(written, accept):
    """Endings with commas between them become a list."""
    assert declared("file", accept=written).accept == accept
