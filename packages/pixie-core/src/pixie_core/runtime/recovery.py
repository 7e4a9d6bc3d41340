"""What a start of Pixie does about what a dead one left: runs without an end, processes, folders.

Only what belongs to the dead is touched: another Pixie may be at work on the same data folder. Doing it again
changes nothing.
"""

from __future__ import annotations

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.errors import DataFolderError
from pixie_core.runtime.marks import folder_mark, kill_marked

if TYPE_CHECKING:
    from pixie_core.config import Settings
    from pixie_core.runtime.marks import Marked
    from pixie_core.store import Store

__all__ = ["Recovered", "recover"]

_log = logging.getLogger(__name__)

_AT_A_TIME = 8
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
    interrupted = _interrupt(store, [run.id for run in store.running() if run.owner is None or not run.owner.alive()])
    for row in store.processes.recorded():
        if not row.owner.alive():
            store.processes.forget(row.spawn_id)
    removed = _remove_folders(store, settings)
    store.clean_up()
    return Recovered(interrupted, tuple(killed), removed)


def _interrupt(store: Store, run_ids: list[str]) -> tuple[str, ...]:
    """End these runs, all together; one whose log can't be read, as after damage, keeps no other from its end."""
    try:
        return store.interrupt_all(run_ids, _REASON)
    except (DataFolderError, OSError):
        raise
    except Exception:  # noqa: BLE001 - whatever the log holds: each is tried by itself, and told of
        _log.exception("the runs of a dead process couldn't be ended together")
    return tuple(run_id for run_id in run_ids if _interrupted(store, run_id))


def _interrupted(store: Store, run_id: str) -> bool:
    try:
        return store.interrupt(run_id, _REASON)
    except (DataFolderError, OSError):
        raise
    except Exception:  # noqa: BLE001 - it stays as it is, and the start goes on
        _log.exception("run %s of a dead process couldn't be ended", run_id)
        return False


def _remove_folders(store: Store, settings: Settings) -> int:
    """Folders that tools of ended runs were told to leave files in."""
    try:
        # The folders first: one that is made meanwhile belongs to a run whose row was there before it.
        folders = sorted((settings.artefacts_root / ".incoming").iterdir())
    except FileNotFoundError:
        return 0
    working = {run.id for run in store.running()}
    left = [each for each in folders if each.name not in working and each.is_dir() and not each.is_symlink()]
    # Side by side, since a thousand of them take a disk long one by one.
    with ThreadPoolExecutor(_AT_A_TIME, "pixie-recovery") as pool:
        list(pool.map(partial(shutil.rmtree, ignore_errors=True), left))
    return len(left)
