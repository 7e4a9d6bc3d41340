"""Copies that aren't whole yet, of databases and of what belongs to backups: their names say whose they are.

    pixie-….db.<boot>.<pid>.<start>.<nonce>.tmp

So what a dead process left is told from what a living one is at, and removed at the next opening of the data folder,
and by the next backup into the same folder.
"""

from __future__ import annotations

import logging
import re
import shutil
import uuid
from typing import TYPE_CHECKING

from pixie_core.store.owner import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["forget_cut_off", "forget_cut_off_backups", "temporary"]

_log = logging.getLogger(__name__)

# SQLite puts a journal of its own beside a copy that it makes.
_NAME = re.compile(r"(.+)\.([0-9a-z-]+)\.([0-9]+)\.([0-9]+)\.[0-9a-f]{8}\.tmp(-journal|-wal|-shm)?")


def temporary(target: Path) -> Path:
    """A name beside `target`, for the one who makes it."""
    owner = Owner.current()
    name = f"{target.name}.{owner.boot_id}.{owner.pid}.{owner.start_ticks}.{uuid.uuid4().hex[:8]}.tmp"
    return target.with_name(name)


def forget_cut_off(folder: Path) -> int:
    """Remove the temporary files and folders right in this folder that dead processes left; returns how many."""
    removed = 0
    for path, _ in _of_the_dead(folder):
        _remove(path)
        removed += 1
    return removed


def forget_cut_off_backups(folder: Path) -> int:
    """Remove what backups into this folder left that were cut off: copies, and what was written beside them."""
    removed = 0
    for path, target in list(_of_the_dead(folder)):
        for blobs in (folder / "blobs").glob("*"):
            removed += forget_cut_off(blobs)
        # The copy goes last: while it is there, somebody who is cut off here as well is followed by the next one.
        if not target.exists():
            for beside in (target.with_suffix(".sha256"), target.with_suffix(".json")):
                beside.unlink(missing_ok=True)
        _remove(path)
        removed += 1
    return removed


def _of_the_dead(folder: Path) -> Iterator[tuple[Path, Path]]:
    """What dead processes left in a folder, and what it was to become."""
    for path in sorted(folder.glob("*.tmp*")):
        ours = _NAME.fullmatch(path.name)
        if ours is not None and not Owner(ours[2], int(ours[3]), int(ours[4])).alive():
            yield path, path.with_name(ours[1])


def _remove(path: Path) -> None:
    _log.info("%s was left by a process that was cut off, and is removed", path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
