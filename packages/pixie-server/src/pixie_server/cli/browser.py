"""Showing a page to the person at this machine."""

from __future__ import annotations

import os
import sys

__all__ = ["show"]


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
