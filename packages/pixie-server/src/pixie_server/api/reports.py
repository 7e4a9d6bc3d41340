"""The route of a run's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import AmbiguousRunId, ExportError, MissingExtra, RequestInvalid, RunNotFound
from pixie_core.exporters import ReportFormat
from pixie_server.delivery import deliver_made
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from quart import Response

    from pixie_server.served import Served

routes = Routes("runs")


@frozen(kw_only=True)
class HowToReport:
    """As what."""

    format: ReportFormat = field(
        help="zip: the report with its pictures, data and files; md, html or pdf: just that file", default="zip"
    )


@routes.get(
    "/api/runs/<run_id>/report",
    query=HowToReport,
    answers=(
        Answer(
            200,
            media_type="application/octet-stream",
            description="The report, with the media type of its format and a name to save it under.",
        ),
    ),
    errors=(RunNotFound, AmbiguousRunId, RequestInvalid, MissingExtra, ExportError),
    path_examples={"run_id": "3f2b8c1e"},
)
async def report_run(served: Served, run_id: str, query: HowToReport) -> Response:
    """Stream a run's report for people: report.md, report.html and assets/ as a zip, or one of the files alone.

    It is made while it is sent: the charts are drawn one after another.
    """
    made = await served.bridge.slowly(served.pixie.report, run_id, query.format)
    return deliver_made(served, iter(made), filename=made.filename, content_type=made.mime, length=made.size_bytes)
