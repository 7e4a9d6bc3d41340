"""One request and its response, between the server and the application.

Here bodies are counted while they come, every response gets Pixie's headers, and refusals go out, also in the midst
of a body that turns out too large.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from pixie_server.bodies import Meter
from pixie_server.headers import dressed
from pixie_server.refusals import Refusal, prefers_json

__all__ = ["ASGIApp", "Exchange", "Message", "Receive", "Scope", "Send", "is_api"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_DISCONNECT: Final[Message] = {"type": "http.disconnect"}


def is_api(path: str) -> bool:
    """Whether a path is one of the JSON API, where errors are JSON too."""
    return path == "/api" or path.startswith("/api/")


class Exchange:
    """One request and its response: counts what comes in, dresses what goes out, and may answer by itself."""

    __slots__ = ("_artefact", "_cut", "_linger", "_over", "_receive", "_refusal", "_scope", "_send", "meter", "started")

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, artefact: bool, linger: float) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._artefact = artefact
        self._linger = linger
        self._cut = False  # the application gets no more of the body
        self._over = False  # the body has come to its end, or its sender is gone
        self._refusal: Refusal | None = None  # the guard's answer, which goes out in place of the application's
        self.meter: Meter | None = None
        self.started = False

    async def receive(self) -> Message:
        """The next message for the application; from the byte on that is too many, it is told that nobody is there.

        The refusal waits until the application has ended, and let go of what it has got of the body.
        """
        if self._cut:
            return _DISCONNECT
        message = await self._next()
        if self.meter is not None and message["type"] == "http.request":
            refusal = self.meter.take(message.get("body", b""))
            if refusal is not None:
                self._cut = True
                if not self.started:
                    self._refusal = refusal
                return _DISCONNECT
        return message

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, with Pixie's headers; drop it where the guard has answered already."""
        if self._refusal is not None:
            return
        if message["type"] == "http.response.start":
            self.started = True
            headers = dressed(message.get("headers", ()), artefact=self._artefact)
            message = {**message, "headers": headers}
        await self._send(message)

    async def ended(self, otherwise: Refusal | None = None) -> None:
        """The application has ended: answer what it was cut off for or, where it didn't answer, `otherwise`."""
        refusal = self._refusal or otherwise
        if refusal is not None and not self.started:
            await self.refuse(refusal)

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal, and read for a moment what is still being sent.

        A server that closes while its client sends resets the connection, and the client never sees the answer.
        """
        self.started = True
        self._refusal = refusal
        headers, body = refusal.answer(as_json=self._wants_json())
        headers = dressed(headers, artefact=self._artefact)
        if self._scope["method"] == "HEAD":
            body = b""
        await self._send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        if not self._over and _has_body(self._scope):
            await self._read_the_rest()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self) -> Message:
        message = await self._receive()
        self._over = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def _read_the_rest(self) -> None:
        try:
            async with asyncio.timeout(self._linger):
                while not self._over:
                    await self._next()
        except TimeoutError:
            return  # it had its time; the server closes the connection

    def _wants_json(self) -> bool:
        if is_api(self._scope["path"]):
            return True
        return prefers_json(b",".join(value for name, value in self._scope["headers"] if name == b"accept"))


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )
