"""Folders of the user's own that outputs are sent to by name.

Nothing there is ever replaced or removed: a file that is there already makes the next one `name (2)`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import ExportError, Problem, RequestInvalid, TargetExists
from pixie_core.exporters.writing import write_file
from pixie_core.filenames import twin_key, unique_filename

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Destination", "checked_folder", "checked_name", "write_into"]

_NAME = re.compile(r"[^\W_][\w .-]{0,62}(?<![ .])")


@frozen(kw_only=True)
class Destination:
    """A named folder."""

    name: str = field(help="what it is called")
    folder: str = field(help="where it is: an absolute path without links in it")
    format: str | None = field(help="the format that outputs get there; their own default without it", default=None)


def checked_name(name: str) -> str:
    """A name for a destination, without the space around it. Raises RequestInvalid."""
    if not _NAME.fullmatch(name.strip()):
        said = f"is {name[:80]!r}; expected 1 to 64 letters, digits, spaces, dots and hyphens, a letter or digit first"
        raise RequestInvalid("The destination", [Problem("$.name", said)])
    return name.strip()


def checked_folder(folder: Path | str, data_folder: Path, *, through_links: bool = False) -> Path:
    """The folder as a destination may be: absolute, there, the user's own and writable; neither the root nor the home
    folder itself, no hidden folder, nothing in Pixie's own, and, unless `through_links`, not behind a link.

    Returns it without links. Raises RequestInvalid, which for a link says where it leads.
    """
    path = Path(folder)
    if problem := _problem(path, data_folder, through_links=through_links):
        raise RequestInvalid("The destination", [Problem("$.folder", problem)])
    return path.resolve()


def _problem(path: Path, data_folder: Path, *, through_links: bool) -> str | None:
    if not path.is_absolute():
        return f"is {str(path)!r}; expected an absolute path, such as {Path.cwd() / path}"
    real = path.resolve()
    if not real.is_dir():
        return f"is {path}, where there is no folder; make it first"
    if real in {Path(real.anchor), Path.home().resolve()}:
        return f"is {real}; choose a folder in it"
    if hidden := next((part for part in real.parts if part.startswith(".")), None):
        return f"is {real}, in the hidden folder {hidden}; choose one that can be seen"
    own = data_folder.resolve()
    if real == own or own in real.parents:
        return f"is {real}, in Pixie's own folder {own}; choose one outside it"
    if real.stat().st_uid != os.getuid():
        return f"is {real}, which belongs to somebody else"
    if not os.access(real, os.W_OK | os.X_OK):
        return f"is {real}, where you can't write"
    if Path(os.path.normpath(path)) != real and not through_links:
        return f"is {path}, which leads to {real}; name that, or confirm it"
    return None


def write_into(folder: Path, filename: str, write: Callable[[IO[bytes]], object]) -> Path:
    """Have `write` write a file of this name into the folder, or `name (2)` where it is taken; returns where.

    Raises ExportError, and whatever `write` raises; no partial file is left.
    """
    while True:
        try:
            taken = {twin_key(each.name) for each in folder.iterdir()}
        except OSError as error:
            raise ExportError(f"{folder} can't be looked into: {error.strerror or error}.") from error
        target = folder / unique_filename(filename, taken)
        try:
            return write_file(write, target)
        except TargetExists:
            continue  # somebody was quicker; the next number is free
