"""Which bodies Pixie reads, and how much of them.

A JSON route reads JSON and a form route reads forms; anything else is refused by its type, before a handler could
take it for an empty form. What is read is counted as it arrives, whatever the request announced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pixie_server.limits import Limits
from pixie_server.refusals import Refusal

__all__ = ["BodyRules", "Meter"]

_JSON: Final = b"application/json"
_FORM: Final = b"application/x-www-form-urlencoded"
_MULTIPART: Final = b"multipart/form-data"
_BOUNDARY: Final = re.compile(rb";\s*boundary=(?:\"([^\"]{1,70})\"|([^\s;\",]{1,70}))\s*(?:;|$)", re.IGNORECASE)

_ENCODED: Final = Refusal(
    415,
    "content_encoding_not_supported",
    "Pixie takes bodies as they are. Send it without Content-Encoding.",
    ((b"accept-encoding", b"identity"),),
)
_NOT_JSON: Final = Refusal(
    415, "content_type_not_supported", "This route takes JSON. Send it with Content-Type: application/json."
)
_NOT_JSON_OR_UPLOAD: Final = Refusal(
    415,
    "content_type_not_supported",
    "This route takes JSON or a form with files. Send it with Content-Type: application/json or multipart/form-data.",
)
_NOT_FORM: Final = Refusal(
    415,
    "content_type_not_supported",
    "This route takes a form. Send it as application/x-www-form-urlencoded or multipart/form-data.",
)
_BAD_LENGTH: Final = Refusal(400, "bad_request", "Content-Length must be a number of bytes.")
_NO_BOUNDARY: Final = Refusal(400, "bad_request", "A multipart/form-data body needs the boundary in its Content-Type.")


class Meter:
    """Counts a body as it arrives: its bytes, and how often `marker` stands in it.

    `take` is handed each piece in turn and answers the refusal when one of the limits is passed, else None. A
    marker that lies across two pieces is counted once.
    """

    __slots__ = ("_bytes", "_marker", "_marks", "_tail", "_too_large", "_too_many")

    def __init__(
        self, too_large: Refusal, limit: int, *, marker: bytes = b"", marks: int = 0, too_many: Refusal | None = None
    ) -> None:
        self._too_large = too_large
        self._bytes = limit
        self._marker = marker
        self._marks = marks
        self._too_many = too_many
        self._tail = b"\r\n" if marker.startswith(b"\r\n") else b""  # the first delimiter may open the body

    def announced(self, length: int) -> Refusal | None:
        """The refusal of a body that says itself that it is too long, so that none of it need be sent."""
        return self._too_large if length > self._bytes else None

    def take(self, piece: bytes) -> Refusal | None:
        """Count one piece; the refusal once there is too much."""
        self._bytes -= len(piece)
        if self._bytes < 0:
            return self._too_large
        if self._marker and piece:
            window = self._tail + piece if self._tail else piece
            self._marks -= window.count(self._marker)
            if self._marks < 0:
                return self._too_many
            kept = len(self._marker) - 1
            self._tail = window[-kept:] if kept else b""
        return None


class BodyRules:
    """What Pixie does with a request's body, under given limits."""

    __slots__ = ("_form_too_large", "_limits", "_too_large", "_too_many_fields", "_too_many_parts", "_upload_too_large")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._too_large = _too_large("body", limits.body_bytes)
        self._form_too_large = _too_large("form without files", limits.form_bytes)
        self._upload_too_large = _too_large("form", limits.upload_bytes)
        self._too_many_fields = _too_many("fields", limits.form_fields)
        self._too_many_parts = _too_many("parts", limits.upload_parts)

    def judge(self, method: str, headers: Mapping[bytes, bytes], *, api: bool, upload: bool) -> Refusal | Meter | None:
        """Refuse the request for its body, or answer what will count the body, or None where there is none.

        - `headers`: content-encoding, content-length, content-type, transfer-encoding, as far as they were sent.
        - `api`: the route reads JSON; otherwise it reads forms.
        - `upload`: the route reads multipart forms.

        A body of length 0 is none, whatever type it claims: buttons send such.
        """
        if b"content-encoding" in headers:
            return _ENCODED
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 18:
            return _BAD_LENGTH
        chunked = b"transfer-encoding" in headers
        if not chunked and int(length) == 0:
            return None
        content_type = headers.get(b"content-type", b"")
        essence = content_type.partition(b";")[0].strip().lower()
        if method not in {"GET", "HEAD"} and essence != (_JSON if api else _FORM):
            if not upload:
                return _NOT_JSON if api else _NOT_FORM
            if essence != _MULTIPART:
                return _NOT_JSON_OR_UPLOAD if api else _NOT_FORM
        meter = self._meter(essence, content_type)
        if isinstance(meter, Meter) and not chunked:
            return meter.announced(int(length)) or meter
        return meter

    def _meter(self, essence: bytes, content_type: bytes) -> Meter | Refusal:
        limits = self._limits
        if essence == _FORM:
            return Meter(
                self._form_too_large,
                limits.form_bytes,
                marker=b"&",
                marks=limits.form_fields - 1,
                too_many=self._too_many_fields,
            )
        if essence == _MULTIPART:
            boundary = _BOUNDARY.search(content_type)
            if boundary is None:
                return _NO_BOUNDARY
            return Meter(
                self._upload_too_large,
                limits.upload_bytes,
                marker=b"\r\n--" + (boundary[1] or boundary[2]),
                marks=limits.upload_parts + 1,  # one delimiter closes the form
                too_many=self._too_many_parts,
            )
        return Meter(self._too_large, limits.body_bytes)


def _too_large(what: str, limit: int) -> Refusal:
    return Refusal(413, "body_too_large", f"A {what} may have {limit} bytes at most. Send less.")


def _too_many(what: str, limit: int) -> Refusal:
    return Refusal(413, "too_many_fields", f"A form may have {limit} {what} at most. Send it in several requests.")
