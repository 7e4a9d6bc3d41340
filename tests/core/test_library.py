"""The files of all runs from a script."""

import pytest

import pixie_core
from pixie_core.errors import (
    ArtefactNotFound,
    ExportError,
    RequestInvalid,
    RunNotFound,
    RunProtected,
    ThumbnailNotFound,
)
from pixie_core.library import Library
from tests.reliability.kept import keep


@pytest.fixture
def pixie(tmp_path):
    """A data folder of its own."""
    with pixie_core.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def numbers(pixie):
    """The numbers of three files of one run, by name."""
    return keep(pixie, {"plot.png": b"\x89PNG\r\n\x1a\n", "prices.csv": b"a\n1\n", "notes.md": b"# Notes"})[1]


def names(page):
    """The filenames in a page, in order."""
    return [each.filename for each in page.items]


def test_files_are_listed_found_and_read(pixie, numbers):
    """The newest first, by any filter, and by a part of their name."""
    assert names(pixie.library.list()) == ["notes.md", "prices.csv", "plot.png"]
    assert names(pixie.library.list(mime="image")) == ["plot.png"] == names(pixie.library.list(mime="image/png"))
    assert names(pixie.library.find("PRICE")) == ["prices.csv"] == names(pixie.find("price"))
    with pixie.library.open(numbers["notes.md"]) as file:
        assert file.read() == b"# Notes"
    assert pixie.library.get(numbers["notes.md"]).filename == "notes.md"


def test_pages_follow_by_cursor_and_by_number(pixie, numbers):
    """Each file once."""
    first = pixie.library.list(limit=2)
    assert names(first) == ["notes.md", "prices.csv"]
    assert names(pixie.library.list(limit=2, after=first.next)) == ["plot.png"]
    assert names(pixie.library.list(limit=2, page=2)) == ["plot.png"]
    assert len(numbers) == 3


def test_a_file_is_starred_labelled_and_tagged(pixie, numbers):
    """Each answers how it is now, and finds the file."""
    number = numbers["plot.png"]
    assert [pixie.library.star(number), pixie.library.star(number), pixie.library.star(number, True)] == [
        True,
        False,
        True,
    ]
    assert pixie.library.label(number, " Fig. 1 ") == "Fig. 1"
    assert pixie.library.tags(number, ["b", " a", "b"]) == ("b", "a")
    for wanted in ({"starred": True}, {"labelled": True}, {"label": "Fig. 1"}, {"tag": "a"}, {"q": "fig"}):
        assert names(pixie.library.list(**wanted)) == ["plot.png"]


def test_a_deleted_file_comes_back(pixie, numbers):
    """As it was; a protected one doesn't go."""
    number = numbers["plot.png"]
    before = pixie.library.get(number)
    pixie.library.delete(number)
    with pytest.raises(ArtefactNotFound):
        pixie.library.get(number)
    assert names(pixie.library.list(deleted=True)) == ["plot.png"]
    assert pixie.library.restore(number) == before
    pixie.library.star(number, True)
    with pytest.raises(RunProtected, match="starred"):
        pixie.library.delete(number)


def test_a_picture_has_a_thumbnail_once_somebody_made_it(pixie, numbers):
    """Until then it is said that there is none."""
    number = numbers["plot.png"]
    with pytest.raises(ThumbnailNotFound):
        pixie.library.thumbnail(number)
    pixie.store.thumbnails.keep(pixie.library.get(number).sha256, b"small")
    with pixie.library.thumbnail(number) as file:
        assert file.read() == b"small"


@pytest.mark.parametrize("number", [0, -1, 10**6, 2**64])
@pytest.mark.parametrize("method", ["get", "star", "delete", "restore", "open", "thumbnail"])
def test_a_file_that_is_not_there_is_said_so(pixie, number, method):
    """Whatever number is asked for."""
    with pytest.raises(ArtefactNotFound):
        getattr(Library(pixie.store), method)(number)


def test_files_lie_in_the_folder_of_their_run_and_tool(pixie, numbers):
    """A run without files has none, and that is said."""
    kept = pixie.library.get(numbers["notes.md"])
    folder = pixie.library.folder(kept.run_id[:8])
    assert (folder / "notes.md").read_bytes() == b"# Notes"
    assert folder == pixie.library.folder(kept.run_id)
    assert folder.parent == pixie.library.folder(kept.tool_id)
    assert folder.parent.parent == pixie.library.folder()
    bare, _ = keep(pixie, {})
    with pytest.raises(ExportError, match=f"Run {bare[:8]} left no files"):
        pixie.library.folder(bare)
    with pytest.raises(RunNotFound):
        pixie.library.folder("00000000")


def test_what_cannot_be_asked_is_named(pixie):
    """By the names of the parameters."""
    with pytest.raises(RequestInvalid) as caught:
        pixie.library.list(since="soon")
    assert caught.value.problems[0].path == "$.since"
    with pytest.raises(RunNotFound):
        pixie.library.list(run="00000000")
