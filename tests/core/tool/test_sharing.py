"""Sharing and importing: what travels, what a stranger's tool says of itself, and that nothing of it runs unasked."""

import json
import os
import subprocess
import sys
import time
import zipfile

import pytest

from pixie_core.errors import ManifestInvalid, RequestInvalid, TargetExists, ToolExists
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.tool.discovery import Tools, read_tool
from pixie_core.tool.importing import (
    confirm_import,
    discard_import,
    existing_tool,
    pending_imports,
    stage_import,
    sweep_leftovers,
)
from pixie_core.tool.packing import share
from pixie_core.tool.secrets import confirm_secrets, secrets_for, set_secret
from pixie_core.tool.unpacking import NOTICE, inspect_zip
from tests.core.tool.zips import PYPROJECT, files, put, zipped

CANARY = "canary-6f1c2a9b"


@pytest.fixture(autouse=True)
def no_faults():
    """What a test arms doesn't outlive it."""
    yield
    disarm()


@pytest.fixture
def tools(tmp_path):
    """An empty tools folder."""
    folder = tmp_path / "tools"
    folder.mkdir()
    return folder


@pytest.fixture
def tool(tools):
    """A tool with everything that must not travel."""
    put(
        tools / "weather",
        {
            **files(),
            "README.md": "# Weather\n",
            "reference/fixture_a.json": "{}",
            "notes/data/kept.txt": "data below the top is source",
            ".gitignore": "x\n",
            ".env.example": "API_KEY=\n",
            ".env": f"API_KEY='{CANARY}'\n",
            ".env.withheld": "OLD='another canary'\n",
            ".venv/bin/python": "",
            ".git/HEAD": "",
            "data/state.db": "",
            "__pycache__/main.cpython-311.pyc": "",
            "notes/__pycache__/a.pyc": "",
            ".mypy_cache/x": "",
            ".pytest_cache/x": "",
            ".idea/x": "",
            ".vscode/x": "",
            ".DS_Store": "",
            "main.py~": "",
            ".main.py.swp": "",
            ".#main.py": "",
        },
    )
    (tools / "weather" / "link.txt").symlink_to("/etc/passwd")
    (tools / "weather" / "linked").symlink_to("/etc")
    os.mkfifo(tools / "weather" / "pipe")
    return read_tool(tools / "weather")


SOURCE = [".env.example", ".gitignore", "README.md", "main.py", "notes/data/kept.txt", "pyproject.toml",
          "reference/fixture_a.json", "tool.json"]  # fmt: skip


@pytest.mark.case("S7.tools")
def test_a_shared_tool_is_its_source_and_nothing_else(tool, tmp_path):
    """No environment, secret, history, data, cache, leftover, link or pipe."""
    path = share(tool, tmp_path)
    assert path == tmp_path / "weather.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"weather/{name}" for name in SOURCE]
        assert archive.testzip() is None
    assert [each.name for each in inspect_zip(path).files] == SOURCE


def test_the_same_source_gives_the_same_zip(tool, tmp_path):
    """Whenever it is packed, and whatever its files' times and permissions."""
    first = share(tool, tmp_path / "a.zip").read_bytes()
    os.utime(tool.folder / "main.py", (0, 0))
    (tool.folder / "main.py").chmod(0o755)
    second = share(tool, tmp_path / "b.zip").read_bytes()
    assert first == second


def test_a_file_that_is_there_is_overwritten_only_when_asked(tool, tmp_path):
    """And stays whole otherwise."""
    (tmp_path / "weather.zip").write_text("mine")
    with pytest.raises(TargetExists):
        share(tool, tmp_path)
    assert (tmp_path / "weather.zip").read_text() == "mine"
    assert zipfile.is_zipfile(share(tool, tmp_path, force=True))


@pytest.mark.case("S7.tools")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.py", f"import os\n\nKEY = '{CANARY}'\n"),
        ("notes.bin", b"\0\n\n" + CANARY.encode() + b"\xff"),
        ("config.json", json.dumps({"a": 1, "url": 'x\n"'}) + "\n\nx another canary"),
    ],
)
def test_a_file_that_holds_a_secret_is_not_shared(tool, tmp_path, name, text):
    """The message names the file and the line, and not the value; no zip is left."""
    put(tool.folder, {name: text})
    with pytest.raises(RequestInvalid, match=f"{name}, line 3: holds the value of the secret (API_KEY|OLD)") as caught:
        share(tool, tmp_path)
    assert "canary" not in str(caught.value)
    assert not list(tmp_path.glob("*.zip"))
    assert not list(tmp_path.glob(".*"))


def test_a_secret_is_found_as_json_and_as_url_too(tool, tmp_path):
    """As it may have been written down."""
    set_secret(tool, "PASSWORD", 'pass "word" & more')
    for text in (json.dumps('pass "word" & more'), "https://x?pass+%22word%22+%26+more"):
        put(tool.folder, {"main.py": text})
        with pytest.raises(RequestInvalid, match=r"main\.py, line 1: holds the value of the secret PASSWORD"):
            share(tool, tmp_path)


def test_what_nobody_could_import_is_not_handed_out(tool, tmp_path):
    """A name that another system can't have, and a broken declaration."""
    put(tool.folder, {"aux.txt": ""})
    with pytest.raises(RequestInvalid, match=r"aux\.txt"):
        share(tool, tmp_path)
    put(tool.folder, {"tool.json": "{"})
    with pytest.raises(ManifestInvalid):
        share(read_tool(tool.folder), tmp_path)
    assert not list(tmp_path.glob("*.zip"))


# Looking


def proposed(tmp_path, content):
    """What a zip of these files says."""
    return inspect_zip(zipped(tmp_path / "stranger.zip", content))


def test_a_proposal_says_what_it_is_and_what_would_run(tmp_path):
    """Before anything is written."""
    found = proposed(
        tmp_path, files(secrets=[{"key": "API_KEY", "description": "from the weather service", "required": True}])
    )
    assert (found.id, found.manifest.name) == ("weather", "Weather")
    assert found.dependencies == ("fastapi", "uvicorn")
    assert found.commands == ("uv sync --compile-bytecode", ".venv/bin/python main.py --port N")
    assert [each.key for each in found.secrets] == ["API_KEY"]
    assert found.warnings == ()
    assert found.size == sum(each.size for each in found.files)
    assert "runs as you" in NOTICE
    assert list(tmp_path.iterdir()) == [tmp_path / "stranger.zip"]


def test_a_proposal_can_be_shown_to_people_and_to_programs(tmp_path):
    """Everything that a person agrees to stands in both."""
    project = PYPROJECT + "[build-system]\nrequires = []\n"
    found = proposed(tmp_path, {**files(secrets=[{"key": "API_KEY"}]), "pyproject.toml": project})
    told = found.to_json()
    assert json.loads(json.dumps(told)) == told
    words = "\n".join(f"{heading}: {text}" for heading, text in found.facts())
    for each in ("weather", found.source_hash, "fastapi", "uv sync", "main.py --port N", "API_KEY", "runs code"):
        assert each in words
        assert each in json.dumps(told)


def test_the_source_hash_is_the_same_at_both_ends(tool, tools, tmp_path):
    """However the zip was made: two people can compare what they have."""
    shared = inspect_zip(share(tool, tmp_path))
    content = {name: (tool.folder / name).read_bytes() for name in reversed(SOURCE)}
    assert proposed(tmp_path, content).source_hash == shared.source_hash
    content["main.py"] += b"#"
    assert proposed(tmp_path, content).source_hash != shared.source_hash


@pytest.mark.case("I6.manifest")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "../x"}, r"tool\.json \$\.id: .*kebab-case"),
        ({"id": "UPPER"}, "kebab-case"),
        ({"id": "con"}, "not every system"),
        ({"entrypoint": "/bin/sh"}, r"\$\.entrypoint"),
        ({"entrypoint": "../main.py"}, r"\$\.entrypoint"),
        ({"entrypoint": "other.py"}, "no such file"),
        ({"entrypoint": "main.py; rm -rf ~"}, "no such file"),
        ({"description": "x" * 1_000_001}, "at most 1,000,000"),
        ({"inputs": []}, r"\$\.inputs"),
        ({"surprise": 1}, "unknown key 'surprise'"),
    ],
)
def test_a_hostile_declaration_is_refused(tmp_path, changes, why):
    """Each with the place in it."""
    with pytest.raises(RequestInvalid, match=why):
        proposed(tmp_path, files(**changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tool.json": None}, "tool.json: is missing"),
        ({"tool.json": "["}, "isn't JSON"),
        ({"tool.json": b"\xff"}, "isn't UTF-8"),
        ({"tool.json": "[" * 100_000}, "nested too deeply"),
        ({"tool.json": json.dumps({"id": 1}).replace("1", "1" * 5000)}, "thousands of digits"),
        ({"tool.json": files(name="\ud800")["tool.json"]}, "half of a surrogate pair"),
        ({"pyproject.toml": "a = " + "1" * 5000}, "isn't TOML"),
        ({"pyproject.toml": None}, "pyproject.toml: is missing"),
        ({"pyproject.toml": "["}, "isn't TOML"),
        ({"pyproject.toml": "a = " + "[" * 100_000}, "isn't TOML|nested too deeply"),
        ({"pyproject.toml": "[project]\n"}, "names no project"),
        ({"pyproject.toml": PYPROJECT + "dynamic = 5\n[project.optional-dependencies]\na = 5\n"}, "isn't a list"),
        ({".python-version": "./evil/python"}, "expected a version"),
        ({"uv.lock": "["}, "uv.lock: isn't TOML"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path, changes, why):
    """Nothing is guessed."""
    content = {name: text for name, text in {**files(), **changes}.items() if text is not None}
    with pytest.raises(RequestInvalid, match=why):
        proposed(tmp_path, content)


def warned(tmp_path, pyproject="", dependencies="", **more):
    """The warnings of a tool whose pyproject.toml has these."""
    project = f'[project]\nname = "weather"\nversion = "1"\ndependencies = [{dependencies}]\n{pyproject}'
    found = proposed(tmp_path, {**files(), "pyproject.toml": project, **more})
    return "\n".join(map(str, found.warnings))


@pytest.mark.case("I6.manifest")
@pytest.mark.parametrize(
    "requirement",
    ["x @ https://example.invalid/x.whl", "git+https://example.invalid/x", "x @ git+ssh://host/x", "file:///x.whl",
     "x @ file:///x", "-e .", "--index-url https://example.invalid", "./x", "../x.whl", "/x.whl", "$(touch x)",
     "x && rm y", "`id`"],
)  # fmt: skip
def test_a_requirement_from_elsewhere_is_a_warning_that_shows_it(tmp_path, requirement):
    """In each place where requirements stand."""
    where = {
        "project.dependencies": {"dependencies": json.dumps(requirement)},
        "project.optional-dependencies.a": {
            "pyproject": f"[project.optional-dependencies]\na = [{json.dumps(requirement)}]\n"
        },
        "dependency-groups.dev": {"pyproject": f"[dependency-groups]\ndev = [{json.dumps(requirement)}]\n"},
        "build-system.requires": {"pyproject": f"[build-system]\nrequires = [{json.dumps(requirement)}]\n"},
        "requirements.txt, line 2": {"requirements.txt": f"numpy\n{requirement}\n"},
    }
    for place, changes in where.items():
        said = warned(tmp_path, **changes)
        assert place in said
        assert requirement in said


def test_a_requirement_made_to_be_slow_is_read_at_once(tmp_path):
    """Blanks that a pattern could try in every way (a second at most)."""
    begun = time.monotonic()
    said = warned(tmp_path, dependencies=json.dumps("x" + " " * 400_000 + "\x01" + "y " * 200_000))
    assert "characters" in said
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("requirement", ["numpy", "numpy>=2,<3", "fastapi[standard]~=0.115", "a.b-c_d==1.*",
                                         'tomli>=2; python_version < "3.11"'])  # fmt: skip
def test_an_ordinary_requirement_is_no_warning(tmp_path, requirement):
    """A warning that always comes is none."""
    assert warned(tmp_path, dependencies=json.dumps(requirement)) == ""


@pytest.mark.parametrize(
    ("pyproject", "said"),
    [
        ('[[tool.uv.index]]\nurl = "https://example.invalid"\n', "takes packages from"),
        ('[tool.uv]\nextra-index-url = ["https://example.invalid"]\n', "takes packages from https://example.invalid"),
        ('[tool.uv]\nfind-links = ["./wheels"]\n', "takes packages from ./wheels"),
        ('[tool.uv.sources]\nx = { git = "https://example.invalid" }\n', "tool.uv.sources.x: is taken from"),
        ('[tool.uv.sources]\npixie-tool-sdk = { path = "../../sdk" }\n', "is that one here as well"),
        ("[tool.uv]\nno-build-isolation = true\n", "no-build-isolation"),
        ('[tool.uv]\nworkspace = { members = ["*"] }\n', "workspace"),
        ('[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n', "a program of the zip itself"),
        ('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n', "runs code"),
        ("[tool.uv]\npackage = true\n", "setup.py: is run"),
    ],
)  # fmt: skip
def test_what_installing_would_do_beyond_the_ordinary_is_a_warning(tmp_path, pyproject, said):
    """Other indexes, folders, repositories, and programs of the zip that a build would run."""
    assert said in warned(tmp_path, pyproject, **{"setup.py": "raise SystemExit"})


def test_a_project_that_is_not_built_gets_no_warning_of_its_build(tmp_path):
    """`package = false` is what `pixie new` writes."""
    assert warned(tmp_path, "[build-system]\nrequires = []\n[tool.uv]\npackage = false\n", **{"setup.py": ""}) == ""


def test_a_lock_says_where_its_files_come_from(tmp_path):
    """The indexes are listed; what comes from elsewhere is a warning."""
    lock = """
version = 1
[[package]]
name = "numpy"
source = { registry = "https://index.invalid/simple" }
[[package]]
name = "evil"
source = { git = "https://example.invalid/evil" }
[[package]]
name = "weather"
source = { virtual = "." }
"""
    found = proposed(tmp_path, {**files(), "uv.lock": lock})
    assert found.requirements.indexes == ("https://index.invalid/simple",)
    assert found.commands[0].endswith("--locked")
    [warning] = found.warnings
    assert "evil comes from" in str(warning)


@pytest.mark.case("I6.manifest")
def test_names_that_a_tool_will_not_get_are_left_out_of_its_secrets(tmp_path):
    """With a warning each."""
    keys = ["LD_PRELOAD", "PATH", "PYTHONPATH", "PIXIE_HOME", "API_KEY", "A=B"]
    found = proposed(tmp_path, files(secrets=[{"key": key} for key in keys]))
    assert [each.key for each in found.secrets] == ["API_KEY"]
    assert len(found.warnings) == 5


def test_hostile_words_stay_words(tmp_path):
    """Markup in a declaration is for whoever shows it to escape; here it changes nothing."""
    text = "<script>alert(1)</script>\x1b[31m{{7*7}}$(id)"
    assert proposed(tmp_path, files(name=text, description=text)).manifest.name == text


def test_what_macos_adds_is_left_out_and_said(tmp_path):
    """Its archives hold a second file beside each."""
    content = {f"weather/{name}": text for name, text in files().items()}
    found = proposed(tmp_path, {**content, "__MACOSX/weather/._main.py": "x", "weather/.DS_Store": "x"})
    assert [each.name for each in found.files] == ["tool.json", "pyproject.toml", "main.py"]
    assert "2 files that macOS added" in str(found.warnings[0])


# Installing


def staged(tmp_path, tools, **changes):
    """A stranger's tool, waiting."""
    found = inspect_zip(zipped(tmp_path / "stranger.zip", {**files(name="New"), **changes}))
    return stage_import(found, tools)


def tree(folder):
    """Everything below a folder: names, kinds, permissions and contents."""
    return {
        str(each.relative_to(folder)): (each.lstat().st_mode, each.read_bytes() if each.is_file() else None)
        for each in sorted(folder.rglob("*"))
    }


def test_a_staged_tool_is_inert(tmp_path, tools):
    """Discovery doesn't see it, and its permissions are ours."""
    before = os.umask(0o077)
    try:
        folder = staged(tmp_path, tools, **{"sub/setup.py": "x"})
    finally:
        os.umask(before)
    assert folder == tools / ".imported" / "weather"
    assert Tools(tools).all() == []
    assert [each.id for each in pending_imports(tools)] == ["weather"]
    modes = {name: oct(mode & 0o7777) for name, (mode, _) in tree(folder).items()}
    assert set(modes) == {"main.py", "pyproject.toml", "sub", "sub/setup.py", "tool.json"}
    assert modes["sub"] == "0o755"
    assert {mode for name, mode in modes.items() if name != "sub"} == {"0o644"}


@pytest.mark.case("I5.inert")
def test_nothing_of_a_zip_runs_before_it_is_confirmed(tmp_path, tools):
    """Nor by being confirmed: the environment is made by `pixie sync`, and programs start with a run."""
    flag = tmp_path / "flag"
    evil = f"open({str(flag)!r}, 'w')\n"
    names = ["setup.py", "build_backend.py", "evil.pth", "conftest.py", "sitecustomize.py", "main.py"]
    project = PYPROJECT + '[build-system]\nrequires = []\nbuild-backend = "build_backend"\nbackend-path = ["."]\n'
    staged(tmp_path, tools, **dict.fromkeys(names, evil), **{"pyproject.toml": project})
    Tools(tools).all()
    pending_imports(tools)
    assert not flag.exists()
    assert confirm_import(tools, "weather").manifest is not None
    assert not flag.exists()


def test_a_confirmed_tool_is_a_tool(tmp_path, tools):
    """Under its id, and nothing waits any more."""
    staged(tmp_path, tools)
    tool = confirm_import(tools, "weather")
    assert tool.folder == tools / "weather"
    assert [each.id for each in Tools(tools).all()] == ["weather"]
    assert pending_imports(tools) == []
    with pytest.raises(RequestInvalid, match="no tool 'weather' waits; waiting: none"):
        confirm_import(tools, "weather")


def test_a_second_look_takes_the_place_of_the_first(tmp_path, tools):
    """What waits is what was looked at last; it can be discarded."""
    staged(tmp_path, tools, **{"old.py": ""})
    folder = staged(tmp_path, tools, **{"new.py": ""})
    assert sorted(tree(folder)) == ["main.py", "new.py", "pyproject.toml", "tool.json"]
    assert discard_import(tools, "weather")
    assert not discard_import(tools, "weather")
    assert list((tools / ".imported").iterdir()) == []


def test_a_zip_that_changed_since_it_was_looked_at_is_refused(tmp_path, tools):
    """What was agreed to is what is unpacked."""
    found = inspect_zip(zipped(tmp_path / "stranger.zip", files()))
    zipped(tmp_path / "stranger.zip", {**files(), "main.py": "evil"})
    with pytest.raises(RequestInvalid, match="has changed since"):
        stage_import(found, tools)
    assert list((tools / ".imported").iterdir()) == []


@pytest.mark.parametrize("odd", ["../weather", ".", "", "a/b", ".imported"])
def test_an_id_that_is_a_path_finds_nothing(tmp_path, tools, odd):
    """Ids are kebab-case, and nothing else is looked up."""
    staged(tmp_path, tools)
    with pytest.raises(RequestInvalid, match="waits"):
        confirm_import(tools, odd)
    assert not discard_import(tools, odd)


def test_what_was_broken_while_it_waited_is_not_installed(tmp_path, tools, tool):
    """And the old tool stays."""
    before = tree(tool.folder)
    folder = staged(tmp_path, tools)
    (folder / "main.py").unlink()
    with pytest.raises(RequestInvalid, match="which isn't there"):
        confirm_import(tools, "weather", replace=True)
    (folder / "pyproject.toml").write_text("[")
    with pytest.raises(RequestInvalid, match="isn't TOML"):
        confirm_import(tools, "weather", replace=True)
    (folder / "tool.json").write_text("{")
    with pytest.raises(ManifestInvalid):
        confirm_import(tools, "weather", replace=True)
    assert tree(tool.folder) == before


def test_a_tool_is_replaced_only_when_asked(tmp_path, tools, tool):
    """Also one whose folder has another name."""
    staged(tmp_path, tools)
    before = tree(tool.folder)
    with pytest.raises(ToolExists, match="weather"):
        confirm_import(tools, "weather")
    assert tree(tool.folder) == before
    tool.folder.rename(tools / "old-name")
    assert existing_tool(tools, "weather") == tools / "old-name"
    with pytest.raises(ToolExists):
        confirm_import(tools, "weather")


def test_a_tool_that_is_a_link_is_not_replaced(tmp_path, tools, tool):
    """What it points at belongs to somebody else."""
    tool.folder.rename(tmp_path / "elsewhere")
    tool.folder.symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path / "elsewhere")
    staged(tmp_path, tools)
    with pytest.raises(RequestInvalid, match="is a link"):
        confirm_import(tools, "weather", replace=True)
    assert tree(tmp_path / "elsewhere") == before


@pytest.mark.case("I7.secrets", "S7.tools")
def test_a_replaced_tool_keeps_its_data_and_its_secrets_wait(tmp_path, tools, tool):
    """The new code gets none of them until that is confirmed; the old source is kept (without environment)."""
    staged(tmp_path, tools)
    new = confirm_import(tools, "weather", replace=True)
    assert new.manifest.name == "New"
    assert (new.folder / "data" / "state.db").exists()
    assert not (new.folder / ".env").exists()
    assert not (new.folder / ".venv").exists()
    found = secrets_for(new)
    assert (dict(found.values), set(found.withheld)) == ({}, {"API_KEY", "OLD"})
    aside = tools / ".replaced" / "weather-1"
    assert json.loads((aside / "tool.json").read_text())["name"] == "Weather"
    assert not any((aside / name).exists() for name in (".env", ".env.withheld", ".venv", "data"))
    confirm_secrets(new)
    assert secrets_for(new).values["API_KEY"] == CANARY
    assert [each.id for each in Tools(tools).all()] == ["weather"]
    staged(tmp_path, tools)
    confirm_import(tools, "weather", replace=True)
    assert (tools / ".replaced" / "weather-2").is_dir()


CONFIRM = """
import sys
from pathlib import Path
from pixie_core.tool.importing import confirm_import
confirm_import(Path(sys.argv[1]), "weather", replace=True)
"""
POINTS = [
    "placing.before_sync",
    "placing.before_rename",
    "placing.after_rename",
    "import.journal",
    "import.old_aside",
    "import.data_moved",
    "import.secrets_moved",
    "import.new_in_place",
]


@pytest.mark.case("I8.kill")
@pytest.mark.parametrize("point", POINTS)
def test_a_replacement_that_is_killed_ends_as_the_old_tool_or_as_the_new(tmp_path, tools, tool, point):
    """Whole, with its data and its secrets, after the sweep of the next start; a second one finds nothing."""
    (tool.folder / ".env.withheld").unlink()
    staged(tmp_path, tools)
    before = tree(tool.folder)
    done = subprocess.run([sys.executable, "-c", CONFIRM, tools], env={**os.environ, "PIXIE_FAULT": f"{point}:kill"})
    assert done.returncode == -9
    # Before it has its name, a file may have none, and then nothing is left of it.
    assert sweep_leftovers(tools) or point in {"placing.before_sync", "placing.before_rename"}
    assert sweep_leftovers(tools) == ()
    now = read_tool(tools / "weather")
    assert (now.folder / "data" / "state.db").exists()
    assert [each.name for each in tools.rglob(".env*") if each.name != ".env.example"] == [
        ".env" if now.manifest.name == "Weather" else ".env.withheld"
    ]
    if now.manifest.name == "Weather":
        assert tree(now.folder) == before
        assert [each.id for each in pending_imports(tools)] == ["weather"]
    else:
        assert {*tree(now.folder)} == {"main.py", "pyproject.toml", "tool.json", "data", "data/state.db",
                                       ".env.withheld"}  # fmt: skip
        assert pending_imports(tools) == []


def test_an_import_that_fails_leaves_nothing(tmp_path, tools):
    """A full disk, and a kill that the next start sweeps up."""
    found = inspect_zip(zipped(tmp_path / "stranger.zip", files()))
    arm("import.unpacked:error")
    with pytest.raises(FaultInjected):
        stage_import(found, tools)
    assert list((tools / ".imported").iterdir()) == []
    put(tools / ".imported" / ".new-0123", files())
    put(tools / "a", {".env.0123456789abcdef.part": CANARY, "tool.json": "{}"})
    put(tools / ".new-4567", files())
    assert len(sweep_leftovers(tools)) == 3
    assert list((tools / ".imported").iterdir()) == []
    assert sorted(each.name for each in tools.iterdir()) == [".imported", "a"]
    assert [each.name for each in (tools / "a").iterdir()] == ["tool.json"]


def test_a_tool_that_waits_is_no_leftover(tmp_path, tools):
    """It waits until somebody decides."""
    staged(tmp_path, tools)
    assert sweep_leftovers(tools) == ()
    assert [each.id for each in pending_imports(tools)] == ["weather"]
    assert sweep_leftovers(tmp_path / "nowhere") == ()
