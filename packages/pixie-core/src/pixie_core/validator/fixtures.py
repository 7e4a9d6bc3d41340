"""Known answers: reference/fixture_*.json, what they allow in reference/tolerance.yaml, and check 12."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from attrs import NOTHING, evolve, field, frozen

from pixie_core.catalogue.inputs.files import FileInput
from pixie_core.errors import Problem, ToolError
from pixie_core.run.decoding import clean
from pixie_core.run.normalise import normalise_answer, normalise_value
from pixie_core.structure import Problems, found, structure, unknown_keys
from pixie_core.validator.comparators import Tolerance, compare, default_tolerance, read_tolerance
from pixie_core.validator.probe import Unanswered
from pixie_core.validator.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.tool import ToolManifest
    from pixie_core.validator.probe import Probe

__all__ = ["Chosen", "Fixture", "Tolerances", "read_fixtures", "read_tolerances", "reference_fixtures_match"]

_MOST_DIFFERENCES = 10


@frozen
class Chosen:
    """Which fixtures are wanted: by name, by tag, or all."""

    name: str | None = None
    tag: str | None = None

    def has(self, fixture: Fixture) -> bool:
        """True when the fixture is wanted; its name may be given with or without `fixture_` and `.json`."""
        wanted = None if self.name is None else self.name.removesuffix(".json").removeprefix("fixture_")
        stem = fixture.path.stem.removeprefix("fixture_")
        return (wanted is None or wanted in {stem, fixture.name}) and (self.tag is None or self.tag in fixture.tags)


@frozen(kw_only=True)
class _Written:
    """A fixture as its file says it."""

    inputs: dict[str, Any] = field(metadata={"help": "the inputs, by key"})
    expected_outputs: dict[str, Any] = field(metadata={"help": "the expected values, by output key"})
    name: str | None = None
    source: Any = None
    description: Any = None
    tags: list[str] = field(factory=list)
    tolerance: dict[str, Any] = field(factory=dict)
    skip_reason: str | None = None


@frozen(kw_only=True)
class Fixture:
    """One known answer."""

    path: Path
    name: str
    inputs: Mapping[str, Any] = field(repr=False)
    expected: Mapping[str, Any] = field(repr=False)
    tags: tuple[str, ...] = ()
    tolerance: Mapping[str, Any] = field(factory=dict)
    skip_reason: str | None = None


Then = Literal["ignore", "warn", "fail"]


@frozen
class Tolerances:
    """What tolerance.yaml says: by output key, by type, and what to do with keys that one side lacks."""

    by_key: Mapping[str, Any] = field(factory=dict)
    by_type: Mapping[str, Any] = field(factory=dict)
    on_extra_output_key: Then = "ignore"
    on_missing_expected_key: Then = "fail"

    def of(self, declared: OutputDeclaration, own: Mapping[str, Any]) -> tuple[Tolerance, list[Problem]]:
        """The tolerance of an output: the fixture's own word, over the key's, over the type's, over the default."""
        tolerance, problems = default_tolerance(declared.type), []
        for raw in (self.by_type.get(declared.type), self.by_key.get(declared.key), own.get(declared.key)):
            if raw is not None:
                tolerance, wrong = read_tolerance(raw, tolerance)
                problems.extend(wrong)
        return tolerance, problems


def read_fixtures(folder: Path) -> tuple[list[Fixture], list[Problem]]:
    """The fixtures of a tool's folder by name, and what is wrong with those that can't be read."""
    fixtures: list[Fixture] = []
    problems: list[Problem] = []
    for path in sorted((folder / "reference").glob("fixture_*.json")):
        try:
            # What answers lose on their way in, expectations lose as well: NaN is null in both.
            raw, _ = clean(json.loads(path.read_text(encoding="utf-8")))
            written = structure(_Written, raw)
        except (OSError, ValueError, RecursionError) as error:
            problems.append(Problem(path.name, f"can't be read: {error}"))
        except Problems as error:
            problems.extend(evolve(each, path=f"{path.name} {each.path}") for each in error.problems)
        else:
            problems.extend(evolve(each, path=f"{path.name} {each.path}") for each in unknown_keys(_Written, raw))
            fixtures.append(
                Fixture(
                    path=path,
                    name=written.name or path.stem.removeprefix("fixture_"),
                    inputs=written.inputs,
                    expected=written.expected_outputs,
                    tags=tuple(written.tags),
                    tolerance=written.tolerance,
                    skip_reason=written.skip_reason,
                )
            )
    return fixtures, problems


def read_tolerances(folder: Path) -> tuple[Tolerances, list[Problem]]:
    """What reference/tolerance.yaml says, or the defaults where there is none; and what is wrong with it."""
    import yaml

    path = folder / "reference" / "tolerance.yaml"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Tolerances(), []
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        return Tolerances(), [Problem(path.name, f"can't be read: {' '.join(str(error).split())}")]
    if raw is None:
        return Tolerances(), []
    if not isinstance(raw, dict):
        return Tolerances(), [Problem(path.name, f"expected an object by output key, found {found(raw)}")]
    defaults, options = raw.get("defaults") or {}, raw.get("options") or {}
    problems = []
    for name, said in (("defaults", defaults), ("options", options)):
        if not isinstance(said, dict):
            problems.append(Problem(f"{path.name} {name}", f"expected an object, found {found(said)}"))
    if problems:
        return Tolerances(), problems
    choices: dict[str, Any] = {}
    for key in ("on_extra_output_key", "on_missing_expected_key"):
        if key in options:
            if options[key] in {"ignore", "warn", "fail"}:
                choices[key] = options[key]
            else:
                said = f"expected ignore, warn or fail, found {options[key]!r}"
                problems.append(Problem(f"{path.name} options.{key}", said))
    by_key = {str(key): said for key, said in raw.items() if key not in {"defaults", "options"}}
    return Tolerances(by_key, defaults, **choices), problems


def reference_fixtures_match(probe: Probe, chosen: Chosen | None = None) -> Finding:
    """Check 12: every known answer comes again. The process is started here, and stopped with the probe."""
    chosen = chosen or Chosen()
    everything, problems = read_fixtures(probe.tool.folder)
    tolerances, wrong = read_tolerances(probe.tool.folder)
    problems += wrong
    wanted = [fixture for fixture in everything if chosen.has(fixture)]
    runnable = [fixture for fixture in wanted if fixture.skip_reason is None]
    details = [str(each) for each in problems]
    details += [f"{each.name}: skipped: {each.skip_reason}" for each in wanted if each.skip_reason is not None]
    if any(each.severity == "error" for each in problems):
        return Finding("fail", f"the fixtures can't be read: {details[0]}", tuple(details))
    if chosen.name is not None and everything and not wanted:
        there = ", ".join(each.path.stem.removeprefix("fixture_") for each in everything)
        return Finding("warn", f"no fixture is called {chosen.name[:80]!r}; there are {there}", tuple(details))
    if not runnable:
        why = "no fixture is to be tried" if everything else "there is no reference/fixture_*.json"
        return Finding("skip", why, tuple(details))
    try:
        probe.start()
    except ToolError as error:
        return Finding("fail", str(error), tuple(error.stderr.splitlines()[-20:]))
    failed, warned = [], [each for each in problems if each.severity == "warning"]
    for fixture in runnable:
        differences = _try(probe, fixture, tolerances)
        if any(each.severity == "error" for each in differences):
            failed.append(fixture)
        warned += [each for each in differences if each.severity == "warning"]
        details += [f"{fixture.name}: {each}" for each in differences[:_MOST_DIFFERENCES]]
        if len(differences) > _MOST_DIFFERENCES:
            details.append(f"{fixture.name}: … and {len(differences) - _MOST_DIFFERENCES} more differences")
    if failed:
        first = next(line for line in details if line.startswith(f"{failed[0].name}: "))
        said = f"{len(failed)} of {len(runnable)} known answers didn't come again; {first}"
        return Finding("fail", " ".join(said.split()), tuple(details))
    message = "1 fixture matches" if len(runnable) == 1 else f"{len(runnable)} fixtures match"
    return Finding("warn" if warned else "pass", message, tuple(details))


def _try(probe: Probe, fixture: Fixture, tolerances: Tolerances) -> list[Problem]:
    """What differs. Of a tool that streams the immediate answer may be what is expected, or the stream's end."""
    manifest = probe.manifest
    try:
        answered = probe.run(inputs_of(manifest, fixture))
    except Unanswered as error:
        return [Problem("/run", str(error))]
    values = normalise_answer(manifest, answered.raw, source=probe.source(answered)).values
    differences = differing(manifest, fixture, tolerances, values)
    if differences and any(each.streaming or each.type == "stream_text" for each in manifest.outputs):
        streamed = probe.stream(answered)
        if streamed is not None:
            if streamed.failed is not None:
                return [Problem("/stream", streamed.failed)]
            differences = differing(manifest, fixture, tolerances, {**values, **streamed.values})
    return differences


def inputs_of(manifest: ToolManifest, fixture: Fixture) -> dict[str, Any]:
    """The inputs to send: defaults for those that aren't given; a file that is null is left out."""
    given = dict(fixture.inputs)
    for declared in manifest.inputs:
        if declared.key not in given and declared.default is not NOTHING and not isinstance(declared, FileInput):
            given[declared.key] = declared.default
        elif declared.key in given and given[declared.key] is None:
            del given[declared.key]
    return given


def differing(
    manifest: ToolManifest, fixture: Fixture, tolerances: Tolerances, values: Mapping[str, Any]
) -> list[Problem]:
    """How the canonical values differ from what the fixture expects; paths begin with the output's key."""
    problems: list[Problem] = []
    for key, expected in fixture.expected.items():
        declared = manifest.output(key)
        if declared is None:
            problems.append(Problem(key, "is expected, and tool.json declares no such output"))
            continue
        if key not in values:
            if expected is not None:
                problems += _unless_ignored(tolerances.on_missing_expected_key, key, "is missing from the answer")
            continue
        tolerance, wrong = tolerances.of(declared, fixture.tolerance)
        problems += _at(key, (Problem("$", f"its tolerance {each.path} {each.message}") for each in wrong))
        canonical = normalise_value(declared, expected)
        # What is no whole value (a part of a chart, a hash in place of a file) is compared as it stands.
        wanted = canonical.value if canonical.value is not NOTHING else expected
        problems += _at(key, compare(declared.type, wanted, values[key], tolerance))
    for key in values:
        if key not in fixture.expected:
            problems += _unless_ignored(tolerances.on_extra_output_key, key, "isn't expected")
    return problems


def _at(key: str, problems: Iterable[Problem]) -> list[Problem]:
    return [evolve(each, path=key + each.path.removeprefix("$")) for each in problems]


def _unless_ignored(then: Then, key: str, said: str) -> list[Problem]:
    return [] if then == "ignore" else [Problem(key, said, "error" if then == "fail" else "warning")]
