"""Runs that come back from their zips: whole and the same, or not at all."""

import hashlib
import json
import subprocess
import sys
import uuid
import zipfile

import pytest

import pixie_core
from pixie_core import Pixie, Settings
from pixie_core.errors import DiskFull, PixieError, QuotaExceeded, RequestInvalid, RunConflict, RunNotFound
from pixie_core.faults import FaultInjected, arm, disarm
from pixie_core.run.events import Finished, Output, Progress, Started
from pixie_core.store import ArtefactFilter, Publication, fsck
from tests.core.exporters.test_run_zip import HOSTILE
from tests.core.recorded import add_run
from tests.core.tool.zips import raw_entry, raw_zip

TABLE = {"columns": [{"key": "x", "label": "X", "type": "number"}], "rows": [{"x": n} for n in range(20_000)]}


@pytest.fixture
def here(tmp_path):
    """The data folder that runs come from."""
    with Pixie(Settings(home=tmp_path / "here")) as opened:
        yield opened


@pytest.fixture
def there(tmp_path):
    """An empty one that they come to."""
    with Pixie(Settings(home=tmp_path / "there", inline_output_max_bytes=4096)) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """One that stays empty, since everything is refused."""
    with Pixie(Settings(home=tmp_path_factory.mktemp("empty"))) as opened:
        yield opened


def rich_run(pixie, status="ok"):
    """A run with everything that a run can have."""
    store, run_id = pixie.store, str(uuid.uuid4())
    sent = store.keep_input(run_id, "lorenz", "däta.csv", b"a,b\n1,2\n" * 9, "text/csv")
    inputs = {"rho": 28.5, "data": sent, "more": [sent], "note": "artefacts/plot.png", "deep": {"a": [None, True]}}
    store.create_run(
        run_id=run_id,
        tool_id="lorenz",
        inputs=inputs,
        origin="skill",
        parent_run_id=str(uuid.uuid4()),
        label="Für die Arbeit",
        events=[Started(inputs=inputs, fingerprint={"pixie": "1", "lock_sha256": "ab"})],
    )
    plot = store.stage(run_id, "lorenz", "plot.png", b"\x89PNG\r\n\x1a\n" + bytes(300))
    notes = store.stage(run_id, "lorenz", "notes.txt", b"left behind\n" * 1000)
    big = store.stage(run_id, "lorenz", "table.json", json.dumps(TABLE).encode(), "application/json")
    url = "/api/artefacts/00000000-0000-4000-8000-000000000000/content"
    store.append(
        run_id,
        [
            Progress(value=0.5, message="half way"),
            Publication(plot, "plot", url),
            Output(output_key="plot", type="image", value=url, whole=True, done=True),
            Output(output_key="words", type="stream_text", value="artefacts/plot.png", whole=False, done=False),
            Publication(big, "table", url.replace("0000-4", "0001-4"), spilled=True),
            Output(
                output_key="table",
                type="table",
                value={"$artefact": url.replace("0000-4", "0001-4"), "size_bytes": big.size_bytes},
                whole=True,
                done=True,
            ),
            Publication(notes),
            Finished(
                status=status, duration_ms=1234, error=None if status == "ok" else "It broke\nhere", flagged=["x"]
            ),
        ],
    )
    pixie.star(run_id)
    return run_id


def zip_of(pixie, run_id, folder):
    """The path of a run's export."""
    return pixie.export(run_id, folder / f"{run_id}.zip")


def nothing_came(pixie, *, but=()):
    """No row, no file, nothing for fsck to find."""
    assert pixie.runs(limit=250).items == ()
    files = [each for each in pixie.settings.artefacts_root.rglob("*") if each.is_file()]
    assert [each for each in files if not set(but) & set(each.parts)] == []
    assert fsck(pixie.store).found == ()
    return True


@pytest.mark.case("E4.back")
@pytest.mark.parametrize("status", ["ok", "error", "cancelled", "interrupted"])
def test_what_is_exported_imported_and_exported_again_is_the_same_to_the_byte(here, there, tmp_path, status):
    """Ids, times, inputs, outputs, files, label, star, fingerprint: nothing is left out."""
    run_id = rich_run(here, status)
    first = zip_of(here, run_id, tmp_path)
    (came,) = there.import_run(first)
    assert (came.run_id, came.new, came.label, came.starred) == (run_id, True, "Für die Arbeit", True)
    second = there.export(run_id, tmp_path / "second.zip")
    assert second.read_bytes() == first.read_bytes()
    assert fsck(there.store).found == ()


def test_an_imported_run_is_a_run_like_any_other(here, there, tmp_path):
    """Its files are read, its large values resolved, it is found, and its events tell the same run."""
    run_id = rich_run(here)
    there.import_run(zip_of(here, run_id, tmp_path))
    was, run = here.get(run_id), there.get(run_id)
    assert there.values(run)["table"] == TABLE
    assert there.output(run_id, "plot").startswith("/api/artefacts/")
    assert there.output(run_id, "words") == "artefacts/plot.png"
    with there.store.open_artefact(run.artefacts[0].id) as file:
        assert file.read().startswith(b"\x89PNG")
    assert run.inputs == was.inputs
    with there.store.open_input(run.inputs["data"]["sha256"]) as file:
        assert file.read() == b"a,b\n1,2\n" * 9
    assert (run.created_at, run.started_at, run.finished_at) == (was.created_at, was.started_at, was.finished_at)
    assert (run.fingerprint, run.flagged, run.progress, run.message) == (
        was.fingerprint,
        was.flagged,
        was.progress,
        was.message,
    )
    assert next(each.event.kind for each in there.follow(run_id)) == "started"
    assert [each.id for each in there.runs(q="28.5").items] == [run_id]
    assert [each.filename for each in there.library.list(run=run_id).items] == ["notes.txt", "plot.png"]
    rerun = there.store.events(run_id)
    assert rerun[-1].event.kind == "finished"


def test_an_imported_run_says_when_it_came_and_in_which_zip(here, there, tmp_path):
    """Its origin stays what it was."""
    run_id = add_run(here)
    there.import_run(zip_of(here, run_id, tmp_path))
    run = there.get(run_id)
    assert run.imported == {"at": run.imported["at"], "filename": f"{run_id}.zip"}
    assert run.origin == "script"
    assert here.get(run_id).imported is None


def test_the_same_run_again_is_here_already(here, there, tmp_path):
    """Whatever its label is by now; where it came from too."""
    run_id = rich_run(here)
    path = zip_of(here, run_id, tmp_path)
    there.import_run(path)
    there.label(run_id, "another")
    for pixie in (there, here):
        before = pixie.get(run_id)
        (came,) = pixie.import_run(path)
        assert not came.new
        assert pixie.get(run_id) == before


def test_a_run_of_the_same_id_with_other_content_is_a_conflict(here, there, tmp_path):
    """Neither is touched."""
    run_id = str(uuid.uuid4())
    add_run(here, ("a.txt", b"one"), run_id=run_id)
    add_run(there, ("a.txt", b"two"), run_id=run_id)
    with pytest.raises(RunConflict, match="isn't the one in the zip"):
        there.import_run(zip_of(here, run_id, tmp_path))
    with there.store.open_artefact(there.get(run_id).artefacts[0].id) as file:
        assert file.read() == b"two"


def test_a_deleted_run_of_the_same_id_is_said_to_be_restorable(here, there, tmp_path):
    """It isn't replaced silently."""
    run_id = add_run(here)
    path = zip_of(here, run_id, tmp_path)
    there.import_run(path)
    there.delete(run_id)
    with pytest.raises(RunConflict, match="was deleted, and can be restored"):
        there.import_run(path)
    there.restore(run_id)
    assert not there.import_run(path)[0].new


def test_a_zip_of_many_brings_them_all(here, there, tmp_path):
    """Those that are here already stay; a run that the index says had a problem isn't in it."""
    ids = [rich_run(here), add_run(here, ("a.bin", b"x" * 70_000)), add_run(here, tool="gone")]
    lost = add_run(here, ("lost.bin", b"y"))
    bulk = here.bulk([*ids, lost])
    made = iter(bulk)
    pieces = [next(made)]
    (here.settings.artefacts_root / "lorenz" / lost / "lost.bin").unlink()
    path = tmp_path / "many.zip"
    path.write_bytes(b"".join([*pieces, *made]))
    there.import_run(zip_of(here, ids[1], tmp_path))
    came = there.import_run(path)
    assert {each.run_id: each.new for each in came} == {ids[0]: True, ids[1]: False, ids[2]: True}
    assert b"".join(there.zip(ids[0])) == b"".join(here.zip(ids[0]))


def test_a_run_whose_tool_is_not_here_is_kept_all_the_same(here, there, tmp_path):
    """In lists, on its own, and exported again."""
    run_id = add_run(here, words="hello", tool="nobody-has-it")
    there.import_run(zip_of(here, run_id, tmp_path))
    assert there.get("nobody-has-it:last").values() == {"words": "hello"}
    assert "hello" in b"".join(there.report(run_id, "md")).decode()
    assert b"".join(there.zip(run_id)) == b"".join(here.zip(run_id))


def test_whatever_names_are_exported_come_back(here, there, tmp_path):
    """Names and labels that no system likes were made safe on the way out."""
    ids = [
        add_run(here, *((name, f"{n}".encode()) for n, name in enumerate(HOSTILE)), tool="con"),
        *(
            add_run(here, label=label)
            for label in ("../../up", "CON. ", "a/b\\c:d", "\u202egnp", "ünï\u0308", "x" * 200)
        ),
    ]
    here.bulk(ids).save(tmp_path / "many.zip")
    came = there.import_run(tmp_path / "many.zip")
    assert [each.run_id for each in came] == ids
    assert b"".join(there.bulk(ids)) == b"".join(here.bulk(ids))


# What is refused


def parts_of(path):
    """The entries of a zip, in their order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, entries):
    """A zip of these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def retold(entries, **changes):
    """The entries with a run.json that says other things."""
    return {**entries, "run.json": json.dumps({**json.loads(entries["run.json"]), **changes})}


def relisted(entries, name, content):
    """The entries with another file, which run.json lists."""
    about = json.loads(entries["run.json"])
    about["files"] = [each for each in about["files"] if each["path"] != name]
    about["files"].append(
        {"path": name, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "filename": "x"}
    )
    return {**entries, name: content, "run.json": json.dumps(about)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The entries of a rich run's zip."""
    folder = tmp_path_factory.mktemp("exported")
    with Pixie(Settings(home=folder)) as pixie:
        return parts_of(zip_of(pixie, rich_run(pixie), folder))


def without(entries, name):
    """The entries but one."""
    return {each: content for each, content in entries.items() if each != name}


ALTERED = {
    "an artefact": (lambda e: {**e, "artefacts/notes.txt": e["artefacts/notes.txt"][:-1] + b"X"}, "was altered"),
    "an artefact's length": (lambda e: {**e, "artefacts/notes.txt": b"short"}, "was altered"),
    "the inputs": (
        lambda e: {**e, "inputs.json": e["inputs.json"].replace(b"28.5", b"28.6")},
        "inputs.json: was altered",
    ),
    "the outputs": (lambda e: {**e, "outputs.json": b"{}"}, "outputs.json: has 2 bytes"),
    "the report": (lambda e: {**e, "report.md": b"# Lies"}, "report.md: has 6 bytes"),
    "an input's file": (lambda e: {**e, "inputs/däta.csv": b"x" * 72}, "was altered"),
    "a file too many": (lambda e: {**e, "artefacts/more.txt": b"x"}, "isn't listed in run.json"),
    "a file outside": (lambda e: {**e, "other/more.txt": b"x"}, "isn't listed in run.json"),
    "a folder too many": (lambda e: {**e, "other/": b""}, "a folder that no export has"),
    "a file too few": (lambda e: without(e, "artefacts/plot.png"), "artefacts/plot.png: is missing"),
    "no inputs.json": (lambda e: without(e, "inputs.json"), "x.zip can't be imported: inputs.json: is missing$"),
    "no run.json": (lambda e: without(e, "run.json"), "Was it made by `pixie export-run`"),
    "a report": (lambda e: {"report.md": b"x", "report.html": b"y"}, "this is a report"),
    "nothing": (lambda e: {}, "is empty"),
    "a name that climbs": (lambda e: {**e, "../x": b"x"}, "climbs out"),
    "a twin": (lambda e: {**e, "artefacts/NOTES.txt": b"x"}, "is the same as"),
    "a path elsewhere": (lambda e: relisted(e, "other/x.txt", b"x"), r"expected a file in artefacts/ or inputs/"),
    "an input that is none": (lambda e: relisted(e, "inputs/x.txt", b"x"), "is no input of the run"),
    "no JSON": (lambda e: {**e, "run.json": b"{"}, "isn't JSON"),
    "a key twice": (lambda e: {**e, "run.json": b'{"id": 1, "id": 2}'}, "a key twice"),
    "NaN": (lambda e: {**e, "run.json": b'{"progress": NaN}'}, "holds NaN"),
    "depth": (lambda e: {**e, "run.json": b"[" * 100_000}, "isn't JSON"),
    "no UTF-8": (lambda e: {**e, "run.json": b'{"id": "\xff"}'}, "isn't JSON"),
    "a list": (lambda e: {**e, "run.json": b"[]"}, "expected an object"),
    "another format": (lambda e: retold(e, format=2), r"\$.format: is 2, which a newer Pixie writes; this one reads 1"),
    "an unknown key": (lambda e: retold(e, surprise=1), r"surprise(.|\n)*A newer Pixie may have written it"),
    "an id that is none": (lambda e: retold(e, id="../../etc"), "UUIDv4"),
    "a tool that climbs": (lambda e: retold(e, tool_id=".."), "tool_id"),
    "a status that is none": (lambda e: retold(e, status="great"), "status"),
    "a run that runs": (lambda e: retold(e, status="running"), "exported while it ran"),
    "a time that is none": (lambda e: retold(e, created_at="yesterday"), "created_at"),
    "a time without zone": (lambda e: retold(e, finished_at="2026-01-01T00:00:00"), "finished_at"),
    "a negative duration": (lambda e: retold(e, duration_ms=-1), "duration_ms"),
    "a number for a label": (lambda e: retold(e, label=7), "label"),
    "half a character": (lambda e: retold(e, label="\ud800"), "surrogate"),
    "a label of a page": (lambda e: retold(e, label="x" * 201), "at most 200 characters"),
    "NUL in a label": (lambda e: retold(e, label="a\0b"), "label"),
    "an origin in many words": (lambda e: retold(e, origin="<script>"), "origin"),
    "files that are none": (lambda e: retold(e, files=[{"path": 1}]), "files"),
    "no files": (lambda e: retold(e, files=[]), "doesn't list inputs.json"),
    "outputs of other keys": (lambda e: retold(e, outputs={"a": "text"}, unfinished=[]), "has other outputs"),
    "values within values": (
        lambda e: relisted(e, "outputs.json", b'{"plot": ' + b"[" * 950 + b"]" * 950 + b', "words": 1, "table": 1}'),
        "nested too deeply",
    ),
    "unfinished that is none": (lambda e: retold(e, unfinished=["nope"]), "none of the outputs"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_or_does_not_fit_is_refused_and_nothing_is_written(empty, exported, tmp_path, what):
    """The message names the entry."""
    change, why = ALTERED[what]
    with pytest.raises(RequestInvalid, match=why):
        empty.import_run(packed(tmp_path / "x.zip", change(exported)))
    assert nothing_came(empty)


def mode(name, attributes):
    """The raw zip with one entry of a special mode."""
    local, record = raw_entry(name, b"/etc/passwd")
    return local, lambda at: record(at, attributes << 16)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "isn't a zip"),
        (b"%PDF-1.7", "isn't a zip"),
        (raw_zip([mode("artefacts/link", 0o120777)]), "symbolic link"),
        (raw_zip([mode("run.json", 0o104755)]), "setuid"),
        (raw_zip([raw_entry("run.json", b"{}", flags=1)]), "encrypted"),
        (raw_zip([raw_entry("run.json", b"{}", local_name=b"x.json")]), "another name in the directory"),
        (raw_zip([raw_entry("run.json", b"{}")], before=b"junk"), "before its first entry"),
        (raw_zip([raw_entry("run.json", bytes(65 * 2**20))]), "at most 67,108,864 are read of it"),
    ],
    ids=["empty", "PDF", "link", "setuid", "encrypted", "two names", "prepended", "a huge run.json"],
)
def test_a_zip_that_can_be_read_in_two_ways_is_refused(empty, tmp_path, data, why):
    """As a tool's is, by the same checks."""
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(RequestInvalid, match=why):
        empty.import_run(path)
    assert nothing_came(empty)


def test_a_zip_cut_anywhere_is_refused(empty, here, tmp_path):
    """No part of an export is taken for it."""
    whole = zip_of(here, rich_run(here), tmp_path).read_bytes()
    path = tmp_path / "cut.zip"
    for end in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:end])
        with pytest.raises(RequestInvalid):
            empty.import_run(path)
    assert nothing_came(empty)


def test_a_small_zip_cannot_fill_the_disk(here, tmp_path):
    """What grows a thousandfold is read up to the limit for imported tools alone."""
    path = zip_of(here, add_run(here, ("zeros.csv", bytes(3_000_000))), tmp_path)
    with pixie_core.open(tmp_path / "a", max_zip_unpacked_bytes=10**6) as strict:
        with pytest.raises(RequestInvalid, match="grow by more than 100 times"):
            strict.import_run(path)
        assert nothing_came(strict)
    with pixie_core.open(tmp_path / "b") as usual:
        assert usual.import_run(path)[0].new


@pytest.mark.parametrize(
    ("settings", "error", "why"),
    [
        ({"max_artefacts_per_run": 2}, RequestInvalid, "PIXIE_MAX_ARTEFACTS_PER_RUN"),
        ({"max_artefact_bytes_per_run": 100}, RequestInvalid, "PIXIE_MAX_ARTEFACT_BYTES_PER_RUN"),
        ({"max_tool_answer_bytes": 1024}, RequestInvalid, "PIXIE_MAX_TOOL_ANSWER_BYTES"),
        ({"artefacts_total_disk_cap_bytes": 1000}, QuotaExceeded, "PIXIE_ARTEFACTS_TOTAL_DISK_CAP_BYTES"),
        ({"min_free_disk_bytes": 2**60}, DiskFull, "PIXIE_MIN_FREE_DISK_BYTES"),
    ],
)
def test_quotas_hold_for_runs_that_come_too(here, tmp_path, settings, error, why):
    """The message names the setting."""
    path = zip_of(here, rich_run(here), tmp_path)
    with pixie_core.open(tmp_path / "strict", **settings) as strict:
        with pytest.raises(error, match=why):
            strict.import_run(path)
        assert nothing_came(strict)


# When it breaks off


@pytest.mark.parametrize(
    "point",
    [
        "import.after_row",
        "publish.half_written#2",
        "publish.after_link#3",
        "publish.after_blob",
        "import.before_commit",
    ],
)
def test_an_import_that_fails_leaves_nothing(here, there, tmp_path, point):
    """Neither row nor file; the next try succeeds."""
    run_id = rich_run(here)
    path = zip_of(here, run_id, tmp_path)
    arm(f"{point}:error")
    try:
        with pytest.raises((FaultInjected, PixieError)):
            there.import_run(path)
    finally:
        disarm()
    with pytest.raises(RunNotFound):
        there.get(run_id)
    there.store.clean_up()
    assert nothing_came(there)
    assert there.import_run(path)[0].new


@pytest.mark.parametrize("point", ["publish.after_link#3", "import.before_commit", "import.after_commit"])
def test_an_import_that_is_killed_is_whole_or_gone_after_the_next_start(here, tmp_path, point):
    """Whatever the moment; a second start changes nothing."""
    run_id = rich_run(here)
    path, home = zip_of(here, run_id, tmp_path), tmp_path / "killed"
    program = "import sys, pixie_core\nwith pixie_core.open(sys.argv[1]) as pixie:\n    pixie.import_run(sys.argv[2])\n"
    environ = {"PIXIE_FAULT": f"{point}:kill", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", program, str(home), str(path)], env=environ, check=False)
    assert done.returncode == -9
    with pixie_core.open(home) as pixie:
        pixie.store.clean_up()
        if point == "import.after_commit":
            assert b"".join(pixie.zip(run_id)) == path.read_bytes()
        else:
            # Bytes without a file are the sweeper's, after a day.
            assert nothing_came(pixie, but={".blobs"})
            assert pixie.import_run(path)[0].new
        assert fsck(pixie.store).found == ()


def test_an_import_that_is_under_way_is_left_alone_by_others(here, there, tmp_path):
    """Who clears up meanwhile doesn't take it for a deletion that was cut off, and it is in no list."""
    run_id = rich_run(here)
    path = zip_of(here, run_id, tmp_path)
    kept = there.store.keep_input
    seen = []

    def keep_input(*args, **kwargs):
        with Pixie(there.settings) as other:
            other.store.clean_up()
            seen.append((other.runs().items, other.runs(deleted=True).items))
            with pytest.raises(RunConflict, match="being imported"):
                other.import_run(path)
        return kept(*args, **kwargs)

    there.store.keep_input = keep_input
    assert there.import_run(path)[0].new
    assert seen == [((), ())]
    assert b"".join(there.zip(run_id)) == path.read_bytes()


def test_a_zip_that_is_not_there_is_told(there, tmp_path):
    """As the missing file that it is."""
    with pytest.raises(FileNotFoundError):
        there.import_run(tmp_path / "none.zip")


def test_what_was_set_on_files_comes_back_and_protects_the_run(here, there, tmp_path):
    """Stars, labels and tags of the files that had them, by whatever names these have in the zip."""
    run_id = add_run(here, ("a.txt", b"a"), ("A.txt", b"b"), ("c.txt", b"c"))
    first, second, _ = here.get(run_id).artefacts
    here.library.star(first.id, True)
    here.store.set_artefact_label(second.id, "für die Arbeit")
    here.store.set_artefact_tags(second.id, ["figure", "Kapitel 3"])
    path = here.export(run_id, tmp_path)
    there.import_run(path)
    came = [there.store.artefact(each.id) for each in there.get(run_id).artefacts]
    assert [(each.starred, each.label, each.tags) for each in came] == [
        (True, None, ()),
        (False, "für die Arbeit", ("figure", "Kapitel 3")),
        (False, None, ()),
    ]
    with pytest.raises(PixieError, match=r"starred|labelled"):
        there.delete(run_id)
    assert [each.id for each in there.store.artefacts(ArtefactFilter(tag="figure")).items] == [came[1].id]
    assert b"".join(there.zip(run_id)) == b"".join(here.zip(run_id))


@pytest.mark.parametrize(
    ("marks", "where"), [({"label": "x" * 201}, "label"), ({"tags": ["x" * 101]}, "tags[0]"), ({"tags": "x"}, "tags")]
)
def test_marks_that_no_file_can_have_are_refused(here, empty, tmp_path, marks, where):
    """Before anything is written."""
    run_id = add_run(here, ("a.txt", b"a"))
    path = here.export(run_id, tmp_path)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "new.zip", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "run.json":
                about = json.loads(content)
                about["files"][-1] |= marks
                content = json.dumps(about).encode()
            new.writestr(name, content)
    with pytest.raises(RequestInvalid) as refused:
        empty.import_run(tmp_path / "new.zip")
    assert any(where in each.path for each in refused.value.problems), refused.value.problems
    assert not empty.runs().items
