"""Sharing a tool: its source as a zip that anybody can import, the same bytes for the same source.

    share(tool, Path("~/Desktop").expanduser())      writes ~/Desktop/<id>.zip

The zip holds one folder, named like the tool. What stays here is said in `pixie_core.tool.source`; a file that holds
the value of one of the tool's secrets is never packed.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.placing import placed
from pixie_core.tool.secrets import spellings, stored_values
from pixie_core.tool.source import source_files
from pixie_core.tool.unpacking import inspect_open
from pixie_core.unzip import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pixie_core.tool.discovery import Tool

__all__ = ["share"]

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can say: the same source gives the same zip."""
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def share(tool: Tool, target: Path, *, force: bool = False) -> Path:
    """Write the tool's source as a zip and return where. `target` is a file, or a folder for `<id>.zip`.

    Raises ManifestInvalid for a tool whose tool.json is wrong; RequestInvalid when a file holds a secret, naming the
    file and the line, or when nobody could import the result; TargetExists unless `force`; OSError for the disk's
    reasons. Nothing is left behind when it fails.
    """
    manifest = tool.checked()
    path = target / f"{manifest.id}.zip" if target.is_dir() else target
    hidden = {key: spellings(value) for key, value in stored_values(tool.folder).items()}
    problems: list[Problem] = []
    with placed(path, 0o644, replace=force) as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, source in source_files(tool.folder):
                size = source.stat().st_size
                if size > LIMITS.entry_bytes:
                    said = f"has {size:,} bytes; a tool that is shared has files of at most {LIMITS.entry_bytes:,}"
                    raise RequestInvalid(f"{tool.id} can't be shared", [Problem(name, said)])
                content = source.read_bytes()
                problems += _secrets_in(name, content, hidden)
                archive.writestr(_entry(f"{manifest.id}/{name}"), content, compresslevel=9)
        if problems:
            raise RequestInvalid(f"{tool.id} can't be shared", problems)
        file.flush()
        # Read by what will read it at the other end: nothing is handed out that can't be imported.
        inspect_open(file, path)
    return path


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _PLAIN_FILE
    return entry


def _secrets_in(name: str, content: bytes, hidden: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    for key, forms in hidden.items():
        places = [at for form in forms if (at := content.find(form.encode())) >= 0]
        if places:
            line = content.count(b"\n", 0, min(places)) + 1
            yield Problem(f"{name}, line {line}", f"holds the value of the secret {key}: read it from the environment")
        elif any(form in name for form in forms):
            yield Problem("the name of a file", f"holds the value of the secret {key}: rename it")
