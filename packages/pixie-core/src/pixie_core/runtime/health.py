"""Waiting for a tool's process to be up: alive, healthy, and the one that it should be."""

from __future__ import annotations

import ipaddress
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from pixie_core.errors import ToolStartFailed
from pixie_core.run.decoding import Undecodable
from pixie_core.runtime.marks import marked
from pixie_core.runtime.transport import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_core.runtime.process import ToolProcess

__all__ = ["PortTaken", "wait_until_up"]

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.25
LOOK_SECONDS = 1.0
"""How long one look at /healthz may take."""


class PortTaken(Exception):
    """Somebody else has the port: another one is worth a try."""


def wait_until_up(process: ToolProcess, seconds: float, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Return when /healthz answers 200 and /schema names the tool.

    Raises ToolStartFailed, which says at which step it failed and how, PortTaken, or InterruptedError when
    `cancelled` says so.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    seen = "it didn't listen on its port"
    while True:
        if process.ended:
            raise _died(process)
        try:
            reply = process.transport.ask("GET", "/healthz", seconds=LOOK_SECONDS, max_bytes=1024 * 1024)
        except Refusal as refusal:
            seen = _seen(str(refusal))
        else:
            if reply.status == 200:
                break
            seen = f"/healthz answered {reply.status}"
        if cancelled():
            raise InterruptedError
        if time.monotonic() >= deadline:
            said = f"{process.tool.id} didn't get healthy within {seconds:g} s: {seen}."
            raise ToolStartFailed(process.tool.id, said, process.output.tail())
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    if not process.listens_already:
        _identify(process, deadline)
        _warn_of_open_doors(process)


def _identify(process: ToolProcess, deadline: float) -> None:
    """The port was free when it was chosen; whether it is the tool that listens there now, /schema says."""
    found: object = None
    while True:
        try:
            reply = process.transport.ask("GET", "/schema", seconds=max(LOOK_SECONDS, deadline - time.monotonic()))
            schema = reply.json() if reply.ok else None
            found = schema.get("id") if isinstance(schema, dict) else None
            answered = f"answered {reply.status}" if not reply.ok else f"names {found!r}"
        except (Refusal, Undecodable) as error:
            answered = f"gave no answer: {error}"
        if process.ended:
            # Whoever answered /healthz wasn't this process, or it died right after.
            raise _died(process)
        if found is not None and not _owns_port(process):
            # Also when it names the tool: it may be that of another Pixie, which was quicker to listen.
            raise PortTaken
        if found in {process.tool.id, process.tool.folder.name}:
            return
        if time.monotonic() >= deadline or found is not None or answered.startswith("answered 4"):
            said = f"{process.tool.id} is healthy, and its /schema {answered}; it must be the contents of tool.json."
            raise ToolStartFailed(process.tool.id, said, process.output.tail())
        time.sleep(LONGEST_PAUSE)


def _owns_port(process: ToolProcess) -> bool:
    """True when the process, or one that it started, listens on the port; also where the system doesn't say."""
    if any(port == process.port for _, port in _listening(process)):
        return True
    escaped = marked(process.mark.folder, lambda mark: mark == process.mark)
    try:
        return any(port == process.port for each in escaped for _, port in _doors(psutil.Process(each.pid)))
    except psutil.Error:
        return not psutil.LINUX


def _warn_of_open_doors(process: ToolProcess) -> None:
    """A tool that listens beyond this machine can be used by whoever reaches it."""
    for address, port in _listening(process):
        if not ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            process.output.say(f"{process.tool.id} listens on {address}:{port}, where other machines may reach it")


def _listening(process: ToolProcess) -> Iterator[tuple[str, int]]:
    """Where the process and its children listen."""
    with suppress(psutil.Error):
        leader = psutil.Process(process.pid)
        for each in (leader, *leader.children(recursive=True)):
            yield from _doors(each)


def _doors(process: psutil.Process) -> Iterator[tuple[str, int]]:
    """The addresses and ports that one process listens on."""
    for connection in process.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            yield connection.laddr.ip, connection.laddr.port


_TAKEN = ("address already in use", "errno 98", "errno 48", "eaddrinuse")


def _died(process: ToolProcess) -> Exception:
    process.output.settle(1.0)
    stderr = process.output.tail()
    if any(sign in stderr.lower() for sign in _TAKEN) and not process.listens_already:
        return PortTaken()
    last = next((line.strip() for line in reversed(stderr.splitlines()) if line.strip()), "")
    because = f" Its last words: {last[:300]}" if last else " It wrote nothing."
    said = f"{process.tool.id} ended before it was healthy: {process.how_it_ended()}.{because}"
    return ToolStartFailed(process.tool.id, said, stderr)


def _seen(reason: str) -> str:
    if reason == "it takes no connection":
        return "it didn't listen on its port"
    return f"/healthz gave no answer ({reason})"
