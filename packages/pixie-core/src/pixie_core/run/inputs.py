"""From what a form, a request or a command line sends to typed inputs, checked against the tool's
declaration.

This is the only place that does so. The tool isn't started before its inputs are right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import NOTHING

from pixie_core.errors import InputsInvalid, Problem, near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pixie_core.catalogue import InputDeclaration
    from pixie_core.tool.manifest import ToolManifest

__all__ = ["inputs_from_form", "sample_inputs", "typed_inputs"]


def inputs_from_form(
    manifest: ToolManifest, fields: Mapping[str, Sequence[str]], typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The typed inputs in a form's fields, or in `--set key=text`: each text is read as its input's type.

    A field may come several times. An empty text is no value, but for inputs to which blank is one. `typed`
    are inputs that came as values beside the texts, such as files; a text goes before them. Raises
    InputsInvalid.
    """
    given: dict[str, Any] = dict(typed or {})
    problems = [_unknown(manifest, key) for key in given if manifest.input(key) is None]
    for key, texts in fields.items():
        declared = manifest.input(key)
        if declared is None:
            problems.append(_unknown(manifest, key))
        elif texts and (texts[-1] != "" or declared.blank_is_value):
            try:
                given[key] = declared.read_many(texts)
            except ValueError as error:
                problems.append(Problem(f"$.{key}", f"{declared.label} {error}"))
    return _checked(manifest, given, problems)


def typed_inputs(manifest: ToolManifest, given: Any) -> dict[str, Any]:
    """The inputs of a request, each checked; a key that wasn't sent takes its default (settled.md 13).

    Raises InputsInvalid with every problem, each at `$.<key>`.
    """
    if not isinstance(given, dict):
        raise InputsInvalid(_what(manifest), [Problem("$", "the inputs must be an object of values by key")])
    problems = [_unknown(manifest, key) for key in given if manifest.input(key) is None]
    return _checked(manifest, given, problems)


def sample_inputs(manifest: ToolManifest) -> dict[str, Any]:
    """What a probe sends: defaults, else each type's own sample; optional inputs without a default are left
    out.
    """
    if manifest.layout == "chat":
        return {"messages": [{"role": "user", "content": "Validation probe"}], "history": []}
    wanted = [each for each in manifest.inputs if each.required or each.default is not NOTHING]
    return {each.key: each.sample() for each in wanted}


def _checked(manifest: ToolManifest, given: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The values in the declaration's order. Inputs that `show_if` hides are left out."""
    broken = {problem.path for problem in problems}
    values: dict[str, Any] = {}
    for declared in manifest.inputs:
        value = given.get(declared.key, declared.default)
        if f"$.{declared.key}" in broken or not _shown(manifest, declared, given):
            continue
        if value is NOTHING or (value is None and not declared.required):
            if declared.required and not declared.blank_is_value:
                problems.append(Problem(f"$.{declared.key}", f"{declared.label} is missing"))
            elif declared.required:
                values[declared.key] = declared.blank()
            continue
        wrong = list(declared.problems(value)) if declared.key in given else []
        problems.extend(Problem(f"$.{declared.key}", f"{declared.label} {said}") for said in wrong)
        values[declared.key] = value
    if problems:
        raise InputsInvalid(_what(manifest), problems)
    return values


def _shown(manifest: ToolManifest, declared: InputDeclaration, given: Mapping[str, Any]) -> bool:
    condition = declared.show_if
    if condition is None:
        return True
    other = manifest.input(condition.key)
    value = given.get(condition.key, other.default if other is not None else NOTHING)
    return bool(value == condition.equals)


def _unknown(manifest: ToolManifest, key: str) -> Problem:
    keys = [each.key for each in manifest.inputs]
    meant = near(key, keys)
    hint = f"did you mean {meant}?" if meant else f"known are {', '.join(keys)}"
    return Problem(f"$.{key}", f"{manifest.id} has no input {key!r}: {hint}")


def _what(manifest: ToolManifest) -> str:
    return f"The inputs of {manifest.id}"
