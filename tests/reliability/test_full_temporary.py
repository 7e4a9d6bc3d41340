"""A folder for temporary files of one megabyte: exports that need more say so, leave nothing, and disturb nothing."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.reliability.mounting import ALONE, must_be_possible

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = textwrap.dedent(
    """
    import json, os, sys, tempfile
    from pathlib import Path
    from pixie_core.run.events import Finished, Output, Started
    from tests.server.live_pixie import live_pixie

    home, tempfile.tempdir = Path(sys.argv[1]), sys.argv[2]
    run_id = "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
    columns = [{"key": key, "label": key} for key in "abc"]
    rows = [{"a": n, "b": f"row {n} " * 8, "c": n / 7} for n in range(120_000)]
    told = {}
    with live_pixie(home) as live:
        store = live.pixie.store
        store.create_run(
            run_id=run_id, tool_id="t", inputs={}, origin="script", events=[Started(inputs={}, fingerprint={})]
        )
        value = {"columns": columns, "rows": rows}
        table = Output(output_key="rows", type="table", value=value, whole=True, done=True)
        store.append(run_id, [table, Finished(status="ok")])
        for format in ("csv", "xlsx", "html"):
            answer = live.get(f"/api/runs/{run_id}/outputs/rows/export?format={format}")
            told[format] = [answer.status_code, answer.json()["code"], answer.json()["detail"]]
            told[format].append(os.listdir(tempfile.tempdir))
        told["zip"] = live.get(f"/api/runs/{run_id}/export").status_code
        told["healthz"] = live.get("/api/healthz").status_code
        live.lint.failures.clear()  # 507 is what is asked for here
    print(json.dumps(told))
    """
)


@pytest.mark.timeout(300)
def test_an_export_without_room_for_its_temporary_files_is_507(tmp_path):
    """As text and as a workbook, whose process has no room for its own words either; what needs none goes on."""
    small, home = tmp_path / "small", tmp_path / "home"
    small.mkdir()
    must_be_possible(small)
    script = f'mount -t tmpfs -o size=1m pixie-test "{small}" && exec "$@"'
    command = [*ALONE, "bash", "-c", script, "bash", sys.executable, "-c", PROGRAM, str(home), str(small)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    for kind in ("csv", "xlsx", "html"):
        status, code, detail, left = told[kind]
        assert (status, code, left) == (507, "disk_full", []), kind
        assert f"there is no room left in {small}" in detail
    assert (told["zip"], told["healthz"]) == (200, 200)
