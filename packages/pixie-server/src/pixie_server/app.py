"""The composition: routes, errors and headers into one Quart application, with the guard outermost."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import attrs
from quart import Quart, Response, request
from quart.wrappers import Response as QuartResponse

from pixie_server import api, fragments, library_pages, logbook, pages, settings_pages, tool_settings_pages
from pixie_server.api.examples import EXAMPLES
from pixie_server.api.shapes import ErrorOut
from pixie_server.assets import STATIC
from pixie_server.bridge import Bridge
from pixie_server.cutting import Cutting
from pixie_server.forms import StrictRequest, read_upload
from pixie_server.gate import STOPPING, Gate
from pixie_server.guard import Guard
from pixie_server.happenings import Happenings
from pixie_server.limits import Limits
from pixie_server.openapi import document
from pixie_server.problems import handle_errors
from pixie_server.reading import read_body, read_query, readable
from pixie_server.served import Served, Streams
from pixie_server.static_files import StaticFiles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pixie_core import Pixie, Settings
    from pixie_server.routing import Route

__all__ = ["ROUTES", "application", "openapi_json"]

log = logging.getLogger("pixie.server")

ROUTES: tuple[Route, ...] = (
    *api.ROUTES,
    *pages.routes.routes,
    *library_pages.routes.routes,
    *settings_pages.routes.routes,
    *tool_settings_pages.routes.routes,
    *fragments.routes.routes,
)
"""Every route there is, but the static files."""

_LOGGED = {"run": "run_id", "tool": "tool_id"}


def openapi_json() -> str:
    """The OpenAPI document as text: what /api/openapi.json answers and the client is generated from."""
    return json.dumps(document(ROUTES, ErrorOut, EXAMPLES), indent=2, ensure_ascii=False) + "\n"


@asynccontextmanager
async def application(pixie: Pixie) -> AsyncIterator[tuple[Guard, Served]]:
    """The ASGI application for one Pixie, guard and all, and what its handlers are handed; for as long as
    it is served.

    Setting `served.stopping` ends the streams. The Pixie stays its owner's to close.
    """
    bridge = Bridge(pixie)
    happenings = Happenings(pixie, bridge)
    stopping = asyncio.Event()
    served = Served(
        pixie=pixie,
        bridge=bridge,
        happenings=happenings,
        static=StaticFiles(STATIC),
        stopping=stopping,
        streams=Streams(pixie.settings.max_streams),
    )
    try:
        async with happenings.heard():
            gate = Gate(Cutting(_quart(served)), lambda: STOPPING if stopping.is_set() else None)
            yield guarded(gate, pixie.settings), served
    finally:
        stopping.set()
        await bridge.close()


def guarded(app: Any, settings: Settings) -> Guard:
    """The application behind the guard, which is told the pages and the files by the routes' own
    declarations.
    """
    page_patterns = [route.pattern for route in ROUTES if route.page]
    file_patterns = [route.pattern for route in ROUTES if route.artefact]
    upload_patterns = [route.pattern for route in ROUTES if route.upload]
    return Guard(
        app,
        is_page=lambda path: any(pattern.fullmatch(path) for pattern in page_patterns),
        is_artefact=lambda path: any(pattern.fullmatch(path) for pattern in file_patterns),
        is_upload=lambda path: any(pattern.fullmatch(path) for pattern in upload_patterns),
        methods=_methods,
        configured_host=settings.host,
        limits=Limits.of(settings),
    )


def _methods(path: str) -> set[str]:
    """The methods that the routes of a path answer; HEAD is answered wherever GET is."""
    found: set[str] = {route.method for route in ROUTES if route.pattern.fullmatch(path)}
    return found | {"HEAD"} if "GET" in found else found


def _quart(served: Served) -> Quart:
    # No static folder and no instance folder of Quart's: nothing is served by path.
    app = Quart(__name__, static_folder=None, template_folder=None, instance_path=str(STATIC.parent))
    app.request_class = StrictRequest
    app.config["OPENAPI"] = openapi_json()
    app.config["KNOWN_SETTINGS"] = lambda: served.pixie.preferences.known
    app.config["MAX_CONTENT_LENGTH"] = None  # the guard counts the bytes
    limits = Limits.of(served.pixie.settings)
    app.config["MAX_FORM_MEMORY_SIZE"] = limits.form_bytes
    app.config["BODY_TIMEOUT"] = served.pixie.settings.body_timeout_seconds
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    for route in ROUTES:
        app.add_url_rule(
            route.path,
            endpoint=f"{route.method} {route.path}",
            view_func=_view(route, served, limits),
            methods=[route.method],
            provide_automatic_options=False,
        )
    app.add_url_rule("/static/<path:name>", endpoint="static", view_func=_static(served), methods=["GET"])
    handle_errors(app, log, served.pixie.settings)
    app.teardown_request(_let_go)
    return app


async def _let_go(_error: BaseException | None) -> None:
    """Of the request's body and of the files in it. asyncio keeps a timer that was cancelled until it would have gone
    off, and with it the context that it was set in, and so the request: for all of BODY_TIMEOUT.
    """
    request.body.clear()
    await request.close()


def _view(route: Route, served: Served, limits: Limits) -> Callable[..., Awaitable[QuartResponse]]:
    """What Quart calls: read what comes in, call the handler, write what comes out."""

    async def view(**path: Any) -> QuartResponse:
        readable(request.query_string)
        known = {name: str(path[key]) for name, key in _LOGGED.items() if key in path}
        logbook.about(route=f"{route.method} {route.path}", **known)
        if route.query is not None:
            path["query"] = read_query(route.query, request.args)
        if route.upload:
            path["files"] = {}
        if route.upload and route.body is not None and request.mimetype == "multipart/form-data":
            path["body"], path["files"] = await read_upload(route.body, request, limits)
        elif route.body is not None:
            path["body"] = read_body(route.body, await request.data, limits, optional=route.body_optional)
        return written(await route.handler(served, **path))

    return view


def written(answer: Any) -> QuartResponse:
    """A handler's answer as a response: one that it made itself, or a value (with a status) as JSON."""
    if isinstance(answer, QuartResponse):
        return answer
    value, status = answer if isinstance(answer, tuple) else (answer, 200)
    body = json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half a surrogate pair has no UTF-8; its escape is JSON all the same.
    return Response(body.encode("utf-8", "backslashreplace"), status, content_type="application/json")


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return {each.name: getattr(value, each.name) for each in attrs.fields(type(value))}
    raise TypeError(f"{type(value).__name__} isn't JSON")


def _static(served: Served) -> Callable[..., Awaitable[QuartResponse]]:
    async def static(name: str) -> QuartResponse:
        body = await served.bridge(served.static.read, name)
        if body is None:
            return Response("There is no such file.", 404, content_type="text/plain; charset=utf-8")
        return served.static.answer(name, body)

    return static
