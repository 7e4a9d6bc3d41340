"""Runs that wait for their turn: where each stands in the line, and telling them when that changes."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from attrs import define, field

from pixie_core.errors import PixieError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pixie_core.run.events import Started
    from pixie_core.runtime.drive import Drive
    from pixie_core.tool import Tool

__all__ = ["Place", "PositionNews", "positions", "worth_telling"]

_log = logging.getLogger(__name__)

GATHER_SECONDS = 0.5
"""How long a line moves before those in it hear of it: in a quick one nobody could read each step."""


@define(eq=False)
class Place:
    """A run's place: among those that work, or in the line until one is free. `told` is the position that its log
    says.
    """

    run_id: str
    tool: Tool
    working: bool
    started: Started | None = None
    drive: Drive | None = field(default=None, repr=False)
    told: int = 0


def positions(line: Iterable[Place], *, full: bool) -> dict[str, int]:
    """How many of those that wait go first, by the run's id, itself included.

    While a place is free (not `full`), a run waits for those of its own tool alone. Else all before it in the line
    go first, except that of another tool whose runs go one by one only the next does: the others wait for that one.
    """
    of_tool: dict[str, int] = {}
    others = 0
    found: dict[str, int] = {}
    for place in line:
        tool = place.tool
        own = of_tool.get(tool.id, 0)
        counted = own if tool.checked().concurrent else min(own, 1)
        found[place.run_id] = own + (others - counted if full else 0) + 1
        of_tool[tool.id] = own + 1
        if tool.checked().concurrent or own == 0:
            others += 1
    return found


def worth_telling(told: int, now: int) -> bool:
    """True for each step of the first twenty, and further back for each tenth of the way: a line of hundreds would
    otherwise write an event into each of hundreds of logs whenever one run ends.
    """
    return abs(told - now) >= max(1, now // 10)


class PositionNews:
    """Tells runs that wait of their positions, soon after the line has moved. Thread-safe.

    `positions` gives the positions that are to be told, `tell` commits them.
    """

    def __init__(self, positions: Callable[[], Mapping[str, int]], tell: Callable[[Mapping[str, int]], object]) -> None:
        self._positions = positions
        self._tell = tell
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        self._due: threading.Timer | None = None
        self._last: threading.Timer | None = None
        self._closed = False

    def moved(self) -> None:
        """The line isn't what it was. Never waits."""
        with self._lock:
            if self._due is None and not self._closed:
                self._due = self._last = threading.Timer(GATHER_SECONDS, self._now)
                self._due.name, self._due.daemon = "pixie-positions", True
                self._due.start()

    def close(self) -> None:
        """Tell nothing more; what is being told is told when this returns."""
        with self._lock:
            self._closed = True
            if self._due is not None:
                self._due.cancel()
        with self._telling:
            pass

    def _now(self) -> None:
        with self._telling:
            with self._lock:
                self._due = None
                if self._closed:
                    return
            try:
                if news := self._positions():
                    self._tell(news)
            except PixieError:
                # The next move of the line is another chance; nobody's turn depends on it.
                _log.exception("the runs that wait couldn't be told of their positions")
