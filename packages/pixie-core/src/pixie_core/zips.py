"""Zips of runs: of one, of many, of files from many. Each is made while it is read.

pixie.zips.run("6f1c2a9b")                                    what `pixie.export` writes
pixie.zips.runs(tool="lorenz-ode-solver", starred=True).save("lorenz.zip")
pixie.zips.runs(["6f1c2a9b", "lorenz-ode-solver:last"], kind="report")
pixie.zips.artefacts([12, 15])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import frozen

from pixie_core.errors import AmbiguousRunId, ArtefactNotFound, NotFound, Problem, RequestInvalid
from pixie_core.exporters import report, report_archive, run_zip
from pixie_core.exporters.bulk import Bulk, Item, folder_name
from pixie_core.exporters.moment import moment_of
from pixie_core.exporters.run_zip import Whole, file_entry
from pixie_core.filenames import twin_key, unique_filename
from pixie_core.store import Weight, sizes_on_disk, weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pixie_core.exporters import Archive
    from pixie_core.exporters import Report as RunReport
    from pixie_core.run import Run
    from pixie_core.store import Marks, Page, RunSummary, Store, StoredArtefact
    from pixie_core.tool import ToolManifest

__all__ = ["BulkKind", "Zips"]

BulkKind: TypeAlias = Literal["raw", "report"]
"""Of each run its own zip's files, for programs, or its report, for people."""

_PAGE = 500
_LOOKED_AT_FIRST = 500
"""Files of a run that are looked at before its zip begins, so that it begins as soon for ten thousand as for these."""
_RUN_COLUMNS = (
    "id", "folder", "tool_id", "status", "label", "starred", "origin", "created_at", "started_at", "finished_at",
    "duration_ms", "files", "size_bytes", "error",
)  # fmt: skip
_FILE_COLUMNS = (
    "id", "path", "run_id", "tool_id", "output_key", "filename", "mime", "size_bytes", "sha256", "created_at", "label",
)  # fmt: skip


class Zips:
    """The zips that can be made of the runs of one Pixie. Thread-safe."""

    def __init__(
        self,
        store: Store,
        id_of: Callable[[str], str],
        list_runs: Callable[..., Page[RunSummary]],
        manifest_of: Callable[[Run], ToolManifest | None],
    ) -> None:
        self._store, self._id_of, self._list_runs, self._manifest_of = store, id_of, list_runs, manifest_of

    def run(self, run_id: str) -> Archive:
        """The zip of one run.

        Raises ArtefactFileMissing, InputFileMissing or FileAltered when one of its first 500 files is missing or has
        another size than it had; reading the zip raises them, after its first entry, for one of the others.
        """
        run, all_there = self._store.beginning(self._id_of(run_id), _LOOKED_AT_FIRST)
        return self._raw(run, all_there=all_there)

    def _raw(self, run: Run, *, all_there: bool) -> Archive:
        store = self._store
        return run_zip(
            run,
            self._manifest_of(run),
            _Values(run, store),
            store.open_artefact,
            open_input=store.open_input,
            sizes=sizes_on_disk(store, run.id, first=None if all_there else len(run.artefacts)),
            marks=lambda: {number: _said(each) for number, each in store.marks(run.id).items()},
            whole=None if all_there else lambda: Whole(store.run(run.id), sizes_on_disk(store, run.id)),
        )

    def runs(self, run_ids: Sequence[str] | None = None, *, kind: BulkKind = "raw", **filters: Any) -> Bulk:
        """The zip of many runs: those that are named, or those that the filters of `Pixie.runs` let through, newest
        first. A filter without a word means all.

        Which runs these are is settled now, what they hold when each one's turn comes; see `exporters.bulk`. Raises
        RequestInvalid with every id that stands for no run, or when there are none; and what `Pixie.runs` raises.
        """
        if kind not in get_args(BulkKind):
            cure = "it can be raw or report"
            raise RequestInvalid("The export", [Problem.unknown("kind", str(kind), "$.kind", cure)])
        ids = self._named(run_ids) if run_ids is not None else self._filtered(filters)
        begin_alike = _alike(ids)
        weight = weigh(self._store, ids)

        def look_up(run_id: str) -> Item:
            run, all_there = self._store.beginning(run_id, _LOOKED_AT_FIRST)
            folder = folder_name(run, whole_id=run_id[:8] in begin_alike)
            facts = _of_run(run, folder, weigh(self._store, [run_id]))
            if kind == "raw":
                made = self._raw(run, all_there=all_there)
            else:
                made = self._report(run if all_there else self._store.run(run_id))
            return Item(entries=made.entries, moment=made.made_at, folder=folder, facts=facts)

        return Bulk(
            filename="pixie-runs.zip" if kind == "raw" else "pixie-reports.zip",
            what="runs",
            ids=ids,
            looking_up=lambda: look_up,
            columns=_RUN_COLUMNS,
            kind=kind,
            runs=len(ids),
            files=weight.files,
            size_bytes=weight.bytes,
        )

    def report(self, run_id: str, format: str = "zip") -> RunReport:
        """The report of one run, as zip, md, html or pdf. Raises what `exporters.report` does."""
        run = self._store.run(self._id_of(run_id))
        return report(run, self._manifest_of(run), _Values(run, self._store), self._store.open_artefact, format)

    def _report(self, run: Run) -> Archive:
        return report_archive(run, self._manifest_of(run), _Values(run, self._store), self._store.open_artefact)

    def _named(self, run_ids: Sequence[str]) -> list[str]:
        """The whole ids, each once, in the order in which they were given."""
        problems: list[Problem] = []
        found: dict[str, None] = {}
        for place, each in enumerate(run_ids):
            try:
                found[self._id_of(each)] = None
            except (NotFound, AmbiguousRunId) as error:
                problems.append(Problem(f"$.run_ids[{place}]", str(error)))
            except RequestInvalid as error:
                problems += [Problem(f"$.run_ids[{place}]", inner.message) for inner in error.problems]
        if problems:
            raise RequestInvalid("The export", problems)
        return _some(list(found), "$.run_ids", "name no run; give the ids of one or more")

    def _filtered(self, filters: Mapping[str, Any]) -> list[str]:
        ids: list[str] = []
        after = None
        while True:
            page = self._list_runs(**filters, limit=_PAGE, after=after)
            if page.newest_only is not None:
                said = (
                    f"is too short: for fewer than 3 letters only the newest {page.newest_only:,} runs are looked "
                    "through, and some might be left out. Give 3 letters or more"
                )
                raise RequestInvalid("The export", [Problem("$.filter.q", said)])
            ids += (each.id for each in page.items)
            after = page.next
            if after is None:
                return _some(ids, "$.filter", "lets no run through; `GET /api/runs` and `pixie view-runs` list them")

    def artefacts(self, artefact_ids: Sequence[int]) -> Bulk:
        """The zip of kept files, each in the folder of its run. Raises RequestInvalid with every number that stands for
        no artefact, or when there are none.
        """
        problems: list[Problem] = []
        weight = Weight()
        run_ids: dict[str, None] = {}
        places: dict[int, int] = {}
        for place, each in enumerate(artefact_ids):
            places.setdefault(each, place)
        for each, place in places.items():
            try:
                found = self._store.artefact(each)
            except ArtefactNotFound as error:
                problems.append(Problem(f"$.artefact_ids[{place}]", str(error)))
            else:
                weight += Weight(1, found.size_bytes)
                run_ids[found.run_id] = None
        if problems:
            raise RequestInvalid("The export", problems)
        ids = _some(list(places), "$.artefact_ids", "name no file; give the numbers of one or more")
        begin_alike = _alike(run_ids)
        return Bulk(
            filename="pixie-files.zip",
            what="artefacts",
            ids=ids,
            looking_up=lambda: _Files(self._store, begin_alike).look_up,
            columns=_FILE_COLUMNS,
            kind="files",
            runs=len(run_ids),
            files=len(ids),
            size_bytes=weight.bytes,
        )


def _some(ids: list[Any], path: str, said: str) -> list[Any]:
    if not ids:
        raise RequestInvalid("The export", [Problem(path, said)])
    return ids


@frozen
class _Values(Mapping[str, Any]):
    """A run's values by key; one that is kept as a file is read when it is asked for, and not held."""

    _run: Run
    _store: Store

    def __getitem__(self, key: str) -> Any:
        return self._store.resolve(self._run.outputs[key].value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.outputs)

    def __len__(self) -> int:
        return len(self._run.outputs)


class _Files:
    """Looks up files, each in the folder of its run, under a name that no other has there; for one reading."""

    def __init__(self, store: Store, begin_alike: set[str]) -> None:
        self._store = store
        self._begin_alike = begin_alike
        self._taken: dict[str, set[str]] = {}

    def look_up(self, artefact_id: int) -> Item:
        """The file of this number. Raises NotFound."""
        found = self._store.artefact(artefact_id)
        run = self._store.run(found.run_id)
        folder = folder_name(run, whole_id=run.id[:8] in self._begin_alike)
        taken = self._taken.setdefault(found.run_id, set())
        name = unique_filename(found.filename, taken)
        taken.add(twin_key(name))
        moment, opened = moment_of(run), partial(self._store.open_artefact, artefact_id)
        entry = file_entry(name, opened, found.size_bytes, found.sha256 or None, found.mime)
        return Item(entries=[entry], moment=moment, folder=folder, facts=_of_file(found, f"{folder}{name}"))


def _said(marks: Marks) -> dict[str, Any]:
    """Of what can be set on a file that which is."""
    said = {"starred": marks.starred, "label": marks.label, "tags": list(marks.tags)}
    return {name: value for name, value in said.items() if value}


def _alike(ids: Iterable[str]) -> set[str]:
    """The first eight characters that several ids have."""
    return {start for start, count in Counter(each[:8] for each in ids).items() if count > 1}


def _of_file(found: StoredArtefact, path: str) -> dict[str, Any]:
    return {"path": path, **{name: getattr(found, name) for name in _FILE_COLUMNS if name != "path"}}


def _of_run(run: Run, folder: str, weight: Weight) -> dict[str, Any]:
    return {
        "id": run.id,
        "folder": folder,
        "tool_id": run.tool_id,
        "status": run.status,
        "label": run.label,
        "starred": run.starred,
        "origin": run.origin,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "duration_ms": run.duration_ms,
        "files": weight.files,
        "size_bytes": weight.bytes,
        "error": run.error,
    }
