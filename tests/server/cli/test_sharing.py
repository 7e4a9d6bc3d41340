"""`pixie share-tool` and `pixie import-tool`."""

import json
import os
import pty
import subprocess
import sys
import zipfile

import pytest

from pixie_core.tool.discovery import Tools, read_tool
from pixie_core.tool.importing import pending_imports
from pixie_core.tool.secrets import secrets_for
from pixie_core.tool.unpacking import NOTICE, inspect_zip
from tests.core.tool.zips import PYPROJECT, files, put, raw_entry, raw_zip, zipped
from tests.server.cli.folders import DEADLINE, command

CANARY = "canary-6f1c2a9b"


@pytest.fixture
def home(tmp_path):
    """A data folder with one tool, which has a secret, data and an environment."""
    own = {".env": f"API_KEY='{CANARY}'\n", "data/state.db": "kept", ".venv/bin/python": ""}
    put(tmp_path / "home" / "tools" / "weather", {**files(), **own})
    return tmp_path / "home"


@pytest.fixture
def empty(tmp_path):
    """A data folder without tools."""
    return tmp_path / "empty"


@pytest.fixture
def stranger(tmp_path):
    """A stranger's tool with the id of the one in `home`."""
    return zipped(tmp_path / "stranger.zip", files(name="Stranger"))


# Sharing


def test_a_shared_tool_is_imported_as_it_was(home, empty, tmp_path):
    """The source hash is the same at both ends, so that two people can compare what they have."""
    shared = json.loads(command(home, "share-tool", "weather", "--to", str(tmp_path), "--json").stdout)
    path = tmp_path / "weather.zip"
    assert shared == {
        "tool_id": "weather",
        "path": str(path),
        "size_bytes": path.stat().st_size,
        "files": 3,
        "source_hash": inspect_zip(path).source_hash,
    }
    told = json.loads(command(empty, "import-tool", str(path), "--yes", "--json").stdout)
    assert (told["state"], told["proposal"]["source_hash"]) == ("installed", shared["source_hash"])
    assert read_tool(empty / "tools" / "weather").manifest == read_tool(home / "tools" / "weather").manifest


def test_what_is_private_stays_and_people_are_told_where_the_zip_is(home, tmp_path):
    """No secret, no data, no environment; the path stands alone in its line."""
    result = command(home, "share-tool", "weather", "--to", str(tmp_path / "mine.zip"))
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == str(tmp_path / "mine.zip")
    assert sorted(zipfile.ZipFile(tmp_path / "mine.zip").namelist()) == [
        "weather/main.py", "weather/pyproject.toml", "weather/tool.json",
    ]  # fmt: skip


def test_a_zip_that_is_there_is_overwritten_only_by_force(home, tmp_path):
    """The one that is there stays whole."""
    path = tmp_path / "weather.zip"
    path.write_bytes(b"mine")
    result = command(home, "share-tool", "weather", "--to", str(path))
    assert (result.exit_code, path.read_bytes()) == (1, b"mine")
    assert "--force" in result.stderr
    assert command(home, "share-tool", "weather", "--to", str(path), "--force").exit_code == 0
    assert inspect_zip(path).id == "weather"


def test_a_tool_whose_source_holds_its_secret_is_not_shared(home, tmp_path):
    """The file and the line are named, the value isn't; nothing is left."""
    (home / "tools" / "weather" / "main.py").write_text(f"#\nKEY = '{CANARY}'\n")
    result = command(home, "share-tool", "weather", "--to", str(tmp_path))
    assert result.exit_code == 2
    assert "main.py, line 2" in result.stderr
    assert CANARY not in result.output
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*"))


def test_a_folder_that_is_not_there_is_wrong_usage(home, tmp_path):
    """Before anything is read."""
    result = command(home, "share-tool", "weather", "--to", str(tmp_path / "no" / "where.zip"))
    assert result.exit_code == 2
    assert "There is no folder" in result.stderr


# Importing


def test_without_yes_it_is_shown_and_waits(empty, stranger):
    """With the notice and the commands that go on; it isn't a tool, and nothing asks where nobody looks."""
    result = command(empty, "import-tool", str(stranger))
    assert result.exit_code == 0, result.output
    for said in (NOTICE, "Stranger (weather)", "fastapi, uvicorn", "uv sync --compile-bytecode", "main.py --port N",
                 "`pixie import-tool weather --yes` installs it"):  # fmt: skip
        assert said in result.stdout
    assert result.stderr == ""
    assert Tools(empty / "tools").all() == []
    assert [each.id for each in pending_imports(empty / "tools")] == ["weather"]


def test_what_waits_is_installed_by_its_id_as_it_was_shown(empty, stranger):
    """A zip that was changed since plays no part any more."""
    command(empty, "import-tool", str(stranger))
    zipped(stranger, files(name="Changed"))
    told = json.loads(command(empty, "import-tool", "weather", "--yes", "--json").stdout)
    assert told == {
        "tool_id": "weather",
        "state": "installed",
        "folder": str(empty / "tools" / "weather"),
        "replaces": False,
        "withheld_secrets": [],
        "notice": NOTICE,
        "proposal": None,
    }
    assert read_tool(empty / "tools" / "weather").manifest.name == "Stranger"
    assert pending_imports(empty / "tools") == []


def test_what_waits_can_be_thrown_away(empty, stranger):
    """And then waits no more."""
    command(empty, "import-tool", str(stranger))
    assert json.loads(command(empty, "import-tool", "weather", "--discard", "--json").stdout) == {
        "tool_id": "weather",
        "state": "discarded",
    }
    assert pending_imports(empty / "tools") == []
    again = command(empty, "import-tool", "weather", "--yes")
    assert again.exit_code == 2
    assert "No tool waits" in again.stderr


def test_nothing_of_a_zip_runs_by_being_looked_at_or_installed(empty, tmp_path):
    """Not its build, not its start-up files, not its program (I5)."""
    flag = tmp_path / "flag"
    evil = f"open({str(flag)!r}, 'w')\n"
    names = ("setup.py", "build_backend.py", "evil.pth", "conftest.py", "sitecustomize.py", "main.py")
    project = PYPROJECT + '[build-system]\nrequires = []\nbuild-backend = "build_backend"\nbackend-path = ["."]\n'
    path = zipped(tmp_path / "evil.zip", {**files(), **dict.fromkeys(names, evil), "pyproject.toml": project})
    shown = command(empty, "import-tool", str(path))
    assert "builds with a program of the zip itself" in shown.stdout
    assert command(empty, "list-tools").exit_code == 0
    assert command(empty, "import-tool", str(path), "--yes").exit_code == 0
    assert not flag.exists()


HOSTILE = {
    "climbs": raw_zip([raw_entry("../x", b"x")]),
    "absolute": raw_zip([raw_entry("/abs", b"x")]),
    "control": raw_zip([raw_entry("es\x1b]0;owned\x07c", b"x")]),
    "bomb": raw_zip([raw_entry("zeros", b"\0" * 50_000_000)]),
    "no zip": b"%PDF-1.7\n",
    "no tool": raw_zip([raw_entry("readme", b"x")]),
    "secrets": raw_zip(
        [*(raw_entry(name, text.encode()) for name, text in files().items()), raw_entry(".env", b"A=b")]
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_refused_in_words_and_nothing_is_written(empty, tmp_path, kind):
    """Even with --yes: exit code 2, no traceback, no control character, nothing beside it (I1 to I4)."""
    path = tmp_path / "hostile.zip"
    path.write_bytes(HOSTILE[kind])
    result = command(empty, "import-tool", str(path), "--yes", "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "hostile.zip" in result.stderr or "The zip" in result.stderr
    assert "Something went wrong" not in result.stderr
    assert result.stderr.replace("\n", "").isprintable()
    assert not list((empty / "tools").rglob("*"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["empty", "hostile.zip"]


def test_a_strangers_words_cannot_steer_the_terminal_nor_look_like_pixies(empty, tmp_path):
    """Control characters are written out, and a value keeps to its line."""
    words = "\x1b[2Jgone\u202e\nWould install  nothing\n" + "x" * 10_000
    path = zipped(tmp_path / "words.zip", files(description=words))
    result = command(empty, "import-tool", str(path))
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert [line for line in result.stdout.splitlines() if line.startswith("Would install")] != []
    assert not any(line.strip().startswith("Would install  nothing") for line in result.stdout.splitlines())
    assert "x" * 1000 not in result.stdout
    assert json.loads(command(empty, "import-tool", str(path), "--json").stdout)["proposal"]["description"] == words


def test_what_would_be_installed_is_shown_whole(empty, tmp_path):
    """However many dependencies stand before the one that matters."""
    many = [f"package-{number}" for number in range(500)]
    project = f'[project]\nname = "weather"\nversion = "1"\ndependencies = {json.dumps([*many, "evil"])}\n'
    path = zipped(tmp_path / "many.zip", {**files(), "pyproject.toml": project})
    assert "package-499, evil" in command(empty, "import-tool", str(path)).stdout


def test_a_tool_that_is_there_is_replaced_only_when_that_is_said(home, stranger):
    """Exit code 1, the old tool whole, the new one waiting."""
    assert "--replace puts this in its place" in command(home, "import-tool", str(stranger)).stdout
    result = command(home, "import-tool", str(stranger), "--yes")
    assert result.exit_code == 1
    assert "already" in result.stderr
    assert read_tool(home / "tools" / "weather").manifest.name == "Weather"
    assert [each.id for each in pending_imports(home / "tools")] == ["weather"]


def test_a_replaced_tool_gets_its_secrets_only_when_they_are_handed_over(home, stranger):
    """The import says how, its data came along, and the command says what it did (I7)."""
    result = command(home, "import-tool", str(stranger), "--yes", "--replace")
    assert result.exit_code == 0, result.output
    assert "API_KEY. `pixie set-secret weather --confirm` hands them over." in result.stdout
    tool = read_tool(home / "tools" / "weather")
    assert tool.manifest.name == "Stranger"
    assert (tool.folder / "data" / "state.db").read_text() == "kept"
    assert secrets_for(tool).values == {}
    confirmed = command(home, "set-secret", "weather", "--confirm", "--json")
    assert json.loads(confirmed.stdout) == {"tool_id": "weather", "confirmed": ["API_KEY"]}
    assert secrets_for(tool).values == {"API_KEY": CANARY}
    assert CANARY not in result.output + confirmed.output


def test_json_of_a_replacement_names_the_secrets_that_are_kept_back(home, stranger):
    """For whoever asks in another way."""
    told = json.loads(command(home, "import-tool", str(stranger), "--yes", "--replace", "--json").stdout)
    assert (told["replaces"], told["withheld_secrets"]) == (True, ["API_KEY"])


@pytest.mark.parametrize(("answer", "installed"), [("y", True), ("n", False), ("", False)])
def test_a_terminal_is_asked(empty, stranger, answer, installed):
    """After it was shown; without a clear yes it waits."""
    keyboard, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "pixie_server.cli", "import-tool", stranger, "--home", empty],
        stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        os.write(keyboard, f"{answer}\n".encode())
        out, err = running.communicate(timeout=DEADLINE)
    finally:
        running.kill()
        running.wait()
        os.close(terminal)
        os.close(keyboard)
    assert running.returncode == 0, err
    assert NOTICE.encode() in out
    assert b"Install weather? [y/N]" in err
    assert (empty / "tools" / "weather").exists() is installed
    assert len(pending_imports(empty / "tools")) == (not installed)


def test_an_import_ends_what_an_earlier_one_left(empty, stranger):
    """And says so on stderr, beside its own answer."""
    put(empty / "tools" / ".imported" / ".new-0123", files())
    result = command(empty, "import-tool", str(stranger), "--json")
    assert ".new-0123" in result.stderr
    assert json.loads(result.stdout)["state"] == "waiting"
    assert [each.name for each in (empty / "tools" / ".imported").iterdir()] == ["weather"]


@pytest.mark.parametrize("arguments", [["weather", "--discard", "--yes"], ["nowhere.zip"], ["../weather", "--yes"]])
def test_what_is_neither_a_zip_nor_waits_is_wrong_usage(empty, arguments):
    """Exit code 2, and the message says what there is."""
    assert command(empty, "import-tool", *arguments).exit_code == 2
