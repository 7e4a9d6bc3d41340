"""Hearing of changes of tools' files as they are made, a second later at the most.

Watched are the directories with a tool's own files, each by itself: the system would otherwise be asked to watch the
thousands of directories of every .venv as well. What a run leaves in data/ is no change of the tool either. An event
is never more than the advice to look at that tool again.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

# Documented for callers that have to begin to watch before they go on: `watchfiles.watch` begins at its first answer.
from watchfiles._rust_notify import RustNotify

from pixie_core.tool.source import left_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pixie_core.tool.discovery import Tools

__all__ = ["ToolWatcher"]

_log = logging.getLogger(__name__)

QUIET_MS = 50
"""Events are told of once there has been none for so long,"""
STORM_MS = 400
"""or after so long when they don't stop coming."""
PAUSE_SECONDS = 0.25
"""Between one telling and the next."""
_LOOK_AT_STOP_MS = 250
_POLL_MS = 600
_FOLDER_SECONDS = 0.5


class ToolWatcher:
    """Calls `changed(tool_ids)` soon after files of tools have changed, come or gone.

        with ToolWatcher(tools, changed): ...

    The ids are those from before and after the change: a tool that got another id is told of by both. A storm of
    events is told of two or three times a second. `changed` is called on a thread of the watcher's own, one call at a
    time; what it raises is logged. Where the system has no watches left, it looks round by itself.
    """

    def __init__(self, tools: Tools, changed: Callable[[frozenset[str]], None]) -> None:
        self._tools = tools
        self._changed = changed
        self._folder = os.path.realpath(tools.folder)  # some systems tell of real paths alone
        self._stop = threading.Event()
        self._watching = threading.Event()
        self._ids: dict[str, str] = {}
        self._polls = False
        self._thread = threading.Thread(target=self._live, name="pixie-tool-watcher", daemon=True)

    def __enter__(self) -> Self:
        """Watch. When this returns, no later change is missed."""
        self._ids = self._ids_by_folder()
        self._thread.start()
        self._watching.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _live(self) -> None:
        try:
            while not self._stop.is_set():
                self._watch_until_gone()
                # There is no tools folder now: look again for one.
                self._watching.set()
                self._tell((self._folder,))
                self._stop.wait(_FOLDER_SECONDS)
        finally:
            self._watching.set()

    def _watch_until_gone(self) -> None:
        """Tell of changes for as long as the tools folder is there."""
        notices: RustNotify | None = None
        watched = frozenset[str]()
        try:
            while not self._stop.is_set() and (wanted := frozenset(self._directories())):
                if wanted != watched:
                    fresh = self._begin(wanted)
                    if fresh is None:
                        continue
                    # The old notices are read after the new ones have begun: nothing falls between them.
                    missed = self._drained(notices)
                    # What was put into a new directory before it was watched brought no event.
                    new = wanted - watched if self._watching.is_set() else set()
                    notices, watched = fresh, wanted
                    self._watching.set()
                    self._tell({*missed, *new})
                    continue
                self._tell_until_directories_change(notices, watched)
        finally:
            if notices is not None:
                notices.close()

    def _tell_until_directories_change(self, notices: RustNotify | None, watched: frozenset[str]) -> None:
        while notices is not None and not self._stop.is_set():
            paths = self._paths(notices, _LOOK_AT_STOP_MS)
            self._tell(paths)
            if any(path in watched or os.path.isdir(path) for path in paths):  # noqa: PTH112 - events come as texts
                return

    def _begin(self, directories: Iterable[str]) -> RustNotify | None:
        """Begin to watch; None when a directory went meanwhile, so that they have to be looked up anew."""
        try:
            return RustNotify(sorted(directories), False, self._polls, _POLL_MS, False, True)
        except FileNotFoundError:
            return None
        except OSError as error:
            if self._polls:
                raise
            _log.warning("the tools' files can't be watched (%s): they are looked at every %d ms", error, _POLL_MS)
            self._polls = True
            return None

    def _paths(self, notices: RustNotify, wait_ms: int) -> set[str]:
        """The paths that something happened to; empty when nothing did for so long."""
        found = notices.watch(STORM_MS, QUIET_MS, wait_ms, self._stop)
        return {path for _, path in found} if isinstance(found, set) else set()

    def _drained(self, notices: RustNotify | None) -> set[str]:
        """What was noticed and not told of yet; nothing more is noticed after it."""
        if notices is None:
            return set()
        paths = self._paths(notices, 1)
        notices.close()
        return paths

    def _tell(self, paths: Iterable[str]) -> None:
        paths = tuple(paths)
        folders = {name for path in paths if (name := self._folder_of(path)) is not None}
        if not folders and self._folder not in paths:
            return
        before, self._ids = self._ids, self._ids_by_folder()
        told = {tool_id for _, tool_id in before.items() ^ self._ids.items()}
        told |= {tool_id for known in (before, self._ids) for name, tool_id in known.items() if name in folders}
        if not told:
            return
        try:
            self._changed(frozenset(told))
        except Exception:  # noqa: BLE001 - one that fails must not keep later changes from being heard of
            _log.exception("a change of %s couldn't be handed on", ", ".join(sorted(told)))
        self._stop.wait(PAUSE_SECONDS)

    def _folder_of(self, path: str) -> str | None:
        """The name of the tool's folder that a path is in; None when what lies there is no tool's own."""
        name, *within = Path(os.path.relpath(path, self._folder)).parts or (".",)
        return None if name.startswith(".") or (within and _no_matter(tuple(within))) else name

    def _ids_by_folder(self) -> dict[str, str]:
        return {tool.folder.name: tool.id for tool in self._tools.all()}

    def _directories(self) -> Iterator[str]:
        """The tools folder, each folder in it, and the directories in these that hold files of the tool's own."""
        if not os.path.isdir(self._folder):  # noqa: PTH112 - as below: texts, for a thousand tools
            return
        yield self._folder
        for entry in _entries(self._folder):
            if not entry.name.startswith(".") and entry.is_dir():
                yield from self._within(entry.path, ())

    def _within(self, directory: str, above: tuple[str, ...]) -> Iterator[str]:
        yield directory
        for entry in _entries(directory):
            parts = (*above, entry.name)
            if entry.is_dir(follow_symlinks=False) and not _no_matter(parts):
                yield from self._within(entry.path, parts)


def _entries(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []  # it went, or may not be read: then nothing in it can be seen to change


def _no_matter(parts: tuple[str, ...]) -> bool:
    """True for what isn't the tool's own, by its path in the tool's folder. Secrets are: what uses them is."""
    return parts[0] == "artefacts" or (left_behind(parts) and parts != (".env",))
