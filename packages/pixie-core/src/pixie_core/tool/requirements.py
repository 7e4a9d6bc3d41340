"""What installing a tool from a stranger would fetch, build and run, read from its files without any of that.

`uv sync` reads pyproject.toml, uv.lock, uv.toml and .python-version. A dependency that names no package of an index
but an address, a folder or a repository, an index of its own, and a build that runs code of the zip are all legal,
and all deserve a second look: each gives a warning.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Requirements", "read_requirements"]

_VERSION = re.compile(r"(cpython[-@]?|python)?\d+(\.\d+){0,2}", re.ASCII)
_PLAIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[A-Za-z0-9._,\s-]*\])?\s*[(]?[A-Za-z0-9.,<>=!~*+\s-]*[)]?\s*(;.*)?",
    re.ASCII | re.DOTALL,
)
_ELSEWHERE = re.compile(r"@|://|git\+|file:|^\s*-|^\s*[./~]|\\", re.IGNORECASE)
_LONGEST = 500
"""Characters of a requirement that are looked at; an ordinary one has a few dozen."""
_INDEXES = ("index", "index-url", "extra-index-url", "find-links", "default-index")
_LOCAL = ("path", "editable", "directory", "virtual")


@frozen
class Requirements:
    """What a tool's project asks for. `builds`: installing it runs a build of the project itself; `locked`: a uv.lock
    says which files exactly; `indexes`: where the lock has them from.
    """

    project: str = ""
    python: str | None = None
    dependencies: tuple[str, ...] = ()
    builds: bool = False
    locked: bool = False
    indexes: tuple[str, ...] = ()


def read_requirements(files: Mapping[str, bytes], tool_id: str) -> tuple[Requirements, list[Problem]]:
    """What the files named pyproject.toml, uv.lock, uv.toml, requirements.txt and .python-version ask for, and the
    problems in them: an error for what can't be read, a warning for what deserves a second look.
    """
    problems: list[Problem] = []
    if "pyproject.toml" not in files:
        return Requirements(), [Problem("pyproject.toml", "is missing: without it nobody knows what to install")]
    document = _toml("pyproject.toml", files["pyproject.toml"], problems)
    project = _table(document, "project")
    if document and not isinstance(project.get("name"), str):
        problems.append(Problem("pyproject.toml", "names no project: expected [project] with a name"))
    dependencies = list(_dependencies(document, project, problems))
    uv = _table(_table(document, "tool"), "uv")
    problems += _settings("pyproject.toml [tool.uv]", uv)
    problems += _sources(uv, tool_id)
    builds = uv.get("package") is True or ("build-system" in document and uv.get("package") is not False)
    problems += _build(document, builds=builds)
    indexes: list[str] = []
    if "uv.lock" in files:
        indexes = list(_lock(_toml("uv.lock", files["uv.lock"], problems), problems))
    if "uv.toml" in files:
        problems.append(_warning("uv.toml", "changes how uv installs"))
        problems += _settings("uv.toml", _toml("uv.toml", files["uv.toml"], problems))
    problems += _requirements_txt(files.get("requirements.txt", b""))
    problems += _python_version(files.get(".python-version"))
    python = project.get("requires-python")
    return (
        Requirements(
            str(project.get("name", "")),
            python if isinstance(python, str) else None,
            tuple(dependencies),
            builds,
            "uv.lock" in files,
            tuple(dict.fromkeys(indexes)),
        ),
        problems,
    )


def _warning(where: str, said: str) -> Problem:
    return Problem(where, said, "warning")


def _toml(name: str, source: bytes, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(source.decode())
    except ValueError as error:  # not UTF-8, not TOML, or a number of thousands of digits
        problems.append(Problem(name, f"isn't TOML: {error}"))
    except RecursionError:
        problems.append(Problem(name, "is nested too deeply to be read"))
    return {}


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _dependencies(document: Mapping[str, Any], project: Mapping[str, Any], problems: list[Problem]) -> Iterator[str]:
    """Every requirement of the project: what it needs, what is asked for by group or extra or build."""
    rooms: list[tuple[str, Any]] = [("project.dependencies", project.get("dependencies", []))]
    rooms += [(f"project.optional-dependencies.{key}", each) for key, each in
              _table(project, "optional-dependencies").items()]  # fmt: skip
    rooms += [(f"dependency-groups.{key}", each) for key, each in _table(document, "dependency-groups").items()]
    rooms.append(("build-system.requires", _table(document, "build-system").get("requires", [])))
    rooms.append(("tool.uv.dev-dependencies", _table(_table(document, "tool"), "uv").get("dev-dependencies", [])))
    for where, listed in rooms:
        if not isinstance(listed, list):
            problems.append(Problem(f"pyproject.toml {where}", "isn't a list of requirements"))
            continue
        for each in listed:
            if isinstance(each, dict) and set(each) == {"include-group"}:
                continue
            if not isinstance(each, str):
                problems.append(Problem(f"pyproject.toml {where}", "holds what isn't a requirement"))
                continue
            problems += _requirement(f"pyproject.toml {where}", each)
            if where == "project.dependencies":
                yield each
    dynamic = project.get("dynamic")
    if isinstance(dynamic, list) and "dependencies" in dynamic:
        problems.append(_warning("pyproject.toml project.dynamic", "hides the dependencies until the tool is built"))


def _requirement(where: str, text: str) -> Iterator[Problem]:
    cut = text if len(text) <= 200 else f"{text[:200]}…"
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        yield _warning(where, f"{cut!r} has {len(text):,} characters")
    elif _ELSEWHERE.search(text.split(";", 1)[0]):
        yield _warning(where, f"{cut!r} comes from an address, a folder or a repository, and not by its name alone")
    elif not _PLAIN.fullmatch(text):
        yield _warning(where, f"{cut!r} isn't a plain requirement such as 'numpy>=2'")


def _settings(where: str, uv: Mapping[str, Any]) -> Iterator[Problem]:
    for key in _INDEXES:
        if key in uv:
            yield _warning(f"{where} {key}", f"takes packages from {_brief(uv[key])}")
    for key in ("override-dependencies", "constraint-dependencies", "build-constraint-dependencies"):
        for each in uv.get(key, ()) if isinstance(uv.get(key), list) else ():
            yield from _requirement(f"{where} {key}", str(each))
    for key in ("allow-insecure-host", "trusted-host", "python-install-mirror", "pypy-install-mirror", "workspace",
                "cache-dir", "no-build-isolation", "no-build-isolation-package", "extra-build-dependencies",
                "keyring-provider", "config-settings"):  # fmt: skip
        if key in uv:
            yield _warning(f"{where} {key}", f"is set, to {_brief(uv[key])}")
    if "pip" in uv and isinstance(uv["pip"], dict):
        yield from _settings(f"{where} pip", uv["pip"])


def _sources(uv: Mapping[str, Any], tool_id: str) -> Iterator[Problem]:
    for package, given in _table(uv, "sources").items():
        for each in given if isinstance(given, list) else [given]:
            said = f"is taken from {_brief(each)}"
            if package == "pixie-tool-sdk" and isinstance(each, dict) and "path" in each:
                said = f"is taken from {_brief(each['path'])}{_whereabouts(str(each['path']))}"
            yield _warning(f"pyproject.toml tool.uv.sources.{package}", said)
    if uv.get("managed") is False:
        yield _warning("pyproject.toml [tool.uv] managed", f"is false, so that uv won't install {tool_id or 'it'}")


def _whereabouts(path: str) -> str:
    """What the path of the SDK means, in the two ways in which `pixie new` writes it."""
    if PurePosixPath(path).is_absolute() or "\\" in path:
        return ""
    if ".." in PurePosixPath(path).parts:
        return ", a folder beside the one that the tool was made in; is that one here as well?"
    return ", which comes with the tool"


def _build(document: Mapping[str, Any], *, builds: bool) -> Iterator[Problem]:
    system = _table(document, "build-system")
    if not builds:
        return
    if "backend-path" in system:
        yield _warning(
            "pyproject.toml build-system.backend-path", "builds with a program of the zip itself, when it is installed"
        )
    else:
        backend = system.get("build-backend", "setuptools")
        said = f"builds the tool with {_brief(backend)} when it is installed, which runs code"
        yield _warning("pyproject.toml build-system", said)


def _lock(lock: Mapping[str, Any], problems: list[Problem]) -> Iterator[str]:
    """The indexes of a uv.lock. What comes from elsewhere is a warning."""
    packages = lock.get("package", [])
    for each in packages if isinstance(packages, list) else []:
        if not isinstance(each, dict):
            continue
        source = _table(each, "source")
        name = str(each.get("name", "?"))[:100]
        if isinstance(source.get("registry"), str):
            yield source["registry"]
        elif any(source.get(key) == "." for key in _LOCAL):
            continue
        elif source:
            problems.append(_warning("uv.lock", f"{name} comes from {_brief(source)}"))


def _requirements_txt(source: bytes) -> Iterator[Problem]:
    for number, line in enumerate(source.decode(errors="replace").splitlines(), 1):
        text = line.split(" #", 1)[0].strip()
        if text and not text.startswith("#"):
            yield from _requirement(f"requirements.txt, line {number}", text)


def _python_version(source: bytes | None) -> Iterator[Problem]:
    """Only versions are let through: uv takes a path in this file for the interpreter to run."""
    for line in (source or b"").decode(errors="replace").splitlines():
        wanted = line.strip()
        if wanted and not wanted.startswith("#") and not _VERSION.fullmatch(wanted):
            yield Problem(".python-version", f"says {wanted[:80]!r}; expected a version such as 3.12")


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else ", ".join(map(str, value)) if _texts(value) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
