"""The process of a tool: its socket, its connections, its end.

The main thread waits for connections, for a signal, and for the end of the process that started it; each connection
has a thread. A parent that starts tools binds the socket itself and hands it on, so that no other process can take
the port; it keeps one end of a pipe open, the lifeline, so that its tools end with it however it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from pixie_tool_sdk.encoding import encode
from pixie_tool_sdk.errors import ToolError
from pixie_tool_sdk.http1 import BadRequest, Connection, Request, Response

__all__ = ["Surroundings", "listen", "serve"]

_BACKLOG: Final = 128
_GRACE_SECONDS: Final = 0.5
_LAST_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the parent handed on: the token, and the numbers of the listening socket and of the lifeline's reading
    end.
    """

    token: str | None
    socket: int | None
    lifeline: int | None

    @classmethod
    def take(cls) -> Surroundings:
        """Read PIXIE_TOOL_TOKEN, PIXIE_TOOL_SOCKET and PIXIE_TOOL_LIFELINE, and remove them from the environment.

        They are this process's own: a program that the tool starts gets neither the token nor numbers of descriptors
        that mean something else there. Raises `ToolError` for a number that is none.
        """
        found = cls(
            token=os.environ.pop("PIXIE_TOOL_TOKEN", None) or None,
            socket=_descriptor("PIXIE_TOOL_SOCKET"),
            lifeline=_descriptor("PIXIE_TOOL_LIFELINE"),
        )
        for descriptor in (found.socket, found.lifeline):
            if descriptor is not None:
                os.set_inheritable(descriptor, False)
        return found


def listen(port: int, inherited: int | None) -> socket.socket:
    """The inherited socket, else one of our own on 127.0.0.1; port 0 takes a free one. Raises `ToolError`."""
    if inherited is not None:
        listener = socket.socket(fileno=inherited)
        address = listener.getsockname()
        if listener.family != socket.AF_INET or not address[0].startswith("127."):
            raise ToolError(f"PIXIE_TOOL_SOCKET is bound to {address}: a tool listens on 127.0.0.1 alone")
    else:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(_BACKLOG)
        except OSError as error:
            raise ToolError(f"the tool can't listen on 127.0.0.1:{port}: {error.strerror or error}") from error
    listener.setblocking(False)
    return listener


def serve(
    listener: socket.socket,
    lifeline: int | None,
    answer: Callable[[Request], Response],
    stop: Callable[[float], bool],
    ready: Callable[[], None],
) -> None:
    """Answer requests until SIGTERM, SIGINT or the end of the lifeline; the main thread's business.

    `ready` is called when signals are heeded. At a signal the socket is closed, and `stop` is called with the seconds
    that are left for runs to end. A second later at the latest the process has exited with code 0, even if a run
    doesn't end. When the lifeline ends, so does the process, at once.
    """
    answers = _Answers(answer)
    waker, wakened = socket.socketpair()
    with selectors.DefaultSelector() as selector, waker, wakened, listener:
        waker.setblocking(False)
        # The system may deliver a signal to any thread; only what is written to this socket is sure to wake the loop.
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        ends = {signal.SIGTERM, signal.SIGINT}
        for name in ends:
            signal.signal(name, lambda _signal, _frame: None)
        selector.register(wakened, selectors.EVENT_READ, "signal")
        selector.register(listener, selectors.EVENT_READ, "connection")
        if lifeline is not None:
            selector.register(lifeline, selectors.EVENT_READ, "lifeline")
        ready()
        while True:
            events = {key.data for key, _ in selector.select()}
            # Another signal that the tool handles itself (SIGCHLD, SIGUSR1) wakes the loop as well, and isn't an end.
            if "signal" in events and ends.intersection(wakened.recv(4096)):
                break
            if lifeline is not None and "lifeline" in events and not os.read(lifeline, 4096):
                listener.close()
                _end_with_parent()
            if "connection" in events:
                _accept(listener, answers)
        for name in ends:
            signal.signal(name, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
    threading.Thread(target=_exit_after, args=(_GRACE_SECONDS + _LAST_SECONDS,), name="exit", daemon=True).start()
    until = time.monotonic() + _GRACE_SECONDS
    if not (stop(_GRACE_SECONDS) and answers.wait(until - time.monotonic())):
        # A thread that is left at work may crash an interpreter that takes itself apart round it.
        atexit._run_exitfuncs()  # noqa: SLF001 - there is no public way, and multiprocessing goes this one
        _exit()


class _Answers:
    """Answers the requests of connections, and knows when none is under way."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._under_way = 0

    def converse(self, accepted: socket.socket) -> None:
        """Answer the requests of one connection, one after the other, until its end."""
        connection = Connection(accepted)
        try:
            for request in connection.requests():
                with self._counted():
                    connection.send(self._answer(request), request)
        except BadRequest as error:
            # Nobody may be there any more to be told.
            with contextlib.suppress(OSError):
                connection.send(Response(error.status, encode({"detail": error.detail, "code": "bad_request"})))
        except OSError:
            # The caller has gone, or is silent for too long. A stream looks after itself, where its events are read.
            return
        finally:
            connection.close()

    def wait(self, seconds: float) -> bool:
        """Wait for the answers that are under way. False when there still are some."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, timeout=max(0.0, seconds))

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()


def _accept(listener: socket.socket, answers: _Answers) -> None:
    try:
        accepted, _ = listener.accept()
    except (BlockingIOError, ConnectionError):
        # The caller went away again.
        return
    except OSError as error:
        # Out of descriptors: those who wait in the backlog are served when some are free again.
        print(f"warning: a connection can't be accepted: {error}", file=sys.stderr, flush=True)  # noqa: T201
        threading.Event().wait(0.1)
        return
    accepted.setblocking(True)
    threading.Thread(target=answers.converse, args=(accepted,), name="connection", daemon=True).start()


def _descriptor(name: str) -> int | None:
    value = os.environ.pop(name, "")
    if not value:
        return None
    try:
        descriptor = int(value)
        os.fstat(descriptor)
    except (ValueError, OSError) as error:
        raise ToolError(f"{name} is {value!r}: expected the number of an open descriptor ({error})") from error
    return descriptor


def _end_with_parent() -> None:
    """The parent is gone, and nobody will read what comes: end at once, with the programs that this tool has
    started.
    """
    sys.stderr.flush()
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        # The parent gave this process a group of its own; whatever else is in it was started from here.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    os._exit(0)


def _exit_after(seconds: float) -> None:
    threading.Event().wait(seconds)
    # A thread of the author's, or what runs at exit, holds the interpreter: it isn't waited for.
    _exit()


def _exit() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
