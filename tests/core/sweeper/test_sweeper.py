"""A sweep does what its plan says, and nothing to what was starred since."""

from datetime import timedelta

import pytest

from pixie_core.store import Store
from pixie_core.sweeper import Policy, Sweeper
from pixie_core.testing.clock import FakeClock

MONTH = Policy(older_than=timedelta(days=30))


def ids(store):
    """The runs that there are."""
    return {each.id for each in store.runs(limit=1000).items}


def test_a_dry_run_changes_nothing_and_names_everything(store, clock, ended):
    """Runs, files, bytes, and what is spared."""
    old, starred, labelled = ended(content=b"12345"), ended(starred=True), ended(label="kept")
    clock.advance(31 * 86_400)
    young = ended()
    planned = Sweeper(store, clock=clock).plan(MONTH)
    assert [each.run.id for each in planned.doomed] == [old]
    assert (planned.runs, planned.artefacts, planned.bytes) == (1, 1, 5)
    assert {each.run.id: each.why for each in planned.spared} == {starred: "it is starred", labelled: "it is labelled"}
    assert ids(store) == {old, starred, labelled, young}


def test_a_sweep_deletes_at_once_what_it_planned(store, settings, clock, ended):
    """With its files; what still runs, is starred, labelled or has a starred file stays."""
    old, starred = ended(content=b"12345"), ended(content=b"kept", starred=True)
    with_star = ended(content=b"mine")
    store.set_artefact_star(store.run(with_star).artefacts[0].id, True)
    clock.advance(31 * 86_400)
    swept = Sweeper(store, clock=clock).apply(MONTH)
    assert (swept.purged.runs, swept.purged.bytes, swept.skipped) == ((old,), 5, ())
    assert {each.why for each in swept.plan.spared} == {"it is starred", "a file of it is starred or labelled"}
    assert ids(store) == {starred, with_star}
    assert not (settings.artefacts_root / "hello" / old).exists()
    assert len(list((settings.artefacts_root / ".blobs").glob("*/*"))) == 2
    assert Sweeper(store, clock=clock).apply(MONTH).purged.runs == ()


def test_what_is_starred_between_the_plan_and_the_deed_is_skipped(store, clock, ended):
    """And told."""
    first, second, third = ended(), ended(), ended(content=b"x")
    clock.advance(31 * 86_400)
    sweeper = Sweeper(store, clock=clock)
    planned = sweeper.plan(MONTH)
    store.set_star(first, True)
    store.set_artefact_label(store.run(third).artefacts[0].id, "kept")
    swept = sweeper.execute(planned)
    assert (swept.purged.runs, set(swept.skipped)) == ((second,), {first, third})
    assert ids(store) == {first, third}


def test_of_each_tool_the_newest_are_kept_and_protected_ones_dont_count(store, clock, ended):
    """The oldest go."""
    runs = []
    for number in range(6):
        runs.append(ended("hello", starred=number == 5))
        ended("other")
        clock.advance(60)
    swept = Sweeper(store, clock=clock).apply(Policy(retained={"hello": 2}))
    assert set(swept.purged.runs) == set(runs[:3])
    assert {each.by for each in swept.plan.doomed} == {"count"}
    assert len(ids(store)) == 9
    assert Sweeper(store, clock=clock).apply(Policy(retained={"hello": 0}, tool_id="other")).purged.runs == ()


@pytest.mark.case("K3.never")
def test_a_run_at_work_is_never_swept(store, clock, ended):
    """However old it is; nor one whose end was never written down."""
    store.create_run(run_id="0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9", tool_id="hello", inputs={}, origin="api")
    store.write(
        lambda conn: conn.execute(
            "INSERT INTO runs (id, tool_id, started_at, status) VALUES ('older', 'hello', '2001', 'ok')"
        )
    )
    clock.advance(999 * 86_400)
    swept = Sweeper(store, clock=clock).apply(Policy(older_than=timedelta(), retained={"hello": 0}))
    assert swept.purged.runs == ()
    assert len(ids(store)) == 2
    assert swept.skipped == ()
    assert Sweeper(store, clock=clock).apply(Policy(retained={"hello": 0})).plan.runs == 0
    assert store.deletions.purge_runs(list(ids(store))).runs == ()


def test_an_age_beyond_all_dates_takes_nothing(store, clock, ended):
    """It is no error either."""
    ended()
    assert Sweeper(store, clock=clock).apply(Policy(older_than=timedelta(days=999_999_999))).plan.runs == 0


def test_a_sweep_finishes_what_an_earlier_one_left(store, settings, clock, ended):
    """Marked for good, and then the process died."""
    run_id = ended(content=b"x")
    at = clock.now().isoformat()
    store.write(lambda conn: conn.execute("UPDATE runs SET deleted_at = ?, purging_at = ?", (at, at)))
    assert Sweeper(store, clock=clock).apply(Policy()).purged.runs == (run_id,)
    assert not (settings.artefacts_root / "hello" / run_id).exists()


def test_the_next_opening_cleans_up_what_a_sweep_left(store, settings, clock, ended):
    """As a start does."""
    run_id = ended(content=b"x")
    store.write(lambda conn: conn.execute("UPDATE runs SET deleted_at = 'now', purging_at = 'now'"))
    store.close()
    with Store(settings, clock=FakeClock()) as again:
        again.clean_up()
        count = again.read(lambda conn: conn.execute("SELECT count(*) FROM runs").fetchone()[0])
    assert count == 0
    assert not (settings.artefacts_root / "hello" / run_id).exists()
