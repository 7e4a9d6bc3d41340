"""How long a table of many rows takes as each format, and how much memory beyond the value itself.

uv run python -m tests.benchmarks.bench_export_tables [rows] [format ...]

Each format is written in a process of its own, to a file. Memory is the growth of the largest resident set from
just before the export to its end, of the process and of the one that it starts for a workbook.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

FORMATS = ("csv", "csv-excel", "tsv", "ndjson", "json", "parquet", "xlsx", "md", "html")


def table(rows: int) -> dict:
    """Five columns: a number, a time, a name, a flag, a measurement with gaps."""
    columns = [
        {"key": "n", "label": "N", "type": "number"},
        {"key": "t", "label": "Time", "type": "datetime"},
        {"key": "name", "label": "Name"},
        {"key": "ok", "label": "Good", "type": "boolean"},
        {"key": "x", "label": "Measured", "type": "number"},
    ]
    cells = (
        {
            "n": n,
            "t": f"2026-05-17T{n % 24:02}:{n % 60:02}:{n % 59:02}Z",
            "name": f"sample {n % 1000}",
            "ok": n % 3 == 0,
            "x": None if n % 10 == 0 else n / 7,
        }
        for n in range(rows)
    )
    return {"columns": columns, "rows": list(cells)}


def measure(rows: int, name: str, target: Path) -> dict:
    """Write one, in this process."""
    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.exporters import Exportable, Provenance

    value = table(rows)
    declared = OutputDeclaration(key="t", type="table", label="Samples")
    made_by = Provenance(
        run_id="0" * 36, tool_id="bench", tool_name="Bench", at=datetime(2026, 5, 17, tzinfo=UTC), pixie_version="0"
    )
    exportable = Exportable(declared, value, made_by, lambda _: target.open("rb"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = 0

    def look(_done: int, _total: int) -> None:
        nonlocal children
        for child in psutil.Process().children():
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii", errors="replace")
            children = max(children, int(status.partition("VmHWM:")[2].split()[0]))

    started = time.perf_counter()
    exportable.save(name, target, on_progress=look)
    took = time.perf_counter() - started
    return {
        "format": name,
        "rows": rows,
        "seconds": round(took, 2),
        "megabytes": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        "child_megabytes": round(children / 1024, 1),
        "file_megabytes": round(target.stat().st_size / 2**20, 1),
    }


def apart(rows: int, name: str) -> dict:
    """Measure in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--one", str(rows), name, str(Path(folder, "export"))]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """A row for each format."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(int(arguments[1]), arguments[2], Path(arguments[3]))))
        return
    rows = int(arguments[0]) if arguments else 1_000_000
    for name in arguments[1:] or FORMATS:
        print(json.dumps(apart(rows, name)), flush=True)


if __name__ == "__main__":
    main()
