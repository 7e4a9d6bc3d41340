"""JSON of large values: the same text as in one piece, without its memory."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_core.runtime.large_json import json_pieces, longer_than

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)
LARGE = {
    "rows": [{"name": f"Zürich {number}", "at": [number, {"x": 0.5}]} for number in range(5000)],
    "text": 'a "quoted" line\n\u2028' * 150_000,
    "matrix": [[0.1 * each for each in range(3000)] for _ in range(100)],
    "object": {f"key {number}": [number] * 40 for number in range(4000)},
    "empty": [[], {}, "", None],
    "texts": ["é" * 90_000, "x" * 3_000_000, "é"],
}


def whole(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


@given(values)
@settings(max_examples=100)
def test_the_pieces_are_the_json_of_the_value(value):
    """Whatever the value is; and its length is known without all of it."""
    text = whole(value)
    assert b"".join(json_pieces(value)) == text
    assert not longer_than(value, len(text))
    assert longer_than(value, len(text) - 1)


@pytest.mark.parametrize("name", LARGE)
def test_large_values_come_in_pieces_that_are_the_same_json(name):
    """Rows, texts, matrices and objects are each taken apart, and fit together again."""
    value = {name: LARGE[name], "after": 1}
    assert b"".join(json_pieces(value)) == whole(value)
    assert b"".join(json_pieces(LARGE[name])) == whole(LARGE[name])


def test_a_large_value_is_written_without_a_text_of_all_of_it():
    """Its JSON has tens of megabytes; of those a few are held."""
    size = len(whole(LARGE))
    tracemalloc.start()
    try:
        assert sum(map(len, json_pieces(LARGE))) == size
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < size / 5


def test_what_json_cant_say_is_refused_wherever_it_is():
    """No reader of the file would take it."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        b"".join(json_pieces({"rows": [[1.0] * 200_000, [float("nan")]]}))
