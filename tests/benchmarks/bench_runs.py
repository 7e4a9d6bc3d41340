"""What runs cost: long streams, large answers, many at once. Run by hand:

    uv run python tests/benchmarks/bench_runs.py

Each line has the ratio that says whether it holds: ten times the increments should take ten times as long, and a
large answer a small multiple of its own size in memory. Each measurement is a process of its own, for its memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import psutil
from attrs import evolve

from pixie_core.config import Settings
from pixie_core.run.events import Finished, Output, Started
from pixie_core.runtime import Runner
from pixie_core.store import Store
from pixie_core.testing.tool_folder import hostile_tool, write_tool
from pixie_core.tool import Tools

MEGABYTE = 2**20
REPLY = {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True}

LARGE = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def send(self, parts):
        self.send_response(200); self.end_headers()
        for part in parts: self.wfile.write(part)
    def do_GET(self):
        self.send([Path("tool.json").read_bytes()])
    def do_POST(self):
        size = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["inputs"]["megabytes"]
        row = b'{"a":123456.789,"b":"some words here"},'
        rows = row * (2**20 // len(row))
        self.send([b'{"rows":{"columns":[{"key":"a","label":"A"},{"key":"b","label":"B"}],"rows":[',
                   *[rows] * size, row[:-1], b"]}}"])
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
"""


def settings_in(folder):
    return Settings(home=Path(folder), min_free_disk_bytes=0)


def peak():
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def events(folder, count):
    """Every increment an event of its own, a hundred to a commit: seconds to write, to fold, to read and to merge."""
    with Store(settings_in(folder)) as store:
        run_id = str(uuid.uuid4())
        started = Started(inputs={}, fingerprint={})
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api", events=[started])
        said = Output(output_key="reply", type="stream_text", value="token ", whole=False)
        took = {"write": timed(lambda: [store.append(run_id, [said] * 100) for _ in range(count // 100)])}
        took["look"] = timed(lambda: store.run(run_id).values())
        with Store(settings_in(folder)) as other:
            took["fold"] = timed(lambda: other.run(run_id))
        took["end"] = timed(lambda: store.append(run_id, [Finished(status="ok")]))
        took["follow"] = timed(lambda: sum(1 for _ in store.follow(run_id)))
        assert len(store.run(run_id).values()["reply"]) == 6 * count
    return took


def stream(folder, count):
    """A tool that streams as fast as it can: seconds, and events that came of it."""
    settings = settings_in(folder)
    tool = hostile_tool(settings.tools_dir, outputs=[REPLY])
    with Store(settings) as store:
        runner = Runner(settings, store, Tools(settings.tools_dir))
        runner.wait(runner.start(tool, {"behaviour": "ok"}).id)
        began = time.perf_counter()
        run = runner.wait(runner.start(tool, {"behaviour": "stream-bursts", "count": count}).id)
        took = time.perf_counter() - began
        runner.close()
        assert run.status == "ok", run.error
    return {"seconds": took, "events": run.seq}


def latency(folder, count):
    """From a commit to a follower: the slowest of so many, in milliseconds."""
    with Store(settings_in(folder)) as store:
        run_id = str(uuid.uuid4())
        started = Started(inputs={}, fingerprint={})
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api", events=[started])
        arrived, begun = [], threading.Event()

        def follow():
            for _ in store.follow(run_id):
                arrived.append(time.perf_counter())
                begun.set()

        follower = threading.Thread(target=follow)
        follower.start()
        begun.wait()
        committed = []
        said = Output(output_key="reply", type="stream_text", value="token ", whole=False)
        for _ in range(count):
            store.append(run_id, [said])
            committed.append(time.perf_counter())
            time.sleep(0.005)
        store.append(run_id, [Finished(status="ok")])
        follower.join()
        delays = sorted(b - a for a, b in zip(committed, arrived[1:], strict=False))
    return {"median": delays[len(delays) // 2] * 1e3, "slowest": delays[-1] * 1e3}


def answer(folder, megabytes):
    """A table of so many megabytes of JSON in one answer: seconds, how it ended."""
    settings = settings_in(folder)
    tool = write_tool(
        settings.tools_dir,
        "large",
        program=LARGE,
        outputs=[{"key": "rows", "type": "table", "label": "Rows"}],
        max_runtime_seconds=600,
    )
    with Store(settings) as store:
        runner = Runner(settings, store, Tools(settings.tools_dir))
        began = time.perf_counter()
        run = runner.wait(runner.start(tool, {"megabytes": megabytes}).id)
        took = time.perf_counter() - began
        runner.close()
    return {"seconds": took, "status": run.status, "error": run.error}


def many(folder, count):
    """So many runs of four tools at once: at most eight at work, those of a tool in their order, and nothing left."""
    settings = evolve(settings_in(folder), warm_keep_max=8)
    made = [hostile_tool(settings.tools_dir, f"tool-{n}", concurrent=n != 3) for n in range(4)]
    here = psutil.Process()
    with Store(settings) as store:
        before = (here.num_fds(), here.num_threads())
        runner = Runner(settings, store, Tools(settings.tools_dir))
        began = time.perf_counter()
        started = [runner.start(made[n % 4], {"behaviour": "ok", "answer": {"text": str(n)}}).id for n in range(count)]
        ended = [runner.wait(run_id) for run_id in started]
        took = time.perf_counter() - began
        records = sum(run.seq for run in ended)
        runner.close()
        after = (here.num_fds(), here.num_threads())
    assert all(run.status == "ok" for run in ended)
    return {"seconds": took, "events": records, "before": before, "after": after}


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def apart(name, amount):
    """One measurement in a process of its own, with its peak of memory."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(amount)], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return json.loads(done.splitlines()[-1])


def main():
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory(prefix="pixie-bench-runs-") as folder:
            found = globals()[sys.argv[1]](folder, int(sys.argv[2]))
        print(json.dumps({**found, "peak_mb": peak()}))
        return
    floor = apart("events", 100)["peak_mb"]
    print(f"an idle process: {floor:.0f} MB")
    few, lots = apart("events", 10_000), apart("events", 100_000)
    for name in few:
        print(f"10^4 and 10^5 events, {name:8} {few[name]:9.3f} {lots[name]:9.3f}   ratio {lots[name] / few[name]:.1f}")
    few, lots = apart("stream", 10_000), apart("stream", 100_000)
    for name in few:
        print(f"10^4 and 10^5 tokens, {name:8} {few[name]:9.3f} {lots[name]:9.3f}   ratio {lots[name] / few[name]:.1f}")
    late = apart("latency", 400)
    print(f"commit to follower: median {late['median']:.2f} ms, slowest {late['slowest']:.1f} ms (limit 100 ms)")
    for size in (20, 200):
        large = apart("answer", size)
        times = (large["peak_mb"] - floor) / size
        print(
            f"answer of {size} MB: {large['status']}, {large['seconds']:.1f} s, peak {large['peak_mb']:.0f} MB,"
            f" {times:.1f} times its size"
        )
    crowd = apart("many", 200)
    print(
        f"200 runs at once: {crowd['seconds']:.1f} s, {crowd['events']} events, (descriptors, threads)"
        f" {crowd['before']} -> {crowd['after']}"
    )


if __name__ == "__main__":
    main()
