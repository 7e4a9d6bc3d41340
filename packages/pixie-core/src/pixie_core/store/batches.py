"""Many artefacts changed at once, in one transaction: each wholly or not at all, and what happened to each is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.errors import ArtefactNotFound, PixieError, Problem, RequestInvalid, RunProtected, RunStillRunning
from pixie_core.store import artefacts, deletion
from pixie_core.store.artefacts import checked_tags
from pixie_core.store.runs import checked_label

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

__all__ = ["Change", "Changed", "Refused", "change_all"]

MOST = 1000
"""Artefacts in one batch."""


@frozen(kw_only=True)
class Change:
    """What is to become of artefacts; what isn't said stays as it is.

    - `starred`: with or without a star.
    - `labelled`, `label`: with this label, None for none, where `labelled` says that it is meant.
    - `add_tags`, `remove_tags`: tags beside those that each has, or without them.
    - `deleted`: deleted, so that it can be restored, or restored.
    """

    starred: bool | None = None
    labelled: bool = False
    label: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    deleted: bool | None = None

    def checked(self) -> Change:
        """The same as it is kept. Raises RequestInvalid for a label or a tag that can't be, and for no change."""
        made = Change(
            starred=self.starred,
            labelled=self.labelled,
            label=checked_label(self.label),
            add_tags=checked_tags(self.add_tags),
            remove_tags=checked_tags(self.remove_tags),
            deleted=self.deleted,
        )
        if made == Change():
            said = "says nothing to be done; give starred, label, add_tags, remove_tags or deleted"
            raise RequestInvalid("The change", [Problem("$", said)])
        return made


@frozen
class Refused:
    """An artefact that stayed as it was, and why."""

    id: int
    error: PixieError


@frozen
class Changed:
    """What happened to each: the numbers of those that were changed, in the order in which they were given, and those
    that weren't.
    """

    ids: tuple[int, ...] = ()
    refused: tuple[Refused, ...] = ()


def checked_ids(ids: Iterable[int]) -> tuple[int, ...]:
    """Each number once. Raises RequestInvalid for none, and for more than go into one batch."""
    once = tuple(dict.fromkeys(ids))
    if not 0 < len(once) <= MOST:
        said = f"names {len(once):,} files; give 1 to {MOST:,} at a time"
        raise RequestInvalid("The change", [Problem("$.ids", said)])
    return once


def change_all(conn: sqlite3.Connection, ids: Iterable[int], change: Change, at: str) -> Changed:
    """Change each artefact; one that can't be is passed over. `change` is as `Change.checked` gives it."""
    done: list[int] = []
    refused: list[Refused] = []
    for artefact_id in ids:
        conn.execute("SAVEPOINT one_of_many")
        try:
            _change(conn, artefact_id, change, at)
        except (ArtefactNotFound, RunProtected, RunStillRunning) as error:
            conn.execute("ROLLBACK TO one_of_many")
            refused.append(Refused(artefact_id, error))
        else:
            done.append(artefact_id)
        conn.execute("RELEASE one_of_many")
    return Changed(tuple(done), tuple(refused))


def _change(conn: sqlite3.Connection, artefact_id: int, change: Change, at: str) -> None:
    if change.deleted is False:
        deletion.unmark_artefact(conn, artefact_id)
    if change.starred is not None:
        artefacts.set_star(conn, artefact_id, change.starred)
    if change.labelled:
        artefacts.set_label(conn, artefact_id, change.label)
    if change.add_tags or change.remove_tags:
        kept = [each for each in artefacts.one(conn, artefact_id).tags if each not in change.remove_tags]
        artefacts.set_tags(conn, artefact_id, [*kept, *change.add_tags])
    if change.deleted:
        deletion.mark_artefact(conn, artefact_id, at)
