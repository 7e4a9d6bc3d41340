"""Opening a data folder: what is refused, why, and that nothing was changed then."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pixie_core.config import Settings
from pixie_core.errors import DatabaseUnusable, DataFolderError, DataFolderInUse
from pixie_core.store import ServerLock, Store


def test_an_empty_folder_becomes_a_data_folder(tmp_path):
    """Folders above it too."""
    settings = Settings(home=tmp_path / "a" / "b ä?#%")
    with Store(settings) as store:
        assert store.runs().items == ()
        assert store.notices == ()
    assert settings.db_path.is_file()


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_database_is_refused_and_left_as_it_is(settings, content):
    """An error that says where backups are, and no new database over the old one."""
    settings.home.mkdir()
    settings.db_path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match="damaged"):
        Store(settings)
    assert settings.db_path.read_bytes() == content


def test_damage_within_is_found_at_opening(settings, tmp_path):
    """Bytes that flipped in the middle of a table."""
    from tests.core.store.conftest import Story

    with Store(settings) as store:
        for _ in range(50):
            Story(store).ended(inputs={"text": "x" * 500})
    content = bytearray(settings.db_path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 12] = b"\xa5" * 12
    settings.db_path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match="damaged"):
        Store(settings)
    assert settings.db_path.read_bytes() == content


def test_an_empty_file_where_a_database_was_isnt_a_new_start(settings):
    """With backups beside it, a database was there; without, a first start was cut off."""
    settings.home.mkdir()
    settings.db_path.touch()
    (settings.home / "backups").mkdir()
    (settings.home / "backups" / "pixie-1.db").write_text("x")
    with pytest.raises(DatabaseUnusable, match="empty"):
        Store(settings)
    assert settings.db_path.stat().st_size == 0
    (settings.home / "backups" / "pixie-1.db").unlink()
    Store(settings).close()


@pytest.mark.parametrize("script", ["PRAGMA application_id = 7; CREATE TABLE a (b)", "CREATE TABLE notes (text)"])
def test_another_programs_database_is_refused_and_left_as_it_is(settings, script):
    """Its tables, and its journal mode."""
    settings.home.mkdir()
    conn = sqlite3.connect(settings.db_path)
    conn.executescript(script)
    conn.close()
    before = settings.db_path.read_bytes()
    with pytest.raises(DatabaseUnusable, match="PIXIE_DB_PATH"):
        Store(settings)
    assert settings.db_path.read_bytes() == before


def test_a_folder_that_cant_be_one_says_so(tmp_path):
    """A file in its place."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(DataFolderError, match="data"):
        Store(Settings(home=tmp_path / "data"))


def test_opening_leaves_nothing_open_when_it_fails(settings):
    """Neither a descriptor nor a lock."""
    settings.home.mkdir()
    settings.db_path.write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseUnusable):
        Store(settings)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(DatabaseUnusable):
            Store(settings)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    settings.db_path.unlink()
    Store(settings).close()


def test_what_a_killed_process_had_committed_is_there_at_the_next_opening(settings):
    """The write-ahead log that it left is read."""
    script = (
        "import os, sys, uuid\nfrom pathlib import Path\nfrom pixie_core.config import Settings\n"
        "from pixie_core.store import Store\nstore = Store(Settings(home=Path(sys.argv[1])))\n"
        "store.create_run(run_id=str(uuid.uuid4()), tool_id='t', inputs={}, origin='api')\nos.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(settings.home)], check=False, timeout=30)
    with Store(settings) as store:
        assert len(store.runs().items) == 1


def test_processes_that_start_at_once_on_an_empty_folder_agree(settings):
    """One makes the database; the others wait for it."""
    script = (
        "import sys, uuid\nfrom pathlib import Path\nfrom pixie_core.config import Settings\n"
        "from pixie_core.store import Store\nwith Store(Settings(home=Path(sys.argv[1]))) as store:\n"
        "    store.create_run(run_id=str(uuid.uuid4()), tool_id='t', inputs={}, origin='api')\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", script, str(settings.home)]) for _ in range(4)]
    assert [child.wait(60) for child in children] == [0, 0, 0, 0]
    with Store(settings) as store:
        assert len(store.runs().items) == 4


HOLD = """
import sys
from pathlib import Path
from pixie_core.store import ServerLock
with ServerLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.case("F9.second", "F9.stale")
def test_one_server_has_a_data_folder_and_the_second_learns_whose_it_is(settings):
    """Scripts may still open it; and a server that was killed is no obstacle."""
    arguments = [sys.executable, "-c", HOLD, str(settings.db_path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(DataFolderInUse, match=f"process {first.pid}") as caught:
            ServerLock(settings.db_path)
        assert caught.value.pid == first.pid
        Store(settings).close()
        first.kill()
    with ServerLock(settings.db_path):
        assert str(os.getpid()) in settings.db_path.with_name("pixie.db.server.lock").read_text()
    ServerLock(settings.db_path).close()


@pytest.mark.case("F14.sqlite")
def test_the_database_is_opened_by_sqlite_alone(settings, tmp_path):
    """Nothing of ours opens pixie.db, its log or its index: closing such a descriptor would drop SQLite's locks."""
    script = """
import os, sys
opened = []
def hook(event, arguments):
    if event == "open" and "pixie.db" in str(arguments[0]):
        opened.append(os.path.basename(str(arguments[0])))
sys.addaudithook(hook)
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.run.events import Finished, Log, Started
from pixie_core.store import Publication, Store
import uuid
for _ in range(2):
    with Store(Settings(home=Path(sys.argv[1]))) as store:
        run_id = str(uuid.uuid4())
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api", events=[Started(inputs={}, fingerprint={})])
        store.append(run_id, [Publication(store.stage(run_id, "t", "a", b"x")), Finished(status="ok")])
        assert len(list(store.follow(run_id))) == 3
        store.clean_up()
print(sorted(set(opened)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(settings.home)], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "['pixie.db.open.lock', 'pixie.db.write.lock']"


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence():
    """It names the folder and the setting."""
    with pytest.raises(DataFolderError, match=r"/proc/nothing can't be made as a data folder.*PIXIE_HOME"):
        ServerLock(Path("/proc/nothing/pixie.db"))
