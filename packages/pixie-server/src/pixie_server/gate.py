"""The gate before the application: shut while Pixie starts, and again once it stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pixie_server.exchange import is_api
from pixie_server.refusals import Refusal, prefers_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_server.exchange import Message, Receive, Scope, Send

__all__ = ["STARTING", "STOPPING", "Gate"]

STARTING = Refusal(
    503,
    "starting",
    "Pixie is starting: it makes what its tools need. Try again in a moment.",
    ((b"retry-after", b"2"), (b"refresh", b"2")),
)
STOPPING = Refusal(503, "stopping", "Pixie is stopping and takes no more requests.", ((b"retry-after", b"5"),))


class Gate:
    """Lets requests through to the ASGI application (None where there is none yet), unless `shut` answers a refusal:
    then that is the answer.

    Requests that are under way aren't touched when it shuts; one that is cancelled after that gets the refusal too.
    """

    def __init__(self, app: Any, shut: Callable[[], Refusal | None]) -> None:
        self._app = app
        self._shut = shut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope, as ASGI calls it."""
        refusal = self._shut() if scope["type"] == "http" else None
        if refusal is not None:
            await _answer(refusal, scope, send)
        elif self._app is not None:
            await self._through(scope, receive, send)
        elif scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        """On to the application; where its time is over before it has begun to answer, say why."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except asyncio.CancelledError:
            refusal = self._shut() if scope["type"] == "http" else None
            if refusal is not None and not begun:
                await _answer(refusal, scope, send)
            raise


async def _answer(refusal: Refusal, scope: Scope, send: Send) -> None:
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    headers, body = refusal.answer(as_json=is_api(scope["path"]) or prefers_json(accept))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
