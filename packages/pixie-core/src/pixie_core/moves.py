"""A tool gets another id, or goes: `Pixie.moves`.

    pixie.moves.rename("lorenz", "lorenz-ode-solver")
    pixie.moves.remove("lorenz", with_runs=True)
    pixie.moves.finish()                                what a crash cut short; `pixie serve` does it at its start

Renaming takes along everything that goes by the id: the folder and its tool.json, runs with their files, validations,
and what the user has set. It is many steps. Before the first a journal is written, `tools/.moves/journal`; each step
can be done again, so that whoever comes next goes on where a crash was. Until the end some runs go by the old id, and
some by the new; every one is found by its own id all the time.

A tool at work isn't moved. Its idle process is ended, whoever started it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from pixie_core.errors import Problem, RequestInvalid, RunsInFlight, ToolExists, ToolNotFound
from pixie_core.faults import fault
from pixie_core.placing import keep_names, locked, placed
from pixie_core.runtime.marks import folder_mark, kill_marked
from pixie_core.tool.manifest import ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pixie_core.config import Settings
    from pixie_core.store import Store
    from pixie_core.tool import Tools

__all__ = ["Moves", "Removed", "Renamed"]

_LONGEST_ID = 100
_ROOM = ".moves"


@frozen
class Renamed:
    """A tool has another id; `runs` and `artefacts` say how many went along."""

    tool_id: str
    new_id: str
    runs: int
    artefacts: int


@frozen
class Removed:
    """A tool is gone. `runs_deleted` went for good with it and freed `bytes`; `runs_kept` are still there. `failed`
    says of each run that couldn't be deleted why.
    """

    tool_id: str
    runs_deleted: int
    runs_kept: int
    bytes: int = 0
    failed: tuple[str, ...] = ()


@frozen
class _Journal:
    """What is being done. `folder` is the tool's folder as it was called, `becomes` where it goes."""

    tool_id: str
    folder: str
    becomes: str
    new_id: str | None = None
    with_runs: bool = False


class Moves:
    """Renames and removes tools of one data folder. Thread-safe; one at a time, also among processes."""

    def __init__(self, store: Store, tools: Tools, settings: Settings) -> None:
        self._store = store
        self._tools = tools
        self._settings = settings

    def rename(self, tool_id: str, new_id: str, *, on_progress: Callable[[int], None] = lambda _: None) -> Renamed:
        """Give a tool another id, and take along all that goes by it. `on_progress` is told how many runs have been
        moved. What an earlier call began, with the same ids, is brought to its end.

        Raises ToolNotFound; ToolExists when the new id is taken; RequestInvalid when it is no id, or there are runs of
        an earlier tool that had it; RunsInFlight when the tool is at work.
        """
        _must_be_an_id(new_id)
        with self._alone():
            begun = self._finish(on_progress)
            if isinstance(begun, Renamed) and (begun.tool_id, begun.new_id) == (tool_id, new_id):
                return begun
            tool = self._tools.get(tool_id)
            self._must_be_free(new_id)
            self._must_rest(tool_id)
            journal = _Journal(tool_id, tool.folder.name, new_id, new_id)
            self._begin(journal)
            return self._rename(journal, on_progress)

    def remove(self, tool_id: str, *, with_runs: bool = False) -> Removed:
        """Remove a tool for good: its folder with its data and secrets, and what the user has set for it. Its runs stay
        as they are, or go `with_runs`, but those that are protected.

        Raises ToolNotFound, and RunsInFlight when the tool is at work.
        """
        with self._alone():
            begun = self._finish(lambda _: None)
            if isinstance(begun, Removed) and begun.tool_id == tool_id:
                return begun
            tool = self._tools.get(tool_id)
            self._must_rest(tool_id)
            aside = f"{_ROOM}/{tool_id}-{secrets.token_hex(4)}"
            journal = _Journal(tool_id, tool.folder.name, aside, with_runs=with_runs)
            self._begin(journal)
            return self._remove(journal)

    def finish(self) -> Renamed | Removed | None:
        """Bring to its end what a crash cut short; None when there is nothing. It waits for another process that is
        at it. Raises DataFolderError when the folder can't be written.
        """
        if not self._journal.exists():
            return None
        with self._alone():
            return self._finish(lambda _: None)

    # The journal

    @property
    def _room(self) -> Path:
        return self._tools.folder / _ROOM

    @property
    def _journal(self) -> Path:
        return self._room / "journal"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._room.mkdir(parents=True, exist_ok=True)
        with locked(self._room):
            yield

    def _begin(self, journal: _Journal) -> None:
        with placed(self._journal, 0o644, replace=False) as file:
            file.write(json.dumps(asdict(journal)).encode())
        fault("move.after_journal")

    def _end(self) -> None:
        fault("move.before_end")
        self._journal.unlink()
        keep_names(self._room)

    def _finish(self, on_progress: Callable[[int], None]) -> Renamed | Removed | None:
        try:
            said: dict[str, Any] = json.loads(self._journal.read_bytes())
        except FileNotFoundError:
            return None
        journal = _Journal(**said)
        return self._rename(journal, on_progress) if journal.new_id is not None else self._remove(journal)

    # The steps

    def _rename(self, journal: _Journal, on_progress: Callable[[int], None]) -> Renamed:
        new_id = journal.new_id
        assert new_id is not None
        self._move_folder(journal)
        _write_id(self._tools.folder / journal.becomes / "tool.json", journal.tool_id, new_id)
        fault("move.after_id")
        self._store.deletions.finish()
        self._store.moving.state(journal.tool_id, new_id)
        fault("move.after_state")
        moved = self._store.moving.runs(journal.tool_id, new_id, on_progress)
        self._end()
        return Renamed(journal.tool_id, new_id, moved.runs, moved.artefacts)

    def _remove(self, journal: _Journal) -> Removed:
        tool_id = journal.tool_id
        self._move_folder(journal)
        self._store.moving.forget(tool_id)
        fault("move.after_state")
        ended = self._store.moving.ended(tool_id)
        purged = self._store.deletions.purge_runs(ended) if journal.with_runs else None
        fault("move.after_runs")
        _remove_folder(self._tools.folder / journal.becomes)
        self._end()
        gone = len(purged.runs) if purged is not None else 0
        if purged is None:
            return Removed(tool_id, 0, len(ended))
        return Removed(tool_id, gone, len(ended) - gone, purged.bytes, purged.failed)

    def _move_folder(self, journal: _Journal) -> None:
        """From here on no run of the tool can begin. Where one has begun in the last moment, nothing is done."""
        source, target = self._tools.folder / journal.folder, self._tools.folder / journal.becomes
        if os.path.lexists(source) and source != target:
            source.rename(target)
            keep_names(self._tools.folder)
            keep_names(target.parent)
            fault("move.after_folder")
            try:
                self._must_rest(journal.tool_id)
            except RunsInFlight:
                target.rename(source)
                keep_names(self._tools.folder)
                self._end()
                raise
        self._end_idle_processes(journal.tool_id)

    # What must be so

    def _must_be_free(self, new_id: str) -> None:
        with suppress(ToolNotFound):
            self._tools.get(new_id)
            raise ToolExists(new_id)
        if os.path.lexists(self._tools.folder / new_id):
            raise ToolExists(new_id)
        if self._store.moving.known(new_id):
            said = f"was an earlier tool's, and runs of it are there still: `pixie view-runs {new_id}`. Choose another"
            raise RequestInvalid("The new id", (Problem("$.new_id", said),))

    def _must_rest(self, tool_id: str) -> None:
        at_work = tuple(run.id for run in self._store.running() if run.tool_id == tool_id)
        if at_work:
            raise RunsInFlight(tool_id, at_work)

    def _end_idle_processes(self, tool_id: str) -> None:
        spawned = {row.spawn_id for row in self._store.processes.recorded() if row.tool_id == tool_id}
        if spawned:
            kill_marked(folder_mark(self._settings), lambda mark: str(mark) in spawned)


def _must_be_an_id(new_id: str) -> None:
    if not re.fullmatch(ID_PATTERN, new_id, re.ASCII) or len(new_id) > _LONGEST_ID:
        said = (
            f"is {new_id[:120]!r}: expected kebab-case of at most {_LONGEST_ID} characters, such as compound-interest"
        )
        raise RequestInvalid("The new id", (Problem("$.new_id", said),))


def _write_id(path: Path, old: str, new: str) -> None:
    """Put the new id into a tool.json in the place of the old one, and leave all else as it is written."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text)
    except (OSError, ValueError):
        return  # of a tool whose tool.json can't be read the folder's name is the id
    if not isinstance(document, dict) or document.get("id") != old:
        return
    wanted = {**document, "id": new}
    changed = re.sub(rf'("id"\s*:\s*)"{re.escape(old)}"', rf'\g<1>"{new}"', text, count=1)
    if json.loads(changed) != wanted:
        # Another "id" stands before it: it is written afresh.
        changed = json.dumps(wanted, ensure_ascii=False, indent=2) + "\n"
    with placed(path, path.stat().st_mode & 0o777, replace=True) as file:
        file.write(changed.encode())


def _remove_folder(path: Path) -> None:
    """Remove a tool's folder; of one that is a link only the link."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
