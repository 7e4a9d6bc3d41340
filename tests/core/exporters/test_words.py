"""Text, Markdown, code, formulas, differences, trees, logs, pairs and calendars, each read again by something else."""

import html
import io
import json
import subprocess
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pypdf
import pytest
import vobject
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pixie_core.catalogue import OutputDeclaration
from pixie_core.catalogue.samples import picture
from pixie_core.errors import ExportError
from pixie_core.exporters import formats_of
from tests.core.exporters.making import made

LINES = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u3164"), min_size=1, max_size=20)


class Page(HTMLParser):
    """What a page says, and its tags and attributes."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.attributes, self.words, self._where = [], [], "", []
        self.feed(content.decode() if isinstance(content, bytes) else content)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag in {"main", "h1"}:
            self._where.append(tag)

    def handle_endtag(self, tag):
        if self._where and self._where[-1] == tag:
            self._where.pop()

    def handle_data(self, data):
        if self._where == ["main"]:
            self.words += data


HOSTILE = "<script>alert(1)</script> & <img src=x onerror=alert(1)> שלום 🙂"


# Text


@pytest.mark.parametrize("type_name", ["text", "stream_text", "markdown"])
def test_text_is_saved_as_it_is(type_name):
    """Every character and line end."""
    words = "a\r\n\tb \u2028 é שלום 🙂\n\n"
    assert made(type_name, words, "txt").decode() == words


@settings(deadline=None)
@given(st.lists(st.lists(LINES, min_size=1, max_size=3), min_size=1, max_size=3))
def test_text_in_markdown_renders_to_the_same_words(blocks):
    """Whatever looks like markup stays words; lines and paragraphs stay apart."""
    text = "\n\n".join("\n".join(lines) for lines in blocks)
    rendered = MarkdownIt("commonmark").enable("table").render(made("text", text, "md").decode())
    paragraphs = [each.removeprefix("<p>") for each in rendered.replace("<br />\n", "\n").strip().split("</p>")]
    assert [html.unescape(each.strip("\n").removeprefix("<p>")) for each in paragraphs if each.strip()] == [
        "\n".join(lines) for lines in blocks
    ]


def test_text_that_is_laid_out_by_spaces_keeps_them_in_markdown():
    """As a block of code, in a fence that is longer than any within."""
    text = "a   b\n  c\t```\nd"
    html_ = MarkdownIt("commonmark").render(made("text", text, "md").decode())
    assert html_ == f"<pre><code>{html.escape(text)}\n</code></pre>\n"


@pytest.mark.parametrize("text", [HOSTILE, f"  {HOSTILE}\n    indented", "", "half \ud83d"])
def test_a_page_of_text_says_it_and_does_nothing(text):
    """No tag of it is one; nothing can be loaded."""
    content = made("text", text, "html")
    page = Page(content)
    assert page.words.strip("\n") == text.replace("\ud83d", "\ufffd")
    assert not {"script", "img", "link", "iframe", "a"} & set(page.tags)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in page.attributes
    assert b"\nMade by Adder" not in content.split(b"<footer")[0]
    assert b"in run 5f0c8c7e" in content.split(b"<footer")[1]


def test_a_label_in_a_page_is_words():
    """In its title and its heading."""
    content = made("text", "x", "html", label=HOSTILE)
    assert content.count(html.escape(HOSTILE).encode()) == 2
    assert not {"script", "img"} & set(Page(content).tags)


# Markdown


def test_markdown_is_rendered_into_one_page():
    """Headings below the page's own, tables, lists; HTML stays words, links to scripts lead nowhere."""
    source = (
        "# One\n\n### Two\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[x](javascript:alert(1)) [y](https://a.example)\n\n"
        + HOSTILE
    )
    page = Page(made("markdown", source, "html"))
    assert [tag for tag in page.tags if tag in {"h1", "h2", "h3", "h4"}] == ["h1", "h2", "h3"]
    assert page.tags.count("td") == 2
    assert not {"script", "img"} & set(page.tags)
    assert [value for name, value in page.attributes if name == "href"] == ["https://a.example"]
    assert HOSTILE in page.words


def test_a_picture_that_the_run_kept_comes_along_in_the_page():
    """As a data URL; one from the web stays a link, one that is gone its words."""
    kept = picture((1, 2, 3), (4, 5, 6))
    import base64

    files = {7: base64.b64decode(kept.partition(",")[2]), 8: b"<svg onload=alert(1)>"}

    def open_artefact(id):
        if id not in files:
            raise FileNotFoundError(id)
        return io.BytesIO(files[id])

    source = "".join(
        f"![p{n}]({url})\n\n"
        for n, url in enumerate(
            [f"/api/artefacts/{number}/content" for number in (7, 8, 9)] + ["https://a.example/x.png"]
        )
    )
    page = Page(made("markdown", source, "html", open_artefact=open_artefact))
    assert [value for name, value in page.attributes if name == "src"] == [kept]
    assert [value for name, value in page.attributes if name == "href"] == ["https://a.example/x.png"]
    for words in ("p1", "p2", "p3"):
        assert words in page.words


def test_markdown_as_it_is():
    """Byte for byte."""
    assert made("markdown", "# *a*\r\n", "md") == b"# *a*\r\n"


# PDF


def words_of(content):
    """The words of a PDF, by pypdf, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def test_words_are_set_as_pdf_and_never_run():
    """What is Typst's own stays words."""
    text = '#eval("1") $x$ *not bold* #include "/etc/passwd"\nsecond line\n\nsecond paragraph'
    content = made("text", text, "pdf")
    assert " ".join(text.split()) in words_of(content)
    about = pypdf.PdfReader(io.BytesIO(content)).metadata
    assert about.title == "Out"
    assert about.author == "Adder"
    assert "pixie:run 5f0c8c7e" in about["/Keywords"]
    assert about.creation_date == datetime(2026, 5, 17, 12, 30, 15, tzinfo=UTC)


def test_markdown_is_set_with_its_headings_lists_and_tables():
    """Every block and span that there is."""
    source = (
        "# One\n\npara *em* **strong** ~~gone~~ `code` [link](https://a.example/)\nsoft\\\nhard\n\n- a\n  1. b\n\n"
        "7. seven\n8. eight\n\n> quoted\n\n```py\nx  =  1\n```\n\n---\n\n| h | k |\n|---|--:|\n| c | d |\n\n![alt](x.png)"
    )
    content = made("markdown", source, "pdf")
    assert words_of(content).startswith(
        "Out One para em strong gone code link soft hard • a 1. b 7. seven 8. eight quoted"
    )
    assert "h k c d [alt]" in words_of(content)
    links = [
        each.get_object()["/A"]["/URI"]
        for page in pypdf.PdfReader(io.BytesIO(content)).pages
        for each in page.get("/Annots", [])
    ]
    assert links == ["https://a.example/"]


def test_a_long_text_has_several_pages():
    """With their numbers."""
    content = made("text", "\n\n".join(f"paragraph {n}" for n in range(200)), "pdf")
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) > 2
    assert "paragraph 199" in words_of(content)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "half \ud83d", "\x00\x0b", "a" * 100_000])
def test_odd_words_are_set_too(text):
    """Empty, blank, unsayable, endless."""
    assert made("text", text, "pdf").startswith(b"%PDF-")
    assert made("markdown", text, "pdf").startswith(b"%PDF-")


def test_what_typst_cannot_set_is_said():
    """With another format."""
    with pytest.raises(ExportError, match="Take html"):
        made("markdown", "> " * 60 + "x", "pdf")


# Numbers, formulas, code


@pytest.mark.parametrize(
    ("type_name", "value", "txt", "as_json", "as_csv"),
    [
        (
            "number",
            {"value": 1234.5, "unit": "km"},
            "1,234.5 km\n",
            {"value": 1234.5, "unit": "km"},
            "Out,Unit\r\n1234.5,km\r\n",
        ),
        ("number", {"value": None}, "–\n", {"value": None}, "Out,Unit\r\n,\r\n"),
        ("number", 7, "7\n", 7, "Out,Unit\r\n7,\r\n"),
        ("boolean", True, "Yes\n", True, "Out\r\ntrue\r\n"),
        ("progress", 0.25, "25%\n", 0.25, "Out\r\n0.25\r\n"),
    ],
)
def test_single_values(type_name, value, txt, as_json, as_csv):
    """In words, as they are kept, and as a table of one row."""
    assert made(type_name, value, "txt").decode() == txt
    assert json.loads(made(type_name, value, "json")) == as_json
    assert made(type_name, value, "csv").decode() == as_csv


def test_a_formula_is_a_document_that_compiles():
    """Between marks of its own, without the empty lines that LaTeX takes for an error there."""
    text = made("latex", "x = 1\n\n + y", "tex").decode()
    assert text.endswith("\\begin{document}\n\\[\nx = 1\n + y\n\\]\n\\end{document}\n")
    assert "% pixie:run 5f0c8c7e" in text


def test_a_page_of_code_keeps_every_space():
    """And does nothing."""
    source = "def f():\n\treturn '<script>'\n"
    assert Page(made("code", {"value": source, "language": "python"}, "html")).words.strip("\n") == source.strip("\n")


# Differences


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_patch_applies(tmp_path_factory, data):
    """With `patch`, to the text from before, giving the one from after."""
    line = st.sampled_from(["a", "b", "", "-x", "+y", "--- z", "é", "c  d"])
    text = st.tuples(st.lists(line, max_size=6), st.booleans()).map(lambda t: "\n".join(t[0]) + ("\n" if t[1] else ""))
    before, after = data.draw(text), data.draw(text)
    folder = tmp_path_factory.mktemp("patch")
    (folder / "text").write_bytes(before.encode())
    patch = made("diff", {"before": before, "after": after}, "patch")
    if before == after:
        assert patch == b""
        return
    command = ["patch", "--silent", "--no-backup-if-mismatch", "--posix", "text"]
    done = subprocess.run(command, input=patch, cwd=folder, capture_output=True)
    assert done.returncode == 0, (done.stdout, patch)
    left = (folder / "text").read_bytes() if (folder / "text").exists() else b""
    assert left == after.encode()


def test_a_page_of_a_difference_marks_what_came_and_what_went():
    """By elements that say so; lines that look like its head are marked as well."""
    value = {"before": "same\n-- old\n", "after": "same\n++ <b>new\n"}
    page = Page(made("diff", value, "html"))
    assert (page.tags.count("ins"), page.tags.count("del")) == (1, 1)
    assert "+++ <b>new" in page.words
    assert "b" not in page.tags
    assert "Nothing changed" in Page(made("diff", {"before": "x", "after": "x"}, "html")).words


# Trees, pairs, logs


TREE = {
    "root": {
        "label": "*root*",
        "children": [
            {"label": "1. one", "value": 3.5, "children": [{"label": "leaf: yes"}]},
            {"label": "no", "value": None},
            {"label": "2026-01-01", "value": "on"},
        ],
    }
}


def test_a_tree_comes_back_from_json_and_yaml():
    """Also what YAML could take for something else."""
    assert json.loads(made("tree", TREE, "json")) == TREE
    assert yaml.safe_load(made("tree", TREE, "yaml")) == TREE


def test_a_tree_in_markdown_is_a_list_within_a_list():
    """With its labels as words."""
    html_ = MarkdownIt("commonmark").render(made("tree", TREE, "md").decode())
    assert html_.replace("\n", "") == (
        "<ul><li>*root*<ul><li>1. one: 3.5<ul><li>leaf: yes</li></ul></li><li>no</li><li>2026-01-01: on</li></ul></li></ul>"
    )


PAIRS = {
    "pairs": [
        {"key": "a", "value": 1.5},
        {"key": "b", "value": None},
        {"key": "c", "value": "=x"},
        {"key": "d", "value": True},
        {"key": "ключ", "value": "né"},
    ]
}


def test_pairs_come_back_from_each_format():
    """As they are kept, or as a table."""
    assert json.loads(made("kv", PAIRS, "json")) == PAIRS
    assert yaml.safe_load(made("kv", PAIRS, "yaml")) == PAIRS
    assert made("kv", PAIRS, "csv").decode().splitlines() == ["Name,Value", "a,1.5", "b,", "c,=x", "d,true", "ключ,né"]
    assert "| c | =x |" in made("kv", PAIRS, "md").decode()


@pytest.mark.parametrize(
    "text", ["half \ud83d", "\x85\u2028", "a: b", "- x", "no", "~", "1e3", "\ttab", " lead", "multi\nline\n"]
)
def test_any_text_comes_back_from_yaml(text):
    """What can't be said is �."""
    value = {"pairs": [{"key": "k", "value": text}]}
    assert yaml.safe_load(made("kv", value, "yaml")) == {
        "pairs": [{"key": "k", "value": text.replace("\ud83d", "\ufffd")}]
    }


def test_a_log_is_lines_or_objects():
    """In words, a line each; or as they are."""
    value = {"lines": [{"message": "begun", "t": "2026-05-17T12:00:00Z"}, {"level": "error", "message": "broke"}]}
    assert made("log", value, "txt").decode() == "2026-05-17T12:00:00Z INFO begun\nERROR broke\n"
    assert [json.loads(each) for each in made("log", value, "ndjson").splitlines()] == [
        {"t": "2026-05-17T12:00:00Z", "level": "info", "message": "begun"},
        {"t": None, "level": "error", "message": "broke"},
    ]


def test_a_chart_as_json_is_its_figure():
    """Data and layout, as Plotly reads them."""
    from pixie_core.testing.catalogue import output_examples

    example = next(each for each in output_examples() if each.type == "chart_bar")
    figure = json.loads(made("chart_bar", example.raw, "json"))
    assert figure["data"][0]["type"] == "bar"
    assert set(figure) == {"data", "layout"}


# Calendars


def happenings(content):
    """The events of a calendar, by vobject."""
    return vobject.readOne(content.decode()).contents.get("vevent", [])


def test_a_timeline_becomes_a_calendar():
    """Days as days, times as times, text escaped and long lines folded."""
    long = "word; comma, back\\slash\nline " * 10
    value = {
        "events": [
            {"t": "2026-02-20", "label": "Day", "description": long, "group": "G, one"},
            {"t": "2026-02-20T09:30:00+02:00", "label": "🙂 zone"},
            {"t": "2026-02-20T09:30:00.750", "label": "local"},
            {"t": "2026-03", "label": "month"},
        ]
    }
    content = made("timeline", value, "ics")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    day, zone, local, month = happenings(content)
    assert (day.dtstart.value, day.summary.value, day.description.value) == (date(2026, 2, 20), "Day", long)
    assert day.categories.value == ["G, one"]
    assert zone.dtstart.value == datetime(2026, 2, 20, 7, 30, tzinfo=UTC)
    assert zone.summary.value == "🙂 zone"
    assert local.dtstart.value == datetime(2026, 2, 20, 9, 30)  # noqa: DTZ001
    assert month.dtstart.value == date(2026, 3, 1)
    assert len({each.uid.value for each in (day, zone, local, month)}) == 4


def test_tasks_last_to_the_end_of_their_last_day():
    """A calendar's end is the first moment that isn't in it any more."""
    value = {
        "tasks": [
            {"name": "Days", "start": "2026-01-05", "end": "2026-01-23", "progress": 0.5},
            {"name": "Hours", "start": "2026-01-05T08:00:00Z", "end": "2026-01-05T10:00:00Z"},
            {"name": "Both", "start": "2026-01-05", "end": "2026-01-06T10:00:00Z"},
            {"name": "Nothing", "start": "2026-01-05T08:00:00", "end": "2026-01-05T08:00:00"},
        ]
    }
    days, hours, both, nothing = happenings(made("gantt", value, "ics"))
    assert (days.dtstart.value, days.dtend.value) == (date(2026, 1, 5), date(2026, 1, 24))
    assert days.description.value == "50% done"
    assert hours.dtend.value == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert both.dtstart.value == datetime(2026, 1, 5, tzinfo=UTC)
    assert "dtend" not in nothing.contents


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("timeline", {"events": [{"t": 3, "label": "x"}]}),
        ("gantt", {"tasks": [{"name": "x", "start": 1, "end": 2}]}),
        ("timeline", {"events": [{"t": "soon", "label": "x"}]}),
    ],
)
def test_what_has_no_dates_has_no_calendar(type_name, value):
    """It isn't offered."""
    declared = OutputDeclaration(key="t", type=type_name, label="T")
    assert "ics" not in [each.name for each in formats_of(declared, value)]


def test_an_empty_timeline_is_an_empty_calendar():
    """And no error."""
    assert happenings(made("timeline", {"events": []}, "ics")) == []
