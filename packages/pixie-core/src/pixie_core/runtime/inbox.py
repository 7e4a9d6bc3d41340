"""Where a run's thread waits: for what its tool sends, for a request to end, for the next moment to look around."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from pixie_core.runtime.transport import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_core.runtime.transport import Part

__all__ = ["Inbox"]


class Inbox:
    """A bounded queue of parts of one exchange at a time, which can also be woken for other reasons."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._parts: deque[Part] = deque()
        self._exchange = 0
        self._woken = False

    def open(self) -> Callable[[Part], None]:
        """Begin with another exchange; what the one before still sends is dropped. Returns where it delivers."""
        with self._changed:
            self._exchange += 1
            self._parts.clear()
            self._changed.notify_all()
            number = self._exchange

        def deliver(part: Part) -> None:
            with self._changed:
                self._changed.wait_for(lambda: len(self._parts) < MOST_WAITING or self._exchange != number)
                if self._exchange == number:
                    self._parts.append(part)
                    self._changed.notify_all()

        return deliver

    def close(self) -> None:
        """Drop what still comes."""
        self.open()

    def wake(self) -> None:
        """Have `get` return, with nothing if need be."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def get(self, seconds: float) -> Part | None:
        """The next part; None after `seconds`, or when somebody woke it."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not self._parts and not self._woken:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            self._woken = False
            if not self._parts:
                return None
            self._changed.notify_all()
            return self._parts.popleft()
