"""`pixie new`: a tool to begin with, from a template or from a script."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from uv import find_uv_bin

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    if script is not None and template is not None:
        raise click.UsageError("Give either --template or --from.")
    if script is None and function is not None:
        raise click.UsageError("--function names one of a script: say --from SCRIPT.py too.")
    with _sdk_wheel(tools_dir) as sdk:
        if script is not None:
            made = tool_from_script(script.expanduser(), tools_dir, function=function, id=id, name=name, sdk=sdk)
        elif id is not None:
            made = new_tool(tools_dir, id, template=template or "form", name=name, sdk=sdk)
        else:
            raise click.UsageError("Name the new tool by its ID: kebab-case, such as lorenz-ode-solver.")
    for note in made.notes:
        click.echo(safe(note), err=True)
    if as_json:
        print_json({"tool_id": made.id, "folder": str(made.folder), "notes": list(made.notes)})
    else:
        click.echo(
            safe(f"{made.folder} is made. `pixie sync {made.id}` installs it, `pixie validate {made.id}` checks it.")
        )


@contextmanager
def _sdk_wheel(tools_dir: Path) -> Iterator[Path | None]:
    """The wheel of pixie-tool-sdk for tools that lie outside a checkout: carried by an installed Pixie, built by one
    that runs from a checkout. None where the tools lie in one, and take the SDK from its folder.
    """
    from pixie_core.tool.scaffold import sdk_of_the_checkout

    package = Path(__file__).parents[1]
    carried = sorted(package.glob("wheels/pixie_tool_sdk-*.whl"))
    neighbour = package.parents[2] / "pixie-tool-sdk"
    inside = sdk_of_the_checkout(tools_dir) is not None
    if inside or carried or not (neighbour / "pyproject.toml").is_file():
        yield carried[-1] if carried and not inside else None
        return
    with TemporaryDirectory() as folder:
        command = [find_uv_bin(), "build", "--wheel", "--quiet", "--out-dir", folder, str(neighbour)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            raise Failure(f"The wheel of pixie-tool-sdk can't be built: {built.stderr.strip()}")
        yield next(Path(folder).glob("pixie_tool_sdk-*.whl"))
