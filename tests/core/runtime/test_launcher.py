"""Processes of tools: how they start, what they see, how long they stay, and that they go."""

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest
from attrs import evolve

from pixie_core.errors import ToolNotInstalled, ToolStartFailed
from pixie_core.runtime import Launcher, health
from pixie_core.runtime.marks import VARIABLE, SpawnMark
from pixie_core.testing.clock import FakeClock
from pixie_core.testing.tool_folder import write_tool
from pixie_core.tool.importing import confirm_import

from .conftest import until


def ask(process, behaviour="ok", **inputs):
    """Run a behaviour of the hostile tool and return what it answered."""
    from pixie_core.runtime.inbox import Inbox
    from pixie_core.runtime.transport import Broken, Chunk, Closed, run_request

    inbox, body = Inbox(), bytearray()
    headers, content = run_request("run", {"behaviour": behaviour, **inputs}, "/nowhere")
    process.transport.exchange("POST", "/run", inbox.open(), headers=headers, content=content)
    while not isinstance(part := inbox.get(10), Closed):
        assert part is not None
        assert not isinstance(part, Broken), part
        body += part.data if isinstance(part, Chunk) else b""
    return json.loads(body)


# Starting


def test_a_process_is_up_when_it_is_leased_and_stays_for_the_next(launcher, hostile):
    """The second lease gets the process of the first."""
    tool = hostile()
    with launcher.lease(tool) as process:
        first = process.pid
        assert process.transport.ask("GET", "/healthz", seconds=2).ok
    with launcher.lease(tool) as process:
        assert process.pid == first


def test_many_leases_at_once_start_one_process(launcher, hostile):
    """The others wait for the one that is being started."""
    tool = hostile("slow-start")
    pids, barrier = [], threading.Barrier(5)

    def one():
        with launcher.lease(tool) as process:
            pids.append(process.pid)
            barrier.wait(10)

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pids)) == 1


FAILURES = [
    ("dies-at-start", "it ended with exit code 3. Its last words: ModuleNotFoundError: No module named 'numpy'"),
    ("crashes-at-start", "it was killed by SIGSEGV. It wrote nothing."),
    ("never-listens", "didn't get healthy within 1 s: it didn't listen on its port"),
    ("wrong-port", "didn't get healthy within 1 s: it didn't listen on its port"),
    ("health-500", "didn't get healthy within 1 s: /healthz answered 500"),
    ("health-hangs", "didn't get healthy within 1 s: /healthz gave no answer"),
    ("wrong-identity", "its /schema names 'somebody-else'"),
]


@pytest.mark.case("T1.start", "T2.exit")
@pytest.mark.parametrize(("tag", "words"), FAILURES)
def test_a_failed_start_says_at_which_step_and_leaves_nothing(settings, store, hostile, survivors, tag, words):
    """The message has the step and the reason, the error the end of stderr; the next try is a fresh one."""
    launcher = Launcher(evolve(settings, tool_start_timeout_seconds=1), store=store)
    tool = hostile(tag)
    try:
        for _ in range(2):
            with pytest.raises(ToolStartFailed) as raised, launcher.lease(tool):
                pass
            assert words in str(raised.value)
            assert not survivors()
        assert store.processes.recorded() == ()
        if tag == "dies-at-start":
            assert "numpy" in raised.value.stderr
            assert "numpy" in launcher.stderr(tool.id)
    finally:
        launcher.close()


@pytest.mark.case("T3.warned")
def test_a_tool_that_listens_beyond_this_machine_is_warned_of(launcher, hostile, monkeypatch):
    """In its log, with the address."""
    doors = [("::1", 4000), ("0.0.0.0", 4001), ("::", 4002)]
    monkeypatch.setattr(health, "_listening", lambda process: iter([("127.0.0.1", process.port), *doors]))
    with launcher.lease(hostile()) as process:
        said = process.output.tail()
    assert "hostile listens on 0.0.0.0:4001, where other machines may reach it" in said
    assert ":::4002" in said
    assert ":4000" not in said
    assert "127.0.0.1" not in said


@pytest.mark.case("T3.identity")
def test_a_port_that_was_taken_meanwhile_is_tried_again_with_another(launcher, hostile):
    """The first process says that the address is in use; the second gets another port."""
    with launcher.lease(hostile("port-taken-once")) as process:
        assert process.transport.ask("GET", "/healthz", seconds=2).ok


@pytest.mark.case("T2.exit")
def test_a_tool_without_an_environment_isnt_started(launcher, hostile):
    """The message says what to do."""
    tool = hostile()
    tool.python.unlink()
    with pytest.raises(ToolNotInstalled, match="pixie sync hostile"), launcher.lease(tool):
        pass


@pytest.mark.case("T2.exit")
def test_a_python_that_cant_be_executed_is_named(launcher, hostile):
    """A broken environment is no riddle."""
    tool = hostile()
    tool.python.unlink()
    tool.python.write_text("no program")
    with pytest.raises(ToolStartFailed) as raised, launcher.lease(tool):
        pass
    assert "hostile" in str(raised.value)


def test_a_start_can_be_given_up(launcher, hostile, survivors):
    """Whoever waits for a process that doesn't come up may stop waiting."""
    since = time.monotonic()
    with (
        pytest.raises(InterruptedError),
        launcher.lease(hostile("never-listens"), cancelled=lambda: time.monotonic() - since > 0.2),
    ):
        pass
    assert time.monotonic() - since < 5
    assert not survivors()


# What a process gets


@pytest.mark.case("S4.environment")
def test_a_tool_sees_the_allow_list_and_its_own_secrets_and_nothing_else(launcher, hostile, monkeypatch):
    """What the user's shell holds is none of its business; what would change which program runs is refused."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    monkeypatch.setenv("PYTHONPATH", "/canary")
    monkeypatch.setenv("LC_TIME", "C")
    tool = hostile()
    (tool.folder / ".env").touch(mode=0o600)
    (tool.folder / ".env").write_text("API_KEY='with ${HOME} and \"quotes\"'\nLD_PRELOAD=/canary\nPIXIE_HOME=/canary\n")
    with launcher.lease(tool) as process:
        facts = json.loads(ask(process, "facts")["text"])
        shown = process.output.tail()
    environ = facts["environ"]
    assert environ["API_KEY"] == 'with ${HOME} and "quotes"'
    assert environ["LC_TIME"] == "C"
    assert environ["PATH"].startswith(str(tool.folder / ".venv" / "bin"))
    assert SpawnMark.parse(environ[VARIABLE]) is not None
    assert "canary" not in json.dumps(environ)
    assert set(environ) <= {
        *("API_KEY", "HOME", "LANG", "LANGUAGE", "LC_TIME", "LOGNAME", "PATH", "PYTHONUNBUFFERED", "SHELL", "TMPDIR"),
        *("TZ", "USER", "VIRTUAL_ENV", VARIABLE, "LC_CTYPE"),
        *(name for name in environ if name.startswith(("XDG_", "LC_", "CUDA_")) or name.lower().endswith("_proxy")),
        *(name for name in environ if name.startswith(("SSL_CERT", "REQUESTS_CA", "CURL_CA", "HF_"))),
    }
    assert "LD_PRELOAD can't be set here" in shown


def test_a_process_is_started_with_the_port_alone_and_no_open_files_of_ours(launcher, hostile, tmp_path):
    """Only `--port` is understood; a file that Pixie has open isn't the tool's."""
    with (tmp_path / "private").open("w") as private, launcher.lease(hostile()) as process:
        os.set_inheritable(private.fileno(), True)
        facts = json.loads(ask(process, "facts")["text"])
        assert facts["argv"] == ["main.py", "--port", str(process.port)]
        assert facts["umask"] == 0o077
        assert len(facts["fds"]) < 10


SDK_LIKE = """
import json, os, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        allowed = self.headers.get("X-Pixie-Token") == os.environ.get("PIXIE_TOOL_TOKEN")
        body = json.dumps({"pid": os.getpid()}).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=int(os.environ["PIXIE_TOOL_SOCKET"]))
server.server_address = server.socket.getsockname()
assert server.server_address[1] == int(sys.argv[2])
import threading
def watch():
    os.read(int(os.environ["PIXIE_TOOL_LIFELINE"]), 1)
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
server.serve_forever()
"""


def sdk_tool(settings):
    return write_tool(
        settings.tools_dir,
        "modern",
        program=SDK_LIKE,
        outputs=[{"key": "text", "type": "text", "label": "Text"}],
        pyproject='[project]\nname = "modern"\nversion = "1"\n[tool.pixie]\nserver = "sdk"\n',
    )


def test_a_tool_on_the_sdk_gets_a_socket_a_token_and_a_lifeline(launcher, settings):
    """It listens before it runs, answers to the token alone, and ends when its lifeline does."""
    tool = sdk_tool(settings)
    with launcher.lease(tool) as process:
        assert process.transport.ask("GET", "/healthz", seconds=2).ok
        import httpx

        assert httpx.get(f"http://127.0.0.1:{process.port}/healthz", trust_env=False).status_code == 401


def test_in_developer_mode_there_is_no_token(settings):
    """So that a tool can be asked by hand."""
    launcher = Launcher(evolve(settings, developer_mode=True))
    try:
        with launcher.lease(sdk_tool(settings)) as process:
            assert process.transport.ask("GET", "/healthz", seconds=2).ok
            assert "PIXIE_TOOL_TOKEN" not in psutil.Process(process.pid).environ()
    finally:
        launcher.close()


# Output


@pytest.mark.case("T9.pipes")
def test_output_never_blocks_a_tool_and_the_last_of_it_is_kept(launcher, hostile):
    """Twenty megabytes without a line's end go by; 64 KiB stay."""
    with launcher.lease(hostile()) as process:
        assert ask(process, "flood", megabytes=20) == {"text": "done"}
        until(lambda: len(process.output.tail()) > 1000)
        assert len(process.output.tail().encode()) <= 64 * 1024


@pytest.mark.case("S3.forms")
def test_secrets_dont_show_in_the_output_however_it_is_cut(launcher, hostile):
    """A secret that comes in two writes is hidden too."""
    tool = hostile()
    (tool.folder / ".env").write_text("API_KEY=sk-hunter22-abcdef\n")
    with launcher.lease(tool) as process:
        ask(process, "prints", pieces=["the key is sk-hun", "ter22-abc", "def, said the tool\n"])
        until(lambda: "said the tool" in process.output.tail())
        assert process.output.tail().endswith("the key is •••, said the tool\n")


# Staying and going


def test_an_idle_process_goes_after_its_time(settings, hostile):
    """By the manifest's warm_keep_seconds, measured by the clock."""
    clock = FakeClock()
    launcher = Launcher(settings, clock=clock)
    try:
        with launcher.lease(hostile(warm_keep_seconds=100)) as process:
            clock.advance(1000)
        clock.advance(99)
        assert [each.status for each in launcher.state()] == ["warm"]
        clock.advance(2)
        until(lambda: launcher.state() == [])
        assert process.ended
    finally:
        launcher.close()


def test_a_pinned_process_stays(settings, hostile):
    """`pinned_warm` is never stopped for being idle."""
    clock = FakeClock()
    launcher = Launcher(settings, clock=clock)
    try:
        with launcher.lease(hostile(warm_keep_seconds=1, pinned_warm=True)):
            pass
        with launcher.lease(hostile(tool_id="other", warm_keep_seconds=1)):
            pass
        clock.advance(100)
        until(lambda: [each.tool_id for each in launcher.state()] == ["hostile"])
    finally:
        launcher.close()


def test_a_pinned_process_is_the_last_to_make_room(settings, hostile):
    """An unpinned one goes first, however lately it was used; but no more are kept than may be."""
    launcher = Launcher(evolve(settings, warm_keep_max=2))
    pinned, other = hostile(tool_id="pinned", pinned_warm=True), hostile(tool_id="other", pinned_warm=True)
    one, two = hostile(tool_id="one"), hostile(tool_id="two")
    try:
        for tool in (pinned, one, two):
            with launcher.lease(tool):
                pass
        until(lambda: [each.tool_id for each in launcher.state()] == ["pinned", "two"])
        for tool in (other, one):
            with launcher.lease(tool):
                pass
        until(lambda: [each.tool_id for each in launcher.state()] == ["one", "other"])
    finally:
        launcher.close()


def test_the_least_recently_used_idle_process_makes_room_and_a_busy_one_never(settings, hostile):
    """Two may be warm: of a busy old one and an idle newer one, the idle one goes."""
    launcher = Launcher(evolve(settings, warm_keep_max=2))
    one, two, three = (hostile(tool_id=name) for name in ("one", "two", "three"))
    try:
        with launcher.lease(one) as busy:
            with launcher.lease(two):
                pass
            with launcher.lease(three):
                until(lambda: {each.tool_id for each in launcher.state()} == {"one", "three"})
            assert not busy.ended
            with launcher.lease(two), launcher.lease(three):
                assert not busy.ended  # all of them are at work: none can go
        until(lambda: len(launcher.state()) == 2)
    finally:
        launcher.close()


def test_a_tool_whose_declaration_changed_gets_a_new_process(launcher, hostile):
    """The old one ends when its last run has."""
    from pixie_core.tool.discovery import read_tool

    tool = hostile()
    with launcher.lease(tool) as old:
        manifest = json.loads((tool.folder / "tool.json").read_text())
        (tool.folder / "tool.json").write_text(json.dumps({**manifest, "version": "2"}))
        with launcher.lease(read_tool(tool.folder)) as new:
            assert new.pid != old.pid
            assert not old.ended
    until(lambda: old.ended)
    assert not new.ended


def test_a_tool_whose_files_changed_is_renewed(launcher, hostile):
    """An idle process goes at once, a busy one with its last run."""
    tool = hostile()
    with launcher.lease(tool) as process:
        launcher.renew(tool.id)
        assert not process.ended
        with launcher.lease(tool) as new:
            assert new.pid != process.pid
    until(lambda: process.ended)


@pytest.mark.parametrize("name", ["main.py", "uv.lock", "pyproject.toml", ".env"])
def test_what_a_process_started_from_has_changed_and_the_next_run_gets_a_new_one(launcher, hostile, name):
    """Without anybody who watches the folder: program, dependencies and secrets count from the next run on."""
    tool = hostile()
    with launcher.lease(tool) as old:
        pass
    with (tool.folder / name).open("a") as file:
        file.write("# changed\n")
    with launcher.lease(tool) as new:
        assert new.pid != old.pid
    until(lambda: old.ended)
    with launcher.lease(tool) as same:
        assert same.pid == new.pid


def test_what_a_tool_leaves_in_its_folder_keeps_its_process(launcher, hostile):
    """Caches and its own data are no change of the tool."""
    tool = hostile()
    with launcher.lease(tool) as process:
        pass
    (tool.folder / "data").mkdir()
    (tool.folder / "cache.json").write_text("{}")
    with launcher.lease(tool) as same:
        assert same.pid == process.pid


def test_a_replaced_tool_never_runs_as_what_it_was(launcher, hostile, settings):
    """The same declaration and other code: the process that is warm is of the old one, and takes no new run."""
    tool = hostile()
    staged = settings.tools_dir / ".imported" / tool.id
    shutil.copytree(tool.folder, staged, symlinks=True)  # with the times of its files, so that these say nothing
    (staged / "pyproject.toml").write_text('[project]\nname = "hostile"\n')
    with launcher.lease(tool) as old:
        pass
    replaced = confirm_import(settings.tools_dir, tool.id, replace=True)
    assert replaced.manifest == tool.manifest
    with launcher.lease(replaced) as new:
        assert new.pid != old.pid
        assert Path(f"/proc/{new.pid}/cwd").samefile(replaced.folder)
    until(lambda: old.ended)


@pytest.mark.case("T10.gone")
@pytest.mark.parametrize("tag", ["", "ignores-sigterm"])
def test_a_stopped_tool_is_gone_with_all_that_it_started(launcher, hostile, survivors, tag):
    """Also a grandchild in a session of its own that ignores SIGTERM and holds the pipe open; within eight seconds."""
    tool = hostile(*filter(None, [tag]))
    with launcher.lease(tool) as process:
        grandchild = int(ask(process, "escapes")["text"])
        assert psutil.pid_exists(grandchild)
    assert len(survivors()) == 2
    since = time.monotonic()
    assert launcher.stop(tool.id)
    assert time.monotonic() - since < 8
    assert not survivors()
    assert launcher.state() == []
    assert not launcher.stop(tool.id)


@pytest.mark.case("T10.gone")
def test_a_process_that_stopped_itself_is_gone_too(launcher, hostile):
    """SIGTERM doesn't reach it before SIGCONT does."""
    tool = hostile()
    with launcher.lease(tool) as process:
        os.kill(process.pid, signal.SIGSTOP)
    since = time.monotonic()
    launcher.stop(tool.id)
    assert time.monotonic() - since < 3


def test_closing_stops_every_process_at_a_time(settings, hostile, survivors):
    """Three that ignore SIGTERM take no longer than one."""
    launcher = Launcher(settings)
    for name in ("one", "two", "three"):
        with launcher.lease(hostile("ignores-sigterm", tool_id=name)):
            pass
    since = time.monotonic()
    launcher.close()
    assert time.monotonic() - since < 8
    assert not survivors()


def test_processes_are_written_down_while_they_live(launcher, store, hostile):
    """So that a later start finds what this one couldn't end."""
    tool = hostile()
    with launcher.lease(tool) as process:
        (row,) = store.processes.recorded()
        assert (row.tool_id, row.process.pid) == ("hostile", process.pid)
        assert row.spawn_id == str(process.mark)
    launcher.stop(tool.id)
    assert store.processes.recorded() == ()


def test_the_state_says_what_each_process_does(launcher, hostile):
    """For /api/launcher/state."""
    tool = hostile()
    with launcher.lease(tool) as process:
        (state,) = launcher.state()
        assert (state.status, state.runs_in_flight, state.pid, state.port) == ("running", 1, process.pid, process.port)
        assert state.resident_bytes > 1_000_000
    (state,) = launcher.state()
    assert (state.status, state.runs_in_flight) == ("warm", 0)
    assert state.idle_seconds >= 0


def test_a_process_that_died_is_replaced(launcher, hostile):
    """Nobody is given a dead one."""
    tool = hostile()
    with launcher.lease(tool) as process:
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: process.ended)
    with launcher.lease(tool) as another:
        assert another.pid != process.pid
