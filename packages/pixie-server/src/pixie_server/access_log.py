"""A line for each request, where somebody wants it (`PIXIE_ACCESS_LOG`): method, path, status and how long it took.

No query and no body: what was typed into a form is nobody's business later.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_server.exchange import ASGIApp, Message, Receive, Scope, Send

__all__ = ["AccessLog"]

_log = logging.getLogger("pixie.access")


class AccessLog:
    """Goes round the whole server, guard and all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope, as ASGI calls it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        status: Any = "no answer"

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took = (time.monotonic() - begun) * 1000
            _log.info("%s %s %s %.0f ms", scope["method"], scope["path"], status, took)
