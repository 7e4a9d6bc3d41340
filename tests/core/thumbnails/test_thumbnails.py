"""The server makes thumbnails of whatever is published, by whomever, and of what there was before it started."""

import io
import logging
import subprocess
import sys
import textwrap
import threading

import pytest
from attrs import evolve
from PIL import Image

from pixie_core.config import Settings
from pixie_core.errors import DiskFull, ThumbnailNotFound
from pixie_core.store import Publication, Store, fsck
from pixie_core.thumbnails import Thumbnails, Undrawable
from tests.core.store.conftest import Story

DEADLINE = 30.0


@pytest.fixture
def settings(tmp_path):
    """Settings of a fresh data folder."""
    return Settings(home=tmp_path / "data")


@pytest.fixture
def store(settings):
    """An open store in that folder."""
    with Store(settings) as opened:
        yield opened


@pytest.fixture
def thumbnails(store, settings):
    """Workers that have begun."""
    made = Thumbnails(store, settings)
    made.start()
    yield made
    made.stop()


def png(colour="#ff0000", size=(400, 200)):
    """A picture's bytes."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def publish(store, name="a.png", content=None, run_id=None):
    """The number of a new artefact."""
    run_id = run_id or Story(store).begin(tool_id="painter")
    staged = store.stage(run_id, "painter", name, png() if content is None else content)
    return store.append(run_id, [Publication(staged)])[0].event.id


def size_of(store, number):
    """How large a thumbnail is, in pixels."""
    with store.open_thumbnail(number) as file:
        return Image.open(file).size


class Pretending:
    """A process that only says what it was asked for, and waits when it is told to."""

    def __init__(self, asked, *, going=None, error=None):
        self.asked = asked
        self.going = going
        self.error = error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def end(self):
        pass

    def draw(self, file, mime, edge):
        self.asked.append((file.read()[-8:], mime, edge))
        if self.going is not None:
            assert self.going.wait(DEADLINE)
        if self.error is not None:
            raise self.error
        return b"thumbnail"


def test_what_is_published_gets_a_thumbnail(store, thumbnails, settings):
    """Of the size that is set; nothing else does."""
    run_id = Story(store).begin(tool_id="painter")
    number, text, drawing = (
        publish(store, name, content, run_id)
        for name, content in [
            ("a.png", None),
            ("a.txt", b"words"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ]
    )
    assert thumbnails.wait(DEADLINE)
    assert size_of(store, number) == (256, 128)
    for each in (text, drawing):
        with pytest.raises(ThumbnailNotFound):
            store.open_thumbnail(each)
    assert fsck(store).found == ()


def test_what_there_was_before_is_made_at_the_start(store, settings):
    """Newest first, and whatever number of rows is looked at at a time."""
    numbers = [publish(store, content=png(size=(width, 50))) for width in (60, 70, 80)]
    asked = []
    made = Thumbnails(store, evolve(settings, thumb_workers=1), process=lambda: Pretending(asked))
    made.start()
    assert made.wait(DEADLINE)
    made.stop()
    assert len(asked) == 3
    assert [store.artefact(each).thumb_path is not None for each in numbers] == [True] * 3


def test_what_another_process_publishes_gets_a_thumbnail(store, thumbnails, settings):
    """A script leaves it to the server."""
    program = f"""
        from pixie_core import Settings
        from pixie_core.store import Store
        from tests.core.thumbnails.test_thumbnails import publish
        with Store(Settings(home={str(settings.home)!r})) as store:
            print(publish(store))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert thumbnails.wait(DEADLINE)
    assert size_of(store, int(done.stdout)) == (256, 128)


def test_equal_bytes_are_read_once(store, settings):
    """Also while they are being read."""
    asked, going = [], threading.Event()
    made = Thumbnails(store, settings, process=lambda: Pretending(asked, going=going))
    made.start()
    numbers = [publish(store) for _ in range(5)]
    assert not made.wait(0)
    going.set()
    assert made.wait(DEADLINE)
    numbers.append(publish(store))
    assert made.wait(DEADLINE)
    made.stop()
    assert len(asked) == 1
    assert all(store.open_thumbnail(each).read() == b"thumbnail" for each in numbers)


def test_what_cant_be_read_is_logged_once_and_never_tried_again(store, settings, caplog):
    """Not by the next server either."""
    number = publish(store, content=png()[:60])
    asked = []
    for _ in range(2):
        made = Thumbnails(store, settings, process=lambda: Pretending(asked, error=Undrawable("It is odd.")))
        with caplog.at_level(logging.WARNING):
            made.start()
            publish(store, content=png()[:60])
            assert made.wait(DEADLINE)
        made.stop()
    assert len(asked) == 1
    assert [each.getMessage() for each in caplog.records] == [
        f"a.png (artefact {number}, image/png) gets no thumbnail: It is odd."
    ]
    with pytest.raises(ThumbnailNotFound) as raised:
        store.open_thumbnail(number)
    assert raised.value.tried


def test_what_failed_by_no_fault_of_the_file_is_tried_at_the_next_start(store, settings, caplog):
    """It is logged, and others aren't kept from theirs."""
    number = publish(store)
    made = Thumbnails(store, settings, process=lambda: Pretending([], error=OSError("no process to be had")))
    made.start()
    assert made.wait(DEADLINE)
    made.stop()
    assert "no process to be had" in caplog.text
    made = Thumbnails(store, settings, process=lambda: Pretending([]))
    made.start()
    assert made.wait(DEADLINE)
    made.stop()
    assert store.open_thumbnail(number).read() == b"thumbnail"


def test_a_file_that_goes_while_it_waits_is_nobodys_trouble(store, settings, caplog):
    """Its thumbnail isn't kept."""
    story = Story(store)
    run_id = story.begin(tool_id="painter")
    publish(store, run_id=run_id)
    story.end(run_id)
    asked, going = [], threading.Event()
    made = Thumbnails(store, settings, process=lambda: Pretending(asked, going=going))
    made.start()
    while not asked:
        assert not made.wait(0.01)
    store.deletions.purge_runs([run_id])
    going.set()
    assert made.wait(DEADLINE)
    made.stop()
    assert caplog.records == []
    assert list((settings.artefacts_root / ".thumbs").rglob("*.webp")) == []


def test_it_ends_at_once_when_it_is_told_to(store, settings):
    """However much there is still to be made; it begins but once."""
    for width in range(50, 60):
        publish(store, content=png(size=(width, 50)))
    going, asked = threading.Event(), []
    made = Thumbnails(store, evolve(settings, thumb_workers=1), process=lambda: Pretending(asked, going=going))
    made.start()
    made.start()
    while not asked:
        assert not made.wait(0.01)
    threading.Timer(0.05, going.set).start()
    made.stop()
    made.stop()
    assert len(asked) == 1
    assert not made.wait(0)


def test_a_store_that_closes_first_ends_the_workers_quietly(settings, caplog):
    """Nothing is made any more."""
    store = Store(settings)
    made = Thumbnails(store, settings)
    made.start()
    store.close()
    made.stop()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_a_full_disk_is_told_once_and_not_once_for_every_file(store, settings, caplog, monkeypatch):
    """The rest waits for the next start."""
    for width in range(50, 60):
        publish(store, content=png(size=(width, 50)))

    def full(*_):
        raise DiskFull("There is no room left.")

    monkeypatch.setattr(store.thumbnails, "keep", full)
    made = Thumbnails(store, evolve(settings, thumb_workers=1), process=lambda: Pretending([]))
    made.start()
    assert made.wait(DEADLINE)
    made.stop()
    assert caplog.text.count("There is no room left.") == 1


def test_a_folder_that_can_only_be_read_is_left_as_it_is(store, settings, monkeypatch):
    """Nothing is read in vain."""
    publish(store)
    asked = []
    monkeypatch.setattr(type(store), "read_only", "It can only be read.")
    made = Thumbnails(store, settings, process=lambda: Pretending(asked))
    made.start()
    assert made.wait(DEADLINE)
    made.stop()
    assert asked == []
