"""`pixie validate`: the twelve checks of tools, and their known answers written anew."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, safe, table
from pixie_server.outcomes import FAILED, USAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pixie_core import Pixie
    from pixie_core.validator import Report, UpdatedFixture
    from pixie_server.cli.command import Session

__all__ = ["validate"]


@click.command(
    cls=Command,
    examples=(
        "pixie validate compound-interest",
        "pixie validate --all --summary",
        "pixie validate compound-interest --reference-only --fixture textbook",
        "pixie validate compound-interest --update-fixtures --tag slow --yes",
    ),
)
@click.argument("tools", nargs=-1, metavar="[TOOL]...")
@click.option("--all", "every", is_flag=True, help="Check every tool that isn't archived, two at a time.")
@click.option("--summary", is_flag=True, help="One line for each tool.")
@click.option("--reference-only", is_flag=True, help="Make only the checks that known answers need.")
@click.option("--fixture", metavar="NAME", help="Try only the known answer of this name.")
@click.option("--tag", metavar="TAG", help="Try only known answers with this tag.")
@click.option("--update-fixtures", "update", is_flag=True, help="Write answers that differ as what is expected.")
@click.option("--yes", is_flag=True, help="Write them without asking.")
@click.option("--no-save", "save", is_flag=True, flag_value=False, default=True, help="Don't keep the reports.")
@as_json
@pass_session
def validate(
    session: Session,
    tools: tuple[str, ...],
    *,
    every: bool,
    summary: bool,
    reference_only: bool,
    fixture: str | None,
    tag: str | None,
    update: bool,
    yes: bool,
    save: bool,
    as_json: bool,
) -> None:
    """Check TOOLs in twelve steps and keep the reports.

    The exit code is 1 when one fails. Reports on a part of the checks aren't kept. With --update-fixtures the known
    answers in a tool's reference/ are run, and the new answers written in the place of those that differ.
    """
    if every == bool(tools):
        raise click.UsageError("Name the tools to be checked, or say --all.")
    if yes and not update:
        raise click.UsageError("--yes goes with --update-fixtures.")
    with session.open() as pixie:
        chosen = [tool.id for tool in pixie.tools.all() if not tool.archived] if every else list(tools)
        about: dict[str, Any] = {"fixture": fixture, "tag": tag}
        if update:
            raise click.exceptions.Exit(_update(pixie, chosen, about, yes=yes, as_json=as_json))
        reports = _reports(
            pixie, chosen, {**about, "save": save, "only_fixtures": reference_only}, summary=summary, quiet=as_json
        )
    if as_json:
        print_json([report.to_json() for report in reports])
    raise click.exceptions.Exit(FAILED if any(report.overall == "fail" for report in reports) else 0)


def _reports(pixie: Pixie, chosen: Sequence[str], about: dict[str, Any], *, summary: bool, quiet: bool) -> list[Report]:
    """The tools' reports, each shown as soon as it is there."""
    with _progress(len(set(chosen)), quiet=quiet) as done:

        def tell(report: Report) -> None:
            if not quiet:
                _show(report, summary=summary)
            done(report.tool_id)

        return pixie.validation.many(chosen, **about, on_report=tell)


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """How many of several are done, below what is printed; into a pipe nothing."""
    errors = console(stderr=True)
    # Tables on the same terminal would be torn by it: only a terminal that both go to knows how to keep them apart.
    if total < 2 or not errors.is_terminal or not (quiet or sys.stdout.isatty()):
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Validating", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda _: progress.advance(task)


def _show(report: Report, *, summary: bool) -> None:
    checks = report.to_json()["checks"]
    if summary:
        red = ", ".join(check["name"] for check in checks if check["status"] in {"fail", "warn"})
        click.echo(safe(f"{report.tool_id}: {report.overall}" + (f" ({red})" if red else "")))
        return
    click.echo(safe(f"{report.tool_id}: {report.overall}"))
    rows = ((str(check["number"]), check["name"], check["status"], check["message"]) for check in checks)
    console().print(table(("", "Check", "", "What was found"), rows, right=("",)))


def _update(pixie: Pixie, chosen: Sequence[str], about: dict[str, Any], *, yes: bool, as_json: bool) -> int:
    """Write known answers anew, once that was agreed to. The exit code is 1 when one couldn't be tried."""
    names = [pixie.tools.get(each).id for each in chosen]
    if not yes and not _agreed(names):
        raise Failure("Nothing was written. --yes writes the new answers without asking.", USAGE)
    updated = {name: pixie.validation.update_fixtures(name, **about) for name in names}
    if as_json:
        print_json([_facts(name, each) for name, found in updated.items() for each in found])
    for name, found in updated.items():
        if not as_json and not found:
            click.echo(safe(f"{name}: no known answer is to be tried"))
        for each in found if not as_json else ():
            click.echo(safe(f"{name}: {_words(each)}"))
    return FAILED if any(each.error is not None for found in updated.values() for each in found) else 0


def _agreed(names: Sequence[str]) -> bool:
    asked = f"Run the known answers of {', '.join(names)}, and write those that differ anew?"
    return sys.stdin.isatty() and click.confirm(safe(asked), default=False, err=True)


def _words(updated: UpdatedFixture) -> str:
    if updated.error is not None:
        return f"{updated.name} couldn't be tried: {updated.error}"
    if not updated.written:
        return f"{updated.name} matches as it is"
    return "\n  ".join((f"{updated.name} was written anew:", *updated.differences))


def _facts(tool_id: str, updated: UpdatedFixture) -> dict[str, Any]:
    return {
        "tool_id": tool_id,
        "fixture": updated.name,
        "path": str(updated.path),
        "written": updated.written,
        "differences": list(updated.differences),
        "error": updated.error,
    }
