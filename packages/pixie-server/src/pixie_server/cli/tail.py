"""`pixie tail`: what a tool's warm process writes to stderr."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.server import running_server
from pixie_server.cli.terminal import print_json, safe

if TYPE_CHECKING:
    from pixie_server.cli.command import Session

__all__ = ["beyond", "tail"]

_PAUSE_SECONDS = 0.3


@click.command(cls=Command, examples=("pixie tail compound-interest", "pixie tail compound-interest -n 200 -f"))
@click.argument("tool")
@click.option("-n", "lines", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many lines.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what it writes from now on; Ctrl+C ends it.")
@as_json
@pass_session
def tail(session: Session, tool: str, lines: int, *, follow: bool, as_json: bool) -> None:
    """Show the end of what TOOL's warm process wrote to stderr.

    At most the last 64 KiB, of its last process when there is none now; secrets are masked. Needs the running server.
    `pixie view-logs` shows what was written in one run.
    """
    from pixie_client.generated.api.tools import tool_log

    if follow and as_json:
        raise click.UsageError("Give either --follow or --json.")
    with running_server(session) as server:
        known = server.call(tool_log, tool).text
        shown = "".join(known.splitlines(keepends=True)[-lines:])
        if as_json:
            print_json({"tool_id": tool, "text": shown})
            return
        click.echo(safe(shown), nl=False)
        if not follow:
            if not known:
                click.echo(safe(f"{tool} has written nothing since Pixie was started."), err=True)
            return
        try:
            while True:
                time.sleep(_PAUSE_SECONDS)
                text = server.call(tool_log, tool).text
                click.echo(safe(beyond(known, text)), nl=False)
                known = text
        except KeyboardInterrupt:
            return


def beyond(known: str, text: str) -> str:
    """What `text` has more than `known`, where both are the end of what was written and the beginning may be gone."""
    if text.startswith(known):
        return text[len(known) :]
    # What is left of the old text is at the beginning of the new one, cut at a piece of output: look for it there.
    for start in range(len(known)):
        if text.startswith(known[start:]):
            return text[len(known) - start :]
    return text
