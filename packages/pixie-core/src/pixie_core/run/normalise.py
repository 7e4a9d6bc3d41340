"""From what a tool answered to canonical values: the one place through which every answer passes.

An answer is unwrapped and cleaned of what JSON can't say; each value is brought into its type's canonical
shape (`pixie_core.run.canonical`) and then checked strictly. What had to be changed, and what is wrong, comes
back as problems with paths from the answer's root: a warning for what was understood all the same, an error
for what was not. Streams, the runner and the validator's check 9 use the same functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import NOTHING, field, frozen

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import Problem, near
from pixie_core.run.canonical import Context, canonical
from pixie_core.run.decoding import clean
from pixie_core.structure import Problems, found, structure, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.catalogue.base import Json
    from pixie_core.tool import ToolManifest

__all__ = ["Answer", "Normalised", "normalise_answer", "normalise_value", "unwrap"]


@frozen
class Normalised:
    """One value: canonical, or attrs.NOTHING where it can't be read as its type; and what is to be said of it."""

    value: Any
    notes: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Why there is no value."""
        return tuple(each for each in self.notes if each.severity == "error")


@frozen
class Answer:
    """A tool's whole answer: canonical values by key, and everything that is to be said of it.

    `missing` are declared outputs that the answer doesn't have, or has as null; whether that is wrong is the
    caller's to say, since those that stream may come later.
    """

    values: Mapping[str, Json]
    notes: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What can't be read as an answer."""
        return tuple(each for each in self.notes if each.severity == "error")


def normalise_answer(manifest: ToolManifest, raw: Json, *, source: Callable[[str], str] | None = None) -> Answer:
    """The canonical values in the parsed body of an answer to POST /run. Raises nothing: problems are in the answer.

    `source` is what it is to `normalise_value`.

    Raises Undecodable when it is nested beyond reading.
    """
    cleaned, notes = clean(raw)
    given, said = unwrap(manifest, cleaned)
    notes = (*notes, *said)
    values: dict[str, Json] = {}
    missing: list[str] = []
    for declared in manifest.outputs:
        if declared.key not in given:
            missing.append(declared.key)
            continue
        one = normalise_value(declared, given[declared.key], source=source)
        notes = (*notes, *(problem.under(f".{declared.key}") for problem in one.notes))
        if one.value is not NOTHING:
            values[declared.key] = one.value
        elif not one.errors:
            missing.append(declared.key)
    absent = (
        Problem(f"$.{key}", "is missing; tool.json declares this output", "warning")
        for key in missing
        if key not in given
    )
    return Answer(values, (*notes, *absent), tuple(missing))


def unwrap(manifest: ToolManifest, raw: Json) -> tuple[dict[str, Json], tuple[Problem, ...]]:
    """The raw values by key of declared output: without the wrapping `outputs`, an echoed `run_id`, and other keys.

    The problems name what was unwrapped and what is unknown. An answer without any declared output is an error.
    """
    notes: list[Problem] = []
    if not isinstance(raw, dict):
        return {}, (Problem("$", f"expected an object keyed by the outputs, found {found(raw)}"),)
    keys = [each.key for each in manifest.outputs]
    if "outputs" in raw and "outputs" not in keys and isinstance(raw["outputs"], dict):
        notes.append(Problem("$.outputs", "the answer came wrapped; answer {output_key: value} flat", "warning"))
        raw = raw["outputs"]
    given = {key: raw[key] for key in keys if key in raw}
    others = [key for key in raw if key not in given and key != "run_id"]
    if not given and others and not any(each.streaming for each in manifest.outputs):
        said = next((raw[key] for key in ("error", "detail", "message") if isinstance(raw.get(key), str)), None)
        because = f": {said}" if said else f"; found {', '.join(map(repr, others[:10]))}"
        return {}, (*notes, Problem("$", f"holds none of the declared outputs ({', '.join(keys)}){because}"))
    for key in others:
        meant = near(key, keys)
        hint = f": did you mean {meant}?" if meant and meant not in given else ""
        notes.append(Problem(f"$.{key}", f"tool.json declares no output {key!r}{hint}", "warning"))
    return given, tuple(notes)


def normalise_value(
    declared: OutputDeclaration,
    raw: Json,
    *,
    context: Context | None = None,
    source: Callable[[str], str] | None = None,
) -> Normalised:
    """One whole value in its type's canonical shape, checked strictly. Paths in the notes begin at the value.

    `context` is what a stream told before. `source` turns a path on the tool's own server (`/files/…`) into a
    source that can stay, for the types that hold files.
    """
    ctx = Context(declared) if context is None else context
    if raw is None and not _takes_null(declared):
        message = f"is null; expected a value of type {declared.type}"
        return Normalised(NOTHING, (*ctx.notes, Problem("$", message, "warning")))
    value = canonical(raw, ctx)
    cls = OUTPUT_TYPES[declared.type]
    if source is not None and "media" in cls.views():
        value = _with_sources(value, source)
    fields = {"value": value} if cls.bare() else value
    try:
        structured = structure(cls, fields)
    except Problems as error:
        problems = [*(Problem("$", cure) for wrong, cure in cls.mistakes if wrong(raw)), *error.problems]
        return Normalised(NOTHING, (*ctx.notes, *(_at_the_value(each, bare=cls.bare()) for each in problems)))
    problems = [Problem("$", sentence) for sentence in structured.check(declared)]
    if problems:
        return Normalised(NOTHING, (*ctx.notes, *problems))
    return Normalised(value, (*ctx.notes, *unknown_keys(cls, fields)))


def _takes_null(declared: OutputDeclaration) -> bool:
    """Number and progress: null says that there is none."""
    return declared.type in {"number", "progress"}


def _at_the_value(problem: Problem, *, bare: bool) -> Problem:
    """A bare scalar is checked as `{"value": …}`: the path must not say so."""
    if bare and problem.path.startswith("$.value"):
        return Problem("$" + problem.path.removeprefix("$.value"), problem.message, problem.severity)
    return problem


def _with_sources(value: Json, source: Callable[[str], str]) -> Json:
    """The value with every path on the tool's own server replaced."""
    if isinstance(value, str):
        return source(value) if value.startswith("/files/") else value
    if isinstance(value, dict):
        return {key: _with_sources(each, source) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_sources(each, source) for each in value]
    return value
