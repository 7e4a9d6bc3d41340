"""Once a week every row is held against its file, and what is amiss is told until it is mended."""

import threading

import pytest

from pixie_core.store import Publication, Store, fsck
from pixie_core.store import backup as backup_module
from pixie_core.store.upkeep import Upkeep
from pixie_core.testing.clock import FakeClock
from tests.core.store.conftest import Story

DAY = 86_400


@pytest.fixture
def clock():
    """It moves when told."""
    return FakeClock()


@pytest.fixture
def store(settings, clock):
    """A store by that clock, with a run and its file."""
    with Store(settings, clock=clock) as opened:
        story = Story(opened)
        run_id = story.begin()
        opened.append(run_id, [Publication(opened.stage(run_id, "compound-interest", "a.txt", b"content"))])
        story.end(run_id)
        yield opened


@pytest.fixture
def upkeep(store, settings, clock):
    """The upkeep of that store."""
    return Upkeep(store, settings, clock=clock)


def changed(settings):
    """Somebody writes over the run's file."""
    (file,) = settings.artefacts_root.glob("*/*/a.txt")
    file.unlink()
    file.write_bytes(b"chanGed")


def test_the_check_of_all_files_is_done_once_a_week_and_told_of(store, settings, clock, upkeep):
    """By their bytes; after it is mended, the next check takes the notice back."""
    upkeep.tidy()
    assert upkeep.notices() == ()
    changed(settings)
    clock.advance(6 * DAY)
    upkeep.tidy()
    assert upkeep.notices() == ()
    clock.advance(DAY)
    upkeep.tidy()
    (notice,) = upkeep.notices()
    assert "1 things amiss" in notice
    assert "a.txt" in notice
    assert "pixie fsck --mend" in notice
    again = Upkeep(store, settings, clock=clock)
    assert again.notices() == (notice,)
    assert fsck(store, mend=True).ok
    clock.advance(7 * DAY)
    again.tidy()
    assert again.notices() == ()


def test_a_clock_that_was_put_back_doesnt_put_the_check_off(store, settings, clock, upkeep):
    """What was written down lies in the future then."""
    upkeep.tidy()
    changed(settings)
    clock.jump(-400 * DAY)
    upkeep.tidy()
    assert len(upkeep.notices()) == 1


def test_a_check_that_is_stopped_is_done_again(store, settings, clock):
    """Whoever stops the server needn't wait for a terabyte to be read."""
    stop = threading.Event()
    stop.set()
    Upkeep(store, settings, clock=clock, stopped=stop.is_set).check()
    assert not fsck(store, stopped=stop.is_set).complete
    changed(settings)
    upkeep = Upkeep(store, settings, clock=clock)
    upkeep.check()
    assert len(upkeep.notices()) == 1


def test_a_backup_that_finds_the_database_damaged_is_told(store, settings, clock, upkeep, monkeypatch):
    """Not in the log alone; the next one that is whole takes it back."""
    real = backup_module._copy_database

    def spoilt(database, target):
        real(database, target)
        content = bytearray(target.read_bytes())
        for page in range(3, len(content) // 4096):
            content[page * 4096 : page * 4096 + 12] = b"\xa5" * 12
        target.write_bytes(content)

    monkeypatch.setattr(backup_module, "_copy_database", spoilt)
    upkeep.tidy()
    (notice,) = upkeep.notices()
    assert "damaged" in notice
    monkeypatch.setattr(backup_module, "_copy_database", real)
    upkeep.tidy()
    assert upkeep.notices() == ()
