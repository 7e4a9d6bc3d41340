"""What stands around every page: the sidebar, and how it looks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pixie_core.run import Status
    from pixie_core.tool import Tool

__all__ = ["Category", "Entry", "Frame", "Listed"]

Dot = Literal["green", "yellow", "red", "grey"]

_DOTS: Mapping[str, Dot] = {"pass": "green", "warn": "yellow", "fail": "red"}
_SAID: Mapping[Dot, str] = {
    "green": "valid",
    "yellow": "valid with warnings",
    "red": "not valid",
    "grey": "not validated",
}


class Listed(Protocol):
    """A run in a list: `pixie_core.run.Run`, or a summary of it."""

    @property
    def id(self) -> str: ...
    @property
    def tool_id(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def label(self) -> str | None: ...
    @property
    def starred(self) -> bool: ...
    @property
    def created_at(self) -> str: ...
    @property
    def duration_ms(self) -> int | None: ...


@frozen
class Entry:
    """A tool in the sidebar. `search` is what the filter looks in; `state` says the dot in words."""

    id: str
    name: str
    dot: Dot
    state: str
    running: bool
    search: str


@frozen
class Category:
    """Tools under one heading of the sidebar."""

    name: str
    entries: tuple[Entry, ...]


@frozen(kw_only=True)
class Frame:
    """What every page is told beside its own subject.

    - `now`: the time, aware of its zone: exact times are shown in it.
    - `tools`: all of them, for the sidebar; archived ones are left out there.
    - `verdicts`: the overall verdict of the newest validation (pass, warn, fail) by tool id.
    - `running`: the ids of tools with a run in flight.
    - `theme`, `accent`, `density`: as in the settings.
    - `notices`: what is amiss with the data folder, in sentences.
    """

    now: datetime
    tools: Sequence[Tool] = ()
    verdicts: Mapping[str, str] = field(factory=dict)
    running: frozenset[str] = frozenset()
    theme: str = "auto"
    accent: str = "indigo"
    density: str = "comfortable"
    notices: tuple[str, ...] = ()

    def name_of(self, tool_id: str) -> str:
        """The tool's name for people; its id when it is gone or invalid."""
        found = next((tool for tool in self.tools if tool.id == tool_id), None)
        return found.manifest.name if found and found.manifest else tool_id

    def categories(self) -> tuple[Category, ...]:
        """The sidebar's headings in alphabetical order, tools without one last."""
        groups: dict[str, list[Entry]] = {}
        for tool in self.tools:
            if not tool.archived:
                groups.setdefault(_category(tool), []).append(self._entry(tool))
        ordered = sorted(groups.items(), key=lambda group: (group[0] == "", group[0].casefold()))
        return tuple(
            Category(name or ("Other" if len(ordered) > 1 else "Tools"), tuple(sorted(entries, key=_by_name)))
            for name, entries in ordered
        )

    def version(self) -> str:
        """What the sidebar's list shows, in a word: another one as soon as anything in it is another."""
        return hashlib.sha256(repr(self.categories()).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _entry(self, tool: Tool) -> Entry:
        manifest = tool.manifest
        running = tool.id in self.running
        if manifest is None:
            return Entry(tool.id, tool.id, "red", "tool.json is not valid", running, tool.id)
        dot = _DOTS.get(self.verdicts.get(tool.id, ""), "grey")
        state = "no environment yet" if not tool.installed else _SAID[dot]
        words: list[Any] = [tool.id, manifest.name, manifest.category or "", *tool.tags]
        return Entry(tool.id, manifest.name, dot, "running" if running else state, running, " ".join(words).casefold())


def _category(tool: Tool) -> str:
    given = (tool.manifest.category or "") if tool.manifest else ""
    return " / ".join(part.strip() for part in given.split("/") if part.strip())


def _by_name(entry: Entry) -> tuple[str, str]:
    return entry.name.casefold(), entry.id
