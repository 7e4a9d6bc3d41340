"""Who waits for new events, and how they hear of them."""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from pixie_core.store.connections import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pixie_core.run.events import Record

__all__ = ["Listener", "Live", "Watcher"]

_log = logging.getLogger(__name__)

Listener: TypeAlias = "Callable[[str, Sequence[Record]], None]"
"""Called with a run's id and the records that were committed, in their order."""

POLL_SECONDS = 0.2


class Live:
    """Tells those who follow a run that there is more of it, and listeners what was committed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: dict[str, set[threading.Event]] = {}
        self._listeners: tuple[Listener, ...] = ()

    @contextmanager
    def bell(self, run_id: str) -> Iterator[threading.Event]:
        """An event that is set whenever the run may have got longer."""
        bell = threading.Event()
        with self._lock:
            self._bells.setdefault(run_id, set()).add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                bells = self._bells[run_id]
                bells.discard(bell)
                if not bells:
                    del self._bells[run_id]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each commit, until the returned function is called."""
        # Each subscription is itself, even of the same function.
        entry: Listener = lambda run_id, records: listener(run_id, records)  # noqa: E731, PLW0108
        with self._lock:
            self._listeners = (*self._listeners, entry)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(each for each in self._listeners if each is not entry)

        return unsubscribe

    def tell(self, run_id: str, records: Sequence[Record]) -> None:
        """These records were committed."""
        for listener in self._listeners:
            try:
                listener(run_id, records)
            except Exception:  # noqa: BLE001 - one that fails must not keep the others from hearing
                _log.exception("a listener failed at run %s", run_id)
        with self._lock:
            for bell in self._bells.get(run_id, ()):
                bell.set()

    def ring_all(self) -> None:
        """Anything may have changed."""
        with self._lock:
            for bells in self._bells.values():
                for bell in bells:
                    bell.set()


class Watcher:
    """Hears of commits, other processes' among them, through `PRAGMA data_version`. Its thread lives as long as
    somebody listens.
    """

    def __init__(self, database: Path, opener: Callable[[Path], sqlite3.Connection] = open_reader) -> None:
        self._database = database
        self._opener = opener
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within the block `callback` is called, on the watcher's thread, soon after each change."""
        entry = lambda: callback()  # noqa: E731, PLW0108 - each entry is itself, even of the same function
        with self._lock:
            self._callbacks = [*self._callbacks, entry]
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._watch, name="pixie-watcher", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._callbacks = [each for each in self._callbacks if each is not entry]

    def close(self) -> None:
        """End the thread, and close its connection."""
        self._stop.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _watch(self) -> None:
        conn = self._opener(self._database)
        try:
            seen: int | None = None
            while not self._stop.wait(POLL_SECONDS):
                with self._lock:
                    callbacks = self._callbacks
                    if not callbacks:
                        self._thread = None
                        return
                try:
                    (version,) = conn.execute("PRAGMA data_version").fetchone()
                except sqlite3.OperationalError:
                    _log.warning("the database couldn't be asked for changes", exc_info=True)
                    continue
                if version != seen:
                    seen = version
                    for callback in callbacks:
                        callback()
        finally:
            conn.close()
