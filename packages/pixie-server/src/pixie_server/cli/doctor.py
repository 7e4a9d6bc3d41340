"""`pixie doctor`: whether everything is there that Pixie needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, as_json, pass_session
from pixie_server.cli.terminal import console, print_json, table
from pixie_server.outcomes import FAILED

if TYPE_CHECKING:
    from pixie_server.cli.command import Session
    from pixie_server.doctor import Finding

__all__ = ["doctor"]

_MARKS = {"ok": "ok", "warning": "look", "error": "RED"}


@click.command(cls=Command, examples=("pixie doctor", "pixie --home ~/pixie doctor --json"))
@as_json
@pass_session
def doctor(session: Session, *, as_json: bool) -> None:
    """Check what Pixie needs, and say what to do about it.

    Python, uv, SQLite, the data folder and its disk, the database, the server and its port, tools, extras, Chromium,
    front-end files and the clock. Nothing is changed, and a server may run meanwhile. The exit code is 1 when something
    is red.
    """
    found = _found(session)
    red = sum(each.status == "error" for each in found)
    if as_json:
        checks = [
            {"check": each.check, "status": each.status, "said": each.said, "action": each.action} for each in found
        ]
        print_json({"ok": not red, "checks": checks})
    else:
        rows = ((_MARKS[each.status], each.check, each.said, each.action or "") for each in found)
        console().print(table(("", "Check", "", "Next"), rows))
        looks = sum(each.status == "warning" for each in found)
        click.echo(f"{len(found)} things were looked at: {red} red, {looks} to look at.")
    if red:
        raise click.exceptions.Exit(FAILED)


def _found(session: Session) -> list[Finding]:
    from pixie_core.errors import SettingsError
    from pixie_server.doctor import Finding, examine

    try:
        settings = session.settings()
    except SettingsError as error:
        # Everything else is looked at where the settings say.
        return [Finding("Settings", "error", str(error), "Mend the variable, or the line in .env.")]
    return [Finding("Settings", "ok", f"the data folder is {settings.home}"), *examine(settings)]
