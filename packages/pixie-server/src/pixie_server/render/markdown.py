"""Markdown from tools: parsed with HTML off, then cleaned by an allow-list.

Headings begin below the label that stands over them and skip no level. A picture is shown when it comes along (a data
URL, an artefact); one from elsewhere becomes a link, and nothing is fetched.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from pixie_server.render.environment import sayable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

__all__ = ["to_html"]

_FIRST_HEADING = 4
_TAGS = {
    *(
        "p",
        "br",
        "hr",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "ul",
        "ol",
        "li",
        "strong",
        "em",
        "s",
        "code",
        "pre",
        "a",
        "img",
    ),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}
_OWN_PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;", "/api/artefacts/")
_ADDRESSES = ("http://", "https://", "mailto:", "/api/artefacts/")
_MAX_LENGTH = 1_000_000


def to_html(source: str) -> Markup:
    """The source as safe HTML. What is longer than a million characters is shown as it is."""
    if len(source) > _MAX_LENGTH:
        return Markup("<pre>{}</pre>").format(source)
    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(sayable(source), environment)
    _lower_headings(tokens)
    _align(tokens)
    html = parser.renderer.render(tokens, parser.options, environment)
    return Markup(_clean(html))  # noqa: S704 (cleaned by the allow-list)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("image", _picture)
    return parser


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=_attribute,
        generic_attribute_prefixes=set(),
        strip_comments=True,
    )


def _attribute(element: str, attribute: str, value: str) -> str | None:
    if (element, attribute) == ("a", "href"):
        return value if value.lower().startswith(_ADDRESSES) else None
    if (element, attribute) == ("img", "src"):
        return value if value.startswith(_OWN_PICTURES) else None
    return value


def _picture(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _environment: Any) -> str:
    token = tokens[index]
    source, words = str(token.attrGet("src") or ""), token.content
    if source.startswith(_OWN_PICTURES):
        return f'<img src="{escape(source)}" alt="{escape(words)}">'
    return f'<a href="{escape(source)}">{escape(words or source)}</a>'


def _lower_headings(tokens: Iterable[Token]) -> None:
    """The first heading is an h4, and none is more than one level below the one before."""
    least = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    level = _FIRST_HEADING - 1
    for token in tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) - least + _FIRST_HEADING, level + 1, 6)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"


def _align(tokens: Iterable[Token]) -> None:
    """A column's alignment as an attribute, since style is not let through."""
    for token in tokens:
        style = str(token.attrGet("style") or "") if token.type in {"th_open", "td_open"} else ""
        if style.startswith("text-align:"):
            token.attrSet("align", style.removeprefix("text-align:"))
