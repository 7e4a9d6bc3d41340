"""Killed at any step of a sweep, a purge, a migration or a backup: the next start ends it, and nothing kept is touched.

PIXIE_LONG=1 kills at more of the times that each step is passed.
"""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest

from pixie_core.clock import system_clock, timestamp
from pixie_core.config import Settings
from pixie_core.run.events import Finished, Started
from pixie_core.store import ArtefactFilter, Publication, RunFilter, Store, backups, fsck
from pixie_core.testing.clock import FakeClock
from tests.core.store.test_older_database import SHAPE

WORK = """
import sys
from datetime import timedelta
from pathlib import Path
from pixie_core.clock import system_clock, timestamp
from pixie_core.config import Settings
from pixie_core.store import Store, back_up
from pixie_core.sweeper import Policy, Sweeper
settings = Settings(home=Path(sys.argv[1]))
with Store(settings) as store:
    match sys.argv[2]:
        case "sweep":
            Sweeper(store).apply(Policy(older_than=timedelta()))
        case "purge":
            store.deletions.purge_due(timestamp(system_clock.now() + timedelta(days=1)))
        case "backup":
            back_up(store, settings, files=True)
print("done", flush=True)
"""
KEPT, DOOMED, BY_HAND, LONE = 3, 4, 3, 2


def killed(settings, work, point):
    """Do the work in a process that the point kills; True when it was, False when it ended before."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(settings.home), work],
        env={**os.environ, "PIXIE_FAULT": f"{point}:kill"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.stdout == "done\n":
        return False
    assert done.returncode == -signal.SIGKILL, done.stderr
    return True


def make(store, name, content, **more):
    """A run with a file and an input, and its file's number."""
    run_id = str(uuid.uuid4())
    store.create_run(
        run_id=run_id,
        tool_id="t",
        inputs={"name": name},
        origin="api",
        events=[Started(inputs={}, fingerprint={})],
        **more,
    )
    store.keep_input(run_id, "t", "in", b"input of " + content)
    record, _ = store.append(run_id, [Publication(store.stage(run_id, "t", "f.txt", content)), Finished(status="ok")])
    return run_id, record.event.id


@pytest.fixture
def filled(tmp_path):
    """A folder with protected runs, doomed ones, deleted ones, and runs with a deleted file; some share bytes."""
    settings = Settings(home=tmp_path / "data")
    with Store(settings) as store:
        kept = [make(store, "kept", b"kept %d" % number, label="kept") for number in range(KEPT)]
        kept.append(make(store, "kept", b"shared", label="kept"))
        doomed = [make(store, "doomed", b"doomed %d" % number) for number in range(DOOMED - 1)]
        doomed.append(make(store, "doomed", b"shared"))
        by_hand = [make(store, "by hand", b"by hand %d" % number) for number in range(BY_HAND)]
        for run_id, _ in by_hand:
            store.deletions.delete_run(run_id)
        lone = [make(store, "lone", b"lone %d" % number) for number in range(LONE)]
        for run_id, number in lone:
            store.deletions.delete_artefact(number)
            store.write(
                lambda conn, run_id=run_id: conn.execute("UPDATE runs SET status = 'running' WHERE id = ?", (run_id,))
            )
    return settings, {"kept": kept, "doomed": doomed, "by hand": by_hand, "lone": lone}


def state(store):
    """Every row and every byte of what is kept."""
    rows = store.read(
        lambda conn: [tuple(row) for row in conn.execute("SELECT * FROM runs WHERE label = 'kept' ORDER BY id")]
    )
    contents = {}
    for run_id in (row[0] for row in rows):
        for artefact in store.artefacts(ArtefactFilter(run_id=run_id)).items:
            with store.open_artefact(artefact.id) as file:
                contents[artefact.rel_path] = hashlib.sha256(file.read()).hexdigest()
    return rows, contents


def all_is_well(settings, before):
    """After the next start: KEEP, FILE⇔ROW, nothing half-deleted, and a second start changes nothing."""
    listed = []
    for _ in range(2):
        with Store(settings) as store:
            store.clean_up()
            assert state(store) == before
            half = "SELECT (SELECT count(*) FROM runs WHERE purging_at IS NOT NULL) + (SELECT count(*) FROM artefacts WHERE purging_at IS NOT NULL)"
            assert store.read(lambda conn, half=half: conn.execute(half).fetchone()[0]) == 0
            store.write(lambda conn: conn.execute("UPDATE runs SET status = 'ok'"))
            assert fsck(store).found == ()
            assert not list((settings.artefacts_root / ".trash").glob("*"))
            rows = store.read(
                lambda conn: [tuple(row) for row in conn.execute("SELECT id, deleted_at FROM runs ORDER BY id")]
            )
            files = sorted(
                str(each)
                for each in settings.artefacts_root.rglob("*")
                if each.is_file() and ".blobs" not in each.parts
            )
            listed.append((rows, files))
            texts = store.read(lambda conn: {row[0] for row in conn.execute("SELECT key FROM run_texts")})
            assert texts == {row[0] for row in rows}
    assert listed[0] == listed[1]
    return {row[0] for row in listed[0][0]}


LONG = os.environ.get("PIXIE_LONG") == "1"
STEPS = [
    f"{name}#{at}"
    for name in (
        "delete.after_mark",
        "delete.after_move",
        "delete.after_remove",
        "delete.after_row",
        "commit.before",
        "commit.after",
    )
    for at in ((1, 2, 3, 4) if LONG else (2,))
    if (name, at) != ("delete.after_move", 4)
]


@pytest.mark.case("F3.care")
@pytest.mark.parametrize("point", STEPS)
def test_a_sweep_that_is_killed_is_finished_and_keeps_what_is_kept(filled, point):
    """What was marked is gone after the next start; what wasn't is whole; a sweep then takes the rest."""
    settings, runs = filled
    with Store(settings) as store:
        before = state(store)
    assert killed(settings, "sweep", point)
    left = all_is_well(settings, before)
    assert {run_id for run_id, _ in (*runs["kept"], *runs["by hand"], *runs["lone"])} <= left
    with Store(settings) as store:
        for run_id, _ in runs["by hand"]:
            store.deletions.restore_run(run_id)
            assert store.run(run_id).artefacts[0].filename == "f.txt"
            store.set_star(run_id, True)
    assert not killed(settings, "sweep", "none")
    with Store(settings) as store:
        assert state(store) == before
        wanted = {run_id for run_id, _ in (*runs["kept"], *runs["by hand"])}
        assert {each.id for each in store.runs(limit=100).items} == wanted
        assert {path.name for path in settings.artefacts_root.glob("t/*")} == wanted


@pytest.mark.parametrize("point", STEPS)
def test_a_purge_that_is_killed_is_finished_and_keeps_what_is_kept(filled, point):
    """Of runs and of single files."""
    settings, runs = filled
    with Store(settings) as store:
        before = state(store)
    assert killed(settings, "purge", point)
    left = all_is_well(settings, before)
    assert {run_id for run_id, _ in (*runs["kept"], *runs["doomed"], *runs["lone"])} <= left
    assert not killed(settings, "purge", "none")
    with Store(settings) as store:
        assert state(store) == before
        assert store.runs(RunFilter(deleted=True)).items == ()
        assert store.artefacts(ArtefactFilter(deleted=True)).items == ()
        for run_id, _ in runs["lone"]:
            assert store.run(run_id).artefacts == ()
    # A blob that lost its last link in the kill waits for its day.
    with Store(settings, clock=FakeClock(system_clock.now() + timedelta(days=2))) as store:
        store.deletions.remove_unused_blobs()
    contents = {blob.read_bytes() for blob in settings.artefacts_root.glob(".blobs/*/*")}
    files = {
        b"shared",
        *(b"kept %d" % each for each in range(KEPT)),
        *(b"doomed %d" % each for each in range(DOOMED - 1)),
    }
    assert contents == files | {b"input of " + each for each in (*files, b"lone 0", b"lone 1")}


@pytest.mark.case("F3.care")
@pytest.mark.parametrize("point", ["backup.after_copy", "backup.before_rename", "backup.after_rename"])
def test_a_backup_that_is_killed_is_whole_or_none(filled, point):
    """What it left in between is gone."""
    settings, _ = filled
    with Store(settings) as store:
        before = state(store)
    assert killed(settings, "backup", point)
    all_is_well(settings, before)
    made = backups(settings)
    assert len(made) == (1 if point == "backup.after_rename" else 0)
    for each in made:
        conn = sqlite3.connect(each.path)
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        conn.close()
    assert not killed(settings, "backup", "none")
    assert list((settings.home / "backups").glob("*.tmp*")) == []
    assert len(backups(settings)) == len(made) + 1


@pytest.mark.case("F3.care")
@pytest.mark.parametrize("point", ["migrate.before_commit", "migrate.after_backup", "migrate.after_commit"])
def test_a_migration_that_is_killed_is_all_or_nothing(tmp_path, point):
    """The older database is as it was, or migrated; the next start goes on, and what was starred is protected."""
    settings = Settings(home=tmp_path / "data")
    settings.home.mkdir()
    conn = sqlite3.connect(settings.db_path)
    conn.executescript(SHAPE)
    kept = conn.execute("SELECT id, tool_id, inputs_json, starred, label FROM runs ORDER BY id").fetchall()
    conn.close()
    assert killed(settings, "none", point)
    conn = sqlite3.connect(settings.db_path)
    assert conn.execute("SELECT id, tool_id, inputs_json, starred, label FROM runs ORDER BY id").fetchall() == kept
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    conn.close()
    with Store(settings) as store:
        assert store.notices == ()
        assert len(store.runs().items) == 4
        assert [each.id[:1] for each in store.runs(RunFilter(q="first")).items] == ["1"]
        with pytest.raises(sqlite3.IntegrityError, match="protected"):
            store.write(lambda conn: conn.execute("DELETE FROM runs WHERE starred = 1"))
        assert store.deletions.purge_due(timestamp(system_clock.now())).runs == ()
