"""After a crash: runs are ended, processes of ours are gone, strangers untouched; a second look changes nothing."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from pixie_core.runtime import recover
from pixie_core.runtime.marks import VARIABLE, Adoption, Marked, SpawnMark, folder_mark, marked
from pixie_core.runtime.process import spawn
from pixie_core.runtime.spawner import Spawner
from pixie_core.store import Owner

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
    assert store.recorded_processes() == ()
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
        assert len(store.recorded_processes()) == 1
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


def test_a_stranger_with_a_recycled_pid_is_untouched(settings, store, sleeper):
    """The row says its pid; its start, its mark or both say that it is another."""
    stranger = sleeper()
    store.record_process("0" * 16, "hostile", Owner.of(stranger.pid))
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
    assert stray.wait(5) == -signal.SIGKILL
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
