"""What the guard says to a request that it doesn't let in.

A refusal is written for the person who meets it: what was wrong, what was expected, what to do. Nothing that the client
sent is repeated in it.
"""

from __future__ import annotations

import json
import re
from html import escape
from http import HTTPStatus

from attrs import frozen

from pixie_server.headers import Headers

__all__ = ["Refusal", "prefers_json"]


@frozen
class Refusal:
    """One reason not to let a request in, and the answer that it gets."""

    status: int
    code: str
    """The stable name for programs."""
    detail: str
    """What was wrong, what was expected, what to do: for people."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Further headers of the answer, such as Allow."""

    def answer(self, *, as_json: bool) -> tuple[Headers, bytes]:
        """The headers and the body: RFC 9457 problem details, or a small page of HTML."""
        body = self._problem() if as_json else self._page()
        kind = b"application/problem+json" if as_json else b"text/html; charset=utf-8"
        length = str(len(body)).encode()
        return [(b"content-type", kind), (b"content-length", length), *self.headers], body

    def _problem(self) -> bytes:
        problem = {
            "type": f"urn:pixie:error:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return json.dumps(problem).encode()

    def _page(self) -> bytes:
        title = escape(f"{self.status} {HTTPStatus(self.status).phrase}")
        return (
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
            f"<h1>{title}</h1>\n<p>{escape(self.detail)}</p>\n</html>\n"
        ).encode()


_RANGE = re.compile(rb"\s*([a-z0-9*+.-]+/[a-z0-9*+.-]+)\s*((?:;[^,]*)?)")
_QUALITY = re.compile(rb";\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|$)")


def prefers_json(accept: bytes) -> bool:
    """Whether an Accept header asks for JSON rather than a page; `*/*` alone doesn't."""
    json_quality = html_quality = 0.0
    for part in accept.lower().split(b","):
        media = _RANGE.fullmatch(part.rstrip())
        if media is None:
            continue
        stated = _QUALITY.search(media[2])
        quality = float(stated[1]) if stated else 1.0
        if media[1] in {b"application/json", b"application/problem+json"}:
            json_quality = max(json_quality, quality)
        elif media[1] in {b"text/html", b"application/xhtml+xml"}:
            html_quality = max(html_quality, quality)
    return json_quality > html_quality
