"""The events that a run is made of, and how each is written down.

A run is an append-only, numbered sequence of these; the row in the database, the page and the answer to a
script are all derived from it by `pixie_core.run.fold.apply`. An event is written once, as the JSON text
that every reader gets byte for byte.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs
from attrs import frozen

from pixie_core.catalogue.base import Json, field

__all__ = [
    "Artefact",
    "Event",
    "Finished",
    "Log",
    "Output",
    "Progress",
    "Queued",
    "Record",
    "Started",
    "Status",
]

Status: TypeAlias = Literal["running", "ok", "error", "cancelled", "interrupted"]
"""`running` until the `finished` event, whose status never changes."""


@frozen(kw_only=True)
class Queued:
    """The run waits for its turn. `position` counts from 1, and is told again as the line moves: further back than the
    twentieth not for each step.
    """

    kind: ClassVar = "queued"

    position: int = field(help="how many runs go first, this one included")


@frozen(kw_only=True)
class Started:
    """The run begins: recorded before the tool's process is asked to do anything. Limits and duration count
    from here.
    """

    kind: ClassVar = "started"

    inputs: dict[str, Any] = field(help="the exact inputs; of a file its sha256, filename, mime and size")
    fingerprint: dict[str, Any] = field(help="what made the run: versions and hashes")


@frozen(kw_only=True)
class Progress:
    """How far the work has come, by the tool's own word."""

    kind: ClassVar = "progress"

    value: float | None = field(help="0 to 1, or null when it can't be told", default=None)
    message: str | None = field(help="what is being done", default=None)


@frozen(kw_only=True)
class Output:
    """One output's value: whole, or an increment to what came before."""

    kind: ClassVar = "output"

    output_key: str = field(help="which output")
    type: str = field(help="its type in the catalogue, by which increments are merged")
    value: Json = field(help="the value in its canonical shape, or a reference to an artefact")
    whole: bool = field(help="true: takes the place of what came before; false: is added to it")
    done: bool = field(help="nothing more of this output will come", default=False)


@frozen(kw_only=True)
class Artefact:
    """A file was published."""

    kind: ClassVar = "artefact"

    id: int = field(help="its number: /api/artefacts/<id>/content")
    filename: str = field(help="its name")
    mime: str = field(help="its media type")
    size_bytes: int = field(help="its size")
    sha256: str = field(help="its SHA-256, in hex")
    output_key: str | None = field(help="the output that it belongs to, if any", default=None)


@frozen(kw_only=True)
class Log:
    """Lines that the process wrote to stderr or stdout, or that Pixie has to say; secrets are masked."""

    kind: ClassVar = "log"

    text: str = field(help="one or more whole lines")
    source: Literal["stderr", "pixie"] = field(help="who says it", default="stderr")
    shared: bool = field(help="the process served other runs meanwhile: the lines may be theirs", default=False)


@frozen(kw_only=True)
class Finished:
    """The run has ended; nothing comes after this."""

    kind: ClassVar = "finished"

    status: Literal["ok", "error", "cancelled", "interrupted"] = field(help="how it ended")
    duration_ms: int | None = field(help="from `started`, by a clock that never jumps", default=None)
    error: str | None = field(help="the error in words", default=None)
    error_code: str | None = field(help="the error's stable code", default=None)
    stderr: str | None = field(help="the end of what the process wrote, where it failed", default=None)
    flagged: list[str] = field(
        help="what to know before the run is shared, such as a file that holds a secret", default=[]
    )


Event: TypeAlias = Queued | Started | Progress | Output | Artefact | Log | Finished

KINDS: dict[str, type[Event]] = {each.kind: each for each in get_args(Event)}


@frozen
class Record:
    """An event in its place: `seq` counts from 1 without holes, `at` is UTC in ISO 8601 with microseconds.

    `text` is the JSON that was written, and that every reader gets unchanged.
    """

    seq: int
    at: str
    event: Event
    text: str

    @classmethod
    def write(cls, seq: int, at: str, event: Event) -> Record:
        """The record of an event, with its JSON text made."""
        body = {"seq": seq, "at": at, "kind": event.kind, **attrs.asdict(event, recurse=False, filter=_said)}
        return cls(seq, at, event, json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")))

    @classmethod
    def read(cls, text: str) -> Record:
        """The record that a JSON text says. Keys that this Pixie doesn't know are passed over."""
        body = json.loads(text)
        kind = KINDS[body["kind"]]
        names = {each.name for each in attrs.fields(kind)}
        return cls(body["seq"], body["at"], kind(**{key: value for key, value in body.items() if key in names}), text)


def _said(each: attrs.Attribute[Any], value: Any) -> bool:
    """What is worth writing: not what is left at its default."""
    return each.default is attrs.NOTHING or value != each.default
