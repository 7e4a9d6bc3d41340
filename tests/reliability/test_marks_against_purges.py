"""Whoever stars, labels or restores while something is being deleted either wins, or is refused: never thanked, then robbed (K2)."""

import threading
from datetime import timedelta

import pytest

from pixie_core.clock import system_clock, timestamp
from pixie_core.config import Settings
from pixie_core.errors import NotFound
from pixie_core.faults import held
from pixie_core.store import Store, fsck
from tests.reliability.kill_works import make

SECONDS = 30.0
STEPS = (
    "commit.before",
    "commit.after",
    "delete.after_mark",
    "delete.after_move",
    "delete.after_remove",
    "delete.after_row",
)
CONTENT = b"not to be lost"

MARKS = {
    "star": lambda store, run_id, number: store.set_star(run_id, True),
    "label": lambda store, run_id, number: store.set_label(run_id, "kept"),
    "star its file": lambda store, run_id, number: store.set_artefact_star(number, True),
    "label its file": lambda store, run_id, number: store.set_artefact_label(number, "kept"),
    "restore": lambda store, run_id, number: store.deletions.restore_run(run_id),
}
DEEDS = {
    "a sweep": lambda store, run_id: store.deletions.purge_runs([run_id]),
    "a purge": lambda store, run_id: store.deletions.purge_due(timestamp(system_clock.now() + timedelta(days=1))),
}


class Doer(threading.Thread):
    """Does something on a thread of its own, and keeps what came of it."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work = work
        self.error = None
        self.start()

    def run(self):
        """The work."""
        try:
            self.work()
        except Exception as error:
            self.error = error

    def over(self):
        """Wait for its end; what it raised, or None."""
        self.join(SECONDS)
        assert not self.is_alive(), "it hangs"
        return self.error


@pytest.fixture(params=["the same process", "another one"])
def stores(request, tmp_path):
    """The store that deletes and the one that marks."""
    settings = Settings(home=tmp_path)
    with Store(settings) as deletes:
        if request.param == "the same process":
            yield deletes, deletes
            return
        with Store(settings) as marks:
            yield deletes, marks


@pytest.mark.case("K2.marks")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_that_was_answered_keeps_the_run_whatever_step_the_deletion_is_at(stores, mark, deed, step):
    """The deletion stands at the step until the mark is on its way; then both come to their end."""
    deletes, marks = stores
    run_id, number = make(deletes, "contended", CONTENT)
    if deed == "a purge":
        deletes.deletions.delete_run(run_id)
    with held(step) as point:
        deletion = Doer(lambda: DEEDS[deed](deletes, run_id))
        assert point.reached.wait(SECONDS), f"the deletion never came to {step}"
        marking = Doer(lambda: MARKS[mark](marks, run_id, number))
        if not step.startswith("commit"):
            # Nobody holds the database: the mark comes to its end before a further byte goes.
            marking.over()
    refused = marking.over()
    assert deletion.over() is None
    deletes.deletions.finish()
    assert refused is None or isinstance(refused, NotFound), refused
    if refused is None:
        assert deletes.run(run_id).id == run_id
        with deletes.open_artefact(number) as file:
            assert file.read() == CONTENT
    assert fsck(deletes).found == ()


@pytest.mark.case("K2.marks")
@pytest.mark.parametrize("mark", ["star", "label", "restore"])
def test_a_mark_before_the_deletion_always_wins(tmp_path, mark):
    """A star, a label or the restoring of what was deleted by hand, a moment before."""
    with Store(Settings(home=tmp_path)) as store:
        run_id, number = make(store, "contended", CONTENT)
        store.deletions.delete_run(run_id)
        MARKS["restore"](store, run_id, number)
        MARKS[mark](store, run_id, number)
        for deed in DEEDS.values() if mark != "restore" else [DEEDS["a purge"]]:
            assert deed(store, run_id).runs == ()
        with store.open_artefact(number) as file:
            assert file.read() == CONTENT
