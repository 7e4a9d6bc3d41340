"""A tool gets another id, or goes: `pixie rename-tool`, `remove-tool`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from attrs import asdict

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe
from pixie_server.outcomes import USAGE

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_server.cli.command import Session

__all__ = ["remove_tool", "rename_tool"]


@click.command("rename-tool", cls=Command, examples=("pixie rename-tool lorenz lorenz-ode-solver",))
@click.argument("old")
@click.argument("new")
@as_json
@pass_session
def rename_tool(session: Session, old: str, new: str, *, as_json: bool) -> None:
    """Give the tool OLD the id NEW.

    Its folder, its tool.json, its runs with their files, its validations, and what you have set for it go along. A tool
    that is at work isn't renamed. Cut short, it is brought to its end by the same command, or by the next start of
    the server. Links to pages of the old id lead nowhere then; those to its runs stay as they are.
    """
    with session.open() as pixie:
        done = pixie.moves.rename(old, new, on_progress=_tell_progress)
    if sys.stderr.isatty() and done.runs:
        click.echo(err=True)
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(f"{done.tool_id} is {done.new_id} now, with {_runs(done.runs)} and {_files(done.artefacts)}.")


@click.command(
    "remove-tool",
    cls=Command,
    examples=("pixie remove-tool lorenz", "pixie remove-tool lorenz --with-runs --yes --json"),
)
@click.argument("tool")
@click.option("--keep-runs/--with-runs", default=True, help="Keep its runs and their files.  [default: keep-runs]")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@as_json
@pass_session
def remove_tool(session: Session, tool: str, *, keep_runs: bool, yes: bool, as_json: bool) -> None:
    """Remove TOOL for good.

    Its folder goes with its data and its secrets, and what you have set for it. Its runs stay, unless they are to go
    --with-runs. Runs that are starred or labelled, or have files that are, stay in any case.
    `pixie archive-tool` puts a tool out of sight instead, and `pixie share-tool` keeps a copy of it.
    """
    with session.open() as pixie:
        found = pixie.tools.get(tool)
        if not yes and not _agreed(pixie, found.id, keep_runs=keep_runs):
            raise Failure(f"Nothing was changed. --yes removes {tool}.", USAGE)
        done = pixie.moves.remove(found.id, with_runs=not keep_runs)
    if as_json:
        print_json(asdict(done))
    else:
        gone = f" {_runs(done.runs_deleted)} went with it." if done.runs_deleted else ""
        left = f" {_runs(done.runs_kept)} {'is' if done.runs_kept == 1 else 'are'} kept." if done.runs_kept else ""
        click.echo(f"{done.tool_id} is removed.{gone}{left}")
    if done.failed:
        raise Failure(safe("\n".join(done.failed)))


def _tell_progress(moved: int) -> None:
    """Some thousands of runs take a while."""
    if sys.stderr.isatty():
        click.echo(f"\r{_runs(moved)} moved", err=True, nl=False)


def _agreed(pixie: Pixie, tool_id: str, *, keep_runs: bool) -> bool:
    if not sys.stdin.isatty():
        return False
    runs = sum(pixie.store.run_counts(tool_id).values())
    too = f" and those of its {_runs(runs)} that aren't protected" if runs and not keep_runs else ""
    asked = f"Remove {tool_id} for good, with its data and secrets{too}?"
    return click.confirm(safe(asked), default=False, err=True)


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
