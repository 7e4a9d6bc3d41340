"""A data folder, hostile tools in it, and a look round afterwards: no test leaves a process behind."""

import time
from pathlib import Path

import pytest

from pixie_core.config import Settings
from pixie_core.runtime import Launcher, Runner
from pixie_core.runtime.marks import folder_mark, marked
from pixie_core.store import Store
from pixie_core.store.fsck import fsck
from pixie_core.testing.tool_folder import hostile_tool
from pixie_core.tool import Tools


def until(condition, seconds=10.0):
    """Wait for a condition, and return what it gave; fail when it doesn't come true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it didn't come true within {seconds} s")
        time.sleep(0.005)
    return found


@pytest.fixture
def settings(tmp_path):
    """Settings of a fresh data folder."""
    return Settings(home=tmp_path / "home", min_free_disk_bytes=0)


@pytest.fixture
def store(settings):
    """A store, in which in the end every file that can be seen has its row, and every row its file."""
    with Store(settings) as store:
        yield store
        assert fsck(store).found == ()


@pytest.fixture
def survivors(settings):
    """The marks of processes of this data folder that are alive."""
    return lambda: list(marked(folder_mark(settings), lambda _: True))


@pytest.fixture(autouse=True)
def nothing_survives(settings, survivors):
    """Whatever a test did, in the end no process carries its data folder's mark."""
    yield
    left = survivors()
    for each in left:
        each.kill()
    assert not left


@pytest.fixture
def hostile(settings):
    """Makes a hostile tool in the data folder."""

    def make(*tags, tool_id="hostile", **more):
        return hostile_tool(settings.tools_dir, tool_id, tags=tags, **more)

    return make


@pytest.fixture
def launcher(settings, store):
    launcher = Launcher(settings, store=store)
    yield launcher
    launcher.close()


class Runs:
    """Starts runs of one data folder and waits for them."""

    def __init__(self, settings, store, **more):
        self.settings = settings
        self.store = store
        self.runner = Runner(settings, store, Tools(settings.tools_dir), **more)

    def start(self, tool, behaviour="ok", **inputs):
        return self.runner.start(tool, {"behaviour": behaviour, **inputs}, origin="script")

    def run(self, tool, behaviour="ok", **inputs):
        run = self.runner.wait(self.start(tool, behaviour, **inputs).id, 60)
        assert run.ended
        return run

    def wait(self, run, seconds=30):
        run = self.runner.wait(run.id, seconds)
        assert run.ended
        return run

    def events(self, run):
        return [record.event for record in self.store.events(run.id)]

    def kinds(self, run):
        return [event.kind for event in self.events(run)]

    def log(self, run):
        return "\n".join(event.text for event in self.events(run) if event.kind == "log")


@pytest.fixture
def runs(settings, store):
    runs = Runs(settings, store)
    yield runs
    runs.runner.close()


@pytest.fixture
def waiting_file(tmp_path):
    """A file that tools wait for; touch it to let them end."""
    return Path(tmp_path / "go")
