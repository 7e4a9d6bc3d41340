"""The typed client against a served Pixie."""

import zipfile

import pytest

from pixie_client import Pixie, PixieProblem, PixieUnreachable
from tests.server.live_pixie import add_tool, add_tools, live_pixie


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie."""
    home = tmp_path_factory.mktemp("pixie")
    add_tools(home)
    with live_pixie(home) as served:
        yield served


@pytest.fixture
def pixie(live):
    """A client of it."""
    with Pixie(live.url) as client:
        yield client


def test_it_runs_a_tool_and_reads_its_outputs(pixie):
    """The answer is typed; outputs are what they are."""
    run = pixie.run("adder", {"a": 40, "b": 2})
    assert (run.status, run.outputs["sum"]["value"]) == ("ok", 42)
    assert pixie.get(run.id[:8]).id == run.id
    assert pixie.output(run.id, "sum")["value"] == 42
    assert run.id in [each.id for each in pixie.runs(tool="adder").items]


def test_it_follows_a_run_to_its_end(pixie):
    """Every event once, the last of them `finished`."""
    run = pixie.start("teller", {"words": 10, "pause": 0.02})
    events = list(pixie.events(run.id))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["kind"] == "finished"
    assert list(pixie.events(run.id, after=events[-2]["seq"])) == events[-1:]


def test_it_streams_an_export_to_a_file_and_never_over_one(pixie, tmp_path):
    """A whole zip; a second time the file is in the way, and stays."""
    run = pixie.run("adder")
    target = pixie.export(run.id, tmp_path / "run.zip").path
    assert zipfile.ZipFile(target).testzip() is None
    with pytest.raises(FileExistsError):
        pixie.export(run.id, target)


def test_a_failed_export_leaves_no_file(pixie, tmp_path):
    """An unknown run: a problem, and nothing on the disk."""
    with pytest.raises(PixieProblem) as caught:
        pixie.export("00000000-0000-4000-8000-000000000000", tmp_path / "run.zip")
    assert (caught.value.status, caught.value.code) == (404, "run_not_found")
    assert list(tmp_path.iterdir()) == []


def test_problems_are_raised_with_every_path(pixie):
    """Wrong inputs name each input."""
    with pytest.raises(PixieProblem) as caught:
        pixie.run("adder", {"a": "x", "c": 1})
    assert caught.value.status == 422
    assert {path for path, _ in caught.value.errors} == {"$.a", "$.c"}


def test_where_nobody_answers_it_says_how_to_start_one():
    """The message holds the address and the command."""
    with Pixie("http://127.0.0.1:9") as client, pytest.raises(PixieUnreachable, match="uv run pixie"):
        client.healthy()


def test_it_finds_the_server_by_pixie_url(live, monkeypatch):
    """PIXIE_URL counts where no address is given."""
    monkeypatch.setenv("PIXIE_URL", live.url)
    with Pixie() as client:
        assert client.healthy()
        assert "adder" in [tool.id for tool in client.tools()]


SIZER = '''\
from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def measure(one, many, run):
    """Tell how large files are."""
    return {"sizes": " ".join(str(each.size) for key in ("one", "many") for each in run.uploads(key))}


tool.serve()
'''
SIZER_MANIFEST = {
    "id": "sizer",
    "name": "Sizer",
    "inputs": [
        {"key": "one", "type": "file", "label": "One"},
        {"key": "many", "type": "file", "label": "Many", "multiple": True},
    ],
    "outputs": [{"key": "sizes", "type": "text", "label": "Sizes"}],
}


def test_files_are_sent_from_the_disk(live, pixie, tmp_path):
    """One or several for an input, whatever is in them: also what divides the parts of other forms."""
    add_tool(live.pixie.settings.tools_dir, SIZER_MANIFEST, SIZER)
    paths = []
    for number, content in enumerate((b"x" * 3_000_000, b"\r\n--+++\r\n" * 10, b"\x00\xff")):
        paths.append(tmp_path / f"file {number}.bin")
        paths[-1].write_bytes(content)
    run = pixie.run("sizer", files={"one": paths[0], "many": paths[1:]})
    assert run.status == "ok", run.error
    assert run.outputs["sizes"] == "3000000 90 2"
    assert [each["filename"] for each in (run.inputs["one"], *run.inputs["many"])] == [path.name for path in paths]
