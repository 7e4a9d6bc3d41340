"""What is done to a data folder while somebody pulls the plug, and what must be so afterwards.

Each `Work` has three parts: `prepare` fills a folder, `act` does the one thing in a process that may be killed, saying
what it was told to be done, and `wrong` tells what is amiss after the next start.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import uuid
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pixie_core
from pixie_core.clock import system_clock, timestamp
from pixie_core.config import Settings
from pixie_core.errors import DatabaseUnusable
from pixie_core.run.events import Finished, Log, Output, Started
from pixie_core.store import Publication, RunFilter, Store, back_up, backups, fsck, restore
from pixie_core.store.upkeep import Upkeep
from pixie_core.sweeper import Policy, Sweeper
from pixie_core.testing.tool_folder import borrow_environment
from pixie_core.tool import Tools, secrets
from pixie_core.tool.importing import confirm_import, stage_import
from pixie_core.tool.packing import share
from pixie_core.tool.unpacking import inspect_zip
from tests.core.store.test_older_database import SHAPE
from tests.reliability.kill_state import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reliability.kill_points import Ended

Say = "Callable[..., None]"
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


def _add_filer(home: Path) -> None:
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


def _filled(home: Path) -> None:
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


def _kept(home: Path) -> None:
    with Store(Settings(home=home)) as store:
        make(store, "kept", b"kept 0", label="kept")


class Work:
    """One thing that is done. `name` is how it is asked for."""

    name: str

    def prepare(self, home: Path) -> None:
        """Fill a new folder."""
        _filled(home)

    def act(self, home: Path, say: Callable[..., None]) -> None:
        """Do it, in the process that is killed."""
        raise NotImplementedError

    def reopen(self, home: Path) -> None:
        """What a person does after a kill before anything opens the folder again: nothing."""

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        """What is amiss of this work's own promises; those of all are in `kill_state`."""
        return iter(())


class Run(Work):
    """A script runs a tool that streams and leaves files."""

    name = "run"

    def prepare(self, home: Path) -> None:
        _add_filer(home)
        _kept(home)

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with pixie_core.open(home) as pixie:
            run = pixie.start(
                "filer", {"note": "data:text/plain;name=n.txt;base64," + base64.b64encode(b"note " * 3000).decode()}
            )
            say("created", run.id)
            seen = 0
            for record in pixie.follow(run.id):
                seen = record.seq
                if record.event.kind == "artefact":
                    say("published", f"{run.id}/{record.event.filename}")
            say("finished", run.id)
            say("seen", f"{run.id}:{seen}")

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from _acknowledged(store, ended)
        for each in ended.told("seen"):
            run_id, _, seq = each.partition(":")
            if store.run(run_id).seq < int(seq):
                yield f"run {run_id} lost events that were seen, from {seq} on"


class Publish(Work):
    """Files, inputs and events are recorded, file by file."""

    name = "publish"

    def prepare(self, home: Path) -> None:
        _kept(home)

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with Store(Settings(home=home)) as store:
            for number in range(2):
                run_id = str(uuid.uuid4())
                events = [Started(inputs={}, fingerprint={})]
                store.create_run(run_id=run_id, tool_id="t", inputs={"n": number}, origin="api", events=events)
                say("created", run_id)
                store.keep_input(run_id, "t", "in.txt", b"input %d" % number)
                store.append(run_id, [Log(text="working")])
                one = store.stage(run_id, "t", "one.bin", b"%d" % number + BIG)
                store.append(run_id, [Publication(one, "files", "token-one")])
                say("published", f"{run_id}/one.bin")
                two = store.stage(run_id, "t", "two.bin", b"the same in each run")
                told = Output(output_key="files", type="file", value="token-two", whole=True)
                store.append(run_id, [Publication(two, "files", "token-two"), told, Finished(status="ok")])
                say("finished", run_id)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from _acknowledged(store, ended)


def _acknowledged(store: Store, ended: Ended) -> Iterator[str]:
    """ACK."""
    there = {each.id: each.status for each in store.runs(limit=100).items}
    for run_id in ended.told("created") - there.keys():
        yield f"run {run_id} was acknowledged and is gone"
    for run_id in ended.told("finished"):
        if there.get(run_id) != "ok":
            yield f"run {run_id} was told to have ended well, and is {there.get(run_id)}"
    for each in ended.told("published"):
        run_id, _, filename = each.partition("/")
        if run_id in there and filename not in {file.filename for file in store.run(run_id).artefacts}:
            yield f"{filename} of {run_id} was told to be published, and is gone"


class Sweep(Work):
    """`pixie sweep --older-than 0d --apply`."""

    name = "sweep"

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with Store(Settings(home=home)) as store:
            for run_id in Sweeper(store).apply(Policy(older_than=timedelta())).purged.runs:
                say("deleted", run_id)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from _deleted_are_gone(store, ended)
        deleted = {each.inputs["name"] for each in store.runs(RunFilter(deleted=True), limit=100).items}
        if deleted - {"by hand"}:
            yield "a sweep left runs half deleted"
        if (hidden := len(store.runs(RunFilter(deleted=True), limit=100).items)) != 2:
            yield f"{hidden} of 2 runs can be restored that were deleted by hand"


class Purge(Work):
    """What was deleted by hand has had its days."""

    name = "purge"

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with Store(Settings(home=home)) as store:
            for run_id in store.deletions.purge_due(timestamp(system_clock.now() + timedelta(days=1))).runs:
                say("deleted", run_id)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from _deleted_are_gone(store, ended)
        names = [each.inputs["name"] for each in store.runs(limit=100).items]
        if (names.count("doomed"), names.count("lone")) != (3, 2):
            yield f"a purge took runs that nobody had deleted: {names}"


def _deleted_are_gone(store: Store, ended: Ended) -> Iterator[str]:
    there = {each.id for each in store.runs(limit=100).items}
    for run_id in ended.told("deleted") & there:
        yield f"run {run_id} was told to be deleted, and is there"


class Tidy(Work):
    """What the server's sweeper does after a pass: pages given back, the log brought in, the daily backup."""

    name = "tidy"

    def prepare(self, home: Path) -> None:
        _kept(home)
        with Store(Settings(home=home)) as store:
            store.write(
                lambda conn: conn.execute(
                    "CREATE TABLE bulk AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
                    " SELECT randomblob(4000) FROM n"
                )
            )
            store.write(lambda conn: conn.execute("DROP TABLE bulk"))

    def act(self, home: Path, say: Callable[..., None]) -> None:
        settings = Settings(home=home)
        with Store(settings) as store:
            Upkeep(store, settings).tidy()

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from _backups_are_whole(home)


class Migrate(Work):
    """An older database is opened."""

    name = "migrate"
    _columns = "id, tool_id, started_at, inputs_json, outputs_json, starred, label, meta_json"

    def prepare(self, home: Path) -> None:
        settings = Settings(home=home)
        with closing(connected(settings.db_path)) as conn:
            conn.executescript(SHAPE)
            # The file of its one artefact, as its row says.
            conn.execute(
                "UPDATE artefacts SET sha256 = '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9'"
            )
            conn.execute("UPDATE runs SET label = 'kept' WHERE starred = 1")
            conn.commit()
        file = settings.artefacts_root / "pie/11111111-1111-4111-8111-111111111111/pie.txt"
        file.parent.mkdir(parents=True)
        file.write_text("bytes")

    def act(self, home: Path, say: Callable[..., None]) -> None:
        Store(Settings(home=home)).close()
        say("migrated", "")

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        with closing(connected(":memory:")) as conn:
            conn.executescript(SHAPE)
            conn.execute("UPDATE runs SET label = 'kept' WHERE starred = 1")
            query = f"SELECT {self._columns} FROM runs WHERE id NOT LIKE '4444%' ORDER BY id"
            before = conn.execute(query).fetchall()
        after = store.read(lambda conn: [tuple(row) for row in conn.execute(query)])
        if after != before:
            yield f"rows of the older database are others: {after}"
        if not list((home / "backups").glob("*.db")):
            yield "it was migrated without a backup"
        yield from _backups_are_whole(home)


class Backup(Work):
    """`pixie backup`."""

    name = "backup"

    def act(self, home: Path, say: Callable[..., None]) -> None:
        settings = Settings(home=home)
        with Store(settings) as store:
            say("made", back_up(store, settings, files=True).path)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from _backups_are_whole(home)
        for path in ended.told("made"):
            if Path(path) not in {each.path for each in backups(Settings(home=home))}:
                yield f"the backup {path} was told to be made, and isn't there"


def _backups_are_whole(home: Path) -> Iterator[str]:
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


class Restore(Work):
    """`pixie restore`: files were lost and runs made since the backup."""

    name = "restore"

    def prepare(self, home: Path) -> None:
        settings = Settings(home=home)
        _filled(home)
        with Store(settings) as store:
            back_up(store, settings, files=True)
            make(store, "later", b"later")
        kept = next(path for path in settings.artefacts_root.glob("t/*/f.txt") if path.read_bytes() == b"kept 0")
        for blob in settings.artefacts_root.glob(".blobs/*/*"):
            if blob.read_bytes() == b"kept 0":
                blob.unlink()
        kept.unlink()

    def act(self, home: Path, say: Callable[..., None]) -> None:
        settings = Settings(home=home)
        (made,) = backups(settings)
        restore(settings, made.path)
        say("restored", "")

    def reopen(self, home: Path) -> None:
        settings = Settings(home=home)
        try:
            Store(settings).close()
        except DatabaseUnusable as error:
            # It says so, and nothing opens the folder: it is to be done again.
            if "pixie restore" not in str(error):
                raise
        restore(settings, backups(settings)[0].path)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        names = [each.inputs["name"] for each in store.runs(limit=100).items]
        if "later" in names:
            yield "a run from after the backup is in it"
        replaced = [path for path in (home / "replaced").glob("*/pixie.db") if _has_later(path)]
        if not replaced:
            yield "what was there before the restore is gone"


def _has_later(path: Path) -> bool:
    with closing(connected(path)) as conn:
        found: tuple[int] = conn.execute("SELECT count(*) FROM runs WHERE inputs_json LIKE '%later%'").fetchone()
    return found == (1,)


class Mend(Work):
    """`pixie fsck --mend`: a changed file, a lost one, and files that no row knows."""

    name = "mend"

    def prepare(self, home: Path) -> None:
        settings = Settings(home=home)
        _kept(home)
        with Store(settings) as store:
            for content in (b"to be lost", b"to be changed"):
                make(store, "amiss", content)
            store.write(lambda conn: conn.execute("UPDATE runs SET total_artefact_bytes = 7"))
        for path in settings.artefacts_root.glob("t/*/f.txt"):
            if path.read_bytes() == b"to be lost":
                path.unlink()
            elif path.read_bytes() == b"to be changed":
                path.unlink()
                path.write_bytes(b"was changed")
        stray = settings.artefacts_root / "t" / "stray"
        stray.mkdir()
        (stray / "x").write_bytes(b"a stranger's")

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with Store(Settings(home=home)) as store:
            fsck(store, mend=True)

    def reopen(self, home: Path) -> None:
        with Store(Settings(home=home)) as store:
            fsck(store, mend=True)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        aside = {path.read_bytes() for path in (home / "artefacts/.quarantine").rglob("*") if path.is_file()}
        if aside != {b"was changed", b"a stranger's"}:
            yield f"quarantine holds {aside}"


class Secrets(Work):
    """A secret is set anew, another one comes, a third one goes."""

    name = "secrets"

    def prepare(self, home: Path) -> None:
        _add_filer(home)
        _kept(home)
        tool = Tools(home / "tools").get("filer")
        for key in ("OLD", "GOES"):
            secrets.set_secret(tool, key, f"{key.lower()} value")

    def act(self, home: Path, say: Callable[..., None]) -> None:
        tool = Tools(home / "tools").get("filer")
        secrets.set_secret(tool, "OLD", "new value " * 2000)
        say("set", "OLD")
        secrets.set_secret(tool, "COMES", "come value")
        say("set", "COMES")
        secrets.clear_secret(tool, "GOES")
        say("cleared", "GOES")

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        file = home / "tools/filer/.env"
        if file.stat().st_mode & 0o777 != 0o600:
            yield f".env has the mode {file.stat().st_mode & 0o777:o}"
        found = secrets.stored_values(file.parent)
        if found.get("OLD") not in {"old value", "new value " * 2000}:
            yield f".env holds neither the old value nor the new one: {str(found.get('OLD'))[:40]!r}"
        if "OLD" in ended.told("set") and found["OLD"] == "old value":
            yield "a secret that was told to be set has its old value"
        if "COMES" in ended.told("set") and found.get("COMES") != "come value":
            yield "a secret that was told to be set is gone"
        if found.get("GOES") != "old value".replace("old", "goes") and "GOES" in found:
            yield "a secret has a value that nobody gave it"
        if "GOES" in ended.told("cleared") and "GOES" in found:
            yield "a secret that was told to be removed is there"


class Export(Work):
    """A run becomes a zip in a folder of the user's: a new one, and one in the place of another."""

    name = "export"

    def prepare(self, home: Path) -> None:
        _kept(home)
        (home / "out").mkdir()
        (home / "out" / "old.zip").write_bytes(b"what was there")

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with pixie_core.open(home) as pixie:
            (run,) = pixie.runs().items
            say("written", pixie.export(run.id, home / "out" / "new.zip").name)
            say("written", pixie.export(run.id, home / "out" / "old.zip", force=True).name)

    def reopen(self, home: Path) -> None:
        """It is done again: what the dead one left goes then."""
        with pixie_core.open(home) as pixie:
            (run,) = pixie.runs().items
            for name in ("new.zip", "old.zip"):
                before = home / "out" / name
                if before.exists() and before.read_bytes() != b"what was there":
                    assert zipfile.ZipFile(before).testzip() is None, f"{name} isn't whole after the kill"
                pixie.export(run.id, before, force=True)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        if (there := sorted(path.name for path in (home / "out").iterdir())) != ["new.zip", "old.zip"]:
            yield f"the folder of exports holds {there}"


class StoredSetting(Work):
    """Settings and a destination for exports are saved."""

    name = "settings"

    def prepare(self, home: Path) -> None:
        _kept(home)
        (home / "out").mkdir()
        with Store(Settings(home=home)) as store:
            store.settings.set("theme", "light")

    def act(self, home: Path, say: Callable[..., None]) -> None:
        with Store(Settings(home=home)) as store:
            store.settings.set("theme", "dark")
            say("set", "theme")
            store.settings.set_export_destination("notes", {"kind": "folder", "folder": str(home / "out")})
            say("set", "notes")

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        theme = store.settings.values().get("theme")
        if theme not in ({"dark"} if "theme" in ended.told("set") else {"light", "dark"}):
            yield f"the theme is {theme}"
        if "notes" in ended.told("set") and "notes" not in store.settings.export_destinations():
            yield "a destination that was told to be set is gone"


class Import(Work):
    """A tool comes from a zip in the place of one with secrets and data."""

    name = "import"

    def prepare(self, home: Path) -> None:
        _add_filer(home)
        tool = Tools(home / "tools").get("filer")
        share(tool, home / "filer.zip")
        (tool.folder / "main.py").write_text(FILER.replace("Stream some words", "The old one streams"))
        (tool.folder / "data").mkdir()
        (tool.folder / "data" / "x").write_text("data")
        secrets.set_secret(tool, "OLD", "old value")
        _kept(home)

    def act(self, home: Path, say: Callable[..., None]) -> None:
        stage_import(inspect_zip(home / "filer.zip"), home / "tools")
        confirm_import(home / "tools", "filer", replace=True)
        say("imported", "filer")

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        folder = home / "tools" / "filer"
        source = (folder / "main.py").read_text()
        new, old = source == FILER, source == FILER.replace("Stream some words", "The old one streams")
        if not (new or old) or not Tools(home / "tools").get("filer").checked():
            yield "the tool is neither the old one nor the new one"
        if (folder / "data" / "x").read_text() != "data":
            yield "the tool's data is gone"
        if secrets.stored_values(folder).get("OLD") != "old value":
            yield "the tool's secret is gone"
        if new and (folder / ".env").exists():
            yield "a secret was handed to new code"
        if ended.told("imported") and not new:
            yield "the import was told to be done, and the old tool is there"


WORKS: dict[str, Work] = {
    work.name: work
    for work in (
        Run(),
        Publish(),
        Sweep(),
        Purge(),
        Migrate(),
        Backup(),
        Restore(),
        Mend(),
        Tidy(),
        Secrets(),
        Export(),
        StoredSetting(),
        Import(),
    )
}


def copied(template: Path, home: Path) -> None:
    """A copy of a folder, with its hard links."""
    subprocess.run([shutil.which("cp") or "cp", "-a", str(template), str(home)], check=True)
