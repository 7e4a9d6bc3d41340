"""Markdown from tools as HTML: parsed with HTML off, then cleaned by an allow-list.

Headings skip no level. A formula stands as its source in an element that says so (see `rendered_formulas`). A picture
is shown when it comes along as a data URL; one from elsewhere becomes a link, and nothing is fetched.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from pixie_core.exporters.cells import sayable
from pixie_core.exporters.rendered_formulas import add_formulas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["cleaned", "markdown_html", "markdown_tokens"]

_TAGS = {
    *("p", "br", "hr", "blockquote", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "a", "img"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("div", "span"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    "div": {"data-formula"},
    "span": {"data-formula"},
}
_PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")
_ADDRESSES = ("http://", "https://", "mailto:")


def markdown_html(
    source: str,
    *,
    first_heading: int = 1,
    local: tuple[str, ...] = (),
    picture: Callable[[str], str] = str,
    most: int = 1_000_000,
) -> str:
    """The source as safe HTML; what is longer than `most` characters is shown as it is, since reading it takes long.

    The highest heading gets the level `first_heading`. Addresses that begin as one of `local` may be linked to and
    shown as well. `picture` may give another address for a picture, such as a data URL for one of ours.
    """
    if len(source) > most:
        return f"<pre>{escape(sayable(source))}</pre>"
    tokens = markdown_tokens(source)
    _level_headings(tokens, first_heading)
    _align(tokens)
    _show_pictures(tokens, picture)
    parser = _parser()
    return cleaned(str(parser.renderer.render(tokens, parser.options, {"local": local})), local)


def markdown_tokens(source: str) -> list[Token]:
    """The source, parsed: CommonMark, tables, strikethrough and formulas."""
    return _parser().parse(sayable(source))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["table", "strikethrough"])
    add_formulas(parser)
    parser.add_render_rule("image", _picture)
    return parser


def cleaned(html: str, local: tuple[str, ...] = ()) -> str:
    """The HTML with nothing but what is on the allow-list; see `markdown_html` for `local`."""
    import nh3

    def attribute(element: str, name: str, value: str) -> str | None:
        if (element, name) == ("a", "href"):
            return value if value.lower().startswith(_ADDRESSES) or value.startswith(local) else None
        if (element, name) == ("img", "src"):
            return value if value.startswith((*_PICTURES, *local)) else None
        if name == "data-formula":
            return value if value in {"inline", "display"} else None
        return value

    return nh3.clean(
        html,
        tags={*_TAGS, *(f"h{level}" for level in range(1, 7))},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=attribute,
        generic_attribute_prefixes=set(),
        strip_comments=True,
    )


def _picture(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, environment: Any) -> str:
    token = tokens[index]
    source, words = str(token.attrGet("src") or ""), token.content
    if source.startswith((*_PICTURES, *environment["local"])):
        return f'<img src="{escape(source)}" alt="{escape(words)}">'
    return f'<a href="{escape(source)}">{escape(words or source)}</a>'


def _show_pictures(tokens: Iterable[Token], picture: Callable[[str], str]) -> None:
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                child.attrSet("src", picture(str(child.attrGet("src") or "")))


def _level_headings(tokens: Iterable[Token], first: int) -> None:
    """The highest heading gets the level `first`, and none is more than one level below the one before."""
    least = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    level = first - 1
    for token in tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) - least + first, level + 1, 6)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"


def _align(tokens: Iterable[Token]) -> None:
    """A column's alignment as an attribute, since style is not let through."""
    for token in tokens:
        style = str(token.attrGet("style") or "") if token.type in {"th_open", "td_open"} else ""
        if style.startswith("text-align:"):
            token.attrSet("align", style.removeprefix("text-align:"))
