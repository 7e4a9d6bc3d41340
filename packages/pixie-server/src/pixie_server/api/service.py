"""Routes about Pixie itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Response, current_app

from pixie_server.api.shapes import Health
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


@routes.get("/api/openapi.json", answers=(Answer(200, dict[str, Any], description="The OpenAPI 3.1 document."),))
async def openapi_document(served: Served) -> Response:
    """Describe this API: OpenAPI 3.1."""
    del served
    return Response(current_app.config["OPENAPI"], content_type="application/json")


@routes.get(
    "/api/events",
    answers=(
        Answer(200, media_type="text/event-stream", description="run_started, run_finished, tools_changed, missed."),
    ),
)
async def all_events(served: Served) -> Response:
    """What happens from now on, for all pages: runs that start and end, tools that change.

    The data of each event are ids: run_id, tool_id and status, or tool_ids. `missed` says that there was too much to
    be told: look at everything anew, as after a broken connection.
    """
    return await happenings_answer(served)
