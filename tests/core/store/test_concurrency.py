"""Many threads and several processes write at once: no row is lost, and nobody is told that the database is locked."""

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pixie_core.errors import DataFolderBusy, DataFolderError, DiskFull
from pixie_core.run.events import Log
from pixie_core.store import Store
from pixie_core.store.locks import FileLock, lock_path


def test_threads_append_to_their_runs_and_nothing_is_lost(store, story):
    """Forty runs at once, read meanwhile by others."""
    runs = [story.begin() for _ in range(40)]
    stop = threading.Event()

    def read():
        while not stop.is_set():
            assert len(store.runs(limit=100).items) == 40
            store.run(runs[0])

    def write(run_id):
        for number in range(25):
            story.say(run_id, f"{number} ")
        story.end(run_id)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(write, runs))
    stop.set()
    for reader in readers:
        reader.join()
    expected = "".join(f"{number} " for number in range(25))
    for run_id in runs:
        assert store.run(run_id).values() == {"words": expected}
        assert [each.seq for each in store.events(run_id)] == list(range(1, 28))


WRITES = """
import sys, uuid
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.run.events import Finished, Log, Started
from pixie_core.run.events import Log
from pixie_core.store import Store
for _ in range(5):
    with Store(Settings(home=Path(sys.argv[1]))) as store:
        for _ in range(int(sys.argv[2])):
            run_id = str(uuid.uuid4())
            store.create_run(run_id=run_id, tool_id=sys.argv[3], inputs={}, origin="script", events=[Started(inputs={}, fingerprint={})])
            store.append(run_id, [Log(text="a"), Finished(status="ok")])
            print(run_id, flush=True)
"""


@pytest.mark.case("F14.two")
def test_processes_write_at_once_and_every_acknowledged_run_is_there(store, story, settings):
    """Each opens and closes its connection again and again beside the others, which checkpoints."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITES, str(settings.home), "20", f"tool-{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    own = [story.ended(tool_id="own") for _ in range(100)]
    acknowledged = set(own)
    for child in children:
        out, err = child.communicate(timeout=90)
        assert (child.returncode, err) == (0, "")
        acknowledged.update(out.split())
    assert len(acknowledged) == 300
    kept = store.read(lambda conn: {row[0] for row in conn.execute("SELECT id FROM runs WHERE status = 'ok'")})
    assert kept == acknowledged
    assert store.read(lambda conn: conn.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
    assert store.read(lambda conn: conn.execute("SELECT count(*) FROM run_events").fetchone()[0]) == 100 * 2 + 200 * 3


def test_a_writer_that_never_pauses_doesnt_starve_another_process(store, story, settings):
    """While one writes without a break, each write of another comes through within a second."""
    run_id = story.begin()
    stop = threading.Event()

    def write():
        while not stop.is_set():
            story.say(run_id, "x")

    busy = [threading.Thread(target=write) for _ in range(4)]
    for thread in busy:
        thread.start()
    try:
        script = WRITES.replace("print(run_id, flush=True)", "")
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", script, str(settings.home), "4", "other"], check=True, timeout=60)
        taken = time.perf_counter() - started
    finally:
        stop.set()
        for thread in busy:
            thread.join()
    assert taken < 20
    assert len(store.runs(limit=100).items) == 21


def test_writes_give_up_after_some_seconds_when_somebody_holds_the_lock(store, story, settings, monkeypatch):
    """They say so, record nothing, and go on once the lock is free."""
    monkeypatch.setattr("pixie_core.store.writer._PATIENCE_SECONDS", 0.3)
    run_id = story.begin()
    other = FileLock(lock_path(settings.db_path, "write"))
    other.take()
    with pytest.raises(DataFolderBusy, match="Nothing was"):
        story.say(run_id, "lost")
    assert store.run(run_id).seq == 1  # reads go on
    other.close()
    story.say(run_id, "kept")
    assert store.run(run_id).values() == {"words": "kept"}


@pytest.mark.case("F7.busy")
def test_a_program_that_locks_the_database_itself_makes_writes_busy(store, story, settings, monkeypatch):
    """The sqlite3 program, say, left in a transaction: Pixie waits, then says so, and recovers."""
    run_id = story.begin()
    store.write(lambda conn: None)
    stranger = sqlite3.connect(settings.db_path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(DataFolderBusy):
        story.say(run_id, "lost")
    stranger.execute("ROLLBACK")
    stranger.close()
    story.say(run_id, "kept")
    assert store.run(run_id).values() == {"words": "kept"}


def test_waiting_writes_are_committed_together(store, story, settings):
    """A hundred that wait for the lock cost a few commits, not a hundred."""
    runs = [story.begin() for _ in range(100)]
    other = FileLock(lock_path(settings.db_path, "write"))
    other.take()
    commits = []
    store.subscribe(lambda run_id, records: commits.append(records[0].at))
    with ThreadPoolExecutor(100) as pool:
        futures = [pool.submit(story.say, run_id, "x") for run_id in runs]
        deadline = time.monotonic() + 5
        while len(store._access._writer._waiting) < 100 and time.monotonic() < deadline:
            time.sleep(0.01)
        wal = settings.db_path.with_name("pixie.db-wal")
        before = wal.stat().st_size
        other.close()
        for future in futures:
            future.result()
    assert len(commits) == 100
    # One page of log each for the table and its index would be 100 * 2 * 4 KiB and more.
    assert wal.stat().st_size - before < 100 * 4096


def test_a_full_database_refuses_what_doesnt_fit_and_goes_on(store, story):
    """Nothing half-written is kept, those that wait beside are answered, and space that comes back is used."""
    runs = [story.begin() for _ in range(6)]
    (pages,) = store.write(lambda conn: conn.execute("PRAGMA page_count").fetchone())
    store.write(lambda conn: conn.execute(f"PRAGMA max_page_count = {pages + 10}").fetchone())

    def say(run_id):
        try:
            story.say(run_id, "x" * 200_000)
        except DiskFull as error:
            return str(error)
        return "said"

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(say, runs))
    assert len(answers) == 1
    assert "There is no room left" in answers.pop()
    assert {store.run(run_id).seq for run_id in runs} == {1}
    store.write(lambda conn: conn.execute("PRAGMA max_page_count = 1000000").fetchone())
    for run_id in runs:
        story.say(run_id, "x" * 200_000)
        assert len(store.run(run_id).values()["words"]) == 200_000


def test_the_write_ahead_log_stays_short_though_somebody_always_reads(store, story, settings):
    """Readers that overlap keep SQLite from starting it anew by itself."""
    run_id = story.begin()
    stop = threading.Event()

    def read():
        while not stop.is_set():
            store.events(run_id, limit=100)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    longest = 0
    log = settings.db_path.with_name("pixie.db-wal")
    try:
        for _ in range(150):
            store.append(run_id, [Log(text="x" * 100_000)] * 8)
            longest = max(longest, log.stat().st_size)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert longest < 64 << 20
    assert len(store.events(run_id)) == 1201


def test_a_closed_store_says_that_it_is_closed(settings):
    """Whatever it is asked."""
    store = Store(settings)
    store.close()
    store.close()
    with pytest.raises(DataFolderError, match="closed"):
        store.runs()
    with pytest.raises(DataFolderError, match="closed"):
        store.write(lambda conn: None)


def test_opening_and_closing_leaves_no_file_descriptor(settings):
    """Nor a thread."""
    Store(settings).close()
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for _ in range(5):
        Store(settings).close()
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before


def test_only_sqlite_opens_the_database_and_writes_are_on_the_disk(store, story):
    """The pragmas that all this rests on, as the writing and the reading connection see them."""

    def pragmas(conn):
        names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "trusted_schema", "auto_vacuum")
        return [conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert store.write(pragmas) == ["wal", 2, 1, 1, 0, 2]
    assert store.read(lambda conn: conn.execute("PRAGMA query_only").fetchone()[0]) == 1
    with pytest.raises(DataFolderError, match="readonly"):
        store.read(lambda conn: conn.execute("DELETE FROM runs"))
