"""What every handler is handed: the Pixie that is served, and the way into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import asyncio

    from pixie_core import Pixie
    from pixie_server.bridge import Bridge
    from pixie_server.happenings import Happenings
    from pixie_server.static_files import StaticFiles

__all__ = ["Served"]


@frozen
class Served:
    """One served Pixie. `stopping` is set when the server is about to go: streams end then."""

    pixie: Pixie
    bridge: Bridge
    happenings: Happenings
    static: StaticFiles
    stopping: asyncio.Event
