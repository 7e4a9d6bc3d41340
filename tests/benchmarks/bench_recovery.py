"""How long a start takes after a server died with very many runs unfinished. Run by hand:

    uv run python -m tests.benchmarks.bench_recovery [HOW_MANY]

Each run has told something, published a file, half published another, and has a folder that its tool left something
in; a file of each tenth was being written, and each fiftieth old run was being purged. Floors, taken in the same
run: opening the same folder once all is put right, and as many bare commits as there are runs, one by one.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from pixie_core.config import Settings
from pixie_core.run.events import Finished, Output, Started
from pixie_core.runtime import recover
from pixie_core.store import Publication, Store
from pixie_core.store.owner import Owner

HOW_MANY = 1000
LIMIT_SECONDS = 2.0


def leave(home, count):
    """Be the server that dies: make the runs, and end without a word."""
    settings = Settings(home=home)
    store = Store(settings)
    started = Started(inputs={"x": 1}, fingerprint={})

    def one(number):
        run_id = str(uuid.uuid4())
        store.create_run(run_id=run_id, tool_id="tool", inputs={"x": 1}, origin="api", events=[started])
        said = Output(output_key="text", type="stream_text", value="so far ", whole=False)
        published = store.stage(run_id, "tool", "whole.txt", f"published {number}".encode())
        store.append(run_id, [said, Publication(published)])
        store.append(run_id, [said] * 3)
        store.stage(run_id, "tool", "half.txt", f"without a row {number}".encode())
        incoming = settings.artefacts_root / ".incoming" / run_id
        incoming.mkdir(parents=True)
        (incoming / "left.txt").write_text("left")
        if number % 10 == 0:
            owner = Owner.current()
            staging = settings.artefacts_root / ".staging"
            name = f"{owner.boot_id}.{owner.pid}.{owner.start_ticks}.{uuid.uuid4().hex}"
            (staging / name).write_bytes(b"half of ")
        if number % 50 == 0:
            store.append(run_id, [Finished(status="ok")])
            store.write(
                lambda conn: conn.execute(
                    "UPDATE runs SET deleted_at = '2026', purging_at = '2026' WHERE id = ?", (run_id,)
                )
            )

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(count)))
    os._exit(0)


def timed(work):
    """Its seconds, and what it gave."""
    began = perf_counter()
    found = work()
    return perf_counter() - began, found


def start(settings):
    """A start of Pixie as far as the past is concerned."""
    with Store(settings) as store:
        return timed(lambda: recover(store, settings))


def bare_commits(folder, count):
    """As many small commits, one by one, into a database of the same kind."""
    conn = sqlite3.connect(folder / "bare.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    conn.execute("CREATE TABLE t (x)")
    for number in range(count):
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("INSERT INTO t VALUES (?)", (number,))
        conn.execute("COMMIT")
    conn.close()


def measure(count):
    """Seconds of: the first start, of which recovery; the second; as many bare commits."""
    with tempfile.TemporaryDirectory(prefix="pixie-bench-recovery-") as name:
        home = Path(name)
        subprocess.run([sys.executable, __file__, "--leave", name, str(count)], check=True)
        settings = Settings(home=home)
        first, (recovering, found) = timed(lambda: start(settings))
        ended = count - -(-count // 50)
        assert len(found.interrupted) == ended, f"{len(found.interrupted)} of {ended} runs were interrupted"
        second, (_, again) = timed(lambda: start(settings))
        assert (again.interrupted, again.killed, again.folders_removed) == ((), (), 0)
        commits, _ = timed(lambda: bare_commits(home, count))
        return first, recovering, second, commits


def main():
    if sys.argv[1:2] == ["--leave"]:
        leave(Path(sys.argv[2]), int(sys.argv[3]))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY
    for many in (count // 10, count):
        first, recovering, second, commits = measure(many)
        print(
            f"{many:6} runs: start {first:.2f} s (recovery {recovering:.2f} s), second start {second:.3f} s, bare commits"
            f" {commits:.2f} s; ratio to both floors {first / (second + commits):.2f}"
        )
    print(f"limit {LIMIT_SECONDS:g} s: {'kept' if first <= LIMIT_SECONDS else 'BROKEN'}")


if __name__ == "__main__":
    main()
