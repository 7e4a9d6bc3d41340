"""What a process writes to its stdout and stderr: read all the time, masked, and the end of it kept."""

from __future__ import annotations

import codecs
import fcntl
import os
import select
import sys
import termios
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pixie_core.runtime.masking import Masker

__all__ = ["ProcessOutput"]


class ProcessOutput:
    """Reads a process's output, so that it never blocks on a full pipe, and keeps the last `kept_bytes` of it.

        output = ProcessOutput(Masker(secrets), name="lorenz", kept_bytes=65_536)
        spawn(..., output.writer); output.spawned()
        output.tail()                              # the end, as text
        stop = output.follow(lambda text: ...)     # and what comes from now on

    Reading never waits for the process's end: a grandchild may hold the pipe open for ever.
    """

    def __init__(self, masker: Masker, name: str, *, kept_bytes: int) -> None:
        self._most_kept = kept_bytes
        self._reader, self.writer = os.pipe()
        self._wake_reader, self._wake_writer = os.pipe()
        self._lock = threading.Lock()
        self._caught_up = threading.Condition(self._lock)
        self._handing_on = False
        self._kept: deque[str] = deque()
        self._kept_bytes = 0
        self._followers: list[Callable[[str], None]] = []
        self._masked = masker.stream()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._thread = threading.Thread(target=self._read, name=f"output of {name}", daemon=True)
        self._drained = threading.Event()

    def spawned(self) -> None:
        """The process has its end of the pipe: let go of ours, and begin to read."""
        os.close(self.writer)
        self._thread.start()

    def say(self, line: str) -> None:
        """Add a line of Pixie's own."""
        self._give(f"[pixie] {line}\n")

    def tail(self, lines: int | None = None) -> str:
        """The end of what was written, at most 64 KiB."""
        with self._lock:
            text = "".join(self._kept)
        return text if lines is None else "".join(text.splitlines(keepends=True)[-lines:])

    def follow(self, follower: Callable[[str], None]) -> Callable[[], None]:
        """Call `follower` with each piece of text from now on; what is returned ends that. It must not block."""
        with self._lock:
            self._followers.append(follower)

        def stop() -> None:
            with self._lock:
                if follower in self._followers:
                    self._followers.remove(follower)

        return stop

    def catch_up(self, seconds: float) -> None:
        """Wait, at most so long, until what was written by now has reached the followers."""
        with self._lock:
            self._caught_up.wait_for(self._is_caught_up, seconds)

    def _is_caught_up(self) -> bool:
        if self._drained.is_set():
            return True
        # What is taken out of the pipe and not handed on yet counts as not read.
        waiting = bytearray(4)
        fcntl.ioctl(self._reader, termios.FIONREAD, waiting)
        return not self._handing_on and int.from_bytes(waiting, sys.byteorder) == 0

    def settle(self, seconds: float) -> None:
        """Give what is still in the pipe of an ended process the time to be read."""
        self._drained.wait(seconds)

    def close(self) -> None:
        """Stop reading."""
        if self._thread.ident is None:
            os.close(self.writer)
            os.close(self._reader)
        else:
            os.write(self._wake_writer, b"x")
            self._thread.join()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def _read(self) -> None:
        poll = select.poll()
        poll.register(self._reader, select.POLLIN | select.POLLHUP)
        poll.register(self._wake_reader, select.POLLIN)
        try:
            while True:
                ready = [descriptor for descriptor, _ in poll.poll()]
                if self._wake_reader in ready:
                    break
                with self._lock:
                    self._handing_on = True
                piece = os.read(self._reader, 65_536)
                if not piece:
                    break
                self._give(self._masked.feed(self._decoder.decode(piece)))
                with self._lock:
                    self._handing_on = False
                    self._caught_up.notify_all()
            self._give(self._masked.feed(self._decoder.decode(b"", final=True)) + self._masked.close())
        finally:
            with self._lock:
                self._drained.set()
                os.close(self._reader)
                self._caught_up.notify_all()

    def _give(self, text: str) -> None:
        if not text:
            return
        with self._lock:
            self._kept.append(text)
            self._kept_bytes += len(text.encode())
            while self._kept_bytes > self._most_kept:
                self._drop()
            followers = list(self._followers)
        for follower in followers:
            follower(text)

    def _drop(self) -> None:
        """Forget the oldest: whole pieces, and of the last one as much as is too much."""
        oldest = self._kept.popleft().encode()
        self._kept_bytes -= len(oldest)
        room = self._most_kept - self._kept_bytes
        if room > 0:
            kept = oldest[-room:].decode("utf-8", "ignore")
            self._kept.appendleft(kept)
            self._kept_bytes += len(kept.encode())
