"""`pixie dev`: the dashboard while Pixie itself is worked on."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixie_server.cli.command import Command, pass_session
from pixie_server.cli.serve import LOG_LEVELS, serving_options

if TYPE_CHECKING:
    from pixie_server.cli.command import Session

__all__ = ["dev"]

_PACKAGES = ("pixie_core", "pixie_server", "pixie_client")


@click.command(cls=Command, examples=("pixie dev", "pixie dev --port 8000 --log-level info"))
@serving_options
@click.option(
    "--log-level", type=click.Choice(LOG_LEVELS), default="debug", help="The least that is logged.  [default: debug]"
)
@pass_session
def dev(
    session: Session,
    host: str | None,
    port: int | None,
    *,
    open_page: bool,
    sync: bool,
    access_log: bool,
    log_level: str,
) -> None:
    """Serve, and start again when Pixie's own code changes.

    As `pixie serve`, for work on Pixie itself: it logs from debug on and is in developer mode, so that the
    launcher's state can be seen and tools take requests without a token. Changed tools need no such restart.
    """
    from pixie_server.reloading import Reloader

    session.settings()  # a wrong one is said now, and once
    command = [sys.executable, "-m", "pixie_server.cli", "serve", "--log-level", log_level]
    command += ["--host", host] if host is not None else []
    command += ["--port", str(port)] if port is not None else []
    command += [] if sync else ["--no-sync"]
    command += ["--access-log"] if access_log else []
    home = {"PIXIE_HOME": str(session.home)} if session.home is not None else {}
    reloader = Reloader(
        [*command, "--open"] if open_page else command,
        command,
        environment={**os.environ, **home, "PIXIE_DEVELOPER_MODE": "1"},
        folders=_folders(),
        say=lambda line: click.echo(line, err=True),
    )
    raise click.exceptions.Exit(reloader.run())


def _folders() -> list[Path]:
    """Where Pixie's packages lie."""
    specs = (find_spec(name) for name in _PACKAGES)
    return [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin is not None]
