"""`pixie set-secret`: a value that only the tool's process gets, never on the command line, never shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe
from pixie_server.outcomes import USAGE

if TYPE_CHECKING:
    from pixie_core import Pixie
    from pixie_server.cli.command import Session

__all__ = ["set_secret"]


@click.command(
    "set-secret",
    cls=Command,
    examples=(
        "pixie set-secret weather API_KEY",
        "pixie set-secret weather API_KEY --clear",
        "pixie set-secret weather --confirm",
    ),
)
@click.argument("tool")
@click.argument("key", required=False)
@click.option("--clear", is_flag=True, help="Remove the secret.")
@click.option("--confirm", is_flag=True, help="Hand the secrets that an import kept back to the tool's new code.")
@as_json
@pass_session
def set_secret(session: Session, tool: str, key: str | None, *, clear: bool, confirm: bool, as_json: bool) -> None:
    """Set the secret KEY of TOOL.

    The value is asked for without being shown, or read from stdin when that is no terminal. It goes into the .env of
    the tool's folder, which only you can read. When an import replaced the tool's code, its secrets are kept back until
    you --confirm that the new code may have them.
    """
    if confirm == bool(key) or (confirm and clear):
        raise click.UsageError("Name the KEY of a secret, or say --confirm alone.")
    with session.open() as pixie:
        # Nobody is asked for the secret of a tool that isn't there.
        tool_id = pixie.tools.get(tool).id
        if key:
            _change(pixie, tool_id, key, clear=clear, as_json=as_json)
        else:
            _confirm(pixie, tool_id, as_json=as_json)


def _change(pixie: Pixie, tool_id: str, key: str, *, clear: bool, as_json: bool) -> None:
    warnings: tuple[str, ...] = ()
    if clear:
        changed = pixie.secrets.clear(tool_id, key)
    else:
        warnings = pixie.secrets.set(tool_id, key, _value(key))
        changed = True
    for warning in warnings:
        click.echo(safe(warning), err=True)
    if as_json:
        print_json({"tool_id": tool_id, "key": key, "set": not clear, "changed": changed})
    else:
        click.echo(safe(f"{key} of {tool_id} {_done(clear=clear, changed=changed)}."))


def _confirm(pixie: Pixie, tool_id: str, *, as_json: bool) -> None:
    names = pixie.secrets.confirm(tool_id)
    if as_json:
        print_json({"tool_id": tool_id, "confirmed": list(names)})
    elif names:
        click.echo(safe(f"{tool_id} gets {', '.join(names)} from its next run on."))
    else:
        click.echo(f"No secret of {tool_id} was kept back; nothing was changed.")


def _done(*, clear: bool, changed: bool) -> str:
    if not clear:
        return "is set"
    return "is removed" if changed else "wasn't set"


def _value(key: str) -> str:
    value = click.prompt(key, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().removesuffix("\n")
    if not value.strip():
        raise Failure(f"There is no value for {key} on stdin; nothing was changed. --clear removes a secret.", USAGE)
    return str(value)
