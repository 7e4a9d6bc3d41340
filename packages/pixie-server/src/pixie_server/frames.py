"""What stands around a page at this moment: the tools with their dots, what is running, the look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pixie_server.render import Frame

if TYPE_CHECKING:
    from pixie_core import Pixie

__all__ = ["frame_of"]


def frame_of(pixie: Pixie) -> Frame:
    """The frame of every page, looked up anew."""
    settings = pixie.preferences.current()
    return Frame(
        now=pixie.now(),
        tools=pixie.tools.all(),
        verdicts={tool_id: known.overall for tool_id, known in pixie.store.validations.latest_of_all().items()},
        running=frozenset(run.tool_id for run in pixie.runs(status="running", limit=250).items),
        theme=settings.theme,
        accent=settings.accent,
        density=settings.density,
        notices=pixie.keeping.notices(),
    )
