"""What the process of process.py does: read file after file until nobody asks any more."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from contextlib import suppress

from pixie_core.thumbnails.drawing import Undrawable, draw
from pixie_core.thumbnails.process import HEADER

__all__ = ["main"]

_MEMORY = 1 << 30
_SECONDS = 60


def main() -> None:
    """Answer until the socket is closed."""
    _be_modest()
    connection = socket.socket(fileno=os.dup(0))
    _say(connection, b"R", b"")
    while True:
        asked, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
        if not asked:
            return
        wanted = json.loads(asked)
        # Whoever asked may be gone, and can't end a reader that never comes back.
        signal.alarm(_SECONDS)
        with os.fdopen(descriptors[0], "rb") as file:
            try:
                kind, content = b"D", draw(file, wanted["mime"], wanted["edge"])
            except Undrawable as error:
                kind, content = b"U", str(error).encode()
            except MemoryError:
                kind, content = b"U", b"It takes more memory than a thumbnail may."
            except Exception as error:  # noqa: BLE001 - whatever a reader stumbles over is the file's fault
                kind, content = b"U", f"Its reader failed: {type(error).__name__}: {error}".encode()
        signal.alarm(0)
        _say(connection, kind, content)


def _say(connection: socket.socket, kind: bytes, content: bytes) -> None:
    connection.sendall(HEADER.pack(kind, len(content)) + content)


def _be_modest() -> None:
    os.nice(10)
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        with suppress(ValueError, OSError):  # where the system has no such limit
            resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    with suppress(ConnectionError, KeyboardInterrupt):
        main()
