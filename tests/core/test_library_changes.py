"""Many artefacts changed at once."""

import pytest

import pixie_core
from pixie_core.errors import ArtefactNotFound, RequestInvalid, RunProtected
from tests.reliability.kept import keep


@pytest.fixture
def pixie(tmp_path):
    """A data folder of its own."""
    with pixie_core.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def numbers(pixie):
    """Three files of one run."""
    return tuple(keep(pixie, {"a.txt": b"1", "b.txt": b"2", "c.txt": b"3"})[1].values())


def test_each_gets_the_star_the_label_and_the_tags(pixie, numbers):
    """Tags are added to those that each has; no number counts twice."""
    first, second, third = numbers
    pixie.library.tags(first, ["old", "worn"])
    done = pixie.library.change(
        [first, second, first], starred=True, label=" Fig ", add_tags=["new"], remove_tags=["worn"]
    )
    assert (done.ids, done.refused) == ((first, second), ())
    one, two, left = (pixie.library.get(each) for each in (first, second, third))
    assert (one.starred, one.label, one.tags) == (True, "Fig", ("old", "new"))
    assert (two.starred, two.label, two.tags) == (True, "Fig", ("new",))
    assert (left.starred, left.label, left.tags) == (False, None, ())
    pixie.library.change(numbers, starred=False, label=None)
    assert not any(each.starred or each.label for each in pixie.library.list().items)


def test_what_cannot_be_deleted_is_told_and_holds_nobody_back(pixie, numbers):
    """Starred, and not there."""
    first, second, third = numbers
    pixie.library.star(second, True)
    done = pixie.library.change([*numbers, 999], deleted=True)
    assert done.ids == (first, third)
    assert {each.id: type(each.error) for each in done.refused} == {second: RunProtected, 999: ArtefactNotFound}
    assert [each.id for each in pixie.library.list().items] == [second]
    assert pixie.library.change([first, third], deleted=False).ids == (first, third)
    assert len(pixie.library.list().items) == 3


def test_one_is_changed_wholly_or_not_at_all(pixie, numbers):
    """A tag isn't left on what couldn't be deleted."""
    pixie.library.label(numbers[0], "kept")
    done = pixie.library.change(numbers, add_tags=["gone"], deleted=True)
    assert done.ids == numbers[1:]
    assert pixie.library.get(numbers[0]).tags == ()


@pytest.mark.parametrize(
    ("ids", "change", "said"),
    [
        ([1], {}, "nothing to be done"),
        ([], {"starred": True}, "names 0 files"),
        (range(1, 1002), {"starred": True}, "1,001"),
        ([1], {"label": "x" * 201}, "201 letters"),
        ([1], {"add_tags": ["x" * 101]}, "101 letters"),
    ],
    ids=["nothing", "nobody", "too-many", "label", "tag"],
)
def test_what_cannot_be_asked_changes_nothing(pixie, numbers, ids, change, said):
    """Refused as a whole, before anything is done."""
    before = pixie.library.list().items
    with pytest.raises(RequestInvalid, match=said):
        pixie.library.change(ids, **change)
    assert pixie.library.list().items == before
    assert len(numbers) == 3


def test_the_choices_are_what_there_is(pixie, numbers):
    """Tools, types, labels and tags, of files that aren't deleted."""
    keep(pixie, {"p.png": b"\x89PNG\r\n\x1a\n"}, tool_id="painter")
    gone = keep(pixie, {"q.pdf": b"%PDF-1.7"}, tool_id="writer")[1]["q.pdf"]
    pixie.library.change([gone], add_tags=["never"], label="Never")
    pixie.library.change([gone], label=None)
    pixie.library.change([gone], deleted=True)
    pixie.library.change(numbers[:2], add_tags=["b", "a"], label="Fig")
    found = pixie.library.choices()
    assert found.tools == ("adder", "painter", "writer")
    assert found.mimes == ("image/png", "text/plain")
    assert (found.labels, found.tags) == (("Fig",), ("a", "b"))
