"""Workspaces are made and filled from the command line."""

import json

import pytest

from tests.server.cli.folders import add_tools, command


@pytest.fixture
def home(tmp_path):
    """A data folder with tools."""
    add_tools(tmp_path)
    return tmp_path


def answered(result):
    """The JSON that a command printed."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_workspace_is_made_and_tools_come_and_go(home):
    """In the order in which they came; names count without regard to capitals; doing it twice changes nothing."""
    made = answered(command(home, "workspace-create", "Household money", "--colour", "forest", "--json"))
    assert made == {"id": made["id"], "name": "Household money", "colour": "forest", "tools": []}
    for _ in range(2):
        result = command(home, "workspace-add-tool", "household MONEY", "teller", "adder")
        assert (result.exit_code, result.stdout) == (0, "Household money: teller, adder\n")
    assert answered(command(home, "workspace-add-tool", "Household money", "adder", "--json"))["tools"] == [
        "teller",
        "adder",
    ]
    for _ in range(2):
        result = command(home, "workspace-remove-tool", "Household money", "adder")
        assert result.stdout == "Household money: teller\n"
    assert command(home, "workspace-remove-tool", "Household money", "teller").stdout == (
        "Household money: no tools yet\n"
    )


def test_a_tool_that_is_gone_can_be_taken_out(home):
    """Its folder was removed by hand."""
    command(home, "workspace-create", "W")
    command(home, "workspace-add-tool", "W", "adder")
    (home / "tools" / "adder" / "tool.json").unlink()
    assert answered(command(home, "workspace-remove-tool", "W", "adder", "--json"))["tools"] == []


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("workspace-create", "Work"), 1, "There is a workspace 'Work' already"),
        (("workspace-create", " "), 2, "empty"),
        (("workspace-create", "Other", "--colour", "x" * 40), 2, "#rrggbb"),
        (("workspace-add-tool", "Work", "ader"), 1, "Did you mean adder?"),
        (("workspace-add-tool", "Work", "adder", "ader"), 1, "Did you mean adder?"),
        (("workspace-add-tool", "Wrk", "adder"), 1, "no workspace 'Wrk'"),
        (("workspace-add-tool", "Work"), 2, "TOOL"),
        (("workspace-remove-tool", "Wrk", "adder"), 1, "no workspace 'Wrk'"),
    ],
)
def test_what_cannot_be_done_says_why(home, arguments, exit_code, said):
    """On stderr, and nothing is half done."""
    command(home, "workspace-create", "Work")
    result = command(home, *arguments)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert said in result.stderr
    assert answered(command(home, "workspace-remove-tool", "Work", "nothing", "--json"))["tools"] == []
