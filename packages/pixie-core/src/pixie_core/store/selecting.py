"""How a list's conditions are put so that SQLite looks at few rows, however many there are.

SQLite keeps no statistics of its own, and of several conditions with an index it may take the one that holds for nearly
all rows. Here each is counted, up to some thousands, and the index of the one that leaves the fewest is named in the
statement. Where every condition leaves many rows and few meet them all, following one index is slow whichever it is:
then, after so many steps, the search's index is asked, which has a list of rows for each condition, and merges them.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from pixie_core.store.paging import LARGEST_NUMBER
from pixie_core.store.search import NEWEST, SHORTEST, facet, folded, match, moment_number, telling_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Condition", "Selection", "Way", "narrowest"]

Way: TypeAlias = Literal["newest", "each", "index"]
"""How a text is found: among the newest rows, among each that the conditions leave, or by the index."""

_FEW = 2000
"""So many rows are sooner looked at one by one than found by the search."""

_COUNTED = 5000
_STEPS = 200_000
"""Steps of SQLite's machine, about ten for each entry of an index, after which a list is left to the search's index."""

_SLACK_MS = 3_600_000
"""Of rows of one moment each has a number of its own: so many may share a moment before one isn't found by its time."""


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


@frozen(kw_only=True)
class Condition:
    """SQL that must hold, with its values.

    `index` leads to the rows for which it holds, in the order of the lists. In the search's index these rows have all
    `facets`, none of `no_facets`, and hold `phrase` in their text.
    """

    told: str = field(kw_only=False)
    values: tuple[Any, ...] = field(default=(), converter=_tuple, kw_only=False)
    index: str | None = None
    facets: tuple[str, ...] = ()
    no_facets: tuple[str, ...] = ()
    phrase: str | None = None

    @classmethod
    def equal(cls, column: str, value: Any, index: str | None, facet_name: str | None = None) -> Condition:
        """The column, or expression, has this value."""
        facets = () if facet_name is None else (facet(facet_name, value),)
        return cls(f"{column} = ?", (value,), index=index, facets=facets)

    def __and__(self, other: Condition) -> Condition:
        """Both, with an index of the two that is named apart."""
        return Condition(
            f"{self.told} AND {other.told}", (*self.values, *other.values), facets=(*self.facets, *other.facets)
        )

    @classmethod
    def labelled_so(cls, label: str, index: str) -> Condition:
        """The label is this one. The label is part of what is searched."""
        phrase = folded(label)
        return cls("label = ?", (label,), index=index, phrase=phrase if len(phrase) >= SHORTEST else None)


@frozen
class Selection:
    """Conditions on the rows of a table that must all hold; see `narrowest`. `few` says that they leave few rows."""

    kind: str
    table: str
    index: str
    conditions: tuple[Condition, ...]
    few: bool
    since: str | None = None
    until: str | None = None

    @property
    def where(self) -> str:
        """All conditions."""
        return " AND ".join(each.told for each in self.conditions)

    @property
    def values(self) -> list[Any]:
        """The values in them."""
        return [value for each in self.conditions for value in each.values]

    @property
    def listed(self) -> str:
        """Table and conditions, the index of the narrowest named."""
        return f"{self.table} INDEXED BY {self.index} WHERE {self.where}"

    def read(self, conn: sqlite3.Connection, query: str, values: Sequence[Any]) -> list[sqlite3.Row] | None:
        """The rows of a query of what is `listed`; None when that takes too many steps, and the search's index knows
        better.
        """
        if not self._facets:
            return conn.execute(query, values).fetchall()
        conn.set_progress_handler(lambda: 1, _STEPS)
        try:
            return conn.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return None
            raise
        finally:
            conn.set_progress_handler(None, 0)

    def searched(self, conn: sqlite3.Connection, query: str | None) -> tuple[str, str, list[Any], Way]:
        """The tables and conditions that find a text among what is selected, by what they are put in order, the values
        in them, and the way: it is the one that looks at the fewest rows. Without a text all that is selected.
        """
        table, texts = self.table, f"{self.kind}_texts"
        # CROSS JOIN keeps the order of the tables as it is written.
        joined = f"CROSS JOIN {table} ON {table}.id = key"
        if query is not None and len(query) < SHORTEST:
            # By a bound and not by LIMIT, which would have all of them found and sorted before the first is shown.
            oldest = f"SELECT id FROM {texts} ORDER BY id DESC LIMIT 1 OFFSET {NEWEST - 1}"  # noqa: S608 - our own names
            held_by = f"id >= coalesce(({oldest}), {-LARGEST_NUMBER})"
            newest = f"(SELECT id AS number, key, text AS said, facets FROM {texts} WHERE {held_by})"  # noqa: S608 - our own names
            asked = f"{newest} {joined} WHERE true"
            holds, given = self._holds("number", query)
            holds += " AND instr(facets, ?) > 0" * len(self._facets)
            return f"{asked}{holds} AND {self.where}", "number", [*given, *self._facets, *self.values], "newest"
        by_number = f"(SELECT id AS number, key, text AS said FROM {texts})"  # noqa: S608 - our own names
        if query is not None and self.few:
            asked = f"{table} INDEXED BY {self.index} CROSS JOIN {by_number} ON key = CAST({table}.id AS TEXT)"
            return f"{asked} WHERE instr(said, ?) > 0 AND {self.where}", "number", [query, *self.values], "each"
        number = f"{self.kind}_search.rowid"
        asked = f"{self.kind}_search CROSS JOIN {by_number} ON number = {number} {joined}"
        asked += f" WHERE {self.kind}_search MATCH ?"
        parts = [telling_part(conn, self.kind, each) for each in self._phrases(query)]
        without = [letters for each in self.conditions for letters in each.no_facets]
        holds, given = self._holds(number, query)
        return (
            f"{asked}{holds} AND {self.where}",
            number,
            [match(parts, self._facets, without), *given, *self.values],
            "index",
        )

    def _phrases(self, query: str | None) -> list[str]:
        """What the texts must hold."""
        asked = [query] if query is not None else []
        return asked + [each.phrase for each in self.conditions if each.phrase]

    def _holds(self, number: str, query: str | None) -> tuple[str, list[Any]]:
        """What is asked of the texts and their numbers, so that no row is looked up that can't be meant."""
        given: list[Any] = [*self._phrases(query)]
        told = " AND instr(said, ?) > 0" * len(given)
        if self.since is not None:
            told += f" AND {number} >= ?"
            given.append(moment_number(self.since))
        if self.until is not None:
            told += f" AND {number} <= ?"
            given.append(moment_number(self.until) + _SLACK_MS)
        return told, given

    @property
    def _facets(self) -> list[str]:
        return [letters for each in self.conditions for letters in each.facets]


def narrowest(
    conn: sqlite3.Connection,
    kind: str,
    table: str,
    listed: Condition,
    conditions: Sequence[Condition],
    *,
    moment: str,
    since: str | None,
    until: str | None,
) -> Selection:
    """All the conditions, with the index of the one among them that leaves the fewest rows.

    `listed` and the times, in the column `moment`, are known to every index. Of conditions that all leave many the
    first counts.
    """
    always = [listed]
    if since is not None:
        always.append(Condition(f"{moment} >= ?", (since,)))
    if until is not None:
        always.append(Condition(f"{moment} < ?", (until,)))
    best, fewest = listed.index, _COUNTED
    for each in conditions:
        if each.index is not None and (count := _count(conn, table, each.index, (*always, each), fewest)) < fewest:
            best, fewest = each.index, count
    if fewest == _COUNTED:
        best = next((each.index for each in conditions if each.index is not None), listed.index)
    assert best is not None
    everything = (*always, *conditions)
    few = fewest < _COUNTED and _count(conn, table, best, everything, _FEW) < _FEW
    return Selection(kind, table, best, everything, few, since, until)


def _count(conn: sqlite3.Connection, table: str, index: str, conditions: Sequence[Condition], most: int) -> int:
    """How many rows that is; beyond `most` it doesn't matter."""
    told = " AND ".join(each.told for each in conditions)
    values = [value for each in conditions for value in each.values]
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} INDEXED BY {index} WHERE {told} LIMIT ?)"  # noqa: S608 - our own names, values bound
    (count,) = conn.execute(query, (*values, most)).fetchone()
    return int(count)
