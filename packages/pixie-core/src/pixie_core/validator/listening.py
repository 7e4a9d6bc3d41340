"""What a tool's stream says, gathered until it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.run.events import Output
from pixie_core.run.sse import EventTooLarge
from pixie_core.run.streams import StreamFailed
from pixie_core.runtime.transport import Broken, Chunk, Closed, Head

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pixie_core.errors import Problem
    from pixie_core.run.streams import Said, StreamReader
    from pixie_core.runtime.transport import Part

__all__ = ["Listener", "Streamed"]


@frozen
class Streamed:
    """What a stream gave: `values` are merged, by output key; `first` is when the first event came, in seconds.

    `failed` says why the stream broke, or what failure the tool told of; `unfinished` that it was cut off.
    """

    values: Mapping[str, Any]
    first: float | None
    notes: tuple[Problem, ...]
    failed: str | None = None
    unfinished: bool = False


class Listener:
    """Takes the parts of the answer to GET /stream, one by one, until it is `over`."""

    def __init__(self, reader: StreamReader, why: Callable[[str], str]) -> None:
        self.over = False
        self.absent = False
        """The tool has no /stream."""
        self.first: float | None = None
        self._reader = reader
        self._why = why
        self._began = time.monotonic()
        self._pieces: dict[str, tuple[str, list[Any]]] = {}
        self._failed: str | None = None
        self._status = 0
        self._keep(reader.opening())

    def take(self, part: Part) -> None:
        """One more part."""
        match part:
            case Head(status=status):
                self._status = status
                self.absent = status in {404, 405, 501}
            case Chunk(data=data) if self._status == 200:
                self._feed(data)
            case Closed():
                self._close()
            case Broken(reason=reason):
                self._fail(self._why(reason))
        self.over = self.over or self.absent or self._reader.ended

    @property
    def complete(self) -> bool:
        """Every streamed output is done, though the stream is open: what still comes comes soon."""
        return self._reader.complete

    def result(self) -> Streamed:
        """What came so far."""
        values = {key: OUTPUT_TYPES[kind].merge(pieces) for key, (kind, pieces) in self._pieces.items()}
        return Streamed(values, self.first, self._reader.notes, self._failed, not (self.over or self.complete))

    def _feed(self, data: bytes) -> None:
        try:
            self._hear(self._reader.feed(data))
        except EventTooLarge as error:
            self._fail(str(error))

    def _close(self) -> None:
        if self._status != 200:
            self._fail(f"/stream answered {self._status}")
        else:
            self._hear(self._reader.close())
        self.over = True

    def _fail(self, message: str) -> None:
        self._failed = message
        self.over = True

    def _hear(self, said: Sequence[Said]) -> None:
        if self.first is None and (said or self._reader.notes or self._reader.ended or self._reader.complete):
            self.first = time.monotonic() - self._began
        for each in said:
            if isinstance(each, StreamFailed):
                self._fail(each.message)
        self._keep([each for each in said if isinstance(each, Output)])

    def _keep(self, outputs: Sequence[Output]) -> None:
        for each in outputs:
            _, pieces = self._pieces.setdefault(each.output_key, (each.type, []))
            if each.whole:
                pieces.clear()
            pieces.append(each.value)
