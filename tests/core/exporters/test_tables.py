"""Tables as CSV, TSV, XLSX, Parquet, JSON, Markdown and HTML, each read again by another library."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pixie_core.errors import ExportTooLarge
from tests.core.exporters.making import a_table, made

HOSTILE = [
    "=1+1", "{=1+1}", '=HYPERLINK("http://evil.example","x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "#N/A",
    "＝1+1", "  =1+1", "a;=1+1", "b\n=1+1", 'say "hello", she said', "a,b", "http://example.org/", "mailto:a@b.c",
    "שלום עולם", "مرحبا", "e\u0301", "🙂", "", "'quoted", "\u202eabc", "_x0041_",
]  # fmt: skip


def naive(*parts):
    """A time without a zone."""
    return datetime(*parts)  # noqa: DTZ001


def rows_of_csv(content, **how):
    """The rows, by Python's own reader."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), **how))


def rows_of_parquet(content, tmp_path, what="*"):
    """The rows, by DuckDB."""
    file = tmp_path / "t.parquet"
    file.write_bytes(content)
    return duckdb.sql(f"select {what} from '{file}'").fetchall()


def book(content):
    """The workbook, by openpyxl."""
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(sheet):
    """The values of a sheet, by rows."""
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


# CSV and TSV


@pytest.mark.case("E1.plain")
@pytest.mark.parametrize(("format", "how"), [("csv", {}), ("tsv", {"delimiter": "\t"})])
def test_csv_and_tsv_hold_every_text_as_it_is(format, how):
    """Byte-true, in cells and in headings."""
    value = {
        "columns": [{"key": "a", "label": "=A"}, {"key": "b", "label": 'say "b"'}],
        "rows": [{"a": each, "b": "x"} for each in HOSTILE],
    }
    read = rows_of_csv(made("table", value, format), **how)
    assert read == [["=A", 'say "b"'], *([each, "x"] for each in HOSTILE)]


@pytest.mark.case("E1.plain")
@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(-(2**62), 2**62),
        ),
        max_size=8,
    )
)
def test_whatever_a_csv_holds_comes_back(rows):
    """Text by text, and each number to its last digit."""
    read = rows_of_csv(made("table", a_table({"t": "string", "x": "number", "n": "number"}, *rows), "csv"))
    assert [(text, float(x), int(n)) for text, x, n in read[1:]] == rows


@pytest.mark.case("E1.spreadsheet")
def test_csv_for_spreadsheets_disarms_what_could_run_and_nothing_else():
    """An apostrophe before it; every field is quoted; numbers stay numbers."""
    value = {
        "columns": [{"key": "t", "label": "=head"}, {"key": "n", "label": "n", "type": "number"}],
        "rows": [{"t": each, "n": -12.5} for each in HOSTILE],
    }
    content = made("table", value, "csv-excel")
    assert content.startswith(b'\xef\xbb\xbf"\'=head","n"\r\n')
    read = rows_of_csv(content)
    assert {row[1] for row in read[1:]} == {"-12.5"}
    changed = {before: row[0] for before, row in zip(HOSTILE, read[1:], strict=True)}
    assert changed["=1+1"] == "'=1+1"
    assert changed["＝1+1"] == "'＝1+1"
    assert changed["  =1+1"] == "'  =1+1"
    assert changed["\t=1"] == "'\t'=1"
    assert changed["a;=1+1"] == "a;'=1+1"
    assert changed["b\n=1+1"] == "b\n'=1+1"
    for harmless in ("{=1+1}", "#N/A", "a,b", "🙂", "שלום עולם", 'say "hello", she said', "http://example.org/"):
        assert changed[harmless] == harmless


@pytest.mark.case("E1.spreadsheet")
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_a_csv_for_spreadsheets_begins_as_a_formula_wherever_it_is_opened(delimiter):
    """Also where lists are separated by semicolons, so that a line falls apart."""
    value = a_table({"a": "string", "b": "string"}, *((each, each) for each in HOSTILE))
    text = made("table", value, "csv-excel").decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝")), (delimiter, row)


def test_null_is_empty_in_csv():
    """And true and false, lists and objects are JSON."""
    columns = {"a": "json"}
    rows = [(None,), (True,), (False,), ([1, None],), ({"k": "é"},), (0.1,), (10**15,)]
    read = rows_of_csv(made("table", a_table(columns, *rows), "csv"))
    assert [row[0] if row else "" for row in read[1:]] == [
        "",
        "true",
        "false",
        "[1, null]",
        '{"k": "é"}',
        "0.1",
        "1000000000000000",
    ]


# XLSX


@pytest.mark.case("E2.strings")
def test_no_text_in_a_workbook_becomes_a_formula_or_a_link():
    """Every one is a string when it is read again, and no part of the file names anything outside it."""
    content = made("table", a_table({"a": "string"}, *((each,) for each in HOSTILE)), "xlsx")
    sheet = book(content).worksheets[0]
    kept = {"\r=1": "\n=1", "_x0041_": "_x005F_x0041_"}  # openpyxl leaves Excel's escape of _x0041_ as it stands
    assert [cell.value or "" for cell in sheet["A"]][1:] == [kept.get(each, each) for each in HOSTILE]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "sheets/_rels" in name or "externalLink" in name]
        assert all(b"<f>" not in parts.read(name) for name in parts.namelist())
        assert all(b'TargetMode="External"' not in parts.read(name) for name in parts.namelist())


def test_numbers_dates_and_booleans_are_such_in_a_workbook():
    """To the last digit; a date is a date."""
    value = a_table(
        {"n": "number", "d": "date", "t": "datetime", "b": "boolean"},
        (0.1 + 0.2, "2026-05-17", "2026-05-17T12:00:00Z", True),
        (-1e300, "1900-03-01", "2026-05-17T12:00:00.250", False),
        (2**53, "9999-12-31", "2026-05-17T14:00:00+02:00", None),
    )
    sheet, notes = book(made("table", value, "xlsx")).worksheets
    assert cells(sheet)[1:] == [
        [0.1 + 0.2, naive(2026, 5, 17), naive(2026, 5, 17, 12), True],
        [-1e300, naive(1900, 3, 1), naive(2026, 5, 17, 12, 0, 0, 250_000), False],
        [2**53, naive(9999, 12, 31), naive(2026, 5, 17, 12), None],
    ]
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    assert any("Times that name a time zone are in UTC: 2, the first in C2." in row[0] for row in cells(notes))


@pytest.mark.case("E3.stated")
def test_what_a_workbook_cannot_hold_is_said_in_its_notes():
    """Never lost silently."""
    value = a_table(
        {"a": "json", "d": "date"},
        ("a\x0bb", "1850-01-01"),
        ("half \ud83d", None),
        ("x" * 40_000, None),
        ("🙂" * 20_000, None),
        (2**60, None),
        ({"k": 1}, None),
        ("a\r\nb", None),
    )
    sheet, notes = book(made("table", value, "xlsx")).worksheets
    column = [row[0] for row in cells(sheet)][1:]
    assert column[0] == "a\ufffdb"
    assert column[1] == "half \ufffd"
    assert column[2] == "x" * 32_767
    assert column[3] == "🙂" * 16_383
    assert column[4:] == [str(2**60), '{"k": 1}', "a\nb"]
    assert sheet["B2"].value == "1850-01-01"
    said = "\n".join(row[0] for row in cells(notes))
    for what in (
        "cut: 2, the first in A4",
        "\ufffd: 2",
        "last digit are text: 1",
        "JSON: 1",
        "line feeds",
        "before 1900",
    ):
        assert what in said
    assert "csv and parquet" in said


def test_a_workbook_that_holds_all_has_no_notes():
    """One sheet, named after the output, with where it came from in its properties."""
    made_book = book(
        made("table", a_table({"a": "number"}, (1,)), "xlsx", label="Sales: Q1/Q2 [draft] and much more than 31")
    )
    assert made_book.sheetnames == ["Sales Q1 Q2 draft and much more"]
    assert "5f0c8c7e" in made_book.properties.description
    assert made_book.properties.created == naive(2026, 5, 17, 12, 30, 15)
    assert {each.name: each.value for each in made_book.custom_doc_props.props}["pixie:tool"] == "adder"


@pytest.mark.case("E3.stated")
@pytest.mark.parametrize(
    ("label", "name"),
    [("History", "Table"), ("Notes", "Notes"), ("''", "Table"), ("///", "Table"), ("é" * 40, "é" * 31)],
)
def test_a_sheet_has_a_name_that_excel_takes(label, name):
    """Notes beside it have another."""
    sheets = book(made("table", a_table({"a": "json"}, ([1],)), "xlsx", label=label)).sheetnames
    assert sheets == [name, "Notes (2)" if name == "Notes" else "Notes"]


def test_a_large_workbook_made_apart_is_the_same(monkeypatch):
    """Byte for byte as one that is made at once."""
    from pixie_core.exporters import workbook

    value = a_table({"a": "number", "b": "string"}, *((n, f"=text {n}") for n in range(11_000)))
    apart = made("table", value, "xlsx")
    monkeypatch.setattr(workbook, "_SMALL", 10**9)
    assert made("table", value, "xlsx") == apart
    assert cells(book(apart).active)[11_000] == [10_999, "=text 10999"]


def test_a_workbook_process_whose_sender_is_gone_leaves_nothing(tmp_path):
    """Half of the rows are no workbook."""
    import marshal

    from pixie_core.exporters.sheet import SheetFacts
    from pixie_core.exporters.workbook import work

    facts = SheetFacts(name="T", headings=["a"], types=["number"], about="", metadata={}, created="2026-05-17T00:00:00")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert work(folder, io.BytesIO(marshal.dumps(facts.to_plain()) + marshal.dumps([[1]]))) is False
    assert not folder.exists()


@pytest.mark.case("E3.over")
@pytest.mark.parametrize(
    "value",
    [
        {"columns": [{"key": "a"}], "rows": [{}] * 1_048_576},
        {"columns": [{"key": f"c{n}"} for n in range(16_385)], "rows": []},
    ],
    ids=["rows", "columns"],
)
def test_more_than_a_sheet_holds_is_refused_before_it_is_begun(value):
    """With what holds it."""
    with pytest.raises(ExportTooLarge, match="csv or parquet"):
        made("table", value, "xlsx")


# Parquet


def test_parquet_has_the_types_of_its_cells(tmp_path):
    """Also where the columns say nothing."""
    value = a_table(
        {
            "n": None,
            "x": None,
            "b": None,
            "s": None,
            "d": "date",
            "t": "datetime",
            "l": "datetime",
            "m": None,
            "e": None,
        },
        (1, 0.5, True, "a", "2026-05-17", "2026-05-17T14:00:00+02:00", "2026-05-17T12:00:00.5", "x", None),
        (None, 2, None, None, None, None, None, 3, None),
        (2**62, 1e300, False, "=1", "1850-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59", {"k": [1]}, None),
    )
    content = made("table", value, "parquet")
    file = tmp_path / "typed.parquet"
    file.write_bytes(content)
    types = {row[0]: row[1] for row in duckdb.sql(f"describe select * from '{file}'").fetchall()}
    assert types == {
        "n": "BIGINT",
        "x": "DOUBLE",
        "b": "BOOLEAN",
        "s": "VARCHAR",
        "d": "DATE",
        "t": "TIMESTAMP WITH TIME ZONE",
        "l": "TIMESTAMP",
        "m": "VARCHAR",
        "e": "VARCHAR",
    }
    duckdb.sql("set timezone = 'UTC'")
    read = rows_of_parquet(content, tmp_path)
    assert [row[:5] for row in read] == [
        (1, 0.5, True, "a", date(2026, 5, 17)),
        (None, 2.0, None, None, None),
        (2**62, 1e300, False, "=1", date(1850, 1, 1)),
    ]
    assert read[0][5].astimezone(UTC) == datetime(2026, 5, 17, 12, tzinfo=UTC)
    assert [row[6] for row in read] == [
        naive(2026, 5, 17, 12, 0, 0, 500_000),
        None,
        naive(9999, 12, 31, 23, 59, 59),
    ]
    assert [row[7] for row in read] == ["x", "3", '{"k": [1]}']


@pytest.mark.parametrize(
    ("cells", "kind", "type_"),
    [
        (["2026-05-17", "soon"], "date", "VARCHAR"),
        (["2026-05"], "date", "VARCHAR"),
        (["2026-05-17T12:00:00", "2026-05-17T12:00:00Z"], "datetime", "VARCHAR"),
        (["2026-05-17", "2026-05-17T12:00:00"], "datetime", "TIMESTAMP"),
        ([1, 2**63], "number", "VARCHAR"),
        ([2**53 + 1, 0.5], "number", "VARCHAR"),
        ([True, 1], None, "VARCHAR"),
    ],
)
def test_a_column_of_cells_that_do_not_go_together_is_text_that_loses_nothing(tmp_path, cells, kind, type_):
    """Rather than numbers that are nearly right."""
    content = made("table", a_table({"a": kind}, *((cell,) for cell in cells)), "parquet")
    read = rows_of_parquet(content, tmp_path, "a, typeof(a)")
    assert {row[1] for row in read} == {type_}
    if type_ == "VARCHAR":
        assert [row[0] for row in read] == [each if isinstance(each, str) else json.dumps(each) for each in cells]


def test_parquet_says_where_it_came_from(tmp_path):
    """In the file's own key-values; each column's key in its field."""
    file = tmp_path / "t.parquet"
    file.write_bytes(made("table", a_table({"a": "number"}, (1,)), "parquet"))
    said = dict(
        duckdb.sql(
            f"select decode(key), decode(value) from parquet_kv_metadata('{file}') where decode(key) = 'pixie'"
        ).fetchall()
    )
    assert json.loads(said["pixie"])["pixie:run"].startswith("5f0c8c7e")


# What each must survive


DOUBLE = {
    "columns": [{"key": "a", "label": "Name"}, {"key": "b", "label": "Name"}, {"key": "c", "label": "Name (2)"}],
    "rows": [{"a": 1, "b": 2, "c": 3}],
}


def test_columns_of_one_name_stay_apart(tmp_path):
    """As they are where they may be; with a number in Parquet and in objects."""
    assert rows_of_csv(made("table", DOUBLE, "csv")) == [["Name", "Name", "Name (2)"], ["1", "2", "3"]]
    assert cells(book(made("table", DOUBLE, "xlsx")).active) == [["Name", "Name", "Name (2)"], [1, 2, 3]]
    assert rows_of_parquet(made("table", DOUBLE, "parquet"), tmp_path, '"Name", "Name (3)", "Name (2)"') == [(1, 2, 3)]
    assert json.loads(made("table", DOUBLE, "json")) == [{"a": 1, "b": 2, "c": 3}]


@pytest.mark.parametrize("format", ["csv", "csv-excel", "tsv", "xlsx", "parquet", "json", "ndjson", "md", "html"])
@pytest.mark.parametrize(
    "value",
    [
        {"columns": [], "rows": []},
        {"columns": [], "rows": [{}, {}]},
        a_table({"a": "number"}),
        a_table({"a": "number"}, (1,)),
        a_table({"a": "number", "d": "date", "s": "string"}, (None, None, None), (None, None, None)),
        {"columns": [{"key": "a"}, {"key": "b"}], "rows": [{"a": 1}, {"b": 2}, {}, {"c": 3}]},
        a_table({"\ud800": "string"}, ("half \udfff",)),
        a_table({"a": "string"}, ("x" * 2_000_000,)),
        {"columns": [{"key": f"c{n}"} for n in range(2_000)], "rows": [{"c7": 1}]},
    ],
    ids=["nothing", "no columns", "no rows", "one row", "nulls", "ragged", "halves", "long", "wide"],
)
def test_every_format_survives_odd_tables(format, value):
    """It is made, and a reader of the format can open it."""
    content = made("table", value, format)
    if format == "json":
        assert len(json.loads(content)) == len(value["rows"])
    elif format == "ndjson":
        assert len([json.loads(line) for line in content.decode().splitlines()]) == len(value["rows"])
    elif format == "xlsx":
        assert book(content).worksheets
    elif format == "parquet":
        assert content[:4] == content[-4:] == b"PAR1"
    else:
        content.decode("utf-8", "strict")


def test_ragged_rows_have_gaps():
    """Null where a row says nothing."""
    value = {"columns": [{"key": "a"}, {"key": "b"}], "rows": [{"a": 1}, {"b": 2}, {}]}
    assert rows_of_csv(made("table", value, "csv")) == [["a", "b"], ["1", ""], ["", "2"], ["", ""]]
    assert json.loads(made("table", value, "json")) == [
        {"a": 1, "b": None},
        {"a": None, "b": 2},
        {"a": None, "b": None},
    ]
    assert cells(book(made("table", value, "xlsx")).active)[1:] == [[1, None], [None, 2]]


# Markdown and HTML


class Page(HTMLParser):
    """The rows of the table in a page, and every tag that there is."""

    def __init__(self, content):
        super().__init__()
        self.rows, self.tags, self._in = [], [], False
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in = True

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self._in = False

    def handle_data(self, data):
        if self._in:
            self.rows[-1][-1] += data


MARKUP = ["<script>alert(1)</script>", "a | b", "`code`", "**bold**", "[x](javascript:alert(1))", "<b>&amp;", "a\\"]


def test_a_page_with_a_table_holds_every_cell_as_text():
    """Nothing in it is run or loaded."""
    content = made(
        "table", a_table({"a": "string", "n": "number"}, *((each, 1.5) for each in [*HOSTILE, *MARKUP])), "html"
    )
    page = Page(content)
    assert page.rows[1:] == [[each, "1.5"] for each in [*HOSTILE, *MARKUP]]
    assert not {"script", "img", "link", "iframe", "a", "b"} & set(page.tags)
    assert b"default-src 'none'" in content
    assert b'<meta name="pixie:run" content="5f0c8c7e' in content


def test_a_table_in_markdown_renders_to_its_cells():
    """By a parser of GitHub's tables; line breaks become spaces."""
    texts = [*(each for each in HOSTILE if each.strip() and "\u202e" not in each), *MARKUP]
    content = made("table", a_table({"a": "string", "n": "number"}, *((each, 2) for each in texts)), "md")
    html = MarkdownIt("commonmark").enable("table").render(content.decode())
    rows = Page(html.encode()).rows
    assert rows[0] == ["a", "n"]
    assert [row[0].split() for row in rows[1:]] == [each.split() for each in texts]
    assert {row[1] for row in rows[1:]} == {"2"}
