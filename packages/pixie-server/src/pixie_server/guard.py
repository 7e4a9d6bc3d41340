"""Who may speak to Pixie: the outermost layer of the server, before any route.

Pixie listens on this machine alone and has no accounts. So what has to be kept out are other web pages in the
user's own browser: they can send requests to 127.0.0.1, and by rebinding a name they can even read the answers.
Browsers tell on them, by Host, Origin and Sec-Fetch-*, and the rules here let in nothing from outside but a link to
a page. Programs such as curl send none of these headers and are let in.

    Guard(app, is_page=..., is_artefact=...)    an ASGI application around another

The order of the rules decides only which of several refusals is given. RFC 9110 (HTTP) and the Fetch Metadata draft are
what the names mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

from pixie_server.bodies import BodyRules, Meter
from pixie_server.exchange import ASGIApp, Exchange, Receive, Scope, Send, is_api
from pixie_server.headers import dressed
from pixie_server.limits import Limits
from pixie_server.refusals import Refusal

__all__ = ["Guard"]

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_SAFE: Final = frozenset({"GET", "HEAD"})
_PLAIN_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.ASCII)
_READ: Final = frozenset(
    {
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"host",
        b"origin",
        b"referer",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"service-worker",
        b"transfer-encoding",
    }
)

_BAD_REQUEST: Final = Refusal(400, "bad_request", "A header came twice that may come once. Send it once.")
_NO_HOST: Final = Refusal(
    400, "host_missing", "The request must name the host it is for, in exactly one Host header that isn't empty."
)
_WRONG_HOST: Final = Refusal(
    403,
    "host_not_allowed",
    "Pixie answers to the names 127.0.0.1, localhost and [::1], and to the host that it was started with. "
    "Open it by one of these.",
)
_NOT_A_PATH: Final = Refusal(
    400, "bad_target", "The request must name a path that begins with a slash, and no proxy target."
)
_WRONG_VERSION: Final = Refusal(505, "http_version", "Pixie speaks HTTP/1.1 and HTTP/1.0. Ask by one of them.")
_WRONG_ORIGIN: Final = Refusal(
    403, "origin_not_allowed", "Another web page sent this request, and only Pixie's own pages may. Open Pixie itself."
)
_CROSS_SITE: Final = Refusal(
    403,
    "cross_site",
    "This request was sent from another site, which may only link to Pixie's pages. "
    "Open the address in a tab of its own, or start from Pixie's first page.",
)
_NO_WORKER: Final = Refusal(
    403, "worker_not_allowed", "Pixie has no service worker, and files that tools made may not become workers."
)
_NO_WEBSOCKET: Final = Refusal(
    403, "websocket_not_allowed", "Pixie has no WebSockets. Live updates are server-sent events over HTTP."
)
_INTERNAL: Final = Refusal(
    500, "internal_error", "Pixie failed to answer this request. The server's log says why; please report it."
)


class Guard:
    """Lets in what comes from this machine's user, holds the limits, and puts Pixie's headers on every response.

    - `app`: the application behind it. No WebSocket ever reaches it.
    - `is_page`: whether a path is a page, which other sites may link to; what isn't known to be one isn't.
    - `is_artefact`: whether a path serves files that tools made; these may be framed by Pixie's own pages.
    - `is_upload`: whether a path under /api takes multipart bodies beside JSON.
    - `methods`: the methods that a path answers, as a refused one is told; none for a path that isn't known.
    - `configured_host`: a host allowed beside 127.0.0.1, localhost and [::1].
    - `limits`: how much of a request is taken.

    Raises ValueError where `configured_host` is neither a name nor an address.
    """

    __slots__ = (
        "_app",
        "_bodies",
        "_hosts",
        "_is_artefact",
        "_is_page",
        "_is_upload",
        "_limits",
        "_long_head",
        "_long_url",
        "_methods_of",
    )

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_page: Callable[[str], bool],
        is_artefact: Callable[[str], bool],
        is_upload: Callable[[str], bool] = lambda _path: False,
        methods: Callable[[str], Collection[str]] = lambda _path: (),
        configured_host: str = "127.0.0.1",
        limits: Limits = Limits(),  # noqa: B008 (frozen)
    ) -> None:
        self._app = app
        self._is_page = is_page
        self._is_artefact = is_artefact
        self._is_upload = is_upload
        self._methods_of = methods
        self._limits = limits
        self._bodies = BodyRules(limits)
        self._hosts = _allowed_hosts(configured_host)
        self._long_head = Refusal(
            431, "headers_too_large", f"The headers are longer than {limits.header_bytes} bytes. Send fewer or shorter."
        )
        self._long_url = Refusal(
            414, "url_too_long", f"The address is longer than {limits.url_bytes} bytes. Send the data in the body."
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope, as ASGI calls it."""
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "lifespan":
            await self._app(scope, receive, send)
        elif kind == "websocket":
            await self._refuse_websocket(scope, receive, send)
        else:
            raise ValueError(f"Pixie serves no ASGI scope of type {kind!r}")

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        exchange = Exchange(scope, receive, send, artefact=self._is_artefact(path), linger=self._limits.linger_seconds)
        seen, twice, size = _headers(scope)
        verdict: Refusal | Meter | None = self._judge(scope, seen, twice, size)
        if verdict is None:
            api = is_api(path)
            upload = not api or self._is_upload(path)
            verdict = self._bodies.judge(scope["method"], seen, api=api, upload=upload)
        if isinstance(verdict, Refusal):
            await exchange.refuse(verdict)
            return
        if verdict is not None:
            exchange.meter = verdict
            receive = exchange.receive
        try:
            await self._app(scope, receive, exchange.send)
        except Exception:
            await exchange.ended(_INTERNAL)
            raise  # the server logs it
        await exchange.ended()

    def _judge(self, scope: Scope, seen: dict[bytes, bytes], twice: bytes, size: int) -> Refusal | None:
        """The rules on who asks and for what; None lets the request on."""
        host = seen.get(b"host")
        method = scope["method"]
        if scope["http_version"] not in {"1.1", "1.0"}:
            return _WRONG_VERSION
        if not host or twice == b"host":
            return _NO_HOST
        if self._hosts.fullmatch(host.lower()) is None:
            return _WRONG_HOST
        if method not in _METHODS:
            return _wrong_method(self._methods_of(scope["path"]) or _METHODS)
        target = scope.get("raw_path") or scope["path"].encode()
        if not target.startswith(b"/"):
            return _NOT_A_PATH
        if len(target) + len(scope["query_string"]) >= self._limits.url_bytes:  # the ? between them counts
            return self._long_url
        if size > self._limits.header_bytes:  # the server's own limit is on heads that come in several pieces
            return self._long_head
        return self._judge_initiator(scope, seen, twice, own=b"http://" + host)

    def _judge_initiator(self, scope: Scope, seen: dict[bytes, bytes], twice: bytes, own: bytes) -> Refusal | None:
        """The rules on which page, if any, made the browser ask."""
        if twice:
            return _BAD_REQUEST if twice.startswith((b"content-", b"transfer-")) else _WRONG_ORIGIN
        origin = seen.get(b"origin")
        if origin is not None and origin != own:
            return _WRONG_ORIGIN
        site = seen.get(b"sec-fetch-site")
        if site is not None and site not in {b"same-origin", b"none"} and not self._is_link_to_page(scope, seen):
            return _CROSS_SITE
        if origin is None and site is None and scope["method"] not in _SAFE:
            referer = seen.get(b"referer")
            if referer is not None and _origin_of(referer) != own:
                return _CROSS_SITE
        if b"service-worker" in seen:
            return _NO_WORKER
        if seen.get(b"sec-fetch-dest") in {b"serviceworker", b"sharedworker"} and self._is_artefact(scope["path"]):
            return _NO_WORKER
        return None

    def _is_link_to_page(self, scope: Scope, seen: dict[bytes, bytes]) -> bool:
        return (
            scope["method"] == "GET"
            and seen.get(b"sec-fetch-mode") == b"navigate"
            and seen.get(b"sec-fetch-dest") == b"document"
            and self._is_page(scope["path"])
        )

    async def _refuse_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close"})  # which a server answers with 403
            return
        headers, body = _NO_WEBSOCKET.answer(as_json=True)
        headers = dressed(headers, artefact=self._is_artefact(scope["path"]))
        await send({"type": "websocket.http.response.start", "status": _NO_WEBSOCKET.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})


def _headers(scope: Scope) -> tuple[dict[bytes, bytes], bytes, int]:
    """The headers that the rules read, the name of one that came twice (Host before others) or b'', the size of all."""
    seen: dict[bytes, bytes] = {}
    twice = b""
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value) + 4  # colon, space and the end of the line
        if name in _READ:
            if name in seen and twice != b"host":
                twice = name
            seen[name] = value
    return seen, twice, size


def _wrong_method(allowed: Collection[str]) -> Refusal:
    """RFC 9110, 15.5.6: the refusal says which methods the resource has."""
    named = ", ".join(each for each in _METHODS if each in allowed)
    return Refusal(
        405, "method_not_allowed", f"Pixie answers {named} here. Ask by one of them.", ((b"allow", named.encode()),)
    )


def _origin_of(url: bytes) -> bytes:
    """Scheme and authority of an absolute URL; compared whole, never by how it begins."""
    scheme, _, rest = url.partition(b"://")
    return scheme + b"://" + re.split(rb"[/?#\\]", rest, maxsplit=1)[0]


def _allowed_hosts(configured: str) -> re.Pattern[bytes]:
    name = configured.lower()
    if name.count(":") > 1 and not name.startswith("["):
        name = f"[{name}]"
    if _PLAIN_HOST.fullmatch(name) is None:
        raise ValueError(f"{configured!r} is not a host: expected a name or an address, without scheme and port")
    hosts = "|".join(re.escape(host) for host in ("127.0.0.1", "localhost", "[::1]", name))
    return re.compile(f"(?:{hosts})(?::[0-9]{{1,5}})?".encode())
