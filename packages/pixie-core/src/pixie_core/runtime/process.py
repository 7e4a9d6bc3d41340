"""One process of a tool, from its start to its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from pixie_core.errors import ToolStartFailed
from pixie_core.runtime.environment import tool_environment
from pixie_core.runtime.marks import VARIABLE, SpawnMark, kill_marked
from pixie_core.runtime.masking import Masker
from pixie_core.runtime.output import ProcessOutput
from pixie_core.runtime.spawner import Order
from pixie_core.runtime.transport import Transport
from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    from pixie_core.config import Settings
    from pixie_core.runtime.spawner import Spawner
    from pixie_core.tool import Tool

__all__ = ["ToolProcess", "spawn"]

TERM_SECONDS = 5.0
"""How long a process may take to end after SIGTERM."""


class ToolProcess:
    """A tool's process: running until `ended`, which the operating system says and nobody else.

    `transport` talks to it, `output` is what it writes; `secret_names` are the variables of its .env.
    """

    def __init__(
        self,
        *,
        tool: Tool,
        popen: subprocess.Popen[bytes],
        mark: SpawnMark,
        transport: Transport,
        output: ProcessOutput,
        masker: Masker,
        lifeline: int | None,
        listens_already: bool,
    ) -> None:
        self.tool = tool
        self.pid = popen.pid
        self.identity = Owner.of(popen.pid)
        self.mark = mark
        self.transport = transport
        self.output = output
        self.masker = masker
        self.listens_already = listens_already
        self.started_at = time.monotonic()
        self.why_killed: str | None = None
        """What Pixie ended it for, when the runs in it are to blame it on that: its memory."""
        self._popen = popen
        self._lifeline = lifeline
        self._stopping = threading.Lock()
        self._stopped = False

    @property
    def port(self) -> int:
        """The port on 127.0.0.1 that it listens on."""
        return self.transport.port

    @property
    def ended(self) -> bool:
        """True once the process itself has ended, whatever became of its children."""
        return self._popen.poll() is not None

    def how_it_ended(self) -> str:
        """In words: the exit code, or the signal that killed it."""
        code = self._popen.poll()
        if code is None:
            return "it still runs"
        if code >= 0:
            return f"it ended with exit code {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"it was killed by {name}"

    def wait(self, seconds: float) -> bool:
        """Wait for its end; True when it has ended."""
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, term_seconds: float = TERM_SECONDS) -> bool:
        """End it, and everything that it started: SIGTERM to its group, then SIGKILL, then every process that
        carries its mark. Streams to it should be closed before: many tools wait for them.

        Returns False when it had to be killed. May be called again, and from several threads.
        """
        with self._stopping:
            if self._stopped:
                return True
            obeyed = self.ended
            if not obeyed:
                self._signal(signal.SIGTERM)
                self._signal(signal.SIGCONT)  # one that is stopped gets no SIGTERM before it goes on
                obeyed = self.wait(term_seconds)
            self._end_all()
            self._stopped = True
            return obeyed

    def signal_kill(self) -> None:
        """SIGKILL to its group, without waiting: `stop` does the rest."""
        self._signal(signal.SIGKILL)

    def kill(self) -> None:
        """End it, and everything that it started, at once."""
        self.stop(term_seconds=0)

    def _end_all(self) -> None:
        self._signal(signal.SIGKILL)
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        kill_marked(self.mark.folder, lambda mark: mark == self.mark)
        self._popen.wait()
        # A grandchild's last words may still be in the pipe; nothing waits for it to be closed.
        self.output.settle(1.0)
        self.output.close()
        self.transport.close()

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group. Its number stays ours as long as the leader isn't reaped, or a member lives."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def spawn(tool: Tool, settings: Settings, folder: str, spawner: Spawner) -> ToolProcess:
    """Start a tool's process; it isn't healthy yet. Raises ToolStartFailed when it can't even be started.

    Tools on the SDK get a socket that listens already, a token and a lifeline; all others a free port.
    """
    sdk = tool.uses_sdk
    environment = tool_environment(tool)
    mark = SpawnMark.new(folder)
    variables = {**environment.variables, VARIABLE: str(mark)}
    masker = Masker(environment.secrets)
    output = ProcessOutput(masker, tool.id)
    for line in environment.warnings:
        output.say(line)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port: int = listener.getsockname()[1]
    token: str | None = None
    ends: tuple[int, int] | None = None
    inherited: tuple[int, ...] = ()
    try:
        if sdk:
            ends = os.pipe()
            inherited = (listener.fileno(), ends[0])
            variables["PIXIE_TOOL_SOCKET"], variables["PIXIE_TOOL_LIFELINE"] = map(str, inherited)
            if not settings.developer_mode:
                token = variables["PIXIE_TOOL_TOKEN"] = token_urlsafe(32)
        else:
            listener.close()
        entrypoint = tool.checked().entrypoint
        popen = spawner.spawn(
            Order(
                (str(tool.python), entrypoint, "--port", str(port)),
                tool.folder,
                variables,
                output.writer,
                inherited,
                # The lifeline does the same without a program between, and reaches grandchildren too.
                dies_with_pixie=not sdk,
            )
        )
    except OSError as error:
        output.close()
        if ends is not None:
            os.close(ends[1])
        raise ToolStartFailed(tool.id, _why_not(tool, error)) from error
    finally:
        listener.close()
        if ends is not None:
            os.close(ends[0])
    output.spawned()
    transport = Transport(port, token, max_answer_bytes=settings.max_tool_answer_bytes)
    lifeline = ends[1] if ends is not None else None
    return ToolProcess(
        tool=tool,
        popen=popen,
        mark=mark,
        transport=transport,
        output=output,
        masker=masker,
        lifeline=lifeline,
        listens_already=sdk,
    )


def _why_not(tool: Tool, error: OSError) -> str:
    again = f"Make its environment again: `pixie sync {tool.id}`."
    match error:
        case FileNotFoundError() if not tool.folder.is_dir():
            return f"The folder of {tool.id} is gone: {tool.folder}."
        case FileNotFoundError():
            return f"The Python of {tool.id} isn't there: {tool.python}. {again}"
        case PermissionError():
            return f"The Python of {tool.id} can't be executed: {tool.python}. {again}"
    return f"The process of {tool.id} can't be started: {error.strerror or error}. {again}"
