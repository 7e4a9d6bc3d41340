"""Words onto the clipboard of the desktop, by its own means."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from pixie_core.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["copy_text"]

_SECONDS = 10


def copy_text(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """Put a text on the clipboard; returns the name of the program that did it.

    Raises ExportError where there is no desktop, none of the programs, or when it fails.
    """
    tried = [each for each in _programs(environment) if shutil.which(each[0], path=environment.get("PATH"))]
    if not tried:
        raise ExportError(f"There is no clipboard to copy to: {_why(environment)}")
    program = tried[0]
    # clip.exe takes UTF-16 for what it is by its mark; the others take UTF-8.
    content = text.encode("utf-16" if program[0] == "clip.exe" else "utf-8", "replace")
    try:
        # Some go on in the background to serve what was copied: nothing waits for what they might still say.
        done = subprocess.run(
            program,
            input=content,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env=dict(environment),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExportError(f"{program[0]} couldn't copy to the clipboard: {error}.") from error
    if done.returncode:
        raise ExportError(f"{program[0]} couldn't copy to the clipboard: it ended with code {done.returncode}.")
    return program[0]


def _programs(environment: Mapping[str, str]) -> Iterator[list[str]]:
    """What could do it on this desktop, the best first."""
    if sys.platform == "darwin":
        yield ["pbcopy"]
        return
    if environment.get("WAYLAND_DISPLAY"):
        yield ["wl-copy", "--type", "text/plain;charset=utf-8"]
    if environment.get("DISPLAY"):
        yield ["xclip", "-selection", "clipboard"]
        yield ["xsel", "--clipboard", "--input"]
    yield ["clip.exe"]  # Windows, from its Linux


def _why(environment: Mapping[str, str]) -> str:
    if environment.get("WAYLAND_DISPLAY"):
        return "install wl-clipboard."
    if environment.get("DISPLAY"):
        return "install xclip or xsel."
    return "no desktop is running here (neither DISPLAY nor WAYLAND_DISPLAY is set). Save a file instead."
