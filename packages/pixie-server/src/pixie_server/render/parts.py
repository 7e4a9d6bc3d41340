"""The parts of pages that are fetched by themselves: the output panel, the history, an error in its place."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pixie_core.exporters import REPORT_KINDS
from pixie_server.render.environment import render
from pixie_server.render.failures import failure
from pixie_server.render.outputs import altered_words, groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from markupsafe import Markup

    from pixie_core.exporters.destinations import Destination
    from pixie_core.run import Run
    from pixie_core.store import OnDisk
    from pixie_core.tool import ToolManifest
    from pixie_server.render.frame import Frame, Listed

__all__ = ["error_fragment", "history", "panel", "sidebar_tools"]


def panel(
    manifest: ToolManifest | None,
    run: Run | None,
    values: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    log: str = "",
    on_disk: Mapping[int, OnDisk] = MappingProxyType({}),
    destinations: Sequence[Destination] = (),
) -> Markup:
    """The output panel, `<section id="panel">`: live while the run goes, then finished; an invitation without a run.

    - `manifest`: None when the tool is gone or its tool.json invalid; the outputs are then shown by their types alone.
    - `values`: canonical, by key; `run.values()` unless large ones were resolved.
    - `log`: what the process wrote so far, for the fold; live.js appends what comes after `run.seq`.
    - `on_disk`: how its files stand, by their numbers; `destinations`: where its outputs can be sent.
    """
    if run is None:
        return render("panel_empty.html", manifest=manifest)
    shown = run.values() if values is None else values
    return render(
        "panel.html",
        manifest=manifest,
        run=run,
        now=now,
        log=log,
        groups=list(groups(manifest, run, shown, on_disk)),
        files=[artefact for artefact in run.artefacts if artefact.output_key is None],
        on_disk=on_disk,
        altered_words=altered_words,
        destinations=destinations,
        failure=failure(run),
        report_formats=REPORT_KINDS,
    )


def history(tool_id: str, runs: Sequence[Listed], *, now: datetime, current: str | None = None) -> Markup:
    """The runs of one tool, newest first, `<section id="history">`. `current` is the id of the run on the page."""
    return render("history.html", tool_id=tool_id, runs=runs, now=now, current=current)


def sidebar_tools(frame: Frame, here: str | None = None) -> Markup:
    """The list of tools in the sidebar, `<div id="sidebar-tools">`. `here` is the id of the tool on the page."""
    return render("sidebar_tools.html", frame=frame, here=here)


def error_fragment(
    title: str, detail: str, *, code: str, action: tuple[str, str] | None = None, command: str | None = None
) -> Markup:
    """An error where the output panel would be, for htmx; see `page_error` for the arguments."""
    return render("error_fragment.html", title=title, detail=detail, code=code, action=action, command=command)
