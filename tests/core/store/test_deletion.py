"""What is deleted is gone from everywhere, can be restored until the purge, and then leaves nothing behind."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pixie_core.clock import timestamp
from pixie_core.config import Settings
from pixie_core.errors import ArtefactNotFound, RunConflict, RunNotFound, RunProtected, RunStillRunning
from pixie_core.run.events import Finished, Started
from pixie_core.store import ArtefactFilter, Publication, RunFilter, Store
from pixie_core.testing.clock import FakeClock
from tests.core.store.conftest import Story

FAR = "9999"


@pytest.fixture
def clock():
    """It stands until it is told to go."""
    return FakeClock()


@pytest.fixture
def store(settings, clock):
    """A store by that clock."""
    with Store(settings, clock=clock) as opened:
        yield opened


def with_file(store, name="a.txt", content=b"content", *, inputs=None, mark=None):
    """The id of an ended run with a file, and the file's number."""
    story = Story(store)
    run_id = story.begin(inputs=inputs)
    (record,) = store.append(run_id, [Publication(store.stage(run_id, "compound-interest", name, content))])
    story.end(run_id)
    if mark == "starred":
        store.set_star(run_id, True)
    elif mark == "labelled":
        store.set_label(run_id, "kept")
    elif mark == "file starred":
        store.set_artefact_star(record.event.id, True)
    elif mark == "file labelled":
        store.set_artefact_label(record.event.id, "kept")
    return run_id, record.event.id


def files(settings):
    """Every file and folder of the artefacts, but empty ones of ours."""
    root = settings.artefacts_root
    return sorted(str(each.relative_to(root)) for each in root.rglob("*") if each.is_file() or each.is_symlink())


@pytest.mark.case("K5.undo")
def test_a_deleted_run_is_in_no_list_and_by_no_name(store, settings):
    """Nor are its files; it comes back as it was."""
    run_id, number = with_file(store, inputs={"note": "needle"})
    before, row = store.run(run_id), store.artefact(number)
    assert store.deletions.delete_run(run_id[:8]) == run_id
    for ask in (
        store.run,
        store.find,
        store.events,
        store.log,
        store.set_star,
        lambda each: store.set_label(each, "x"),
    ):
        with pytest.raises(RunNotFound):
            ask(run_id)
    for ask in (
        store.artefact,
        store.open_artefact,
        store.set_artefact_star,
        lambda each: store.set_artefact_tags(each, ["x"]),
    ):
        with pytest.raises(ArtefactNotFound):
            ask(number)
    assert store.runs().items == store.runs(RunFilter(q="needle")).items == store.runs(RunFilter(q="ne")).items == ()
    assert store.artefacts().items == store.artefacts(ArtefactFilter(q="a.txt")).items == ()
    assert store.artefacts(ArtefactFilter(deleted=True)).items == ()
    (listed,) = store.runs(RunFilter(deleted=True)).items
    assert (listed.id, listed.deleted_at) == (run_id, timestamp(FakeClock().now()))
    with pytest.raises(RunConflict):
        store.create_run(run_id=run_id, tool_id="compound-interest", inputs={"note": "needle"}, origin="api")
    assert store.deletions.restore_run(run_id[:8]) == run_id
    assert store.deletions.restore_run(run_id) == run_id
    assert (store.run(run_id), store.artefact(number)) == (before, row)
    assert store.runs(RunFilter(deleted=True)).items == ()


def test_a_deleted_file_is_in_no_list_and_comes_back(store):
    """Its run stays."""
    run_id, number = with_file(store)
    store.deletions.delete_artefact(number)
    assert store.run(run_id).artefacts == ()
    assert store.artefacts().items == ()
    assert [each.id for each in store.artefacts(ArtefactFilter(deleted=True)).items] == [number]
    with pytest.raises(ArtefactNotFound):
        store.open_artefact(number)
    with pytest.raises(ArtefactNotFound):
        store.deletions.delete_artefact(number)
    store.deletions.restore_artefact(number)
    assert store.artefact(number).filename == "a.txt"
    store.deletions.restore_artefact(number)


@pytest.mark.parametrize("mark", ["starred", "labelled", "file starred", "file labelled"])
def test_what_is_protected_is_refused_with_the_reason(store, settings, mark):
    """The run, and each of its files; by hand and for good."""
    run_id, number = with_file(store, mark=mark)
    before = files(settings)
    with pytest.raises(RunProtected, match=mark.split()[-1]) as caught:
        store.deletions.delete_run(run_id)
    assert (caught.value.run_id, caught.value.artefact_id) == (run_id, None)
    with pytest.raises(RunProtected, match="Nothing was deleted") as caught:
        store.deletions.delete_artefact(number)
    assert caught.value.artefact_id == number
    assert store.deletions.purge_runs([run_id]).runs == ()
    assert store.deletions.purge_due(FAR).runs == ()
    assert (files(settings), store.run(run_id).status) == (before, "ok")


def test_another_file_of_a_run_with_a_starred_file_can_be_deleted(store):
    """The star is that file's."""
    story = Story(store)
    run_id = story.begin()
    first, second = (
        store.append(run_id, [Publication(store.stage(run_id, "compound-interest", name, b"x"))])[0].event.id
        for name in ("a.txt", "b.txt")
    )
    story.end(run_id)
    store.set_artefact_star(first)
    store.deletions.delete_artefact(second)
    assert [each.id for each in store.artefacts().items] == [first]
    with pytest.raises(RunProtected):
        store.deletions.delete_run(run_id)


def test_what_runs_is_refused(store):
    """It is to be cancelled first."""
    story = Story(store)
    run_id = story.begin()
    number = store.append(run_id, [Publication(store.stage(run_id, "compound-interest", "a", b"x"))])[0].event.id
    for ask in (lambda: store.deletions.delete_run(run_id), lambda: store.deletions.delete_artefact(number)):
        with pytest.raises(RunStillRunning, match="cancel"):
            ask()
    assert store.deletions.purge_runs([run_id]).runs == ()


def test_the_purge_comes_after_the_days_of_grace_and_leaves_nothing(store, settings, clock):
    """No row, no event, no text, no file, no blob, no input; what others share stays."""
    sha = store.keep_input("6f1c2a9b-0000-4000-8000-000000000000", "compound-interest", "in.txt", b"an input")["sha256"]
    run_id, _ = with_file(store, content=b"only here", inputs={"file": {"sha256": sha}})
    _, kept = with_file(store, "b.txt", b"shared")
    shared, _ = with_file(store, "c.txt", b"shared")
    gone, lone = with_file(store, "d.txt", b"alone")
    before = set(files(settings))
    store.deletions.delete_run(run_id)
    store.deletions.delete_run(shared)
    store.deletions.delete_artefact(lone)
    clock.advance(7 * 86_400)
    week_ago = timestamp(clock.now() - timedelta(days=7))
    assert store.deletions.purge_due(week_ago).runs == ()
    clock.advance(1)
    purged = store.deletions.purge_due(timestamp(clock.now() - timedelta(days=7)))
    assert (set(purged.runs), purged.artefacts, purged.failed) == ({run_id, shared}, (lone,), ())
    assert purged.bytes == len(b"only here") + len(b"alone")
    for ask in (store.run, store.deletions.restore_run):
        with pytest.raises(RunNotFound):
            ask(run_id)
    with pytest.raises(ArtefactNotFound):
        store.deletions.restore_artefact(lone)
    assert store.run(gone).artefacts == ()
    assert (
        store.read(
            lambda conn: conn.execute("SELECT total_artefact_bytes FROM runs WHERE id = ?", (gone,)).fetchone()[0]
        )
        == 0
    )
    with store.open_artefact(kept) as file:
        assert file.read() == b"shared"
    left = set(files(settings))
    assert len(before - left) == 5
    assert not any(run_id in each or shared in each or "d.txt" in each for each in left)
    counts = "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM artefacts), (SELECT count(*) FROM run_texts), (SELECT count(*) FROM artefact_texts), (SELECT count(*) FROM run_events WHERE run_id NOT IN (SELECT id FROM runs))"
    assert tuple(store.read(lambda conn: conn.execute(counts).fetchone())) == (2, 1, 2, 1, 0)
    assert store.read(lambda conn: conn.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"


def test_a_star_that_comes_after_the_deletion_keeps_it_from_the_purge(store, settings):
    """Of a file of the run, by another program."""
    run_id, number = with_file(store)
    store.deletions.delete_run(run_id)
    store.write(lambda conn: conn.execute("UPDATE artefacts SET starred = 1 WHERE id = ?", (number,)))
    before = files(settings)
    assert store.deletions.purge_due(FAR).runs == ()
    assert files(settings) == before
    store.deletions.restore_run(run_id)
    assert store.artefact(number).starred


@pytest.mark.case("K5.links")
def test_a_purge_follows_no_link_and_opens_what_was_shut(store, settings, tmp_path):
    """What lies elsewhere is untouched, also where a tool has put links or shut a folder in the run's own."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("mine")
    run_id, _ = with_file(store)
    folder = settings.artefacts_root / "compound-interest" / run_id
    (folder / "link").symlink_to(outside)
    (folder / "dangling").symlink_to(outside / "nothing")
    (folder / "file-link").symlink_to(outside / "precious.txt")
    (folder / "shut").mkdir()
    (folder / "shut" / "x").write_text("x")
    (folder / "shut").chmod(0)
    os.mkfifo(folder / "pipe")
    assert store.deletions.purge_runs([run_id]).runs == (run_id,)
    assert (outside / "precious.txt").read_text() == "mine"
    assert not folder.exists()
    assert list((settings.artefacts_root / ".trash").iterdir()) == []


@pytest.mark.case("K5.links")
def test_a_run_whose_folder_is_a_link_loses_the_link_alone(store, settings, tmp_path):
    """Whatever it leads to stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("mine")
    run_id, _ = with_file(store)
    folder = settings.artefacts_root / "compound-interest" / run_id
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(outside)
    assert store.deletions.purge_runs([run_id]).runs == (run_id,)
    assert (outside / "precious.txt").read_text() == "mine"
    assert not folder.is_symlink()


def test_ids_of_an_older_database_that_name_no_folder_delete_no_files(store, settings):
    """A tool called `..` isn't a way out."""
    (settings.home / "precious.txt").write_text("mine")
    for tool, run_id in (("..", "pixie.db"), (".blobs", "00"), ("a/b", "c"), ("", "x")):
        store.write(
            lambda conn, tool=tool, run_id=run_id: conn.execute(
                "INSERT INTO runs (id, tool_id, started_at, finished_at, status) VALUES (?, ?, '2020', '2020', 'ok')",
                (run_id, tool),
            )
        )
        assert store.deletions.purge_runs([run_id]).runs == (run_id,)
    assert (settings.home / "precious.txt").read_text() == "mine"


@pytest.mark.case("P10.meanwhile", "K5.links")
def test_an_open_download_goes_on(store):
    """The bytes last as long as somebody reads them."""
    run_id, number = with_file(store, content=b"y" * 100_000)
    with store.open_artefact(number) as file:
        file.read(10)
        assert store.deletions.purge_runs([run_id]).runs == (run_id,)
        assert len(file.read()) == 99_990


def test_what_cant_be_removed_is_told_and_tried_again(store, settings, monkeypatch):
    """Its row stays until its files are gone; others are purged all the same."""
    from pixie_core.store import removal

    first, _ = with_file(store, content=b"1")
    second, _ = with_file(store, content=b"2")
    real = removal.remove_aside

    def failing(files, run_id):
        if run_id == first:
            raise OSError(5, "Input/output error")
        return real(files, run_id)

    monkeypatch.setattr(removal, "remove_aside", failing)
    purged = store.deletions.purge_runs([first, second])
    assert purged.runs == (second,)
    assert "Input/output error" in purged.failed[0]
    assert first in purged.failed[0]
    with pytest.raises(RunNotFound):
        store.deletions.restore_run(first)
    monkeypatch.setattr(removal, "remove_aside", real)
    assert store.deletions.finish().runs == (first,)
    assert store.deletions.finish().runs == ()


def test_blobs_that_nothing_uses_go_after_a_day(store, settings, clock):
    """Not those that a file, a row or an input has a use for."""
    run_id, _ = with_file(store, content=b"used")
    sha = store.keep_input(run_id, "compound-interest", "in.txt", b"an input")["sha256"]
    blobs = settings.artefacts_root / ".blobs"
    unused = blobs / "ab" / ("ab" + "0" * 62)
    unused.parent.mkdir(exist_ok=True)
    unused.write_bytes(b"unused")
    stray = blobs / "ab" / "notes.txt"
    stray.write_text("somebody's")
    missing = settings.artefacts_root / store.artefacts().items[0].rel_path
    missing.unlink()
    now = unused.stat().st_mtime
    clock.jump(now - clock.now().timestamp() + 3600)
    assert store.deletions.remove_unused_blobs() == 0
    clock.advance(86_400)
    assert store.deletions.remove_unused_blobs() == len(b"unused")
    assert not unused.exists()
    assert stray.exists()
    with store.open_input(sha) as file:
        assert file.read() == b"an input"
    assert len([each for each in blobs.glob("*/*") if each != stray]) == 2


def test_publishing_and_purging_the_same_bytes_at_once_loses_none(settings):
    """Each file that was published can be read, and each input, however the two meet."""
    with Store(settings) as store:
        stop = threading.Event()
        kept, errors = [], []

        def publish():
            story = Story(store)
            try:
                while not stop.is_set():
                    run_id = story.begin()
                    described = store.keep_input(run_id, "compound-interest", "i", b"the same input")
                    (record,) = store.append(
                        run_id, [Publication(store.stage(run_id, "compound-interest", "a", b"the same"))]
                    )
                    with store.open_input(described["sha256"]) as file:
                        assert file.read() == b"the same input"
                    with store.open_artefact(record.event.id) as file:
                        assert file.read() == b"the same"
                    story.end(run_id)
                    kept.append(run_id)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=publish) for _ in range(3)]
        for thread in threads:
            thread.start()
        purged = 0
        while purged < 40 and not errors:
            if kept:
                purged += len(store.deletions.purge_runs([kept.pop()]).runs)
        stop.set()
        for thread in threads:
            thread.join()
        assert errors == []


@pytest.mark.case("K2.marks")
def test_starring_and_purging_at_once_never_loses_a_star(settings):
    """The star is refused before a byte is gone, or it wins."""
    with Store(settings) as store:
        for _ in range(25):
            run_id, number = with_file(store)
            barrier = threading.Barrier(2)
            starred = []

            def star(run_id=run_id, barrier=barrier, starred=starred):
                barrier.wait()
                try:
                    store.set_star(run_id, True)
                    starred.append(True)
                except RunNotFound:
                    starred.append(False)

            thread = threading.Thread(target=star)
            thread.start()
            barrier.wait()
            purged = store.deletions.purge_runs([run_id]).runs
            thread.join()
            assert (purged == ()) == starred[0]
            if starred[0]:
                with store.open_artefact(number) as file:
                    assert file.read() == b"content"


def test_deleting_beside_another_process_is_seen_there(settings):
    """Each commit is for all."""
    with Store(settings) as store, Store(settings) as other:
        run_id, _ = with_file(store)
        other.deletions.delete_run(run_id)
        with pytest.raises(RunNotFound):
            store.run(run_id)
        store.deletions.restore_run(run_id)
        assert other.run(run_id).id == run_id
        assert store.deletions.purge_runs([run_id]).runs == (run_id,)
        assert other.deletions.finish().runs == ()


def test_opening_a_store_of_a_folder_given_as_text_is_unchanged(tmp_path):
    """`Settings` decides where files lie; deletions follow it."""
    settings = Settings(home=tmp_path, artefacts_root=Path("elsewhere/files"))
    with Store(settings) as store:
        story = Story(store)
        run_id = story.begin()
        store.append(run_id, [Publication(store.stage(run_id, "compound-interest", "a", b"x")), Finished(status="ok")])
        assert store.deletions.purge_runs([run_id]).runs == (run_id,)
        assert not [each for each in (tmp_path / "elsewhere" / "files").rglob("*") if each.is_file()]
        assert store.create_run(
            run_id=run_id, tool_id="t", inputs={}, origin="api", events=[Started(inputs={}, fingerprint={})]
        ).new
