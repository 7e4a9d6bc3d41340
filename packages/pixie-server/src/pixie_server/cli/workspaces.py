"""Groups of tools: `pixie workspace-create`, `workspace-add-tool`, `workspace-remove-tool`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe

if TYPE_CHECKING:
    from pixie_core.store import Workspace
    from pixie_server.cli.command import Session

__all__ = ["workspace_add_tool", "workspace_create", "workspace_remove_tool"]


@click.command(
    "workspace-create",
    cls=Command,
    examples=("pixie workspace-create Physics", 'pixie workspace-create "Household money" --colour forest'),
)
@click.argument("name")
@click.option("--colour", metavar="COLOUR", help="The name of a colour, or #rrggbb.")
@as_json
@pass_session
def workspace_create(session: Session, name: str, *, colour: str | None, as_json: bool) -> None:
    """Make the workspace NAME, a group of tools on the dashboard."""
    with session.open() as pixie:
        made = pixie.workspaces.create(name, colour=colour)
    _tell(made, as_json=as_json)


@click.command(
    "workspace-add-tool",
    cls=Command,
    examples=(
        "pixie workspace-add-tool Physics lorenz-ode-solver",
        'pixie workspace-add-tool "Household money" compound-interest mortgage',
    ),
)
@click.argument("workspace")
@click.argument("tools", nargs=-1, required=True, metavar="TOOL...")
@as_json
@pass_session
def workspace_add_tool(session: Session, workspace: str, tools: tuple[str, ...], *, as_json: bool) -> None:
    """Put tools into WORKSPACE. A tool can be in several."""
    with session.open() as pixie:
        found = pixie.workspaces.one(workspace)
        for tool_id in [pixie.tools.get(each).id for each in tools]:
            found = pixie.workspaces.add_tool(found.id, tool_id)
    _tell(found, as_json=as_json)


@click.command(
    "workspace-remove-tool", cls=Command, examples=("pixie workspace-remove-tool Physics lorenz-ode-solver",)
)
@click.argument("workspace")
@click.argument("tools", nargs=-1, required=True, metavar="TOOL...")
@as_json
@pass_session
def workspace_remove_tool(session: Session, workspace: str, tools: tuple[str, ...], *, as_json: bool) -> None:
    """Take tools out of WORKSPACE. They stay as they are; one that isn't in it is passed over."""
    with session.open() as pixie:
        found = pixie.workspaces.one(workspace)
        for each in tools:
            found = pixie.workspaces.remove_tool(found.id, each)
    _tell(found, as_json=as_json)


def _tell(workspace: Workspace, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "id": workspace.id,
                "name": workspace.name,
                "colour": workspace.colour,
                "tools": list(workspace.tools),
            }
        )
    else:
        click.echo(safe(f"{workspace.name}: {', '.join(workspace.tools) or 'no tools yet'}"))
