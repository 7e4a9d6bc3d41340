"""How much memory the processes of a tool hold: resident bytes of the whole tree.

Limits on address space would kill healthy numpy and polars programs, so that what is limited is resident
memory, looked at every half second.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Snapshot", "proportional_bytes"]


@frozen
class _Seen:
    parent: int
    session: int
    resident: int


@frozen
class Snapshot:
    """All processes at one moment."""

    processes: Mapping[int, _Seen]

    @classmethod
    def take(cls) -> Snapshot:
        """Look at every process once: some 15 µs each."""
        if _HAS_PROC:
            return cls(dict(filter(None, map(_from_proc, _pids()))))
        seen = {}
        for process in psutil.process_iter(["ppid", "memory_info"]):
            with suppress(psutil.Error, ProcessLookupError):
                memory = process.info["memory_info"]
                if memory is not None:
                    seen[process.pid] = _Seen(process.info["ppid"], os.getsid(process.pid), memory.rss)
        return cls(seen)

    def tree(self, leader: int) -> set[int]:
        """The leader, its descendants, and whoever else is in its session."""
        children: dict[int, list[int]] = {}
        for pid, seen in self.processes.items():
            children.setdefault(seen.parent, []).append(pid)
        found: set[int] = set()
        waiting = [leader, *(pid for pid, seen in self.processes.items() if seen.session == leader)]
        while waiting:
            pid = waiting.pop()
            if pid in self.processes and pid not in found:
                found.add(pid)
                waiting.extend(children.get(pid, ()))
        return found

    def resident_bytes(self, pids: Iterable[int]) -> int:
        """Their resident memory; pages that they share count once for each."""
        return sum(self.processes[pid].resident for pid in pids)


def proportional_bytes(pids: Iterable[int]) -> int | None:
    """Their memory with shared pages counted once, or None where the system doesn't say.

    Dearer than resident bytes: asked only before something is killed for them.
    """
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_bytes()
        except ProcessLookupError:
            continue
        except OSError:
            return None
        line = next((each for each in text.splitlines() if each.startswith(b"Pss:")), None)
        total += int(line.split()[1]) * 1024 if line is not None else 0
    return total


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names are all that is needed


_HAS_PROC = Path("/proc/self/stat").exists()
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _from_proc(pid: int) -> tuple[int, _Seen] | None:
    try:
        # The name in parentheses may hold anything: fields count from the last one.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid, _Seen(int(fields[1]), int(fields[3]), int(fields[21]) * _PAGE)
