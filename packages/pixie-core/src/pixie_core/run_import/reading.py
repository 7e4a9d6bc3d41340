"""Looking into a zip of runs before a byte of it is written: which runs, and whether each is whole and unaltered.

Every entry is read to its end and held against the SHA-256 that its run.json says. What is there must be listed, and
what is listed must be there. The quotas are those that hold for a run that is made here.

A zip may say of a file that it grows by more than a hundred times: a picture of one colour does. All such files
together may have as many bytes as an imported tool, so that a small zip can't fill the disk.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO

from attrs import field, frozen

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.run_import.about import TEXTS, About, read_about, read_json
from pixie_core.unzip import BadZip, Entry, Limits, content, first_problems, name_problems, read_entries, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pixie_core.config import Settings

__all__ = ["Found", "find_runs", "pieces_of"]

_ABOUT = "run.json"
_INDEX = ("index.json", "index.csv")
_MOST_ABOUT = 64 * 2**20
"""Bytes of a run.json or an index.json: some hundred thousand files."""
_LIMITS = Limits(
    zip_bytes=2**63, total_bytes=2**63, entry_bytes=2**63, entries=200_000, depth=8, ratio=1100, zip64=True
)
"""What is bounded here is what the directory takes in memory; deflate itself stops at a ratio of 1032."""


@frozen(kw_only=True)
class Found:
    """A run in a zip, looked at to its last byte."""

    about: About
    prefix: str
    entries: Mapping[str, Entry] = field(repr=False)
    """By the path that run.json says."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(each.size for each in self.entries.values())


def find_runs(file: BinaryIO, name: str, settings: Settings) -> list[Found]:
    """The runs of a zip, of one run or of many, in their order; `name` is what to call the zip.

    Raises RequestInvalid with every problem, each with the name of its entry; nothing was written then.
    """
    try:
        entries = read_entries(file, _LIMITS)
        if problems := name_problems(entries, _LIMITS.depth):
            raise _refused(name, problems)
        _must_not_swell(entries, settings)
        found = [_found(file, name, prefix, among, settings) for prefix, among in _by_run(file, name, entries).items()]
        _must_be_different(name, found)
        for each in found:
            _verify(file, name, each)
    except BadZip as error:
        where = shown(error.entry) if error.entry is not None else name
        raise _refused(name, [Problem(where, str(error))]) from None
    return found


def pieces_of(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """The bytes of an entry. Raises RequestInvalid when the zip has changed since it was looked at."""
    try:
        yield from content(file, entry, _LIMITS)
    except BadZip as error:
        raise _refused("The zip", [Problem(shown(entry.name), f"changed while it was read: it {error}")]) from None


def _refused(name: str, problems: Sequence[Problem]) -> RequestInvalid:
    return RequestInvalid(f"{name} can't be imported", first_problems(list(problems)))


def _must_not_swell(entries: Iterable[Entry], settings: Settings) -> None:
    most, ratio = settings.max_zip_unpacked_bytes, settings.max_zip_ratio
    swollen = [each for each in entries if each.size > _LIMITS.ratio_after and each.size > ratio * each.compressed]
    if sum(each.size for each in swollen) > most:
        raise BadZip(f"holds more than {most:,} bytes that grow by more than {ratio} times", swollen[0].name)


# Which runs


def _by_run(file: BinaryIO, name: str, entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each run, by what stands before their names."""
    names = {each.name: each for each in entries}
    if _ABOUT in names:
        return {"": list(entries)}
    if _INDEX[0] not in names:
        said = "is missing: expected at the root of the zip. Was it made by `pixie export-run`?"
        if "report.html" in names:
            said = "is missing: this is a report, for people. `pixie export-run` makes what can be imported"
        raise _refused(name, [Problem(_ABOUT, said)])
    incomplete = _incomplete(file, name, names[_INDEX[0]])
    runs: dict[str, list[Entry]] = {each[: -len(_ABOUT)]: [] for each in names if each.endswith(f"/{_ABOUT}")}
    foreign = []
    for each in entries:
        prefix = "".join(part + "/" for part in each.name.split("/")[:2])
        if prefix in runs:
            runs[prefix].append(each)
        elif each.name not in _INDEX and prefix not in incomplete:
            foreign.append(Problem(shown(each.name), "belongs to no run of the zip"))
    if foreign:
        raise _refused(name, foreign)
    if not runs:
        raise _refused(name, [Problem("the zip", "holds no whole run")])
    return runs


def _incomplete(file: BinaryIO, name: str, index: Entry) -> set[str]:
    """The folders of runs of which the index says that they had a problem."""
    told = read_json(_small(file, index), index.name)
    runs = told.get("runs") if isinstance(told, dict) and told.get("kind") == "raw" else None
    if not isinstance(runs, list) or not all(isinstance(each, dict) for each in runs):
        said = "says that it is no list of whole runs; reports and single files can't be imported"
        raise _refused(name, [Problem(index.name, said)])
    return {str(each.get("folder")) for each in runs if each.get("problem") is not None}


def _small(file: BinaryIO, entry: Entry) -> bytes:
    if entry.size > _MOST_ABOUT:
        raise BadZip(f"has {entry.size:,} bytes; at most {_MOST_ABOUT:,} are read of it", entry.name)
    return b"".join(content(file, entry, _LIMITS))


def _must_be_different(name: str, found: Sequence[Found]) -> None:
    known: dict[str, str] = {}
    problems = []
    for each in found:
        if each.about.id in known:
            said = f"is the same run as {shown(known[each.about.id])}"
            problems.append(Problem(shown(each.prefix), said))
        known.setdefault(each.about.id, each.prefix)
    if problems:
        raise _refused(name, problems)


# One run


def _found(file: BinaryIO, name: str, prefix: str, among: Sequence[Entry], settings: Settings) -> Found:
    """What run.json says is there, and nothing else is."""
    named = {each.name.removeprefix(prefix): each for each in among}
    about = read_about(_small(file, named.pop(_ABOUT)), shown(f"{prefix}{_ABOUT}"))
    listed = {each.path: each for each in about.files}
    problems = [
        Problem(shown(prefix + path), "is missing") for path in dict.fromkeys((*TEXTS, *listed)) if path not in named
    ]
    for path, entry in named.items():
        if entry.is_folder:
            if path not in {"", "artefacts/"}:
                problems.append(Problem(shown(entry.name), "is a folder that no export has"))
        elif path not in listed:
            problems.append(Problem(shown(entry.name), f"isn't listed in {_ABOUT}"))
        elif entry.size != listed[path].size_bytes:
            said = f"has {entry.size:,} bytes, and {_ABOUT} says {listed[path].size_bytes:,}: it was altered"
            problems.append(Problem(shown(entry.name), said))
    problems += [
        Problem(f"{shown(prefix + _ABOUT)} $.files", f"doesn't list {each}") for each in TEXTS if each not in listed
    ]
    if problems:
        raise _refused(name, problems)
    found = Found(about=about, prefix=prefix, entries={path: named[path] for path in listed})
    _must_be_within_quotas(name, found, settings)
    return found


def _must_be_within_quotas(name: str, found: Found, settings: Settings) -> None:
    files = [each for each in found.about.files if each.path not in TEXTS]
    size = sum(each.size_bytes for each in files)
    where = shown(found.prefix) or name
    if len(files) > settings.max_artefacts_per_run:
        said = (
            f"has {len(files):,} files; PIXIE_MAX_ARTEFACTS_PER_RUN lets a run have {settings.max_artefacts_per_run:,}"
        )
        raise _refused(name, [Problem(where, said)])
    if size > settings.max_artefact_bytes_per_run:
        most = settings.max_artefact_bytes_per_run
        said = f"has {size:,} bytes of files; PIXIE_MAX_ARTEFACT_BYTES_PER_RUN lets a run have {most:,}"
        raise _refused(name, [Problem(where, said)])
    for each in found.about.files:
        if each.path in TEXTS and each.size_bytes > settings.max_tool_answer_bytes:
            most = settings.max_tool_answer_bytes
            said = f"has {each.size_bytes:,} bytes; PIXIE_MAX_TOOL_ANSWER_BYTES lets a tool answer {most:,}"
            raise _refused(name, [Problem(shown(found.prefix + each.path), said)])


def _verify(file: BinaryIO, name: str, found: Found) -> None:
    problems = []
    for each in found.about.files:
        digest = hashlib.sha256()
        for piece in content(file, found.entries[each.path], _LIMITS):
            digest.update(piece)
        if digest.hexdigest() != each.sha256:
            said = f"was altered: its SHA-256 isn't the one that {_ABOUT} says"
            problems.append(Problem(shown(found.prefix + each.path), said))
    if problems:
        raise _refused(name, problems)
