"""The JSON routes about what outputs and kept files can become."""

import csv
import io
import json
import socket
import tempfile
import time
from pathlib import Path

import duckdb
import openpyxl
import psutil
import pytest

from pixie_core.exporters import FORMATS, option_help
from pixie_server.api.exports import How
from tests.server.live_pixie import add_tool, live_pixie


@pytest.fixture(scope="module")
def added(live):
    """A run with a number and a table."""
    return live.run("adder", a=3, b=4)


def export(live, run, key, **query):
    """The answer of the route."""
    return live.get(f"/api/runs/{run['id']}/outputs/{key}/export", params=query)


def test_the_formats_of_an_output_begin_with_its_default(live, added):
    """With what each is good for and what can be chosen."""
    formats = live.get(f"/api/runs/{added['id'][:8]}/outputs/steps/formats").json()
    names = [each["name"] for each in formats]
    assert names == ["csv", "csv-excel", "tsv", "xlsx", "parquet", "json", "ndjson", "md", "html"]
    assert formats[0]["mime"] == "text/csv; charset=utf-8"
    assert formats[0]["available"] is True
    assert formats[0]["options"][0]["choices"] == ["labels", "keys"]
    assert all(each["help"] for each in formats)


def test_without_a_format_the_default_is_sent(live, added):
    """As a download with a name, and its exact length."""
    answer = export(live, added, "steps")
    assert list(csv.reader(io.StringIO(answer.text))) == [["N"], ["3"], ["4"], ["7"]]
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    name = f"adder-steps-{added['id'][:8]}.csv"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')


def test_every_format_of_a_table_holds_the_same_numbers(live, added, tmp_path):
    """Read by other libraries than those that wrote them."""
    book = openpyxl.load_workbook(io.BytesIO(export(live, added, "steps", format="xlsx").content))
    assert [[cell.value for cell in row] for row in book.active.iter_rows()] == [["N"], [3], [4], [7]]
    file = tmp_path / "steps.parquet"
    file.write_bytes(export(live, added, "steps", format="parquet").content)
    assert duckdb.sql(f"select * from '{file}'").fetchall() == [(3,), (4,), (7,)]
    assert export(live, added, "steps", format="json").json() == [{"n": 3}, {"n": 4}, {"n": 7}]
    lines = export(live, added, "steps", format="ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == [{"n": 3}, {"n": 4}, {"n": 7}]


def test_an_option_is_heard(live, added):
    """The columns by their keys."""
    assert export(live, added, "steps", format="csv", headings="keys").text.splitlines()[0] == "n"


@pytest.mark.parametrize(
    ("query", "status", "code", "says"),
    [
        ({"format": "mp3"}, 415, "unsupported_format", "csv, csv-excel, tsv, xlsx, parquet, json, ndjson, md, html"),
        ({"format": "csv", "headings": "names"}, 422, "request_invalid", "labels"),
        ({"format": "json", "headings": "keys"}, 422, "request_invalid", "json has no options"),
        ({"formatt": "csv"}, 422, "request_invalid", "did you mean format?"),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(live, added, query, status, code, says):
    """Nothing is substituted silently."""
    answer = export(live, added, "steps", **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert says in answer.text


def test_an_output_that_is_not_there_is_404(live, added):
    """With those that are."""
    answer = export(live, added, "stepps")
    assert (answer.status_code, answer.json()["code"]) == (404, "output_not_found")
    assert live.get(f"/api/runs/{added['id']}/outputs/stepps/formats").status_code == 404


def test_an_artefact_that_is_not_there_is_404(live):
    """Its formats and its export alike."""
    for path in ("formats", "export"):
        answer = live.get(f"/api/artefacts/999999/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "artefact_not_found")


def test_a_missing_extra_is_501_and_named(live, added, monkeypatch):
    """So that the reader knows what to install."""
    from attrs import evolve

    import pixie_core.exporters.formats as registry

    lacking = evolve(FORMATS["rows.csv"], extra="tables", modules=("no_such_module",))
    monkeypatch.setattr(registry, "FORMATS", {**FORMATS, "rows.csv": lacking})
    answer = export(live, added, "steps", format="csv")
    assert (answer.status_code, answer.json()["code"]) == (501, "missing_extra")
    assert "pixie-core[tables]" in answer.json()["detail"]
    formats = live.get(f"/api/runs/{added['id']}/outputs/steps/formats").json()
    assert (formats[0]["available"], formats[0]["extra"]) == (False, "tables")


def test_the_answer_says_who_drew_the_picture(rowing):
    """In a header of its own, as the document of the API has it, and in the file; a table has no such header."""
    run = rowing.run("charter")
    for renderer, name in (("matplotlib", "matplotlib"), ("browser", "Kaleido"), ("auto", "Kaleido")):
        answer = export(rowing, run, "chart", format="png", renderer=renderer)
        said = answer.headers["X-Pixie-Renderer"]
        assert said.startswith(name)
        assert said.encode() in answer.content
    assert "X-Pixie-Renderer" not in export(rowing, run, "chart", format="csv").headers
    document = rowing.get("/api/openapi.json").json()
    declared = document["paths"]["/api/runs/{run_id}/outputs/{key}/export"]["get"]["responses"]["200"]
    assert "matplotlib" in declared["headers"]["X-Pixie-Renderer"]["description"]


def test_the_query_knows_every_option_of_every_format():
    """One that is added to a format is in the address too."""
    assert set(How.__annotations__) == {"format"} | {one.name for each in FORMATS.values() for one in option_help(each)}


ROWER = '''\
from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def row(count):
    """Many rows."""
    return {"rows": {"columns": [{"key": "n"}, {"key": "t"}], "rows": [{"n": n, "t": f"row {n}"} for n in range(count)]}}


tool.serve()
'''
ROWER_MANIFEST = {
    "id": "rower",
    "name": "Rower",
    "inputs": [{"key": "count", "type": "number", "label": "Count", "default": 1}],
    "outputs": [{"key": "rows", "type": "table", "label": "Rows"}],
}


CHARTER = """\
from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def draw(last):
    \"\"\"A chart.\"\"\"
    return {"chart": {"x": [1, 2], "series": [{"name": "a", "y": [3, last]}]}}


tool.serve()
"""
CHARTER_MANIFEST = {
    "id": "charter",
    "name": "Charter",
    "inputs": [{"key": "last", "type": "number", "label": "Last", "default": 4}],
    "outputs": [{"key": "chart", "type": "chart_line", "label": "Chart"}],
}


@pytest.fixture(scope="module")
def rowing(tmp_path_factory):
    """A served Pixie with a tool that answers many rows."""
    home = tmp_path_factory.mktemp("pixie")
    add_tool(home / "tools", ROWER_MANIFEST, ROWER)
    add_tool(home / "tools", CHARTER_MANIFEST, CHARTER)
    with live_pixie(home) as served:
        yield served


def workbook_processes():
    """Those that this process started and that are still at work."""
    return [each for each in psutil.Process().children(recursive=True) if "workbook_process" in command(each)]


def command(process):
    """The command line; empty for one that has ended."""
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def until(holds, what, seconds=20):
    """Wait until it holds, so long at most."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.02)


@pytest.mark.case("E5.dropped")
def test_an_export_stops_when_its_client_goes(rowing):
    """Within seconds, where it would go on for half a minute; nothing of it is left."""
    run = rowing.run("rower", count=1_000_000)
    folders = set(Path(tempfile.gettempdir()).glob("pixie-xlsx-*"))
    with socket.create_connection(("127.0.0.1", rowing.port)) as client:
        path = f"/api/runs/{run['id']}/outputs/rows/export?format=xlsx"
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{rowing.port}\r\n\r\n".encode())
        until(workbook_processes, "no process is made for the workbook")
    until(lambda: not workbook_processes(), "the workbook's process goes on", 5)
    until(lambda: set(Path(tempfile.gettempdir()).glob("pixie-xlsx-*")) <= folders, "its folder is left", 5)
    assert rowing.get("/api/healthz").status_code == 200


def test_many_rows_are_sent_whole(rowing):
    """With their length, from a value that is kept as a file."""
    run = rowing.run("rower", count=100_000)
    answer = export(rowing, run, "rows", format="csv")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    lines = answer.text.splitlines()
    assert (len(lines), lines[-1]) == (100_001, "99999,row 99999")
    kept = [each for each in rowing.pixie.get(run["id"]).artefacts if each.mime == "application/json"]
    again = rowing.get(f"/api/artefacts/{kept[0].id}/export", params={"format": "csv"})
    assert again.content == answer.content
    names = [each["name"] for each in rowing.get(f"/api/artefacts/{kept[0].id}/formats").json()]
    assert names[0] == "csv"


@pytest.mark.case("E3.over")
def test_more_rows_than_a_sheet_holds_are_413(rowing):
    """With the formats that hold them, before anything is sent."""
    run = rowing.run("rower", count=1_048_576)
    answer = export(rowing, run, "rows", format="xlsx")
    assert (answer.status_code, answer.json()["code"]) == (413, "export_too_large")
    assert "csv or parquet" in answer.json()["detail"]
