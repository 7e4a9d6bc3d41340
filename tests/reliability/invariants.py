"""What must hold after whatever was done to a served Pixie.

with holds(live):                   nothing may have changed (NOFX), and all that follows
    attack()
with holds(live, changes=True):     runs and what they leave may come
    use()

ALIVE     the server answers /api/healthz
NOFX      no row of the database and no file is another than before
FILE⇔ROW  each row of a file has its file, with its size and SHA-256, and no other file is visible
NOPROC    no process runs a tool of the data folder that Pixie doesn't know
CANARY    a planted secret stands nowhere but in the .env of its tool
NO500     no answer was a 500, and no fault was logged
BOUND     with bounded(): memory rises by no more than 200 MB, and files that were opened are closed again
"""

import hashlib
import logging
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from tests.server.live_pixie import processes_of

DEADLINE = 30.0
SPARE_DESCRIPTORS = 20
"""What may have been opened for good: connections of readers, a tool's pipes."""
PASSING = {"tool_processes"}
"""Tables about processes, which come and go by themselves."""


@contextmanager
def holds(live, *, changes=False, canaries=()):
    """The invariants after the block; without `changes`, nothing may be another than before it."""
    before = None if changes else everything(live)
    answered = len(live.lint.answers)
    with faults_logged() as faults:
        yield
    alive(live)
    assert [each for each in live.lint.answers[answered:] if each[2] == 500] == []
    assert faults == []
    if before is not None:
        after = everything(live)
        assert sorted(key for key in {*before, *after} if before.get(key) != after.get(key)) == []
    files_and_rows_agree(live)
    no_strange_process(live)
    for canary in canaries:
        not_told(live, canary)


@contextmanager
def faults_logged():
    """What the server logs as an error meanwhile."""
    found = []

    class Keeps(logging.Handler):
        def emit(self, record):
            found.append(self.format(record))

    handler = Keeps(logging.ERROR)
    loggers = [logging.getLogger(name) for name in ("pixie", "pixie_core", "asyncio", "hypercorn.error")]
    for each in loggers:
        each.addHandler(handler)
    try:
        yield found
    finally:
        for each in loggers:
            each.removeHandler(handler)


BOUND_BYTES = 200_000_000


@contextmanager
def bounded(pid=None):
    """BOUND, of a server's process; of this one, the server among it, where none is named."""
    process, over = psutil.Process(pid), threading.Event()
    before = peak = process.memory_info().rss
    descriptors = process.num_fds()

    def look():
        nonlocal peak
        while not over.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
    assert peak - before < BOUND_BYTES, f"{(peak - before) / 1e6:.0f} MB more"
    deadline = time.monotonic() + DEADLINE
    while process.num_fds() > descriptors + SPARE_DESCRIPTORS:
        assert time.monotonic() < deadline, f"{process.num_fds()} files are open, {descriptors} were"
        time.sleep(0.02)


def alive(live):
    """ALIVE."""
    answer = live.get("/api/healthz", timeout=DEADLINE)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def rows(live):
    """Each row of the database by its table and number."""
    found = {}
    with closing(sqlite3.connect(f"file:{live.pixie.settings.db_path}?mode=ro", uri=True)) as conn:
        names = conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        for (table,) in names.fetchall():
            if table not in PASSING:
                for number, row in enumerate(conn.execute(f'SELECT * FROM "{table}"')):
                    found[table, number] = row
    return found


def files(live):
    """The SHA-256 of each file of the data folder, without the database and what Python caches."""
    home = live.pixie.settings.home
    database = live.pixie.settings.db_path.name
    found = {}
    for path in home.rglob("*"):
        inside = path.relative_to(home)
        if path.is_symlink() or not path.is_file() or path.name.startswith(database):
            continue
        if {"__pycache__", ".venv"}.isdisjoint(inside.parts):
            found["file", str(inside)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def everything(live):
    """NOFX: what may not change."""
    return rows(live) | files(live)


def files_and_rows_agree(live):
    """FILE⇔ROW."""
    root = live.pixie.settings.artefacts_root
    with closing(sqlite3.connect(f"file:{live.pixie.settings.db_path}?mode=ro", uri=True)) as conn:
        known = conn.execute("SELECT rel_path, size_bytes, sha256 FROM artefacts").fetchall()
    for path, size, sha256 in known:
        content = (root / path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256), path
    visible = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    }
    assert visible == {path for path, _, _ in known}


def no_strange_process(live):
    """NOPROC; one that is just ending may have its moment."""
    deadline = time.monotonic() + DEADLINE
    while strange := set(processes_of(live.pixie.settings.home)) - _known(live):
        assert time.monotonic() < deadline, f"Pixie doesn't know of {sorted(strange)}"
        time.sleep(0.02)


def _known(live):
    """The processes of the launcher, and their children."""
    known = set()
    for state in live.pixie.runner.launcher.state():
        if state.pid is not None and psutil.pid_exists(state.pid):
            known.add(state.pid)
            known |= {child.pid for child in psutil.Process(state.pid).children(recursive=True)}
    return known


def not_told(live, canary):
    """CANARY: not in the database, in no file but .env, and on no command line."""
    for place, row in rows(live).items():
        assert canary not in repr(row), f"{canary} stands in {place}"
    home = live.pixie.settings.home
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.name != ".env":
            assert canary.encode() not in path.read_bytes(), f"{canary} stands in {path}"
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = each.read_bytes()
        except OSError:
            continue  # it has ended
        assert canary.encode() not in said, f"{canary} stands in {each}"
