"""`pixie set-secret`: a value that only the tool's process gets, never on the command line, never shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, Failure, as_json, pass_session
from pixie_server.cli.terminal import print_json, safe
from pixie_server.outcomes import USAGE

if TYPE_CHECKING:
    from pixie_core.tool import Tool
    from pixie_server.cli.command import Session

__all__ = ["set_secret"]


@click.command(
    "set-secret", cls=Command, examples=("pixie set-secret weather API_KEY", "pixie set-secret weather API_KEY --clear")
)
@click.argument("tool")
@click.argument("key")
@click.option("--clear", is_flag=True, help="Remove the secret.")
@as_json
@pass_session
def set_secret(session: Session, tool: str, key: str, *, clear: bool, as_json: bool) -> None:
    """Set the secret KEY of TOOL.

    The value is asked for without being shown, or read from stdin when that is no terminal. It goes into the .env of
    the tool's folder, which only you can read.
    """
    from pixie_core.tool import Tools, secrets

    found = Tools(session.settings().tools_dir).get(tool)
    warnings: tuple[str, ...] = ()
    if clear:
        changed = secrets.clear_secret(found, key)
    else:
        warnings = (*_undeclared(found, key), *secrets.set_secret(found, key, _value(key)))
        changed = True
    for warning in warnings:
        click.echo(safe(warning), err=True)
    if as_json:
        print_json({"tool_id": found.id, "key": key, "set": not clear, "changed": changed})
    else:
        click.echo(safe(f"{key} of {found.id} {_done(clear=clear, changed=changed)}."))


def _done(*, clear: bool, changed: bool) -> str:
    if not clear:
        return "is set"
    return "is removed" if changed else "wasn't set"


def _value(key: str) -> str:
    value = click.prompt(key, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().removesuffix("\n")
    if not value.strip():
        raise Failure(f"There is no value for {key} on stdin; nothing was changed. --clear removes a secret.", USAGE)
    return str(value)


def _undeclared(tool: Tool, key: str) -> tuple[str, ...]:
    """A word about a name that tool.json doesn't list: a slip of the finger, mostly."""
    from pixie_core.errors import near

    known = [each.key for each in tool.manifest.secrets] if tool.manifest is not None else [key]
    if key in known:
        return ()
    meant = near(key, known)
    return (f"The tool.json of {tool.id} doesn't list {key}{f': did you mean {meant}?' if meant else '.'}",)
