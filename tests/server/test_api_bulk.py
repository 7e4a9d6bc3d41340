"""Zips of many runs over HTTP."""

import io
import json
import socket
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from pixie_core.zips import BulkKind
from tests.core.recorded import add_run


@pytest.fixture(scope="module")
def runs(live):
    """Three runs of two tools, the last with a star."""
    made = [live.run("adder", a=1, b=2), live.run("teller", words=2), live.run("adder", a=3, b=4)]
    live.post(f"/api/runs/{made[-1]['id']}/star", json={"starred": True})
    return [each["id"] for each in made]


def bulk(live, **body):
    """The answer of the route."""
    return live.post("/api/exports/bulk", json=body)


def unzip(answer):
    """The entries of an answer that is a zip, each check sum right, and the lines of its index."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        entries = {name: archive.read(name) for name in archive.namelist()}
    return entries, json.loads(entries["index.json"])


def test_runs_are_sent_as_one_zip_with_an_index(live, runs):
    """As a download; its length isn't known before."""
    answer = bulk(live, run_ids=[runs[0], runs[1][:8]])
    entries, index = unzip(answer)
    assert answer.headers["Content-Type"] == "application/zip"
    assert 'filename="pixie-runs.zip"' in answer.headers["Content-Disposition"]
    assert "Content-Length" not in answer.headers
    assert [each["id"] for each in index["runs"]] == runs[:2]
    folder = index["runs"][0]["folder"]
    assert json.loads(entries[f"{folder}inputs.json"])["a"] == 1
    assert json.loads(entries[f"{folder}run.json"])["id"] == runs[0]


def test_a_filter_is_that_of_the_list_of_runs(live, runs):
    """Word for word; a day may be said as `from` and `to`."""
    wanted = {"tool": "adder", "starred": True, "from": "2020-01-01"}
    listed = live.get("/api/runs", params={**wanted, "page_size": 250}).json()
    assert listed["next"] is None
    _, index = unzip(bulk(live, filter=wanted))
    found = [each["id"] for each in index["runs"]]
    assert found == [each["id"] for each in listed["items"]]
    assert runs[2] in found
    assert runs[0] not in found


def test_files_are_sent_by_their_numbers(live):
    """Under their runs' folders."""
    kept = live.pixie.get(add_run(live.pixie, ("plot.png", b"\x89PNG"))).artefacts[0]
    entries, index = unzip(bulk(live, artefact_ids=[kept.id]))
    assert entries[index["artefacts"][0]["path"]] == b"\x89PNG"


def test_reports_can_be_sent_in_place_of_what_programs_read(live, runs):
    """By kind."""
    entries, index = unzip(bulk(live, run_ids=[runs[0]], kind="report"))
    assert index["kind"] == "report"
    assert f"{index['runs'][0]['folder']}report.md" in entries


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["$"]),
        ({"run_ids": ["deadbeef"], "filter": {}}, ["$"]),
        ({"run_ids": []}, ["$.run_ids"]),
        ({"run_ids": ["deadbeef", "cafecafe"]}, ["$.run_ids[0]", "$.run_ids[1]"]),
        ({"artefact_ids": [10**9, 2**70]}, ["$.artefact_ids[0]", "$.artefact_ids[1]"]),
        ({"artefact_ids": [1], "kind": "report"}, ["$.kind"]),
        ({"filter": {"tool": "none-such"}}, ["$.filter"]),
        ({"filter": {"tools": "adder"}}, ["$.filter.tools"]),
        ({"filter": {"from": "yesterday"}}, ["$.from"]),
        ({"filter": {"deleted": True}}, ["$.filter.deleted"]),
        ({"filter": {}, "kind": "pdf"}, ["$.kind"]),
        ({"filter": {"page": 2}}, ["$.filter.page"]),
    ],
    ids=str,
)
def test_what_names_no_run_is_refused_before_the_first_byte(live, runs, body, paths):
    """With every problem and its path."""
    answer = bulk(live, **body)
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == paths


@pytest.mark.case("E5.dropped")
def test_a_client_that_drops_leaves_nothing_open(live):
    """Neither a file of the run nor a temporary one; the next one gets its zip."""
    run_id = add_run(live.pixie, ("big.bin", bytes(40_000_000)))
    unzip(bulk(live, run_ids=[run_id]))
    body = json.dumps({"run_ids": [run_id]}).encode()
    head = f"POST /api/exports/bulk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", live.port)) as connection:
            connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
            assert connection.recv(16).startswith(b"HTTP/1.1 200")
            until(lambda: opened("big.bin"))
    unzip(bulk(live, run_ids=[run_id]))
    until(lambda: not opened("big.bin"))


def until(holds):
    """Wait for it, at most ten seconds."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def opened(name):
    """Whether this process has a file of this name open."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(str(each.readlink()))
    return any(path.endswith(f"/{name}") for path in found)


def test_the_kinds_of_the_route_are_those_of_the_library(live):
    """In the document too."""
    document = live.get("/api/openapi.json").json()
    schema = document["components"]["schemas"]["BulkBody"]["properties"]["kind"]
    assert schema["enum"] == list(BulkKind.__args__)
