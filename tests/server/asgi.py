"""Calling ASGI applications in tests: without a server, through a real one, and with an eye on every response.

call(app, "POST", "/api/x", headers=[...], body=b"{}")    the answer, headers exactly as given
websocket(app, "/", headers=[...])                        the messages that a WebSocket attempt gets
Recorder()                                                an application that notes what reached it
ResponseLint(app, is_artefact)                            fails on a response without Pixie's headers
served(app)                                               a real Hypercorn on a free loopback port
exchange(port, b"GET / HTTP/1.1...")                      raw bytes to it, raw bytes back
"""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from attrs import field, frozen, mutable
from hypercorn.asyncio import serve
from hypercorn.config import Config

HOST = (b"host", b"127.0.0.1:7860")
DEADLINE = 30.0

Headers = list[tuple[bytes, bytes]]


@frozen
class Answer:
    """What an application answered."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The one value of a header, or None; two of them fail the test."""
        values = [value for key, value in self.headers if key == name.encode()]
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0].decode() if values else None

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        assert self.header("content-type") == "application/problem+json"
        return json.loads(self.body)["code"]


def scope_of(
    method: str, target: str, headers: Headers, http_version: str = "1.1", kind: str = "http"
) -> dict[str, Any]:
    """The ASGI scope that Hypercorn makes of such a request."""
    path, _, query = target.partition("?")
    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": http_version,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 7860),
        "extensions": {},
    }
    return scope | ({"method": method} if kind == "http" else {"subprotocols": []})


def call(
    app: Any,
    method: str = "GET",
    target: str = "/",
    *,
    headers: Iterable[tuple[bytes, bytes]] = (HOST,),
    body: bytes | Iterable[bytes] = b"",
    http_version: str = "1.1",
) -> Answer:
    """Send one request with exactly these headers; `body` in pieces arrives in pieces."""
    return asyncio.run(acall(app, method, target, headers=headers, body=body, http_version=http_version))


async def acall(
    app: Any,
    method: str = "GET",
    target: str = "/",
    *,
    headers: Iterable[tuple[bytes, bytes]] = (HOST,),
    body: bytes | Iterable[bytes] = b"",
    http_version: str = "1.1",
) -> Answer:
    """As `call`, inside a running loop."""
    pieces = iter([body] if isinstance(body, bytes) else body)
    ended = asyncio.Event()
    sent: list[dict[str, Any]] = []
    following = next(pieces, b"")

    async def receive() -> dict[str, Any]:
        nonlocal following
        if following is None:
            await ended.wait()
            return {"type": "http.disconnect"}
        piece, following = following, next(pieces, None)
        return {"type": "http.request", "body": piece, "more_body": following is not None}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            ended.set()

    async with asyncio.timeout(DEADLINE):
        await app(scope_of(method, target, list(headers), http_version), receive, send)
    starts = [m for m in sent if m["type"] == "http.response.start"]
    assert len(starts) == 1, f"{len(starts)} responses were started"
    assert ended.is_set(), "the response was not ended"
    content = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    return Answer(starts[0]["status"], list(starts[0]["headers"]), content)


def websocket(app: Any, target: str, *, headers: Headers, extension: bool = True) -> list[dict[str, Any]]:
    """Attempt a WebSocket and answer the messages that came back."""
    scope = scope_of("GET", target, headers, kind="websocket")
    if extension:
        scope["extensions"] = {"websocket.http.response": {}}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


@mutable
class Recorder:
    """An application that notes every request that reached it, body and all, and answers 200."""

    headers: Headers = field(factory=lambda: [(b"content-type", b"text/plain")])
    requests: list[tuple[str, str, bytes]] = field(factory=list)
    bodies_begun: int = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Read the body, note the request, answer."""
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        assert scope["type"] == "http", f"a {scope['type']} reached the application"
        self.bodies_begun += 1
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None  # as a framework does: nobody is there to answer
            body += message["body"]
            if not message["more_body"]:
                break
        self.requests.append((scope["method"], scope["path"], body))
        sealed = [(b"content-security-policy", SEALED.encode())] if scope["path"].endswith("/content") else []
        worn = [*sealed, *(each for each in self.headers if not sealed or each[0] != sealed[0][0])]
        await send({"type": "http.response.start", "status": 200, "headers": worn})
        await send({"type": "http.response.body", "body": b"ok"})
        return None


async def _lifespan(receive: Any, send: Any) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


class LintError(AssertionError):
    """A response lacked a header that every response has, or had one that none may have."""


class ResponseLint:
    """Goes round the whole server in tests and fails on any response that isn't as every response must be.

    It raises, and keeps what it found in `failures` for tests that see the response through a socket.
    """

    def __init__(self, app: Any, is_artefact: Callable[[str], bool]) -> None:
        self.app = app
        self.is_artefact = is_artefact
        self.failures: list[str] = []
        self.answers: list[tuple[str, str, int]] = []
        """Method, path and status of each response, in their order."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve, looking at each response as it starts."""

        async def watched(message: dict[str, Any]) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                artefact = self.is_artefact(scope["path"])
                self.answers.append((scope.get("method", "WebSocket"), scope["path"], message["status"]))
                found = list(lint(scope["path"], message["status"], message["headers"], artefact=artefact))
                if found:
                    self.failures += found
                    raise LintError(f"{scope.get('method', 'WebSocket')} {scope['path']}: " + "; ".join(found))
            await send(message)

        await self.app(scope, receive, watched)


EVERYWHERE = {
    b"x-content-type-options": b"nosniff",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(self), geolocation=(), usb=()",
}
NEVER = (b"server", b"set-cookie", b"x-powered-by")


def lint(path: str, status: int, headers: Headers, *, artefact: bool) -> Iterator[str]:
    """What is wrong with a response's headers, in words."""
    names = [name for name, _ in headers]
    values = dict(headers)
    for name in set(names):
        if names.count(name) > 1 and name not in {b"vary", b"link", b"cache-control"}:
            yield f"{name.decode()} comes {names.count(name)} times"
        if name in NEVER or name.startswith(b"access-control-"):
            yield f"{name.decode()} must not be there"
    expected = EVERYWHERE | {b"x-frame-options": b"SAMEORIGIN" if artefact else b"DENY"}
    expected[b"cross-origin-opener-policy"] = None if artefact else b"same-origin"
    for name, value in expected.items():
        if values.get(name) != value:
            yield f"{name.decode()} is {values.get(name)!r} instead of {value!r}"
    yield from _lint_policy(status, values, artefact=artefact)
    yield from _lint_content(path, status, values, artefact=artefact)


_HOSTS = r"(?: https?://[a-z0-9.:-]+)*"
PAGES_POLICY = re.compile(
    r"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
    + _HOSTS
    + "; "
    r"font-src 'self'; connect-src 'self'" + _HOSTS + r"; media-src 'self' blob: data:; worker-src 'self'; "
    r"manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""The policy of Pixie's own pages and answers, with the hosts that a user has admitted to one."""
SEALED = "default-src 'none'; sandbox"
FRAMED = "frame-ancestors 'self'"
FILES_POLICIES = {
    "text/html; charset=utf-8": (
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; media-src data: blob:; connect-src 'none'; form-action 'none'; " + FRAMED
    ),
    "image/svg+xml": f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; {FRAMED}",
    "application/pdf": f"{SEALED}; {FRAMED}",
}
"""The policy of a file that a tool made, by its type; of all others it is SEALED."""


def _lint_policy(status: int, values: dict[bytes, bytes], *, artefact: bool) -> Iterator[str]:
    policy = values.get(b"content-security-policy", b"").decode()
    kind = values.get(b"content-type", b"").decode()
    if artefact and status in {200, 206}:
        fits = policy == FILES_POLICIES.get(kind, SEALED)
    elif artefact and status == 304:
        fits = policy in {SEALED, *FILES_POLICIES.values()}
    elif values.get(b"content-disposition", b"").startswith(b"attachment"):
        fits = policy == SEALED
    else:
        fits = PAGES_POLICY.fullmatch(policy) is not None
    if not fits:
        yield f"content-security-policy is {policy!r}, which isn't that of such an answer"
    if b"content-disposition" in values and not artefact and not policy.endswith("sandbox"):
        yield "a file that isn't sealed"


def _lint_content(path: str, status: int, values: dict[bytes, bytes], *, artefact: bool) -> Iterator[str]:
    kind = values.get(b"content-type", b"").strip()
    bodiless = status in {204, 304} or values.get(b"content-length") == b"0"
    if not bodiless and not kind:
        yield "there is no content-type"
    caching = values.get(b"cache-control")
    private = kind.startswith(b"text/html") or path.startswith("/api")
    if caching is None:
        yield "there is no cache-control"
    elif private and not artefact and caching != b"no-store":
        yield f"cache-control is {caching!r} instead of no-store"


@contextmanager
def served(app: Any) -> Iterator[int]:
    """Serve an ASGI application by Hypercorn on a free loopback port, as `pixie serve` does; yields the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    config.include_server_header = False
    config.graceful_timeout = 0.5
    config.errorlog = None
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(serve(app, config, shutdown_trigger=stop.wait)), daemon=True
    )
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(DEADLINE)
        assert not thread.is_alive(), "the server did not stop"
        loop.close()


def exchange(port: int, data: bytes | Iterable[bytes]) -> bytes:
    """Send raw bytes, then answer what comes back until the server closes or has answered.

    A server that hangs up before it took everything fails the sender, as it fails many a client.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        for piece in [data] if isinstance(data, bytes) else data:
            connection.sendall(piece)
        received = b""
        while not _complete(received):
            piece = connection.recv(65536)
            if not piece:
                break
            received += piece
        return received


def _complete(received: bytes) -> bool:
    """Whether these bytes hold a whole response of HTTP/1 that isn't interim."""
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        return False
    if head.startswith(b"HTTP/1.1 1"):
        return _complete(body)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return False
