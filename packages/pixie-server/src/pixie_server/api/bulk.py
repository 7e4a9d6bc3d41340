"""The route of zips of many runs, or of files of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import AmbiguousRunId, Problem, RequestInvalid, RunNotFound
from pixie_core.zips import BulkKind
from pixie_server.api.runs import RunsFilter
from pixie_server.delivery import deliver_made
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from quart import Response

    from pixie_core.exporters import Bulk
    from pixie_server.served import Served

routes = Routes("exports")


@frozen(kw_only=True)
class BulkBody:
    """What goes into the zip: runs by their ids, files by their numbers, or all runs that a filter lets through."""

    run_ids: list[str] | None = field(help="runs, by their ids, the beginning of these, or TOOL:last", default=None)
    artefact_ids: list[int] | None = field(help="kept files, by their numbers", default=None)
    filter: RunsFilter | None = field(help="the filters of GET /api/runs; {} is every run", default=None)
    kind: BulkKind = field(help="of each run: raw, what its own export holds; report, its report", default="raw")


@routes.post(
    "/api/exports/bulk",
    body=BulkBody,
    answers=(
        Answer(
            200,
            media_type="application/zip",
            description="A folder for each run, then index.csv and index.json. What couldn't be read any more when its "
            "turn came is named there, under `problem`.",
        ),
    ),
    errors=(RequestInvalid, RunNotFound, AmbiguousRunId),
    example={"filter": {"tool": "compound-interest", "starred": True}},
)
async def export_bulk(served: Served, body: BulkBody) -> Response:
    """Stream one zip of many runs, each in a folder of its own, or of files from many runs.

    Which runs these are is settled before the first byte; an id that stands for none is refused then, and all such ids
    are named. Each run is read when its turn comes.
    """
    made = await served.bridge.slowly(_bulk, served, body)
    return deliver_made(served, iter(made), filename=made.filename, content_type="application/zip")


def _bulk(served: Served, body: BulkBody) -> Bulk:
    given = [each for each in (body.run_ids, body.artefact_ids, body.filter) if each is not None]
    if len(given) != 1:
        said = "has {} of run_ids, artefact_ids and filter; give one of them".format("none" if not given else "several")
        raise RequestInvalid("The body", [Problem("$", said)])
    if body.artefact_ids is not None and body.kind != "raw":
        raise RequestInvalid("The body", [Problem("$.kind", f"is {body.kind}; files go into the zip as they are")])
    filters = body.filter.asked() if body.filter is not None else {}
    return served.pixie.bulk(body.run_ids, artefact_ids=body.artefact_ids, kind=body.kind, **filters)
