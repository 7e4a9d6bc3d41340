"""Folders that outputs are sent to: which may be, and that nothing in them is ever replaced."""

import io
import os
import threading
from pathlib import Path

import pytest

from pixie_core.errors import ExportError, RequestInvalid
from pixie_core.exporters.destinations import checked_folder, checked_name, write_into


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with Pixie's own in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pixie" / "artefacts").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    (tmp_path / ".config" / "x").mkdir(parents=True)
    return tmp_path


def test_an_ordinary_folder_is_taken(home):
    """Without what stands in its path for nothing."""
    assert checked_folder(home / "pixie" / ".." / "reports", home / "pixie") == home / "reports"


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("reports", "expected an absolute path"),
        ("{home}/missing", "there is no folder; make it first"),
        ("{home}/file", "there is no folder"),
        ("{home}", "choose a folder in it"),
        ("/", "choose a folder in it"),
        ("{home}/.config/x", "hidden folder .config"),
        ("{home}/pixie", "Pixie's own folder"),
        ("{home}/pixie/artefacts", "Pixie's own folder"),
    ],
)
def test_a_folder_that_is_not_for_this_is_refused(home, folder, says):
    """And why is said."""
    (home / "file").write_text("")
    with pytest.raises(RequestInvalid, match=says):
        checked_folder(folder.format(home=home), home / "pixie")


def test_a_folder_behind_a_link_is_confirmed_first(home):
    """Where it leads is said; what it leads to is held to the same rules, confirmed or not."""
    (home / "link").symlink_to(home / "reports")
    (home / "bad").symlink_to(home / "pixie" / "artefacts")
    with pytest.raises(RequestInvalid, match=f"leads to {home / 'reports'}"):
        checked_folder(home / "link", home / "pixie")
    assert checked_folder(home / "link", home / "pixie", through_links=True) == home / "reports"
    with pytest.raises(RequestInvalid, match="Pixie's own folder"):
        checked_folder(home / "bad", home / "pixie", through_links=True)


def test_a_folder_of_somebody_else_is_refused(home):
    """Whoever runs this: for most the system's is, and root can give one away."""
    folder = Path("/usr/share")
    if os.getuid() == 0:
        folder = home / "reports"
        os.chown(folder, 12_345, 12_345)
    with pytest.raises(RequestInvalid, match="belongs to somebody else"):
        checked_folder(folder, home / "pixie")


@pytest.mark.parametrize("name", ["reports", "Q1 2026", "ключ", "a.b-c", "x" * 63])
def test_a_name_is_what_people_would_say(name):
    """Without the space around it."""
    assert checked_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["", " ", ".", "-x", "a/b", "a\nb", "x" * 65, "\u202ex", "_"])
def test_a_name_that_is_none_is_refused(name):
    """It could look like an option, a path, or another name."""
    with pytest.raises(RequestInvalid, match=r"\$\.name"):
        checked_name(name)


def test_nothing_is_replaced(home):
    """A name that is taken gets a number, and so do names that some systems take for one."""
    folder = home / "reports"
    (folder / "Plot.PNG").write_text("mine")
    (folder / "plot (2).png").symlink_to("nowhere")
    written = [write_into(folder, "plot.png", lambda sink: sink.write(b"x")) for _ in range(2)]
    assert [each.name for each in written] == ["plot (3).png", "plot (4).png"]
    assert (folder / "Plot.PNG").read_text() == "mine"


def test_two_at_once_get_two_files(home):
    """Neither is lost."""
    both = threading.Barrier(2)
    written = []

    def send(words):
        def write(sink):
            both.wait(timeout=10)  # both have chosen their name by now
            sink.write(words)

        state = {"first": True}

        def once(sink):
            if state.pop("first", False):
                write(sink)
            else:
                sink.write(words)

        written.append(write_into(home / "reports", "x.txt", once))

    threads = [threading.Thread(target=send, args=(each,)) for each in (b"one", b"two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert sorted(each.name for each in written) == ["x (2).txt", "x.txt"]
    assert {each.read_bytes() for each in written} == {b"one", b"two"}


def test_what_fails_leaves_nothing(home):
    """Neither a file nor a part of one."""

    def fail(sink):
        sink.write(b"half")
        raise io.UnsupportedOperation("broke")

    with pytest.raises((ExportError, OSError), match="broke"):
        write_into(home / "reports", "x.txt", fail)
    assert list((home / "reports").iterdir()) == []
