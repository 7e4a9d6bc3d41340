"""The OpenAPI document is valid, complete, and what is served; the client is made from it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import validate

from pixie_server.app import ROUTES, openapi_json

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads(openapi_json())
OPERATIONS = [
    pytest.param(item, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, item in methods.items()
]


def fits(schema, example):
    """The example meets the schema, and at its top there is nothing that the schema doesn't name."""
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(example)
    if "$ref" in schema and isinstance(example, dict):
        named = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
        assert sorted(example.keys() - named.keys()) == []


@pytest.mark.case("D6.openapi")
def test_the_document_is_valid_openapi():
    """By the standard's own schema."""
    validate(DOCUMENT)


@pytest.mark.case("D6.openapi")
def test_every_route_is_in_it():
    """Each method of each path."""
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(route.method, route.template) for route in ROUTES}


def test_operation_names_are_unique():
    """A client has one function for each."""
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))


@pytest.mark.case("D6.openapi")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_does_and_what_it_answers(operation):
    """A summary, a description of each status and parameter, and an example for each path parameter."""
    assert operation["summary"][0].isupper()
    assert operation["summary"].count("(") == operation["summary"].count(")")
    assert not operation["summary"].endswith((",", " is", " by", " a", " the", ":"))
    assert all(answer["description"] for answer in operation["responses"].values())
    assert all("example" in each for each in operation["parameters"] if each["in"] == "path")
    assert all(each.get("description") for each in operation["parameters"])


@pytest.mark.case("D6.openapi")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_shows_what_json_it_answers_and_the_example_is_right(operation):
    """By the schema beside it, which names all that may be there."""
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            assert "example" in content or kind != "application/json", status
            if "example" in content:
                fits(content["schema"], content["example"])


@pytest.mark.case("D6.openapi")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_example_of_a_body_is_right(operation):
    """And each JSON body that isn't all optional has one."""
    body = operation.get("requestBody", {"required": False, "content": {}})
    content = body["content"].get("application/json", {})
    assert "example" in content or not body["required"]
    if "example" in content:
        fits(content["schema"], content["example"])


@pytest.mark.case("D6.openapi")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_which_refusals_are_everywhere(operation):
    """Those of the guard and of a Pixie that starts, stops or is out of order; of a body, those on it."""
    expected = {"400", "403", "414", "431", "503"}
    expected |= {"408", "413", "415"} if "requestBody" in operation else set()
    assert expected <= set(operation["responses"])
    assert "Retry-After" in operation["responses"]["503"]["headers"]


def test_an_example_that_has_what_its_schema_does_not_would_be_found():
    """The check above is one."""
    with pytest.raises(ValidationError):
        fits({"$ref": "#/components/schemas/Starred"}, {"starred": "yes"})
    with pytest.raises(AssertionError, match="odd"):
        fits({"$ref": "#/components/schemas/Starred"}, {"starred": True, "odd": 1})


@pytest.mark.case("D6.openapi")
def test_what_is_served_is_the_document(live):
    """At /api/openapi.json."""
    assert live.get("/api/openapi.json").json() == DOCUMENT


@pytest.mark.case("D6.client")
def test_the_client_is_current():
    """What the generator would make now is what is committed."""
    command = [sys.executable, ROOT / "packages" / "pixie-client" / "generate.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
