"""tool.json as a typed value, with every problem at once."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import attrs
from attrs import frozen

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES, InputDeclaration, OutputDeclaration
from pixie_core.catalogue.base import Labels, field
from pixie_core.errors import ManifestInvalid, Problem, near
from pixie_core.structure import Problems, found, structure, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ID_PATTERN", "RESERVED_INPUT_KEYS", "Secret", "ToolManifest", "read_manifest"]

RESERVED_INPUT_KEYS = frozenset({"inputs", "run_id", "_pixie"})
"""Names that the body of POST /run uses itself."""


@frozen(kw_only=True)
class Secret:
    """A secret that the tool reads from its environment."""

    key: str = field(help="the name of the environment variable")
    description: str | None = field(help="what it is and where to get one", default=None)
    required: bool = field(help="the tool doesn't work without it", default=False)


@frozen(kw_only=True)
class ToolManifest:
    """What a tool declares of itself in tool.json."""

    id: str = field(help="the tool's name in addresses and commands: kebab-case")
    name: str = field(help="the tool's name for people")
    inputs: tuple[InputDeclaration, ...] = field(help="what the form asks for; at least one")
    outputs: tuple[OutputDeclaration, ...] = field(help="what a run gives; at least one")
    description: str | None = field(help="what it does, in a sentence or two", default=None)
    version: str | None = field(help="the tool's own version", default=None)
    category: str | None = field(help="where it stands in the sidebar; may hold / levels", default=None)
    icon: str | None = field(help="the name of an icon", default=None)
    package: str | None = field(help="the Python package that it wraps", default=None)
    layout: Literal["form", "chat", "split"] = field(
        help="form: inputs beside outputs; split: stacked; chat: a conversation", default="form"
    )
    warm_keep_seconds: int = field(help="idle seconds before its process is stopped", default=300, minimum=0)
    max_memory_mb: int = field(help="memory limit of the process tree, in MB of 2²⁰ bytes", default=512, minimum=1)
    max_runtime_seconds: int = field(help="wall-clock limit of one run, in seconds", default=60, minimum=1)
    secrets: list[Secret] = field(help="what it reads from its environment", default=attrs.Factory(list))
    schema_version: str = field(help="version of the contract", default="1.0")
    concurrent: bool = field(help="false: its runs queue, one at a time", default=True)
    validator_timeout_override: int | None = field(
        help="seconds to wait for a slow boot, in place of 30", default=None, minimum=1
    )
    requires_data_persistence: bool = field(help="a hint: data/ matters", default=False)
    input_transport: Literal["json", "multipart"] = field(
        help="multipart: files are sent as form parts, not as data URLs", default="json"
    )
    provides_file_endpoint: bool = field(help="it serves /files/<run_id>/<name>", default=False)
    provides_autocomplete: bool = field(help="it serves /autocomplete/<name>", default=False)
    retain_runs: int = field(help="how many of its runs are kept", default=100, minimum=0)
    tags: Labels = field(help="kebab-case words to find it by", default=attrs.Factory(list))
    archived: bool = field(help="kept, but out of sight", default=False)
    pinned_warm: bool = field(
        help="its process is never stopped for being idle, and is the last to make room for others", default=False
    )
    entrypoint: str = field(help="the program, a relative path inside the folder", default="main.py")
    workspace_default: str | None = field(help="the workspace that it joins at first sight", default=None)
    citations: list[Any] = field(help="where the method comes from", default=attrs.Factory(list))
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False, eq=False, metadata={"help": "as it was written"})

    def input(self, key: str) -> InputDeclaration | None:
        """The input with this key, or None."""
        return next((each for each in self.inputs if each.key == key), None)

    def output(self, key: str) -> OutputDeclaration | None:
        """The output with this key, or None."""
        return next((each for each in self.outputs if each.key == key), None)

    @property
    def streams(self) -> bool:
        """True when an output arrives on /stream."""
        return any(each.streaming for each in self.outputs)


_TOP_FIELDS = [each for each in attrs.fields(ToolManifest) if each.name not in {"inputs", "outputs", "raw"}]
_TOP_NAMES = [each.name for each in attrs.fields(ToolManifest) if each.name != "raw"]


def read_manifest(source: str | bytes) -> tuple[ToolManifest, tuple[Problem, ...]]:
    """The manifest in the text of a tool.json, and what is worth a warning in it.

    Raises ManifestInvalid with every problem at once, each with its path.
    """
    try:
        raw = json.loads(source)
    except UnicodeDecodeError as error:
        raise ManifestInvalid(
            "tool.json", [Problem("$", f"isn't UTF-8: {error.reason} at byte {error.start}")]
        ) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ManifestInvalid("tool.json", [Problem("$", f"isn't JSON: {error.msg} at {where}")]) from None
    except RecursionError:
        raise ManifestInvalid("tool.json", [Problem("$", "is nested too deeply to be read")]) from None
    except ValueError:
        # Python reads no int of more than 4300 digits.
        raise ManifestInvalid("tool.json", [Problem("$", "holds a number of thousands of digits")]) from None
    return manifest_from(raw)


def manifest_from(raw: Any) -> tuple[ToolManifest, tuple[Problem, ...]]:
    """The manifest in parsed JSON; see read_manifest."""
    if not isinstance(raw, dict):
        raise ManifestInvalid("tool.json", [Problem("$", f"expected an object, found {found(raw)}")])
    problems: list[Problem] = list(_unknown_top_level(raw))
    inputs = _declarations(raw, "inputs", _input, problems)
    outputs = _declarations(raw, "outputs", _output, problems)
    top: Any = None
    try:
        top = structure(_TopClass, {name: raw[name] for name in _TOP_NAMES if name in raw and name not in _TYPED})
        problems.extend(_unknown_in_secrets(raw))
    except Problems as error:
        problems.extend(error.problems)
    problems.extend(_of_the_top(raw))
    problems.extend(_of_the_whole(inputs, outputs))
    if any(problem.severity == "error" for problem in problems):
        raise ManifestInvalid("tool.json", [each for each in problems if each.severity == "error"])
    values = attrs.asdict(top, recurse=False)
    return ToolManifest(**values, inputs=tuple(inputs), outputs=tuple(outputs), raw=raw), tuple(problems)


_TYPED = {"inputs", "outputs"}
_TopClass = attrs.make_class(
    "ToolManifest",
    {each.name: attrs.field(default=each.default, type=each.type, metadata=each.metadata) for each in _TOP_FIELDS},
    frozen=True,
    kw_only=True,
)


def _unknown_top_level(raw: dict[str, Any]) -> Iterator[Problem]:
    for key in raw:
        if key not in _TOP_NAMES and key != "$schema":
            meant = near(key, _TOP_NAMES)
            cure = f"did you mean {meant}?" if meant else f"known are {', '.join(_TOP_NAMES)}"
            yield Problem.unknown("key", key, f"$.{key}", cure)


def _unknown_in_secrets(raw: dict[str, Any]) -> Iterator[Problem]:
    for index, each in enumerate(raw.get("secrets", ())):
        for problem in unknown_keys(Secret, each):
            if problem.path == "$.label":
                cure = "what it is goes into description"
                problem = Problem.unknown("key", "label", "$.label", cure)  # noqa: PLW2901
            yield problem.under(f".secrets[{index}]")


def _declarations(raw: dict[str, Any], name: str, read: Any, problems: list[Problem]) -> list[Any]:
    given = raw.get(name)
    if not isinstance(given, list) or not given:
        what = "is missing" if name not in raw else f"is {found(given)}" if not isinstance(given, list) else "is empty"
        problems.append(Problem(f"$.{name}", f"{what}; expected a list of at least one {name[:-1]}"))
        return []
    read_ones = []
    for index, each in enumerate(given):
        try:
            declared, warnings = read(each)
            read_ones.append(declared)
            problems.extend(warning.under(f"[{index}]").under(f".{name}") for warning in warnings)
        except Problems as error:
            problems.extend(problem.under(f"[{index}]").under(f".{name}") for problem in error.problems)
    return read_ones


def _type_of(raw: Any, known: Mapping[str, Any]) -> str:
    if not isinstance(raw, dict):
        raise Problems(Problem("$", f"expected an object, found {found(raw)}"))
    name = raw.get("type")
    if not isinstance(name, str):
        what = "is missing" if name is None else f"is {found(name)}"
        raise Problems(Problem("$.type", f"{what}; expected one of {', '.join(known)}"))
    if name not in known:
        meant = near(name, known)
        hint = f"did you mean {meant}?" if meant else f"known are {', '.join(known)}"
        raise Problems(Problem.unknown("type", name, "$.type", hint))
    return name


def _input(raw: Any) -> tuple[InputDeclaration, list[Problem]]:
    cls = INPUT_TYPES[_type_of(raw, INPUT_TYPES)]
    canonical = cls.canonical({key: value for key, value in raw.items() if key != "type"})
    declared = structure(cls, canonical)
    faults = list(declared.faults())
    # Against a broken declaration no value can be judged.
    default = [] if any(each.severity == "error" for each in faults) else _of_default(declared)
    return declared, [*unknown_keys(cls, canonical), *faults, *default]


def _of_default(declared: InputDeclaration) -> Iterator[Problem]:
    """A default that the form itself would refuse. It is sent all the same: tools know what they do with it."""
    if declared.default is attrs.NOTHING or (declared.default is None and not declared.required):
        return
    for said in declared.problems(declared.normalised(declared.default)):
        yield Problem("$.default", f"{said}; the form would begin with a value that it refuses", "warning")


def _output(raw: Any) -> tuple[OutputDeclaration, list[Problem]]:
    _type_of(raw, OUTPUT_TYPES)
    return structure(OutputDeclaration, raw), list(unknown_keys(OutputDeclaration, raw))


ID_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"
"""Kebab-case, as a regular expression."""
_KEBAB = re.compile(ID_PATTERN, re.ASCII)


def _of_the_top(raw: dict[str, Any]) -> Iterator[Problem]:
    """What types alone don't say of the fields at the top."""
    name, title, entrypoint, tags = (raw.get(key) for key in ("id", "name", "entrypoint", "tags"))
    if isinstance(name, str) and (not _KEBAB.fullmatch(name) or len(name) > 100):
        yield Problem("$.id", f"is {name!r}; expected kebab-case, such as lorenz-ode-solver")
    if isinstance(title, str) and not title.strip():
        yield Problem("$.name", "is blank; expected a name for people")
    if isinstance(entrypoint, str):
        path = PurePosixPath(entrypoint)
        if path.is_absolute() or ".." in path.parts or not entrypoint.strip() or "\\" in entrypoint:
            yield Problem("$.entrypoint", f"is {entrypoint!r}; expected a relative path inside the tool's folder")
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        if isinstance(tag, str) and not _KEBAB.fullmatch(tag):
            yield Problem(f"$.tags[{index}]", f"is {tag!r}; expected kebab-case", "warning")


def _of_the_whole(inputs: Sequence[InputDeclaration], outputs: Sequence[OutputDeclaration]) -> Iterator[Problem]:
    """What only shows when the entries are seen together."""
    for name, declared in (("inputs", [each.key for each in inputs]), ("outputs", [each.key for each in outputs])):
        counted = Counter(declared)
        for index, key in enumerate(declared):
            if counted[key] > 1:
                yield Problem(f"$.{name}[{index}].key", f"{key!r} stands {counted[key]} times; keys are unique")
    by_key = {each.key: each for each in inputs}
    for index, each in enumerate(inputs):
        if each.key in RESERVED_INPUT_KEYS:
            yield Problem(
                f"$.inputs[{index}].key", f"{each.key!r} is reserved for the request itself: choose another key"
            )
        if each.show_if is not None:
            yield from (problem.under(f".inputs[{index}]") for problem in _of_show_if(each, by_key))


def _of_show_if(declared: InputDeclaration, by_key: Mapping[str, InputDeclaration]) -> Iterator[Problem]:
    """Its key is another input's, and that input can have its value."""
    condition = declared.show_if
    assert condition is not None
    if condition.key == declared.key:
        yield Problem("$.show_if.key", "is this input's own key: it could never be shown")
    elif condition.key not in by_key:
        meant = near(condition.key, by_key)
        hint = f": did you mean {meant}?" if meant else ""
        yield Problem("$.show_if.key", f"no input is called {condition.key!r}{hint}")
    else:
        other = by_key[condition.key]
        for said in other.problems(other.normalised(condition.equals)):
            yield Problem("$.show_if.equals", f"{condition.key} can't be that: it {said}", "warning")
