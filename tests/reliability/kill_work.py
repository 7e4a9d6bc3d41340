"""What every work of the kill sweep is, and the folders that they are done to."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixie_core.config import Settings
from pixie_core.run.events import Finished, Started
from pixie_core.store import Publication, Store, backups
from pixie_core.testing.tool_folder import borrow_environment
from tests.reliability.kill_state import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reliability.kill_points import Ended

BIG = b"0123456789abcdef" * 9000
"""More than one buffer of a file, so that it is written in pieces."""

FILER_MANIFEST = {
    "id": "filer",
    "name": "Filer",
    "inputs": [{"key": "note", "type": "file", "label": "Note", "required": False}],
    "outputs": [
        {"key": "story", "type": "stream_text", "label": "Story", "streaming": True},
        {"key": "paper", "type": "file", "label": "Paper"},
    ],
}

FILER = '''\
from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def file_it(run, note=None):
    """Stream some words and leave files."""
    for number in range(5):
        run.emit("story", f"word{number} ")
    run.artefact("left.txt").write_text("left " * 20_000)
    return {"paper": outputs.file("paper.txt", b"paper " * 15_000, "text/plain")}


tool.serve()
'''

PYPROJECT = """\
[project]
name = "filer"
version = "1"
requires-python = ">=3.11"
dependencies = ["pixie-tool-sdk"]

[tool.pixie]
server = "sdk"
"""


def add_filer(home: Path) -> None:
    folder = home / "tools" / "filer"
    folder.mkdir(parents=True)
    borrow_environment(folder)
    (folder / "tool.json").write_text(json.dumps(FILER_MANIFEST))
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "main.py").write_text(FILER)


def make(store: Store, name: str, content: bytes, *, tool_id: str = "t", **more: Any) -> tuple[str, int]:
    """A run that has ended with a file and an input, and its file's number."""
    run_id = str(uuid.uuid4())
    events = [Started(inputs={}, fingerprint={})]
    store.create_run(run_id=run_id, tool_id=tool_id, inputs={"name": name}, origin="api", events=events, **more)
    store.keep_input(run_id, tool_id, "in", b"input of " + content)
    record, _ = store.append(
        run_id, [Publication(store.stage(run_id, tool_id, "f.txt", content)), Finished(status="ok")]
    )
    return run_id, record.event.id  # type: ignore[union-attr]


def fill(home: Path) -> None:
    """Kept runs, doomed ones, ones deleted by hand, and runs with a deleted file; some share bytes."""
    with Store(Settings(home=home)) as store:
        for content in (b"kept 0", b"kept 1", b"shared"):
            make(store, "kept", content, label="kept")
        starred, _ = make(store, "kept", b"starred", label=None)
        store.set_star(starred, True)
        _, number = make(store, "kept by its file", b"kept 2")
        store.set_artefact_star(number, True)
        for content in (b"doomed 0", b"doomed 1", b"shared"):
            make(store, "doomed", content)
        for content in (b"by hand 0", b"by hand 1"):
            run_id, _ = make(store, "by hand", content)
            store.deletions.delete_run(run_id)
        for content in (b"lone 0", b"lone 1"):
            _, number = make(store, "lone", content)
            store.deletions.delete_artefact(number)


def keep_one(home: Path) -> None:
    with Store(Settings(home=home)) as store:
        make(store, "kept", b"kept 0", label="kept")


class Work:
    """One thing that is done. `name` is how it is asked for."""

    name: str

    def prepare(self, home: Path) -> None:
        """Fill a new folder."""
        fill(home)

    def act(self, home: Path, say: Callable[..., None]) -> None:
        """Do it, in the process that is killed."""
        raise NotImplementedError

    def reopen(self, home: Path) -> None:
        """What a person does after a kill before anything opens the folder again: nothing."""

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        """What is amiss of this work's own promises; those of all are in `kill_state`."""
        return iter(())


def copied(template: Path, home: Path) -> None:
    """A copy of a folder, with its hard links."""
    subprocess.run([shutil.which("cp") or "cp", "-a", str(template), str(home)], check=True)


def backups_are_whole(home: Path) -> Iterator[str]:
    """What is called a backup is one: the database, its files, what it says of itself."""
    for path in (home / "backups").glob("*.db"):
        with closing(connected(path)) as conn:
            said = conn.execute("PRAGMA integrity_check").fetchone()[0]
            if said != "ok":
                yield f"the backup {path.name} is damaged: {said}"
    for each in backups(Settings(home=home)):
        for line in each.path.with_suffix(".sha256").read_text().splitlines() if each.files_copied else ():
            sha256 = line.partition("  ")[0]
            if not (each.path.parent / "blobs" / sha256[:2] / sha256).exists():
                yield f"the backup {each.path.name} lacks the bytes {sha256[:8]}"
