"""Routes about what outputs and kept files can become."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import (
    AmbiguousRunId,
    ArtefactFileMissing,
    ArtefactNotFound,
    DiskFull,
    ExportError,
    ExportTooLarge,
    FileAltered,
    MissingExtra,
    OutputNotFound,
    Problem,
    RequestInvalid,
    RunNotFound,
    UnsupportedFormat,
)
from pixie_core.exporters import FORMATS, option_help
from pixie_server.api.shapes import FormatOut
from pixie_server.delivery import deliver_made
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from quart import Response

    from pixie_core.exporters import Exportable, Exported
    from pixie_server.served import Served

routes = Routes("exports")

_RUN = (RunNotFound, AmbiguousRunId, RequestInvalid, OutputNotFound)
_GONE = (ArtefactNotFound, ArtefactFileMissing, FileAltered)
_EXPORT = (UnsupportedFormat, MissingExtra, ExportTooLarge, ExportError, DiskFull)
_OF_OUTPUT = {"run_id": "3f2b8c1e", "key": "final_balance"}
_OF_ARTEFACT = {"artefact_id": "12"}
RENDERER = "X-Pixie-Renderer"
TOLD_OF_FILES = {
    RENDERER: "Who drew the picture, with the version, where more than one could have: Kaleido where a Chrome "
    "or Chromium is on the machine, else matplotlib."
}
"""What headers of an export's answer say."""
_FILE = (
    Answer(
        200,
        media_type="application/octet-stream",
        description="The file, with the media type of its format and a name to save it under.",
        headers=TOLD_OF_FILES,
    ),
)


def what_named(artefact_id: int | None, run_id: str | None, output_key: str | None) -> str:
    """What a body names, as `Pixie.exports` takes it. Raises RequestInvalid."""
    of_run = run_id is not None and output_key is not None
    some_of_run = run_id is not None or output_key is not None
    if (artefact_id is not None) == of_run or some_of_run != of_run:
        said = "needs either artefact_id, or run_id and output_key"
        raise RequestInvalid("The body", [Problem("$", said)])
    return str(artefact_id) if artefact_id is not None else f"{run_id}:{output_key}"


def _how() -> type:
    """The query of an export: its format, and every option that some format has."""
    annotations: dict[str, Any] = {"format": str | None}
    fields = {"format": field(help="one of its formats; without it the default", default=None)}
    for each in FORMATS.values():
        for option in option_help(each):
            hints = {"integer": int, "number": float, "boolean": bool}
            annotations[option.name] = hints.get(option.type, str) | None
            fields[option.name] = field(help=option.help, default=None)
    made = type("How", (), {"__module__": __name__, "__annotations__": annotations, **fields})
    made.__doc__ = "Into which format, and how; a format refuses options that aren't its own."
    return frozen(kw_only=True)(made)


How = _how()


@routes.get(
    "/api/runs/<run_id>/outputs/<key>/formats", answer=list[FormatOut], errors=(*_RUN, *_GONE), path_examples=_OF_OUTPUT
)
async def output_formats(served: Served, run_id: str, key: str) -> list[FormatOut]:
    """What an output can become, its default first."""
    return FormatOut.all_of(await served.bridge.slowly(served.pixie.formats, run_id, key))


@routes.get(
    "/api/runs/<run_id>/outputs/<key>/export",
    query=How,
    answers=_FILE,
    errors=(*_RUN, *_GONE, *_EXPORT),
    path_examples=_OF_OUTPUT,
)
async def export_output(served: Served, run_id: str, key: str, query: Any) -> Response:
    """One output as a file of a format."""
    return await _made(served, await served.bridge.slowly(served.pixie.exports.of, run_id, key), query)


@routes.get(
    "/api/artefacts/<int:artefact_id>/formats",
    answer=list[FormatOut],
    errors=_GONE,
    path_examples=_OF_ARTEFACT,
)
async def artefact_formats(served: Served, artefact_id: int) -> list[FormatOut]:
    """What a kept file can become, its default first; a value that is kept as JSON, what its output can."""
    return FormatOut.all_of(await served.bridge.slowly(served.pixie.exports.formats_of_artefact, artefact_id))


@routes.get(
    "/api/artefacts/<int:artefact_id>/export",
    query=How,
    answers=_FILE,
    errors=(*_GONE, *_EXPORT),
    path_examples=_OF_ARTEFACT,
)
async def export_artefact(served: Served, artefact_id: int, query: Any) -> Response:
    """One kept file as a file of a format."""
    return await _made(served, await served.bridge.slowly(served.pixie.exports.of_artefact, artefact_id), query)


async def _made(served: Served, what: Exportable, query: Any) -> Response:
    """The file, made to its end before the answer begins: what goes wrong is answered as an error."""
    options = {name: getattr(query, name) for name in How.__annotations__ if name != "format"}
    given = {name: value for name, value in options.items() if value is not None}
    left = threading.Event()

    def on_progress(_done: int, _total: int) -> None:
        if left.is_set():
            raise ExportError("Nobody waits for this export any more.")

    try:
        made: Exported = await served.bridge.slowly(what.export, query.format, options=given, on_progress=on_progress)
    except asyncio.CancelledError:
        left.set()  # the client is gone: the thread that makes it stops at its next step
        raise
    return deliver_made(
        served,
        iter(made),
        filename=made.filename,
        content_type=made.mime,
        length=made.size_bytes,
        more={RENDERER: made.renderer} if made.renderer else None,
    )
