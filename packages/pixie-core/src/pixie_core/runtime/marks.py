"""The mark that every process of a tool carries in its environment, and finding processes by it.

PIXIE_SPAWN_ID is `<data folder>-<owner's pid>-<owner's start>-<random>`: it says for which data folder and by
which Pixie a process was started. Children inherit it, also those that leave the process group and the
session, so that whatever a tool leaves behind can be found and ended, by the Pixie that started it or, when
that one was killed, by the next one. A process is known by its pid and the moment it started, and its mark
is read again right before a signal: a pid that was given to a stranger meanwhile is never touched.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import secrets
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from attrs import frozen

from pixie_core.store.owner import Owner, boot_id, start_ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pixie_core.config import Settings

__all__ = [
    "VARIABLE",
    "Marked",
    "SpawnMark",
    "become_subreaper",
    "folder_mark",
    "kill_marked",
    "marked",
]

VARIABLE = "PIXIE_SPAWN_ID"
_HAS_PROC = Path("/proc/self/environ").exists()
_TEXT = re.compile(r"([0-9a-f]{16})-(\d+)-(\d+)-([0-9a-f]{32})", re.ASCII)


def folder_mark(settings: Settings) -> str:
    """What stands for this data folder in a mark: a hash of where its database is."""
    return hashlib.sha256(os.fsencode(settings.db_path.resolve())).hexdigest()[:16]


@frozen
class SpawnMark:
    """One spawn's mark. `str(mark)` is the variable's value."""

    folder: str
    owner_pid: int
    owner_start: int
    nonce: str

    @classmethod
    def new(cls, folder: str) -> SpawnMark:
        """A mark for a process that this process is about to start."""
        owner = Owner.current()
        return cls(folder, owner.pid, owner.start_ticks, secrets.token_hex(16))

    @classmethod
    def parse(cls, text: str) -> SpawnMark | None:
        """The mark that a text says, or None."""
        match = _TEXT.fullmatch(text)
        return cls(match[1], int(match[2]), int(match[3]), match[4]) if match else None

    @property
    def owner(self) -> Owner:
        """Who started it. The boot is this one: no process outlives its own."""
        return Owner(boot_id(), self.owner_pid, self.owner_start)

    def __str__(self) -> str:
        return f"{self.folder}-{self.owner_pid}-{self.owner_start}-{self.nonce}"


@frozen
class Marked:
    """A process that carries a mark."""

    pid: int
    start: int
    mark: SpawnMark

    def kill(self) -> bool:
        """SIGKILL, if it is still the very process. True when the signal was sent."""
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "pidfd_open"):
                # The descriptor holds the process: between the look and the signal its pid can't go to another.
                descriptor = os.pidfd_open(self.pid)
                try:
                    if self._is_still_it():
                        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                        return True
                finally:
                    os.close(descriptor)
            elif self._is_still_it():
                os.kill(self.pid, signal.SIGKILL)
                return True
        return False

    def _is_still_it(self) -> bool:
        return start_ticks(self.pid) == self.start and _mark_of(self.pid) == self.mark


def marked(folder: str, wanted: Callable[[SpawnMark], bool]) -> Iterator[Marked]:
    """The living processes of this user with a wanted mark of the data folder; this process isn't among them."""
    for pid in psutil.pids():
        if pid == os.getpid():
            continue
        mark = _mark_of(pid)
        if mark is None or mark.folder != folder or not wanted(mark):
            continue
        start = start_ticks(pid)
        if start is not None:
            yield Marked(pid, start, mark)


def kill_marked(folder: str, wanted: Callable[[SpawnMark], bool]) -> list[Marked]:
    """Kill every process with a wanted mark, and those that they started meanwhile. Returns the killed."""
    killed: list[Marked] = []
    for _ in range(20):  # a process that forks as fast as it is killed is met again, but not for ever
        found = [each for each in marked(folder, wanted) if each.kill()]
        if not found:
            break
        killed.extend(found)
    return list(dict.fromkeys(killed))


def _mark_of(pid: int) -> SpawnMark | None:
    """The mark in the environment that a process was started with."""
    if _HAS_PROC:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        prefix = f"{VARIABLE}=".encode()
        value = next((each for each in environment.split(b"\0") if each.startswith(prefix)), None)
        return SpawnMark.parse(value[len(prefix) :].decode("ascii", "replace")) if value is not None else None
    try:
        text = psutil.Process(pid).environ().get(VARIABLE)
    except (psutil.Error, OSError):
        return None
    return SpawnMark.parse(text) if text is not None else None


UNCLAIMED_SECONDS = 10.0
_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Have orphans of this process's children come back to it, for the server alone; see `Adoption`. False where there
    is no such thing.
    """
    if sys.platform != "linux":
        return False
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return bool(prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


class Adoption:
    """Orphans that came back to this process: a subreaper's duty is to take their exit status when they end, lest they
    stay as zombies.

    A tool's first process is never reaped here, since somebody waits for its end, and neither is a child in this
    process's own session. Of the others those are that carried a mark of the data folder, or were in a session
    with one that did; whatever else is dead in a session that isn't ours has had time enough to be waited for
    after ten seconds. Harmless in a process that is no subreaper.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._leaders: set[int] = set()
        self._adopted: set[int] = set()
        self._sessions: set[int] = set()
        self._dead_since: dict[int, float] = {}

    def expect(self, pid: int) -> None:
        """A tool's first process was started: it isn't reaped here."""
        self._leaders.add(pid)
        self._adopted.discard(pid)

    def forget(self, pid: int) -> None:
        """The process has been waited for; its number may come again."""
        self._leaders.discard(pid)

    def killed(self, processes: Iterable[Marked]) -> None:
        """These were killed, and may come back as zombies."""
        for each in processes:
            self._adopt(each.pid)

    def reap(self) -> int:
        """Look at the orphans once; returns how many were reaped."""
        dead: list[int] = []
        for child in _children():
            if child in self._leaders:
                continue
            if start_ticks(child) is None:
                dead.append(child)
            elif child not in self._adopted and (mark := _mark_of(child)) is not None and mark.folder == self._folder:
                self._adopt(child)
        reaped = sum(map(self._reaped, dead))
        self._dead_since = {pid: since for pid, since in self._dead_since.items() if pid in dead}
        return reaped

    def _adopt(self, pid: int) -> None:
        if pid not in self._leaders:
            self._adopted.add(pid)
        if (session := _session_of(pid)) is not None:
            self._sessions.add(session)

    def _reaped(self, child: int) -> bool:
        session = _session_of(child)
        if session == os.getsid(0):
            return False
        since = self._dead_since.setdefault(child, time.monotonic())
        ours = child in self._adopted or session in self._leaders or session in self._sessions
        if not ours and time.monotonic() - since < UNCLAIMED_SECONDS:
            return False
        self._adopted.discard(child)
        self._dead_since.pop(child, None)
        with suppress(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
            return True
        return False


def _children() -> list[int]:
    if _HAS_PROC:
        found: list[int] = []
        for task in Path("/proc/self/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found.extend(map(int, (task / "children").read_bytes().split()))
        return found
    return [child.pid for child in psutil.Process().children()]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
