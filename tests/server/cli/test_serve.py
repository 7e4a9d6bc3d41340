"""`pixie serve`: a process of its own, from its first line to its end."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress

import pytest

import pixie_core
from tests.server.cli.folders import DEADLINE, add_tools, command, process
from tests.server.live_pixie import processes_of

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def home(tmp_path):
    """A data folder with the tools of live_pixie."""
    add_tools(tmp_path)
    return tmp_path


@pytest.fixture
def port():
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    """The JSON that an address answers."""
    with NO_PROXY.open(url, timeout=DEADLINE) as response:
        return json.load(response)


def post(url, body):
    """The JSON that an address answers to JSON."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with NO_PROXY.open(request, timeout=DEADLINE) as response:
        return json.load(response)


@contextmanager
def served(home, port, *arguments, **environment):
    """A server that is ready, and its address."""
    with process("serve", "--home", home, "--port", port, "--no-sync", *arguments, **environment) as server:
        line = server.stdout.readline()
        assert line == f"Pixie is ready: http://127.0.0.1:{port}\n", line + server.stderr.read()
        yield server, f"http://127.0.0.1:{port}"


@pytest.mark.case("F13.signals", "D6.starting")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_one_line_serves_and_ends_with_0(home, port, how):
    """The line is true when it is said: Pixie answers."""
    with served(home, port) as (server, url):
        assert get(f"{url}/api/healthz") == {"ok": True}
        begun = time.monotonic()
        server.send_signal(how)
        out, err = server.communicate(timeout=DEADLINE)
    assert server.returncode == 0, err
    assert time.monotonic() - begun < 10
    assert out == ""
    assert "Traceback" not in err


def test_a_closed_terminal_does_not_end_what_nohup_started(home, port):
    """A signal that is ignored when Pixie starts stays ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with served(home, port) as (server, url):
            server.send_signal(signal.SIGHUP)
            assert get(f"{url}/api/healthz") == {"ok": True}
            server.send_signal(signal.SIGTERM)
            assert server.wait(DEADLINE) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.case("F13.signals")
def test_an_impatient_second_ctrl_c_leaves_nothing_behind(home, port):
    """Closing is gone through with all the same: the run has its end and the process is gone."""
    with served(home, port) as (server, url):
        run = post(f"{url}/api/tools/teller/runs", {"inputs": {"words": 10_000, "pause": 0.05}})
        while get(f"{url}/api/runs/{run['id']}")["started_at"] is None:
            pass
        deadline = time.monotonic() + DEADLINE
        while server.poll() is None:
            assert time.monotonic() < deadline
            server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.05)
    assert server.returncode == 0
    assert processes_of(home) == []
    with pixie_core.open(home) as opened:
        assert opened.get(run["id"]).status == "interrupted"


@pytest.mark.case("F13.signals", "F11.end")
def test_it_ends_within_ten_seconds_with_a_run_and_a_stream_open(home, port):
    """The run becomes interrupted with what had come, the stream ends, the tool's process is gone."""
    with served(home, port) as (server, url):
        run = post(f"{url}/api/tools/teller/runs", {"inputs": {"words": 10_000, "pause": 0.05}})
        request = urllib.request.Request(f"{url}/api/runs/{run['id']}/events", headers={"Accept": "text/event-stream"})
        stream = NO_PROXY.open(request, timeout=DEADLINE)
        while b"word0 " not in stream.readline():
            pass
        reader = threading.Thread(target=stream.read)
        reader.start()
        begun = time.monotonic()
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=DEADLINE)
        assert time.monotonic() - begun < 10
        reader.join(DEADLINE)
        assert not reader.is_alive()
    assert server.returncode == 0, err
    with pixie_core.open(home) as opened:
        kept = opened.get(run["id"])
    assert kept.status == "interrupted"
    assert kept.values()["story"].startswith("word0 ")
    assert processes_of(home) == []


def test_a_replacement_that_was_cut_short_is_whole_before_tools_are_looked_for(home, port):
    """The old tool stood aside when the power went: the new one is there at the first request, and stderr says it."""
    tools = home / "tools"
    new = json.loads((tools / "adder" / "tool.json").read_text()) | {"name": "New adder"}
    waiting = tools / ".imported" / "adder"
    shutil.copytree(tools / "adder", waiting, symlinks=True)
    (waiting / "tool.json").write_text(json.dumps(new))
    (tools / ".imported" / "adder.replacing").write_text(json.dumps({"folder": "adder", "aside": "adder-1"}))
    (tools / ".replaced").mkdir()
    (tools / "adder").rename(tools / ".replaced" / "adder-1")
    with served(home, port) as (server, url):
        assert get(f"{url}/api/tools/adder")["name"] == "New adder"
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=DEADLINE)
    assert "The replacement of adder was cut short, and was completed." in err


@pytest.mark.case("F9.second")
def test_a_second_server_of_the_folder_ends_with_1_and_names_the_first(home, port):
    """Whatever port it was given."""
    with served(home, port) as (server, _):
        with process("serve", "--home", home, "--no-sync", "--port", port) as second:
            out, err = second.communicate(timeout=DEADLINE)
        assert second.returncode == 1
        assert out == ""
        assert err.count("\n") == 1
        assert str(server.pid) in err


def test_a_taken_port_is_one_sentence(home):
    """No traceback, exit code 2, nothing on stdout."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken_port = taken.getsockname()[1]
        with process("serve", "--home", home, "--no-sync", "--port", taken_port) as server:
            out, err = server.communicate(timeout=DEADLINE)
    assert server.returncode == 2
    assert out == ""
    assert err.count("\n") == 1
    assert f"Port {taken_port} on 127.0.0.1 is taken" in err


@pytest.mark.case("N1.public")
@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::"])
def test_a_public_host_is_refused_by_name(home, host):
    """As an option and as a variable: exit code 2, one sentence that names the setting."""
    by_option = command(home, "serve", "--host", host, "--no-sync")
    by_variable = command(home, "serve", "--no-sync", PIXIE_HOST=host)
    for result in (by_option, by_variable):
        assert result.exit_code == 2
        assert result.stderr.startswith(f"PIXIE_HOST is '{host}'")
        assert result.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_used_is_one_sentence(tmp_path):
    """Here the folder is a file; there is no traceback."""
    (tmp_path / "data").write_text("I am no folder")
    for arguments, environment in (
        ((), {"PIXIE_HOME": str(tmp_path / "data")}),
        ((), {"PIXIE_HOME": str(tmp_path / "data" / "inner")}),
    ):
        with process("serve", "--no-sync", *arguments, **environment) as server:
            out, err = server.communicate(timeout=DEADLINE)
        assert server.returncode in {1, 2}
        assert (out, err.count("\n")) == ("", 1), err
        assert str(tmp_path / "data") in err
        assert "Traceback" not in err


def test_a_wrong_setting_ends_it_with_2_and_names_the_variable(home):
    """Before anything is touched."""
    result = command(home, "serve", PIXIE_PORT="many")
    assert result.exit_code == 2
    assert result.stderr == "PIXIE_PORT is 'many': it must be a whole number of at least 1.\n"


def test_a_tool_that_cannot_be_installed_is_named_and_the_others_are_served(home, port):
    """Pixie gets ready all the same."""
    hopeless = home / "tools" / "hopeless"
    hopeless.mkdir()
    (hopeless / "tool.json").write_text(
        (home / "tools" / "adder" / "tool.json").read_text().replace("adder", "hopeless")
    )
    with process("serve", "--home", home, "--port", port) as server:
        assert server.stdout.readline() == f"Pixie is ready: http://127.0.0.1:{port}\n"
        answered = post(f"http://127.0.0.1:{port}/api/tools/adder/runs", {"inputs": {"a": 1, "b": 1}, "wait": 30})
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=DEADLINE)
    assert answered["outputs"]["sum"]["value"] == 2
    assert "hopeless can't be installed." in err
    assert "pyproject.toml" in err


def test_pixie_alone_serves(home, port):
    """Where it finds its data and its port in the environment."""
    with process(PIXIE_HOME=str(home), PIXIE_PORT=str(port)) as server:
        assert server.stdout.readline() == f"Pixie is ready: http://127.0.0.1:{port}\n"
        server.send_signal(signal.SIGINT)
        assert server.wait(DEADLINE) == 0


@pytest.mark.case("F9.stale", "F4.processes")
def test_what_a_killed_server_left_running_is_interrupted_when_the_next_begins(home, port):
    """And its processes are gone: nothing says `running` that isn't."""
    with served(home, port) as (server, url):
        run = post(f"{url}/api/tools/teller/runs", {"inputs": {"words": 10_000, "pause": 0.05}})
        while get(f"{url}/api/runs/{run['id']}")["started_at"] is None:
            pass
        server.kill()
        server.wait(DEADLINE)
    with served(home, port) as (_, url):
        assert get(f"{url}/api/runs/{run['id']}")["status"] == "interrupted"
        assert processes_of(home) == []


def test_a_run_can_be_exported_from_a_server_that_was_found_by_its_data_folder(home, port, tmp_path):
    """The whole way: serve, run, export, check."""
    import zipfile

    with served(home, port) as (_, url):
        run = post(f"{url}/api/tools/adder/runs", {"inputs": {"a": 2, "b": 40}, "wait": 30})
        arguments = ["export-run", "adder:last", "--to", str(tmp_path / "adder.zip"), "--json", "--home", str(home)]
        done = subprocess.run(
            [sys.executable, "-m", "pixie_server.cli", *arguments],
            env={"PIXIE_PORT": str(port), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["run_id"] == run["id"]
    with zipfile.ZipFile(tmp_path / "adder.zip") as archive:
        assert json.loads(archive.read("outputs.json"))["sum"]["value"] == 42
