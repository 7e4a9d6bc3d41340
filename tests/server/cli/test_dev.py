"""`pixie dev`: a server that starts again when code changes, for work on Pixie itself."""

import signal
import sys
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from pixie_server.reloading import Reloader
from tests.server.cli.folders import DEADLINE, process

PROGRAM = """\
import pathlib, signal, sys, time
pathlib.Path(sys.argv[1]).open("a").write(pathlib.Path(sys.argv[2]).read_text() + "\\n")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
if "fail" in pathlib.Path(sys.argv[2]).read_text():
    sys.exit(7)
time.sleep(600)
"""


def until(condition):
    """Wait for it."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def code(tmp_path):
    """A folder of code with one module."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "module.py").write_text("one")
    return folder


@contextmanager
def reloading(tmp_path, code):
    """A reloader at work on a program that notes each of its starts; yields these starts, what was said, the result."""
    starts = tmp_path / "starts"
    starts.touch()
    said, result = [], []
    command = [sys.executable, "-c", PROGRAM, str(starts), str(code / "module.py")]
    stop = threading.Event()
    reloader = Reloader(command, command, environment={}, folders=[code], say=said.append, stop=stop)
    worker = threading.Thread(target=lambda: result.append(reloader.run()))
    worker.start()
    try:
        yield lambda: starts.read_text().split(), said, result
    finally:
        stop.set()
        worker.join(DEADLINE)
        assert not worker.is_alive()


def test_a_change_starts_it_again_and_something_broken_waits_for_the_next(tmp_path, code):
    """The new code runs; code that doesn't start is said, once, and mended by the next change."""
    with reloading(tmp_path, code) as (starts, said, result):
        until(lambda: starts() == ["one"])
        (code / "module.py").write_text("fail")
        until(lambda: any("exit code 7" in line for line in said))
        (code / "module.py").write_text("three")
        until(lambda: starts()[-1] == "three")
        assert starts() == ["one", "fail", "three"]
        assert sum("exit code 7" in line for line in said) == 1
        assert said[0] == "module.py changed: starting again …"
    assert result == [0]


def test_what_does_not_start_at_first_ends_it_with_its_exit_code(tmp_path, code):
    """A port that is taken isn't mended by waiting."""
    (code / "module.py").write_text("fail")
    with reloading(tmp_path, code) as (starts, _, result):
        until(lambda: result)
    assert (starts(), result) == (["fail"], [7])


def test_fetched_and_compiled_files_are_no_change(tmp_path, code):
    """static/vendor comes by itself, and __pycache__ with each start."""
    for folder in ("vendor", "__pycache__"):
        (code / folder).mkdir()
    with reloading(tmp_path, code) as (starts, said, _):
        until(lambda: starts() == ["one"])
        (code / "vendor" / "htmx.min.js").write_text("x")
        (code / "__pycache__" / "module.cpython-311.pyc").write_text("x")
        (code / "module.py").write_text("two")
        until(lambda: len(starts()) == 2)
    assert said == ["module.py changed: starting again …"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_for_developers_and_ends_in_its_own_time(tmp_path, how):
    """The launcher's state is to be seen, the log begins at debug, and exit code 0 leaves nobody behind."""
    with process("dev", "--home", tmp_path, "--no-sync", "--port", _free_port()) as dev:
        line = dev.stdout.readline()
        assert line.startswith("Pixie is ready: "), line + dev.stderr.read()
        url = line.split()[-1]
        assert httpx.get(f"{url}/api/launcher/state", trust_env=False).json() == []
        dev.send_signal(how)
        _, err = dev.communicate(timeout=DEADLINE)
    assert dev.returncode == 0, err
    assert "Traceback" not in err
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_wrong_setting_is_said_once(tmp_path):
    """Before anything is started."""
    with process("dev", "--home", tmp_path, PIXIE_PORT="many") as dev:
        out, err = dev.communicate(timeout=DEADLINE)
    assert dev.returncode == 2
    assert (out, err.count("\n")) == ("", 1)


def _free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
