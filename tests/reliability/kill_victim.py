"""Forks a process for each order on stdin, which does one work of `kill_works` once it is told to; see `kill_points`."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.reliability.kill_works import WORKS

_ANYBODY_MAY_TRACE = (0x59616D61, -1)
"""PR_SET_PTRACER, PR_SET_PTRACER_ANY: some systems let only parents trace."""


def _be_the_victim(order: dict[str, Any], ready: int, go: int) -> None:
    folder = Path(order["folder"])
    ctypes.CDLL(None).prctl(*_ANYBODY_MAY_TRACE, 0, 0, 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        fd = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(fd, number)
        os.close(fd)
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(*words: object) -> None:
        os.write(said, (" ".join(map(str, words)) + "\n").encode())

    os.close(ready)
    # From here on it may be traced, and struck.
    os.read(go, 1)
    WORKS[order["work"]].act(Path(order["home"]), say)
    if order["modules"]:
        (folder / "modules").write_text(json.dumps(sorted(sys.modules)))


def _born(order: dict[str, Any]) -> dict[str, Any]:
    """A new victim, which waits to be told to go."""
    ready, ready_end = os.pipe()
    go, go_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(ready)
            os.close(go_end)
            _be_the_victim(order, ready_end, go)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(ready_end)
    os.close(go)
    os.read(ready, 1)
    os.close(ready)
    return {"pid": pid, "go": go_end}


def _ended(order: dict[str, Any]) -> dict[str, Any]:
    """Let a victim go, and wait for its end."""
    os.close(order["go"])
    deadline = time.monotonic() + order["seconds"]
    while True:
        pid, status = os.waitpid(order["pid"], os.WNOHANG)
        if pid:
            return {"code": os.waitstatus_to_exitcode(status)}
        if time.monotonic() > deadline:
            os.kill(order["pid"], signal.SIGKILL)
            os.waitpid(order["pid"], 0)
            return {"code": None}
        time.sleep(0.002)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    if "warm" in order:
        for name in order["warm"]:
            with suppress(ImportError):
                importlib.import_module(name)
        return {}
    return _ended(order) if "go" in order else _born(order)


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()
