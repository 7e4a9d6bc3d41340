"""The process that reads strangers' files survives nothing that they do, and takes nobody with it."""

import io
import signal
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from PIL import Image

from pixie_core.thumbnails import DrawingProcess, Undrawable


@pytest.fixture
def picture(tmp_path):
    """An open file with a picture."""
    Image.new("RGB", (100, 50), "#ff0000").save(tmp_path / "a.png")
    with (tmp_path / "a.png").open("rb") as file:
        yield file


def reader(body):
    """A command that behaves as `body` does once it was asked; `connection` is its socket."""
    program = f"""
import os, socket, struct, time
connection = socket.socket(fileno=os.dup(0))
connection.sendall(struct.pack("!cI", b"R", 0))
message, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
{textwrap.dedent(body)}
"""
    return (sys.executable, "-I", "-c", program)


def test_one_process_draws_many_and_ends_with_the_block(picture):
    """What can't be read costs it nothing."""
    with DrawingProcess() as drawing:
        for _ in range(3):
            made = Image.open(io.BytesIO(drawing.draw(picture, "image/png", 32)))
            assert (made.format, made.size) == ("WEBP", (32, 16))
            picture.seek(0)
        process = psutil.Process(drawing._process.pid)
        with Path(__file__).open("rb") as text, pytest.raises(Undrawable, match="isn't a picture"):
            drawing.draw(text, "image/png", 32)
        assert process.is_running()
    assert not process.is_running()


def test_it_may_write_no_file_and_take_a_gibibyte_at_most(picture):
    """By limits of the system's."""
    with DrawingProcess() as drawing:
        drawing.draw(picture, "image/png", 32)
        process = psutil.Process(drawing._process.pid)
        assert process.rlimit(psutil.RLIMIT_AS)[0] == 1 << 30
        assert process.rlimit(psutil.RLIMIT_FSIZE)[0] == 0
        assert process.nice() >= 10


def test_it_ends_when_nobody_is_there_any_more(picture):
    """As when the server was killed: it has nobody to answer."""
    drawing = DrawingProcess()
    drawing.draw(picture, "image/png", 32)
    process = psutil.Process(drawing._process.pid)
    drawing._socket.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("os.abort()", "broke down"),
        ("os._exit(3)", "exit code 3"),
        ("connection.sendall(b'D')", "broke down"),
        ("connection.sendall(struct.pack('!cI', b'D', 2**31))", "broke down"),
        ("connection.sendall(struct.pack('!cI', b'U', 3) + b'odd'); time.sleep(1000)", "odd"),
    ],
)
def test_a_file_that_breaks_its_reader_is_undrawable(picture, body, said):
    """And the next one gets a new reader."""
    with DrawingProcess(reader(body)) as drawing:
        for _ in range(2):
            with pytest.raises(Undrawable, match=said):
                drawing.draw(picture, "image/png", 32)
            drawing.end()


def test_a_reader_that_was_ended_while_nobody_needed_it_is_replaced(picture):
    """The next file isn't blamed for it."""
    with DrawingProcess() as drawing:
        drawing.draw(picture, "image/png", 32)
        drawing._process.kill()
        psutil.Process(drawing._process.pid).wait(30)
        picture.seek(0)
        assert drawing.draw(picture, "image/png", 32)


def test_a_file_that_takes_too_long_is_undrawable(picture):
    """Its reader is ended."""
    with DrawingProcess(reader("time.sleep(1000)"), seconds=0.3) as drawing:
        with pytest.raises(Undrawable, match=r"longer than 0\.3 s"):
            drawing.draw(picture, "image/png", 32)
        assert drawing._process is None


def test_a_reader_that_somebody_ended_says_nothing_of_the_file(picture):
    """As when the whole service is told to stop."""
    body = f"os.kill(os.getpid(), {int(signal.SIGTERM)})"
    with DrawingProcess(reader(body)) as drawing, pytest.raises(OSError, match="was ended"):
        drawing.draw(picture, "image/png", 32)


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit(4)"), ("/nonexistent",)])
def test_a_reader_that_doesnt_start_says_nothing_of_the_file(picture, command):
    """It is no fault of the file's that nothing can be read here."""
    with pytest.raises(OSError), DrawingProcess(command) as drawing:
        drawing.draw(picture, "image/png", 32)


def test_no_descriptors_are_left(picture):
    """However often it goes wrong."""
    with DrawingProcess(reader("os.abort()")) as drawing:
        open_ = Path("/proc/self/fd")
        before = None
        for _ in range(4):
            with pytest.raises(Undrawable):
                drawing.draw(picture, "image/png", 32)
            before = before or len(list(open_.iterdir()))
        assert len(list(open_.iterdir())) <= before
