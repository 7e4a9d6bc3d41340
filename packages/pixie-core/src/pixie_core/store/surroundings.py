"""What the data folder stands on: the kind of its file system, and the room that is left there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixie_core.config import Settings

__all__ = ["file_system_of", "network_file_system", "on_a_network", "short_of_room"]

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ncpfs|afs|ceph|glusterfs|lustre|gpfs|9p|davfs"
    r"|fuse\.(sshfs|s3fs|davfs.*|gcsfuse|rclone|gluster.*|ceph.*)"
)
_ESCAPED = re.compile(r"\\([0-7]{3})")


def file_system_of(folder: Path, mounts: str) -> str | None:
    """The type of the file system that a folder lies on, by the text of /proc/self/mountinfo; None when that doesn't
    say it.
    """
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        mounted = Path(_ESCAPED.sub(lambda each: chr(int(each[1], 8)), fields[4]))
        # Of two at the same place the later one covers the other.
        if folder.is_relative_to(mounted) and (found is None or len(mounted.parts) >= found[0]):
            found = (len(mounted.parts), after.split()[0])
    return None if found is None else found[1]


def network_file_system(folder: Path) -> str | None:
    """The type of the network file system that a folder lies on; None when it lies on none, or nobody can tell."""
    try:
        kind = file_system_of(folder.resolve(), _MOUNTS.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return kind if kind is not None and _NETWORK.fullmatch(kind) else None


def on_a_network(database: Path) -> str | None:
    """What to say when the database lies on a network file system, None when it doesn't, or nobody can tell."""
    kind = network_file_system(database.parent)
    if kind is None:
        return None
    return (
        f"{database.parent} lies on a network file system ({kind}), whose locks can't be relied on: the database can "
        "be damaged there. Move the data folder to a disk of this machine, and name it in PIXIE_HOME."
    )


def short_of_room(settings: Settings) -> str | None:
    """What to say when so little is free that no run is started; None when there is room, or it can't be told."""
    try:
        free = min(shutil.disk_usage(each).free for each in (settings.artefacts_root, settings.db_path.parent))
    except OSError:
        return None
    if free >= settings.min_free_disk_bytes:
        return None
    return (
        f"Only {free / 1e6:,.0f} MB are free where {settings.home} is, and {settings.min_free_disk_bytes / 1e6:,.0f} "
        "MB are kept free (PIXIE_MIN_FREE_DISK_BYTES): no new run is started. `pixie sweep` shows what could go."
    )
