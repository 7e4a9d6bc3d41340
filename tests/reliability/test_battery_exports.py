"""Exports under load: the battery's E5. PIXIE_LONG=1 takes files of 2 GB in place of 40 MB."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.benchmarks.bench_zip import large
from tests.server.live_pixie import live_pixie

MEGABYTES = 2000 if os.environ.get("PIXIE_LONG") == "1" else 40
AT_ONCE = 20
DEADLINE = 600 if MEGABYTES > 40 else 60


def open_files():
    """What this process, the server among it, has open of artefacts and in the folder for temporary files."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(each.readlink()))
        except FileNotFoundError:
            continue
    return [each for each in found if each.endswith("film.mp4") or "(deleted)" in each]


@pytest.mark.case("E5.dropped")
@pytest.mark.parametrize("path", ["/api/runs/{}/export", "/api/exports/bulk"])
def test_twenty_exports_at_once_of_which_half_are_dropped(tmp_path, path):
    """Those that stay get every byte, others are answered meanwhile, memory stays bounded, nothing is left open."""
    with live_pixie(tmp_path) as live:
        run_id, _ = large(live.pixie, MEGABYTES)
        method, body = ("GET", None) if "{}" in path else ("POST", {"run_ids": [run_id]})
        address = f"{live.url}{path.format(run_id)}"
        before, most, waited, over = psutil.Process().memory_info().rss, 0, [], threading.Event()
        lasting = set(open_files())

        def export(number):
            total = 0
            with httpx.stream(method, address, json=body, timeout=DEADLINE) as answer:
                assert answer.status_code == 200
                for piece in answer.iter_raw():
                    total += len(piece)
                    if number % 2:
                        return 0
            return total

        def watch():
            nonlocal most
            while not over.is_set():
                start = time.monotonic()
                assert live.get("/api/healthz").status_code == 200
                waited.append(time.monotonic() - start)
                most = max(most, psutil.Process().memory_info().rss)
                over.wait(0.05)

        with ThreadPoolExecutor(AT_ONCE + 1) as pool:
            watching = pool.submit(watch)
            try:
                totals = list(pool.map(export, range(AT_ONCE)))
            finally:
                over.set()
            watching.result()
        kept = [each for each in totals if each]
        assert len(kept) == AT_ONCE // 2
        assert len(set(kept)) == 1
        assert kept[0] > MEGABYTES * 10**6
        assert max(waited) < 10
        assert most - before < 400_000_000
        deadline = time.monotonic() + 10
        while set(open_files()) - lasting:
            assert time.monotonic() < deadline, open_files()
            time.sleep(0.02)
