"""What a crash left in the tools folder: ended or removed before anybody looks for tools, and said on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pixie_server.cli.terminal import safe

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["sweep"]


def sweep(tools_dir: Path) -> None:
    """End imports and new tools that were cut short, and say so. Raises OSError for the disk's reasons."""
    from pixie_core.tool.importing import sweep_leftovers

    for each in sweep_leftovers(tools_dir):
        click.echo(safe(each), err=True)
