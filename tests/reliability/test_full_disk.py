"""A disk that is full, or breaks, at any write: nothing acknowledged is lost, what can be done still is, and it recovers (F6)."""

import os
import random
import subprocess
import sys

import pytest

from tests.reliability.kill_points import Strike, Victims
from tests.reliability.kill_state import kept, wrong
from tests.reliability.kill_sweep import Struck, Sweep, told
from tests.reliability.kill_works import WORKS
from tests.reliability.mounting import ALONE, must_be_possible
from tests.reliability.test_kill_sweep import SEED

LONG = os.environ.get("PIXIE_LONG") == "1"
POINTS = 400 if LONG else 3
FAILS = {
    "full": ("ENOSPC", ("write", "pwrite64"), True),
    "broken": ("EIO", ("fsync", "fdatasync"), False),
}


@pytest.fixture(scope="module")
def victims():
    """What forks those whose calls fail."""
    with Victims() as opened:
        yield opened


class Failing(Sweep):
    """A sweep whose strikes are errors."""

    def failing(self, strikes):
        """What is amiss after the work met these errors, and the next start."""
        home = self._fresh()
        before = kept(home)
        ended = self._victims.struck(self._work.name, home, *strikes)
        return Struck(self._work.name, strikes[0], ended, tuple(wrong(self._work, home, before, ended)))


@pytest.mark.case("F6.full", "F6.fsync")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("how", FAILS)
@pytest.mark.parametrize("name", ["publish", "sweep", "backup", "migrate", "secrets", "export"])
def test_an_error_at_any_write_or_fsync_loses_nothing_and_leaves_nothing(victims, tmp_path, name, how):
    """ENOSPC from the Nth write on, EIO at the Nth fsync: it fails or succeeds, and is what it says; never a traceback."""
    error, kinds, on = FAILS[how]
    sweep = Failing(victims, WORKS[name], tmp_path)
    found = [each for each in sweep.points() if each.kind in kinds]
    chosen = random.Random(f"{SEED} {name} {how}").sample(found, min(POINTS, len(found)))
    for each in chosen:
        # A full disk is full for every kind of write.
        strikes = [Strike(kind, each.number, error, on) for kind in (kinds if on else (each.kind,))]
        struck = sweep.failing(strikes)
        assert list(told(struck, SEED)) == []
        assert struck.ended.code in {0, 1}, struck.ended.stderr
        if struck.ended.code == 1 and not on:
            # On a full disk what it says can't be written either.
            last = struck.ended.stderr.strip().splitlines()[-1]
            assert last.startswith(("pixie_core.errors.", "OSError")), struck.ended.stderr


SMALL = """
mount -t tmpfs -o size=4m pixie-test "$1" || exit 1
exec "$2" -c "$3" "$1"
"""
FILLS = """
import os, sys, uuid
from pathlib import Path
from pixie_core.config import Settings
from pixie_core.errors import DiskFull
from pixie_core.run.events import Finished, Started
from pixie_core.store import Publication, Store, fsck

home = Path(sys.argv[1])
(home / "filler").write_bytes(bytes(1_000_000))
with Store(Settings(home=home)) as store:
    made, full = [], 0

    def run():
        run_id = str(uuid.uuid4())
        store.create_run(run_id=run_id, tool_id="t", inputs={}, origin="api", events=[Started(inputs={}, fingerprint={})])
        made.append(run_id)
        store.append(run_id, [Publication(store.stage(run_id, "t", "a.bin", os.urandom(200_000))), Finished(status="ok")])

    while not full:
        try:
            run()
        except DiskFull as error:
            assert "room" in str(error), error
            full += 1
    # To the last byte: not even the log of the database can grow.
    with (home / "filler").open("ab", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass
    refused = 0
    for _ in range(3):
        try:
            run()
        except DiskFull:
            refused += 1
    assert refused == 3
    assert {each.id for each in store.runs(limit=100).items} == set(made)
    assert not list((home / "artefacts" / ".staging").iterdir())
    whole = [each.id for each in store.runs(limit=100).items if each.status == "ok"]
    assert whole
    # What makes room needs a little itself: as much as is kept free by the floor under which no run is started.
    os.truncate(home / "filler", max(0, os.path.getsize(home / "filler") - 400_000))
    store.deletions.delete_run(whole[0])
    assert store.deletions.purge_runs(whole[1:2]).runs == tuple(whole[1:2])
    (home / "filler").unlink()
    for _ in range(3):
        run()
    assert not [each for each in fsck(store).found if each.kind != "unknown_folder"], fsck(store)
print("recovered")
"""


@pytest.mark.case("F6.full")
def test_a_full_disk_refuses_what_it_cant_hold_reads_makes_room_and_goes_on(tmp_path):
    """A file system of 4 MB: what doesn't fit is refused in words, reads and purges are done, and space is used again."""
    must_be_possible(tmp_path)
    done = subprocess.run(
        [*ALONE, "sh", "-c", SMALL, "sh", str(tmp_path), sys.executable, FILLS],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "recovered\n"), done.stderr
