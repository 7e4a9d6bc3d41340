"""Whatever is done in whatever order: what is starred or labelled stays, and rows, files and model agree at each step (K1).

PIXIE_LONG=1 takes 45 000 steps in place of 2 400.
"""

import os
import shutil
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import define, field
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from pixie_core.clock import timestamp
from pixie_core.config import Settings
from pixie_core.errors import ArtefactNotFound, RunNotFound, RunProtected
from pixie_core.run.events import Finished, Started
from pixie_core.store import ArtefactFilter, Publication, RunFilter, Store, fsck
from pixie_core.sweeper import Policy, Sweeper
from pixie_core.testing.clock import FakeClock

LONG = os.environ.get("PIXIE_LONG") == "1"
DAY = 86_400
GRACE_DAYS = 7


@define
class Model:
    """A run as it should be; `file` is the number of its only file, None once that was purged."""

    tool: str
    content: bytes
    ended: object
    order: int
    file: int | None
    starred: bool = False
    label: str | None = None
    file_starred: bool = False
    deleted: object = None
    file_deleted: object = None
    texts: set = field(factory=set)

    @property
    def protected(self):
        """True when nothing may delete it."""
        return self.starred or self.label is not None or (self.file_starred and self.file_deleted is None)


class Keeping(RuleBasedStateMachine):
    """A store, and beside it what should be in it."""

    runs = Bundle("runs")

    @initialize()
    def begin(self):
        """An empty folder."""
        self.home = Path(tempfile.mkdtemp(prefix="pixie-machine-"))
        self.settings = Settings(home=self.home)
        self.clock = FakeClock()
        self.store = Store(self.settings, clock=self.clock)
        self.model = {}
        self.count = 0

    def teardown(self):
        """Nothing is left."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.home)

    def there(self, run_id):
        """The model of a run that is there and not deleted, or None."""
        known = self.model.get(run_id)
        return known if known is not None and known.deleted is None else None

    @rule(target=runs, tool=st.sampled_from(["a", "b"]), content=st.sampled_from([b"one", b"two", b"three"]))
    def run(self, tool, content):
        """A run with a file, whose bytes others may have too."""
        run_id = str(uuid.uuid4())
        events = [Started(inputs={"n": self.count}, fingerprint={})]
        self.store.create_run(run_id=run_id, tool_id=tool, inputs={"n": self.count}, origin="api", events=events)
        staged = self.store.stage(run_id, tool, "f.txt", content)
        (record, _) = self.store.append(run_id, [Publication(staged), Finished(status="ok")])
        self.count += 1
        self.model[run_id] = Model(tool, content, self.clock.now(), self.count, record.event.id)
        # Runs of one moment would be ordered by their ids.
        self.clock.advance(1)
        return run_id

    @rule(run_id=runs, starred=st.booleans())
    def star(self, run_id, starred):
        """On or off; not what is deleted."""
        known = self.there(run_id)
        try:
            self.store.set_star(run_id, starred)
        except RunNotFound:
            assert known is None
        else:
            known.starred = starred

    @rule(run_id=runs, label=st.sampled_from(["kept", "  ", None]))
    def label(self, run_id, label):
        """A blank one is none."""
        known = self.there(run_id)
        try:
            self.store.set_label(run_id, label)
        except RunNotFound:
            assert known is None
        else:
            known.label = (label or "").strip() or None

    @rule(run_id=runs, starred=st.booleans())
    def star_file(self, run_id, starred):
        """It protects its run."""
        known = self.model.get(run_id)
        if known is None or known.file is None:
            return
        try:
            self.store.set_artefact_star(known.file, starred)
        except ArtefactNotFound:
            assert known.deleted is not None or known.file_deleted is not None
        else:
            known.file_starred = starred

    @rule(run_id=runs)
    def delete(self, run_id):
        """Unless it is protected."""
        known = self.there(run_id)
        try:
            self.store.deletions.delete_run(run_id)
        except RunNotFound:
            assert known is None
        except RunProtected:
            assert known.protected
        else:
            assert not known.protected
            known.deleted = self.clock.now()

    @rule(run_id=runs)
    def restore(self, run_id):
        """What was purged stays gone."""
        known = self.model.get(run_id)
        try:
            self.store.deletions.restore_run(run_id)
        except RunNotFound:
            assert known is None
        else:
            known.deleted = None

    @rule(run_id=runs)
    def delete_file(self, run_id):
        """Unless it, or its run, is protected."""
        known = self.there(run_id)
        if known is None or known.file is None:
            return
        try:
            self.store.deletions.delete_artefact(known.file)
        except ArtefactNotFound:
            assert known.file_deleted is not None
        except RunProtected:
            assert known.file_starred or known.starred or known.label is not None
        else:
            assert not any((known.file_starred, known.starred, known.label is not None))
            known.file_deleted = self.clock.now()

    @rule(run_id=runs)
    def restore_file(self, run_id):
        """As long as its run is there."""
        known = self.there(run_id)
        if known is None or known.file is None:
            return
        self.store.deletions.restore_artefact(known.file)
        known.file_deleted = None

    @rule(days=st.integers(0, 40))
    def sweep_by_age(self, days):
        """Everything that is old enough and unprotected goes at once."""
        age = timedelta(days=days)
        gone = {
            run_id
            for run_id, each in self.model.items()
            if each.deleted is None
            and not each.protected
            and self.clock.now() - each.ended >= age
            and self.clock.now() >= each.ended
        }
        swept = Sweeper(self.store, clock=self.clock).apply(Policy(older_than=age))
        assert set(swept.purged.runs) == gone
        for run_id in gone:
            del self.model[run_id]

    @rule(kept=st.integers(0, 3), tool=st.sampled_from(["a", "b"]))
    def sweep_by_count(self, kept, tool):
        """The newest of a tool stay, and protected ones don't count."""
        of_tool = [
            (self.store.run(run_id).created_at, run_id)
            for run_id, each in self.model.items()
            if each.deleted is None and not each.protected and each.tool == tool
        ]
        gone = {run_id for _, run_id in sorted(of_tool, reverse=True)[kept:]}
        swept = Sweeper(self.store, clock=self.clock).apply(Policy(retained={tool: kept}))
        assert set(swept.purged.runs) == gone
        for run_id in gone:
            del self.model[run_id]

    @rule()
    def purge(self):
        """What was deleted by hand long enough ago goes for good, unless it is protected by now."""
        before = self.clock.now() - timedelta(days=GRACE_DAYS)
        gone = {
            run_id
            for run_id, each in self.model.items()
            if each.deleted is not None and each.deleted < before and not each.protected
        }
        files = {
            run_id
            for run_id, each in self.model.items()
            if run_id not in gone
            and each.file_deleted is not None
            and each.file_deleted < before
            and not (each.starred or each.label or each.file_starred)
        }
        purged = self.store.deletions.purge_due(timestamp(before))
        assert set(purged.runs) == gone
        assert set(purged.artefacts) == {self.model[each].file for each in files}
        for run_id in gone:
            del self.model[run_id]
        for run_id in files:
            known = self.model[run_id]
            known.file, known.file_deleted, known.file_starred = None, None, False

    @rule()
    def restart(self):
        """Closed and opened, as after the end of a process."""
        self.store.close()
        self.store = Store(self.settings, clock=self.clock)
        assert self.store.notices == ()
        self.store.clean_up()

    @rule(days=st.integers(0, 20))
    def time_goes_by(self, days):
        """Both clocks."""
        self.clock.advance(days * DAY)

    @rule(days=st.integers(-400, 400))
    def clock_jumps(self, days):
        """The wall clock alone."""
        self.clock.jump(days * DAY)

    @rule(run_id=consumes(runs))
    def forget(self, run_id):
        """No more is done to a run; it is still watched over."""
        assert self.model.get(run_id) is None or run_id in self.model

    @invariant()
    def rows_files_and_model_agree(self):
        """What is listed, what is found, what can be restored, and the bytes of every file."""
        if not hasattr(self, "store"):
            return
        shown = {run_id for run_id, each in self.model.items() if each.deleted is None}
        hidden = self.model.keys() - shown
        assert {each.id for each in self.store.runs(limit=1000).items} == shown
        assert {each.id for each in self.store.runs(RunFilter(q="n="), limit=1000).items} == shown
        assert {each.id for each in self.store.runs(RunFilter(deleted=True), limit=1000).items} == hidden
        files = {
            each.file: each
            for run_id, each in self.model.items()
            if run_id in shown and each.file is not None and each.file_deleted is None
        }
        listed = self.store.artefacts(limit=1000).items
        assert {each.id for each in listed} == files.keys()
        assert {each.id for each in self.store.artefacts(ArtefactFilter(q="f.t"), limit=1000).items} == files.keys()
        for artefact in listed:
            with self.store.open_artefact(artefact.id) as file:
                assert file.read() == files[artefact.id].content
        for summary in self.store.runs(limit=1000).items:
            assert (summary.starred, summary.label) == (self.model[summary.id].starred, self.model[summary.id].label)
        on_disk = {path.parent.name for path in self.settings.artefacts_root.glob("[ab]/*/f.txt")}
        assert on_disk == {run_id for run_id, each in self.model.items() if each.file is not None}
        contents = {each.content for each in self.model.values() if each.file is not None}
        assert {blob.read_bytes() for blob in self.settings.artefacts_root.glob(".blobs/*/*")} == contents
        assert fsck(self.store).found == ()


Keeping.TestCase.settings = settings(
    max_examples=300 if LONG else 60,
    stateful_step_count=150 if LONG else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestKeeping = pytest.mark.case("K1.machine")(pytest.mark.timeout(7200 if LONG else 300)(Keeping.TestCase))
