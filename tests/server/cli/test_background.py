"""What `pixie serve` does beside answering: thumbnails, and the end of what a crash cut short."""

import io
import json
import socket
import time
import uuid
from contextlib import contextmanager

import psutil
import pytest
from PIL import Image

import pixie_core
from pixie_core.errors import ThumbnailNotFound
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.run.events import Finished, Started
from pixie_core.store import Publication
from tests.server.cli.folders import DEADLINE, add_tools, process


@pytest.fixture
def home(tmp_path):
    """A data folder with tools."""
    add_tools(tmp_path)
    return tmp_path


@contextmanager
def served(home):
    """A server that is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with process("serve", "--home", home, "--port", port, "--no-sync") as server:
        line = server.stdout.readline()
        assert line.startswith("Pixie is ready"), line + server.stderr.read()
        yield server
        server.terminate()
        server.communicate(timeout=DEADLINE)


def published(pixie, colour):
    """The number of a new picture, as a script leaves one."""
    file = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(file, "PNG")
    run_id = str(uuid.uuid4())
    pixie.store.create_run(
        run_id=run_id, tool_id="adder", inputs={}, origin="script", events=[Started(inputs={}, fingerprint={})]
    )
    staged = pixie.store.stage(run_id, "adder", "plot.png", file.getvalue())
    record, *_ = pixie.store.append(run_id, [Publication(staged), Finished(status="ok")])
    return record.event.id


def size_when_there(pixie, number):
    """The size of a thumbnail, waited for."""
    until = time.monotonic() + DEADLINE
    while True:
        try:
            with pixie.library.thumbnail(number) as file:
                return Image.open(file).size
        except ThumbnailNotFound:
            assert time.monotonic() < until, "no thumbnail was made"
            time.sleep(0.05)


def test_pictures_of_before_the_start_and_of_scripts_get_their_thumbnails(home):
    """Of a script none is made by itself; the processes that read them end with the server."""
    with pixie_core.open(home) as pixie:
        first = published(pixie, "#ff0000")
        with pytest.raises(ThumbnailNotFound):
            pixie.library.thumbnail(first)
        with served(home) as server:
            assert size_when_there(pixie, first) == (256, 171)
            assert size_when_there(pixie, published(pixie, "#00ff00")) == (256, 171)
            readers = psutil.Process(server.pid).children(recursive=True)
            assert readers
        psutil.wait_procs(readers, timeout=DEADLINE)
        assert not any(each.is_running() for each in readers)


def test_a_rename_that_was_cut_short_is_ended_before_anybody_is_let_in(home):
    """The tool goes by its new id from the first answer on."""
    with pixie_core.open(home) as pixie:
        number = published(pixie, "#ff0000")
        arm("move.after_links:error")
        try:
            with pytest.raises(FaultInjected):
                pixie.moves.rename("adder", "summer")
        finally:
            disarm()
    with served(home):
        pass
    with pixie_core.open(home) as pixie:
        assert json.loads((home / "tools" / "summer" / "tool.json").read_text())["id"] == "summer"
        assert pixie.library.get(number).tool_id == "summer"
        assert pixie.moves.finish() is None
