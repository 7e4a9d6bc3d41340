"""Routes about kept files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pixie_core.errors import ArtefactNotFound
from pixie_server.delivery import deliver_artefact
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from quart import Response

    from pixie_server.served import Served

routes = Routes("artefacts")


@routes.get(
    "/api/artefacts/<int:artefact_id>/content",
    answers=(
        Answer(200, media_type="application/octet-stream", description="The bytes, with the type that its name tells."),
        Answer(206, media_type="application/octet-stream", description="The part that the Range header asks for."),
        Answer(304, description="The client has these bytes already."),
        Answer(416, description="The range lies beyond the end."),
    ),
    errors=(ArtefactNotFound,),
    artefact=True,
    path_examples={"artefact_id": "12"},
)
async def artefact_content(served: Served, artefact_id: int) -> Response:
    """The bytes of a kept file; conditional and range requests are honoured."""
    return await deliver_artefact(served, artefact_id)
