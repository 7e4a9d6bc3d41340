"""Check 12: known answers come again."""

from __future__ import annotations

import pytest

from pixie_core.validator.fixtures import read_fixtures, read_tolerances
from tests.core.validator.tools import a_tool, check, fixture, manifest, statuses, tree

OUTPUTS = [
    {"key": "total", "type": "number", "label": "Total"},
    {"key": "stats", "type": "kv", "label": "Stats"},
    {"key": "table", "type": "table", "label": "Table"},
]
PROGRAM = """
    def run(inputs, body):
        a = inputs["a"]
        return {
            "total": a * 2,
            "stats": {"pairs": [{"key": "a", "value": a}, {"key": "name", "value": "x"}]},
            "table": {"columns": [{"key": "n", "label": "N"}], "rows": [{"n": i} for i in range(int(a))]},
        }
"""
EXPECTED = {"total": 4, "stats": {"a": 2, "name": "x"}, "table": {"columns": ["n"], "rows": [[0], [1]]}}


def known(tmp_path, *fixtures, tolerance=None, program=PROGRAM, outputs=OUTPUTS, inputs=None, **more):
    """Check 12 of a tool with these known answers."""
    tool = a_tool(tmp_path, manifest(outputs=outputs, inputs=inputs), program)
    for index, content in enumerate(fixtures):
        fixture(tool.folder, index, content)
    if tolerance is not None:
        (tool.folder / "reference").mkdir(exist_ok=True)
        (tool.folder / "reference" / "tolerance.yaml").write_text(tolerance)
    report = check(tool, tmp_path, **more)
    return report.check("reference_fixtures_match")


def test_without_fixtures_it_is_skipped(tmp_path):
    """And nothing is started for it."""
    assert known(tmp_path).status == "skip"


def test_answers_are_expected_in_the_shapes_that_people_write(tmp_path):
    """A kv as its inner object, a table as rows of lists, a number bare; inputs not given take their default."""
    found = known(
        tmp_path, {"inputs": {"a": 2}, "expected_outputs": EXPECTED}, {"inputs": {}, "expected_outputs": {"total": 4}}
    )
    assert (found.status, found.message) == ("pass", "2 fixtures match")


def test_a_difference_fails_with_its_place(tmp_path):
    """Every fixture is tried, and each difference listed."""
    found = known(
        tmp_path,
        {"name": "two", "inputs": {"a": 2}, "expected_outputs": {"total": 5, "stats": {"a": 3, "name": "x"}}},
        {"name": "three", "inputs": {"a": 3}, "expected_outputs": {"total": 6}},
    )
    assert found.status == "fail"
    assert found.message.startswith("1 of 2 known answers didn't come again; two: total: expected 5, found 4")
    assert len(found.details) == 2
    assert found.details[1].startswith("two: stats.a: expected 3, found 2")


def test_tolerances_go_from_default_to_type_to_key_to_fixture(tmp_path):
    """The nearest word counts."""
    off = {"inputs": {"a": 2}, "expected_outputs": {"total": 5}}
    assert known(tmp_path / "a", off).status == "fail"
    assert known(tmp_path / "b", off, tolerance="defaults:\n  number: {abs: 2}\n").status == "pass"
    assert known(tmp_path / "c", off, tolerance="defaults:\n  number: {abs: 2}\ntotal: {abs: 1e-6}\n").status == "fail"
    assert (
        known(tmp_path / "d", {**off, "tolerance": {"total": {"rtol": 0.5}}}, tolerance="total: {abs: 0}").status
        == "pass"
    )


def test_keys_that_one_side_lacks_are_as_the_options_say(tmp_path):
    """By default a missing output fails, and one that isn't expected is ignored."""
    outputs = [*OUTPUTS, {"key": "maybe", "type": "text", "label": "M", "streaming": True}]
    program = PROGRAM + "    def stream(run_id): return [{'done': True}]\n"
    lacks = {"inputs": {"a": 2}, "expected_outputs": {"maybe": "x"}}
    some = {"inputs": {"a": 2}, "expected_outputs": {"total": 4}}

    def found(name, content, options=None):
        tolerance = None if options is None else f"options: {{{options}}}"
        return known(tmp_path / name, content, tolerance=tolerance, outputs=outputs, program=program)

    assert found("a", lacks).status == "fail"
    assert found("b", lacks, "on_missing_expected_key: warn").status == "warn"
    assert found("c", lacks, "on_missing_expected_key: ignore").status == "pass"
    assert found("d", some).status == "pass"
    assert found("e", some, "on_extra_output_key: fail").status == "fail"
    assert found("f", some, "on_extra_output_key: sometimes").status == "fail"


def test_a_fixture_may_be_skipped_with_its_reason(tmp_path):
    """When all of them are, the check is."""
    skipped = {"name": "later", "inputs": {}, "expected_outputs": {"total": 0}, "skip_reason": "needs a licence"}
    found = known(tmp_path / "a", skipped)
    assert (found.status, found.details) == ("skip", ("later: skipped: needs a licence",))
    found = known(tmp_path / "b", skipped, {"inputs": {"a": 1}, "expected_outputs": {"total": 2}})
    assert (found.status, found.message) == ("pass", "1 fixture matches")


def test_the_immediate_answer_or_the_stream_may_be_expected(tmp_path):
    """Of a tool that streams."""
    outputs = [{"key": "words", "type": "stream_text", "label": "W", "streaming": True}]
    program = """
        def run(inputs, body): return {"words": "wait"}
        def stream(run_id): return [{"chunk": "the end", "done": True}]
    """
    for name, expected, status in (("a", "wait", "pass"), ("b", "the end", "pass"), ("c", "other", "fail")):
        content = {"inputs": {}, "expected_outputs": {"words": expected}}
        assert known(tmp_path / name, content, outputs=outputs, program=program).status == status


def test_file_inputs_may_be_null_or_missing(tmp_path):
    """Though they aren't marked as optional: they aren't sent."""
    inputs = [{"key": "a", "type": "number", "label": "A"}, {"key": "f", "type": "file", "label": "F"}]
    program = "def run(inputs, body): return {'total': inputs['a'] if 'f' not in inputs else -1}"
    for name, given in (("a", {"a": 1}), ("b", {"a": 1, "f": None})):
        content = {"inputs": given, "expected_outputs": {"total": 1}}
        tool = a_tool(tmp_path / name, manifest(inputs=inputs), program)
        fixture(tool.folder, "x", content)
        assert check(tool, tmp_path, only_fixtures=True).check("reference_fixtures_match").status == "pass"


def test_a_run_that_fails_is_a_difference(tmp_path):
    """With what the tool said."""
    found = known(tmp_path, {"inputs": {"a": "x"}, "expected_outputs": {"total": 4}})
    assert found.status == "fail"
    assert "/run answered 500" in found.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "can't be read"),
        ("{}", "inputs"),
        ('{"inputs": {}, "expected_outputs": []}', "expected_outputs"),
        ('{"inputs": {}, "expected_outputs": {"nothing": 1}}', "declares no such output"),
    ],
)
def test_a_fixture_that_cant_be_read_fails_by_its_name(tmp_path, content, said):
    """It isn't passed over."""
    tool = a_tool(tmp_path, manifest(outputs=OUTPUTS), PROGRAM)
    (tool.folder / "reference").mkdir()
    (tool.folder / "reference" / "fixture_bad.json").write_text(content)
    found = check(tool, tmp_path).check("reference_fixtures_match")
    assert (found.status, said in found.message, "bad" in found.message) == ("fail", True, True)


@pytest.mark.parametrize("content", [": [", "- a", "total: wide", "defaults: 5"])
def test_a_tolerance_yaml_that_cant_be_read_fails(tmp_path, content):
    """Whoever wrote it meant something."""
    found = known(tmp_path, {"inputs": {"a": 2}, "expected_outputs": {"total": 4}}, tolerance=content)
    assert found.status == "fail"


def test_fixtures_are_chosen_by_name_and_tag(tmp_path):
    """The name with or without its file's frame."""
    tool = a_tool(tmp_path, manifest(outputs=OUTPUTS), PROGRAM)
    fixture(tool.folder, "good", {"inputs": {"a": 2}, "expected_outputs": {"total": 4}, "tags": ["quick"]})
    fixture(tool.folder, "bad", {"name": "The bad one", "inputs": {"a": 2}, "expected_outputs": {"total": 5}})

    def status(**chosen):
        return check(tool, tmp_path, only_fixtures=True, **chosen).check("reference_fixtures_match").status

    assert status() == "fail"
    assert status(fixture="good") == "pass"
    assert status(fixture="fixture_bad.json") == "fail"
    assert status(fixture="The bad one") == "fail"
    assert status(tag="quick") == "pass"
    assert status(tag="slow") == "skip"


def test_a_fixture_that_is_not_there_is_no_pass(tmp_path):
    """A name that was mistyped is told with those that there are."""
    tool = a_tool(tmp_path, manifest(outputs=OUTPUTS), PROGRAM)
    fixture(tool.folder, "good", {"inputs": {"a": 2}, "expected_outputs": {"total": 4}})
    report = check(tool, tmp_path, only_fixtures=True, fixture="godo")
    found = report.check("reference_fixtures_match")
    assert (report.overall, found.status) == ("warn", "warn")
    assert "'godo'" in found.message
    assert "good" in found.message


def test_only_fixtures_leaves_the_rest_out(tmp_path):
    """What known answers need is looked at all the same, and the folder stays as it is."""
    tool = a_tool(tmp_path, manifest(outputs=OUTPUTS), PROGRAM)
    fixture(tool.folder, "good", {"inputs": {"a": 2}, "expected_outputs": {"total": 4}})
    before = tree(tool.folder)
    report = check(tool, tmp_path, only_fixtures=True)
    assert statuses(report) == "spsspssssssp"
    assert tree(tool.folder) == before


def test_reading_alone_needs_no_tool(tmp_path):
    """A folder without reference/ has no fixtures and default tolerances."""
    assert read_fixtures(tmp_path) == ([], [])
    assert read_tolerances(tmp_path)[1] == []
