"""Tools are archived, tagged and watched from the command line."""

import json
import os
import signal
import time

import pytest

from pixie_server.cli.tail import beyond
from tests.server.cli.folders import DEADLINE, add_gremlin, add_tools, command, process
from tests.server.live_pixie import live_pixie


@pytest.fixture
def home(tmp_path):
    """A data folder with tools."""
    add_tools(tmp_path)
    add_gremlin(tmp_path)
    return tmp_path


def listed(home, *options):
    """The ids that list-tools prints."""
    return [each["id"] for each in json.loads(command(home, "list-tools", "--json", *options).stdout)]


def test_an_archived_tool_is_listed_when_asked_for(home):
    """And comes back."""
    result = command(home, "archive-tool", "adder")
    assert (result.exit_code, result.stdout) == (0, "adder is archived.\n")
    assert listed(home) == ["broken", "gremlin", "teller"]
    assert listed(home, "--archived") == ["adder"]
    assert json.loads(command(home, "unarchive-tool", "adder", "--json").stdout) == {
        "tool_id": "adder",
        "archived": False,
    }
    assert listed(home, "--archived") == []


def test_tools_are_listed_by_their_tags(home):
    """Those of tool.json and one's own."""
    assert command(home, "tag-tool", "adder", "sums", "daily").stdout == "adder: sums, daily\n"
    assert command(home, "tag-tool", "teller", "daily").exit_code == 0
    assert listed(home, "--tag", "daily") == ["adder", "teller"]
    assert command(home, "tag-tool", "adder", "daily", "--remove").stdout == "adder: sums\n"
    assert listed(home, "--tag", "daily") == ["teller"]
    assert "sums" in command(home, "list-tools").stdout
    nothing = command(home, "list-tools", "--tag", "nobody")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "None of the 4 tools" in nothing.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("tag-tool", "adder", "Not Kebab"), 2, "kebab-case"),
        (("tag-tool", "adder"), 2, "TAG"),
        (("tag-tool", "ader", "x"), 1, "Did you mean adder?"),
        (("archive-tool", "ader"), 1, "Did you mean adder?"),
    ],
)
def test_what_cannot_be_done_says_why(home, arguments, exit_code, said):
    """On stderr."""
    result = command(home, *arguments)
    assert result.exit_code == exit_code
    assert said in result.stderr


def test_a_tag_of_tool_json_cannot_be_taken_away_here(home):
    """It would come back at the next look."""
    path = home / "tools" / "adder" / "tool.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "tags": ["fixed"]}))
    result = command(home, "tag-tool", "adder", "fixed", "--remove")
    assert result.exit_code == 2
    assert "tool.json" in result.stderr


def test_the_end_of_a_warm_process_log_is_shown(home):
    """Made safe; silence is said on stderr."""
    with live_pixie(home) as live:
        silent = command(home, "tail", "adder", PIXIE_URL=live.url)
        assert (silent.exit_code, silent.stdout) == (0, "")
        assert "has written nothing" in silent.stderr
        live.run("gremlin")
        live.run("gremlin")
        shown = command(home, "tail", "gremlin", "-n", "1", PIXIE_URL=live.url)
        assert shown.stdout == r"\x1b]0;owned\x07 on stderr" + "\n"
        as_json = json.loads(command(home, "tail", "gremlin", "--json", PIXIE_URL=live.url).stdout)
        assert as_json["text"].count("owned") == 2
        assert command(home, "tail", "nobody", PIXIE_URL=live.url).exit_code == 1


def test_what_is_written_from_now_on_is_followed(home):
    """To the Ctrl+C."""
    with live_pixie(home) as live:
        live.run("gremlin")
        arguments = ("--home", home, "tail", "gremlin", "-n", "1", "-f")
        with process(*arguments, PIXIE_URL=live.url, PYTHONUNBUFFERED="1") as follower:
            assert "owned" in follower.stdout.readline()
            live.run("gremlin")
            assert "owned" in follower.stdout.readline()
            deadline = time.monotonic() + DEADLINE
            while follower.poll() is None:
                assert time.monotonic() < deadline
                os.kill(follower.pid, signal.SIGINT)
                time.sleep(0.1)
            assert follower.stdout.read() == ""


@pytest.mark.parametrize(
    ("known", "text", "more"),
    [("", "a\n", "a\n"), ("a\n", "a\nb\n", "b\n"), ("a\nb\n", "b\nc\n", "c\n"), ("a\n", "a\n", ""), ("x", "y", "y")],
)
def test_what_is_new_is_found_though_the_beginning_is_gone(known, text, more):
    """The ring holds 64 KiB."""
    assert beyond(known, text) == more
