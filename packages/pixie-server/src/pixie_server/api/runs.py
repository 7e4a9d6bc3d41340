"""Routes about runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import Factory, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    ArtefactFileMissing,
    ArtefactNotFound,
    DiskFull,
    FileAltered,
    InputFileMissing,
    OutputNotFound,
    QuotaExceeded,
    RequestInvalid,
    RunNotFound,
    RunNotRunning,
    RunProtected,
    RunStillRunning,
    TooManyStreams,
)
from pixie_core.moments import bound
from pixie_core.store import LONGEST_LABEL
from pixie_server.api.shapes import DeletedRun, Labelled, Origin, RunLog, RunOut, RunPage, RunStatus, Starred
from pixie_server.api.tools import _CANT_RUN, run_page
from pixie_server.delivery import deliver_made
from pixie_server.live import events_answer
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from quart import Response

    from pixie_server.served import Served

routes = Routes("runs")

_RUN = (RunNotFound, AmbiguousRunId, RequestInvalid)
_EXAMPLES = {"run_id": "3f2b8c1e", "key": "final_balance"}
_AT = "2026-05-17T09:30:00.140000+00:00"


@frozen(kw_only=True)
class RunsFilter:
    """Which runs; the filters are joined by and."""

    tool: str | None = field(help="of this tool", default=None)
    status: RunStatus | None = field(help="as they stand; running until they have ended", default=None)
    starred: bool | None = field(help="with or without a star", default=None)
    labelled: bool | None = field(help="with or without any label", default=None)
    label: str | None = field(help="with exactly this label", default=None)
    origin: Origin | None = field(help="asked for by a form, the API, the command line and so on", default=None)
    parent: str | None = field(help="that repeat this run, by its id or the beginning of it", default=None)
    from_: str | None = field(help="begun on this day or later, or at this moment or later (ISO 8601)", default=None)
    to: str | None = field(help="begun on this day or earlier, or before this moment (ISO 8601)", default=None)
    q: str | None = field(help="with this text in label or inputs; capitals don't matter", default=None)

    def asked(self) -> dict[str, Any]:
        """The same as `Pixie.runs` takes it. Raises RequestInvalid for what is no moment."""
        return {
            "tool": self.tool,
            "status": self.status,
            "starred": self.starred,
            "labelled": self.labelled,
            "label": self.label,
            "origin": self.origin,
            "parent": self.parent,
            "since": bound(self.from_, "from"),
            "until": bound(self.to, "to", end=True),
            "q": self.q,
        }


@frozen(kw_only=True)
class WhichRuns(RunsFilter):
    """Which runs, and which page of them; the filters are joined by and."""

    deleted: bool = field(help="those that can be restored, in place of those that are there", default=False)
    page_size: int = field(help="how many at most", default=50, minimum=1, maximum=250)
    page: int = field(help="which page, from 1; `after` is better", default=1, minimum=1, maximum=200)
    after: str | None = field(help="`next` of the page before", default=None)


@routes.get("/api/runs", query=WhichRuns, answer=RunPage, errors=(RequestInvalid, RunNotFound, AmbiguousRunId))
async def list_runs(served: Served, query: WhichRuns) -> RunPage:
    """Runs of all tools, newest first."""
    page = await served.bridge(
        served.pixie.runs,
        **query.asked(),
        deleted=query.deleted,
        limit=query.page_size,
        after=query.after,
        page=query.page,
    )
    return run_page(page, query.page, query.page_size)


@routes.get("/api/runs/<run_id>", answer=RunOut, errors=_RUN, path_examples=_EXAMPLES)
async def show_run(served: Served, run_id: str) -> RunOut:
    """One run: inputs, outputs, status, error, duration, fingerprint, artefacts."""
    return await served.bridge(RunOut.whole, served.pixie, run_id)


@routes.delete(
    "/api/runs/<run_id>",
    answers=(Answer(200, DeletedRun, example={"id": "3f2b8c1e-5d0a-4c7e-9b1f-2a6d8e4c7f10", "restorable_days": 7}),),
    errors=(*_RUN, RunStillRunning, RunProtected),
    path_examples=_EXAMPLES,
)
async def delete_run(served: Served, run_id: str) -> DeletedRun:
    """Delete a run with its files. It is in no list any more, and can be restored for some days."""
    whole = await served.bridge(served.pixie.delete, run_id)
    settings = await served.bridge(served.pixie.preferences.current)
    return DeletedRun(id=whole, restorable_days=settings.soft_delete_retention_days)


@routes.post("/api/runs/<run_id>/restore", answer=RunOut, errors=_RUN, path_examples=_EXAMPLES)
async def restore_run(served: Served, run_id: str) -> RunOut:
    """Undo the deletion of a run; nothing is changed where it wasn't deleted."""
    whole = await served.bridge(served.pixie.restore, run_id)
    return await served.bridge(RunOut.whole, served.pixie, whole)


@frozen(kw_only=True)
class After:
    """Where to begin."""

    after: int | None = field(help="the number of the last event that you have", default=None, minimum=0)


@routes.get(
    "/api/runs/<run_id>/events",
    query=After,
    answers=(
        Answer(200, media_type="text/event-stream", description="Each event with its number as id, to the run's end."),
        Answer(
            200,
            list[dict[str, Any]],
            description="The events that there are, when JSON is asked for.",
            example=[{"seq": 4, "at": _AT, "kind": "finished", "status": "ok", "duration_ms": 140}],
        ),
    ),
    errors=(*_RUN, TooManyStreams),
    asks={"Last-Event-ID": "The same as `after`, as browsers send it when a stream broke; `after` comes first."},
    path_examples=_EXAMPLES,
)
async def run_events(served: Served, run_id: str, query: After) -> Response:
    """The run's event log after number `after`: server-sent events that follow a live run, or JSON by Accept.

    Each event is an object with `seq`, `at` and `kind`, beside what its kind has: `queued` (its place in the line),
    `started` (inputs, fingerprint), `progress`, `output` (a value, or more of one that streams), `artefact` (a file),
    `log` (what the tool wrote to stderr) and, as the last, `finished` (how it came out). Of server-sent events `id` is
    its number and `event` its kind.
    """
    return await events_answer(served, run_id, query.after)


@routes.get("/api/runs/<run_id>/log", answer=RunLog, errors=_RUN, path_examples=_EXAMPLES)
async def run_log(served: Served, run_id: str) -> RunLog:
    """What the tool wrote to stderr in this run, and what Pixie had to say of it."""
    run = await served.bridge(served.pixie.get, run_id)
    return RunLog(run_id=run.id, text=await served.bridge(served.pixie.log, run.id))


@routes.get(
    "/api/runs/<run_id>/outputs/<key>",
    answers=(
        Answer(
            200,
            Any,
            description="The value in the canonical shape of its type.",
            example={"value": 47526.55, "format": "currency", "precision": 2},
        ),
    ),
    errors=(*_RUN, OutputNotFound, ArtefactNotFound, ArtefactFileMissing, FileAltered),
    path_examples=_EXAMPLES,
)
async def run_output(served: Served, run_id: str, key: str) -> Any:
    """One output's value, read back from its file where it is kept as one."""
    return await served.bridge(served.pixie.output, run_id, key)


@routes.get(
    "/api/runs/<run_id>/export",
    answers=(Answer(200, media_type="application/zip", description="inputs, outputs, report and artefacts."),),
    errors=(*_RUN, ArtefactFileMissing, InputFileMissing, FileAltered),
    path_examples=_EXAMPLES,
)
async def export_run(served: Served, run_id: str) -> Response:
    """Stream a zip of the run: inputs.json, outputs.json, report.md, run.json and artefacts/.

    It begins at once. A file that is missing, or isn't what the run left, is told before the first byte where it is one
    of the first 500; of the others it breaks the zip off: the connection is closed before the end of the body.
    """
    made = await served.bridge(served.pixie.zip, run_id)
    return deliver_made(
        served, iter(made), filename=made.filename, content_type="application/zip", length=made.content_length
    )


@routes.post("/api/runs/<run_id>/cancel", answer=RunOut, errors=(*_RUN, RunNotRunning), path_examples=_EXAMPLES)
async def cancel_run(served: Served, run_id: str) -> RunOut:
    """Ask a run to end, and answer it as it stands: it has ended as `cancelled` within seconds."""
    run = await served.bridge(served.pixie.get, run_id)
    await served.bridge.slowly(served.pixie.cancel, run.id)
    return await served.bridge(RunOut.whole, served.pixie, run.id)


@frozen(kw_only=True)
class StarBody:
    """Whether the run has a star; without a word it is toggled."""

    starred: bool | None = field(help="true, false, or toggled when it isn't said", default=None)


@routes.post(
    "/api/runs/<run_id>/star",
    body=StarBody,
    body_optional=True,
    answer=Starred,
    errors=_RUN,
    example={"starred": True},
    path_examples=_EXAMPLES,
)
async def star_run(served: Served, run_id: str, body: StarBody) -> Starred:
    """Star a run or take the star away. A starred run is never swept."""
    return Starred(starred=await served.bridge(served.pixie.star, run_id, body.starred))


@frozen(kw_only=True)
class LabelBody:
    """The run's name."""

    label: str | None = field(help=f"at most {LONGEST_LABEL} characters; null takes it away")


@routes.post(
    "/api/runs/<run_id>/label",
    body=LabelBody,
    answer=Labelled,
    errors=_RUN,
    example={"label": "final-report"},
    path_examples=_EXAMPLES,
)
async def label_run(served: Served, run_id: str, body: LabelBody) -> Labelled:
    """Name a run, or take its name away. A labelled run is never swept."""
    return Labelled(label=await served.bridge(served.pixie.label, run_id, body.label))


@frozen(kw_only=True)
class RerunBody:
    """What is different this time."""

    inputs: dict[str, Any] = field(help="changes to the old run's inputs", default=Factory(dict))


@routes.post(
    "/api/runs/<run_id>/rerun",
    body=RerunBody,
    body_optional=True,
    answers=(Answer(202, RunOut, description="The new run was started."),),
    errors=(*_RUN, *(each for each in _CANT_RUN if each not in _RUN), DiskFull, QuotaExceeded),
    example={"inputs": {"rho": 30}},
    path_examples=_EXAMPLES,
)
async def rerun(served: Served, run_id: str, body: RerunBody) -> tuple[RunOut, int]:
    """Start a new run with the inputs of an old one, which becomes its parent."""
    return RunOut.of(await served.bridge(served.pixie.rerun, run_id, body.inputs, origin="api")), 202
