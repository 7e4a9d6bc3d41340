"""New tools: each template validates green untouched, and a typed function becomes a tool without being run."""

from __future__ import annotations

import json
import tomllib
from contextlib import closing
from datetime import date, timedelta

import pytest

from pixie_core.config import Settings
from pixie_core.errors import RequestInvalid, ToolExists
from pixie_core.testing.tool_folder import borrow_environment
from pixie_core.tool.discovery import Tools, read_tool
from pixie_core.tool.packing import share
from pixie_core.tool.scaffold import TEMPLATES, new_tool, tool_from_script
from pixie_core.tool.unpacking import inspect_zip
from pixie_core.validator import validate
from tests.sdk.processes import ToolProcess


@pytest.fixture
def tools(tmp_path):
    """A tools folder that isn't there yet."""
    return tmp_path / "tools"


def installed(folder):
    """The tool, with this environment's Python as its own: the SDK is in it."""
    borrow_environment(folder)
    return read_tool(folder)


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_validates_green_untouched(tools, tmp_path, template):
    """All twelve checks, its known answer with them, by a real process."""
    made = new_tool(tools, "my-first-tool", template=template, name='Mine & "yours"')
    report = validate(installed(made.folder), settings=Settings(home=tmp_path))
    checks = {each.name: (each.status, each.message, each.details) for each in report.checks}
    streams = read_tool(made.folder).manifest.streams
    skipped = set() if streams else {"streaming_check"}
    assert {name for name, (status, *_) in checks.items() if status == "skip"} == skipped
    assert {name: each for name, each in checks.items() if each[0] not in {"pass", "skip"}} == {}
    assert report.overall == "pass"


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_tool_bears_its_name_everywhere(tools, template):
    """No placeholder is left; the name stands in JSON, in Markdown and in TOML."""
    name = 'Mine {{id}} & "yours" \\ ü'
    made = new_tool(tools, "my-first-tool", template=template, name=name)
    assert read_tool(made.folder).manifest.name == name
    assert (made.folder / "README.md").read_text().startswith(f"# {name}\n")
    project = tomllib.loads((made.folder / "pyproject.toml").read_text())
    assert project["project"]["name"] == "my-first-tool"
    assert project["tool"]["pixie"] == {"server": "sdk"}
    texts = [each.read_text() for each in made.folder.rglob("*") if each.is_file()]
    assert not any("{{name}}" in text for text in texts)
    assert not [each for each in made.folder.rglob("*") if each.name == "__pycache__"]


def test_a_new_tool_can_be_shared_and_imported(tools, tmp_path):
    """Without a warning."""
    made = new_tool(tools, "fall")
    assert inspect_zip(share(read_tool(made.folder), tmp_path)).warnings == ()


def test_the_sdk_of_a_checkout_is_taken_by_a_relative_path(tmp_path):
    """It then holds for everybody who has the checkout; elsewhere nothing is said about where it comes from."""
    sdk = tmp_path / "packages" / "pixie-tool-sdk"
    sdk.mkdir(parents=True)
    (sdk / "pyproject.toml").write_text("")
    inside = new_tool(tmp_path / "tools", "inside").folder
    source = tomllib.loads((inside / "pyproject.toml").read_text())["tool"]["uv"]["sources"]["pixie-tool-sdk"]
    assert source == {"path": "../../packages/pixie-tool-sdk", "editable": True}
    assert (inside / source["path"]).resolve() == sdk


def test_elsewhere_a_new_tool_brings_the_wheel_of_the_sdk(tools, tmp_path):
    """Its path lies in the tool's own folder, so that it goes wherever the tool goes; an import says where it is from."""
    wheel = tmp_path / "pixie_tool_sdk-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    script = tmp_path / "orbit.py"
    script.write_text("def orbit(x: float) -> float:\n    return x\n")
    for made in (new_tool(tools, "fall", sdk=wheel), tool_from_script(script, tools, sdk=wheel)):
        source = tomllib.loads((made.folder / "pyproject.toml").read_text())["tool"]["uv"]["sources"]["pixie-tool-sdk"]
        assert source == {"path": f"wheels/{wheel.name}"}
        assert (made.folder / source["path"]).read_bytes() == b"wheel"
        (warning,) = inspect_zip(share(read_tool(made.folder), tmp_path)).warnings
        assert "comes with the tool" in str(warning)


def test_in_a_checkout_the_sdk_is_its_folder_even_with_a_wheel_at_hand(tmp_path):
    """Who changes the SDK there wants to see it in the tools."""
    (tmp_path / "packages" / "pixie-tool-sdk").mkdir(parents=True)
    (tmp_path / "packages" / "pixie-tool-sdk" / "pyproject.toml").write_text("")
    made = new_tool(tmp_path / "tools", "inside", sdk=tmp_path / "nowhere.whl")
    assert not (made.folder / "wheels").exists()
    assert "editable = true" in (made.folder / "pyproject.toml").read_text()


def test_elsewhere_nothing_says_where_the_sdk_comes_from(tools):
    """No path of this machine gets into a tool."""
    text = (new_tool(tools, "outside").folder / "pyproject.toml").read_text()
    assert "sources" not in text
    assert str(tools.parent) not in text


@pytest.mark.parametrize("id", ["", "Upper", "a_b", "../x", "a--b", "-a", "con", "x" * 101, "a b"])
def test_an_id_that_is_not_kebab_case_is_refused(tools, id):
    """Nothing is made."""
    with pytest.raises(RequestInvalid, match=r"\$\.id"):
        new_tool(tools, id)
    assert not tools.exists()


def test_a_template_that_there_is_not_is_answered_with_those_that_there_are(tools):
    """Also where a path is smuggled in."""
    with pytest.raises(RequestInvalid, match="form, stream, chat, cli"):
        new_tool(tools, "a", template="../../validator")


def test_a_tool_that_is_there_is_never_written_over(tools, tmp_path):
    """Whatever its folder holds; nothing half made is left."""
    (tools / "fall").mkdir(parents=True)
    (tools / "fall" / "notes.txt").write_text("mine")
    with pytest.raises(ToolExists):
        new_tool(tools, "fall")
    script = tmp_path / "a.py"
    script.write_text("def fall(x: float) -> float:\n    return x\n")
    with pytest.raises(ToolExists):
        tool_from_script(script, tools)
    assert [each.name for each in tools.rglob("*")] == ["fall", "notes.txt"]


# From a script

EVERYTHING = '''
"""A module that must not be run."""

import datetime
from pathlib import Path
from typing import Annotated, Literal, Optional

open({flag!r}, "w").write("it ran") if __name__ != "everything" else None

Metres = Annotated[float, {{"min": 0, "max": 1000, "unit": "m"}}]
DEFAULT_STEPS = 100


def everything(
    height: Metres,
    factor: Annotated[float, "How much of it.", {{"min": 0, "max": 1, "type": "slider", "label": "Share"}}] = 0.5,
    steps: int = DEFAULT_STEPS,
    fast: bool = True,
    title: str = "A title",
    notes: Annotated[str, {{"type": "textarea"}}] = "",
    place: Literal["earth", "the_moon"] = "the_moon",
    words: list[str] = ["a", "b"],
    options: dict = {{"a": 1}},
    date: datetime.date = datetime.date(2026, 5, 17),
    least: Optional[int] = None,
    until: "datetime.date | None" = None,
    data: Path | None = None,
) -> dict[str, str]:
    """Everything that a signature
    can say.

    Args:
        height: Where it begins.
        steps (int): How many.
    """
    return {{
        name: f"{{type(value).__name__}} {{value.read_text() if isinstance(value, Path) else value}}"
        for name, value in locals().items()
    }}
'''


def made_from(tmp_path, text, **more):
    """The tool that a script becomes."""
    script = tmp_path / more.pop("filename", "everything.py")
    script.write_text(text)
    return tool_from_script(script, tmp_path / "tools", **more)


def entries(folder, room="inputs"):
    """What tool.json declares, by key."""
    return {each["key"]: each for each in json.loads((folder / "tool.json").read_text())[room]}


def test_a_signature_becomes_a_declaration_without_being_run(tmp_path):
    """Each kind of parameter, with its default, its fields and its words."""
    flag = tmp_path / "flag"
    made = made_from(tmp_path, EVERYTHING.format(flag=str(flag)))
    assert not flag.exists()
    found = entries(made.folder)
    bare = {key: {name: each for name, each in entry.items() if name not in {"key", "label"}}
            for key, entry in found.items()}  # fmt: skip
    assert bare == {
        "height": {"type": "number", "description": "Where it begins.", "min": 0, "max": 1000, "unit": "m"},
        "factor": {"type": "slider", "description": "How much of it.", "min": 0, "max": 1, "default": 0.5},
        "steps": {"type": "number", "description": "How many.", "step": 1, "default": 100},
        "fast": {"type": "toggle", "default": True},
        "title": {"type": "text", "default": "A title"},
        "notes": {"type": "textarea", "default": ""},
        "place": {
            "type": "select",
            "default": "the_moon",
            "options": [{"value": "earth", "label": "Earth"}, {"value": "the_moon", "label": "The moon"}],
        },
        "words": {"type": "tags", "default": ["a", "b"]},
        "options": {"type": "json", "default": {"a": 1}},
        "date": {"type": "date", "default": "2026-05-17"},
        "least": {"type": "number", "step": 1, "required": False},
        "until": {"type": "date", "required": False},
        "data": {"type": "file", "required": False},
    }
    assert found["factor"]["label"] == "Share"
    manifest = read_tool(made.folder).manifest
    assert (manifest.id, manifest.description) == ("everything", "Everything that a signature can say.")
    assert entries(made.folder, "outputs")["result"]["type"] == "kv"


def test_a_script_that_became_a_tool_gets_its_own_types(tmp_path):
    """By a real process: whole numbers, days and the path of a file, and None for what wasn't sent."""
    made = made_from(tmp_path, EVERYTHING.format(flag=str(tmp_path / "flag")))
    with closing(ToolProcess(made.folder).listening()) as process:
        answer = process.run({"height": 2.5, "steps": 3.0, "data": "data:text/plain;base64,aGVsbG8="})
        refused = process.run({"height": 2.5, "steps": 3.5})
    assert answer.status == 200, answer.detail
    assert {each["key"]: each["value"] for each in answer.json["result"]["pairs"]} == {
        "height": "float 2.5",
        "factor": "float 0.5",
        "steps": "int 3",
        "fast": "bool True",
        "title": "str A title",
        "notes": "str ",
        "place": "str the_moon",
        "words": "list ['a', 'b']",
        "options": "dict {'a': 1}",
        "date": "date 2026-05-17",
        "least": "NoneType None",
        "until": "NoneType None",
        "data": "PosixPath hello",
    }
    assert (refused.status, "expected a whole number" in refused.detail) == (422, True)


@pytest.mark.parametrize(
    ("annotation", "result", "kind", "value"),
    [
        ("float", "1.5", "number", 1.5),
        ("int", "2", "number", 2),
        ("str", "'words'", "text", "words"),
        ("bool", "True", "boolean", True),
        ("dict", "{'a': 1}", "kv", {"pairs": [{"key": "a", "value": 1}]}),
        ("dict[str, float]", "{'a': 1.0}", "kv", {"pairs": [{"key": "a", "value": 1.0}]}),
        ("list[dict]", "[{'a': 1}]", "table", None),
        ("list[dict[str, object]]", "[{'a': 1}]", "table", None),
        ("Annotated[str, {'type': 'markdown', 'label': 'Words'}]", "'*w*'", "markdown", "*w*"),
        ("Annotated[float, {'unit': 'm'}]", "1.5", "number", 1.5),
        ("'float'", "1.5", "number", 1.5),
    ],
)
def test_what_a_function_returns_becomes_the_output(tmp_path, annotation, result, kind, value):
    """And the whole validates."""
    text = f"from typing import Annotated\n\ndef f(x: float = 1) -> {annotation}:\n    return {result}\n"
    made = made_from(tmp_path, text)
    assert entries(made.folder, "outputs")["result"]["type"] == kind
    report = validate(installed(made.folder), settings=Settings(home=tmp_path))
    assert report.overall == "pass", [(each.message, each.details) for each in report.checks]
    if value is not None:
        assert report.sample_output["result"] == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(x) -> float: ...", "line 1: x has no annotation; expected float"),
        ("\n\ndef f(x: complex) -> float: ...", "line 3: x has complex"),
        ("def f(x: int | str) -> float: ...", r"x has int \| str"),
        ("def f(x: float): ...", "no function with annotated"),
        ("def f(x: float) -> None: ...", "its result has None"),
        ("def f(x: float) -> float | None: ...", r"its result has float \| None"),
        ("def f() -> float: ...", "no function with annotated"),
        ("x = 1", "public functions: none"),
        ("def f(x: float) -> float: ...\ndef g(x: float) -> float: ...", "say which one, of f, g"),
        ("async def f(x: float) -> float: ...", "is async or yields"),
        ("def f(x: float) -> float:\n    yield x", "is async or yields"),
        ("def f(x: float, /) -> float: ...", "by position alone"),
        ("def f(run: float) -> float: ...", "run can't be the name of an input"),
        ("def f(inputs: float) -> float: ...", "inputs can't be the name of an input"),
        ("import time\ndef f(x: float = time.time()) -> float: ...", r"the default of x is time\.time\(\)"),
        ("from pathlib import Path\ndef f(x: Path = 'a') -> float: ...", "no default but None"),
        ("from typing import Literal\ndef f(x: Literal[1.5]) -> float: ...", "can't be chosen from"),
        ("def f(x: Annotated[float, {'mni': 1}]) -> float: ...", "mni"),
        ("def f(x: Annotated[float, {'min': 'a'}]) -> float: ...", r"\$\.inputs\[0\]\.min"),
        ("def f(x: Annotated[float, {'type': 'text'}]) -> float: ...", "says type 'text' of a number"),
        ("def f(x: Annotated[float, {'key': 'y'}]) -> float: ...", "says key 'y'"),
        ("def f(x: float = 'a') -> float: ...", "default"),
        ("def f(", "line 1: isn't Python"),
        ("def f(x: float) -> float: return '\0'", "isn't Python"),
        ("from . import a\ndef f(x: float) -> float: ...", "line 1: has a relative import"),
        ("# /// script\n# dependencies = [\n# ///\ndef f(x: float) -> float: ...", "isn't TOML"),
        ("# /// script\n# dependencies = 5\n# ///\ndef f(x: float) -> float: ...", "isn't a list"),
    ],
)
def test_what_cannot_become_a_tool_is_refused_with_its_line(tmp_path, text, why):
    """What was found, what was expected; nothing is made."""
    with pytest.raises(RequestInvalid, match=why):
        made_from(tmp_path, text)
    assert not (tmp_path / "tools").exists()


def test_every_problem_of_a_signature_is_said_at_once(tmp_path):
    """And of several functions the named one is taken."""
    text = "def f(a, b: complex) -> None: ...\ndef g(x: float) -> float: ...\n"
    with pytest.raises(RequestInvalid) as caught:
        made_from(tmp_path, text, function="f")
    assert len(caught.value.problems) == 3
    assert made_from(tmp_path, text, function="g", id="other", name="Other").id == "other"
    with pytest.raises(RequestInvalid, match="no function 'h' at its top; it has f, g"):
        made_from(tmp_path, text, function="h")


DEPENDENT = """
from __future__ import annotations
import json, os.path
import numpy as np
import PIL.Image
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import pandas
try:
    import yaml
except ImportError:
    yaml = None
import beside

def f(x: float) -> float:
    import scipy.integrate
    return x
"""


def project(made):
    """Its pyproject.toml."""
    return tomllib.loads((made.folder / "pyproject.toml").read_text())["project"]


def test_imports_become_dependencies_that_are_said_to_be_guesses(tmp_path):
    """Python's own modules aren't among them, nor what only type checkers see; a module beside it comes along."""
    (tmp_path / "beside.py").write_text("import requests\nimport further\n")
    (tmp_path / "further.py").write_text("import beside\n")
    made = made_from(tmp_path, DEPENDENT)
    assert project(made)["dependencies"] == ["numpy", "pillow", "pixie-tool-sdk", "pyyaml", "requests", "scipy"]
    assert "guessed" in made.notes[0]
    assert (made.folder / "beside.py").read_text() == (tmp_path / "beside.py").read_text()
    assert (made.folder / "further.py").exists()


def test_inline_metadata_says_the_dependencies(tmp_path):
    """PEP 723 wins over what the imports look like."""
    head = '# /// script\n# requires-python = ">=3.12"\n# dependencies = ["numpy>=2", "pixie-tool-sdk"]\n# ///\n'
    made = made_from(tmp_path, head + DEPENDENT.replace("import beside", ""))
    assert project(made)["dependencies"] == ["numpy>=2", "pixie-tool-sdk"]
    assert project(made)["requires-python"] == ">=3.12"
    assert made.notes == ()


@pytest.mark.parametrize("filename", ["main.py", "json.py", "my script.py", "data.py"])
def test_a_script_whose_name_is_taken_is_called_otherwise(tmp_path, filename):
    """It must not hide main.py, Python's own modules, or what it imports itself."""
    made = made_from(tmp_path, "import numpy\ndef f(x: float) -> float:\n    return x\n", filename=filename)
    assert (made.folder / "f_script.py").exists()
    assert "from f_script import f" in (made.folder / "main.py").read_text()


@pytest.mark.parametrize("name", ["tool", "outputs", "date", "as_whole", "f", "Any", "Tool", "found", "serve"])
def test_names_in_the_script_do_not_hide_what_main_needs(tmp_path, name):
    """A parameter, or the function itself, may be called anything."""
    text = (
        f"import datetime\ndef {name}({name}: int, day: datetime.date, outputs_: int = 2) -> int:\n    return {name}\n"
    )
    made = made_from(tmp_path, text, id="names")
    with closing(ToolProcess(made.folder).listening()) as process:
        answer = process.run({name: 3, "day": str(date(2026, 5, 17) + timedelta(1))})
    assert (answer.status, answer.json["result"]) == (200, 3), answer.body


def test_a_new_tool_is_found_at_the_next_look(tools, tmp_path):
    """And what was being made when somebody looked wasn't."""
    found = Tools(tools)
    assert found.all() == []
    new_tool(tools, "fall")
    assert [each.id for each in found.all()] == ["fall"]
