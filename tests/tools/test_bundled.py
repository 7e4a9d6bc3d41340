"""What holds for every bundled tool: its lock, its contract, its known answers."""

from __future__ import annotations

import json
import tomllib

import pytest

from pixie_core.tool.manifest import read_manifest
from tests.tools.conftest import TOOLS

NAMES = sorted(path.parent.name for path in TOOLS.glob("*/tool.json"))
FIXTURES = [(name, path.stem) for name in NAMES for path in sorted((TOOLS / name / "reference").glob("fixture_*.json"))]
CLOSE = {"lorenz-ode-solver": 1e-5, "compound-interest": 1e-6, "text-generator": 0.0}
"""How far numbers may lie apart, against the larger of 1 and their size."""


def differences(expected, found, close: float, where: str = "$"):
    """The places in which two values differ, in words."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            if key not in expected or key not in found:
                yield f"{where}.{key} is only in the {'answer' if key in found else 'fixture'}"
            else:
                yield from differences(expected[key], found[key], close, f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{where}: {len(expected)} items expected, {len(found)} found"
        for index, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, close, f"{where}[{index}]")
    elif isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        if abs(expected - found) > close * max(1, abs(expected)):
            yield f"{where}: {expected} expected, {found} found"
    elif expected != found:
        yield f"{where}: {expected!r} expected, {found!r} found"


def test_there_are_three_tools_with_known_answers():
    """Each bundled tool has at least two fixtures, so that the tests below can't be empty."""
    counts = {name: sum(each == name for each, _ in FIXTURES) for name in NAMES}
    assert counts.keys() == CLOSE.keys()
    assert min(counts.values()) >= 2


@pytest.mark.parametrize(("name", "fixture"), FIXTURES)
def test_a_known_answer_is_given(bundled, name, fixture):
    """The tool gives what was worked out apart from it."""
    known = json.loads((TOOLS / name / "reference" / f"{fixture}.json").read_text())
    assert known["name"] == fixture.removeprefix("fixture_")
    assert known["source"]
    found = bundled(name).outputs(known["inputs"])
    assert list(differences(known["expected_outputs"], found, CLOSE[name])) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_give_every_output(bundled, name):
    """Run as it stands, with no input touched, a tool gives a value for every output that it declares."""
    tool = bundled(name)
    declared = tool.ask("GET", "/schema").json
    found = tool.outputs({entry["key"]: entry["default"] for entry in declared["inputs"]})
    assert found.keys() == {entry["key"] for entry in declared["outputs"]}
    assert None not in found.values()


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_says_what_it_is(name):
    """The declaration names the folder, and everything that a user meets has words; the project names the SDK."""
    declared = json.loads((TOOLS / name / "tool.json").read_text())
    project = tomllib.loads((TOOLS / name / "pyproject.toml").read_text())
    assert declared["id"] == name == project["project"]["name"]
    assert declared["version"] == project["project"]["version"]
    assert declared["description"]
    assert all(entry["label"] for entry in declared["inputs"] + declared["outputs"])
    assert project["tool"]["pixie"]["server"] == "sdk"
    assert project["tool"]["uv"]["sources"]["pixie-tool-sdk"]["path"] == "../../packages/pixie-tool-sdk"
    assert (TOOLS / name / "README.md").read_text().startswith(f"# {declared['name']}\n")


@pytest.mark.parametrize("name", NAMES)
def test_the_declaration_meets_the_contract(name):
    """tool.json is read without a single problem, with every default valid for its input."""
    _, problems = read_manifest((TOOLS / name / "tool.json").read_bytes())
    assert [str(problem) for problem in problems] == []
