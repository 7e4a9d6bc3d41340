"""What every handler is handed: the Pixie that is served, and the way into it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, frozen

from pixie_core.errors import TooManyStreams

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from pixie_core import Pixie
    from pixie_server.bridge import Bridge
    from pixie_server.happenings import Happenings
    from pixie_server.static_files import StaticFiles

__all__ = ["Served", "Streams"]


@define
class Streams:
    """How many streams of events are read, and how many may be. Used on the event loop."""

    most: int
    open: int = 0

    def must_have_room(self) -> None:
        """Raises TooManyStreams."""
        if self.open >= self.most:
            raise TooManyStreams(
                f"{self.open} streams of events are being read, as many as may be (PIXIE_MAX_STREAMS). "
                "Close pages or programs that read some, or ask for the events as JSON."
            )

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more, for as long as the block lasts."""
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1


@frozen
class Served:
    """One served Pixie. `stopping` is set when the server is about to go: streams end then."""

    pixie: Pixie
    bridge: Bridge
    happenings: Happenings
    static: StaticFiles
    stopping: asyncio.Event
    streams: Streams
