"""Commands that take outputs elsewhere: export-as-format, copy-output-to, copy-to-clipboard."""

import csv
import hashlib
import json
import sys
from pathlib import Path

import openpyxl
import pytest

import pixie_core
from pixie_core.catalogue.samples import picture
from tests.reliability.kept import keep
from tests.server.cli.folders import add_tools, command
from tests.server.live_pixie import add_tool, live_pixie

PAINTER = f'''\
from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def paint(big):
    """Leave a picture, and words of any length."""
    return {{"picture": "{picture((1, 2, 3), (4, 5, 6))}", "words": "paint " * big}}


tool.serve()
'''
PAINTER_MANIFEST = {
    "id": "painter",
    "name": "Painter",
    "inputs": [{"key": "big", "type": "number", "label": "Big", "default": 1}],
    "outputs": [
        {"key": "picture", "type": "image", "label": "Picture"},
        {"key": "words", "type": "text", "label": "Words"},
    ],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder with a run of `adder`, and two of `painter`, the second with a large text."""
    folder = tmp_path_factory.mktemp("pixie")
    add_tools(folder)
    add_tool(folder / "tools", PAINTER_MANIFEST, PAINTER)
    with pixie_core.open(folder) as opened:
        opened.run("adder", a=1, b=2)
        assert opened.run("painter", big=300_000).status == "ok"
        assert opened.run("painter").status == "ok"
    return folder


@pytest.fixture
def clipboard(tmp_path):
    """A desktop whose clipboard is a file: its variables, and the file."""
    kept = tmp_path / "clipboard"
    program = tmp_path / "bin" / "xclip"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\npathlib.Path({str(kept)!r}).write_bytes(sys.stdin.buffer.read())\n"
    )
    program.chmod(0o755)
    return {"DISPLAY": ":0", "WAYLAND_DISPLAY": "", "PATH": str(program.parent)}, kept


def test_an_output_is_saved_in_another_format(home, tmp_path):
    """Into a folder under its own name; the path is told."""
    done = command(home, "export-as-format", "adder:last:steps", "xlsx", "--to", str(tmp_path), "--json")
    facts = json.loads(done.stdout)
    assert (facts["format"], facts["path"][-5:]) == ("xlsx", ".xlsx")
    assert [row[0].value for row in openpyxl.load_workbook(facts["path"]).active.iter_rows()] == ["N", 1, 2, 3]


def test_options_of_the_format_are_heard(home, tmp_path):
    """As NAME=VALUE."""
    file = tmp_path / "steps.csv"
    done = command(home, "export-as-format", "adder:last:steps", "csv", "--to", str(file), "--option", "headings=keys")
    assert done.exit_code == 0, done.output
    assert next(csv.reader(file.open(newline=""))) == ["n"]
    assert done.stdout.splitlines() == [str(file), f"{file.stat().st_size} bytes"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("adder:last:steps", "mp3"), "It can become csv, csv-excel, tsv, xlsx, parquet, json, ndjson, md, html."),
        (("adder:last:stepps", "csv"), "It has"),
        (("steps", "csv"), "expected the number of an artefact, or RUN:KEY"),
        (("999999", "csv"), "There is no artefact 999999"),
        (("adder:last:steps", "csv", "--option", "width=3"), "unknown option 'width'"),
        (("adder:last:steps", "csv", "--option", "width"), "should be NAME=VALUE"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(home, tmp_path, arguments, says):
    """With what can."""
    done = command(home, "export-as-format", *arguments, "--to", str(tmp_path))
    assert done.exit_code in {1, 2}
    assert says in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_overwritten_unasked(home, tmp_path):
    """With --force it is."""
    file = tmp_path / "steps.csv"
    file.write_text("mine")
    arguments = ("export-as-format", "adder:last:steps", "csv", "--to", str(file))
    assert command(home, *arguments).exit_code == 1
    assert file.read_text() == "mine"
    assert command(home, *arguments, "--force").exit_code == 0
    assert file.read_text() == "N\n1\n2\n3\n"


def test_a_value_that_is_kept_as_a_file_becomes_what_its_output_can(home, tmp_path):
    """By the output's name, or by the number of the file, which no library lists."""
    with pixie_core.open(home) as opened:
        run = opened.runs(tool="painter").items[1]
        words = opened.values(opened.get(run.id))["words"]
        kept = [each for each in opened.get(run.id).artefacts if each.mime == "application/json"]
    assert len(words) == 1_800_000
    for what in (f"{run.id[:8]}:words", *(str(each.id) for each in kept)):
        file = tmp_path / "words.txt"
        assert command(home, "export-as-format", what, "txt", "--to", str(file), "--force").exit_code == 0
        assert file.read_text() == words
    assert kept


def test_a_kept_file_is_copied_byte_for_byte(home, tmp_path):
    """By its number, or by its output's name."""
    with pixie_core.open(home) as opened:
        kept = next(each for each in opened.get("painter:last").artefacts if each.output_key == "picture")
    done = command(home, "copy-output-to", "painter:last:picture", str(tmp_path), "--json")
    path = json.loads(done.stdout)["path"]
    assert path == str(tmp_path / kept.filename)
    with Path(path).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == kept.sha256
    again = command(home, "copy-output-to", str(kept.id), str(tmp_path))
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_a_copy_of_what_was_altered_is_refused(home, tmp_path):
    """The check sum that the run recorded is held against it."""
    with pixie_core.open(home) as opened:
        kept = next(each for each in opened.get("painter:last").artefacts if each.output_key == "picture")
        file = opened.settings.home / "artefacts" / opened.store.artefact(kept.id).rel_path
    whole = file.read_bytes()
    file.chmod(0o644)
    try:
        file.write_bytes(whole[:-1] + b"x")
        done = command(home, "copy-output-to", str(kept.id), str(tmp_path))
    finally:
        file.write_bytes(whole)
    assert done.exit_code == 1
    assert "its SHA-256 differs" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_output_without_a_file_is_told_from_one_that_is_not_there(home, tmp_path):
    """The first can be exported."""
    done = command(home, "copy-output-to", "adder:last:steps", str(tmp_path))
    assert "export-as-format adder:last:steps" in done.stderr


@pytest.mark.parametrize(
    ("what", "more", "text"),
    [
        ("adder:last:sum", (), "3 km\n"),
        ("adder:last:steps", (), "N\r\n1\r\n2\r\n3\r\n"),
        ("adder:last:steps", ("--format", "json"), '[\n{"n": 1},\n{"n": 2},\n{"n": 3}\n]\n'),
        ("painter:last:words", (), "paint "),
    ],
)
def test_words_are_put_on_the_clipboard(home, clipboard, what, more, text):
    """By the desktop's own program."""
    environment, kept = clipboard
    done = command(home, "copy-to-clipboard", what, *more, **environment)
    assert done.exit_code == 0, done.output
    assert kept.read_bytes().decode() == text


@pytest.mark.parametrize(
    ("what", "more", "says"),
    [
        ("adder:last:steps", ("--format", "xlsx"), "as text it can become csv, csv-excel, tsv, json, ndjson, md"),
        ("adder:last:steps", ("--format", "mp3"), "It can become csv"),
    ],
)
def test_what_is_no_text_is_refused_with_a_hint(home, clipboard, what, more, says):
    """Nothing is copied."""
    environment, kept = clipboard
    done = command(home, "copy-to-clipboard", what, *more, **environment)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not kept.exists()


def test_more_than_a_megabyte_is_not_copied(home, clipboard):
    """With the command that saves it."""
    environment, kept = clipboard
    with pixie_core.open(home) as opened:
        run = opened.runs(tool="painter").items[1]
    done = command(home, "copy-to-clipboard", f"{run.id}:words", **environment)
    assert done.exit_code == 1
    assert "1,800,000 bytes" in done.stderr
    assert "export-as-format" in done.stderr
    assert not kept.exists()


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"DISPLAY": "", "WAYLAND_DISPLAY": ""}, "no desktop is running here"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": ""}, "install xclip or xsel"),
        ({"DISPLAY": "", "WAYLAND_DISPLAY": "wayland-0"}, "install wl-clipboard"),
    ],
)
@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a clipboard")
def test_without_a_clipboard_it_says_what_is_missing(home, tmp_path, environment, says):
    """Whether there is no desktop, or none of its programs."""
    done = command(home, "copy-to-clipboard", "adder:last:sum", PATH=str(tmp_path), **environment)
    assert done.exit_code == 1
    assert says in done.stderr


def test_a_program_that_fails_is_named(home, clipboard):
    """With its exit code."""
    environment, kept = clipboard
    (kept.parent / "bin" / "xclip").write_text("#!/bin/sh\nexit 3\n")
    done = command(home, "copy-to-clipboard", "adder:last:sum", **environment)
    assert done.exit_code == 1
    assert "xclip couldn't copy to the clipboard: it ended with code 3" in done.stderr


def test_an_export_of_what_was_altered_is_broken_off_and_says_where_to_look(tmp_path):
    """Trying again wouldn't help: the server is there. Nothing is left behind."""
    with live_pixie(tmp_path / "home") as live:
        run, _ = keep(live.pixie, {"notes.md": b"# Notes"})
        file = live.pixie.library.folder(run) / "notes.md"
        file.chmod(0o644)
        file.write_bytes(b"# Lies!")
        to = tmp_path / "run.zip"
        done = command(tmp_path / "home", "export-run", run, "--to", str(to), PIXIE_URL=live.url)
    assert done.exit_code == 1
    assert f"Pixie at {live.url} broke its answer off" in done.stderr
    assert "`pixie fsck`" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["home"]
