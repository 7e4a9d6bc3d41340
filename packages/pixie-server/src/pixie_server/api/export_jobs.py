"""Routes about exports that are made in the background: begun, looked at, followed, cancelled, fetched."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Literal

from attrs import Factory, asdict, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    ArtefactFileMissing,
    ArtefactNotFound,
    Busy,
    DiskFull,
    ExportError,
    ExportJobNotFound,
    ExportNotDone,
    ExportTooLarge,
    FileAltered,
    MissingExtra,
    OutputNotFound,
    RequestInvalid,
    RunNotFound,
    TooManyStreams,
    UnsupportedFormat,
)
from pixie_server.api.exports import RENDERER, TOLD_OF_FILES, what_named
from pixie_server.delivery import deliver_made
from pixie_server.live import stream_answer
from pixie_server.outcomes import outcome
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from quart import Response

    from pixie_core.exporters.jobs import ExportJob
    from pixie_server.served import Served

routes = Routes("exports")

_OF_JOB = {"job_id": "7d1f0c52-3a55-4f0e-8d4e-0f6d2b7c9a10"}
_BETWEEN = 0.1
"""Seconds between two events at the least: a batch of rows takes a thousandth."""


@frozen(kw_only=True)
class ExportJobBody:
    """What is to become what: an output of a run, or a kept file."""

    run_id: str | None = field(help="the run, by its id, the beginning of it, or TOOL:last", default=None)
    output_key: str | None = field(help="its output", default=None)
    artefact_id: int | None = field(help="in place of these a kept file, by its number", default=None)
    format: str | None = field(help="one of its formats; without it the default", default=None)
    options: dict[str, Any] = field(help="what can be chosen of the format", default=Factory(dict))


@frozen(kw_only=True)
class ExportJobError:
    """Why an export couldn't be made, as its own route would answer it."""

    status: int = field(help="the status code")
    code: str = field(help="a stable code for programs")
    detail: str = field(help="what was wrong and what to do")


@frozen(kw_only=True)
class ExportJobOut:
    """An export in the background, and how far it has come."""

    id: str = field(help="a UUID")
    what: str = field(help="what becomes what, in words")
    status: Literal["running", "done", "failed", "cancelled"] = field(help="how it stands")
    started_at: str = field(help="when it was begun, UTC in ISO 8601")
    finished_at: str | None = field(help="when it ended; null while it runs")
    progress: float | None = field(help="its part that is done, from 0 to 1; null where nobody can say")
    rows_done: int = field(help="rows that are written, where it is made of rows")
    rows_total: int = field(help="rows that there are; 0 where it isn't made of rows, and before they are read")
    filename: str | None = field(help="a name to save it under, once it is done")
    mime: str | None = field(help="its media type, once it is done")
    size_bytes: int | None = field(help="its size, once it is done")
    content: str = field(help="the address of what was made, once it is done")
    error: ExportJobError | None = field(help="why it failed")

    @classmethod
    def of(cls, job: ExportJob) -> ExportJobOut:
        """As the library has it."""
        error = None
        if job.error is not None:
            error = ExportJobError(status=outcome(job.error).status, code=job.error.code, detail=str(job.error))
        return cls(
            id=job.id,
            what=job.what,
            status=job.status,
            started_at=job.started_at,
            finished_at=job.finished_at,
            progress=job.progress,
            rows_done=job.done,
            rows_total=job.total,
            filename=job.filename,
            mime=job.mime,
            size_bytes=job.size_bytes,
            content=f"/api/export-jobs/{job.id}/content",
            error=error,
        )


@routes.post(
    "/api/export-jobs",
    body=ExportJobBody,
    answers=(Answer(202, ExportJobOut, description="The export was begun and goes on."),),
    errors=(
        *(RunNotFound, AmbiguousRunId, RequestInvalid, OutputNotFound),
        *(ArtefactNotFound, ArtefactFileMissing, FileAltered, UnsupportedFormat, MissingExtra, Busy),
    ),
    example={"run_id": "3f2b8c1e", "output_key": "yearly", "format": "xlsx"},
)
async def start_export_job(served: Served, body: ExportJobBody) -> tuple[ExportJobOut, int]:
    """Begin to make an output, or a kept file, a file of a format, in the background; at most four at a time.

    For what takes a while, such as a large table as XLSX: its progress can be looked at or followed, it can be
    cancelled, and it is fetched when it is done. It is kept for ten minutes, and not beyond a restart.
    """
    what = what_named(body.artefact_id, body.run_id, body.output_key)
    job = await served.bridge.slowly(served.pixie.exports.start, what, body.format, body.options)
    return ExportJobOut.of(job), 202


@routes.get("/api/export-jobs/<job_id>", answer=ExportJobOut, errors=(ExportJobNotFound,), path_examples=_OF_JOB)
async def show_export_job(served: Served, job_id: str) -> ExportJobOut:
    """How far an export in the background has come."""
    return ExportJobOut.of(served.pixie.exports.jobs.get(job_id))


@routes.get(
    "/api/export-jobs/<job_id>/events",
    answers=(
        Answer(
            200,
            media_type="text/event-stream",
            description="The job whenever it has gone on, as `progress` events, and as the last one `ended`.",
        ),
    ),
    errors=(ExportJobNotFound, TooManyStreams),
    path_examples=_OF_JOB,
)
async def export_job_events(served: Served, job_id: str) -> Response:
    """Follow an export in the background to its end, by server-sent events: what GET of the job answers, as JSON."""
    served.pixie.exports.jobs.get(job_id)
    return stream_answer(served, _events(served, job_id))


@routes.get(
    "/api/export-jobs/<job_id>/content",
    answers=(
        Answer(
            200,
            media_type="application/octet-stream",
            description="The file, with the media type of its format and a name to save it under.",
            headers=TOLD_OF_FILES,
        ),
    ),
    errors=(
        *(ExportJobNotFound, ExportNotDone, RequestInvalid, ArtefactNotFound, ArtefactFileMissing, FileAltered),
        *(UnsupportedFormat, MissingExtra, ExportTooLarge, ExportError, DiskFull),
    ),
    path_examples=_OF_JOB,
)
async def export_job_content(served: Served, job_id: str) -> Response:
    """What an export in the background has made, as often as it is asked for; of one that failed, its error."""
    jobs = served.pixie.exports.jobs
    pieces, job = jobs.content(job_id), jobs.get(job_id)
    return deliver_made(
        served,
        pieces,
        filename=job.filename or "export",
        content_type=job.mime or "application/octet-stream",
        length=job.size_bytes,
        more={RENDERER: job.renderer} if job.renderer else None,
    )


@routes.delete(
    "/api/export-jobs/<job_id>",
    answers=(Answer(200, ExportJobOut, description="As it stood last: `cancelled` where it was being made."),),
    errors=(ExportJobNotFound,),
    path_examples=_OF_JOB,
)
async def cancel_export_job(served: Served, job_id: str) -> ExportJobOut:
    """Cancel an export in the background, or let go of what it made; there is no such job any more then."""
    return ExportJobOut.of(served.pixie.exports.jobs.cancel(job_id))


async def _events(served: Served, job_id: str) -> AsyncGenerator[bytes]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    with served.pixie.exports.jobs.watching(job_id, lambda: loop.call_soon_threadsafe(woken.set)) as stands:
        while True:
            woken.clear()
            job = stands()
            kind = "progress" if job.status == "running" else "ended"
            yield f"event: {kind}\ndata: {json.dumps(asdict(ExportJobOut.of(job)))}\n\n".encode()
            if kind == "ended":
                return
            await woken.wait()
            await asyncio.sleep(_BETWEEN)  # what comes meanwhile is told with it
