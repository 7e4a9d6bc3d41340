"""What text, tables, documents, schedules and media say."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.catalogue.instants import instant
from pixie_core.structure import structure_output


def typed(name, raw, **about):
    """A typed value with its declaration."""
    return structure_output(OUTPUT_TYPES[name], raw), OutputDeclaration(key="k", type=name, label="Label", **about)


def text(name, raw, **about):
    value, declared = typed(name, raw, **about)
    return value.to_text(declared)


def wrong(name, raw, **about):
    value, declared = typed(name, raw, **about)
    return list(value.check(declared))


@pytest.mark.parametrize(
    ("raw", "about", "words"),
    [
        ({"value": 25967.5, "format": "currency", "precision": 2}, {"unit": "GBP"}, "£25,967.50"),
        (42, {"unit": "km"}, "42 km"),
        (0.125, {"format": "percent"}, "12.5%"),
        (0.1 + 0.2, {}, "0.3"),
        (None, {}, "–"),
        ({"value": 12_345, "format": "compact", "precision": 0}, {}, "12K"),
        ({"value": 0.000012345, "format": "scientific", "precision": 2}, {"unit": "m"}, "1.23E-5 m"),
        ({"value": 1234.56, "format": "integer"}, {}, "1,235"),
        ({"value": 1234.5, "format": "plain"}, {"unit": "°"}, "1234.5°"),
        (1234.5678, {"precision": 1, "unit": "%"}, "1,234.6%"),
    ],
)
def test_a_number_is_written_as_people_write_it(raw, about, words):
    """With its unit; the value's own format goes before the declaration's."""
    assert text("number", raw, **about) == words


def test_a_format_that_is_not_known_stops_nothing():
    """The number is written as a decimal, and the cure names the formats that there are."""
    raw = {"value": 1234.5, "format": "float"}
    assert text("number", raw) == "1,234.5"
    (said,) = [said for seen, said in OUTPUT_TYPES["number"].mistakes if seen(raw)]
    assert "currency" in said


@pytest.mark.parametrize(
    ("raw", "about", "words"),
    [
        (True, {}, "Yes"),
        (False, {"labels": ["off", "on"]}, "off"),
        (False, {"labels": {"true": "on", "false": "off"}}, "off"),
        (True, {"labels": {"false": "off"}}, "Yes"),
        ({"value": True, "true_label": "Converged"}, {"labels": ["off", "on"]}, "Converged"),
    ],
)
def test_a_boolean_is_its_label(raw, about, words):
    """Of the value, else of the declaration, else yes or no."""
    assert text("boolean", raw, **about) == words


def test_progress_is_whole_per_cent():
    """Or in progress, when it can't be told."""
    assert (text("progress", 0.756), text("progress", None)) == ("76%", "in progress")


line = st.text(st.sampled_from("ab \t\r\x0c\u2028"), max_size=3)
document = st.lists(line, max_size=5).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(before=document, after=document)
def test_patch_applies_a_diff(tmp_path_factory, before, after):
    """The text that a diff gives makes the old text into the new one, final newline or not."""
    folder = tmp_path_factory.mktemp("patched")
    old, patch = folder / "old", folder / "patch"
    old.write_bytes(before.encode())
    patch.write_bytes(text("diff", {"before": before, "after": after}).encode())
    if patch.stat().st_size:
        command = ["patch", "--binary", "--quiet", "--posix", str(old), str(patch)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (old.read_bytes() if old.exists() else b"") == after.encode()


def test_a_tree_is_an_outline():
    """Drawn with lines, each node on one of its own."""
    root = {"label": "a", "children": [{"label": "b", "children": [{"label": "c", "value": 3}]}, {"label": "d\ne"}]}
    assert text("tree", {"root": root}) == "a\n├── b\n│   └── c: 3\n└── d e"


def test_a_log_is_a_line_each():
    """Time, level and words, as far as they were told."""
    lines = [{"message": "loaded", "level": "warning", "t": "2026-05-17T12:00:00Z"}, {"message": "done"}]
    assert text("log", {"lines": lines}) == "2026-05-17T12:00:00Z WARNING loaded\nINFO done"


@pytest.mark.parametrize(
    ("columns", "rows", "said"),
    [
        ([{"key": "a", "type": "number"}], [{"a": 1}, {"a": "x"}, {}], "column 'a' is declared a number and holds text: send numbers, or null"),
        ([{"key": "a"}, {"key": "a"}], [], "the key 'a' stands 2 times in columns; keys are unique"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_said(columns, rows, said):
    """Words in a column of numbers, and columns of one key."""
    assert wrong("table", {"columns": columns, "rows": rows}) == [said]


def test_a_row_without_a_cell_has_an_empty_one():
    """Cells stand in the columns' order."""
    value, declared = typed("table", {"columns": [{"key": "b"}, {"key": "a"}], "rows": [{"a": 1}, {"a": 2, "b": 3}]})
    assert list(value.to_rows(declared)) == [[None, 1], [3, 2]]


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (
            {"start": "2026-02-01", "end": "2026-01-01"},
            "tasks[0] (T) ends at 2026-01-01, before it starts at 2026-02-01",
        ),
        (
            {"start": "2026-02-01", "end": 3},
            "tasks[0] has start '2026-02-01' and end 3: give two dates, or two numbers",
        ),
        ({"start": "soon", "end": "2026-02-01"}, "tasks[0] has 'soon' for a date; give ISO 8601, such as 2026-05-17"),
    ],
)
def test_a_task_runs_forward_in_time(task, said):
    """Between two dates, or two numbers, in this order."""
    assert wrong("gantt", {"tasks": [{"name": "T", **task}]}) == [said]


def test_bars_of_a_gantt_are_as_long_as_their_tasks():
    """A day is 86.4 million milliseconds; numbers are themselves."""
    value, declared = typed("gantt", {"tasks": [{"name": "T", "start": "2026-02-01", "end": "2026-02-02"}]})
    assert value.to_figure(declared).data[0]["x"] == [86_400_000]
    value, declared = typed("gantt", {"tasks": [{"name": "T", "start": 3, "end": 5.5, "progress": 0.5}]})
    assert [each["x"] for each in value.to_figure(declared).data] == [[2.5], [1.25]]


@pytest.mark.parametrize(
    ("text", "at"),
    [("1970-01-02", 864e5), ("1970-02", 26784e5), ("1970-01-01T01:00+01:00", 0), ("1970-01-01T00:00:01Z", 1000)],
)
def test_instants_are_milliseconds_of_utc(text, at):
    """A month is its first day, and what names no zone is UTC."""
    assert instant(text) == at


def test_neighbours_on_a_timeline_stand_apart():
    """Heights follow time, though the events came in another order."""
    events = [{"t": "2026-03-01", "label": "c"}, {"t": "2026-01-01", "label": "a"}, {"t": "2026-02-01", "label": "b"}]
    value, declared = typed("timeline", {"events": events})
    heights = value.to_figure(declared).data[1]["y"]
    assert len({heights[1], heights[2], heights[0]}) == 3


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("image", "cat.png", "value is 'cat.png'; it must be a data URL (data:image/png;base64,…) or an http URL"),
        ("image", "data:text/html,<script>", "value is a data URL of text/html; it must be of image/…"),
        ("audio", "data:image/png;base64,AA==", "value is a data URL of image/png; it must be of audio/…"),
        ("image_grid", {"images": [{"value": "x"}]}, "images[0].value is 'x'; it must be a data URL (data:image/png;base64,…) or an http URL"),
        ("file", {"filename": " ", "data": "data:,x", "mime_type": "text/plain"}, "filename is blank; say the name that the file is saved under"),
    ],
)  # fmt: skip
def test_what_is_no_source_is_said(name, raw, said):
    """Media are data URLs of their kind, http URLs, or artefacts of the run."""
    assert wrong(name, raw) == [said]


@pytest.mark.parametrize(
    "source", ["https://example.org/a.png", "/api/artefacts/7/content", "data:image/svg+xml;charset=utf-8,<svg/>"]
)
def test_sources_of_every_kind_are_right(source):
    """Where they are kept changes nothing."""
    assert wrong("image", source) == []
    assert wrong("image_compare", {"before": source, "after": source}) == []


def test_a_pair_stands_under_the_words_that_are_declared_for_its_key():
    """`labels` by key; a key without any stands as it is."""
    declared = OutputDeclaration(key="k", type="kv", label="K", labels={"sharpe": "Sharpe ratio"})
    value = structure_output(OUTPUT_TYPES["kv"], {"pairs": [{"key": "sharpe", "value": 1}, {"key": "n", "value": 2}]})
    assert [tuple(row) for row in value.to_rows(declared)] == [("Sharpe ratio", 1), ("n", 2)]
