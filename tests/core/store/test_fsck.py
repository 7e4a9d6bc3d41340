"""The check finds whatever rows and files disagree in, mends what can be mended, and deletes nothing."""

import shutil
import sqlite3

import pytest

from pixie_core.store import Publication, Store, fsck
from tests.core.store.conftest import Story


@pytest.fixture
def run_id(store):
    """A run with a file `a.txt` and a file input."""
    story = Story(store)
    made = story.begin()
    store.keep_input(made, "compound-interest", "in", b"input")
    store.append(made, [Publication(store.stage(made, "compound-interest", "a.txt", b"content"))])
    story.end(made)
    return made


@pytest.fixture
def folder(settings, run_id):
    """The run's folder."""
    return settings.artefacts_root / "compound-interest" / run_id


def kinds(findings):
    """What was found, in a word each, and whether it was mended."""
    return sorted((each.kind, each.mended is not None) for each in findings.found)


def rewritten(path, content):
    """A file with other bytes, and no link to its blob."""
    path.unlink()
    path.write_bytes(content)


def test_a_folder_in_order_has_nothing_to_find(store, run_id):
    """It says how much was looked at."""
    found = fsck(store, mend=True)
    assert (found.found, found.ok, found.runs, found.artefacts, found.bytes) == ((), True, 1, 1, 7)


def test_a_file_that_is_gone_is_made_anew_from_its_blob(store, folder):
    """Where the blob is there."""
    (folder / "a.txt").unlink()
    found = fsck(store)
    assert kinds(found) == [("row_without_file", False)]
    assert not found.ok
    assert not (folder / "a.txt").exists()
    assert kinds(fsck(store, mend=True)) == [("row_without_file", True)]
    assert (folder / "a.txt").read_bytes() == b"content"
    assert fsck(store).found == ()


def test_a_file_whose_bytes_are_nowhere_is_told_and_stays_so(store, folder, settings):
    """There is nothing to make it from."""
    for blob in (settings.artefacts_root / ".blobs").glob("*/*"):
        if blob.read_bytes() == b"content":
            blob.unlink()
    (folder / "a.txt").unlink()
    found = fsck(store, mend=True)
    assert kinds(found) == [("row_without_file", False)]
    assert not found.ok


@pytest.mark.case("K6.quarantine", "T12.told")
@pytest.mark.parametrize("content", [b"changed", b"longer than it was"])
def test_a_changed_file_is_put_in_quarantine_and_made_anew(store, folder, settings, content):
    """By its size or by its hash."""
    rewritten(folder / "a.txt", content)
    assert kinds(fsck(store)) == [("wrong_bytes", False)]
    assert kinds(fsck(store, mend=True)) == [("wrong_bytes", True)]
    assert (folder / "a.txt").read_bytes() == b"content"
    (kept,) = [each for each in (settings.artefacts_root / ".quarantine").rglob("*") if each.is_file()]
    assert kept.read_bytes() == content
    assert fsck(store).found == ()


def test_without_hashes_a_file_of_the_same_size_passes(store, folder):
    """That is what makes it quick."""
    rewritten(folder / "a.txt", b"changed")
    assert fsck(store, hashes=False).found == ()
    rewritten(folder / "a.txt", b"x")
    assert kinds(fsck(store, hashes=False)) == [("wrong_bytes", False)]


def test_a_blob_that_was_changed_is_found_with_its_file(store, folder, settings):
    """They are one; nothing whole is left of them, and nothing is thrown away."""
    path = folder / "a.txt"
    path.chmod(0o644)
    path.write_bytes(b"changed")
    found = fsck(store, mend=True)
    assert kinds(found) == [("wrong_blob", True), ("wrong_bytes", False)]
    assert path.read_bytes() == b"changed"


@pytest.mark.case("K6.quarantine")
def test_what_no_row_speaks_of_is_put_in_quarantine_with_its_path(store, folder, settings):
    """Files in a run's folder, folders of no run, and files in between."""
    root = settings.artefacts_root
    (folder / "stray.txt").write_text("stray")
    (folder / ".partial").mkdir()
    (folder / ".partial" / "half").write_text("half")
    (root / "compound-interest" / "not-a-run").mkdir()
    (root / "compound-interest" / "not-a-run" / "x").write_text("x")
    (root / "compound-interest" / "loose.txt").write_text("loose")
    (root / "notes.txt").write_text("notes")
    (root / "gone-tool" / "gone-run").mkdir(parents=True)
    found = fsck(store, mend=True)
    assert kinds(found) == [("file_without_row", True)] * 3 + [("unknown_folder", True)] * 2
    kept = {str(each.relative_to(root / ".quarantine")) for each in (root / ".quarantine").rglob("*") if each.is_file()}
    assert kept == {
        f"compound-interest/{folder.name}/stray.txt",
        "compound-interest/not-a-run/x",
        "compound-interest/loose.txt",
        "notes.txt",
    }
    assert (folder / ".partial" / "half").exists()
    (root / "notes.txt").write_text("other notes")
    assert kinds(fsck(store, mend=True)) == [("file_without_row", True)]
    assert (root / ".quarantine" / "notes.txt (2)").read_text() == "other notes"


def test_a_link_in_a_runs_folder_is_a_stray_and_never_followed(store, folder, settings, tmp_path):
    """Wherever it leads."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_text("mine")
    (folder / "link").symlink_to(tmp_path / "outside")
    assert kinds(fsck(store, mend=True)) == [("file_without_row", True)]
    assert (tmp_path / "outside" / "precious").read_text() == "mine"


def test_a_row_whose_path_leads_elsewhere_has_no_file(store, run_id, settings):
    """It is told, and nothing is written there."""
    (settings.home / "precious").write_text("mine")
    store.write(lambda conn: conn.execute("UPDATE artefacts SET rel_path = '../precious'"))
    found = fsck(store, mend=True)
    assert ("row_without_file", False) in kinds(found)
    assert (settings.home / "precious").read_text() == "mine"


def test_sums_and_search_are_made_right(store, run_id, settings):
    """What rows say of each other."""
    store.write(lambda conn: conn.execute("UPDATE runs SET total_artefact_bytes = 99"))
    store.write(lambda conn: conn.execute("DELETE FROM artefact_texts"))
    store.write(lambda conn: conn.execute("INSERT INTO run_texts VALUES (1, 'nobody', 'x', 'y')"))
    found = fsck(store, mend=True)
    assert kinds(found) == [("search_out_of_step", True)] * 2 + [("wrong_total", True)]
    assert fsck(store).found == ()
    from pixie_core.store import ArtefactFilter

    assert len(store.artefacts(ArtefactFilter(q="a.txt")).items) == 1


def test_a_row_that_belongs_to_nothing_is_told(store, settings):
    """As another program, without foreign keys, can leave it."""
    conn = sqlite3.connect(settings.db_path, isolation_level=None)
    conn.execute("INSERT INTO run_events VALUES ('gone', 1, 'now', 'log', '{}')")
    conn.close()
    (found,) = fsck(store).found
    assert (found.kind, "run_events" in found.said) == ("database", True)


def test_runs_at_work_and_deletions_are_left_alone(store, settings, run_id):
    """A file that waits for its row is no stray; what is being deleted is somebody's."""
    working = Story(store).begin()
    store.stage(working, "compound-interest", "waits.txt", b"x")
    at = "2025"
    store.write(
        lambda conn: conn.execute("UPDATE runs SET deleted_at = ?, purging_at = ? WHERE id = ?", (at, at, run_id))
    )
    shutil.rmtree(settings.artefacts_root / "compound-interest" / run_id)
    assert fsck(store, mend=True).found == ()
    assert (settings.artefacts_root / "compound-interest" / working / "waits.txt").exists()


def test_a_deleted_run_is_checked_as_long_as_it_can_be_restored(store, folder, run_id):
    """Restoring gives it back whole."""
    store.deletions.delete_run(run_id)
    (folder / "a.txt").unlink()
    assert kinds(fsck(store, mend=True)) == [("row_without_file", True)]
    store.deletions.restore_run(run_id)
    with store.open_artefact(store.run(run_id).artefacts[0].id) as file:
        assert file.read() == b"content"


def test_a_check_beside_a_purge_finds_nothing(settings):
    """What goes while it looks isn't amiss."""
    import threading

    with Store(settings) as store, Store(settings) as other:
        story = Story(store)
        ids = []
        for number in range(60):
            made = story.begin()
            store.append(made, [Publication(store.stage(made, "compound-interest", "a", b"%d" % number))])
            story.end(made)
            ids.append(made)
        thread = threading.Thread(target=lambda: other.deletions.purge_runs(ids))
        thread.start()
        while thread.is_alive():
            assert kinds(fsck(store, mend=True)) == []
        thread.join()
        assert fsck(store).runs == 0
