"""Points at which a test can make Pixie fail: killed, in error, or late.

Code on whose order data depends calls `fault("publish.after_link")` between its steps. Unarmed, that is one
comparison. PIXIE_FAULT arms points when Python starts, `arm` does so within a test:

    PIXIE_FAULT="publish.after_link:kill"          SIGKILL to this process
    PIXIE_FAULT="commit.before:error"              raises FaultInjected, an OSError (EIO)
    PIXIE_FAULT="commit.before:delay=0.5"          sleeps, in seconds (0.2 when left out)
    PIXIE_FAULT="commit.before#3:kill"             at the third time that it is passed
    PIXIE_FAULT="one:error,two:delay"              several

    with held("delete.after_mark") as step:        who passes it in another thread waits there
        step.reached.wait(10)
        ...                                        and goes on once the block ends, or step.go.set()
"""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, cast, get_args

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FaultInjected", "Held", "arm", "disarm", "fault", "held"]

_Action = Literal["kill", "error", "delay"]


_LONGEST_WAIT = 60.0


class FaultInjected(OSError):
    """An armed point failed, as a broken disk would: EIO."""


@frozen
class _Armed:
    name: str
    action: _Action
    seconds: float
    at: int


@frozen
class Held:
    """A point at which somebody is made to wait: `reached` once they stand there, until `go` is set."""

    name: str
    reached: threading.Event = field(factory=threading.Event)
    go: threading.Event = field(factory=threading.Event)


_armed: dict[str, _Armed] | None = None
_held: Held | None = None
_passed: dict[str, int] = {}
_counting = threading.Lock()


def arm(specification: str) -> None:
    """Arm the points that a specification like PIXIE_FAULT's names, in place of those armed before.

    Raises ValueError when it can't be read: a fault test that arms nothing would pass for the wrong reason.
    """
    global _armed  # noqa: PLW0603
    points: dict[str, _Armed] = {}
    for part in filter(None, (each.strip() for each in specification.split(","))):
        place, _, what = part.rpartition(":")
        name, _, at = place.partition("#")
        action, _, seconds = what.partition("=")
        try:
            points[name] = _Armed(name, cast("_Action", action), float(seconds or 0.2), int(at or 1))
        except ValueError:
            action = ""
        if not name or action not in get_args(_Action):
            raise ValueError(f"PIXIE_FAULT: {part!r} should be name:kill, name:error or name:delay=SECONDS")
    _passed.clear()
    _armed = points or None


def disarm() -> None:
    """No point fails any more."""
    arm("")


@contextmanager
def held(name: str) -> Iterator[Held]:
    """Within the block the first to pass the point waits there; at its end they go on."""
    global _held  # noqa: PLW0603
    point = _held = Held(name)
    try:
        yield point
    finally:
        _held = None
        point.go.set()


def fault(name: str) -> None:
    """Fail, or wait, here when the point is armed or held; otherwise do nothing."""
    if _held is not None:
        _wait_at(name)
    if _armed is None or (point := _armed.get(name)) is None:
        return
    with _counting:
        _passed[name] = _passed.get(name, 0) + 1
        if _passed[name] != point.at:
            return
    if point.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if point.action == "error":
        raise FaultInjected(errno.EIO, f"injected at {name}")
    time.sleep(point.seconds)


def _wait_at(name: str) -> None:
    point = _held
    if point is None or point.name != name or point.reached.is_set():
        return
    point.reached.set()
    if not point.go.wait(_LONGEST_WAIT):
        raise FaultInjected(errno.ETIMEDOUT, f"held at {name}, and nobody let go")


arm(os.environ.get("PIXIE_FAULT", ""))
