"""A tool takes all that goes by its id along to a new one, or goes for good; a crash in between is made good."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import uuid

import pytest

import pixie_core
from pixie_core.errors import RequestInvalid, RunsInFlight, ToolExists, ToolNotFound
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.run.events import Finished, Started
from pixie_core.runtime import recover
from pixie_core.store import ArtefactFilter, Publication, RunFilter, fsck

MANIFEST = """\
{
    "outputs": [ {"key": "o", "type": "number", "label": "O"} ],

    "id":   "old-name", "name": "A tool",
    "inputs": [{"key": "a", "type": "number", "label": "A", "default": 1}]
}
"""


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    disarm()


@pytest.fixture
def home(tmp_path):
    """A data folder with a tool."""
    folder = tmp_path / "data" / "tools" / "old-name"
    folder.mkdir(parents=True)
    (folder / "tool.json").write_text(MANIFEST)
    (folder / "main.py").write_text("print()")
    (folder / "data").mkdir()
    (folder / "data" / "cache").write_text("kept")
    return tmp_path / "data"


@pytest.fixture
def pixie(home):
    """It, opened."""
    with pixie_core.open(home) as opened:
        yield opened


def ended(pixie, number, **more):
    """The id of a run that has ended, with a file and a file input."""
    run_id = str(uuid.uuid4())
    kept = pixie.store.keep_input(run_id, "old-name", "in.txt", f"input {number}".encode())
    inputs = {"a": number, "file": kept}
    pixie.store.create_run(
        run_id=run_id,
        tool_id="old-name",
        inputs=inputs,
        origin="api",
        events=[Started(inputs=inputs, fingerprint={})],
        **more,
    )
    staged = pixie.store.stage(run_id, "old-name", f"plot-{number}.txt", f"content {number % 3}".encode())
    pixie.store.append(run_id, [Publication(staged, "o"), Finished(status="ok", duration_ms=1)])
    return run_id


def fill(pixie):
    """Runs, and what a user sets; returns the runs' ids."""
    run_ids = [ended(pixie, number) for number in range(5)]
    pixie.star(run_ids[1])
    pixie.label(run_ids[2], "keep me")
    pixie.delete(run_ids[3])
    pixie.change_tool("old-name", favourited=True, colour="ember")
    pixie.tag_tool("old-name", add=["mine"])
    pixie.workspaces.create("Work")
    pixie.workspaces.add_tool("Work", "old-name")
    report = {"tool_id": "old-name", "timestamp": pixie.now().isoformat(), "overall": "pass", "checks": []}
    pixie.store.validations.save(report)
    return run_ids


def must_be_moved(pixie, run_ids):
    """Everything goes by the new id, and nothing by the old."""
    tool = pixie.tools.get("new-name")
    assert tool.folder.name == "new-name"
    assert (tool.folder / "data" / "cache").read_text() == "kept"
    assert (tool.state.favourited, tool.state.colour, tool.tags) == (True, "ember", ("mine",))
    with pytest.raises(ToolNotFound):
        pixie.tools.get("old-name")
    assert pixie.workspaces.one("Work").tools == ("new-name",)
    assert pixie.store.validations.latest("new-name")["tool_id"] == "new-name"
    assert pixie.store.validations.latest("old-name") is None
    assert {each.id for each in pixie.runs(tool="new-name").items} == {*run_ids} - {run_ids[3]}
    assert pixie.runs(tool="old-name").items == ()
    assert {each.id for each in pixie.store.runs(RunFilter(tool_id="new-name", q="a=4")).items} == {run_ids[4]}
    files = pixie.store.artefacts(ArtefactFilter(tool_id="new-name", q="plot")).items
    assert {each.rel_path for each in files} == {
        f"new-name/{run_id}/plot-{number}.txt" for number, run_id in enumerate(run_ids) if number != 3
    }
    for number, run_id in enumerate(run_ids):
        if number != 3:
            (file,) = pixie.get(run_id).artefacts
            assert pixie.store.open_artefact(file.id).read() == f"content {number % 3}".encode()
            assert (
                pixie.store.open_input(pixie.get(run_id).inputs["file"]["sha256"]).read() == f"input {number}".encode()
            )
    assert pixie.get(run_ids[1]).starred
    assert pixie.get(run_ids[2]).label == "keep me"
    assert pixie.restore(run_ids[3]) == run_ids[3]
    assert pixie.get(run_ids[3]).tool_id == "new-name"
    assert not (pixie.settings.artefacts_root / "old-name").exists()
    assert fsck(pixie.store).found == ()
    assert list((pixie.tools.folder / ".moves").iterdir()) == []


def test_a_tool_takes_everything_along(pixie):
    """Folder, tool.json, runs with files and inputs, deleted ones too, validations, and what the user has set."""
    run_ids = fill(pixie)
    told = []
    done = pixie.moves.rename("old-name", "new-name", on_progress=told.append)
    assert (done.tool_id, done.new_id, done.runs, done.artefacts) == ("old-name", "new-name", 5, 5)
    assert told == [5]
    assert (pixie.tools.folder / "new-name" / "tool.json").read_text() == MANIFEST.replace("old-name", "new-name")
    must_be_moved(pixie, run_ids)


def test_blobs_are_shared_as_before(pixie):
    """Renaming takes no room."""
    run_ids = fill(pixie)
    pixie.moves.rename("old-name", "new-name")
    folder = pixie.settings.artefacts_root
    for blob in (folder / ".blobs").glob("*/*"):
        if blob.read_bytes().startswith(b"content"):
            assert blob.stat().st_nlink == 1 + sum(
                path.read_bytes() == blob.read_bytes() for path in (folder / "new-name").glob("*/plot*")
            )
    assert len(run_ids) == 5


def test_a_tool_without_runs_or_with_a_strange_manifest_is_renamed_too(pixie, home):
    """An `id` further down isn't taken for its own; one that can't be read goes by its folder."""
    path = home / "tools" / "old-name" / "tool.json"
    document = {"inputs": [{"id": "old-name"}], "id": "old-name", "name": "é"}
    path.write_text(json.dumps(document))
    pixie.moves.rename("old-name", "new-name")
    changed = home / "tools" / "new-name" / "tool.json"
    assert json.loads(changed.read_text()) == {**document, "id": "new-name"}
    changed.write_text("{ not JSON")
    pixie.moves.rename("new-name", "third-name")
    assert (home / "tools" / "third-name" / "tool.json").read_text() == "{ not JSON"


@pytest.mark.parametrize("new_id", ["", "Not Kebab", "../up", "a" * 101, ".hidden", "new_name", "new-name\n"])
def test_what_is_no_id_is_refused(pixie, new_id):
    """Before anything is changed."""
    with pytest.raises(RequestInvalid, match="kebab-case"):
        pixie.moves.rename("old-name", new_id)
    assert pixie.tools.get("old-name")


def test_an_id_that_is_taken_is_refused(pixie, home):
    """By a tool, by a folder, by another's id, or by runs of an earlier tool."""
    other = home / "tools" / "somewhere"
    other.mkdir()
    (other / "tool.json").write_text(MANIFEST.replace("old-name", "elsewhere"))
    (home / "tools" / "not-a-tool").mkdir()
    for taken in ("elsewhere", "somewhere", "not-a-tool", "old-name"):
        with pytest.raises(ToolExists):
            pixie.moves.rename("old-name", taken)
    ended(pixie, 1)
    pixie.moves.remove("old-name")
    with pytest.raises(RequestInvalid, match="runs of it are there still"):
        pixie.moves.rename("elsewhere", "old-name")
    with pytest.raises(ToolNotFound):
        pixie.moves.rename("old-name", "new-name")


@pytest.mark.parametrize("what", ["rename", "remove"])
def test_a_tool_at_work_is_left_alone(pixie, what):
    """It is in the same state as before."""
    run_id = str(uuid.uuid4())
    pixie.store.create_run(run_id=run_id, tool_id="old-name", inputs={}, origin="api")
    arguments = ("old-name", "new-name") if what == "rename" else ("old-name",)
    with pytest.raises(RunsInFlight) as raised:
        getattr(pixie.moves, what)(*arguments)
    assert raised.value.run_ids == (run_id,)
    assert pixie.tools.get("old-name").folder.name == "old-name"
    assert pixie.moves.finish() is None


@pytest.mark.parametrize("what", ["rename", "remove"])
def test_a_run_that_begins_in_the_last_moment_stops_it(pixie, monkeypatch, what):
    """The folder goes back to where it was."""
    from pixie_core import moves

    run_id = str(uuid.uuid4())

    def begin(name):
        if name == "move.after_folder":
            pixie.store.create_run(run_id=run_id, tool_id="old-name", inputs={}, origin="api")

    monkeypatch.setattr(moves, "fault", begin)
    arguments = ("old-name", "new-name") if what == "rename" else ("old-name",)
    with pytest.raises(RunsInFlight):
        getattr(pixie.moves, what)(*arguments)
    assert (pixie.tools.get("old-name").folder / "tool.json").read_text() == MANIFEST
    assert list((pixie.tools.folder / ".moves").iterdir()) == []


RENAMING = ["journal", "folder", "id", "state", "links", "rows", "folders"]


@pytest.mark.parametrize("way", ["again", "finish"])
@pytest.mark.parametrize("point", [*[f"move.after_{each}" for each in RENAMING], "move.before_end"])
def test_a_rename_that_failed_somewhere_is_brought_to_its_end(pixie, point, way):
    """By the same call, or by the next start; rows have had their files all the time."""
    run_ids = fill(pixie)
    arm(f"{point}:error")
    with pytest.raises(FaultInjected):
        pixie.moves.rename("old-name", "new-name")
    disarm()
    assert fsck(pixie.store, mend=True).found == ()
    done = pixie.moves.rename("old-name", "new-name") if way == "again" else pixie.moves.finish()
    assert (done.tool_id, done.new_id) == ("old-name", "new-name")
    assert pixie.moves.finish() is None
    must_be_moved(pixie, run_ids)


KILLED = """
    import sys
    import pixie_core
    from pixie_core.faults import arm
    with pixie_core.open(sys.argv[1]) as pixie:
        arm(sys.argv[2] + ":kill")
        getattr(pixie.moves, sys.argv[3])(*sys.argv[4:])
"""


def killed(home, point, *call):
    """The call in a process of its own, killed at the point."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(home), point, *call]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", ["placing.before_rename", "move.after_folder", "move.after_rows"])
def test_a_rename_that_was_killed_is_brought_to_its_end_by_another_process(home, point):
    """Also when it was killed before it had begun for good."""
    with pixie_core.open(home) as pixie:
        run_ids = fill(pixie)
    killed(home, point, "rename", "old-name", "new-name")
    with pixie_core.open(home) as pixie:
        recover(pixie.store, pixie.settings)
        pixie.moves.finish()
        if point == "placing.before_rename":
            assert pixie.tools.get("old-name")
            pixie.moves.rename("old-name", "new-name")
        must_be_moved(pixie, run_ids)


def test_a_removed_tool_leaves_its_runs(pixie, home):
    """Unless they are to go too."""
    run_ids = fill(pixie)
    done = pixie.moves.remove("old-name")
    assert (done.runs_deleted, done.runs_kept, done.failed) == (0, 4, ())
    assert sorted(each.name for each in (home / "tools").iterdir()) == [".moves"]
    assert list((home / "tools" / ".moves").iterdir()) == []
    with pytest.raises(ToolNotFound):
        pixie.tools.get("old-name")
    assert len(pixie.runs(tool="old-name").items) == 4
    assert pixie.store.open_artefact(pixie.get(run_ids[0]).artefacts[0].id).read() == b"content 0"
    assert pixie.store.tool_states() == {}
    assert pixie.workspaces.one("Work").tools == ()
    assert pixie.store.validations.latest("old-name") is None
    assert fsck(pixie.store).found == ()


def test_runs_go_with_their_tool_but_those_that_are_protected(pixie):
    """A star or a label keeps one, whoever asks."""
    run_ids = fill(pixie)
    done = pixie.moves.remove("old-name", with_runs=True)
    assert (done.runs_deleted, done.runs_kept) == (2, 2)
    assert {each.id for each in pixie.runs(tool="old-name").items} == {run_ids[1], run_ids[2]}
    assert fsck(pixie.store).found == ()


@pytest.mark.parametrize(
    "point", ["move.after_journal", "move.after_folder", "move.after_state", "move.after_runs", "move.before_end"]
)
def test_a_removal_that_was_killed_is_brought_to_its_end(home, point):
    """Never half: a protected run is there all the same."""
    with pixie_core.open(home) as pixie:
        run_ids = fill(pixie)
    program = KILLED.replace("(*sys.argv[4:])", "(sys.argv[4], with_runs=True)")
    command = [sys.executable, "-c", textwrap.dedent(program), str(home), point, "remove", "old-name"]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == -signal.SIGKILL
    with pixie_core.open(home) as pixie:
        pixie.moves.finish()
        assert [each.name for each in (home / "tools").iterdir()] == [".moves"]
        assert list((home / "tools" / ".moves").iterdir()) == []
        assert {each.id for each in pixie.runs(tool="old-name").items} == {run_ids[1], run_ids[2]}
        assert pixie.store.tool_states() == {}
        assert fsck(pixie.store).found == ()


def test_a_tool_that_is_a_link_is_removed_as_a_link(pixie, home, tmp_path):
    """What it leads to is somebody's own folder."""
    own = tmp_path / "checkout"
    own.mkdir()
    (own / "tool.json").write_text(MANIFEST.replace("old-name", "linked"))
    (home / "tools" / "linked").symlink_to(own)
    pixie.moves.remove("linked")
    assert (own / "tool.json").exists()
    assert not (home / "tools" / "linked").is_symlink()


def test_a_file_system_without_links_keeps_up_too(pixie, monkeypatch):
    """Files are moved then."""
    run_ids = fill(pixie)
    link = os.link

    def refuse(*arguments, **more):
        if "src_dir_fd" in more:
            raise OSError(errno.EPERM, "no links here")
        link(*arguments, **more)

    monkeypatch.setattr(os, "link", refuse)
    pixie.moves.rename("old-name", "new-name")
    monkeypatch.undo()
    must_be_moved(pixie, run_ids)
