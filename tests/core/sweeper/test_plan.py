"""A plan says which runs go, why, and what was spared: from runs, policy and now alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.durations import parse_duration
from pixie_core.store.sweepable import SweepableRun
from pixie_core.sweeper import Policy, plan

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def run(name, *, days=0.0, tool="hello", **more):
    """A run that ended so many days ago."""
    ended = (NOW - timedelta(days=days)).isoformat()
    return SweepableRun(id=name, tool_id=tool, created_at=ended, **{"finished_at": ended, **more})


def doomed(runs, **policy):
    """The names of those that go."""
    return [each.run.id for each in plan(runs, Policy(**policy), NOW).doomed]


def test_runs_go_when_they_ended_longer_ago_than_the_age():
    """At the very age they go."""
    runs = [run("old", days=31), run("just", days=30), run("young", days=29.99), run("new")]
    assert doomed(runs, older_than=parse_duration("30d")) == ["old", "just"]
    assert doomed(runs, older_than=parse_duration("0")) == ["old", "just", "young", "new"]
    assert doomed(runs) == []


def test_runs_go_when_their_tool_keeps_fewer():
    """By how many newer ones there are; of other tools none."""
    runs = [run(f"n{place}", newer=place) for place in range(5)] + [
        run("other", tool="other", newer=9),
        run("unknown", newer=None),
    ]
    assert doomed(runs, retained={"hello": 3}) == ["n3", "n4"]
    assert doomed(runs, retained={"hello": 0}) == ["n0", "n1", "n2", "n3", "n4"]
    assert doomed(runs, retained={}) == []


def test_what_is_protected_is_spared_with_the_reason():
    """It is in the plan, so that nobody wonders."""
    runs = [
        run("kept", days=99, protected="it is starred"),
        run("gone", days=99, artefacts=2, bytes=10),
        run("young", protected="it is starred"),
    ]
    planned = plan(runs, Policy(older_than=timedelta(days=30), retained={"hello": 0}), NOW)
    assert [(each.run.id, each.why) for each in planned.spared] == [("kept", "it is starred")]
    assert [(each.run.id, each.by, each.reason) for each in planned.doomed] == [("gone", "age", "ended 99 days ago")]
    assert (planned.runs, planned.artefacts, planned.bytes) == (1, 2, 10)


@pytest.mark.case("K3.never")
@pytest.mark.parametrize("finished_at", [None, "", "yesterday", "0000-13-45"])
def test_what_has_no_end_that_can_be_read_stays(finished_at):
    """Its age isn't known."""
    planned = plan([run("x", finished_at=finished_at)], Policy(older_than=timedelta()), NOW)
    assert planned.doomed == ()
    assert planned.spared[0].why == "when it ended can't be told"


@pytest.mark.case("F10.clock")
def test_what_ended_in_the_future_stays():
    """A clock was wrong; there is no negative age."""
    assert doomed([run("x", days=-400)], older_than=timedelta()) == []


def test_older_spellings_of_a_time_are_read():
    """Without a zone it is UTC; with another it is reckoned."""
    runs = [
        run("naive", finished_at="2025-05-01 12:00:00"),
        run("east", finished_at="2025-05-02T17:00:00+05:00"),
        run("west", finished_at="2025-05-02T08:00:01-04:00"),
    ]
    assert doomed(runs, older_than=timedelta(days=30)) == ["naive", "east"]


def test_a_run_goes_once_for_whatever_reason_came_first():
    """Counted once, and never spared as well."""
    runs = [run("x", days=99, protected=None), run("x", days=99, newer=7)]
    planned = plan(runs, Policy(older_than=timedelta(days=1), retained={"hello": 1}), NOW)
    assert [(each.run.id, each.by) for each in planned.doomed] == [("x", "age")]
    assert planned.by("count").doomed == ()


def test_a_tool_narrows_the_plan():
    """Others' runs aren't looked at."""
    assert doomed([run("a", days=9), run("b", days=9, tool="other")], older_than=timedelta(), tool_id="other") == ["b"]


@pytest.mark.parametrize("wrong", [{"older_than": timedelta(days=-1)}, {"retained": {"hello": -1}}])
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    """Before anything is planned by it."""
    with pytest.raises(ValueError, match="can't"):
        Policy(**wrong)


RUNS = st.builds(
    lambda name, days, protected, newer: run(
        f"r{name}", days=days, protected="marked" if protected else None, newer=newer
    ),
    st.integers(0, 30),
    st.floats(-10, 400, allow_nan=False),
    st.booleans(),
    st.none() | st.integers(0, 20),
)


@given(runs=st.lists(RUNS, max_size=30), days=st.none() | st.integers(0, 300), kept=st.none() | st.integers(0, 10))
def test_a_plan_never_takes_what_is_protected_and_is_the_same_each_time(runs, days, kept):
    """Whatever the policy; and nothing is both doomed and spared."""
    policy = Policy(
        older_than=None if days is None else timedelta(days=days), retained={} if kept is None else {"hello": kept}
    )
    planned = plan(runs, policy, NOW)
    assert planned == plan(runs, policy, NOW)
    assert all(each.run.protected is None for each in planned.doomed)
    names = [each.run.id for each in planned.doomed]
    assert len(names) == len(set(names))
    assert not set(names) & {each.run.id for each in planned.spared}
    if days is None and kept is None:
        assert planned.doomed == planned.spared == ()
