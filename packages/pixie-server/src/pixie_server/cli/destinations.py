"""Folders that outputs are sent to by name: `pixie register-export-target`, `list-`, `remove-`, `send-to-folder`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, safe, table

if TYPE_CHECKING:
    from pixie_server.cli.command import Session

__all__ = ["list_export_targets", "register_export_target", "remove_export_target", "send_to_folder"]


@click.command(
    "register-export-target",
    cls=Command,
    examples=("pixie register-export-target reports ~/Documents/reports --format xlsx",),
)
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--format", help="What outputs become there; without it, each its own default.")
@click.option("--yes", is_flag=True, help="Take a folder that lies behind a link, under the name that it really has.")
@as_json
@pass_session
def register_export_target(
    session: Session, name: str, folder: Path, format: str | None, *, yes: bool, as_json: bool
) -> None:
    """Name a FOLDER that outputs can be sent to.

    It has to be there, be yours, and lie outside Pixie's own folder. A NAME that is taken means the new folder from
    then on.
    """
    import attrs

    with session.open() as pixie:
        made = pixie.exports.register_destination(name, folder.expanduser().absolute(), format, through_links=yes)
    if as_json:
        print_json(attrs.asdict(made))
    else:
        click.echo(safe(f"{made.name} is {made.folder}"))


@click.command("list-export-targets", cls=Command, examples=("pixie list-export-targets",))
@as_json
@pass_session
def list_export_targets(session: Session, *, as_json: bool) -> None:
    """List the folders that outputs can be sent to."""
    import attrs

    with session.open() as pixie:
        found = pixie.exports.destinations()
    if as_json:
        print_json([attrs.asdict(each) for each in found])
    elif not found:
        click.echo("No folder has a name yet. `pixie register-export-target NAME FOLDER` gives it one.", err=True)
    else:
        rows = [(each.name, each.folder, each.format or "") for each in found]
        console().print(table(("Name", "Folder", "Format"), rows))


@click.command("remove-export-target", cls=Command, examples=("pixie remove-export-target reports",))
@click.argument("name")
@as_json
@pass_session
def remove_export_target(session: Session, name: str, *, as_json: bool) -> None:
    """Forget the NAME of a folder.

    Nothing in the folder is touched.
    """
    with session.open() as pixie:
        pixie.exports.forget_destination(name)
    if as_json:
        print_json({"removed": name})
    else:
        click.echo(safe(f"{name} is forgotten; its folder is as it was"))


@click.command(
    "send-to-folder",
    cls=Command,
    examples=("pixie send-to-folder reports compound-interest:last:schedule", "pixie send-to-folder reports 12"),
)
@click.argument("name")
@click.argument("what", metavar="ARTEFACT|RUN:KEY")
@click.option("--format", help="What it becomes; without it the folder's format, else its own default.")
@as_json
@pass_session
def send_to_folder(session: Session, name: str, what: str, format: str | None, *, as_json: bool) -> None:
    """Send an output to the folder called NAME.

    Nothing there is overwritten: where the name is taken, it gets a number.
    """
    with session.open() as pixie:
        path = pixie.exports.send(name, what, format)
    size = path.stat().st_size
    if as_json:
        print_json({"path": str(path), "size_bytes": size})
    else:
        click.echo(safe(f"{path}\n{size:,} bytes"))
