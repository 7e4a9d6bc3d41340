"""Routes about validating tools: one, and many with progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import Busy, Problem, RequestInvalid, ToolNotFound, ValidateJobNotFound
from pixie_server.api.shapes import ValidateJobOut
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_server.served import Served

routes = Routes("validation")

_REPORT = {
    "tool_id": "lorenz-ode-solver",
    "tool_path": "/home/me/pixie/tools/lorenz-ode-solver",
    "timestamp": "2026-05-17T09:30:00.000000+00:00",
    "overall": "pass",
    "checks": [
        {
            "number": 1,
            "name": "folder_structure",
            "status": "pass",
            "message": "tool.json, pyproject.toml and main.py are there",
            "details": [],
            "duration_ms": 0,
        }
    ],
    "sample_inputs": {"rho": 28},
    "sample_output": {},
    "spawn_log": "",
    "warnings": [],
}


@frozen(kw_only=True)
class HowToValidate:
    """Which checks are made; a report on a part of them isn't kept."""

    save: bool = field(help="keep the report", default=True)
    reference_only: bool = field(help="only what known answers need", default=False)
    fixture: str | None = field(help="only the known answer of this name", default=None)
    tag: str | None = field(help="only known answers with this tag", default=None)


@routes.get(
    "/api/tools/<tool_id>/validate",
    query=HowToValidate,
    answers=(
        Answer(
            200,
            dict[str, Any],
            description="The report: each check with its outcome, and what the tool was tried with.",
            example=_REPORT,
        ),
    ),
    errors=(ToolNotFound,),
    path_examples={"tool_id": "lorenz-ode-solver"},
)
async def validate_tool(served: Served, tool_id: str, query: HowToValidate) -> dict[str, Any]:
    """Check the tool in twelve steps and answer the full report, which is kept as its newest.

    The tool's process is started and called; this takes seconds, and at most a few minutes.
    """
    report = await served.bridge.slowly(
        served.pixie.validation.one,
        tool_id,
        save=query.save,
        only_fixtures=query.reference_only,
        fixture=query.fixture,
        tag=query.tag,
    )
    return report.to_json()


@frozen(kw_only=True)
class ValidateJobBody:
    """Which tools."""

    tool_ids: list[str] | None = field(help="their ids; without them all that aren't archived", default=None)


@routes.post(
    "/api/validate-jobs",
    body=ValidateJobBody,
    body_optional=True,
    answers=(Answer(202, ValidateJobOut, description="The validation was begun and goes on."),),
    errors=(ToolNotFound, Busy, RequestInvalid),
    example={"tool_ids": ["lorenz-ode-solver"]},
)
async def start_validate_job(served: Served, body: ValidateJobBody) -> tuple[ValidateJobOut, int]:
    """Begin to validate several tools, two at a time; one such job at a time."""
    if body.tool_ids == []:
        raise RequestInvalid("The body", [Problem("$.tool_ids", "names no tool; leave it out to validate all")])
    job = await served.bridge(served.pixie.validation.start_job, body.tool_ids)
    return ValidateJobOut.of(job), 202


@routes.get(
    "/api/validate-jobs/<job_id>",
    answer=ValidateJobOut,
    errors=(ValidateJobNotFound,),
    path_examples={"job_id": "0b0fd0c4-1d34-4c54-9b1c-5a2d91225778"},
)
async def show_validate_job(served: Served, job_id: str) -> ValidateJobOut:
    """How far a validation of several tools has come. It can be looked up for 30 days."""
    return ValidateJobOut.of(await served.bridge(served.pixie.validation.job, job_id))
