"""How long pictures of charts take, by either renderer. Run by hand:

    uv run python tests/benchmarks/bench_pictures.py

Each figure is the best of five with the renderer warm, and its ratio to a floor taken in the same run: what Pillow
takes here, now, to compress a picture of this size.
"""

from __future__ import annotations

import io
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


def main():
    plain = Image.open(io.BytesIO(draw("chart_line", renderer="matplotlib")))
    plain.load()
    floor = min(timed(plain.save, io.BytesIO(), "PNG") for _ in range(5))
    print(f"floor: {floor * 1000:.0f} ms to compress {plain.width} by {plain.height} pixels")
    many = [n / 1000 for n in range(15_000)]
    cases = [(name, None) for name, cls in OUTPUT_TYPES.items() if "figure" in cls.views()]
    cases.append(("chart_line", {"x": many, "series": [{"name": "a", "y": [x % 1 for x in many]}]}))
    for renderer in sys.argv[1:] or ["browser", "matplotlib"]:
        print(f"{renderer}: first picture {timed(draw, 'chart_bar', renderer=renderer):.2f} s")
        for kind, value in cases:
            best = min(timed(draw, kind, value, renderer=renderer) for _ in range(5))
            name = kind if value is None else f"{kind}, 15 000 points"
            print(f"  {name:28} {best * 1000:6.0f} ms  {best / floor:6.1f} floors")


if __name__ == "__main__":
    main()
