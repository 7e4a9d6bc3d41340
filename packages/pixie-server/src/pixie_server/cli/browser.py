"""Showing a page or a folder to the person at this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["show", "show_folder"]

_SECONDS = 3
"""How long it may take to say that it failed; some programs that show a folder stay until it is closed."""


def show(url: str) -> bool:
    """Open the address in the desktop's browser; False where there is no desktop.

    A text browser would take over this terminal, and is none that is meant.
    """
    if sys.platform != "darwin" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        return False
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


def show_folder(folder: Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Open the folder in the desktop's file browser; False where there is no desktop, or none that can."""
    found = (shutil.which(each, path=environment.get("PATH")) for each in _file_browsers(environment))
    program = next(filter(None, found), None)
    if program is None:
        return False
    # It is opened as the current folder: that needs no translation where Windows has its own paths.
    process = subprocess.Popen(
        [program, "."],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        # Explorer ends with 1 when it did as it was told.
        return process.wait(_SECONDS) == 0 or program.endswith("explorer.exe")
    except subprocess.TimeoutExpired:
        return True


def _file_browsers(environment: Mapping[str, str]) -> Iterator[str]:
    if sys.platform == "darwin":
        yield "open"
    elif environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        yield "xdg-open"
    yield "explorer.exe"  # Windows, from its Linux
