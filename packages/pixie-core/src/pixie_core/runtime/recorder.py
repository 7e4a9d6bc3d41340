"""Writing down one run while it happens: events in order, storms of small ones gathered, logs bounded."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from attrs import evolve

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.run import apply
from pixie_core.run.events import Event, Log, Output, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pixie_core.run import Run
    from pixie_core.run.events import Started
    from pixie_core.runtime.masking import MaskedStream, Masker
    from pixie_core.store import Draft, Store

__all__ = ["LogCapture", "Recorder"]

GATHER_SECONDS = 0.05
GATHER_BYTES = 256 * 1024
LONGEST_LINE = 8 * 1024
QUIET_SECONDS = 0.03


class LogCapture:
    """What a process wrote during a run: the first `kept` characters as they come, of the rest as many again.

    `add` is called from the thread that reads the process's output, and never waits.
    """

    def __init__(self, wake: Callable[[], None], *, kept: int) -> None:
        self._wake = wake
        self._most_kept = kept
        self._lock = threading.Lock()
        self._added = threading.Condition(self._lock)
        self._open_line = ""
        self._ready: list[tuple[str, bool]] = []
        self._told = 0
        self._late: deque[str] = deque()
        self._late_bytes = 0
        self._left_out = 0
        self._end = ""

    def add(self, text: str, *, shared: bool) -> None:
        """A piece of output, as it came."""
        with self._lock:
            self._end = (self._end + text)[-self._most_kept :]
            self._added.notify_all()
            text = self._open_line + text
            whole, newline, self._open_line = text.rpartition("\n")
            lines = whole + newline
            if len(self._open_line) > LONGEST_LINE:
                lines, self._open_line = lines + self._open_line, ""
            if not lines:
                return
            if self._told < self._most_kept:
                now, later = lines[: self._most_kept - self._told], lines[self._most_kept - self._told :]
                self._told += len(now)
                self._ready.append((now, shared))
            else:
                later = lines
            self._keep(later)
        self._wake()

    def _keep(self, text: str) -> None:
        if not text:
            return
        self._late.append(text)
        self._late_bytes += len(text)
        while self._late_bytes > self._most_kept:
            oldest = self._late.popleft()
            too_many = min(len(oldest), self._late_bytes - self._most_kept)
            self._late_bytes -= too_many
            self._left_out += too_many
            if too_many < len(oldest):
                self._late.appendleft(oldest[too_many:])

    def await_words(self, seconds: float) -> None:
        """Wait, at most so long, for something to be written, unless something was, and for a moment without more."""
        with self._lock:
            if self._end or self._added.wait(seconds):
                deadline = time.monotonic() + seconds
                while self._added.wait(QUIET_SECONDS) and time.monotonic() < deadline:
                    pass

    def take(self) -> list[Log]:
        """The lines that came since the last time."""
        with self._lock:
            ready, self._ready = self._ready, []
        return [Log(text=text.removesuffix("\n"), shared=shared) for text, shared in ready]

    def rest(self) -> list[Log]:
        """At the end: what was still open, and the end of what was too much."""
        with self._lock:
            if self._open_line:
                last, self._open_line = self._open_line, ""
                if self._told < self._most_kept:
                    self._ready.append((last, False))
                else:
                    self._keep(last)
            late, left_out = "".join(self._late), self._left_out
        events = self.take()
        if left_out:
            events.append(Log(text=f"… {left_out:,} characters were left out here …", source="pixie"))
        if late:
            events.append(Log(text=late.removesuffix("\n")))
        return events

    def tail(self, characters: int) -> str:
        """The end of what was written during the run."""
        with self._lock:
            return self._end[-characters:]


class Recorder:
    """Appends one run's events. Used by the run's thread alone.

    Increments, progress and lines wait up to 50 ms, so that neighbours become one event before it gets its
    number; what a reader has seen is always on the disk. `due` says when to call `flush` at the latest.
    """

    def __init__(self, store: Store, run: Run, masker: Masker | None = None) -> None:
        self._store = store
        self.run = run
        self._waiting: dict[str, Event] = {}
        self._since: float | None = None
        self._waiting_bytes = 0
        self._masker = masker
        self._masked: dict[str, MaskedStream] = {}

    def mask_with(self, masker: Masker) -> None:
        """From now on, secrets are hidden in streamed texts also where they come in two pieces."""
        self._masker = masker

    @property
    def due(self) -> float | None:
        """Seconds until what waits must be written; None when nothing does."""
        if self._since is None:
            return None
        return max(0.0, self._since + GATHER_SECONDS - time.monotonic())

    def add(self, event: Event, *, size: int = 0) -> None:
        """Take an event that may wait. `size` is roughly its bytes."""
        if isinstance(event, Output):
            event = self._without_secrets(event)
        kind = f"output {event.output_key}" if isinstance(event, Output) else event.kind
        known = self._waiting.get(kind)
        self._waiting[kind] = event if known is None else _together(known, event)
        self._since = self._since if self._since is not None else time.monotonic()
        self._waiting_bytes += size
        if self._waiting_bytes > GATHER_BYTES:
            self.flush()

    def flush(self, *more: Draft) -> None:
        """Commit what waits, and `more` after it, in one transaction.

        Raises RunNotRunning when the run was ended elsewhere, and what the store raises when it can't write.
        """
        drafts: list[Draft] = [*self._waiting.values(), *more]
        self._waiting, self._since, self._waiting_bytes = {}, None, 0
        if drafts:
            self.commit(drafts)

    def flush_if_due(self) -> None:
        """Commit what has waited long enough."""
        if self.due == 0.0:
            self.flush()

    def begin(self, started: Started) -> None:
        """The run's turn has come. While it waited its log went on without this recorder, which goes on from there."""
        self._store.append(self.run.id, [started])
        self.run = self._store.run(self.run.id)

    def commit(self, drafts: Sequence[Draft]) -> None:
        """Append drafts as they are."""
        for record in self._store.append(self.run.id, drafts):
            self.run = apply(self.run, record)

    def close_streams(self) -> None:
        """No more increments come: what was held back, as the possible beginning of a secret, follows."""
        for key, stream in self._masked.items():
            if rest := stream.close():
                kind = self.run.outputs[key].type if key in self.run.outputs else "text"
                self._masker, masker = None, self._masker
                self.add(Output(output_key=key, type=kind, value=rest, whole=False))
                self._masker = masker
        self._masked.clear()

    def _without_secrets(self, event: Output) -> Output:
        if not self._masker or not isinstance(event.value, str) or event.value.startswith("data:"):
            return event
        if event.whole:
            self._masked.pop(event.output_key, None)
        stream = self._masked.setdefault(event.output_key, self._masker.stream())
        shown = stream.feed(event.value)
        if event.done:
            shown += stream.close()
        return evolve(event, value=shown)


def _together(first: Event, second: Event) -> Event:
    """Two neighbours of one kind as one event."""
    match first, second:
        case Output(), Output(whole=True):
            return second
        case Output(), Output():
            merged = OUTPUT_TYPES[second.type].merge([first.value, second.value])
            return evolve(second, value=merged, whole=first.whole)
        case Progress(), Progress():
            return evolve(second, message=second.message if second.message is not None else first.message)
        case Log(), Log():
            return evolve(first, text=f"{first.text}\n{second.text}", shared=first.shared or second.shared)
    raise TypeError(f"{first.kind} and {second.kind} aren't neighbours of one kind")
