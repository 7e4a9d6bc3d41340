"""How soon the server refuses what is too much or isn't there, beside what it takes to answer at all. Run by hand:

    uv run python -m tests.benchmarks.bench_refusals [times]

The server is a process of its own. For bodies each line is the time from connecting to the first bytes of the answer: the
median, and how much longer than a small request it is; a body of millions of bytes is on its way for some of it. For addresses that try to
leave their folder, each pair names something that is there and something that isn't: the medians ought to be alike.
"""

from __future__ import annotations

import select
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.server.cli.folders import add_tools, process

BODIES = {
    "65 lists": (b"[" * 65 + b"]" * 65, 400),
    "990 lists": (b"[" * 990 + b"]" * 990, 400),
    "100 000 lists": (b"[" * 100_000, 400),
    "100 000 objects": (b'{"a":' * 100_000, 400),
    "a million keys": (b"{" + b",".join(b'"k%d":0' % n for n in range(1_000_000)) + b"}", 400),
    "a text of 200 MB": (b'"' + b"a" * 200_000_000 + b'"', 413),
}
PAIRS = {
    "/static/..%2f..%2f{}": ("guard.py", "nothing.py"),
    "/static/{}": ("..%2fguard.py", "..%2fnothing.py"),
    "/api/artefacts/..%2f..%2f{}/content": ("pixie.db", "nothing.db"),
    "/api/artefacts/..%2f..%2f{}/export?format=txt": ("pixie.db", "nothing.db"),
    "/api/runs/..%2f..%2f{}/export": ("artefacts", "nothingness"),
    "/api/tools/..%2f{}": ("tools", "nothing"),
}
_PIECE = 1 << 20


def asked(port, method, path, body=b""):
    """The seconds until a request was answered, and the status."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + b"\r\n")
        for at in range(0, len(body), _PIECE):
            if select.select([connection], [], [], 0)[0]:
                break  # answered before all was sent
            connection.sendall(body[at : at + _PIECE])
        answer = connection.recv(65536)
    return time.perf_counter() - begun, int(answer[9:12])


def median(times, port, method, path, body=b"", status=404):
    taken = []
    for _ in range(times):
        seconds, answered = asked(port, method, path, body)
        assert answered == status, f"{path}: {answered}"
        taken.append(seconds * 1000)
    return statistics.median(taken)


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        add_tools(Path(folder))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with process("serve", "--home", folder, "--no-sync", "--port", port) as server:
            print(server.stdout.readline())
            least = median(times * 10, port, "GET", "/api/healthz", status=200)
            print(f"{'a small request':28} {least:7.1f} ms")
            for name, (body, status) in BODIES.items():
                took = median(times, port, "POST", "/api/tools/adder/runs", body, status)
                print(f"{name:28} {took:7.1f} ms  {took / least:6.1f} x")
            print(f"\n{'there':>9} {'missing':>10}")
            for address, names in PAIRS.items():
                there, missing = (median(times * 10, port, "GET", address.format(name)) for name in names)
                print(f"{there:6.2f} ms {missing:7.2f} ms  {there / missing:5.2f} x  {address}")
            server.terminate()


if __name__ == "__main__":
    main()
