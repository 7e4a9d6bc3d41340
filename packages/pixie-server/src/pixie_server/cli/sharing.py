"""Tools between people: `pixie share-tool`, `pixie import-tool`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.leftovers import sweep
from pixie_server.cli.targets import target_path
from pixie_server.cli.terminal import console, print_json, safe, shortened, table
from pixie_server.outcomes import USAGE

if TYPE_CHECKING:
    from pixie_core.tool import Tool
    from pixie_core.tool.unpacking import Proposal
    from pixie_server.cli.command import Session

__all__ = ["import_tool", "share_tool"]


@click.command(
    "share-tool",
    cls=Command,
    examples=("pixie share-tool compound-interest", "pixie share-tool compound-interest --to ~/Desktop"),
)
@click.argument("tool")
@click.option("--to", type=click.Path(path_type=Path), metavar="PATH", help="The file, or the folder for it.")
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@as_json
@pass_session
def share_tool(session: Session, tool: str, to: Path | None, *, force: bool, as_json: bool) -> None:
    """Save the source of TOOL as a zip that others can import.

    Its environment, its secrets and its data stay here, and a file that holds the value of a secret is refused. The zip
    is read as the importer would before it gets its name.
    """
    from pixie_core.tool import Tools
    from pixie_core.tool.packing import share
    from pixie_core.tool.unpacking import inspect_zip

    found = Tools(session.settings().tools_dir).get(tool)
    path = share(found, target_path(to, f"{found.id}.zip"), force=force)
    shared = inspect_zip(path)
    size = path.stat().st_size
    if as_json:
        facts = {"files": len(shared.files), "source_hash": shared.source_hash}
        print_json({"tool_id": found.id, "path": str(path), "size_bytes": size, **facts})
    else:
        counted = "1 file" if len(shared.files) == 1 else f"{len(shared.files)} files"
        click.echo(safe(f"{path}\n{size:,} bytes, {counted}\nsha256:{shared.source_hash} is its source"))


@click.command(
    "import-tool",
    cls=Command,
    examples=(
        "pixie import-tool weather.zip",
        "pixie import-tool weather.zip --yes",
        "pixie import-tool weather --yes",
    ),
)
@click.argument("zip", metavar="ZIP")
@click.option("--yes", is_flag=True, help="Install it.")
@click.option("--replace", is_flag=True, help="Put it in the place of the tool that has its id.")
@click.option("--discard", is_flag=True, help="Throw away the tool that waits under this id.")
@as_json
@pass_session
def import_tool(session: Session, zip: str, *, yes: bool, replace: bool, discard: bool, as_json: bool) -> None:
    """Show what the tool in ZIP would do here; --yes installs it.

    Until then it waits in tools/.imported, where nothing of it runs. ZIP may also be the id of a tool that waits.

    With --replace the tool that has its id makes room: its data comes along, its secrets are kept back from the new
    code until you confirm them.
    """
    from pixie_core.tool.importing import confirm_import, existing_tool, stage_import
    from pixie_core.tool.unpacking import inspect_zip
    from pixie_core.unzip import Limits

    settings = session.settings()
    tools_dir = settings.tools_dir
    tools_dir.mkdir(parents=True, exist_ok=True)
    sweep(tools_dir)
    if discard:
        if yes or replace:
            raise click.UsageError("--discard goes with no other word.")
        _discard(tools_dir, zip, as_json=as_json)
        return
    path = Path(zip).expanduser()
    proposal = inspect_zip(path, limits=Limits.of(settings)) if path.is_file() else None
    folder = stage_import(proposal, tools_dir) if proposal is not None else _waiting(tools_dir, zip)
    tool_id = folder.name
    taken = existing_tool(tools_dir, tool_id) is not None
    if proposal is not None and not as_json:
        _show(proposal, taken=taken)
    # Nobody is asked for what would be refused.
    if yes or (not as_json and (replace or not taken) and _agreed(tool_id)):
        installed = confirm_import(tools_dir, tool_id, replace=replace)
        _tell(proposal, installed.folder, installed=installed, taken=taken, as_json=as_json)
    else:
        _tell(proposal, folder, taken=taken, as_json=as_json)


def _waiting(tools_dir: Path, tool_id: str) -> Path:
    """The folder of the tool that waits under this id. Raises Failure when none does."""
    from pixie_core.tool.importing import pending_imports

    waiting = {each.folder.name: each.folder for each in pending_imports(tools_dir)}
    if tool_id in waiting:
        return waiting[tool_id]
    said = f"Waiting: {', '.join(waiting)}." if waiting else "No tool waits to be installed."
    raise Failure(f"There is no file {tool_id}, and no tool waits under that id. {said}", USAGE)


def _discard(tools_dir: Path, tool_id: str, *, as_json: bool) -> None:
    from pixie_core.tool.importing import discard_import

    _waiting(tools_dir, tool_id)
    discard_import(tools_dir, tool_id)
    if as_json:
        print_json({"tool_id": tool_id, "state": "discarded"})
    else:
        click.echo(f"{tool_id} is thrown away; nothing of it ran.")


def _show(proposal: Proposal, *, taken: bool) -> None:
    """What it is and would do. A stranger's words stay in one line each, so that they can't look like another's."""
    from pixie_core.tool.unpacking import NOTICE

    rows = [(heading, _line(heading, words)) for heading, words in proposal.facts()]
    if taken:
        rows.append(("Is there already", f"a tool {proposal.id}: --replace puts this in its place"))
    console().print(table((safe(proposal.path.name), ""), rows))
    click.echo(f"\n{NOTICE}\n")


_LENGTHS = {"Tool": 200, "Says of itself": 500}
"""Characters that are shown; of what would be installed nothing is cut."""


def _line(heading: str, words: str) -> str:
    if heading == "Would run":  # Pixie's own words, a line for each command
        return words
    return shortened(words, _LENGTHS[heading]) if heading in _LENGTHS else " ".join(words.split())


def _agreed(tool_id: str) -> bool:
    return sys.stdin.isatty() and click.confirm(f"Install {tool_id}?", default=False, err=True)


def _tell(
    proposal: Proposal | None,
    folder: Path,
    *,
    installed: Tool | None = None,
    taken: bool,
    as_json: bool,
) -> None:
    from pixie_core.tool.secrets import names_set
    from pixie_core.tool.unpacking import NOTICE

    tool_id = folder.name
    withheld = [each.key for each in names_set(installed) if each.withheld] if installed is not None else []
    if as_json:
        print_json(
            {
                "tool_id": tool_id,
                "state": "installed" if installed is not None else "waiting",
                "folder": str(folder),
                "replaces": taken,
                "withheld_secrets": withheld,
                "notice": NOTICE,
                "proposal": proposal.to_json() if proposal is not None else None,
            }
        )
        return
    if installed is None:
        replace = " --replace" if taken else ""
        click.echo(
            safe(
                f"It waits in {folder}; nothing of it has run.\n"
                f"`pixie import-tool {tool_id} --yes{replace}` installs it, "
                f"`pixie import-tool {tool_id} --discard` throws it away."
            )
        )
        return
    click.echo(safe(f"{tool_id} is in {folder} now. `pixie sync {tool_id}` makes its environment."))
    if withheld:
        click.echo(
            safe(
                f"Its secrets are kept back from the new code: {', '.join(withheld)}. "
                f"`pixie set-secret {tool_id} --confirm` hands them over."
            )
        )
