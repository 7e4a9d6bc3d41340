"""What a sweep would do: a pure function of runs, policy and now. A dry run prints it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from pixie_core.durations import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pixie_core.store.sweepable import SweepableRun

__all__ = ["Doomed", "Plan", "Policy", "Spared", "plan"]


@frozen(kw_only=True)
class Policy:
    """What a sweep takes: runs that ended longer ago than `older_than` (zero takes all that have ended, None takes none
    for its age), and of each tool in `retained` those that came before so many of its newest. `tool_id` narrows both.

    Raises ValueError for a negative age or number.
    """

    older_than: timedelta | None = None
    retained: Mapping[str, int] = field(factory=dict)
    tool_id: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.older_than is not None and self.older_than < timedelta():
            raise ValueError(f"runs can't be older than {self.older_than}: give an age of zero or more")
        wrong = [tool for tool, kept in self.retained.items() if kept < 0]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} can't keep fewer than no runs")


@frozen
class Doomed:
    """A run that goes, and why."""

    run: SweepableRun
    by: Literal["age", "count"]
    reason: str


@frozen
class Spared:
    """A run that is old enough to go and stays, and why."""

    run: SweepableRun
    why: str


@frozen
class Plan:
    """What a sweep would delete, and what it would spare."""

    doomed: tuple[Doomed, ...] = ()
    spared: tuple[Spared, ...] = ()

    @property
    def runs(self) -> int:
        """How many runs go."""
        return len(self.doomed)

    @property
    def artefacts(self) -> int:
        """How many files go with them."""
        return sum(each.run.artefacts for each in self.doomed)

    @property
    def bytes(self) -> int:
        """What those files come to, before equal ones are stored once."""
        return sum(each.run.bytes for each in self.doomed)

    def by(self, reason: Literal["age", "count"]) -> Plan:
        """The part of it that goes for its age, or for its number."""
        return Plan(tuple(each for each in self.doomed if each.by == reason), self.spared)


def plan(runs: Iterable[SweepableRun], policy: Policy, now: datetime) -> Plan:
    """Which of the runs go, each with its reason, and which are spared though they are old enough.

    A run goes once, whatever reasons there are. What has no end that can be read stays.
    """
    doomed: dict[str, Doomed] = {}
    spared: dict[str, Spared] = {}
    for run in runs:
        if policy.tool_id not in {None, run.tool_id} or run.id in doomed:
            continue
        verdict = _by_age(run, policy, now) or _by_count(run, policy)
        if isinstance(verdict, Doomed):
            doomed[run.id] = verdict
            spared.pop(run.id, None)
        elif verdict is not None:
            spared[run.id] = verdict
    return Plan(tuple(doomed.values()), tuple(spared.values()))


def _by_age(run: SweepableRun, policy: Policy, now: datetime) -> Doomed | Spared | None:
    if policy.older_than is None:
        return None
    ended = _moment(run.finished_at)
    if ended is None:
        return Spared(run, "when it ended can't be told")
    if ended > now or now - ended < policy.older_than:
        return None
    if run.protected is not None:
        return Spared(run, run.protected)
    age = now - ended
    return Doomed(run, "age", f"ended {_days(age)} ago" if policy.older_than else "has ended")


def _by_count(run: SweepableRun, policy: Policy) -> Doomed | None:
    kept = policy.retained.get(run.tool_id)
    if kept is None or run.newer is None or run.newer < kept or run.protected is not None:
        return None
    return Doomed(
        run, "count", f"older than the {kept} newest of {run.tool_id}" if kept else f"{run.tool_id} keeps none"
    )


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _days(age: timedelta) -> str:
    return f"{age.days} days" if age.days > 1 else spelled(timedelta(minutes=age // timedelta(minutes=1)))
