"""What is done for a database that was found damaged: it is copied aside as it is, and the way back is named."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from pixie_core.store.leftovers import forget_cut_off, temporary

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copied_aside", "way_back"]

_log = logging.getLogger(__name__)
_COPY_SECONDS = 600.0
# By a process of its own: a descriptor of a live database, closed, drops the locks of the process that had it.
_COPY = "import shutil, sys\nfor source in sys.argv[2:]: shutil.copy2(source, sys.argv[1])"


def copied_aside(database: Path) -> Path | None:
    """The folder that holds a copy of the damaged database and its log; made once for each state of it. None when
    there is no room for it, or it can't be read.
    """
    found = database.stat()
    folder = database.parent / "damaged" / f"{database.stem}-{found.st_mtime_ns}-{found.st_size}"
    if folder.is_dir():
        return folder
    sources = [each for suffix in ("", "-wal", "-shm") if (each := database.with_name(database.name + suffix)).exists()]
    copy = temporary(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        forget_cut_off(folder.parent)
        copy.mkdir()
        command = [sys.executable, "-I", "-c", _COPY, str(copy), *map(str, sources)]
        subprocess.run(command, check=True, capture_output=True, timeout=_COPY_SECONDS)
        copy.rename(folder)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(copy, ignore_errors=True)
        _log.warning("%s couldn't be copied aside: %s", database, error)
        return None
    return folder


def way_back(database: Path) -> str:
    """What to say beside the damage: where the copy is, and which backup is the last."""
    aside = copied_aside(database)
    said = f"A copy of it lies in {aside}." if aside is not None else "It couldn't be copied aside."
    made = sorted((database.parent / "backups").glob("*.db"), key=lambda each: each.name)
    if made:
        return f"{said} The last backup is {made[-1].name}: `pixie restore {made[-1]}` puts it in place."
    return f"{said} There is no backup of it; the sqlite3 program's .recover may save most."
