"""Which files of a tool's folder are its source, the one hash of them, and a quick mark of what a process starts from.

What is made on this machine stays here: the environment, secrets, the tool's own data, history, caches, what
editors and file managers leave behind, and whatever isn't a plain file.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["SourceHash", "SourceMark", "left_behind", "source_files", "source_mark"]

SourceMark: TypeAlias = "tuple[tuple[int, ...] | None, ...]"
"""Equal as long as nothing of what it marks has changed; see `source_mark`."""

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


_STARTED_FROM = ("tool.json", "pyproject.toml", "uv.lock", ".env", ".venv/pyvenv.cfg", ".venv/.pixie-sync")


def source_mark(folder: Path, entrypoint: str) -> SourceMark:
    """Whether a process that was started in this folder is of what lies there now: equal marks say that it is.

    By a look at the folder itself, the entrypoint, tool.json, what the environment is made from, the environment and
    the secrets; some 20 µs. Further modules aren't looked at: whoever watches the folder tells of them.
    """
    own = _stat(folder)
    files = (_stat(folder / name) for name in (entrypoint, *_STARTED_FROM))
    # A folder's size and time change with whatever a tool leaves in it; which folder it is doesn't.
    return (
        (own.st_dev, own.st_ino) if own is not None else None,
        *((each.st_mtime_ns, each.st_size, each.st_ino) if each is not None else None for each in files),
    )


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
