"""The warm pool: processes of tools, started when first needed and kept while they are likely to be needed."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from attrs import define, frozen

from pixie_core.clock import system_clock
from pixie_core.errors import ToolStartFailed
from pixie_core.runtime.health import PortTaken, wait_until_up
from pixie_core.runtime.marks import Adoption, folder_mark
from pixie_core.runtime.memory import Snapshot, proportional_bytes
from pixie_core.runtime.process import spawn
from pixie_core.runtime.spawner import Spawner
from pixie_core.tool.source import SourceMark, source_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.runtime.process import ToolProcess
    from pixie_core.store import Store
    from pixie_core.tool import Tool

__all__ = ["Launcher", "ProcessState"]

_log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
LONG_TICK_SECONDS = 5.0
"""Between looks for orphans, when no process is there."""
PORTS_TRIED = 4
MEGABYTE = 2**20


@frozen(kw_only=True)
class ProcessState:
    """One process as it stands, for `/api/launcher/state`."""

    tool_id: str
    status: Literal["starting", "warm", "running", "stopping"]
    pid: int | None = None
    port: int | None = None
    runs_in_flight: int = 0
    idle_seconds: float | None = None
    resident_bytes: int | None = None


@define(eq=False)
class _Entry:
    """A healthy process in the pool."""

    process: ToolProcess
    started_from: SourceMark
    in_flight: int = 0
    last_used: float = 0.0
    draining: bool = False
    peak_bytes: int = 0

    @property
    def tool_id(self) -> str:
        return self.process.tool.id


class Launcher:
    """Starts, keeps and stops the processes of tools. Thread-safe.

        with launcher.lease(tool) as process:
            process.transport.ask("GET", "/healthz", seconds=2)

    A process with a lease is never stopped for want of room. With a `store`, each process is written down
    there, so that a later start of Pixie finds what this one couldn't end.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        clock: Clock = system_clock,
        spawner: Spawner | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._spawner = spawner or Spawner()
        self._folder = folder_mark(settings)
        self._adoption = Adoption(self._folder)
        self._changed = threading.Condition()
        self._entries: list[_Entry] = []
        self._starting: dict[str, ToolProcess | None] = {}
        self._stopping: dict[ToolProcess, str] = {}
        self._last_output: dict[str, str] = {}
        self._closed = False
        self._stoppers = ThreadPoolExecutor(8, thread_name_prefix="pixie-stopper")
        self._housekeeper = threading.Thread(target=self._keep_house, name="pixie-launcher", daemon=True)
        self._housekeeper.start()

    # Leases

    @contextmanager
    def lease(self, tool: Tool, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[ToolProcess]:
        """A healthy process of the tool, started if there is none; it stays while the block runs.

        Raises ToolStartFailed, ToolNotInstalled, ManifestInvalid, or InterruptedError when `cancelled` says so.
        """
        entry = self._take(tool, cancelled)
        try:
            yield entry.process
        finally:
            self._give_back(entry)

    def shared(self, process: ToolProcess) -> bool:
        """True when more than one run is in the process."""
        with self._changed:
            return any(entry.process is process and entry.in_flight > 1 for entry in self._entries)

    def retire(self, process: ToolProcess) -> None:
        """Give the process no new run; it ends with the last that it has."""
        with self._changed:
            for entry in self._entries:
                if entry.process is process:
                    entry.draining = True
            self._changed.notify_all()

    def discard(self, process: ToolProcess) -> None:
        """Stop the process now, whatever it does, and wait until it is gone."""
        with self._changed:
            self._entries = [entry for entry in self._entries if entry.process is not process]
            self._stopping[process] = process.tool.id
        self._stop_and_forget(process)

    def _take(self, tool: Tool, cancelled: Callable[[], bool]) -> _Entry:
        tool.ready()
        with self._changed:
            while True:
                if self._closed:
                    raise InterruptedError
                if (entry := self._usable(tool)) is not None:
                    entry.in_flight += 1
                    return entry
                if tool.id not in self._starting:
                    break
                if cancelled():
                    raise InterruptedError
                self._changed.wait(0.1)
            self._starting[tool.id] = None
            self._make_room()
        try:
            # Before the start: what changes during it makes the next lease start afresh, and is never passed over.
            started_from = _mark(tool)
            process = self._start(tool, cancelled)
        except BaseException:
            with self._changed:
                del self._starting[tool.id]
                self._changed.notify_all()
            raise
        with self._changed:
            del self._starting[tool.id]
            entry = _Entry(process, started_from, in_flight=1, last_used=self._clock.monotonic())
            self._entries.append(entry)
            self._changed.notify_all()
            return entry

    def _usable(self, tool: Tool) -> _Entry | None:
        """A process of the tool as it is now. One of an older declaration, or of files since changed, is retired."""
        for entry in list(self._entries):
            if entry.tool_id != tool.id or entry.draining or entry.process.ended:
                continue
            same = entry.process.tool.folder == tool.folder and entry.process.tool.manifest == tool.manifest
            if same and entry.started_from == _mark(tool):
                return entry
            entry.draining = True
            self._sort_out(entry)
        return None

    def _give_back(self, entry: _Entry) -> None:
        with self._changed:
            entry.in_flight -= 1
            entry.last_used = self._clock.monotonic()
            self._sort_out(entry)
            self._make_room()
            self._changed.notify_all()

    def _start(self, tool: Tool, cancelled: Callable[[], bool]) -> ToolProcess:
        manifest = tool.checked()
        seconds = max(self._settings.tool_start_timeout_seconds, manifest.validator_timeout_override or 0)
        for _ in range(PORTS_TRIED):
            process = spawn(tool, self._settings, self._folder, self._spawner)
            with self._changed:
                self._starting[tool.id] = process
                self._adoption.expect(process.pid)
            try:
                if self._store is not None and process.identity is not None:
                    self._store.processes.record(str(process.mark), tool.id, process.identity)
                wait_until_up(process, seconds, lambda: self._closed or cancelled())
            except PortTaken:
                self._stop_and_forget(process, at_once=True)
            except BaseException:
                self._stop_and_forget(process, at_once=True)
                raise
            else:
                return process
        said = f"{tool.id} found no free port: {PORTS_TRIED} that were free were taken before it could listen on them."
        raise ToolStartFailed(tool.id, said)

    # What stands, and stopping

    def state(self) -> list[ProcessState]:
        """Every process, by tool."""
        snapshot = Snapshot.take()
        now = self._clock.monotonic()
        with self._changed:
            found = [
                ProcessState(
                    tool_id=entry.tool_id,
                    status="running" if entry.in_flight else "warm",
                    pid=entry.process.pid,
                    port=entry.process.port,
                    runs_in_flight=entry.in_flight,
                    idle_seconds=None if entry.in_flight else max(0.0, now - entry.last_used),
                    resident_bytes=snapshot.resident_bytes(snapshot.tree(entry.process.pid)),
                )
                for entry in self._entries
                if not entry.process.ended
            ]
            found += [
                ProcessState(tool_id=tool_id, status="starting", pid=process.pid if process else None)
                for tool_id, process in self._starting.items()
            ]
            found += [
                ProcessState(tool_id=tool_id, status="stopping", pid=process.pid)
                for process, tool_id in self._stopping.items()
            ]
        return sorted(found, key=lambda each: each.tool_id)

    def stderr(self, tool_id: str, lines: int | None = None) -> str:
        """The end of what the tool's process wrote, or of what its last one did."""
        with self._changed:
            running = [entry.process for entry in self._entries if entry.tool_id == tool_id]
            starting = self._starting.get(tool_id)
            process = starting or (running[-1] if running else None)
            text = process.output.tail() if process is not None else self._last_output.get(tool_id, "")
        return text if lines is None else "".join(text.splitlines(keepends=True)[-lines:])

    def stop(self, tool_id: str) -> bool:
        """Stop the tool's processes and wait until they are gone; runs in them die. False when there was none."""
        with self._changed:
            chosen = [entry.process for entry in self._entries if entry.tool_id == tool_id]
            self._remove(chosen)
        self._stop_all(chosen)
        return bool(chosen)

    def renew(self, tool_id: str) -> None:
        """The tool's files have changed: its processes take no new run, and idle ones are stopped."""
        with self._changed:
            for entry in list(self._entries):
                if entry.tool_id == tool_id:
                    entry.draining = True
                    self._sort_out(entry)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop every process, all at a time, and wait until they are gone: some seconds at most."""
        with self._changed:
            self._closed = True
            chosen = [entry.process for entry in self._entries]
            self._remove(chosen)
            self._changed.notify_all()
        self._stop_all(chosen)
        with self._changed:
            self._changed.wait_for(lambda: not self._starting and not self._stopping)
        self._housekeeper.join()
        self._stoppers.shutdown()
        self._adoption.reap()
        self._spawner.close()

    def _remove(self, chosen: list[ToolProcess]) -> None:
        """Take processes out of the pool, to be stopped. The lock is held."""
        self._entries = [entry for entry in self._entries if entry.process not in chosen]
        self._stopping.update((process, process.tool.id) for process in chosen)

    def _stop_all(self, chosen: list[ToolProcess]) -> None:
        threads = [
            threading.Thread(target=self._stop_and_forget, args=(process,), name=f"stop {process.tool.id}")
            for process in chosen
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _stop_and_forget(self, process: ToolProcess, *, at_once: bool = False) -> None:
        """Down the ladder, then out of the books."""
        try:
            if at_once:
                process.kill()
            else:
                process.stop()
        finally:
            with self._changed:
                self._last_output[process.tool.id] = process.output.tail()
                self._stopping.pop(process, None)
                self._adoption.forget(process.pid)
                self._adoption.killed(process.escaped)
                self._changed.notify_all()
        if self._store is not None:
            try:
                self._store.processes.forget(str(process.mark))
            except Exception:  # noqa: BLE001 - it is gone; the row is removed by a later start of Pixie
                _log.exception("that process %d has ended couldn't be recorded", process.pid)

    # House keeping

    def _keep_house(self) -> None:
        while (working := self._tick()) is not None:
            try:
                self._watch_memory(working)
                self._adoption.reap()
            except Exception:  # noqa: BLE001 - the pool goes on, whatever the operating system answers
                _log.exception("the processes of tools couldn't be looked at")

    def _tick(self) -> list[_Entry] | None:
        """Wait a moment, stop what has idled long enough, and return what works; None at the end."""
        with self._changed:
            if not self._closed:
                self._changed.wait(TICK_SECONDS if self._entries or self._stopping else LONG_TICK_SECONDS)
            if self._closed:
                return None
            for entry in list(self._entries):
                self._sort_out(entry)
            return [entry for entry in self._entries if entry.in_flight]

    def _sort_out(self, entry: _Entry) -> None:
        """Stop an entry that is dead, draining or idle for long enough. The lock is held."""
        if entry.in_flight or entry not in self._entries:
            return
        manifest = entry.process.tool.checked()
        kept = entry.process.tool.warm_keep_seconds(self._settings.warm_keep_seconds)
        idle = self._clock.monotonic() - entry.last_used
        if entry.process.ended or entry.draining or (not manifest.pinned_warm and idle >= kept):
            self._stop_later(entry)

    def _make_room(self) -> None:
        """Stop the least recently used idle processes, pinned ones last, until no more are there than may be. The
        lock is held.
        """
        too_many = len(self._entries) + len(self._starting) - self._settings.warm_keep_max
        idle = sorted((entry for entry in self._entries if not entry.in_flight), key=_dispensable)
        for entry in idle[: max(0, too_many)]:
            self._stop_later(entry)

    def _stop_later(self, entry: _Entry) -> None:
        """Stop an idle process on another thread. The lock is held."""
        self._remove([entry.process])
        self._stoppers.submit(self._stop_and_forget, entry.process)

    def _watch_memory(self, working: list[_Entry]) -> None:
        if not working:
            return
        snapshot = Snapshot.take()
        for entry in working:
            limit = entry.process.tool.checked().max_memory_mb * MEGABYTE
            pids = snapshot.tree(entry.process.pid)
            used = snapshot.resident_bytes(pids)
            if used > limit and (exact := proportional_bytes(pids)) is not None:
                used = exact
            entry.peak_bytes = max(entry.peak_bytes, used)
            if used > limit and entry.process.why_killed is None:
                chosen = entry.process.tool.state.limits.max_memory_mb is not None
                where = ", as it was set for it" if chosen else " in tool.json"
                entry.process.why_killed = (
                    f"it used {entry.peak_bytes / MEGABYTE:,.0f} MB of memory at its peak, and its limit is "
                    f"{limit / MEGABYTE:,.0f} MB (max_memory_mb{where})"
                )
                entry.process.output.say(f"killed: {entry.process.why_killed}")
                entry.draining = True
                entry.process.signal_kill()


def _dispensable(entry: _Entry) -> tuple[bool, float]:
    """By this the most dispensable comes first."""
    return entry.process.tool.checked().pinned_warm, entry.last_used


def _mark(tool: Tool) -> SourceMark:
    return source_mark(tool.folder, tool.checked().entrypoint)
