"""The published schemas and the strict check give the same verdict."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES
from pixie_core.errors import ManifestInvalid
from pixie_core.schemas import input_schema, output_schema, tool_schema
from pixie_core.structure import Problems, structure_output
from pixie_core.testing.catalogue import input_examples, manifest_with_every_type, output_examples
from pixie_core.tool.manifest import manifest_from

REPLACEMENTS = [
    None,
    True,
    False,
    0,
    -1,
    0.5,
    7,
    10**6,
    "",
    "x",
    "2026-05-17",
    [],
    [None],
    ["x"],
    [1, 2],
    {},
    {"value": 1},
]


def places(value, path=()):
    """Every place in a JSON value, as a path of keys and indices."""
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value[:3]):
            yield from places(each, (*path, index))


def mutated(value, path, replacement):
    """The value with what stands at the path replaced, or taken out when the replacement is `...`."""
    if not path:
        return value if replacement is ... else replacement
    copy = deepcopy(value)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if replacement is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = replacement
    return copy


def mutations(value):
    """The value with one place replaced or taken out."""
    return st.builds(
        lambda path, replacement: mutated(value, path, replacement),
        st.sampled_from(list(places(value))),
        st.sampled_from([..., *REPLACEMENTS]),
    )


@st.composite
def mutated_outputs(draw):
    name = draw(st.sampled_from(sorted(OUTPUT_TYPES)))
    return name, draw(mutations(OUTPUT_TYPES[name].example))


def strict_output(name, raw):
    try:
        structure_output(OUTPUT_TYPES[name], raw)
    except Problems as error:
        return list(map(str, error.problems))
    return []


def minimal(entry):
    """A manifest around one input."""
    return {"id": "a", "name": "A", "inputs": [entry], "outputs": [{"key": "o", "type": "text", "label": "O"}]}


def strict_manifest(raw):
    try:
        manifest_from(raw)
    except ManifestInvalid as error:
        return list(map(str, error.problems))
    return []


BEYOND = (
    "stands already",
    "stands 2 times",
    "no input is called",
    "own key",
    "no value could be right",
    "isn't JSON Schema",
    "more than max_rows",
)
"""Problems of one entry with another, or of two fields with each other: no schema says these."""


def within_reach(problems):
    return [each for each in problems if not any(said in each for said in BEYOND)]


VALIDATORS = {name: Draft202012Validator(output_schema(name)) for name in OUTPUT_TYPES}
TOOL = Draft202012Validator(tool_schema())


@pytest.mark.parametrize("schema", [tool_schema(), *map(input_schema, INPUT_TYPES), *map(output_schema, OUTPUT_TYPES)])
def test_every_schema_is_one(schema):
    """Each is valid by the draft's own schema, and JSON as it stands."""
    Draft202012Validator.check_schema(schema)
    json.dumps(schema, allow_nan=False)


@pytest.mark.parametrize("example", output_examples(), ids=str)
def test_the_schema_takes_the_example(example):
    """An output type's example meets its schema."""
    assert list(VALIDATORS[example.type].iter_errors(example.raw)) == []


@pytest.mark.parametrize("example", input_examples(), ids=str)
def test_the_schema_takes_the_entry(example):
    """An input type's example is an entry by its own schema, and by tool.json's."""
    assert list(Draft202012Validator(input_schema(example.type)).iter_errors(example.raw)) == []
    assert list(TOOL.iter_errors(minimal(example.raw))) == []


def test_the_schema_takes_a_manifest_with_every_type():
    """All entries together meet the schema of tool.json."""
    assert list(TOOL.iter_errors(manifest_with_every_type())) == []


def test_bundled_tools_are_right_to_both():
    """Every tool.json of the checkout meets the schema and the strict check, without a warning."""
    found = sorted((Path(__file__).parents[2] / "tools").glob("*/tool.json"))
    assert found
    for path in found:
        raw = json.loads(path.read_text(encoding="utf-8"))
        assert manifest_from(raw)[1] == (), path
        assert list(TOOL.iter_errors(raw)) == [], path


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated_outputs())
def test_schema_and_strict_check_agree_on_values(case):
    """A value that was changed in one place is wrong to both or to neither."""
    name, raw = case
    problems = strict_output(name, raw)
    errors = [f"{each.json_path}: {each.message[:80]}" for each in VALIDATORS[name].iter_errors(raw)]
    assert bool(problems) == bool(errors), (name, raw, problems, errors)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(INPUT_TYPES)).flatmap(lambda name: mutations({**INPUT_TYPES[name].example, "group": "g"}))
)
def test_schema_and_strict_check_agree_on_inputs(entry):
    """An entry that was changed in one place is wrong to both or to neither."""
    raw = minimal(entry)
    problems = strict_manifest(raw)
    errors = [f"{each.json_path}: {each.message[:80]}" for each in TOOL.iter_errors(raw)]
    assert bool(within_reach(problems)) == bool(errors), (raw, problems, errors)


WHOLE = {
    **minimal({"key": "x", "type": "number", "label": "X"}),
    "description": "d",
    "layout": "form",
    "warm_keep_seconds": 300,
    "secrets": [{"key": "TOKEN", "description": "from the site", "required": True}],
    "concurrent": True,
    "retain_runs": 3,
    "tags": ["a-b"],
    "entrypoint": "src/main.py",
    "citations": [{"doi": "10.1/1"}],
    "validator_timeout_override": None,
}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations(WHOLE))
def test_schema_and_strict_check_agree_on_the_top(raw):
    """A manifest that was changed in one place is wrong to both or to neither."""
    problems = strict_manifest(raw)
    errors = [f"{each.json_path}: {each.message[:80]}" for each in TOOL.iter_errors(raw)]
    assert bool(within_reach(problems)) == bool(errors), (raw, problems, errors)


@pytest.mark.parametrize(
    "entry",
    [
        {"key": "s", "type": "select", "label": "S", "options": ["a", 2, True]},
        {"key": "s", "type": "select", "label": "S", "options": [{"value": 1, "label": "One"}, "b"]},
        {"key": "f", "type": "file", "label": "F", "accept": ".csv,.tsv"},
        {"key": "a", "type": "autocomplete", "label": "A", "endpoint": "cities"},
        {"key": "m", "type": "map_point", "label": "M", "default_center": {"lat": 51, "lon": 0}},
        {"key": "t", "type": "table", "label": "T", "columns": ["x", "y"]},
    ],
)
def test_spellings_of_the_wild_are_taken_by_both(entry):
    """What tools in the wild write otherwise is right to the schema and to the strict check."""
    assert strict_manifest(minimal(entry)) == []
    assert list(TOOL.iter_errors(minimal(entry))) == []


@pytest.mark.parametrize("entrypoint", ["/etc/x.py", "../x.py", "a/../../x.py", " ", "a\\b.py", "a/..", ".."])
def test_an_entrypoint_outside_the_folder_is_wrong_to_both(entrypoint):
    """Absolute, climbing and blank entrypoints are refused."""
    raw = {**WHOLE, "entrypoint": entrypoint}
    assert [each.split(":")[0] for each in strict_manifest(raw)] == ["$.entrypoint"]
    assert [each.json_path for each in TOOL.iter_errors(raw)] == ["$.entrypoint"]


def test_a_wrong_field_gives_one_complaint():
    """An editor hears of the field that is wrong, and not of 28 types."""
    raw = minimal({"key": "s", "type": "slider", "label": "S", "min": "low", "max": 3})
    (error,) = TOOL.iter_errors(raw)
    assert error.json_path == "$.inputs[0].min"


def test_a_label_on_a_secret_is_refused_by_both():
    """The old name of a secret's description is an error that names the new one."""
    raw = {**WHOLE, "secrets": [{"key": "TOKEN", "label": "Token"}]}
    assert strict_manifest(raw) == ["unknown key 'label' at $.secrets[0].label: what it is goes into description"]
    assert [each.json_path for each in TOOL.iter_errors(raw)] == ["$.secrets[0]"]
