r"""Formulas in Markdown, by Pandoc's rules: what is one, what is a price, and that hostile dollars cost nothing."""

import pytest

from pixie_core.catalogue import OutputDeclaration
from pixie_core.exporters.blocks import blocks_of_markdown
from pixie_core.exporters.exporting import export
from pixie_core.exporters.rendered import cleaned, markdown_html, markdown_tokens
from tests.core.exporters.making import FROM, no_artefact


def inline(text):
    return f'<span data-formula="inline">{text}</span>'


def display(text):
    return f'<div data-formula="display">{text}</div>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("$x^2$ is", f"<p>{inline('$x^2$')} is</p>"),
        ("*a $x*y$ b*", f"<p><em>a {inline('$x*y$')} b</em></p>"),
        (r"$\{a_1\}_b$", "<p>" + inline(r"$\{a_1\}_b$") + "</p>"),
        (r"$x\$y$", "<p>" + inline(r"$x\$y$") + "</p>"),
        ("$<b>&$", f"<p>{inline('$&lt;b&gt;&amp;$')}</p>"),
        ("a $$x$$ b", '<p>a <span data-formula="display">$$x$$</span> b</p>'),
        ("$$x$$", display("$$x$$")),
        ("$$\na\n= b\n- c\n$$", display("$$\na\n= b\n- c\n$$")),
        ("words\n$$\nx\n$$\nmore", "<p>words</p>\n" + display("$$\nx\n$$") + "\n<p>more</p>"),
        ("> $$\n> a\n> $$", "<blockquote>\n" + display("$$\na\n$$") + "\n</blockquote>"),
        ("- b\n\n  $$\n  a\n  $$", "<ul>\n<li>\n<p>b</p>\n" + display("$$\na\n$$") + "\n</li>\n</ul>"),
    ],
)
def test_formulas_are_marked_and_stay_as_they_were_written(source, html):
    """Nothing within them is markup, nor HTML."""
    assert markdown_html(source).strip() == html


@pytest.mark.parametrize(
    "source",
    [
        "$5 and $6",
        "$ x$",
        "$y $",
        "$a$5",
        r"\$a\$",
        "`$a$`",
        "```\n$a$\n```",
        "$a\n\nb$",
        "$$ open",
        "$$",
        "a $$ b",
        "$",
        "$$\na",
    ],
)
def test_other_dollars_are_words(source):
    """Prices, spaces inside, a digit behind, code, and what has no end in its paragraph."""
    assert "data-formula" not in markdown_html(source)
    assert "$" in markdown_html(source)


def test_a_tool_cant_mark_anything_itself():
    """HTML in Markdown is words, and the cleaning lets nothing else through on these elements."""
    assert "<div" not in markdown_html("<div data-formula='inline'>x</div>")
    dirty = '<span data-formula="evil" class="x" hx-get="/y" style="z" data-x="1">a</span>'
    assert cleaned(dirty) == "<span>a</span>"


@pytest.mark.parametrize(
    "source",
    ["$a " * 100_000, "$$a\n" * 100_000, "$$a\nb\n" * 50_000, "\\" * 200_000 + "$x$", "$" * 100_001, "$\\$" * 100_000],
)
@pytest.mark.timeout(120)
def test_hostile_dollars_take_no_longer_than_other_words(source):
    """However many begin and never end, each is looked at once: what grew with the square would take many minutes."""
    assert markdown_tokens(source)


def test_a_page_of_markdown_sets_its_formulas_with_what_stands_in_it():
    """Scripts by their hashes alone, and none at all where there is no formula."""

    def page(text):
        declared = OutputDeclaration(key="m", type="markdown", label="M")
        return b"".join(export(declared, text, "html", open_artefact=no_artefact, provenance=FROM)).decode()

    plain, formula = page("costs $5 or $6"), page("is $x$")
    assert "<script" not in plain
    assert "script-src" not in plain
    assert formula.count("<script>") == 2
    assert "script-src 'sha256-" in formula
    assert "'unsafe-inline'" not in formula.partition("script-src")[2].partition('"')[0].partition(";")[0]
    assert "data:font/woff2" in formula


def test_documents_have_the_source_of_a_formula():
    """A word in its paragraph, a block of its own."""
    assert blocks_of_markdown("is $x$\n\n$$\ny\n$$") == [
        {"k": "paragraph", "c": [{"k": "text", "t": "is "}, {"k": "text", "t": "$x$"}]},
        {"k": "code", "t": "y"},
    ]
