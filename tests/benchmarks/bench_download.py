"""How fast a kept file is sent, beside what stock Quart does with the same file. Run by hand:

    uv run python -m tests.benchmarks.bench_download [megabytes]

Both are served by Hypercorn in one process, one after the other, to a reader in another that throws the bytes away;
each figure is the best of three. The third line is the least that Python could do: the file's pieces written to a
socket, with no server in between.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, send_file

from pixie_core import Pixie, Settings
from tests.reliability.kept import keep
from tests.server.live_pixie import live_pixie

READER = """
import socket, sys
port, path = int(sys.argv[1]), sys.argv[2]
buffer = memoryview(bytearray(1 << 20))
with socket.create_connection(("127.0.0.1", port)) as connection:
    connection.sendall(f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    total = 0
    while count := connection.recv_into(buffer):
        total += count
print(total)
"""


def fetch(port, path):
    """The seconds that a download took, and the bytes that came, head and all."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", READER, str(port), path], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, int(done.stdout)


@contextmanager
def stock(file):
    """Quart as it comes, with the same file."""
    app = Quart(__name__)
    app.config["RESPONSE_TIMEOUT"] = None  # it would be cut after a minute

    @app.get("/file")
    async def _file():
        return await send_file(file)

    listening = socket.create_server(("127.0.0.1", 0))
    config = Config()
    config.bind = [f"fd://{os.dup(listening.fileno())}"]
    config.errorlog = None
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    work = serve(app, config, shutdown_trigger=stop.wait)
    thread = threading.Thread(target=lambda: loop.run_until_complete(work))
    thread.start()
    yield listening.getsockname()[1]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    listening.close()


@contextmanager
def bare(file):
    """No server at all."""
    listening = socket.create_server(("127.0.0.1", 0))

    def work():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, Path(file).open("rb") as source:
                connection.recv(65536)
                while piece := source.read(1 << 20):
                    connection.sendall(piece)

    threading.Thread(target=work, daemon=True).start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def report(name, port, path, size):
    fetch(port, path)
    took = []
    for _ in range(3):
        seconds, got = fetch(port, path)
        assert got >= size, f"{got} of {size} bytes came"
        took.append(seconds)
    least = min(took)
    print(f"{name:24} {size / least / 2**20:8.0f} MB/s")
    return least


def main():
    size = int(sys.argv[1] if len(sys.argv) > 1 else 1024) << 20
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "source.bin"
        with source.open("wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
        with Pixie(Settings(home=home)) as pixie:
            _, numbers = keep(pixie, {"large.bin": source})
            path = f"/api/artefacts/{numbers['large.bin']}/content"
        with stock(source) as port:
            theirs = report("Quart's send_file", port, "/file", size)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with live_pixie(home) as live:
            ours = report("Pixie", live.port, path, size)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        with bare(source) as port:
            report("a socket alone", port, "/", size)
    print(f"{theirs / ours:.1f} times as fast as Quart; the largest memory grew by {grown:.0f} MB")


if __name__ == "__main__":
    main()
