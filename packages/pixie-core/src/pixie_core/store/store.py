"""`Store`: the one owner of pixie.db and artefacts/."""

from __future__ import annotations

import json
import logging
import re
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeVar

from attrs import evolve, frozen

from pixie_core.clock import system_clock, timestamp
from pixie_core.errors import ArtefactFileMissing, DataFolderError, FileAltered, RunNotRunning
from pixie_core.media_types import media_type
from pixie_core.store import (
    artefacts,
    batches,
    event_log,
    marks,
    run_lists,
    runs,
    tool_state,
)
from pixie_core.store.access import Access
from pixie_core.store.cleaning import clean_up
from pixie_core.store.deletion import Deletions
from pixie_core.store.files import ArtefactFiles
from pixie_core.store.live import Live
from pixie_core.store.moving import Moving
from pixie_core.store.on_disk import FilesOnDisk
from pixie_core.store.owner import Owner
from pixie_core.store.processes import ToolProcesses
from pixie_core.store.stored_settings import StoredSettings
from pixie_core.store.thumbnails import KeptThumbnails
from pixie_core.store.validations import Validations
from pixie_core.store.workspaces import Workspaces

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pixie_core.clock import Clock
    from pixie_core.config import Settings
    from pixie_core.run.events import Event, Record
    from pixie_core.run.model import Run
    from pixie_core.store.artefacts import ArtefactFilter, StoredArtefact
    from pixie_core.store.cleaning import CleanedUp
    from pixie_core.store.event_log import Appended, Draft
    from pixie_core.store.files import Source, StagedFile
    from pixie_core.store.live import Listener
    from pixie_core.store.marks import Marks
    from pixie_core.store.paging import Page
    from pixie_core.store.rows import RunSummary
    from pixie_core.store.run_lists import RunFilter
    from pixie_core.store.runs import ActiveRun
    from pixie_core.tool import Limits, ToolState

__all__ = ["Created", "Store"]

T = TypeVar("T")
_log = logging.getLogger(__name__)

_STOP_SECONDS = 0.2
_INTERRUPTED_AT_ONCE = 250
_ARTEFACT_URL = re.compile(r"/api/artefacts/([1-9][0-9]{0,17})/content")


@frozen
class Created:
    """A run that was asked for; `new` is False when the same run was there already."""

    run: Run
    new: bool


class Store:
    """Runs and what they left: pixie.db, and the files under artefacts/.

        with Store(Settings.load("~/pixie")) as store:
            store.append(run_id, [Output(...), Finished(status="ok")])
            for record in store.follow(run_id): ...

    Thread-safe, and several processes may have the same folder open. One thread of its own writes; what is returned
    from a method that writes is on the disk. Wherever a run's id is taken, its first characters (6 or more) do.

    Opening makes what is missing and migrates an older database, after a backup. Raises DatabaseUnusable when
    the database is damaged, another program's, or of a newer Pixie; DataFolderInUse when it must be migrated and
    others have it open; DataFolderError when the folder can't be used. `notices` says what was mended.

    A folder that can only be read is opened for reading: `read_only` says why, in words for the reader, and whoever
    writes gets DataFolderReadOnly until it can be written again.
    """

    def __init__(self, settings: Settings, *, clock: Clock = system_clock) -> None:
        self._database = settings.db_path
        self._clock = clock
        try:
            self._database.parent.mkdir(parents=True, exist_ok=True)
            self.files = ArtefactFiles(settings.artefacts_root)
        except OSError as error:
            raise DataFolderError(f"{settings.home} can't be used as a data folder: {error}.") from error
        self._active: dict[str, Run] = {}
        self._live = Live()
        self._access = Access(self._database, clock)
        self.moving = Moving(self.read, self.write, self.files)
        self.on_disk = FilesOnDisk(self.files)
        self.thumbnails = KeptThumbnails(self.read, self.write, self.files)
        self.deletions = Deletions(self.read, self.write, self.files, clock.now)
        self.settings = StoredSettings(self.read, self.write)
        self.workspaces = Workspaces(self.read, self.write, clock.now)
        self.validations = Validations(self.read, self.write, clock.now)
        self.processes = ToolProcesses(self.read, self.write, clock.now)

    def close(self) -> None:
        """Write what waits, and close every connection. Followers end with DataFolderError."""
        if self._access.close():
            self._live.ring_all()

    @property
    def notices(self) -> tuple[str, ...]:
        """What was mended at the opening, or is amiss, in sentences for the reader."""
        return self._access.notices

    @property
    def read_only(self) -> str | None:
        """Why nothing can be written at present, in a sentence for the reader; None when it can."""
        return self._access.read_only

    def __enter__(self) -> Self:
        """Open already; for `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What `query` makes of one state of the database, on a connection that can't write."""
        return self._access.read(query)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in a transaction; returned once it is on the disk. For the rooms of the store; a run's rows
        are written by the methods below alone.
        """
        return self._access.write(work)

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the database, as far as no reader is in the way."""
        self._access.checkpoint()

    def _now(self) -> str:
        return timestamp(self._clock.now())

    # Runs

    def create_run(
        self,
        *,
        run_id: str,
        tool_id: str,
        inputs: Mapping[str, Any],
        origin: str,
        parent_run_id: str | None = None,
        label: str | None = None,
        owner: Owner | None = None,
        events: Sequence[Event] = (),
    ) -> Created:
        """Commit a new run, `running`, together with its first events: one commit for both.

        The same id with the same tool and inputs gives the run that exists, untouched; raises RunConflict
        otherwise. The owner is this process unless another is given.
        """
        runs.checked_id(run_id)
        runs.checked_tool_id(tool_id)
        label = runs.checked_label(label)
        by = owner or Owner.current()

        def work(conn: sqlite3.Connection) -> Appended | None:
            at = self._now()
            if not runs.insert(
                conn,
                run_id=run_id,
                tool_id=tool_id,
                inputs=inputs,
                origin=origin,
                parent_run_id=parent_run_id,
                label=label,
                owner=by,
                at=at,
            ):
                return None
            return event_log.append(conn, run_id, events, at=at, known=None)

        appended = self._access.write(work, self._tell)
        self.files.has_row(run_id)
        if appended is None:
            return Created(self.run(run_id), new=False)
        return Created(appended.run, new=True)

    def has_run(self, run_id: str) -> bool:
        """True when a run of this id was recorded, be it deleted since. Raises RequestInvalid for what is no id."""
        runs.checked_id(run_id)
        return self.read(lambda conn: runs.has_row(conn, run_id))

    def repeated(self, run_id: str, tool_id: str, inputs: Mapping[str, Any]) -> Run | None:
        """The run that `create_run` would find there, untouched; None when it would make one. Raises RunConflict."""
        there = self.read(lambda conn: runs.is_there(conn, run_id, tool_id, inputs))
        return self.run(run_id) if there else None

    def append(self, run_id: str, drafts: Sequence[Draft]) -> tuple[Record, ...]:
        """Number and commit events and publications of a running run, in one transaction.

        With `Finished` among them (it must be last) the run's results are written into its row. Raises
        RunNotRunning when the run has ended: late results lose; ValueInvalid for values that JSON can't say.
        """

        def work(conn: sqlite3.Connection) -> Appended:
            return event_log.append(conn, run_id, drafts, at=self._now(), known=self._active.get(run_id))

        try:
            return self._access.write(work, self._tell).records
        except RunNotRunning:
            # Another process may have ended it.
            self._active.pop(run_id, None)
            raise

    def _tell(self, appended: Appended | None) -> None:
        """After a commit, on the writer's thread: the run in memory goes on, then those who wait hear of it."""
        if appended is None:
            return
        run = appended.run
        if run.ended:
            self._active.pop(run.id, None)
        else:
            self._active[run.id] = run
        if appended.records:
            self._live.tell(run.id, appended.records)

    def _tell_all(self, appended: Iterable[Appended]) -> None:
        for each in appended:
            self._tell(each)

    def requeue(self, positions: Mapping[str, int]) -> tuple[str, ...]:
        """Tell runs that wait of their positions in the line, by their whole ids, in one transaction. Returns those
        that were told: the others have begun, or ended, meanwhile.
        """

        def work(conn: sqlite3.Connection) -> Iterable[Appended]:
            return event_log.requeue(conn, positions, at=self._now(), known=self._active)

        return tuple(each.run.id for each in self._access.write(work, self._tell_all))

    def find(self, run_id: str) -> str:
        """The whole id of the run whose id begins so. Raises RunNotFound, AmbiguousRunId, and RequestInvalid for
        fewer than 6 characters.
        """
        return self.read(lambda conn: runs.find(conn, run_id))

    def run(self, run_id: str) -> Run:
        """The run as it stands. Raises as `find` does."""

        def query(conn: sqlite3.Connection) -> Run:
            whole_id = runs.find(conn, run_id)
            active = self._active.get(whole_id)
            if active is not None:
                row = runs.one(conn, whole_id)
                if row["status"] == "running":
                    return evolve(active, starred=bool(row["starred"]), label=row["label"])
            return event_log.whole(conn, whole_id)

        return self.read(query)

    def beginning(self, run_id: str, files: int) -> tuple[Run, bool]:
        """The run with the first so many of its files, and whether these are all: what is read at once however many
        there are. Raises as `find` does.
        """
        whole_id = self.find(run_id)
        if whole_id in self._active:
            return self.run(whole_id), True
        return self.read(lambda conn: event_log.beginning(conn, whole_id, files))

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int = 50, after: str | None = None, offset: int = 0
    ) -> Page[RunSummary]:
        """Runs that the filter lets through, newest first. `after` is the `next` of the page before; `offset` skips
        that many, at a cost that grows with it.
        """
        wanted = wanted or run_lists.RunFilter()
        return self.read(lambda conn: run_lists.list_runs(conn, wanted, limit=limit, after=after, offset=offset))

    def set_star(self, run_id: str, starred: bool | None = None) -> bool:
        """Star or unstar a run, or turn its star over (None); returns how it is now."""
        return self.write(lambda conn: runs.set_star(conn, runs.find(conn, run_id), starred))

    def set_label(self, run_id: str, label: str | None) -> str | None:
        """Label a run, or take its label away (None, or nothing but space); returns the label as it is kept."""
        return self.write(lambda conn: runs.set_label(conn, runs.find(conn, run_id), label))

    # Events

    def events(self, run_id: str, after: int = 0, limit: int | None = None) -> list[Record]:
        """The records after number `after`, at most `limit` of them."""
        return self.read(lambda conn: event_log.read(conn, runs.find(conn, run_id), after, limit))

    def events_page(self, run_id: str, after: int = 0) -> list[Record]:
        """Some of the records after number `after`, as many as are held in memory with ease; none at the end of what
        there is. By the run's whole id.
        """
        return self.read(partial(event_log.read_page, run_id=run_id, after=after))[0]

    def log(self, run_id: str) -> str:
        """What the run's `log` events say, line by line."""
        return self.read(lambda conn: event_log.log_text(conn, runs.find(conn, run_id)))

    def follow(self, run_id: str, after: int = 0, *, stop: threading.Event | None = None) -> Iterator[Record]:
        """The records after number `after`, then those that come, up to `finished`.

        Any process's run can be followed. Memory stays small however long the run is. Ends early, without error,
        once `stop` is set; raises DataFolderError when the store is closed meanwhile.
        """
        run_id = self.find(run_id)
        stop = stop or threading.Event()
        with ExitStack() as until_then:
            bell = until_then.enter_context(self._live.bell(run_id))
            if run_id not in self._active:
                until_then.enter_context(self._access.watcher.calling(bell.set))
            while not stop.is_set():
                # Cleared before it reads: what is committed from here on rings again.
                bell.clear()
                page, over = self.read(partial(event_log.read_page, run_id=run_id, after=after))
                for record in page:
                    yield record
                    after = record.seq
                if over:
                    return
                while not page and not stop.is_set() and not bell.wait(_STOP_SECONDS):
                    pass

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(run_id, records)` after each commit of a run's events by this store, in their order, until
        the returned function is called.

        It runs on the writer's thread, before `append` returns: it must hand on and return at once.
        """
        return self._live.subscribe(listener)

    @contextmanager
    def watching(self, callback: Callable[[], None]) -> Iterator[None]:
        """Within the block `callback` is called, on a thread of its own, at most 0.5 s after any process has changed
        the database, and once at the beginning. It must return soon.
        """
        with self._access.watcher.calling(callback):
            yield

    # Files

    def stage(
        self,
        run_id: str,
        tool_id: str,
        filename: str,
        source: Source,
        mime: str | None = None,
        *,
        limit: int | None = None,
    ) -> StagedFile:
        """Keep a copy of a file for the run, whole and on the disk, to be published by `append`.

        Its name is cleaned and made new in the run; its media type comes from its content, its name, then `mime`.
        Raises QuotaExceeded beyond `limit` bytes, DiskFull, or OSError when the source can't be read.
        """
        return self.files.publish(
            runs.checked_tool_id(tool_id), runs.checked_id(run_id), filename, source, mime, limit=limit
        )

    def discard(self, staged: StagedFile) -> None:
        """Remove a staged file that won't be published."""
        self.files.discard(staged)

    def keep_input(
        self, run_id: str, tool_id: str, filename: str, source: Source, mime: str | None = None
    ) -> dict[str, Any]:
        """Keep the bytes of a file input as long as the run: `{sha256, filename, mime, size}`, which stands for it in
        the run's inputs. `open_input` has the bytes.
        """
        if not self.read(partial(runs.has_row, run_id=run_id)):
            self.files.claim(runs.checked_tool_id(tool_id), runs.checked_id(run_id))
        sha256, size, head = self.files.keep_input(runs.checked_tool_id(tool_id), runs.checked_id(run_id), source)
        return {"sha256": sha256, "filename": filename, "mime": mime or media_type(head, filename), "size": size}

    def open_input(self, sha256: str) -> BinaryIO:
        """The bytes of a file input. Raises FileNotFoundError when no run keeps them any more."""
        return self.files.open_blob(sha256)

    def artefacts(
        self, wanted: ArtefactFilter | None = None, *, limit: int = 50, after: str | None = None, offset: int = 0
    ) -> Page[StoredArtefact]:
        """Artefacts that the filter lets through, newest first; paged as `runs` is."""
        wanted = wanted or artefacts.ArtefactFilter()
        return self.read(lambda conn: artefacts.list_artefacts(conn, wanted, limit=limit, after=after, offset=offset))

    def artefact(self, artefact_id: int) -> StoredArtefact:
        """The artefact of this number. Raises ArtefactNotFound."""
        return self.read(lambda conn: artefacts.one(conn, artefact_id))

    def open_artefact(self, artefact_id: int) -> BinaryIO:
        """The bytes of an artefact. Raises ArtefactNotFound, and ArtefactFileMissing when its file is gone or isn't a
        regular one.
        """
        found = self.artefact(artefact_id)
        try:
            return self.files.open(found.rel_path)
        except FileNotFoundError as error:
            raise ArtefactFileMissing(artefact_id, found.filename, found.run_id) from error

    def open_thumbnail(self, artefact_id: int) -> BinaryIO:
        """The thumbnail of an artefact, as WebP. Raises ArtefactNotFound, and ThumbnailNotFound when it has none, or
        none yet.
        """
        return self.thumbnails.open(artefact_id)

    def set_artefact_star(self, artefact_id: int, starred: bool | None = None) -> bool:
        """Star or unstar an artefact, or turn its star over (None); returns how it is now."""
        return self.write(lambda conn: artefacts.set_star(conn, artefact_id, starred))

    def set_artefact_label(self, artefact_id: int, label: str | None) -> str | None:
        """Label an artefact, or take its label away; returns the label as it is kept."""
        return self.write(lambda conn: artefacts.set_label(conn, artefact_id, label))

    def set_artefact_tags(self, artefact_id: int, tags: Iterable[str]) -> tuple[str, ...]:
        """Give an artefact these tags in place of those that it had; returns them as they are kept."""
        given = tuple(tags)
        return self.write(lambda conn: artefacts.set_tags(conn, artefact_id, given))

    def change_artefacts(self, ids: Iterable[int], change: batches.Change) -> batches.Changed:
        """Change many artefacts in one transaction, and tell what happened to each."""
        wanted, checked, at = batches.checked_ids(ids), change.checked(), self._now()
        return self.write(lambda conn: batches.change_all(conn, wanted, checked, at))

    def resolve(self, value: Any) -> Any:
        """The value that `{"$artefact": url, "size_bytes": n}` stands for; anything else as it is. Raises
        ArtefactNotFound or ArtefactFileMissing when it is gone, FileAltered when it isn't JSON any more.
        """
        if not isinstance(value, dict) or not set(value) <= {"$artefact", "size_bytes"}:
            return value
        found = _ARTEFACT_URL.fullmatch(str(value.get("$artefact")))
        if found is None:
            return value
        with self.open_artefact(int(found[1])) as file:
            try:
                return json.load(file)
            except (ValueError, RecursionError) as error:
                raise FileAltered(
                    f"The value kept as artefact {found[1]} was altered since the run: it isn't JSON as it was "
                    f"written ({error}). `pixie fsck` says what else was."
                ) from error

    def marks(self, run_id: str) -> dict[int, Marks]:
        """What the user has set on the run's files, by their numbers; those without any of it aren't there."""
        return self.read(lambda conn: marks.marks(conn, run_id))

    def total_artefact_bytes(self) -> int:
        """What the files of all runs come to, in bytes, before equal ones are stored once."""
        query = "SELECT coalesce(sum(total_artefact_bytes), 0) FROM runs WHERE total_artefact_bytes > 0"
        return int(self.read(lambda conn: conn.execute(query).fetchone()[0]))

    # What is set for tools

    def tool_states(self, tool_id: str | None = None) -> dict[str, ToolState]:
        """What the user has set, by the tool's id: of one tool, or of all that something is set for."""
        return self.read(lambda conn: tool_state.states(conn, tool_id))

    def change_tool(self, tool_id: str, **changes: Any) -> None:
        """Set some of favourited, pinned, pinned_warm, archived, sort_order and colour; None takes a word back."""
        runs.checked_tool_id(tool_id)
        self.write(lambda conn: tool_state.change(conn, tool_id, changes))

    def set_limits(self, tool_id: str, limits: Limits) -> None:
        """Put limits of a tool in the place of those that were set."""
        runs.checked_tool_id(tool_id)
        self.write(lambda conn: tool_state.set_limits(conn, tool_id, limits))

    def tag_tool(self, tool_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add tags of the user's own to a tool, and take some away. Raises RequestInvalid for what is no tag."""
        runs.checked_tool_id(tool_id)

        def work(conn: sqlite3.Connection) -> None:
            tool_state.tag(conn, tool_id, add)
            tool_state.untag(conn, tool_id, remove)

        self.write(work)

    def tags(self) -> dict[str, dict[str, bool]]:
        """The index of tags: each tool's, and whether each is from its tool.json."""
        return self.read(tool_state.tags)

    def index_tags(self, of_manifests: Mapping[str, Sequence[str]]) -> None:
        """Bring the index in step with the manifests' tags, by tool; nothing is written where it is already."""
        if tool_state.out_of_step(self.tags(), of_manifests):
            self.write(lambda conn: tool_state.index_tags(conn, of_manifests))

    def run_counts(self, tool_id: str) -> dict[str, int]:
        """How many runs of a tool there are, by their status."""
        query = "SELECT status, count(*) FROM runs WHERE tool_id = ? AND deleted_at IS NULL GROUP BY status"
        return self.read(lambda conn: {row[0]: row[1] for row in conn.execute(query, (tool_id,))})

    # Owners

    def request_cancel(self, run_id: str) -> None:
        """Ask the process that runs it, whichever that is, to cancel a run. Raises RunNotRunning when it has ended."""
        self.write(lambda conn: runs.request_cancel(conn, runs.find(conn, run_id), self._now()))

    def cancel_requests(self) -> tuple[str, ...]:
        """The running runs of this process that somebody asked to cancel, by `request_cancel` in any process. With
        `watching` they are heard of in time.
        """
        return self.read(lambda conn: runs.cancel_requests(conn, Owner.current()))

    def running(self) -> tuple[ActiveRun, ...]:
        """Every run without an end, of any process, with its owner."""
        return self.read(runs.running)

    def interrupt(self, run_id: str, reason: str) -> bool:
        """End a run that nobody works on any more, as `interrupted`; it keeps what its events hold. False when it had
        ended already.
        """
        return bool(self.interrupt_all([run_id], reason))

    def interrupt_all(self, run_ids: Sequence[str], reason: str) -> tuple[str, ...]:
        """End runs that nobody works on any more, as `interrupted`, some hundreds in each transaction. Returns those
        that hadn't ended already.
        """
        told: list[Appended] = []
        for start in range(0, len(run_ids), _INTERRUPTED_AT_ONCE):
            batch = run_ids[start : start + _INTERRUPTED_AT_ONCE]

            def work(conn: sqlite3.Connection, batch: Sequence[str] = batch) -> Iterable[Appended]:
                return event_log.interrupt(conn, batch, reason, at=self._now())

            told += self._access.write(work, self._tell_all)
        return tuple(each.run.id for each in told)

    def clean_up(self) -> CleanedUp:
        """Finish what was being deleted, remove temporary files of dead processes and inputs of runs that never came to
        be, and move the files of interrupted runs that got no row into the `.partial` of the run's folder. Can be done
        again and again, while others work.
        """
        self.deletions.finish()
        return clean_up(self.read, self.write, self.files)
