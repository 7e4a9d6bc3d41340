"""`pixie schema`."""

import json

import pytest
from click.testing import CliRunner
from jsonschema.validators import Draft202012Validator

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES
from pixie_server.cli.root import pixie


def schema(*arguments):
    """The JSON that the command prints; nothing else is on stdout."""
    result = CliRunner().invoke(pixie, ["schema", *arguments])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", OUTPUT_TYPES)
def test_the_schema_of_an_output_takes_the_types_example(name):
    """What is printed is a schema, of that type."""
    printed = schema("output", name)
    Draft202012Validator.check_schema(printed)
    Draft202012Validator(printed).validate(OUTPUT_TYPES[name].example)


@pytest.mark.parametrize("name", INPUT_TYPES)
def test_the_schema_of_an_input_takes_the_types_example(name):
    """What is printed is a schema, of an entry of that type."""
    printed = schema("input", name)
    Draft202012Validator.check_schema(printed)
    Draft202012Validator(printed).validate(INPUT_TYPES[name].example)


def test_tool_is_what_is_printed_unless_something_else_is_named():
    """It is what an editor wants."""
    assert schema() == schema("tool")
    assert schema()["title"] == "tool.json"


@pytest.mark.case("D6.openapi")
def test_the_openapi_document_is_the_servers_own():
    """Without a server."""
    document = schema("openapi")
    assert document["openapi"].startswith("3.1")
    assert "/api/runs/{run_id}/export" in document["paths"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["output"], "Name a type. Known are text,"),
        (["output", "tabel"], "There is no type 'tabel'. Did you mean table?"),
        (["input", "zzz"], "There is no type 'zzz'. Known are text,"),
        (["tool", "text"], "takes no type"),
        (["everything"], "'everything' is not one of"),
    ],
)
def test_wrong_usage_is_answered_with_what_there_is(arguments, said):
    """Exit code 2."""
    result = CliRunner().invoke(pixie, ["schema", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
