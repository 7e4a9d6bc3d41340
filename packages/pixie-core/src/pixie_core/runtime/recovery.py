"""What a start of Pixie does about what a dead one left: runs without an end, processes, folders.

Only what belongs to the dead is touched: another Pixie may be at work on the same data folder. Doing it again
changes nothing.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.runtime.marks import folder_mark, kill_marked

if TYPE_CHECKING:
    from pixie_core.config import Settings
    from pixie_core.runtime.marks import Marked
    from pixie_core.store import Store

__all__ = ["Recovered", "recover"]

_REASON = "Pixie ended while the run was at work. What it had told by then is kept."


@frozen
class Recovered:
    """What was found and put right. `interrupted` are ids of runs."""

    interrupted: tuple[str, ...] = ()
    killed: tuple[Marked, ...] = ()
    folders_removed: int = 0


def recover(store: Store, settings: Settings) -> Recovered:
    """End runs and processes of dead owners, and clear up after them.

    Runs become `interrupted` and keep what their events hold. Processes are known by their mark, which names the
    data folder and the owner: one whose owner lives is left alone, and so is a stranger that has got the number
    of a process of ours.
    """
    folder = folder_mark(settings)
    killed = kill_marked(folder, lambda mark: not mark.owner.alive())
    interrupted = tuple(
        run.id
        for run in store.running()
        if (run.owner is None or not run.owner.alive()) and store.interrupt(run.id, _REASON)
    )
    for row in store.recorded_processes():
        if not row.owner.alive():
            store.forget_process(row.spawn_id)
    removed = _remove_folders(store, settings)
    store.clean_up()
    return Recovered(interrupted, tuple(killed), removed)


def _remove_folders(store: Store, settings: Settings) -> int:
    """Folders that tools of ended runs were told to leave files in."""
    removed = 0
    with suppress(FileNotFoundError):
        # The folders first: one that is made meanwhile belongs to a run whose row was there before it.
        folders = sorted((settings.artefacts_root / ".incoming").iterdir())
        working = {run.id for run in store.running()}
        for folder in folders:
            if folder.name not in working and folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed
