"""`pixie new`: a tool to begin with, from a template or from a script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe

if TYPE_CHECKING:
    from pixie_core.tool.scaffold import Template
    from pixie_server.cli.command import Session

__all__ = ["new"]

_TEMPLATES = ("form", "stream", "chat", "cli")


@click.command(
    cls=Command,
    examples=(
        "pixie new dice",
        "pixie new summary --template stream --name 'Daily summary'",
        "pixie new orbit --from orbit.py",
    ),
)
@click.argument("id", required=False)
@click.option("--template", type=click.Choice(_TEMPLATES), help="What to begin with.  [default: form]")
@click.option(
    "--from",
    "script",
    type=click.Path(path_type=Path),
    metavar="SCRIPT.py",
    help="Make it of a typed function in this script, which is read and copied and never run.",
)
@click.option("--function", metavar="NAME", help="With --from: the function, where the script has several.")
@click.option("--name", help="The tool's name for people; made from the id without it.")
@as_json
@pass_session
def new(
    session: Session,
    id: str | None,
    *,
    template: Template | None,
    script: Path | None,
    function: str | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Make the tool ID, which works as it is.

    The templates: a form, an output that streams, a conversation, and a command line program with a page of its own.

    From a typed function its inputs and outputs are made; ID is then the function's name unless it is given.
    """
    from pixie_core.tool.scaffold import new_tool, tool_from_script

    tools_dir = session.settings().tools_dir
    if script is not None:
        if template is not None:
            raise click.UsageError("Give either --template or --from.")
        made = tool_from_script(script.expanduser(), tools_dir, function=function, id=id, name=name, sdk=_sdk_wheel())
    elif id is None:
        raise click.UsageError("Name the new tool by its ID: kebab-case, such as lorenz-ode-solver.")
    elif function is not None:
        raise click.UsageError("--function names one of a script: say --from SCRIPT.py too.")
    else:
        made = new_tool(tools_dir, id, template=template or "form", name=name, sdk=_sdk_wheel())
    for note in made.notes:
        click.echo(safe(note), err=True)
    if as_json:
        print_json({"tool_id": made.id, "folder": str(made.folder), "notes": list(made.notes)})
    else:
        click.echo(
            safe(f"{made.folder} is made. `pixie sync {made.id}` installs it, `pixie validate {made.id}` checks it.")
        )


def _sdk_wheel() -> Path | None:
    """The wheel of pixie-tool-sdk that an installed Pixie carries; None in a checkout, which has its folder."""
    carried = sorted(Path(__file__).parents[1].glob("wheels/pixie_tool_sdk-*.whl"))
    return carried[-1] if carried else None
