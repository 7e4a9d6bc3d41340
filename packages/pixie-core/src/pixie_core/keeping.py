"""What keeps a data folder in order over the years: `Pixie.keeping`.

pixie.keeping.plan(older_than="30d")         what a sweep would delete
pixie.keeping.sweep(older_than="30d")        it is deleted
pixie.keeping.fsck(mend=True)
pixie.keeping.backup()
pixie.keeping.notices()                      what is amiss, in sentences
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.clock import timestamp
from pixie_core.durations import parse_duration
from pixie_core.errors import Problem, RequestInvalid
from pixie_core.store import back_up, backups, fsck
from pixie_core.store.surroundings import short_of_room
from pixie_core.sweeper import BackgroundSweeper, Policy, Sweeper, audit, audit_one

if TYPE_CHECKING:
    from pathlib import Path

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.store import Backup, Findings, Store
    from pixie_core.sweeper import Audit, Plan, Swept, ToolDisk
    from pixie_core.tool import Tools

__all__ = ["Keeping", "SweptByHand"]


@frozen
class SweptByHand:
    """A sweep that somebody asked for here: when (in ISO 8601, UTC), and what it did."""

    at: str
    swept: Swept


class Keeping:
    """Sweeps, checks and backups of one data folder. Thread-safe.

    `last_sweep` is the last one that was asked for here since Pixie was opened.
    """

    def __init__(self, store: Store, tools: Tools, settings: Settings, *, clock: Clock) -> None:
        self._store = store
        self._tools = tools
        self._settings = settings
        self._clock = clock
        self._background: BackgroundSweeper | None = None
        self._lock = threading.Lock()
        self.last_sweep: SweptByHand | None = None

    def plan(self, *, older_than: str = "30d", tool: str | None = None, surplus: bool = False) -> Plan:
        """What `sweep` would delete now, with the reasons, and what it would spare. Changes nothing.

        `older_than` is a number and m, h, d, w, mo or y; `0` means every run that has ended. With `surplus` those go as
        well that are beyond the number which each tool keeps (`retained`). Raises RequestInvalid for another age,
        ToolNotFound for a tool that is neither there nor has runs.
        """
        return Sweeper(self._store, clock=self._clock).plan(self._policy(older_than, tool, surplus))

    def sweep(self, *, older_than: str = "30d", tool: str | None = None, surplus: bool = False) -> Swept:
        """Delete for good what `plan` says, but what is starred or labelled, or has a file that is. It is planned
        afresh. Raises what `plan` does.
        """
        swept = Sweeper(self._store, clock=self._clock).apply(self._policy(older_than, tool, surplus))
        self.last_sweep = SweptByHand(timestamp(self._clock.now()), swept)
        return swept

    def _policy(self, older_than: str, tool: str | None, surplus: bool) -> Policy:
        try:
            age = parse_duration(older_than)
        except ValueError as error:
            raise RequestInvalid("The sweep", (Problem("$.older_than", str(error)),)) from None
        if tool is not None and not self._store.run_counts(tool):
            tool = self._tools.get(tool).id
        return Policy(older_than=age, retained=self.retained() if surplus else {}, tool_id=tool)

    @property
    def background(self) -> BackgroundSweeper:
        """The server's sweeper; it does nothing until it is started. `close` ends it."""
        with self._lock:
            if self._background is None:
                self._background = BackgroundSweeper(
                    self._store, self._settings, retained=self.retained, clock=self._clock
                )
            return self._background

    def retained(self) -> dict[str, int]:
        """How many runs each tool keeps, by its tool.json; a tool whose tool.json can't be read isn't in it."""
        return {tool.id: tool.manifest.retain_runs for tool in self._tools.all() if tool.manifest is not None}

    def fsck(self, *, mend: bool = False, hashes: bool = True) -> Findings:
        """Hold rows against files; see `pixie_core.store.fsck`. With `mend` what can be made right is; nothing is
        deleted.
        """
        return fsck(self._store, mend=mend, hashes=hashes)

    def backup(self, folder: Path | None = None, *, files: bool = True) -> Backup:
        """Copy the database, and the bytes of all files, into `folder` (default: backups/ in the data folder).

        It is verified by another process before it counts. Raises DiskFull, DataFolderError or DatabaseDamaged.
        """
        return back_up(self._store, self._settings, folder, files=files, clock=self._clock)

    def backups(self) -> tuple[Backup, ...]:
        """The backups in the data folder, newest first. `pixie_core.store.restore` puts one back."""
        return backups(self._settings)

    def notices(self) -> tuple[str, ...]:
        """What is amiss with the data folder now, in sentences for the reader: that it can only be read, what was
        mended when it was opened, that there is little room, what the sweeper asks, and what checks have found.
        """
        room = short_of_room(self._settings)
        return (*self._store.notices, *(() if room is None else (room,)), *self.background.notices())

    def audit(self, *, record: bool = True) -> Audit:
        """What each tool takes on the disk, the largest first. It is written down for later looks, unless `record` is
        false.
        """
        return audit(self._tools, self._store, record=record, clock=self._clock)

    def disk_of(self, tool_id: str) -> ToolDisk:
        """What one tool takes on the disk, measured now. Raises ToolNotFound."""
        return audit_one(self._tools.get(tool_id), self._store, clock=self._clock)

    def close(self) -> None:
        """End the server's sweeper, after the pass that it is at."""
        with self._lock:
            background = self._background
        if background is not None:
            background.stop()
