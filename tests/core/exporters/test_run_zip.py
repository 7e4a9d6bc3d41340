"""The zip of a run, read by independent readers."""

from __future__ import annotations

import collections
import gc
import hashlib
import io
import json
import struct
import subprocess
import sys
import textwrap
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from attrs import evolve

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import ArtefactFileMissing, ArtefactNotFound, FileAltered, InputFileMissing
from pixie_core.exporters import Archive, Entry, run_zip
from pixie_core.exporters.archive import Listing
from pixie_core.exporters.run_zip import Whole
from pixie_core.unzip import Limits, content, read_entries
from tests.core.exporters.runs import AT, RUN_ID, Files, a_manifest, a_run


def unzip(data):
    """The entries of a zip by name, in order, once every check sum held."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def export(run, files=None, declared=None, values=None, **more):
    made = run_zip(run, declared, run.values() if values is None else values, (files or Files()).open, **more)
    return b"".join(made)


@pytest.mark.case("E4.hashes", "E4.nothing_else")
def test_the_entries_lie_at_the_root_and_run_json_comes_last():
    """inputs.json, outputs.json, report.md, the files, and what lists them."""
    files = Files()
    run = a_run(
        files.add(7, "plot.png", b"\x89PNG", "image/png", "plot"),
        inputs={"rho": 28},
        outputs={"energy": ("number", {"value": 1.5}), "plot": ("image", "/api/artefacts/7/content")},
        about={"label": "Final", "starred": True},
    )
    entries = unzip(export(run, files))
    assert list(entries) == ["inputs.json", "outputs.json", "report.md", "artefacts/", "artefacts/plot.png", "run.json"]
    assert json.loads(entries["inputs.json"]) == {"rho": 28}
    assert json.loads(entries["outputs.json"]) == {"energy": {"value": 1.5}, "plot": "artefacts/plot.png"}
    assert entries["artefacts/plot.png"] == b"\x89PNG"
    about = json.loads(entries["run.json"])
    assert (about["id"], about["status"], about["label"], about["starred"]) == (RUN_ID, "ok", "Final", True)
    assert (about["started_at"], about["finished_at"], about["duration_ms"]) == (AT, AT, 1234)
    assert about["fingerprint"] == {"tool_version": "1.2", "python": "3.12"}
    assert [(each["path"], each["size_bytes"], each["sha256"]) for each in about["files"]] == [
        (name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in entries.items()
        if name not in {"run.json", "artefacts/"}
    ]
    assert about["files"][-1]["mime"] == "image/png"


def test_two_exports_of_a_run_are_the_same_bytes():
    """Whenever they are made, and whatever the clock of the machine is set to."""
    files = Files()
    run = a_run(files.add(1, "a.csv", b"x,y\n" * 5000, "text/csv"), inputs={"b": 1, "a": 2})
    first = export(run, files)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(2026, 5, 17, 12, 0, 0)}
    assert export(run, files) == first


def test_one_archive_can_be_read_twice():
    """Each iteration begins anew."""
    made = run_zip(a_run(), None, {}, Files().open)
    assert b"".join(made) == b"".join(made)


def test_text_is_deflated_and_media_stored():
    """By the media type that was recorded."""
    files = Files()
    zeros = b"0" * 100_000
    run = a_run(
        files.add(1, "a.csv", zeros, "text/csv; charset=utf-8"),
        files.add(2, "a.svg", zeros, "image/svg+xml"),
        files.add(3, "a.geojson", zeros, "application/geo+json"),
        files.add(4, "a.png", zeros, "image/png"),
        files.add(5, "a.bin", zeros, "application/octet-stream"),
    )
    with zipfile.ZipFile(io.BytesIO(export(run, files))) as archive:
        packed = {each.filename: each.compress_size < 1000 for each in archive.infolist() if each.file_size == 100_000}
    assert packed == {
        "artefacts/a.csv": True,
        "artefacts/a.svg": True,
        "artefacts/a.geojson": True,
        "artefacts/a.png": False,
        "artefacts/a.bin": False,
    }


HOSTILE = [
    "../../etc/passwd",
    "/abs.txt",
    "a\\..\\b.txt",
    "C:\\x.txt",
    "A.txt",
    "a.txt",
    "cafe\u0301.txt",
    "caf\u00e9.txt",
    "CON",
    "nul.txt",
    "x" * 300 + ".png",
    "né" * 150 + ".tar.gz",
    "line\nbreak.txt",
    "nul\x00byte.txt",
    '<img onerror="x">.png',
    "\u202egnp.exe",
    "zero\u200bwidth",
    "-rf",
    ".env",
    "trailing. . ",
    "",
    "..",
    "half\ud800pair",
]


@pytest.mark.case("E4.names")
def test_hostile_names_become_safe_relative_ones():
    """Each file is there under a name of its own that stays in artefacts/ on every system."""
    files = Files()
    run = a_run(*(files.add(i, name, f"{i}".encode(), "text/plain") for i, name in enumerate(HOSTILE)))
    entries = unzip(export(run, files))
    names = [
        name.removeprefix("artefacts/") for name in entries if name.startswith("artefacts/") and name != "artefacts/"
    ]
    assert len(names) == len(HOSTILE)
    assert len({name.casefold() for name in names}) == len(HOSTILE)
    for name in names:
        assert name
        assert not set(name) & set('/\\:*?"<>|\n\x00\u202e\u200b')
        assert not name.startswith((".", "-"))
        assert not name.endswith((".", " "))
        assert len(name.encode()) <= 200
        assert name.split(".")[0].lower() not in {"con", "nul"}
    assert sorted(entries[f"artefacts/{name}"] for name in names) == sorted(
        str(i).encode() for i in range(len(HOSTILE))
    )


def test_files_that_were_inputs_are_there_by_their_hash():
    """inputs.json says where each lies; the same file sent twice is there once."""
    content = b"a,b\n1,2\n"
    sha = hashlib.sha256(content).hexdigest()
    sent = {"sha256": sha, "filename": "data.csv", "mime": "text/csv", "size": len(content)}
    run = a_run(inputs={"data": sent, "more": [sent], "n": 3})
    entries = unzip(export(run, open_input=lambda digest: io.BytesIO({sha: content}[digest])))
    assert json.loads(entries["inputs.json"]) == {
        "data": {**sent, "path": "inputs/data.csv"},
        "more": [{**sent, "path": "inputs/data.csv"}],
        "n": 3,
    }
    assert entries["inputs/data.csv"] == content
    assert "inputs/data.csv" not in unzip(export(run))


def test_values_that_were_kept_as_files_stand_in_outputs_json_alone():
    """A large table isn't there twice."""
    files = Files()
    table = {"columns": [{"key": "x"}], "rows": [{"x": i} for i in range(5000)]}
    run = a_run(
        files.add(1, "t.json", json.dumps(table).encode(), "application/json", "t"),
        outputs={"t": ("table", {"$artefact": "/api/artefacts/1/content", "size_bytes": 1})},
    )
    entries = unzip(export(run, files, values={"t": table}))
    assert json.loads(entries["outputs.json"]) == {"t": table}
    assert [name for name in entries if name.startswith("artefacts/")] == ["artefacts/"]


@pytest.mark.parametrize("name", sorted(OUTPUT_TYPES))
def test_every_type_is_exported_with_its_example(name):
    """outputs.json gives back the canonical value, and the report has its heading."""
    example = OUTPUT_TYPES[name].example
    run = a_run(outputs={"it": (name, example)})
    entries = unzip(export(run, declared=a_manifest({"key": "it", "type": name, "label": "The output"})))
    assert json.loads(entries["outputs.json"]) == {"it": example}
    report = entries["report.md"].decode()
    assert "### The output" in report
    assert "isn't a whole" not in report


@pytest.mark.parametrize("value", ["plain", "ünïcödé 漢字 🙂 שלום", "half \ud800 pair", "\u2028\x00\x1f", '"quotes\\'])
def test_any_text_comes_back_from_outputs_json(value):
    """JSON spells what UTF-8 can't."""
    entries = unzip(export(a_run(outputs={"t": ("text", value)})))
    assert json.loads(entries["outputs.json"]) == {"t": value}
    entries["report.md"].decode()


@pytest.mark.parametrize("status", ["error", "cancelled", "interrupted"])
def test_a_run_that_failed_is_exported_with_its_error(status):
    """What there is of outputs, and why there is no more."""
    run = a_run(outputs={"t": ("text", "half")}, status=status, error="No convergence", error_code="tool_refused")
    entries = unzip(export(run))
    about = json.loads(entries["run.json"])
    assert (about["status"], about["error"], about["error_code"]) == (status, "No convergence", "tool_refused")
    assert "No convergence" in entries["report.md"].decode()


def test_a_run_that_still_runs_is_exported_as_it_stands():
    """It says so, and ends at what is there."""
    entries = unzip(export(a_run(outputs={"t": ("text", "so far")}, status=None)))
    assert json.loads(entries["run.json"])["status"] == "running"
    assert json.loads(entries["run.json"])["finished_at"] is None
    assert "still running" in entries["report.md"].decode()


def test_a_run_without_anything_is_a_whole_zip():
    """No inputs, no outputs, no files."""
    entries = unzip(export(a_run()))
    assert list(entries) == ["inputs.json", "outputs.json", "report.md", "artefacts/", "run.json"]
    assert json.loads(entries["inputs.json"]) == json.loads(entries["outputs.json"]) == {}


def test_a_missing_file_is_told_before_the_first_byte():
    """The error names the file and what to do."""
    files = Files()
    run = a_run(files.add(1, "gone.bin", b"x"))
    del files.contents[1]
    with pytest.raises(ArtefactFileMissing, match=r"gone\.bin \(artefact 1\) of run 5f0c8c7e isn't .*pixie fsck"):
        run_zip(run, None, {}, files.open)


def test_a_missing_input_is_told_before_the_first_byte():
    """By its name: it has no number."""
    sent = {"sha256": "0" * 64, "filename": "data.csv", "mime": "text/csv", "size": 3}

    def gone(_):
        raise FileNotFoundError

    with pytest.raises(InputFileMissing, match=r"data\.csv, an input of run 5f0c8c7e"):
        export(a_run(inputs={"data": sent}), open_input=gone)


def test_a_file_of_another_size_is_told_before_the_first_byte():
    """Both sizes are said."""
    files = Files()
    run = a_run(files.add(1, "a.bin", b"xyz"))
    files.contents[1] = b"xyz!"
    with pytest.raises(FileAltered, match="has 4 bytes, and had 3"):
        run_zip(run, None, {}, files.open)


@pytest.mark.case("E4.meanwhile")
@pytest.mark.parametrize("meanwhile", [b"abX", b"ab", b"abcd", None])
def test_a_file_that_changes_meanwhile_breaks_the_zip_off(meanwhile):
    """Altered, cut, grown or gone after the look: reading raises, and what was read is no zip."""
    files = Files()
    run = a_run(files.add(1, "a.bin", b"abc"), files.add(2, "b.bin", b"after"))
    made = run_zip(run, None, {}, files.open)
    if meanwhile is None:
        del files.contents[1]
    else:
        files.contents[1] = meanwhile
    read = io.BytesIO()
    told = r"artefact 1\b" if meanwhile is None else r"artefacts/a\.bin"
    with pytest.raises(ArtefactNotFound if meanwhile is None else FileAltered, match=told):
        read.writelines(made)
    assert read.getvalue().startswith(b"PK")
    assert not zipfile.is_zipfile(read)


def test_the_first_byte_waits_for_no_file():
    """The zip begins before any file is read, however much is to come after it."""
    files = Files()
    run = a_run(*(files.add(i, f"{i}.bin", b"x") for i in range(3)), outputs={"t": ("text", "x")})
    read = []

    def opened(artefact_id):
        file = files.open(artefact_id)
        wholly, file.read = file.read, lambda *size: (read.append(artefact_id), wholly(*size))[1]
        return file

    made = iter(run_zip(run, None, run.values(), opened))
    assert next(made).startswith(b"PK\x03\x04")
    assert read == []
    assert b"".join(made)
    assert {0, 1, 2} <= set(read)


def begun_and_whole(count):
    """A run, the same with the first of its files alone, and the files."""
    files = Files()
    events = [files.add(i, f"{i}.bin", f"{i}".encode()) for i in range(count)]
    run = a_run(*events, outputs={"last": ("image", f"/api/artefacts/{count - 1}/content")})
    return evolve(run, artefacts=run.artefacts[:1]), run, files


def test_a_run_that_is_read_once_its_zip_has_begun_makes_the_same_zip():
    """Byte for byte, and the rest of it is asked for when the first entry is out."""
    begun, run, files = begun_and_whole(5)
    asked = []

    def whole():
        asked.append(True)
        return Whole(run, {each: len(content) for each, content in files.contents.items()})

    made = iter(run_zip(begun, None, run.values(), files.open, whole=whole))
    first = next(made)
    assert first.startswith(b"PK\x03\x04")
    assert not asked
    assert first + b"".join(made) == export(run, files)
    assert len(asked) == 1


@pytest.mark.parametrize(("size", "error"), [(None, ArtefactFileMissing), (7, FileAltered)])
def test_a_file_that_is_looked_at_later_breaks_the_zip_off_before_any_file(size, error):
    """What came is the inputs alone, and no program takes it for a zip."""
    begun, run, files = begun_and_whole(5)
    sizes = {each: len(content) for each, content in files.contents.items()} | {3: size}
    read = io.BytesIO()
    with pytest.raises(error, match=r"3\.bin"):
        read.writelines(run_zip(begun, None, run.values(), files.open, whole=lambda: Whole(run, sizes)))
    assert b"inputs.json" in read.getvalue()
    assert b"outputs.json" not in read.getvalue()
    assert not zipfile.is_zipfile(read)


def test_memory_stays_flat_over_a_large_file(tmp_path):
    """300 MB of a file that takes no room on disk raise the process by less than 32 MB, stored or deflated."""
    program = textwrap.dedent(
        """
        import hashlib, resource, sys
        from pixie_core.exporters import run_zip
        from pixie_core.run import Record, Run, fold
        from pixie_core.run.events import Artefact

        path, mime, size = sys.argv[1], sys.argv[2], 300_000_000
        digest = hashlib.sha256()
        for _ in range(300):
            digest.update(bytes(1_000_000))
        event = Artefact(id=1, filename="big", mime=mime, size_bytes=size, sha256=digest.hexdigest())
        run = fold(Run(id="r", tool_id="t", created_at="2026-05-17T12:00:00+00:00"), [Record.write(1, "", event)])
        made = run_zip(run, None, {}, lambda _: open(path, "rb"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        total = sum(map(len, made))
        print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        """
    )
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(300_000_000)
    for mime, least in (("video/mp4", 300_000_000), ("text/csv", 100_000)):
        done = subprocess.run(
            [sys.executable, "-c", program, str(big), mime], capture_output=True, text=True, check=True
        )
        total, grown_kib = map(int, done.stdout.split())
        assert total > least
        assert grown_kib < 32 * 1024


@pytest.mark.parametrize("sizes", [[], [0], [5, 0, 300_000], [10] * 300])
def test_the_length_of_a_stored_zip_is_known_to_the_byte(sizes):
    """Names beyond ASCII count by their bytes."""
    entries = [Entry(f"ä{i}.bin", lambda n=n: [bytes(n)], n, deflated=False) for i, n in enumerate(sizes)]
    made = Archive(filename="x.zip", made_at=datetime(2026, 1, 1, tzinfo=UTC), entries=entries)
    data = b"".join(made)
    assert made.content_length == len(data)
    assert len(unzip(data)) == len(sizes)


@pytest.mark.case("E4.zip64")
def test_a_zip_beyond_four_gigabytes_is_read_by_others(tmp_path):
    """Files of 4.4, 0.1 and 0 GB and a last one: sizes and places of 64 bits, and a length that is known to the byte."""
    piece = bytes(50_000_000)
    entries = [
        Entry(name, lambda n=count: (piece for _ in range(n)), count * len(piece), deflated=False)
        for name, count in (("a", 88), ("b", 2), ("c", 0))
    ]
    entries.append(Entry("d", lambda: [b"the end"], 7, deflated=False))
    made = Archive(filename="x.zip", made_at=datetime(2026, 1, 1, tzinfo=UTC), entries=entries)
    path = tmp_path / "x.zip"
    with path.open("wb") as file:
        for each in made:
            if each is piece:
                file.seek(len(piece), io.SEEK_CUR)  # zeros take no room on the disk
            else:
                file.write(each)
    assert path.stat().st_size == made.content_length
    with zipfile.ZipFile(path) as archive:
        assert [each.file_size for each in archive.infolist()] == [4_400_000_000, 100_000_000, 0, 7]
        assert archive.read("d") == b"the end"
    wide = Limits(zip_bytes=2**40, total_bytes=2**40, entry_bytes=2**40, zip64=True)
    with path.open("rb") as file:
        *_, last = read_entries(file, wide)
        assert b"".join(content(file, last, wide)) == b"the end"


def runs_of(count):
    """So many files, a thousand for each run."""
    for number in range(1, count + 1):
        yield Entry(f"{number:06}.txt", lambda: [b"x"], 1, deflated=False)
        if not number % 1000:
            yield Listing(f"{number:06}/run.json", lambda written: str(len(written)).encode())


def test_seventy_thousand_files_are_all_there_and_take_a_line_of_the_directory_each():
    """Nothing of their content stays: less than a kilobyte for each, in a zip of more than 65 535 entries."""

    def peak(count):
        made = iter(Archive(filename="x", made_at=datetime(2026, 1, 1, tzinfo=UTC), entries=runs_of(count)))
        tracemalloc.start()
        tail = collections.deque(made, maxlen=3)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest, tail

    highest, tail = peak(70_000)
    end64 = b"".join(tail).rindex(b"PK\6\6")
    assert struct.unpack_from("<Q", b"".join(tail), end64 + 24)[0] == 70_070
    assert highest < 70_000 * 1024 + peak(1000)[0]


@pytest.mark.case("E4.old")
def test_files_of_a_run_long_ago_get_the_first_year_that_a_zip_knows():
    """1969 can't be said in a zip."""
    made = Archive(filename="x", made_at=datetime(1969, 1, 1, tzinfo=UTC), entries=[Entry("a", lambda: [b"x"])])
    with zipfile.ZipFile(io.BytesIO(b"".join(made))) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_a_run_of_which_nobody_knows_when_it_was_is_exported_all_the_same():
    """An older database may hold such rows; its zip is of the first day that a zip knows."""
    run = evolve(a_run(), started_at=None, created_at="")
    made = run_zip(run, None, {}, Files().open)
    assert made.filename == "lorenz-ode-solver-1980-01-01-5f0c8c7e.zip"
    assert list(unzip(b"".join(made)))[-1] == "run.json"


def test_the_zips_own_name_is_plain():
    """Tool, day and short id; nothing that a header or a file system minds."""
    assert run_zip(a_run(), None, {}, Files().open).filename == "lorenz-ode-solver-2026-05-17-5f0c8c7e.zip"


@pytest.mark.parametrize("taken", [1, 2, 3])
def test_a_zip_that_nobody_reads_to_its_end_is_forgotten_in_silence(taken, monkeypatch):
    """Wherever its reader leaves, also where a circle of references is what held it."""
    said = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    entry = Entry("a.bin", lambda: [b"x" * 1000] * 50, 50_000, deflated=False)
    reading = iter(Archive(filename="x.zip", made_at=datetime(2026, 1, 1, tzinfo=UTC), entries=[entry]))
    for _ in range(taken):
        assert next(reading)
    circle = [reading]
    circle.append(circle)
    del reading, circle
    gc.collect()
    assert said == []
