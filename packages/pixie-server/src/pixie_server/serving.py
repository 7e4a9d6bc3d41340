"""Serving one Pixie by Hypercorn on a loopback address, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from typing import TYPE_CHECKING

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from pixie_core.errors import SettingsError
from pixie_server.app import application

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_core import Pixie

__all__ = ["listen", "serve"]

log = logging.getLogger("pixie.server")

_GRACE_SECONDS = 5.0
"""How long requests in flight may go on once the server stops; runs are interrupted after that."""


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises SettingsError, one clear sentence, when the port is taken or may not be
    used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
    """Serve until SIGINT, SIGTERM or SIGHUP, then end streams, finish requests and return. `on_ready` is told
    the address. The socket is taken over, and closed as soon as nobody is let in any more.
    """
    loop = asyncio.get_running_loop()
    async with application(pixie) as (app, served):
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup sets it
                loop.add_signal_handler(each, served.stopping.set)
        where = address(listening)
        config = Config()
        config.bind = [f"fd://{listening.detach()}"]
        config.include_server_header = False
        config.graceful_timeout = _GRACE_SECONDS
        config.shutdown_timeout = _GRACE_SECONDS
        config.accesslog = None
        config.errorlog = logging.getLogger("pixie.http")
        config.h11_max_incomplete_size = 16 * 1024
        config.alpn_protocols = ["http/1.1"]
        on_ready(where)
        await hypercorn_serve(app, config, shutdown_trigger=served.stopping.wait)  # type: ignore[arg-type]
