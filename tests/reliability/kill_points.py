"""Ends a process at its N-th system call of a kind, or lets that call fail: by strace, from outside, at any of them.

    with Victims() as victims:
        calls = victims.counted("publish", home)                     {"fsync": 14, "rename": 3, ...}
        ended = victims.struck("publish", home, Strike("fsync", 5))   SIGKILL instead of the fifth fsync

A victim is forked from a process that has imported everything already, so that what it does is the work alone.
strace counts in each thread, and strikes in the first that gets so far; programs that the victim starts are left
alone. See `kill_works` for what can be done.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from attrs import frozen

KINDS = (
    "openat",
    "write",
    "pwrite64",
    "ftruncate",
    "copy_file_range",
    "sendfile",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "unlink",
    "unlinkat",
    "rmdir",
    "connect",
    "sendto",
    "clone",
    "clone3",
    "vfork",
)
"""What is struck: all that makes, changes, names or removes something that lasts, or starts or talks to somebody."""

_TRACED = "trace=" + ",".join(f"?{kind}" for kind in KINDS)
_CALL = re.compile(r"(\d+)\s+([a-z_0-9]+)\(")
_SECONDS = 90.0


@frozen
class Strike:
    """At the `number`-th call of this kind: SIGKILL, or this error, once or (`on`) from then on."""

    kind: str
    number: int
    error: str | None = None
    on: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.number}{'+' if self.on else ''} {self.error or 'KILL'}"

    def as_option(self) -> str:
        """For strace's -e."""
        what = f"error={self.error}" if self.error else "signal=KILL"
        return f"inject={self.kind}:{what}:when={self.number}{'+' if self.on else ''}"


@frozen
class Ended:
    """How a victim ended: its exit code (-9 when it was killed, None when it hung), what it said that it had done,
    its stderr, and the last that strace saw of it.
    """

    code: int | None
    said: tuple[tuple[str, ...], ...]
    stderr: str
    trace: tuple[str, ...]
    modules: tuple[str, ...] = ()

    def told(self, what: str) -> set[str]:
        """What was acknowledged under this word."""
        return {each[1] for each in self.said if each[0] == what}


class Victims:
    """A process that has everything imported, and forks for each victim."""

    def __enter__(self) -> Self:
        if shutil.which("strace") is None:
            raise FileNotFoundError("The kill sweep needs strace: apt install strace")
        self._folder = Path(tempfile.mkdtemp(prefix="pixie-victims-"))
        self._number = 0
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.kill_victim"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._mother.stdin is not None
        self._mother.stdin.close()
        self._mother.wait(_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def warmed(self, work: str, home: Path) -> None:
        """Do the work once, and import beforehand what it imports late."""
        ended = self._done(work, home, [], modules=True)
        if ended.code != 0:
            raise RuntimeError(f"{work} fails by itself: {ended.stderr}")
        self._ask({"warm": ended.modules})

    def counted(self, work: str, home: Path) -> dict[str, int]:
        """Do the work to its end: the calls of each kind, of the thread that makes most of them."""
        ended = self._done(work, home, [_TRACED])
        if ended.code != 0:
            raise RuntimeError(f"{work} fails by itself: {ended.stderr}")
        calls = Counter(found.groups() for line in ended.trace if (found := _CALL.match(line)))
        most: dict[str, int] = {}
        for (_, kind), number in sorted(calls.items()):
            most[kind] = max(most.get(kind, 0), number)
        return most

    def struck(self, work: str, home: Path, *strikes: Strike) -> Ended:
        """Do the work, and strike."""
        return self._done(work, home, [_TRACED, *(each.as_option() for each in strikes)])

    def _done(self, work: str, home: Path, options: list[str], *, modules: bool = False) -> Ended:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        victim = self._ask({"work": work, "home": str(home), "folder": str(folder), "modules": modules})
        tracer = None
        try:
            if options:
                tracer = _attached(victim["pid"], folder / "trace", options)
            code = self._ask({**victim, "seconds": _SECONDS})["code"]
        finally:
            if tracer is not None:
                with suppress(subprocess.TimeoutExpired):
                    tracer.communicate(timeout=10)
                if tracer.poll() is None:
                    tracer.kill()
                    tracer.communicate()
        said = tuple(tuple(line.split(" ", 1)) for line in (folder / "said").read_text(encoding="utf-8").splitlines())
        trace = folder / "trace"
        lines = trace.read_text(encoding="utf-8", errors="replace").splitlines() if trace.exists() else []
        ended = Ended(
            code,
            said,
            (folder / "stderr").read_text(encoding="utf-8", errors="replace"),
            tuple(lines),
            tuple(json.loads((folder / "modules").read_text())) if modules and code == 0 else (),
        )
        shutil.rmtree(folder)
        return ended

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(what) + "\n")
        self._mother.stdin.flush()
        answer = self._mother.stdout.readline()
        if not answer:
            raise RuntimeError("the process that forks victims has ended")
        said: dict[str, Any] = json.loads(answer)
        return said


def _attached(pid: int, log: Path, options: list[str]) -> subprocess.Popen[str]:
    """A strace that has got hold of the victim."""
    command = ["strace", "-f", "-b", "execve", "-s", "64", "-o", str(log), "-p", str(pid)]
    for option in options:
        command += ["-e", option]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    line = tracer.stderr.readline()
    if "attached" not in line:
        tracer.kill()
        raise RuntimeError(f"strace can't attach: {line}{tracer.communicate()[1]}")
    return tracer


def points(calls: dict[str, int]) -> list[Strike]:
    """Every place where a victim can be killed."""
    return [Strike(kind, number) for kind, most in calls.items() for number in range(1, most + 1)]
