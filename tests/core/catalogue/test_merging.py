"""Increments of a streamed value add up, however they are grouped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.structure import structure_output

numbers = st.integers(-9, 9)
names = st.sampled_from(["a", "b", "c"])
labelled = st.fixed_dictionaries({}, optional={"x_label": st.sampled_from(["t", "s"])})


@st.composite
def series(draw):
    x = draw(st.lists(numbers, max_size=3))
    chosen = draw(st.lists(names, unique=True, max_size=3))
    gaps = st.none() | numbers
    made = [{"name": name, "y": draw(st.lists(gaps, min_size=len(x), max_size=len(x)))} for name in chosen]
    return {"x": x, "series": made, **draw(labelled)}


points = st.builds(
    lambda chosen, points, extra: {"series": [{"name": name, "points": points} for name in chosen], **extra},
    st.lists(names, unique=True, max_size=3),
    st.lists(st.fixed_dictionaries({"x": numbers, "y": numbers}), max_size=3),
    labelled,
)
rows = st.fixed_dictionaries(
    {"rows": st.lists(st.fixed_dictionaries({"a": numbers}), max_size=3)},
    optional={"columns": st.just([{"key": "a"}])},
)
lines = st.fixed_dictionaries({"lines": st.lists(st.fixed_dictionaries({"message": st.text(max_size=3)}), max_size=3)})
text = st.text(max_size=4)

INCREMENTS = {
    "text": text,
    "markdown": text,
    "stream_text": text,
    "code": st.builds(lambda value: {"value": value}, text),
    "log": lines,
    "table": rows,
    "chart_line": series(),
    "chart_area": series(),
    "chart_bar": series(),
    "chart_scatter": points,
}


def increments(name):
    """Increments of a type: its own kind, or whole values where each replaces the one before."""
    return INCREMENTS.get(name, st.builds(lambda number: {"value": number}, numbers))


@pytest.mark.parametrize("name", OUTPUT_TYPES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_merging_is_associative(name, data):
    """Neighbours may be merged before the rest: the value is the same."""
    values = data.draw(st.lists(increments(name), min_size=2, max_size=6))
    start = data.draw(st.integers(0, len(values) - 2))
    end = data.draw(st.integers(start + 2, len(values)))
    merge = OUTPUT_TYPES[name].merge
    assert merge([*values[:start], merge(values[start:end]), *values[end:]]) == merge(values)


@pytest.mark.parametrize("name", OUTPUT_TYPES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_merging_leaves_the_increments_alone(name, data):
    """The events that a run recorded don't change when its value is asked for."""
    values = data.draw(st.lists(increments(name), min_size=1, max_size=4))
    before = repr(values)
    OUTPUT_TYPES[name].merge(values)
    assert repr(values) == before


@pytest.mark.parametrize("name", ["chart_line", "chart_area", "chart_bar"])
@settings(max_examples=50, deadline=None)
@given(st.lists(series(), min_size=1, max_size=5))
def test_merged_series_stay_as_long_as_x(name, values):
    """A series that an increment doesn't mention has gaps there: the merged value is a right one."""
    merged = OUTPUT_TYPES[name].merge(values)
    assert {len(one["y"]) for one in merged["series"]} <= {len(merged["x"])}
    structure_output(OUTPUT_TYPES[name], merged)


def test_a_type_without_increments_is_replaced():
    """Progress, and whatever else isn't appended, is the last that came."""
    assert OUTPUT_TYPES["progress"].merge([0.1, 0.5, None]) is None
    assert OUTPUT_TYPES["chart_pie"].merge([{"slices": []}, {"slices": [{"label": "a", "value": 1}]}]) == {
        "slices": [{"label": "a", "value": 1}]
    }


def test_columns_told_once_stay():
    """Rows may follow without the columns that the first increment told."""
    merged = OUTPUT_TYPES["table"].merge([{"columns": [{"key": "a"}], "rows": [{"a": 1}]}, {"rows": [{"a": 2}]}])
    assert merged == {"columns": [{"key": "a"}], "rows": [{"a": 1}, {"a": 2}]}
