"""`import pixie_core`: everything from a script, without a server."""

import subprocess
import sys
import zipfile

import pytest

import pixie_core
from pixie_core.errors import (
    InputsInvalid,
    OutputNotFound,
    RequestInvalid,
    RunNotFound,
    RunNotRunning,
    TargetExists,
    ToolNotFound,
)
from tests.server.live_pixie import MANIFESTS, PROGRAMS, add_tool, add_tools, processes_of


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder with tools."""
    folder = tmp_path_factory.mktemp("pixie")
    add_tools(folder)
    return folder


@pytest.fixture(scope="module")
def pixie(home):
    """It, opened."""
    with pixie_core.open(home) as opened:
        yield opened


def test_a_tool_is_run_and_its_run_is_found_again(pixie):
    """Blocking, with the inputs as keywords."""
    run = pixie.run("adder", a=40, b=2)
    assert (run.status, run.values()["sum"]["value"], run.origin) == ("ok", 42, "script")
    past = pixie.runs(tool="adder").items[0]
    assert (past.id, past.inputs["a"]) == (run.id, 40)
    assert pixie.get(run.id[:8]) == pixie.get("adder:last") == pixie.last("adder")
    assert pixie.output(run.id, "sum") == {"value": 42}


def test_a_failed_tool_is_a_run_with_its_error_and_no_exception(pixie):
    """The status says how it went."""
    run = pixie.run("adder", fail=True, note="on purpose")
    assert (run.status, run.error_code) == ("error", "tool_refused")
    assert "told to fail: on purpose" in run.error
    assert "Traceback" in pixie.log(run.id)


def test_what_cannot_be_started_raises(pixie):
    """Before anything is recorded."""
    before = len(pixie.runs(limit=1000).items)
    with pytest.raises(ToolNotFound):
        pixie.run("addr")
    with pytest.raises(InputsInvalid) as caught:
        pixie.run("adder", a="x", c=1)
    assert {problem.path for problem in caught.value.problems} == {"$.a", "$.c"}
    assert len(pixie.runs(limit=1000).items) == before


def test_a_run_is_followed_as_it_goes(pixie):
    """An iterator of events, to the end; after any of them it goes on."""
    run = pixie.start("teller", {"words": 10, "pause": 0.01})
    records = list(pixie.follow(run.id))
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert records[-1].event.kind == "finished"
    assert [record.text for record in pixie.follow(run.id, after=2)] == [record.text for record in records[2:]]


def test_waiting_gives_up_in_time_and_the_run_goes_on(pixie):
    """As it stands then; cancelling ends it, and once it has ended there is nothing to cancel."""
    run = pixie.start("teller", {"words": 10_000, "pause": 0.05})
    assert pixie.wait(run.id, 0.2).status == "running"
    pixie.cancel(run.id)
    assert pixie.wait(run.id, 20).status == "cancelled"
    with pytest.raises(RunNotRunning):
        pixie.cancel(run.id)


def test_a_run_again_has_its_parent(pixie):
    """With changes to the old inputs."""
    first = pixie.run("adder", a=5, b=6)
    again = pixie.wait(pixie.rerun(first.id, {"a": 10}).id)
    assert (again.parent_run_id, again.values()["sum"]["value"]) == (first.id, 16)


def test_stars_and_labels(pixie):
    """Set, toggled, found, and taken away."""
    run = pixie.run("adder")
    assert pixie.star(run.id) is True
    assert pixie.label(run.id, "  final  ") == "final"
    assert [each.id for each in pixie.runs(starred=True, label="final").items] == [run.id]
    assert pixie.star(run.id, starred=False) is False
    assert pixie.label(run.id, None) is None


def test_an_export_is_written_whole_and_never_over_a_file(pixie, tmp_path):
    """Into a folder under its own name, or where it is told."""
    run = pixie.run("adder")
    path = pixie.export(run.id, tmp_path)
    assert path.parent == tmp_path
    assert zipfile.ZipFile(path).testzip() is None
    with pytest.raises(TargetExists):
        pixie.export(run.id, path)
    assert pixie.export(run.id, path, force=True) == path
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_there_is_said_so(pixie):
    """Runs, prefixes, outputs."""
    run = pixie.run("adder")
    with pytest.raises(RunNotFound):
        pixie.get("00000000-0000-4000-8000-000000000000")
    with pytest.raises(RequestInvalid):
        pixie.get("abc")
    with pytest.raises(OutputNotFound, match="sum, steps"):
        pixie.output(run.id, "smu")


def test_large_values_are_kept_as_files_and_read_back(tmp_path):
    """A reference in the run, the value where it is asked for."""
    add_tools(tmp_path)
    with pixie_core.open(tmp_path, inline_output_max_bytes=20) as pixie:
        run = pixie.run("adder", a=1, b=2)
        assert set(run.values()["steps"]) == {"$artefact", "size_bytes"}
        assert pixie.whole(run).values()["steps"]["rows"] == [{"n": 1}, {"n": 2}, {"n": 3}]
        assert pixie.output(run.id, "steps") == pixie.values(run)["steps"]


def test_statuses_say_how_tools_stand(home):
    """A word for each."""
    with pixie_core.open(home) as pixie:
        assert pixie.statuses() == {"adder": "dormant", "broken": "invalid", "teller": "dormant"}
        pixie.run("adder")
        assert pixie.statuses()["adder"] == "warm"
        assert pixie.stop_tool("adder") is True
        assert pixie.statuses()["adder"] == "dormant"


def test_closing_leaves_no_process(tmp_path):
    """And what still ran is interrupted."""
    add_tools(tmp_path)
    with pixie_core.open(tmp_path) as pixie:
        run = pixie.start("teller", {"words": 10_000, "pause": 0.05})
        for record in pixie.follow(run.id):
            if record.event.kind == "output":
                break
    assert processes_of(tmp_path) == []
    with pixie_core.open(tmp_path) as pixie:
        assert pixie.get(run.id).status == "interrupted"


def test_importing_it_loads_little():
    """`import pixie_core` alone brings in neither the database nor HTTP."""
    program = "import sys, pixie_core; print(sorted({'sqlite3', 'httpx', 'cattrs', 'babel'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_workspace_that_a_tool_asks_for_must_be_there(tmp_path):
    """A warning of check 3, gone once the workspace was made."""
    add_tool(tmp_path / "tools", {**MANIFESTS["adder"], "workspace_default": "Sums"}, PROGRAMS["adder"])
    with pixie_core.open(tmp_path) as pixie:
        before = pixie.validate("adder").check("schemas_coherent")
        assert before.status == "warn"
        assert "Sums" in str(before.details) + before.message
        pixie.store.workspaces.create("Sums")
        assert pixie.validate("adder").check("schemas_coherent").status == "pass"
