"""What a large answer of a tool costs in memory, and in time. Run by hand, on Linux:

    uv run python -m tests.benchmarks.bench_answers [megabytes]

A tool answers with so many megabytes of JSON of several kinds. Each line shows how many times that the process that
drives the run held at its peak, beyond what it held before, and how many times its values take by themselves; the floor
is the answer's bytes and what `json.loads` makes of them, at the peak, in a process that does nothing else.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pixie_core
from tests.server.live_pixie import add_tool

MEGABYTES = 64

PROGRAM = """\
import base64
import json

from pixie_tool_sdk import Tool

tool = Tool()


def text(size):
    return "All work and no play makes Jack a dull boy.\\\\n" * (size // 44)


def wide(size):
    return "\\u00fcberm\\u00e4\\u00dfig gro\\u00df \\u2014 " * (size // 24)


def table(size):
    row = {"name": "row", "city": "Wien", **{f"column {each}": 0.1 * each for each in range(8)}}
    rows = size // len(json.dumps(row))
    names = list(row)
    return {
        "columns": [{"key": each, "label": each} for each in names],
        "rows": [{**row, "name": f"row {number}", "column 0": number * 1.1} for number in range(rows)],
    }


def line(size):
    count = size // 40
    return {"x": [0.1 * each for each in range(count)], "series": [{"name": "a", "y": [1.5 * each for each in range(count)]}]}


def narrow(size):
    rows = [{"a": number % 7, "b": number % 5} for number in range(size // 16)]
    return {"columns": [{"key": "a", "label": "a"}, {"key": "b", "label": "b"}], "rows": rows}


def picture(size):
    head = b"\\x89PNG\\r\\n\\x1a\\n"
    return "data:image/png;base64," + base64.b64encode(head + bytes(range(256)) * (size // 342)).decode()


@tool.run
def answer(kind, size):
    return {kind: globals()[kind](int(size))}


tool.serve()
"""
TYPES = {"text": "text", "wide": "text", "table": "table", "narrow": "table", "line": "chart_line", "picture": "image"}


def manifest(kind):
    return {
        "id": f"answers-{kind}",
        "max_memory_mb": 8192,
        "name": "Answers",
        "inputs": [
            {"key": "kind", "type": "text", "label": "Kind", "default": kind},
            {"key": "size", "type": "number", "label": "Size", "default": 1000, "unit": "B"},
        ],
        "outputs": [{"key": kind, "type": TYPES[kind], "label": "Answer"}],
    }


def held(name):
    """A line of this process's status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def peak(work):
    """What the process held at its peak beyond what it held before, in bytes; seconds; and what `work` gave."""
    Path("/proc/self/clear_refs").write_text("5")
    before, begun = held("VmRSS"), perf_counter()
    given = work()
    return held("VmHWM") - before, perf_counter() - begun, given


def driven(kind, size):
    """Of a run with such an answer."""
    with tempfile.TemporaryDirectory(prefix="pixie-bench-answers-") as folder:
        add_tool(Path(folder) / "tools", manifest(kind), PROGRAM)
        with pixie_core.open(folder) as pixie:
            assert pixie.run(f"answers-{kind}").status == "ok"
            most, seconds, run = peak(lambda: pixie.run(f"answers-{kind}", size=size))
            assert run.status == "ok", run.error
            kept = sum(each.size_bytes for each in run.artefacts)
            print(json.dumps([most, seconds, kept]))


def parsed(path):
    """Of reading and parsing a file."""
    most, seconds, _ = peak(lambda: json.loads(Path(path).read_bytes()))
    print(json.dumps([most, seconds, 0]))


def child(*arguments):
    command = [sys.executable, "-m", "tests.benchmarks.bench_answers", *map(str, arguments)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1])


def main():
    size = int(sys.argv[1] if len(sys.argv) > 1 else MEGABYTES) * 10**6
    with tempfile.TemporaryDirectory(prefix="pixie-bench-answers-") as folder:
        for kind, type_name in TYPES.items():
            made = {}
            exec(PROGRAM.split("@tool.run", maxsplit=1)[0].split("tool = Tool()")[1], made)
            made |= {"json": json, "base64": base64}
            path = Path(folder) / kind
            path.write_text(json.dumps({kind: made[kind](size)}, ensure_ascii=False))
            size_bytes = path.stat().st_size
            del made
            floor, floor_seconds, _ = child("parsed", path)
            most, seconds, kept = child("driven", kind, size)
            print(
                f"{kind:7} {type_name:10} {size_bytes / 1e6:6.1f} MB: at its peak {most / size_bytes:5.1f} times"
                f" (floor {floor / size_bytes:4.1f}, ratio {most / floor:4.1f}), {seconds:5.1f} s (floor"
                f" {floor_seconds:4.1f}), {kept / 1e6:.1f} MB kept"
            )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["driven", kind, size]:
            driven(kind, int(size))
        case ["parsed", path]:
            parsed(path)
        case _:
            main()
