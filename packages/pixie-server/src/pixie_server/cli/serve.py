"""`pixie serve`: the dashboard and its API."""

from __future__ import annotations

import logging
import platform
import signal
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import click

from pixie_server.cli.browser import show
from pixie_server.cli.command import Command, pass_session
from pixie_server.cli.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pixie_core import Settings
    from pixie_server.cli.command import Session

__all__ = ["serve", "serving_options"]

LOG_LEVELS = ("debug", "info", "warning", "error")


def serving_options(function: Any) -> Any:
    """What `pixie serve` and `pixie dev` take alike."""
    for option in reversed(
        (
            click.option("--host", metavar="ADDRESS", help="A loopback address to listen on.  [default: 127.0.0.1]"),
            click.option("--port", type=click.IntRange(1, 65_535), help="The port to listen on.  [default: 7860]"),
            click.option("--open", "open_page", is_flag=True, help="Open the dashboard in the browser."),
            click.option(
                "--sync/--no-sync", default=True, help="Make missing tool environments first.  [default: sync]"
            ),
            click.option("--access-log", is_flag=True, help="Log each request's method, path and status."),
        )
    ):
        function = option(function)
    return function


@click.command(
    cls=Command, examples=("pixie serve", "pixie serve --port 8000 --open", "pixie serve --log-level warning")
)
@serving_options
@click.option(
    "--log-level",
    type=click.Choice(LOG_LEVELS),
    help="The least that is logged.  [default: PIXIE_LOG_LEVEL, else info]",
)
@pass_session
def serve(
    session: Session,
    host: str | None,
    port: int | None,
    *,
    open_page: bool,
    sync: bool,
    access_log: bool,
    log_level: str | None,
) -> None:
    """Start the dashboard and print its address. Ctrl+C ends it.

    Until its address is printed every request is answered with 503. What goes wrong is said on stderr and kept in
    pixie.log beside the database, with the values of secrets masked.
    """
    settings = session.settings()
    said: dict[str, Any] = {"host": host, "port": port, "access_log": access_log or None, "log_level": log_level}
    settings = settings.saying(**{name: value for name, value in said.items() if value is not None})
    with suppress(KeyboardInterrupt):
        _serve(settings, open_page=open_page, sync=sync)


def _serve(settings: Settings, *, open_page: bool, sync: bool) -> None:
    import asyncio

    from pixie_core.facade import Pixie
    from pixie_core.runtime import become_subreaper, recover
    from pixie_core.store import ServerLock
    from pixie_server import assets, logbook, serving
    from pixie_server.cli.environments import make_environments
    from pixie_server.cli.leftovers import sweep

    def ready(address: str) -> None:
        click.echo(f"Pixie is ready: {address}")
        if open_page:
            show(address)

    def put_right() -> None:
        """What a dead server left. Raises DataFolderError as long as nothing can be written."""
        pixie.store.write(lambda _: None)
        recover(pixie.store, settings)

    become_subreaper()
    # A data folder or a port that is taken is said now, and not after minutes of installing.
    with (
        ServerLock(settings.db_path),
        closing(
            serving.listen(settings.host, settings.port, unread_seconds=settings.unread_timeout_seconds)
        ) as listening,
        logbook.kept(settings) as log,
        Pixie(settings) as pixie,
    ):
        logbook.apply(pixie.settings)
        with serving.shut(listening, pixie.settings):
            _say_what_runs(settings, log)
            # Before the rest as well: what a dead server left running ends now.
            owing = None if _could(put_right) else put_right
            for notice in pixie.keeping.notices():
                click.echo(safe(notice), err=True)
            assets.ensure()
            settings.tools_dir.mkdir(parents=True, exist_ok=True)
            # Before anybody looks for tools: of one whose replacement was cut short, half may be there.
            sweep(settings.tools_dir)
            if pixie.store.read_only is None:
                pixie.moves.finish()
            if sync:
                make_environments(pixie.tools.all())
            pixie.keeping.background.start(owing)
            pixie.thumbnails.start()
        asyncio.run(serving.serve(pixie, listening, on_ready=ready))
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Closing takes seconds; a second Ctrl+C in them would leave processes and running runs behind.
            signal.signal(each, signal.SIG_IGN)


def _could(put_right: Callable[[], None]) -> bool:
    """Do it; False when the folder can only be read at present, is full, or another program holds the
    database.
    """
    from pixie_core.errors import DataFolderBusy, DataFolderReadOnly, DiskFull

    try:
        put_right()
    except (DataFolderBusy, DataFolderReadOnly, DiskFull) as error:
        click.echo(safe(str(error)), err=True)
        return False
    return True


def _say_what_runs(settings: Settings, log: Path | None) -> None:
    """What somebody asks first who is told of a fault: which versions, and where."""
    import sqlite3
    from importlib.metadata import version

    logging.getLogger("pixie.server").info(
        "Pixie %s with Python %s and SQLite %s begins to serve %s; its log is %s",
        version("pixie-server"),
        platform.python_version(),
        sqlite3.sqlite_version,
        settings.home,
        log or "on stderr alone",
    )
