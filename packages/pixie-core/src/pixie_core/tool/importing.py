"""Installing a tool from a zip, in two steps, so that nothing of a stranger's runs before somebody agreed.

    proposal = inspect_zip(path)                    what it is (pixie_core.tool.unpacking)
    stage_import(proposal, tools_dir)               it waits in tools/.imported/<id>, where nobody looks for tools
    confirm_import(tools_dir, proposal.id)          it is tools/<id>; `pixie sync` makes its environment

With `replace=True` it takes the place of the tool that has its id. That one's data/ comes along, its secrets wait to
be confirmed (pixie_core.tool.secrets), and its source is kept in tools/.replaced/<id>-<n>. Between the old tool and
the new there are several renames; a journal beside the waiting tool says that they have begun, and `sweep_leftovers`,
at every start, ends what a crash cut short: the old tool is there as a whole, or the new one is.

A replaced tool's process that still runs is its caller's to stop.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from pixie_core.errors import Problem, RequestInvalid, ToolExists
from pixie_core.faults import fault
from pixie_core.placing import PART, keep_names, locked, placed
from pixie_core.tool.discovery import Tools, read_tool
from pixie_core.tool.requirements import read_requirements
from pixie_core.tool.secrets import withhold
from pixie_core.tool.source import SourceHash
from pixie_core.tool.unpacking import inspect_open
from pixie_core.unzip import BadZip, content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixie_core.tool.discovery import Tool
    from pixie_core.tool.unpacking import Proposal

__all__ = [
    "NEW",
    "confirm_import",
    "discard_import",
    "existing_tool",
    "pending_imports",
    "stage_import",
    "sweep_leftovers",
]

_IMPORTED = ".imported"
_REPLACED = ".replaced"
NEW = ".new-"
"""How the names of folders begin that aren't whole yet."""
_JOURNAL = ".replacing"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def existing_tool(tools_dir: Path, tool_id: str) -> Path | None:
    """The folder that an import of this id would replace: one of that name, else that of the tool with the id."""
    named = tools_dir / tool_id
    if os.path.lexists(named):
        return named
    return next((tool.folder for tool in Tools(tools_dir).all() if tool.id == tool_id), None)


def pending_imports(tools_dir: Path) -> list[Tool]:
    """The tools that wait to be confirmed."""
    waiting = tools_dir / _IMPORTED
    if not waiting.is_dir():
        return []
    return [read_tool(each) for each in sorted(waiting.iterdir()) if _ID.fullmatch(each.name) and each.is_dir()]


def stage_import(proposal: Proposal, tools_dir: Path) -> Path:
    """Unpack a tool to tools/.imported/<id>, where it does nothing, and return that folder.

    One that waited there under the same id is discarded. Files are 0644 and folders 0755. Raises RequestInvalid when
    the zip isn't any more what the proposal says, and OSError for the disk's reasons; nothing is left then.
    """
    with _alone(tools_dir):
        room = tools_dir / _IMPORTED
        unpacked = room / f"{NEW}{secrets.token_hex(8)}"
        try:
            _unpack(proposal, unpacked)
            fault("import.unpacked")
            target = room / proposal.id
            if os.path.lexists(target):
                target.rename(room / f"{NEW}{secrets.token_hex(8)}")
            unpacked.rename(target)
            keep_names(room)
        finally:
            for each in room.glob(f"{NEW}*"):
                _remove(each)
    return target


def _unpack(proposal: Proposal, folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    sources = SourceHash()
    with proposal.path.open("rb") as file:
        if inspect_open(file, proposal.path, limits=proposal.limits).source_hash != proposal.source_hash:
            raise _changed(proposal)
        for each in proposal.files:
            path = folder / each.name
            for above in reversed([up for up in path.parents if up.is_relative_to(folder) and not up.exists()]):
                above.mkdir()
                above.chmod(0o755)
            with path.open("xb") as made:
                try:
                    sources.add(each.name, _written(made, content(file, each.entry, proposal.limits)))
                except BadZip:
                    raise _changed(proposal) from None
                os.fchmod(made.fileno(), 0o644)
                made.flush()
                os.fsync(made.fileno())
    if sources.hexdigest() != proposal.source_hash:
        raise _changed(proposal)
    for up, _, _ in os.walk(folder):
        keep_names(folder / up)


def _written(file: BinaryIO, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        file.write(piece)
        yield piece


def _changed(proposal: Proposal) -> RequestInvalid:
    said = "has changed since it was looked at; nothing was kept. Look at it again"
    return RequestInvalid("The import", [Problem(proposal.path.name, said)])


def discard_import(tools_dir: Path, tool_id: str) -> bool:
    """Remove a tool that waits to be confirmed; False when there is none."""
    with _alone(tools_dir):
        staged = _staged(tools_dir, tool_id)
        if staged is None:
            return False
        aside = staged.with_name(f"{NEW}{secrets.token_hex(8)}")
        staged.rename(aside)
        _remove(aside)
        return True


def confirm_import(tools_dir: Path, tool_id: str, *, replace: bool = False) -> Tool:
    """Make the tool that waits under this id a tool. Nothing of it runs yet.

    Raises RequestInvalid when none waits or it doesn't hold together, and ToolExists when there is a tool with the
    id, unless `replace`; the old tool is untouched then.
    """
    with _alone(tools_dir):
        staged = _staged(tools_dir, tool_id)
        if staged is None:
            waiting = ", ".join(each.id for each in pending_imports(tools_dir)) or "none"
            raise RequestInvalid("The import", [Problem("$.id", f"no tool {tool_id!r} waits; waiting: {waiting}")])
        _check(staged, tool_id)
        old = existing_tool(tools_dir, tool_id)
        if old is None:
            staged.rename(tools_dir / tool_id)
            keep_names(tools_dir)
            keep_names(staged.parent)
        elif not replace:
            raise ToolExists(tool_id)
        elif old.is_symlink() or not old.is_dir():
            said = "is a link or a file, and only a tool's own folder is replaced: move it away first"
            raise RequestInvalid("The import", [Problem(str(old.name), said)])
        else:
            _replace(tools_dir, tool_id, old)
    return read_tool(tools_dir / tool_id)


def _staged(tools_dir: Path, tool_id: str) -> Path | None:
    staged = tools_dir / _IMPORTED / tool_id
    return staged if _ID.fullmatch(tool_id) and staged.is_dir() and not staged.is_symlink() else None


def _check(staged: Path, tool_id: str) -> None:
    """It was right when it was unpacked; here it is about to take the place of a tool that works."""
    tool = read_tool(staged)
    manifest = tool.checked()
    files = {"pyproject.toml": (staged / "pyproject.toml").read_bytes()}
    problems = [each for each in read_requirements(files, tool_id)[1] if each.severity == "error"]
    if manifest.id != tool_id:
        problems.append(Problem("tool.json $.id", f"is {manifest.id!r}, and the tool waits as {tool_id!r}"))
    if not (staged / manifest.entrypoint).is_file():
        problems.append(Problem("tool.json $.entrypoint", f"is {manifest.entrypoint!r}, which isn't there"))
    if problems:
        raise RequestInvalid(f"{tool_id} can't be installed", problems)


# Replacing: a journal, and steps that can each be repeated


def _replace(tools_dir: Path, tool_id: str, old: Path) -> None:
    aside = _free_name(tools_dir / _REPLACED, tool_id)
    journal = {"folder": old.name, "aside": aside.name}
    with placed(_journal(tools_dir, tool_id), 0o644, replace=True) as file:
        file.write(json.dumps(journal).encode())
    fault("import.journal")
    old.rename(aside)
    keep_names(tools_dir)
    keep_names(aside.parent)
    fault("import.old_aside")
    _carry_on(tools_dir, tool_id, aside)


def _carry_on(tools_dir: Path, tool_id: str, aside: Path) -> None:
    """From the moment that the old tool stands aside to the end."""
    staged = tools_dir / _IMPORTED / tool_id
    if staged.is_dir():
        if os.path.lexists(aside / "data"):
            (aside / "data").rename(staged / "data")
        fault("import.data_moved")
        withhold(aside, staged)
        fault("import.secrets_moved")
        staged.rename(tools_dir / tool_id)
        keep_names(tools_dir)
        keep_names(staged.parent)
        fault("import.new_in_place")
    _remove(aside / ".venv")
    _journal(tools_dir, tool_id).unlink()
    keep_names(staged.parent)


def _journal(tools_dir: Path, tool_id: str) -> Path:
    return tools_dir / _IMPORTED / f"{tool_id}{_JOURNAL}"


def _free_name(room: Path, tool_id: str) -> Path:
    room.mkdir(exist_ok=True)
    number = 1
    while os.path.lexists(room / f"{tool_id}-{number}"):
        number += 1
    return room / f"{tool_id}-{number}"


# What a crash left


def sweep_leftovers(tools_dir: Path) -> tuple[str, ...]:
    """End what a crash cut short and remove what it left; returns what was done, a sentence each.

    For every start, before tools are looked for. It waits for an import that another process is at. A tool that
    waits to be confirmed isn't a leftover.
    """
    if not tools_dir.is_dir():
        return ()
    done: list[str] = []
    if (tools_dir / _IMPORTED).is_dir():
        with _alone(tools_dir):
            journals = sorted((tools_dir / _IMPORTED).glob(f"*{_JOURNAL}"))
            done += [_finish(tools_dir, journal) for journal in journals]
            for each in sorted((tools_dir / _IMPORTED).iterdir()):
                if each.name.startswith(NEW) or each.name.endswith(PART):
                    _remove(each)
                    done.append(f"An import that was cut short was removed: {each.name}.")
    with locked(tools_dir):
        for each in sorted(tools_dir.glob(f"{NEW}*")):
            _remove(each)
            done.append(f"A new tool that was half written was removed: {each.name}.")
    for folder in sorted(tools_dir.iterdir()):
        if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith("."):
            done += _sweep_parts(folder)
    return tuple(done)


def _finish(tools_dir: Path, journal: Path) -> str:
    tool_id = journal.name.removesuffix(_JOURNAL)
    said = json.loads(journal.read_bytes())
    aside = tools_dir / _REPLACED / said["aside"]
    if aside.is_dir():
        _carry_on(tools_dir, tool_id, aside)
        return f"The replacement of {tool_id} was cut short, and was completed. Its old source is in {aside}."
    journal.unlink()
    return f"The replacement of {tool_id} was cut short before it began: the old tool is unchanged, the new one waits."


def _sweep_parts(folder: Path) -> Iterator[str]:
    """Secrets that were being written when the writer died. The folder is locked, so that nobody writes now."""
    parts = [each for each in folder.iterdir() if each.name.startswith(".env.") and each.name.endswith(PART)]
    if parts:
        with locked(folder):
            for each in parts:
                each.unlink(missing_ok=True)
        yield f"Secrets of {folder.name} that were half written were removed."


@contextmanager
def _alone(tools_dir: Path) -> Iterator[None]:
    """One import at a time, of this process and of others."""
    room = tools_dir / _IMPORTED
    room.mkdir(parents=True, exist_ok=True)
    with locked(room):
        yield


def _remove(path: Path) -> None:
    """Remove a file or a folder; what links point at stays."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
