"""Markdown from tools can say what it likes and do nothing."""

import time

import pytest

from pixie_core.exporters.rendered import cleaned
from pixie_server.render.markdown import to_html
from tests.server.render.reading import elements, only


@pytest.mark.case("X1.markdown")
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "java&#10;script:alert(1)",
    ],
)
def test_a_link_goes_to_the_web_or_nowhere(address):
    """No scheme but http, https and mailto becomes an address."""
    for source in (f"[x]({address})", f"[x]: {address}\n\n[x]", f"<{address}>"):
        for link in elements(to_html(source), "a"):
            assert (link["href"] or "").startswith(("http:", "https:", "mailto:")) or not link["href"]


@pytest.mark.case("X1.markdown", "X2.html")
@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "<form action=/x><input autofocus onfocus=alert(1)>",
        "<base href=//evil.example>",
        '<meta http-equiv="refresh" content="0;url=//evil.example">',
        "<style>*{display:none}</style>",
        "<iframe srcdoc='<script>1</script>'></iframe>",
        '<div hx-get="/x" data-hx-get="/x" hx-on:click="x" hx-trigger="load">',
        "<svg><animate onbegin=alert(1)>",
        "<a id=document href=x>",
    ],
)
def test_html_is_shown_and_not_done(source):
    """It stands there as it was written, and a second cleaning changes nothing."""
    html = to_html(f"before {source} after\n\n{source}")
    assert {each.tag for each in elements(html)} <= {"p"}
    assert not any(each.attributes for each in elements(html))
    assert cleaned(str(html)) == str(html)


@pytest.mark.case("X2.html", "X3.htmx")
def test_what_slips_past_the_parser_is_cleaned():
    """The allow-list stands alone: attributes of htmx, handlers, ids and styles go."""
    html = cleaned('<p id="x" class="y" style="color:red" hx-get="/x" data-hx-post="/y" onclick="z()">words</p>')
    assert html == "<p>words</p>"


@pytest.mark.case("X1.markdown", "X9.silent")
def test_a_picture_from_the_web_is_a_link():
    """Nothing is fetched."""
    html = to_html("![a cat](https://pictures.example/cat.png)")
    assert not elements(html, "img")
    link = only(html, "a")
    assert link.text == "a cat"
    assert link["rel"] == "noopener noreferrer nofollow"


def test_a_picture_that_comes_along_is_shown():
    """A data URL of an ordinary picture, or an artefact."""
    assert only(to_html("![x](data:image/png;base64,AAAA)"), "img")["src"] == "data:image/png;base64,AAAA"
    assert only(to_html("![x](/api/artefacts/3/content)"), "img")["src"] == "/api/artefacts/3/content"
    assert not elements(to_html("![x](data:image/svg+xml,<svg/>)"), "img")


def test_headings_stand_below_the_label_and_skip_no_level():
    """They begin at the fourth level, whatever they began with."""
    html = to_html("## A\n\n#### B\n\n## C\n\n### D")
    assert [(each.tag, each.text) for each in elements(html) if each.tag[0] == "h"] == [
        ("h4", "A"),
        ("h5", "B"),
        ("h4", "C"),
        ("h5", "D"),
    ]


def test_a_table_keeps_its_alignment():
    """As an attribute: styles aren't let through."""
    html = to_html("| a | b |\n|--:|---|\n| 1 | 2 |")
    assert [each["align"] for each in elements(html, "td")] == ["right", None]


@pytest.mark.case("X1.markdown")
@pytest.mark.parametrize("source", ["> " * 10_000 + "x", "[" * 20_000, "*a " * 20_000, "`" * 20_000, "- " * 10_000])
def test_a_bomb_takes_less_than_a_second(source):
    """Nesting and unclosed marks are bounded."""
    before = time.process_time()
    to_html(source)
    assert time.process_time() - before < 1
