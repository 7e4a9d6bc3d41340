"""What somebody starred or labelled can't be deleted, whoever asks and with whatever program."""

import sqlite3

import pytest
import sqlite_utils

from pixie_core.errors import RequestInvalid, RunNotFound
from pixie_core.store import Publication, Store


@pytest.fixture
def protected(store, story):
    """Runs by how they are protected; each has an artefact."""
    runs = {}
    for how in ("starred", "labelled", "artefact starred", "artefact labelled", "not", "blank"):
        run_id = runs[how] = story.begin()
        staged = store.stage(run_id, "compound-interest", "a.txt", how.encode())
        (record,) = store.append(run_id, [Publication(staged)])
        story.end(run_id)
        if how == "starred":
            assert store.set_star(run_id) is True
        elif how == "labelled":
            assert store.set_label(run_id, "  keep me ") == "keep me"
        elif how == "artefact starred":
            assert store.set_artefact_star(record.event.id, True) is True
        elif how == "artefact labelled":
            assert store.set_artefact_label(record.event.id, "keep") == "keep"
        elif how == "blank":
            assert store.set_label(run_id, " \t ") is None
            store.write(
                lambda conn, run_id=run_id: conn.execute("UPDATE runs SET label = ' \t' WHERE id = ?", (run_id,))
            )
    return runs


KEPT = ("starred", "labelled", "artefact starred", "artefact labelled")


@pytest.fixture
def stranger(store, settings):
    """Another program's connection, with none of our pragmas."""
    conn = sqlite3.connect(settings.db_path, isolation_level=None)
    yield conn
    conn.close()


@pytest.mark.case("K7.triggers")
@pytest.mark.parametrize("how", KEPT)
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM runs WHERE id = ?",
        "INSERT OR REPLACE INTO runs (id, tool_id) VALUES (?, 'x')",
        "REPLACE INTO runs (id, tool_id) VALUES (?, 'x')",
        "UPDATE runs SET deleted_at = 'now' WHERE id = ?",
    ],
)
def test_a_protected_run_survives_raw_sql(store, protected, stranger, how, statement):
    """The statement is aborted, and the row is as it was."""
    before = store.run(protected[how])
    with pytest.raises(sqlite3.IntegrityError, match="protected run"):
        stranger.execute(statement, (protected[how],))
    with pytest.raises(sqlite3.IntegrityError, match="protected run"):
        store.write(lambda conn: conn.execute(statement, (protected[how],)))
    assert store.run(protected[how]) == before


@pytest.mark.case("K7.triggers")
def test_deleting_everything_deletes_nothing(store, protected, settings):
    """One protected row aborts the statement for all."""
    database = sqlite_utils.Database(settings.db_path)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="protected"):
            database["runs"].delete_where("1=1")
        with pytest.raises(sqlite3.IntegrityError, match="protected"):
            database["artefacts"].delete_where("1=1")
        with pytest.raises(sqlite3.IntegrityError, match="protected"):
            database["runs"].insert({"id": protected["starred"], "tool_id": "x"}, pk="id", replace=True)
    finally:
        database.close()
    assert len(store.runs().items) == len(protected)
    assert len(store.artefacts().items) == len(protected)


@pytest.mark.parametrize("how", ["not", "blank"])
def test_an_unprotected_run_can_be_deleted(store, protected, how):
    """A label of nothing but space protects nothing."""
    store.write(lambda conn: conn.execute("DELETE FROM runs WHERE id = ?", (protected[how],)))
    with pytest.raises(RunNotFound):
        store.run(protected[how])
    left = store.read(
        lambda c: c.execute("SELECT count(*) FROM run_events WHERE run_id = ?", (protected[how],)).fetchone()
    )
    assert left[0] == 0


@pytest.mark.parametrize("how", KEPT)
def test_an_artefact_of_a_protected_run_or_itself_marked_survives(store, protected, how):
    """Its row, which its file hangs on."""
    (artefact,) = store.run(protected[how]).artefacts
    with pytest.raises(sqlite3.IntegrityError, match="protected artefact"):
        store.write(lambda conn: conn.execute("DELETE FROM artefacts WHERE id = ?", (artefact.id,)))
    with pytest.raises(sqlite3.IntegrityError, match="protected artefact"):
        store.write(
            lambda conn: conn.execute(
                "REPLACE INTO artefacts (id, run_id, tool_id, rel_path, filename) VALUES (?, ?, 't', 'x', 'x')",
                (artefact.id, protected[how]),
            )
        )


def test_taking_the_star_and_the_label_away_ends_the_protection(store, protected):
    """Marks are the user's to give and to take."""
    store.set_star(protected["starred"], False)
    store.set_label(protected["labelled"], None)
    for how in ("starred", "labelled"):
        store.write(lambda conn, how=how: conn.execute("DELETE FROM runs WHERE id = ?", (protected[how],)))
    assert len(store.runs().items) == len(protected) - 2


@pytest.mark.case("K7.triggers")
def test_triggers_that_went_missing_are_made_anew_and_told(store, story, settings, protected):
    """`transform` drops them without a word."""
    database = sqlite_utils.Database(settings.db_path)
    database["runs"].transform(rename={})
    database.close()
    store.close()
    with Store(settings) as again:
        assert any("protect_runs_from_delete" in notice and "missing" in notice for notice in again.notices)
        with pytest.raises(sqlite3.IntegrityError, match="protected run"):
            again.write(lambda conn: conn.execute("DELETE FROM runs WHERE id = ?", (protected["starred"],)))
    with Store(settings) as third:
        assert third.notices == ()


def test_a_trigger_that_was_weakened_is_made_anew(store, settings):
    """Its name alone doesn't vouch for it."""
    store.close()
    conn = sqlite3.connect(settings.db_path)
    conn.executescript(
        "DROP TRIGGER protect_runs_from_delete;"
        "CREATE TRIGGER protect_runs_from_delete BEFORE DELETE ON runs BEGIN SELECT 1; END;"
    )
    conn.close()
    with Store(settings) as again:
        assert [notice for notice in again.notices if "changed" in notice]


def test_stars_turn_over_and_labels_are_trimmed(store, story):
    """By a part of the run's id, while it runs and after."""
    run_id = story.begin()
    assert store.set_star(run_id[:8]) is True
    assert store.run(run_id).starred
    assert store.set_star(run_id[:8]) is False
    assert store.set_star(run_id, True) is True
    assert store.set_label(run_id[:8], " héllo\n") == "héllo"
    assert (store.run(run_id).starred, store.run(run_id).label) == (True, "héllo")
    story.end(run_id)
    assert (store.run(run_id).starred, store.run(run_id).label) == (True, "héllo")
    for wrong in ("a\0b", "\ud800"):
        with pytest.raises(RequestInvalid, match="label"):
            store.set_label(run_id, wrong)
    with pytest.raises(RunNotFound):
        store.set_star("0" * 36, True)
