"""Changes of tools' own files are heard of within a second, and nothing else is."""

import json
import os
import threading
import time

import pytest

from pixie_core.tool import Tools, watching
from pixie_core.tool.watching import ToolWatcher

WITHIN = 1.0
DECLARED = {
    "name": "A tool",
    "inputs": [{"key": "x", "type": "number", "label": "X", "default": 1}],
    "outputs": [{"key": "y", "type": "number", "label": "Y"}],
}


class Heard:
    """What the watcher said, and when."""

    def __init__(self):
        self.calls = []
        self._more = threading.Condition()

    def __call__(self, ids):
        with self._more:
            self.calls.append(ids)
            self._more.notify_all()

    def wait_for(self, tool_id, seconds=WITHIN):
        """True once the tool was told of; what was told by then is forgotten."""
        with self._more:
            said = self._more.wait_for(lambda: any(tool_id in ids for ids in self.calls), seconds)
            self.calls.clear()
            return said


def add(folder, name, **changes):
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "tool.json").write_text(json.dumps({"id": name, **DECLARED, **changes}))


@pytest.fixture
def folder(tmp_path):
    """Two tools, one of them with all that isn't its own."""
    folder = tmp_path / "tools"
    add(folder, "a")
    add(folder, "b")
    for name in (".venv/lib", "data", "artefacts", "__pycache__", "src/deep", ".git"):
        (folder / "a" / name).mkdir(parents=True)
    (folder / "a" / "main.py").write_text("1")
    return folder


@pytest.fixture
def heard(folder):
    """A watcher at work on it."""
    heard = Heard()
    with ToolWatcher(Tools(folder), heard):
        yield heard


@pytest.mark.parametrize("name", ["main.py", "tool.json", "src/deep/model.py", "new.txt", ".env"])
def test_a_change_of_a_tools_own_file_is_heard_of_within_a_second(folder, heard, name):
    """Whether it was there before or not."""
    (folder / "a" / name).write_text("2")
    assert heard.wait_for("a")


@pytest.mark.parametrize(
    "name", [".venv/lib/x.py", "data/state.db", "artefacts/plot.png", "__pycache__/main.pyc", ".git/HEAD", "main.py~"]
)
def test_what_is_not_the_tools_own_is_not_heard_of(folder, heard, name):
    """Up to a change of another tool, which is."""
    (folder / "a" / name).write_text("2")
    (folder / "b" / "main.py").write_text("2")
    time_limit = time.monotonic() + WITHIN
    while not any("b" in ids for ids in heard.calls):
        assert time.monotonic() < time_limit
        time.sleep(0.01)
    assert not any("a" in ids for ids in heard.calls)


def test_a_tool_that_comes_and_goes_is_heard_of(folder, heard):
    """Also what is put into its new directories at once, and later on."""
    add(folder, "c")
    assert heard.wait_for("c")
    (folder / "c" / "lib" / "inner").mkdir(parents=True)
    (folder / "c" / "lib" / "inner" / "x.py").write_text("1")
    assert heard.wait_for("c")
    until_quiet(heard)
    (folder / "c" / "lib" / "inner" / "x.py").write_text("2")
    assert heard.wait_for("c")
    (folder / "c").rename(folder.parent / "elsewhere")
    assert heard.wait_for("c")


def until_quiet(heard):
    """New directories are told of twice: let that pass."""
    while heard.wait_for("c", 0.5):
        pass


def test_a_tool_that_gets_another_id_is_told_of_by_both(folder, heard):
    """Whoever shows the old one has to know."""
    add(folder, "b", id="other")
    deadline = time.monotonic() + WITHIN
    while not any({"b", "other"} <= ids for ids in heard.calls):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_storm_of_events_is_told_of_a_few_times(folder, heard):
    """Thousands of writes are two or three calls a second."""
    began = time.monotonic()
    for number in range(3000):
        (folder / "a" / "main.py").write_text(str(number))
    took = time.monotonic() - began
    (folder / "b" / "main.py").write_text("last")
    deadline = time.monotonic() + WITHIN
    while not any("b" in ids for ids in heard.calls):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert len(heard.calls) <= 3 + took / watching.PAUSE_SECONDS


def test_a_tools_folder_may_come_and_go(tmp_path):
    """A fresh data folder has none yet."""
    folder, heard = tmp_path / "tools", Heard()
    with ToolWatcher(Tools(folder), heard):
        add(folder, "a")
        assert heard.wait_for("a", 2)
        (folder / "a" / "main.py").write_text("1")
        assert heard.wait_for("a")
        folder.rename(tmp_path / "away")
        assert heard.wait_for("a", 2)
        (tmp_path / "away").rename(folder)
        assert heard.wait_for("a", 2)


def test_a_listener_that_fails_hears_of_the_next_change(folder, caplog):
    """And its failure is in the log."""
    heard = Heard()

    def changed(ids):
        heard(ids)
        raise ValueError("a defect")

    with ToolWatcher(Tools(folder), changed):
        for text in ("1", "2"):
            (folder / "b" / "main.py").write_text(text)
            assert heard.wait_for("b")
    assert "a defect" in caplog.text


def test_without_watches_left_it_looks_round_by_itself(folder, monkeypatch):
    """As where the system's limit of watches is used up."""
    real = watching.RustNotify

    def full(paths, debug, force_polling, *rest):
        if not force_polling:
            raise OSError("OS file watch limit reached")
        return real(paths, debug, force_polling, *rest)

    monkeypatch.setattr(watching, "RustNotify", full)
    heard = Heard()
    with ToolWatcher(Tools(folder), heard):
        (folder / "a" / "main.py").write_text("changed")
        # A look round sees whole seconds.
        os.utime(folder / "a" / "main.py", (2_000_000_000, 2_000_000_000))
        assert heard.wait_for("a", 3)


def test_stopping_is_quick(folder):
    """A server that ends doesn't wait for events."""
    with ToolWatcher(Tools(folder), Heard()):
        began = time.monotonic()
    assert time.monotonic() - began < 2
