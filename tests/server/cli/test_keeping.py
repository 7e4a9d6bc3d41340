"""Commands about what is kept: files, sweeps, checks, backups, the disk."""

import json
import sys

import pytest

import pixie_core
from pixie_core.run.events import Finished, Started
from pixie_core.store import Publication
from tests.server.cli.folders import add_tools, command

RUNS = [f"0a1b2c3{number}-4e5f-4071-8293-a4b5c6d7e8f9" for number in range(4)]


@pytest.fixture
def home(tmp_path):
    """A data folder with four ended runs of `adder`, each with a file; the last one starred."""
    add_tools(tmp_path)
    with pixie_core.open(tmp_path) as opened:
        for number, run_id in enumerate(RUNS):
            store = opened.store
            store.create_run(
                run_id=run_id,
                tool_id="adder",
                inputs={"n": number},
                origin="api",
                events=[Started(inputs={}, fingerprint={})],
            )
            name = f"Transcript {number}\x1b[31m.txt" if number else "plot.png"
            store.append(
                run_id,
                [
                    Publication(store.stage(run_id, "adder", name, b"\x89PNG\r\n\x1a\n" if not number else b"words")),
                    Finished(status="ok"),
                ],
            )
            store.write(
                lambda conn, run_id=run_id, number=number: conn.execute(
                    "UPDATE runs SET finished_at = ? WHERE id = ?", (f"2020-01-0{number + 1}T00:00:00+00:00", run_id)
                )
            )
        store.set_star(RUNS[3], True)
    return tmp_path


def test_outputs_are_listed_and_filtered(home):
    """Path, size, type, run, when; newest first; what would steer the terminal is written out or gone."""
    result = command(home, "list-outputs")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["No.", "Path", "Size", "Type", "Run", "When", "Label"]
    assert [RUNS[number][:8] in lines[2 + place] for place, number in enumerate((3, 2, 1, 0))] == [True] * 4
    assert str(home / "artefacts" / "adder" / RUNS[0] / "plot.png") in lines[5]
    assert "\x1b" not in result.stdout
    (image,) = json.loads(command(home, "list-outputs", "--mime", "image/", "--json").stdout)
    assert (image["filename"], image["tool_id"], image["size_bytes"]) == ("plot.png", "adder", 8)
    assert json.loads(command(home, "list-outputs", "--tool", "nobody", "--json").stdout) == []
    empty = command(home, "list-outputs", "--starred")
    assert (empty.exit_code, empty.stdout) == (0, "")
    more = command(home, "list-outputs", "-n", "2")
    assert "more than 2" in more.stderr


def test_the_folder_of_files_is_shown_and_its_path_printed(home, tmp_path):
    """All files', a tool's, or a run's, in the desktop's own file browser."""
    bin_, seen = tmp_path / "bin", tmp_path / "seen"
    bin_.mkdir()
    (bin_ / "xdg-open").write_text(f'#!/bin/sh\ntest "$1" = . && pwd >> {seen}\n')
    (bin_ / "open").symlink_to("xdg-open")
    for each in bin_.iterdir():
        each.chmod(0o755)
    desktop = {"DISPLAY": ":0", "PATH": str(bin_)}
    root = home / "artefacts"
    for what, folder in (
        ([], root),
        (["adder"], root / "adder"),
        (["adder:last"], root / "adder" / RUNS[3]),
        ([RUNS[1][:8]], root / "adder" / RUNS[1]),
    ):
        done = command(home, "open-artefacts-folder", *what, "--json", **desktop)
        assert json.loads(done.stdout) == {"path": str(folder), "shown": True}
    adder = root / "adder"
    assert seen.read_text().split() == list(map(str, (root, adder, adder / RUNS[3], adder / RUNS[1])))


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a desktop")
@pytest.mark.parametrize("display", ["", ":0"])
def test_without_a_desktop_or_a_file_browser_the_path_is_printed_all_the_same(home, tmp_path, display):
    """That is no failure."""
    done = command(home, "open-artefacts-folder", "adder", DISPLAY=display, WAYLAND_DISPLAY="", PATH=str(tmp_path))
    assert (done.exit_code, done.stdout) == (0, f"{home / 'artefacts' / 'adder'}\n")


def test_outputs_are_found_by_a_part_of_their_name(home):
    """In any case of letters; for short texts it is said how far was looked."""
    found = json.loads(command(home, "find-output", "TRANSCRIPT", "--json").stdout)
    assert [each["run_id"] for each in found] == [RUNS[3], RUNS[2], RUNS[1]]
    assert "newest 10,000" in command(home, "find-output", "pl").stderr
    none = command(home, "find-output", "nothing like it")
    assert (none.exit_code, none.stdout) == (0, "")


@pytest.mark.parametrize("name", ["sweep", "clear-old-outputs"])
def test_a_sweep_shows_first_and_deletes_when_told(home, name):
    """What is spared is counted; a younger age takes nothing."""
    dry = command(home, name)
    assert dry.exit_code == 0, dry.output
    assert "3 runs, 3 files" in dry.stdout
    assert "1 spared. Nothing was deleted: --apply does it." in dry.stdout
    assert RUNS[0][:8] in dry.stdout
    assert json.loads(command(home, name, "--older-than", "99y", "--json").stdout)["totals"]["runs"] == 0
    plan = json.loads(command(home, name, "--json", "--older-than", "1y").stdout)
    assert [each["id"] for each in plan["runs"]] == RUNS[:3]
    assert plan["spared"] == [{"id": RUNS[3], "tool_id": "adder", "why": "it is starred"}]
    assert (plan["applied"], plan["deleted"]) == (False, None)
    done = json.loads(command(home, name, "--apply", "--json").stdout)
    assert sorted(done["deleted"]["runs"]) == RUNS[:3]
    again = command(home, name, "--apply")
    assert again.exit_code == 0
    assert "0 runs were deleted" in again.stdout
    with pixie_core.open(home) as opened:
        assert [each.id for each in opened.runs().items] == [RUNS[3]]


@pytest.mark.parametrize("arguments", [("--older-than", "soon"), ("--older-than", "-1d"), ("--older-than", "")])
def test_an_age_that_makes_no_sense_is_wrong_usage(home, arguments):
    """Nothing is deleted by it."""
    result = command(home, "sweep", "--apply", *arguments)
    assert result.exit_code == 2
    assert "like 30d" in result.stderr
    with pixie_core.open(home) as opened:
        assert len(opened.runs().items) == 4


def test_a_tool_that_is_not_there_is_told(home):
    """Rather than that it has nothing to sweep."""
    assert command(home, "sweep", "--tool", "addder").exit_code == 1
    assert command(home, "sweep", "--tool", "teller").exit_code == 0


def test_a_check_finds_and_mends(home):
    """Red is exit code 1, and green 0."""
    assert command(home, "fsck").exit_code == 0
    (home / "artefacts" / "adder" / RUNS[0] / "plot.png").unlink()
    red = command(home, "fsck")
    assert red.exit_code == 1
    assert "row_without_file" in red.stdout
    assert "--mend" in red.stderr
    found = json.loads(command(home, "fsck", "--quick", "--json").stdout)
    assert (found["ok"], found["found"][0]["kind"]) == (False, "row_without_file")
    mended = json.loads(command(home, "fsck", "--mend", "--json").stdout)
    assert (mended["ok"], mended["found"][0]["mended"]) == (True, "made anew from its blob")
    assert command(home, "fsck").exit_code == 0


def test_a_backup_is_made_listed_and_put_back(home, tmp_path_factory):
    """Only with --yes where nobody can be asked."""
    assert "no backup" in command(home, "restore").stderr
    made = json.loads(command(home, "backup", "--json").stdout)
    assert (made["runs"], made["files_copied"], made["missing"]) == (4, True, [])
    assert made["path"] in command(home, "restore").stdout
    command(home, "sweep", "--apply")
    refused = command(home, "restore", made["path"])
    assert (refused.exit_code, "Nothing was changed" in refused.stderr) == (2, True)
    done = json.loads(command(home, "restore", made["path"], "--yes", "--json").stdout)
    assert (done["runs"], done["files"], done["missing"]) == (4, 3, [])
    with pixie_core.open(home) as opened:
        assert {each.id for each in opened.runs().items} == set(RUNS)
        assert opened.keeping.fsck().ok
    assert command(home, "restore", str(home / "nothing.db"), "--yes").exit_code == 2
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "backups"
    assert command(home, "backup", "--to", str(elsewhere)).exit_code == 0
    assert len(list(elsewhere.glob("*.db"))) == 1


def test_a_restore_beside_a_server_is_refused(home):
    """It says what to end."""
    made = json.loads(command(home, "backup", "--no-files", "--json").stdout)
    with pixie_core.open(home):
        refused = command(home, "restore", made["path"], "--yes")
    assert refused.exit_code == 1
    assert "Nothing was changed" in refused.stderr


def test_the_disk_is_audited(home):
    """Each tool with its parts, largest first."""
    result = command(home, "audit-disk-usage")
    assert result.exit_code == 0, result.output
    assert "adder" in result.stdout
    done = json.loads(command(home, "audit-disk-usage", "--json").stdout)
    totals = [each["total"] for each in done["tools"]]
    assert totals == sorted(totals, reverse=True)
    adder = next(each for each in done["tools"] if each["tool_id"] == "adder")
    assert adder["artefacts"] > 0
    assert set(adder) == {
        "tool_id",
        "venv",
        "data",
        "models",
        "artefacts",
        "other",
        "total",
        "last_run_at",
        "archive_because",
    }
