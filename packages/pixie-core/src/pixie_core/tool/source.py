"""Which files of a tool's folder are its source, and the one hash of them.

What is made on this machine stays here: the environment, secrets, the tool's own data, history, caches, what
editors and file managers leave behind, and whatever isn't a plain file.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["SourceHash", "left_behind", "source_files"]

_MADE_HERE = frozenset(
    {".venv", "venv", ".git", ".hg", ".svn", "__pycache__", "node_modules", "__macosx", ".ipynb_checkpoints"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".tox", ".nox", ".cache", ".eggs"}
    | {".idea", ".vscode", ".vs", ".ds_store", "thumbs.db", "desktop.ini"}
)
_ENDINGS = re.compile(r".*(\.py[co]|\.sw[a-p]|~|\.bak|\.orig|\.rej|\.tmp|\.part|\.egg-info)", re.DOTALL)
_EXAMPLES = frozenset({".env.example", ".env.sample", ".env.template"})


def left_behind(parts: tuple[str, ...]) -> bool:
    """True for what isn't source, by its path within the tool's folder."""
    folded = [part.casefold() for part in parts]  # .GIT is .git where case doesn't count
    return folded[0] == "data" or any(map(_made_here, folded))


def _made_here(name: str) -> bool:
    if name == ".env" or name.startswith(".env."):
        return name not in _EXAMPLES
    return name in _MADE_HERE or name.startswith((".#", "._")) or _ENDINGS.fullmatch(name) is not None


def source_files(folder: Path) -> list[tuple[str, Path]]:
    """The source of the tool in a folder: names with `/`, sorted, and paths. Links are never followed."""
    return sorted(_walk(folder, ()))


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            parts = (*above, entry.name)
            if left_behind(parts) or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _walk(folder / entry.name, parts)
            elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                yield "/".join(parts), folder / entry.name


class SourceHash:
    """The hash of a tool's source: equal for equal files under equal names, in whatever order they come."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Take in one file, piece by piece."""
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        self._files[name] = digest.hexdigest()

    def hexdigest(self) -> str:
        """SHA-256 over the names and the SHA-256 of each file, sorted by name."""
        lines = "".join(f"{self._files[name]}  {name}\n" for name in sorted(self._files))
        return hashlib.sha256(lines.encode()).hexdigest()
