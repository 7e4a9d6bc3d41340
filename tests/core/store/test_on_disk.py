"""Whether kept files are what their runs left, without reading more than is needed."""

import os

import pytest

import pixie_core
from tests.reliability.kept import keep

LATER = 4_000_000_000
"""A moment long after every test, in seconds."""


@pytest.fixture
def pixie(tmp_path):
    """A data folder of its own."""
    with pixie_core.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def path_of(pixie):
    """Where the file of a number lies, writable."""

    def found(number):
        path = pixie.settings.artefacts_root / pixie.library.get(number).rel_path
        path.chmod(0o644)
        return path

    return found


def standing(pixie):
    """How each listed file stands, by its name."""
    page = pixie.library.list()
    said = pixie.library.on_disk(page.items)
    return {each.filename: said[each.id] for each in page.items}


def test_what_nobody_touched_is_unchanged_and_not_read(pixie, monkeypatch):
    """Size and time say so."""
    keep(pixie, {"a.txt": b"one", "b.txt": b"two"})
    opened = []
    monkeypatch.setattr(pixie.store.files, "open", opened.append)
    assert standing(pixie) == {"a.txt": "unchanged", "b.txt": "unchanged"}
    assert opened == []


def test_a_file_with_other_bytes_is_modified(pixie, path_of):
    """By its size, or by its bytes where the size is the same; the row is as it was."""
    _, numbers = keep(pixie, {"a.txt": b"one", "b.txt": b"two", "c.txt": b"three"})
    path_of(numbers["a.txt"]).write_bytes(b"longer than before")
    path_of(numbers["b.txt"]).write_bytes(b"TWO")
    os.utime(path_of(numbers["b.txt"]), (LATER, LATER))
    assert standing(pixie) == {"a.txt": "modified", "b.txt": "modified", "c.txt": "unchanged"}
    assert pixie.library.get(numbers["a.txt"]).size_bytes == 3


def test_a_file_that_is_gone_or_no_file_any_more_is_missing(pixie, path_of, tmp_path):
    """A link in its place isn't followed."""
    _, numbers = keep(pixie, {"a.txt": b"one", "b.txt": b"two"})
    path_of(numbers["a.txt"]).unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"two")
    path = path_of(numbers["b.txt"])
    path.unlink()
    path.symlink_to(elsewhere)
    assert standing(pixie) == {"a.txt": "missing", "b.txt": "missing"}


def test_the_same_bytes_written_later_are_unchanged_and_read_once(pixie, path_of, monkeypatch):
    """As after a copy back from another disk."""
    _, numbers = keep(pixie, {"a.txt": b"one"})
    os.utime(path_of(numbers["a.txt"]), (LATER, LATER))
    read = []
    open_file = pixie.store.files.open
    monkeypatch.setattr(pixie.store.files, "open", lambda path: read.append(path) or open_file(path))
    assert [standing(pixie), standing(pixie)] == [{"a.txt": "unchanged"}] * 2
    assert len(read) == 1


def test_a_list_leaves_large_files_unread_and_a_close_look_does_not(pixie, path_of):
    """16 MiB for a list; of one file all."""
    _, numbers = keep(pixie, {"large.bin": b"x" * (16 * 2**20 + 1), "small.txt": b"one"})
    path = path_of(numbers["large.bin"])
    with path.open("r+b") as file:
        file.write(b"y")
    for name in numbers:
        os.utime(path_of(numbers[name]), (LATER, LATER))
    assert standing(pixie) == {"large.bin": "unchecked", "small.txt": "unchanged"}
    assert pixie.library.on_disk_closely(numbers["large.bin"]) == "modified"
    assert standing(pixie)["large.bin"] == "modified"


def test_a_change_with_the_time_set_back_is_found_by_a_close_look(pixie, path_of):
    """The time of the inode's change can't be set."""
    _, numbers = keep(pixie, {"a.txt": b"one"})
    path = path_of(numbers["a.txt"])
    before = path.stat()
    path.write_bytes(b"ONE")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert standing(pixie) == {"a.txt": "unchanged"}
    assert pixie.library.on_disk_closely(numbers["a.txt"]) == "modified"


def test_all_files_of_a_run_are_looked_at(pixie, path_of):
    """More than a page of them, and no others."""
    run_id, numbers = keep(pixie, {f"{number}.txt": b"%d" % number for number in range(300)})
    keep(pixie, {"other.txt": b"other"})
    path_of(numbers["7.txt"]).write_bytes(b"seven")
    said = pixie.library.on_disk_of_run(run_id)
    assert set(said) == set(numbers.values())
    assert [number for number, told in said.items() if told != "unchanged"] == [numbers["7.txt"]]
