"""A zip on disk: whole, or not at all."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from pixie_core.errors import ExportError, TargetExists
from pixie_core.exporters import write_zip


def names(folder):
    """What lies in a folder."""
    return [each.name for each in folder.iterdir()]


def a_zip(**files):
    """The bytes of a small zip, in two pieces."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    data = buffer.getvalue()
    return [data[:40], data[40:]]


def test_a_zip_is_written_and_counted(tmp_path):
    """Readable by everybody, with its size and entries told."""
    target = tmp_path / "run.zip"
    seen = []
    done = write_zip(a_zip(a="1", b="2"), target, on_progress=seen.append)
    assert (done.path, done.size_bytes, done.entries) == (target, target.stat().st_size, 2)
    assert zipfile.ZipFile(target).read("b") == b"2"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert seen == [40, done.size_bytes]
    assert names(tmp_path) == ["run.zip"]


def test_a_file_that_is_there_is_never_overwritten_unasked(tmp_path):
    """It is told before anything is read; a dangling link counts as a file."""
    target = tmp_path / "run.zip"
    target.write_text("mine")
    link = tmp_path / "link.zip"
    link.symlink_to("nowhere")

    def unread():
        raise AssertionError
        yield

    for each in (target, link):
        with pytest.raises(TargetExists, match="--force"):
            write_zip(unread(), each)
    assert target.read_text() == "mine"


def test_force_overwrites(tmp_path):
    """And leaves nothing else."""
    target = tmp_path / "run.zip"
    target.write_text("old")
    write_zip(a_zip(a="1"), target, force=True)
    assert zipfile.is_zipfile(target)
    assert names(tmp_path) == ["run.zip"]


def test_a_file_that_comes_meanwhile_stays(tmp_path):
    """Between the look and the name somebody else may be quicker."""
    target = tmp_path / "run.zip"

    def pieces():
        target.write_text("theirs")
        yield from a_zip(a="1")

    with pytest.raises(TargetExists):
        write_zip(pieces(), target)
    assert target.read_text() == "theirs"
    assert names(tmp_path) == ["run.zip"]


@pytest.mark.parametrize("error", [ExportError("broken off"), KeyboardInterrupt(), ValueError("x")])
def test_no_partial_file_is_left(tmp_path, error):
    """On an error and on Ctrl+C; the file that was there stays whole under force."""
    target = tmp_path / "run.zip"
    target.write_text("old")

    def pieces():
        yield a_zip(a="1")[0]
        # It may have no name until it is whole.
        for part in tmp_path.iterdir():
            assert part == target or stat.S_IMODE(part.stat().st_mode) == 0o600
        raise error

    with pytest.raises(type(error)):
        write_zip(pieces(), target, force=True)
    assert names(tmp_path) == ["run.zip"]
    assert target.read_text() == "old"


def damaged():
    data = bytearray(b"".join(a_zip(a="some words")))
    data[data.index(b"some")] ^= 1
    return [bytes(data)]


@pytest.mark.parametrize("pieces", [[], [b""], [b"not a zip"], a_zip(a="1")[:1], damaged()])
def test_what_isnt_a_whole_zip_gets_no_name(tmp_path, pieces):
    """Nothing, a cut one, one with a flipped bit."""
    with pytest.raises(ExportError, match="nothing was written"):
        write_zip(pieces, tmp_path / "run.zip")
    assert names(tmp_path) == []


def test_a_folder_that_isnt_there_is_told(tmp_path):
    """As is one in place of the file."""
    with pytest.raises(ExportError, match="No such file or directory"):
        write_zip(a_zip(a="1"), tmp_path / "no" / "run.zip")
    with pytest.raises(ExportError, match="is a folder"):
        write_zip(a_zip(a="1"), tmp_path, force=True)
