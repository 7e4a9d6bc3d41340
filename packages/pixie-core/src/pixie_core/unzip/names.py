"""Names in a zip from a stranger: each one safe on every system, and no two that some system takes for one."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pixie_core.errors import Problem
from pixie_core.filenames import clean_filename, twin_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixie_core.unzip.structure import Entry

__all__ = ["first_problems", "name_problems", "shown"]

_LONGEST_PATH = 1000
_MOST_SAID = 20


def name_problems(entries: Sequence[Entry], depth: int) -> list[Problem]:
    """What is wrong with the names of entries, at most `depth` folders deep: of each by itself, and where these are
    fine, beside each other.
    """
    # Twins are looked for among names that are fine by themselves, and thereby short.
    return list(_names(entries, depth)) or list(_twins(entries))


def first_problems(problems: list[Problem]) -> list[Problem]:
    """As many as a person reads."""
    rest = len(problems) - _MOST_SAID
    return problems if rest <= 0 else [*problems[:_MOST_SAID], Problem("the zip", f"has {rest:,} more such problems")]


def shown(name: str) -> str:
    """The name of an entry as it can be shown: what isn't visible is written out."""
    cut = name if len(name) <= 120 else f"{name[:117]}…"
    return "".join(
        each if each.isprintable() and unicodedata.category(each) != "Cf" else ascii(each)[1:-1] for each in cut
    )


def _names(entries: Sequence[Entry], depth: int) -> Iterator[Problem]:
    """What is wrong with the entries' names, each by itself and beside each other."""
    if not entries:
        yield Problem("the zip", "is empty")
    for entry in entries:
        said = _name_problem(entry.name, depth)
        if said is not None:
            yield Problem(shown(entry.name), said)


def _name_problem(name: str, depth: int) -> str | None:
    parts = name.removesuffix("/").split("/")
    if "\0" in name:
        return "has a NUL character in its name"
    if "\\" in name:
        return "has a backslash in its name, which some systems take for a folder's end"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path; expected one inside the zip's folder"
    if ".." in parts:
        return "climbs out of its folder"
    if "" in parts or "." in parts:
        return "has an empty part in its path"
    if len(name.encode()) > _LONGEST_PATH or len(parts) > depth:
        return f"lies too deep; at most {depth} folders and {_LONGEST_PATH} bytes are unpacked"
    for part in parts:
        # Names like .gitignore are fine, and clean_filename makes none.
        core = part.removeprefix(".")
        if clean_filename(core) != core:
            return f"isn't a name that is safe on every system; {clean_filename(part)!r} would be"
    return None


def _twins(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Two names that some system takes for one, and a file where a folder must be."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for entry in entries:
        parts = entry.name.removesuffix("/").split("/")
        for depth in range(1, len(parts) + entry.is_folder):
            above = "/".join(parts[:depth])
            known = folders.setdefault(twin_key(above), above)
            if known != above:
                yield Problem(shown(entry.name), f"lies in a folder that many systems take for {shown(known)!r}")
        if not entry.is_folder:
            key = twin_key(entry.name)
            if key in files:
                same = files[key] == entry.name
                said = "is there twice" if same else f"is the same as {shown(files[key])!r} on many systems"
                yield Problem(shown(entry.name), said)
            files[key] = entry.name
    for key in files.keys() & folders.keys():
        yield Problem(shown(files[key]), "is a file and a folder at once")
