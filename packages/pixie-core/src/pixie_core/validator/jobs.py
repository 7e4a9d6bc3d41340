"""Validating many tools in the background, each report kept and the progress with it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from pixie_core.clock import system_clock
from pixie_core.errors import Busy, DataFolderError
from pixie_core.store import ToolVerdict
from pixie_core.validator.validation import Validator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store import Store, ValidateJob
    from pixie_core.tool import Tool
    from pixie_core.validator.report import Report

__all__ = ["ValidateJobs"]

_log = logging.getLogger(__name__)


class ValidateJobs:
    """One validation of many tools at a time, on threads of its own.

        jobs = ValidateJobs(settings, store)
        job = jobs.start(tools.all())
        store.validations.job(job.id).done         # grows; `status` says when it is over

    `close` ends it as `interrupted`. So does the end of the process: who looks then finds it so.
    """

    def __init__(self, settings: Settings, store: Store, *, clock: Clock = system_clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: tuple[str, Validator, threading.Thread] | None = None

    def start(self, tools: Sequence[Tool]) -> ValidateJob:
        """Begin to validate the tools. Raises Busy while an earlier job is under way."""
        with self._lock:
            if self._under_way is not None and self._under_way[2].is_alive():
                job_id = self._under_way[0]
                raise Busy(f"A validation of many tools is under way already: job {job_id}. Wait for its end.")
            job = self._store.validations.begin_job([tool.id for tool in tools])
            validator = Validator(self._settings, clock=self._clock)
            thread = threading.Thread(
                target=self._work, args=(job.id, validator, tuple(tools)), name="validate job", daemon=True
            )
            self._under_way = job.id, validator, thread
            thread.start()
        return job

    def close(self, seconds: float) -> None:
        """Begin no further tool, and wait at most so long for those that are at it; then it is interrupted."""
        with self._lock:
            under_way = self._under_way
        if under_way is None or not under_way[2].is_alive():
            return
        job_id, validator, thread = under_way
        validator.stop()
        thread.join(seconds)
        if thread.is_alive():
            self._store.validations.end_job(job_id, "interrupted")

    def _work(self, job_id: str, validator: Validator, tools: Sequence[Tool]) -> None:
        def keep(report: Report) -> None:
            self._store.validations.save(report.to_json())
            verdict = ToolVerdict(tool_id=report.tool_id, overall=report.overall, timestamp=report.timestamp)
            self._store.validations.add_verdict(job_id, verdict)

        try:
            reports = validator.validate_all(tools, on_report=keep)
            whole = len(reports) == len(tools)
            self._store.validations.end_job(job_id, "finished" if whole else "interrupted")
        except DataFolderError:
            _log.warning("validation job %s couldn't be carried on: the data folder was closed", job_id)
        except Exception:  # noqa: BLE001 - the thread's outermost frame: nobody else would hear of it
            _log.exception("validation job %s failed", job_id)
            self._store.validations.end_job(job_id, "interrupted")
