"""The helpers of output types: canonical values out of what authors have, and words for what is wrong."""

from __future__ import annotations

import datetime as dt
import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_tool_sdk import OutputError, outputs
from pixie_tool_sdk.encoding import decode, encode
from pixie_tool_sdk.outputs.conformity import conform, conform_increment

WORDS = st.text(st.characters(exclude_categories=["Cs"]))
PNG = b"\x89PNG\r\n\x1a\n"
DAY = dt.date(2026, 5, 17)
AREA = {"type": "FeatureCollection", "features": [{"type": "Feature", "id": 7, "geometry": None, "properties": {}}]}

CANONICAL = [
    (outputs.text("é"), "é"),
    (outputs.number(3), 3),
    (outputs.number(None), None),
    (outputs.number(25967.5, format="currency", precision=2), {"value": 25967.5, "format": "currency", "precision": 2}),
    (outputs.number(1.5, unit="J"), {"value": 1.5, "unit": "J"}),
    (outputs.boolean(np.bool_(1)), True),
    (outputs.boolean(False, true_label="Yes"), {"value": False, "true_label": "Yes"}),
    (outputs.code("x"), "x"),
    (outputs.code("x", "python"), {"value": "x", "language": "python"}),
    (outputs.progress(None), None),
    (outputs.progress(1), 1),
    (
        outputs.table([{"x": 1, "y": "a"}, {"x": 2.5}]),
        {
            "columns": [{"key": "x", "label": "x", "type": "number"}, {"key": "y", "label": "y", "type": "string"}],
            "rows": [{"x": 1, "y": "a"}, {"x": 2.5}],
        },
    ),
    (
        outputs.table([], ["a", {"key": "b", "label": "B", "unit": "m"}], downloadable=False),
        {"columns": [{"key": "a", "label": "a"}, {"key": "b", "label": "B", "unit": "m"}], "rows": [], "downloadable": False},
    ),
    (outputs.kv({"a": 1, "b": None}), {"pairs": [{"key": "a", "value": 1}, {"key": "b", "value": None}]}),
    (outputs.log(["one", {"message": "two", "t": DAY}]), {"lines": [{"message": "one", "level": "info"}, {"message": "two", "t": "2026-05-17", "level": "info"}]}),
    (outputs.diff("a", "b"), {"before": "a", "after": "b"}),
    (outputs.tree({"label": "/", "children": [{"label": "a"}]}), {"root": {"label": "/", "children": [{"label": "a"}]}}),
    (outputs.timeline([{"t": DAY, "label": "x"}]), {"events": [{"t": "2026-05-17", "label": "x"}]}),
    (outputs.gantt([{"name": "a", "start": DAY, "end": "2026-06-01"}]), {"tasks": [{"name": "a", "start": "2026-05-17", "end": "2026-06-01"}]}),
    (outputs.chart_line(range(2), {"a": (1, None)}, x_label="t", log_y=True), {"x": [0, 1], "series": [{"name": "a", "y": [1, None]}], "x_label": "t", "log_y": True}),
    (outputs.chart_line([DAY], {"a": [1]}), {"x": ["2026-05-17"], "series": [{"name": "a", "y": [1]}]}),
    (outputs.chart_line([0], [{"name": "a", "y": [1], "mode": "markers"}]), {"x": [0], "series": [{"name": "a", "y": [1], "mode": "markers"}]}),
    (outputs.chart_bar(["a"], {"s": np.array([1.5])}, stacked=True), {"x": ["a"], "series": [{"name": "s", "y": [1.5]}], "stacked": True}),
    (outputs.chart_scatter({"s": np.array([[1, 2]])}), {"series": [{"name": "s", "points": [{"x": 1, "y": 2}]}]}),
    (outputs.chart_scatter([{"name": "s", "points": [{"x": 1, "y": 2, "label": None}]}]), {"series": [{"name": "s", "points": [{"x": 1, "y": 2}]}]}),
    (outputs.chart_pie({"a": 1}), {"slices": [{"label": "a", "value": 1}]}),
    (outputs.chart_histogram([1, 2], 10), {"values": [1, 2], "bins": 10}),
    (outputs.chart_boxplot({"a": [1, 2]}), {"series": [{"name": "a", "values": [1, 2]}]}),
    (outputs.chart_heatmap(["a", 1], ["b"], np.zeros((1, 2))), {"x_labels": ["a", 1], "y_labels": ["b"], "z": [[0.0, 0.0]]}),
    (outputs.chart_candlestick([{"t": DAY, "open": 1, "high": 3, "low": 0, "close": 2}]), {"points": [{"t": "2026-05-17", "open": 1, "high": 3, "low": 0, "close": 2}]}),
    (outputs.chart_radar(["a", "b"], {"s": [1, 2]}), {"axes": ["a", "b"], "series": [{"name": "s", "values": [1, 2]}]}),
    (outputs.map_points([(51.5, -0.1)], default_center=(0, 0), default_zoom=3), {"points": [{"lat": 51.5, "lng": -0.1}], "default_center": [0, 0], "default_zoom": 3}),
    (outputs.map_choropleth(AREA, {7: 1.5}), {"geojson": AREA, "values": {"7": 1.5}}),
    (outputs.map_polygons([{"coords": [(0, 0), (0, 1), (1, 0)]}]), {"polygons": [{"coords": [[0, 0], [0, 1], [1, 0]]}]}),
    (outputs.image(PNG), "data:image/png;base64,iVBORw0KGgo="),
    (outputs.image(b"<?xml version='1.0'?>\n<svg xmlns='x'/>")[:24], "data:image/svg+xml;base64"[:24]),
    (outputs.image("https://example.org/a.png"), "https://example.org/a.png"),
    (outputs.audio(b"RIFF\0\0\0\0WAVEfmt ")[:22], "data:audio/wav;base64,"),
    (outputs.video(b"OggS...")[:22], "data:video/ogg;base64,"),
    (outputs.image_grid([PNG, {"value": PNG, "label": "b"}])["images"][1]["label"], "b"),
    (outputs.file("a.csv", b"a,b\n", "text/csv"), {"filename": "a.csv", "data": "data:text/csv;base64,YSxiCg==", "mime_type": "text/csv"}),
]  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), CANONICAL)
def test_a_helper_gives_the_canonical_value(made, expected):
    """What authors have at hand becomes the canonical shape, plain enough for JSON."""
    assert made == expected
    assert json.loads(json.dumps(made)) == made


WRONG = [
    (lambda: outputs.text(7), "text is 7: expected a string"),
    (lambda: outputs.number("7"), "number is '7': expected a number"),
    (lambda: outputs.number(True), "expected a number"),
    (lambda: outputs.number(math.inf), "number is inf: expected a finite number"),
    (lambda: outputs.number(1, format="money"), "number.format"),
    (lambda: outputs.number(1, precision=1.5), "number.precision"),
    (lambda: outputs.number(1, precision=16), "from 0 to 15"),
    (lambda: outputs.boolean(1), "expected True or False"),
    (lambda: outputs.progress(2), "a number from 0 to 1"),
    (lambda: outputs.table({"value": 1}), "table.rows"),
    (lambda: outputs.table([[1, 2]]), "table.rows[0] is [1, 2]: expected an object by column key"),
    (lambda: outputs.table([{"a": 1}], ["b"]), "has the cell 'a', which no column names"),
    (lambda: outputs.table([{"a": 1}, {"a": "x"}], [{"key": "a", "type": "number"}]), "table.rows[1].a is 'x'"),
    (lambda: outputs.table([{"a": 1.0}, {"a": math.nan}]), "table.rows[1].a is nan"),
    (lambda: outputs.table([], ["a", "a"]), "keys are unique"),
    (lambda: outputs.table([], [{"key": "a", "type": "money"}]), "table.columns[0].type"),
    (lambda: outputs.table([{1: 2}]), "a string for its key"),
    (lambda: outputs.kv({"a": [1]}), "kv.pairs[0].value"),
    (lambda: outputs.kv([{"key": "a"}]), "kv.pairs[0] has no value"),
    (lambda: outputs.kv({"a": math.nan}), "kv.pairs[0].value is nan"),
    (lambda: outputs.log([{"message": "m", "level": "loud"}]), "log.lines[0].level"),
    (lambda: outputs.tree({"label": "a", "children": [{"name": "b"}]}), "tree.root.children[0] has no label"),
    (lambda: outputs.gantt([{"name": "a", "start": "2026-02-01", "end": "2026-01-01"}]), "before its start"),
    (lambda: outputs.timeline([{"t": " ", "label": "x"}]), "timeline.events[0].t"),
    (lambda: outputs.chart_line(["a"], {"s": [1]}), "use chart_bar"),
    (lambda: outputs.chart_line([0, 1], {"s": [1]}), "chart_line.series[0].y has 1 items and x has 2"),
    (lambda: outputs.chart_line([0, None], {"s": [1, 2]}), "chart_line.x[1] is None"),
    (lambda: outputs.chart_line(np.array([0.0, np.nan]), {"s": [1, 2]}), "chart_line.x[1] is nan"),
    (lambda: outputs.chart_line([0], {"s": [math.nan]}), "None for a gap"),
    (lambda: outputs.chart_line([0], [{"y": [1]}]), "chart_line.series[0] has no name"),
    (lambda: outputs.chart_line([0], [1]), "chart_line.series[0]"),
    (lambda: outputs.chart_line([0], {"s": "1"}), "a list of numbers"),
    (lambda: outputs.chart_bar([2020], {"s": [1]}), "write numbers as text"),
    (lambda: outputs.chart_scatter([{"x": 1, "y": 2}]), "has no name, points"),
    (lambda: outputs.chart_scatter({"s": [(1, 2, 3)]}), "chart_scatter.series[0].points[0]"),
    (lambda: outputs.chart_pie({"a": -1}), "a number not under 0"),
    (lambda: outputs.chart_histogram([1], 0), "chart_histogram.bins"),
    (lambda: outputs.chart_heatmap(["a"], ["b"], [[1, 2]]), "chart_heatmap.z[0] has 2 items and x_labels has 1"),
    (lambda: outputs.chart_heatmap(["a"], ["b"], []), "y_labels has 1"),
    (lambda: outputs.chart_candlestick([{"t": "d", "open": 5, "high": 3, "low": 0, "close": 2}]), "isn't in order"),
    (lambda: outputs.chart_radar(["a"], {"s": [1, 2]}), "axes has 1"),
    (lambda: outputs.chart_sankey([{"id": "a", "label": "A"}], [{"source": "a", "target": "b", "value": 1}]), "target is 'b', and no node"),
    (lambda: outputs.chart_sankey([{"id": "a", "label": "A"}] * 2, []), "ids are unique"),
    (lambda: outputs.chart_treemap([{"id": "a", "label": "A", "value": 1, "parent": "x"}]), "no node has this id"),
    (lambda: outputs.chart_treemap([{"id": i, "label": "A", "value": 1, "parent": p} for i, p in ("ab", "ba")]), "lies within itself"),
    (lambda: outputs.chart_network([{"id": 1, "label": "A"}], [{"source": 1, "target": 2}]), "chart_network.edges[0].target"),
    (lambda: outputs.map_points([(91, 0)]), "map_points.points[0][0], the latitude, is 91: expected a number from -90 to 90"),
    (lambda: outputs.map_points([{"lat": 1, "lon": 2}]), "longitude is called 'lng'"),
    (lambda: outputs.map_heatmap([{"lat": 1, "lng": 2, "weight": -1}]), "weight"),
    (lambda: outputs.map_polygons([{"coords": [(0, 0), (1, 1)]}]), "three or more"),
    (lambda: outputs.map_choropleth({"type": "Feature"}, {}), "has no features"),
    (lambda: outputs.image("plot.png"), "Path(...)"),
    (lambda: outputs.image(b"??"), "say mime_type"),
    (lambda: outputs.image("data:text/html;base64,AAAA"), "expected image/..."),
    (lambda: outputs.image("data:image/png,abc"), "in base64"),
    (lambda: outputs.image("data:image/png;base64,A"), "proper base64"),
    (lambda: outputs.image(Path("/nowhere.png")), "can't be read"),
    (lambda: outputs.file("a/b", b"", "text/plain"), "plain file name"),
    (lambda: outputs.file("a", b"", "text"), "a MIME type"),
    (lambda: outputs.file("a", "hello", "text/plain"), ".encode()"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), WRONG)
def test_what_is_wrong_is_named(make, said):
    """A wrong value raises a ValueError with its place, what was found and what was expected."""
    with pytest.raises(OutputError) as caught:
        make()
    assert isinstance(caught.value, ValueError)
    assert said in str(caught.value)


def test_files_of_this_machine_are_read(tmp_path):
    """A Path becomes a data URL of the type that its suffix says."""
    path = tmp_path / "a.webp"
    path.write_bytes(b"whatever")
    assert outputs.image(path).startswith("data:image/webp;base64,")
    assert outputs.file("b.txt", path, "text/plain")["data"].startswith("data:text/plain;base64,")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("table", {"value": []}, "table has no `value`: expected an object with rows"),
        ("chart_scatter", {"points": []}, "chart_scatter has no series: found points"),
        ("file", {"filename": "a", "data": "data:a/b;base64,"}, "file has no mime_type"),
        ("chart_line", {"x": ["a"], "series": []}, "use chart_bar"),
        ("kv", [1], "kv is [1]: expected an object with pairs"),
        ("text", {"value": 3}, "output 'o': text is 3"),
    ],
)
def test_the_usual_mistakes_are_named(kind, value, said):
    """Plain dicts are checked like the helpers' arguments, and the common mistakes have words of their own."""
    with pytest.raises(OutputError) as caught:
        conform(kind, value, "output 'o'")
    assert said in str(caught.value)


def test_an_increment_needs_less_than_a_value():
    """Rows stream without columns, and a single line of a log stands for a list of one."""
    assert conform_increment("table", {"rows": [{"a": np.int64(1)}]}, "o") == {"rows": [{"a": 1}]}
    assert conform_increment("log", {"message": "m"}, "o") == {"lines": [{"message": "m", "level": "info"}]}
    assert conform_increment("code", {"value": "x", "language": "python"}, "o") == "x"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [1, {"b": math.nan}]}, "v.a[1].b is nan"),
        ([float("-inf")], "v[0] is -inf"),
        ({"a": "\ud800"}, "v.a holds text that isn't Unicode"),
        ({"a": {1, 2}}, "v.a is a set"),
        ({(1, 2): 3}, "keys must be strings"),
        (np.array([1.0, np.nan]), "v[1] is nan"),
        ({"a": object}, "v.a is a type"),
    ],
)
def test_what_json_cannot_say_is_told_with_its_place(value, said):
    """NaN, infinity, broken text and unknown objects never leave, and the message says where they are."""
    with pytest.raises(OutputError) as caught:
        encode(value, "v")
    assert said in str(caught.value)


def test_a_value_that_holds_itself_is_told():
    """A circle is found and named instead of being walked for ever."""
    value: list = []
    value.append(value)
    with pytest.raises(OutputError, match="holds itself"):
        encode(value, "v")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    )
)
def test_json_comes_back_as_it_was(value):
    """Whatever JSON can say is encoded and decoded without a change."""
    assert decode(encode(value)) == value


def test_a_million_numbers_are_checked_in_one_pass():
    """A series of a million values passes in a fraction of a second, and is not copied."""
    x, y = list(range(1_000_000)), [float(n) for n in range(1_000_000)]
    begun = time.perf_counter()
    chart = outputs.chart_line(x, {"y": y})
    assert time.perf_counter() - begun < 1
    assert chart["x"] is x
    assert chart["series"][0]["y"] is y
