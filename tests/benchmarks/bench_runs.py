"""A storm of increments in one run: how long it takes, how soon it is seen, and whether others are answered meanwhile.

    uv run python -m tests.benchmarks.bench_runs [increments]

A tool streams that many increments, as fast as it goes, and a tenth of them first: ten times as many should take ten
times as long. The floor is the same events, one by one, through a bare pipe from a process that makes them likewise.
Meanwhile `/api/runs`, `/api/runs/<id>` and the library are asked over and over, as they were before in quiet. Then a
tool says the time every 20 ms to a live reader in another process: an increment should be seen within 100 ms.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from time import perf_counter

import httpx
import psutil

from tests.server.live_pixie import add_tool, live_pixie

INCREMENTS = 100_000
SEEN_WITHIN_MS = 100
QUIET_SECONDS = 2

STORM = """\
import time

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def storm(count, pause, run):
    for _ in range(count):
        run.emit("story", f"{time.time():.6f} ")
        if pause:
            time.sleep(pause)


tool.serve()
"""
MANIFEST = {
    "id": "storm",
    "name": "Storm",
    "inputs": [
        {"key": "count", "type": "number", "label": "Increments", "default": 10},
        {"key": "pause", "type": "number", "label": "Pause", "default": 0.0, "unit": "s"},
    ],
    "outputs": [{"key": "story", "type": "stream_text", "label": "Story", "streaming": True}],
}

PIPE = """
import json, os, sys, time
for _ in range(int(sys.argv[1])):
    event = {"output_key": "story", "value": f"{time.time():.6f} ", "done": False}
    os.write(1, f"data: {json.dumps(event)}\\n\\n".encode())
"""

READER = """
import json, sys, time, urllib.request
late = []
request = urllib.request.Request(sys.argv[1], headers={"Accept": "text/event-stream"})
with urllib.request.urlopen(request) as answer:
    begun = time.time()
    for line in answer:
        if line.startswith(b"data: "):
            now, event = time.time(), json.loads(line[6:])
            if event["kind"] == "output":
                late += [1000 * (now - at) for at in map(float, event["value"].split()) if at > begun]
            if event["kind"] == "finished":
                break
print(json.dumps(late))
"""


def bare_pipe(count):
    """Seconds, from the first byte to the last."""
    with subprocess.Popen([sys.executable, "-c", PIPE, str(count)], stdout=subprocess.PIPE, bufsize=0) as process:
        process.stdout.read(1)
        begun = perf_counter()
        while process.stdout.read(1 << 16):
            pass
        return perf_counter() - begun


def spread(times):
    """Median, 95 % and most, of times in ms."""
    times = sorted(times)
    return f"{times[len(times) // 2]:.1f} ms (95 %: {times[len(times) * 95 // 100]:.1f}, most {times[-1]:.1f})"


class Asking:
    """Asks until it is told to stop, one question after the other; keeps how long each answer took."""

    def __init__(self, live, run_id):
        self._client = httpx.Client(base_url=live.url, timeout=60, trust_env=False)
        self._questions = {
            "/api/runs": lambda: self._client.get("/api/runs").raise_for_status(),
            "/api/runs/<id>": lambda: self._client.get(f"/api/runs/{run_id}").raise_for_status(),
            "pixie.get": lambda: live.pixie.get(run_id),
        }
        self.took = {name: [] for name in self._questions}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self._client.close()

    def _ask(self):
        while not self._over.wait(0.01):
            for name, question in self._questions.items():
                begun = perf_counter()
                question()
                self.took[name].append(1000 * (perf_counter() - begun))


def storm(live, count, *, asked=False):
    """Seconds of a run of so many increments, by its own record; the times of answers meanwhile; its events."""
    answer = live.run("storm", wait=0, count=count)
    if asked:
        with Asking(live, answer["id"]) as asking:
            run = live.pixie.wait(answer["id"])
    else:
        asking, run = None, live.pixie.wait(answer["id"])
    assert run.status == "ok", run.error
    story = live.pixie.store.resolve(run.values()["story"])
    assert len(story.split()) == count, f"{len(story.split())} of {count} increments were recorded"
    return run.duration_ms / 1000, asking and asking.took, len(live.pixie.store.events(run.id))


def linear(live, count):
    """Ten times as many, with nobody else about."""
    process = psutil.Process()
    few, _, _ = storm(live, count // 10)
    floor_few = bare_pipe(count // 10)
    before = process.memory_info().rss
    many, _, events = storm(live, count)
    grown = (process.memory_info().rss - before) / 2**20
    floor = bare_pipe(count)
    print(f"{count // 10:,} increments: {few:.2f} s (a bare pipe: {floor_few:.2f} s)")
    print(f"{count:,} increments: {many:.2f} s (a bare pipe: {floor:.2f} s; ratio {many / floor:.1f}), {events} events")
    print(f"  ten times as many took {many / few:.1f} times as long; memory of the server +{grown:.0f} MB")


def answers(live, count):
    """What others wait for, in quiet and in the storm."""
    quiet = live.run("storm", count=10)
    with Asking(live, quiet["id"]) as asking:
        time.sleep(QUIET_SECONDS)
    took, busy, _ = storm(live, count, asked=True)
    print(f"asked meanwhile, the storm took {took:.2f} s")
    for name, times in asking.took.items():
        print(f"  {name:15} in quiet {spread(times)}; in the storm {spread(busy[name])}, {len(busy[name])} times")


def seen(live):
    """How long after the tool has said it an increment is with a reader."""
    run = live.run("storm", wait=0, count=500, pause=0.02)
    command = [sys.executable, "-c", READER, f"{live.url}/api/runs/{run['id']}/events"]
    late = sorted(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    most = late[len(late) * 95 // 100]
    verdict = "kept" if most <= SEEN_WITHIN_MS else "BROKEN"
    print(f"{len(late)} increments were seen after {spread(late)}; limit {SEEN_WITHIN_MS} ms: {verdict}")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else INCREMENTS
    with tempfile.TemporaryDirectory(prefix="pixie-bench-runs-") as folder:
        add_tool(Path(folder) / "tools", MANIFEST, STORM)
        with live_pixie(Path(folder)) as live:
            live.run("storm", count=10)
            linear(live, count)
            answers(live, count)
            seen(live)


if __name__ == "__main__":
    main()
