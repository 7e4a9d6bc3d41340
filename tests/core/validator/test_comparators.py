"""Comparing values with known answers."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.validator.comparators import Tolerance, compare, default_tolerance, read_tolerance


def same(kind, expected, actual, **tolerance):
    return not compare(kind, expected, actual, Tolerance(**tolerance) if tolerance else default_tolerance(kind))


@pytest.mark.parametrize("kind", sorted(OUTPUT_TYPES))
def test_every_types_example_is_itself(kind):
    """By the default tolerance, and exactly."""
    example = OUTPUT_TYPES[kind].example
    assert same(kind, example, example)
    assert not compare(kind, example, example, Tolerance())


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1e6), st.floats(0, 1))
def test_a_number_is_within_any_tolerance_of_itself(number, absolute, relative):
    """And what is allowed grows with both."""
    tolerance = Tolerance(absolute, relative)
    assert tolerance.allows(number, number)
    assert tolerance.allowed(number) >= absolute


@pytest.mark.parametrize(
    ("kind", "expected", "actual", "match"),
    [
        ("number", {"value": 1}, {"value": 1.00009}, True),
        ("number", {"value": 1}, {"value": 1.0002}, False),
        ("number", {"value": 0}, {"value": 9e-7}, True),
        ("number", {"value": 0}, {"value": 2e-6}, False),
        ("number", {"value": 5}, {"value": 5, "format": "currency"}, True),
        ("number", {"value": None}, {"value": None}, True),
        ("number", {"value": 1}, {"value": None}, False),
        ("number", {"value": 2**60}, {"value": 2**60}, True),
        ("progress", 0.5, 0.50001, True),
        ("boolean", {"value": True}, {"value": True, "true_label": "x"}, True),
        ("boolean", {"value": True}, {"value": False}, False),
        ("boolean", {"value": True}, {"value": 1}, False),
        ("text", "a", "a", True),
        ("text", "a", "a ", False),
        ("code", {"value": "x"}, {"value": "x", "language": "python"}, True),
        ("table", {"columns": [{"key": "a"}], "rows": [{"a": 1}]}, {"columns": [{"key": "a", "label": "A"}], "rows": [{"a": 1 + 1e-7}]}, True),
        ("table", {"columns": [{"key": "a"}], "rows": [{"a": 1}]}, {"columns": [{"key": "a"}], "rows": [{"a": 1.001}]}, False),
        ("table", {"columns": [{"key": "a"}], "rows": []}, {"columns": [{"key": "b"}], "rows": []}, False),
        ("table", {"columns": [{"key": "a"}], "rows": []}, {"columns": [{"key": "a"}, {"key": "b"}], "rows": []}, False),
        ("table", {"columns": [{"key": "a"}], "rows": [{"a": 1}]}, {"columns": [{"key": "a"}], "rows": []}, False),
        ("table", {"columns": [{"key": "a"}], "rows": [{"a": "x"}]}, {"columns": [{"key": "a"}], "rows": [{"a": "y"}]}, False),
        ("kv", {"pairs": [{"key": "a", "value": 1}, {"key": "b", "value": "x"}]}, {"pairs": [{"key": "b", "value": "x"}, {"key": "a", "value": 1}]}, True),
        ("kv", {"pairs": [{"key": "a", "value": 1}]}, {"pairs": [{"key": "a", "value": 1}, {"key": "b", "value": 2}]}, False),
        ("kv", {"pairs": [{"key": "a", "value": 1}]}, {"pairs": []}, False),
        ("chart_line", {"x": [0], "series": [{"name": "a", "y": [1000]}]}, {"x": [0], "series": [{"name": "a", "y": [1000.9]}], "x_label": "t"}, True),
        ("chart_line", {"x": [0], "series": [{"name": "a", "y": [1000]}]}, {"x": [0], "series": [{"name": "a", "y": [1002]}]}, False),
        ("chart_line", {"x": [0], "series": [{"name": "a", "y": [0]}]}, {"x": [0], "series": [{"name": "a", "y": [1e-17]}]}, True),
        ("chart_line", {"x": [0], "series": [{"name": "a", "y": [0]}]}, {"x": [0], "series": [{"name": "b", "y": [0]}]}, False),
        ("chart_line", {"x": [0], "series": []}, {"x": [0], "series": [{"name": "b", "y": [0]}]}, False),
        ("log", {"lines": [{"message": "a", "t": "2026-01-01"}]}, {"lines": [{"message": "a", "t": "2027-01-01", "level": "info"}]}, True),
    ],
)  # fmt: skip
def test_values_are_compared_by_their_type(kind, expected, actual, match):
    """Structure exactly, numbers within the type's tolerance, what isn't expected to be looked at not at all."""
    assert same(kind, expected, actual) is match


def test_a_difference_says_where_and_how_far():
    """The path, both numbers, their distance and what was allowed."""
    (found,) = compare("number", {"value": 100}, {"value": 101}, default_tolerance("number"))
    assert str(found) == "$: expected 100, found 101: 1 apart, 0.01 allowed"
    rows = {"columns": [{"key": "a"}], "rows": [{"a": 1}, {"a": 2}]}
    other = {"columns": [{"key": "a"}], "rows": [{"a": 1}, {"a": 3}]}
    (found,) = compare("table", rows, other, default_tolerance("table"))
    assert found.path == "$.rows[1].a"
    (found,) = compare("text", "x" * 500 + "a", "x" * 500 + "b", Tolerance())
    assert "from character 500 on: expected 'a', found 'b'" in found.message


def test_files_are_compared_by_size_and_hash():
    """However their data URL spells them; the expectation may be the hash alone."""
    content = b"some bytes"
    one = "data:text/plain;base64," + base64.b64encode(content).decode()
    assert same("image", one, "data:image/png,some%20bytes")
    assert same("image", {"sha256": hashlib.sha256(content).hexdigest(), "size": 10}, one)
    (found,) = compare("image", one, "data:,some byteX", Tolerance())
    assert "SHA-256" in found.message
    (found,) = compare("image", one, "data:,short", Tolerance())
    assert found.message == "expected a file of 10 bytes, found 5"
    document = {"filename": "a", "data": one, "mime_type": "text/plain"}
    assert same("file", document, {**document, "data": "data:,some bytes"})
    assert not same("file", document, {**document, "data": "data:,other byte"})


def test_what_comes_beyond_is_right_when_it_is_allowed():
    """Rows, columns, pairs and items; never fewer."""
    wide = {"columns": [{"key": "a"}, {"key": "b"}], "rows": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}
    narrow = {"columns": [{"key": "a"}], "rows": [{"a": 1}]}
    assert same("table", narrow, wide, allow_extra=True)
    assert not same("table", wide, narrow, allow_extra=True)
    one, two = ({"pairs": [{"key": str(i), "value": i} for i in range(n)]} for n in (1, 2))
    assert same("kv", one, two, allow_extra=True)
    assert not same("kv", two, one, allow_extra=True)


def test_tolerances_are_read_as_fixtures_write_them():
    """Both spellings, text numbers of YAML, nested keys; one of abs and rel puts the other to 0."""
    base = default_tolerance("number")
    assert read_tolerance({"rtol": 0.1}, base) == (Tolerance(0.0, 0.1), [])
    assert read_tolerance({"atol": "1e-3", "rel": 0.5}, base) == (Tolerance(1e-3, 0.5), [])
    assert read_tolerance(0.25, base) == (Tolerance(0.25), [])
    assert read_tolerance({"allow_extra": True}, base) == (Tolerance(1e-6, 1e-4, allow_extra=True), [])
    nested, problems = read_tolerance({"rel": 0.5, "series": {"abs": 7}}, base)
    assert problems == []
    assert nested.under("series") == Tolerance(7.0, 0.0)
    assert nested.under("x") is nested


def test_a_nested_tolerance_holds_for_what_lies_under_its_key():
    """And for nothing else."""
    tolerance, _ = read_tolerance({"abs": 0, "series": {"abs": 5}}, Tolerance())
    value = {"x": [1], "series": [{"name": "a", "y": [10]}]}
    assert not compare("chart_line", value, {"x": [1], "series": [{"name": "a", "y": [14]}]}, tolerance)
    assert compare("chart_line", value, {"x": [2], "series": [{"name": "a", "y": [10]}]}, tolerance)


@pytest.mark.parametrize(
    "raw", ["wide", {"abs": "wide"}, {"rel": -1}, {"allow_extra": 1}, {"series": []}, {"abs": True}]
)
def test_a_tolerance_that_cant_be_read_is_a_problem(raw):
    """With its place."""
    _, problems = read_tolerance(raw, Tolerance())
    assert len(problems) == 1
