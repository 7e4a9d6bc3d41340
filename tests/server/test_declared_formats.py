"""What a declaration says of formats holds wherever one is chosen: over HTTP, on the command line, in a script, and in
the list that a menu is made of.
"""

import io
import json

import duckdb
import pytest

from pixie_core.errors import UnsupportedFormat
from tests.server.cli.folders import command
from tests.server.live_pixie import add_tool, live_pixie
from tests.server.render.reading import elements

TOOL = '''\
from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def answer(count):
    """Two tables of the same rows."""
    table = {"columns": [{"key": "n", "label": "N", "type": "number"}], "rows": [{"n": n} for n in range(count)]}
    return {"chosen": table, "free": table}


tool.serve()
'''
MANIFEST = {
    "id": "chooser",
    "name": "Chooser",
    "inputs": [{"key": "count", "type": "number", "label": "Count", "default": 3}],
    "outputs": [
        {
            "key": "chosen",
            "type": "table",
            "label": "Chosen",
            "supported_export_formats": ["json", "parquet", "md"],
            "default_export_format": "parquet",
        },
        {"key": "free", "type": "table", "label": "Free"},
    ],
}
ROWS = [(0,), (1,), (2,)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served Pixie with such a tool, and a run of it."""
    home = tmp_path_factory.mktemp("pixie")
    add_tool(home / "tools", MANIFEST, TOOL)
    with live_pixie(home) as live:
        yield live, live.run("chooser")["id"], home


def rows(content, tmp_path):
    """The rows of a Parquet file."""
    file = tmp_path / "t.parquet"
    file.write_bytes(content)
    return duckdb.sql(f"select * from '{file}'").fetchall()


def test_the_list_that_a_menu_is_made_of_begins_with_the_default_and_leaves_out_the_rest(served):
    """Over HTTP and in a script alike; what isn't restricted has all."""
    live, run, _ = served
    offered = live.get(f"/api/runs/{run}/outputs/chosen/formats").json()
    assert [each["name"] for each in offered] == ["parquet", "json", "md"]
    assert [each.name for each in live.pixie.formats(run, "chosen")] == ["parquet", "json", "md"]
    assert [each["name"] for each in live.get(f"/api/runs/{run}/outputs/free/formats").json()][:2] == [
        "csv",
        "csv-excel",
    ]


def test_without_a_format_the_declared_default_is_made(served, tmp_path):
    """By the route, the command, the library, and into a folder that has no format of its own."""
    live, run, home = served
    assert rows(live.get(f"/api/runs/{run}/outputs/chosen/export").content, tmp_path) == ROWS
    told = json.loads(command(home, "export-as-format", f"{run}:chosen", "--to", str(tmp_path), "--json").stdout)
    assert (told["format"], told["path"][-8:]) == ("parquet", ".parquet")
    assert live.pixie.exports.of(run, "chosen").save(None, tmp_path / "by-hand").read_bytes()[:4] == b"PAR1"
    folder = tmp_path / "reports"
    folder.mkdir()
    live.pixie.exports.register_destination("reports", folder)
    sent = live.post("/api/exports/send", json={"target": "reports", "run_id": run, "output_key": "chosen"}).json()
    assert sent["path"].endswith(".parquet")


def test_a_format_that_is_left_out_is_refused_with_those_that_are_not(served, tmp_path):
    """Though the type could become it."""
    live, run, home = served
    answer = live.get(f"/api/runs/{run}/outputs/chosen/export", params={"format": "csv"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_format")
    assert "It can become parquet, json, md." in answer.json()["detail"]
    done = command(home, "export-as-format", f"{run}:chosen", "csv", "--to", str(tmp_path))
    assert done.exit_code == 2
    assert "It can become parquet, json, md." in " ".join(done.stderr.split())
    with pytest.raises(UnsupportedFormat) as refused:
        live.pixie.exports.of(run, "chosen").export("csv")
    assert refused.value.formats == ("parquet", "json", "md")
    assert list(tmp_path.iterdir()) == []


def test_the_menu_on_the_runs_page_has_those_and_each_of_its_links_answers(served):
    """The report's too; none leads to an error."""
    live, run, _ = served
    page = live.get(f"/tool/chooser/runs/{run}").text
    links = [each["href"] for each in elements(page, "a") if "?format=" in (each["href"] or "")]
    chosen = [each.rpartition("=")[2] for each in links if "/outputs/chosen/" in each]
    assert chosen == ["parquet", "json", "md"]
    assert [each.rpartition("=")[2] for each in links if "/report?" in each] == ["html", "pdf", "md", "zip"]
    for link in links:
        answer = live.get(link)
        assert answer.status_code == 200, link
        assert answer.headers["content-disposition"].startswith("attachment"), link
        assert answer.content, link


def test_the_clipboard_takes_the_formats_in_words_that_are_left(served):
    """Parquet is none: it says which are."""
    live, run, _ = served
    with pytest.raises(UnsupportedFormat, match="as text it can become json, md"):
        live.pixie.exports.text(f"{run}:chosen")
    assert json.load(io.StringIO(live.pixie.exports.text(f"{run}:chosen", "json"))) == [{"n": n} for n in range(3)]
