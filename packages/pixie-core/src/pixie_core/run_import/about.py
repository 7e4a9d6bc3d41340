"""What run.json says of a run: read strictly, since it comes from a stranger.

Nothing of it is taken for more than it is: a time must be one, a status must be that of a run that has ended, a path
must lie where exports put files.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs
from attrs import Factory, evolve, frozen

from pixie_core.catalogue.base import field
from pixie_core.clock import timestamp
from pixie_core.errors import Problem, RequestInvalid
from pixie_core.exporters.run_zip import run_facts
from pixie_core.store import LONGEST_LABEL, LONGEST_TAG
from pixie_core.structure import Problems, structure, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_core.run import Run

__all__ = ["TEXTS", "About", "File", "about_here", "read_about", "read_json"]

TEXTS = ("inputs.json", "outputs.json", "report.md")
"""The files that every zip of a run has, beside run.json."""

FORMAT: Final = 1
"""The number of the form that run.json has."""

_PATH = re.compile(r"(artefacts|inputs)/[^/]+")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F-]{36}", re.ASCII)
_WORD = re.compile(r"[a-z][a-z_-]{0,31}", re.ASCII)
_TOOL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}", re.ASCII)
_TIMES = ("created_at", "started_at", "finished_at")
_MOST_MILLISECONDS = 2**53


@frozen(kw_only=True)
class File:
    """A file of the zip, as run.json lists it."""

    path: str = field(help="where it lies in the zip")
    size_bytes: int = field(help="its size", minimum=0)
    sha256: str = field(help="its SHA-256 in hex")
    filename: str | None = field(help="of an artefact, its name", default=None)
    mime: str | None = field(help="of an artefact, its media type", default=None)
    output_key: str | None = field(help="of an artefact, the output that it belongs to", default=None)
    id: int | None = field(help="of an artefact, its number where it came from", default=None)
    starred: bool = field(help="of an artefact, whether it has a star", default=False)
    label: str | None = field(help="of an artefact, its name by the user", default=None)
    tags: list[str] = field(help="of an artefact, its tags", default=Factory(list))


@frozen(kw_only=True)
class About:
    """A run, as run.json tells it."""

    format: Literal[1] = field(help="the number of this format")
    id: str = field(help="the run's id, a UUID")
    tool_id: str = field(help="its tool")
    tool_name: str | None = field(help="the tool's name", default=None)
    status: Literal["ok", "error", "cancelled", "interrupted"] = field(help="how it ended")
    created_at: str = field(help="when it was asked for")
    started_at: str | None = field(help="when it began", default=None)
    finished_at: str = field(help="when it ended")
    duration_ms: int | None = field(help="how long it took", default=None, minimum=0, maximum=_MOST_MILLISECONDS)
    label: str | None = field(help="its name", default=None)
    starred: bool = field(help="whether it has a star", default=False)
    origin: str = field(help="where it was asked for: form, api, cli, script, skill or mcp")
    parent_run_id: str | None = field(help="the run that it repeats", default=None)
    error: str | None = field(help="its error in words", default=None)
    error_code: str | None = field(help="its error's code", default=None)
    stderr: str | None = field(help="the end of what the tool wrote", default=None)
    flagged: list[str] = field(help="what to know before it is shared", default=Factory(list))
    progress: float | None = field(help="how far it came", default=None)
    message: str | None = field(help="what it was doing last", default=None)
    fingerprint: dict[str, Any] = field(help="what made it", default=Factory(dict))
    outputs: dict[str, str] = field(help="the types of its outputs", default=Factory(dict))
    unfinished: list[str] = field(help="outputs of which more would have come", default=Factory(list))
    files: list[File] = field(help="every file of the zip but this")

    def told(self) -> dict[str, Any]:
        """What makes it this very run, and not what somebody set since: to be compared."""
        left_out = {"format", "tool_name", "label", "starred", "files"}
        return {each.name: getattr(self, each.name) for each in attrs.fields(About) if each.name not in left_out}


def read_json(content: bytes, name: str) -> Any:
    """A JSON document, as strictly as it is written. Raises RequestInvalid."""
    try:
        value = json.loads(content.decode(), parse_constant=_no_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise RequestInvalid(
            "The zip can't be imported", [Problem(name, f"isn't JSON as it must be: {said}")]
        ) from None
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"it holds {name}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("it says a key twice in one object")
    return values


def read_about(content: bytes, name: str) -> About:
    """What run.json says, with its times in the one form that is kept. Raises RequestInvalid with every problem."""
    raw = read_json(content, name)
    newer = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(newer, int) and newer > FORMAT:
        said = f"is {newer}, which a newer Pixie writes; this one reads {FORMAT}. Update Pixie, then import it again"
        raise RequestInvalid("The zip can't be imported", [Problem(f"{name} $.format", said)])
    try:
        about = structure(About, raw)
        problems = [
            evolve(
                each, message=f"{each.message}. A newer Pixie may have written it: update this one", severity="error"
            )
            for each in unknown_keys(About, raw)
        ]
    except Problems as error:
        problems = list(error.problems)
        if isinstance(raw, dict) and raw.get("status") == "running":
            said = "was exported while it ran: export it again now that it has ended"
            problems = [Problem("$.status", said)]
    else:
        problems += _problems(about)
    if problems:
        told = [Problem(f"{name} {each.path}", each.message) for each in problems]
        raise RequestInvalid("The zip can't be imported", told)
    return _with_times(about)


def about_here(run: Run) -> About:
    """The same of a run that is here and has ended, without its files."""
    return _with_times(About(format=FORMAT, files=[], **run_facts(run)))


def _with_times(about: About) -> About:
    """Its times in UTC with microseconds, as they are kept; an older database has other forms."""
    times: dict[str, Any] = {each: _moment(said) for each in _TIMES if (said := getattr(about, each)) is not None}
    return evolve(about, **times)


def _problems(about: About) -> Iterator[Problem]:
    checks: tuple[tuple[str, Any, Callable[[str], Any], str], ...] = (
        ("id", about.id, _UUID4.fullmatch, "a UUIDv4 in lower case"),
        ("parent_run_id", about.parent_run_id, _UUID.fullmatch, "a UUID"),
        ("origin", about.origin, _WORD.fullmatch, "a word such as form, api or script"),
        ("tool_id", about.tool_id, _TOOL_ID.fullmatch, "letters, digits, `-`, `_` and `.`"),
        *((each, getattr(about, each), _moment, "a time in ISO 8601 with its offset") for each in _TIMES),
        ("label", about.label, _is_label, f"at most {LONGEST_LABEL:,} characters of plain text"),
    )
    for name, value, fits, wanted in checks:
        if value is not None and not fits(value):
            yield Problem(f"$.{name}", f"is {value[:80]!r}; expected {wanted}")
    try:
        json.dumps(attrs.asdict(about), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        yield Problem("$", "holds half of a surrogate pair, which no text may")
    for key in about.unfinished:
        if key not in about.outputs:
            yield Problem("$.unfinished", f"names {key[:80]!r}, which is none of the outputs")
    for place, each in enumerate(about.files):
        if not _SHA256.fullmatch(each.sha256):
            yield Problem(f"$.files[{place}].sha256", f"is {each.sha256[:80]!r}; expected 64 digits in hex")
        if each.path not in TEXTS and not _PATH.fullmatch(each.path):
            yield Problem(f"$.files[{place}].path", f"is {each.path[:80]!r}; expected a file in artefacts/ or inputs/")
        yield from _problems_of_marks(each, place)
    paths = [each.path for each in about.files]
    if len(set(paths)) != len(paths):
        yield Problem("$.files", "lists a file twice")


def _problems_of_marks(file: File, place: int) -> Iterator[Problem]:
    if file.label is not None and not _is_label(file.label):
        said = f"is {file.label[:80]!r}; expected at most {LONGEST_LABEL:,} characters of plain text"
        yield Problem(f"$.files[{place}].label", said)
    for number, tag in enumerate(file.tags):
        if len(tag) > LONGEST_TAG or "\0" in tag:
            said = f"is {tag[:80]!r}; expected at most {LONGEST_TAG:,} characters of plain text"
            yield Problem(f"$.files[{place}].tags[{number}]", said)


def _moment(text: str) -> str | None:
    """The time as it is kept, in UTC with microseconds; None for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
        return timestamp(moment.astimezone(UTC)) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _is_label(text: str) -> bool:
    return len(text) <= LONGEST_LABEL and "\0" not in text
