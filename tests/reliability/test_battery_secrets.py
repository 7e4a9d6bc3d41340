"""Part S of the battery, over HTTP: where a secret may stand, and where not."""

import html
import io
import json
import zipfile
from pathlib import Path

import pytest

from pixie_server.app import ROUTES
from tests.reliability.conftest import CANARY, TELLTALE, TELLTALE_MANIFEST
from tests.reliability.invariants import holds, not_told
from tests.reliability.raw import addresses
from tests.server.cli.folders import command
from tests.server.live_pixie import add_tool

ESCAPED = json.dumps(CANARY)[1:-1]


def told(live, run_id):
    """Every address that tells of a run, and what it tells."""
    values = {"tool_id": "telltale", "run_id": run_id, "key": "said", "artefact_id": 1}
    for _, path in addresses([each for each in ROUTES if each.method == "GET"], **values):
        if path != "/api/events" and "validate" not in path and "autocomplete" not in path:
            for accept in ("text/html", "application/json"):
                yield path, live.get(path, headers={"Accept": accept}).content


@pytest.mark.case("S2.answers", "S2.kept", "S3.masked")
@pytest.mark.parametrize("how", ["output", "stderr", "error", "stream"])
def test_a_secret_that_a_tool_says_is_dots_wherever_it_is_told(live, how):
    """In outputs, streams, logs, errors, pages and zips, and in what is kept of them."""
    with holds(live, changes=True, canaries=[CANARY]):
        run = live.run("telltale", how=how)
        assert run["status"] == ("error" if how == "error" else "ok")
        assert "•••" in json.dumps(live.get(f"/api/runs/{run['id']}/events").text, ensure_ascii=False)
        for path, content in told(live, run["id"]):
            assert CANARY.encode() not in content, path
        archive = zipfile.ZipFile(io.BytesIO(live.get(f"/api/runs/{run['id']}/export").content))
        for name in archive.namelist():
            assert CANARY.encode() not in archive.read(name), name


@pytest.mark.case("S3.file")
def test_a_file_that_holds_a_secret_is_left_as_it_is_and_its_run_is_flagged(apart):
    """Bytes of files aren't altered; whoever shares the run is told."""
    run = apart.run("telltale", how="file")
    (artefact,) = run["artefacts"]
    assert apart.get(f"/api/artefacts/{artefact['id']}/content").text == CANARY
    assert any("secret" in each for each in run["flagged"])


@pytest.mark.case("S3.asks")
def test_whoever_takes_a_run_away_whose_file_holds_a_secret_is_told(apart, tmp_path):
    """Beside the menus of its page, in the zip, and by the commands; the secret itself isn't said."""
    run = apart.run("telltale", how="file")
    (said,) = run["flagged"]
    assert "leak.txt" in said
    assert html.escape(said) in apart.get(f"/tool/telltale/runs/{run['id']}").text
    archive = zipfile.ZipFile(io.BytesIO(apart.get(f"/api/runs/{run['id']}/export").content))
    assert json.loads(archive.read("run.json"))["flagged"] == [said]
    for name in ("export-run", "export-run-as-report"):
        done = command(apart.pixie.settings.home, name, run["id"], "--to", str(tmp_path), PIXIE_URL=apart.url)
        assert done.exit_code == 0, done.stderr
        assert said in done.stderr
        assert CANARY not in done.output


@pytest.mark.case("S4.said")
def test_what_a_tool_can_read_all_the_same_is_said():
    """Nobody should take an allow-list of variables for a wall."""
    said = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")
    assert "a tool that you chose to run" in said
    assert "It can read other tools' `.env` files" in said


@pytest.mark.case("S4.environment")
def test_a_tool_gets_its_own_secrets_and_nobody_elses(live, monkeypatch):
    """Its environment is an allow-list."""
    for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "LD_PRELOAD_NOT", "PYTHONPATH"):
        monkeypatch.setenv(name, "of-the-server")
    live.post("/api/tools/telltale/stop", json={"force": True})
    run = live.run("telltale", how="environment")
    said = run["outputs"]["said"]
    text = said if isinstance(said, str) else json.dumps(said)
    assert "of-the-server" not in text
    assert "API_KEY=•••" in text
    live.post("/api/tools/telltale/stop", json={"force": True})


@pytest.mark.case("S2.answers", "S6.set")
def test_no_address_tells_a_secret_that_is_set(untouched):
    """Whatever is asked for, with or without a run."""
    run_id = untouched.pixie.runs(limit=1).items[0].id
    for path, content in told(untouched, run_id):
        assert CANARY.encode() not in content, path
        assert ESCAPED.encode() not in content, path


@pytest.mark.case("S6.browser")
def test_pages_are_not_kept_by_the_browser(untouched):
    """No-store on every page and answer, and htmx keeps no history."""
    for path in ("/", "/tool/telltale", "/api/tools/telltale", "/tool/telltale/runs"):
        answer = untouched.get(path)
        assert answer.headers["cache-control"] == "no-store"
    assert "&#34;historyCacheSize&#34;: 0" in untouched.get("/").text


SECRET = "/api/tools/telltale/secrets/API_KEY"


@pytest.mark.case("S6.set")
def test_a_secret_is_written_kept_and_removed_and_never_read_back(apart):
    """Each answer says whether and when it was set; a blank keeps it, and only DELETE takes it away."""
    told_of = {"key", "set", "updated_at", "withheld", "masked", "declared", "required", "description"}
    (listed,) = apart.get("/api/tools/telltale/secrets").json()
    assert (listed.keys(), listed["set"]) == (told_of, True)
    assert apart.get(SECRET).status_code == 405
    blank = apart.client.put(SECRET, json={"value": ""})
    assert (blank.json()["set"], blank.json()["updated_at"]) == (True, listed["updated_at"])
    assert "API_KEY=•••" in apart.run("telltale", how="environment")["outputs"]["said"]
    changed = apart.client.put(SECRET, json={"value": CANARY})
    assert changed.json().keys() == told_of | {"warnings"}
    gone = apart.client.delete(SECRET)
    assert (gone.json()["set"], gone.json()["updated_at"]) == (False, None)
    for answer in (blank, changed, gone):
        assert CANARY not in answer.text
        assert ESCAPED not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert "API_KEY=" not in apart.run("telltale", how="environment")["outputs"]["said"]


@pytest.mark.case("S6.browser")
def test_a_browser_keeps_nothing_and_shows_nothing_going_back(live, chromium):
    """No storage of any kind, no history of htmx's; pages that are gone back to are asked for anew."""
    with holds(live, changes=True, canaries=[CANARY]):
        run = live.run("telltale", how="output")
        context = chromium.new_context(base_url=live.url)
        try:
            page = context.new_page()
            for path in ("/", "/tool/telltale", f"/tool/telltale/runs/{run['id']}", "/tool/adder"):
                page.goto(path)
                page.wait_for_load_state("load")
            asked = len(live.lint.answers)
            for path in (f"/tool/telltale/runs/{run['id']}", "/tool/telltale", "/"):
                page.go_back()
                page.wait_for_url(live.url + path)
                assert CANARY not in page.content()
                kept = page.evaluate(
                    "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state,"
                    " (await indexedDB.databases()).length, self.isSecureContext ? await caches.keys() : []])"
                )
                assert CANARY not in kept
                assert "htmx-history-cache" not in kept
                assert '"",' in kept  # no cookie
                assert ",0,[]" in kept
            again = [path for method, path, status in live.lint.answers[asked:] if (method, status) == ("GET", 200)]
            assert {f"/tool/telltale/runs/{run['id']}", "/tool/telltale", "/"} <= set(again)
        finally:
            context.close()


@pytest.mark.case("S7.copies", "S2.exports", "S2.kept")
def test_no_copy_of_runs_or_of_the_data_folder_takes_a_secret_along(apart, tmp_path):
    """Zips of one run and of many, reports, and a backup."""
    runs = [apart.run("telltale", how=how)["id"] for how in ("output", "stderr", "error", "stream")]
    copies = [apart.get(f"/api/runs/{each}/{way}").content for each in runs for way in ("export", "report")]
    bulks = [apart.post("/api/exports/bulk", json={"run_ids": runs, "kind": kind}) for kind in ("raw", "report")]
    for copy in [*copies, *(each.content for each in bulks)]:
        archive = zipfile.ZipFile(io.BytesIO(copy))
        assert archive.namelist()
        for name in archive.namelist():
            assert ".env" not in name
            assert CANARY.encode() not in archive.read(name), name
    apart.pixie.keeping.backup(tmp_path / "copies")
    files = [each for each in (tmp_path / "copies").rglob("*") if each.is_file()]
    assert files
    assert [each for each in files if each.name == ".env" or CANARY.encode() in each.read_bytes()] == []


@pytest.mark.case("S7.tools")
def test_a_tool_that_is_removed_takes_its_secrets_with_it(apart):
    """One that comes again under its name has none until they are set."""
    apart.run("telltale", how="output")
    apart.post("/api/tools/telltale/stop", json={"force": True})
    apart.pixie.moves.remove("telltale")
    left = [each for each in apart.pixie.settings.home.rglob("*") if each.is_file() and each.name != "pixie.log"]
    assert [each for each in left if each.name == ".env" or CANARY.encode() in each.read_bytes()] == []
    add_tool(apart.pixie.settings.home / "tools", TELLTALE_MANIFEST, TELLTALE)
    (listed,) = apart.get("/api/tools/telltale/secrets").json()
    assert (listed["key"], listed["set"]) == ("API_KEY", False)


def test_the_canary_would_be_found(apart):
    """What the tests above rely on does see a secret that is told."""
    apart.run("telltale", text=CANARY)
    with pytest.raises(AssertionError, match="stands in"):
        not_told(apart, CANARY)
