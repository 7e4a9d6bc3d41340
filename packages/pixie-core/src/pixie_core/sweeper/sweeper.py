"""From the store to a plan, and from a plan to what is gone."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.clock import system_clock, timestamp
from pixie_core.store.sweepable import finished_before, older_than_the_newest
from pixie_core.sweeper.plan import Plan, Policy, plan

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from pixie_core.clock import Clock
    from pixie_core.store import Purged, Store

__all__ = ["Sweeper", "Swept"]

_SPELLINGS = timedelta(days=1)
"""Older rows spell their times in other zones: so much wider the store is asked, and the plan decides."""


@frozen
class Swept:
    """What a sweep did: its plan, what went, and the runs that were starred, labelled or deleted since it was made."""

    plan: Plan
    purged: Purged
    skipped: tuple[str, ...] = ()


class Sweeper:
    """Sweeps one store.

    sweeper = Sweeper(store)
    sweeper.plan(Policy(older_than=parse_duration("30d")))     # the dry run
    sweeper.apply(Policy(older_than=parse_duration("30d")))
    """

    def __init__(self, store: Store, *, clock: Clock = system_clock) -> None:
        self._store = store
        self._clock = clock

    def plan(self, policy: Policy) -> Plan:
        """What a sweep would do now. Changes nothing."""
        now = self._clock.now()

        def query(conn: sqlite3.Connection) -> Plan:
            aged = (
                ()
                if policy.older_than is None
                else finished_before(conn, _before(now, policy.older_than), tool_id=policy.tool_id)
            )
            surplus = older_than_the_newest(conn, policy.retained, tool_id=policy.tool_id)
            return plan(chain(aged, surplus), policy, now)

        return self._store.read(query)

    def apply(self, policy: Policy) -> Swept:
        """Plan afresh and do it: what is starred by then stays. What an earlier sweep left undone is finished first."""
        left = self._store.deletions.finish()
        return self.execute(self.plan(policy), left)

    def execute(self, planned: Plan, left: Purged | None = None) -> Swept:
        """Do what a plan says. Each run is marked by a statement that looks again whether something protects it."""
        doomed = [each.run.id for each in planned.doomed]
        purged = self._store.deletions.purge_runs(doomed)
        failed = {run_id for run_id in doomed if any(run_id in said for said in purged.failed)}
        skipped = tuple(run_id for run_id in doomed if run_id not in {*purged.runs, *failed})
        return Swept(planned, purged if left is None else left + purged, skipped)


def _before(now: datetime, age: timedelta) -> str:
    try:
        return timestamp(now - age + _SPELLINGS)
    except OverflowError:
        # Nothing is as old as that.
        return ""
