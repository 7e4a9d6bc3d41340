"""Pixie installed from its wheels, in a folder that is no checkout: new tools install from the SDK that it carries."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uv

ROOT = Path(__file__).resolve().parents[2]


def run(*command, cwd, **environment):
    """What a command says on stdout; it ends with 0."""
    outer = {
        name: text for name, text in os.environ.items() if not name.startswith(("PIXIE_", "VIRTUAL_ENV", "PYTHON"))
    }
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=outer | environment, capture_output=True, text=True, timeout=150
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def pixie(tmp_path_factory):
    """The command of a Pixie that was installed from its wheels."""
    room = tmp_path_factory.mktemp("installed")
    for name in ("pixie-core", "pixie-client", "pixie-server"):
        run(uv.find_uv_bin(), "build", "--wheel", ROOT / "packages" / name, "-o", room / "dist", cwd=room)
    run(uv.find_uv_bin(), "venv", "--python", sys.executable, room / "venv", cwd=room)
    python = room / "venv" / "bin" / "python"
    run(uv.find_uv_bin(), "pip", "install", "--python", python, *(room / "dist").glob("*.whl"), cwd=room)
    return room / "venv" / "bin" / "pixie"


@pytest.mark.timeout(600)
def test_a_new_tool_syncs_without_any_package_index(pixie, tmp_path):
    """Its one dependency is the SDK, and uv has no network; the tool then passes all that it is checked for."""
    made = json.loads(run(pixie, "new", "fall", "--json", cwd=tmp_path))
    assert Path(made["folder"]) == tmp_path / "tools" / "fall"
    assert run(pixie, "sync", "fall", cwd=tmp_path, UV_OFFLINE="1") == "fall: installed\n"
    (report,) = json.loads(run(pixie, "validate", "fall", "--json", cwd=tmp_path))
    assert report["overall"] == "pass", report["checks"]


@pytest.mark.timeout(600)
def test_its_lock_holds_in_another_folder_and_for_whoever_imports_it(pixie, tmp_path):
    """`--locked` is satisfied there: neither pyproject.toml nor uv.lock has a path of the machine in it."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    run(pixie, "new", "fall", cwd=here)
    run(pixie, "sync", "fall", cwd=here, UV_OFFLINE="1")
    lock = (here / "tools" / "fall" / "uv.lock").read_text()
    assert str(tmp_path) not in lock
    run(pixie, "share-tool", "fall", "--to", there, cwd=here)
    shutil.rmtree(here)
    run(pixie, "import-tool", "fall.zip", "--yes", cwd=there)
    assert run(pixie, "sync", "fall", cwd=there, UV_OFFLINE="1") == "fall: installed\n"
    assert (there / "tools" / "fall" / "uv.lock").read_text() == lock
