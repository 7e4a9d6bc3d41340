"""Exports that are made in the background, so that whoever asked sees how far each has come and can call it off.

    jobs = ExportJobs()
    job = jobs.start("rows as xlsx", lambda on_progress: exportable.export("xlsx", on_progress=on_progress))
    jobs.get(job.id).progress                 0.42
    jobs.cancel(job.id)                       its thread, and a process that it has, end at the next step
    b"".join(jobs.content(job.id))            once `status` is done; as often as it is asked for

What is made lies in a temporary file without a name. It is kept for some minutes, and no longer than the process.
"""

from __future__ import annotations

import logging
import threading
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import define, evolve, field, frozen

from pixie_core.clock import system_clock, timestamp
from pixie_core.errors import Busy, ExportError, ExportJobNotFound, ExportNotDone, PixieError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_core.clock import Clock
    from pixie_core.exporters.exporting import Exported
    from pixie_core.exporters.format import OnProgress

__all__ = ["ExportJob", "ExportJobs"]

_log = logging.getLogger(__name__)

_AT_ONCE = 4
_KEPT = 16
"""Jobs that are remembered, those at work among them: the oldest that has ended goes first."""
_KEPT_SECONDS = 600.0
_LAST_SECONDS = 3.0

JobStatus: TypeAlias = Literal["running", "done", "failed", "cancelled"]


@frozen(kw_only=True)
class ExportJob:
    """An export in the background as it stands. `done` of `total` rows are written, where it is made of rows; once it
    is done it has a name, a media type and a size. `error` is what it failed by.
    """

    id: str
    what: str
    status: JobStatus = "running"
    started_at: str
    finished_at: str | None = None
    done: int = 0
    total: int = 0
    filename: str | None = None
    mime: str | None = None
    size_bytes: int | None = None
    renderer: str | None = None
    error: PixieError | None = None

    @property
    def progress(self) -> float | None:
        """Its part that is done, from 0 to 1; None where nobody can say."""
        if self.status == "done":
            return 1.0
        return self.done / self.total if self.total else None


class _CalledOffError(Exception):
    """Nobody wants the export any more."""


@define(eq=False)
class _Work:
    """What is known of a job beside how it stands."""

    job: ExportJob
    over: threading.Event = field(factory=threading.Event)
    """It isn't wanted any more: to be stopped, and its file to be let go."""
    made: Exported | None = None
    thread: threading.Thread | None = None
    listeners: list[Callable[[], object]] = field(factory=list)


class ExportJobs:
    """The exports in the background of one process. Thread-safe. Close it: what is being made then ends."""

    def __init__(self, *, kept_seconds: float = _KEPT_SECONDS, clock: Clock = system_clock) -> None:
        self._kept_seconds = kept_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}

    def start(self, what: str, make: Callable[[OnProgress], Exported]) -> ExportJob:
        """Have `make` called on a thread of its own, and return at once; `what` says in words what it makes.

        What `make` raises becomes the job's `error`. Raises Busy while four are being made.
        """
        job = ExportJob(id=str(uuid.uuid4()), what=what, started_at=timestamp(self._clock.now()))
        work = _Work(job)
        with self._lock:
            running = [each for each in self._works.values() if each.job.status == "running"]
            if len(running) >= _AT_ONCE:
                raise Busy(
                    f"{len(running)} exports are being made in the background, as many as may be at a time. Wait for "
                    "the end of one, or cancel it."
                )
            ended = [each for each in self._works.values() if each.job.status != "running"]
            for each in ended[: max(0, len(self._works) + 1 - _KEPT)]:
                del self._works[each.job.id]
                each.over.set()
            self._works[job.id] = work
            work.thread = threading.Thread(target=self._work, args=(work, make), name="pixie-export", daemon=True)
            work.thread.start()
        return job

    def get(self, job_id: str) -> ExportJob:
        """The job as it stands. Raises ExportJobNotFound."""
        with self._lock:
            return self._known(job_id).job

    def cancel(self, job_id: str) -> ExportJob:
        """Stop the job, or let go of what it made, and forget it; returns how it stood last, `cancelled` where it was
        being made. Raises ExportJobNotFound.
        """
        with self._lock:
            work = self._known(job_id)
            del self._works[job_id]
            if work.job.status == "running":
                work.job = evolve(work.job, status="cancelled", finished_at=timestamp(self._clock.now()))
            work.over.set()
        _tell(work)
        return work.job

    def content(self, job_id: str) -> Iterator[bytes]:
        """The bytes of what was made, in pieces. Raises ExportJobNotFound, ExportNotDone while it is being made, and
        its error where it failed.
        """
        with self._lock:
            work = self._known(job_id)
            if work.job.error is not None:
                raise work.job.error
            if work.made is None:
                raise ExportNotDone(job_id, work.job.progress)
            made = work.made
        return made.again()

    @contextmanager
    def watching(self, job_id: str, listener: Callable[[], object]) -> Iterator[Callable[[], ExportJob]]:
        """Within the block `listener` is called whenever the job has gone on, on its thread: it must return at once.
        What is given says how the job stands, even when it was cancelled and forgotten. Raises ExportJobNotFound.
        """
        with self._lock:
            work = self._known(job_id)
            work.listeners.append(listener)
        try:
            yield lambda: work.job
        finally:
            with self._lock:
                work.listeners.remove(listener)

    def close(self) -> None:
        """Cancel all that is being made, within three seconds, and let go of what was made."""
        with self._lock:
            works = list(self._works.values())
            self._works.clear()
        for each in works:
            each.over.set()
        for each in works:
            if each.thread is not None:
                each.thread.join(_LAST_SECONDS)

    def _known(self, job_id: str) -> _Work:
        work = self._works.get(job_id)
        if work is None:
            raise ExportJobNotFound(job_id)
        return work

    def _work(self, work: _Work, make: Callable[[OnProgress], Exported]) -> None:
        """Make it, and keep it for a while."""

        def on_progress(done: int, total: int) -> None:
            if work.over.is_set():
                raise _CalledOffError
            self._stands(work, done=done, total=total)

        try:
            made = make(on_progress)
        except _CalledOffError:
            return
        except PixieError as error:
            self._stands(work, status="failed", error=error)
        except Exception as error:  # noqa: BLE001 - the thread's outermost frame: nobody else would hear of it
            _log.exception("%s couldn't be exported", work.job.what)
            said = f"{work.job.what} couldn't be exported, by a fault of Pixie's. Its log says more."
            fault = ExportError(said)
            fault.__cause__ = error
            self._stands(work, status="failed", error=fault)
        else:
            work.made = made
            about = {"filename": made.filename, "mime": made.mime, "size_bytes": made.size_bytes}
            self._stands(work, status="done", renderer=made.renderer, **about)
        work.over.wait(self._kept_seconds)
        with self._lock:
            self._works.pop(work.job.id, None)
        if work.made is not None:
            work.made.close()

    def _stands(self, work: _Work, **news: Any) -> None:
        with self._lock:
            if work.job.status != "running":
                return  # it was cancelled meanwhile
            if "status" in news:
                news["finished_at"] = timestamp(self._clock.now())
            work.job = evolve(work.job, **news)
        _tell(work)


def _tell(work: _Work) -> None:
    for each in tuple(work.listeners):
        each()
