"""Exports whose files are gone or altered: refused before the first byte, or broken off so that nobody can miss it."""

import io
import logging
import zipfile

import httpx
import pytest

from pixie_core.zips import _LOOKED_AT_FIRST
from tests.core.recorded import add_run
from tests.server.live_pixie import live_pixie

MANY = _LOOKED_AT_FIRST + 5


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie without tools."""
    with live_pixie(tmp_path_factory.mktemp("pixie")) as served:
        yield served


def file_of(live, run_id, filename):
    return live.pixie.settings.artefacts_root / "lorenz" / run_id / filename


def spoil(live, run_id, filename, content=None):
    """Take a kept file away, or put other bytes in its place."""
    path = file_of(live, run_id, filename)
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("content", "status", "code"), [(None, 410, "artefact_file_missing"), (b"longer", 409, "file_altered")]
)
def test_a_file_that_is_gone_or_altered_is_refused_before_the_first_byte(live, content, status, code):
    """Of the zip of its run, and of the file's own export and download where these miss it."""
    run_id = add_run(live.pixie, ("a.csv", b"x\n1\n"))
    (artefact,) = live.pixie.get(run_id).artefacts
    spoil(live, run_id, "a.csv", content)
    answer = live.get(f"/api/runs/{run_id}/export")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "a.csv" in answer.json()["detail"]
    assert "pixie fsck" in answer.json()["detail"]
    if content is None:
        for path in (f"/api/artefacts/{artefact.id}/content", f"/api/artefacts/{artefact.id}/export"):
            answer = live.get(path)
            assert (answer.status_code, answer.json()["code"]) == (410, code), path


def test_a_value_whose_file_is_gone_or_spoilt_is_told(live):
    """A large value is kept as a file: as missing as any other, and no fault of Pixie's when it isn't JSON any more."""
    run_id = add_run(live.pixie, ("t.json", b'"abc"'))
    (artefact,) = live.pixie.get(run_id).artefacts
    other = add_run(live.pixie, t={"$artefact": f"/api/artefacts/{artefact.id}/content", "size_bytes": 5})
    for content, told in ((b'"ab', (409, "file_altered")), (None, (410, "artefact_file_missing"))):
        spoil(live, run_id, "t.json", content)
        for path in ("", "/export?format=txt"):
            answer = live.get(f"/api/runs/{other}/outputs/t{path}")
            assert (answer.status_code, answer.json()["code"]) == told, path
        if content is not None:
            assert (
                "report.html" in zipfile.ZipFile(io.BytesIO(live.get(f"/api/runs/{other}/report").content)).namelist()
            )


def test_a_bulk_export_goes_on_without_the_run_whose_file_is_gone(live):
    """It is named in the index, with the reason."""
    good, bad = add_run(live.pixie, ("b.txt", b"b")), add_run(live.pixie, ("c.txt", b"c"))
    spoil(live, bad, "c.txt")
    answer = live.post("/api/exports/bulk", json={"run_ids": [bad, good]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        index = archive.read("index.csv").decode()
        assert "The file c.txt" in index
        assert sum(name.endswith("run.json") for name in archive.namelist()) == 1


@pytest.fixture(scope="module")
def crowd(live):
    """A run with more files than are looked at before the first byte."""
    return add_run(live.pixie, *((f"{n}.txt", b"%d" % n) for n in range(MANY)))


def read_into(sink, url):
    """What comes, as it comes."""
    with httpx.stream("GET", url, timeout=20, trust_env=False) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_raw():
            sink.write(piece)


@pytest.mark.parametrize("what", ["gone", "altered"])
def test_a_zip_that_has_begun_is_broken_off_and_logged_in_a_line(live, crowd, caplog, what):
    """The connection is closed before the end of the body, and the log says which run, which file, and no traceback."""
    name = f"{MANY - 1}.txt"
    whole = file_of(live, crowd, name).read_bytes()
    spoil(live, crowd, name, None if what == "gone" else b"x" * len(whole))
    caplog.set_level(logging.INFO)
    read = io.BytesIO()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        read_into(read, f"{live.url}/api/runs/{crowd}/export")
    path = file_of(live, crowd, name)
    path.unlink(missing_ok=True)
    path.write_bytes(whole)
    assert read.getvalue().startswith(b"PK")
    assert not zipfile.is_zipfile(read)
    said = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(said) == 1, [each.getMessage() for each in said]
    assert said[0].exc_info is None
    assert crowd[:8] in said[0].getMessage()
    assert name in said[0].getMessage()
    assert live.get("/api/healthz").status_code == 200


def test_a_download_of_a_file_that_was_cut_is_broken_off(live, caplog):
    """It is shorter than was said, and the log has one line of it."""
    run_id = add_run(live.pixie, ("film.mp4", b"x" * 200_000))
    (artefact,) = live.pixie.get(run_id).artefacts
    spoil(live, run_id, "film.mp4", b"x" * 100_000)
    with pytest.raises(httpx.RemoteProtocolError):
        live.get(f"/api/artefacts/{artefact.id}/content")
    said = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(said) == 1
    assert said[0].exc_info is None


def test_a_zip_of_many_files_begins_before_they_are_looked_at(live, crowd, monkeypatch):
    """Its first piece is there while nobody has asked for the rest of the run."""
    asked = []
    read = live.pixie.store.run
    monkeypatch.setattr(live.pixie.store, "run", lambda run_id: (asked.append(run_id), read(run_id))[1])
    pieces = iter(live.pixie.zip(crowd))
    first = next(pieces)
    assert first.startswith(b"PK\x03\x04")
    assert asked == []
    with zipfile.ZipFile(io.BytesIO(first + b"".join(pieces))) as archive:
        assert len(archive.namelist()) == MANY + 5
    assert asked == [crowd]
