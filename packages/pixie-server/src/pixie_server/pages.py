"""Full pages: each has an address, and works without JavaScript as far as a form and a link can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import NOTHING
from quart import Response, redirect

from pixie_core.errors import AmbiguousRunId, OutputNotFound, RequestInvalid, RunNotFound, ToolNotFound
from pixie_server import render
from pixie_server.frames import frame_of, panel_facts
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_core.run import Run
    from pixie_core.tool import Tool
    from pixie_server.served import Served

__all__ = ["html", "routes", "run_page"]

routes = Routes("pages")

_PAGE = (Answer(200, media_type="text/html"),)
_EXAMPLES = {"tool_id": "lorenz-ode-solver", "run_id": "3f2b8c1e"}
_HISTORY = 30


def html(text: str, status: int = 200) -> Response:
    """A page, or a piece of one."""
    return Response(text, status, content_type="text/html; charset=utf-8")


@routes.get("/", answers=(*_PAGE, Answer(303, description="There is no tool yet: see /empty.")), page=True)
async def home(served: Served) -> Any:
    """The dashboard: recent runs of all tools, and what is running."""
    if not await served.bridge(served.pixie.tools.all):
        return redirect("/empty", 303)
    return html(await served.bridge(_home, served.pixie))


def _home(pixie: Pixie) -> str:
    return render.page_home(
        frame_of(pixie),
        recent=pixie.runs(limit=20).items,
        running=pixie.runs(limit=20, status="running").items,
        starred=pixie.runs(limit=10, starred=True).items,
    )


@routes.get("/empty", answers=_PAGE, page=True)
async def empty(served: Served) -> Response:
    """What to do first, while there is no tool."""
    return html(await served.bridge(_empty, served.pixie))


def _empty(pixie: Pixie) -> str:
    return render.page_empty(frame_of(pixie), pixie.settings.tools_dir)


@routes.get("/tool/<tool_id>", answers=_PAGE, page=True, errors=(ToolNotFound,), path_examples=_EXAMPLES)
async def tool_page(served: Served, tool_id: str) -> Response:
    """One tool: the form, the output panel, the history."""
    return html(await served.bridge(_tool, served.pixie, tool_id))


def _tool(pixie: Pixie, tool_id: str) -> str:
    tool = pixie.tools.get(tool_id)
    history = pixie.runs(tool=tool_id, limit=_HISTORY).items
    latest = pixie.get(history[0].id) if history else None
    return render.page_tool(
        frame_of(pixie),
        tool,
        values=pixie.last_inputs(tool_id),
        history=history,
        run=latest,
        run_values=pixie.values(latest) if latest else None,
        **(panel_facts(pixie, latest) if latest else {}),
        validation=pixie.store.validations.latest(tool_id),
    )


@routes.get(
    "/tool/<tool_id>/runs/<run_id>",
    answers=_PAGE,
    page=True,
    errors=(RunNotFound, AmbiguousRunId, RequestInvalid),
    path_examples=_EXAMPLES,
)
async def run_page(served: Served, tool_id: str, run_id: str) -> Response:
    """A past run, loaded into the form and the output panel."""
    run = await served.bridge(run_of, served.pixie, tool_id, run_id)
    return html(await served.bridge(_run, served.pixie, run))


def run_of(pixie: Pixie, tool_id: str, run_id: str) -> Run:
    """The run of that tool. A run of another tool isn't there."""
    run = pixie.get(run_id)
    if run.tool_id != tool_id:
        raise RunNotFound(run_id)
    return run


def _run(pixie: Pixie, run: Run) -> str:
    return render.page_run(
        frame_of(pixie),
        _tool_of(pixie, run),
        run,
        values=pixie.values(run),
        history=pixie.runs(tool=run.tool_id, limit=_HISTORY).items,
        **panel_facts(pixie, run),
    )


@routes.get(
    "/tool/<tool_id>/runs/<run_id>/outputs/<key>",
    answers=_PAGE,
    page=True,
    errors=(RunNotFound, AmbiguousRunId, RequestInvalid, OutputNotFound),
    path_examples={**_EXAMPLES, "key": "trajectory"},
)
async def output_page(served: Served, tool_id: str, run_id: str, key: str) -> Response:
    """One output of a run, at full size."""
    run = await served.bridge(run_of, served.pixie, tool_id, run_id)
    return html(await served.bridge(_output, served.pixie, run, key))


def _output(pixie: Pixie, run: Run, key: str) -> str:
    tool = _tool_of(pixie, run)
    on_disk = pixie.library.on_disk_of_run(run.id) if run.artefacts else {}
    value = pixie.values(run).get(key, NOTHING)
    block = render.output_block(tool.manifest if tool else None, run, key, value, on_disk)
    if block is None:
        raise OutputNotFound(run.id, key, tuple(run.outputs))
    return render.page_output(frame_of(pixie), tool, run, block, destinations=pixie.exports.destinations())


def _tool_of(pixie: Pixie, run: Run) -> Tool | None:
    """The run's tool, or None when it is gone."""
    try:
        return pixie.tools.get(run.tool_id)
    except ToolNotFound:
        return None
