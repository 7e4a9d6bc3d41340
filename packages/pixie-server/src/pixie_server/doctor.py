"""Whether this machine and this data folder have what Pixie needs: what `pixie doctor` tells.

    for finding in examine(Settings.load()):
        print(finding.status, finding.check, finding.said, finding.action)

Each check is a function from the settings to its findings. None changes anything, and none is kept from its turn by one
that fails. It may run beside a server.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from pixie_core.clock import system_clock
from pixie_core.errors import DatabaseDamaged, PixieError
from pixie_core.exporters.pictures_browser import find_chrome
from pixie_core.store.looking import look_at_database, serving_process
from pixie_core.store.surroundings import network_file_system
from pixie_core.tool import Tools
from pixie_core.tool.environment import state
from pixie_server import assets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pixie_core import Settings
    from pixie_core.clock import Clock

__all__ = ["CHECKS", "Finding", "Status", "examine"]

Status: TypeAlias = Literal["ok", "warning", "error"]


@frozen
class Finding:
    """One thing that was looked at. `error` keeps Pixie, or a part of it, from working; `warning` is for somebody to
    know. `action` is the one thing to do next, None where nothing has to be done.
    """

    check: str
    status: Status
    said: str
    action: str | None = None


def examine(settings: Settings) -> list[Finding]:
    """Every finding of every check, in their order. Raises nothing: a check that can't be made is an error of its
    own.
    """
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(settings)
        except Exception as error:  # noqa: BLE001 (the others are to be heard as well)
            name = check.__name__.replace("_", " ").capitalize()
            found.append(Finding(name, "error", f"can't be looked at: {type(error).__name__}: {error}"))
    return found


def python(settings: Settings) -> Iterator[Finding]:
    """Its version and where it is. One that is too old can't even have imported this."""
    del settings
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", "ok", f"{version} ({sys.executable})")


def uv(settings: Settings) -> Iterator[Finding]:
    """The program that makes the environments of tools."""
    del settings
    from uv import find_uv_bin

    try:
        done = subprocess.run(
            [find_uv_bin(), "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (FileNotFoundError, subprocess.SubprocessError, OSError) as error:
        said = f"doesn't run ({error}): the environments of tools can't be made"
        yield Finding("uv", "error", said, "Install Pixie again: uv comes with it.")
    else:
        yield Finding("uv", "ok", done.stdout.strip().removeprefix("uv "))


def sqlite(settings: Settings) -> Iterator[Finding]:
    """Its version, and whether it can do what Pixie asks of it."""
    del settings
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < (3, 37):
        yield Finding(
            "SQLite", "error", f"is {version}; 3.37 is needed", "Use a newer Python: `uv python install 3.12`."
        )
        return
    with sqlite3.connect(":memory:") as conn:
        try:
            conn.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='trigram')")
        except sqlite3.OperationalError as error:
            said = f"{version} has no full-text search by three letters ({error})"
            yield Finding("SQLite", "error", said, "Use the Python that uv brings: `uv python install 3.12`.")
            return
        finally:
            conn.rollback()
    conn.close()
    race = "" if sqlite3.sqlite_version_info >= (3, 51, 3) else "; its WAL-reset race can't happen under Pixie's locks"
    yield Finding("SQLite", "ok", f"{version}{race}")


def data_folder(settings: Settings) -> Iterator[Finding]:
    """That it can be written, and isn't on another machine's disk."""
    for folder in dict.fromkeys((settings.db_path.parent, settings.artefacts_root)):
        yield from _folder(folder)


def _folder(folder: Path) -> Iterator[Finding]:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        yield Finding("Data folder", "error", f"{there} is a file", "Choose another folder with PIXIE_HOME.")
        return
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        action = f"Make it writable for you, or choose another folder with PIXIE_HOME: `chmod u+rwx {there}`."
        yield Finding("Data folder", "error", f"{there} can't be written: {error.strerror}", action)
        return
    if (kind := network_file_system(there)) is not None:
        said = f"{folder} is on a network file system ({kind}), whose locks can't be relied on"
        yield Finding("Data folder", "warning", said, "Choose a folder on a disk of this machine with PIXIE_HOME.")
    else:
        made = "" if folder.exists() else " will be made at the first start"
        yield Finding("Data folder", "ok", f"{folder}{made}")


def space(settings: Settings) -> Iterator[Finding]:
    """That there is more than what is kept free."""
    from pixie_server.render.words import size

    root = settings.artefacts_root
    there = next(each for each in (root, *root.parents) if each.exists())
    free, floor = shutil.disk_usage(there).free, settings.min_free_disk_bytes
    if free < floor:
        said = f"{size(free)} are free, and no run is started below {size(floor)} (PIXIE_MIN_FREE_DISK_BYTES)"
        yield Finding("Space", "error", said, "See what takes it: `pixie audit-disk-usage`; then `pixie sweep`.")
    elif free < 2 * floor:
        said = f"{size(free)} are free; no run is started below {size(floor)}"
        yield Finding("Space", "warning", said, "See what takes it: `pixie audit-disk-usage`.")
    else:
        yield Finding("Space", "ok", f"{size(free)} are free")


def database(settings: Settings) -> Iterator[Finding]:
    """That SQLite finds it whole."""
    path = settings.db_path
    if not path.exists():
        yield Finding("Database", "ok", f"{path} isn't there yet, and will be made at the first start")
        return
    try:
        whole = look_at_database(path, seconds=60)
    except DatabaseDamaged as error:
        yield Finding("Database", "error", str(error), "Put the newest backup in its place: `pixie restore`.")
    except PixieError as error:
        yield Finding("Database", "error", str(error), "Do what it says, or name another file: PIXIE_DB_PATH.")
    else:
        said = "whole" if whole else "whole as far as a minute of looking went"
        yield Finding("Database", "ok", f"{path.name}, {said}")


def server(settings: Settings) -> Iterator[Finding]:
    """Who serves the data folder, and who has the port."""
    where = f"http://{_in_address(settings.host)}:{settings.port}"
    pid = serving_process(settings.db_path)
    if pid is not None:
        who = f"process {pid}" if pid else "a process"
        if _answers(where):
            yield Finding("Server", "ok", f"{who} serves this folder at {where}")
        else:
            said = f"{who} serves this folder, and doesn't answer at {where}"
            yield Finding("Server", "warning", said, "Look at its output: it may be starting, or have another port.")
        return
    yield Finding("Server", "ok", "no server runs on this folder")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host.strip("[]"), settings.port))
        except OSError as error:
            said = f"port {settings.port} can't be had ({error.strerror})"
            action = f"Stop the program that has it, or choose another: `pixie serve --port {settings.port + 1}`."
            yield Finding("Port", "error", said, action)
        else:
            yield Finding("Port", "ok", f"{settings.port} is free")


def _in_address(host: str) -> str:
    plain = host.strip("[]")
    return f"[{plain}]" if ":" in plain else plain


def _answers(where: str) -> bool:
    from pixie_client import Pixie, PixieError

    try:
        with Pixie(where, timeout=5) as client:
            return client.healthy()
    except PixieError:
        return False


def tools(settings: Settings) -> Iterator[Finding]:
    """Those that can't run."""
    every = Tools(settings.tools_dir).all() if settings.tools_dir.is_dir() else ()
    if not every:
        yield Finding("Tools", "ok", f"there are none in {settings.tools_dir} yet", "Make one: `pixie new my-tool`.")
        return
    faults = 0
    for tool in every:
        if tool.manifest is None:
            first = tool.problems[0] if tool.problems else "it can't be read"
            yield Finding(
                f"Tool {tool.id}", "error", f"tool.json: {first}", f"See them all: `pixie validate {tool.id}`."
            )
        elif not tool.archived and (stands := state(tool)) != "ready":
            yield Finding(f"Tool {tool.id}", "warning", f"its environment is {stands}", f"`pixie sync {tool.id}`")
        else:
            continue
        faults += 1
    fine = len(every) - faults
    yield Finding("Tools", "ok", f"{fine} of {len(every)} can run" if faults else f"{fine}, and all can run")


_EXTRAS = (
    ("charts", "kaleido", "charts are drawn by matplotlib, and look other than on the page"),
    ("pdf", "typst", "no PDF of words and reports can be made"),
    ("video", "av", "films can't become other formats"),
    ("docx", "docx", "words can't become DOCX"),
    ("latex", "quickjs", "formulas can't become pictures"),
    ("svg", "typst", "pictures made of lines can't become PNG, JPEG, WebP or PDF"),
)


def extras(settings: Settings) -> Iterator[Finding]:
    """What is installed apart."""
    del settings
    for extra, module, without in _EXTRAS:
        if find_spec(module) is None:
            action = f"`uv pip install 'pixie-core[{extra}]'`"
            yield Finding(f"Extra {extra}", "warning", f"isn't installed: {without}", action)
        else:
            yield Finding(f"Extra {extra}", "ok", "installed")


def chromium(settings: Settings) -> Iterator[Finding]:
    """The browser that draws charts for exports."""
    del settings
    if find_spec("kaleido") is None:
        return  # the extra is what is missing first
    found = find_chrome()
    if found is None:
        said = "no Chrome or Chromium is found: charts are drawn by matplotlib, and look other than on the page"
        yield Finding("Chromium", "warning", said, "Install Chrome or Chromium, such as: `sudo apt install chromium`.")
    else:
        yield Finding("Chromium", "ok", found)


def front_end_files(settings: Settings) -> Iterator[Finding]:
    """What pages need in the browser."""
    del settings
    missing = assets.missing()
    if not missing:
        yield Finding("Front-end files", "ok", "all there")
    elif assets.fetched_when_missing():
        said = f"{missing[0]}; they are fetched at the next start, which needs the network"
        yield Finding("Front-end files", "warning", said, "`pixie serve`")
    else:
        said = f"{missing[0]}: the dashboard can't be shown"
        yield Finding("Front-end files", "error", said, "`uv pip install --reinstall pixie-server`")


def clock(settings: Settings, now: Clock = system_clock) -> Iterator[Finding]:
    """That it isn't behind what was written already: by it the sweeper decides what is old."""
    moment = now.now()
    if settings.db_path.exists():
        written = datetime.fromtimestamp(os.stat(settings.db_path).st_mtime, UTC)  # noqa: PTH116 (never opened)
        if written > moment + timedelta(minutes=5):
            said = f"says {moment:%Y-%m-%d %H:%M} UTC, and the database was written at {written:%Y-%m-%d %H:%M} UTC"
            yield Finding("Clock", "error", said, "Set it: `timedatectl set-ntp true`.")
            return
    yield Finding("Clock", "ok", f"{moment:%Y-%m-%d %H:%M} UTC")


CHECKS: Sequence[Callable[[Settings], Iterator[Finding]]] = (
    python,
    uv,
    sqlite,
    data_folder,
    space,
    database,
    server,
    tools,
    extras,
    chromium,
    front_end_files,
    clock,
)
"""In the order in which they are told."""
