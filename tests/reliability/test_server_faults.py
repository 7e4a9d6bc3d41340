"""What a server does while its data folder can't be written, its database is held by another, or its disk fails (F6, F7, F9, F14)."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import pixie_core
from pixie_core.store.owner import Owner
from tests.reliability.mounting import ALONE, inside, must_be_possible
from tests.server.cli.folders import DEADLINE, add_tools
from tests.server.cli.test_serve import NO_PROXY, served
from tests.server.live_pixie import processes_of

NOTICE_SECONDS = 20.0
OWING = "be put right until the database can be written"


@pytest.fixture
def home(tmp_path):
    """A data folder with tools, and a run in it."""
    add_tools(tmp_path)
    with pixie_core.open(tmp_path) as pixie:
        assert pixie.run("adder", a=20, b=22).status == "ok"
    return tmp_path


@pytest.fixture
def port():
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, body=None, *, accept="application/json", method=None):
    """Status, headers and text of an answer, and how many seconds it took."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Accept": accept, "Content-Type": "application/json"}
    begun = time.monotonic()
    try:
        with NO_PROXY.open(urllib.request.Request(url, data, headers, method=method), timeout=DEADLINE) as response:
            return response.status, response.headers, response.read().decode(errors="replace"), time.monotonic() - begun
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode(errors="replace"), time.monotonic() - begun


def run_one(url):
    """Ask for a run, and for its end."""
    return ask(f"{url}/api/tools/adder/runs", {"inputs": {"a": 1, "b": 2}, "wait": 15})


def until(what, condition, seconds=NOTICE_SECONDS):
    """Wait for a condition, and say what it was when it never came."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def count(home):
    """How many runs the database holds."""
    with closing(sqlite3.connect(home / "pixie.db")) as conn:
        return conn.execute("SELECT count(*) FROM runs").fetchone()[0]


def reads(url, runs=1):
    """The list of runs and a page are answered."""
    status, _, text, taken = ask(f"{url}/api/runs")
    assert (status, len(json.loads(text)["items"])) == (200, runs)
    assert taken < 2
    assert ask(f"{url}/", accept="text/html")[0] == 200


def refused(url, home, *, status=503, code=None):
    """A run is refused in time and in words, and nothing of it is there."""
    before = processes_of(home)
    got, headers, text, taken = run_one(url)
    assert got == status, text
    said = json.loads(text)
    if code is not None:
        assert said["code"] == code
    assert taken < 6.5
    assert {home.name, "pixie.db", "database"} & set(re.findall(r"[\w.-]*\w", said["detail"]))
    assert str(home.parent) not in text
    if status == 503:
        assert int(headers["Retry-After"]) >= 1
    assert processes_of(home) == before


# A folder that can't be written

SERVE = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 1
exec "$2" -m pixie_server.cli serve --home "$1" --port "$3" --no-sync
"""


@contextmanager
def served_read_only(home, port):
    """A server for which the folder lies on a file system that can only be read; and what makes it writable again."""
    must_be_possible(home)
    command = [*ALONE, "sh", "-c", SERVE, "sh", str(home), sys.executable, str(port)]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PIXIE_")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:

        def make_writable():
            subprocess.run([*inside(server.pid), "mount", "-o", "remount,bind,rw", str(home)], check=True)

        try:
            line = server.stdout.readline()
            assert line == f"Pixie is ready: http://127.0.0.1:{port}\n", line + server.stderr.read()
            yield f"http://127.0.0.1:{port}", make_writable
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=DEADLINE)


@pytest.mark.case("F7.read_only")
def test_a_folder_that_can_only_be_read_is_served_with_a_notice_and_written_once_it_can(home, port):
    """Pages say why, runs are refused with 503 and Retry-After, none starts; it recovers unaided."""
    with served_read_only(home, port) as (url, make_writable):
        reads(url)
        page = ask(f"{url}/", accept="text/html")[2]
        assert "can only be read" in page
        refused(url, home, code="data_folder_read_only")
        assert count(home) == 1
        make_writable()
        until("the folder was never written again", lambda: run_one(url)[0] == 200)
        assert "can only be read" not in ask(f"{url}/", accept="text/html")[2]
        assert count(home) == 2


# A database that another holds


@pytest.mark.case("F7.busy")
def test_writes_are_refused_in_time_while_another_program_holds_the_database(home, port):
    """BEGIN EXCLUSIVE by a stranger: reads go on, writes get 503 and Retry-After within 6 s, and it recovers."""
    with served(home, port) as (_, url):
        reads(url)
        stranger = sqlite3.connect(home / "pixie.db", isolation_level=None)
        stranger.execute("BEGIN EXCLUSIVE")
        refused(url, home, code="data_folder_busy")
        reads(url)
        stranger.execute("ROLLBACK")
        stranger.close()
        until("it never recovered", lambda: run_one(url)[0] == 200)
        assert count(home) == 2


@pytest.mark.case("F7.busy")
def test_a_server_starts_beside_a_program_that_holds_the_database(home, port):
    """It reads and refuses; what a dead one left is put right once the database can be had."""
    left = str(uuid.uuid4())
    with pixie_core.open(home) as pixie:
        pixie.store.create_run(
            run_id=left, tool_id="adder", inputs={}, origin="api", owner=Owner("a boot of before", 1, 1)
        )
    stranger = sqlite3.connect(home / "pixie.db", isolation_level=None)
    stranger.execute("BEGIN EXCLUSIVE")
    with served(home, port) as (_, url):
        reads(url, runs=2)
        assert OWING in ask(f"{url}/", accept="text/html")[2]
        refused(url, home, code="data_folder_busy")
        stranger.execute("ROLLBACK")
        stranger.close()
        until("it never recovered", lambda: run_one(url)[0] == 200)
        until(
            "what the dead server left was never ended",
            lambda: json.loads(ask(f"{url}/api/runs/{left}")[2])["status"] == "interrupted",
        )
        assert OWING not in ask(f"{url}/", accept="text/html")[2]


# A disk that fails


@contextmanager
def traced(server, *options, log=os.devnull):
    """While strace looks at the server, with these options."""
    with subprocess.Popen(
        ["strace", "-f", "-q", "-o", str(log), *options, "-p", str(server.pid)], stderr=subprocess.DEVNULL
    ) as tracer:
        try:
            until("strace never attached", lambda: _traced(server.pid), 10)
            yield
        finally:
            tracer.send_signal(signal.SIGINT)
            try:
                tracer.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                tracer.kill()


def _traced(pid):
    return "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.case("F6.full", "F7.read_only")
@pytest.mark.parametrize(
    ("error", "status"), [("EROFS", 503), ("ENOSPC", 507), ("EIO", 503)], ids=["read-only", "full", "broken"]
)
def test_a_disk_that_fails_under_a_running_server_costs_nothing_acknowledged(home, port, error, status):
    """Every write of the database fails: nothing is acknowledged, reads go on, and it recovers unaided."""
    with served(home, port) as (server, url):
        assert ask(f"{url}/api/runs")[0] == 200
        with traced(server, "-e", f"inject=pwrite64:error={error}"):
            refused(url, home, status=status)
            reads(url)
        until("it never recovered", lambda: run_one(url)[0] == 200)
        assert count(home) == 2
    with pixie_core.open(home) as pixie:
        assert pixie.keeping.fsck().ok


@pytest.mark.case("F6.fsync")
def test_a_commit_whose_fsync_failed_is_not_acknowledged(home, port):
    """EIO at fdatasync: the run is refused, and what is committed after it is sound."""
    with served(home, port) as (server, url):
        assert ask(f"{url}/api/runs")[0] == 200
        with traced(server, "-e", "inject=fdatasync,fsync:error=EIO"):
            refused(url, home)
        until("it never recovered", lambda: run_one(url)[0] == 200)
    with pixie_core.open(home) as pixie:
        assert [each.status for each in pixie.runs().items] == ["ok", "ok"]
        assert pixie.keeping.fsck().ok


# Who opens the database

OPENED = re.compile(r'openat\([^"]*"([^"]*pixie\.db(?:-wal|-shm)?)", ([A-Z_|]+)')


@pytest.mark.case("F14.sqlite")
def test_nothing_but_sqlite_opens_the_database_of_a_server(home, port, tmp_path_factory):
    """Through a backup, a zip, a copy, the answer of its health and a check; SQLite alone asks for O_NOFOLLOW."""
    log = tmp_path_factory.mktemp("trace") / "log"
    script = tmp_path_factory.mktemp("script") / "backs_up.py"
    script.write_text(BACKS_UP)
    with served(home, port) as (server, url):
        run_id = json.loads(ask(f"{url}/api/runs")[2])["items"][0]["id"]
        opens = ["-e", "trace=openat", "-s", "4096"]
        with traced(server, *opens, log=log):
            for path in ("/api/healthz", f"/api/runs/{run_id}/export", "/", f"/api/runs/{run_id}", "/pixie.db"):
                status = ask(f"{url}{path}")[0]
                assert status == (404 if path == "/pixie.db" else 200), path
            assert run_one(url)[0] == 200
        served_log = log.read_text()
        subprocess.run(
            ["strace", "-f", "-q", "-o", str(log), *opens, sys.executable, str(script), str(home)],
            check=True,
            timeout=60,
        )
        both = served_log + log.read_text()
    opened = [(Path(path).name, flags) for path, flags in OPENED.findall(both) if "/backups/" not in path]
    assert {name for name, _ in opened} >= {"pixie.db", "pixie.db-wal", "pixie.db-shm"}
    assert [each for each in opened if "O_NOFOLLOW" not in each[1]] == []


BACKS_UP = """
import sys
import pixie_core
with pixie_core.open(sys.argv[1]) as pixie:
    pixie.keeping.backup()
    pixie.keeping.fsck()
    pixie.export(pixie.runs().items[0].id, sys.argv[1] + "/out.zip")
    pixie.keeping.background.sweep()
    pixie.keeping.background.sweep()
"""
