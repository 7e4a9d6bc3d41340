"""A file becomes an artefact: whole or not at all, under a safe name, its bytes stored once and never changed."""

import errno
import hashlib
import io
import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from pixie_core.errors import ArtefactNotFound, DiskFull, QuotaExceeded, RequestInvalid, RunNotRunning
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.run.events import Finished, Output
from pixie_core.store import ArtefactFilter, Publication, Store

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    disarm()


def publish(store, run_id, name, source, **more):
    """Stage and publish one file; returns its artefact."""
    staged = store.stage(run_id, "compound-interest", name, source, more.pop("mime", None))
    (record,) = store.append(run_id, [Publication(staged, **more)])
    return store.artefact(record.event.id)


def folder(settings, run_id):
    return settings.artefacts_root / "compound-interest" / run_id


def test_a_published_file_has_its_row_its_event_and_its_bytes(store, story, settings, tmp_path):
    """Whether it came as a path, as bytes or in pieces."""
    run_id = story.begin()
    source = tmp_path / "source.bin"
    source.write_bytes(PNG * 40_000)
    for name, given, expected in [
        ("path.png", source, PNG * 40_000),
        ("bytes.png", PNG, PNG),
        ("pieces.png", iter([PNG, b"", PNG]), PNG * 2),
        ("empty.txt", b"", b""),
    ]:
        artefact = publish(store, run_id, name, given, output_key="plot")
        assert (artefact.filename, artefact.size_bytes, artefact.output_key) == (name, len(expected), "plot")
        assert artefact.sha256 == hashlib.sha256(expected).hexdigest()
        with store.open_artefact(artefact.id) as file:
            assert file.read() == expected
        event = store.events(run_id)[-1].event
        assert (event.id, event.sha256, event.mime) == (artefact.id, artefact.sha256, artefact.mime)
    assert store.run(run_id).artefacts[0].filename == "path.png"
    assert store.total_artefact_bytes() == len(PNG) * 40_003
    assert not any((settings.artefacts_root / ".staging").iterdir())


def test_tokens_become_urls_in_the_outputs_of_the_same_batch(store, story):
    """Wherever in a value they stand; other outputs stay as they are."""
    run_id = story.begin()
    token = f"pixie-artefact:{uuid.uuid4()}"
    staged = store.stage(run_id, "compound-interest", "a.png", PNG)
    value = {"images": [{"value": token, "label": 'ä"\u2028'}], "numbers": [1, 2.5, None], "text": f"![]({token})"}
    store.append(
        run_id,
        [
            Output(output_key="grid", type="image_grid", value=value, whole=True),
            Publication(staged, "grid", token),
            Output(output_key="other", type="text", value="plain", whole=True),
            Finished(status="ok"),
        ],
    )
    run = store.run(run_id)
    url = f"/api/artefacts/{run.artefacts[0].id}/content"
    assert run.values() == {
        "grid": {"images": [{"value": url, "label": 'ä"\u2028'}], "numbers": [1, 2.5, None], "text": f"![]({url})"},
        "other": "plain",
    }
    assert token not in "".join(each.text for each in store.events(run_id))


def test_a_spilled_value_is_resolved_and_hidden_from_the_library(store, story):
    """What was too large for its event is read back whole."""
    run_id = story.begin()
    rows = [{"x": number} for number in range(1000)]
    artefact = publish(store, run_id, "table.json", json.dumps(rows).encode(), spilled=True)
    assert store.resolve({"$artefact": artefact.url, "size_bytes": artefact.size_bytes}) == rows
    assert store.artefacts().items == ()
    assert len(store.artefacts(ArtefactFilter(spilled=None)).items) == 1
    for other in ("text", 3, None, {"$artefact": "http://elsewhere"}, {"$artefact": artefact.url, "more": 1}, [1]):
        assert store.resolve(other) == other
    with pytest.raises(ArtefactNotFound):
        store.resolve({"$artefact": "/api/artefacts/999/content"})


@pytest.mark.parametrize(
    "name",
    ["../../up.txt", "/etc/passwd", "a/b\\c", "..", ".hidden", "", "nul.txt", "x" * 300, "a\nb\u202etxt", "\ud800"],
)
def test_a_hostile_name_is_made_harmless(store, story, settings, name):
    """The file lies in the run's folder, and nowhere else."""
    run_id = story.begin()
    artefact = publish(store, run_id, name, b"x")
    assert [each.name for each in folder(settings, run_id).iterdir()] == [artefact.filename]
    assert "/" not in artefact.filename
    assert not artefact.filename.startswith(".")
    assert len(artefact.filename.encode()) <= 200


def test_the_same_name_again_gets_a_number(store, story):
    """Also where capitals alone differ, since some systems take those for one file; also for many at once."""
    run_id = story.begin()
    assert publish(store, run_id, "plot.png", b"1").filename == "plot.png"
    assert publish(store, run_id, "plot.png", b"2").filename == "plot (2).png"
    assert publish(store, run_id, "PLOT.png", b"3").filename == "PLOT (3).png"
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda n: publish(store, run_id, "same.txt", b"%d" % n).filename, range(20)))
    assert len(set(names)) == 20
    bytes_of = {store.open_artefact(each.id).read() for each in store.artefacts(ArtefactFilter(run_id=run_id)).items}
    assert bytes_of == {b"%d" % n for n in range(20)}


def test_a_name_that_another_process_took_is_passed_over(store, story, settings):
    """A link never overwrites."""
    run_id = story.begin()
    publish(store, run_id, "first.txt", b"1")
    (folder(settings, run_id) / "second.txt").write_bytes(b"a stranger's")
    assert publish(store, run_id, "second.txt", b"2").filename == "second (2).txt"
    assert (folder(settings, run_id) / "second.txt").read_bytes() == b"a stranger's"


def test_equal_bytes_are_stored_once_and_read_only(store, story, settings):
    """Whatever runs and names they have."""
    first, second = story.begin(), story.begin()
    for run_id, name in [(first, "a.bin"), (first, "b.bin"), (second, "c.bin")]:
        publish(store, run_id, name, b"same")
    inodes = {each.stat().st_ino for each in settings.artefacts_root.glob("**/*.bin")}
    assert len(inodes) == 1
    (blob,) = [each for each in (settings.artefacts_root / ".blobs").glob("**/*") if each.is_file()]
    assert blob.stat().st_ino in inodes
    assert blob.stat().st_nlink == 4
    assert blob.stat().st_mode & 0o777 == 0o444


def test_a_blob_that_somebody_changed_isnt_linked_again(store, story, settings):
    """What is published now has the right bytes."""
    run_id = story.begin()
    publish(store, run_id, "a.txt", b"right")
    victim = folder(settings, run_id) / "a.txt"
    victim.chmod(0o644)
    victim.write_bytes(b"WRONG")
    artefact = publish(store, run_id, "b.txt", b"right")
    with store.open_artefact(artefact.id) as file:
        assert file.read() == b"right"


def test_where_hard_links_cant_be_made_files_are_copied(store, story, settings, monkeypatch):
    """Some file systems have none; all are out of them at some number."""

    def no_links(*args, **kwargs):
        raise OSError(errno.EMLINK, "Too many links")

    monkeypatch.setattr(os, "link", no_links)
    run_id = story.begin()
    names = [publish(store, run_id, "a.txt", b"bytes").filename for _ in range(3)]
    assert names == ["a.txt", "a (2).txt", "a (3).txt"]
    assert [store.open_artefact(each.id).read() for each in store.artefacts().items] == [b"bytes"] * 3
    assert all(each.stat().st_mode & 0o777 == 0o444 for each in folder(settings, run_id).iterdir())
    assert not any((settings.artefacts_root / ".staging").iterdir())


@pytest.mark.case("P3.served")
@pytest.mark.parametrize("how", ["symlink", "parent", "fifo", "directory", "gone"])
def test_what_isnt_a_regular_file_reached_without_links_isnt_served(store, story, settings, tmp_path, how):
    """A tool may put anything in the place of its files; the answer is the same as for an unknown artefact."""
    run_id = story.begin()
    artefact = publish(store, run_id, "a.txt", b"bytes")
    path = folder(settings, run_id) / "a.txt"
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.txt").write_text("secret")
    path.unlink()
    if how == "symlink":
        path.symlink_to(secret / "a.txt")
    elif how == "parent":
        folder(settings, run_id).rmdir()
        folder(settings, run_id).symlink_to(secret)
    elif how == "fifo":
        os.mkfifo(path)
    elif how == "directory":
        path.mkdir()
    with pytest.raises(ArtefactNotFound):
        store.open_artefact(artefact.id)


@pytest.mark.parametrize("artefact_id", [0, -1, 7, 2**63, 10**30])
def test_an_unknown_artefact_isnt_found(store, artefact_id):
    """Numbers that the database can't even hold are no error of ours."""
    with pytest.raises(ArtefactNotFound):
        store.open_artefact(artefact_id)


@pytest.mark.parametrize("as_path", [True, False])
def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(store, story, settings, tmp_path, as_path):
    """The copy ends as the limit is crossed."""
    run_id = story.begin()
    source = tmp_path / "big"
    source.write_bytes(b"x" * 1001)
    pulled = []

    def pieces():
        while True:
            pulled.append(1)
            yield b"x" * 100

    with pytest.raises(QuotaExceeded, match="1,000 bytes"):
        store.stage(run_id, "compound-interest", "big", source if as_path else pieces(), limit=1000)
    assert len(pulled) in {0, 11}
    assert [each for each in settings.artefacts_root.rglob("*") if each.is_file()] == []
    assert store.stage(run_id, "compound-interest", "fits", b"x" * 1000, limit=1000).size_bytes == 1000


@pytest.mark.case("P3.kinds")
@pytest.mark.parametrize("kind", ["symlink", "fifo", "directory", "missing"])
def test_a_source_that_isnt_a_regular_file_is_refused(store, story, tmp_path, kind):
    """Nothing is followed, and nothing hangs."""
    source = tmp_path / "source"
    if kind == "symlink":
        (tmp_path / "secret").write_text("secret")
        source.symlink_to(tmp_path / "secret")
    elif kind == "fifo":
        os.mkfifo(source)
    elif kind == "directory":
        source.mkdir()
    with pytest.raises(OSError, match="Errno"):
        store.stage(story.begin(), "compound-interest", "a", source)


def test_a_source_that_fails_midway_leaves_nothing(store, story, settings):
    """Neither under its name nor under a temporary one."""

    def pieces():
        yield b"x" * 100
        raise ValueError("the tool went away")

    with pytest.raises(ValueError, match="went away"):
        store.stage(story.begin(), "compound-interest", "a", pieces())
    assert [each for each in settings.artefacts_root.rglob("*") if each.is_file()] == []


@pytest.mark.case("F6.full")
def test_a_full_disk_is_told_in_plain_words(store, story, settings, monkeypatch):
    """And leaves nothing."""

    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    run_id = story.begin()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="no room"):
            store.files.publish("compound-interest", run_id, "a", b"x", None)
    assert [each for each in settings.artefacts_root.rglob("*") if each.is_file()] == []


@pytest.mark.case("F6.fsync")
@pytest.mark.parametrize(
    "point", ["publish.half_written", "publish.after_write", "publish.after_fsync", "publish.after_blob"]
)
def test_a_disk_that_fails_midway_leaves_no_file_under_a_name(store, story, settings, point):
    """An fsync that failed isn't tried again."""
    run_id = story.begin()
    arm(f"{point}:error")
    with pytest.raises(FaultInjected):
        store.stage(run_id, "compound-interest", "a.txt", b"x")
    assert not folder(settings, run_id).exists() or not any(folder(settings, run_id).iterdir())
    assert not any((settings.artefacts_root / ".staging").iterdir())
    assert publish(store, run_id, "a.txt", b"x").sha256 == hashlib.sha256(b"x").hexdigest()


def test_a_file_that_isnt_published_can_be_discarded(store, story, settings):
    """The run ended meanwhile, say."""
    run_id = story.begin()
    staged = store.stage(run_id, "compound-interest", "late.txt", b"x")
    story.end(run_id, "cancelled")
    with pytest.raises(RunNotRunning):
        store.append(run_id, [Publication(staged)])
    store.discard(staged)
    store.discard(staged)
    assert not any(folder(settings, run_id).iterdir())
    assert store.artefacts().items == ()


def test_a_commit_that_fails_publishes_nothing(store, story):
    """The row, the event and the run's bytes come together or not at all."""
    run_id = story.begin()
    staged = store.stage(run_id, "compound-interest", "a.txt", b"xyz")
    arm("commit.before:error")
    with pytest.raises(FaultInjected):
        store.append(run_id, [Publication(staged)])
    assert store.artefacts().items == ()
    assert store.run(run_id).artefacts == ()
    store.append(run_id, [Publication(staged)])
    assert store.total_artefact_bytes() == 3


def test_the_bytes_of_an_input_stay_as_long_as_the_run(store, settings):
    """Stored once, whatever runs have them; known by their hash."""
    runs = [str(uuid.uuid4()) for _ in range(2)]
    kept = [store.keep_input(run_id, "t", "data.csv", b"a,b\n1,2\n") for run_id in [*runs, runs[0]]]
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert kept == [{"sha256": digest, "filename": "data.csv", "mime": "text/csv", "size": 8}] * 3
    with store.open_input(digest) as file:
        assert file.read() == b"a,b\n1,2\n"
    assert all((settings.artefacts_root / "t" / run_id / ".inputs" / digest).is_file() for run_id in runs)
    for unknown in ("0" * 64, "../../pixie.db", ""):
        with pytest.raises(FileNotFoundError):
            store.open_input(unknown)


@pytest.mark.parametrize(
    ("name", "content", "declared", "expected"),
    [
        ("a.txt", PNG, "text/html", "image/png"),
        ("a.png", b"<!DOCTYPE html><script>", None, "text/html"),
        ("a.txt", b"  <svg xmlns='x'>", None, "image/svg+xml"),
        ("a.svg", b"<?xml version='1.0'?><svg>", None, "image/svg+xml"),
        ("a.csv", b"a,b", "application/octet-stream", "text/csv"),
        ("a.xlsx", b"PK\x03\x04rest", None, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.csv", b"PK\x03\x04rest", None, "application/zip"),
        ("a.png", b"just words", None, "text/plain"),
        ("a.png", b"\x00\x01\x02", "image/png", "application/octet-stream"),
        ("data", b"words \xc3", "application/x-thing; charset=utf-8", "application/x-thing"),
        ("data", b"words \xc3", "not a type", "text/plain"),
        ("data", b"\x00\xff", None, "application/octet-stream"),
        ("a.WAV", b"RIFF\x00\x00\x00\x00WAVE", None, "audio/wav"),
        ("a.webm", b"\x1a\x45\xdf\xa3", None, "video/webm"),
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A ", None, "audio/mp4"),
    ],
)
def test_the_media_type_comes_from_the_content_first(store, story, name, content, declared, expected):
    """Then from the name, then from what was declared; a claim to be a picture isn't believed."""
    assert publish(store, story.begin(), name, content, mime=declared).mime == expected


def test_a_bad_tool_or_run_id_never_becomes_a_folder(store, settings):
    """Staging checks them itself, since it comes before the row."""
    for run_id, tool_id in [("..", "t"), (str(uuid.uuid4()), "../x"), (str(uuid.uuid4()), ".blobs")]:
        with pytest.raises(RequestInvalid):
            store.stage(run_id, tool_id, "a", b"x")
    assert [each for each in settings.home.rglob("*") if each.name == "a"] == []


def test_an_artefact_of_another_store_can_be_read(store, story, settings):
    """The files' paths in rows are meant from the folder of artefacts."""
    artefact = publish(store, story.begin(), "a.txt", io.BytesIO(b"x\ny"))
    with Store(settings) as other, other.open_artefact(artefact.id) as file:
        assert file.read() == b"x\ny"
