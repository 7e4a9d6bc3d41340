"""Events as they come: server-sent events with replay, or JSON of those that there are.

Each event is one committed record: `id` is its number, `event` its kind, `data` its text, byte for byte as
it was written. A reader that comes back says the last id it saw and gets exactly the rest.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from quart import Response, request

from pixie_core.errors import Problem, RequestInvalid
from pixie_server.refusals import prefers_json

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from pixie_core.run import Run
    from pixie_server.served import Served

__all__ = ["events_answer", "happenings_answer", "stream_answer"]


async def events_answer(served: Served, run_id: str, after: int | None) -> Response:
    """The run's events after number `after`, else after the Last-Event-ID that a browser sends when it
    comes back.

    A JSON list by Accept; else a stream that follows a live run to its end.
    """
    run = await served.bridge(served.pixie.get, run_id)
    start = after if after is not None else _last_event_id()
    if prefers_json(request.headers.get("Accept", "").encode("latin-1")):
        answer = Response(_listed(served, run, start), content_type="application/json")
        answer.timeout = None  # as below
        return answer
    return stream_answer(served, _records(served, run.id, start))


async def happenings_answer(served: Served) -> Response:
    """What happens in the data folder from now on, as server-sent events."""
    return stream_answer(served, _happenings(served))


def stream_answer(served: Served, pieces: AsyncGenerator[bytes]) -> Response:
    """Server-sent events as they come, a comment now and then, to their end or the server's. Raises TooManyStreams."""
    served.streams.must_have_room()
    answer = Response(_stream(served, pieces), content_type="text/event-stream; charset=utf-8")
    answer.timeout = None  # Quart would end it after a minute
    return answer


def _last_event_id() -> int:
    said = request.headers.get("Last-Event-ID", "0").strip()
    if not (said.isascii() and said.isdigit()) or len(said) > 18:
        raise RequestInvalid("The request", [Problem("$.Last-Event-ID", "must be the number of an event")])
    return int(said)


async def _stream(served: Served, pieces: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The pieces as they come, a comment now and then, to their end or the server's."""
    with served.streams.one():
        yield b"retry: 1000\n\n"
        async with aclosing(_until_the_end(served, pieces)) as told:
            async for piece in told:
                yield piece


async def _until_the_end(served: Served, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    stopping = asyncio.ensure_future(served.stopping.wait())
    coming: asyncio.Future[bytes] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(pieces))
            both: set[asyncio.Future[Any]] = {coming, stopping}
            done, _ = await asyncio.wait(
                both, timeout=served.pixie.settings.stream_comment_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                yield b": still here\n\n"
            elif coming in done:
                try:
                    piece = coming.result()
                except StopAsyncIteration:
                    return
                coming = None
                yield piece
            else:
                return
    finally:
        stopping.cancel()
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})
        await pieces.aclose()


async def _listed(served: Served, run: Run, after: int) -> AsyncIterator[bytes]:
    """The events that there are by now, as one list: page by page, since a log may have gigabytes."""
    between = "["
    while after < run.seq and (page := await served.bridge(served.pixie.store.events_page, run.id, after)):
        yield between.encode() + ",\n".join(record.text for record in page).encode()
        between, after = ",\n", page[-1].seq
    yield b"[]" if between == "[" else b"]"


async def _records(served: Served, run_id: str, after: int) -> AsyncGenerator[bytes]:
    async with aclosing(served.bridge.follow(run_id, after)) as batches:
        async for records in batches:
            yield b"".join(f"id: {r.seq}\nevent: {r.event.kind}\ndata: {r.text}\n\n".encode() for r in records)


async def _happenings(served: Served) -> AsyncGenerator[bytes]:
    async with aclosing(served.happenings.follow()) as batches:
        async for batch in batches:
            yield b"".join(f"event: {each.kind}\ndata: {json.dumps(each.facts)}\n\n".encode() for each in batch)
