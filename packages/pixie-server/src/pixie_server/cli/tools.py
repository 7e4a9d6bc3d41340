"""Tools: `pixie list-tools`, `sync`, `open`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.server import running_server
from pixie_server.cli.terminal import console, print_json, shortened, table
from pixie_server.outcomes import FAILED

if TYPE_CHECKING:
    from pixie_core.tool.environment import SyncResult
    from pixie_server.cli.command import Session

__all__ = ["list_tools", "open_tool", "sync"]


@click.command("list-tools", cls=Command, examples=("pixie list-tools", "pixie list-tools --tag money --json"))
@click.option("--tag", metavar="TAG", help="Only those with this tag.")
@click.option("--archived", is_flag=True, help="Those that are archived, in place of the others.")
@as_json
@pass_session
def list_tools(session: Session, tag: str | None, *, archived: bool, as_json: bool) -> None:
    """List the tools with their state and their newest validation."""
    import attrs

    from pixie_server.api.tools import tool_items

    with session.open() as pixie:
        every = tool_items(pixie)
        folder = pixie.settings.tools_dir
    items = [each for each in every if each.archived == archived and (tag is None or tag in each.tags)]
    if as_json:
        print_json([attrs.asdict(item) for item in items])
    elif not every:
        click.echo(f"There are no tools in {folder} yet.", err=True)
    elif not items:
        hidden = sum(each.archived for each in every)
        more = f" {hidden} are archived: --archived lists them." if hidden and not archived else ""
        click.echo(f"None of the {len(every)} tools is so.{more}", err=True)
    else:
        rows = (
            (
                item.id,
                shortened(item.name, 40),
                item.category or "",
                shortened(", ".join(item.tags), 40),
                item.status.replace("_", " "),
                item.validation.overall if item.validation else "–",
            )
            for item in items
        )
        console().print(table(("Tool", "Name", "Category", "Tags", "State", "Validation"), rows))


@click.command(cls=Command, examples=("pixie sync", "pixie sync compound-interest"))
@click.argument("tools", nargs=-1, metavar="[TOOL]...")
@as_json
@pass_session
def sync(session: Session, tools: tuple[str, ...], *, as_json: bool) -> None:
    """Make the environments of tools.

    All of them, or the TOOLs named, where they aren't there or are out of date. The exit code is 1 when one fails.
    """
    from pixie_core.tool import Tools
    from pixie_server.cli.environments import make_environments

    known = Tools(session.settings().tools_dir)
    results = make_environments([known.get(each) for each in tools] if tools else known.all())
    if as_json:
        print_json([_facts(result) for result in results])
    else:
        for result in results:
            click.echo(f"{result.tool.id}: {_words(result)}")
    raise click.exceptions.Exit(FAILED if any(result.error for result in results) else 0)


def _words(result: SyncResult) -> str:
    if result.error is not None:
        return "can't be installed"
    return "up to date" if result.before == "ready" else "installed"


def _facts(result: SyncResult) -> dict[str, str | None]:
    return {
        "tool_id": result.tool.id,
        "before": result.before,
        "after": result.before if result.error else "ready",
        "error": str(result.error) if result.error else None,
    }


@click.command("open", cls=Command, examples=("pixie open compound-interest",))
@click.argument("tool")
@pass_session
def open_tool(session: Session, tool: str) -> None:
    """Open the page of TOOL in the browser.

    Prints its address as well. Needs the running server.
    """
    from pixie_client.generated.api.tools import show_tool
    from pixie_server.cli.browser import show

    with running_server(session) as server:
        found = server.call(show_tool, tool)
        page = f"{server.url}/tool/{found.id}"
    click.echo(page)
    show(page)
