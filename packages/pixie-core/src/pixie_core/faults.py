"""Points at which a test can make Pixie fail: killed, in error, or late.

Code on whose order data depends calls `fault("publish.after_link")` between its steps. Unarmed, that is one
comparison. PIXIE_FAULT arms points when Python starts, `arm` does so within a test:

    PIXIE_FAULT="publish.after_link:kill"          SIGKILL to this process
    PIXIE_FAULT="commit.before:error"              raises FaultInjected, an OSError (EIO)
    PIXIE_FAULT="commit.before:delay=0.5"          sleeps, in seconds (0.2 when left out)
    PIXIE_FAULT="commit.before#3:kill"             at the third time that it is passed
    PIXIE_FAULT="one:error,two:delay"              several
"""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from typing import Literal, cast, get_args

from attrs import frozen

__all__ = ["FaultInjected", "arm", "disarm", "fault"]

_Action = Literal["kill", "error", "delay"]


class FaultInjected(OSError):
    """An armed point failed, as a broken disk would: EIO."""


@frozen
class _Armed:
    name: str
    action: _Action
    seconds: float
    at: int


_armed: dict[str, _Armed] | None = None
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


def fault(name: str) -> None:
    """Fail here when the point is armed; otherwise do nothing."""
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


arm(os.environ.get("PIXIE_FAULT", ""))
