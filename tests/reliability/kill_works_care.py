"""What is kept beside runs: backups, mended files, settings, secrets, exports, and tools that are imported."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pixie_core
from pixie_core.config import Settings
from pixie_core.errors import DatabaseUnusable
from pixie_core.store import Store, back_up, backups, fsck, restore
from pixie_core.tool import Tools, secrets
from pixie_core.tool.importing import confirm_import, stage_import
from pixie_core.tool.packing import share
from pixie_core.tool.unpacking import inspect_zip
from tests.reliability.kill_state import connected
from tests.reliability.kill_work import FILER, Work, add_filer, backups_are_whole, fill, keep_one, make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reliability.kill_points import Ended


class Backup(Work):
    """`pixie backup`."""

    name = "backup"

    def act(self, home: Path, say: Callable[..., None]) -> None:
        settings = Settings(home=home)
        with Store(settings) as store:
            say("made", back_up(store, settings, files=True).path)

    def wrong(self, home: Path, store: Store, ended: Ended) -> Iterator[str]:
        yield from backups_are_whole(home)
        for path in ended.told("made"):
            if Path(path) not in {each.path for each in backups(Settings(home=home))}:
                yield f"the backup {path} was told to be made, and isn't there"


class Restore(Work):
    """`pixie restore`: files were lost and runs made since the backup."""

    name = "restore"

    def prepare(self, home: Path) -> None:
        settings = Settings(home=home)
        fill(home)
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
        keep_one(home)
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
        add_filer(home)
        keep_one(home)
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
        keep_one(home)
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
        keep_one(home)
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
        add_filer(home)
        tool = Tools(home / "tools").get("filer")
        share(tool, home / "filer.zip")
        (tool.folder / "main.py").write_text(FILER.replace("Stream some words", "The old one streams"))
        (tool.folder / "data").mkdir()
        (tool.folder / "data" / "x").write_text("data")
        secrets.set_secret(tool, "OLD", "old value")
        keep_one(home)

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
