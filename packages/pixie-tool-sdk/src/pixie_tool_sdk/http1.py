"""HTTP/1.1 on one connection: requests in, responses out. What tools need of RFC 9112, and strictly.

A request that leaves doubt about where it ends is refused, since the next one would begin in the wrong place. Bodies
are read as they are needed, responses of unknown length go out in chunks as they come.
"""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, cast
from urllib.parse import parse_qsl, unquote_to_bytes

__all__ = ["BadRequest", "Body", "Connection", "Request", "Response"]

_LONGEST_LINE: Final = 8 * 1024
_LARGEST_HEAD: Final = 64 * 1024
_LARGEST_DRAIN: Final = 1024 * 1024
_IDLE_SECONDS: Final = 300.0
_STALL_SECONDS: Final = 60.0
_BLOCK: Final = 256 * 1024

_REQUEST_LINE: Final = re.compile(rb"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.([01])")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?")

_PHRASES: Final = {
    200: "OK", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 417: "Expectation Failed", 422: "Unprocessable Content",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
    503: "Service Unavailable",
}  # fmt: skip


class BadRequest(Exception):
    """The request can't be answered but with this status; after it the connection is closed."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Body:
    """The body of one request, read as it is needed."""

    def __init__(self, incoming: BinaryIO, length: int | None, before: bytes, outgoing: socket.socket) -> None:
        self._incoming = incoming
        # None: the body comes in chunks, and this one's rest is counted in _chunk.
        self._left = length
        self._chunk = 0
        self._ended = length == 0
        self._before = before
        self._outgoing = outgoing

    @property
    def ended(self) -> bool:
        """Whether all of it has been read."""
        return self._ended

    def read(self, most: int = _BLOCK) -> bytes:
        """The next bytes, at most `most`; none at the end."""
        if self._ended:
            return b""
        if self._before:
            self._outgoing.sendall(self._before)
            self._before = b""
        if self._left is None:
            if not self._chunk and not self._next_chunk():
                return b""
            block = self._take(min(most, self._chunk))
            self._chunk -= len(block)
            if not self._chunk and self._incoming.readline(3) != b"\r\n":
                raise BadRequest(400, "a chunk of the body has another length than it says")
            return block
        block = self._take(min(most, self._left))
        self._left -= len(block)
        self._ended = not self._left
        return block

    def read_all(self, most: int) -> bytes:
        """All of it. Raises `BadRequest` 413 for more than `most` bytes."""
        if self._left is not None and self._left > most:
            raise BadRequest(413, f"the body has {self._left} bytes: at most {most} are taken")
        blocks: list[bytes] = []
        size = 0
        while block := self.read():
            blocks.append(block)
            size += len(block)
            if size > most:
                raise BadRequest(413, f"the body has more than {most} bytes")
        return b"".join(blocks)

    def drain(self) -> bool:
        """Read what is left if it is little. False when the connection had better be closed."""
        size = 0
        while not self._ended:
            if self._before or size > _LARGEST_DRAIN:
                return False
            size += len(self.read())
        return True

    def _take(self, count: int) -> bytes:
        block = self._incoming.read(count)
        if len(block) < count:
            raise BadRequest(400, "the body ends before its length")
        return block

    def _next_chunk(self) -> bool:
        line = _line(self._incoming)
        size = _CHUNK.fullmatch(line)
        if size is None:
            raise BadRequest(400, "a chunk of the body doesn't say its length")
        self._chunk = int(size[1], 16)
        if self._chunk:
            return True
        while _line(self._incoming):
            # Trailers say nothing that a tool needs.
            pass
        self._ended = True
        return False


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `headers` by lower-case name, `query` decoded, `path` as its decoded segments."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    body: Body
    keep_alive: bool
    chunks: bool

    def content_type(self) -> str:
        """The media type of the body, without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. A body of bytes goes out with its length; an iterable goes out block by block, in chunks."""

    status: int
    body: bytes | Iterable[bytes] = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = field(default=())


class Connection:
    """One accepted connection. `requests` yields its requests; each is answered by `send` before the next is asked
    for.
    """

    def __init__(self, accepted: socket.socket) -> None:
        self._socket = accepted
        accepted.settimeout(_IDLE_SECONDS)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming = cast("BinaryIO", accepted.makefile("rb", buffering=_BLOCK))
        self._keep_alive = True

    def requests(self) -> Iterator[Request]:
        """The requests of this connection until its end. Raises `BadRequest` for one that can't be understood."""
        while self._keep_alive:
            self._socket.settimeout(_IDLE_SECONDS)
            line = _line(self._incoming)
            if not line:
                return
            self._socket.settimeout(_STALL_SECONDS)
            request = self._request(line)
            self._keep_alive = request.keep_alive
            yield request
            self._keep_alive = self._keep_alive and request.body.drain()

    def send(self, response: Response, request: Request | None = None) -> None:
        """Send the answer; `request` is what it answers, None when that couldn't be read."""
        whole = isinstance(response.body, bytes)
        chunked = not whole and request is not None and request.chunks
        self._keep_alive = self._keep_alive and request is not None and (whole or chunked)
        lines = [
            f"HTTP/1.1 {response.status} {_PHRASES.get(response.status, '')}",
            f"Content-Type: {response.content_type}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            *(f"{name}: {value}" for name, value in response.headers),
        ]
        if isinstance(response.body, bytes):
            lines.append(f"Content-Length: {len(response.body)}")
        elif chunked:
            lines.append("Transfer-Encoding: chunked")
        if not self._keep_alive:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self._socket.settimeout(_IDLE_SECONDS)
        if request is not None and request.method == "HEAD":
            # Its answer ends with the head, whatever the head says of a body.
            self._keep_alive = self._keep_alive and whole
            self._write(head)
            return
        if isinstance(response.body, bytes):
            self._write(head + response.body if len(response.body) < _BLOCK else head)
            if len(response.body) >= _BLOCK:
                self._write(response.body)
            return
        self._write(head)
        for block in response.body:
            self._write(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)
        if chunked:
            self._write(b"0\r\n\r\n")

    def _write(self, content: bytes) -> None:
        # sendall's timeout is for the whole of what it is given, and a large answer may take a slow reader longer.
        view = memoryview(content)
        for start in range(0, len(view), _BLOCK):
            self._socket.sendall(view[start : start + _BLOCK])

    def close(self) -> None:
        """End the connection, so that what was sent arrives even when something unread is left."""
        # The other end may have been quicker.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._incoming.close()
        self._socket.close()

    def _request(self, line: bytes) -> Request:
        matched = _REQUEST_LINE.fullmatch(line)
        if matched is None:
            raise BadRequest(400, "the request line isn't one of HTTP/1.1")
        method, target, minor = matched[1].decode(), matched[2].decode(), matched[3]
        headers = self._headers()
        if minor == b"1" and "host" not in headers:
            raise BadRequest(400, "the Host header is missing")
        raw_path, _, raw_query = target.partition("?")
        try:
            path = tuple(unquote_to_bytes(segment).decode() for segment in raw_path.split("/")[1:])
            query = dict(parse_qsl(raw_query, keep_blank_values=True, errors="strict", max_num_fields=100))
        except ValueError:
            raise BadRequest(400, "the address isn't UTF-8") from None
        wishes = {wish.strip().lower() for wish in headers.get("connection", "").split(",")}
        return Request(
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=self._body(headers),
            keep_alive="close" not in wishes if minor == b"1" else False,
            chunks=minor == b"1",
        )

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        size = 0
        while line := _line(self._incoming):
            size += len(line)
            if size > _LARGEST_HEAD:
                raise BadRequest(431, f"the headers have more than {_LARGEST_HEAD} bytes")
            matched = _FIELD.fullmatch(line)
            if matched is None:
                raise BadRequest(400, "a header isn't of the form `name: value`")
            name, value = matched[1].decode().lower(), matched[2].decode("latin-1").rstrip(" \t")
            if name in headers and name in {"host", "content-length", "transfer-encoding", "x-pixie-token"}:
                raise BadRequest(400, f"the header {name} is there twice")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return headers

    def _body(self, headers: dict[str, str]) -> Body:
        length: int | None = 0
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise BadRequest(501, "the only transfer encoding is chunked")
            if "content-length" in headers:
                raise BadRequest(400, "a body has a length or comes in chunks, not both")
            length = None
        elif "content-length" in headers:
            if not _LENGTH.fullmatch(headers["content-length"]):
                raise BadRequest(400, "the Content-Length isn't a number")
            length = int(headers["content-length"])
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise BadRequest(415, "a compressed body isn't taken")
        before = b""
        if "expect" in headers:
            if headers["expect"].lower() != "100-continue":
                raise BadRequest(417, "the only expectation is 100-continue")
            before = b"HTTP/1.1 100 Continue\r\n\r\n"
        return Body(self._incoming, length, before, self._socket)


def _line(incoming: BinaryIO) -> bytes:
    """One line without its end; empty for an empty line and at the end of the connection."""
    line = incoming.readline(_LONGEST_LINE + 1)
    if len(line) > _LONGEST_LINE:
        raise BadRequest(414 if line[:4] in {b"GET ", b"POST"} else 431, f"a line has more than {_LONGEST_LINE} bytes")
    if line and not line.endswith(b"\n"):
        raise BadRequest(400, "the connection ended within a line")
    return line.removesuffix(b"\n").removesuffix(b"\r")
