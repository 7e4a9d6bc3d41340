"""Part S of the battery, over HTTP: where a secret may stand. How it is kept (S1, S5, S7) is in tests/core/tool, how it is found
in what a tool says in tests/core/runtime/test_masking.py.
"""

import io
import json
import zipfile

import pytest

from pixie_server.app import ROUTES
from tests.reliability.conftest import CANARY
from tests.reliability.invariants import holds, not_told
from tests.reliability.raw import addresses

ESCAPED = json.dumps(CANARY)[1:-1]


def told(live, run_id):
    """Every address that tells of a run, and what it tells."""
    values = {"tool_id": "telltale", "run_id": run_id, "key": "said", "artefact_id": 1}
    for _, path in addresses([each for each in ROUTES if each.method == "GET"], **values):
        if path != "/api/events" and "validate" not in path and "autocomplete" not in path:
            for accept in ("text/html", "application/json"):
                yield path, live.get(path, headers={"Accept": accept}).content


@pytest.mark.parametrize("how", ["output", "stderr", "error", "stream"])
def test_a_secret_that_a_tool_says_is_dots_wherever_it_is_told(live, how):
    """S2 and S3: in outputs, streams, logs, errors, pages and zips, and in what is kept of them."""
    with holds(live, changes=True, canaries=[CANARY]):
        run = live.run("telltale", how=how)
        assert run["status"] == ("error" if how == "error" else "ok")
        assert "•••" in json.dumps(live.get(f"/api/runs/{run['id']}/events").text, ensure_ascii=False)
        for path, content in told(live, run["id"]):
            assert CANARY.encode() not in content, path
        archive = zipfile.ZipFile(io.BytesIO(live.get(f"/api/runs/{run['id']}/export").content))
        for name in archive.namelist():
            assert CANARY.encode() not in archive.read(name), name


def test_a_file_that_holds_a_secret_is_left_as_it_is_and_its_run_is_flagged(apart):
    """S3: bytes of files aren't altered; whoever shares the run is told."""
    run = apart.run("telltale", how="file")
    (artefact,) = run["artefacts"]
    assert apart.get(f"/api/artefacts/{artefact['id']}/content").text == CANARY
    assert any("secret" in each for each in run["flagged"])


def test_a_tool_gets_its_own_secrets_and_nobody_elses(live, monkeypatch):
    """S4: its environment is an allow-list."""
    for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "LD_PRELOAD_NOT", "PYTHONPATH"):
        monkeypatch.setenv(name, "of-the-server")
    live.post("/api/tools/telltale/stop", json={"force": True})
    run = live.run("telltale", how="environment")
    said = run["outputs"]["said"]
    text = said if isinstance(said, str) else json.dumps(said)
    assert "of-the-server" not in text
    assert "API_KEY=•••" in text
    live.post("/api/tools/telltale/stop", json={"force": True})


def test_no_address_tells_a_secret_that_is_set(untouched):
    """S2 and S6: whatever is asked for, with or without a run."""
    run_id = untouched.pixie.runs(limit=1).items[0].id
    for path, content in told(untouched, run_id):
        assert CANARY.encode() not in content, path
        assert ESCAPED.encode() not in content, path


def test_pages_are_not_kept_by_the_browser(untouched):
    """S6: no-store on every page and answer, and htmx keeps no history."""
    for path in ("/", "/tool/telltale", "/api/tools/telltale", "/tool/telltale/runs"):
        answer = untouched.get(path)
        assert answer.headers["cache-control"] == "no-store"
    assert "&#34;historyCacheSize&#34;: 0" in untouched.get("/").text


def test_the_canary_would_be_found(apart):
    """What the tests above rely on does see a secret that is told."""
    apart.run("telltale", text=CANARY)
    with pytest.raises(AssertionError, match="stands in"):
        not_told(apart, CANARY)
