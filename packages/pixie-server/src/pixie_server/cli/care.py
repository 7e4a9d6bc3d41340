"""Looking after a data folder: `pixie fsck`, `backup`, `restore`, `audit-disk-usage`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, safe, table, when
from pixie_server.outcomes import USAGE

if TYPE_CHECKING:
    from pixie_core.store import Backup
    from pixie_server.cli.command import Session

__all__ = ["audit_disk_usage", "backup", "fsck", "restore"]


@click.command(cls=Command, examples=("pixie fsck", "pixie fsck --mend", "pixie fsck --quick --json"))
@click.option("--mend", is_flag=True, help="Make right what can be; nothing is deleted.")
@click.option("--quick", is_flag=True, help="Look at sizes alone, and read no file.")
@as_json
@pass_session
def fsck(session: Session, *, mend: bool, quick: bool, as_json: bool) -> None:
    """Check that every row has its file, and every file its row.

    Sizes, SHA-256, blobs, sums, the search and the database itself. What lies where it shouldn't is moved to
    artefacts/.quarantine/ by --mend. Exit code 1 when something is left to be mended.
    """
    from pixie_server.render.words import size

    with session.open() as pixie:
        done = pixie.keeping.fsck(mend=mend, hashes=not quick)
    if as_json:
        print_json(
            {
                "ok": done.ok,
                "runs": done.runs,
                "artefacts": done.artefacts,
                "bytes": done.bytes,
                "found": [
                    {"kind": each.kind, "where": each.where, "said": each.said, "mended": each.mended}
                    for each in done.found
                ],
            }
        )
    else:
        if done.found:
            rows = ((each.kind, each.where, each.said, each.mended or "–") for each in done.found)
            console().print(table(("What", "Where", "", "Mended"), rows))
        click.echo(f"{done.runs} runs and {done.artefacts} files ({size(done.bytes)}) were looked at.")
    if not done.ok:
        hint = "" if mend else " `pixie fsck --mend` makes right what can be."
        raise Failure(f"{sum(each.mended is None for each in done.found)} things are amiss.{hint}")


@click.command(
    cls=Command, examples=("pixie backup", "pixie backup --to /media/disk/pixie", "pixie backup --no-files --json")
)
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="The folder; without it backups/.")
@click.option("--files/--no-files", default=True, help="Copy the bytes of files as well, each once.  [default: files]")
@as_json
@pass_session
def backup(session: Session, to: Path | None, *, files: bool, as_json: bool) -> None:
    """Copy the database, and the files of all runs.

    They can be in use meanwhile. The copy is verified. Tools and their secrets aren't in it.
    """
    with session.open() as pixie:
        made = pixie.keeping.backup(to.expanduser().absolute() if to is not None else None, files=files)
    if as_json:
        print_json(_facts(made))
    else:
        _tell(made)
    if made.missing:
        raise Failure(
            f"{len(made.missing)} files couldn't be copied: {', '.join(made.missing[:5])}. `pixie fsck` says more."
        )


def _tell(made: Backup) -> None:
    from pixie_server.render.words import size

    click.echo(safe(str(made.path)))
    click.echo(f"{made.runs} runs, {made.artefacts} files, {size(made.bytes)}; it was read back and is whole.")


def _facts(made: Backup) -> dict[str, Any]:
    return {
        "path": str(made.path),
        "made_at": made.made_at,
        "kind": made.kind,
        "bytes": made.bytes,
        "runs": made.runs,
        "artefacts": made.artefacts,
        "files_copied": made.files_copied,
        "missing": list(made.missing),
    }


@click.command(cls=Command, examples=("pixie restore", "pixie restore backups/pixie-20250601T120000.000000Z.db --yes"))
@click.argument("backup", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do it without asking.")
@as_json
@pass_session
def restore(session: Session, backup: Path | None, *, yes: bool, as_json: bool) -> None:
    """Put BACKUP in the place of the database.

    Files that are missing come back as well. Without BACKUP the backups are listed.

    The server and every script that uses the data folder must have ended. What is there now is moved to replaced/, and
    files of runs that BACKUP doesn't know to artefacts/.quarantine/.
    """
    from pixie_core.store import backups
    from pixie_core.store import restore as put_back

    settings = session.settings()
    if backup is None:
        known = backups(settings)
        if as_json:
            print_json([_facts(each) for each in known])
        elif known:
            rows = ((when(each.made_at), each.kind, str(each.runs), str(each.path)) for each in known)
            console().print(table(("Made", "Kind", "Runs", "Path"), rows, right=("Runs",)))
        else:
            click.echo("There is no backup yet. `pixie backup` makes one.", err=True)
        return
    path = backup.expanduser().absolute()
    if not path.exists():
        raise Failure(f"There is no file {path}. `pixie restore` lists the backups.", USAGE)
    if not yes and not _agreed(path):
        raise Failure("Nothing was changed. --yes puts the backup in the place of the database.", USAGE)
    done = put_back(settings, path)
    if as_json:
        print_json(
            {
                "path": str(done.path),
                "runs": done.runs,
                "artefacts": done.artefacts,
                "files": done.files,
                "replaced": str(done.replaced) if done.replaced else None,
                "missing": list(done.missing),
                "set_aside": list(done.set_aside),
            }
        )
    else:
        click.echo(f"{done.runs} runs are back, and {done.files} files that were missing.")
        if done.replaced is not None:
            click.echo(safe(f"What was there before lies in {done.replaced}."))
        if done.set_aside:
            click.echo(
                f"{len(done.set_aside)} files and folders of runs that the backup doesn't know were moved to "
                "artefacts/.quarantine/."
            )
    if done.missing:
        raise Failure(f"{len(done.missing)} files are nowhere: {', '.join(done.missing[:5])}.")


def _agreed(path: Path) -> bool:
    return sys.stdin.isatty() and click.confirm(f"Put {path.name} in the place of the database?", err=True)


@click.command("audit-disk-usage", cls=Command, examples=("pixie audit-disk-usage", "pixie audit-disk-usage --json"))
@as_json
@pass_session
def audit_disk_usage(session: Session, *, as_json: bool) -> None:
    """Show what each tool takes on the disk, the largest first.

    Tools that weren't run in 60 days and take more than 200 MB are flagged: they could be archived.
    """
    from pixie_server.render.words import size

    with session.open() as pixie:
        done = pixie.keeping.audit()
    kinds = ("venv", "data", "models", "artefacts", "other", "total")
    if as_json:
        tools = [
            {
                "tool_id": each.tool_id,
                **{kind: getattr(each, kind) for kind in kinds},
                "last_run_at": each.last_run_at,
                "archive_because": each.archive_because,
            }
            for each in done.tools
        ]
        print_json({"tools": tools, "total": done.total})
    elif not done.tools:
        click.echo("There are no tools, and no files of runs.", err=True)
    else:
        headings = ("Tool", ".venv", "data", "models", "artefacts", "other", "total", "Archive?")
        rows = (
            (each.tool_id, *(size(getattr(each, kind)) for kind in kinds), each.archive_because or "")
            for each in done.tools
        )
        console().print(table(headings, rows, right=headings[1:-1]))
        click.echo(f"{size(done.total)} in all; what tools share counts once.")
