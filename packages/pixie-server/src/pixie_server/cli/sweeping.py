"""Deleting what is old: `pixie sweep`, and `pixie clear-old-outputs`, which is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, table, when

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_core.sweeper import Plan, Swept
    from pixie_server.cli.command import Session

__all__ = ["clear_old_outputs", "sweep"]

_SHOWN = 50
"""Runs of a plan that a person is shown; with --json there are all."""


def _command(name: str) -> Callable[[Any], click.Command]:
    examples = (
        f"pixie {name}",
        f"pixie {name} --older-than 6mo --tool hello",
        f"pixie {name} --older-than 30d --apply",
    )

    def made(function: Any) -> click.Command:
        for option in (
            pass_session,
            as_json,
            click.option("--apply", is_flag=True, help="Delete them, for good. Without it nothing is."),
            click.option("--tool", metavar="TOOL", help="Only this tool's runs."),
            click.option(
                "--older-than",
                metavar="AGE",
                default="30d",
                show_default=True,
                help="How long ago runs must have ended: a number and m, h, d, w, mo or y.",
            ),
        ):
            function = option(function)
        return click.command(name, cls=Command, examples=examples)(function)

    return made


@_command("sweep")
def sweep(session: Session, older_than: str, tool: str | None, *, apply: bool, as_json: bool) -> None:
    """Show the runs that are old, and delete them with --apply.

    Starred and labelled runs, and those with a starred or labelled file, are spared. What is deleted so is gone for
    good, files and all.
    """
    _sweep(session, older_than, tool, apply=apply, as_json=as_json)


@_command("clear-old-outputs")
def clear_old_outputs(session: Session, older_than: str, tool: str | None, *, apply: bool, as_json: bool) -> None:
    """Do what `pixie sweep` does.

    Show the runs that are old, and delete them with --apply.

    Starred and labelled runs, and those with a starred or labelled file, are spared. What is deleted so is gone for
    good, files and all.
    """
    _sweep(session, older_than, tool, apply=apply, as_json=as_json)


def _sweep(session: Session, older_than: str, tool: str | None, *, apply: bool, as_json: bool) -> None:
    swept: Swept | None = None
    with session.open() as pixie:
        plan = pixie.keeping.plan(older_than=older_than, tool=tool)
        if apply:
            swept = pixie.keeping.sweep(older_than=older_than, tool=tool)
            plan = swept.plan
    if as_json:
        from attrs import asdict

        from pixie_server.api.disk import SweepBody, SweepOut

        asked = SweepBody(older_than=older_than, tool=tool, apply=apply)
        print_json(asdict(SweepOut.of(asked, plan, swept)))
    else:
        _show(plan, swept, older_than)
    if swept is not None and swept.purged.failed:
        raise Failure("\n".join(swept.purged.failed))


def _show(plan: Plan, swept: Swept | None, older_than: str) -> None:
    from pixie_server.render.words import size

    if plan.doomed:
        rows = (
            (
                each.run.id[:8],
                each.run.tool_id,
                when(each.run.finished_at),
                str(each.run.artefacts),
                size(each.run.bytes),
                each.reason,
            )
            for each in plan.doomed[:_SHOWN]
        )
        console().print(table(("Run", "Tool", "Ended", "Files", "Size", "Why"), rows, right=("Files", "Size")))
        if plan.runs > _SHOWN:
            click.echo(f"… and {plan.runs - _SHOWN} more; --json lists all.")
    kept = f"{len(plan.spared)} spared" if plan.spared else "none spared"
    said = f"{plan.runs} runs, {plan.artefacts} files, {size(plan.bytes)}; {kept}."
    if swept is None:
        more = " Nothing was deleted: --apply does it." if plan.doomed else f" No run is older than {older_than}."
        click.echo(said + more)
        return
    done = f"{len(swept.purged.runs)} runs were deleted, {size(swept.purged.bytes)} became free."
    if swept.skipped:
        done += f" {len(swept.skipped)} were starred, labelled or deleted meanwhile."
    click.echo(done)
