"""Whole pages."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pixie_server.render.environment import render
from pixie_server.render.form import form
from pixie_server.render.parts import history as history_part
from pixie_server.render.parts import panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from markupsafe import Markup

    from pixie_core.errors import Problem
    from pixie_core.exporters.destinations import Destination
    from pixie_core.run import Run
    from pixie_core.store import OnDisk
    from pixie_core.tool import Tool
    from pixie_server.render.frame import Frame, Listed
    from pixie_server.render.outputs import Block

__all__ = ["page_empty", "page_error", "page_home", "page_output", "page_run", "page_tool"]


def page_home(
    frame: Frame, *, recent: Sequence[Listed], running: Sequence[Listed] = (), starred: Sequence[Listed] = ()
) -> Markup:
    """`/`: what is running, the tools last used, recent runs, starred runs. All newest first."""
    used = list(dict.fromkeys(run.tool_id for run in recent))
    return render("home.html", frame=frame, recent=recent, running=running, starred=starred, used=used[:6])


def page_tool(
    frame: Frame,
    tool: Tool,
    *,
    values: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    history: Sequence[Listed] = (),
    run: Run | None = None,
    run_values: Mapping[str, Any] | None = None,
    log: str = "",
    on_disk: Mapping[int, OnDisk] = MappingProxyType({}),
    destinations: Sequence[Destination] = (),
    validation: Mapping[str, Any] | None = None,
) -> Markup:
    """`/tool/{id}`: the form, the panel of the latest run, the history.

    - `values`, `problems`: as for `form`; after a refused submission what was sent and what is wrong with it.
    - `run`, `run_values`, `log`, `on_disk`, `destinations`: as for `panel`.
    - `validation`: the newest report. A failed one is shown in place of the form, warnings in a fold above it.
    """
    manifest = tool.manifest
    failed = manifest is None or (validation is not None and validation.get("overall") == "fail")
    shown = ""
    if run is not None or not failed:
        shown = panel(manifest, run, run_values, now=frame.now, log=log, on_disk=on_disk, destinations=destinations)
    return render(
        "tool.html",
        frame=frame,
        tool=tool,
        manifest=manifest,
        failed=failed,
        checks=_checks(validation),
        form=form(manifest, values, problems) if manifest is not None and not failed else "",
        panel=shown,
        history=history_part(tool.id, history, now=frame.now, current=run.id if run else None),
        run=run,
        title=manifest.name if manifest else tool.id,
        past=False,
    )


def page_run(
    frame: Frame,
    tool: Tool | None,
    run: Run,
    *,
    values: Mapping[str, Any] | None = None,
    history: Sequence[Listed] = (),
    log: str = "",
    on_disk: Mapping[int, OnDisk] = MappingProxyType({}),
    destinations: Sequence[Destination] = (),
) -> Markup:
    """`/tool/{id}/runs/{run_id}`: that run's inputs in the form, and its panel. `tool` is None when it is gone."""
    manifest = tool.manifest if tool else None
    return render(
        "tool.html",
        frame=frame,
        tool=tool,
        manifest=manifest,
        failed=False,
        checks=(),
        form=form(manifest, run.inputs) if manifest else "",
        panel=panel(manifest, run, values, now=frame.now, log=log, on_disk=on_disk, destinations=destinations),
        history=history_part(run.tool_id, history, now=frame.now, current=run.id),
        run=run,
        title=manifest.name if manifest else run.tool_id,
        past=True,
    )


def page_output(
    frame: Frame,
    tool: Tool | None,
    run: Run,
    block: Block,
    *,
    destinations: Sequence[Destination] = (),
) -> Markup:
    """`/tool/{id}/runs/{run_id}/outputs/{key}`: one output, at full size."""
    title = tool.manifest.name if tool and tool.manifest else run.tool_id
    return render("output_page.html", frame=frame, run=run, block=block, title=title, destinations=destinations)


def page_empty(frame: Frame, tools_dir: Path) -> Markup:
    """`/empty`: what to do first, when there is no tool."""
    return render("empty.html", frame=frame, tools_dir=str(tools_dir))


def page_error(
    frame: Frame,
    status: int,
    title: str,
    detail: str,
    *,
    code: str,
    action: tuple[str, str] | None = None,
    command: str | None = None,
) -> Markup:
    """Any error as a page.

    - `title`: what went wrong; `detail`: the error's own sentences.
    - `action`: the one next thing to do, as its words and its address; the start page by default.
    - `command`: a command to type in place of that.
    """
    return render(
        "error.html",
        frame=frame,
        status=status,
        title=title,
        detail=detail,
        code=code,
        action=action or ("Go to the start page", "/"),
        command=command,
    )


def _checks(validation: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The checks of a report that are worth a look."""
    checks = validation.get("checks", ()) if validation else ()
    return [check for check in checks if check.get("status") in {"warn", "fail"}]
