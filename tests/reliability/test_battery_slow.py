"""Case N17 of the battery: hundreds of connections that do as little as they can. PIXIE_LONG=1 takes the limits as they are."""

import contextlib
import os
import resource
import socket
import threading
import time

import psutil
import pytest

from tests.reliability.invariants import SPARE_DESCRIPTORS, faults_logged
from tests.reliability.kept import keep
from tests.server.live_pixie import add_tools, live_pixie

DEADLINE = 60.0
EACH = 75
LONG = os.environ.get("PIXIE_LONG") == "1"
LIMITS = {} if LONG else {"body_timeout_seconds": 3, "unread_timeout_seconds": 3}
HEAD = b"POST /api/tools/adder/runs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
BEGUN = {
    "silent": b"",
    "a head by drips": b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n",
    "a body by drips": HEAD + b"content-length: 100000\r\n\r\n{",
    "never reading": b"GET /api/artefacts/%d/content HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
}
LARGE = 20_000_000


@pytest.fixture
def slow(tmp_path):
    """A served Pixie with a large file, whose limits of time are short, and the file's number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    add_tools(tmp_path)
    try:
        with live_pixie(tmp_path, **LIMITS) as live:
            yield live, keep(live.pixie, {"large.bin": os.urandom(LARGE)})[1]["large.bin"]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def ended(connection):
    """Whether the server has hung up, and the first that it said."""
    connection.setblocking(False)
    try:
        said = connection.recv(4096)
    except BlockingIOError:
        return False, b""
    except ConnectionError:
        return True, b""
    return said == b"" or b"connection: close" in said.lower(), said


def drip(lines, over):
    """A byte now and then, for as long as it lasts."""
    while not over.wait(0.5):
        for name, connection in lines:
            if name.endswith("drips"):
                with contextlib.suppress(OSError):
                    connection.send(b"x")


@pytest.mark.case("N17.others", "N17.head", "N17.body", "N17.unread", "N17.bounded")
def test_hundreds_of_slow_connections_hold_up_nobody_and_are_let_go(slow):
    """Silent ones, heads and bodies that drip, and answers that nobody reads: others are answered all the while."""
    live, number = slow
    process = psutil.Process()
    live.get("/api/healthz")
    descriptors, memory = process.num_fds(), process.memory_info().rss
    waited, over, said = [], threading.Event(), {name: [] for name in BEGUN}
    with contextlib.ExitStack() as opened:
        faults = opened.enter_context(faults_logged())
        lines = []
        for name, begun in BEGUN.items():
            for _ in range(EACH):
                connection = opened.enter_context(socket.socket())
                if name == "never reading":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.settimeout(DEADLINE)
                connection.connect(("127.0.0.1", live.port))
                connection.sendall(begun % number if b"%d" in begun else begun)
                lines.append((name, connection))

        dripping = threading.Thread(target=drip, args=(lines, over))
        dripping.start()
        open_ones = [each for each in lines if each[0] != "never reading"]
        try:
            deadline = time.monotonic() + DEADLINE
            while open_ones:
                assert time.monotonic() < deadline, {name for name, _ in open_ones}
                start = time.monotonic()
                assert live.get("/api/tools").status_code == 200
                waited.append(time.monotonic() - start)
                for name, connection in list(open_ones):
                    gone, word = ended(connection)
                    if word:
                        said[name].append(word)
                    if gone:
                        open_ones.remove((name, connection))
                time.sleep(0.05)
        finally:
            over.set()
            dripping.join()
        assert len(said["a body by drips"]) == EACH
        assert all(word.startswith(b"HTTP/1.1 408") for word in said["a body by drips"])
        assert not any(word.startswith(b"HTTP/1.1 2") for word in said["a head by drips"])
    assert sorted(waited)[len(waited) // 2] < 1
    deadline = time.monotonic() + DEADLINE
    while process.num_fds() > descriptors + SPARE_DESCRIPTORS:
        assert time.monotonic() < deadline, f"{process.num_fds()} descriptors of {descriptors} at first"
        time.sleep(0.05)
    assert process.memory_info().rss - memory < 200_000_000
    assert faults == []
