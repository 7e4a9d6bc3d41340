"""Commands about what is there: runs, logs, tools, validation."""

import json

import pytest

import pixie_core
from tests.server.cli.folders import add_gremlin, add_tools, command


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder with three runs of `adder`, one of them failed, and one of `gremlin` with a key."""
    folder = tmp_path_factory.mktemp("pixie")
    add_tools(folder)
    add_gremlin(folder)
    with pixie_core.open(folder) as opened:
        opened.run("adder", a=1, b=2, note="first " * 30)
        opened.run("adder", a=1, b=2, fail=True, note="\x1b[2J")
        opened.run("adder", a=3, b=4)
        opened.run("gremlin", api_key="sk-very-secret")
    return folder


def test_view_runs_lists_the_newest_first(home):
    """Id, status, inputs and the tail of the outputs are in a row; long inputs are cut at 60 characters."""
    result = command(home, "view-runs", "adder")
    assert result.exit_code == 0, result.output
    heading, _, newest, failed, oldest, *rest = result.stdout.splitlines()
    assert heading.split() == ["Run", "When", "Duration", "Status", "Inputs", "Outputs", "Label"]
    assert rest == []
    assert " ok " in newest
    assert "a=3, b=4" in newest
    assert "steps=3 rows, sum=7 km" in newest
    assert " error " in failed
    assert "told to fail" in failed
    assert "…" in oldest
    assert "\x1b" not in result.stdout


def test_view_runs_shows_so_many_as_asked(home):
    """And the JSON has their ids and every output."""
    runs = json.loads(command(home, "view-runs", "adder", "-n", "2", "--json").stdout)
    assert [run["inputs"]["a"] for run in runs] == [3, 1]
    assert runs[0]["outputs"]["sum"]["value"] == 7
    assert runs[1]["error"].startswith("told to fail") or "told to fail" in runs[1]["error"]


def test_secrets_among_inputs_are_masked(home):
    """In the table and in the JSON."""
    for more in ((), ("--json",)):
        result = command(home, "view-runs", "gremlin", *more)
        assert "api_key" in result.stdout
        assert "very-secret" not in result.stdout


def test_a_tool_without_runs_is_told_from_one_that_is_not_there(home):
    """The first is no failure."""
    empty = command(home, "view-runs", "teller")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "pixie run teller" in empty.stderr
    assert json.loads(command(home, "view-runs", "teller", "--json").stdout) == []
    assert command(home, "view-runs", "tellar").exit_code == 1


def test_a_star_is_set_and_taken_away(home):
    """By `TOOL:last` and by the beginning of the id."""
    run_id = json.loads(command(home, "star-run", "adder:last", "--json").stdout)["id"]
    assert "★" in command(home, "view-runs", "adder").stdout
    assert json.loads(command(home, "star-run", run_id[:8], "--off", "--json").stdout) == {
        "id": run_id,
        "starred": False,
    }
    assert "★" not in command(home, "view-runs", "adder").stdout


def test_starring_twice_leaves_the_star(home):
    """It says what shall be, and doesn't toggle."""
    for _ in range(2):
        assert json.loads(command(home, "star-run", "adder:last", "--json").stdout)["starred"] is True


def test_a_label_is_set_and_taken_away(home):
    """It stands in the list."""
    assert "is called 'final report'" in command(home, "label-run", "adder:last", "final report").stdout
    assert "final report" in command(home, "view-runs", "adder").stdout
    assert json.loads(command(home, "label-run", "adder:last", "--clear", "--json").stdout)["label"] is None


@pytest.mark.parametrize("arguments", [(), ("x", "--clear"), (" ",)])
def test_a_label_or_clear_must_be_given_and_not_both(home, arguments):
    """A blank label would take the label away unsaid."""
    assert command(home, "label-run", "adder:last", *arguments).exit_code == 2


def test_a_run_that_is_not_there_is_exit_code_1(home):
    """With the way to find one."""
    result = command(home, "star-run", "00000000")
    assert result.exit_code == 1
    assert "pixie view-runs TOOL" in result.stderr


def test_too_short_a_beginning_of_an_id_is_wrong_usage(home):
    """Fewer than 6 characters would soon mean another run."""
    assert command(home, "star-run", "0000").exit_code == 2


def test_logs_of_the_newest_run_and_of_any(home):
    """What the tool wrote to stderr, made safe."""
    by_tool = command(home, "view-logs", "gremlin")
    assert by_tool.exit_code == 0, by_tool.output
    assert r"\x1b]0;owned\x07 on stderr" in by_tool.stdout
    as_json = json.loads(command(home, "view-logs", "--run", "gremlin:last", "--json").stdout)
    assert "\x1b]0;owned\x07 on stderr" in as_json["log"]
    assert command(home, "view-logs").exit_code == 2
    silent = command(home, "view-logs", "adder")
    assert (silent.exit_code, silent.stdout) == (0, "")


def test_tools_are_listed_with_their_state(home):
    """An invalid one too, and names that would steer the terminal are written out."""
    result = command(home, "list-tools")
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == ["adder", "broken", "gremlin", "teller"]
    assert "\x1b" not in result.stdout
    tools = {tool["id"]: tool for tool in json.loads(command(home, "list-tools", "--json").stdout)}
    assert tools["broken"]["status"] == "invalid"
    assert tools["adder"]["name"] == "Adder"


def test_a_folder_without_tools_is_no_failure(tmp_path):
    """It says where tools go."""
    result = command(tmp_path, "list-tools")
    assert (result.exit_code, result.stdout) == (0, "")
    assert str(tmp_path / "tools") in result.stderr


def test_validate_shows_twelve_checks_and_keeps_the_report(home):
    """Green or yellow is exit code 0."""
    result = command(home, "validate", "adder")
    assert result.exit_code == 0, result.output
    assert len([line for line in result.stdout.splitlines() if line.strip()[:1].isdigit()]) == 12
    with pixie_core.open(home) as opened:
        assert opened.store.validations.latest("adder")["overall"] in {"pass", "warn"}


def test_a_red_check_is_exit_code_1(home):
    """A line for each tool with --summary, the reports with --json."""
    result = command(home, "validate", "broken", "--summary", "--no-save")
    assert result.exit_code == 1
    assert result.stdout.startswith("broken: fail (")
    assert result.stdout.count("\n") == 1
    [report] = json.loads(command(home, "validate", "broken", "--json", "--no-save").stdout)
    assert (report["tool_id"], report["overall"]) == ("broken", "fail")
    with pixie_core.open(home) as opened:
        assert opened.store.validations.latest("broken") is None


@pytest.mark.parametrize("arguments", [(), ("adder", "--all")])
def test_validate_wants_tools_or_all(home, arguments):
    """Wrong usage otherwise."""
    assert command(home, "validate", *arguments).exit_code == 2


def test_sync_names_the_tool_that_cannot_be_installed_and_why(home):
    """Exit code 1; the others are done."""
    (home / "tools" / "hopeless").mkdir(exist_ok=True)
    (home / "tools" / "hopeless" / "tool.json").write_text((home / "tools" / "adder" / "tool.json").read_text())
    tools = home / "tools" / "hopeless" / "tool.json"
    tools.write_text(tools.read_text().replace('"adder"', '"hopeless"'))
    result = command(home, "sync", "adder", "hopeless", "--json")
    assert result.exit_code == 1
    done = {each["tool_id"]: each for each in json.loads(result.stdout)}
    assert done["adder"]["after"] == "ready"
    assert "pyproject.toml" in done["hopeless"]["error"]
    assert "hopeless can't be installed." in result.stderr
