"""The JSON routes about folders that outputs are sent to, and the commands that do the same."""

import csv
import json
from pathlib import Path

import pytest

from tests.server.cli.folders import command


@pytest.fixture
def folder(tmp_path):
    """A folder of the user's."""
    made = tmp_path / "reports"
    made.mkdir()
    return made


@pytest.fixture
def named(live, folder):
    """The same, called `reports`, in which outputs become TSV."""
    answer = live.client.put("/api/export-targets/reports", json={"folder": str(folder), "format": "tsv"})
    assert answer.json() == {"name": "reports", "folder": str(folder), "format": "tsv"}
    yield folder
    live.client.delete("/api/export-targets/reports")


@pytest.fixture(scope="module")
def added(live):
    """A run with a number and a table."""
    return live.run("adder", a=3, b=4)


def test_a_destination_is_listed_until_it_is_forgotten(live, named):
    """Nothing in the folder is touched."""
    (named / "mine.txt").write_text("mine")
    assert live.get("/api/export-targets").json() == [{"name": "reports", "folder": str(named), "format": "tsv"}]
    assert live.client.delete("/api/export-targets/reports").json() == []
    assert live.client.delete("/api/export-targets/reports").json()["code"] == "destination_not_found"
    assert (named / "mine.txt").read_text() == "mine"


def test_an_output_is_sent_in_the_destinations_format_and_never_over_a_file(live, named, added):
    """A second time under another name; in another format where that is asked for."""
    body = {"target": "reports", "run_id": added["id"], "output_key": "steps"}
    first, second = (live.post("/api/exports/send", json=body).json() for _ in range(2))
    assert first["path"] == str(named / f"adder-steps-{added['id'][:8]}.tsv")
    assert second["path"] == str(named / f"adder-steps-{added['id'][:8]} (2).tsv")
    with Path(second["path"]).open(newline="") as file:
        assert list(csv.reader(file, delimiter="\t")) == [["N"], ["3"], ["4"], ["7"]]
    third = live.post("/api/exports/send", json={**body, "format": "json"}).json()
    assert third["path"].endswith(".json")
    assert third["size_bytes"] == len((named / third["path"].rpartition("/")[2]).read_bytes())


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"target": "nowhere", "run_id": "{run}", "output_key": "steps"}, 404, "destination_not_found"),
        ({"target": "reports", "run_id": "{run}"}, 422, "request_invalid"),
        ({"target": "reports"}, 422, "request_invalid"),
        ({"target": "reports", "artefact_id": 1, "run_id": "{run}", "output_key": "steps"}, 422, "request_invalid"),
        ({"target": "reports", "artefact_id": 999_999}, 404, "artefact_not_found"),
        ({"target": "reports", "run_id": "{run}", "output_key": "stepps"}, 404, "output_not_found"),
        ({"target": "reports", "run_id": "{run}", "output_key": "sum"}, 415, "unsupported_format"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_written(live, named, added, body, status, code):
    """A number can't become TSV: nothing is put in its place."""
    body = {key: added["id"] if value == "{run}" else value for key, value in body.items()}
    answer = live.post("/api/exports/send", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list(named.iterdir()) == []


@pytest.mark.parametrize(
    "body", [{"folder": "reports"}, {"folder": "/nowhere/at/all"}, {"folder": "{}", "format": "mp33"}]
)
def test_a_folder_or_a_format_that_is_none_is_refused(live, folder, body):
    """With what is wrong with it."""
    body = {key: value.format(folder) if value == "{}" else value for key, value in body.items()}
    body["folder"] = str(folder) if body["folder"] == "{}" else body["folder"]
    answer = live.client.put("/api/export-targets/x", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert live.get("/api/export-targets").json() == []


def test_a_folder_that_became_a_link_is_not_written_through(live, named, added, tmp_path):
    """It is looked at anew each time."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named.rmdir()
    named.symlink_to(elsewhere)
    body = {"target": "reports", "run_id": added["id"], "output_key": "steps"}
    assert live.post("/api/exports/send", json=body).status_code == 422
    assert list(elsewhere.iterdir()) == []


def test_the_commands_do_the_same(live, folder, added):
    """Register, list, send, forget: on the same data folder, beside the running server."""
    home = live.pixie.settings.home
    said = json.loads(command(home, "register-export-target", "notes", str(folder), "--json").stdout)
    assert said == {"name": "notes", "folder": str(folder), "format": None}
    assert live.get("/api/export-targets").json() == [said]
    assert "notes" in command(home, "list-export-targets").stdout
    sent = json.loads(command(home, "send-to-folder", "notes", f"{added['id']}:sum", "--json").stdout)
    assert sent["path"].endswith(".txt")
    assert command(home, "send-to-folder", "note", f"{added['id']}:sum").exit_code == 1
    assert command(home, "remove-export-target", "notes").exit_code == 0
    assert json.loads(command(home, "list-export-targets", "--json").stdout) == []
    assert command(home, "list-export-targets").exit_code == 0


def test_one_destination_is_shown_by_its_name(live, named):
    """GET with a name; 404 where there is none of it."""
    assert live.get("/api/export-targets/reports").json() == {
        "name": "reports",
        "folder": str(named),
        "format": "tsv",
    }
    assert live.get("/api/export-targets/elsewhere").json()["code"] == "destination_not_found"
