"""What the user sets for a tool: `pixie archive-tool`, `unarchive-tool`, `tag-tool`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe

if TYPE_CHECKING:
    from pixie_server.cli.command import Session

__all__ = ["archive_tool", "tag_tool", "unarchive_tool"]


@click.command("archive-tool", cls=Command, examples=("pixie archive-tool compound-interest",))
@click.argument("tool")
@as_json
@pass_session
def archive_tool(session: Session, tool: str, *, as_json: bool) -> None:
    """Put TOOL out of sight.

    Its files and its runs stay, and it can still be run; `pixie unarchive-tool` brings it back.
    """
    _archive(session, tool, archived=True, as_json=as_json)


@click.command("unarchive-tool", cls=Command, examples=("pixie unarchive-tool compound-interest",))
@click.argument("tool")
@as_json
@pass_session
def unarchive_tool(session: Session, tool: str, *, as_json: bool) -> None:
    """Bring TOOL back into sight, whatever its tool.json says."""
    _archive(session, tool, archived=False, as_json=as_json)


def _archive(session: Session, tool: str, *, archived: bool, as_json: bool) -> None:
    with session.open() as pixie:
        found = pixie.change_tool(tool, archived=archived)
    if as_json:
        print_json({"tool_id": found.id, "archived": found.archived})
    else:
        click.echo(f"{found.id} is {'archived' if archived else 'in sight'}.")


@click.command(
    "tag-tool",
    cls=Command,
    examples=("pixie tag-tool compound-interest money daily", "pixie tag-tool compound-interest daily --remove"),
)
@click.argument("tool")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@click.option("--remove", is_flag=True, help="Take the tags away.")
@as_json
@pass_session
def tag_tool(session: Session, tool: str, tags: tuple[str, ...], *, remove: bool, as_json: bool) -> None:
    """Give TOOL tags of your own, or take them away.

    A tag is kebab-case. Those in its tool.json stay as they are.
    """
    with session.open() as pixie:
        found = pixie.tag_tool(tool, **{"remove" if remove else "add": tags})
    if as_json:
        print_json({"tool_id": found.id, "tags": list(found.tags), "own_tags": list(found.state.tags)})
    else:
        click.echo(safe(f"{found.id}: {', '.join(found.tags) or 'no tags'}"))
