"""Validating many tools, as it goes on: what has been asked for and what is done, kept so that it can be looked up
after a restart. Functions of a connection; `Store` says when they run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import asdict, evolve, field, frozen

from pixie_core.errors import ValidateJobNotFound
from pixie_core.store.json_text import from_json, to_json
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

__all__ = ["ToolVerdict", "ValidateJob", "add", "begin", "end", "one"]

JobStatus: TypeAlias = Literal["running", "finished", "interrupted"]


@frozen(kw_only=True)
class ToolVerdict:
    """How one tool of a job did."""

    tool_id: str
    overall: Literal["pass", "warn", "fail"]
    timestamp: str


@frozen(kw_only=True)
class ValidateJob:
    """A validation of several tools. `done` grows, in the order in which they come to their end."""

    id: str
    status: JobStatus
    started_at: str
    finished_at: str | None = None
    tool_ids: tuple[str, ...] = ()
    done: tuple[ToolVerdict, ...] = ()
    owner: Owner | None = field(default=None, repr=False)


def begin(conn: sqlite3.Connection, job_id: str, tool_ids: Sequence[str], owner: Owner, *, at: str, old: str) -> None:
    """Write a new job down. Jobs of dead owners become `interrupted` then, and those from before `old` go."""
    for row in conn.execute("SELECT * FROM validate_jobs WHERE status = 'running'").fetchall():
        job = _read(row)
        if job.status == "interrupted":
            end(conn, job.id, "interrupted", at=at)
    conn.execute("DELETE FROM validate_jobs WHERE started_at < ? AND status <> 'running'", (old,))
    progress = _progress(tool_ids, (), owner)
    conn.execute(
        "INSERT INTO validate_jobs (id, started_at, status, progress_json) VALUES (?, ?, 'running', ?)",
        (job_id, at, progress),
    )


def add(conn: sqlite3.Connection, job_id: str, verdict: ToolVerdict) -> None:
    """One more tool of the job is done."""
    job = one(conn, job_id)
    progress = _progress(job.tool_ids, (*job.done, verdict), job.owner)
    conn.execute("UPDATE validate_jobs SET progress_json = ? WHERE id = ?", (progress, job_id))


def end(conn: sqlite3.Connection, job_id: str, status: JobStatus, *, at: str) -> None:
    """The job has ended so."""
    conn.execute("UPDATE validate_jobs SET status = ?, finished_at = ? WHERE id = ?", (status, at, job_id))


def one(conn: sqlite3.Connection, job_id: str) -> ValidateJob:
    """The job as it stands; one whose process is gone is `interrupted`. Raises ValidateJobNotFound."""
    row = conn.execute("SELECT * FROM validate_jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise ValidateJobNotFound(job_id)
    return _read(row)


def _progress(tool_ids: Sequence[str], done: Sequence[ToolVerdict], owner: Owner | None) -> str:
    progress = {
        "tool_ids": list(tool_ids),
        "done": [asdict(each) for each in done],
        "owner": asdict(owner) if owner is not None else None,
    }
    return to_json(progress, "The progress")


def _read(row: sqlite3.Row) -> ValidateJob:
    said = from_json(row["progress_json"], {})
    progress: Mapping[str, Any] = said if isinstance(said, dict) else {}
    owner = progress.get("owner")
    job = ValidateJob(
        id=row["id"],
        status=row["status"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        tool_ids=tuple(progress.get("tool_ids", ())),
        done=tuple(ToolVerdict(**each) for each in progress.get("done", ())),
        owner=Owner(**owner) if owner else None,
    )
    if job.status == "running" and (job.owner is None or not job.owner.alive()):
        return evolve(job, status="interrupted")
    return job
