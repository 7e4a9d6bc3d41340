"""How long the strict check takes, beside the least that Python could do. Run by hand:

    uv run python -m tests.benchmarks.bench_structure

Each figure is the best of five, with its ratio to a floor taken in the same run: what one pass of
`set(map(type, …))` over the same cells takes on this machine, now.
"""

from __future__ import annotations

import json
from itertools import chain
from time import perf_counter

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.structure import structure
from pixie_core.testing.catalogue import manifest_with_every_type
from pixie_core.tool.manifest import read_manifest


def best(work, times=5):
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(times):
        start = perf_counter()
        work()
        took.append(perf_counter() - start)
    return min(took)


def report(name, work, floor, times=5):
    seconds, least = best(work, times), best(floor, times)
    print(f"{name:48} {seconds * 1e3:9.1f} ms   floor {least * 1e3:8.1f} ms   ratio {seconds / least:6.1f}")


def main():
    million = 10**6
    numbers = [index * 0.5 for index in range(million)]
    report(
        "10^6 numbers",
        lambda: structure(OUTPUT_TYPES["chart_histogram"], {"values": numbers}),
        lambda: set(map(type, numbers)),
    )

    keys = ("a", "b", "c", "d", "e", "f")
    rows = [{"a": i, "b": i * 0.5, "c": "north", "d": None, "e": i * 0.1, "f": "south"} for i in range(million)]
    kinds = ("integer", "number", "string", "string", "number", "string")
    table = {"columns": [{"key": key, "type": kind} for key, kind in zip(keys, kinds, strict=True)], "rows": rows}
    declared = OutputDeclaration(key="t", type="table", label="T")

    def floor_of_rows():
        set(map(type, chain.from_iterable(map(dict.values, rows))))

    report("10^6 x 6 table", lambda: structure(OUTPUT_TYPES["table"], table), floor_of_rows, 3)
    report(
        "10^6 x 6 table, and its own check",
        lambda: list(structure(OUTPUT_TYPES["table"], table).check(declared)),
        floor_of_rows,
        3,
    )

    points = [{"lat": 51 + i * 1e-6, "lng": i * 1e-6, "label": "x"} for i in range(million)]
    report(
        "10^6 points on a map",
        lambda: structure(OUTPUT_TYPES["map_points"], {"points": points}),
        lambda: set(map(type, chain.from_iterable(map(dict.values, points)))),
        3,
    )

    text = json.dumps(manifest_with_every_type())
    entries = 12
    raw = json.loads(text)
    small = json.dumps({**raw, "inputs": raw["inputs"][:entries], "outputs": raw["outputs"][:entries]})
    report(
        "31 manifests of 24 entries",
        lambda: [read_manifest(small) for _ in range(31)],
        lambda: [json.loads(small) for _ in range(31)],
    )


if __name__ == "__main__":
    main()
