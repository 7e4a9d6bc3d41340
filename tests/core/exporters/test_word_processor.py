"""Words as DOCX: read again by python-docx and by the schema's order of what stands in it."""

import io
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.exporters.making import made

SOURCE = (
    "# One\n\npara *em* **strong** ~~gone~~ `code` [link](https://a.example/) [bad](javascript:alert(1))\nsoft\\\nhard\n\n"
    "- a\n  1. b\n  2. c\n\n     more of c\n     - deep\n- z\n\ntext\n\n7. seven\n8. eight\n\ntext\n\n1. one\n\n"
    "> quoted\n> > twice\n\n```py\nx  =  1\n\tif\n```\n\n---\n\n| h | k |\n|---|--:|\n| c | d |\n\n![alt](x.png)\n"
)
# What may stand in the properties of a paragraph, in this order (ECMA-376, 17.3.1.26).
ORDER = ["pStyle", "numPr", "pBdr", "shd", "bidi", "spacing", "ind", "jc", "rPr"]


@pytest.fixture(scope="module")
def document():
    """Markdown with every block and span."""
    return docx.Document(io.BytesIO(made("markdown", SOURCE, "docx", label="A report")))


def named(document, words):
    """The paragraph that says so."""
    return next(each for each in document.paragraphs if each.text == words)


def test_headings_are_headings(document):
    """So that a table of contents can be made of them."""
    assert [(each.style.name, each.text) for each in document.paragraphs[:2]] == [
        ("Title", "A report"),
        ("Heading 1", "One"),
    ]


def test_spans_are_styled_and_links_lead_on(document):
    """A link to a script is words."""
    words = next(each for each in document.paragraphs if each.text.startswith("para"))
    assert words.text == "para em strong gone code link [bad](javascript:alert(1)) soft\nhard"
    runs = {run.text: run for run in words.runs}
    assert (runs["em"].italic, runs["strong"].bold, runs["gone"].font.strike) == (True, True, True)
    assert runs["code"].font.name == "Courier New"
    assert [(link.text, link.address) for link in words.hyperlinks] == [("link", "https://a.example/")]


def test_nothing_outside_is_named_but_by_links():
    """No template, no picture, nothing to be fetched."""
    with zipfile.ZipFile(io.BytesIO(made("markdown", SOURCE, "docx"))) as parts:
        outside = [
            line
            for name in parts.namelist()
            if name.endswith(".rels")
            for line in parts.read(name).decode().split("<Relationship ")
            if 'TargetMode="External"' in line
        ]
    assert len(outside) == 1
    assert 'Target="https://a.example/"' in outside[0]


def marks(document, words):
    """The level of a paragraph in its list, how it is marked, and from which number."""
    place = named(document, words).paragraph_format.element.pPr.numPr
    numbering = document.part.numbering_part.element
    scheme = next(each for each in numbering.num_lst if each.numId == place.numId.val).abstractNumId.val
    level = next(
        each for each in numbering.findall(qn("w:abstractNum")) if each.get(qn("w:abstractNumId")) == str(scheme)
    )
    at = level.findall(qn("w:lvl"))[place.ilvl.val]
    return place.ilvl.val, at.find(qn("w:numFmt")).get(qn("w:val")), at.find(qn("w:start")).get(qn("w:val"))


def test_lists_are_lists_with_levels_and_numbers_of_their_own(document):
    """Within each other, and from where they begin; a second paragraph of an item has no mark."""
    assert [marks(document, each) for each in ("a", "b", "c", "deep", "z")] == [
        (0, "bullet", "1"),
        (1, "decimal", "1"),
        (1, "decimal", "1"),
        (2, "bullet", "1"),
        (0, "bullet", "1"),
    ]
    assert marks(document, "seven") == (0, "decimal", "7")
    assert marks(document, "one") == (0, "decimal", "1")
    more = named(document, "more of c").paragraph_format
    assert more.element.pPr.numPr is None
    assert more.left_indent is not None


def test_code_keeps_its_spaces_and_tables_their_sides(document):
    """In a fixed font; headings bold, numbers to the right."""
    code = named(document, "x  =  1\n\tif")
    assert (code.style.name, code.style.font.name) == ("Code", "Courier New")
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["h", "k"], ["c", "d"]]
    assert table.cell(0, 0).paragraphs[0].runs[0].bold
    assert table.cell(1, 1).paragraphs[0].alignment == 2
    assert named(document, "quoted").style.name == named(document, "twice").style.name == "Quote"
    assert named(document, "[alt]")


def test_what_stands_in_it_stands_in_the_order_of_the_schema(document):
    """Or a word processor calls the file damaged."""
    everything = [*document.element.iter(qn("w:pPr")), *document.styles.element.iter(qn("w:pPr"))]
    for properties in everything:
        tags = [each.tag.rpartition("}")[2] for each in properties]
        known = [ORDER.index(each) for each in tags if each in ORDER]
        assert known == sorted(known), tags
    numbering = [each.tag.rpartition("}")[2] for each in document.part.numbering_part.element]
    assert numbering == sorted(numbering)  # abstractNum, then num


def test_the_file_says_where_it_came_from():
    """In its properties, with the run's time, and in its footer."""
    document = docx.Document(io.BytesIO(made("text", "x", "docx")))
    about = document.core_properties
    assert (about.title, about.author, about.language) == ("Out", "Adder", "en-GB")
    assert "in run 5f0c8c7e" in about.comments
    assert "pixie:run 5f0c8c7e" in about.keywords
    assert about.created.replace(tzinfo=UTC) == datetime(2026, 5, 17, 12, 30, 15, tzinfo=UTC)
    assert "in run 5f0c8c7e" in document.sections[0].footer.paragraphs[0].text


def test_words_from_right_to_left_run_so():
    """Paragraph and words; what runs from the left doesn't."""
    document = docx.Document(io.BytesIO(made("markdown", "שלום **עולם** abc\n\nhello עולם", "docx")))
    hebrew, english = document.paragraphs[1:3]
    assert hebrew.paragraph_format.element.pPr.find(qn("w:bidi")) is not None
    assert [run.font.rtl for run in hebrew.runs] == [True, True, None]
    assert (
        english.paragraph_format.element.pPr is None or english.paragraph_format.element.pPr.find(qn("w:bidi")) is None
    )


def test_plain_text_keeps_its_lines_and_what_is_laid_out_its_columns():
    """Paragraphs apart; a table of spaces in one block."""
    prose = docx.Document(io.BytesIO(made("text", "one\ntwo\n\nthree", "docx")))
    assert [each.text for each in prose.paragraphs[1:]] == ["one\ntwo", "three"]
    columns = docx.Document(io.BytesIO(made("text", "a    b\n  c\td", "docx")))
    assert [(each.style.name, each.text) for each in columns.paragraphs[1:]] == [("Code", "a    b\n  c\td")]


@pytest.mark.parametrize(
    "text", ["", " ", "half \ud83d", "\x00\x0b\x1f", "a" * 100_000, "> " * 50 + "x", "- " * 12 + "x"]
)
def test_odd_words_are_written_too(text):
    """Empty, unsayable, endless, nested beyond what a list has."""
    for kind in ("text", "markdown"):
        assert docx.Document(io.BytesIO(made(kind, text, "docx"))).paragraphs[0].text == "Out"


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\xa0"), max_size=60))
def test_every_text_comes_back(text):
    """Whatever looks like markup stays words."""
    document = docx.Document(io.BytesIO(made("text", text, "docx")))
    assert "\n".join(each.text for each in document.paragraphs[1:]) == (text if text.strip() else "")
