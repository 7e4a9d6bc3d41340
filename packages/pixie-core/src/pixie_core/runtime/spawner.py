"""Starting processes, always from one thread.

The parent-death signal that ends a tool with Pixie follows the *thread* that started it: a tool that a
request's thread had started would be killed when that thread ends. So one thread, which lives as long as the
spawner, starts them all.
"""

from __future__ import annotations

import queue
import shutil
import subprocess
import sys
import threading
from concurrent.futures import Future
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Order", "Spawner"]


@frozen
class Order:
    """What is to be started. Both output streams of the process are written to the descriptor `output`.

    `dies_with_pixie` asks the kernel to kill it when Pixie dies, where `setpriv` is there to say so.
    """

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    output: int
    inherited: tuple[int, ...] = ()
    dies_with_pixie: bool = True


class Spawner:
    """The one thread that starts processes. Close it when all of them have ended: their parent-death signal
    fires when the thread does.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Order, Future[subprocess.Popen[bytes]]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="pixie-spawner", daemon=True)
        self._thread.start()

    def spawn(self, order: Order) -> subprocess.Popen[bytes]:
        """Start a process. Raises OSError as Popen does."""
        future: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((order, future))
        return future.result()

    def close(self) -> None:
        """End the thread."""
        self._orders.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (task := self._orders.get()) is not None:
            order, future = task
            try:
                future.set_result(_start(order))
            except BaseException as error:  # noqa: BLE001 - it is raised where the order was given
                future.set_exception(error)
            del task, order, future


def _start(order: Order) -> subprocess.Popen[bytes]:
    command = list(order.command)
    if order.dies_with_pixie and (setpriv := _setpriv()) is not None:
        command = [setpriv, "--pdeathsig", "KILL", "--", *command]
    process: Any = subprocess.Popen(
        command,
        cwd=order.folder,
        env=dict(order.environment),
        stdin=subprocess.DEVNULL,
        stdout=order.output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        close_fds=True,
        pass_fds=order.inherited,
        umask=0o077,
    )
    return process  # type: ignore[no-any-return]


@cache
def _setpriv() -> str | None:
    return shutil.which("setpriv") if sys.platform == "linux" else None
