"""How long a look at a thousand tools takes, beside the least that Python could do. Run by hand:

    uv run python -m tests.benchmarks.bench_discovery [HOW_MANY]

The floor, taken in the same run, is to list the folder, read every tool.json and json.loads it. A cold look is one
by a new `Tools`; the system has the files in memory for both.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from pixie_core.testing.catalogue import manifest_with_every_type
from pixie_core.tool import Tools

HOW_MANY = 1000


def best(work, times=5):
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(times):
        start = perf_counter()
        work()
        took.append(perf_counter() - start)
    return min(took)


def make_tools(folder, how_many):
    """Tools of eight inputs and six outputs, of the types in turn."""
    every = manifest_with_every_type()
    for number in range(how_many):
        inputs = [every["inputs"][(number + i) % len(every["inputs"])] for i in range(8)]
        outputs = [every["outputs"][(number + i) % len(every["outputs"])] for i in range(6)]
        tool_id = f"tool-{number:04}"
        for each in inputs:
            each.pop("show_if", None)
        manifest = {
            **every,
            "id": tool_id,
            "name": f"Tool {number}",
            "inputs": inputs,
            "outputs": outputs,
            "tags": [f"tag-{number % 7}", f"tag-{number % 5}"] if number % 7 != number % 5 else [f"tag-{number % 7}"],
        }
        (folder / tool_id).mkdir()
        (folder / tool_id / "tool.json").write_text(json.dumps(manifest, indent=2))


def floor(folder):
    """Reading and json.loads of the same files, and nothing else."""
    for entry in os.scandir(folder):
        with open(f"{entry.path}/tool.json", "rb") as file:  # noqa: PTH123 - the floor, with nothing in between
            json.loads(file.read())


def report(name, work, least, times=5):
    """One line: seconds, the floor's, and the ratio."""
    seconds = best(work, times)
    print(f"{name:36} {seconds * 1e3:9.1f} ms   floor {least * 1e3:8.1f} ms   ratio {seconds / least:6.2f}")


def main():
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        make_tools(folder, how_many)
        found = Tools(folder).all()
        assert len(found) == how_many
        assert all(tool.manifest is not None for tool in found), next(t.problems for t in found if not t.manifest)
        least = best(lambda: floor(folder))
        report(f"{how_many} tools, cold", lambda: Tools(folder).all(), least)
        tools = Tools(folder)
        tools.all()
        report(f"{how_many} tools, unchanged", tools.all, least)
        report("one of them, unchanged", lambda: tools.get(f"tool-{how_many // 2:04}"), least)


if __name__ == "__main__":
    main()
