"""Pieces of pages that htmx swaps in, and what a plain form or curl gets from the same addresses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen
from quart import Response, redirect, request

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    Busy,
    DiskFull,
    InputsInvalid,
    ManifestInvalid,
    QuotaExceeded,
    RequestInvalid,
    RunNotFound,
    RunNotRunning,
    ToolAnsweredGarbage,
    ToolNotFound,
    ToolNotInstalled,
    ToolStartFailed,
    TooManyStreams,
)
from pixie_server import render
from pixie_server.api.shapes import RunOut
from pixie_server.api.tools import RunsOfTool, run_page_of
from pixie_server.forms import attached_files, form_fields
from pixie_server.frames import frame_of, panel_facts
from pixie_server.live import events_answer
from pixie_server.pages import html, run_of
from pixie_server.problems import wants_json
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core import Pixie
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest
    from pixie_server.served import Served

routes = Routes("fragments")

_EXAMPLES = {"tool_id": "lorenz-ode-solver", "run_id": "3f2b8c1e"}
_HTML = Answer(200, media_type="text/html")
_RUN = (RunNotFound, AmbiguousRunId, RequestInvalid)


@routes.post(
    "/tool/<tool_id>/run",
    form=True,
    answers=(
        Answer(200, media_type="text/html", description="The output panel; to curl when the run has ended."),
        Answer(200, RunOut, description="The run, when JSON is asked for, when it has ended."),
        Answer(303, description="To a browser without JavaScript: the run's page."),
    ),
    errors=(ToolNotFound, ManifestInvalid, ToolNotInstalled, InputsInvalid, Busy, DiskFull, QuotaExceeded),
    path_examples=_EXAMPLES,
)
async def run_tool(served: Served, tool_id: str) -> Any:
    """Run a tool with a form's fields.

    htmx gets the live panel at once; a plain form is sent on to the run's page; anything else waits for the
    run's end and gets the output panel, or the run as JSON by Accept.
    """
    fields, files = await form_fields(request), await attached_files(request)
    try:
        start = partial(served.pixie.start_form, tool_id, fields, typed=files)
        run = await (served.bridge.slowly(start) if files else served.bridge(start))
    except InputsInvalid as error:
        if wants_json() or not _is_browser():
            raise
        refused = _refused_fields if _is_htmx() else _refused_page
        return html(await served.bridge(refused, served.pixie, tool_id, fields, error), 422)
    if _is_htmx():
        panel = await served.bridge(_panel, served.pixie, run)
        panel.headers["HX-Push-Url"] = "false"
        return panel
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return redirect(f"/tool/{tool_id}/runs/{run.id}", 303)
    run = await served.bridge.wait(run.id)
    return RunOut.of(run) if wants_json() else await served.bridge(_panel, served.pixie, run)


def _is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def _is_browser() -> bool:
    return _is_htmx() or request.headers.get("Sec-Fetch-Mode") == "navigate"


def _refused_fields(pixie: Pixie, tool_id: str, fields: Mapping[str, list[str]], error: InputsInvalid) -> str:
    """Each message at its field, swapped in there: the form itself stays as it is."""
    del fields
    return render.form_problems(pixie.tools.get(tool_id).checked(), error.problems)


def _refused_page(pixie: Pixie, tool_id: str, fields: Mapping[str, list[str]], error: InputsInvalid) -> str:
    """The page again, each message at its field, and what was typed still there."""
    tool = pixie.tools.get(tool_id)
    values = {key: _typed(tool.checked(), key, texts) for key, texts in fields.items() if texts}
    history = pixie.runs(tool=tool_id, limit=30).items
    return render.page_tool(frame_of(pixie), tool, values=values, problems=error.problems, history=history)


def _typed(manifest: ToolManifest, key: str, texts: list[str]) -> Any:
    """What was typed as the value that it means, else as it was typed."""
    declared = manifest.input(key)
    try:
        return declared.read_many(texts) if declared is not None else texts[-1]
    except ValueError:
        return texts[-1]


def _panel(pixie: Pixie, run: Run) -> Response:
    run = pixie.get(run.id)
    manifest = pixie.manifest_of(run)
    values = pixie.values(run)
    return html(render.panel(manifest, run, values, now=pixie.now(), **panel_facts(pixie, run)))


@routes.get("/tool/<tool_id>/runs/<run_id>/panel", answers=(_HTML,), errors=_RUN, path_examples=_EXAMPLES)
async def run_panel(served: Served, tool_id: str, run_id: str) -> Response:
    """The output panel of one run as it stands."""
    run = await served.bridge(run_of, served.pixie, tool_id, run_id)
    return await served.bridge(_panel, served.pixie, run)


@frozen(kw_only=True)
class StreamQuery:
    """Which run's events, and from where."""

    run_id: str | None = field(help="the run; without it the newest running one", default=None)
    after: int | None = field(help="the number of the last event that you have", default=None, minimum=0)


@routes.get(
    "/tool/<tool_id>/stream",
    query=StreamQuery,
    answers=(Answer(200, media_type="text/event-stream"),),
    errors=(*_RUN, TooManyStreams),
    asks={"Last-Event-ID": "The same as `after`, as browsers send it when a stream broke; `after` comes first."},
    path_examples=_EXAMPLES,
)
async def tool_stream(served: Served, tool_id: str, query: StreamQuery) -> Response:
    """The events of a run of this tool, replayed and followed; the tool's own stream is read once, by
    Pixie.
    """
    run = await served.bridge(_running, served.pixie, tool_id, query.run_id)
    return await events_answer(served, run.id, query.after)


def _running(pixie: Pixie, tool_id: str, run_id: str | None) -> Run:
    if run_id is not None:
        return run_of(pixie, tool_id, run_id)
    pixie.tools.get(tool_id)
    running = pixie.runs(tool=tool_id, status="running", limit=1).items
    if not running:
        raise RunNotFound(f"{tool_id}:running")
    return pixie.get(running[0].id)


@frozen(kw_only=True)
class CancelQuery:
    """Which run."""

    run_id: str | None = field(help="the run; without it the newest running one", default=None)


@routes.post(
    "/tool/<tool_id>/cancel",
    query=CancelQuery,
    form=True,
    answers=(_HTML, Answer(303, description="To a browser without JavaScript: the run's page.")),
    errors=(*_RUN, RunNotRunning),
    path_examples=_EXAMPLES,
)
async def cancel_tool(served: Served, tool_id: str, query: CancelQuery) -> Any:
    """Cancel a run of this tool and answer its panel."""
    run = await served.bridge(_running, served.pixie, tool_id, query.run_id)
    await served.bridge.slowly(served.pixie.cancel, run.id)
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return redirect(f"/tool/{tool_id}/runs/{run.id}", 303)
    run = await served.bridge.wait(run.id, 15)
    return RunOut.of(run) if wants_json() else await served.bridge(_panel, served.pixie, run)


@routes.get(
    "/tool/<tool_id>/runs",
    query=RunsOfTool,
    answers=(_HTML,),
    errors=(ToolNotFound, RequestInvalid),
    path_examples=_EXAMPLES,
)
async def tool_history(served: Served, tool_id: str, query: RunsOfTool) -> Any:
    """The tool's run history, as the dropdown shows it; JSON by Accept."""
    page = await served.bridge(run_page_of, served.pixie, tool_id, query)
    if wants_json():
        return page
    return html(render.history(tool_id, page.items, now=served.pixie.now()))


@frozen(kw_only=True)
class ToolsChangedQuery:
    """What the page shows."""

    version: str | None = field(help="`data-version` of the list that it has", default=None)
    here: str | None = field(help="the id of the tool on the page, which is marked", default=None)


@routes.get(
    "/tools-changed",
    query=ToolsChangedQuery,
    answers=(_HTML, Answer(204, description="The list is as the page has it.")),
)
async def tools_changed(served: Served, query: ToolsChangedQuery) -> Response:
    """The sidebar's list of tools, if anything in it has changed since the page's version."""
    return await served.bridge(_tools_changed, served.pixie, query)


def _tools_changed(pixie: Pixie, query: ToolsChangedQuery) -> Response:
    frame = frame_of(pixie)
    if query.version == frame.version():
        return Response(status=204)
    return html(render.sidebar_tools(frame, query.here))


@frozen(kw_only=True)
class SuggestQuery:
    """What has been typed."""

    q: str = field(help="the text so far", default="")


@frozen(kw_only=True)
class SuggestionOut:
    """One value that a tool suggests."""

    value: str | float = field(help="the value")
    label: str = field(help="the words for it")


@routes.get(
    "/tool/<tool_id>/autocomplete/<endpoint>",
    query=SuggestQuery,
    answers=(
        Answer(
            200,
            list[SuggestionOut],
            description="In the tool's own order.",
            example=[{"value": "LIS", "label": "Lisbon"}],
        ),
    ),
    errors=(ToolNotFound, ManifestInvalid, ToolNotInstalled, ToolStartFailed, ToolAnsweredGarbage, RequestInvalid),
    path_examples={**_EXAMPLES, "endpoint": "cities"},
)
async def tool_suggestions(served: Served, tool_id: str, endpoint: str, query: SuggestQuery) -> list[SuggestionOut]:
    """What the tool suggests for an autocomplete input while somebody types."""
    found = await served.bridge.slowly(served.pixie.suggestions, tool_id, endpoint, query.q)
    return [SuggestionOut(value=each.value, label=each.label) for each in found]
