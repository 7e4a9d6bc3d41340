"""What stands around a page at this moment: the tools with their dots, what is running, the look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pixie_server.render import Frame

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_core.run import Run

__all__ = ["frame_of", "panel_facts"]


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


def panel_facts(pixie: Pixie, run: Run) -> dict[str, Any]:
    """What `render.panel` is told of a run beside the run itself and its values, by the names of its arguments."""
    return {
        "log": pixie.log(run.id),
        "on_disk": pixie.library.on_disk_of_run(run.id) if run.artefacts else {},
        "destinations": pixie.exports.destinations(),
    }
