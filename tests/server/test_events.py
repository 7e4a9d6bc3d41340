"""Pages hear of what happens: runs of any process, and tools whose files or state change; and the sidebar is fetched
anew only when it shows something else.
"""

import json
import re
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from pixie_core import Pixie, Settings
from pixie_core.run.events import Finished, Started
from tests.server.live_pixie import MANIFESTS, add_tool, add_tools, live_pixie

DEADLINE = 30.0


@pytest.fixture
def live(tmp_path):
    """A served Pixie of its own for each test."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as served:
        yield served


class Heard:
    """What one page heard."""

    def __init__(self):
        self.events = []
        self._more = threading.Condition()

    def add(self, event):
        with self._more:
            self.events.append(event)
            self._more.notify_all()

    def wait_for(self, kind, **facts):
        """The first such event."""

        def found():
            return next((e for e in self.events if e[0] == kind and facts.items() <= e[1].items()), None)

        with self._more:
            assert self._more.wait_for(found, DEADLINE), f"no {kind} {facts} among {self.events}"
            return found()[1]

    def wait_for_tool(self, tool_id):
        """The first word that this tool, maybe among others, isn't what it was."""

        def found():
            return any(kind == "tools_changed" and tool_id in facts["tool_ids"] for kind, facts in self.events)

        with self._more:
            assert self._more.wait_for(found, DEADLINE), f"nothing of {tool_id} among {self.events}"


@contextmanager
def listening(url):
    """A page that listens to /api/events."""
    heard, begun = Heard(), threading.Event()
    with httpx.Client(base_url=url, timeout=DEADLINE, trust_env=False) as client:

        def read(answer):
            kind = None
            try:
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "retry":
                        begun.set()
                    elif name == "event":
                        kind = value
                    elif name == "data":
                        heard.add((kind, json.loads(value)))
            except (httpx.StreamClosed, httpx.ReadError, httpx.RemoteProtocolError):
                pass  # the test is over

        with client.stream("GET", "/api/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            threading.Thread(target=read, args=(answer,), daemon=True).start()
            assert begun.wait(DEADLINE)
            yield heard


def settled(live, heard):
    """The stream hears: its first line comes before it listens."""
    deadline = time.monotonic() + DEADLINE
    turn = 0
    while not heard.events:
        assert time.monotonic() < deadline
        turn += 1
        live.client.patch("/api/tools/broken", json={"sort_order": turn})
        time.sleep(0.1)
    heard.events.clear()


@pytest.mark.case("F11.happenings")
def test_every_page_hears_of_a_runs_start_and_end(live):
    """With the tool, and how it ended."""
    with listening(live.url) as one, listening(live.url) as other:
        settled(live, one)
        settled(live, other)
        run = live.run("adder")
        for heard in (one, other):
            heard.wait_for("run_started", run_id=run["id"], tool_id="adder")
            heard.wait_for("run_finished", run_id=run["id"], tool_id="adder", status="ok")
            assert sum(kind == "run_finished" for kind, _ in heard.events) == 1


@pytest.mark.case("F11.happenings")
def test_a_run_is_told_of_when_it_starts_and_not_first_at_its_end(live):
    """A long one is seen to be at work."""
    with listening(live.url) as heard:
        settled(live, heard)
        run = live.run("teller", wait=0, words=2000, pause=0.02)
        heard.wait_for("run_started", run_id=run["id"])
        assert not any(kind == "run_finished" for kind, _ in heard.events)
        live.post(f"/api/runs/{run['id']}/cancel")
        heard.wait_for("run_finished", run_id=run["id"], status="cancelled")


@pytest.mark.case("F11.happenings")
def test_runs_of_other_processes_are_heard_of(live, tmp_path):
    """As those of a script on the same folder."""
    run_id = "6f1c2f0e-8c1b-4f43-9d5a-0a4b7c1d2e3f"
    with listening(live.url) as heard, Pixie(Settings(home=tmp_path)) as script:
        settled(live, heard)
        started = Started(inputs={}, fingerprint={})
        script.store.create_run(run_id=run_id, tool_id="adder", inputs={}, origin="script", events=[started])
        heard.wait_for("run_started", run_id=run_id, tool_id="adder")
        script.store.append(run_id, [Finished(status="error")])
        heard.wait_for("run_finished", run_id=run_id, status="error")


@pytest.mark.case("F11.happenings")
def test_a_changed_tool_is_heard_of(live, tmp_path):
    """Its files, what is set for it, and what became of its validation."""
    with listening(live.url) as heard:
        settled(live, heard)
        (tmp_path / "tools" / "adder" / "main.py").write_text("print('new')")
        heard.wait_for_tool("adder")
        live.client.patch("/api/tools/teller", json={"archived": True})
        heard.wait_for_tool("teller")
        heard.events.clear()
        live.get("/api/tools/broken/validate")
        heard.wait_for_tool("broken")


@pytest.mark.case("F11.happenings", "F11.end")
def test_the_stream_ends_with_the_server(tmp_path):
    """Within ten seconds, though somebody listens."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as live, listening(live.url):
        began = time.monotonic()
    assert time.monotonic() - began < 10


def test_a_program_that_was_edited_runs_from_the_next_run_on(live, tmp_path):
    """A warm process of the old one takes no new run."""
    assert live.run("adder", a=1, b=2)["outputs"]["sum"]["value"] == 3
    main = tmp_path / "tools" / "adder" / "main.py"
    main.write_text(main.read_text().replace("outputs.number(a + b)", "outputs.number(a * 100)"))
    deadline = time.monotonic() + DEADLINE
    while live.run("adder", a=1, b=2)["outputs"]["sum"]["value"] != 100:
        assert time.monotonic() < deadline


def version_of(page):
    return re.search(r'data-version="([0-9a-f]+)"', page)[1]


def test_the_list_of_tools_is_answered_only_when_it_changed(live, tmp_path):
    """The page says which one it has."""
    version = version_of(live.get("/").text)
    same = live.get(f"/tools-changed?version={version}")
    assert (same.status_code, same.content) == (204, b"")
    add_tool(tmp_path / "tools", {**MANIFESTS["adder"], "id": "another", "name": "Another <one>"}, "")
    changed = live.get(f"/tools-changed?version={version}&here=another")
    assert changed.status_code == 200
    assert "Another &lt;one&gt;" in changed.text
    assert 'href="/tool/another" aria-current="page"' in changed.text
    assert "<html" not in changed.text
    assert live.get(f"/tools-changed?version={version_of(changed.text)}").status_code == 204


@pytest.mark.parametrize("what", ["archive", "validate", "tag"])
def test_whatever_the_list_shows_makes_it_another(live, what):
    """Also what is no file."""
    version = version_of(live.get("/tools-changed").text)
    if what == "archive":
        live.client.patch("/api/tools/adder", json={"archived": True})
    elif what == "tag":
        live.pixie.tag_tool("adder", add=["mine"])
    else:
        live.get("/api/tools/adder/validate")
    assert live.get(f"/tools-changed?version={version}").status_code == 200


def test_the_index_of_tags_follows_the_files(live, tmp_path):
    """Without anybody asking for it."""
    add_tool(tmp_path / "tools", {**MANIFESTS["adder"], "id": "tagged", "tags": ["demo"]}, "")
    deadline = time.monotonic() + DEADLINE
    while live.pixie.store.tags().get("tagged") != {"demo": True}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
