"""Server-sent events from bytes, without any I/O: the clauses of https://html.spec.whatwg.org/#event-stream-interpretation."""

from __future__ import annotations

import re

from attrs import frozen

__all__ = ["EventTooLarge", "ServerSentEvent", "SseDecoder"]


@frozen
class ServerSentEvent:
    """One event: its name, `message` when it has none, and its data. Ids and retry times mean nothing here."""

    event: str
    data: str


class EventTooLarge(ValueError):
    """An event is larger than allowed: whoever sends it doesn't mean to end it."""


_LINE_END = re.compile(rb"\r\n|\n|\r")


class SseDecoder:
    """An incremental decoder: `feed` takes whatever bytes came and gives the events that they complete.

    Lines end with LF, CR LF or CR, also when the two bytes of CR LF come apart. An event is bounded by
    `max_event_bytes`: beyond, `feed` raises EventTooLarge.
    """

    def __init__(self, max_event_bytes: int = 16 * 2**20) -> None:
        self._most = max_event_bytes
        self._line: list[bytes] = []
        self._held = 0
        self._after_return = False
        self._first_line = True
        self._event = ""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that these bytes complete."""
        events: list[ServerSentEvent] = []
        # "A U+000D CARRIAGE RETURN character followed by a U+000A LINE FEED" is one end, wherever it is cut.
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_return = False
        start = 0
        for end in _LINE_END.finditer(chunk):
            self._hold(chunk[start : end.start()])
            self._after_return = end.end() == len(chunk) and end.group() == b"\r"
            start = end.end()
            line = b"".join(self._line)
            self._line.clear()
            if (event := self._interpret(line)) is not None:
                events.append(event)
        if start < len(chunk):
            self._after_return = False
            self._hold(chunk[start:])
        return events

    def close(self) -> list[ServerSentEvent]:
        """The event that was under way when the bytes ended.

        The standard drops it. Tools end their last event without the blank line often enough that it is given
        to the caller, who can tell half a JSON text from a whole one.
        """
        line = b"".join(self._line)
        self._line.clear()
        if line:
            self._interpret(line)
        event = self._interpret(b"")
        return [] if event is None else [event]

    def _hold(self, piece: bytes) -> None:
        self._held += len(piece)
        if self._held > self._most:
            raise EventTooLarge(f"an event of the stream is larger than {self._most} bytes")
        if piece:
            self._line.append(piece)

    def _interpret(self, line: bytes) -> ServerSentEvent | None:
        """One whole line; a blank one dispatches the event."""
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line:
            self._held = 0
            name, data = self._event, self._data
            self._event, self._data = "", []
            # "If the data buffer is an empty string, set … the event type buffer to the empty string and return."
            # A named event without data is kept all the same: `event: end` alone is how many tools end.
            if not data and not name:
                return None
            return ServerSentEvent(name or "message", b"\n".join(data).decode("utf-8", "replace"))
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._event = value.decode("utf-8", "replace")
        elif not field and not self._data:
            self._held = 0  # a comment between events: pings mustn't add up
        return None
