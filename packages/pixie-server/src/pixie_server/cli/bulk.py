"""Many runs into one zip, and runs back from zips: `pixie bulk-export`, `pixie import-run`.

Both work on the data folder, beside a running server or without one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.export import shown_bytes
from pixie_server.cli.targets import target_path
from pixie_server.cli.terminal import console, print_json, safe, table, when
from pixie_server.outcomes import USAGE

if TYPE_CHECKING:
    from datetime import datetime

    from pixie_core.exporters.bulk import Bulk, WrittenBulk
    from pixie_core.run_import import ImportedRun
    from pixie_server.cli.command import Session

__all__ = ["bulk_export", "import_run"]

_MANY = 500
"""Runs beyond which --confirm-large is asked for."""
_SHOWN = 20
_OLD_DAYS = 30
"""The age at which `pixie sweep` takes runs when nobody says another."""


def _moment(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    """A day or a time as it is; an age such as 7d as the time that is so long ago."""
    from datetime import UTC, datetime

    from pixie_core.durations import parse_duration
    from pixie_core.moments import parse_moment

    del context, parameter
    if given is None:
        return None
    try:
        return (datetime.now(UTC) - parse_duration(given)).isoformat()
    except (ValueError, OverflowError):
        pass  # no age: a moment, or neither
    try:
        parse_moment(given)
    except ValueError:
        said = f"{given[:40]!r} is no time: give a day like 2026-05-17, a time like 2026-05-17T09:30, or an age like 7d"
        raise click.BadParameter(said) from None
    return given


@click.command(
    "bulk-export",
    cls=Command,
    examples=(
        "pixie bulk-export --tool lorenz-ode-solver --since 7d --to ~/results",
        "pixie bulk-export --starred --kind report",
        "pixie bulk-export --run 6f1c2a9b --run hello:last",
    ),
)
@click.option("--tool", metavar="TOOL", help="Only this tool's runs.")
@click.option(
    "--since", metavar="WHEN", callback=_moment, help="Begun then or later: a day, a time, or an age like 7d."
)
@click.option("--until", metavar="WHEN", callback=_moment, help="Begun before then, or on that day.")
@click.option("--starred", is_flag=True, help="Only those with a star.")
@click.option("--label", metavar="LABEL", help="Only those with exactly this label.")
@click.option("--run", "runs", multiple=True, metavar="RUN", help="This run, by id or TOOL:last. Repeatable.")
@click.option(
    "--kind",
    type=click.Choice(["raw", "report"]),
    default="raw",
    show_default=True,
    help="Of each run what export-run saves, or its report.",
)
@click.option("--to", type=click.Path(path_type=Path), metavar="PATH", help="The file, or the folder for it.")
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@click.option("--confirm-large", is_flag=True, help=f"Yes to more than {_MANY} runs.")
@as_json
@pass_session
def bulk_export(
    session: Session,
    /,
    runs: tuple[str, ...],
    to: Path | None,
    *,
    kind: Any,
    force: bool,
    confirm_large: bool,
    as_json: bool,
    **filters: Any,
) -> None:
    """Save many runs as one zip, each in a folder of its own.

    They are named by --run, or all that the other options let through; without a word that is every run. First it is
    said how many these are. The zip has an index, index.csv and index.json, and is checked before it gets its name.
    """
    chosen = {name: value for name, value in filters.items() if value}
    if runs and chosen:
        raise click.UsageError(f"Give --run or --{next(iter(chosen))}, not both.")
    with session.open() as pixie:
        bulk = pixie.bulk(runs, kind=kind) if runs else pixie.bulk(kind=kind, **chosen)
        said = _amount(bulk)
        if bulk.runs > _MANY and not confirm_large:
            raise Failure(
                f"{said}. For more than {_MANY} runs say --confirm-large as well. Nothing was written.", USAGE
            )
        click.echo(said, err=as_json)
        with shown_bytes() as on_progress:
            made = bulk.save(target_path(to, bulk.filename), force=force, on_progress=on_progress)
    if as_json:
        print_json(_facts(bulk, made))
    else:
        entries = "1 entry" if made.entries == 1 else f"{made.entries:,} entries"
        click.echo(safe(f"{made.path}\n{made.size_bytes:,} bytes, {entries}, every check sum right"))
    if made.problems:
        raise Failure(_lost(made))


def _amount(bulk: Bulk) -> str:
    from pixie_server.render.words import size

    runs = "1 run" if bulk.runs == 1 else f"{bulk.runs:,} runs"
    files = "1 file" if bulk.files == 1 else f"{bulk.files:,} files"
    return f"{runs}, {files} of {size(bulk.size_bytes)}"


def _facts(bulk: Bulk, made: WrittenBulk) -> dict[str, Any]:
    return {
        "path": str(made.path),
        "size_bytes": made.size_bytes,
        "entries": made.entries,
        "kind": bulk.kind,
        "runs": bulk.runs,
        "files": bulk.files,
        "problems": [{"id": run_id, "problem": said} for run_id, said in made.problems],
    }


def _lost(made: WrittenBulk) -> str:
    count = len(made.problems)
    lines = [f"{run_id[:8]}: {said}" for run_id, said in made.problems[:_SHOWN]]
    if count > _SHOWN:
        lines.append(f"… and {count - _SHOWN:,} more")
    whole = "1 run isn't whole in it" if count == 1 else f"{count:,} runs aren't whole in it"
    return "\n".join([f"The zip was written, but {whole}; its index says so too:", *lines])


@click.command(
    "import-run",
    cls=Command,
    examples=("pixie import-run lorenz-ode-solver-2026-01-02-3f2b8c1e.zip", "pixie import-run pixie-runs.zip --json"),
)
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@pass_session
def import_run(session: Session, file: Path, *, as_json: bool) -> None:
    """Bring back the run, or all runs, of an exported zip.

    FILE is what export-run or bulk-export saved. The whole zip is checked first: what was altered, or isn't safe, is
    refused, and nothing is written then. A run keeps its id, times, label and star. One that is here already stays as
    it is. Nothing of the zip is executed, and the tool need not be here.
    """
    with session.open() as pixie:
        came = pixie.import_run(file)
        now = pixie.now()
    if as_json:
        print_json({"runs": [_told(each) for each in came]})
        return
    rows = (
        (each.run_id[:8], each.tool_id, when(each.finished_at), each.label or "", "came" if each.new else "was here")
        for each in came
    )
    console().print(table(("Run", "Tool", "Ended", "Label", ""), rows))
    new = sum(each.new for each in came)
    click.echo(f"{new} of {len(came)} came." if len(came) > 1 else "It came." if new else "It was here already.")
    if any(_may_be_swept(each, now) for each in came):
        click.echo("An import makes no run younger: star or label what a sweep is to spare.")


def _told(run: ImportedRun) -> dict[str, Any]:
    from attrs import asdict

    return asdict(run)


def _may_be_swept(run: ImportedRun, now: datetime) -> bool:
    from datetime import datetime

    old = (now - datetime.fromisoformat(run.finished_at)).days >= _OLD_DAYS
    return run.new and old and not run.starred and not run.label
