"""What `pixie doctor` finds, in folders and on machines that lack something; and that it changes nothing."""

import json
import os
import socket
import sqlite3
import time
from datetime import UTC, datetime

import pytest

import pixie_core
from pixie_core import Settings
from pixie_core.exporters import FORMATS
from pixie_core.store import ServerLock, surroundings
from pixie_server import doctor
from tests.server.cli.folders import command
from tests.server.live_pixie import add_tools, live_pixie


@pytest.fixture
def port():
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def found(check, settings):
    """The findings of one check, and that each that is amiss has something to do next."""
    findings = list(check(settings))
    assert all(each.action for each in findings if each.status != "ok")
    return findings


def tree(folder):
    """Every file below, with its size and when it was changed."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_a_folder_that_is_fine_has_no_red_and_is_left_as_it_is(tmp_path, port):
    """Exit code 0; every check has something to say; no file is made or changed."""
    add_tools(tmp_path)
    (tmp_path / "tools" / "broken" / "tool.json").unlink()
    with pixie_core.open(tmp_path):
        pass
    before = tree(tmp_path)
    result = command(tmp_path, "doctor", "--json", PIXIE_PORT=str(port))
    said = json.loads(result.stdout)
    assert [each for each in said["checks"] if each["status"] == "error"] == []
    assert (result.exit_code, said["ok"]) == (0, True)
    assert {"Settings", "Python", "uv", "SQLite", "Database", "Server", "Port", "Tools", "Clock"} <= {
        each["check"] for each in said["checks"]
    }
    assert tree(tmp_path) == before


def test_for_people_it_is_a_table_with_what_to_do_next(tmp_path, port):
    """What is red is marked, and the exit code is 1."""
    add_tools(tmp_path)
    result = command(tmp_path, "doctor", PIXIE_PORT=str(port))
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "Tool broken" in line]
    assert line.startswith("RED ")
    assert "pixie validate broken" in line
    assert "1 red" in result.stdout


def test_a_wrong_setting_is_red_and_not_wrong_usage(tmp_path):
    """Doctor is who is asked what is wrong."""
    result = command(tmp_path, "doctor", "--json", PIXIE_PORT="many")
    (finding,) = json.loads(result.stdout)["checks"]
    assert result.exit_code == 1
    assert (finding["check"], finding["status"]) == ("Settings", "error")
    assert "PIXIE_PORT is 'many'" in finding["said"]


def test_a_check_that_fails_keeps_no_other_from_its_turn(tmp_path, monkeypatch, port):
    """It is an error of its own."""

    def odd_check(settings):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(doctor, "CHECKS", (odd_check, doctor.clock))
    first, second = doctor.examine(Settings(home=tmp_path, port=port))
    assert (first.check, first.status) == ("Odd check", "error")
    assert "ZeroDivisionError: by nought" in first.said
    assert second.check == "Clock"


def test_a_damaged_database_is_red_and_the_way_back_is_named(tmp_path):
    """It is read by SQLite, as it lies there."""
    with pixie_core.open(tmp_path) as pixie:
        database = pixie.settings.db_path
    with database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 4)
    (finding,) = found(doctor.database, Settings(home=tmp_path))
    assert finding.status == "error"
    assert "pixie restore" in finding.action


@pytest.mark.parametrize(
    ("made", "says"),
    [("CREATE TABLE birds (name TEXT)", "not Pixie's"), ("PRAGMA application_id=7", "another program's")],
)
def test_a_database_of_another_program_is_red(tmp_path, made, says):
    """It isn't touched."""
    conn = sqlite3.connect(tmp_path / "pixie.db")
    conn.execute(made)
    conn.commit()
    conn.close()
    (finding,) = found(doctor.database, Settings(home=tmp_path))
    assert finding.status == "error"
    assert says in finding.said


def test_a_taken_port_is_red_and_another_is_proposed(tmp_path):
    """Unless it is Pixie that has it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        _, finding = found(doctor.server, Settings(home=tmp_path, port=number))
    assert (finding.check, finding.status) == ("Port", "error")
    assert f"--port {number + 1}" in finding.action


def test_a_server_that_answers_is_told_and_one_that_does_not_is_to_be_looked_at(tmp_path, port):
    """By whoever holds the lock, which is left held."""
    with ServerLock(tmp_path / "pixie.db"):
        (silent,) = found(doctor.server, Settings(home=tmp_path, port=port))
        with live_pixie(tmp_path) as live:
            (answering,) = found(doctor.server, Settings(home=tmp_path, port=live.port))
        with pytest.raises(pixie_core.errors.DataFolderInUse):
            ServerLock(tmp_path / "pixie.db")
    assert (silent.status, answering.status) == ("warning", "ok")
    assert f"process {os.getpid()}" in silent.said
    assert f"process {os.getpid()}" in answering.said


def test_tools_that_cannot_run_are_named_one_by_one(tmp_path):
    """An invalid one is red, one without environment is made by a command."""
    add_tools(tmp_path)
    (tmp_path / "tools" / "teller" / ".venv").rename(tmp_path / "elsewhere")
    broken, teller, counted = found(doctor.tools, Settings(home=tmp_path))
    assert (broken.check, broken.status) == ("Tool broken", "error")
    assert (teller.check, teller.status, teller.action) == ("Tool teller", "warning", "`pixie sync teller`")
    assert counted.said == "1 of 3 can run"


def test_a_file_in_the_place_of_the_data_folder_is_red(tmp_path):
    """And a folder that isn't there yet is fine."""
    (tmp_path / "file").write_text("no folder")
    assert found(doctor.data_folder, Settings(home=tmp_path / "file" / "inner"))[0].status == "error"
    assert {each.status for each in found(doctor.data_folder, Settings(home=tmp_path / "new"))} == {"ok"}


@pytest.mark.parametrize(("kind", "status"), [("ext4", "ok"), ("nfs4", "warning"), ("fuse.sshfs", "warning")])
def test_a_network_file_system_is_warned_of(tmp_path, monkeypatch, kind, status):
    """Its locks can't be relied on."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:5 / / rw - {kind} somewhere rw\n")
    monkeypatch.setattr(surroundings, "_MOUNTS", mounts)
    findings = found(doctor.data_folder, Settings(home=tmp_path))
    assert {each.status for each in findings} == {status}
    assert all(kind in each.said for each in findings) == (status == "warning")


def test_little_space_is_red_below_what_is_kept_free(tmp_path):
    """And to be looked at soon above it."""
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    for floor, status in ((free * 2, "error"), (free * 3 // 4, "warning"), (1, "ok")):
        (finding,) = found(doctor.space, Settings(home=tmp_path, min_free_disk_bytes=floor))
        assert finding.status == status


def test_a_clock_that_is_behind_what_was_written_is_red(tmp_path):
    """By it the sweeper decides what is old."""
    settings = Settings(home=tmp_path)
    (tmp_path / "pixie.db").write_bytes(b"")
    assert found(doctor.clock, settings)[0].status == "ok"
    later = time.time() + 86_400
    os.utime(tmp_path / "pixie.db", (later, later))
    (finding,) = found(doctor.clock, settings)
    assert finding.status == "error"
    assert f"{datetime.fromtimestamp(later, UTC):%Y-%m-%d}" in finding.said


def test_what_is_installed_apart_is_told_with_how_to_have_it(tmp_path, monkeypatch):
    """Each extra that is missing, and what does without it; no browser is looked for then."""
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    findings = found(doctor.extras, Settings(home=tmp_path))
    assert {each.status for each in findings} == {"warning"}
    needed = {each.extra for each in FORMATS.values() if each.modules not in {(), ("pixie_server",)}}
    for extra in needed | {"charts", "svg"}:
        assert any(f"pixie-core[{extra}]" in each.action for each in findings), extra
    assert found(doctor.chromium, Settings(home=tmp_path)) == []


def test_without_a_browser_it_says_what_draws_charts_then(tmp_path, monkeypatch):
    """With how to install one."""
    monkeypatch.setattr(doctor, "find_chrome", lambda: None)
    (finding,) = found(doctor.chromium, Settings(home=tmp_path))
    assert finding.status == "warning"


@pytest.mark.parametrize(("checkout", "status"), [(True, "warning"), (False, "error")])
def test_missing_front_end_files_are_fetched_in_a_checkout_and_red_in_an_installation(
    tmp_path, monkeypatch, checkout, status
):
    """The next start makes them, or nothing does."""
    monkeypatch.setattr(doctor.assets, "missing", lambda: ("htmx is not there",))
    monkeypatch.setattr(doctor.assets, "fetched_when_missing", lambda: checkout)
    (finding,) = found(doctor.front_end_files, Settings(home=tmp_path))
    assert finding.status == status


def test_uv_that_does_not_run_is_red(tmp_path, monkeypatch):
    """Without it no tool can be installed."""
    monkeypatch.setattr("uv.find_uv_bin", lambda: str(tmp_path / "uv"))
    (finding,) = found(doctor.uv, Settings(home=tmp_path))
    assert finding.status == "error"
