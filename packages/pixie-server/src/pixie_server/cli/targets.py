"""Where a command writes: `--to`, the same for every command that has it."""

from __future__ import annotations

from pathlib import Path

from pixie_server.cli.command import Failure
from pixie_server.outcomes import USAGE

__all__ = ["target_path"]


def target_path(to: Path | None, filename: str) -> Path:
    """`to` when it names a file; a file of this name when it is a folder, by default the current one.

    Raises Failure when the folder isn't there.
    """
    path = Path.cwd() if to is None else to.expanduser().absolute()
    path = path / filename if path.is_dir() else path
    if not path.parent.is_dir():
        raise Failure(f"There is no folder {path.parent}. Make it, or name another place with --to.", USAGE)
    return path
