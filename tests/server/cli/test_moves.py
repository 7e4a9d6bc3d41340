"""Tools are renamed and removed from the command line, beside a running server too."""

import json

import pytest

from tests.server.cli.folders import add_tools, command
from tests.server.live_pixie import live_pixie


@pytest.fixture
def home(tmp_path):
    """A data folder with tools."""
    add_tools(tmp_path)
    return tmp_path


def answered(result):
    """The JSON that a command printed."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def ran(home, tool="adder", *options):
    """The id of a run of a tool."""
    return answered(command(home, "run", tool, "--json", *options))["id"]


def test_a_tool_is_renamed_with_its_runs(home):
    """And can be run at once."""
    run_id = ran(home)
    result = command(home, "rename-tool", "adder", "summer")
    assert (result.exit_code, result.stdout) == (0, "adder is summer now, with 1 run and 0 files.\n")
    assert [each["id"] for each in answered(command(home, "view-runs", "summer", "--json"))] == [run_id]
    assert ran(home, "summer") != run_id
    assert answered(command(home, "rename-tool", "summer", "adder", "--json")) == {
        "tool_id": "summer",
        "new_id": "adder",
        "runs": 2,
        "artefacts": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("rename-tool", "ader", "summer"), 1, "Did you mean adder?"),
        (("rename-tool", "adder", "teller"), 1, "There is a tool 'teller' already"),
        (("rename-tool", "adder", "Not Kebab"), 2, "kebab-case"),
        (("rename-tool", "adder"), 2, "NEW"),
        (("remove-tool", "ader", "--yes"), 1, "Did you mean adder?"),
        (("remove-tool", "adder"), 2, "--yes removes adder"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(home, arguments, exit_code, said):
    """On stderr; nothing is asked where nobody can answer."""
    result = command(home, *arguments)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert said in result.stderr
    assert (home / "tools" / "adder" / "tool.json").exists()


def test_a_removed_tool_leaves_its_runs_unless_they_are_to_go(home):
    """Protected ones stay in any case."""
    first, second = ran(home), ran(home)
    command(home, "star-run", first)
    assert command(home, "remove-tool", "teller", "--yes").stdout == "teller is removed.\n"
    result = command(home, "remove-tool", "adder", "--with-runs", "--yes")
    assert result.stdout == "adder is removed. 1 run went with it. 1 run is kept.\n"
    assert not (home / "tools" / "adder").exists()
    assert command(home, "view-logs", "--run", second).exit_code == 1
    assert command(home, "view-logs", "--run", first).exit_code == 0


def test_removing_answers_json(home):
    """With what went and what stayed."""
    ran(home)
    assert answered(command(home, "remove-tool", "adder", "--yes", "--json")) == {
        "tool_id": "adder",
        "runs_deleted": 0,
        "runs_kept": 1,
        "bytes": 0,
        "failed": [],
    }


def test_a_tool_with_a_warm_process_in_a_running_server_is_renamed(tmp_path):
    """Its idle process is ended, and the next run is the new one's."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as live:
        run_id = live.run("adder", a=2)["id"]
        assert live.pixie.statuses()["adder"] == "warm"
        assert command(live.pixie.settings.home, "rename-tool", "adder", "summer").exit_code == 0
        assert live.get("/api/tools/adder").status_code == 404
        assert live.get(f"/api/runs/{run_id}").json()["tool_id"] == "summer"
        made = live.run("summer", a=5)
        assert (made["status"], made["tool_id"]) == ("ok", "summer")
        assert live.pixie.statuses()["summer"] == "warm"
