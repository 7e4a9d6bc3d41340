"""Files that runs left: `pixie list-outputs`, `pixie find-output`, `pixie open-artefacts-folder`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, safe, table, when

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_core.store import Page, StoredArtefact
    from pixie_server.cli.command import Session

__all__ = ["find_output", "list_outputs", "open_artefacts_folder"]

_count = click.option(
    "-n", "count", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most."
)


@click.command(
    "list-outputs",
    cls=Command,
    examples=("pixie list-outputs", "pixie list-outputs --tool hello --mime image/", "pixie list-outputs --starred"),
)
@click.option("--tool", metavar="TOOL", help="Only this tool's.")
@click.option("--mime", metavar="TYPE", help="Only of this media type, or of a family of them, like image/.")
@click.option("--starred", is_flag=True, help="Only starred ones.")
@click.option("--label", metavar="LABEL", help="Only those with this label.")
@click.option("--tag", metavar="TAG", help="Only those with this tag.")
@_count
@as_json
@pass_session
def list_outputs(
    session: Session,
    *,
    tool: str | None,
    mime: str | None,
    starred: bool,
    label: str | None,
    tag: str | None,
    count: int,
    as_json: bool,
) -> None:
    """List the files that runs have left, newest first."""
    from pixie_core.store import ArtefactFilter

    wanted = ArtefactFilter(tool_id=tool, mime=mime, starred=starred or None, label=label, tag=tag)
    with session.open() as pixie:
        found = pixie.store.artefacts(wanted, limit=count)
        _print(pixie, found, count, as_json=as_json, none="No file matches.")


@click.command("find-output", cls=Command, examples=("pixie find-output transcript", "pixie find-output .png --json"))
@click.argument("text")
@_count
@as_json
@pass_session
def find_output(session: Session, text: str, *, count: int, as_json: bool) -> None:
    """Find files by a part of their name, label or tags.

    The newest first; capitals don't matter.
    """
    with session.open() as pixie:
        found = pixie.find(text, limit=count)
        _print(pixie, found, count, as_json=as_json, none=f"No file has {text!r} in its name, label or tags.")


@click.command(
    "open-artefacts-folder",
    cls=Command,
    examples=("pixie open-artefacts-folder", "pixie open-artefacts-folder compound-interest:last"),
)
@click.argument("what", metavar="[TOOL|RUN]", required=False)
@as_json
@pass_session
def open_artefacts_folder(session: Session, what: str | None, *, as_json: bool) -> None:
    """Show the folder of the files that runs left.

    Of all runs, of TOOL's, or of one: RUN is its id, the beginning of it (6 characters or more), or TOOL:last. Prints
    the path as well, which is all where there is no desktop. Take files from there by copying: what is changed in
    there is lost to Pixie.
    """
    from pixie_server.cli.browser import show_folder

    with session.open() as pixie:
        folder = pixie.library.folder(pixie.get(what).id if what is not None and ":" in what else what)
    shown = show_folder(folder)
    if as_json:
        print_json({"path": str(folder), "shown": shown})
    else:
        click.echo(safe(str(folder)))


def _print(pixie: Pixie, found: Page[StoredArtefact], count: int, *, as_json: bool, none: str) -> None:
    if as_json:
        print_json([_facts(pixie, each) for each in found.items])
        return
    from pixie_server.render.words import size

    if not found.items:
        click.echo(none, err=True)
    else:
        rows = (
            (
                str(each.id),
                str(pixie.store.files.root / each.rel_path),
                size(each.size_bytes),
                each.mime,
                each.run_id[:8],
                when(each.created_at),
                "★" if each.starred else "",
                each.label or "",
            )
            for each in found.items
        )
        headings = ("No.", "Path", "Size", "Type", "Run", "When", "", "Label")
        console().print(table(headings, rows, right=("No.", "Size")))
    if found.next is not None:
        click.echo(f"There are more than {count}; -n shows more.", err=True)
    if found.newest_only is not None:
        click.echo(
            f"For one or two letters only the newest {found.newest_only:,} files are looked at; give three.", err=True
        )


def _facts(pixie: Pixie, artefact: StoredArtefact) -> dict[str, Any]:
    return {
        "id": artefact.id,
        "path": str(pixie.store.files.root / artefact.rel_path),
        "filename": artefact.filename,
        "mime": artefact.mime,
        "size_bytes": artefact.size_bytes,
        "sha256": artefact.sha256,
        "tool_id": artefact.tool_id,
        "run_id": artefact.run_id,
        "output_key": artefact.output_key,
        "created_at": artefact.created_at,
        "starred": artefact.starred,
        "label": artefact.label,
        "tags": list(artefact.tags),
    }
