"""A backup is whole or not there, is made while others work, and comes back byte for byte."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from pixie_core.config import Settings
from pixie_core.errors import DatabaseDamaged, DatabaseUnusable, DataFolderError, DataFolderInUse
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.store import Publication, ServerLock, Store, back_up, backups, fsck, restore
from pixie_core.store.backup import daily
from pixie_core.testing.clock import FakeClock
from tests.core.store.conftest import Story


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    disarm()


def filled(store, runs=3):
    """The ids of runs with a file, an input and a star on the first."""
    ids = []
    for number in range(runs):
        story = Story(store)
        run_id = story.begin(inputs={"n": number})
        store.keep_input(run_id, "compound-interest", "in.txt", b"input %d" % number)
        store.append(run_id, [Publication(store.stage(run_id, "compound-interest", "a.txt", b"content %d" % number))])
        story.end(run_id)
        ids.append(run_id)
    store.set_star(ids[0], True)
    store.set_label(ids[-1], "kept")
    return ids


def state(store):
    """Everything that the rows say, and the bytes of every file."""
    tables = ("runs", "artefacts", "run_events", "tool_state", "settings", "run_texts", "artefact_texts")
    rows = {
        name: store.read(
            lambda conn, name=name: [tuple(row) for row in conn.execute(f"SELECT * FROM {name} ORDER BY 1, 2")]
        )
        for name in tables
    }
    contents = {}
    for artefact in store.artefacts(limit=1000).items:
        with store.open_artefact(artefact.id) as file:
            contents[artefact.rel_path] = file.read()
    return rows, contents


def wipe(settings):
    """Everything but the backups is gone."""
    for path in settings.home.iterdir():
        if path.name != "backups":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.case("K7.restore")
def test_a_backup_wipe_and_restore_brings_everything_back(store, settings):
    """Rows byte for byte, files and inputs by their hashes, protection and all."""
    ids = filled(store)
    before = state(store)
    made = back_up(store, settings, files=True)
    assert (made.runs, made.artefacts, made.missing, made.files_copied) == (3, 3, (), True)
    store.close()
    wipe(settings)
    done = restore(settings, made.path)
    assert (done.runs, done.artefacts, done.files, done.replaced, done.missing) == (3, 3, 6, None, ())
    with Store(settings) as again:
        assert state(again) == before
        assert fsck(again).found == ()
        for number in range(3):
            with again.open_input(hashlib.sha256(b"input %d" % number).hexdigest()) as file:
                assert file.read() == b"input %d" % number
        with pytest.raises(sqlite3.IntegrityError, match="protected"):
            again.write(lambda conn: conn.execute("DELETE FROM runs WHERE id = ?", (ids[0],)))
        assert again.read(lambda conn: conn.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
        assert again.read(lambda conn: conn.execute("PRAGMA auto_vacuum").fetchone()[0]) == 2


def test_a_backup_without_files_says_which_are_missing_after_a_wipe(store, settings):
    """The database alone comes back."""
    filled(store, 1)
    made = back_up(store, settings)
    store.close()
    wipe(settings)
    done = restore(settings, made.path)
    assert done.files == 0
    assert sorted(each.rpartition("/")[2][:8] for each in done.missing) == sorted(
        ["a.txt", hashlib.sha256(b"input 0").hexdigest()[:8]]
    )


def test_what_was_there_is_moved_aside_and_files_that_are_there_stay(store, settings):
    """Nothing is deleted by a restore."""
    filled(store, 1)
    made = back_up(store, settings)
    later = Story(store).begin()
    store.append(later, [Publication(store.stage(later, "compound-interest", "b.txt", b"later"))])
    Story(store).end(later)
    store.close()
    done = restore(settings, made.path)
    assert (done.runs, done.missing, done.set_aside) == (1, (), (f"compound-interest/{later}",))
    quarantined = settings.artefacts_root / ".quarantine" / "compound-interest" / later / "b.txt"
    assert quarantined.read_bytes() == b"later"
    with Store(settings) as again:
        assert fsck(again).found == ()
    conn = sqlite3.connect(done.replaced / "pixie.db")
    assert conn.execute("SELECT count(*) FROM runs WHERE id = ?", (later,)).fetchone() == (1,)
    conn.close()


def test_the_list_of_files_is_one_that_sha256sum_reads(store, settings):
    """So that a backup can be checked without Pixie."""
    filled(store, 2)
    made = back_up(store, settings)
    listed = made.path.with_suffix(".sha256")
    done = subprocess.run(["sha256sum", "-c", str(listed)], cwd=settings.artefacts_root, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count(": OK")) == (0, 4)


def test_a_backup_is_the_state_of_one_moment_while_others_write(store, settings):
    """Each run in it has its events."""
    stop = threading.Event()
    errors = []

    def work():
        try:
            while not stop.is_set():
                Story(store).ended()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    made = [back_up(store, settings) for _ in range(3)]
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    for each in made:
        conn = sqlite3.connect(each.path)
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("SELECT count(*) FROM runs").fetchone() == (each.runs,)
        assert conn.execute(
            "SELECT count(*) FROM runs WHERE status = 'ok' AND (SELECT max(seq) FROM run_events WHERE run_id = id) <> last_seq"
        ).fetchone() == (0,)
        conn.close()


@pytest.mark.parametrize("point", ["backup.after_copy", "backup.before_rename"])
def test_a_backup_that_fails_leaves_nothing(store, settings, point):
    """Neither half a copy nor a list of what isn't there."""
    filled(store, 1)
    arm(f"{point}:error")
    with pytest.raises((DataFolderError, FaultInjected)):
        back_up(store, settings)
    disarm()
    assert list((settings.home / "backups").iterdir()) == []
    assert back_up(store, settings).runs == 1


def test_a_damaged_copy_is_no_backup(store, settings, monkeypatch):
    """It is looked at by another process before it counts."""
    from pixie_core.store import backup

    for _ in range(40):
        Story(store).ended(inputs={"text": "x" * 500})
    real = backup._copy_database

    def spoilt(database, target):
        real(database, target)
        content = bytearray(target.read_bytes())
        for page in range(3, len(content) // 4096):
            content[page * 4096 : page * 4096 + 12] = b"\xa5" * 12
        target.write_bytes(content)

    monkeypatch.setattr(backup, "_copy_database", spoilt)
    with pytest.raises(DatabaseDamaged, match="damaged"):
        back_up(store, settings)
    assert backups(settings) == ()
    assert list((settings.home / "backups").iterdir()) == []


def test_one_backup_a_day_of_which_seven_stay(settings):
    """Those that somebody asked for, and those of migrations, stay as well."""
    clock = FakeClock()
    with Store(settings, clock=clock) as store:
        asked = back_up(store, settings, clock=clock)
        (settings.home / "backups" / "pixie-of-a-migration.db").write_bytes(b"x")
        for _ in range(10):
            clock.advance(86_400)
            assert daily(store, settings, clock=clock) is not None
            assert daily(store, settings, clock=clock) is None
        clock.jump(-timedelta(days=400).total_seconds())
        assert daily(store, settings, clock=clock) is not None
    kept = backups(settings)
    assert len([each for each in kept if each.kind == "daily"]) == 7
    assert asked.path in {each.path for each in kept}
    assert len(list((settings.home / "backups").glob("*.db"))) == 9
    assert len(list((settings.home / "backups").glob("*.json"))) == 8


def test_files_are_copied_once_for_all_backups(store, settings, tmp_path):
    """And what can't be read is told."""
    filled(store, 2)
    first = back_up(store, settings, tmp_path / "elsewhere", files=True)
    blobs = sorted((tmp_path / "elsewhere" / "blobs").glob("*/*"))
    assert len(blobs) == 4
    times = [each.stat().st_mtime_ns for each in blobs]
    (settings.artefacts_root / store.artefacts().items[0].rel_path).unlink()
    for blob in blobs[:1]:
        blob.unlink()
    second = back_up(store, settings, tmp_path / "elsewhere", files=True)
    assert [each.stat().st_mtime_ns for each in blobs[1:]] == times[1:]
    assert first.missing == ()
    assert len(second.missing) <= 1
    assert backups(settings, tmp_path / "elsewhere")[0].path == second.path


def test_a_restore_needs_everyone_else_gone(store, settings):
    """A server, and any script; nothing is changed then."""
    filled(store, 1)
    made = back_up(store, settings)
    with pytest.raises(DataFolderInUse, match="Nothing was changed"):
        restore(settings, made.path)
    assert len(store.runs().items) == 1
    store.close()
    with ServerLock(settings.db_path), pytest.raises(DataFolderInUse):
        restore(settings, made.path)
    assert restore(settings, made.path).runs == 1


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_what_isnt_a_whole_backup_is_refused_and_nothing_changed(store, settings, tmp_path, content):
    """The database that is there stays."""
    filled(store, 1)
    store.close()
    bad = tmp_path / "bad.db"
    bad.write_bytes(content)
    before = settings.db_path.read_bytes()
    with pytest.raises(DatabaseDamaged):
        restore(settings, bad)
    assert settings.db_path.read_bytes() == before
    with Store(settings) as again:
        assert len(again.runs().items) == 1


@pytest.mark.parametrize("script", ["PRAGMA application_id = 7", "PRAGMA user_version = 999"])
def test_a_database_that_isnt_ours_or_is_newer_is_refused(store, settings, script):
    """By its own word."""
    made = back_up(store, settings)
    store.close()
    conn = sqlite3.connect(made.path)
    conn.execute(script)
    conn.close()
    with pytest.raises(DatabaseUnusable, match=r"another program|newer"):
        restore(settings, made.path)


RESTORING = """
import sys
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.store import restore
restore(Settings(home=Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "point",
    ["restore.after_copy", "restore.after_move", "restore.after_rename", "restore.after_files", "restore.after_strays"],
)
def test_a_restore_that_is_killed_can_be_done_again_and_loses_nothing(settings, monkeypatch, point):
    """Until then the folder isn't taken for an empty one."""
    import os

    with Store(settings) as store:
        filled(store, 2)
        made = back_up(store, settings)
        later = Story(store).ended()
    environment = {**os.environ, "PIXIE_FAULT": f"{point}:kill"}
    done = subprocess.run(
        [sys.executable, "-c", RESTORING, str(settings.home), str(made.path)], env=environment, capture_output=True
    )
    assert done.returncode == -9, done.stderr
    if point != "restore.after_copy":
        with pytest.raises(DatabaseUnusable, match="pixie restore"):
            Store(settings)
    assert restore(settings, made.path).runs == 2
    with Store(settings) as again:
        assert len(again.runs().items) == 2
    found = list((settings.home / "replaced").rglob("pixie.db"))
    assert any(_holds(path, later) for path in found)


def _holds(path, run_id):
    conn = sqlite3.connect(path)
    try:
        return conn.execute("SELECT count(*) FROM runs WHERE id = ?", (run_id,)).fetchone() == (1,)
    finally:
        conn.close()


def test_what_a_backup_says_of_itself_is_read_back(store, settings):
    """And what isn't one is passed over."""
    filled(store, 1)
    made = back_up(store, settings)
    folder = settings.home / "backups"
    (folder / "notes.json").write_text("[]")
    (folder / "half.json").write_text("{")
    (folder / "gone.json").write_text(made.path.with_suffix(".json").read_text())
    assert backups(settings) == (made,)
    assert json.loads(made.path.with_suffix(".json").read_text())["runs"] == 1
    assert backups(Settings(home=settings.home / "other")) == ()


def test_while_a_restore_is_under_way_nobody_else_opens_the_folder(store, settings):
    """They are told who is at it, and that it isn't theirs to do again."""
    filled(store, 1)
    made = back_up(store, settings)
    store.close()
    script = (
        "import sys\nfrom pathlib import Path\nfrom pixie_core.store.locks import mark_restoring\n"
        "mark_restoring(Path(sys.argv[1]), Path(sys.argv[2]))\nprint('marked', flush=True)\nsys.stdin.read()\n"
    )
    arguments = [sys.executable, "-c", script, str(settings.db_path), str(made.path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "marked\n"
        with pytest.raises(DataFolderInUse, match=f"process {other.pid}"):
            Store(settings)
        other.kill()
    with pytest.raises(DatabaseUnusable, match=f"pixie restore {made.path}"):
        Store(settings)
    assert restore(settings, made.path).runs == 1
    Store(settings).close()


BACKING_UP = """
import sys
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.store import Store, back_up
settings = Settings(home=Path(sys.argv[1]))
with Store(settings) as store:
    back_up(store, settings, files=True)
"""


def test_what_a_killed_backup_left_goes_at_the_next_opening_and_a_living_ones_stays(settings):
    """Its copy of the database, and what it had written beside it."""
    import os

    from pixie_core.store.leftovers import temporary

    with Store(settings) as store:
        filled(store, 1)
    environment = {**os.environ, "PIXIE_FAULT": "backup.before_rename:kill"}
    subprocess.run([sys.executable, "-c", BACKING_UP, str(settings.home)], env=environment)
    folder = settings.home / "backups"
    assert sorted(path.suffix for path in folder.iterdir() if path.is_file()) == [".json", ".sha256", ".tmp"]
    living = temporary(folder / "pixie-of-a-living-one.db")
    living.write_bytes(b"x")
    Store(settings).close()
    assert [path for path in folder.iterdir() if path.is_file()] == [living]
    with Store(settings) as store:
        assert back_up(store, settings, files=True).missing == ()
