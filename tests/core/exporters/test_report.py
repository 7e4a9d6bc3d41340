"""The report of a run, read back by a Markdown parser."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from pixie_core.exporters import markdown as md
from pixie_core.exporters import paths_of, report_markdown
from tests.core.exporters.runs import Files, a_manifest, a_run


def report(run, declared=None, values=None):
    """The report as one text."""
    return "".join(
        report_markdown(run, declared, run.values() if values is None else values, paths_of(run, with_inputs=False))
    )


def tokens(text):
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)


def words(inline):
    """The words of an inline token as a reader sees them; anything but words is told by its kind."""
    return "".join(
        child.content if child.type == "text" else f"<{child.type}>" if child.type != "softbreak" else " "
        for child in inline.children
    )


def tables(text):
    """Every table as a list of rows of words."""
    found, row = [], None
    parsed = tokens(text)
    for i, token in enumerate(parsed):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            row = []
        elif token.type in {"th_open", "td_open"}:
            row.append(words(parsed[i + 1]))
        elif token.type == "tr_close":
            found[-1].append(row)
    return found


def headings(text):
    parsed = tokens(text)
    return [(t.tag, words(parsed[i + 1])) for i, t in enumerate(parsed) if t.type == "heading_open" and t.level == 0]


HOSTILE = [
    "a|b",
    "a\\|b",
    "`code`",
    "*not* _emphasised_ **at** ~~all~~",
    "[link](javascript:alert(1))",
    "![image](http://example.org/x.png)",
    "<script>alert(1)</script>",
    "<http://example.org>",
    "&lt;entity&amp;",
    "snake_case_name",
    "back\\slash\\",
    "$x$ and $$y$$",
    "[ref]: http://example.org",
    "ünïcödé 漢字 🙂",
    "``` fence",
    "trailing #",
    "# no heading",
    "- no list",
    "+ no list",
    "1. no list",
    "2) no list",
    "=====",
    "---",
    "> no quotation",
    "\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_holds_exactly_its_words(text):
    """Whatever the words look like, the parser sees one cell with them and no markup."""
    assert tables(md.table(["h"], [[md.cell(text)], ["after"]])) == [[["h"], [text], ["after"]]]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_paragraph_and_a_heading_hold_exactly_their_words(text):
    """No list, quotation, rule or link comes of them."""
    parsed = tokens(md.paragraph(text))
    assert [token.type for token in parsed] == ["paragraph_open", "inline", "paragraph_close"]
    assert words(parsed[1]) == text
    assert headings(md.heading(2, text)) == [("h2", text)]


@pytest.mark.parametrize(
    "text", ["plain", "```\nfence\n```", "~~~", "`````` six", "", "\n\n", "    indented", "</pre>"]
)
def test_a_code_block_holds_exactly_its_text(text):
    """A fence in the text doesn't end the block."""
    parsed = tokens(md.code_block(text, "py thon`x") + "after")
    assert [token.type for token in parsed] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert parsed[0].content.rstrip("\n") == text.rstrip("\n")
    assert parsed[0].info == "pythonx"


def test_quoted_markdown_cant_reach_out_of_its_quotation():
    """An unclosed fence, comment or list ends with the quotation."""
    for text in ("```\nopen", "<!-- open", "- list\n  - more", "<div>\n\n# heading"):
        assert ("h2", "Next") in headings(md.quoted(text) + md.heading(2, "Next"))


def test_the_title_is_the_label_and_else_the_tools_name():
    """And without the tool its id."""
    declared = a_manifest({"key": "t", "type": "text", "label": "T"})
    assert headings(report(a_run(about={"label": "My *run*"}), declared))[0] == ("h1", "My *run*")
    assert headings(report(a_run(), declared))[0] == ("h1", "Lorenz attractor")
    assert headings(report(a_run()))[0] == ("h1", "lorenz-ode-solver")


def test_when_and_how_long_are_said():
    """In words, in UTC."""
    facts = {row[0]: row[1] for row in tables(report(a_run()))[0]}
    started = next(value for key, value in facts.items() if "Started" in key)
    assert started == "2026-05-17 12:00:00 UTC"
    assert next(value for key, value in facts.items() if "Took" in key) == "1.23 s"


def test_inputs_are_a_table_with_secrets_masked():
    """Labels and units from the declaration; what stands under password and the like is dots."""
    run = a_run(
        inputs={
            "rho": 28,
            "api_key": "sk-hidden",
            "password": "hidden",
            "settings": {"accessToken": "hidden", "monkey": "shown", "max_tokens": 5},
            "data": {"sha256": "0" * 64, "filename": "d.csv", "mime": "text/csv", "size": 1500},
        }
    )
    text = report(run, a_manifest({"key": "t", "type": "text", "label": "T"}))
    assert "hidden" not in text
    inputs = {row[1]: row for row in tables(text)[1][1:]}
    assert inputs["rho"] == ["ρ", "rho", "28 1/s"]
    assert inputs["data"][2] == "d.csv (1.5 kB)"
    assert "shown" in inputs["settings"][2]
    assert "5" in inputs["settings"][2]


def test_a_table_is_a_table_to_its_first_thousand_rows():
    """Cells are escaped, null is empty, nested values are JSON; the note says how many there are."""
    rows = [{"n": i, "w": "a|b"} for i in range(1500)]
    rows[1] = {"n": None, "w": {"deep": [1]}}
    value = {"columns": [{"key": "n", "label": "N", "type": "number"}, {"key": "w", "label": "W"}], "rows": rows}
    text = report(a_run(outputs={"t": ("table", value)}))
    shown = next(each for each in tables(text) if each[0] == ["N", "W"])
    assert len(shown) == 1001
    assert shown[1] == ["0", "a|b"]
    assert shown[2] == ["", '{"deep": [1]}']
    assert "The first 1,000 of 1,500 rows; all of them are in outputs.json." in text


def test_a_chart_is_the_table_of_its_data():
    """A row for each x, a column for each series."""
    value = {"x": [1, 2], "series": [{"name": "a", "y": [3, None]}], "x_label": "Time"}
    assert [["Time", "a"], ["1", "3"], ["2", ""]] in tables(report(a_run(outputs={"c": ("chart_line", value)})))


def test_an_empty_table_says_so():
    """Its heading row stands alone."""
    text = report(a_run(outputs={"t": ("table", {"columns": [{"key": "n"}], "rows": []})}))
    assert [["n"]] in tables(text)
    assert "No rows." in text
    assert "No columns." in report(a_run(outputs={"t": ("table", {"columns": [], "rows": []})}))


def test_long_cells_are_cut_and_it_is_said():
    """The rest is in outputs.json."""
    value = {"columns": [{"key": "w"}], "rows": [{"w": "x" * 5000}]}
    text = report(a_run(outputs={"t": ("table", value)}))
    assert "x" * 1000 + "…" in text
    assert "x" * 1001 not in text
    assert "Cells of more than 1,000 characters are cut here" in text


def test_code_and_many_lines_stand_in_a_block_and_one_line_in_a_paragraph():
    """Nothing in them is taken for markup."""
    run = a_run(
        outputs={
            "code": ("code", {"value": "x = '```'\n", "language": "python"}),
            "one": ("text", "# just *words*"),
            "many": ("text", "# first\n- second"),
        }
    )
    parsed = tokens(report(run))
    assert [(t.info, t.content) for t in parsed if t.type == "fence"] == [
        ("python", "x = '```'\n"),
        ("", "# first\n- second\n"),
    ]
    assert "# just *words*" in [words(t) for t in parsed if t.type == "inline"]


def test_markdown_stays_markdown_inside_a_quotation():
    """Its table is a table."""
    text = report(a_run(outputs={"m": ("markdown", "# Growth\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nopen")}))
    assert [["a", "b"], ["1", "2"]] in tables(text)
    assert ("h1", "Growth") not in headings(text)


def test_pictures_and_files_are_links_into_artefacts():
    """Whether the value names the artefact or still holds the data; a name with spaces and brackets works."""
    files = Files()
    run = a_run(
        files.add(3, "my plot (1).png", b"png", "image/png", "plot"),
        files.add(4, "notes.pdf", b"pdf", "application/pdf", "notes"),
        files.add(5, "inline.png", b"png", "image/png", "inline"),
        outputs={
            "plot": ("image", "/api/artefacts/3/content"),
            "notes": (
                "file",
                {"filename": "notes.pdf", "data": "/api/artefacts/4/content", "mime_type": "application/pdf"},
            ),
            "inline": ("image", "data:image/png;base64,AAAA"),
        },
    )
    children = [c for t in tokens(report(run)) if t.type == "inline" for c in t.children]
    assert [c.attrs["src"] for c in children if c.type == "image"] == [
        "artefacts/my%20plot%20%281%29.png",
        "artefacts/inline.png",
    ]
    linked = [c.attrs["href"] for c in children if c.type == "link_open"]
    assert linked == [
        "artefacts/notes.pdf",
        *(f"artefacts/{n}" for n in ("my%20plot%20%281%29.png", "notes.pdf", "inline.png")),
    ]


def test_a_picture_on_the_web_is_a_link_and_no_picture():
    """A reader's program must not fetch it unasked."""
    run = a_run(outputs={"plot": ("image", "http://example.org/a b.png")})
    children = [c for t in tokens(report(run)) if t.type == "inline" for c in t.children]
    assert not [c for c in children if c.type == "image"]
    assert [c.attrs["href"] for c in children if c.type == "link_open"] == ["http://example.org/a%20b.png"]


def test_an_error_is_told_with_its_code_and_stderr():
    """As words, whatever they hold."""
    run = a_run(status="error", error="*boom* <b>", error_code="tool_died", stderr="Traceback\n```\nlast")
    text = report(run)
    assert ("h2", "Error") in headings(text)
    assert "*boom* <b>" in [words(t) for t in tokens(text) if t.type == "inline"]
    assert "Traceback\n```\nlast\n" in [t.content for t in tokens(text) if t.type == "fence"]


@pytest.mark.parametrize("value", [None, 5, {"rows": "x"}, []])
def test_a_value_that_isnt_of_its_type_is_shown_as_it_is(value):
    """With what is wrong with it."""
    text = report(a_run(outputs={"t": ("table", value)}))
    assert "This isn't a whole table" in text.replace("\\", "")
    assert [t.info for t in tokens(text) if t.type == "fence"] == ["json"]


def test_an_output_of_a_type_that_is_no_more_is_shown_as_json():
    """Runs outlive the types that they were made with."""
    assert '"deep": 1' in report(a_run(outputs={"t": ("hologram", {"deep": 1})}))


def test_outputs_come_in_the_declared_order():
    """And those that the declaration doesn't know any more after them."""
    declared = a_manifest({"key": "b", "type": "text", "label": "B"}, {"key": "a", "type": "text", "label": "A"})
    text = report(a_run(outputs={"a": ("text", "1"), "old": ("text", "2"), "b": ("text", "3")}), declared)
    assert [words for tag, words in headings(text) if tag == "h3"] == ["B", "A", "old"]
