"""Routes about folders that outputs can be sent to by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    ArtefactFileMissing,
    ArtefactNotFound,
    DestinationNotFound,
    DiskFull,
    ExportError,
    ExportTooLarge,
    FileAltered,
    MissingExtra,
    OutputNotFound,
    RequestInvalid,
    RunNotFound,
    UnsupportedFormat,
)
from pixie_core.exporters.destinations import Destination
from pixie_server.api.exports import what_named
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_server.served import Served

routes = Routes("exports")

_NAME = {"name": "reports"}


@frozen(kw_only=True)
class DestinationBody:
    """A folder to send outputs to."""

    folder: str = field(help="an absolute path outside Pixie's own folder; it has to be there and be yours")
    format: str | None = field(help="what outputs become there; their own default without it", default=None)
    through_links: bool = field(help="true takes a folder that lies behind a link", default=False)


@frozen(kw_only=True)
class SendBody:
    """What is sent where: an artefact, or an output of a run."""

    target: str = field(help="the name of a destination")
    artefact_id: int | None = field(help="a kept file", default=None)
    run_id: str | None = field(help="a run, with output_key", default=None)
    output_key: str | None = field(help="one of the run's outputs", default=None)
    format: str | None = field(help="what it becomes; without it the destination's format", default=None)


@frozen(kw_only=True)
class Sent:
    """Where it lies now."""

    path: str = field(help="the file that was written; never one that was there")
    size_bytes: int = field(help="its size")


@routes.get("/api/export-targets", answer=list[Destination])
async def list_export_targets(served: Served) -> list[Destination]:
    """The folders that outputs can be sent to."""
    return list(await served.bridge(served.pixie.exports.destinations))


@routes.get("/api/export-targets/<name>", answer=Destination, errors=(DestinationNotFound,), path_examples=_NAME)
async def show_export_target(served: Served, name: str) -> Destination:
    """One folder that outputs can be sent to."""
    return await served.bridge(served.pixie.exports.destination, name)


@routes.put(
    "/api/export-targets/<name>",
    body=DestinationBody,
    answer=Destination,
    errors=(RequestInvalid,),
    example={"folder": "/home/me/reports", "format": "xlsx"},
    path_examples=_NAME,
)
async def put_export_target(served: Served, name: str, body: DestinationBody) -> Destination:
    """Name a folder that outputs can be sent to; a name that is taken means the new one from then on."""
    return await served.bridge(
        served.pixie.exports.register_destination, name, body.folder, body.format, through_links=body.through_links
    )


@routes.delete(
    "/api/export-targets/<name>",
    answers=(Answer(200, list[Destination], description="Those that are left."),),
    errors=(DestinationNotFound,),
    path_examples=_NAME,
)
async def delete_export_target(served: Served, name: str) -> list[Destination]:
    """Forget a name; nothing in its folder is touched."""
    await served.bridge(served.pixie.exports.forget_destination, name)
    return list(await served.bridge(served.pixie.exports.destinations))


@routes.post(
    "/api/exports/send",
    body=SendBody,
    answer=Sent,
    errors=(
        *(DestinationNotFound, RunNotFound, AmbiguousRunId, RequestInvalid, OutputNotFound, ArtefactNotFound),
        *(ArtefactFileMissing, FileAltered, DiskFull),
        *(UnsupportedFormat, MissingExtra, ExportTooLarge, ExportError),
    ),
    example={"target": "reports", "run_id": "3f2b8c1e", "output_key": "final_balance", "format": "csv"},
)
async def send_export(served: Served, body: SendBody) -> Sent:
    """Write an output or a kept file into a named folder, never over a file there."""
    what = what_named(body.artefact_id, body.run_id, body.output_key)
    path = await served.bridge.slowly(served.pixie.exports.send, body.target, what, body.format)
    return Sent(path=str(path), size_bytes=path.stat().st_size)
