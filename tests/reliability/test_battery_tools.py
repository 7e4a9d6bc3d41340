"""Part T of the battery: tools that misbehave, where no test of the runtime itself holds the clause."""

import base64
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import psutil
import pytest

from pixie_core.config import Settings
from pixie_core.runtime.marks import folder_mark, marked
from pixie_core.store import Store, fsck
from pixie_core.testing.tool_folder import hostile_tool
from pixie_core.tool import Tools
from tests.core.runtime.conftest import Runs, until
from tests.server.live_pixie import add_tools, live_pixie

REPLY = {"key": "reply", "type": "stream_text", "label": "Reply", "streaming": True}
MEGABYTE = 2**20
BOUND = 200 * MEGABYTE
"""What the battery allows a case to add to the memory of Pixie."""


class Gremlins(Runs):
    """Runs of hostile tools in one data folder."""

    def tool(self, *tags, tool_id="hostile", **more):
        return hostile_tool(self.settings.tools_dir, tool_id, tags=tags, **more)

    def survivors(self):
        return survivors(self.settings)


@pytest.fixture
def gremlins(tmp_path):
    """Opens a data folder for gremlins with the settings that are asked for; in the end none of them is left."""
    with contextlib.ExitStack() as opened:

        def make(**chosen):
            settings = Settings(home=tmp_path / "home", min_free_disk_bytes=0, **chosen)
            made = Gremlins(settings, opened.enter_context(Store(settings)))
            opened.callback(none_left, settings)
            opened.callback(made.runner.close)
            return made

        yield make


def survivors(settings):
    """The processes that carry the mark of the data folder."""
    return list(marked(folder_mark(settings), lambda _: True))


def none_left(settings):
    """No process carries the folder's mark; whatever does is ended, so that no other test meets it."""
    left = survivors(settings)
    for each in left:
        each.kill()
    assert not left


@contextlib.contextmanager
def bounded_memory():
    """The peak of this process's memory, looked at all the time, stays within the bound."""
    process, over = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def look():
        nonlocal peak
        while not over.wait(0.005):
            peak = max(peak, process.memory_info().rss)

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield
    finally:
        over.set()
        looker.join()
    assert peak - before < BOUND, f"{(peak - before) / MEGABYTE:.0f} MB more"


def works(runs, tool):
    """The next run of the tool is fine."""
    run = runs.run(tool, answer={each.key: "fine" for each in tool.manifest.outputs})
    assert run.status == "ok", run.error


# T1, T2, T3: starting


@pytest.mark.case("T1.start")
def test_a_tool_that_is_healthy_just_before_the_limit_runs(gremlins):
    """A slow start is no failure."""
    runs = gremlins(tool_start_timeout_seconds=3)
    works(runs, runs.tool("slow-start"))


@pytest.mark.case("T2.exit")
def test_ten_runs_of_a_tool_that_exits_at_once_are_ten_starts_and_no_more(gremlins):
    """Exit code 0 is a failure too; nothing is started that nobody asked for, and once mended the tool works."""
    runs = gremlins()
    tool = runs.tool("exits-at-start")
    for run in [runs.start(tool) for _ in range(10)]:
        ended = runs.wait(run)
        assert (ended.status, ended.error_code) == ("error", "tool_start_failed")
        assert "it ended with exit code 0" in ended.error
    assert (tool.folder / "starts").read_text() == "x" * 10
    assert not runs.survivors()
    (tool.folder / "mended").touch()
    works(runs, tool)


@pytest.mark.case("T3.identity")
def test_a_tool_that_serves_from_a_detached_process_runs_and_is_gone_with_it(gremlins):
    """Whoever carries the mark of the start is the tool, though it is nobody's child any more."""
    runs = gremlins()
    tool = runs.tool("detaches")
    works(runs, tool)
    assert len(runs.survivors()) >= 2
    assert runs.runner.launcher.stop(tool.id)
    assert not runs.survivors()


class Twin(BaseHTTPRequestHandler):
    """The same tool of somebody else's: healthy, and of the same name."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"id": "hostile"}')

    def do_POST(self):
        self.server.asked_to_run = True
        self.do_GET()

    def log_message(self, *arguments):
        """Nothing."""


@pytest.mark.case("T3.identity", "N15.port")
def test_the_same_tool_of_somebody_else_on_the_port_is_never_used(gremlins):
    """Its /schema names the tool, and yet the process isn't the one that was started: another port is taken."""
    runs = gremlins(tool_start_timeout_seconds=1)
    run = runs.start(runs.tool("never-listens"))
    pid = until(lambda: next((each.pid for each in runs.runner.launcher.state() if each.pid), None))
    command = until(lambda: next(iter([each for each in [psutil.Process(pid).cmdline()] if "--port" in each]), None))
    with HTTPServer(("127.0.0.1", int(command[command.index("--port") + 1])), Twin) as twin:
        twin.asked_to_run = False
        serving = threading.Thread(target=twin.serve_forever, args=(0.01,))
        serving.start()
        ended = runs.wait(run)
        twin.shutdown()
        serving.join()
    assert (ended.status, ended.error_code) == ("error", "tool_start_failed")
    assert not twin.asked_to_run


@pytest.mark.case("N15.stranger")
def test_nothing_is_sent_to_who_has_the_port_of_a_tool_that_is_gone(gremlins):
    """Its process was killed, and a stranger listens where it did: the next run has a process and a port of its own."""
    runs = gremlins()
    tool = runs.tool()
    works(runs, tool)
    (state,) = runs.runner.launcher.state()
    psutil.Process(state.pid).kill()
    until(lambda: not psutil.pid_exists(state.pid) or psutil.Process(state.pid).status() == psutil.STATUS_ZOMBIE)
    heard = []
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        until(lambda: _bound(stranger, state.port))
        stranger.listen()
        stranger.settimeout(0.5)
        works(runs, tool)
        with contextlib.suppress(TimeoutError):
            heard.append(stranger.accept())
    assert heard == []
    (now,) = runs.runner.launcher.state()
    assert now.port != state.port


def _bound(stranger, port):
    """Whether the port could be taken: until what used it is wholly gone it can't."""
    try:
        stranger.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


@pytest.mark.case("T3.identity")
def test_a_tool_that_closed_its_socket_is_replaced(gremlins):
    """The run that finds its port closed says so; the next one gets a new process and port."""
    runs = gremlins()
    tool = runs.tool()
    assert runs.run(tool, "closes-its-door").status == "ok"
    run = runs.run(tool)
    assert (run.status, run.error_code) == ("error", "tool_bad_response")
    assert "it takes no connection" in run.error
    works(runs, tool)


# T4: silence


@pytest.mark.case("T4.silence")
def test_an_answer_that_stops_half_way_ends_at_the_limit_and_holds_up_nobody_else(gremlins):
    """Another tool's run ends well meanwhile."""
    runs = gremlins()
    dripping = runs.start(runs.tool(max_runtime_seconds=1), "drip")
    works(runs, runs.tool(tool_id="other"))
    ended = runs.wait(dripping)
    assert (ended.status, ended.error_code) == ("error", "run_timed_out")
    assert not [each for each in runs.runner.launcher.state() if each.tool_id == "hostile"]


@pytest.mark.case("T4.stalled")
def test_a_stream_that_falls_silent_is_said_to_be(gremlins):
    """Once, in the run's log, which goes on until somebody cancels it."""
    runs = gremlins(tool_silent_seconds=1)
    tool = runs.tool("obeys-cancel", outputs=[REPLY])
    run = runs.start(tool, "stream", events=[{"output_key": "reply", "value": "so far", "done": False}], then="stay")
    until(lambda: "has said nothing for 1 s" in runs.log(run))
    since = time.monotonic()
    runs.runner.cancel(run.id)
    ended = runs.wait(run)
    assert (ended.status, ended.values()) == ("cancelled", {"reply": "so far"})
    assert time.monotonic() - since < 8
    assert runs.log(ended).count("has said nothing") == 1


# T6: what isn't an answer


BAD_HEADS = {
    "a-head-of-a-megabyte": f"HTTP/1.1 200 OK\r\nX-Long: {'x' * MEGABYTE}\r\nContent-Length: 2\r\n\r\n{{}}",
    "switching-protocols": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "no-http": "SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": "",
    "two-lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "chunks-of-no-size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "brotli": "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.case("T6.garbage")
@pytest.mark.parametrize("name", BAD_HEADS)
def test_what_breaks_the_rules_of_http_ends_its_run_alone(gremlins, name):
    """In the words of a bad answer, without a traceback, and the next run works."""
    runs = gremlins()
    tool = runs.tool()
    run = runs.run(tool, "wire", wire=BAD_HEADS[name])
    assert (run.status, run.error_code) == ("error", "tool_bad_response")
    assert run.error.startswith("hostile gave no proper answer: ")
    assert len(run.error) < 1000
    works(runs, tool)


@pytest.mark.case("T6.redirect")
def test_a_redirect_to_another_port_of_this_machine_isnt_followed(gremlins):
    """Nobody connects there."""
    runs = gremlins()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        run = runs.run(runs.tool(), "redirect", location=f"http://127.0.0.1:{elsewhere.getsockname()[1]}/secret")
        assert run.error_code == "tool_bad_response"
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


BEHAVIOUR = [
    {"key": "behaviour", "type": "text", "label": "Behaviour"},
    {"key": "wire", "type": "text", "label": "Wire"},
]


@pytest.mark.case("T6.headers")
def test_no_header_of_a_tool_reaches_a_browser(tmp_path):
    """Its cookie, its grants and its policy stay with Pixie, on the API as on the pages."""
    hostile_tool(tmp_path / "tools", inputs=BEHAVIOUR)
    body = '{"text": "fine"}'
    forged = {
        "Set-Cookie": "session=forged",
        "Access-Control-Allow-Origin": "https://forged.test",
        "Content-Security-Policy": "default-src forged.test",
        "X-Forged": "forged",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in forged.items())
    wire = f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"
    with live_pixie(tmp_path) as live:
        run = live.pixie.get(live.run("hostile", behaviour="wire", wire=wire)["id"])
        assert (run.status, run.values()) == ("ok", {"text": "fine"})
        paths = [
            f"/api/runs/{run.id}",
            f"/api/runs/{run.id}/events",
            f"/api/runs/{run.id}/outputs/text",
            f"/tool/hostile/runs/{run.id}",
        ]
        for path in paths:
            answer = live.get(path)
            assert answer.status_code == 200, path
            assert not {"set-cookie", "access-control-allow-origin", "x-forged"} & set(answer.headers), path
            assert "forged" not in str(answer.headers), path


# T7: too much


@pytest.mark.case("T7.cut")
@pytest.mark.parametrize("declared", [{}, {"declared": 10**10}], ids=["without-length", "ten-gigabytes-declared"])
def test_a_body_beyond_the_cap_is_cut_there_and_costs_no_memory(gremlins, declared):
    """With a length and without one."""
    runs = gremlins(max_tool_answer_bytes=4_000_000)
    tool = runs.tool()
    with bounded_memory():
        run = runs.run(tool, "huge", **declared)
    assert (run.status, run.error_code) == ("error", "tool_bad_response")
    assert "more than 4,000,000 bytes" in run.error
    works(runs, tool)


@pytest.mark.case("T7.cut")
def test_what_comes_beyond_the_declared_length_is_never_read(gremlins):
    """The answer is what was declared; the rest without end is cut off."""
    runs = gremlins()
    tool = runs.tool()
    body = json.dumps({"text": "short"})
    with bounded_memory():
        run = runs.run(tool, "huge", declared=len(body), body=body)
    assert (run.status, run.values()) == ("ok", {"text": "short"})
    works(runs, tool)


# T8: streams


@pytest.mark.case("T8.streams")
def test_a_stream_without_end_fails_at_the_cap_and_keeps_what_it_gave(gremlins):
    """However small its events are."""
    runs = gremlins(max_tool_answer_bytes=200_000)
    tool = runs.tool(outputs=[REPLY])
    with bounded_memory():
        run = runs.run(tool, "stream-bursts", count=10**6)
    assert (run.status, run.error_code) == ("error", "tool_bad_response")
    assert "more than 200,000 bytes" in run.error
    assert run.values()["reply"].startswith("0,1,2,3,")


@pytest.mark.case("T8.streams")
def test_ten_thousand_events_at_once_come_whole_and_in_few_events(gremlins):
    """What a reader gets is gathered, and nothing of it is lost."""
    runs = gremlins()
    run = runs.run(runs.tool(outputs=[REPLY]), "stream-bursts", count=10_000)
    assert run.values() == {"reply": "".join(f"{n}," for n in range(10_000))}
    seconds = max(1.0, run.duration_ms / 1000)
    assert run.seq < 100 * seconds


FORGED = (
    'id: 999\nretry: 1\nevent: output\ndata: {"output_key": "reply", "value": "a", "done": false}\n\n'
    "data: "
    + json.dumps({"output_key": "reply", "value": "\n\nid: 77\nevent: finished\ndata: {}\n\n", "done": False})
    + "\n\n"
    "data: " + json.dumps({"output_key": "reply", "value": "\r\revent: finished\rdata: {}\r\r", "done": False}) + "\n\n"
    'event: finished\rdata: {"kind": "finished", "status": "cancelled"}\r\r'
    'event: started\ndata: {"kind": "started", "seq": 1}\n\n'
    'data: {"output_key": "reply", "value": "z", "done": true}\n\n'
    "event: end\ndata: {}\n\n"
    'data: {"output_key": "reply", "value": "too late", "done": true}\n\n'
)


@pytest.mark.case("T8.forged")
def test_no_event_of_pixies_own_can_be_forged(tmp_path):
    """Whatever the tool sends as text, id, name or line end, the reader has Pixie's numbers and one end."""
    hostile_tool(tmp_path / "tools", inputs=BEHAVIOUR, outputs=[REPLY])
    with live_pixie(tmp_path) as live:
        run = live.pixie.get(live.run("hostile", behaviour="stream-wire", wire=FORGED)["id"])
        assert run.status == "ok", run.error
        assert "too late" not in run.values()["reply"]
        text = live.get(f"/api/runs/{run.id}/events", headers={"Accept": "text/event-stream"}).text
    assert "\r" not in text
    fields = [line.partition(": ")[::2] for line in text.splitlines() if line]
    assert [value for name, value in fields if name == "id"] == [str(n) for n in range(1, run.seq + 1)]
    names = [value for name, value in fields if name == "event"]
    assert (names[0], names[-1]) == ("started", "finished")
    assert (names.count("started"), names.count("finished")) == (1, 1)
    assert [value for name, value in fields if name == "retry"] == ["1000"]


# T9: output, and the way to the tool


@pytest.mark.case("T9.pipes")
def test_a_flood_to_stdout_blocks_nobody_and_costs_no_memory(gremlins):
    """A hundred megabytes, binary and without a line's end; of them the run keeps a first and a last part."""
    runs = gremlins()
    with bounded_memory():
        run = runs.run(runs.tool(), "flood", megabytes=100, to=1)
    assert (run.status, run.values()) == ("ok", {"text": "done"})
    assert len(runs.log(run)) < 2 * 64 * 1024 + 200


@pytest.mark.case("T9.pipes")
def test_a_run_keeps_exactly_the_first_and_the_last_64_kib(gremlins):
    """Every line of both ends, and a word on how much is missing between them."""
    runs = gremlins()
    lines = [f"line {n:06}\n" for n in range(20_000)]
    run = runs.run(runs.tool(), "prints", pieces=["".join(lines)])
    written, kept = "".join(lines), 64 * 1024
    events = [event for event in runs.events(run) if event.kind == "log"]
    told = [event.text for event in events if event.source == "pixie"]
    texts = "".join(event.text for event in events if event.source != "pixie").replace("\n", "")
    assert texts == (written[:kept] + written[-kept:]).replace("\n", "")
    assert told == [f"… {len(written) - 2 * kept:,} characters were left out here …"]


def test_the_end_of_a_flood_from_a_shared_process_is_marked_too(gremlins, tmp_path):
    """What may be another run's is marked, however late it came, and with a line that never ended."""
    runs = gremlins()
    tool, go = runs.tool(), tmp_path / "go"
    first = runs.start(tool, "wait-for-file", file=str(go))
    until(lambda: "waiting" in runs.log(first))
    runs.run(tool, "prints", pieces=[*["x" * 60_000 + "\n"] * 4, "half a line"])
    go.touch()
    ended = runs.wait(first)
    foreign = [
        event for event in runs.events(ended) if event.kind == "log" and ("xx" in event.text or "half" in event.text)
    ]
    assert any("half a line" in event.text for event in foreign)
    assert all(event.shared for event in foreign)


@pytest.mark.case("T9.proxies")
def test_the_way_to_a_tool_leads_past_every_proxy(gremlins, monkeypatch):
    """Those of Pixie's own environment are for others."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    runs = gremlins()
    works(runs, runs.tool())


# T10: what doesn't want to go


@pytest.mark.case("T10.gone")
def test_a_cancel_goes_down_the_ladder_step_by_step_and_leaves_nothing(gremlins):
    """Asked, 2 s, SIGTERM, 5 s, SIGKILL; also a grandchild in a session and under a name of its own that holds stdout."""
    runs = gremlins()
    tool = runs.tool("ignores-cancel", "notes-ladder")
    run = runs.start(tool, "escapes", then="hang")
    until(lambda: len(runs.survivors()) == 2)
    cancelled = time.monotonic()
    runs.runner.cancel(run.id)
    assert runs.wait(run).status == "cancelled"
    ended = time.monotonic()
    assert not runs.survivors()
    steps = [line.split() for line in (tool.folder / "ladder").read_text().splitlines()]
    assert [name for name, _ in steps] == ["cancel", "SIGTERM"]
    asked, told = (float(at) for _, at in steps)
    assert asked - cancelled < 1
    assert 1.5 < told - asked < 3
    assert 4.5 < ended - told < 6.5
    assert ended - cancelled < 8.5


@pytest.mark.case("T13.late")
def test_the_late_result_of_a_cancelled_run_is_ignored(gremlins, tmp_path):
    """It works on beside a sibling that is spared, and what it answers in the end changes nothing."""
    runs, go = gremlins(), tmp_path / "go"
    tool = runs.tool("ignores-cancel")
    both = [runs.start(tool, "wait-for-file", file=str(go), answer={"text": "late"}) for _ in range(2)]
    until(lambda: all(f"waiting {run.id}" in runs.runner.launcher.stderr(tool.id) for run in both))
    cancelled, sibling = both
    runs.runner.cancel(cancelled.id)
    assert runs.wait(cancelled).status == "cancelled"
    before = [record.text for record in runs.store.events(cancelled.id)]
    go.touch()
    assert runs.wait(sibling).values() == {"text": "late"}
    until(lambda: not runs.survivors())
    assert [record.text for record in runs.store.events(cancelled.id)] == before
    assert runs.store.run(cancelled.id).values() == {}


PARENT = """
import sys, time
import pixie_core
with pixie_core.open(sys.argv[1]) as pixie:
    pixie.start("teller", {"words": 1000, "pause": 0.05})
    while not any(each.status == "running" for each in pixie.runner.launcher.state()):
        time.sleep(0.01)
    (state,) = pixie.runner.launcher.state()
    print(state.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.case("T10.gone")
def test_a_tool_on_the_sdk_ends_with_a_pixie_that_is_killed(tmp_path):
    """By its lifeline, in mid-run, before any other Pixie looks for it."""
    add_tools(tmp_path)
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, 5)
    none_left(Settings(home=tmp_path))


# T11: the disk


@pytest.mark.case("T11.quota")
def test_ten_thousand_tiny_files_end_the_run_at_the_quota(gremlins):
    """While it is still at work, with both the number and the setting named."""
    runs = gremlins(max_artefacts_per_run=1000)
    tool = runs.tool()
    since = time.monotonic()
    with bounded_memory():
        run = runs.run(tool, "leaves-files", more=10_000, then="hang")
    assert (run.status, run.error_code) == ("error", "quota_exceeded")
    assert "more than 1,000 files" in run.error
    assert "PIXIE_MAX_ARTEFACTS_PER_RUN" in run.error
    assert time.monotonic() - since < 20
    works(runs, tool)


# T12, T13: what isn't the tool's to do


@pytest.mark.case("T12.told")
def test_what_a_tool_does_to_the_files_of_another_run_is_found_by_their_hash(gremlins):
    """It can't be kept from it, since it is the same user; the change shows, and both tool and run stand as they are."""
    runs = gremlins()
    tool = runs.tool()
    first = runs.run(runs.tool(tool_id="author"), "leaves-files")
    kept = next(each for each in runs.store.artefacts().items if each.filename == "plot.txt")
    path = runs.settings.artefacts_root / kept.rel_path
    assert path.stat().st_mode & 0o222 == 0
    run = runs.run(tool, "meddles", path=str(path))
    assert (run.status, run.values()) == ("ok", {"text": "done"})
    assert not (tool.folder / "tool.json").exists()
    found = fsck(runs.store, mend=False)
    assert [each for each in found.found if kept.rel_path in str(each)]
    assert runs.store.run(first.id).artefacts[-1].sha256 == kept.sha256
    works(runs, Tools(runs.settings.tools_dir).get("author"))


SOURCES = [
    "/files/{run_id}/gone.txt",
    "/files/{run_id}/../../../../etc/hostname",
    "/files/another-run/a.txt",
    "/etc/hostname",
    "../../../etc/hostname",
    "file:///etc/hostname",
]


CLAIMED = "7d444840-9dc0-41d1-b245-5ffdce74fad2"


def claims(runs, data):
    """The run of a tool that answers with a file of that source, and lies about its size."""
    tool = runs.tool(outputs=[("file", "f")], provides_file_endpoint=True)
    answer = {"f": {"filename": "a.txt", "data": data, "mime_type": "text/plain", "size_bytes": 10**12}}
    return runs.wait(runs.runner.start(tool, {"behaviour": "ok", "answer": answer}, run_id=CLAIMED))


@pytest.mark.case("T13.claims")
@pytest.mark.parametrize("source", SOURCES)
def test_a_file_that_a_tool_only_claims_is_said_to_be_missing(gremlins, source):
    """Gone, outside its folder, another run's, on this machine: nothing is read, and the run says which output."""
    runs = gremlins()
    run = claims(runs, source.format(run_id=CLAIMED))
    assert (run.status, run.error_code, run.artefacts) == ("error", "tool_bad_response", ())
    assert "$.f" in run.error


@pytest.mark.case("T13.claims")
def test_a_file_behind_a_web_address_stays_a_link(gremlins):
    """Nobody connects there, whatever the tool says."""
    runs = gremlins()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        run = claims(runs, f"http://127.0.0.1:{elsewhere.getsockname()[1]}/secret")
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert (run.status, run.artefacts) == ("ok", ())


@pytest.mark.case("T13.claims")
def test_of_a_file_that_lies_about_its_size_the_bytes_count(gremlins):
    """What is recorded is what came, whatever was said of it."""
    runs = gremlins()
    content = base64.b64encode(b"five!").decode()
    answer = {
        "f": {
            "filename": "a.txt",
            "data": f"data:text/plain;base64,{content}",
            "mime_type": "text/plain",
            "size_bytes": 1,
        }
    }
    run = runs.run(runs.tool(outputs=[("file", "f")]), answer=answer)
    assert [each.size_bytes for each in run.artefacts] == [5]
