"""Routes about Pixie itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict
from quart import Response, current_app

from pixie_core.errors import NotFound, TooManyStreams
from pixie_server.api.shapes import Health, ProcessOut
from pixie_server.live import happenings_answer
from pixie_server.routing import Answer, Routes

if TYPE_CHECKING:
    from pixie_server.served import Served

routes = Routes("service")


@routes.get("/api/healthz", answer=Health, example={"ok": True})
async def healthz(served: Served) -> Health:
    """Whether Pixie is fully booted."""
    del served
    return Health(ok=True)


@routes.get("/api/launcher/state", answer=list[ProcessOut], errors=(NotFound,))
async def launcher_state(served: Served) -> list[ProcessOut]:
    """The processes of tools as they stand, in developer mode; without it there is nothing here."""
    if not served.pixie.settings.developer_mode:
        raise NotFound("The processes of tools are told in developer mode alone: set PIXIE_DEVELOPER_MODE=1.")
    states = await served.bridge(served.pixie.runner.launcher.state)
    return [ProcessOut(**asdict(each)) for each in states]


@routes.get(
    "/api/openapi.json",
    answers=(
        Answer(
            200,
            dict[str, Any],
            description="The OpenAPI 3.1 document.",
            example={"openapi": "3.1.0", "info": {"title": "Pixie", "version": "0.1.0"}, "paths": {}},
        ),
    ),
)
async def openapi_document(served: Served) -> Response:
    """Describe this API: OpenAPI 3.1."""
    del served
    return Response(current_app.config["OPENAPI"], content_type="application/json")


@routes.get(
    "/api/events",
    answers=(
        Answer(200, media_type="text/event-stream", description="run_started, run_finished, tools_changed, missed."),
    ),
    errors=(TooManyStreams,),
)
async def all_events(served: Served) -> Response:
    """What happens from now on, for all pages: runs that start and end, tools that change.

    The data of each event are ids: run_id, tool_id and status, or tool_ids. `missed` says that there was too much to
    be told: look at everything anew, as after a broken connection.
    """
    return await happenings_answer(served)
