"""The SDK's helpers against the catalogue: one helper for each type, with the same fields."""

from __future__ import annotations

import inspect
import json

import pytest

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_tool_sdk import outputs
from pixie_tool_sdk.outputs.conformity import EMPTY, HELPERS, conform

CONVENIENCES = {"image": {"mime_type"}, "audio": {"mime_type"}, "video": {"mime_type"}}
"""Parameters of helpers that are no field of the value, or one that the declaration has."""


def test_every_output_type_has_a_helper():
    """The helpers are the output types, no more and no less, and each says what it makes."""
    assert set(OUTPUT_TYPES) == set(HELPERS) == set(outputs.__all__)
    assert all(inspect.getdoc(helper) for helper in HELPERS.values())


@pytest.mark.parametrize("kind", sorted(OUTPUT_TYPES))
def test_a_helper_has_the_fields_of_its_type(kind):
    """What a type can say, its helper can make: the parameters are the fields."""
    fields = {each.name.rstrip("_") for each in OUTPUT_TYPES[kind].__attrs_attrs__}
    assert set(inspect.signature(HELPERS[kind]).parameters) - CONVENIENCES.get(kind, set()) == fields


@pytest.mark.parametrize("kind", sorted(OUTPUT_TYPES))
def test_the_example_of_a_type_passes_unchanged(kind):
    """A canonical value goes through the SDK as it is."""
    example = OUTPUT_TYPES[kind].example
    assert conform(kind, json.loads(json.dumps(example)), "the example") == example


@pytest.mark.parametrize("kind", sorted(EMPTY))
def test_a_placeholder_is_a_value_of_its_type(kind):
    """What stands for an output before it has a value is itself a value, so that every reader knows it."""
    assert conform(kind, EMPTY[kind], "the placeholder") == EMPTY[kind]
