"""The server's sweeper is careful: it asks before it takes much, and does nothing by a clock or settings that are wrong."""

import sqlite3
from datetime import timedelta

import attrs
import pytest

from pixie_core.store import Store
from pixie_core.store.backup import backups
from pixie_core.sweeper import BackgroundSweeper

DAY = 86_400


@pytest.fixture
def sweeper(store, settings, clock):
    """One that sweeps by age, after its first pass."""
    made = BackgroundSweeper(
        store, attrs.evolve(settings, retention_older_than=timedelta(days=30)), retained=dict, clock=clock
    )
    assert made.sweep().outcome == "dry"
    return made


def later(sweeper, clock, days):
    """Time goes by with passes in it, so that no jump is seen; returns the last pass."""
    done = None
    while days:
        clock.advance(min(days, 2) * DAY)
        days -= min(days, 2)
        done = sweeper.sweep()
    return done


def count(store):
    """How many runs there are."""
    return len(store.runs(limit=1000).items)


def test_the_first_pass_only_says_what_it_would_do(store, settings, clock, ended):
    """So does the first after an upgrade."""
    ended()
    clock.advance(31 * DAY)
    sweeper = BackgroundSweeper(
        store, attrs.evolve(settings, retention_older_than=timedelta(days=30)), retained=dict, clock=clock
    )
    first = sweeper.sweep()
    assert (first.outcome, first.runs) == ("dry", ())
    assert "1 runs" in first.said
    assert sweeper.last == first
    assert len(sweeper.sweep().runs) == 1
    ended()
    store.settings.put("sweeper.version", 1)
    assert later(sweeper, clock, 1).outcome == "dry"


def test_old_runs_go_and_what_was_deleted_by_hand_after_its_days(store, clock, ended, sweeper):
    """Each at its time."""
    first, second = ended(), ended(content=b"x")
    store.deletions.delete_run(first)
    assert later(sweeper, clock, 6).runs == ()
    assert store.deletions.restore_run(first) == first
    store.deletions.delete_run(first)
    assert later(sweeper, clock, 7).runs == ()
    assert later(sweeper, clock, 1).runs == (first,)
    assert later(sweeper, clock, 15).runs == ()
    assert later(sweeper, clock, 1).runs == (second,)
    assert count(store) == 0


@pytest.mark.case("K4.brake")
def test_more_than_fifty_by_age_are_asked_about_and_none_is_deleted(store, clock, ended, sweeper):
    """By count it goes on; a smaller number ends the question."""
    for _ in range(51):
        ended()
    surplus = [ended("chatty") for _ in range(4)]
    sweeper._retained = lambda: {"chatty": 3}
    done = later(sweeper, clock, 1)
    assert (len(done.runs), done.question) == (1, None)
    done = later(sweeper, clock, 30)
    assert (done.outcome, done.runs) == ("swept", ())
    assert (done.question.runs, done.question.older_than) == (54, "30d")
    assert "pixie sweep --older-than 30d --apply" in done.said
    asked = sweeper.question()
    assert asked == done.question
    assert later(sweeper, clock, 1).question.asked_at == asked.asked_at
    assert count(store) == 54
    for each in store.runs(limit=1000).items[:4]:
        store.set_star(each.id, True)
    done = later(sweeper, clock, 1)
    assert (len(done.runs), done.question, sweeper.question()) == (50, None, None)
    assert count(store) == 4
    assert surplus


@pytest.mark.case("F10.clock")
@pytest.mark.parametrize(
    "jump",
    [timedelta(days=365), timedelta(hours=49), -timedelta(hours=1), -timedelta(days=365), -timedelta(days=20_000)],
)
def test_a_jump_of_the_clock_holds_one_cycle(store, clock, ended, sweeper, jump):
    """Nothing is deleted by it: neither for its age, nor for its number, nor what was deleted by hand."""
    kept = ended()
    store.deletions.delete_run(ended())
    sweeper._retained = lambda: {"hello": 0}
    clock.jump(jump.total_seconds())
    held = sweeper.sweep()
    assert (held.outcome, held.runs) == ("held", ())
    assert "clock" in held.said
    assert store.run(kept).id == kept
    assert sweeper.sweep().outcome == "swept"


@pytest.mark.parametrize("seconds", [0, 21_600, 47 * 3600])
def test_time_that_goes_by_is_no_jump(store, clock, sweeper, seconds):
    """Nor is a second that the clock was put back by."""
    clock.advance(seconds)
    assert sweeper.sweep().outcome == "swept"
    clock.jump(-1)
    assert sweeper.sweep().outcome == "swept"


def test_the_latest_time_seen_is_kept_over_restarts(store, settings, clock, ended, sweeper):
    """A computer whose clock starts at 1970 deletes nothing by it."""
    ended()
    clock.advance(DAY)
    sweeper.sweep()
    clock.jump(-50 * 365 * DAY)
    store.close()
    with Store(settings, clock=clock) as again:
        other = BackgroundSweeper(again, settings, retained=lambda: {"hello": 0}, clock=clock)
        assert other.sweep().outcome == "held"
        assert count(again) == 1


@pytest.mark.case("K3.settings")
@pytest.mark.parametrize(
    "text", ['"0d"', '"0"', "0", "-1", '"-1d"', '"soon"', "not json", "NaN", "Infinity", "[]", '"1e999d"']
)
def test_settings_that_cant_be_read_switch_it_off(store, settings, clock, ended, sweeper, text):
    """Until they are put right; it says which."""
    ended()
    clock.advance(DAY)
    store.write(lambda conn: conn.execute("INSERT INTO settings VALUES ('retention_older_than', ?)", (text,)))
    plain = BackgroundSweeper(store, settings, retained=lambda: {"hello": 0}, clock=clock)
    done = plain.sweep()
    assert (done.outcome, done.runs) == ("off", ())
    assert "retention_older_than" in done.said.lower()
    store.settings.unset("retention_older_than")
    assert len(plain.sweep().runs) == 1


@pytest.mark.case("K3.settings")
def test_a_negative_number_of_runs_switches_it_off(store, settings, clock, ended, sweeper):
    """Rather than all of them on."""
    ended()
    assert BackgroundSweeper(store, settings, retained=lambda: {"hello": -1}, clock=clock).sweep().outcome == "off"
    assert count(store) == 1


def test_a_tool_that_nothing_is_known_of_keeps_its_runs(store, settings, clock, ended, sweeper):
    """Its tool.json may be broken for an hour."""
    for _ in range(5):
        ended("broken")
    plain = BackgroundSweeper(store, settings, retained=lambda: {"hello": 1}, clock=clock)
    assert plain.sweep().runs == ()


def test_a_pass_leaves_everything_tidy(store, settings, clock, ended, sweeper):
    """Old reports are pruned, pages given back, the log brought in, and there is a backup a day, of which seven stay."""
    for number in range(3):
        at = (clock.now() - timedelta(days=40 - number)).isoformat()
        store.validations.save({"tool_id": "hello", "timestamp": at, "overall": "pass"})
    store.write(
        lambda conn: conn.execute(
            "CREATE TABLE bulk AS SELECT randomblob(4000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n)"
        )
    )
    store.write(lambda conn: conn.execute("DROP TABLE bulk"))
    assert sweeper.sweep().outcome == "swept"
    assert store.read(lambda conn: conn.execute("PRAGMA freelist_count").fetchone()[0]) == 0
    assert store.read(lambda conn: conn.execute("SELECT count(*) FROM validation_reports").fetchone()[0]) == 1
    assert settings.db_path.with_name("pixie.db-wal").stat().st_size < 100_000
    for _ in range(8):
        later(sweeper, clock, 1)
    assert len(backups(settings)) == 7
    assert {each.kind for each in backups(settings)} == {"daily"}
    conn = sqlite3.connect(backups(settings)[0].path)
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    conn.close()


def test_it_sweeps_from_time_to_time_until_it_is_stopped(store, settings, clock, ended, monkeypatch):
    """On a thread of its own; one pass that fails doesn't end it."""
    import threading

    from pixie_core.errors import DataFolderBusy
    from pixie_core.sweeper import background

    monkeypatch.setattr(background, "_FIRST_AFTER_SECONDS", 0.0)
    quick = attrs.evolve(settings)
    object.__setattr__(quick, "sweeper_interval_seconds", 0.001)
    passes = threading.Semaphore(0)
    errors = [DataFolderBusy("busy"), RuntimeError("unforeseen")]

    def retained():
        passes.release()
        if errors:
            raise errors.pop()
        return {}

    sweeper = BackgroundSweeper(store, quick, retained=retained, clock=clock)
    sweeper.start()
    for _ in range(4):
        assert passes.acquire(timeout=30)
    sweeper.stop()
    assert sweeper.last is not None


def test_what_it_has_to_say_is_said_until_it_is_over(store, settings, clock, ended, sweeper):
    """A jump of the clock, settings that can't be read, and its question; nothing when all is in order (K3, K4)."""
    assert sweeper.notices() == ()
    clock.jump(400 * DAY)
    sweeper.sweep()
    assert ["clock" in each for each in sweeper.notices()] == [True]
    sweeper.sweep()
    assert sweeper.notices() == ()
    store.write(lambda conn: conn.execute("INSERT INTO settings VALUES ('retention_older_than', '0')"))
    sweeper.sweep()
    assert ["is off until" in each for each in sweeper.notices()] == [True]
    store.settings.unset("retention_older_than")
    for _ in range(51):
        ended()
    later(sweeper, clock, 31)
    (asked,) = sweeper.notices()
    assert asked.startswith("51 runs are older than 30d")
    assert "pixie sweep --older-than 30d --apply" in asked


def test_what_the_start_couldnt_do_is_done_before_the_first_pass(store, settings, clock, monkeypatch):
    """As soon as the database can be had; until then that is said."""
    import threading

    from pixie_core.errors import DataFolderBusy
    from pixie_core.sweeper import background

    monkeypatch.setattr(background, "_AGAIN_SECONDS", 0.01)
    tried, may, done = threading.Semaphore(0), threading.Event(), threading.Event()

    def put_right():
        tried.release()
        if not may.is_set():
            raise DataFolderBusy("held by another")
        done.set()

    sweeper = BackgroundSweeper(store, settings, retained=dict, clock=clock)
    sweeper.start(put_right)
    for _ in range(3):
        assert tried.acquire(timeout=30)
    assert ["put right" in each for each in sweeper.notices()] == [True]
    may.set()
    assert done.wait(30)
    sweeper.stop()
    assert sweeper.notices() == ()
