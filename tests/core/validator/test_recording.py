"""Known answers, written anew."""

from __future__ import annotations

import json

import pytest

from pixie_core.config import Settings
from pixie_core.errors import RequestInvalid, ToolStartFailed
from pixie_core.validator import update_fixtures
from tests.core.validator.tools import a_tool, check, fixture, manifest, tree

OUTPUTS = [
    {"key": "total", "type": "number", "label": "Total"},
    {"key": "plot", "type": "image", "label": "Plot"},
]
PROGRAM = """
    def run(inputs, body):
        return {"total": inputs["a"] * 2, "plot": "data:image/png;base64," + "A" * 4000}
"""


def a_known_tool(tmp_path):
    """One fixture that matches, one that doesn't, one that expects nothing yet."""
    tool = a_tool(tmp_path, manifest(outputs=OUTPUTS), PROGRAM)
    fixture(tool.folder, "right", {"inputs": {"a": 2}, "expected_outputs": {"total": 4.0000001}})
    fixture(
        tool.folder, "wrong", {"inputs": {"a": 2}, "expected_outputs": {"total": 5}, "source": "a book", "tags": ["x"]}
    )
    fixture(tool.folder, "new", {"inputs": {"a": 3}, "expected_outputs": {}})
    return tool


def update(tool, tmp_path, **chosen):
    return {each.name: each for each in update_fixtures(tool, settings=Settings(home=tmp_path), **chosen)}


def read(tool, name):
    return json.loads((tool.folder / "reference" / f"fixture_{name}.json").read_text())


def test_what_differs_is_written_and_matches_from_then_on(tmp_path):
    """What else is in the file stays; what was right isn't touched; pictures are kept by their hash."""
    tool = a_known_tool(tmp_path)
    right = (tool.folder / "reference" / "fixture_right.json").read_bytes()
    done = update(tool, tmp_path)
    assert {name: each.written for name, each in done.items()} == {"new": True, "right": False, "wrong": True}
    assert done["wrong"].differences == ("total: expected 5, found 4: 1 apart, 0.0005 allowed",)
    assert read(tool, "wrong") == {
        "inputs": {"a": 2},
        "expected_outputs": {"total": {"value": 4}},
        "source": "a book",
        "tags": ["x"],
    }
    assert (tool.folder / "reference" / "fixture_right.json").read_bytes() == right
    assert set(read(tool, "new")["expected_outputs"]["plot"]) == {"size", "sha256"}
    assert check(tool, tmp_path).check("reference_fixtures_match").status == "pass"


def test_a_file_that_is_compared_by_content_is_kept_whole(tmp_path):
    """With its hash alone there would be nothing to compare with."""
    tool = a_tool(tmp_path, manifest(outputs=OUTPUTS), PROGRAM)
    fixture(tool.folder, "new", {"inputs": {"a": 3}, "expected_outputs": {}, "tolerance": {"plot": {"by": "content"}}})
    assert update(tool, tmp_path)["new"].written
    assert read(tool, "new")["expected_outputs"]["plot"].endswith("A" * 4000)
    assert check(tool, tmp_path).check("reference_fixtures_match").status == "pass"


def test_only_the_chosen_are_written(tmp_path):
    """And nothing else in the folder changes."""
    tool = a_known_tool(tmp_path)
    before = tree(tool.folder)
    assert list(update(tool, tmp_path, tag="x")) == ["wrong"]
    after = tree(tool.folder)
    assert {name for name in after if after[name] != before.get(name)} == {"reference/fixture_wrong.json"}
    assert update(tool, tmp_path, fixture="nowhere") == {}


def test_a_run_that_fails_writes_nothing(tmp_path):
    """The error is the fixture's; the others go on."""
    tool = a_known_tool(tmp_path)
    fixture(tool.folder, "fails", {"inputs": {"a": "x" * 10**0, "b": []}, "expected_outputs": {"total": 1}})
    (tool.folder / "main.py").write_text(
        (tool.folder / "main.py").read_text().replace('inputs["a"] * 2', 'inputs["a"] / 1')
    )
    done = update(tool, tmp_path)
    assert "TypeError" in done["fails"].error
    assert not done["fails"].written
    assert read(tool, "fails")["expected_outputs"] == {"total": 1}
    assert done["new"].written


def test_what_cant_be_read_or_started_is_an_error(tmp_path):
    """Before anything is written."""
    tool = a_known_tool(tmp_path)
    (tool.folder / "main.py").write_text("broken(")
    with pytest.raises(ToolStartFailed):
        update(tool, tmp_path)
    (tool.folder / "reference" / "fixture_bad.json").write_text("{")
    with pytest.raises(RequestInvalid, match="fixture_bad"):
        update(tool, tmp_path)


def test_a_stream_is_read_to_its_end(tmp_path):
    """Its merged value is what is known from then on."""
    outputs = [{"key": "words", "type": "stream_text", "label": "W", "streaming": True}]
    program = """
        def run(inputs, body): return {"words": ""}
        def stream(run_id): return [{"chunk": "the "}, {"chunk": "end", "done": True}]
    """
    tool = a_tool(tmp_path, manifest(outputs=outputs), program)
    fixture(tool.folder, "words", {"inputs": {}, "expected_outputs": {"words": "old"}})
    assert update(tool, tmp_path)["words"].written
    assert read(tool, "words")["expected_outputs"] == {"words": "the end"}
