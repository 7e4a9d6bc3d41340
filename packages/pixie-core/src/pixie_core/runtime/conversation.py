"""What is said between Pixie and a tool in one run: the request, its answer, its stream, and the request to stop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import NOTHING, evolve, frozen

from pixie_core.errors import Problem, QuotaExceeded, ToolAnsweredGarbage, ToolDied, ToolRefused
from pixie_core.run.decoding import Undecodable, clean, parsed, text_of
from pixie_core.run.events import Log, Output
from pixie_core.run.normalise import normalise_value, unwrap
from pixie_core.run.sse import EventTooLarge
from pixie_core.run.streams import StreamEnded, StreamFailed, StreamReader
from pixie_core.runtime.inputs import as_multipart, as_sent
from pixie_core.runtime.publishing import is_published
from pixie_core.runtime.transport import (
    Broken,
    Chunk,
    Closed,
    Head,
    Refusal,
    Reply,
    detail_of,
    run_request,
    served_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pixie_core.catalogue.base import Json
    from pixie_core.config import Settings
    from pixie_core.run.streams import Said
    from pixie_core.runtime.inbox import Inbox
    from pixie_core.runtime.process import ToolProcess
    from pixie_core.runtime.publishing import Publisher
    from pixie_core.runtime.recorder import LogCapture, Recorder
    from pixie_core.runtime.transport import Exchange, Part
    from pixie_core.store import Store

__all__ = ["COMPLETE_SECONDS", "GRACE_SECONDS", "STDERR_CHARACTERS", "Conversation", "Outcome", "Stopped", "Why"]

GRACE_SECONDS = 5.0
"""What a tool gets beyond its declared time before its run is ended."""
CANCEL_SECONDS = 2.0
"""How long a tool may take to do as /cancel says."""
LOOK_SECONDS = 0.5
DYING_SECONDS = 1.0
"""How long the last words of a process that has ended may still be on the way."""
CUT_OFF_SECONDS = 0.25
"""How long after the end of what may be half an answer its process is given to be known as dead."""
TRACEBACK_SECONDS = 0.25
COMPLETE_SECONDS = 5.0
"""How long a stream may stay open in silence once every output is done."""
QUOTA_SECONDS = 1.0
STDERR_CHARACTERS = 8 * 1024

Why: TypeAlias = Literal["cancelled", "interrupted", "timed_out"]


class Stopped(Exception):
    """The run is to end before its tool is done."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@frozen
class Outcome:
    """What a tool gave: events of whole values, and what is to be said of them."""

    outputs: tuple[Output, ...]
    notes: tuple[Problem, ...]


class Conversation:
    """One run in its process. Used by the run's thread alone; `stopped` says why the run is to end, if it is, and
    `deadline` until when it may last, by `time.monotonic`.
    """

    def __init__(
        self,
        process: ToolProcess,
        *,
        run_id: str,
        settings: Settings,
        store: Store,
        recorder: Recorder,
        publisher: Publisher,
        capture: LogCapture,
        inbox: Inbox,
        deadline: float,
        stopped: Callable[[], Why | None],
    ) -> None:
        self.process = process
        self.tool = process.tool
        self.run_id = run_id
        self.exchange_over = True
        """Nothing that was asked of the tool is without an answer."""
        self.unreachable = False
        """The process is there, and takes no connection any more: no later run would fare better in it."""
        self._manifest = process.tool.checked()
        self._settings = settings
        self._store = store
        self._recorder = recorder
        self._publisher = publisher
        self._capture = capture
        self._inbox = inbox
        self._masker = process.masker
        self._stopped = stopped
        self._exchange: Exchange | None = None
        self._deadline = deadline
        self._next_quota_look = 0.0

    # The request and its answer

    def answer(self, inputs: Mapping[str, Json]) -> Outcome:
        """Have the tool run with recorded inputs, and hear all that it says.

        Raises ToolRefused, ToolDied, ToolAnsweredGarbage, QuotaExceeded, or Stopped when the run is to end.
        """
        folder = str(self._publisher.incoming)
        if self._manifest.input_transport == "multipart":
            kind, body = as_multipart(self.tool, inputs, self._store, self.run_id, folder)
            headers = {
                "Content-Type": kind,
                "X-Pixie-Run-Id": self.run_id,
                "X-Pixie-Artefacts-Dir": folder,
            }
        else:
            headers, body = run_request(self.run_id, as_sent(self._manifest, inputs, self._store), folder)
        reply = self._whole("POST", "/run", headers=headers, content=body)
        del body
        if 300 <= reply.status < 400:
            raise self._garbage(f"it answered POST /run with a redirect ({reply.status}), which is never followed")
        if not reply.ok:
            if reply.status >= 500:
                # Many servers send their 500 first, and write the traceback then.
                self._capture.await_words(TRACEBACK_SECONDS)
            raise ToolRefused(self.tool.id, self._masker.mask(detail_of(reply)))
        try:
            # An answer may be large: of its bytes, its text and its values no more than two are held at a time.
            text = text_of(reply.body)
            del reply
            tells = self._masker.finds(text)
            raw = parsed(text)
            del text
            cleaned, notes = clean(raw, self._masker.mask if tells else None)
            del raw
        except Undecodable as error:
            if self.process.wait(CUT_OFF_SECONDS):
                raise self._died() from None
            raise self._garbage(self._masker.mask(f"{error}")) from None
        given, said = unwrap(self._manifest, cleaned)
        if self._streams(given):
            # What counts comes by the stream: an odd placeholder is worth no more than a word.
            said = tuple(evolve(each, severity="warning") for each in said)
            return self._streamed(given, (*notes, *said))
        return self._answered(given, (*notes, *said))

    def _answered(self, given: Mapping[str, Json], notes: tuple[Problem, ...]) -> Outcome:
        """The outputs of an answer that is the whole result."""
        outputs: list[Output] = []
        for declared in self._manifest.outputs:
            if declared.key not in given:
                continue
            one = normalise_value(declared, given[declared.key], source=self._fetched)
            notes = (*notes, *(note.under(f".{declared.key}") for note in one.notes))
            if one.value is not NOTHING:
                outputs.append(_final(declared.key, declared.type, one.value))
        missing = [each.key for each in self._manifest.outputs if each.key not in given]
        return Outcome(tuple(outputs), (*notes, *_missing(missing)))

    # Streams

    def _streams(self, given: Mapping[str, Json]) -> bool:
        """Whether to ask for the stream: where it is declared, and for a stream_text that has no words yet."""
        if self._manifest.streams:
            return True
        texts = [each.key for each in self._manifest.outputs if each.type == "stream_text"]
        return bool(texts) and all(given.get(key) in (None, "", {"value": ""}, {"value": None}) for key in texts)

    def _streamed(self, given: dict[str, Json], notes: tuple[Problem, ...]) -> Outcome:
        reader = StreamReader(
            self._manifest,
            given,
            mask=self._masker.mask if self._masker else None,
            max_event_bytes=self._settings.max_tool_event_bytes,
        )
        for event in reader.opening():
            self._recorder.add(event)
        head = self._begin("GET", "/stream", params={"run_id": self.run_id})
        if head.status != 200:
            return self._without_stream(head, given, notes)
        self._read_stream(reader)
        self._recorder.close_streams()
        self._recorder.flush()
        return self._settled(reader, given, notes)

    def _without_stream(self, head: Head, given: Mapping[str, Json], notes: tuple[Problem, ...]) -> Outcome:
        """The tool has no stream: that is fine when its answer was whole."""
        body = bytearray()
        for part in self._parts():
            if isinstance(part, Chunk):
                body += part.data
        whole = self._answered(given, notes)
        if not self._manifest.streams or (head.status in {404, 405, 501} and len(whole.outputs) == len(given) > 0):
            return whole
        said = self._masker.mask(detail_of(Reply(head.status, head.content_type, bytes(body))))
        raise ToolRefused(self.tool.id, f"{self.tool.id} answered GET /stream with {head.status}: {said}")

    def _read_stream(self, reader: StreamReader) -> None:
        """Record what the stream says, to its end: the tool's word, the connection's, or silence when all is done."""
        heard_at = time.monotonic()
        told_silence = False
        for part in self._parts(idle=True):
            silent = time.monotonic() - heard_at
            if isinstance(part, Chunk):
                heard_at, told_silence = time.monotonic(), False
                try:
                    said = reader.feed(part.data)
                except EventTooLarge as error:
                    raise self._garbage(str(error)) from None
                if self._record(said, len(part.data)):
                    return
            elif reader.complete and silent > COMPLETE_SECONDS:
                return
            elif silent > self._settings.tool_silent_seconds and not told_silence:
                told_silence = True
                self._recorder.add(
                    Log(text=f"The tool has said nothing for {self._settings.tool_silent_seconds} s.", source="pixie")
                )
        over = self._record(reader.close(), 0)
        if not over and not reader.complete and self.process.wait(CUT_OFF_SECONDS):
            raise self._died()

    def _record(self, said: list[Said], size: int) -> bool:
        """Record what some bytes of a stream said; True when it is over. Raises ToolRefused for an `error` event."""
        for each in said:
            match each:
                case StreamEnded():
                    return True
                case StreamFailed(message=message):
                    raise ToolRefused(self.tool.id, self._masker.mask(message))
                case event:
                    self._recorder.add(event, size=size // len(said))
        return False

    def _settled(self, reader: StreamReader, given: Mapping[str, Json], notes: tuple[Problem, ...]) -> Outcome:
        """After the stream: each merged value is checked as a whole, and stands for what the stream didn't give."""
        outputs: list[Output] = []
        missing: list[str] = []
        notes = (*notes, *reader.notes)
        for declared in self._manifest.outputs:
            known = self._recorder.run.outputs.get(declared.key)
            heard = declared.key in reader.heard
            raw = known.value if known is not None and heard else given.get(declared.key)
            one = normalise_value(declared, raw, source=self._fetched)
            notes = (*notes, *(note.under(f".{declared.key}") for note in one.notes if raw is not None))
            if one.value is NOTHING:
                if not one.errors:
                    missing.append(declared.key)
                continue
            event = _final(declared.key, declared.type, one.value)
            if known is None or not heard or one.value != known.value or self._becomes_file(event):
                outputs.append(event)
        return Outcome(tuple(outputs), (*notes, *_missing(missing)))

    def _becomes_file(self, event: Output) -> bool:
        """True when the event of the whole value would say more than the increments did."""
        return is_published(event, self._settings.inline_output_max_bytes)

    # Exchanges

    def _whole(self, method: str, path: str, *, headers: Mapping[str, str], content: bytes) -> Reply:
        head = self._begin(method, path, headers=headers, content=content)
        body = bytearray()
        for part in self._parts():
            if isinstance(part, Chunk):
                body += part.data
        return Reply(head.status, head.content_type, bytes(body))

    def _begin(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Head:
        """Send a request and wait for the head of its answer."""
        self.hang_up()
        self.exchange_over = False
        self._exchange = self.process.transport.exchange(
            method, path, self._inbox.open(), params=params, headers=headers, content=content
        )
        for part in self._parts():
            if isinstance(part, Head):
                return part
        raise self._garbage(f"it closed the connection without an answer to {method} {path}")

    def _parts(self, *, idle: bool = False) -> Iterator[Part | None]:
        """What comes of the exchange, up to its end; with `idle` also None whenever nothing has come for a while.

        In between the run's clock, its process, its quotas and its log are looked after. Raises Stopped,
        ToolDied, ToolAnsweredGarbage or QuotaExceeded.
        """
        ended_at: float | None = None
        while not self.exchange_over:
            due = self._recorder.due
            part = self._inbox.get(LOOK_SECONDS if due is None else min(due, LOOK_SECONDS))
            self._look_around()
            if part is None:
                if self.process.ended:
                    ended_at = ended_at or time.monotonic()
                    if time.monotonic() - ended_at > DYING_SECONDS:
                        raise self._died()
                if idle:
                    yield None
                continue
            match part:
                case Closed():
                    self.exchange_over = True
                case Broken(reason=reason, refused=refused, unreachable=unreachable):
                    self.exchange_over = True
                    self.unreachable = unreachable
                    if refused:
                        raise self._garbage(reason)
                    # A connection breaks a moment before its process is known to have ended.
                    if self.process.wait(DYING_SECONDS):
                        raise self._died()
                    raise self._garbage(reason)
                case _:
                    yield part

    def _look_around(self) -> None:
        for lines in self._capture.take():
            self._recorder.add(lines, size=len(lines.text))
        self._recorder.flush_if_due()
        if (why := self._stopped()) is not None:
            raise Stopped(why)
        now = time.monotonic()
        if now > self._deadline:
            raise Stopped("timed_out")
        if now > self._next_quota_look:
            if said := self._publisher.crossed():
                raise QuotaExceeded(said)
            # A folder with very many files takes long to look through: never more than a tenth of the time.
            self._next_quota_look = time.monotonic() + max(QUOTA_SECONDS, 10 * (time.monotonic() - now))

    def hang_up(self) -> None:
        """Cut the connection, if there is one: nothing that comes over it counts any more."""
        self._inbox.close()
        if self._exchange is not None:
            self._exchange.abort()
            self._exchange = None
        self.exchange_over = True

    def _died(self) -> ToolDied:
        self.process.output.settle(DYING_SECONDS)
        why = self.process.why_killed or self.process.how_it_ended()
        said = f"{self.tool.id} died during the run: {why}."
        return ToolDied(self.tool.id, said, self._capture.tail(STDERR_CHARACTERS))

    def _garbage(self, reason: str) -> ToolAnsweredGarbage:
        said = f"{self.tool.id} gave no proper answer: {reason.rstrip('.')}."
        return ToolAnsweredGarbage(self.tool.id, said, self._capture.tail(STDERR_CHARACTERS))

    def _fetched(self, path: str) -> str:
        """A file on the tool's own server, to be published; the path itself where it can't be had."""
        most = self._settings.max_tool_answer_bytes
        return served_file(self.process.transport, self.run_id, path, max_bytes=most)

    def obeys(self) -> bool:
        """Ask the tool to cancel; True when what it was asked for has come to an end within two seconds."""
        until = time.monotonic() + CANCEL_SECONDS
        try:
            reply = self.process.transport.ask(
                "POST", "/cancel", params={"run_id": self.run_id}, seconds=CANCEL_SECONDS
            )
        except Refusal:
            return False
        if not reply.ok:
            return False
        while (left := until - time.monotonic()) > 0 and not self.exchange_over:
            self.exchange_over = isinstance(self._inbox.get(left), Closed | Broken)
        return self.exchange_over and not self.process.ended


def _final(key: str, kind: str, value: Json) -> Output:
    return Output(output_key=key, type=kind, value=value, whole=True, done=True)


def _missing(keys: list[str]) -> tuple[Problem, ...]:
    return tuple(Problem(f"$.{key}", "is missing; tool.json declares this output", "warning") for key in keys)
