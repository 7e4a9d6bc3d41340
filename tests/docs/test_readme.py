"""What the README says to type works as it stands there, on the tools that come with Pixie."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pixie_core.testing.tool_folder import borrow_environment
from pixie_core.tool import Tools
from pixie_core.tool.environment import sync_missing
from tests.server.live_pixie import live_pixie

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CURLS = re.findall(r"^    (curl (?:.|\\\n)*?[^\\])$", README, flags=re.MULTILINE)
COMMANDS = re.findall(r"^    uv run (pixie [a-z].*)$", README, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie with the bundled tools, installed, one run of which is there."""
    results = sync_missing(Tools(ROOT / "tools").all(), parallel=2)
    assert [each.error for each in results if each.error] == []
    home = tmp_path_factory.mktemp("pixie")
    with live_pixie(home, tools_dir=ROOT / "tools") as served:
        served.run("lorenz-ode-solver", wait=60)
        yield served


def test_the_readme_has_its_examples():
    """Three calls of the page on the HTTP API, and the commands of each kind."""
    assert len(CURLS) >= 4
    assert len(COMMANDS) >= 3


@pytest.mark.case("N10.examples")
@pytest.mark.parametrize("example", CURLS)
def test_a_curl_example_runs_verbatim(live, example):
    """Exit code 0 and an answer that is no error; only the port is this test's own."""
    text = example.replace("http://127.0.0.1:7860", live.url).replace("curl ", "curl --fail ", 1)
    done = subprocess.run(["bash", "-o", "pipefail", "-c", text], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("example", COMMANDS)
def test_a_command_runs_verbatim(live, example, tmp_path):
    """Exit code 0, in a folder of its own."""
    environment = {
        **os.environ,
        "PIXIE_URL": live.url,
        "PIXIE_HOME": str(live.pixie.settings.home),
        "PIXIE_TOOLS_DIR": str(ROOT / "tools"),
    }
    command = [sys.executable, "-m", "pixie_server.cli", *example.split()[1:]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_script_runs_verbatim(live, tmp_path):
    """`import pixie_core` as it is shown, on the same data folder."""
    script = re.search(r"^    import pixie_core\n(?:    .*\n|\n)+", README, flags=re.MULTILINE)[0]
    text = "\n".join(line.removeprefix("    ") for line in script.splitlines())
    environment = {
        **os.environ,
        "PIXIE_HOME": str(live.pixie.settings.home),
        "PIXIE_TOOLS_DIR": str(ROOT / "tools"),
    }
    done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok ")


def test_the_first_tool_works_as_it_is_written_there(tmp_path):
    """Its three files, typed off the README."""
    files = dict(re.findall(r"`(tools/dice/[a-z.]+)`[^\n]*\n\n((?:    .*\n|\n)+)", README))
    assert set(files) == {"tools/dice/tool.json", "tools/dice/pyproject.toml", "tools/dice/main.py"}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.removeprefix("    ") for line in text.strip("\n").splitlines()) + "\n")
    borrow_environment(tmp_path / "tools" / "dice")
    with live_pixie(tmp_path) as served:
        run = served.run("dice", throws=50)
        assert run["status"] == "ok", run["error"]
        assert 1 <= run["outputs"]["mean"]["value"] <= 6
        report = served.get("/api/tools/dice/validate", timeout=60).json()
        assert report["overall"] == "pass", json.dumps(report["checks"], indent=1)
