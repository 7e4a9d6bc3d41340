"""`pixie new`."""

import json
import tomllib

import pytest

from pixie_core.tool.discovery import read_tool
from pixie_core.tool.scaffold import TEMPLATES
from pixie_server.cli.new import new
from tests.server.cli.folders import command

ORBIT = '''\
"""Orbits."""
import numpy


def orbital_period(radius: float = 6.7e6, bodies: int = 2) -> float:
    """How long one turn takes."""
    open("flag", "w")
    return radius * bodies


open("flag", "w")
'''


@pytest.fixture
def script(tmp_path, monkeypatch):
    """A script that leaves a flag behind when any of it runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orbit.py").write_text(ORBIT)
    return tmp_path / "orbit.py"


def test_the_templates_offered_are_those_that_there_are():
    """The command lists them without importing the library."""
    (template,) = (each for each in new.params if each.name == "template")
    assert tuple(template.type.choices) == TEMPLATES


@pytest.mark.parametrize("template", [None, *TEMPLATES])
def test_a_new_tool_is_made_and_the_next_steps_are_said(tmp_path, template):
    """With its name; the commands can be copied."""
    chosen = ["--template", template] if template else []
    result = command(tmp_path, "new", "my-tool", "--name", "Mine", *chosen)
    assert result.exit_code == 0, result.output
    assert "`pixie sync my-tool` installs it, `pixie validate my-tool` checks it." in result.stdout
    assert read_tool(tmp_path / "tools" / "my-tool").manifest.name == "Mine"


def test_a_script_becomes_a_tool_without_being_run(tmp_path, script):
    """Its typed function says the inputs; what was guessed stands on stderr and in the JSON."""
    result = command(tmp_path, "new", "--from", "orbit.py", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    folder = tmp_path / "tools" / "orbital-period"
    assert (told["tool_id"], told["folder"]) == ("orbital-period", str(folder))
    assert told["notes"]
    assert all(note in result.stderr for note in told["notes"])
    assert [each.key for each in read_tool(folder).manifest.inputs] == ["radius", "bodies"]
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert "numpy" in project["dependencies"]
    assert not (tmp_path / "flag").exists()


def test_an_id_and_a_function_can_be_named(tmp_path, script):
    """Where the function's name doesn't do."""
    arguments = ["new", "turn", "--from", str(script), "--function", "orbital_period", "--name", "One turn"]
    assert command(tmp_path, *arguments).exit_code == 0
    assert read_tool(tmp_path / "tools" / "turn").manifest.name == "One turn"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        ([], 2, "Name the new tool by its ID"),
        (["Not Kebab"], 2, "expected kebab-case"),
        (["../x"], 2, "expected kebab-case"),
        (["x", "--template", "from"], 2, "--template"),
        (["x", "--template", "form", "--from", "orbit.py"], 2, "either --template or --from"),
        (["x", "--function", "f"], 2, "--from SCRIPT.py"),
        (["x", "--from", "nowhere.py"], 1, "nowhere.py"),
        (["x", "--from", "orbit.py", "--function", "area"], 2, "it has orbital_period"),
    ],
    ids=str,
)
def test_what_cannot_be_made_is_said_and_nothing_is(tmp_path, script, arguments, exit_code, said):
    """No folder is left."""
    result = command(tmp_path, "new", *arguments)
    assert (result.exit_code, said in result.stderr) == (exit_code, True), result.stderr
    assert not list((tmp_path / "tools").glob("*"))


def test_an_id_that_is_taken_is_left_alone(tmp_path):
    """Exit code 1, and the tool that is there is as it was."""
    command(tmp_path, "new", "x", "--name", "First")
    result = command(tmp_path, "new", "x", "--name", "Second")
    assert result.exit_code == 1
    assert "already" in result.stderr
    assert read_tool(tmp_path / "tools" / "x").manifest.name == "First"
