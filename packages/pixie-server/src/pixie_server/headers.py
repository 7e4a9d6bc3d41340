"""The headers that every response of Pixie carries, whatever route or mistake made it.

They are put on in one place, the guard. A handler chooses its own Content-Security-Policy (artefacts, pages with
map tiles) and Cache-Control (static files, artefacts); all else is the same everywhere, and what a handler says of
it is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["CONTENT_POLICY", "Headers", "content_policy", "dressed"]

Headers = list[tuple[bytes, bytes]]

# Plotly's PNG export draws by way of a blob: image. Plotly, Leaflet and KaTeX set inline styles; tools' own markup is
# stripped of them on the server.
_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob: data:",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
_OPENED_FOR_HOSTS = ("img-src", "connect-src")
_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)


def content_policy(origins: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of Pixie's own pages.

    `origins` are those that the user allowed this one page to load pictures from, map tiles above all, each as
    `https://tiles.example` with an optional port.

    Raises ValueError for what isn't an origin: it would be able to change the rest of the policy.
    """
    admitted = ""
    for origin in origins:
        if _ORIGIN.fullmatch(origin) is None:
            raise ValueError(f"{origin!r} is not an origin: expected https://host or https://host:port")
        admitted += f" {origin}"
    return "; ".join(
        f"{name} {value}{admitted if name in _OPENED_FOR_HOSTS else ''}" for name, value in _DIRECTIVES.items()
    )


CONTENT_POLICY = content_policy()

_EVERYWHERE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(self), geolocation=(), usb=()"),
]
# An artefact is shown in a frame of Pixie's page, and opener policy and sandboxing are at odds in some navigations.
_ARTEFACT: Headers = [*_EVERYWHERE, (b"x-frame-options", b"SAMEORIGIN")]
_PAGE: Headers = [
    *_EVERYWHERE,
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_POLICY = (b"content-security-policy", CONTENT_POLICY.encode())
_NO_STORE = (b"cache-control", b"no-store")

# Pixie has no cookies, grants no other origin anything, and doesn't tell what it runs on.
_NEVER = {b"server", b"x-powered-by", b"set-cookie", b"timing-allow-origin"}
_REPLACED = _NEVER | {name for name, _ in _PAGE}


def dressed(headers: Iterable[tuple[bytes, bytes]], *, artefact: bool) -> Headers:
    """The headers of a response as they go out: `headers` of the handler, less what Pixie never says, plus its own.

    `artefact` is whether the response is a tool's file, which may be framed by Pixie itself.
    """
    worn: Headers = []
    policy = caching = False
    for name, value in headers:
        lowered = name.lower()
        if lowered in _REPLACED or lowered.startswith(b"access-control-"):
            continue
        policy = policy or lowered == b"content-security-policy"
        caching = caching or lowered == b"cache-control"
        worn.append((lowered, value))
    worn += _ARTEFACT if artefact else _PAGE
    if not policy:
        worn.append(_POLICY)
    if not caching:
        worn.append(_NO_STORE)
    return worn
