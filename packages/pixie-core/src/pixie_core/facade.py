"""Pixie for scripts, and for the server and the command as well: everything that can be done with tools and
runs.

    import pixie_core

    with pixie_core.open("~/pixie") as pixie:
        run = pixie.run("compound-interest", principal=1000, years=10)
        print(run.status, run.values()["final_balance"])
        for past in pixie.runs(tool="compound-interest").items:
            print(past.id, past.created_at, past.inputs["years"])

It works beside a running server on the same folder. Thread-safe; blocking.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve

from pixie_core.clock import system_clock
from pixie_core.config import Settings
from pixie_core.errors import OutputNotFound, Problem, RequestInvalid, RunNotRunning, RunsInFlight, ToolNotFound
from pixie_core.exporters import write_zip
from pixie_core.exports import Exports
from pixie_core.keeping import Keeping
from pixie_core.library import Library
from pixie_core.moments import bound
from pixie_core.moves import Moves
from pixie_core.preferences import Preferences
from pixie_core.run.inputs import inputs_from_form, typed_inputs
from pixie_core.run.model import Output
from pixie_core.run_import import RunImports
from pixie_core.runtime import Runner
from pixie_core.runtime.inputs import as_sent
from pixie_core.runtime.suggestions import suggestions
from pixie_core.secrets import Secrets
from pixie_core.store import RunFilter, Store
from pixie_core.thumbnails import Thumbnails
from pixie_core.tool import Tools
from pixie_core.validation import Validation
from pixie_core.zips import Zips

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from pixie_core.clock import Clock
    from pixie_core.exporters import Archive, Bulk, Format
    from pixie_core.exporters import Report as RunReport
    from pixie_core.run import Record, Run
    from pixie_core.run.events import Status
    from pixie_core.run_import import ImportedRun
    from pixie_core.runtime.suggestions import Suggestion
    from pixie_core.store import LatestValidation, Page, RunSummary, StoredArtefact
    from pixie_core.tool import Limits, Tool, ToolManifest
    from pixie_core.validator import Report
    from pixie_core.zips import BulkKind

__all__ = ["Pixie", "open"]

_WHOLE_ID = 36
"""Characters of a run's id."""


def open(home: Path | str | None = None, **settings: Any) -> Pixie:  # noqa: A001 - read as pixie_core.open
    """Open the data folder `home` (default: PIXIE_HOME, else the current folder), made when it is missing.

    Keyword arguments take the place of PIXIE_* variables, by the names of `Settings`. Raises SettingsError or
    DataFolderError.
    """
    return Pixie(Settings.load(home).saying(**settings))


class Pixie:
    """One data folder: its tools, its runs, and what is kept of them.

    `store`, `tools`, `library`, `workspaces`, `exports`, `zips` and `keeping` are its rooms, for whoever needs more
    than the methods here. Close it, or use it in a `with`: runs that it started and that haven't ended are then
    interrupted.
    """

    def __init__(self, settings: Settings, *, clock: Clock = system_clock) -> None:
        self.store = Store(settings, clock=clock)
        self.preferences = Preferences(self.store.settings, settings)
        self.settings = settings = self.preferences.current()
        self.tools = Tools(settings.tools_dir, states=self.store.tool_states)
        self.library = Library(self.store)
        self.workspaces = self.store.workspaces
        self.exports = Exports(self.store, settings.home, self.get, self.manifest_of)
        self.zips = Zips(self.store, self.id_of, self.runs, self.manifest_of)
        self.keeping = Keeping(self.store, self.tools, settings, clock=clock)
        self.validation = Validation(self.store, self.tools, settings, clock=clock)
        self.moves = Moves(self.store, self.tools, settings)
        self.thumbnails = Thumbnails(self.store, settings)
        self.secrets = Secrets(self.tools, self._renew, clock=clock)
        self._clock = clock
        self._runner: Runner | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what was started here, within ten seconds, and let go of the database."""
        with self._lock:
            runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()
        self.validation.close()
        self.exports.jobs.close()
        self.keeping.close()
        self.thumbnails.stop()
        self.store.close()

    def end_runs(self) -> None:
        """End every run that was started here, as interrupted, and start no more: the beginning of `close`, while what
        is kept can still be asked for.
        """
        with self._lock:
            runner = self._runner
        if runner is not None:
            runner.close()

    @property
    def runner(self) -> Runner:
        """What drives runs; made at the first use."""
        with self._lock:
            if self._runner is None:
                self._runner = Runner(self.settings, self.store, self.tools, clock=self._clock)
            return self._runner

    # Runs: starting and following

    def run(self, tool_id: str, /, **inputs: Any) -> Run:
        """Run a tool and wait for its end. The run's `status` says how it went; a failed tool raises nothing.

        Raises ToolNotFound, ManifestInvalid, ToolNotInstalled, InputsInvalid or Busy when it can't be
        started.
        """
        return self.wait(self.start(tool_id, inputs).id)

    def start(
        self,
        tool_id: str,
        inputs: Mapping[str, Any],
        *,
        origin: str = "script",
        run_id: str | None = None,
        parent_run_id: str | None = None,
        label: str | None = None,
    ) -> Run:
        """Start a run with typed inputs and return at once. Raises what `run` does, and RunConflict for a
        used `run_id`.
        """
        tool = self.tools.get(tool_id)
        values = typed_inputs(tool.ready(), inputs)
        return self._start(tool, values, origin=origin, run_id=run_id, parent_run_id=parent_run_id, label=label)

    def start_form(
        self,
        tool_id: str,
        fields: Mapping[str, Sequence[str]],
        *,
        typed: Mapping[str, Any] | None = None,
        origin: str = "form",
    ) -> Run:
        """Start a run with a form's fields, each a list of texts, and with inputs that came as values beside
        them; see `pixie_core.run.inputs`. Raises what `run` does.
        """
        tool = self.tools.get(tool_id)
        return self._start(tool, inputs_from_form(tool.ready(), fields, typed), origin=origin)

    def _start(self, tool: Tool, values: dict[str, Any], *, run_id: str | None = None, **about: Any) -> Run:
        return self.runner.start(tool, values, run_id=run_id, **about)

    def rerun(self, run_id: str, changes: Mapping[str, Any] | None = None, *, origin: str = "script") -> Run:
        """Start a new run with the inputs of an old one and `changes` to them; the old one is its parent."""
        old = self.get(run_id)
        inputs = as_sent(self.tools.get(old.tool_id).checked(), old.inputs, self.store, named=True)
        return self.start(old.tool_id, {**inputs, **(changes or {})}, origin=origin, parent_run_id=old.id)

    def wait(self, run_id: str, timeout: float | None = None) -> Run:
        """The run once it has ended, or as it stands after `timeout` seconds."""
        stop = threading.Event()
        timer = threading.Timer(timeout, stop.set) if timeout is not None else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            for _ in self.follow(run_id, stop=stop):
                pass
        finally:
            if timer is not None:
                timer.cancel()
        return self.get(run_id)

    def follow(self, run_id: str, after: int = 0, *, stop: threading.Event | None = None) -> Iterator[Record]:
        """The run's events after number `after`: those that there are, then the rest as they come, to its
        end.
        """
        return self.store.follow(self.store.run(run_id).id, after, stop=stop)

    def cancel(self, run_id: str) -> None:
        """Ask a run to end; it has ended as `cancelled` within seconds. Raises RunNotRunning when it has
        ended already.
        """
        run = self.store.run(run_id)
        if run.ended:
            raise RunNotRunning(run.id, run.status)
        self.runner.cancel(run.id)

    # Runs: what is kept

    def get(self, run_id: str) -> Run:
        """One run by its id, any unique prefix of at least 6 characters, or `TOOL:last`.

        Raises RunNotFound or AmbiguousRunId.
        """
        return self.store.run(self.id_of(run_id))

    def id_of(self, run_id: str) -> str:
        """The whole id of what `get` would find, without reading it."""
        tool_id, _, last = run_id.rpartition(":")
        return self._newest(tool_id) if last == "last" and tool_id else self.store.find(run_id)

    def last(self, tool_id: str) -> Run:
        """The newest run of a tool. Raises ToolNotFound when there is neither a run nor a tool."""
        return self.store.run(self._newest(tool_id))

    def _newest(self, tool_id: str) -> str:
        newest = self.runs(tool=tool_id, limit=1).items
        if not newest:
            self.tools.get(tool_id)
            raise RequestInvalid("The run", [Problem("$", f"{tool_id} has no runs yet")])
        return newest[0].id

    def runs(
        self,
        *,
        tool: str | None = None,
        status: Status | None = None,
        starred: bool | None = None,
        labelled: bool | None = None,
        label: str | None = None,
        origin: str | None = None,
        parent: str | None = None,
        since: str | None = None,
        until: str | None = None,
        q: str | None = None,
        deleted: bool = False,
        limit: int = 50,
        after: str | None = None,
        page: int = 1,
    ) -> Page[RunSummary]:
        """Runs, newest first, that meet everything that is given; see `RunFilter`. `since` and `until` are days or
        moments, see `pixie_core.moments`; `parent` may be the beginning of an id.

        `after` is the `next` of the page before; `page`, from 1, skips so many pages, at a cost that grows with it.
        Raises RequestInvalid for what can't be asked, RunNotFound and AmbiguousRunId for a shortened `parent`.
        """
        wanted = RunFilter(
            tool_id=tool,
            status=status,
            starred=starred,
            labelled=labelled,
            label=label,
            origin=origin,
            # A parent may be gone while its children are there: then its whole id still finds them.
            parent_run_id=parent if parent is None or len(parent) == _WHOLE_ID else self.store.find(parent),
            since=bound(since, "since"),
            until=bound(until, "until", end=True),
            q=q,
            deleted=deleted,
        )
        return self.store.runs(wanted, limit=limit, after=after, offset=(page - 1) * limit)

    def log(self, run_id: str) -> str:
        """What was written to stderr in the run, and what Pixie had to say of it."""
        return self.store.log(self.get(run_id).id)

    def values(self, run: Run) -> dict[str, Any]:
        """The run's outputs by key, those that are kept as files read back from there."""
        return {key: self.store.resolve(output.value) for key, output in run.outputs.items()}

    def whole(self, run: Run) -> Run:
        """The run with every output's value in it: see `values`."""
        values = self.values(run)
        outputs = {
            key: Output(key, output.type, (values[key], None), output.done) for key, output in run.outputs.items()
        }
        return evolve(run, outputs=outputs)

    def output(self, run_id: str, key: str) -> Any:
        """One output's value. Raises OutputNotFound, which lists those that there are."""
        run = self.get(run_id)
        if key not in run.outputs:
            raise OutputNotFound(run.id, key, tuple(run.outputs))
        return self.store.resolve(run.outputs[key].value)

    def star(self, run_id: str, starred: bool | None = None) -> bool:
        """Star a run, or take the star away; without a word it is toggled. Returns how it is now."""
        return self.store.set_star(self.get(run_id).id, starred)

    def label(self, run_id: str, label: str | None) -> str | None:
        """Name a run; None or blanks take the name away. A labelled run is never swept. Returns the label
        as it is now.
        """
        return self.store.set_label(self.get(run_id).id, label)

    def find(self, text: str, *, limit: int = 50, after: str | None = None) -> Page[StoredArtefact]:
        """Artefacts with this text in their filename, label or tags, newest first; capitals don't matter."""
        return self.library.find(text, limit=limit, after=after)

    def delete(self, run_id: str) -> str:
        """Delete a run. It can be restored for `soft_delete_retention_days`. Returns its whole id.

        Raises RunStillRunning, or RunProtected when it, or a file of it, is starred or labelled.
        """
        return self.store.deletions.delete_run(self.get(run_id).id)

    def restore(self, run_id: str) -> str:
        """Undo `delete`. Returns the run's whole id. Raises RunNotFound once it has gone for good."""
        return self.store.deletions.restore_run(run_id)

    # Exports

    def zip(self, run_id: str) -> Archive:
        """The run as a zip, ready to be streamed; see `Zips.run` for what it raises when a file is gone."""
        return self.zips.run(run_id)

    def bulk(
        self,
        run_ids: Sequence[str] | None = None,
        *,
        artefact_ids: Sequence[int] | None = None,
        kind: BulkKind = "raw",
        **filters: Any,
    ) -> Bulk:
        """Many runs, or files of many, as one zip to be streamed or saved: those that are named, or all that the
        filters of `runs` let through; see `zips`.
        """
        if artefact_ids is not None:
            return self.zips.artefacts(artefact_ids)
        return self.zips.runs(run_ids, kind=kind, **filters)

    def import_run(self, path: Path | str) -> list[ImportedRun]:
        """Bring back the run, or the runs, of a zip that an export made; see `run_import`. Raises what
        `RunImports.import_zip` raises; what is refused leaves nothing behind.
        """
        return RunImports(self.store, self.settings, self.values, self.now).import_zip(path)

    def export(self, run_id: str, target: Path | str | None = None, *, force: bool = False) -> Path:
        """Write the run's zip and return where. `target` is a file or a folder; without it the current
        folder.

        Raises TargetExists unless `force`; nothing is left behind when it fails.
        """
        made = self.zip(run_id)
        path = Path(target) if target is not None else Path.cwd()
        if path.is_dir():
            path = path / made.filename
        write_zip(made, path, force=force)
        return path

    def report(self, run_id: str, format: str = "zip") -> RunReport:
        """The run's report as zip, md, html or pdf, to be streamed or saved; raises what `exporters.report` does."""
        return self.zips.report(run_id, format)

    def formats(self, run_id: str, key: str) -> tuple[Format, ...]:
        """What an output can become, its default first. Raises OutputNotFound."""
        return self.exports.formats(run_id, key)

    def export_output(
        self,
        run_id: str,
        key: str,
        format: str | None = None,
        target: Path | str | None = None,
        *,
        force: bool = False,
        **options: Any,
    ) -> Path:
        """Write an output in a format, by default its own default, and return where. `target` is a file or a folder;
        without it the current folder. `options` are the format's.

        Raises OutputNotFound, what `Exportable.save` raises, and TargetExists unless `force`; nothing is left behind
        when it fails.
        """
        return self.exports.of(run_id, key).save(format, target, force=force, options=options)

    def manifest_of(self, run: Run) -> ToolManifest | None:
        """The manifest of the run's tool as it is today, or None when the tool is gone or invalid."""
        try:
            return self.tools.get(run.tool_id).manifest
        except ToolNotFound:
            return None

    # Tools

    def statuses(self) -> dict[str, str]:
        """The state of every tool by its id: invalid, archived, not_installed, failed, running, warm or
        dormant.
        """
        running = {run.tool_id for run in self.runs(status="running", limit=250).items}
        verdicts = self.store.validations.latest_of_all()
        with self._lock:
            runner = self._runner
        warm = {state.tool_id for state in runner.launcher.state()} if runner is not None else set()
        return {tool.id: _status(tool, running, warm, verdicts.get(tool.id)) for tool in self.tools.all()}

    def stop_tool(self, tool_id: str, *, force: bool = False) -> bool:
        """End the tool's warm process; False when there was none. Raises RunsInFlight unless `force`."""
        tool_id = self.tools.get(tool_id).id
        in_flight = self.runner.in_flight(tool_id)
        if in_flight and not force:
            raise RunsInFlight(tool_id, tuple(in_flight))
        for run_id in in_flight:
            with suppress(RunNotRunning):  # it ended meanwhile, which is what is wanted
                self.runner.cancel(run_id)
        return self.runner.launcher.stop(tool_id) or bool(in_flight)

    def suggestions(self, tool_id: str, endpoint: str, query: str) -> list[Suggestion]:
        """What the tool suggests for an autocomplete input, by the name of its endpoint; see `runtime.suggestions`."""
        seconds = self.settings.suggestion_timeout_seconds
        return suggestions(self.runner.launcher, self.tools.get(tool_id), endpoint, query, seconds=seconds)

    def last_inputs(self, tool_id: str) -> dict[str, Any]:
        """The inputs of the tool's newest run, as far as it still has such inputs; empty when it has never
        run.
        """
        newest = self.runs(tool=tool_id, limit=1).items
        manifest = self.tools.get(tool_id).manifest
        if not newest or manifest is None:
            return {}
        inputs = self.store.run(newest[0].id).inputs
        return {key: value for key, value in inputs.items() if manifest.input(key) is not None}

    def now(self) -> datetime:
        """The time by this Pixie's clock, in UTC."""
        return self._clock.now()

    def tool_log(self, tool_id: str, lines: int | None = None) -> str:
        """The end of what the tool's process here wrote to stderr, or its last one: at most 64 KiB, secrets masked."""
        tool_id = self.tools.get(tool_id).id
        with self._lock:
            runner = self._runner
        return runner.launcher.stderr(tool_id, lines) if runner is not None else ""

    # Tools: what the user sets

    def change_tool(self, tool_id: str, **changes: Any) -> Tool:
        """Set some of favourited, pinned, pinned_warm, archived, sort_order and colour; None takes a word back, so
        that tool.json's counts. Returns the tool as it is now. Raises ToolNotFound.
        """
        tool_id = self.tools.get(tool_id).id
        self.store.change_tool(tool_id, **changes)
        if "pinned_warm" in changes:
            self._renew(tool_id)
        return self.tools.get(tool_id)

    def set_limits(self, tool_id: str, limits: Limits) -> Tool:
        """Put limits in the place of those in tool.json, and of those that were set; they hold from the next run on.
        Returns the tool as it is now. Raises ToolNotFound.
        """
        tool_id = self.tools.get(tool_id).id
        self.store.set_limits(tool_id, limits)
        self._renew(tool_id)
        return self.tools.get(tool_id)

    def tag_tool(self, tool_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Tool:
        """Add tags of your own to a tool, or take some away; returns the tool as it is now.

        Raises RequestInvalid for what is no tag, and for taking away one that tool.json says.
        """
        tool = self.tools.get(tool_id)
        said = tool.manifest.tags if tool.manifest is not None else []
        if fixed := [each for each in remove if each in said]:
            where = "stands in its tool.json: take it away there"
            raise RequestInvalid(f"The tags of {tool.id}", [Problem("$.tags", f"{each!r} {where}") for each in fixed])
        self.store.tag_tool(tool.id, add=add, remove=remove)
        self.index_tags()
        return self.tools.get(tool.id)

    def tags(self) -> dict[str, list[str]]:
        """The ids of the tools that have each tag, from tool.json or of the user's own; both in alphabetical order."""
        self.index_tags()
        found: dict[str, list[str]] = {}
        for tool in self.tools.all():
            for tag in tool.tags:
                found.setdefault(tag, []).append(tool.id)
        return dict(sorted(found.items()))

    def index_tags(self) -> None:
        """Bring the table of tags in step with the tools as they are on disk. A tool whose tool.json can't be read
        keeps what it had.
        """
        known = self.store.tags()
        said = {
            tool.id: tool.manifest.tags
            if tool.manifest is not None
            else [tag for tag, from_manifest in known.get(tool.id, {}).items() if from_manifest]
            for tool in self.tools.all()
        }
        self.store.index_tags(said)

    def _renew(self, tool_id: str) -> None:
        """The tool's process was started for what was set before: it takes no new run."""
        with self._lock:
            runner = self._runner
        if runner is not None:
            runner.launcher.renew(tool_id)

    # Validation

    def validate(self, tool_id: str, *, save: bool = True) -> Report:
        """Check a tool in twelve steps and keep the report; `pixie.validation` can do more. Raises ToolNotFound."""
        return self.validation.one(tool_id, save=save)


def _status(tool: Tool, running: Collection[str], warm: Collection[str], verdict: LatestValidation | None) -> str:
    """One word for how a tool stands; the first that holds."""
    if tool.manifest is None:
        return "invalid"
    if tool.archived:
        return "archived"
    if tool.id in running:
        return "running"
    if not tool.installed:
        return "not_installed"
    if tool.id in warm:
        return "warm"
    return "failed" if verdict is not None and verdict.overall == "fail" else "dormant"
