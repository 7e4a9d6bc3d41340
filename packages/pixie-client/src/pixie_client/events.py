"""Server-sent events without the network: bytes in, events out, and what to say when the connection is made again.

After the WHATWG HTML standard, 9.2.6 (interpreting an event stream), but for the byte order mark, which Pixie
doesn't send.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from attrs import define, field, frozen

__all__ = ["Decoder", "Following", "Patience", "ServerSentEvent"]

_LINE_END = re.compile(r"\r\n|\n|\r")


@frozen
class ServerSentEvent:
    """One event: its kind, its data, and the id that was last said."""

    kind: str
    data: str
    id: str


@define
class Decoder:
    """Takes a stream's bytes as they come, in whatever pieces."""

    _decode: codecs.IncrementalDecoder = field(factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"))
    _rest: str = ""
    _kind: str = ""
    _data: list[str] = field(factory=list)
    _id: str = ""

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """The events that are complete with this piece."""
        text = self._rest + self._decode.decode(piece)
        # A carriage return at the end may be the first half of an end of line.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = _LINE_END.split(text[: len(text) - len(held)])
        self._rest = rest + held
        return [event for line in lines if (event := self._take(line)) is not None]

    def _take(self, line: str) -> ServerSentEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._kind = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        return None  # comments begin with a colon, and what isn't known is passed over

    def _dispatch(self) -> ServerSentEvent | None:
        kind, data = self._kind, self._data
        self._kind, self._data = "", []
        return ServerSentEvent(kind or "message", "\n".join(data), self._id) if data else None


@define
class Following:
    """A run that is followed across broken connections: what came last, and whether it has ended."""

    after: int
    """The number of the last event that was seen."""
    _ended: bool = False
    _decoder: Decoder = field(factory=Decoder)

    def ended(self) -> bool:
        """Whether its end was seen."""
        return self._ended

    def begin(self) -> dict[str, str]:
        """A connection is made: the headers to ask with."""
        self._decoder = Decoder()
        return {"Accept": "text/event-stream", "Last-Event-ID": str(self.after)}

    def feed(self, piece: bytes) -> list[dict[str, Any]]:
        """The events in a piece that weren't seen before, each as it is recorded: `seq`, `at`, `kind` and its facts."""
        fresh = []
        for event in self._decoder.feed(piece):
            facts = json.loads(event.data)
            if facts["seq"] > self.after:
                self.after = facts["seq"]
                self._ended = facts["kind"] == "finished"
                fresh.append(facts)
        return fresh


_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0


@define
class Patience:
    """How long somebody who doesn't answer is asked again."""

    seconds: float
    """Of pauses without a word in between, after which it is given up."""
    _paused: float = 0.0
    _breaks: int = 0

    def heard(self) -> None:
        """There was a word: all of the patience is there again."""
        self._paused, self._breaks = 0.0, 0

    def pause(self) -> float | None:
        """How long to wait before the next attempt, now that the connection broke; None when there were enough."""
        if self._paused >= self.seconds:
            return None
        length: float = min(_FIRST_PAUSE * 2.0**self._breaks, _LONGEST_PAUSE)
        self._breaks += 1
        self._paused += length
        return length
