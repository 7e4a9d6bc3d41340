"""The workers that make thumbnails of what the database has got."""

from __future__ import annotations

import importlib.util
import logging
import threading
import time
from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pixie_core.errors import DataFolderError
from pixie_core.thumbnails.drawing import FILMS, PICTURES, Undrawable
from pixie_core.thumbnails.process import DrawingProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_core.config import Settings
    from pixie_core.store import Store
    from pixie_core.store.thumbnails import Pictured

__all__ = ["Thumbnails"]

_log = logging.getLogger(__name__)

_AT_ONCE = 200
"""How many rows are looked at at a time."""
_BACKLOG = 100_000
"""How many older rows a start looks at; the newest are what somebody sees."""
_IDLE_SECONDS = 30.0
"""How long a process is kept that has nothing to do."""


class Thumbnails:
    """Makes what is missing, from `start` to `stop`: first what comes, whoever publishes it, then what there was.

    `process` makes the process that a worker reads files in. Thread-safe.
    """

    def __init__(
        self, store: Store, settings: Settings, *, process: Callable[[], DrawingProcess] = DrawingProcess
    ) -> None:
        self._store = store
        self._edge = settings.thumb_max_edge_px
        self._most = settings.thumb_workers
        self._process = process
        films = FILMS if importlib.util.find_spec("av") is not None else ()
        self._kinds = frozenset((*PICTURES, *films))
        lock = threading.RLock()
        self._changed, self._settled = threading.Condition(lock), threading.Condition(lock)
        self._queue: deque[Pictured] = deque()
        self._busy: dict[str, list[Pictured]] = {}
        self._new = False
        self._seen = 0
        self._before: int | None = None
        self._left = _BACKLOG
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self._listening = ExitStack()

    def start(self) -> None:
        """Begin; nothing when it has begun."""
        with self._changed:
            if self._threads or self._stopping:
                return
            self._seen = self._store.thumbnails.newest()
            self._before = self._seen + 1
            self._threads = [
                threading.Thread(target=self._work, name=f"pixie-thumbnails-{number}", daemon=True)
                for number in range(self._most)
            ]
        self._listening.enter_context(self._store.watching(self._look_again))
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """End, after the files that are being read. It can't be started again."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            self._settled.notify_all()
        self._listening.close()
        for each in self._threads:
            each.join()

    def wait(self, timeout: float) -> bool:
        """Wait until everything that the database has got by now was looked at; False when that takes longer than
        `timeout` seconds, or nothing was started.
        """
        until = time.monotonic() + timeout
        self._look_again()
        with self._changed:
            while self._threads and not self._stopping:
                if not (self._new or self._queue or self._busy or self._before is not None):
                    return True
                if not self._settled.wait(until - time.monotonic()):
                    return False
        return False

    def _look_again(self) -> None:
        """Somebody has changed the database."""
        with self._changed:
            self._new = True
            self._changed.notify_all()

    def _work(self) -> None:
        with self._process() as process:
            while (picture := self._next(process)) is not None:
                try:
                    self._make(picture, process)
                except DataFolderError as error:
                    _log.warning("The thumbnail of artefact %d couldn't be kept: %s", picture.id, error)
                    self._leave_the_rest()
                except OSError as error:
                    _log.warning("The thumbnail of artefact %d couldn't be made: %s.", picture.id, error)
                finally:
                    self._done(picture)

    def _next(self, process: DrawingProcess) -> Pictured | None:
        """What is to be made next, once there is something; None when all ends."""
        with self._changed:
            while not self._stopping:
                if self._queue:
                    picture = self._queue.popleft()
                    if picture.sha256 not in self._busy:
                        self._busy[picture.sha256] = []
                        return picture
                    # Equal bytes are being read: once that is done, this one is told of the outcome.
                    self._busy[picture.sha256].append(picture)
                elif not self._refill():
                    self._settled.notify_all()
                    if not self._changed.wait(_IDLE_SECONDS):
                        process.end()
            return None

    def _done(self, picture: Pictured) -> None:
        with self._changed:
            self._queue.extendleft(self._busy.pop(picture.sha256))
            self._changed.notify_all()

    def _leave_the_rest(self) -> None:
        """Nothing can be kept: what was there already is left to the next start, and what comes is tried."""
        with self._changed:
            self._queue.clear()
            self._before = None

    def _refill(self) -> bool:
        """Look at some more rows; False when there are none that nobody has looked at."""
        try:
            if self._store.read_only is not None:
                # Reading on would be in vain; once it can be written, a start finds what is missing.
                self._new, self._before = False, None
                return False
            if self._new:
                looked = self._store.thumbnails.added(self._seen, self._kinds, most=_AT_ONCE)
                self._seen = looked.last or self._seen
                self._new = looked.last is not None
            elif self._before is not None and self._left > 0:
                looked = self._store.thumbnails.missing(self._before, self._kinds, most=_AT_ONCE)
                self._before = looked.last
                self._left -= _AT_ONCE
            else:
                self._before = None
                return False
        except DataFolderError as error:
            # What is amiss is told by whoever needs the database; the next change is the next try.
            _log.warning("Files without thumbnails couldn't be looked for: %s", error)
            self._new, self._before = False, None
            return False
        self._queue.extend(looked.found)
        return True

    def _make(self, picture: Pictured, process: DrawingProcess) -> None:
        kept = self._store.thumbnails
        if kept.known(picture.sha256):
            return
        try:
            with self._store.files.open(picture.rel_path) as file:
                content = process.draw(file, picture.mime, self._edge)
        except FileNotFoundError:
            return  # it was deleted meanwhile
        except Undrawable as error:
            _log.warning(
                "%s (artefact %d, %s) gets no thumbnail: %s", picture.filename, picture.id, picture.mime, error
            )
            kept.keep_none(picture.sha256)
        else:
            kept.keep(picture.sha256, content)
