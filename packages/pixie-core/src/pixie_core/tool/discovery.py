"""The tools that there are: one folder each under the tools folder.

A folder counts as a tool when it holds a tool.json. One that can't be read is a tool too, with its problems
and without a manifest: it never hides another.
"""

from __future__ import annotations

import threading
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING

from attrs import field, frozen

from pixie_core.errors import ManifestInvalid, Problem, ToolNotFound, ToolNotInstalled
from pixie_core.tool.manifest import ToolManifest, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Tool", "Tools"]


@frozen
class Tool:
    """A tool's folder as it is on disk. `manifest` is None when tool.json is invalid; `problems` then say
    why.
    """

    id: str
    folder: Path
    manifest: ToolManifest | None = field(repr=False)
    problems: tuple[Problem, ...] = field(repr=False, default=())

    @property
    def python(self) -> Path:
        """The interpreter of the tool's own environment."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def installed(self) -> bool:
        """True when the tool's environment is there."""
        return self.python.exists()

    @property
    def uses_sdk(self) -> bool:
        """True when pyproject.toml says that the process takes a token and an inherited socket (settled.md
        17).
        """
        try:
            document = tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            return False
        section = document.get("tool", {}).get("pixie", {})
        return isinstance(section, dict) and section.get("server") == "sdk"

    def checked(self) -> ToolManifest:
        """The manifest. Raises ManifestInvalid when there is none."""
        if self.manifest is None:
            raise ManifestInvalid(f"{self.folder.name}/tool.json", self.problems)
        return self.manifest

    def ready(self) -> ToolManifest:
        """The manifest of a tool that can be run. Raises ManifestInvalid or ToolNotInstalled."""
        manifest = self.checked()
        if not self.installed:
            raise ToolNotInstalled(self.id, f"{self.id} has no environment yet: run `pixie sync {self.id}`.")
        return manifest


class Tools:
    """The tools under one folder, read again when their tool.json changes.

        tools = Tools(settings.tools_dir)
        tools.all()                      # every tool, by id
        tools.get("lorenz-ode-solver")   # one, or ToolNotFound with the near names

    Thread-safe. A look at a thousand unchanged tools costs one stat each.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[tuple[int, int, int], Tool]] = {}

    def all(self) -> list[Tool]:
        """Every tool, sorted by id. Of two with one id, the folder that is named like it counts."""
        with self._lock:
            found = self._look()
        chosen: dict[str, Tool] = {}
        for tool in found:
            known = chosen.get(tool.id)
            if known is None or (tool.folder.name == tool.id and known.folder.name != known.id):
                chosen[tool.id] = tool
        return [chosen[tool_id] for tool_id in sorted(chosen)]

    def get(self, tool_id: str) -> Tool:
        """The tool with this id. Raises ToolNotFound, which names those that look like it."""
        tools = {tool.id: tool for tool in self.all()}
        if tool_id in tools:
            return tools[tool_id]
        raise ToolNotFound(tool_id, tuple(get_close_matches(tool_id, tools, n=3, cutoff=0.5)))

    def _look(self) -> list[Tool]:
        if not self.folder.is_dir():
            return []
        seen: dict[Path, tuple[tuple[int, int, int], Tool]] = {}
        for folder in sorted(self.folder.iterdir()):
            manifest = folder / "tool.json"
            if folder.name.startswith("."):
                continue
            try:
                stat = manifest.stat()
            except OSError:
                continue
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            known = self._read.get(folder)
            seen[folder] = known if known and known[0] == mark else (mark, read_tool(folder))
        self._read = seen
        return [tool for _, tool in seen.values()]


def read_tool(folder: Path) -> Tool:
    """The tool in a folder, with whatever is wrong with its tool.json."""
    try:
        source = (folder / "tool.json").read_bytes()
    except OSError as error:
        return Tool(folder.name, folder, None, (Problem("$", f"can't be read: {error.strerror}"),))
    try:
        manifest, warnings = read_manifest(source)
    except ManifestInvalid as error:
        return Tool(folder.name, folder, None, error.problems)
    if manifest.id != folder.name:
        said = f"is {manifest.id!r} and the folder is called {folder.name!r}: the id counts; name them alike"
        warnings = (*warnings, Problem("$.id", said, "warning"))
    return Tool(manifest.id, folder, manifest, warnings)
