"""`pixie validate`: the twelve checks of a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, safe, table
from pixie_server.outcomes import FAILED

if TYPE_CHECKING:
    from pixie_core.validator import Report
    from pixie_server.cli.command import Session

__all__ = ["validate"]


@click.command(cls=Command, examples=("pixie validate compound-interest", "pixie validate --all --summary"))
@click.argument("tools", nargs=-1, metavar="[TOOL]...")
@click.option("--all", "every", is_flag=True, help="Check every tool.")
@click.option("--summary", is_flag=True, help="One line for each tool.")
@click.option("--no-save", "save", is_flag=True, flag_value=False, default=True, help="Don't keep the reports.")
@as_json
@pass_session
def validate(
    session: Session, tools: tuple[str, ...], *, every: bool, summary: bool, save: bool, as_json: bool
) -> None:
    """Check TOOLs in twelve steps and keep the reports. The exit code is 1 when one fails."""
    if every == bool(tools):
        raise click.UsageError("Name the tools to be checked, or say --all.")
    with session.open() as pixie:
        names = [tool.id for tool in pixie.tools.all()] if every else [pixie.tools.get(each).id for each in tools]
        reports = []
        for name in names:
            reports.append(pixie.validate(name, save=save))
            if not as_json:
                _show(reports[-1], summary=summary)
    if as_json:
        print_json([report.to_json() for report in reports])
    raise click.exceptions.Exit(FAILED if any(report.overall == "fail" for report in reports) else 0)


def _show(report: Report, *, summary: bool) -> None:
    checks = report.to_json()["checks"]
    if summary:
        red = ", ".join(check["name"] for check in checks if check["status"] in {"fail", "warn"})
        click.echo(safe(f"{report.tool_id}: {report.overall}" + (f" ({red})" if red else "")))
        return
    click.echo(safe(f"{report.tool_id}: {report.overall}"))
    rows = ((str(check["number"]), check["name"], check["status"], check["message"]) for check in checks)
    console().print(table(("", "Check", "", "What was found"), rows, right=("",)))
