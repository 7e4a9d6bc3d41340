"""What the zip of a run takes: time, memory, and the wait for its first byte. Run by hand:

    uv run python -m tests.benchmarks.bench_zip [megabytes] [files]

The bytes of a run with one file of that many megabytes (2000), which takes no room on disk, are thrown away as they
come; beside them stands the least that Python could do: reading the file and taking its SHA-256 and CRC-32. Then the
zips of a run with that many files (10000) and of 500 runs are begun and made. Memory is what the process has grown by.

At last the same runs are served, and the wait is taken from the request to the first byte of the zip, on a machine as
it is and on one where every core has two busy processes beside; its floor is the wait for `GET /api/healthz`.
"""

from __future__ import annotations

import hashlib
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import zlib
from contextlib import contextmanager
from pathlib import Path

from pixie_core import Pixie, Settings
from pixie_core.run.events import Finished, Started
from pixie_core.store import Publication, StagedFile
from tests.server.live_pixie import live_pixie

PIECE = 256 * 1024


def begun(pixie, tool="bench"):
    """The id of a run that has begun, and its folder."""
    run_id = str(uuid.uuid4())
    events = [Started(inputs={"n": 1}, fingerprint={"pixie": "1"})]
    pixie.store.create_run(run_id=run_id, tool_id=tool, inputs={"n": 1}, origin="script", events=events)
    folder = pixie.settings.artefacts_root / tool / run_id
    folder.mkdir(parents=True)
    return run_id, folder


def large(pixie, megabytes):
    """A run with one file of that size, a hole."""
    run_id, folder = begun(pixie)
    size, digest = megabytes * 10**6, hashlib.sha256()
    with (folder / "film.mp4").open("wb") as file:
        file.truncate(size)
    with (folder / "film.mp4").open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    staged = StagedFile("bench", run_id, "film.mp4", f"bench/{run_id}/film.mp4", "video/mp4", size, digest.hexdigest())
    pixie.store.append(run_id, [Publication(staged), Finished(status="ok")])
    return run_id, folder / "film.mp4"


def many(pixie, files):
    """A run with that many small files."""
    run_id, folder = begun(pixie)
    digest = hashlib.sha256(b"x").hexdigest()
    staged = []
    for number in range(files):
        name = f"plot-{number}.png"
        (folder / name).write_bytes(b"x")
        staged.append(StagedFile("bench", run_id, name, f"bench/{run_id}/{name}", "image/png", 1, digest))
    pixie.store.append(run_id, [*map(Publication, staged), Finished(status="ok")])
    return run_id


def grown():
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def throw_away(pieces):
    """Seconds, and bytes."""
    start = time.perf_counter()
    total = sum(map(len, pieces))
    return time.perf_counter() - start, total


def floor(path):
    """Seconds for reading a file and taking its sums."""
    start = time.perf_counter()
    digest, crc = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
    return time.perf_counter() - start


def first_byte(make):
    """Milliseconds until the zip's first piece, the best of five."""

    def once():
        start = time.perf_counter()
        pieces = iter(make())
        next(pieces)
        waited = time.perf_counter() - start
        pieces.close()
        return waited

    return min(once() for _ in range(5)) * 1000


def wait_over_http(port, path, times=5):
    """Milliseconds from the request to the first byte of the body: the median of so many, and the longest."""

    def once():
        with socket.create_connection(("127.0.0.1", port)) as connection:
            start = time.perf_counter()
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
            came = b""
            while not came.partition(b"\r\n\r\n")[2]:
                piece = connection.recv(65536)
                assert piece, came
                came += piece
            waited = (time.perf_counter() - start) * 1000
            assert came.startswith(b"HTTP/1.1 200"), came[:200]
            while connection.recv(1 << 20):
                pass  # the next one is to wait for itself alone
            return waited

    once()
    waits = [once() for _ in range(times)]
    return statistics.median(waits), max(waits)


@contextmanager
def busy_machine():
    """Two processes for each core that do nothing but work."""
    program = "while True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for each in busy:
        each.kill()
        each.wait()


def over_http(home, runs):
    """A line for each run, by what it is called, on the machine as it is and on a busy one."""
    with live_pixie(home, max_artefact_bytes_per_run=10**12) as live:

        def told(machine):
            floor, longest = wait_over_http(live.port, "/api/healthz")
            print(f"over HTTP, {machine}: healthz after {floor:.1f} ms (at most {longest:.1f})")
            for name, run_id in runs.items():
                wait, longest = wait_over_http(live.port, f"/api/runs/{run_id}/export")
                print(f"  {name}: first byte after {wait:.1f} ms (at most {longest:.1f}), {wait / floor:.1f} floors")

        told("the machine as it is")
        with busy_machine():
            told("two busy processes a core")


def main():
    """Measure, and print a line for each."""
    megabytes, files = (int(each) for each in (sys.argv[1:] + ["2000", "10000"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        over_http(Path(folder), made_and_read(Path(folder), megabytes, files))


def made_and_read(home, megabytes, files):
    """What the library takes; returns the runs by what they are called."""
    with Pixie(Settings(home=home, max_artefact_bytes_per_run=10**12)) as pixie:
        run_id, path = large(pixie, megabytes)
        least = floor(path)
        before = grown()
        seconds, total = throw_away(pixie.zip(run_id))
        print(
            f"one file of {megabytes} MB: {total / seconds / 10**6:.0f} MB/s, {seconds / least:.2f} times its sums alone, "
            f"{grown() - before:.1f} MB of memory; first byte after {first_byte(lambda: pixie.zip(run_id)):.1f} ms"
        )
        crowd = many(pixie, files)
        wait = first_byte(lambda: pixie.zip(crowd))
        before = grown()
        seconds, total = throw_away(pixie.zip(crowd))
        print(
            f"{files} files: first byte after {wait:.1f} ms, all of {total / 10**6:.1f} MB after {seconds:.2f} s, "
            f"{grown() - before:.1f} MB of memory"
        )
        small = [many(pixie, 4) for _ in range(500)]
        throw_away(pixie.bulk(small[:20]))
        before = grown()
        wait = first_byte(lambda: pixie.bulk(small))
        seconds, total = throw_away(pixie.bulk(small))
        print(
            f"500 runs: first byte after {wait:.1f} ms, all of {total / 10**6:.1f} MB after {seconds:.2f} s, "
            f"{grown() - before:.1f} MB of memory more than for 20"
        )
    return {f"{megabytes} MB": run_id, f"{files} files": crowd, "4 files": small[0]}


if __name__ == "__main__":
    main()
