"""Tools are found in their folders, and a broken one never hides another."""

import json
import os

import pytest

from pixie_core.errors import ManifestInvalid, ToolNotFound, ToolNotInstalled
from pixie_core.tool import Limits, Tools, ToolState, discovery, read_tool

DECLARED = {
    "name": "A tool",
    "inputs": [{"key": "x", "type": "number", "label": "X", "default": 1}],
    "outputs": [{"key": "y", "type": "number", "label": "Y"}],
}


@pytest.fixture
def folder(tmp_path):
    """An empty tools folder."""
    return tmp_path / "tools"


def add(folder, folder_name, **changes):
    """Put a tool there."""
    (folder / folder_name).mkdir(parents=True, exist_ok=True)
    (folder / folder_name / "tool.json").write_text(json.dumps({"id": folder_name, **DECLARED, **changes}))


def test_no_folder_is_no_tools(folder):
    """A tools folder that isn't there yet is an empty one."""
    assert Tools(folder).all() == []


def test_a_broken_tool_is_listed_with_its_problems_beside_the_others(folder):
    """It is a tool without a manifest, and says why."""
    add(folder, "good")
    (folder / "broken").mkdir()
    (folder / "broken" / "tool.json").write_text("{")
    broken, good = Tools(folder).all()
    assert (good.id, good.problems) == ("good", ())
    assert broken.manifest is None
    assert "isn't JSON" in broken.problems[0].message
    with pytest.raises(ManifestInvalid):
        broken.checked()


def test_folders_without_a_declaration_and_hidden_ones_are_no_tools(folder):
    """What is imported and not yet confirmed lies in a hidden folder."""
    add(folder, ".imported")
    (folder / "notes").mkdir()
    assert Tools(folder).all() == []


def test_the_id_counts_and_not_the_folders_name(folder):
    """A tool in a folder of another name is found by its id, with a warning."""
    add(folder, "old-name", id="new-name")
    tool = Tools(folder).get("new-name")
    assert tool.folder.name == "old-name"
    assert tool.problems[0].severity == "warning"


def test_of_two_tools_with_one_id_the_folder_of_that_name_counts(folder):
    """A copy for safety doesn't shadow the tool itself."""
    add(folder, "a-copy", id="tool", name="Copy")
    add(folder, "tool", name="Original")
    assert Tools(folder).get("tool").checked().name == "Original"


def test_an_unknown_id_names_the_near_ones(folder):
    """A typo is answered with what was meant."""
    add(folder, "lorenz-ode-solver")
    with pytest.raises(ToolNotFound) as caught:
        Tools(folder).get("lorentz-ode-solver")
    assert caught.value.near == ("lorenz-ode-solver",)


def test_a_change_is_seen_at_the_next_look(folder):
    """The same Tools sees an edit, a new folder and one that went."""
    add(folder, "a")
    tools = Tools(folder)
    assert tools.get("a").checked().name == "A tool"
    add(folder, "a", name="Renamed tool")
    add(folder, "b")
    assert [tool.id for tool in tools.all()] == ["a", "b"]
    assert tools.get("a").checked().name == "Renamed tool"
    (folder / "b" / "tool.json").unlink()
    assert [tool.id for tool in tools.all()] == ["a"]


def test_a_tool_without_an_environment_says_how_to_make_one(folder):
    """The error holds the command."""
    add(folder, "a")
    with pytest.raises(ToolNotInstalled, match="pixie sync a"):
        Tools(folder).get("a").ready()


@pytest.mark.parametrize(
    ("pyproject", "expected"),
    [('[tool.pixie]\nserver = "sdk"\n', True), ("[tool.pixie]\n", False), ("[[[", False), (None, False)],
)
def test_a_tool_says_itself_that_it_uses_the_sdk(folder, pyproject, expected):
    """In pyproject.toml, and a broken file is no such word."""
    add(folder, "a")
    if pyproject is not None:
        (folder / "a" / "pyproject.toml").write_text(pyproject)
    assert Tools(folder).get("a").uses_sdk is expected


def test_a_declaration_that_cannot_be_read_is_a_problem_of_that_tool(folder):
    """A directory in the place of tool.json, which even root can't read."""
    (folder / "odd" / "tool.json").mkdir(parents=True)
    assert "can't be read" in Tools(folder).get("odd").problems[0].message
    os.rmdir(folder / "odd" / "tool.json")  # noqa: PTH106
    assert Tools(folder).all() == []


@pytest.fixture
def states():
    """What the user has set, by tool id."""
    return {}


@pytest.fixture
def tools(folder, states):
    """Tools as the user has set them."""
    return Tools(folder, states=lambda _: states)


def test_the_users_word_wins_over_tool_json(folder, tools, states):
    """On being archived, being kept warm, and the limits; what was written stays readable as it was."""
    add(folder, "a", archived=True, max_memory_mb=256)
    states["a"] = ToolState(archived=False, pinned_warm=True, limits=Limits(max_memory_mb=1024))
    for tool in (tools.get("a"), tools.all()[0]):
        manifest = tool.checked()
        assert (tool.archived, manifest.archived, manifest.pinned_warm) == (False, False, True)
        assert (manifest.max_memory_mb, manifest.max_runtime_seconds) == (1024, 60)
        assert manifest.raw["max_memory_mb"] == 256


def test_without_a_word_of_the_user_tool_json_counts(folder, tools, states):
    """Also when something else was set for the tool."""
    add(folder, "a", archived=True, tags=["maths"])
    states["a"] = ToolState(favourited=True, tags=("mine", "maths"))
    tool = tools.get("a")
    assert (tool.archived, tool.checked().archived) == (True, True)
    assert tool.tags == ("maths", "mine")


def test_a_broken_tool_can_be_archived(folder, tools, states):
    """There is no manifest to say so."""
    (folder / "broken").mkdir(parents=True)
    (folder / "broken" / "tool.json").write_text("{")
    assert not tools.get("broken").archived
    states["broken"] = ToolState(archived=True)
    assert tools.get("broken").archived


def test_what_is_set_is_seen_at_the_next_look(folder, tools, states):
    """Though tool.json is the same."""
    add(folder, "a")
    assert tools.get("a").checked().max_runtime_seconds == 60
    states["a"] = ToolState(limits=Limits(max_runtime_seconds=5))
    assert tools.get("a").checked().max_runtime_seconds == 5
    del states["a"]
    assert tools.get("a").checked().max_runtime_seconds == 60


@pytest.mark.parametrize(
    ("said", "set_to", "expected"), [({}, None, 77), ({"warm_keep_seconds": 300}, None, 300), ({}, 300, 300)]
)
def test_how_long_an_idle_process_is_kept_is_said_by_the_nearest(folder, tools, states, said, set_to, expected):
    """The user, else tool.json, else the settings: also when the word is the default of tool.json."""
    add(folder, "a", **said)
    states["a"] = ToolState(limits=Limits(warm_keep_seconds=set_to))
    assert tools.get("a").warm_keep_seconds(77) == expected


@pytest.mark.parametrize("name", ["", ".", "..", "../tools/a", "a/", "a\x00", "./a", ".imported"])
def test_an_id_is_never_a_path(folder, tools, name):
    """Nothing but a tool's own id finds it."""
    add(folder, "a")
    add(folder, ".imported", id="imported")
    with pytest.raises(ToolNotFound):
        tools.get(name)


def test_one_tool_is_found_without_a_look_at_the_others(folder, tools, monkeypatch):
    """Only its own tool.json is read."""
    add(folder, "a")
    add(folder, "b")
    read = []
    monkeypatch.setattr(discovery, "read_tool", lambda path: read.append(path.name) or read_tool(path))
    tools.get("a")
    tools.get("a")
    assert read == ["a"]
