"""Killed at any system call of whatever lasts, Pixie starts again with all that it had acknowledged (F1, F2, F3, I8, S1).

The points are drawn by a seed, which is printed: PIXIE_KILL_SEED=… draws the same, PIXIE_KILL_EACH=… so many of each
work. Every point at once: `uv run python -m tests.reliability.kill_sweep --all`.
"""

import os
import random

import pytest

from tests.reliability.kill_points import Strike, Victims
from tests.reliability.kill_sweep import Sweep, sampled, told
from tests.reliability.kill_works import WORKS

SEED = int(os.environ.get("PIXIE_KILL_SEED") or random.SystemRandom().randrange(1 << 32))
EACH = int(os.environ.get("PIXIE_KILL_EACH") or 5)


@pytest.fixture(scope="module")
def victims():
    """What forks those that are killed."""
    with Victims() as opened:
        yield opened


@pytest.mark.case("F1.kill", "F2.publish", "F3.care", "I8.kill", "S1.killed")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", WORKS)
def test_a_kill_at_any_system_call_loses_nothing_and_leaves_nothing(victims, tmp_path, name):
    """FILE⇔ROW, KEEP, ACK, NOPROC, no temporary, a whole database, every run ended; a second start changes nothing."""
    sweep = Sweep(victims, WORKS[name], tmp_path)
    found = sweep.points()
    # To look at a restore takes another one.
    number = (EACH + 1) // 2 if name == "restore" else EACH
    struck = [sweep.struck(each) for each in sampled(found, number, random.Random(f"{SEED} {name}"))]
    assert [line for each in struck for line in told(each, SEED)] == []
    assert any(each.ended.code == -9 for each in struck), "nobody was killed"


def test_the_harness_tells_what_it_finds(victims, tmp_path, monkeypatch):
    """A sweep that couldn't find anything would be worth nothing: here a row is lost behind its back."""
    from tests.reliability import kill_sweep
    from tests.reliability.kill_state import connected, wrong

    def spoilt(work, home, before, ended):
        conn = connected(home / "pixie.db")
        conn.execute("DELETE FROM artefacts WHERE id = (SELECT max(id) FROM artefacts WHERE starred = 0)")
        conn.commit()
        conn.close()
        return wrong(work, home, before, ended)

    monkeypatch.setattr(kill_sweep, "wrong", spoilt)
    sweep = Sweep(victims, WORKS["backup"], tmp_path)
    struck = sweep.struck(Strike("fsync", 1))
    assert any("files without a row" in line for line in told(struck, SEED))
