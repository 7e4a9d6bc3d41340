"""Thumbnails are kept once for equal bytes, told to rows when they lie there, and go with the last file of theirs."""

import pytest

from pixie_core.errors import ArtefactNotFound, ThumbnailNotFound
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.store import Publication, fsck
from pixie_core.store.thumbnails import thumbnail_path

PNG = b"\x89PNG\r\n\x1a\n" + b"not much of a picture"
KINDS = ("image/png", "video/mp4")


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    disarm()


def publish(store, run_id, name="a.png", content=PNG, **more):
    """A new artefact of a run."""
    staged = store.stage(run_id, "compound-interest", name, content)
    number = store.append(run_id, [Publication(staged, **more)])[0].event.id
    return store.artefact(number)


@pytest.fixture
def picture(store, story):
    """An artefact that looks like a picture, in a run that has ended."""
    run_id = story.begin()
    made = publish(store, run_id)
    story.end(run_id)
    return made


def thumbnails(settings):
    """The files below .thumbs/."""
    return [each for each in (settings.artefacts_root / ".thumbs").rglob("*") if each.is_file()]


def test_an_artefact_has_no_thumbnail_until_one_is_kept(store, picture):
    """The error says whether it is to come."""
    with pytest.raises(ThumbnailNotFound, match="has no thumbnail") as raised:
        store.open_thumbnail(picture.id)
    assert raised.value.tried is False
    store.thumbnails.keep(picture.sha256, b"small")
    with store.open_thumbnail(picture.id) as file:
        assert file.read() == b"small"
    assert store.artefact(picture.id).thumb_path == thumbnail_path(picture.sha256)


def test_what_is_no_picture_says_so(store, story):
    """And an artefact that there isn't is another error."""
    text = publish(store, story.begin(), "a.txt", b"words")
    with pytest.raises(ThumbnailNotFound, match=r"text/plain.*Pictures and films"):
        store.open_thumbnail(text.id)
    with pytest.raises(ArtefactNotFound):
        store.open_thumbnail(text.id + 1)


def test_what_cant_be_read_is_remembered(store, picture):
    """Nobody is asked to try it again."""
    store.thumbnails.keep_none(picture.sha256)
    with pytest.raises(ThumbnailNotFound, match="can't be read as image/png") as raised:
        store.open_thumbnail(picture.id)
    assert raised.value.tried is True
    assert store.thumbnails.added(0, KINDS, most=10).found == ()
    assert store.thumbnails.known(picture.sha256)


def test_equal_bytes_share_a_thumbnail(store, story, picture, settings):
    """The later ones are told of it without a second making."""
    store.thumbnails.keep(picture.sha256, b"small")
    again = publish(store, story.begin(), "b.png")
    assert not again.thumb_path
    assert [each.id for each in store.thumbnails.added(0, KINDS, most=10).found] == [again.id]
    assert store.thumbnails.known(again.sha256)
    assert store.artefact(again.id).thumb_path == thumbnail_path(picture.sha256)
    assert len(thumbnails(settings)) == 1


def test_pictures_are_found_from_either_end_and_nothing_else_is(store, story):
    """Large values, deleted files, other kinds and drawings that aren't asked for are left out."""
    run_id = story.begin()
    numbers = [publish(store, run_id, f"{place}.png", PNG + bytes([place])).id for place in range(5)]
    publish(store, run_id, "a.txt", b"words")
    publish(store, run_id, "spilled.png", PNG + b"x", spilled=True)
    story.end(run_id)
    store.deletions.delete_artefact(numbers[2])
    left = [*numbers[:2], *numbers[3:]]
    looked = store.thumbnails.added(0, KINDS, most=100)
    assert ([each.id for each in looked.found], looked.last) == (left, numbers[-1] + 2)
    assert [each.id for each in store.thumbnails.added(numbers[1], KINDS, most=100).found] == numbers[3:]
    looked = store.thumbnails.missing(numbers[-1] + 1, KINDS, most=2)
    assert ([each.id for each in looked.found], looked.last) == (numbers[:-3:-1], numbers[3])
    assert store.thumbnails.missing(1, KINDS, most=2).last is None
    assert store.thumbnails.added(0, ("video/mp4",), most=100).found == ()
    assert store.thumbnails.newest() == numbers[-1] + 2


def test_a_thumbnail_that_was_removed_by_hand_is_missing_again(store, picture, settings):
    """It is a copy of what is there already: the folder can go at any time."""
    store.thumbnails.keep(picture.sha256, b"small")
    assert store.thumbnails.missing(picture.id + 1, KINDS, most=10).found == ()
    thumbnails(settings)[0].unlink()
    assert [each.id for each in store.thumbnails.missing(picture.id + 1, KINDS, most=10).found] == [picture.id]
    assert not store.thumbnails.known(picture.sha256)
    with pytest.raises(ThumbnailNotFound, match="has no thumbnail"):
        store.open_thumbnail(picture.id)
    assert [(each.kind, each.mended) for each in fsck(store).found] == [("missing_thumbnail", None)]
    assert fsck(store, mend=True).ok
    assert fsck(store).found == ()
    assert store.artefact(picture.id).thumb_path is None


@pytest.mark.parametrize("point", ["publish.after_write", "publish.after_fsync", "thumbnail.after_file"])
def test_a_row_tells_of_a_thumbnail_only_once_it_lies_there(store, picture, point):
    """Whatever the moment at which it fails; then it can be done again."""
    arm(f"{point}:error")
    with pytest.raises(FaultInjected):
        store.thumbnails.keep(picture.sha256, b"small")
    assert store.artefact(picture.id).thumb_path is None
    assert fsck(store).found == ()
    disarm()
    store.thumbnails.keep(picture.sha256, b"small")
    assert store.open_thumbnail(picture.id).read() == b"small"


def test_a_thumbnail_goes_with_the_last_file_of_its_bytes(store, story, picture, settings):
    """And not before: a deleted file can be restored, with its thumbnail."""
    run_id = story.begin()
    again = publish(store, run_id, "b.png")
    story.end(run_id)
    store.thumbnails.keep(picture.sha256, b"small")
    store.deletions.purge_runs([run_id])
    assert store.open_thumbnail(picture.id).read() == b"small"
    store.deletions.delete_artefact(picture.id)
    with pytest.raises(ArtefactNotFound):
        store.open_thumbnail(picture.id)
    store.deletions.restore_artefact(picture.id)
    assert store.open_thumbnail(picture.id).read() == b"small"
    store.deletions.delete_artefact(picture.id)
    store.deletions.purge_due("9999")
    assert thumbnails(settings) == []
    assert again.sha256 == picture.sha256


def test_the_thumbnail_of_a_file_that_went_meanwhile_isnt_kept(store, picture, settings):
    """Nobody would ever remove it."""
    store.deletions.purge_runs([picture.run_id])
    store.thumbnails.keep(picture.sha256, b"small")
    assert thumbnails(settings) == []


def test_the_sweep_removes_thumbnails_without_files(store, picture, settings):
    """As a crash between the row and the thumbnail leaves one."""
    store.thumbnails.keep(picture.sha256, b"small")
    store.files.put(thumbnail_path("ab" * 32), b"left behind")
    assert store.deletions.remove_unused_blobs() == len(b"left behind")
    assert [each.name for each in thumbnails(settings)] == [f"{picture.sha256}.webp"]


def test_a_thumbnail_is_never_reached_through_a_link(store, picture, settings, tmp_path):
    """The row's path is walked as those of files are."""
    store.thumbnails.keep(picture.sha256, b"small")
    (tmp_path / "secret").write_bytes(b"secret")
    place = thumbnails(settings)[0]
    place.unlink()
    place.symlink_to(tmp_path / "secret")
    with pytest.raises(ThumbnailNotFound):
        store.open_thumbnail(picture.id)
