"""Runs back from the zips that they were exported as: of one run, or of many.

    for each in pixie.import_run("lorenz-2026-01-02-3f2b8c1e.zip"):
        print(each.run_id, "came" if each.new else "was here already")

A run keeps its id, times, origin, fingerprint, label and star, and gets its files under new numbers; `Run.imported`
says when it came and in which zip. What its log can be made from is in the zip: that it began, its files and outputs,
its end. What it wrote to stderr, but for the end of that, and how its outputs grew, isn't. Its tool need not be here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.clock import timestamp
from pixie_core.errors import RunConflict, RunNotFound
from pixie_core.filenames import clean_filename
from pixie_core.run_import.reading import Found, find_runs
from pixie_core.run_import.restoring import Restoring, is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pixie_core.config import Settings
    from pixie_core.run import Run
    from pixie_core.store import Store

__all__ = ["ImportedRun", "RunImports"]


@frozen(kw_only=True)
class ImportedRun:
    """A run of a zip, and whether it came (`new`) or was here already; `files` and `size_bytes` are its zip's."""

    run_id: str
    tool_id: str
    label: str | None
    starred: bool
    finished_at: str
    files: int
    size_bytes: int
    new: bool


class RunImports:
    """Imports runs into one Pixie. Thread-safe."""

    def __init__(
        self, store: Store, settings: Settings, values: Callable[[Run], Mapping[str, Any]], now: Callable[[], datetime]
    ) -> None:
        self._store, self._settings, self._values, self._now = store, settings, values, now

    def import_zip(self, path: Path | str) -> list[ImportedRun]:
        """Import every run of a zip that `export-run` or `bulk-export` made.

        The whole zip is looked at first: RequestInvalid says, with every problem, what in it is unsafe, altered,
        missing or too much, RunConflict that a run of this id is here with other content, DiskFull or QuotaExceeded
        that there is no room; nothing was written then. After that each run comes whole or not at all, one after the
        other. The same runs again change nothing. Raises OSError when the file can't be read.
        """
        path = Path(path)
        with path.open("rb") as file:
            found = find_runs(file, path.name, self._settings)
            coming = [each for each in found if not self._is_here(each)]
            mark = {"at": timestamp(self._now()), "filename": clean_filename(path.name)}
            restoring = Restoring(self._store, self._settings, file, mark)
            restoring.must_have_room(coming)
            for each in coming:
                restoring.restore(each)
        new = {each.about.id for each in coming}
        return [_imported(each, new=each.about.id in new) for each in found]

    def _is_here(self, found: Found) -> bool:
        """Whether the same run is here. Raises RunConflict when another with its id is."""
        try:
            run = self._store.run(found.about.id)
        except RunNotFound:
            return False
        if not run.ended or not is_same(found, run, self._values(run)):
            said = "it isn't the one in the zip. Delete it for good if that one is to take its place."
            raise RunConflict(run.id, said)
        return True


def _imported(found: Found, *, new: bool) -> ImportedRun:
    about = found.about
    return ImportedRun(
        run_id=about.id,
        tool_id=about.tool_id,
        label=about.label,
        starred=about.starred,
        finished_at=about.finished_at,
        files=len(found.entries),
        size_bytes=found.size,
        new=new,
    )
