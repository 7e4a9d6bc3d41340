"""Runs that are kept: `pixie view-runs`, `view-logs`, `star-run`, `label-run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, safe, shortened, table, when

if TYPE_CHECKING:
    from pixie_core.run import Run
    from pixie_core.tool import ToolManifest
    from pixie_server.cli.command import Session

__all__ = ["label_run", "star_run", "view_logs", "view_runs"]

_LENGTH = 60
"""Characters of the inputs and of the outputs of a run in a list."""


@click.command("view-runs", cls=Command, examples=("pixie view-runs compound-interest -n 20",))
@click.argument("tool")
@click.option("-n", "count", type=click.IntRange(1, 250), default=10, show_default=True, help="How many at most.")
@as_json
@pass_session
def view_runs(session: Session, tool: str, count: int, *, as_json: bool) -> None:
    """List the newest runs of TOOL.

    When, how long, how they ended, what went in and the tail of what came out.

    Inputs under keys like password, secret, token or key are masked.
    """
    with session.open() as pixie:
        runs = [pixie.get(each.id) for each in pixie.runs(tool=tool, limit=count).items]
        if not runs:
            pixie.tools.get(tool)
        manifest = pixie.manifest_of(runs[0]) if runs else None
    if as_json:
        print_json([_facts(run) for run in runs])
    elif not runs:
        click.echo(f"{tool} has no runs yet. `pixie run {tool}` makes one.", err=True)
    else:
        headings = ("Run", "When", "Duration", "Status", "Inputs", "Outputs", "", "Label")
        console().print(table(headings, (_row(run, manifest) for run in runs), right=("Duration",)))


def _row(run: Run, manifest: ToolManifest | None) -> tuple[str, ...]:
    from pixie_core.masking import masked
    from pixie_server.cli.outputs import at_a_glance
    from pixie_server.render.words import brief, duration

    inputs = ", ".join(f"{key}={brief(value)}" for key, value in masked(dict(run.inputs)).items())
    # The last one first: that is where a run mostly says what it found.
    outputs = ", ".join(at_a_glance(manifest, output) for output in reversed(tuple(run.outputs.values())))
    return (
        run.id[:8],
        when(run.started_at or run.created_at),
        duration(run.duration_ms),
        run.status,
        shortened(inputs, _LENGTH),
        shortened(run.error or outputs, _LENGTH),
        "★" if run.starred else "",
        run.label or "",
    )


def _facts(run: Run) -> dict[str, Any]:
    import attrs

    from pixie_core.masking import masked
    from pixie_server.api.shapes import RunSummary

    summary = attrs.asdict(RunSummary(**RunSummary.facts(run)))
    return {**summary, "error": run.error, "inputs": masked(run.inputs), "outputs": run.values()}


@click.command(
    "view-logs", cls=Command, examples=("pixie view-logs compound-interest", "pixie view-logs --run 6f1c2a9b")
)
@click.argument("tool", required=False)
@click.option("--run", "run", metavar="RUN", help="A run: its id, the beginning of it, or TOOL:last.")
@as_json
@pass_session
def view_logs(session: Session, tool: str | None, run: str | None, *, as_json: bool) -> None:
    """Show what a run's tool wrote to stderr.

    Of the newest run of TOOL, or of the RUN named. Secrets are masked.
    """
    if (tool is None) == (run is None):
        raise click.UsageError("Give either a TOOL or --run RUN.")
    with session.open() as pixie:
        found = pixie.get(run or f"{tool}:last")
        log = pixie.store.log(found.id)
    if as_json:
        print_json({"id": found.id, "tool_id": found.tool_id, "log": log})
    elif log:
        click.echo(safe(log), nl=False)
    else:
        click.echo(f"Run {found.id[:8]} of {found.tool_id} wrote nothing.", err=True)


@click.command("star-run", cls=Command, examples=("pixie star-run 6f1c2a9b", "pixie star-run hello:last --off"))
@click.argument("run")
@click.option("--off", is_flag=True, help="Take the star away.")
@as_json
@pass_session
def star_run(session: Session, run: str, *, off: bool, as_json: bool) -> None:
    """Star RUN, so that it is never swept.

    RUN is its id, the beginning of it (6 characters or more), or TOOL:last.
    """
    with session.open() as pixie:
        found = pixie.get(run)
        starred = pixie.star(found.id, starred=not off)
    if as_json:
        print_json({"id": found.id, "starred": starred})
    else:
        click.echo(f"Run {found.id[:8]} of {found.tool_id} {'is starred' if starred else 'has no star any more'}.")


@click.command(
    "label-run",
    cls=Command,
    examples=("pixie label-run 6f1c2a9b final-report", "pixie label-run hello:last --clear"),
)
@click.argument("run")
@click.argument("label", required=False)
@click.option("--clear", is_flag=True, help="Take the label away.")
@as_json
@pass_session
def label_run(session: Session, run: str, label: str | None, *, clear: bool, as_json: bool) -> None:
    """Name RUN with LABEL.

    A labelled run is never swept. RUN is its id, the beginning of it (6 characters or more), or TOOL:last.
    """
    if clear == bool(label and label.strip()):
        raise click.UsageError("Give either a LABEL that isn't blank, or --clear.")
    with session.open() as pixie:
        found = pixie.get(run)
        pixie.label(found.id, label)
        kept = pixie.get(found.id).label
    if as_json:
        print_json({"id": found.id, "label": kept})
    else:
        click.echo(safe(f"Run {found.id[:8]} of {found.tool_id} {f'is called {kept!r}' if kept else 'has no label'}."))
