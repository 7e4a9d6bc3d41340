"""Checks 6 to 11: the tool's process, from its start to its end."""

from __future__ import annotations

import difflib
import json
import re
import time
from typing import TYPE_CHECKING, Any

from attrs import evolve

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import Problem, ToolError
from pixie_core.run.inputs import sample_inputs
from pixie_core.run.normalise import normalise_answer, normalise_value, unwrap
from pixie_core.runtime.environment import tool_environment
from pixie_core.runtime.transport import Refusal
from pixie_core.validator.probe import FIRST_EVENT_SECONDS, Unanswered
from pixie_core.validator.report import Finding, from_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.tool import ToolManifest
    from pixie_core.validator.probe import Answered, Probe

__all__ = ["LiveChecks"]

_SCHEMA_SECONDS = 10.0
_DIFF_LINES = 60


class LiveChecks:
    """The checks in their order, on one process: each builds on those before.

    `sample` is what was sent and `answered` what came back, once check 8 has run.
    """

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._manifest: ToolManifest = probe.manifest
        self.sample: dict[str, Any] | None = None
        self.answered: Answered | None = None
        self._awaited: list[OutputDeclaration] = []
        """Outputs that the answer lacks, and that the stream must bring."""

    def tool_spawns(self) -> Finding:
        """Check 6: /healthz answers 200 in time."""
        began = time.monotonic()
        try:
            self._probe.start()
        except ToolError as error:
            self._probe.log += error.stderr
            return Finding("fail", str(error), (*_cure(error), *error.stderr.splitlines()[-20:]))
        return Finding("pass", f"healthy after {time.monotonic() - began:.2f} s")

    def schema_matches_disk(self) -> Finding:
        """Check 7: /schema equals tool.json."""
        try:
            reply = self._probe.process.transport.ask("GET", "/schema", seconds=_SCHEMA_SECONDS)
            schema = reply.json() if reply.ok else None
        except (Refusal, ValueError) as error:
            return Finding("fail", f"/schema can't be read: {error}; it must answer the contents of tool.json")
        if not reply.ok:
            return Finding("fail", f"/schema answered {reply.status}; it must answer the contents of tool.json")
        on_disk = dict(self._manifest.raw)
        if schema == on_disk:
            return Finding("pass", "/schema is tool.json")
        return Finding(
            "warn",
            "/schema isn't what tool.json says; tool.json counts: answer its contents as they are",
            tuple(_diff(on_disk, schema)),
        )

    def sample_input_run(self) -> Finding:
        """Check 8: the sample gets 200 in time."""
        self.sample = sample_inputs(self._manifest)
        try:
            self.answered = self._probe.run(self.sample)
        except Unanswered as error:
            line, *more = str(error).splitlines()
            return Finding("fail", line, (*more, *self._missing_secrets(), *self._last_words()))
        return Finding("pass", f"/run answered after {self.answered.seconds:.2f} s")

    def output_conforms(self) -> Finding:
        """Check 9: every declared output is there, and is what its type says.

        Of a tool that streams, what is null or empty may be brought by the stream: check 10 looks.
        """
        assert self.answered is not None
        answer = normalise_answer(self._manifest, self.answered.raw, source=self._probe.source(self.answered))
        given, _ = unwrap(self._manifest, self.answered.raw)
        places = [f"$.{declared.key}" for declared in self._manifest.outputs]
        others = (each for each in answer.notes if not any(_is_at(each.path, place) for place in places))
        problems = [*self.answered.notes, *others]
        for declared, path in zip(self._manifest.outputs, places, strict=True):
            own = [each for each in answer.notes if _is_at(each.path, path)]
            absent = declared.key in answer.missing
            wrong = absent or any(each.severity == "error" for each in own)
            empty = _is_empty(given.get(declared.key))
            if self._streams(declared):
                # An odd placeholder is worth no more than a word: what counts comes by the stream.
                problems += [] if empty else [evolve(each, severity="warning") for each in own]
            elif wrong and empty and self._any_streams():
                self._awaited.append(declared)
            elif absent:
                state = "is null" if declared.key in given else "is missing from the answer"
                problems.append(Problem(path, f"{state}; {_expected(declared)}"))
            else:
                problems += own or [Problem(path, cure, "warning") for cure in _mistakes(declared, given[declared.key])]
        return from_problems(problems, "every output is what tool.json declares")

    def streaming_check(self) -> Finding:
        """Check 10: an event within ten seconds, and values that their types take."""
        assert self.answered is not None
        streaming = [each for each in self._manifest.outputs if self._streams(each)]
        if not streaming:
            return Finding("skip", "no output streams")
        streamed = self._probe.stream(self.answered)
        if streamed is None:
            if self._manifest.streams:
                return Finding("fail", "there is no /stream, and tool.json says that an output streams")
            if self._awaited:
                return from_problems(self._undelivered({}), "")
            return Finding("skip", "the tool has no /stream, and no output says that it streams")
        if streamed.failed is not None:
            line, *more = streamed.failed.splitlines() or [""]
            return Finding("fail", f"the stream failed: {line}", (*more, *self._last_words()))
        if streamed.first is None:
            if streamed.unfinished:
                return Finding("fail", f"/stream sent no event within {FIRST_EVENT_SECONDS:g} s")
            return Finding("fail", "/stream ended without an event")
        problems = [*streamed.notes, *self._undelivered(streamed.values)]
        for declared in streaming:
            path = f".{declared.key}"
            if declared.key in streamed.values:
                source = self._probe.source(self.answered)
                whole = normalise_value(declared, streamed.values[declared.key], source=source)
                problems.extend(each.under(path) for each in whole.notes if each.severity == "error")
            else:
                problems.append(Problem(f"${path}", "streams, and the stream gave it no value", "warning"))
        if streamed.unfinished:
            said = f"hadn't ended after {self._probe.seconds} s; end it with an event `end`, or close it"
            problems.append(Problem("/stream", said, "warning"))
        return from_problems(dict.fromkeys(problems), f"first event after {streamed.first:.2f} s")

    def clean_shutdown(self) -> Finding:
        """Check 11: SIGTERM ends it within five seconds."""
        process = self._probe.process
        if process.ended:
            how = process.how_it_ended()
            self._probe.stop()
            return Finding("warn", f"it didn't wait to be stopped: {how}")
        began = time.monotonic()
        if self._probe.stop():
            return Finding("pass", f"it ended {time.monotonic() - began:.2f} s after SIGTERM")
        return Finding("warn", "it didn't end within 5 s of SIGTERM, and was killed; whatever it was at is lost")

    def _streams(self, declared: OutputDeclaration) -> bool:
        return declared.streaming or declared.type == "stream_text"

    def _any_streams(self) -> bool:
        return any(map(self._streams, self._manifest.outputs))

    def _undelivered(self, values: Mapping[str, Any]) -> Iterator[Problem]:
        """What neither the answer nor the stream has."""
        for declared in self._awaited:
            if declared.key not in values:
                said = f"is missing from the answer, and the stream didn't bring it; {_expected(declared)}"
                yield Problem(f"$.{declared.key}", said)

    def _missing_secrets(self) -> Iterator[str]:
        known = tool_environment(self._probe.tool).names
        for secret in self._manifest.secrets:
            if secret.required and secret.key not in known:
                yield f"the secret {secret.key} isn't set: run `pixie set-secret {self._manifest.id} {secret.key}`"

    def _last_words(self) -> tuple[str, ...]:
        return tuple(self._probe.process.output.tail(20).splitlines())


_NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '([^']+)'")


def _cure(error: ToolError) -> Iterator[str]:
    """The usual reason why a tool that once ran doesn't start, with what to do."""
    if absent := _NO_MODULE.search(error.stderr):
        yield (
            f"{absent[1]} isn't in its environment: add what provides it to the dependencies in pyproject.toml if it "
            f"isn't among them, then run `pixie sync {error.tool_id}`"
        )


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


def _is_empty(raw: Any) -> bool:
    """True for a placeholder that says nothing."""
    if isinstance(raw, dict) and raw.keys() == {"value"}:
        raw = raw["value"]
    return raw is None or raw in ("", [], {})


def _expected(declared: OutputDeclaration) -> str:
    shape = json.dumps(OUTPUT_TYPES[declared.type].example, ensure_ascii=False)
    return f"expected a {declared.type}, such as {shape if len(shape) <= 120 else f'{shape[:120]}…'}"


def _mistakes(declared: OutputDeclaration, raw: Any) -> Iterator[str]:
    """The usual mistakes that are understood all the same, with their cure."""
    return (cure for wrong, cure in OUTPUT_TYPES[declared.type].mistakes if wrong(raw))


def _diff(on_disk: Any, schema: Any) -> Iterator[str]:
    texts = [json.dumps(each, ensure_ascii=False, indent=1, sort_keys=True).splitlines() for each in (on_disk, schema)]
    lines = list(difflib.unified_diff(texts[0], texts[1], "tool.json", "/schema", n=1, lineterm=""))
    yield from lines[:_DIFF_LINES]
    if len(lines) > _DIFF_LINES:
        yield f"… and {len(lines) - _DIFF_LINES} more lines"
