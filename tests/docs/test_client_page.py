"""The scripts on the client's page work as they stand there, on the tools that come with Pixie."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pixie_core.tool import Tools
from pixie_core.tool.environment import sync_missing
from tests.server.live_pixie import live_pixie

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
SCRIPTS = [
    "\n".join(line.removeprefix("    ") for line in block.splitlines())
    for block in re.findall(r"(?m)^(?:    (?:from|import) .*\n)(?:    .*\n|\n(?=    |\n    ))*", PAGE)
]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie with the bundled tools, installed."""
    results = sync_missing(Tools(ROOT / "tools").all(), parallel=2)
    assert [each.error for each in results if each.error] == []
    with live_pixie(tmp_path_factory.mktemp("pixie"), tools_dir=ROOT / "tools") as served:
        yield served


def executed(script, folder, **environment):
    """The script as a program of its own."""
    variables = {name: text for name, text in os.environ.items() if not name.startswith("PIXIE_")}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**variables, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_page_has_its_scripts():
    """One for each of its parts."""
    assert len(SCRIPTS) == 5
    assert sum("Async" in script for script in SCRIPTS) == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=range(len(SCRIPTS)))
def test_a_script_runs_verbatim(live, script, tmp_path):
    """Exit code 0, and something to show for it."""
    done = executed(script, tmp_path, PIXIE_URL=live.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""


def test_without_a_pixie_the_last_script_ends_with_3(tmp_path):
    """And says how to start one."""
    done = executed(SCRIPTS[-1], tmp_path, PIXIE_URL="http://127.0.0.1:9")
    assert done.returncode == 3
    assert "uv run pixie" in done.stderr
