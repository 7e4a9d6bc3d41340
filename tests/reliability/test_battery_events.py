"""Streams of events (F11): they aren't cut by any clock, many may read, who comes back misses nothing, and who leaves is let go."""

import json
import threading
import time

import httpx
import pytest

from pixie_client import Pixie as PixieClient
from pixie_core import Settings
from pixie_server import app as app_module
from pixie_server import live as live_module
from tests.server.live_pixie import add_tools, live_pixie

DEADLINE = 20.0
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def hasty(tmp_path, monkeypatch):
    """A Pixie whose server cuts every answer after 0.3 s that doesn't say otherwise, and that comments every 0.1 s."""
    made = app_module._quart

    def in_haste(served):
        quart = made(served)
        quart.config["RESPONSE_TIMEOUT"] = 0.3
        return quart

    monkeypatch.setattr(app_module, "_quart", in_haste)
    add_tools(tmp_path)
    with live_pixie(tmp_path, stream_comment_seconds=0.1) as live:
        yield live


def until(condition):
    """Wait for it."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.case("F11.uncut", "F11.comments")
def test_a_stream_outlives_every_time_limit_of_an_answer(hasty):
    """A silent run is followed to its end, with comments in between; Quart's minute is 0.3 s here."""
    run = hasty.run("teller", wait=0, words=3, pause=0.7)
    text = hasty.get(f"/api/runs/{run['id']}/events", headers=STREAM).text
    assert "event: finished" in text
    assert text.count(": still here") >= 3
    assert text.index("event: output") < text.rindex(": still here")


@pytest.mark.case("F11.hundred")
def test_a_hundred_read_one_run_and_see_the_same(hasty):
    """Each with every event, in its order."""
    run = hasty.run("teller", wait=0, words=15, pause=0.1)
    seen = []
    with httpx.Client(
        base_url=hasty.url, timeout=DEADLINE, trust_env=False, limits=httpx.Limits(max_connections=120)
    ) as client:

        def read():
            text = client.get(f"/api/runs/{run['id']}/events", headers=STREAM).text
            seen.append("\n\n".join(each for each in text.split("\n\n") if each.startswith("id:")))

        threads = [threading.Thread(target=read) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
    assert len(seen) == 100
    assert len(set(seen)) == 1
    assert "event: finished" in seen[0]


@pytest.mark.case("F11.resumed")
def test_who_comes_back_gets_what_is_missing_and_nothing_twice(hasty):
    """Broken off after each few events, with Last-Event-ID as a browser sends it."""
    run = hasty.run("teller", wait=0, words=12, pause=0.1)
    seen, last = [], 0
    while not seen or seen[-1][1] != "finished":
        with hasty.client.stream(
            "GET", f"/api/runs/{run['id']}/events", headers={**STREAM, "Last-Event-ID": str(last)}
        ) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    last = int(line[4:])
                elif line.startswith("event: "):
                    seen.append((last, line[7:]))
                    if len(seen) % 3 == 0:
                        break  # the connection is closed here
    assert [number for number, _ in seen] == list(range(1, len(seen) + 1))


@pytest.mark.case("F11.resumed")
def test_every_reader_resumes_after_every_event_with_identical_bytes(hasty):
    """The store, a script, the API as a stream and as JSON, and the typed client, cut after each event of a run."""
    run = hasty.run("teller", words=8, pause=0.1)
    path = f"/api/runs/{run['id']}/events"
    texts = [record.text for record in hasty.pixie.store.events(run["id"])]
    told = [f"id: {n}\nevent: {json.loads(text)['kind']}\ndata: {text}" for n, text in enumerate(texts, 1)]
    assert len(texts) >= 10
    with PixieClient(hasty.url) as client:
        parsed = list(client.events(run["id"]))
        assert len(parsed) == len(texts)
        for cut in range(len(texts) + 1):
            assert [record.text for record in hasty.pixie.store.events(run["id"], after=cut)] == texts[cut:]
            assert [record.text for record in hasty.pixie.follow(run["id"], after=cut)] == texts[cut:]
            for asked in ({"params": {"after": cut}}, {"headers": {"Last-Event-ID": str(cut)}}):
                streamed = hasty.get(path, **{**asked, "headers": {**STREAM, **asked.get("headers", {})}}).text
                assert [each for each in streamed.split("\n\n") if each.startswith("id:")] == told[cut:]
            listed = hasty.get(path, params={"after": cut}, headers={"Accept": "application/json"}).text
            assert listed == "[" + ",\n".join(texts[cut:]) + "]"
            assert list(client.events(run["id"], after=cut)) == parsed[cut:]


@pytest.mark.case("F11.resumed")
def test_a_run_that_goes_on_is_read_whole_by_who_leaves_after_every_event(hasty):
    """Each way of reading, anew after each single event while the tool still speaks, comes to the bytes of the log."""
    run = hasty.run("teller", wait=0, words=10, pause=0.15)
    seen = {"store": [], "script": [], "stream": [], "client": []}

    def one_by_one(name, read):
        while not seen[name] or json.loads(seen[name][-1])["kind"] != "finished":
            seen[name].append(read(len(seen[name])))

    def from_stream(after):
        headers = {**STREAM, "Last-Event-ID": str(after)}
        with hasty.client.stream("GET", f"/api/runs/{run['id']}/events", headers=headers) as answer:
            return next(line for line in answer.iter_lines() if line.startswith("data: ")).removeprefix("data: ")

    with PixieClient(hasty.url) as client:
        readers = {
            "store": lambda after: next(hasty.pixie.store.follow(run["id"], after=after)).text,
            "script": lambda after: next(hasty.pixie.follow(run["id"], after=after)).text,
            "stream": from_stream,
            "client": lambda after: json.dumps(next(client.events(run["id"], after=after))),
        }
        threads = [threading.Thread(target=one_by_one, args=pair) for pair in readers.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()
    texts = [record.text for record in hasty.pixie.store.events(run["id"])]
    assert seen["store"] == seen["script"] == seen["stream"] == texts
    with PixieClient(hasty.url) as client:
        assert [json.loads(each) for each in seen["client"]] == list(client.events(run["id"]))


@pytest.mark.case("F11.let_go")
def test_who_leaves_is_let_go(hasty, monkeypatch):
    """The generator behind a stream ends soon after its reader went, though the run goes on."""
    ended = threading.Event()
    records = live_module._records

    async def noting(*arguments):
        try:
            async for piece in records(*arguments):
                yield piece
        finally:
            ended.set()

    monkeypatch.setattr(live_module, "_records", noting)
    run = hasty.run("teller", wait=0, words=1000, pause=0.05)
    with hasty.client.stream("GET", f"/api/runs/{run['id']}/events", headers=STREAM) as answer:
        lines = answer.iter_lines()  # held: httpx hangs up when nobody has it any more
        next(lines)
        assert not ended.is_set()
    assert ended.wait(DEADLINE)
    assert hasty.get(f"/api/runs/{run['id']}").json()["status"] == "running"
    hasty.post(f"/api/runs/{run['id']}/cancel")
    until(lambda: hasty.get(f"/api/runs/{run['id']}").json()["status"] == "cancelled")


@pytest.mark.case("F11.comments")
def test_a_comment_comes_every_fifteen_seconds(tmp_path):
    """Where nothing else is set: often enough for whatever stands between, and for a reader to know that it is alive."""
    assert Settings(home=tmp_path).stream_comment_seconds == 15


@pytest.mark.case("F11.happenings", "F11.uncut", "F11.comments", "F11.let_go")
def test_the_stream_of_happenings_outlives_every_time_limit_and_lets_go(hasty, monkeypatch):
    """Silent for longer than any answer may take, with comments in between; what happens then still comes."""
    ended = threading.Event()
    happenings = live_module._happenings

    async def noting(*arguments):
        try:
            async for piece in happenings(*arguments):
                yield piece
        finally:
            ended.set()

    monkeypatch.setattr(live_module, "_happenings", noting)
    with hasty.client.stream("GET", "/api/events") as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = answer.iter_lines()
        for _ in range(10):
            until_line(lines, ": still here")
        run = hasty.post("/api/tools/adder/runs", json={"inputs": {}}).json()
        until_line(lines, "event: run_started")
        until_line(lines, "event: run_finished")
        assert json.loads(next(lines).removeprefix("data: "))["run_id"] == run["id"]
        assert not ended.is_set()
    assert ended.wait(DEADLINE)


def until_line(lines, wanted):
    """Read on until the line comes."""
    assert any(line == wanted for line in lines), f"the stream ended before {wanted!r}"


@pytest.mark.case("F11.json")
def test_a_list_of_events_is_json_by_accept(hasty):
    """The events that there are, at once, though the run goes on."""
    run = hasty.run("teller", wait=0, words=1000, pause=0.05)
    answer = hasty.get(f"/api/runs/{run['id']}/events", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/json"
    assert [each["seq"] for each in answer.json()] == list(range(1, len(answer.json()) + 1))
    hasty.post(f"/api/runs/{run['id']}/cancel")
