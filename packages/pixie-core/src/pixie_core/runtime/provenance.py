"""Looking up what a run's fingerprint says: of the tool's files, its environment, and this computer."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixie_core.run.fingerprint import fingerprint
from pixie_core.runtime.environment import tool_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pixie_core.tool import Tool

__all__ = ["Provenance"]

_NOT_SOURCES = {".venv", "data", "__pycache__", ".git", ".pytest_cache", ".mypy_cache", ".ruff_cache", "node_modules"}
LARGEST_SOURCE = 8 * 2**20
"""Larger files (models, data sets) count by name and size: hashing gigabytes would delay the run."""


class Provenance:
    """Makes fingerprints. Files are hashed once, and again when they have changed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def fingerprint(self, tool: Tool, recorded_inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The fingerprint of a run of the tool with these inputs, as they are recorded."""
        lock = tool.folder / "uv.lock"
        return fingerprint(
            tool_version=tool.checked().version,
            sources=self._sources(tool.folder),
            lock=self._hash(lock) if lock.is_file() else None,
            python=_python_version(tool.folder / ".venv"),
            platform=_platform(),
            inputs=recorded_inputs,
            secrets=tool_environment(tool).names,
            pixie=_pixie_version(),
        )

    def _sources(self, folder: Path) -> str:
        digest = hashlib.sha256()
        for path in sorted(_source_files(folder)):
            name = os.fsencode(path.relative_to(folder))
            digest.update(len(name).to_bytes(8, "big") + name + self._hash(path).encode())
        return digest.hexdigest()

    def _hash(self, path: Path) -> str:
        """Of the file's content; of its size alone when it is large; of nothing when it is gone meanwhile."""
        try:
            stat = path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            with self._lock:
                known = self._known.get(path)
            if known is not None and known[0] == mark:
                return known[1]
            content = b"%d bytes" % stat.st_size if stat.st_size > LARGEST_SOURCE else path.read_bytes()
        except OSError:
            return ""
        found = hashlib.sha256(content).hexdigest()
        with self._lock:
            self._known[path] = (mark, found)
        return found


def _source_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_SOURCES]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".env") and not name.endswith(".pyc") and path.is_file() and not path.is_symlink():
                yield path


def _python_version(environment: Path) -> str | None:
    """From pyvenv.cfg: running the interpreter would cost more than many a run."""
    try:
        lines = (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    said = {key.strip().lower(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    return said.get("version_info") or said.get("version")


@cache
def _platform() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"


@cache
def _pixie_version() -> str:
    return importlib.metadata.version("pixie-core")
