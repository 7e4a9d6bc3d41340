"""`pixie validate` with all its options: parts of the checks, many tools, known answers written anew."""

import json

import pytest

import pixie_core
from tests.server.cli.folders import add_tools, command

FIXTURES = {
    "small": {"inputs": {"a": 1, "b": 2}, "expected_outputs": {"sum": 3}, "tags": ["quick"]},
    "wrong": {"inputs": {"a": 2, "b": 2}, "expected_outputs": {"sum": 5}, "source": "a book"},
}


@pytest.fixture
def home(tmp_path):
    """A data folder whose adder has a right known answer and a wrong one."""
    add_tools(tmp_path)
    reference = tmp_path / "tools" / "adder" / "reference"
    reference.mkdir()
    for name, fixture in FIXTURES.items():
        (reference / f"fixture_{name}.json").write_text(json.dumps(fixture))
    return tmp_path


def kept(home, tool_id="adder"):
    """The newest report that was kept."""
    with pixie_core.open(home) as opened:
        return opened.store.validations.latest(tool_id)


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [(["--fixture", "small"], 0), (["--fixture", "wrong"], 1), (["--tag", "quick"], 0), ([], 1)],
)
def test_known_answers_are_tried_alone_and_chosen(home, options, exit_code):
    """By name or by tag; a report on a part of the checks isn't kept."""
    result = command(home, "validate", "adder", "--reference-only", "--json", *options)
    assert result.exit_code == exit_code, result.output
    [report] = json.loads(result.stdout)
    made = [each["name"] for each in report["checks"] if each["message"] != "not asked for"]
    assert made == ["tool_json_parses", "venv_functional", "reference_fixtures_match"]
    assert kept(home) is None


def test_many_are_checked_and_each_is_shown(home):
    """One line for each, with what is red; archived ones are left out of --all."""
    assert command(home, "archive-tool", "teller").exit_code == 0
    result = command(home, "validate", "--all", "--summary")
    assert result.exit_code == 1
    lines = sorted(result.stdout.splitlines())
    assert [line.partition(":")[0] for line in lines] == ["adder", "broken"]
    assert "reference_fixtures_match" in lines[0]
    assert kept(home, "teller") is None
    assert kept(home)["overall"] == "fail"


def test_a_tool_that_is_not_there_stops_it_before_anything_is_checked(home):
    """With the near name."""
    result = command(home, "validate", "broken", "ader")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Did you mean adder?" in result.stderr
    assert kept(home, "broken") is None


def test_known_answers_are_written_anew_only_when_agreed_to(home):
    """Without a terminal --yes is the agreement."""
    path = home / "tools" / "adder" / "reference" / "fixture_wrong.json"
    before = path.read_text()
    result = command(home, "validate", "adder", "--update-fixtures")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert path.read_text() == before
    result = command(home, "validate", "adder", "--update-fixtures", "--yes")
    assert result.exit_code == 0, result.output
    assert "small matches as it is" in result.stdout
    assert "wrong was written anew:\n  sum: expected 5" in result.stdout
    written = json.loads(path.read_text())
    assert written["expected_outputs"]["sum"]["value"] == 4
    assert written["source"] == "a book"
    [again] = json.loads(
        command(home, "validate", "adder", "--update-fixtures", "--yes", "--fixture", "wrong", "--json").stdout
    )
    assert (again["fixture"], again["written"], again["error"]) == ("wrong", False, None)


def test_an_answer_that_cannot_be_had_is_exit_code_1(home):
    """And its file stays."""
    path = home / "tools" / "adder" / "reference" / "fixture_wrong.json"
    path.write_text(json.dumps({"inputs": {"fail": True, "note": "told so"}, "expected_outputs": {"sum": 5}}))
    result = command(home, "validate", "adder", "--update-fixtures", "--yes", "--fixture", "wrong")
    assert result.exit_code == 1
    assert "told so" in result.stdout
    assert json.loads(path.read_text())["expected_outputs"] == {"sum": 5}


@pytest.mark.parametrize("arguments", [("adder", "--yes"), ("--all", "adder"), ()])
def test_what_does_not_go_together_is_wrong_usage(home, arguments):
    """Nothing is done."""
    assert command(home, "validate", *arguments).exit_code == 2
