"""Writing down one run while it happens: events in order, storms of small ones gathered, logs bounded."""

from __future__ import annotations

import threading
import time
from collections import deque
from itertools import groupby
from operator import itemgetter
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
        self._open_shared = False
        self._ready: list[tuple[str, bool]] = []
        self._told = 0
        self._late: deque[tuple[str, bool]] = deque()
        self._late_bytes = 0
        self._left_out = 0
        self._end = ""

    def add(self, text: str, *, shared: bool) -> None:
        """A piece of output, as it came."""
        with self._lock:
            self._end = (self._end + text)[-self._most_kept :]
            self._added.notify_all()
            text = self._open_line + text
            shared = shared or self._open_shared
            whole, newline, self._open_line = text.rpartition("\n")
            lines = whole + newline
            if len(self._open_line) > LONGEST_LINE:
                lines, self._open_line = lines + self._open_line, ""
            self._open_shared = shared and bool(self._open_line)
            if not lines:
                return
            if self._told < self._most_kept:
                now, later = lines[: self._most_kept - self._told], lines[self._most_kept - self._told :]
                self._told += len(now)
                self._ready.append((now, shared))
            else:
                later = lines
            self._keep(later, shared)
        self._wake()

    def _keep(self, text: str, shared: bool) -> None:
        if not text:
            return
        self._late.append((text, shared))
        self._late_bytes += len(text)
        while self._late_bytes > self._most_kept:
            oldest, shared = self._late.popleft()
            too_many = min(len(oldest), self._late_bytes - self._most_kept)
            self._late_bytes -= too_many
            self._left_out += too_many
            if too_many < len(oldest):
                self._late.appendleft((oldest[too_many:], shared))

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
                    self._ready.append((last, self._open_shared))
                else:
                    self._keep(last, self._open_shared)
            late, left_out = list(self._late), self._left_out
        events = self.take()
        if left_out:
            events.append(Log(text=f"… {left_out:,} characters were left out here …", source="pixie"))
        for shared, pieces in groupby(late, key=itemgetter(1)):
            text = "".join(piece for piece, _ in pieces)
            events.append(Log(text=text.removesuffix("\n"), shared=shared))
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
        self._waiting: dict[str, list[Event]] = {}
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
        if isinstance(event, Output) and event.whole:
            self._waiting[kind] = [event]
        else:
            self._waiting.setdefault(kind, []).append(event)
        self._since = self._since if self._since is not None else time.monotonic()
        self._waiting_bytes += size
        if self._waiting_bytes > GATHER_BYTES:
            self.flush()

    def flush(self, *more: Draft) -> None:
        """Commit what waits, and `more` after it, in one transaction.

        Raises RunNotRunning when the run was ended elsewhere, and what the store raises when it can't write.
        """
        waiting, self._waiting, self._since, self._waiting_bytes = self._waiting, {}, None, 0
        drafts: list[Draft] = [*map(_together, waiting.values()), *more]
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


def _together(events: Sequence[Event]) -> Event:
    """Neighbours of one kind as one event: merged all at once, since pair by pair each would be copied again."""
    first, last = events[0], events[-1]
    if first is last:
        return first
    match last:
        case Output():
            values = [each.value for each in events if isinstance(each, Output)]
            whole = isinstance(first, Output) and first.whole
            return evolve(last, value=OUTPUT_TYPES[last.type].merge(values), whole=whole)
        case Progress():
            said = [each.message for each in events if isinstance(each, Progress) and each.message is not None]
            return evolve(last, message=said[-1] if said else None)
        case Log():
            lines = [each for each in events if isinstance(each, Log)]
            text = "\n".join(each.text for each in lines)
            return evolve(lines[0], text=text, shared=any(each.shared for each in lines))
    raise TypeError(f"{last.kind} events don't wait for one another")
