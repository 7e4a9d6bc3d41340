"""A file comes into its place whole, and of one that was being written when its writer died nothing stays."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from pixie_core import placing
from pixie_core.errors import TargetExists
from pixie_core.placing import placed


@pytest.fixture(params=[True, False], ids=["without a name", "with a name"])
def nameless(request, monkeypatch):
    """Whether the file system has files without names; not all have."""
    if request.param and not placing._NAMELESS:
        pytest.skip("this system has none")
    monkeypatch.setattr(placing, "_NAMELESS", request.param)
    return request.param


def put(target, content=b"new", *, replace=True, mode=0o640):
    """Place these bytes."""
    with placed(target, mode, replace=replace) as file:
        file.write(content)


@pytest.mark.parametrize("replace", [True, False])
def test_a_file_is_placed_whole_with_its_mode(tmp_path, nameless, replace):
    """And alone."""
    target = tmp_path / "a.txt"
    put(target, replace=replace)
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_is_there_is_replaced_or_stays(tmp_path, nameless):
    """As is asked; also when it comes at the last moment."""
    target = tmp_path / "a.txt"

    def put_late():
        with placed(target, 0o600, replace=False) as file:
            target.write_bytes(b"old")
            file.write(b"new")

    with pytest.raises(TargetExists):
        put_late()
    assert target.read_bytes() == b"old"
    put(target)
    assert target.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_an_error_leaves_what_was_there(tmp_path, nameless):
    """And nothing beside it."""
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")

    def broken_off():
        with placed(target, 0o600, replace=True) as file:
            file.write(b"half")
            raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        broken_off()
    assert target.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


WRITES = """
import os, sys
from pathlib import Path
from pixie_core import placing
placing._NAMELESS = placing._NAMELESS and sys.argv[2] == "True"
with placing.placed(Path(sys.argv[1]), 0o600, replace=True) as file:
    file.write(b"half")
    file.flush()
    print("half", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_writer_left_goes_with_the_next_and_a_living_ones_stays(tmp_path, nameless):
    """Of the same target; other hidden files are nobody's business."""
    target = tmp_path / "a.txt"
    others = tmp_path / ".a.txt.notes.part"
    others.write_text("mine")
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, str(target), str(nameless)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline() == b"half\n"
        put(target, b"first")
        there = {each.name for each in tmp_path.iterdir()} - {"a.txt", others.name}
        assert len(there) == (0 if nameless else 1)
        os.kill(writer.pid, signal.SIGKILL)
    assert target.read_bytes() == b"first"
    put(target, b"second")
    assert sorted(each.name for each in tmp_path.iterdir()) == [others.name, "a.txt"]
    assert target.read_bytes() == b"second"
