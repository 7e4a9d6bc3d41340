"""What the user has set on a run's files, all at once: it goes along when the run leaves in a zip and comes back.

Functions of a connection; `Store` says when they run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.store.artefacts import set_label, set_star, set_tags
from pixie_core.store.schema import LABELLED
from pixie_core.store.search import tags_of

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Marks", "mark", "marks"]


@frozen(kw_only=True)
class Marks:
    """What the user has set on a file."""

    starred: bool = False
    label: str | None = None
    tags: tuple[str, ...] = ()


def marks(conn: sqlite3.Connection, run_id: str) -> dict[int, Marks]:
    """The marks of a run's files, by their numbers; those without any aren't there."""
    rows = conn.execute(
        "SELECT id, starred, label, tags FROM artefacts WHERE run_id = ? AND deleted_at IS NULL"  # noqa: S608 - our own names
        f" AND (starred = 1 OR {LABELLED} OR tags IS NOT NULL)",
        (run_id,),
    )
    return {
        row["id"]: Marks(starred=bool(row["starred"]), label=row["label"] or None, tags=tuple(tags_of(row["tags"])))
        for row in rows
    }


def mark(conn: sqlite3.Connection, artefact_id: int, given: Marks) -> None:
    """Set them all. Raises ArtefactNotFound, and RequestInvalid for what is no label or tag."""
    set_star(conn, artefact_id, given.starred)
    set_label(conn, artefact_id, given.label)
    set_tags(conn, artefact_id, given.tags)
