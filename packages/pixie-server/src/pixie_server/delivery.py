"""Files to the client: a kept artefact with ranges and validators, or bytes that are made as they go."""

from __future__ import annotations

import logging
import os
import re
import unicodedata
from contextlib import aclosing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from quart import Response, request

from pixie_core.errors import PixieError
from pixie_server.cutting import BrokenOff
from pixie_server.media_types import SEALED, ServedAs, served_as
from pixie_server.problems import RANGE, answer_problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from pixie_server.served import Served

log = logging.getLogger("pixie.server")

__all__ = ["content_disposition", "deliver_artefact", "deliver_made", "deliver_thumbnail"]

_BUFFER = 1024 * 1024
_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def content_disposition(kind: str, filename: str) -> str:
    """The header's value: a plain ASCII name for old clients, the true one beside it (RFC 6266).

    Controls, quotes, separators and marks that turn the direction of writing are taken out; at most 120
    characters.
    """
    kept = "".join(letter for letter in filename if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    name = re.sub(r'[\\/"]', "_", kept).strip(". ")[:120] or "file"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or "file"
    return f"{kind}; filename=\"{plain.replace(';', '_')}\"; filename*=UTF-8''{quote(name, safe='')}"


async def deliver_artefact(served: Served, artefact_id: int) -> Response:
    """The bytes of an artefact: our own types, our own policy, one range at most."""
    artefact = await served.bridge(served.pixie.library.get, artefact_id)
    opened = await served.bridge(served.pixie.library.open, artefact_id)
    return _deliver(served, opened, artefact.filename, artefact.size_bytes, f'"{artefact.sha256}"')


async def deliver_thumbnail(served: Served, artefact_id: int) -> Response:
    """The thumbnail of an artefact, as its bytes would be."""
    artefact = await served.bridge(served.pixie.library.get, artefact_id)
    opened = await served.bridge(served.pixie.library.thumbnail, artefact_id)
    found = os.fstat(opened.fileno())
    # It may be made anew in another size while the artefact is the same.
    etag = f'"{artefact.sha256}-{found.st_mtime_ns:x}"'
    return _deliver(served, opened, f"{PurePosixPath(artefact.filename).stem}.webp", found.st_size, etag)


def _deliver(served: Served, opened: BinaryIO, filename: str, size: int, etag: str) -> Response:
    """An open file as the client asks for it; it is closed when it is sent."""
    kind = served_as(filename)
    headers = {
        "Content-Type": kind.content_type,
        "Content-Disposition": content_disposition("inline" if _in_frame(kind) else kind.disposition, filename),
        "Content-Security-Policy": kind.policy,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }
    if kind.framed:
        headers["Vary"] = "Sec-Fetch-Dest"
    asked = request.headers.get("If-None-Match", "")
    if asked and (asked.strip() == "*" or etag in [each.strip().removeprefix("W/") for each in asked.split(",")]):
        opened.close()
        # A browser puts these in the place of those that it kept (RFC 9111, 3.2): without its policy, the guard's own
        # would be that of the file from then on, which has no sandbox.
        return _without_body(304, headers)
    begin, end = 0, size
    status = 200
    span = _range(request.headers.get("Range"), size) if _range_applies(etag) else None
    if span == "unsatisfiable":
        opened.close()
        code, title, said = RANGE
        refused = answer_problem(416, title, f"{said} It has {size} bytes.", code)
        refused.headers["Content-Range"] = f"bytes */{size}"
        return refused
    if isinstance(span, tuple):
        begin, end = span
        status = 206
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - begin)
    if request.method == "HEAD":
        opened.close()
        return _without_body(status, headers)
    answer = Response(_read(served, opened, begin, end), status, headers=headers)
    answer.timeout = None  # a large file on a slow reader takes longer than Quart's minute
    return answer


def _in_frame(kind: ServedAs) -> bool:
    """Whether a page of Pixie's asks for it in a frame, as the browser itself says: the guard lets in no other's."""
    return kind.framed and request.headers.get("Sec-Fetch-Dest") == "iframe"


def _without_body(status: int, headers: Mapping[str, str]) -> Response:
    """An answer that tells of the file and holds none of it: its length is the file's, if anything's."""
    told = Response(b"", status)
    del told.headers["Content-Length"]
    told.headers.update(headers)
    return told


def _range_applies(etag: str) -> bool:
    condition = request.headers.get("If-Range")
    return condition is None or condition.strip() == etag


def _range(header: str | None, size: int) -> tuple[int, int] | str | None:
    """(begin, end), "unsatisfiable", or None where the whole is to be sent: no range, several, or one not
    understood.
    """
    matched = _ONE_RANGE.fullmatch(header.replace(" ", "")) if header else None
    if matched is None:
        return None
    first, last = matched.groups()
    if not first and not last:
        return None
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else "unsatisfiable"
    begin = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < begin:
        return None
    return (begin, end) if begin < size else "unsatisfiable"


async def _read(served: Served, opened: BinaryIO, begin: int, end: int) -> AsyncIterator[bytes]:
    def piece(left: int) -> bytes:
        return opened.read(min(_BUFFER, left))

    try:
        await served.bridge(opened.seek, begin)
        left = end - begin
        while left > 0 and (read := await served.bridge(piece, left)):
            left -= len(read)
            yield read
        if left > 0:
            log.error("A download was broken off: its file is %s bytes shorter than when it was kept", left)
            raise BrokenOff
    finally:
        opened.close()


def deliver_made(
    served: Served,
    chunks: Iterator[bytes],
    *,
    filename: str,
    content_type: str,
    length: int | None = None,
    more: Mapping[str, str] | None = None,
) -> Response:
    """Bytes that are made while they are sent, as a download; `more` are headers of its own.

    Where they can't be made to their end, the connection is cut and a line in the log says why: nobody takes what came
    for whole.
    """
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": content_disposition("attachment", filename),
        "Content-Security-Policy": SEALED,
    } | dict(more or {})
    if length is not None:
        headers["Content-Length"] = str(length)
    answer = Response(_sent(served, chunks, filename), headers=headers)
    answer.timeout = None
    return answer


async def _sent(served: Served, chunks: Iterator[bytes], filename: str) -> AsyncIterator[bytes]:
    sent = 0
    async with aclosing(served.bridge.chunks(chunks)) as pieces:
        try:
            async for piece in pieces:
                yield piece
                sent += len(piece)
        except (PixieError, OSError) as error:
            code = error.code if isinstance(error, PixieError) else type(error).__name__
            log.error("%s was broken off after %s bytes: %s: %s", filename, sent, code, error)  # noqa: TRY400 - one line
            raise BrokenOff from error
