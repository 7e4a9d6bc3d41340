"""`pixie bulk-export` and `pixie import-run`."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pixie_core
from tests.core.recorded import add_run
from tests.server.cli.folders import add_tools, command


@pytest.fixture
def home(tmp_path):
    """A data folder with three runs of two tools, one of them starred."""
    add_tools(tmp_path / "home")
    with pixie_core.open(tmp_path / "home") as pixie:
        add_run(pixie, ("a.txt", b"abc"), tool="adder")
        add_run(pixie, tool="teller", label="for the paper")
        pixie.star(add_run(pixie, ("b.bin", b"x" * 2000), tool="adder"))
    return tmp_path / "home"


def ids_in(path):
    """The runs that the index of a zip tells of."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {each["id"]: each for each in json.loads(archive.read("index.json"))["runs"]}


def test_it_says_how_much_it_is_writes_it_and_says_where(home, tmp_path):
    """Count and size first; then path, size, entries."""
    result = command(home, "bulk-export", "--to", str(tmp_path))
    assert result.exit_code == 0, result.output
    first, path, last = result.stdout.splitlines()
    assert first == "3 runs, 2 files of 2 kB"
    assert path == str(tmp_path / "pixie-runs.zip")
    assert last.endswith("entries, every check sum right")
    assert len(ids_in(path)) == 3


def test_options_choose_the_runs(home, tmp_path):
    """All that is said must hold."""

    def chosen(*options):
        path = tmp_path / "some.zip"
        result = command(home, "bulk-export", *options, "--to", str(path), "--force", "--json")
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        assert told["runs"] == len(ids_in(path))
        return {each["tool_id"] for each in ids_in(path).values()}, told["runs"]

    with pixie_core.open(home) as pixie:
        newest = pixie.runs(limit=1).items[0].id
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert chosen("--tool", "teller") == ({"teller"}, 1)
    assert chosen("--starred") == ({"adder"}, 1)
    assert chosen("--label", "for the paper") == ({"teller"}, 1)
    assert chosen("--tool", "adder", "--since", "7d", "--until", tomorrow) == ({"adder"}, 2)
    assert chosen("--run", newest[:8], "--run", "teller:last") == ({"adder", "teller"}, 2)
    assert chosen("--kind", "report", "--starred")[1] == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--tool", "nobody"], "lets no run through"),
        (["--since", "1999", "--until", "1999-01-01"], "is no time"),
        (["--run", "deadbeef", "--run", "cafecafe"], "cafecafe"),
        (["--run", "adder:last", "--starred"], "not both"),
        (["--kind", "pdf"], "raw"),
    ],
)
def test_what_chooses_no_run_is_refused(home, tmp_path, options, why):
    """As wrong usage, and nothing is written."""
    result = command(home, "bulk-export", *options, "--to", str(tmp_path))
    assert result.exit_code == 2
    assert why in result.stderr
    assert not list(tmp_path.glob("*.zip"))


def test_more_than_five_hundred_runs_need_a_yes(home, tmp_path):
    """The count is said; with --confirm-large it goes on."""
    with pixie_core.open(home) as pixie:
        for _ in range(498):
            add_run(pixie, tool="adder")
    result = command(home, "bulk-export", "--to", str(tmp_path))
    assert result.exit_code == 2
    assert "501 runs" in result.stderr
    assert "--confirm-large" in result.stderr
    assert not list(tmp_path.glob("*.zip"))
    assert command(home, "bulk-export", "--to", str(tmp_path), "--confirm-large").exit_code == 0
    assert len(ids_in(tmp_path / "pixie-runs.zip")) == 501


def test_a_file_that_is_there_stays_unless_it_is_forced(home, tmp_path):
    """And nothing half-written lies beside it."""
    path = tmp_path / "mine.zip"
    path.write_text("mine")
    result = command(home, "bulk-export", "--to", str(path))
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert path.read_text() == "mine"
    assert command(home, "bulk-export", "--to", str(path), "--force").exit_code == 0
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["mine.zip"]


def test_a_run_that_is_not_whole_is_named_and_the_rest_is_written(home, tmp_path):
    """Exit code 1: the zip is there, and not all is in it."""
    with pixie_core.open(home) as pixie:
        lost = pixie.runs(starred=True).items[0]
        (home / "artefacts" / "adder" / lost.id / "b.bin").unlink()
    result = command(home, "bulk-export", "--to", str(tmp_path), "--json")
    assert result.exit_code == 1
    assert lost.id[:8] in result.stderr
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["id"] == lost.id
    assert "b.bin" in problem["problem"]


def test_a_full_disk_is_told_and_leaves_no_part(home):
    """/dev/full has no room for anything; nor has its folder a file more."""
    from pixie_core.exporters import writing

    before = sorted(each.name for each in home.iterdir())

    def full(zip, file, on_progress):
        del file, on_progress
        with Path("/dev/full").open("wb", buffering=0) as nowhere:
            nowhere.writelines(zip)

    original, writing._write = writing._write, full
    try:
        result = command(home, "bulk-export", "--to", str(home / "x.zip"))
    finally:
        writing._write = original
    assert result.exit_code == 1
    assert "the disk is full" in result.stderr
    assert sorted(each.name for each in home.iterdir()) == before


def test_a_zip_of_many_is_imported_elsewhere(home, tmp_path):
    """A line for each run; the second time all are here."""
    path = tmp_path / "all.zip"
    assert command(home, "bulk-export", "--to", str(path)).exit_code == 0
    result = command(tmp_path / "other", "import-run", str(path))
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "3 of 3 came."
    assert "for the paper" in result.stdout
    told = json.loads(command(tmp_path / "other", "import-run", str(path), "--json").stdout)
    assert [each["new"] for each in told["runs"]] == [False] * 3
    assert {each["run_id"] for each in told["runs"]} == set(ids_in(path))


def test_an_old_run_is_said_to_be_nobodys_to_spare(home, tmp_path):
    """Unless it has a star or a label."""
    with pixie_core.open(home) as pixie:
        run_id = add_run(pixie)
        old = "2020-01-01T00:00:00.000000+00:00"
        pixie.store.write(lambda conn: conn.execute("UPDATE runs SET finished_at = ? WHERE id = ?", (old, run_id)))
        path = pixie.export(run_id, tmp_path / "old.zip")
    result = command(tmp_path / "other", "import-run", str(path))
    assert "star or label what a sweep is to spare" in result.stdout
    assert "It came." in result.stdout


def test_what_is_refused_is_told_with_its_entry(home, tmp_path):
    """Exit code 2 for what is no export, 1 for a run that is here and another."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../escape", b"x")
    result = command(home, "import-run", str(path))
    assert result.exit_code == 2
    assert "../escape" in result.stderr
    assert "climbs out" in result.stderr
    missing = command(home, "import-run", str(tmp_path / "none.zip"))
    assert missing.exit_code == 1
    assert "none.zip: No such file or directory" in missing.stderr
    with pixie_core.open(home) as pixie:
        run_id = pixie.runs(starred=True).items[0].id
        path = pixie.export(run_id, tmp_path / "same.zip")
        kept = pixie.get(run_id).artefacts[0].id
        pixie.star(run_id, False)
        pixie.library.delete(kept)
    conflict = command(home, "import-run", str(path))
    assert conflict.exit_code == 1
    assert "isn't the one in the zip" in conflict.stderr
