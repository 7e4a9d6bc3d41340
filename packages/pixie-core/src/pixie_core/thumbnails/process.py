"""The process that files are read in: `python -m pixie_core.thumbnails.reader`, with a socket as its standard input.

Whoever made the file may have made it to harm: its reader may crash, or unfold without end. Here that costs a process
which holds nothing, may have a gibibyte of memory, can write no file, and is ended when it takes too long. A file
comes as an open descriptor, so that no name has to be trusted; one process reads many, one after the other.

    to it       {"mime": "image/png", "edge": 256} and the descriptor
    from it     one letter, a length in four bytes, and so many bytes: R ready, D drawn, U undrawable and why
"""

from __future__ import annotations

import json
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Self

from pixie_core.thumbnails.drawing import Undrawable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HEADER", "DrawingProcess"]

_COMMAND = (sys.executable, "-I", "-m", "pixie_core.thumbnails.reader")
_SECONDS = 30.0
_STARTING_SECONDS = 60.0
_LARGEST = 16 << 20
HEADER = struct.Struct("!cI")
"""What an answer begins with: its kind, and how long the rest is."""
_FROM_OUTSIDE = {-signal.SIGTERM, -signal.SIGKILL, -signal.SIGHUP, -signal.SIGINT}
"""Exit codes of a process that somebody else has ended."""


class DrawingProcess:
    """One such process, started when it is needed and again after it was lost. For one thread at a time.

    with DrawingProcess() as drawing:
        content = drawing.draw(file, "image/png", 256)
    """

    def __init__(self, command: Sequence[str] = _COMMAND, *, seconds: float = _SECONDS) -> None:
        self._command = tuple(command)
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        """Nothing yet; for `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.end()

    def draw(self, file: BinaryIO, mime: str, edge: int) -> bytes:
        """The thumbnail of an open file; see `drawing.draw`. Raises Undrawable, also when the file costs the process,
        its memory or its time; OSError when no process can be had, which is no fault of the file.
        """
        asked = json.dumps({"mime": mime, "edge": edge}).encode()
        connection = self._started()
        until = time.monotonic() + self._seconds
        try:
            socket.send_fds(connection, [asked], [file.fileno()])
            kind, content = _answer(connection, until)
        except TimeoutError:
            self.end()
            raise Undrawable(f"It took longer than {self._seconds:g} s.") from None
        except (EOFError, ConnectionError):
            code = self.end()
            if code in _FROM_OUTSIDE:
                raise OSError(f"the process that makes thumbnails was ended (exit code {code})") from None
            raise Undrawable(f"Its reader broke down over it (exit code {code}).") from None
        if kind != b"D":
            raise Undrawable(content.decode(errors="replace"))
        return content

    def end(self) -> int | None:
        """End the process, if there is one; returns what it ended with."""
        process, self._process = self._process, None
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()
        if process is None:
            return None
        # It ends by itself when nobody is at the other end; one that is at a file is ended.
        with suppress(subprocess.TimeoutExpired):
            return process.wait(0.2)
        process.kill()
        return process.wait()

    def _started(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self.end()  # it was ended while nobody needed it
        if self._socket is not None:
            return self._socket
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        self._socket = ours
        try:
            _answer(ours, time.monotonic() + _STARTING_SECONDS)
        except (EOFError, OSError) as error:
            code = self.end()
            raise OSError(f"the process that makes thumbnails didn't start (exit code {code})") from error
        return ours


def _answer(connection: socket.socket, until: float) -> tuple[bytes, bytes]:
    kind, length = HEADER.unpack(_exactly(connection, HEADER.size, until))
    if length > _LARGEST:
        raise EOFError
    return kind, _exactly(connection, length, until)


def _exactly(connection: socket.socket, count: int, until: float) -> bytes:
    received = b""
    while len(received) < count:
        connection.settimeout(max(0.001, until - time.monotonic()))
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError
        received += piece
    return received
