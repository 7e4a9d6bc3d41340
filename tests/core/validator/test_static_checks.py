"""Checks 1 to 5, which start nothing but a `--version`."""

from __future__ import annotations

import os

import pytest

from pixie_core.tool import read_tool
from pixie_core.validator.static_checks import (
    folder_structure,
    pyproject_ok,
    schemas_coherent,
    tool_json_parses,
    venv_functional,
)
from tests.core.validator.tools import a_tool, check, manifest, statuses


def test_a_whole_folder_passes(tmp_path):
    """The first five checks of an ordinary tool."""
    tool = a_tool(tmp_path)
    findings = [f(tool) for f in (folder_structure, tool_json_parses, schemas_coherent, pyproject_ok, venv_functional)]
    assert [each.status for each in findings] == ["pass"] * 5
    assert findings[4].message.startswith("Python 3.")


def test_missing_files_are_all_named(tmp_path):
    """Not only the first."""
    tool = a_tool(tmp_path, pyproject=None)
    (tool.folder / "main.py").unlink()
    finding = folder_structure(tool)
    assert finding.status == "fail"
    assert finding.message.startswith("2 problems")
    assert any("pyproject.toml" in line for line in finding.details)
    assert any("main.py" in line for line in finding.details)


def test_the_entrypoint_is_the_one_that_tool_json_names(tmp_path):
    """main.py isn't asked for when another file is the program."""
    tool = a_tool(tmp_path, manifest(entrypoint="app/serve.py"))
    assert "app/serve.py" in folder_structure(tool).message
    (tool.folder / "app").mkdir()
    (tool.folder / "app" / "serve.py").mkdir()
    assert "is a folder" in folder_structure(tool).message


def test_secrets_that_others_may_read_are_a_warning(tmp_path):
    """With the command that closes the file."""
    tool = a_tool(tmp_path)
    (tool.folder / ".env").write_text("KEY=x")
    (tool.folder / ".env").chmod(0o644)
    assert folder_structure(tool).status == "warn"
    assert "chmod 600" in folder_structure(tool).message
    (tool.folder / ".env").chmod(0o600)
    assert folder_structure(tool).status == "pass"


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "isn't JSON"), ("[]", "expected an object"), ("{}", "$.id"), ('{"nmae": 1}', "did you mean name?")],
)
def test_a_tool_json_that_cant_be_read_says_where(tmp_path, content, said):
    """And check 3 either finds more or isn't made."""
    tool = a_tool(tmp_path)
    (tool.folder / "tool.json").write_text(content)
    tool = read_tool(tool.folder)
    finding = tool_json_parses(tool)
    assert finding.status == "fail"
    assert said in finding.message + "\n".join(finding.details)
    assert schemas_coherent(tool).status == "skip"


def test_checks_two_and_three_share_the_problems_between_them(tmp_path):
    """Those of the top are check 2's, those of inputs and outputs check 3's, and none is lost."""
    declared = manifest(
        outputs=[{"key": "x", "type": "tabel", "label": "X"}, {"key": "y", "type": "text"}],
        inputs=[{"key": "a", "type": "slider", "label": "A"}, {"key": "a", "type": "text", "label": "B"}],
        max_memory_mb="much",
    )
    tool = a_tool(tmp_path, declared)
    top, entries = tool_json_parses(tool), schemas_coherent(tool)
    assert "max_memory_mb" in top.message
    text = "\n".join(entries.details)
    assert entries.status == "fail"
    for said in ("did you mean table?", "$.outputs[1].label", "$.inputs[0].min", "$.inputs[0].max"):
        assert said in text


def coherent(tmp_path, **more):
    return schemas_coherent(a_tool(tmp_path, manifest(**more)), ["Work"])


def test_show_if_must_name_an_input(tmp_path):
    """A typo is met with the name that was meant."""
    inputs = [
        {"key": "mode", "type": "text", "label": "M"},
        {"key": "b", "type": "text", "label": "B", "show_if": {"key": "moed", "equals": "x"}},
    ]
    finding = coherent(tmp_path, inputs=inputs)
    assert finding.status == "fail"
    assert "did you mean mode?" in finding.message


def test_choices_must_be_there(tmp_path):
    """An empty select can't be answered."""
    finding = coherent(tmp_path, inputs=[{"key": "s", "type": "select", "label": "S", "options": []}])
    assert (finding.status, "$.inputs[0].options" in finding.message) == ("fail", True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "n", "type": "number", "label": "N", "max": 5, "default": 9},
        {"key": "s", "type": "select", "label": "S", "options": ["a"], "default": "b"},
    ],
)
def test_a_default_that_the_form_would_refuse_is_a_warning(tmp_path, wrong):
    """The run page would open with an error."""
    finding = coherent(tmp_path, inputs=[wrong])
    assert (finding.status, "$.inputs[0].default" in finding.message) == ("warn", True)


@pytest.mark.parametrize(
    ("wrong", "where", "status"),
    [
        ({"type": "hidden"}, "$.inputs[0].default", "fail"),
        ({"type": "select", "options": []}, "$.inputs[0].options", "fail"),
        ({"type": "select", "options": ["a"], "default": "b"}, "$.inputs[0].default", "warn"),
        ({"type": "number", "min": 5, "max": 1}, "$.inputs[0].min", "fail"),
        ({"type": "slider", "min": 5, "max": 1, "default": 9}, "$.inputs[0].min", "fail"),
        ({"type": "date", "min": "2026-05-02", "max": "2026-05-01"}, "$.inputs[0].min", "fail"),
        ({"type": "text", "colour": "red"}, "$.inputs[0].colour", "warn"),
    ],
)
def test_each_problem_of_an_input_is_named_once(tmp_path, wrong, where, status):
    """By check 3 alone, and check 2 passes over it."""
    tool = a_tool(tmp_path, manifest(inputs=[{"key": "n", "label": "N", **wrong}]))
    top, entries = tool_json_parses(tool), schemas_coherent(tool)
    assert top.status == "pass"
    assert entries.status == status
    said = entries.details or (entries.message,)
    assert len(said) == 1
    assert where in said[0]


def test_export_formats_must_be_known_and_agree(tmp_path):
    """A default that the list leaves out can never be had."""
    output = {"key": "t", "type": "table", "label": "T", "default_export_format": "csv"}
    assert coherent(tmp_path / "a", outputs=[output]).status == "pass"
    finding = coherent(tmp_path / "b", outputs=[{**output, "supported_export_formats": ["xlsx"]}])
    assert (finding.status, "leaves out" in finding.message) == ("fail", True)
    finding = coherent(tmp_path / "c", outputs=[{**output, "default_export_format": "xsl"}])
    assert (finding.status, "'xsl'" in finding.message) == ("warn", True)


def test_the_workspace_must_be_there(tmp_path):
    """Only where it is known which there are."""
    assert coherent(tmp_path / "a", workspace_default="Work").status == "pass"
    assert coherent(tmp_path / "b", workspace_default="Wrok").status == "warn"
    tool = a_tool(tmp_path / "c", manifest(workspace_default="Wrok"))
    assert schemas_coherent(tool).status == "pass"


def test_a_chat_needs_words_to_reply_with(tmp_path):
    """A warning: it would run, and say nothing."""
    assert coherent(tmp_path / "a", layout="chat").status == "warn"
    text = [{"key": "reply", "type": "text", "label": "R"}]
    assert coherent(tmp_path / "b", layout="chat", outputs=text).status == "pass"


HEAD = '[project]\nname = "x"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("pyproject", "status", "said"),
    [
        (None, "fail", "is missing"),
        ("[project", "fail", "isn't TOML"),
        ("[tool.uv]\n", "fail", "no [project] table"),
        ('[project]\ndependencies = ["fastapi", "uvicorn"]\n', "fail", "project.name"),
        (HEAD + 'dependencies = ["fastapi>=0.115", "Uvicorn[standard]>=0.35 ; python_version > \'3\'"]\n', "pass", ""),
        (HEAD + 'dependencies = ["fastapi[standard]"]\n', "pass", ""),
        (HEAD + 'dependencies = ["pixie_tool_sdk"]\n[tool.pixie]\nserver = "sdk"\n', "pass", ""),
        (HEAD + 'dependencies = ["pixie-tool-sdk"]\n', "warn", "tool.pixie.server"),
        (HEAD + 'dependencies = []\n[tool.pixie]\nserver = "sdk"\n', "fail", "tool.pixie.server"),
        (HEAD + 'dependencies = ["flask"]\n', "warn", "flask"),
        (HEAD + 'dependencies = ["fastapi", "hypercorn"]\n', "warn", "hypercorn"),
        (HEAD + 'dependencies = ["fastapi"]\n', "fail", "add uvicorn"),
        (HEAD + 'dependencies = ["numpy"]\n', "fail", "add pixie-tool-sdk, or fastapi and uvicorn"),
        (HEAD + 'dynamic = ["dependencies"]\n', "warn", "dynamic"),
        (HEAD + 'dependencies = "fastapi"\n', "fail", "no list of strings"),
    ],
)
def test_pyproject_must_say_what_serves_http(tmp_path, pyproject, status, said):
    """FastAPI with uvicorn, or the SDK; another server is a warning."""
    finding = pyproject_ok(a_tool(tmp_path, pyproject=pyproject))
    assert finding.status == status
    assert said in finding.message + "".join(finding.details)


def test_an_environment_is_never_made(tmp_path):
    """Its absence is a failure that names the command."""
    tool = a_tool(tmp_path, venv=False)
    finding = venv_functional(tool)
    assert (finding.status, "`pixie sync probe`" in finding.message) == ("fail", True)
    assert not (tool.folder / ".venv").exists()


@pytest.mark.parametrize("script", ["#!/bin/sh\necho broken >&2\nexit 3\n", "#!/nowhere/python\n", "not a program"])
def test_a_python_that_doesnt_run_fails(tmp_path, script):
    """Whatever its way of not running."""
    tool = a_tool(tmp_path)
    tool.python.write_text(script)
    finding = venv_functional(tool)
    assert (finding.status, "pixie sync" in finding.message) == ("fail", True)


def test_an_environment_older_than_its_lock_is_a_warning(tmp_path):
    """It runs, and may lack something."""
    tool = a_tool(tmp_path)
    (tool.folder / ".venv" / "pyvenv.cfg").write_text("")
    os.utime(tool.folder / ".venv" / "pyvenv.cfg", (1e9, 1e9))
    (tool.folder / "uv.lock").write_text("")
    finding = venv_functional(tool)
    assert (finding.status, "changed since" in finding.message) == ("warn", True)


def test_the_first_four_all_run_and_stop_what_follows(tmp_path):
    """Every static problem is in one report, and nothing is started."""
    tool = a_tool(tmp_path, manifest(outputs=[{"key": "x", "type": "tabel", "label": "X"}], id="No"), pyproject="[x")
    (tool.folder / "main.py").unlink()
    report = check(tool, tmp_path)
    assert statuses(report) == "ffffssssssss"
    assert report.overall == "fail"
    assert report.checks[4].message == "not looked at, since folder_structure failed"
    assert report.sample_inputs is None
