"""A hundred readers of one run: how much they are told, how soon, and whether a quiet minute cuts them off. By hand:

    uv run python -m tests.benchmarks.bench_events [readers]

First a run of 20 000 events that has ended is read by all at once; the floor is the same bytes, sent to as many by a
bare socket. Then a live run is followed by all: how long after its commit an event arrives. At last a run says nothing
for 70 seconds, with the limits as they come. The readers are in a process of their own.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import psutil

from pixie_core.run.events import Finished, Log, Started
from tests.server.live_pixie import add_tools, live_pixie

EVENTS = 20_000
READERS = """
import asyncio, json, sys
port, path, readers = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
async def read():
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    head = f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nAccept: text/event-stream\\r\\nConnection: close\\r\\n\\r\\n"
    writer.write(head.encode())
    total = 0
    while piece := await reader.read(1 << 20):
        total += len(piece)
    writer.close()
    return total
async def main():
    totals = await asyncio.gather(*(read() for _ in range(readers)))
    print(json.dumps([min(totals), max(totals)]))
asyncio.run(main())
"""

FOLLOWERS = """
import asyncio, json, sys, time
from datetime import datetime
port, path, readers = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
async def follow(all_here):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nAccept: text/event-stream\\r\\n\\r\\n".encode())
    await reader.readline()
    await all_here.wait()
    begun, seen = time.time(), []
    while line := await reader.readline():
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            at = datetime.fromisoformat(event["at"]).timestamp()
            if at > begun:  # what was made before is history, and comes at once
                seen.append((time.time() - at) * 1000)
            if event["kind"] == "finished":
                break
    writer.close()
    return seen
async def main():
    all_here = asyncio.Barrier(readers)
    print(json.dumps([each for seen in await asyncio.gather(*(follow(all_here) for _ in range(readers))) for each in seen]))
asyncio.run(main())
"""


def read_all(port, path, readers):
    """Seconds until all had everything, and the fewest and most bytes that one got."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", READERS, str(port), path, str(readers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - begun, json.loads(done.stdout)


def bare(body, readers):
    """The floor: a thread for each reader that sends it the bytes."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=readers)

    def send():
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(body)

    threads = [threading.Thread(target=send) for _ in range(readers)]
    for each in threads:
        each.start()
    took, _ = read_all(listening.getsockname()[1], "/", readers)
    for each in threads:
        each.join()
    listening.close()
    return took


def recorded(live, count):
    """A run of so many events that has ended."""
    run_id = "6f1c2f0e-8c1b-4f43-9d5a-0a4b7c1d2e3f"
    started = Started(inputs={}, fingerprint={})
    live.pixie.store.create_run(run_id=run_id, tool_id="adder", inputs={}, origin="script", events=[started])
    for begin in range(0, count, 1000):
        live.pixie.store.append(
            run_id, [Log(text=f"event {begin + n} " + "x" * 100, source="tool") for n in range(1000)]
        )
    live.pixie.store.append(run_id, [Finished(status="ok")])
    return run_id


def told_in_bulk(live, readers):
    run_id = recorded(live, EVENTS)
    path = f"/api/runs/{run_id}/events"
    body = httpx.get(live.url + path, headers={"Accept": "text/event-stream"}, timeout=60).content
    before = psutil.Process().memory_info().rss
    took, (least, most) = read_all(live.port, path, readers)
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    floor = bare(body, readers)
    total = len(body) * readers / 2**20
    print(
        f"{readers} readers, {EVENTS} events, {total:.0f} MB: {took:.1f} s ({total / took:.0f} MB/s, {EVENTS * readers / took:,.0f} events/s)"
    )
    print(
        f"  a bare socket: {floor:.1f} s; {took / floor:.1f} times as long; memory +{grown:.0f} MB; {most - least} bytes apart"
    )


def told_live(live, readers):
    run = live.run("teller", wait=0, words=400, pause=0.02)
    command = [sys.executable, "-c", FOLLOWERS, str(live.port), f"/api/runs/{run['id']}/events", str(readers)]
    late = sorted(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    median, most = late[len(late) // 2], late[len(late) * 95 // 100]
    print(
        f"a live run, {readers} readers: an event is there {median:.0f} ms after it was made (median), {most:.0f} ms (95 %)"
    )


def quiet_minute(live):
    run = live.run("teller", wait=0, words=1, pause=70)
    begun = time.perf_counter()
    text = httpx.get(
        f"{live.url}/api/runs/{run['id']}/events", headers={"Accept": "text/event-stream"}, timeout=30
    ).text
    print(
        f"a run that was quiet for {time.perf_counter() - begun:.0f} s: {'followed to its end' if 'event: finished' in text else 'CUT'}, {text.count(': still here')} comments"
    )


def main():
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        add_tools(Path(folder))
        with live_pixie(Path(folder)) as live:
            told_in_bulk(live, readers)
            told_live(live, min(readers, 100))
            quiet_minute(live)


if __name__ == "__main__":
    main()
