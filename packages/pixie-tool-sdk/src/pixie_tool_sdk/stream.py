"""The events of one run on their way to the one reader of its stream.

Events wait here until they are read, so that a reader who comes late misses nothing. There is one GET /stream per
run: an event is given out once. When too much waits, `put` waits as well, so that a slow reader bounds the tool's
memory and not the other way round.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from pixie_tool_sdk.encoding import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Stream"]

_MOST_WAITING: Final = 32 * 1024 * 1024
"""Bytes that may wait for the reader before `put` waits too."""

_PING: Final = b": still here\n\n"
_PING_SECONDS: Final = 15.0


class Stream:
    """A queue of server-sent events with one reader.

    `put` adds an event, `close` ends the stream, `read` gives out its bytes as they come.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._closed = False
        self._claimed = False
        self._abandoned = False

    def put(self, value: Any, event: str = "", *, where: str, give_up: Callable[[], bool] = lambda: False) -> None:
        """Add an event whose data is `value` as JSON; `event` is its name, none for the increments of dialect 1.

        Raises `OutputError` when the value isn't JSON. Waits while the reader is far behind, until `give_up` is true.
        A progress event that nobody has read yet is replaced by the next one.
        """
        name = f"event: {event}\n".encode() if event else b""
        block = b"%bdata: %b\n\n" % (name, encode(value, where))
        kind = event if event == "progress" else ""
        with self._changed:
            if self._abandoned or self._closed:
                return
            if kind and self._waiting and self._waiting[-1][0] == kind:
                self._bytes -= len(self._waiting.pop()[1])
            self._changed.wait_for(lambda: self._bytes < _MOST_WAITING or self._abandoned or give_up())
            if not self._abandoned:
                self._append(kind, block)

    def _append(self, kind: str, block: bytes) -> None:
        self._waiting.append((kind, block))
        self._bytes += len(block)
        self._changed.notify_all()

    def close(self) -> None:
        """No event follows: the reader gets what waits, and then the end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wake(self) -> None:
        """Let a waiting `put` look at its `give_up` again."""
        with self._changed:
            self._changed.notify_all()

    def abandon(self) -> None:
        """The reader has gone: what waits is dropped, and so is what follows."""
        with self._changed:
            self._abandoned = True
            self._waiting.clear()
            self._bytes = 0
            self._changed.notify_all()

    def claim(self) -> bool:
        """Become the reader. False when there is or was one."""
        with self._changed:
            if self._claimed:
                return False
            self._claimed = True
            return True

    def read(self) -> Iterator[bytes]:
        """The events' bytes, several at once when several wait; a comment every 15 s of silence shows that the line
        is up.
        """
        while True:
            with self._changed:
                arrived = self._changed.wait_for(lambda: self._waiting or self._closed, timeout=_PING_SECONDS)
                blocks = [block for _, block in self._waiting]
                self._waiting.clear()
                self._bytes = 0
                self._changed.notify_all()
            if blocks:
                yield b"".join(blocks)
            elif arrived:
                return
            else:
                yield _PING
