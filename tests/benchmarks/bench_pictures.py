"""How long pictures of charts take, by either renderer. Run by hand:

    uv run python -m tests.benchmarks.bench_pictures [browser] [matplotlib]

Every type of chart at a size that somebody still reads, and a line of 15 000 points. Each figure is the best of five with the renderer warm, and its ratio to a floor taken in the same run: what Pillow
takes here, now, to compress a picture of this size.
"""

from __future__ import annotations

import io
import math
import sys
from datetime import UTC, datetime
from time import perf_counter

from PIL import Image

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.exporters.exporting import export
from pixie_core.exporters.format import Provenance

PROVENANCE = Provenance(
    run_id="5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11",
    tool_id="bench",
    tool_name="Bench",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    pixie_version="0",
)


def timed(work, *about, **options):
    start = perf_counter()
    work(*about, **options)
    return perf_counter() - start


def draw(type, value=None, **options):
    declared = OutputDeclaration(key="out", type=type, label="Benchmark")
    value = OUTPUT_TYPES[type].example if value is None else value
    made = export(declared, value, "png", open_artefact=open, provenance=PROVENANCE, options=options)
    return b"".join(made)


def sized():
    """A chart of each type as (type, size in words, value)."""
    many = [n / 1000 for n in range(15_000)]
    some = range(1_000)
    days = [f"2026-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(250)]
    names = [f"Name {n}" for n in range(30)]
    wave = {name: [math.sin(n / 50 + number) for n in some] for number, name in enumerate("abc")}
    series = [{"name": name, "y": values} for name, values in wave.items()]
    return [
        ("chart_line", "15 000 points", {"x": many, "series": [{"name": "a", "y": [x % 1 for x in many]}]}),
        ("chart_line", "3 series of 1 000", {"x": list(some), "series": series}),
        ("chart_area", "3 series of 1 000", {"x": list(some), "series": series}),
        ("chart_bar", "3 series of 30", {"x": names, "series": [{**each, "y": each["y"][:30]} for each in series]}),
        (
            "chart_scatter",
            "3 series of 1 000",
            {"series": [{"name": n, "points": [{"x": x, "y": y} for x, y in enumerate(wave[n])]} for n in wave]},
        ),
        ("chart_pie", "12 slices", {"slices": [{"label": name, "value": n + 1} for n, name in enumerate(names[:12])]}),
        ("chart_histogram", "15 000 values", {"values": [math.sin(x) for x in many]}),
        ("chart_boxplot", "3 series of 1 000", {"series": [{"name": name, "values": wave[name]} for name in wave]}),
        (
            "chart_heatmap",
            "30 by 30",
            {"x_labels": names, "y_labels": names, "z": [[a * b for a in range(30)] for b in range(30)]},
        ),
        (
            "chart_candlestick",
            "250 days",
            {"points": [{"t": t, "open": 5, "high": 9, "low": 2, "close": 4 + n % 3} for n, t in enumerate(days)]},
        ),
        (
            "chart_radar",
            "3 series of 12",
            {"axes": names[:12], "series": [{"name": n, "values": wave[n][:12]} for n in wave]},
        ),
        (
            "chart_sankey",
            "30 nodes",
            {
                "nodes": [{"id": name, "label": name} for name in names],
                "links": [{"source": names[n % 10], "target": names[10 + n % 20], "value": 1 + n} for n in range(40)],
            },
        ),
        (
            "chart_treemap",
            "61 boxes",
            {
                "nodes": [{"id": "all", "label": "All", "value": 0}]
                + [{"id": f"n{n}", "label": f"Box {n}", "value": n + 1, "parent": "all"} for n in range(60)]
            },
        ),
        (
            "chart_network",
            "30 nodes",
            {
                "nodes": [{"id": name, "label": name} for name in names],
                "edges": [{"source": names[n % 30], "target": names[(n * 7 + 1) % 30]} for n in range(45)],
            },
        ),
        *((name, "its example", OUTPUT_TYPES[name].example) for name in ("timeline", "gantt")),
    ]


def main():
    plain = Image.open(io.BytesIO(draw("chart_line", renderer="matplotlib")))
    plain.load()
    floor = min(timed(plain.save, io.BytesIO(), "PNG") for _ in range(5))
    print(f"floor: {floor * 1000:.0f} ms to compress {plain.width} by {plain.height} pixels")
    cases = sized()
    assert {name for name, _, _ in cases} == {name for name, cls in OUTPUT_TYPES.items() if "figure" in cls.views()}
    for renderer in sys.argv[1:] or ["browser", "matplotlib"]:
        print(f"{renderer}: first picture {timed(draw, 'chart_bar', renderer=renderer):.2f} s")
        for kind, size, value in cases:
            best = min(timed(draw, kind, value, renderer=renderer) for _ in range(5))
            print(f"  {kind + ', ' + size:42} {best * 1000:6.0f} ms  {best / floor:6.1f} floors")


if __name__ == "__main__":
    main()
