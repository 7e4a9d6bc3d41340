"""A database of before the event log is opened in place: migrated after a backup, its rows kept as they are."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest

from pixie_core.errors import DatabaseUnusable, DataFolderInUse
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.run.events import Finished
from pixie_core.store import RunFilter, Store

SHAPE = """
CREATE TABLE runs (id TEXT PRIMARY KEY, tool_id TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
    inputs_json TEXT NOT NULL, outputs_json TEXT, error_text TEXT, status TEXT NOT NULL, starred INTEGER DEFAULT 0,
    label TEXT, total_artefact_bytes INTEGER DEFAULT 0, meta_json TEXT);
CREATE TABLE artefacts (id INTEGER PRIMARY KEY, run_id TEXT, tool_id TEXT, output_key TEXT, rel_path TEXT,
    filename TEXT, mime TEXT, size_bytes INTEGER, sha256 TEXT, created_at TEXT, starred INTEGER DEFAULT 0, label TEXT,
    tags TEXT, thumb_path TEXT, deleted_at TEXT);
CREATE TABLE tool_state (tool_id TEXT PRIMARY KEY, discovery_hash TEXT, last_inputs_json TEXT, favourited INTEGER,
    sort_order INTEGER, overrides_json TEXT, archived INTEGER, archived_at TEXT, pinned INTEGER, pinned_at TEXT,
    default_warm_keep_seconds INTEGER, sort_order_in_workspace_json TEXT, run_count_total INTEGER);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT);
INSERT INTO runs VALUES
    ('11111111-1111-4111-8111-111111111111', 'pie', '2024-01-01T10:00:00.000000+00:00',
     '2024-01-01T10:00:02.000000+00:00', '{"run_id": "11111111-1111-4111-8111-111111111111", "inputs": {"n": 3}}',
     '{"chart": {"slices": []}}', NULL, 'ok', 1, 'first', 5, '{"python": "3.10"}'),
    ('22222222-2222-4222-8222-222222222222', 'chat', '2024-01-02T10:00:00.000000+00:00',
     '2024-01-02T10:00:02.000000+00:00', '{"prompt": "hi"}', '{}', NULL, 'ok', 0, NULL, 0, NULL),
    ('33333333-3333-4333-8333-333333333333', 'pie', '2024-01-03T10:00:00.000000+00:00',
     '2024-01-03T10:00:02.000000+00:00', '{"n": 4}', NULL, NULL, 'ok', 0, NULL, 0, '{"outputs_oversize": true}'),
    ('44444444-4444-4444-8444-444444444444', 'pie', '2024-01-04T10:00:00.000000+00:00', NULL, '{"n": 5}', NULL, NULL,
     'running', 0, NULL, 0, NULL);
INSERT INTO artefacts VALUES (1, '11111111-1111-4111-8111-111111111111', 'pie', 'chart',
    'pie/11111111-1111-4111-8111-111111111111/pie.txt', 'pie.txt', 'text/plain', 5, 'abc', '2024-01-01', 0, NULL,
    'red, round', NULL, NULL);
INSERT INTO tool_state (tool_id, discovery_hash, pinned_at, run_count_total) VALUES ('pie', 'h', '2024', 7);
INSERT INTO settings VALUES ('export_destinations', '{"notes": {"folder": "/tmp"}}');
"""


@pytest.fixture
def older(settings):
    """A data folder with a database of that time."""
    settings.home.mkdir()
    conn = sqlite3.connect(settings.db_path)
    conn.executescript(SHAPE)
    conn.close()
    file = settings.artefacts_root / "pie/11111111-1111-4111-8111-111111111111/pie.txt"
    file.parent.mkdir(parents=True)
    file.write_text("bytes")
    return settings


def rows(settings, columns="*"):
    conn = sqlite3.connect(settings.db_path)
    try:
        return conn.execute(f"SELECT {columns} FROM runs ORDER BY id").fetchall()
    finally:
        conn.close()


def test_runs_of_that_time_are_read_in_todays_shape(older):
    """Inputs are unwrapped; outputs that weren't kept are none."""
    with Store(older) as store:
        first, streamed, oversize = (store.run(start * 8) for start in "123")
        assert first.inputs == {"n": 3}
        assert first.values() == {"chart": {"slices": []}}
        assert (first.status, first.starred, first.label) == ("ok", True, "first")
        assert first.started_at == "2024-01-01T10:00:00.000000+00:00"
        assert [each.filename for each in first.artefacts] == ["pie.txt"]
        assert (streamed.inputs, streamed.values()) == ({"prompt": "hi"}, {})
        assert (oversize.inputs, oversize.values()) == ({"n": 4}, {})
        assert store.events("1" * 8) == []
        assert list(store.follow("1" * 8)) == []
        assert store.artefact(1).tags == ("red", "round")
        with store.open_artefact(1) as file:
            assert file.read() == b"bytes"
        assert [each.id[:1] for each in store.runs().items] == ["4", "3", "2", "1"]
        assert [each.inputs for each in store.runs(RunFilter(tool_id="pie", starred=True)).items] == [{"n": 3}]


UNREADABLE = [
    ("inputs_json", '{"n": NaN, "text": "half \\ud83d of it"}', "ok", {"n": None, "text": "half \ufffd of it"}, {}),
    ("inputs_json", "no JSON at all", "ok", {"value": "no JSON at all"}, {}),
    ("inputs_json", "[" * 100_000, "ok", {"value": "[" * 100_000}, {}),
    ("outputs_json", '{"energy": Infinity, "other": 1}', "ok", {"prompt": "hi"}, {"energy": None, "other": 1}),
    ("outputs_json", '{"energy": 1', "ok", {"prompt": "hi"}, {}),
    ("meta_json", "[1]", "ok", {"prompt": "hi"}, {}),
    ("meta_json", "{", "ok", {"prompt": "hi"}, {}),
    ("status", "paused", "interrupted", {"prompt": "hi"}, {}),
    ("status", "", "interrupted", {"prompt": "hi"}, {}),
]


@pytest.mark.parametrize(("column", "text", "status", "inputs", "values"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cant_be_read_of_a_row_keeps_nobody_from_the_others(older, column, text, status, inputs, values):
    """It was written by an older Pixie, or by hand: it is shown as far as it goes, and stays as it is."""
    conn = sqlite3.connect(older.db_path)
    conn.execute(f"UPDATE runs SET {column} = ? WHERE tool_id = 'chat'", (text,))
    conn.commit()
    conn.close()
    before = rows(older, column)
    with Store(older) as store:
        listed = store.runs()
        assert [each.id[:1] for each in listed.items] == ["4", "3", "2", "1"]
        assert (listed.items[2].status, listed.items[2].inputs) == (status, inputs)
        run = store.run("2" * 8)
        assert (run.status, run.inputs, run.values()) == (status, inputs, values)
        json.dumps([run.inputs, run.values()], allow_nan=False).encode()
        assert [each.id[:1] for each in store.runs(RunFilter(q="n=4")).items] == ["3"]
    assert rows(older, column) == before


@pytest.mark.parametrize("text", [None, "", "{", "[]", "NaN"])
def test_a_report_that_cant_be_read_is_none(older, text):
    """Its verdict, which has a column of its own, is still told; a tool of another name takes it along."""
    with Store(older) as store:
        insert = "INSERT INTO validation_reports VALUES ('pie', '2024-01-01', 'pass', ?)"
        store.write(lambda conn: conn.execute(insert, (text,)))
        assert store.validations.latest("pie") is None
        store.moving.state("pie", "cake")
        assert store.validations.latest_of_all()["cake"].overall == "pass"
        assert store.validations.latest("cake") is None


def test_the_rows_are_kept_as_they_are(older):
    """Every column of that time, byte for byte, those that Pixie no longer uses too."""
    names = "id, tool_id, started_at, finished_at, inputs_json, outputs_json, status, starred, label, meta_json"
    before = rows(older, names)
    with Store(older) as store:
        state = store.read(lambda conn: dict(conn.execute("SELECT * FROM tool_state").fetchone()))
        setting = store.read(lambda conn: conn.execute("SELECT value FROM settings").fetchone()[0])
    assert rows(older, names) == before
    assert (state["discovery_hash"], state["pinned_at"], state["run_count_total"]) == ("h", "2024", 7)
    assert state["colour"] is None
    assert json.loads(setting) == {"notes": {"folder": "/tmp"}}


def test_a_backup_is_made_first_and_once(older):
    """It is the database as it was, whole."""
    before = rows(older)
    with Store(older):
        pass
    with Store(older):
        pass
    (backup,) = (older.home / "backups").iterdir()
    conn = sqlite3.connect(backup)
    assert conn.execute("SELECT * FROM runs ORDER BY id").fetchall() == before
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    conn.close()


def test_a_new_database_needs_no_backup(settings):
    """There is nothing to keep."""
    with Store(settings):
        pass
    assert not (settings.home / "backups").exists()


def test_a_migration_is_all_or_nothing(older):
    """When it fails at its end the database is as it was, and the next start migrates it."""
    before = rows(older)
    arm("migrate.before_commit:error")
    try:
        with pytest.raises(FaultInjected):
            Store(older)
    finally:
        disarm()
    assert rows(older) == before
    with Store(older) as store:
        assert len(store.runs().items) == 4


def test_a_migration_that_is_killed_has_changed_nothing(older):
    """The same by the kernel's hand."""
    before = rows(older)
    script = (
        "import sys\nfrom pathlib import Path\nfrom pixie_core.config import Settings\n"
        "from pixie_core.store import Store\nStore(Settings(home=Path(sys.argv[1])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(older.home)],
        env={**os.environ, "PIXIE_FAULT": "migrate.before_commit:kill"},
        check=False,
        timeout=30,
    )
    assert done.returncode == -9
    assert rows(older) == before
    with Store(older) as store:
        assert len(store.runs().items) == 4


def test_a_migration_needs_everybody_else_gone(older):
    """Another process that has the database open would see its tables change."""
    from pixie_core.store.locks import FileLock, lock_path

    other = FileLock(lock_path(older.db_path, "open"))
    other.take(shared=True)
    with pytest.raises(DataFolderInUse, match="migrated"):
        Store(older)
    assert len(rows(older)[0]) == 12
    other.close()
    Store(older).close()


def test_a_run_that_was_left_running_can_be_interrupted(older):
    """It has no owner and no events; what its row holds stays."""
    with Store(older) as store:
        (left,) = store.running()
        assert (left.id[:1], left.owner) == ("4", None)
        assert store.interrupt(left.id, "the server ended") is True
        run = store.run(left.id)
        assert (run.status, run.error, run.inputs) == ("interrupted", "the server ended", {"n": 5})
        assert store.interrupt(left.id, "again") is False
        assert isinstance(store.events(left.id)[-1].event, Finished)


def test_an_old_run_asked_for_again_is_known(older):
    """Its wrapped inputs are compared as what they mean."""
    with Store(older) as store:
        again = store.create_run(
            run_id="11111111-1111-4111-8111-111111111111", tool_id="pie", inputs={"n": 3}, origin="api"
        )
        assert not again.new


def test_an_old_database_can_be_vacuumed_bit_by_bit_from_now_on(older):
    """auto_vacuum can't be turned on without a VACUUM, which migration does."""
    with Store(older) as store:
        assert store.read(lambda conn: conn.execute("PRAGMA auto_vacuum").fetchone()[0]) == 2


def test_an_old_and_a_new_database_have_the_same_columns(older, tmp_path):
    """But for those that an old one has beside; so that one set of statements serves both."""
    from pixie_core.config import Settings

    def shape(settings):
        with Store(settings) as store:
            return store.read(
                lambda conn: {
                    table: {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}
                    for (table,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                }
            )

    old, new = shape(older), shape(Settings(home=tmp_path / "new"))
    # AUTOINCREMENT, which a table can only be born with, brings a table of SQLite's own.
    new.pop("sqlite_sequence")
    assert old.keys() == new.keys()
    assert {table for table in new if new[table] - old[table]} == set()
    assert {table for table in new if old[table] - new[table]} == {"tool_state"}


def test_a_database_of_a_newer_pixie_is_left_alone(settings):
    """Nothing in it is touched."""
    Store(settings).close()
    conn = sqlite3.connect(settings.db_path)
    conn.execute("PRAGMA user_version = 99")
    conn.close()
    before = settings.db_path.read_bytes()
    with pytest.raises(DatabaseUnusable, match="newer Pixie"):
        Store(settings)
    assert settings.db_path.read_bytes() == before
