"""Work on what strangers wrote, in a process with bounds: so much memory, so much time, and it can be ended.

    made = apart("pixie_core.exporters.formulas", {"tex": "x^2", …})

The module named has a function `work(request) -> bytes`; the request holds what `marshal` can carry.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from typing import Any

__all__ = ["CannotDo", "apart"]

ISOLATED = ("-I",)
"""How Python is told to heed neither its environment nor the current folder."""
SECONDS = 20
"""Of processor time that the work may take; a little more by the clock."""
MEMORY = 4 * 2**30
"""Bytes that it may have at once, its libraries and its fonts among them."""


class CannotDo(Exception):
    """The work can't be done; says why, in words that end without a full stop."""


def apart(module: str, request: dict[str, Any]) -> bytes:
    """Have the module's `work` do it, and return what it made. Raises CannotDo."""
    command = [sys.executable, *ISOLATED, "-m", "pixie_core.exporters.apart_process", module]
    try:
        done = subprocess.run(
            command, input=marshal.dumps(request), capture_output=True, timeout=2 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CannotDo(f"it takes longer than {2 * SECONDS} seconds") from error
    if done.returncode < 0:
        raise CannotDo(f"it takes more than {SECONDS} seconds, or more memory than {MEMORY // 2**30} GiB")
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    raise CannotDo(said if done.returncode == REFUSED else said.rpartition("\n")[2] or f"exit code {done.returncode}")


REFUSED = 3
"""The exit code of a process whose work raised CannotDo."""
