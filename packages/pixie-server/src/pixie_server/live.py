"""Events as they come: server-sent events with replay, or JSON of those that there are.

Each event is one committed record: `id` is its number, `event` its kind, `data` its text, byte for byte as
it was written. A reader that comes back says the last id it saw and gets exactly the rest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from quart import Response, request

from pixie_core.errors import Problem, RequestInvalid
from pixie_server.refusals import prefers_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pixie_core.run import Record
    from pixie_server.served import Served

__all__ = ["events_answer"]

COMMENT_EVERY = 15.0
"""Seconds of silence after which a comment shows that the connection is alive."""


async def events_answer(served: Served, run_id: str, after: int | None) -> Response:
    """The run's events after number `after`, else after the Last-Event-ID that a browser sends when it
    comes back.

    A JSON list by Accept; else a stream that follows a live run to its end.
    """
    run = await served.bridge(served.pixie.get, run_id)
    start = after if after is not None else _last_event_id()
    if prefers_json(request.headers.get("Accept", "").encode("latin-1")):
        records = await served.bridge(served.pixie.store.events, run.id, start)
        body = "[" + ",\n".join(record.text for record in records) + "]"
        return Response(body, content_type="application/json")
    answer = Response(_stream(served, run.id, start), content_type="text/event-stream; charset=utf-8")
    answer.timeout = None  # Quart would end it after a minute
    return answer


def _last_event_id() -> int:
    said = request.headers.get("Last-Event-ID", "0").strip()
    if not (said.isascii() and said.isdigit()) or len(said) > 18:
        raise RequestInvalid("The request", [Problem("$.Last-Event-ID", "must be the number of an event")])
    return int(said)


async def _stream(served: Served, run_id: str, after: int) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    batches = served.bridge.follow(run_id, after)
    stopping = asyncio.ensure_future(served.stopping.wait())
    coming: asyncio.Future[Sequence[Record]] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(batches))
            both: set[asyncio.Future[Any]] = {coming, stopping}
            done, _ = await asyncio.wait(both, timeout=COMMENT_EVERY, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                yield b": still here\n\n"
            elif coming in done:
                try:
                    records = coming.result()
                except StopAsyncIteration:
                    return
                coming = None
                yield b"".join(_written(record) for record in records)
            else:
                return
    finally:
        stopping.cancel()
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})
        await batches.aclose()  # type: ignore[attr-defined]


def _written(record: Record) -> bytes:
    return f"id: {record.seq}\nevent: {record.event.kind}\ndata: {record.text}\n\n".encode()
