"""From what a form, a request or a command line sends to typed inputs, checked against the tool's
declaration.

This is the only place that does so. The tool isn't started before its inputs are right.

A conversation (`layout: chat`) sends `messages`, with the new turn last, and `history`, the turns before it,
beside its declared inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import NOTHING

from pixie_core.catalogue.inputs.base import found, read_json, same, text_problems
from pixie_core.catalogue.inputs.files import Attached, FileInput
from pixie_core.errors import InputsInvalid, Problem, near

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pixie_core.catalogue import InputDeclaration
    from pixie_core.tool.manifest import ToolManifest

__all__ = ["inputs_from_form", "sample_inputs", "typed_inputs"]


def inputs_from_form(
    manifest: ToolManifest, fields: Mapping[str, Sequence[str]], typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The typed inputs in a form's fields, or in `--set key=text`: each text is read as its input's type.

    A field may come several times. An empty text is no value, but for inputs to which blank is one: it was
    cleared, and the default doesn't come back. `typed` are inputs that came as values beside the texts, such
    as files; a text goes before them. Raises InputsInvalid.
    """
    given: dict[str, Any] = dict(typed or {})
    problems = _unknown(manifest, given)
    problems += _unknown(manifest, (key for key in fields if key not in given))
    cleared = set()
    for key, texts in fields.items():
        declared = manifest.input(key)
        if declared is None:
            if _is_turns(manifest, key):
                given[key] = _turns_from(key, texts[-1], problems)
        elif any(texts) or (texts and declared.blank_is_value):
            try:
                given[key] = declared.read_many(texts)
            except ValueError as error:
                problems.append(Problem(f"$.{key}", f"{declared.label} {error}"))
        elif key not in given:
            cleared.add(key)
    return _checked(manifest, given, problems, cleared)


def typed_inputs(manifest: ToolManifest, given: Any) -> dict[str, Any]:
    """The inputs of a request, each checked; a key that wasn't sent takes its default.

    Raises InputsInvalid with every problem, each at `$.<key>`.
    """
    if not isinstance(given, dict):
        raise InputsInvalid(_what(manifest), [Problem("$", "the inputs must be an object of values by key")])
    return _checked(manifest, given, _unknown(manifest, given))


def sample_inputs(manifest: ToolManifest) -> dict[str, Any]:
    """What a probe sends: defaults, else each type's own sample; optional inputs without a default are left
    out.

    It goes to the tool as it is. A sample needn't be what a person may send: of a file it is always the same
    picture, whatever the tool accepts.
    """
    if manifest.layout == "chat":
        return {"messages": [{"role": "user", "content": "Validation probe"}], "history": []}
    wanted = [each for each in manifest.inputs if each.required or each.default is not NOTHING]
    return {each.key: each.sample() for each in wanted}


def _checked(
    manifest: ToolManifest, given: Mapping[str, Any], problems: list[Problem], cleared: Collection[str] = ()
) -> dict[str, Any]:
    """The values in the declaration's order. Inputs that `show_if` hides are left out."""
    problems += _misplaced(manifest, given)
    broken = {problem.path for problem in problems}
    given = {key: _normalised(manifest, key, value) for key, value in given.items()}
    values: dict[str, Any] = {}
    for declared in manifest.inputs:
        path = f"$.{declared.key}"
        if path in broken or not _shown(manifest, declared, given):
            continue
        default = NOTHING if declared.key in cleared else _normalised(manifest, declared.key, declared.default)
        value = given.get(declared.key, default)
        if value is NOTHING or (value is None and not declared.required):
            if manifest.layout == "chat" or not declared.required:
                continue
            if not declared.blank_is_value:
                problems.append(Problem(path, f"{declared.label} is missing"))
                continue
            value = declared.blank()
        # A default is the tool's own affair: one that its declaration refuses was warned of when it was read. A null
        # says the same when it is given, as a run that is made again gives it.
        null_by_default = value is None and default is None
        if (declared.key in given and not null_by_default) or declared.default is NOTHING:
            problems.extend(Problem(path, f"{declared.label} {said}") for said in declared.problems(value))
        values[declared.key] = value
    for key in _TURNS:
        if _is_turns(manifest, key) and key in given:
            problems.extend(_turns_problems(key, given[key]))
            values[key] = given[key]
    if problems:
        raise InputsInvalid(_what(manifest), problems)
    return values


def _misplaced(manifest: ToolManifest, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Files that came for inputs which aren't files."""
    for key, value in given.items():
        declared = manifest.input(key)
        several = value if isinstance(value, list) else [value]
        if any(isinstance(each, Attached) for each in several) and not isinstance(declared, FileInput | None):
            yield Problem(f"$.{key}", f"{declared.label} is of type {declared.type} and no file: send its value")


def _normalised(manifest: ToolManifest, key: str, value: Any) -> Any:
    declared = manifest.input(key)
    return value if declared is None or value is NOTHING else declared.normalised(value)


def _shown(manifest: ToolManifest, declared: InputDeclaration, given: Mapping[str, Any]) -> bool:
    condition = declared.show_if
    if condition is None:
        return True
    other = manifest.input(condition.key)
    value = given.get(condition.key, other.default if other is not None else NOTHING)
    return value is not NOTHING and same(value, condition.equals)


_TURNS = ("messages", "history")


def _is_turns(manifest: ToolManifest, key: str) -> bool:
    """True for what a conversation sends beside its inputs, unless the tool declares an input of that name."""
    return manifest.layout == "chat" and key in _TURNS and manifest.input(key) is None


def _turns_from(key: str, text: str, problems: list[Problem]) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        problems.append(Problem(f"$.{key}", f"{key} {error}"))
        return []


def _turns_problems(key: str, turns: Any) -> Iterator[Problem]:
    """A list of turns, each with a role and content; `messages` has at least the new one."""
    if not isinstance(turns, list):
        yield Problem(f"$.{key}", f"{key} must be a list of {{role, content}}, not {found(turns)}")
        return
    if key == "messages" and not turns:
        yield Problem("$.messages", "messages is empty; the new turn stands last in it")
    for index, turn in enumerate(turns):
        if not isinstance(turn, dict):
            yield Problem(f"$.{key}[{index}]", f"must be {{role, content}}, not {found(turn)}")
            continue
        for name in ("role", "content"):
            for said in text_problems(turn.get(name)):
                yield Problem(f"$.{key}[{index}].{name}", said)


_MOST_UNKNOWN = 20


def _unknown(manifest: ToolManifest, keys: Iterable[str]) -> list[Problem]:
    known = [each.key for each in manifest.inputs]
    problems = []
    for key in keys:
        if key not in known and not _is_turns(manifest, key):
            meant = near(key, known)
            hint = f"did you mean {meant}?" if meant else f"known are {', '.join(known)}"
            problems.append(Problem(f"$.{key}", f"{manifest.id} has no input {key!r}: {hint}"))
            if len(problems) == _MOST_UNKNOWN:
                break  # looking for what was meant takes time for each
    return problems


def _what(manifest: ToolManifest) -> str:
    return f"The inputs of {manifest.id}"
