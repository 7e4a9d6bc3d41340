"""Runs that were imported, as the API and the pages show them."""

import pytest

import pixie_core
from pixie_core import Pixie, Settings
from tests.core.recorded import add_run


@pytest.fixture(scope="module")
def imported(live, tmp_path_factory):
    """A run of a tool that isn't here, and one of a tool that is, both imported from a zip with a bold name."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with Pixie(Settings(home=folder)) as elsewhere:
        unknown, known = (
            add_run(elsewhere, ("a.txt", b"abc"), tool="unknown", words="hello"),
            add_run(elsewhere, tool="adder"),
        )
        path = folder / "<b>bold &amp;.zip"
        elsewhere.bulk([unknown, known]).save(path)
    live.pixie.import_run(path)
    return unknown, known


def test_the_api_tells_when_and_from_where(live, imported):
    """Null for a run that was made here."""
    told = live.get(f"/api/runs/{imported[0]}").json()
    assert told["imported"]["filename"] == "_b_bold &amp;.zip"
    assert told["imported"]["at"] > told["created_at"]
    assert told["origin"] == "script"
    assert live.run("adder", a=1, b=1)["imported"] is None


def test_a_run_of_a_tool_that_is_not_here_is_shown_like_any_other(live, imported):
    """Its page, its panel, its lists, its files."""
    unknown, _ = imported
    page = live.get(f"/tool/unknown/runs/{unknown}")
    assert page.status_code == 200
    assert "hello" in page.text
    assert "Imported" in page.text
    assert "from _b_bold &amp;amp;.zip" in page.text
    assert live.get(f"/tool/unknown/runs/{unknown}/panel").status_code == 200
    assert unknown in [each["id"] for each in live.get("/api/runs").json()["items"]]
    assert unknown in [each["id"] for each in live.get("/api/runs", params={"tool": "unknown"}).json()["items"]]
    assert [each["filename"] for each in live.get("/api/artefacts", params={"tool": "unknown"}).json()["items"]] == [
        "a.txt"
    ]
    assert live.get("/").status_code in {200, 303}


def test_an_import_beside_a_running_server_is_seen_by_it(live, tmp_path):
    """Another process writes into the same folder."""
    with Pixie(Settings(home=tmp_path / "elsewhere")) as elsewhere:
        path = elsewhere.export(add_run(elsewhere, tool="adder"), tmp_path / "one.zip")
    with pixie_core.open(live.pixie.settings.home) as beside:
        (came,) = beside.import_run(path)
    assert live.get(f"/api/runs/{came.run_id}").json()["status"] == "ok"
    assert live.get(f"/tool/adder/runs/{came.run_id}").status_code == 200
