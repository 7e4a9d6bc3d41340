"""What a stranger's table can do to the spreadsheet that opens it: nothing, in cells and in headings."""

import csv
import io
import math
import zipfile

import duckdb
import openpyxl
import pytest

from pixie_core.catalogue import Column, OutputDeclaration, Rows
from pixie_core.errors import ExportTooLarge
from pixie_core.exporters import FORMATS, Export, option_help
from tests.core.exporters.making import FROM, a_table, made, no_artefact

ATTACKS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠a", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1",
    "a;=1", "a\t=1", "a\n=1", "a\r=1", '"=1"', '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "{=1+1}",
    "#N/A", "http://evil.example/", "mailto:a@b.c", "file:///etc/passwd", "javascript:alert(1)", "-12.5", "+44 20 7946 0000",
]  # fmt: skip
RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
EVERYWHERE = {
    "columns": [{"key": f"c{n}", "label": each} for n, each in enumerate(ATTACKS)],
    "rows": [{f"c{n}": each for n, each in enumerate(ATTACKS)}],
}


def lines(content, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.case("E1.plain")
@pytest.mark.parametrize(("format_name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_plain_csv_is_the_data_byte_for_byte(format_name, delimiter):
    """In cells and in headings: it is for programs."""
    assert lines(made("table", EVERYWHERE, format_name), delimiter) == [ATTACKS, ATTACKS]


@pytest.mark.case("E1.spreadsheet")
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_field_of_a_csv_for_spreadsheets_runs(delimiter):
    """In cells and in headings, whatever separates lists where it is opened."""
    for row in lines(made("table", EVERYWHERE, "csv-excel"), delimiter):
        for field in row:
            bare = field.strip(" \t\r\n\u00a0\ufeff\u200b")
            assert not bare.startswith(RUNS), (delimiter, field)


@pytest.mark.case("E1.spreadsheet")
def test_a_csv_for_spreadsheets_quotes_every_field_and_begins_with_its_mark():
    """So that commas, quotes and line ends stay where they are."""
    content = made("table", EVERYWHERE, "csv-excel")
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count('"') % 2 == 0
    outside = "".join(part for number, part in enumerate(text.split('"')) if number % 2 == 0)
    assert set(outside) <= set(",\r\n")


@pytest.mark.case("E1.spreadsheet")
def test_numbers_are_left_alone_and_texts_that_look_like_some_are_not():
    """-12.5 is a number; a telephone number begins with a plus and is text."""
    value = a_table({"n": "number", "t": "string"}, (-12.5, "-12.5"), (1e-9, "+44 20"), (-3, "(555)"))
    assert lines(made("table", value, "csv-excel"))[1:] == [["-12.5", "'-12.5"], ["1e-09", "'+44 20"], ["-3", "(555)"]]


@pytest.mark.case("E1.menu")
def test_the_menu_says_which_of_both_is_for_what():
    """In the line that stands beside each."""
    assert "for programs" in FORMATS["rows.csv"].help
    assert "for spreadsheets" in FORMATS["rows.csv-excel"].help
    assert all(each.help for each in option_help(FORMATS["rows.csv-excel"]))


@pytest.mark.case("E2.strings")
def test_every_text_of_a_workbook_is_a_text_also_in_its_headings():
    """No formula, no link, no error, and no part of the file that names anything outside it."""
    content = made("table", EVERYWHERE, "xlsx", label="=1+1")
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, body = ([cell.value for cell in row] for row in book.worksheets[0].iter_rows())
    expected = [each.replace("\r", "\n") for each in ATTACKS]
    assert head == body == expected
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        everything = b"".join(parts.read(name) for name in parts.namelist())
        names = parts.namelist()
    assert b"<f>" not in everything
    assert b"<f " not in everything
    assert b'TargetMode="External"' not in everything
    assert not [name for name in names if "externalLink" in name or "connections" in name or name.endswith(".bin")]


class Odd:
    """A value whose rows hold what no JSON does."""

    def __init__(self, *rows):
        self._rows = rows

    def to_rows(self, _declared):
        """A number, a text."""
        columns = (Column("n", "N", "number"), Column("t", "T"))
        return Rows(columns, len(self._rows), lambda: iter(self._rows))


def written(format_id, *rows):
    """The bytes of such rows."""
    declared = OutputDeclaration(key="out", type="table", label="Out")
    export = Export(declared=declared, raw=None, value=Odd(*rows), provenance=FROM, open_artefact=no_artefact)
    sink = io.BytesIO()
    FORMATS[format_id].write(export, sink, FORMATS[format_id].options())
    return sink.getvalue()


NOT_FINITE = [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf"), (1.5, "x")]


@pytest.mark.case("E3.stated")
def test_numbers_that_are_not_finite_are_empty_and_null_and_said():
    """Empty in CSV, null in JSON and Parquet, an empty cell with a note in a workbook."""
    assert [row[0] for row in lines(written("rows.csv", *NOT_FINITE))] == ["N", "", "", "", "1.5"]
    assert written("rows.ndjson", *NOT_FINITE).splitlines()[:2] == [
        b'{"n": null, "t": "nan"}',
        b'{"n": null, "t": "inf"}',
    ]
    book = openpyxl.load_workbook(io.BytesIO(written("rows.xlsx", *NOT_FINITE)))
    assert [cell.value for cell in book.worksheets[0]["A"]] == ["N", None, None, None, 1.5]
    assert "aren't finite are empty cells: 3, the first in A2" in str([cell.value for cell in book["Notes"]["A"]])


def test_numbers_that_are_not_finite_are_null_in_parquet(tmp_path):
    """And the column stays one of numbers."""
    file = tmp_path / "t.parquet"
    file.write_bytes(written("rows.parquet", *NOT_FINITE))
    assert duckdb.sql(f"select n, typeof(n) from '{file}'").fetchall() == [(None, "DOUBLE")] * 3 + [(1.5, "DOUBLE")]


@pytest.mark.case("E3.stated")
@pytest.mark.parametrize(
    ("cell", "kept", "note"),
    [
        ("a\x0bb", "a\ufffdb", "can't hold"),
        ("half \ud83d", "half \ufffd", "can't hold"),
        ("x" * 40_000, "x" * 32_767, "are cut: 1, the first in A2"),
        ({"k": [1, None]}, '{"k": [1, null]}', "JSON"),
        (2**60, str(2**60), "last digit"),
        ("a\r\nb", "a\nb", "line feeds"),
    ],
    ids=["control", "half", "long", "object", "large", "line ends"],
)
def test_each_loss_of_a_workbook_is_stated(cell, kept, note):
    """In a second sheet, with how many and where; the file opens."""
    book = openpyxl.load_workbook(io.BytesIO(made("table", a_table({"a": "json"}, (cell,)), "xlsx")))
    assert book.worksheets[0]["A2"].value == kept
    assert note in str([each.value for each in book["Notes"]["A"]])


@pytest.mark.case("E3.over")
def test_a_sheet_is_as_wide_as_a_sheet_can_be_and_no_wider():
    """16,384 columns are written, one more is refused with what holds it."""
    widest = {"columns": [{"key": f"c{n}"} for n in range(16_384)], "rows": [{"c16383": "last"}]}
    book = openpyxl.load_workbook(io.BytesIO(made("table", widest, "xlsx")), read_only=True)
    assert list(next(book.worksheets[0].iter_rows(min_row=2, values_only=True)))[-1] == "last"
    with pytest.raises(ExportTooLarge, match=r"16,385 columns.*csv or parquet"):
        made("table", {"columns": [{"key": f"c{n}"} for n in range(16_385)], "rows": []}, "xlsx")


@pytest.mark.case("E3.stated")
@pytest.mark.parametrize(
    "label", ["a" * 40, "a:b", "[x]", "a/b\\c?d*e", "Notes", "history", "'quoted'", "", "\u202ertl", "=1+1"]
)
def test_a_sheet_has_a_name_that_opens_whatever_the_label(label):
    """31 letters at most, without what a name may not have, and none twice."""
    book = openpyxl.load_workbook(io.BytesIO(made("table", a_table({"a": "json"}, ([1],)), "xlsx", label=label)))
    for name in book.sheetnames:
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
    assert len({name.casefold() for name in book.sheetnames}) == 2
