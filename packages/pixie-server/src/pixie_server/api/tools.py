"""Routes about tools."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from attrs import Factory, frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    Busy,
    DiskFull,
    InputsInvalid,
    ManifestInvalid,
    Problem,
    QuotaExceeded,
    RequestInvalid,
    RunConflict,
    RunsInFlight,
    ToolNotFound,
    ToolNotInstalled,
)
from pixie_core.tool import Limits
from pixie_server.api.shapes import (
    ProblemOut,
    RunOut,
    RunPage,
    RunSummary,
    Stopped,
    ToolDetail,
    ToolItem,
    ValidationSummary,
)
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core import Pixie
    from pixie_core.catalogue.inputs.files import Attached
    from pixie_core.store import LatestValidation
    from pixie_core.tool import Tool
    from pixie_server.served import Served

routes = Routes("tools")

_EXAMPLES = {"tool_id": "lorenz-ode-solver"}
_CANT_RUN = (ToolNotFound, ManifestInvalid, ToolNotInstalled, InputsInvalid, RequestInvalid, Busy)


@routes.get("/api/tools", answer=list[ToolItem])
async def list_tools(served: Served) -> list[ToolItem]:
    """Every tool that was found, with its state and its newest validation."""
    return await served.bridge(tool_items, served.pixie)


@routes.get("/api/tools/<tool_id>", answer=ToolDetail, errors=(ToolNotFound,), path_examples=_EXAMPLES)
async def show_tool(served: Served, tool_id: str) -> ToolDetail:
    """One tool: its declaration, its state and what is wrong with it."""
    return await served.bridge(tool_detail, served.pixie, tool_id)


@frozen(kw_only=True)
class StartRunBody:
    """What a run is started with."""

    inputs: dict[str, Any] = field(
        help="values by input key; one that isn't sent takes its default", default=Factory(dict)
    )
    run_id: str | None = field(help="an id of your own, a UUID of version 4: asking twice starts it once", default=None)
    label: str | None = field(help="a name for the run", default=None)
    wait: float = field(help="seconds to wait for its end", default=0, minimum=0, maximum=300)


@routes.post(
    "/api/tools/<tool_id>/runs",
    body=StartRunBody,
    body_optional=True,
    upload=True,
    answers=(
        Answer(200, RunOut, description="The run has ended within `wait` seconds."),
        Answer(202, RunOut, description="The run was started and goes on."),
    ),
    errors=(*_CANT_RUN, RunConflict, DiskFull, QuotaExceeded),
    example={"inputs": {"rho": 28, "steps": 2000}, "wait": 30},
    path_examples=_EXAMPLES,
)
async def start_run(
    served: Served, tool_id: str, body: StartRunBody, files: Mapping[str, Attached | list[Attached]]
) -> tuple[RunOut, int]:
    """Start a run; with `wait`, answer when it has ended.

    The body is JSON, in which files are data URLs; or a multipart form of the same parts, `inputs` as JSON, with each
    file as a part that has the name of its input. The same `run_id` with the same inputs answers the run that exists.
    """
    if twice := body.inputs.keys() & files.keys():
        said = "comes as a part of the form and in inputs: send it once"
        raise InputsInvalid(f"The inputs of {tool_id}", [Problem(f"$.{key}", said) for key in sorted(twice)])
    start = partial(
        served.pixie.start, tool_id, {**body.inputs, **files}, origin="api", run_id=body.run_id, label=body.label
    )
    run = await (served.bridge.slowly(start) if files else served.bridge(start))
    if body.wait and not run.ended:
        run = await served.bridge.wait(run.id, body.wait)
    else:
        run = await served.bridge(served.pixie.get, run.id)
    return await served.bridge(RunOut.whole, served.pixie, run.id), 200 if run.ended else 202


@frozen(kw_only=True)
class RunsOfTool:
    """Which part of a tool's runs."""

    page_size: int = field(help="how many at most", default=50, minimum=1, maximum=250)
    after: str | None = field(help="`next` of the page before", default=None)
    page: int = field(help="which page, from 1; `after` is better", default=1, minimum=1, maximum=200)


@routes.get(
    "/api/tools/<tool_id>/runs",
    query=RunsOfTool,
    answer=RunPage,
    errors=(ToolNotFound, RequestInvalid),
    path_examples=_EXAMPLES,
)
async def runs_of_tool(served: Served, tool_id: str, query: RunsOfTool) -> RunPage:
    """The tool's runs, newest first."""
    return await served.bridge(run_page_of, served.pixie, tool_id, query)


def run_page_of(pixie: Pixie, tool_id: str, query: RunsOfTool) -> RunPage:
    """The part of the tool's runs that is asked for. Raises ToolNotFound for a tool that isn't there and
    never was.
    """
    page = pixie.runs(tool=tool_id, limit=query.page_size, after=query.after, page=query.page)
    if not page.items:
        pixie.tools.get(tool_id)
    return run_page(page, query.page, query.page_size)


def run_page(page: Any, number: int, size: int) -> RunPage:
    """The library's page as the API answers it."""
    items = [RunSummary(**RunSummary.facts(run)) for run in page.items]
    return RunPage(items=items, page=number, page_size=size, next=page.next, newest_only=page.newest_only)


@frozen(kw_only=True)
class StopToolBody:
    """How a tool's process is stopped."""

    force: bool = field(help="end its runs as cancelled", default=False)


@routes.post(
    "/api/tools/<tool_id>/stop",
    body=StopToolBody,
    body_optional=True,
    answer=Stopped,
    errors=(ToolNotFound, RunsInFlight),
    path_examples=_EXAMPLES,
)
async def stop_tool(served: Served, tool_id: str, body: StopToolBody) -> Stopped:
    """Stop the tool's process: SIGTERM, then SIGKILL. Runs in flight are in the way unless `force` is
    true.
    """
    stopped = await served.bridge.slowly(served.pixie.stop_tool, tool_id, force=body.force)
    return Stopped(stopped=stopped)


def tool_items(pixie: Pixie) -> list[ToolItem]:
    """Every tool as `GET /api/tools` answers it."""
    validations = pixie.store.validations.latest_of_all()
    statuses = pixie.statuses()
    return [ToolItem(**_facts(tool, statuses, validations)) for tool in pixie.tools.all()]


def tool_detail(pixie: Pixie, tool_id: str) -> ToolDetail:
    """One tool as `GET /api/tools/{id}` answers it. Raises ToolNotFound."""
    tool = pixie.tools.get(tool_id)
    names = [each.name for each in attrs.fields(Limits)]
    return ToolDetail(
        **_facts(tool, pixie.statuses(), pixie.store.validations.latest_of_all()),
        folder=tool.folder.name,
        declaration=dict(tool.manifest.raw) if tool.manifest is not None else None,
        problems=[ProblemOut(path=each.path, message=each.message) for each in tool.problems],
        favourited=tool.state.favourited,
        pinned=tool.state.pinned,
        pinned_warm=tool.manifest.pinned_warm if tool.manifest is not None else bool(tool.state.pinned_warm),
        sort_order=tool.state.sort_order,
        own_tags=list(tool.state.tags),
        limits=Limits(**{name: getattr(tool.manifest, name) for name in names}) if tool.manifest is not None else None,
        overrides=tool.state.limits,
        run_counts=pixie.store.run_counts(tool.id),
    )


def _facts(tool: Tool, statuses: Mapping[str, str], validations: Mapping[str, LatestValidation]) -> dict[str, Any]:
    manifest = tool.manifest
    known = validations.get(tool.id)
    return {
        "id": tool.id,
        "name": manifest.name if manifest else tool.id,
        "description": manifest.description if manifest else None,
        "category": manifest.category if manifest else None,
        "tags": list(tool.tags),
        "status": statuses[tool.id],
        "layout": manifest.layout if manifest else "form",
        "archived": tool.archived,
        "validation": ValidationSummary(overall=known.overall, timestamp=known.timestamp) if known else None,
    }
