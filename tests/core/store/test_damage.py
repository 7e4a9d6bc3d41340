"""A database that is damaged is left as it is and copied aside; one that can't be written is read."""

import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from pixie_core.clock import system_clock
from pixie_core.errors import DatabaseDamaged, DatabaseUnusable, DataFolderReadOnly
from pixie_core.store import Store, back_up, restore
from pixie_core.store.connections import open_frozen
from pixie_core.store.migrations import quick_check
from tests.core.store.conftest import Story


def spoil(path):
    """Flip bytes in the middle of every page but the first."""
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 12] = b"\xa5" * 12
    path.write_bytes(content)
    return bytes(content)


class Endless:
    """A connection to a database so large that no check of it ends, until it is interrupted; then it fails as SQLite
    does, or says what it takes for damage: `found`.
    """

    def __init__(self, found=None):
        self._found = found
        self._interrupted = threading.Event()

    def execute(self, statement):
        assert self._interrupted.wait(20), "nobody interrupted it"
        if self._found is not None:
            return self._found
        error = sqlite3.OperationalError("interrupted")
        error.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
        raise error

    def interrupt(self):
        self._interrupted.set()


@pytest.mark.parametrize("found", [None, [("Page 5 is never used",)]])
def test_the_check_of_a_large_database_ends_in_its_time(tmp_path, found):
    """From another thread: within a tree of pages SQLite asks nobody. What it had found by then is no finding."""
    assert quick_check(Endless(found), tmp_path / "pixie.db", seconds=0.01) is False


def test_a_check_that_ends_in_time_leaves_the_connection_as_it_was(settings):
    """Whole is whole, and nothing is interrupted afterwards."""
    with Store(settings):
        pass
    conn = sqlite3.connect(settings.db_path)
    assert quick_check(conn, settings.db_path, seconds=60) is True
    assert quick_check(conn, settings.db_path, seconds=None) is True
    assert conn.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    conn.close()


@pytest.mark.case("F8.damage")
def test_damage_is_told_with_a_copy_and_the_way_back(settings):
    """The last backup is named; the copy is made once; nothing is written over the damaged file."""
    with Store(settings) as store:
        for _ in range(50):
            Story(store).ended(inputs={"text": "x" * 500})
        made = back_up(store, settings)
    damaged = spoil(settings.db_path)
    for _ in range(2):
        with pytest.raises(DatabaseDamaged, match=f"pixie restore {made.path}") as caught:
            Store(settings)
        assert settings.db_path.read_bytes() == damaged
    (aside,) = (settings.home / "damaged").iterdir()
    assert str(aside) in str(caught.value)
    assert (aside / "pixie.db").read_bytes() == damaged
    assert restore(settings, made.path).runs == 50
    with Store(settings) as store:
        assert len(store.runs(limit=100).items) == 50


@pytest.mark.parametrize("content", [b"random" * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_without_a_backup_that_is_said(settings, content):
    """And another way is named."""
    settings.home.mkdir()
    settings.db_path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match="There is no backup"):
        Store(settings)
    assert settings.db_path.read_bytes() == content


def test_a_log_that_was_cut_or_lost_never_empties_the_database(settings, tmp_path):
    """What is in the database itself is there."""
    script = (
        "import os, sys, uuid\nfrom pathlib import Path\nfrom pixie_core.config import Settings\n"
        "from pixie_core.store import Store\nhome = Path(sys.argv[1])\n"
        "with Store(Settings(home=home)) as store: store.create_run(run_id=str(uuid.uuid4()), tool_id='t', inputs={}, origin='api')\n"
        "store = Store(Settings(home=home))\n"
        "for _ in range(20): store.create_run(run_id=str(uuid.uuid4()), tool_id='t', inputs={}, origin='api')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(settings.home)], timeout=60)
    log = settings.home / "pixie.db-wal"
    whole = log.read_bytes()
    log.write_bytes(whole[: len(whole) // 2])
    with Store(settings) as store:
        assert 1 <= len(store.runs(limit=100).items) <= 21


# F8: whatever is done to the three files, nothing is written over them, and nothing that is there is taken for other


def filled(settings):
    """A closed database whose rows span several pages, and what they say."""
    with Store(settings) as store:
        for number in range(50):
            Story(store).ended(inputs={"text": f"{number} " + "x" * 500})
    return rows(settings)


def rows(settings):
    """What the runs' rows say, by plain SQL."""
    conn = sqlite3.connect(settings.db_path)
    try:
        return conn.execute("SELECT id, tool_id, inputs_json, status, label FROM runs ORDER BY id").fetchall()
    finally:
        conn.close()


def opened(settings):
    """What an opening finds, or None when it is refused; a refusal leaves the file as it was."""
    before = settings.db_path.read_bytes()
    try:
        Store(settings).close()
    except DatabaseUnusable:
        assert settings.db_path.read_bytes() == before
        return None
    return rows(settings)


@pytest.mark.case("F8.damage")
def test_a_bit_that_flipped_in_the_header_is_refused_or_does_no_harm(settings):
    """Any byte of the first hundred: the rows are as they were, or the database is refused and left as it is."""
    before = filled(settings)
    whole = settings.db_path.read_bytes()
    outcomes = set()
    for place in range(100):
        settings.db_path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x04]) + whole[place + 1 :])
        found = opened(settings)
        outcomes.add("refused" if found is None else "harmless" if found == before else f"lost at {place}")
        for each in ("-wal", "-shm"):
            settings.db_path.with_name(f"pixie.db{each}").unlink(missing_ok=True)
    assert outcomes == {"refused", "harmless"}


@pytest.mark.case("F8.damage")
@pytest.mark.parametrize("keep", [0.99, 0.5, 0.1])
def test_a_truncated_database_is_refused_and_copied_aside(settings, keep):
    """With the way back."""
    filled(settings)
    with Store(settings) as store:
        made = back_up(store, settings)
    whole = settings.db_path.read_bytes()
    cut = whole[: int(len(whole) * keep)]
    settings.db_path.write_bytes(cut)
    with pytest.raises(DatabaseDamaged, match=f"pixie restore {made.path}"):
        Store(settings)
    assert settings.db_path.read_bytes() == cut
    (aside,) = (settings.home / "damaged").iterdir()
    assert (aside / "pixie.db").read_bytes() == cut


def killed_writer(settings, runs=20):
    """A database whose newest rows stand in its log alone, since its writer was killed."""
    script = (
        "import os, sys, uuid\nfrom pathlib import Path\nfrom pixie_core.config import Settings\n"
        "from pixie_core.store import Store\nstore = Store(Settings(home=Path(sys.argv[1])))\n"
        "for _ in range(int(sys.argv[2])): store.create_run(run_id=str(uuid.uuid4()), tool_id='t', inputs={}, origin='api')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(settings.home), str(runs)], timeout=60)


@pytest.mark.case("F8.damage")
@pytest.mark.parametrize("what", ["deleted", "zeros", "cut", "random"])
def test_an_index_of_the_log_that_is_lost_or_wrong_is_made_anew(settings, what):
    """Pixie.db-shm holds nothing of its own: every committed row is there."""
    before = filled(settings)
    killed_writer(settings)
    index = settings.home / "pixie.db-shm"
    content = index.read_bytes()
    index.unlink()
    if what != "deleted":
        index.write_bytes(
            {"zeros": bytes(len(content)), "cut": content[:100], "random": os.urandom(len(content))}[what]
        )
    with Store(settings) as store:
        assert len(store.runs(limit=100).items) == len(before) + 20


@pytest.mark.case("F8.damage")
@pytest.mark.parametrize("what", ["deleted", "flipped", "random", "zero-length"])
def test_a_log_that_is_lost_or_wrong_leaves_what_the_database_holds(settings, what):
    """What had got into the database is whole; nothing of the log is taken that isn't what was written."""
    before = filled(settings)
    killed_writer(settings)
    log = settings.home / "pixie.db-wal"
    content = bytearray(log.read_bytes())
    log.unlink()
    if what == "flipped":
        content[len(content) // 2] ^= 1
        log.write_bytes(content)
    elif what == "random":
        log.write_bytes(os.urandom(len(content)))
    elif what == "zero-length":
        log.write_bytes(b"")
    with Store(settings) as store:
        assert store.read(lambda conn: conn.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
        found = {each.id for each in store.runs(limit=100).items}
        assert {row[0] for row in before} <= found
        assert len(found) <= len(before) + 20
    assert [row for row in rows(settings) if row[0] in {each[0] for each in before}] == before


@pytest.mark.case("F8.damage")
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "gone"])
def test_a_log_without_its_database_is_not_overwritten(settings, empty):
    """SQLite would delete it, and begin an empty database."""
    filled(settings)
    killed_writer(settings)
    log = settings.home / "pixie.db-wal"
    content = log.read_bytes()
    settings.db_path.unlink()
    if empty:
        settings.db_path.touch()
    with pytest.raises(DatabaseUnusable, match="its log"):
        Store(settings)
    assert log.read_bytes() == content
    assert settings.db_path.exists() is empty


UNPRIVILEGED = """
import os, sys, threading
from pathlib import Path
home = Path(sys.argv[1])
import pixie_core.store, pixie_core.store.fsck, pixie_core.run.events, pixie_core.testing.clock, sqlite_utils, uuid, json
from pixie_core.config import Settings
from pixie_core.errors import DataFolderReadOnly, RunNotFound
from pixie_core.store import Store, ServerLock, RunFilter, fsck
from pixie_core.testing.clock import FakeClock
os.setgroups([]); os.setgid(65534); os.setuid(65534)
clock = FakeClock()
with ServerLock(home / "pixie.db"), Store(Settings(home=home), clock=clock) as store:
    assert store.read_only and "can only be read" in store.read_only, store.read_only
    assert store.notices == (store.read_only,)
    (run,) = store.runs(RunFilter(q="needle")).items
    assert store.run(run.id[:8]).inputs == {"note": "needle"}
    assert list(store.follow(run.id))
    for attempt in (
        lambda: store.create_run(run_id=str(uuid.uuid4()), tool_id="t", inputs={}, origin="api"),
        lambda: store.set_star(run.id, True),
        lambda: store.deletions.delete_run(run.id),
        store.checkpoint,
    ):
        try:
            attempt()
        except DataFolderReadOnly as error:
            assert "Nothing was recorded" in str(error)
        else:
            raise AssertionError("it was written")
    print("only read", flush=True)
    sys.stdin.readline()
    clock.advance(6)
    store.set_star(run.id, True)
    assert store.read_only is None and store.notices == ()
    assert store.run(run.id).starred
    assert [each.id for each in store.runs(RunFilter(starred=True)).items] == [run.id]
    print("written", flush=True)
print("closed", flush=True)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not write")
@pytest.mark.parametrize("locks", [True, False], ids=["with lock files", "without"])
def test_a_folder_that_cant_be_written_is_read_and_taken_over_once_it_can(settings, tmp_path, locks):
    """A server starts on it, with a notice; writes are refused until they can be done."""
    with Store(settings) as store:
        Story(store).ended(inputs={"note": "needle"})
    for path in (*settings.home.rglob("*"), settings.home):
        os.chown(path, 65534, 65534)
        path.chmod(0o555 if path.is_dir() else 0o444)
    if not locks:
        for path in settings.home.glob("*.lock"):
            path.unlink()
    above = settings.home
    while above != above.parent:
        above = above.parent
        if above.stat().st_uid == 0 and above.stat().st_mode & 0o777 == 0o700:
            above.chmod(0o711)
    with subprocess.Popen(
        [sys.executable, "-c", UNPRIVILEGED, str(settings.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout.readline() == "only read\n"
        for path in (*settings.home.rglob("*"), settings.home):
            path.chmod(0o755 if path.is_dir() else 0o644)
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "written\n"
        assert child.stdout.readline() == "closed\n"
    assert child.returncode == 0
    with Store(settings) as store:
        assert store.runs().items[0].starred


def test_commits_that_stand_in_the_log_alone_are_not_passed_over(store, story, settings, tmp_path):
    """Reading without them would show a state that never was."""
    run_id = story.ended()
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("pixie.db", "pixie.db-wal"):
        (copy / name).write_bytes((settings.home / name).read_bytes())
    conn = open_frozen(copy / "pixie.db")
    try:
        assert conn.execute("SELECT count(*) FROM runs WHERE id = ?", (run_id,)).fetchone()[0] == 1
    finally:
        conn.close()


def test_a_database_that_must_be_migrated_isnt_read_as_it_is(settings, monkeypatch):
    """Its shape isn't today's."""
    from pixie_core.store import access
    from pixie_core.store.access import Access

    with Store(settings) as store:
        store.write(lambda conn: conn.execute("PRAGMA user_version=1"))

    def refused(path):
        raise access.DataFolderError(f"{path} can't be opened for locking.")

    monkeypatch.setattr(access, "FileLock", refused)
    with pytest.raises(DataFolderReadOnly, match="must be migrated"):
        Access(settings.db_path, system_clock)


def test_a_folder_without_a_database_that_cant_be_written_is_refused(settings, monkeypatch):
    """There is nothing to read."""
    from pixie_core.errors import DataFolderError
    from pixie_core.store import access

    def refused(path):
        raise DataFolderError(f"{path} can't be opened for locking.")

    monkeypatch.setattr(access, "FileLock", refused)
    with pytest.raises(DataFolderError, match="locking"):
        Store(settings)
