"""The protocol of server-sent events, without a network; and following a run across connections that break."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_client import AsyncPixie, Pixie, PixieUnreachable
from pixie_client.events import Decoder, Patience, ServerSentEvent

STREAM = (
    b"retry: 1000\n\n"
    b'id: 1\nevent: started\ndata: {"a": "\xc3\xa9"}\n\n'
    b": still here\n\n"
    b"id: 2\r\nevent: log\r\ndata: one\r\ndata:  two\r\n\r\n"
    b"event: nothing\n\n"
    b"id: 3\rdata\r\r"
    b"unknown: field\ndata: last\n\n"
    b"data: never dispatched"
)
EVENTS = [
    ServerSentEvent("started", '{"a": "é"}', "1"),
    ServerSentEvent("log", "one\n two", "2"),
    ServerSentEvent("message", "", "3"),
    ServerSentEvent("message", "last", "3"),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_however_the_bytes_are_cut(cuts):
    """In the midst of a letter, of an end of line, of a name."""
    decoder = Decoder()
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[begin:end] for begin, end in pairwise(edges)]
    assert [event for piece in pieces for event in decoder.feed(piece)] == EVENTS


def test_patience_grows_its_pauses_and_has_an_end_which_a_word_puts_off():
    """A fifth of a second at first, five at the most."""
    patience = Patience(20)
    pauses = []
    while (pause := patience.pause()) is not None:
        pauses.append(pause)
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    patience.heard()
    assert patience.pause() == 0.2


ALL = [{"seq": number, "at": "", "kind": "log", "text": "x" * number} for number in range(1, 30)]
ALL.append({"seq": 30, "at": "", "kind": "finished", "status": "ok"})


def _wire(after):
    return b"".join(
        f"id: {each['seq']}\nevent: {each['kind']}\ndata: {json.dumps(each)}\n\n".encode()
        for each in ALL
        if each["seq"] > after
    )


class Flaky:
    """A server whose connections break after so many bytes, in turn, and which is away at times; `asked` are the ids
    that it was asked to go on after.
    """

    def __init__(self, breaks, *, again=False):
        self.breaks = list(breaks)
        self.again = again  # says each time what was said before
        self.asked = []

    def __call__(self, request):
        """What httpx's MockTransport asks."""
        if not request.url.path.endswith("/events"):
            return httpx.Response(200, json=RUN)
        after = int(request.headers["Last-Event-ID"])
        self.asked.append(after)
        how = self.breaks.pop(0) if self.breaks else None
        if how == "away":
            raise httpx.ConnectError("refused")
        if how == "starting":
            return httpx.Response(503, json={"code": "starting", "detail": "Pixie is starting."})
        body = _wire(0 if self.again else after)
        return httpx.Response(200, stream=Broken(body, how))


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off: by an error, or cleanly (a negative length), or not at all (None)."""

    def __init__(self, body, at):
        self.body, self.at = body, at

    def __iter__(self):
        cut = self.body if self.at is None else self.body[: abs(self.at)]
        for begin in range(0, len(cut), 7):
            yield cut[begin : begin + 7]
        if self.at is not None and self.at > 0:
            raise httpx.ReadError("reset")

    async def __aiter__(self):
        for piece in self:
            yield piece


DOCUMENT = json.loads((Path(__file__).parents[2] / "packages" / "pixie-client" / "openapi.json").read_text())


def _least(schema):
    """A value of a schema that says as little as can be."""
    if "anyOf" in schema:
        return None
    return {"string": "", "boolean": False, "integer": 30, "number": 0, "array": [], "object": {}}[schema["type"]]


RUN = {name: _least(schema) for name, schema in DOCUMENT["components"]["schemas"]["RunOut"]["properties"].items()}
RUN["status"] = "running"


def followed(flaky, after=0, **about):
    """The events, by the blocking client and by the other, which are the same."""
    asked = list(flaky.breaks)
    with Pixie("http://pixie", transport=httpx.MockTransport(flaky)) as pixie:
        blocking = list(pixie.events("3f2b8c1e", after, **about))
    flaky.breaks = asked

    async def work():
        async with AsyncPixie("http://pixie", transport=httpx.MockTransport(flaky)) as pixie:
            return [event async for event in pixie.events("3f2b8c1e", after, **about)]

    assert asyncio.run(work()) == blocking
    return blocking


@pytest.mark.parametrize(
    "breaks",
    [[], [100], [1, 2, 3], [500, "away", "starting", 700], [-300], [-300, 400, -1]],
    ids=lambda each: "-".join(map(str, each)) or "never",
)
@pytest.mark.parametrize("again", [False, True])
def test_a_run_is_followed_across_breaks_without_gap_or_duplicate(breaks, again, monkeypatch):
    """Whether they are errors, clean ends or a server that is started anew; each event once, in its order."""
    monkeypatch.setattr("pixie_client.events._FIRST_PAUSE", 0.0)
    flaky = Flaky(breaks, again=again)
    assert followed(flaky) == ALL
    assert flaky.asked[0] == 0
    assert flaky.asked[: len(breaks) + 1] == sorted(flaky.asked[: len(breaks) + 1])


def test_following_begins_where_it_is_told(monkeypatch):
    """After event 28 there are two."""
    flaky = Flaky([])
    assert followed(flaky, after=28) == ALL[28:]
    assert flaky.asked == [28, 28]


def test_nobody_who_answers_is_given_up_after_a_while():
    """The message says how to start one."""
    flaky = Flaky(["away"] * 50)
    with (
        Pixie("http://pixie", transport=httpx.MockTransport(flaky)) as pixie,
        pytest.raises(PixieUnreachable, match="uv run pixie"),
    ):
        list(pixie.events("3f2b8c1e", patience=0.1))
    assert len(flaky.asked) == 2


def test_an_ended_run_of_which_all_was_seen_has_no_more_events():
    """The clean end isn't taken for a break."""

    def ended(request):
        if request.url.path.endswith("/events"):
            return httpx.Response(200, stream=Broken(b"retry: 1000\n\n", None))
        return httpx.Response(200, json={**RUN, "status": "ok"})

    with Pixie("http://pixie", transport=httpx.MockTransport(ended)) as pixie:
        assert list(pixie.events("3f2b8c1e", 30)) == []


def test_what_happens_is_told_and_a_break_as_something_missed(monkeypatch):
    """Since nobody knows what happened meanwhile."""
    monkeypatch.setattr("pixie_client.events._FIRST_PAUSE", 0.0)
    body = b'event: run_started\ndata: {"run_id": "x", "tool_id": "t"}\n\n'
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Broken(body, len(body))))
    started = {"kind": "run_started", "run_id": "x", "tool_id": "t"}
    with Pixie("http://pixie", transport=transport) as pixie:
        heard = pixie.happenings()
        assert [next(heard) for _ in range(4)] == [started, {"kind": "missed"}, started, {"kind": "missed"}]
        heard.close()
