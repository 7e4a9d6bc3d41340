"""What is there after the server was killed: the run with what it had streamed, no process of it, and everything else."""

import json
import os
import signal
import socket
import time
import urllib.request

import pytest

import pixie_core
from tests.server.cli.folders import DEADLINE
from tests.server.cli.test_serve import NO_PROXY, post, served
from tests.server.live_pixie import add_tool, add_tools, processes_of

LEAVER_MANIFEST = {
    "id": "leaver",
    "name": "Leaver",
    "inputs": [{"key": "x", "type": "number", "label": "X", "default": 1}],
    "outputs": [{"key": "said", "type": "stream_text", "label": "Said", "streaming": True}],
}
LEAVER = '''\
import subprocess
import sys
import time

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def leave(x, run):
    """Leave a process in a session of its own behind, and go on for long."""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    run.emit("said", "a process was left")
    for _ in range(6000):
        time.sleep(0.1)
        run.progress(None)
    return {}


tool.serve()
'''


@pytest.fixture
def home(tmp_path):
    """A data folder with tools, one of which leaves a process behind."""
    add_tools(tmp_path)
    add_tool(tmp_path / "tools", LEAVER_MANIFEST, LEAVER)
    return tmp_path


@pytest.fixture
def port():
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    """The JSON that an address answers."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    with NO_PROXY.open(request, timeout=DEADLINE) as response:
        return json.load(response)


def until(what, condition):
    """Wait for a condition, and say what it was when it never came."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@pytest.mark.case("F4.processes", "F1.kill")
def test_a_killed_servers_runs_are_interrupted_with_what_they_had_and_leave_no_process(home, port):
    """kill -9 in mid-run, then start again: nothing acknowledged is lost, nothing is left over, and the next run works."""
    with served(home, port) as (server, url):
        done = post(f"{url}/api/tools/adder/runs", {"inputs": {"a": 1, "b": 1}, "wait": 20})
        told = post(f"{url}/api/tools/teller/runs", {"inputs": {"words": 10_000, "pause": 0.01}})
        left = post(f"{url}/api/tools/leaver/runs", {"inputs": {}})

        def outputs(run):
            return get(f"{url}/api/runs/{run['id']}")["outputs"]

        until("nothing was streamed", lambda: "word9 " in outputs(told).get("story", ""))
        until("no process was left", lambda: "said" in outputs(left))
        seen = outputs(told)["story"]
        assert processes_of(home)
        stranger = os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "600")
        server.send_signal(signal.SIGKILL)
        server.wait(DEADLINE)
    try:
        with served(home, port) as (server, url):
            again = get(f"{url}/api/runs/{told['id']}")
            assert again["status"] == "interrupted"
            assert again["outputs"]["story"].startswith(seen)
            assert get(f"{url}/api/runs/{left['id']}")["status"] == "interrupted"
            assert get(f"{url}/api/runs/{done['id']}")["outputs"] == done["outputs"]
            until("a process of a dead server is still there", lambda: processes_of(home) == [])
            fresh = post(f"{url}/api/tools/adder/runs", {"inputs": {"a": 2, "b": 2}, "wait": 20})
            assert fresh["status"] == "ok"
            events = get(f"{url}/api/runs/{told['id']}/events")
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        os.kill(stranger, 0)
    finally:
        os.kill(stranger, signal.SIGKILL)
        os.waitpid(stranger, 0)


def test_a_second_start_changes_nothing(home, port):
    """What was put right once stays as it is."""
    with served(home, port) as (server, url):
        told = post(f"{url}/api/tools/teller/runs", {"inputs": {"words": 10_000, "pause": 0.01}})
        until("nothing was streamed", lambda: get(f"{url}/api/runs/{told['id']}")["outputs"].get("story"))
        server.send_signal(signal.SIGKILL)
        server.wait(DEADLINE)
    states = []
    for _ in range(2):
        with served(home, port) as (_, url):
            states.append((get(f"{url}/api/runs/{told['id']}"), get(f"{url}/api/runs/{told['id']}/events")))
    assert states[0] == states[1]


def test_a_script_beside_a_killed_server_reads_what_was_kept(home, port):
    """Without a server, by the library alone."""
    with served(home, port) as (server, url):
        told = post(f"{url}/api/tools/teller/runs", {"inputs": {"words": 10_000, "pause": 0.01}})
        until("nothing was streamed", lambda: get(f"{url}/api/runs/{told['id']}")["outputs"].get("story"))
        server.send_signal(signal.SIGKILL)
        server.wait(DEADLINE)
    with pixie_core.open(home) as pixie:
        assert pixie.get(told["id"]).values()["story"].startswith("word0 ")
        assert pixie.run("adder", a=3, b=4).values()["sum"]["value"] == 7
    until("a process is still there", lambda: not [each for each in processes_of(home) if "adder" in _folder(each)])


def _folder(pid):
    try:
        return os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115
    except OSError:
        return ""
