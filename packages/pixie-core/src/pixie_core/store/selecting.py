"""How a list's conditions are put so that SQLite looks at few rows.

SQLite keeps no statistics of its own, so that of several conditions with an index it may take the one that holds for
nearly all rows. Here each is counted, up to some thousands, and the one that leaves the fewest is written so that
its index can be used; the others are written so that theirs can't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import Factory, field, frozen

from pixie_core.store.search import NEWEST, SHORTEST, facet, match, moment_number

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

__all__ = ["Condition", "Selection", "Way", "narrowest"]

Way: TypeAlias = Literal["newest", "each", "index"]
"""How a text is found: among the newest rows, among each that the conditions leave, or by the index."""

_FEW = 2000
"""So many rows are sooner looked at one by one than found by the search."""

_COUNTED = 20_000
_SLACK_MS = 3_600_000
"""Of rows of one moment each has a number of its own: so many may share a moment before one isn't found by its time."""


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


@frozen
class Condition:
    """SQL that must hold, with its values. `unindexed` says the same where no index shall be used. With a `facet` the
    search's index answers it as well.
    """

    told: str
    values: tuple[Any, ...] = field(default=(), converter=_tuple)
    unindexed: str = field(default=Factory(lambda self: self.told, takes_self=True))
    facet: str | None = None

    @classmethod
    def equal(cls, column: str, value: Any, facet_name: str | None = None) -> Condition:
        """The column, or expression, has this value. A plus before it keeps SQLite from its index."""
        letters = None if facet_name is None else facet(facet_name, value)
        return cls(f"{column} = ?", (value,), f"+{column} = ?", letters)


@frozen
class Selection:
    """Conditions that must all hold. `few` says that they leave few rows."""

    where: str
    values: tuple[Any, ...]
    facets: tuple[str, ...]
    few: bool
    since: str | None = None
    until: str | None = None

    def searched(self, kind: str, table: str, query: str) -> tuple[str, str, list[Any], Way]:
        """The tables and conditions that find a text among what is selected, by what they are put in order, the values
        in them, and the way: it is the one that looks at the fewest rows.
        """
        texts = f"(SELECT id AS number, key, text FROM {kind}_texts"  # noqa: S608 - our own names
        # CROSS JOIN keeps the order of the tables as it is written.
        joined = f"CROSS JOIN {table} ON {table}.id = key"
        if len(query) < SHORTEST:
            asked = f"{texts} ORDER BY id DESC LIMIT {NEWEST}) {joined} WHERE instr(text, ?) > 0 AND {self.where}"
            return asked, "number", [query, *self.values], "newest"
        if self.few:
            asked = f"{table} CROSS JOIN {texts}) ON key = CAST({table}.id AS TEXT) WHERE instr(text, ?) > 0"
            return f"{asked} AND {self.where}", "number", [query, *self.values], "each"
        number = f"{kind}_search.rowid"
        asked = f"{kind}_search CROSS JOIN {texts}) ON number = {number} {joined} WHERE {kind}_search MATCH ?"
        given: list[Any] = [match(query, self.facets)]
        if self.since is not None:
            asked += f" AND {number} >= ?"
            given.append(moment_number(self.since))
        if self.until is not None:
            asked += f" AND {number} <= ?"
            given.append(moment_number(self.until) + _SLACK_MS)
        return f"{asked} AND {self.where}", number, [*given, *self.values], "index"


def narrowest(
    conn: sqlite3.Connection,
    table: str,
    listed: Condition,
    indexed: Sequence[Condition],
    rest: Sequence[Condition],
    *,
    moment: str,
    since: str | None,
    until: str | None,
) -> Selection:
    """All the conditions, such that the index is used of the one among `indexed` that leaves the fewest rows.

    `listed` and the times, in the column `moment`, are known to every index; `rest` have none.
    """
    always = [listed]
    if since is not None:
        always.append(Condition(f"{moment} >= ?", (since,)))
    if until is not None:
        always.append(Condition(f"{moment} < ?", (until,)))
    counts = [_count(conn, table, (*always, each), _COUNTED) for each in indexed] or [_COUNTED]
    best = counts.index(min(counts))
    told = [each.told for each in always]
    told += [each.told if place == best else each.unindexed for place, each in enumerate(indexed)]
    told += [each.unindexed for each in rest]
    conditions = (*always, *indexed, *rest)
    where = " AND ".join(told)
    values = tuple(value for each in conditions for value in each.values)
    few = counts[best] < _COUNTED and _count(conn, table, [Condition(where, values)], _FEW) < _FEW
    return Selection(where, values, tuple(each.facet for each in conditions if each.facet), few, since, until)


def _count(conn: sqlite3.Connection, table: str, conditions: Sequence[Condition], most: int) -> int:
    """How many rows that is; beyond `most` it doesn't matter."""
    told = " AND ".join(each.told for each in conditions)
    values = [value for each in conditions for value in each.values]
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {told} LIMIT ?)"  # noqa: S608 - our own names, values bound
    (count,) = conn.execute(query, (*values, most)).fetchone()
    return int(count)
