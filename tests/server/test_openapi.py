"""The OpenAPI document is valid, complete, and what is served; the client is made from it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from pixie_server.app import ROUTES, openapi_json

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads(openapi_json())
OPERATIONS = [
    pytest.param(item, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, item in methods.items()
]


def test_the_document_is_valid_openapi():
    """By the standard's own schema."""
    validate(DOCUMENT)


def test_every_route_is_in_it():
    """Each method of each path."""
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(route.method, route.template) for route in ROUTES}


def test_operation_names_are_unique():
    """A client has one function for each."""
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_does_and_what_it_answers(operation):
    """A summary, a description of each status, and an example for each path parameter."""
    assert operation["summary"]
    assert all(answer["description"] for answer in operation["responses"].values())
    assert all("example" in each for each in operation["parameters"] if each["in"] == "path")
    assert all(each.get("description") for each in operation["parameters"] if each["in"] == "query")


def test_what_is_served_is_the_document(live):
    """At /api/openapi.json."""
    assert live.get("/api/openapi.json").json() == DOCUMENT


def test_the_client_is_current():
    """What the generator would make now is what is committed."""
    command = [sys.executable, ROOT / "packages" / "pixie-client" / "generate.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
