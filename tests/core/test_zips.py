"""Zips of many runs: what is in them, what is told of what isn't, and what they take."""

import csv
import io
import itertools
import json
import tracemalloc
import weakref
import zipfile

import pytest
from attrs import evolve

from pixie_core import Pixie, Settings
from pixie_core.errors import RequestInvalid, RunNotFound, TargetExists
from pixie_core.testing.clock import FakeClock
from tests.core.recorded import add_run, unzip


@pytest.fixture
def pixie(tmp_path):
    """An empty data folder, opened, at noon of a fixed day."""
    with Pixie(Settings(home=tmp_path / "data"), clock=FakeClock()) as opened:
        yield opened


def index_of(entries):
    """The lines of both indexes, which say the same."""
    told = json.loads(entries["index.json"])
    lines = told["runs" if "runs" in told else "artefacts"]
    table = list(csv.DictReader(io.StringIO(entries["index.csv"].decode(), newline="")))
    words = [{key: "" if value is None else str(value) for key, value in line.items()} for line in lines]
    for each in words:
        if "starred" in each:
            each["starred"] = each["starred"].lower()
    assert table == words
    return lines


def test_every_run_is_in_a_folder_that_says_which_it_is(pixie):
    """Tool, time, short id, label; it holds what the run's own export does."""
    plain = add_run(pixie, ("plot.png", b"\x89PNG"), words="ok")
    named = add_run(pixie, tool="cli-wc", label="für: die/Arbeit ")
    entries = unzip(pixie.bulk())
    folders = [f"cli-wc/2025-06-01T12-00-00-{named[:8]}-für_ die_Arbeit/", f"lorenz/2025-06-01T12-00-00-{plain[:8]}/"]
    lines = index_of(entries)
    assert sorted(each["folder"] for each in lines) == folders
    assert {each["problem"] for each in lines} == {None}
    for run_id, folder in ((named, folders[0]), (plain, folders[1])):
        alone = unzip(pixie.zip(run_id))
        assert {name.removeprefix(folder): content for name, content in entries.items() if folder in name} == alone
    assert list(entries)[-2:] == ["index.csv", "index.json"]


def test_the_index_says_what_each_run_was(pixie):
    """Enough to choose by, in a spreadsheet or a program."""
    run_id = add_run(pixie, ("a.txt", b"abc"), ("b.txt", b"de"), label="=1+1")
    pixie.star(run_id)
    (line,) = index_of(unzip(pixie.bulk([run_id[:8]])))
    assert (line["id"], line["tool_id"], line["status"], line["starred"]) == (run_id, "lorenz", "ok", True)
    assert (line["label"], line["files"], line["size_bytes"], line["duration_ms"]) == ("=1+1", 2, 5, 5)


def test_two_readings_give_the_same_bytes(pixie):
    """And so does asking again later."""
    add_run(pixie, ("a.csv", b"1,2\n" * 1000))
    add_run(pixie, tool="other")
    bulk = pixie.bulk()
    first = b"".join(bulk)
    assert b"".join(bulk) == first == b"".join(pixie.bulk())


def test_runs_whose_ids_begin_alike_get_folders_of_their_own(pixie):
    """By the whole id."""
    ids = [f"aaaaaaaa-0000-4000-8000-00000000000{n}" for n in range(2)]
    for each in ids:
        add_run(pixie, run_id=each)
    lines = index_of(unzip(pixie.bulk(ids)))
    assert [each["folder"] for each in lines] == [f"lorenz/2025-06-01T12-00-00-{each}/" for each in ids]


def test_filters_choose_as_in_the_list_of_runs(pixie):
    """All that is given must hold."""
    wanted = add_run(pixie, tool="cli-wc")
    add_run(pixie)
    starred = add_run(pixie)
    pixie.star(starred)
    assert [each["id"] for each in index_of(unzip(pixie.bulk(tool="cli-wc")))] == [wanted]
    assert [each["id"] for each in index_of(unzip(pixie.bulk(starred=True)))] == [starred]
    assert pixie.bulk().runs == 3


def test_how_much_it_is_is_known_before(pixie):
    """From the database alone."""
    add_run(pixie, ("a", b"12345"), ("b", b"6"))
    bulk = pixie.bulk()
    assert (bulk.runs, bulk.files, bulk.size_bytes) == (1, 2, 6)


def test_ids_that_stand_for_nothing_are_all_named_and_nothing_is_made(pixie):
    """With the place of each."""
    there = add_run(pixie)
    with pytest.raises(RequestInvalid) as caught:
        pixie.bulk([there, "deadbeef", "abc", "cafecafe"])
    assert [each.path for each in caught.value.problems] == ["$.run_ids[1]", "$.run_ids[2]", "$.run_ids[3]"]
    assert "deadbeef" in caught.value.problems[0].message
    with pytest.raises(RequestInvalid) as caught:
        pixie.bulk(artefact_ids=[7, 8])
    assert [each.path for each in caught.value.problems] == ["$.artefact_ids[0]", "$.artefact_ids[1]"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"run_ids": []}, "$.run_ids"),
        ({"artefact_ids": []}, "$.artefact_ids"),
        ({"tool": "no-such-tool"}, "$.filter"),
        ({"q": "rh"}, "$.filter.q"),
        ({"kind": "pdf"}, "$.kind"),
    ],
)
def test_what_would_be_an_empty_zip_or_a_doubtful_one_is_refused(pixie, asked, path):
    """Before the first byte."""
    add_run(pixie)
    with pytest.raises(RequestInvalid) as caught:
        pixie.bulk(**asked)
    assert [each.path for each in caught.value.problems] == [path]


def test_a_run_that_is_deleted_meanwhile_is_named_in_the_index(pixie):
    """The rest goes on."""
    kept, gone = add_run(pixie), add_run(pixie)
    bulk = pixie.bulk([gone, kept])
    pixie.delete(gone)
    entries = unzip(bulk)
    first, second = index_of(entries)
    assert (first["id"], first["folder"]) == (gone, None)
    assert gone[:8] in first["problem"]
    assert (second["id"], second["problem"]) == (kept, None)
    assert not any(gone[:8] in name for name in entries)


def test_a_file_that_is_gone_is_named_in_the_index(pixie):
    """Its run isn't in the zip at all: it is looked at before it is begun."""
    run_id, whole = add_run(pixie, ("a.bin", b"xyz")), add_run(pixie)
    (pixie.settings.artefacts_root / "lorenz" / run_id / "a.bin").unlink()
    entries = unzip(pixie.bulk([run_id, whole]))
    first, second = index_of(entries)
    assert "a.bin" in first["problem"]
    assert second["problem"] is None
    assert not any(run_id[:8] in name for name in entries)


def test_a_run_that_goes_while_it_is_being_written_has_no_run_json(pixie):
    """What was written of it stays, without what makes it whole; the zip is sound, and the next run is there."""
    run_id, after = add_run(pixie, ("a.bin", b"x" * 100), ("b.bin", b"y")), add_run(pixie)
    made = iter(pixie.bulk([run_id, after]))
    read = [next(made)]
    pixie.keeping.sweep(older_than="0")
    read += made
    entries = unzip(read)
    first, second = index_of(entries)
    assert first["problem"]
    assert second["problem"]
    assert f"{first['folder']}inputs.json" in entries
    assert not any(name.endswith("run.json") for name in entries)


def test_an_altered_file_is_named_and_the_zip_stays_sound(pixie):
    """Its run has no run.json; its check sum in the zip is that of what was read."""
    run_id, after = add_run(pixie, ("a.txt", b"abc")), add_run(pixie)
    path = pixie.settings.artefacts_root / "lorenz" / run_id / "a.txt"
    path.chmod(0o644)
    path.write_bytes(b"abX")
    entries = unzip(pixie.bulk([run_id, after]))
    first, second = index_of(entries)
    assert "a.txt was altered" in first["problem"]
    assert f"{first['folder']}run.json" not in entries
    assert f"{second['folder']}run.json" in entries


def test_a_zip_that_nobody_reads_to_its_end_is_no_zip(pixie):
    """It has no end record."""
    add_run(pixie, ("a.bin", b"x" * 100))
    pieces = list(pixie.bulk())
    assert not zipfile.is_zipfile(io.BytesIO(b"".join(pieces[:-1])))


def test_files_of_many_runs_lie_in_the_folders_of_their_runs(pixie):
    """With their own index."""
    first, second = add_run(pixie, ("plot.png", b"1"), ("Plot.png", b"2")), add_run(pixie, ("plot.png", b"3"))
    ids = [each.id for run_id in (first, second) for each in pixie.get(run_id).artefacts]
    bulk = pixie.bulk(artefact_ids=[*ids, ids[0]])
    assert (bulk.runs, bulk.files, bulk.size_bytes) == (2, 3, 3)
    entries = unzip(bulk)
    lines = index_of(entries)
    assert [each["id"] for each in lines] == ids
    assert [entries[each["path"]] for each in lines] == [b"1", b"2", b"3"]
    assert {each["path"].rpartition("/")[0] for each in lines} == {
        f"lorenz/2025-06-01T12-00-00-{each[:8]}" for each in (first, second)
    }
    assert b"".join(bulk) == b"".join(pixie.bulk(artefact_ids=ids))


def test_reports_of_many_runs(pixie):
    """Each in its folder, for people; the index says of which kind they are."""
    run_id = add_run(pixie, words="some words")
    entries = unzip(pixie.bulk([run_id], kind="report"))
    (line,) = index_of(entries)
    assert "some words" in entries[f"{line['folder']}report.md"].decode()
    assert f"{line['folder']}report.html" in entries
    assert json.loads(entries["index.json"])["kind"] == "report"


def test_a_zip_of_many_is_saved_whole_or_not_at_all(pixie, tmp_path):
    """Into a folder under its own name, never over a file."""
    add_run(pixie)
    made = pixie.bulk().save(tmp_path)
    assert (made.path.name, made.entries) == ("pixie-runs.zip", 7)
    with pytest.raises(TargetExists):
        pixie.bulk().save(tmp_path)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_five_hundred_runs_take_the_memory_of_one(pixie):
    """One is held at a time; of the others a line of the directory stays for each file, under a kilobyte."""
    run_ids = [add_run(pixie, words="x" * 20_000) for _ in range(20)]
    bulk = pixie.bulk(run_ids)
    held, most, numbers = [], 0, itertools.count()

    def look_up(run_id):
        nonlocal held, most
        item = evolve(bulk.looking_up()(run_id), folder=f"{next(numbers):03}/")
        held = [*(each for each in held if each() is not None), weakref.ref(item)]
        most = max(most, len(held))
        return item

    def peak(ids):
        tracemalloc.start()
        for _ in evolve(bulk, ids=ids, looking_up=lambda: look_up):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    few = peak(run_ids)
    files = len(list(bulk.looking_up()(run_ids[0]).entries))
    assert peak(run_ids * 25) < few + 500 * files * 1024
    assert most <= 2


def test_the_ids_of_a_selection_are_settled_when_it_is_made(pixie):
    """A run that comes later isn't in it; one that is gone raises nothing."""
    first = add_run(pixie)
    bulk = pixie.bulk()
    add_run(pixie)
    assert [each["id"] for each in index_of(unzip(bulk))] == [first]
    with pytest.raises(RunNotFound):
        pixie.zip("deadbeef")
