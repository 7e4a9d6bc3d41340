"""Serving one Pixie by Hypercorn on a loopback address, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from pixie_core.errors import SettingsError
from pixie_server.access_log import AccessLog
from pixie_server.app import application, guarded
from pixie_server.gate import STARTING, Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_core import Pixie, Settings

__all__ = ["address", "listen", "serve", "shut", "unhandled"]

_GRACE_AT_THE_GATE = 0.5
"""Seconds in which whoever was told to wait may let go of the connection."""


def listen(host: str, port: int, *, unread_seconds: float = 120) -> socket.socket:
    """The listening socket. Raises SettingsError, one clear sentence, when the port is taken or may not be
    used.

    On Linux a connection made by it is dropped when its reader takes nothing for `unread_seconds` while there is
    something to be read: otherwise what waits for it would be held for as long as it likes.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # of RFC 5482; connections take it over from the listening socket
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(unread_seconds * 1000))
    try:
        made.bind((host.strip("[]"), port))
        made.listen(128)
    except OSError as error:
        made.close()
        why = (
            "is taken by another program"
            if error.errno == 98 or "in use" in str(error)
            else f"can't be used ({error.strerror})"
        )
        raise SettingsError(
            f"Port {port} on {host} {why}. Stop that program, or choose another port: `pixie serve --port {port + 1}`."
        ) from None
    made.setblocking(False)
    return made


def address(listening: socket.socket) -> str:
    """The address for people: http://127.0.0.1:7860."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(pixie: Pixie, listening: socket.socket, *, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, then end streams and runs, finish requests and return. `on_ready` is told
    the address. The socket is taken over, and closed as soon as nobody is let in any more.
    """
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unhandled)
    async with application(pixie) as (app, served):
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup sets it
                loop.add_signal_handler(each, served.stopping.set)
        where = address(listening)
        config = _config(pixie.settings, listening.detach())
        ending = asyncio.create_task(_end_runs(pixie, served.stopping))
        on_ready(where)
        await hypercorn_serve(
            _logged(app, pixie.settings),
            config,
            shutdown_trigger=served.stopping.wait,
        )
        await ending


def unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what failed with nobody to tell, but neither the connections that were cut at the end, since asyncio's
    streams take the cancelling of one for a fault, nor one that broke while it was being closed: whoever doesn't read
    is dropped by the system, and Hypercorn doesn't expect that.
    """
    error = context.get("exception")
    broken = isinstance(error, OSError) and "transport" in context
    if not (broken or isinstance(error, asyncio.CancelledError)):
        loop.default_exception_handler(context)


async def _end_runs(pixie: Pixie, stopping: asyncio.Event) -> None:
    """End the runs while requests are finished, and not first when these are: some wait for the end of a run."""
    await stopping.wait()
    await asyncio.to_thread(pixie.end_runs)


@contextmanager
def shut(listening: socket.socket, settings: Settings) -> Iterator[None]:
    """For as long as the block lasts, answer whoever asks that Pixie is starting: 503, and to try again."""
    ready, ended = threading.Event(), threading.Event()
    stop: list[Callable[[], object]] = []

    async def answering() -> None:
        stopping = asyncio.Event()
        stop.append(partial(asyncio.get_running_loop().call_soon_threadsafe, stopping.set))
        app = _logged(guarded(Gate(None, lambda: STARTING), settings), settings)
        config = _config(settings, os.dup(listening.fileno()))
        config.graceful_timeout = _GRACE_AT_THE_GATE
        ready.set()
        await hypercorn_serve(app, config, shutdown_trigger=stopping.wait)

    def work() -> None:
        try:
            asyncio.run(answering())
        finally:
            ready.set()
            ended.set()

    threading.Thread(target=work, name="pixie-gate", daemon=True).start()
    ready.wait()
    try:
        yield
    finally:
        for each in stop:
            each()
        ended.wait()


def _logged(app: Any, settings: Settings) -> Any:
    return AccessLog(app) if settings.access_log else app


def _config(settings: Settings, listening: int) -> Config:
    """How Hypercorn serves, on the socket with this number."""
    config = Config()
    config.bind = [f"fd://{listening}"]
    config.include_server_header = False
    config.graceful_timeout = settings.shutdown_grace_seconds
    config.shutdown_timeout = settings.shutdown_grace_seconds
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.h11_max_incomplete_size = settings.max_header_bytes
    config.alpn_protocols = ["http/1.1"]
    return config
