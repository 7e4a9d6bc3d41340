"""What a tool's stream says: three dialects, told apart by each event's own keys, become one kind of event.

1. `{"output_key": K, "value": V, "done": bool}`: the contract's own.
2. `{"epoch": 3, "loss": {"x": 3, "y": 0.41}, "done": false}`: values under the outputs' own keys, beside others.
3. `{"chunk": "text", "done": bool}`: appended to the only text output that streams.

Besides these, events by name: `progress`, `log`, `error`, and `end` or `done`, after which nothing counts. No
I/O here: `StreamReader` is handed bytes as they come and gives back what they say.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import NOTHING, evolve, frozen

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.catalogue.base import replace
from pixie_core.catalogue.merging import append_code, append_lines, append_points, append_text
from pixie_core.errors import Problem
from pixie_core.run.canonical import Context, canonical
from pixie_core.run.decoding import Undecodable, clean, decode
from pixie_core.run.events import Log, Output, Progress
from pixie_core.run.normalise import normalise_value
from pixie_core.run.sse import SseDecoder
from pixie_core.structure import found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.catalogue.base import Json
    from pixie_core.run.sse import ServerSentEvent
    from pixie_core.tool import ToolManifest

__all__ = ["Said", "StreamEnded", "StreamFailed", "StreamReader"]


@frozen
class StreamEnded:
    """The tool says that the stream is over."""


@frozen
class StreamFailed:
    """The tool says that the run failed; `cancelled` when it says that this is because it was asked to stop."""

    message: str
    cancelled: bool = False


Said: TypeAlias = Output | Progress | Log | StreamEnded | StreamFailed
"""What an event of a stream comes to."""


class StreamReader:
    """Reads one run's stream.

        reader = StreamReader(manifest, placeholders)
        for chunk in response:
            for said in reader.feed(chunk):
                ...

    `placeholders` are the raw values that POST /run answered: a chart's series and a table's columns are often
    told there and nowhere else. Values are canonical; an increment (`whole` false) is to be merged by its type.
    What was changed or couldn't be read is in `notes`, with paths from the outputs' root.
    """

    def __init__(
        self,
        manifest: ToolManifest,
        placeholders: Mapping[str, Json] | None = None,
        *,
        mask: Callable[[str], str] | None = None,
        max_event_bytes: int = 16 * 2**20,
    ) -> None:
        self._decoder = SseDecoder(max_event_bytes)
        self._mask = mask
        self._outputs = {each.key: _Incoming(each, (placeholders or {}).get(each.key)) for each in manifest.outputs}
        self._notes: list[Problem] = []
        self.ended = False
        self.complete = False
        """Nothing more is expected, though the tool hasn't ended the stream: every streamed output is done."""

    @property
    def notes(self) -> tuple[Problem, ...]:
        """All that is to be said of what came so far."""
        own = (problem.under(f".{key}") for key, output in self._outputs.items() for problem in output.context.notes)
        return (*self._notes, *own)

    @property
    def heard(self) -> frozenset[str]:
        """The keys of outputs that the stream gave a value to."""
        return frozenset(key for key, output in self._outputs.items() if output.started)

    def opening(self) -> list[Output]:
        """The values that increments build on, to be recorded before the first of them."""
        return [each.opening() for each in self._outputs.values() if each.ground is not NOTHING]

    def feed(self, chunk: bytes) -> list[Said]:
        """What these bytes complete. Raises EventTooLarge."""
        return self._read(self._decoder.feed(chunk))

    def close(self) -> list[Said]:
        """What was under way when the bytes ended, if it was a whole event."""
        last = [event for event in self._decoder.close() if event.event != "message" or _is_whole(event.data)]
        return self._read(last)

    def _read(self, events: list[ServerSentEvent]) -> list[Said]:
        said: list[Said] = []
        for event in events:
            if self.ended:
                break
            said.extend(self._event(event))
        return said

    def _event(self, event: ServerSentEvent) -> list[Said]:
        name = event.event.lower()
        text = event.data.strip()
        if text in {"[DONE]", ""}:
            return self._end() if text or name in _ENDS else self._empty(name)
        try:
            data, notes = clean(decode(event.data.encode()), self._mask)
        except Undecodable as error:
            return self._words(name, text, error)
        self._say(*notes)
        if (
            isinstance(data, dict)
            and not _belongs_to_its_name(name, data)
            and (said := self._dialect(data)) is not None
        ):
            return [*said, *self._end()] if name in _ENDS else said
        match name:
            case "progress":
                return _progress(data)
            case "log":
                return _log(data)
            case "error":
                return self._fail(data)
            case "end" | "done":
                return self._end()
        return self._other(name, data)

    def _words(self, name: str, text: str, error: Undecodable) -> list[Said]:
        """Data that isn't JSON: fine where words are meant, else worth a note."""
        if self._mask is not None:
            text = self._mask(text)
        match name:
            case "error":
                return self._fail(text)
            case "log":
                return [Log(text=text)]
            case "end" | "done":
                return self._end()
            case "message":
                self._say(Problem("$", f"an event of the stream can't be read: {error}"))
        return []

    def _empty(self, name: str) -> list[Said]:
        return self._fail("") if name == "error" else []

    def _dialect(self, data: dict[str, Any]) -> list[Said] | None:
        """What an event of one of the three dialects says; None for any other."""
        done = data.get("done") is True
        if "output_key" in data and "value" in data:
            return self._own(data["output_key"], data["value"], done=done)
        keys = [key for key in data if key in self._outputs]
        if keys:
            said = [one for key in keys for one in self._keyed(key, data[key], last=done)]
            self.complete = self.complete or done
            return said
        if isinstance(data.get("chunk"), str):
            return self._chunk(data["chunk"], done=done)
        return None

    def _own(self, key: Any, value: Json, *, done: bool) -> list[Said]:
        output = self._outputs.get(key) if isinstance(key, str) else None
        if output is None:
            self._say(Problem("$", f"the stream has values for {key!r}; tool.json declares no such output", "warning"))
            return []
        said = output.take(value, done=done, whole=done and not output.started and not output.declared.streaming)
        streaming = [each for each in self._outputs.values() if each.declared.streaming]
        self.complete = self.complete or (bool(streaming) and all(each.done for each in streaming))
        return said

    def _keyed(self, key: str, value: Json, *, last: bool) -> list[Said]:
        """In the last event of dialect 2, outputs that didn't stream have whole values."""
        output = self._outputs[key]
        return output.take(value, done=last, whole=last and not output.started)

    def _chunk(self, text: str, *, done: bool) -> list[Said]:
        words = [each for each in self._outputs.values() if each.declared.type in _WORDS]
        streaming = [each for each in words if each.declared.streaming or each.declared.type == "stream_text"]
        output = next(iter(streaming or words), None)
        if output is None:
            self._say(Problem("$", "the stream has chunks of text, and tool.json declares no text output", "warning"))
            return []
        self.complete = self.complete or done
        return output.take(text, done=done)

    def _other(self, name: str, data: Json) -> list[Said]:
        """No dialect and no name that means anything."""
        if isinstance(data, dict):
            if isinstance(data.get("error"), str) and data["error"]:
                return self._fail(data)
            if data.get("done") is True:
                self.complete = True
                return []
            if not data:
                return []
        if name == "message":
            keys = f" with {', '.join(list(map(repr, data))[:5])}" if isinstance(data, dict) else ""
            self._say(Problem("$", f"an event of the stream{keys} names no output and was left out", "warning"))
        return []

    def _fail(self, data: Json) -> list[Said]:
        self.ended = True
        message, code = data, None
        if isinstance(data, dict):
            message = next((data[key] for key in ("detail", "message", "error") if data.get(key)), data)
            code = data.get("code")
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        return [StreamFailed(text.strip() or "The tool says that the run failed, and not why.", code == "cancelled")]

    def _end(self) -> list[Said]:
        self.ended = True
        return [StreamEnded()]

    def _say(self, *problems: Problem) -> None:
        for problem in problems:
            if problem not in self._notes and len(self._notes) < _ENOUGH:
                self._notes.append(problem)


_ENDS = {"end", "done"}
_WORDS = {"text", "markdown", "stream_text", "code"}
_ENOUGH = 50


_FIELDS = {"progress": {"value", "message"}, "log": {"message"}, "error": {"detail", "message", "error"}}


def _belongs_to_its_name(name: str, data: dict[str, Any]) -> bool:
    """True when an event's name says what it is, though an output may be called like one of its fields."""
    return "output_key" not in data and not _FIELDS.get(name, set()).isdisjoint(data)


def _is_whole(text: str) -> bool:
    try:
        decode(text.encode())
    except Undecodable:
        return False
    return True


def _progress(data: Json) -> list[Said]:
    """`{value, message}`, or the bare number; what isn't from 0 to 1 says nothing."""
    value, message = (data.get("value"), data.get("message")) if isinstance(data, dict) else (data, None)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        value = None
    if not isinstance(message, str):
        message = None
    return [Progress(value=value, message=message)]


def _log(data: Json) -> list[Said]:
    """`{level, message, t}`, or bare words."""
    if isinstance(data, dict):
        words = [str(data[key]) for key in ("t", "level", "message") if data.get(key) is not None]
        return [Log(text=" ".join(words))] if words else []
    return [Log(text=data if isinstance(data, str) else json.dumps(data, ensure_ascii=False))]


class _Incoming:
    """One output while its values come in."""

    def __init__(self, declared: OutputDeclaration, placeholder: Json) -> None:
        self.declared = declared
        self.context = Context(declared)
        self.started = False
        self.done = False
        self._adds = OUTPUT_TYPES[declared.type].merge is not replace
        self._lines: list[Any] | None = []
        # A placeholder that is an object is the ground on which increments build (axis labels, columns); a
        # text is only there to be seen meanwhile.
        self.ground: Json = NOTHING
        if declared.streaming and self._adds and isinstance(placeholder, dict) and "value" not in placeholder:
            self.ground = normalise_value(declared, placeholder, context=self.context).value
            self.context.notes.clear()

    def opening(self) -> Output:
        """The placeholder, as the value that increments are added to."""
        return self._event(self.ground, whole=True, done=False)

    def take(self, raw: Json, *, done: bool, whole: bool = False) -> list[Said]:
        """The event that a value of the stream comes to; none when it can't be read."""
        if raw is None and self.declared.type not in _NULL_IS_A_VALUE:
            self.done = self.done or done
            return []
        if whole or not self._adds:
            return self._take_whole(raw, done=done)
        self.context.increment = True
        value = canonical(raw, self.context)
        if OUTPUT_TYPES[self.declared.type].merge is append_lines:
            value = self._only_new(value, raw)
        if problem := _misfit(self.declared.type, value):
            self.context.notes.append(Problem("$", problem))
            return []
        first = not self.started and self.ground is NOTHING
        if first and isinstance(value, str) and not OUTPUT_TYPES[self.declared.type].bare():
            value = {"value": value}
        self.started = True
        self.done = self.done or done
        return [self._event(value, whole=first, done=done)]

    def _take_whole(self, raw: Json, *, done: bool) -> list[Said]:
        context = evolve(self.context, increment=False, notes=[])
        one = normalise_value(self.declared, raw, context=context)
        for problem in one.notes:
            if problem not in self.context.notes:
                self.context.notes.append(problem)
        if one.value is NOTHING:
            return []
        self.started = True
        self.done = self.done or done
        return [self._event(one.value, whole=True, done=done)]

    def _event(self, value: Json, *, whole: bool, done: bool) -> Output:
        return Output(output_key=self.declared.key, type=self.declared.type, value=value, whole=whole, done=done)

    def _only_new(self, value: Json, raw: Json) -> Json:
        """The lines that are new, where each event repeats all that went before."""
        lines = value.get("lines") if isinstance(value, dict) else None
        if not isinstance(lines, list) or self._lines is None:
            return value
        alone = not (isinstance(raw, dict) and "lines" in raw)
        if not self._lines and lines and isinstance(self.ground, dict):
            # Where the answer to /run held lines already, they are repeated as well, or what comes goes on from them.
            held = self.ground["lines"]
            self._lines = held if lines[: len(held)] == held else []
        if self._lines and lines and (alone or lines[: len(self._lines)] != self._lines):
            self._lines = None  # it goes on, and so it will
            return value
        new = lines[len(self._lines) :]
        self._lines = lines or self._lines
        return {**value, "lines": new}


_NULL_IS_A_VALUE = {"number", "progress"}


def _misfit(kind: str, value: Json) -> str | None:
    """Why an increment can't be added, or None. The sum is checked strictly when the stream has ended."""
    merge = OUTPUT_TYPES[kind].merge
    if merge in {append_text, append_code}:
        return None if isinstance(value, str) else f"an increment of {kind} is a string, found {found(value)}"
    if not isinstance(value, dict):
        return f"an increment of {kind} is an object, found {found(value)}"
    for key in ("lines", "rows", "x", "series"):
        if not isinstance(value.get(key, []), list):
            return f"{key} of an increment is a list, found {found(value[key])}"
    if merge is append_lines and "lines" not in value:
        return f"an increment of {kind} is {{lines: [{{level, message, t}}]}}, found {', '.join(value) or 'nothing'}"
    numbers = "points" if merge is append_points else "y"
    for one in value.get("series", ()):
        if not (isinstance(one, dict) and isinstance(one.get(numbers), list) and isinstance(one.get("name"), str)):
            return f"a series of an increment is {{name, {numbers}: […]}}, found {found(one)}"
    return None
