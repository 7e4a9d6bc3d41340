"""Which runs work, which wait, and how they are started and ended."""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pixie_core.clock import system_clock
from pixie_core.errors import Busy, DiskFull, PixieError, QuotaExceeded
from pixie_core.run.events import Finished, Queued, Started
from pixie_core.runtime.drive import Drive
from pixie_core.runtime.inputs import as_recorded
from pixie_core.runtime.launcher import Launcher
from pixie_core.runtime.provenance import Provenance
from pixie_core.runtime.waiting import Place, PositionNews, positions, worth_telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.run import Run
    from pixie_core.store import Store
    from pixie_core.tool import Tool, Tools

__all__ = ["Runner"]

_log = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0

_NEVER_BEGUN = Finished(
    status="interrupted", error="Pixie was stopped before the run's turn came.", error_code="interrupted"
)


class Runner:
    """Starts runs and ends them.

        runner = Runner(settings, store, tools)
        run = runner.start(tool, inputs, origin="script")
        run = runner.wait(run.id)
        runner.close()

    At most `max_active_runs` work at a time, each on a thread of its own; further ones wait in the order in which
    they came, those of a tool with `concurrent: false` for one another too, and are told as the line moves.
    Thread-safe.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        tools: Tools,
        *,
        clock: Clock = system_clock,
        launcher: Launcher | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._tools = tools
        self._clock = clock
        self.launcher = launcher or Launcher(settings, store=store, clock=clock)
        self._provenance = Provenance()
        self._lock = threading.RLock()
        self._working: list[Place] = []
        self._queue: deque[Place] = deque()
        self._closing = False
        self._ending = threading.Lock()
        self._news = PositionNews(self._new_positions, self._tell_positions)
        self._hearing = ExitStack()
        self._hearing.enter_context(store.watching(self._hear_requests))

    def start(
        self,
        tool: Tool,
        inputs: Mapping[str, Any],
        *,
        origin: str = "api",
        run_id: str | None = None,
        parent_run_id: str | None = None,
        label: str | None = None,
    ) -> Run:
        """Commit a run with typed inputs and start it, or have it wait its turn; returns the run as it was committed.

        With a `run_id` that is taken, the run that exists, if it has the same tool and inputs, however many wait.
        Raises ManifestInvalid, ToolNotInstalled, InputsInvalid, RunConflict, Busy, QuotaExceeded, DiskFull, or what
        the store raises when it can't write.
        """
        tool.ready()
        if run_id is not None and self._store.has_run(run_id):
            # It needs neither room nor a place.
            there = self._store.repeated(run_id, tool.id, as_recorded(tool, inputs, self._store, run_id))
            if there is not None:
                return there
        self._must_have_room()
        run_id = run_id or str(uuid.uuid4())
        place = self._reserve(run_id, tool)
        try:
            recorded = as_recorded(tool, inputs, self._store, run_id)
            started = Started(inputs=recorded, fingerprint=self._provenance.fingerprint(tool, recorded))
            created = self._store.create_run(
                run_id=run_id,
                tool_id=tool.id,
                inputs=recorded,
                origin=origin,
                parent_run_id=parent_run_id,
                label=label,
                events=[started if place.working else Queued(position=self._first_position(place))],
            )
        except BaseException:
            self._give_up(place)
            raise
        if not created.new:
            self._give_up(place)
            return created.run
        drive = Drive(
            created.run,
            tool,
            settings=self._settings,
            store=self._store,
            launcher=self.launcher,
            clock=self._clock,
            begun=place.working,
        )
        with self._lock:
            place.started, place.drive = started, drive
            if self._closing:
                drive.stop("interrupted")
            if place.working:
                self._begin(place)
            self._dispatch()
            if not place.working:
                self._news.moved()
            too_late = self._closing and not place.working
        if too_late:  # the line was given up while the run was being committed
            self._end_waiting(place, _NEVER_BEGUN)
        return created.run

    def wait(self, run_id: str, timeout: float | None = None) -> Run:
        """The run once it has ended, or as it stands after `timeout` seconds."""
        run_id = self._store.find(run_id)
        deadline = None if timeout is None else time.monotonic() + timeout
        place = self._place(run_id)
        if place is not None and place.drive is not None:
            place.drive.done.wait(timeout)
            return self._store.run(run_id)
        stop = threading.Event()
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), stop.set) if deadline is not None else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        for _ in self._store.follow(run_id, stop=stop if timer is not None else None):
            pass
        if timer is not None:
            timer.cancel()
        return self._store.run(run_id)

    def cancel(self, run_id: str) -> None:
        """Ask a run to end. It has ended as `cancelled` within seconds; a waiting one at once.

        A run of another process is asked for by way of the store, and its owner hears of it within a second.
        Raises RunNotFound, or RunNotRunning when it has ended already.
        """
        run_id = self._store.find(run_id)
        if not self._cancel_here(run_id):
            self._store.request_cancel(run_id)

    def _cancel_here(self, run_id: str) -> bool:
        """Cancel a run of this process; False when it is none."""
        with self._lock:
            place = self._place(run_id)
            if place is None or place.drive is None:
                return False
            waiting = place in self._queue
            if waiting:
                self._queue.remove(place)
                self._news.moved()
        if waiting:
            self._end_waiting(place, Finished(status="cancelled"))
        else:
            place.drive.stop("cancelled")
        return True

    def _hear_requests(self) -> None:
        """Somebody has written to the database: maybe the wish that a run of ours be cancelled."""
        if not self.active():
            return
        try:
            for run_id in self._store.cancel_requests():
                self._cancel_here(run_id)
        except PixieError:
            # The next change of the database is another chance; the run goes on meanwhile.
            _log.exception("requests to cancel couldn't be read")

    def active(self) -> list[str]:
        """The ids of the runs that work or wait here, oldest first."""
        with self._lock:
            # One that is asked for again has two places until the store has told that it is the same.
            return list(dict.fromkeys(place.run_id for place in (*self._working, *self._queue)))

    def in_flight(self, tool_id: str) -> list[str]:
        """The ids of the tool's runs that work now. One whose end is on record isn't among them, though its thread may
        still be tidying up.
        """
        with self._lock:
            working = [place.run_id for place in self._working if place.tool.id == tool_id]
        return [run_id for run_id in working if not self._store.run(run_id).ended]

    def close(self, timeout: float = CLOSE_SECONDS) -> None:
        """End every run, as `interrupted`, and every process, within `timeout` seconds. A second time it only waits."""
        with self._ending:
            if not self._closing:
                self._end(time.monotonic() + timeout)

    def _end(self, deadline: float) -> None:
        self._hearing.close()
        with self._lock:
            self._closing = True
            waiting = [place for place in self._queue if place.drive is not None]
            self._queue.clear()
            working = [place.drive for place in self._working if place.drive is not None]
            for drive in working:
                drive.stop("interrupted")
        self._news.close()
        for place in waiting:
            self._end_waiting(place, _NEVER_BEGUN)
        self.launcher.close()
        for drive in working:
            drive.done.wait(max(0.1, deadline - time.monotonic()))

    # Places

    def _reserve(self, run_id: str, tool: Tool) -> Place:
        """A place for a run, before its row is made. Raises Busy."""
        with self._lock:
            if self._closing:
                raise Busy("Pixie is stopping and starts no more runs.")
            place = Place(run_id, tool, working=self._may_work(tool) and not self._queued(tool))
            if place.working:
                self._working.append(place)
            elif len(self._queue) < self._settings.max_queued_runs:
                self._queue.append(place)
            else:
                raise Busy(
                    f"{len(self._working)} runs are at work and {len(self._queue)} wait, as many as may. "
                    "Try again when some have ended."
                )
            return place

    def _may_work(self, tool: Tool) -> bool:
        if len(self._working) >= self._settings.max_active_runs:
            return False
        return tool.checked().concurrent or all(place.tool.id != tool.id for place in self._working)

    def _queued(self, tool: Tool) -> bool:
        """True when a run of the tool waits already: it goes first."""
        return any(place.tool.id == tool.id for place in self._queue)

    def _positions(self) -> dict[str, int]:
        """Of every run that waits. The lock is held."""
        return positions(self._queue, full=len(self._working) >= self._settings.max_active_runs)

    def _first_position(self, place: Place) -> int:
        with self._lock:
            place.told = self._positions().get(place.run_id, 1)
            return place.told

    def _new_positions(self) -> dict[str, int]:
        """Those that are to be told."""
        with self._lock:
            if self._closing:
                return {}
            now = self._positions()
            ready = [place for place in self._queue if place.drive is not None]
            return {each.run_id: now[each.run_id] for each in ready if worth_telling(each.told, now[each.run_id])}

    def _tell_positions(self, told: Mapping[str, int]) -> None:
        self._store.requeue(told)
        with self._lock:
            for place in self._queue:
                place.told = told.get(place.run_id, place.told)

    def _place(self, run_id: str) -> Place | None:
        with self._lock:
            places = [place for place in (*self._working, *self._queue) if place.run_id == run_id]
            return next((place for place in places if place.drive is not None), places[0] if places else None)

    def _give_up(self, place: Place) -> None:
        """The run never came to be."""
        with self._lock:
            if place in self._working:
                self._working.remove(place)
            elif place in self._queue:
                self._queue.remove(place)
                self._news.moved()
            self._dispatch()

    def _dispatch(self) -> None:
        """Let those work whose turn it is. The lock is held."""
        passed_over: set[str] = set()
        for place in list(self._queue):
            if len(self._working) >= self._settings.max_active_runs:
                return
            if place.drive is None or place.tool.id in passed_over or not self._may_work(place.tool):
                passed_over.add(place.tool.id)
                continue
            self._queue.remove(place)
            place.working = True
            self._working.append(place)
            self._begin(place)

    def _begin(self, place: Place) -> None:
        threading.Thread(target=self._drive, args=(place,), name=f"run {place.run_id[:8]}", daemon=True).start()

    def _drive(self, place: Place) -> None:
        assert place.drive is not None
        assert place.started is not None
        try:
            place.drive.execute(place.started)
        finally:
            with self._lock:
                self._working.remove(place)
                if not self._closing:
                    self._dispatch()
                    if self._queue:
                        self._news.moved()

    def _end_waiting(self, place: Place, finished: Finished) -> None:
        assert place.drive is not None
        try:
            self._store.append(place.run_id, [finished])
        finally:
            place.drive.done.set()

    def _must_have_room(self) -> None:
        cap = self._settings.artefacts_total_disk_cap_bytes
        if cap is not None and self._store.total_artefact_bytes() >= cap:
            raise QuotaExceeded(
                f"The files of all runs come to {cap:,} bytes or more, the most that is allowed "
                "(PIXIE_ARTEFACTS_TOTAL_DISK_CAP_BYTES). Sweep old runs, or raise it."
            )
        floor = self._settings.min_free_disk_bytes
        free = shutil.disk_usage(self._settings.artefacts_root).free
        if free < floor:
            raise DiskFull(
                f"Only {free:,} bytes are free where {self._settings.artefacts_root} is, and {floor:,} are kept free "
                "(PIXIE_MIN_FREE_DISK_BYTES). No run was started. Free some, then try again."
            )
