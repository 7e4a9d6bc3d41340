"""Answers that can't go on: the connection is cut, so that no client takes what came for the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_server.exchange import Receive, Scope, Send

__all__ = ["BrokenOff", "Cutting"]


class BrokenOff(Exception):
    """The rest of a body that has begun can't be had. Whoever raises it has logged why."""


class Cutting:
    """Lets an application leave an answer without its end: the server closes the connection, and the client sees a
    body that is shorter than was said, or chunks without a last one. Any other error is the server's to log.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope, as ASGI calls it."""
        try:
            await self._app(scope, receive, send)
        except BrokenOff:
            return
