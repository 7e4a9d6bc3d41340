"""Who a running run, or a temporary file, belongs to: a process that can be told from any later one.

A pid is given again after its process has ended; with the boot's id and the moment the process started it is
unique (identity = boot id + pid + start ticks).
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import psutil
from attrs import frozen

__all__ = ["Owner"]

_LINUX = Path("/proc/self/stat").exists()


@frozen
class Owner:
    """A process: `start_ticks` is when it started, in clock ticks since boot."""

    boot_id: str
    pid: int
    start_ticks: int

    @classmethod
    def current(cls) -> Owner:
        """The process that asks."""
        pid = os.getpid()
        ticks = start_ticks(pid)
        assert ticks is not None, "this process runs"
        return cls(boot_id(), pid, ticks)

    @classmethod
    def of(cls, pid: int) -> Owner | None:
        """The process that has this pid now, or None."""
        ticks = start_ticks(pid)
        return None if ticks is None else cls(boot_id(), pid, ticks)

    def alive(self) -> bool:
        """True while the very process runs; a zombie has ended."""
        return self.boot_id == boot_id() and start_ticks(self.pid) == self.start_ticks


@cache
def boot_id() -> str:
    """What tells this boot of the machine from every other."""
    if _LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"boot-{psutil.boot_time():.0f}"


def start_ticks(pid: int) -> int | None:
    """When a process started; None when there is none, or it is a zombie."""
    if _LINUX:
        try:
            # The name in parentheses may hold spaces and parentheses itself: fields count from the last one.
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in {b"Z", b"X"} else int(fields[19])
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else int(process.create_time() * 1000)
    except psutil.NoSuchProcess:
        return None
