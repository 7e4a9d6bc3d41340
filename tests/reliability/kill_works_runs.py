"""Runs and what becomes of them: recorded, published, swept, purged; and older databases that are opened."""

from __future__ import annotations

import base64
import uuid
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pixie_core
from pixie_core.clock import system_clock, timestamp
from pixie_core.config import Settings
from pixie_core.run.events import Finished, Log, Output, Started
from pixie_core.store import Publication, RunFilter, Store
from pixie_core.store.upkeep import Upkeep
from pixie_core.sweeper import Policy, Sweeper
from tests.core.store.test_older_database import SHAPE
from tests.reliability.kill_state import connected
from tests.reliability.kill_work import BIG, Work, add_filer, backups_are_whole, keep_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reliability.kill_points import Ended


class Run(Work):
    """A script runs a tool that streams and leaves files."""

    name = "run"

    def prepare(self, home: Path) -> None:
        add_filer(home)
        keep_one(home)

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
        keep_one(home)

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
        keep_one(home)
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
        yield from backups_are_whole(home)


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
        yield from backups_are_whole(home)
