"""The tools that there are: one folder each under the tools folder.

A folder counts as a tool when it holds a tool.json. One that can't be read is a tool too, with its problems
and without a manifest: it never hides another.
"""

from __future__ import annotations

import os
import threading
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs
from attrs import evolve, field, frozen

from pixie_core.errors import ManifestInvalid, Problem, ToolNotFound, ToolNotInstalled
from pixie_core.tool.manifest import ToolManifest, read_manifest
from pixie_core.tool.state import Limits, ToolState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Tool", "Tools", "read_tool"]

States: TypeAlias = "Callable[[str | None], Mapping[str, ToolState]]"
"""What the user has set, by the tool's id: of one tool, or of all (None). A tool that is left out is as it came."""

_UNSET = ToolState()


@frozen
class Tool:
    """A tool: its folder as it is on disk, and what the user has set for it (`state`), which is in `manifest` already.

    `manifest` is None when tool.json is invalid; `problems` then say why.
    """

    id: str
    folder: Path
    manifest: ToolManifest | None = field(repr=False)
    problems: tuple[Problem, ...] = field(repr=False, default=())
    state: ToolState = field(repr=False, default=_UNSET)

    @property
    def python(self) -> Path:
        """The interpreter of the tool's own environment."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def installed(self) -> bool:
        """True when the tool's environment is there."""
        return self.python.exists()

    @property
    def archived(self) -> bool:
        """True when the tool is kept out of sight: by the user's word, else by tool.json's."""
        if self.state.archived is not None:
            return self.state.archived
        return self.manifest is not None and self.manifest.archived

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of tool.json, then the user's, each once."""
        own = self.manifest.tags if self.manifest is not None else ()
        return tuple(dict.fromkeys((*own, *self.state.tags)))

    def warm_keep_seconds(self, default: int) -> int:
        """Seconds that its idle process is kept: the user's word, else tool.json's, else `default`."""
        manifest = self.checked()
        said = self.state.limits.warm_keep_seconds is not None or "warm_keep_seconds" in manifest.raw
        return manifest.warm_keep_seconds if said else default

    @property
    def written_limits(self) -> Limits:
        """The limits that its tool.json says, without the user's word: None where it says nothing, or can't be read."""
        raw = self.manifest.raw if self.manifest is not None else {}
        return Limits(**{each.name: raw.get(each.name) for each in attrs.fields(Limits)})

    @property
    def uses_sdk(self) -> bool:
        """True when pyproject.toml says that the process takes a token and an inherited socket."""
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

    def under(self, state: ToolState) -> Tool:
        """The tool, as it was read, with what the user has set for it."""
        return evolve(self, manifest=state.over(self.manifest) if self.manifest is not None else None, state=state)

    def read_again(self) -> Tool:
        """The tool as its files are now, with what the user has set for it, its limits among that."""
        return read_tool(self.folder).under(self.state)


_Mark: TypeAlias = tuple[int, int, int]


class Tools:
    """The tools under one folder, read again when their tool.json changes.

        tools = Tools(settings.tools_dir)
        tools.all()                      # every tool, by id
        tools.get("lorenz-ode-solver")   # one, or ToolNotFound with the near names

    `states` says what the user has set for them; without it they are as they came. Thread-safe. A look at a thousand
    unchanged tools costs one stat each, and a look at one of them one.
    """

    def __init__(self, folder: Path, *, states: States = lambda _: {}) -> None:
        self.folder = folder
        self._states = states
        self._lock = threading.Lock()
        self._read: dict[str, tuple[_Mark, Tool]] = {}
        self._set: dict[str, tuple[Tool, Tool]] = {}

    def all(self) -> list[Tool]:
        """Every tool, sorted by id. Of two with one id, the folder that is named like it counts."""
        with self._lock:
            found = self._look()
        chosen: dict[str, Tool] = {}
        for tool in found:
            known = chosen.get(tool.id)
            if known is None or (tool.folder.name == tool.id and known.folder.name != known.id):
                chosen[tool.id] = tool
        states = self._states(None)
        return [self._as_set(chosen[tool_id], states) for tool_id in sorted(chosen)]

    def get(self, tool_id: str) -> Tool:
        """The tool with this id. Raises ToolNotFound, which names those that look like it."""
        own = self._in_the_folder_of_that_name(tool_id)
        if own is not None:
            return self._as_set(own, self._states(tool_id))
        tools = {tool.id: tool for tool in self.all()}
        if tool_id in tools:
            return tools[tool_id]
        raise ToolNotFound(tool_id, tuple(get_close_matches(tool_id, tools, n=3, cutoff=0.5)))

    def _look(self) -> list[Tool]:
        try:
            names = sorted(os.listdir(self.folder))  # noqa: PTH208 - as below
        except (FileNotFoundError, NotADirectoryError):
            return []
        known, self._read = self._read, {}
        for name in names:
            if not name.startswith("."):
                self._look_at(name, known)
        return [tool for _, tool in self._read.values()]

    def _look_at(self, name: str, known: Mapping[str, tuple[_Mark, Tool]]) -> Tool | None:
        """The tool in the folder of this name, if there is one; read only when its tool.json has changed."""
        try:
            stat = os.stat(f"{self.folder}/{name}/tool.json")  # noqa: PTH116 - half the price of Path's, times a thousand
        except OSError:
            return None
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        before = known.get(name)
        self._read[name] = before if before and before[0] == mark else (mark, read_tool(self.folder / name))
        return self._read[name][1]

    def _in_the_folder_of_that_name(self, tool_id: str) -> Tool | None:
        """The tool in the folder that is named like it, which counts before any other."""
        if not tool_id or tool_id.startswith(".") or Path(tool_id).name != tool_id or "\x00" in tool_id:
            return None
        with self._lock:
            tool = self._look_at(tool_id, self._read)
        return tool if tool is not None and tool.id == tool_id else None

    def _as_set(self, tool: Tool, states: Mapping[str, ToolState]) -> Tool:
        state = states.get(tool.id, _UNSET)
        if state == _UNSET:
            return tool
        before = self._set.get(tool.id)
        if before is not None and before[0] is tool and before[1].state == state:
            return before[1]
        made = tool.under(state)
        self._set[tool.id] = (tool, made)
        return made


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
