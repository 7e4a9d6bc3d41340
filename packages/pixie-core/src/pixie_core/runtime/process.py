"""One process of a tool, from its start to its end."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
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
    from pixie_core.runtime.marks import Marked
    from pixie_core.runtime.spawner import Spawner
    from pixie_core.tool import Tool

__all__ = ["ToolProcess", "spawn"]

_log = logging.getLogger(__name__)

TERM_SECONDS = 5.0
"""How long a process may take to end after SIGTERM."""
KILL_SECONDS = 5.0
"""How long the system may take to end one after SIGKILL."""


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
        self.escaped: tuple[Marked, ...] = ()
        """What it had started and had to be killed one by one, once it is stopped."""
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
        return self._exit_code() is not None

    def how_it_ended(self) -> str:
        """In words: the exit code, or the signal that killed it."""
        code = self._exit_code()
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
        deadline = time.monotonic() + seconds
        pause = 0.001
        while not self.ended:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, 0.05)
        return True

    def _exit_code(self) -> int | None:
        """Its exit code, or minus the signal that killed it; None while it runs.

        Its status isn't taken before `stop` has ended its group: as long as it is there, the group's number
        can't be given to a stranger.
        """
        if self._popen.returncode is not None or not hasattr(os, "waitid"):
            return self._popen.poll()
        try:
            found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return self._popen.poll()
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

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
        self.escaped = tuple(kill_marked(self.mark.folder, lambda mark: mark == self.mark))
        if self.wait(KILL_SECONDS):
            self._popen.wait()
        else:
            _log.error("process %d of %s can't be killed", self.pid, self.tool.id)
        # A grandchild's last words may still be in the pipe; nothing waits for it to be closed.
        self.output.settle(1.0)
        self.output.close()
        self.transport.close()

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group."""
        if self._popen.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def spawn(tool: Tool, settings: Settings, folder: str, spawner: Spawner) -> ToolProcess:
    """Start a tool's process; it isn't healthy yet. Raises ToolStartFailed when it can't even be started.

    Tools on the SDK get a socket that listens already, a token and a lifeline; all others a free port.
    """
    entrypoint = tool.checked().entrypoint
    environment = tool_environment(tool)
    mark = SpawnMark.new(folder)
    variables = {**environment.variables, VARIABLE: str(mark)}
    masker = Masker(environment.secrets)
    output = ProcessOutput(masker, tool.id, kept_bytes=settings.tool_log_bytes)
    sdk = tool.uses_sdk
    token = token_urlsafe(32) if sdk and not settings.developer_mode else None
    lifeline: int | None = None
    with ExitStack() as until_spawned, ExitStack() as unless_spawned:
        unless_spawned.callback(output.close)
        listener = until_spawned.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        port: int = listener.getsockname()[1]
        inherited: tuple[int, ...] = ()
        if sdk:
            child_end, lifeline = os.pipe()
            until_spawned.callback(os.close, child_end)
            unless_spawned.callback(os.close, lifeline)
            inherited = (listener.fileno(), child_end)
            variables["PIXIE_TOOL_SOCKET"], variables["PIXIE_TOOL_LIFELINE"] = map(str, inherited)
        else:
            listener.close()
        if token is not None:
            variables["PIXIE_TOOL_TOKEN"] = token
        command = (str(tool.python), entrypoint, "--port", str(port))
        try:
            # The lifeline does what the parent-death signal does, without a program between, and for grandchildren too.
            order = Order(command, tool.folder, variables, output.writer, inherited, dies_with_pixie=not sdk)
            popen = spawner.spawn(order)
        except OSError as error:
            raise ToolStartFailed(tool.id, _why_not(tool, error)) from error
        unless_spawned.pop_all()
    output.spawned()
    for line in environment.warnings:
        output.say(line)
    return ToolProcess(
        tool=tool,
        popen=popen,
        mark=mark,
        transport=Transport(
            port,
            token,
            max_answer_bytes=settings.max_tool_answer_bytes,
            connect_seconds=settings.tool_connect_timeout_seconds,
        ),
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
