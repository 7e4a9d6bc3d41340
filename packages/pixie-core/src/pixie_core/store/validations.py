"""The validator's reports, and how far the validations of many tools have come: `Store.validations`."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from pixie_core.clock import timestamp
from pixie_core.errors import Problem, RequestInvalid
from pixie_core.store import validate_jobs
from pixie_core.store.json_text import from_json, to_json
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from pixie_core.store.asking import Asking
    from pixie_core.store.validate_jobs import JobStatus, ToolVerdict, ValidateJob

__all__ = ["LatestValidation", "Validations"]

_KEPT = timedelta(days=30)


@frozen
class LatestValidation:
    """How a tool did when it was last validated."""

    overall: Literal["pass", "warn", "fail"]
    timestamp: str


class Validations:
    """The reports and the jobs of a data folder. Thread-safe."""

    def __init__(self, read: Asking, write: Asking, now: Callable[[], datetime]) -> None:
        self._read = read
        self._write = write
        self._now = now

    def save(self, report: Mapping[str, Any]) -> None:
        """Keep a report; it must say `tool_id`, `timestamp` and `overall`. The same tool and time again take its place.
        Reports that are more than 30 days old go, but each tool's newest. Raises RequestInvalid.
        """
        old = self._old()

        def work(conn: sqlite3.Connection) -> None:
            _save(conn, report)
            _prune(conn, old)

        self._write(work)

    def prune(self) -> None:
        """Let reports go that are more than 30 days old, but each tool's newest, which is shown as how it stands."""
        old = self._old()
        self._write(lambda conn: _prune(conn, old))

    def latest(self, tool_id: str) -> dict[str, Any] | None:
        """The newest report of a tool, or None."""
        return self._read(lambda conn: _latest(conn, tool_id))

    def latest_of_all(self) -> dict[str, LatestValidation]:
        """The outcome of each tool's newest report, by the tool's id."""
        return self._read(_latest_of_all)

    def begin_job(self, tool_ids: Sequence[str]) -> ValidateJob:
        """Write down that these tools are being validated, by this process; `running`."""
        job_id, at, old = str(uuid.uuid4()), timestamp(self._now()), self._old()
        self._write(lambda conn: validate_jobs.begin(conn, job_id, tool_ids, Owner.current(), at=at, old=old))
        return self.job(job_id)

    def add_verdict(self, job_id: str, verdict: ToolVerdict) -> None:
        """One more tool of the job is done."""
        self._write(lambda conn: validate_jobs.add(conn, job_id, verdict))

    def end_job(self, job_id: str, status: JobStatus) -> None:
        """The job has come to its end, or was interrupted."""
        at = timestamp(self._now())
        self._write(lambda conn: validate_jobs.end(conn, job_id, status, at=at))

    def job(self, job_id: str) -> ValidateJob:
        """The job as it stands; `interrupted` when its process is gone. Raises ValidateJobNotFound."""
        return self._read(lambda conn: validate_jobs.one(conn, job_id))

    def _old(self) -> str:
        return timestamp(self._now() - _KEPT)


def _save(conn: sqlite3.Connection, report: Mapping[str, Any]) -> None:
    """Keep a report: it must say `tool_id`, `timestamp` and `overall`. The same tool and time again take its place."""
    missing = [key for key in ("tool_id", "timestamp", "overall") if not isinstance(report.get(key), str)]
    if missing:
        raise RequestInvalid(
            "The report", tuple(Problem(f"$.{key}", "is missing; it must be a text") for key in missing)
        )
    key = (report["tool_id"], report["timestamp"])
    conn.execute("DELETE FROM validation_reports WHERE tool_id = ? AND timestamp = ?", key)
    conn.execute(
        "INSERT INTO validation_reports (tool_id, timestamp, overall, report_json) VALUES (?, ?, ?, ?)",
        (*key, report["overall"], to_json(report, "The report")),
    )


def _prune(conn: sqlite3.Connection, before: str) -> None:
    """Remove the reports from before that moment, but each tool's newest, which is shown as how it stands."""
    conn.execute(
        "DELETE FROM validation_reports WHERE timestamp < ? AND EXISTS (SELECT 1 FROM validation_reports AS newer"
        " WHERE newer.tool_id = validation_reports.tool_id AND newer.timestamp > validation_reports.timestamp)",
        (before,),
    )


def _latest(conn: sqlite3.Connection, tool_id: str) -> dict[str, Any] | None:
    """The newest report of a tool, or None."""
    row = conn.execute(
        "SELECT report_json FROM validation_reports WHERE tool_id = ? ORDER BY timestamp DESC LIMIT 1", (tool_id,)
    ).fetchone()
    report = None if row is None else from_json(row["report_json"], None)
    return report if isinstance(report, dict) else None


def _latest_of_all(conn: sqlite3.Connection) -> dict[str, LatestValidation]:
    """The outcome of each tool's newest report, by the tool's id."""
    # With max(), SQLite takes the other columns from the row that has it.
    rows = conn.execute("SELECT tool_id, overall, max(timestamp) AS timestamp FROM validation_reports GROUP BY tool_id")
    return {row["tool_id"]: LatestValidation(row["overall"], row["timestamp"]) for row in rows}
