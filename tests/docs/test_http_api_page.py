"""What docs/http-api.md says to type works as it stands there, from the first command to the last."""

import re
import subprocess
from pathlib import Path

import pytest

from pixie_core.tool import Tools
from pixie_core.tool.environment import sync_missing
from tests.reliability.kept import keep
from tests.server.live_pixie import live_pixie

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8")
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")
SCRIPT = "\n".join(line.strip() for line in re.findall(r"^ {4,}(\S.*)$", PAGE, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """The folder in which the page was typed off, and how that ended."""
    results = sync_missing(Tools(ROOT / "tools").all(), parallel=2)
    assert [each.error for each in results if each.error] == []
    folder = tmp_path_factory.mktemp("typed")
    with live_pixie(tmp_path_factory.mktemp("pixie"), tools_dir=ROOT / "tools") as live:
        keep(live.pixie, {"picture.png": PICTURE}, tool_id="compound-interest")
        # The problem that the page shows is an answer of 422, which everywhere else is a failure.
        refused = 'curl() { case "$*" in *yeers*) command curl "$@";; *) command curl --fail-with-body "$@";; esac; }'
        script = f"set -euxo pipefail\n{refused}\n{SCRIPT}".replace("http://127.0.0.1:7860", live.url)
        yield folder, subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.case("N10.examples")
def test_every_command_succeeds(typed):
    """The last that was begun is in the error, where one doesn't."""
    _, done = typed
    assert SCRIPT.count("curl") > 25
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-500:]


def test_what_they_say_is_what_the_page_says(typed):
    """Runs that are ok, events in their order, both problems, and that nothing would be swept."""
    said = typed[1].stdout
    assert "compound-interest\t" in said
    assert said.splitlines().count("ok") >= 4
    assert "event: finished" in said
    assert "picture.png" in said
    assert "years" in said
    assert '{"starred":true}{"label":"final"}{"label":null}{"starred":false}' in said.replace("\n", "")
    assert '{"runs":0,"artefacts":0,"bytes":0}' in said


def test_what_is_taken_away_is_there(typed):
    """The zips, the report, the table and the file, the part of which has ten bytes."""
    folder, _ = typed
    saved = {each.name: each.read_bytes() for each in folder.iterdir()}
    (run_zip,) = (name for name in saved if name.startswith("compound-interest-"))
    assert all(saved[name].startswith(b"PK") for name in (run_zip, "all.zip", "yearly.xlsx"))
    assert saved["report.md"].startswith(b"# ")
    assert saved["file"][:10] == saved["beginning"]
    assert len(saved["beginning"]) == 10
