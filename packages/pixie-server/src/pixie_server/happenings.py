"""What happens in the data folder, for pages that want to hear of it: runs that start and end, tools that change.

What is told is advice to look again, and carries no more than ids. Runs of other processes are heard of as well as
our own: both are seen in the database, which is looked at soon after each change of it and only while somebody
listens.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from pixie_core.errors import RunNotFound
from pixie_core.tool.watching import ToolWatcher

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping

    from pixie_core import Pixie
    from pixie_core.store import ActiveRun, LatestValidation, RunSummary
    from pixie_core.tool import ToolState
    from pixie_server.bridge import Bridge

__all__ = ["Happening", "Happenings"]

Kind: TypeAlias = Literal["run_started", "run_finished", "tools_changed", "missed"]

_RECENT = 50
_HELD = 256
_LOOK_AGAIN = 0.2
"""Seconds between two looks at the least."""


@frozen
class Happening:
    """One thing that happened, and the ids of what it happened to. `missed`: too much at once to be told."""

    kind: Kind
    facts: dict[str, Any] = field(factory=dict)


@frozen
class _Listed:
    tool_id: str
    status: str
    place: tuple[str, str]
    """When it was asked for, and its id: runs are in this order."""


@frozen
class _Seen:
    """The data folder at one moment: the newest runs and those at work, by id, and what tools' dots are made from."""

    runs: Mapping[str, _Listed] = field(factory=dict)
    newest: tuple[str, str] = ("", "")
    """The place of the newest run that was ever seen: what comes after it is new, whatever was deleted meanwhile."""
    verdicts: Mapping[str, LatestValidation] = field(factory=dict)
    states: Mapping[str, ToolState] = field(factory=dict)

    def at_work(self) -> set[str]:
        """The ids of the runs without an end."""
        return {run_id for run_id, each in self.runs.items() if each.status == "running"}


class _Reader:
    """One that listens: what it hasn't taken yet."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.waiting: deque[Happening] = deque()

    def tell(self, happening: Happening) -> None:
        if len(self.waiting) >= _HELD:
            self.waiting.clear()
            happening = Happening("missed")
        self.waiting.append(happening)
        self.woken.set()


class Happenings:
    """One source for all who listen. Made and used on the event loop.

    async with happenings.heard():
        async for batch in happenings.follow(): ...
    """

    def __init__(self, pixie: Pixie, bridge: Bridge) -> None:
        self._pixie = pixie
        self._bridge = bridge
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._looking = asyncio.Lock()
        self._readers: set[_Reader] = set()
        self._seen = _Seen()

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """For as long as the server is up: tools' files and the database are watched."""
        watcher = ToolWatcher(self._pixie.tools, self._files_changed)
        await asyncio.to_thread(watcher.__enter__)
        try:
            with self._pixie.store.watching(self._database_changed):
                looking = asyncio.create_task(self._keep_looking())
                try:
                    yield
                finally:
                    looking.cancel()
                    with suppress(asyncio.CancelledError):
                        await looking
        finally:
            await asyncio.to_thread(watcher.__exit__)

    async def follow(self) -> AsyncGenerator[list[Happening]]:
        """What happens from now on, in batches, without an end."""
        reader = _Reader()
        async with self._looking:
            if not self._readers:
                self._seen = await self._bridge(_look, self._pixie, _Seen())
            self._readers.add(reader)
        try:
            while True:
                await reader.woken.wait()
                reader.woken.clear()
                batch = list(reader.waiting)
                reader.waiting.clear()
                if batch:
                    yield batch
        finally:
            self._readers.discard(reader)

    def _files_changed(self, tool_ids: frozenset[str]) -> None:
        """Called by the watcher, on its thread."""
        self._pixie.index_tags()
        self._on_loop(self._tell, Happening("tools_changed", {"tool_ids": sorted(tool_ids)}))

    def _database_changed(self) -> None:
        """Called by the store's watcher, on its thread."""
        self._on_loop(self._woken.set)

    def _on_loop(self, function: Callable[..., object], *args: object) -> None:
        with suppress(RuntimeError):  # the loop has ended: there is nobody to tell
            self._loop.call_soon_threadsafe(function, *args)

    def _tell(self, happening: Happening) -> None:
        for reader in self._readers:
            reader.tell(happening)

    async def _keep_looking(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            async with self._looking:
                if self._readers:
                    before = self._seen
                    self._seen = await self._bridge(_look, self._pixie, before)
                    for happening in _between(before, self._seen):
                        self._tell(happening)
            await asyncio.sleep(_LOOK_AGAIN)


def _look(pixie: Pixie, before: _Seen) -> _Seen:
    """The data folder now; runs that were running before are in it, however old they are."""
    listed: list[ActiveRun | RunSummary] = [*pixie.store.running(), *pixie.runs(limit=_RECENT).items]
    runs = {
        each.id: _Listed(each.tool_id, getattr(each, "status", "running"), (each.created_at, each.id))
        for each in listed
    }
    for run_id in before.at_work() - runs.keys():
        with suppress(RunNotFound):  # it was deleted: nobody needs to hear how it ended
            runs[run_id] = evolve(before.runs[run_id], status=pixie.get(run_id).status)
    return _Seen(
        runs=runs,
        newest=max([before.newest, *(each.place for each in runs.values())]),
        verdicts=pixie.store.validations.latest_of_all(),
        states=pixie.store.tool_states(),
    )


def _between(before: _Seen, now: _Seen) -> Iterator[Happening]:
    """What must have happened between two looks."""
    at_work = before.at_work()
    for run_id, run in sorted(now.runs.items(), key=lambda item: item[1].place):
        new = run.place > before.newest
        if new:
            yield Happening("run_started", {"run_id": run_id, "tool_id": run.tool_id})
        if run.status != "running" and (new or run_id in at_work):
            yield Happening("run_finished", {"run_id": run_id, "tool_id": run.tool_id, "status": run.status})
    changed = {*_differing(before.verdicts, now.verdicts), *_differing(before.states, now.states)}
    if changed:
        yield Happening("tools_changed", {"tool_ids": sorted(changed)})


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    return (each for each in {*one, *other} if one.get(each) != other.get(each))
