"""After a crash: runs are ended, processes of ours are gone, strangers untouched; a second look changes nothing."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing

import psutil
import pytest

from pixie_core.config import Settings
from pixie_core.faults import arm, disarm
from pixie_core.runtime import recover
from pixie_core.runtime.marks import VARIABLE, Adoption, Marked, SpawnMark, folder_mark, marked
from pixie_core.runtime.process import spawn
from pixie_core.runtime.spawner import Spawner
from pixie_core.store import Owner, Store

from .conftest import until

CRASHING = """
    import os, signal, sys, time
    from pathlib import Path
    from pixie_core.config import Settings
    from pixie_core.runtime import Runner
    from pixie_core.store import Store
    from pixie_core.tool import Tools

    settings = Settings(home=Path(sys.argv[1]), min_free_disk_bytes=0)
    store = Store(settings)
    tools = Tools(settings.tools_dir)
    runner = Runner(settings, store, tools)
    escaped = runner.start(tools.get("hostile"), {"behaviour": "escapes"})
    runner.wait(escaped.id)
    events = [{"output_key": "reply", "value": "so far", "done": False}]
    streaming = runner.start(tools.get("streaming"), {"behaviour": "stream", "events": events, "then": "stay"})
    while store.run(streaming.id).values().get("reply") != "so far":
        time.sleep(0.01)
    print(streaming.id, store.run(escaped.id).values()["text"], flush=True)
    time.sleep(3600)
"""


@pytest.fixture
def crashed(settings, hostile):
    """A Pixie that was killed while a run streamed; the id of the run, and the pid of a process that escaped."""
    hostile()
    reply = {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True}
    hostile(tool_id="streaming", outputs=[reply])
    script = [sys.executable, "-c", textwrap.dedent(CRASHING), str(settings.home)]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as pixie:
        run_id, grandchild = pixie.stdout.readline().split()
        pixie.kill()
    return run_id, int(grandchild)


@pytest.mark.case("F4.processes")
def test_a_crash_is_cleared_up_and_a_second_look_changes_nothing(settings, store_later, crashed, survivors):
    """The run is interrupted and keeps what it had told; the process that had escaped is gone within five seconds."""
    run_id, grandchild = crashed
    assert psutil.pid_exists(grandchild)
    store = store_later()
    since = time.monotonic()
    found = recover(store, settings)
    assert found.interrupted == (run_id,)
    assert grandchild in {each.pid for each in found.killed}
    until(lambda: not survivors(), 5)
    assert time.monotonic() - since < 5
    run = store.run(run_id)
    assert (run.status, run.error_code, run.values()) == ("interrupted", "interrupted", {"reply": "so far"})
    assert store.processes.recorded() == ()
    assert list((settings.artefacts_root / ".incoming").iterdir()) == []
    records = [record.text for record in store.events(run_id)]
    again = recover(store, settings)
    assert (again.interrupted, again.killed, again.folders_removed) == ((), (), 0)
    assert [record.text for record in store.events(run_id)] == records


@pytest.fixture
def store_later(settings):
    """Opens the store when it is called: a crashed Pixie had it open before."""
    from contextlib import ExitStack

    from pixie_core.store import Store

    with ExitStack() as stack:
        yield lambda: stack.enter_context(Store(settings))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no parent-death signal")
def test_a_tool_dies_with_its_pixie(settings, store_later, crashed, survivors):
    """Without any recovery, but for what had escaped from its session."""
    _, grandchild = crashed
    until(lambda: {each.pid for each in survivors()} == {grandchild}, 5)
    recover(store_later(), settings)
    until(lambda: not survivors())


def test_what_belongs_to_a_living_pixie_is_left_alone(settings, store, launcher, hostile):
    """Recovery beside others at work touches neither their runs nor their processes nor their folders."""
    run_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
    store.create_run(run_id=run_id, tool_id="hostile", inputs={}, origin="script")
    folder = settings.artefacts_root / ".incoming" / run_id
    folder.mkdir(parents=True)
    with launcher.lease(hostile()) as process:
        found = recover(store, settings)
        assert (found.interrupted, found.killed, found.folders_removed) == ((), (), 0)
        assert not process.ended
        assert folder.is_dir()
        assert len(store.processes.recorded()) == 1
    store.interrupt(run_id, "the test is over")


@pytest.fixture
def sleeper():
    """A stranger, started with the environment that is asked for."""
    started = []

    def start(**environment):
        process = subprocess.Popen(["sleep", "60"], env={**os.environ, **environment})
        started.append(process)
        until(lambda: psutil.Process(process.pid).cmdline()[:1] == ["sleep"])
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def dead_owner():
    """A process that is no more."""
    process = subprocess.Popen(["sleep", "60"])
    owner = Owner.of(process.pid)
    process.kill()
    process.wait()
    return owner


@pytest.mark.case("F4.processes")
def test_a_stranger_with_a_recycled_pid_is_untouched(settings, store, sleeper):
    """The row says its pid; its start, its mark or both say that it is another."""
    stranger = sleeper()
    store.processes.record("0" * 16, "hostile", Owner.of(stranger.pid))
    mark = SpawnMark(folder_mark(settings), 1, 1, "0" * 32)
    start = Owner.of(stranger.pid).start_ticks
    assert not Marked(stranger.pid, start, mark).kill()
    assert not Marked(stranger.pid, start + 1, mark).kill()
    assert recover(store, settings).killed == ()
    assert stranger.poll() is None


def test_a_stray_of_this_folder_is_ended_and_one_of_another_is_not(settings, store, sleeper):
    """The mark names the data folder and the owner."""
    owner = dead_owner()
    ours = SpawnMark(folder_mark(settings), owner.pid, owner.start_ticks, "a" * 32)
    theirs = SpawnMark("f" * 16, owner.pid, owner.start_ticks, "a" * 32)
    stray, other = sleeper(**{VARIABLE: str(ours)}), sleeper(**{VARIABLE: str(theirs)})
    garbled = sleeper(**{VARIABLE: "not a mark"})
    found = recover(store, settings)
    assert [each.pid for each in found.killed] == [stray.pid]
    assert stray.wait(20) == -signal.SIGKILL
    assert (other.poll(), garbled.poll()) == (None, None)


def test_a_mark_says_whose_it_is():
    """Written and read again."""
    mark = SpawnMark.new("0123456789abcdef")
    assert SpawnMark.parse(str(mark)) == mark
    assert mark.owner == Owner.current()
    assert SpawnMark.parse("0123456789abcdef-1-2") is None


ADOPTING = """
    import os, subprocess, sys, time
    from pathlib import Path
    from pixie_core.runtime.marks import VARIABLE, Adoption, SpawnMark, become_subreaper

    assert become_subreaper()
    adoption = Adoption("0123456789abcdef")
    mark = str(SpawnMark.new("0123456789abcdef"))
    orphan = "import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\ntime.sleep(0.5)"
    leader = subprocess.Popen([sys.executable, "-c", orphan], env={**os.environ, VARIABLE: mark}, start_new_session=True)
    adoption.expect(leader.pid)
    bystander = subprocess.Popen(["true"])
    deadline = time.monotonic() + 10
    while not adoption.reap():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert leader.wait() == 0
    assert bystander.wait() == 0
    print(Path("/proc/self/task", str(os.getpid()), "children").read_text().split())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no subreaper")
def test_orphans_come_back_and_are_reaped_and_nobody_elses_children_are():
    """The exit status of a tool's first process, and of a child that isn't a tool's, stays for whoever waits for it."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(ADOPTING)], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_a_process_whose_pixie_is_alive_has_a_living_owner(settings, hostile):
    """What the next start of Pixie asks of each mark that it meets."""
    spawner = Spawner()
    process = spawn(hostile(), settings, folder_mark(settings), spawner)
    try:
        (found,) = until(lambda: list(marked(folder_mark(settings), lambda mark: mark.owner.alive())))
        assert found.pid == process.pid
        assert Adoption(folder_mark(settings)).reap() == 0
    finally:
        process.kill()
        spawner.close()


STOPPING = """
    import sys
    from pathlib import Path
    from pixie_core.config import Settings
    from pixie_core.runtime import Runner, become_subreaper
    from pixie_core.store import Store
    from pixie_core.tool import Tools

    assert become_subreaper()
    settings = Settings(home=Path(sys.argv[1]), min_free_disk_bytes=0)
    store = Store(settings)
    tools = Tools(settings.tools_dir)
    runner = Runner(settings, store, tools)
    run = runner.wait(runner.start(tools.get("hostile"), {"behaviour": "escapes"}).id)
    assert run.status == "ok", run
    runner.launcher.stop("hostile")
    import psutil, time
    deadline = time.monotonic() + 10
    while psutil.Process().children():
        assert time.monotonic() < deadline, psutil.Process().children()
        time.sleep(0.05)
    runner.close()
    store.close()
    print("none left")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no subreaper")
def test_a_server_has_no_zombies_of_what_a_tool_left(settings, hostile):
    """What had escaped comes back to the server when it is killed, and is reaped."""
    hostile()
    script = [sys.executable, "-c", textwrap.dedent(STOPPING), str(settings.home)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("none left", "")


LEAVING = """
    import os, sys, uuid
    from pathlib import Path
    from pixie_core.config import Settings
    from pixie_core.run.events import Finished, Output, Started
    from pixie_core.store import Owner, Publication, Store
    from pixie_core.store.removal import move_aside

    settings = Settings(home=Path(sys.argv[1]), min_free_disk_bytes=0)
    store = Store(settings)
    owner = Owner.current()
    for number in range(40):
        run_id = str(uuid.uuid4())
        started = Started(inputs={"x": number}, fingerprint={})
        store.create_run(run_id=run_id, tool_id="tool", inputs={"x": number}, origin="api", events=[started])
        said = Output(output_key="text", type="stream_text", value=f"so far {number}", whole=True)
        store.append(run_id, [said, Publication(store.stage(run_id, "tool", "whole.txt", b"with a row"))])
        store.stage(run_id, "tool", "half.txt", b"without a row")
        incoming = settings.artefacts_root / ".incoming" / run_id
        incoming.mkdir(parents=True)
        (incoming / "left.txt").write_text("left")
        nonce = uuid.uuid4().hex
        temporary = f"{owner.boot_id}.{owner.pid}.{owner.start_ticks}.{nonce}"
        (settings.artefacts_root / ".staging" / temporary).write_bytes(b"half of ")
        if number % 10 == 0:
            store.append(run_id, [Finished(status="ok")])
            marked = "UPDATE runs SET deleted_at = '2026', purging_at = '2026' WHERE id = ?"
            store.write(lambda conn: conn.execute(marked, (run_id,)))
            move_aside(store.files, "tool", run_id)
        if number == 7:
            print(run_id, flush=True)
    os._exit(0)
"""


@pytest.fixture
def left_behind(settings):
    """What a Pixie left that ended in the middle of everything; the id of one of its runs."""
    script = [sys.executable, "-c", textwrap.dedent(LEAVING), str(settings.home)]
    return subprocess.run(script, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def everything(settings):
    """Every row of the database, and every file and folder with its content, to be compared."""
    with closing(sqlite3.connect(f"file:{settings.db_path}?mode=ro", uri=True)) as conn:
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        rows = {table: conn.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
    tree = {
        str(path.relative_to(settings.artefacts_root)): path.read_bytes() if path.is_file() else None
        for path in settings.artefacts_root.rglob("*")
    }
    return rows, tree


def test_a_second_start_finds_nothing_to_do_and_changes_no_row_and_no_file(settings, left_behind):
    """Runs without an end, half-published files, folders that were moved aside, temporary files: all at the first."""
    states, found = [], []
    for _ in range(3):
        with Store(settings) as store:
            found.append(recover(store, settings))
        states.append(everything(settings))
    assert (len(found[0].interrupted), found[0].folders_removed) == (36, 40)
    assert found[1] == found[2] == type(found[0])()
    assert states[0] == states[1] == states[2]
    rows, tree = states[0]
    with Store(settings) as store:
        run = store.run(left_behind)
    assert (run.status, run.values(), len(run.artefacts)) == ("interrupted", {"text": "so far 7"}, 1)
    assert len(rows["runs"]) == 36
    assert tree[f"tool/{left_behind}/whole.txt"] == b"with a row"
    assert tree[f"tool/{left_behind}/.partial/half.txt"] == b"without a row"
    assert not [path for path in tree if path.startswith((".incoming/", ".staging/", ".trash/"))]


def test_a_run_whose_log_cant_be_read_keeps_no_other_from_its_end(settings, left_behind, caplog):
    """It stays as it is and is told of; the start goes on."""
    with closing(sqlite3.connect(settings.db_path)) as conn:
        conn.execute("UPDATE run_events SET body = '{' WHERE run_id = ? AND seq = 2", (left_behind,))
        conn.commit()
    with Store(settings) as store:
        assert len(recover(store, settings).interrupted) == 35
        assert [run.id for run in store.running()] == [left_behind]
    assert f"run {left_behind} of a dead process couldn't be ended" in caplog.text


def outcome(settings):
    """What a recovery comes to, but for the moment at which runs ended."""
    rows, tree = everything(settings)
    with Store(settings) as store:
        runs = [store.run(row[0]) for row in rows["runs"]]
        told = {run.id: (run.status, run.seq, run.values(), run.artefacts, run.error) for run in runs}
    return told, tree


def test_a_recovery_that_fails_at_any_commit_is_done_by_the_next(settings, left_behind, tmp_path):
    """What comes out in the end is what an undisturbed one comes to."""
    outcomes, commits = [], 0
    while True:
        commits += 1
        home = shutil.copytree(settings.home, tmp_path / f"copy-{commits}")
        copy = Settings(home=home, min_free_disk_bytes=0)
        with Store(copy) as store:
            arm(f"commit.before#{commits}:error")
            try:
                recover(store, copy)
            except OSError:
                failed = True
            else:
                failed = False
            finally:
                disarm()
            recover(store, copy)
        outcomes.append(outcome(copy))
        if not failed and commits > 20:
            break
    assert all(each == outcomes[-1] for each in outcomes)


def test_a_recovery_takes_no_commit_for_each_run(settings, left_behind):
    """What counts on a slow disk: the runs of a dead server end together."""
    commits = 0

    def count(*_):
        nonlocal commits
        commits += 1

    with Store(settings) as store:
        store.write(lambda conn: conn.set_trace_callback(lambda said: said == "COMMIT" and count()))
        assert len(recover(store, settings).interrupted) == 36
    assert commits < 12
