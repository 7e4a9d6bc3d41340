"""Pixie's library: tools, runs, outputs and what is kept of them, without a server.

import pixie_core

with pixie_core.open("~/pixie") as pixie:
    run = pixie.run("compound-interest", principal=1000)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixie_core.config import Settings
    from pixie_core.errors import PixieError
    from pixie_core.facade import Pixie, open  # noqa: A004

__all__ = ["Pixie", "PixieError", "Settings", "open"]

_HOMES = {
    "Pixie": "pixie_core.facade",
    "PixieError": "pixie_core.errors",
    "Settings": "pixie_core.config",
    "open": "pixie_core.facade",
}


def __getattr__(name: str) -> Any:
    """The public names, loaded when first used, so that `import pixie_core` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pixie_core' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
