"""The files that runs left, across all tools: `Pixie.library`.

    for kept in pixie.library.list(tool="lorenz-ode-solver", mime="image/").items:
        print(kept.filename, kept.created_at)
    pixie.library.label(12, "for the paper")
    with pixie.library.open(12) as file:
        ...

Large values that are kept as JSON files, and the files of deleted runs, are in no list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import NOTHING

from pixie_core.errors import ExportError
from pixie_core.exporters import preview
from pixie_core.moments import bound
from pixie_core.store import ArtefactFilter, Change, choices

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any, BinaryIO

    from pixie_core.exporters import Preview
    from pixie_core.store import Changed, Choices, OnDisk, Page, Store, StoredArtefact

__all__ = ["Library"]

_OF_RUN = 1000


class Library:
    """The artefacts of one data folder. Thread-safe.

    Wherever an artefact is asked for by its number, ArtefactNotFound is raised when there is none, when it was deleted
    or when its run was.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(
        self,
        *,
        run: str | None = None,
        tool: str | None = None,
        mime: str | None = None,
        starred: bool | None = None,
        labelled: bool | None = None,
        label: str | None = None,
        tag: str | None = None,
        since: str | None = None,
        until: str | None = None,
        q: str | None = None,
        deleted: bool = False,
        limit: int = 50,
        after: str | None = None,
        page: int = 1,
    ) -> Page[StoredArtefact]:
        """Artefacts, newest first, that meet everything that is given.

        - `run`: a run's id, or its first 6 characters or more.
        - `mime`: a media type like `image/png`, or a family like `image/`.
        - `labelled`: with any label; `label`: with this very one.
        - `since`, `until`: a day or a moment, see `pixie_core.moments`; `until` is no more in it, but a day is whole.
        - `q`: what filename, label or tags hold, capitals or not.
        - `deleted`: those that can be restored, in place of those that are there.

        `after` is the `next` of the page before; `page`, from 1, skips so many pages, at a cost that grows with it.
        Raises RequestInvalid for what can't be asked, RunNotFound and AmbiguousRunId for `run`.
        """
        wanted = ArtefactFilter(
            run_id=None if run is None else self._store.find(run),
            tool_id=tool,
            mime=_family(mime) if mime else None,
            starred=starred,
            labelled=labelled,
            label=label,
            tag=tag,
            since=bound(since, "since"),
            until=bound(until, "until", end=True),
            q=q,
            deleted=deleted,
        )
        return self._store.artefacts(wanted, limit=limit, after=after, offset=(page - 1) * limit)

    def find(self, text: str, *, limit: int = 50, after: str | None = None) -> Page[StoredArtefact]:
        """Artefacts with this text in their filename, label or tags, newest first; capitals don't matter."""
        return self.list(q=text, limit=limit, after=after)

    def get(self, artefact_id: int) -> StoredArtefact:
        """One artefact by its number."""
        return self._store.artefact(artefact_id)

    def star(self, artefact_id: int, starred: bool | None = None) -> bool:
        """Star an artefact, or take the star away; without a word it is toggled. Returns how it is now. It and its run
        are never swept while it has one.
        """
        return self._store.set_artefact_star(artefact_id, starred)

    def label(self, artefact_id: int, label: str | None) -> str | None:
        """Name an artefact; None or blanks take the name away. Returns the label as it is now. It and its run are
        never swept while it has one.
        """
        return self._store.set_artefact_label(artefact_id, label)

    def tags(self, artefact_id: int, tags: Iterable[str]) -> tuple[str, ...]:
        """Give an artefact these tags in place of those that it had; returns them as they are kept: without blanks
        round them, each once. Raises RequestInvalid for one that is too long.
        """
        return self._store.set_artefact_tags(artefact_id, tags)

    def delete(self, artefact_id: int) -> None:
        """Delete an artefact. It can be restored for `soft_delete_retention_days`.

        Raises RunStillRunning while its run goes on; RunProtected when it, or its run, is starred or labelled.
        """
        self._store.deletions.delete_artefact(artefact_id)

    def restore(self, artefact_id: int) -> StoredArtefact:
        """Undo `delete`; nothing when it wasn't deleted. Raises ArtefactNotFound once it has gone for good."""
        self._store.deletions.restore_artefact(artefact_id)
        return self.get(artefact_id)

    def change(
        self,
        ids: Iterable[int],
        *,
        starred: bool | None = None,
        label: Any = NOTHING,
        add_tags: Iterable[str] = (),
        remove_tags: Iterable[str] = (),
        deleted: bool | None = None,
    ) -> Changed:
        """Change many artefacts at once, up to 1000, each wholly or not at all; what isn't given stays as it is.

        - `label`: a text, or None for no label.
        - `deleted`: True deletes, so that it can be restored; False restores.

        What happened to each is told and not raised: `ids` are those that were changed, `refused` those that weren't,
        each with its error, as `delete`, `restore` and the others raise it. Raises RequestInvalid for a label or tag
        that can't be, no number, too many, or nothing to be done.
        """
        change = Change(
            starred=starred,
            labelled=label is not NOTHING,
            label=None if label is NOTHING else label,
            add_tags=tuple(add_tags),
            remove_tags=tuple(remove_tags),
            deleted=deleted,
        )
        return self._store.change_artefacts(ids, change)

    def choices(self) -> Choices:
        """The tools, media types, labels and tags that artefacts can be chosen by."""
        return self._store.read(choices)

    def on_disk(self, found: Iterable[StoredArtefact]) -> dict[int, OnDisk]:
        """Whether files of a list still are what their runs left, by their numbers: `unchanged`, `modified`,
        `missing`, or `unchecked` where that takes more reading than a list is worth.
        """
        return self._store.on_disk.of_each(found)

    def on_disk_closely(self, artefact_id: int) -> OnDisk:
        """The same of one file, which is read where anything tells that somebody may have written to it."""
        return self._store.on_disk.of_one(self.get(artefact_id))

    def on_disk_of_run(self, run_id: str) -> dict[int, OnDisk]:
        """The same of every file of a run, large values that are kept as files among them."""
        wanted = ArtefactFilter(run_id=self._store.find(run_id), spilled=None)
        said: dict[int, OnDisk] = {}
        after: str | None = None
        while True:
            page = self._store.artefacts(wanted, limit=_OF_RUN, after=after)
            said |= self.on_disk(page.items)
            after = page.next
            if after is None:
                return said

    def preview(self, artefact_id: int) -> Preview:
        """An artefact as an output that shows it, of its beginning where it is long: a table of a CSV file, the words
        of a text. Raises ArtefactFileMissing when its file is gone.
        """
        found = self.get(artefact_id)
        return preview(found.id, found.filename, found.mime, self.open)

    def open(self, artefact_id: int) -> BinaryIO:
        """The bytes of an artefact, to be closed by the caller. Raises ArtefactNotFound also when its file is gone."""
        return self._store.open_artefact(artefact_id)

    def folder(self, what: str | None = None) -> Path:
        """Where the files lie: all of them, those of a tool by its id, or those of a run by its id or the beginning of
        that, 6 characters or more. It is for looking: what is changed in there is lost to Pixie.

        Raises RunNotFound, AmbiguousRunId or RequestInvalid for what is neither, and ExportError for a run that left no
        files.
        """
        root = self._store.files.root
        if what is None:
            return root
        if self._store.artefacts(ArtefactFilter(tool_id=what), limit=1).items:
            return root / what
        run = self._store.find(what)
        left = self._store.artefacts(ArtefactFilter(run_id=run), limit=1).items
        if not left:
            raise ExportError(
                f"Run {run[:8]} left no files; its values are in the database. `pixie export-run` saves all."
            )
        return (root / left[0].rel_path).parent

    def thumbnail(self, artefact_id: int) -> BinaryIO:
        """A small picture of a picture or a film, as WebP, to be closed by the caller. Raises ThumbnailNotFound when it
        has none, or none yet: the server makes them in the background.
        """
        return self._store.open_thumbnail(artefact_id)


def _family(mime: str) -> str:
    """`image` and `image/*` say the family `image/`."""
    asked = mime.strip().lower().removesuffix("*")
    return asked if "/" in asked else f"{asked}/"
