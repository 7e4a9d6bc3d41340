"""The kill sweep: SIGKILL at each system call of everything that lasts, then what the next start finds.

    uv run python -m tests.reliability.kill_sweep --all                 every point of every work: an hour or so
    uv run python -m tests.reliability.kill_sweep --all --only sweep    of one work
    uv run python -m tests.reliability.kill_sweep --seed 7 --each 10    ten points of each, drawn by a seed
    uv run python -m tests.reliability.kill_sweep --only sweep --at "fsync 5" --keep /tmp/there

Prints a line for each violation (seed, work, system call, its number, what is amiss) and a count at the end; exit code
1 when there was one. It needs strace, and the right to trace one's own processes.
"""

from __future__ import annotations

import argparse
import logging
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tests.reliability.kill_points import Strike, Victims, points
from tests.reliability.kill_state import kept, wrong
from tests.reliability.kill_works import WORKS, Work, copied

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.reliability.kill_points import Ended

_LAST_LINES = 4


@frozen
class Struck:
    """One point: whether it killed, and what was amiss after the next start."""

    work: str
    strike: Strike
    ended: Ended
    violations: tuple[str, ...]


class Sweep:
    """Kills one work at points of it. `folder` holds what it needs, and one data folder at a time."""

    def __init__(self, victims: Victims, work: Work, folder: Path) -> None:
        self._victims = victims
        self._work = work
        self._folder = folder
        self._template = folder / "template"
        self._template.mkdir(parents=True)
        work.prepare(self._template)
        # The same path each time: what the folder's tools and destinations say of it stays true.
        self._home = folder / "home"
        with_everything_imported = self._fresh()
        victims.warmed(work.name, with_everything_imported)

    def _fresh(self) -> Path:
        if self._home.exists():
            shutil.rmtree(self._home)
        copied(self._template, self._home)
        return self._home

    def points(self) -> list[Strike]:
        """Every point, by one run that isn't killed."""
        return points(self._victims.counted(self._work.name, self._fresh()))

    def struck(self, strike: Strike) -> Struck:
        """Kill there, start again, and look."""
        home = self._fresh()
        before = kept(home)
        ended = self._victims.struck(self._work.name, home, strike)
        return Struck(self._work.name, strike, ended, tuple(wrong(self._work, home, before, ended)))


def sampled(found: Sequence[Strike], number: int, chance: random.Random) -> list[Strike]:
    """So many points, from every kind of call if there are enough, else from as many kinds as there is room for."""
    kinds = sorted({each.kind for each in found})
    chance.shuffle(kinds)
    chosen = [chance.choice([each for each in found if each.kind == kind]) for kind in kinds][:number]
    rest = [each for each in found if each not in chosen]
    return chosen + chance.sample(rest, min(len(rest), number - len(chosen)))


def told(struck: Struck, seed: int | None) -> Iterator[str]:
    """A violation in words that say how to have it again."""
    for each in struck.violations:
        yield f"VIOLATION seed={seed} {struck.work}: {struck.strike}: {each}"
    if struck.violations:
        yield from (f"    {line}" for line in struck.ended.trace[-_LAST_LINES:])
        yield from (f"    {line}" for line in struck.ended.stderr.splitlines()[-_LAST_LINES:])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kill_sweep", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--all", action="store_true", help="every point")
    parser.add_argument("--only", choices=sorted(WORKS), action="append", help="of these works alone")
    parser.add_argument("--at", help='at one point, such as "fsync 5"')
    parser.add_argument("--seed", type=int, default=None, help="what the sample is drawn by")
    parser.add_argument("--each", type=int, default=6, help="points of each work that are drawn")
    parser.add_argument("--keep", type=Path, help="a folder that is left behind to look at")
    parser.add_argument("--verbose", action="store_true", help="name every point")
    return parser.parse_args()


def main() -> int:
    """The command; its exit code."""
    asked = _asked()
    # What a start mends, it logs: of that there is much here.
    logging.disable(logging.WARNING)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="pixie-kill-sweep-"))
    begun, killed, ended_before, violations = time.monotonic(), 0, 0, 0
    try:
        with Victims() as victims:
            for name in asked.only or WORKS:
                sweep = Sweep(victims, WORKS[name], folder / name)
                found = sweep.points()
                if asked.at:
                    kind, number = asked.at.split()
                    chosen = [Strike(kind, int(number))]
                else:
                    chosen = found if asked.all else sampled(found, asked.each, chance)
                at, bad = time.monotonic(), 0
                for each in chosen:
                    struck = sweep.struck(each)
                    if asked.verbose:
                        _say(f"{name}: {each}: {struck.ended.code} {time.monotonic() - begun:.1f}")
                    killed += struck.ended.code == -9
                    ended_before += struck.ended.code != -9
                    bad += len(struck.violations)
                    for line in told(struck, None if asked.all else seed):
                        _say(line)
                violations += bad
                _say(
                    f"{name}: {len(chosen)} of {len(found)} points in {time.monotonic() - at:.0f} s, {bad} violations",
                )
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    _say(
        f"{killed} killed, {ended_before} ended by themselves (a child was killed, or the point wasn't reached), "
        f"{violations} violations in {time.monotonic() - begun:.0f} s; seed {seed}"
    )
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
