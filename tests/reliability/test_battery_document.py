"""Everything that Pixie's own OpenAPI document allows, and much that it doesn't, asked of a served Pixie.

Schemathesis makes requests from the document: each example, each edge of each parameter, values of the wrong type, and
random ones. It looks for server errors, statuses, media types and bodies that the document doesn't tell of, requests
that should have been refused, and headers that don't fit.
"""

import json
import subprocess
import sys
import uuid

import pytest

from tests.reliability.invariants import holds
from tests.reliability.kept import keep
from tests.server.live_pixie import add_tools, live_pixie

SECONDS = 30
SEED = "20240607"
WITHOUT_END = "^/api/events$"
"""A stream that ends with the server alone; test_battery_events.py has it."""


@pytest.fixture
def live(tmp_path):
    """A Pixie of its own: whatever is asked of it is done."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as served:
        yield served


def with_what_is_there(document, known):
    """The document, whose addresses name what this Pixie has about every other time."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for each in operation["parameters"]:
                if each["in"] == "path" and each["name"] in known:
                    values = known[each["name"]]
                    each["schema"] = {"anyOf": [{"enum": values}, each["schema"]]}
                    each["example"] = values[0]
            for answer in operation["responses"].values():
                # A file's bytes, whatever they are: of JSON files they would be parsed, and be no string.
                answer.get("content", {}).get("*/*", {}).pop("schema", None)
    return document


@pytest.mark.case("D6.document")
def test_a_served_pixie_is_what_its_document_says(live, tmp_path):
    """No finding."""
    run = live.run("teller")
    kept, numbers = keep(live.pixie, {"a.txt": b"words", "page.html": b"<p>", "data.json": b"{}"})
    known = {
        "tool_id": ["adder", "teller", "broken"],
        "run_id": [run["id"], kept, run["id"][:8], str(uuid.uuid4())],
        "artefact_id": [*numbers.values()],
        "key": ["story", "count", "sum"],
        "endpoint": ["cities"],
        "workspace_id": [live.pixie.workspaces.create("Thesis").id],
    }
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(with_what_is_there(live.get("/api/openapi.json").json(), known)))
    said = [
        *("--url", live.url, "--phases", "examples,coverage,fuzzing", "--max-examples", "15"),
        *("--max-time", str(SECONDS), "--seed", SEED, "--exclude-path-regex", WITHOUT_END),
        # What a tool takes is in its own declaration: what the document allows may still be refused with 422.
        *("--exclude-checks", "positive_data_acceptance", "--warnings", "off", "--no-color"),
        *("--request-timeout", "20"),
    ]
    with holds(live, changes=True):
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", str(document), *said],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS + 60,
        )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
