"""Starting a program again whenever its code changes: what `pixie dev` does with `pixie serve`."""

from __future__ import annotations

import signal
import subprocess
import threading
from typing import TYPE_CHECKING

from watchfiles import DefaultFilter, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from watchfiles import Change

__all__ = ["Reloader"]

_LOOK_MS = 250
_END_SECONDS = 15.0
"""More than a server takes to end by itself."""


class _Code(DefaultFilter):
    """Whatever a package carries, but for what is fetched or compiled."""

    def __call__(self, change: Change, path: str) -> bool:
        return super().__call__(change, path) and "/vendor/" not in path and "/.vendor" not in path


class Reloader:
    """Runs a command, and starts it again after each change in `folders`.

    `say` is told in a line what happens. A command that ends by itself at its very first start ends all this, since
    what it says of its port or its folder isn't mended by waiting; later, when code was changed to something that
    doesn't start, the next change is waited for.
    """

    def __init__(
        self,
        command: Sequence[str],
        again: Sequence[str],
        *,
        environment: Mapping[str, str],
        folders: Sequence[Path],
        say: Callable[[str], None],
        stop: threading.Event | None = None,
    ) -> None:
        self._command, self._again = list(command), list(again)
        self._environment = dict(environment)
        self._folders = folders
        self._say = say
        self._stop = stop

    def run(self) -> int:
        """Until KeyboardInterrupt, or `stop`, which end the command in its own time. Returns its exit code."""
        process = self._start(self._command)
        first, told = True, False
        try:
            for changes in watch(
                *self._folders,
                watch_filter=_Code(),
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
                raise_interrupt=True,
                stop_event=self._stop,
            ):
                ended = process.poll()
                if changes:
                    self._say(f"{_names(changes)} changed: starting again …")
                    _end(process)
                    process, first, told = self._start(self._again), False, False
                elif ended is not None and first:
                    return ended
                elif ended is not None and not told:
                    self._say(f"It ended with exit code {ended}. It is started again at the next change.")
                    told = True
        except KeyboardInterrupt:
            pass  # Ctrl+C, and what `main` makes one: the end that was wanted
        finally:
            code = _end(process)
        return code

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self._environment, stdin=subprocess.DEVNULL)


def _end(process: subprocess.Popen[bytes]) -> int:
    """Ask it to end, and see to it. Ctrl+C has reached it already; a second word does no harm."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    while True:
        try:
            return process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        except KeyboardInterrupt:
            continue  # it is ending


def _names(changes: set[tuple[Change, str]]) -> str:
    names = sorted({path.rpartition("/")[2] for _, path in changes})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
