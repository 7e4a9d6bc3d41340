"""Looking into a tool from a stranger, before a byte of it is written: what it is, what installing it would do.

    proposal = inspect_zip(Path("weather.zip"))     raises RequestInvalid, with every entry that is wrong
    proposal.manifest, proposal.commands, proposal.dependencies, proposal.secrets, proposal.warnings

Nothing of the zip runs here, and nothing is extracted: every entry is read to its end, counted, hashed and
forgotten, but for the few that say what the tool is (`pixie_core.tool.requirements` reads what it would install).
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from attrs import field, frozen

from pixie_core.errors import ManifestInvalid, Problem, RequestInvalid
from pixie_core.filenames import clean_filename
from pixie_core.tool.manifest import read_manifest
from pixie_core.tool.requirements import Requirements, read_requirements
from pixie_core.tool.secrets import key_problem
from pixie_core.tool.source import SourceHash, left_behind
from pixie_core.unzip import LIMITS, BadZip, Limits, content, first_problems, name_problems, read_entries, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pixie_core.tool.manifest import Secret, ToolManifest
    from pixie_core.unzip import Entry

__all__ = ["NOTICE", "Proposal", "ProposedFile", "inspect_open", "inspect_zip"]

NOTICE = (
    "A tool is a program that runs as you: it can read your files and use your network. "
    "Install it only when you trust where it comes from."
)
"""To be said before a tool is installed."""

_MOST_DECLARED = 10**6
"""Bytes of tool.json and of the other files that say what would be installed."""
_DECLARING = ("tool.json", "pyproject.toml", "uv.lock", "uv.toml", ".python-version", "requirements.txt")
_MAC_LEFTOVERS = re.compile(r"__MACOSX(/.*)?|(.*/)?(\.DS_Store|\._[^/]*)", re.DOTALL)


@frozen
class ProposedFile:
    """A file of the tool: its name in the tool's folder, its size in bytes, and the entry that holds it."""

    name: str
    size: int
    entry: Entry = field(repr=False)


@frozen
class Proposal:
    """A tool that could be installed from a zip: what a person is to see before they agree.

    `source_hash` is the hash that `pixie_core.tool.source` gives to the source, so that two people can compare what
    they have. `commands` are what would run, each as it would be typed; `warnings` what deserves a second look.
    """

    path: Path
    manifest: ToolManifest
    files: tuple[ProposedFile, ...] = field(repr=False)
    source_hash: str
    requirements: Requirements
    commands: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()
    limits: Limits = field(default=LIMITS, repr=False)
    """Those under which it was read, and is read again when it is unpacked."""

    @property
    def id(self) -> str:
        """The tool's id, which will be the name of its folder."""
        return self.manifest.id

    @property
    def dependencies(self) -> tuple[str, ...]:
        """What pyproject.toml asks to be installed."""
        return self.requirements.dependencies

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What it wants to read from its environment, but for names that it won't get."""
        return tuple(each for each in self.manifest.secrets if key_problem(each.key) is None)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(each.size for each in self.files)

    def facts(self) -> list[tuple[str, str]]:
        """What a person is to see before they agree: headings and words, unescaped as the stranger wrote them."""
        needs = self.requirements
        secrets = (f"{each.key}{' (required)' if each.required else ''}" for each in self.secrets)
        return [
            ("Tool", f"{self.manifest.name} ({self.id})"),
            ("Says of itself", self.manifest.description or ""),
            ("Files", f"{len(self.files)}, {self.size:,} bytes"),
            ("Source", f"sha256:{self.source_hash}"),
            ("Would install", ", ".join(self.dependencies) or "nothing"),
            ("From", ", ".join(needs.indexes) or "the package index that is set here"),
            ("Would run", "\n".join(self.commands)),
            ("Asks for secrets", ", ".join(secrets) or "none"),
            *(("Look at this", str(each)) for each in self.warnings),
        ]

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "tool_id": self.id,
            "name": self.manifest.name,
            "description": self.manifest.description,
            "source_hash": self.source_hash,
            "files": [{"name": each.name, "size_bytes": each.size} for each in self.files],
            "dependencies": list(self.dependencies),
            "indexes": list(self.requirements.indexes),
            "commands": list(self.commands),
            "secrets": [{"key": each.key, "required": each.required} for each in self.secrets],
            "warnings": [{"path": each.path, "message": each.message} for each in self.warnings],
        }


def inspect_zip(path: Path, *, limits: Limits = LIMITS) -> Proposal:
    """What is in a zip, if it is a tool that can be imported; nothing is written.

    Raises RequestInvalid with every problem, each with the name of the entry, and OSError when the file can't be
    read.
    """
    with path.open("rb") as file:
        return inspect_open(file, path, limits=limits)


def inspect_open(file: BinaryIO, path: Path, *, limits: Limits = LIMITS) -> Proposal:
    """The same for a file that is open already; `path` is what to call it."""
    try:
        entries = read_entries(file, limits)
        named = [each for each in entries if not _MAC_LEFTOVERS.fullmatch(each.name)]
        if problems := name_problems(named, limits.depth):
            raise RequestInvalid(f"{path.name} can't be imported", first_problems(problems))
        files, warnings = _files(entries)
        return _proposal(file, path, files, warnings, limits)
    except BadZip as error:
        where = shown(error.entry) if error.entry is not None else path.name
        raise RequestInvalid(f"{path.name} can't be imported", [Problem(where, str(error))]) from None


# The files


def _files(entries: Sequence[Entry]) -> tuple[tuple[ProposedFile, ...], list[Problem]]:
    """The tool's files by their names in its folder, whether it lies at the root of the zip or in one folder of it.
    Raises RequestInvalid for what must not come with a tool.
    """
    kept = [each for each in entries if not each.is_folder and not _MAC_LEFTOVERS.fullmatch(each.name)]
    names = {each.name for each in kept}
    tops = {name.split("/", 1)[0] for name in names}
    prefix = ""
    if "tool.json" not in names and len(tops) == 1:
        prefix = f"{next(iter(tops))}/"
    if f"{prefix}tool.json" not in names:
        said = "is missing: expected at the root of the zip, or in its only folder. Was it made by `pixie share-tool`?"
        raise RequestInvalid("The zip can't be imported", [Problem("tool.json", said)])
    files = tuple(ProposedFile(each.name.removeprefix(prefix), each.size, each) for each in kept)
    foreign = [
        Problem(shown(each.name), "must not come with a tool: secrets, environments, history, data and what was "
                "compiled stay where they were made. `pixie share-tool` leaves them out.")
        for each in files if left_behind(tuple(each.name.split("/")))
    ]  # fmt: skip
    if foreign:
        raise RequestInvalid("The zip can't be imported", first_problems(foreign))
    dropped = len([each for each in entries if not each.is_folder]) - len(kept)
    said = f"{dropped} files that macOS added are left out"
    return files, [Problem("the zip", said, "warning")] if dropped else []


def _proposal(
    file: BinaryIO, path: Path, files: tuple[ProposedFile, ...], warnings: list[Problem], limits: Limits
) -> Proposal:
    sources = SourceHash()
    declared: dict[str, bytes] = {}
    for each in files:
        pieces = content(file, each.entry, limits)
        if each.name in _DECLARING:
            # A lock lists every file of every dependency; the others are written by people.
            most = _MOST_DECLARED * (20 if each.name == "uv.lock" else 1)
            if each.size > most:
                raise BadZip(f"has {each.size:,} bytes; at most {most:,} are read of it", each.name)
            declared[each.name] = b"".join(pieces)
            sources.add(each.name, [declared[each.name]])
        else:
            sources.add(each.name, pieces)
    manifest, problems = _manifest(declared, {each.name for each in files})
    requirements, more = read_requirements(declared, manifest.id if manifest else "")
    problems += more
    errors = [each for each in problems if each.severity == "error"]
    if errors or manifest is None:
        raise RequestInvalid(f"{path.name} can't be imported", errors)
    warnings += [each for each in problems if each.severity == "warning"]
    warnings += _of_secrets(manifest)
    names = {each.name for each in files}
    if requirements.builds and "setup.py" in names:
        warnings.append(Problem("setup.py", "is run while the tool is installed", "warning"))
    commands = _commands(manifest, requirements)
    return Proposal(path, manifest, files, sources.hexdigest(), requirements, commands, tuple(warnings), limits)


def _manifest(declared: Mapping[str, bytes], names: set[str]) -> tuple[ToolManifest | None, list[Problem]]:
    try:
        manifest, warnings = read_manifest(declared["tool.json"])
        json.dumps(manifest.raw, ensure_ascii=False).encode()
    except ManifestInvalid as error:
        return None, [_of("tool.json", each) for each in error.problems]
    except UnicodeEncodeError:
        return None, [Problem("tool.json", "holds half of a surrogate pair, which no text may")]
    except ValueError as error:
        return None, [Problem("tool.json", f"can't be read: {error}")]
    problems = [_of("tool.json", each) for each in warnings]
    if str(PurePosixPath(manifest.entrypoint)) not in names:
        problems.append(Problem("tool.json $.entrypoint", f"is {manifest.entrypoint!r}, and the zip has no such file"))
    if clean_filename(manifest.id) != manifest.id:
        problems.append(Problem("tool.json $.id", f"is {manifest.id!r}, which not every system takes as a name"))
    return manifest, problems


def _of(name: str, problem: Problem) -> Problem:
    return Problem(f"{name} {problem.path}", problem.message, problem.severity)


def _of_secrets(manifest: ToolManifest) -> Iterator[Problem]:
    for index, each in enumerate(manifest.secrets):
        said = key_problem(each.key)
        if said is not None:
            yield Problem(f"tool.json $.secrets[{index}].key", f"{said}; the tool won't get it", "warning")


def _commands(manifest: ToolManifest, requirements: Requirements) -> tuple[str, ...]:
    """What would run, as it would be typed; every one without a shell."""
    import shlex

    sync = f"uv sync --compile-bytecode{' --locked' if requirements.locked else ''}"
    return (sync, shlex.join([".venv/bin/python", manifest.entrypoint, "--port", "N"]))
