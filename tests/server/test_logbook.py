"""What is logged: a JSON object a line and words for people, bounded, and never the value of a secret."""

import asyncio
import gc
import io
import json
import logging
import stat
import threading
import warnings

import pytest

from pixie_core import Settings
from pixie_core.tool import Tools
from pixie_core.tool.secrets import WITHHELD, set_secret
from pixie_server import logbook
from pixie_server.access_log import AccessLog
from tests.server.asgi import Recorder, call
from tests.server.live_pixie import add_tools, live_pixie

CANARY = 'c4n4ry-"it\'s"-\\ü-§9f3e'
log = logging.getLogger("pixie.server")


@pytest.fixture
def home(tmp_path):
    """A data folder with tools, one of which has a secret."""
    add_tools(tmp_path)
    set_secret(Tools(tmp_path / "tools").get("adder"), "API_KEY", CANARY)
    return tmp_path


class Logged:
    """What was logged in both places."""

    def __init__(self, path, stream):
        self.path, self.stream = path, stream

    @property
    def records(self):
        """The objects in the file."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    @property
    def text(self):
        """What people saw."""
        return self.stream.getvalue()


@pytest.fixture
def logged(home):
    """Logging, with everything from debug on."""
    stream = io.StringIO()
    with logbook.kept(Settings(home=home, log_level="debug"), stderr=stream) as path:
        yield Logged(path, stream)


def test_a_record_is_an_object_a_line_with_what_it_is_about(logged, home):
    """Time, level, logger, message, and the run, tool and route that are known."""
    log.warning("the end of run %s", "x", extra={"run": "6f1c", "tool": "adder"})
    (record,) = logged.records
    assert record.pop("time").endswith("+00:00")
    assert record == {
        "level": "warning",
        "logger": "pixie.server",
        "message": "the end of run x",
        "run": "6f1c",
        "tool": "adder",
    }
    assert logged.text.endswith("WARNING pixie.server: the end of run x (run=6f1c tool=adder)\n")
    assert logged.path == home / "pixie.log"


def test_an_exception_keeps_its_traceback_in_the_object_of_one_line(logged):
    """With its type and its words by themselves; people see the traceback below the line."""
    try:
        raise ValueError("so it went")
    except ValueError:
        log.exception("it failed")
    exception = logged.records[0]["exception"]
    assert (exception["type"], exception["message"]) == ("ValueError", "so it went")
    assert exception["traceback"].startswith("Traceback")
    assert logged.text.count("ValueError: so it went") == 1
    assert logged.path.read_text().count("\n") == 1


def test_what_a_task_is_about_goes_along_into_threads_of_the_bridge(logged, home):
    """And not into another request's task."""

    async def request(name, released):
        logbook.about(route=name, run="6f1c")
        released.set()
        await asyncio.sleep(0)
        log.info("from %s", name)

    async def both():
        event = asyncio.Event()
        await asyncio.gather(request("GET /a", event), request("GET /b", event))

    asyncio.run(both())
    log.info("from nowhere")
    assert [record.get("route") for record in logged.records] == ["GET /a", "GET /b", None]


def _raised(error):
    try:
        raise error
    except type(error):
        log.exception("it failed")


def _in_a_message():
    log.error("the key is %s and %r", CANARY, CANARY)


def _in_an_exceptions_words():
    _raised(ValueError(f"401 for {CANARY}"))


def _as_a_key():
    _raised(KeyError(CANARY))


def _in_bytes():
    _raised(ValueError(CANARY.encode()))


def _in_a_cause():
    try:
        raise OSError(CANARY)
    except OSError as error:
        try:
            raise ValueError("outer") from error
        except ValueError:
            log.exception("it failed")


def _in_a_note():
    error = ValueError("x")
    error.add_note(f"with {CANARY}")
    _raised(error)


def _in_a_group():
    _raised(ExceptionGroup("two", [ValueError(CANARY), OSError(CANARY)]))


def _in_what_it_is_about():
    log.error("x", extra={"run": CANARY})


def _in_json_and_in_an_address():
    from urllib.parse import quote

    log.error("%s https://example.org/?key=%s", json.dumps({"key": CANARY}), quote(CANARY))


def _at_the_end_of_a_thread():
    def work():
        raise RuntimeError(CANARY)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _where_nobody_can_be_told():
    class Doomed:
        def __del__(self):
            raise RuntimeError(CANARY)

    Doomed()
    gc.collect()


def _in_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)  # catch_warnings took its place
        logging.captureWarnings(capture=True)
        warnings.warn(f"deprecated: {CANARY}", stacklevel=1)


def _on_the_event_loop():
    async def main():
        asyncio.get_running_loop().call_soon(_boom)
        await asyncio.sleep(0.01)

    def _boom():
        raise RuntimeError(CANARY)

    asyncio.run(main())


def _by_a_record_that_cannot_be_put_together():
    log.error("the key is %d", CANARY)


def _in_a_long_message():
    log.error("%s%s%s", "x" * 32_760, CANARY, "y" * 40_000)


WAYS = [
    each
    for name, each in sorted(globals().items())
    if name.startswith(("_in_", "_as_", "_at_", "_where", "_on", "_by"))
]
FORMS = {CANARY, CANARY.encode().decode("latin-1"), json.dumps(CANARY)[1:-1], repr(CANARY)[1:-1], "c4n4ry", "9f3e"}


@pytest.mark.case("S2.faults")
@pytest.mark.parametrize("way", WAYS, ids=lambda each: each.__name__.strip("_"))
def test_no_secret_gets_into_the_log(logged, way, capsys, monkeypatch):
    """By whatever way it comes, in whichever spelling: neither the file nor stderr holds any part of it."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [each for each in root.handlers if "logbook" in type(each).__module__])
    assert len(root.handlers) == 2
    way()
    captured = capsys.readouterr()
    everything = logged.path.read_text() + logged.text + captured.err + captured.out
    assert everything  # it was logged, or said that it couldn't be
    for form in FORMS:
        assert form not in everything


def test_a_secret_is_masked_from_its_first_record_on_and_after_it_was_changed(logged, home):
    """Without a restart; a value that was replaced, or withheld from the tool, stays masked."""
    tool = Tools(home / "tools").get("teller")
    set_secret(tool, "TOKEN", "first-value-71")
    log.info("now first-value-71")
    set_secret(tool, "TOKEN", "second-value-72")
    log.info("now first-value-71 and second-value-72")
    (tool.folder / WITHHELD).write_text("OLD=third-value-73\n")
    log.info("now third-value-73")
    assert [record["message"] for record in logged.records] == ["now •••", "now ••• and •••", "now •••"]


@pytest.mark.case("S2.faults")
def test_a_fault_of_the_server_is_logged_with_its_route_and_without_the_secret(home, monkeypatch):
    """And the answer says no more than that there is a log."""
    stream = io.StringIO()
    with logbook.kept(Settings(home=home), stderr=stream) as path, live_pixie(home) as live:

        def broken(tool_id):
            raise RuntimeError(f"no {CANARY}")

        monkeypatch.setattr(live.pixie.tools, "get", broken)
        answer = live.get("/api/tools/adder")
        assert answer.status_code == 500
        assert "c4n4ry" not in answer.text
        records = Logged(path, stream).records
    (fault,) = [record for record in records if record["level"] == "error"]
    assert (fault["route"], fault["tool"]) == ("GET /api/tools/<tool_id>", "adder")
    assert fault["exception"]["type"] == "RuntimeError"
    assert "c4n4ry" not in stream.getvalue() + path.read_text()


def test_the_file_is_bounded_and_its_owners_alone(home):
    """At its size another is begun, so many earlier ones stay, and nobody else reads them."""
    settings = Settings(home=home, max_log_bytes=64 * 1024, old_logs_kept=2)
    with logbook.kept(settings, stderr=io.StringIO()) as path:
        for number in range(40):
            log.warning("%d %s", number, "x" * 200_000)
    files = sorted(home.glob("pixie.log*"))
    assert [each.name for each in files] == ["pixie.log", "pixie.log.1", "pixie.log.2"]
    assert all(each.stat().st_size <= 2 * 64 * 1024 for each in files)
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert json.loads(path.read_text().splitlines()[-1])["message"].startswith("39 ")


def test_where_no_file_can_be_made_it_is_said_and_the_rest_goes_on(home):
    """A folder that lies in its place: one line on stderr."""
    (home / "pixie.log").mkdir()
    stream = io.StringIO()
    with logbook.kept(Settings(home=home), stderr=stream) as path:
        log.error("still said")
    assert path is None
    assert "pixie.log can't be written" in stream.getvalue()
    assert "still said" in stream.getvalue()


def test_the_level_is_kept_to_and_taken_back(home):
    """For Pixie's own loggers; other libraries are heard from warning on."""
    before = logging.getLogger("pixie").level
    stream = io.StringIO()
    with logbook.kept(Settings(home=home, log_level="error"), stderr=stream):
        log.warning("passed over")
        log.error("kept")
        logging.getLogger("hypercorn").info("not ours")
    log.error("after the end")
    assert "passed over" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    assert logging.getLogger("pixie").level == before


def test_what_is_kept_in_the_data_folder_counts_once_that_is_open(home):
    """The level, the access log and the bounds."""
    stream = io.StringIO()
    settings = Settings(home=home)
    with logbook.kept(settings, stderr=stream):
        log.info("first")
        logbook.apply(settings.saying(log_level="error", access_log=True, max_log_bytes=70_000, old_logs_kept=1))
        log.warning("passed over")
        call(AccessLog(Recorder()), "GET", "/asked")
        for _ in range(10):
            log.error("x" * 60_000)
    assert "first" in stream.getvalue()
    assert "passed over" not in stream.getvalue()
    assert "GET /asked 200" in stream.getvalue()
    assert sorted(each.name for each in home.glob("pixie.log*")) == ["pixie.log", "pixie.log.1"]


def test_characters_that_would_steer_a_terminal_are_written_out(logged):
    """An escape sequence in a message is text."""
    log.warning("\x1b[2Jgone\x07\u202e")
    assert "\x1b" not in logged.text
    assert "\\x1b[2Jgone\\x07\\u202e" in logged.text


def test_the_access_log_tells_path_and_status_and_no_query(home):
    """Where it is asked for, whatever the level; without that there is none."""
    target = "/api/tools?q=private-word"
    for settings, lines in (
        (Settings(home=home, access_log=True, log_level="error"), 1),
        (Settings(home=home, log_level="debug"), 0),
    ):
        stream = io.StringIO()
        with logbook.kept(settings, stderr=stream):
            if settings.access_log:
                call(AccessLog(Recorder()), "GET", target)
            else:
                call(Recorder(), "GET", target)
        assert stream.getvalue().count("GET /api/tools 200") == lines
        assert "private-word" not in stream.getvalue()
