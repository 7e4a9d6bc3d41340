"""The zip of a report: what lies beside the words, and what is said of what doesn't."""

import csv
import io
import re
import zipfile

import pytest

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import ArtefactNotFound
from pixie_core.exporters import report, report_archive, report_entries
from tests.core.exporters.exported import exported
from tests.core.exporters.runs import Files, a_manifest, a_run

LINE = ("chart_line", OUTPUT_TYPES["chart_line"].example)
TABLE = {"columns": [{"key": "n", "label": "N", "type": "number"}], "rows": [{"n": n} for n in range(500)]}
DOT = OUTPUT_TYPES["image"].example


def unzipped(run, declared=None, values=None, files=None):
    """What a report's zip holds, by name."""
    made = report_archive(run, declared, run.values() if values is None else values, (files or Files()).open)
    with zipfile.ZipFile(io.BytesIO(b"".join(made))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_chart_is_a_picture_with_its_data_beside_it():
    """The words link to both, with what the picture shows as its alternative."""
    held = unzipped(a_run(outputs={"wave": LINE}), a_manifest({"key": "wave", "type": "chart_line", "label": "Wave"}))
    assert sorted(held) == ["assets/wave.csv", "assets/wave.png", "report.html", "report.md"]
    assert held["assets/wave.png"].startswith(b"\x89PNG")
    rows = list(csv.reader(io.StringIO(held["assets/wave.csv"].decode())))
    assert rows[0] == ["Year", "Paid in", "Balance"]
    words = held["report.md"].decode()
    assert "![Wave (line chart)](assets/wave.png)" in words
    assert "[wave.csv](assets/wave.csv), 6 rows" in words


def test_a_map_is_a_picture_too():
    """Its places as CSV."""
    held = unzipped(a_run(outputs={"m": ("map_points", OUTPUT_TYPES["map_points"].example)}))
    assert {"assets/m.png", "assets/m.csv"} <= held.keys()
    assert "![m (points map)](assets/m.png)" in held["report.md"].decode()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("chart_line", {"x": [], "series": []}), ("chart_pie", {"slices": []}), ("map_points", {"points": []})],
)
def test_a_chart_of_nothing_is_no_picture(kind, value):
    """Axes without anything on them look like a result."""
    held = unzipped(a_run(outputs={"c": (kind, value)}))
    assert "assets/c.png" not in held
    assert "No rows." in held["report.md"].decode()
    assert 'class="chart"' not in held["report.html"].decode()


def test_a_long_table_is_cut_in_the_words_and_whole_beside_them():
    """The words say how many there are, and where."""
    held = unzipped(a_run(outputs={"t": ("table", TABLE)}))
    assert held["assets/t.csv"].decode().split() == ["N", *map(str, range(500))]
    words = held["report.md"].decode()
    assert "The first 100 of 500 rows; all of them are in [t.csv](assets/t.csv)." in words
    assert "\n| 99 |\n" in words
    assert "\n| 100 |\n" not in words


def test_numbers_in_the_words_are_written_for_people_and_beside_them_as_they_are():
    """By the precision and the unit of their column; null is a dash."""
    columns = [{"key": "v", "label": "V", "type": "number", "precision": 2, "unit": "kg"}]
    held = unzipped(a_run(outputs={"t": ("table", {"columns": columns, "rows": [{"v": 1234.56789}, {"v": None}]})}))
    assert "| 1,234.57 kg |\n| – |" in held["report.md"].decode()
    assert held["assets/t.csv"].decode().split() == ["V", "1234.56789", '""']


def test_what_was_chosen_is_said_as_people_saw_it():
    """With the value where that says something else."""
    choices = [{"value": 12, "label": "Every month"}, {"value": "daily", "label": "Daily"}]
    inputs = [{"key": key, "type": "select", "label": key, "options": choices, "default": 12} for key in ("one", "two")]
    run = a_run(inputs={"one": 12, "two": "daily"})
    words = unzipped(run, a_manifest({"key": "t", "type": "text", "label": "T"}, inputs=inputs))["report.md"].decode()
    assert "| one | one | Every month (12) |" in words
    assert "| two | two | Daily |" in words


def test_there_is_no_raw_json():
    """Programs have the zip of the run."""
    files = Files()
    kept = files.add(4, "t.json", b"{}", "application/json", "t")
    run = a_run(kept, outputs={"t": ("table", {"$artefact": "/api/artefacts/4/content"})})
    held = unzipped(run, values={"t": TABLE}, files=files)
    assert [name for name in held if name.endswith(".json")] == []
    assert "assets/t.csv" in held


def test_files_lie_in_assets_once_with_names_that_are_safe_and_unique():
    """Whether the value names them or holds them, and those that no output names as well."""
    files = Files()
    run = a_run(
        files.add(1, "plot.png", b"\x89PNG one", "image/png", "plot"),
        files.add(2, "Plot.png", b"two", "image/png"),
        files.add(3, "../../etc/passwd", b"three"),
        outputs={
            "plot": ("image", "/api/artefacts/1/content"),
            "again": ("image", "/api/artefacts/1/content"),
            "held": ("file", {"filename": "CON.txt", "data": "data:text/plain;base64,aGk=", "mime_type": "text/plain"}),
        },
    )
    held = unzipped(run, files=files)
    names = [name.removeprefix("assets/") for name in held if name.startswith("assets/")]
    assert len({name.casefold() for name in names}) == len(names)
    assert held["assets/plot.png"] == b"\x89PNG one"
    assert held["assets/Plot (2).png"] == b"two"
    assert held["assets/_CON.txt"] == b"hi"
    assert all("/" not in name and not name.startswith(".") for name in names)
    words = held["report.md"].decode()
    assert "![plot](assets/plot.png)" in words
    assert "Plot%20%282%29.png" in words


def test_a_file_that_is_gone_or_altered_is_said_and_is_no_error():
    """The rest of the report is there."""
    files = Files()
    run = a_run(
        files.add(1, "gone.png", b"x", "image/png", "gone"),
        files.add(2, "altered.png", b"before", "image/png", "altered"),
        files.add(3, "loose.bin", b"x"),
        outputs={
            "gone": ("image", "/api/artefacts/1/content"),
            "altered": ("image", "/api/artefacts/2/content"),
            "left": ("text", "still here"),
        },
    )
    del files.contents[1], files.contents[3]
    files.contents[2] = b"after!"
    held = unzipped(run, files=files)
    assert sorted(held) == ["report.html", "report.md"]
    for name in held:
        words = held[name].decode().replace("\\", "")
        assert "still here" in words
        assert "gone isn" in words.replace("&#x27;", "'")
        assert "loose.bin isn" in words
    assert "was altered since the run" in held["report.md"].decode()


def test_a_value_that_cant_be_read_any_more_is_said():
    """Its output is named with why, the others follow."""

    class Lost(dict):
        def __getitem__(self, key):
            if key == "t":
                raise ArtefactNotFound(4)
            return super().__getitem__(key)

    run = a_run(outputs={"t": ("table", {"$artefact": "/api/artefacts/4/content"}), "w": ("text", "words")})
    held = unzipped(run, values=Lost(run.values()))
    assert "can't be read any more" in held["report.md"].decode()
    assert "words" in held["report.md"].decode()


def test_a_picture_that_cant_be_drawn_is_said_and_its_data_shown(monkeypatch):
    """Whatever the renderer raises of a value that nobody foresaw."""

    def refuse(*_):
        raise ValueError("no such shape")

    monkeypatch.setattr("pixie_core.exporters.report_assets.drawn_png", refuse)
    held = unzipped(a_run(outputs={"wave": LINE}))
    words = held["report.md"].decode()
    assert "There is no picture of it: no such shape." in words
    assert "| 5 | 22,000 | 30,260 |" in words
    assert "assets/wave.png" not in held


def test_each_asset_is_made_when_its_turn_comes(monkeypatch):
    """The first byte waits for no picture, and one is held at a time."""
    drawn = []
    monkeypatch.setattr(
        "pixie_core.exporters.report_assets.drawn_png",
        lambda section, sink: (drawn.append(section.declared.key), sink.write(b"png")),
    )
    run = a_run(outputs={"a": LINE, "b": LINE})
    entries = report_entries(run, None, run.values(), Files().open)
    assert drawn == []
    assert (next(entries).name, drawn) == ("assets/a.csv", [])
    assert (next(entries).name, drawn) == ("assets/a.png", ["a"])
    assert [each.name for each in entries][-2:] == ["report.md", "report.html"]
    assert drawn == ["a", "b"]


def test_under_a_prefix_the_links_stay_as_they_are():
    """So that a zip of many runs holds each one's report in its own folder."""
    run = a_run(outputs={"t": ("table", TABLE)})
    entries = {
        each.name: b"".join(each.source())
        for each in report_entries(run, None, run.values(), Files().open, prefix="6f1c2a9b/")
    }
    assert sorted(entries) == ["6f1c2a9b/assets/t.csv", "6f1c2a9b/report.html", "6f1c2a9b/report.md"]
    assert b"](assets/t.csv)" in entries["6f1c2a9b/report.md"]


def test_the_same_run_makes_the_same_bytes():
    """And an archive can be read again."""
    run = a_run(outputs={"wave": LINE, "t": ("table", TABLE), "i": ("image", DOT)}, about={"label": "Twice"})
    archive = report_archive(run, None, run.values(), Files().open)
    assert b"".join(archive) == b"".join(archive)


@pytest.mark.parametrize("status", [None, "error", "cancelled", "interrupted"])
def test_a_run_without_a_whole_result_has_a_report(status):
    """With how it stands, and what there is."""
    end = {"error": "boom", "stderr": "Traceback"} if status == "error" else {}
    run = a_run(outputs={"t": ("text", "so far")}, status=status, **end)
    held = unzipped(run)
    for words in (held["report.md"].decode(), held["report.html"].decode()):
        assert "so far" in words
        assert ("still running" in words.lower()) == (status is None)
        assert all(each in words for each in end.values())


def test_alone_the_words_say_what_they_leave_out():
    """Files are named, charts are the beginning of their data."""
    run = a_run(outputs={"wave": LINE, "f": ("file", OUTPUT_TYPES["file"].example)})
    made = report(run, None, run.values(), Files().open, "md")
    words = b"".join(made).decode()
    assert "This file stands alone" in words
    assert "assets/" not in words
    assert "| Year | Paid in | Balance |" in words
    assert "notes.txt" in words
    assert re.fullmatch(r"lorenz-ode-solver-2026-05-17-5f0c8c7e-report\.md", made.filename)


def test_the_data_beside_is_what_the_output_becomes_as_csv():
    """The same writer, so that the two never differ."""
    run = a_run(outputs={"t": ("table", TABLE)})
    entries = {each.name: b"".join(each.source()) for each in report_entries(run, None, run.values(), Files().open)}
    assert entries["assets/t.csv"] == exported("table", "csv", TABLE)
