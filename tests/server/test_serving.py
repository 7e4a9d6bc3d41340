"""Serving from the first request to the last: the gate, the limits that are set, readers that don't read, and the end."""

import gc
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress

import httpx
import pytest

import pixie_core
from pixie_core import Settings
from pixie_server import serving
from tests.server.cli.folders import process
from tests.server.live_pixie import MANIFESTS, add_tool, add_tools, live_pixie, processes_of

DEADLINE = 20.0
STREAM = {"Accept": "text/event-stream"}


def until(condition):
    """Wait for it."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.case("D6.starting")
def test_until_all_is_made_every_request_is_told_to_come_again(tmp_path):
    """503 with Retry-After to programs and people alike, behind the guard; the socket is there for the server after."""
    settings = Settings(home=tmp_path)
    with closing(serving.listen("127.0.0.1", 0)) as listening:
        url = serving.address(listening)
        with serving.shut(listening, settings), httpx.Client(base_url=url, trust_env=False) as client:
            health = client.get("/api/healthz")
            page = client.get("/", headers={"Accept": "text/html"})
            stranger = client.get("/api/healthz", headers={"Host": "example.org"})
        assert (health.status_code, health.json()["code"]) == (503, "starting")
        assert health.headers["retry-after"] == "2"
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "Pixie is starting" in page.text
        assert page.headers["x-content-type-options"] == "nosniff"
        assert stranger.status_code == 403
        assert listening.fileno() > 0
        with socket.create_connection(listening.getsockname(), timeout=DEADLINE):
            pass  # who comes between the two is let in by the next


@pytest.mark.case("F13.stopping")
def test_a_server_that_stops_takes_no_more_requests(tmp_path):
    """On a connection that is still open: 503, while what is under way goes on."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as live:
        assert live.get("/api/healthz").json() == {"ok": True}
        app = live.lint.app
        gate = app._app
        shut = gate._shut
        gate._shut = serving_refusal
        try:
            answer = live.get("/api/healthz")
        finally:
            gate._shut = shut
        assert (answer.status_code, answer.json()["code"]) == (503, "stopping")


def serving_refusal():
    """What the gate says at the end."""
    from pixie_server.gate import STOPPING

    return STOPPING


@pytest.mark.case("D6.launcher")
def test_the_launchers_state_is_for_developers(tmp_path):
    """404 otherwise, as if there were none."""
    for mode, status in ((False, 404), (True, 200)):
        with live_pixie(tmp_path, developer_mode=mode) as live:
            assert live.get("/api/launcher/state").status_code == status


@pytest.fixture
def small(tmp_path):
    """A Pixie whose limits are all small."""
    add_tools(tmp_path)
    with live_pixie(
        tmp_path,
        max_url_bytes=300,
        max_header_bytes=2000,
        max_body_bytes=2000,
        max_json_depth=5,
        max_json_values=40,
        max_form_bytes=1000,
        max_form_fields=8,
        max_upload_bytes=3000,
        max_upload_parts=3,
        body_timeout_seconds=1,
        max_streams=2,
    ) as live:
        yield live


RUNS = "/api/tools/adder/runs"


@pytest.mark.case("D6.limits")
@pytest.mark.parametrize(
    ("method", "path", "about", "status"),
    [
        ("GET", "/api/runs?label=" + "x" * 300, {}, 414),
        ("GET", "/api/runs", {"headers": {"X-Long": "x" * 2000}}, 431),
        ("POST", RUNS, {"json": {"inputs": {"note": "x" * 2000}}}, 413),
        ("POST", RUNS, {"json": {"inputs": {"note": [[[[["deep"]]]]]}}}, 400),
        ("POST", RUNS, {"json": {"inputs": {"note": list(range(50))}}}, 400),
        ("POST", "/tool/adder/run", {"data": {"note": "x" * 1000}}, 413),
        ("POST", "/tool/adder/run", {"data": {f"k{n}": "1" for n in range(9)}}, 413),
        ("POST", "/tool/adder/run", {"files": {"note": b"x" * 3000}}, 413),
        ("POST", "/tool/adder/run", {"files": {f"k{n}": b"1" for n in range(4)}}, 413),
    ],
    ids=["url", "headers", "body", "depth", "values", "form", "fields", "upload", "parts"],
)
def test_a_limit_that_is_set_is_the_one_that_counts(small, method, path, about, status):
    """Each of a request's limits, at a size that the default lets through."""
    assert small.client.request(method, path, **about).status_code == status
    assert small.get("/api/healthz").status_code == 200


@pytest.mark.case("D6.limits", "N17.body")
def test_a_body_that_does_not_come_is_not_waited_for_longer_than_is_set(small):
    """A second here: the request is answered with 408."""
    with socket.create_connection(("127.0.0.1", small.port), timeout=DEADLINE) as connection:
        head = (
            f"POST {RUNS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
        )
        connection.sendall(head.encode() + b'{"inp')
        assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")


@pytest.mark.case("D6.limits")
def test_more_streams_than_may_be_are_refused_and_one_that_ends_makes_room(small):
    """429 names the setting; JSON of the events is to be had all the same."""
    run = small.run("teller", wait=0, words=1000, pause=0.02)
    path = f"/api/runs/{run['id']}/events"
    with small.client.stream("GET", path, headers=STREAM) as one:
        lines = one.iter_lines()  # for as long as these are there, the stream is read
        next(lines)
        with small.client.stream("GET", "/api/events") as other:
            more = other.iter_lines()
            next(more)
            refused = small.get(path, headers=STREAM)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
            assert "PIXIE_MAX_STREAMS" in refused.json()["detail"]
            assert small.get(path, headers={"Accept": "application/json"}).status_code == 200

    def streams_again():
        with small.client.stream("GET", path, headers=STREAM) as again:
            return again.status_code == 200

    until(streams_again)
    small.post(f"/api/runs/{run['id']}/cancel")


@pytest.mark.case("N17.unread")
@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux drops readers that don't read")
def test_a_reader_that_takes_nothing_is_dropped(tmp_path, monkeypatch):
    """What waits for it is let go; the stream's place is free again."""
    add_tools(tmp_path)
    with live_pixie(tmp_path, unread_timeout_seconds=1) as live:
        run = live.run("teller", wait=40, words=4000, pause=0.0)
        path = f"/api/runs/{run['id']}/outputs/story"
        big, asked = "x" * 30_000_000, threading.Event()

        def output(run_id, key):
            asked.set()
            return big

        monkeypatch.setattr(live.pixie, "output", output)
        with socket.socket() as idle:
            idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            idle.settimeout(DEADLINE)
            idle.connect(("127.0.0.1", live.port))
            idle.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert asked.wait(DEADLINE)
            live.client.close()
            until(lambda: _connections(live.port) == 0)
            assert _received(idle) < len(big)


def _received(connection):
    """How many bytes come before the end, or before the connection breaks."""
    received = 0
    with suppress(ConnectionError):
        while piece := connection.recv(1 << 20):
            received += len(piece)
    return received


def _connections(port):
    """How many sockets of this process are the server's end of a connection."""
    import psutil

    gc.collect()
    return sum(
        each.laddr.port == port and each.status == psutil.CONN_ESTABLISHED
        for each in psutil.Process().net_connections("tcp")
        if each.laddr
    )


@pytest.mark.case("F11.end", "F13.signals")
def test_streams_and_requests_that_wait_for_runs_end_when_the_server_stops(tmp_path):
    """Cleanly: the last chunk comes, and the waiting request is answered with the interrupted run."""
    add_tools(tmp_path)
    with process("serve", "--home", tmp_path, "--no-sync", "--port", _free_port()) as server:
        url = server.stdout.readline().split()[-1]
        with httpx.Client(base_url=url, timeout=DEADLINE, trust_env=False) as client:
            body = {"inputs": {"words": 10_000, "pause": 0.05}}
            runs = [client.post("/api/tools/teller/runs", json=body).json()["id"] for _ in range(3)]
            ends = []

            def read(path):
                with client.stream("GET", path, headers=STREAM) as answer:
                    ends.append(b"".join(answer.iter_bytes()))

            def wait():
                ends.append(client.post("/api/tools/teller/runs", json={**body, "wait": 60}).json()["status"].encode())

            readers = [threading.Thread(target=read, args=(f"/api/runs/{run}/events",)) for run in (*runs, runs[0])]
            readers += [threading.Thread(target=read, args=("/api/events",)), threading.Thread(target=wait)]
            for each in readers:
                each.start()
            until(lambda: len(client.get("/api/runs?status=running").json()["items"]) == 4)
            begun = time.monotonic()
            server.terminate()
            _, err = server.communicate(timeout=DEADLINE)
            took = time.monotonic() - begun
            for each in readers:
                each.join(DEADLINE)
    assert server.returncode == 0, err
    assert took < 10
    assert len(ends) == 6  # none was cut: httpx would have raised in its thread
    assert b"interrupted" in ends
    assert "Traceback" not in err


@pytest.mark.case("F13.signals")
def test_a_terminal_that_is_closed_ends_the_server_as_a_signal_does(tmp_path):
    """Though nothing can be said there any more: the run is interrupted, nobody is left, and the log is whole."""
    add_tools(tmp_path)
    port = _free_port()
    here, there = os.openpty()
    at_a_terminal = "import os, sys; os.login_tty(0); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    command = ["-m", "pixie_server.cli", "serve", "--home", tmp_path, "--no-sync", "--port", str(port)]
    ends = {"stdin": there, "stdout": there, "stderr": there}
    server = subprocess.Popen([sys.executable, "-c", at_a_terminal, *command], **ends)
    try:
        os.close(there)
        said = b""
        while b"Pixie is ready" not in said:
            said += os.read(here, 1000)
        body = {"inputs": {"words": 10_000, "pause": 0.05}}
        run = httpx.post(f"http://127.0.0.1:{port}/api/tools/teller/runs", json=body, trust_env=False).json()
        until(lambda: processes_of(tmp_path))
        os.close(here)
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.wait()
    with pixie_core.open(tmp_path) as opened:
        assert opened.get(run["id"]).status == "interrupted"
    assert processes_of(tmp_path) == []
    assert all(json.loads(line)["level"] == "info" for line in (tmp_path / "pixie.log").read_text().splitlines())


SLEEPER = """\
import time

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def sleep(a):
    "Sleep."
    time.sleep(600)


tool.serve()
"""


def test_a_validation_that_takes_long_keeps_the_server_from_nothing(tmp_path):
    """When its grace is over the request is answered with 503, and the process ends without waiting for the rest."""
    manifest = {**MANIFESTS["adder"], "id": "sleeper", "inputs": MANIFESTS["adder"]["inputs"][:1]}
    add_tool(tmp_path / "tools", manifest, SLEEPER)
    settings = {"PIXIE_SHUTDOWN_GRACE_SECONDS": "1"}
    with process("serve", "--home", tmp_path, "--no-sync", "--port", _free_port(), **settings) as server:
        url = server.stdout.readline().split()[-1]
        answers = []

        def validate():
            with httpx.Client(base_url=url, timeout=DEADLINE, trust_env=False) as client:
                answers.append(client.get("/api/tools/sleeper/validate"))

        waiting = threading.Thread(target=validate)
        waiting.start()
        until(lambda: processes_of(tmp_path))
        begun = time.monotonic()
        server.terminate()
        _, err = server.communicate(timeout=DEADLINE)
        took = time.monotonic() - begun
        waiting.join(DEADLINE)
    assert server.returncode == 0, err
    assert took < 10
    assert "Traceback" not in err
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "stopping")]
    until(lambda: not processes_of(tmp_path))


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
