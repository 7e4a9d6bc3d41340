"""tool.json as a typed value, with every problem at once."""

import json

import pytest
from attrs import NOTHING

from pixie_core.errors import ManifestInvalid
from pixie_core.tool.manifest import manifest_from, read_manifest


def manifest(**about):
    """A small tool.json, with more said of it."""
    return {
        "id": "word-count",
        "name": "Word count",
        "inputs": [{"key": "text", "type": "textarea", "label": "Text"}],
        "outputs": [{"key": "words", "type": "number", "label": "Words"}],
        **about,
    }


def one_input(**about):
    return manifest(inputs=[{"key": "x", "type": "number", "label": "X", **about}])


def problems(raw):
    with pytest.raises(ManifestInvalid) as caught:
        manifest_from(raw)
    return list(map(str, caught.value.problems))


def warnings(raw):
    return list(map(str, manifest_from(raw)[1]))


def test_what_is_not_said_has_its_default():
    """The defaults of the contract."""
    read, said = manifest_from(manifest())
    assert said == ()
    assert (read.layout, read.warm_keep_seconds, read.max_memory_mb, read.max_runtime_seconds) == ("form", 300, 512, 60)
    assert (read.concurrent, read.retain_runs, read.entrypoint, read.input_transport) == (True, 100, "main.py", "json")
    assert read.input("text").default is NOTHING
    assert (read.output("words").streaming, read.streams) == (False, False)
    assert read.input("words") is read.output("text") is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "$: expected an object, found a list"),
        (manifest(outputs=[{"key": "a", "type": "text", "label": "A"}, {"key": "b", "type": "text", "label": "B"}, {"key": "c", "type": "chartline", "label": "C"}]), "unknown type 'chartline' at $.outputs[2].type: did you mean chart_line?"),
        (one_input(type="color"), "unknown type 'color' at $.inputs[0].type: did you mean colour?"),
        (one_input(type=3), "$.inputs[0].type: is a number (3); expected one of text, textarea,"),
        (manifest(colour="red"), "unknown key 'colour' at $.colour: known are id, name,"),
        (manifest(warm_keep_second=3), "unknown key 'warm_keep_second' at $.warm_keep_second: did you mean warm_keep_seconds?"),
        (manifest(id="Word Count"), "$.id: is 'Word Count'; expected kebab-case, such as lorenz-ode-solver"),
        (manifest(inputs=[]), "$.inputs: is empty; expected a list of at least one input"),
        (manifest(max_memory_mb="512"), "$.max_memory_mb: expected a whole number, found a string ('512')"),
        (manifest(retain_runs=-1), "$.retain_runs: is -1; it must be at least 0"),
        (manifest(layout="chart"), "$.layout: expected one of 'form', 'chat', 'split', found a string ('chart'): did you mean"),
        (manifest(secrets=[{"key": "A", "label": "B"}]), "unknown key 'label' at $.secrets[0].label: what it is goes into description"),
        (manifest(entrypoint="../main.py"), "$.entrypoint: is '../main.py'; expected a relative path inside the tool's folder"),
        (manifest(inputs=[{"key": "a", "type": "text", "label": "A"}] * 2), "$.inputs[0].key: 'a' stands 2 times; keys are unique"),
        (one_input(key="run_id"), "$.inputs[0].key: 'run_id' is reserved for the request itself: choose another key"),
        (one_input(show_if={"key": "y", "equals": 1}), "$.inputs[0].show_if.key: no input is called 'y'"),
        (one_input(show_if={"key": "x", "equals": 1}), "$.inputs[0].show_if.key: is this input's own key: it could never be shown"),
        (one_input(type="hidden"), "$.inputs[0].default: is missing; it is the value that is sent"),
        (one_input(type="select"), "$.inputs[0].options: is missing; it is the choices"),
        (one_input(type="select", options=[]), "$.inputs[0].options: is empty; expected at least one {value, label}"),
        (one_input(type="slider", min=3), "$.inputs[0].max: is missing; it is the right end"),
        (one_input(type="json", schema={"type": "objekt"}), "$.inputs[0].schema.type: isn't JSON Schema: 'objekt' is not valid"),
        (one_input(default=float("nan")), "$.inputs[0].default: expected a finite number"),
    ],
)  # fmt: skip
def test_a_problem_is_named_with_its_place(raw, said):
    """The path, what was found, what was expected, and what was meant."""
    assert problems(raw)[0].startswith(said)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (one_input(default=5, max=3), "$.inputs[0].default: is 5; it must be at most 3; the form would begin with a value that it refuses"),
        (one_input(type="select", options=["a"], default="b"), '$.inputs[0].default: is text ("b"); it must be one of "a"; the form would begin'),
        (one_input(placeholdr="x", type="text"), "unknown key 'placeholdr' at $.inputs[0].placeholdr: did you mean placeholder?"),
        (manifest(tags=["Big Data"]), "$.tags[0]: is 'Big Data'; expected kebab-case"),
        (manifest(inputs=[{"key": "log", "type": "toggle", "label": "Log"}, {"key": "x", "type": "text", "label": "X", "show_if": {"key": "log", "equals": "yes"}}]), "$.inputs[1].show_if.equals: log can't be that: it must be true or false, not text (\"yes\")"),
    ],
)  # fmt: skip
def test_what_stops_nothing_is_a_warning(raw, said):
    """The manifest is read all the same."""
    (found,) = warnings(raw)
    assert found.startswith(said)


def test_every_problem_is_found_at_once():
    """From the top to the last output, in one pass."""
    raw = manifest(
        id="X Y", retain_runs="x", inputs=[{"type": "slider"}], outputs=[{"key": "o", "type": "tabel", "label": "O"}]
    )
    assert [each.split(":")[0].split(" at ")[-1] for each in problems(raw)] == [
        "$.inputs[0].key", "$.inputs[0].label", "$.inputs[0].min", "$.inputs[0].max", "$.outputs[0].type", "$.retain_runs", "$.id",
    ]  # fmt: skip


@pytest.mark.parametrize("default", [None, "b"])
def test_an_optional_default_of_null_is_no_value(default):
    """Null where nothing is required needs no warning; a wrong one does."""
    raw = one_input(type="select", options=["a"], required=False, default=default)
    assert bool(warnings(raw)) is (default is not None)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"\xff{}", "$: isn't UTF-8: invalid start byte at byte 0"),
        ("{", "$: isn't JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('{"a": ' + "9" * 5000 + "}", "$: holds a number of thousands of digits"),
        ("[" * 200_000, "$: is nested too deeply to be read"),
    ],
    ids=["bytes", "json", "digits", "depth"],
)
def test_a_file_that_is_no_json_is_said(source, said):
    """Where the reading stopped, in one sentence."""
    with pytest.raises(ManifestInvalid) as caught:
        read_manifest(source)
    assert list(map(str, caught.value.problems)) == [said]


def test_the_raw_manifest_is_kept():
    """What Pixie doesn't know of an entry isn't lost."""
    raw = manifest(citations=[{"doi": "10.1/1"}])
    assert read_manifest(json.dumps(raw))[0].raw == raw


def test_schema_is_a_key_that_editors_need():
    """`$schema` at the top is no unknown key."""
    assert warnings({"$schema": "https://example.org/tool.schema.json", **manifest()}) == []
