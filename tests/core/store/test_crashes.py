"""Whatever the moment at which a process is killed, what it acknowledged is there and nothing half-done is visible."""

import hashlib
import json
import os
import signal
import subprocess
import sys

import pytest

from pixie_core.store import ArtefactFilter, Store

WRITER = """
import sys, uuid
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.run.events import Finished, Log, Output, Started
from pixie_core.store import Publication, Store
def say(*words):
    print(*words, flush=True)
with Store(Settings(home=Path(sys.argv[1]))) as store:
    for number in range(3):
        run_id = str(uuid.uuid4())
        store.create_run(run_id=run_id, tool_id="t", inputs={"n": number}, origin="api", events=[Started(inputs={"n": number}, fingerprint={})])
        say("created", run_id)
        store.append(run_id, [Log(text="working")])
        say("logged", run_id)
        one = store.stage(run_id, "t", "one.bin", b"%d" % number * 3_000_000)
        store.append(run_id, [Publication(one, "files", "token-one")])
        say("published", run_id)
        two = store.stage(run_id, "t", "two.bin", b"the same in each run")
        store.append(run_id, [Publication(two, "files", "token-two"), Output(output_key="files", type="file", value="token-two", whole=True), Finished(status="ok")])
        say("finished", run_id)
"""

POINTS = [
    f"{name}#{at}"
    for name, times in {
        "publish.half_written": (1, 2, 4, 8),
        "publish.after_write": (1, 2, 4),
        "publish.after_fsync": (1, 2, 4),
        "publish.after_blob": (1, 2, 4),
        "publish.after_link": (1, 2, 4),
        "publish.after_dirsync": (1, 2, 4),
        "commit.before": (1, 2, 3, 4, 5),
        "commit.after": (1, 2, 3, 4, 5),
    }.items()
    for at in times
]


def killed_at(settings, point):
    """A process that works until the point kills it; returns what it had acknowledged."""
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(settings.home)],
        env={**os.environ, "PIXIE_FAULT": f"{point}:kill"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    acknowledged = {"created": set(), "logged": set(), "published": set(), "finished": set()}
    for line in done.stdout.splitlines():
        what, run_id = line.split()
        acknowledged[what].add(run_id)
    return acknowledged


def rows_and_files(store, settings):
    """FILE⇔ROW: each row has its file, whole and with its hash; returns the visible files that have no row."""
    artefacts = store.artefacts(ArtefactFilter(spilled=None), limit=1000).items
    for artefact in artefacts:
        with store.open_artefact(artefact.id) as file:
            content = file.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (artefact.size_bytes, artefact.sha256)
    visible = {
        str(path.relative_to(settings.artefacts_root))
        for path in settings.artefacts_root.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(settings.artefacts_root).parts)
    }
    known = {artefact.rel_path for artefact in artefacts}
    assert known <= visible
    return visible - known


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_step_loses_nothing_acknowledged_and_shows_nothing_half_done(settings, point):
    """The next start ends what was left, and a second one changes nothing."""
    acknowledged = killed_at(settings, point)
    with Store(settings) as store:
        rows_and_files(store, settings)
        for left in store.running():
            assert not left.owner.alive()
            assert store.interrupt(left.id, "the process that ran it ended")
        store.clean_up()
        assert rows_and_files(store, settings) == set()
        assert list((settings.artefacts_root / ".staging").glob("*")) == []
        runs = {each.id: each.status for each in store.runs(limit=100).items}
        assert set(runs.values()) <= {"ok", "interrupted"}
        assert acknowledged["created"] <= runs.keys()
        assert {run_id for run_id in acknowledged["finished"] if runs[run_id] != "ok"} == set()
        for run_id in acknowledged["logged"]:
            assert [each.seq for each in store.events(run_id)] == list(range(1, len(store.events(run_id)) + 1))
            assert store.events(run_id)[1].event.text == "working"
        for run_id in acknowledged["published"]:
            assert store.run(run_id).artefacts[0].filename == "one.bin"
        for blob in (settings.artefacts_root / ".blobs").glob("*/*"):
            assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
        assert store.read(lambda conn: conn.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
        before = [each.text for run_id in sorted(runs) for each in store.events(run_id)]
    with Store(settings) as store:
        assert store.running() == ()
        again = store.clean_up()
        assert (again.temporaries, again.set_aside) == (0, 0)
        assert [each.text for run_id in sorted(runs) for each in store.events(run_id)] == before


def test_what_was_cut_off_is_kept_aside(settings):
    """A file that was whole when its process died, but had no row, isn't thrown away."""
    killed_at(settings, "publish.after_dirsync#1")
    with Store(settings) as store:
        (left,) = store.running()
        store.interrupt(left.id, "it ended")
        assert store.clean_up().set_aside == 1
    kept = settings.artefacts_root / "t" / left.id / ".partial" / "one.bin"
    assert kept.read_bytes() == b"0" * 3_000_000


def test_cleaning_up_spares_what_living_processes_are_at(store, story, settings):
    """Another process's temporary files, and its runs' files that wait for their rows."""
    run_id = story.begin()
    staged = store.stage(run_id, "compound-interest", "a.txt", b"x")

    def while_copying():
        yield b"x"
        with Store(settings) as other:
            assert other.clean_up() == type(other.clean_up())(0, 0)
        yield b"y"

    slow = store.stage(run_id, "compound-interest", "b.txt", while_copying())
    assert (settings.artefacts_root / staged.rel_path).read_bytes() == b"x"
    assert (settings.artefacts_root / slow.rel_path).read_bytes() == b"xy"


def test_a_file_in_the_staging_folder_that_isnt_ours_is_left_alone(store, settings):
    """Cleaning up removes what dead owners of ours left, and nothing else."""
    folder = settings.artefacts_root / ".staging"
    folder.mkdir(exist_ok=True)
    for name in ("notes.txt", "x", "a.b.c.d"):
        (folder / name).write_text("mine")
    assert store.clean_up().temporaries == 0
    assert len(list(folder.iterdir())) == 3


def test_an_event_shown_to_a_follower_survives_the_death_of_its_writer(settings):
    """What another process has read is on the disk, or it wouldn't have been read."""
    acknowledged = killed_at(settings, "commit.after#4")
    with Store(settings) as store:
        (run_id,) = acknowledged["created"]
        texts = [each.text for each in store.events(run_id)]
        assert [json.loads(each)["kind"] for each in texts] == [
            "started",
            "log",
            "artefact",
            "artefact",
            "output",
            "finished",
        ]


INPUTS = """
import os, sys, uuid
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.store import Store
with Store(Settings(home=Path(sys.argv[1]))) as store:
    for run_id in sys.argv[2:]:
        store.keep_input(run_id, "t", "in.txt", b"input")
    store.create_run(run_id=sys.argv[2], tool_id="t", inputs={}, origin="api")
    os.kill(os.getpid(), 9)
"""


def test_the_inputs_of_a_run_that_never_came_to_be_are_removed(settings):
    """Their process died before the run had its row; those of a run with a row, and a living process's, stay."""
    recorded, never = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    living = "33333333-3333-4333-8333-333333333333"
    subprocess.run([sys.executable, "-c", INPUTS, str(settings.home), recorded, never], timeout=60)
    with Store(settings) as store:
        store.keep_input(living, "t", "in.txt", b"input")
        for _ in range(2):
            store.clean_up()
            assert {path.name for path in settings.artefacts_root.glob("t/*")} == {recorded, living}
        store.create_run(run_id=living, tool_id="t", inputs={}, origin="api")
        assert list((settings.artefacts_root / ".staging").iterdir()) == []
