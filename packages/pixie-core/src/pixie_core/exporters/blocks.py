"""Words as a tree of blocks: paragraphs, headings, lists, tables, code, quotations, rules.

Documents (PDF, DOCX) are drawn from it. Every node is an object with its kind in `k`; what it holds is words and other
nodes, never markup. A picture is named by its words, and nothing is fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pixie_core.exporters.rendered import markdown_tokens
from pixie_core.exporters.rendered_formulas import BLOCK, INLINE
from pixie_core.exporters.words import is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

__all__ = ["Node", "blocks_of_markdown", "blocks_of_text"]

Node: TypeAlias = "dict[str, Any]"


def blocks_of_text(text: str) -> list[Node]:
    """Plain words: a paragraph for each block of lines; as it is where it is laid out by its spaces."""
    text = text.replace("\r\n", "\n")
    if not is_prose(text):
        return [{"k": "code", "t": text}]
    paragraphs = (lines.split("\n") for lines in text.strip("\n").split("\n\n") if lines.strip())
    return [{"k": "paragraph", "c": _broken(lines)} for lines in paragraphs]


def blocks_of_markdown(source: str) -> list[Node]:
    """Markdown, parsed."""
    return _blocks(iter(markdown_tokens(source)), None)


def _broken(lines: Sequence[str]) -> list[Node]:
    nodes: list[Node] = []
    for line in lines:
        nodes += [{"k": "text", "t": line}, {"k": "break"}]
    return nodes[:-1]


def _blocks(tokens: Iterator[Token], end: str | None) -> list[Node]:
    """The blocks up to the token that closes them."""
    made: list[Node] = []
    for token in tokens:
        if token.type == end:
            break
        if token.type == "inline":
            made.append({"k": "paragraph", "c": _inlines(iter(token.children or ()), None)})
        elif token.type == "heading_open":
            words = _blocks(tokens, "heading_close")
            made.append({"k": "heading", "level": int(token.tag[1]), "c": words[0]["c"] if words else []})
        elif token.type == "paragraph_open":
            made += _blocks(tokens, "paragraph_close")
        elif token.type == "blockquote_open":
            made.append({"k": "quote", "c": _blocks(tokens, "blockquote_close")})
        elif token.type == "bullet_list_open":
            made.append({"k": "bullets", "items": _items(tokens, "bullet_list_close")})
        elif token.type == "ordered_list_open":
            start = int(token.attrGet("start") or 1) if token.attrGet("start") is not None else 1
            made.append({"k": "numbers", "start": start, "items": _items(tokens, "ordered_list_close")})
        elif token.type in {"fence", "code_block", BLOCK}:
            made.append({"k": "code", "t": token.content.strip("\n")})
        elif token.type == "hr":
            made.append({"k": "rule"})
        elif token.type == "table_open":
            made.append(_table(tokens))
    return made


def _items(tokens: Iterator[Token], end: str) -> list[list[Node]]:
    items = []
    for token in tokens:
        if token.type == end:
            break
        if token.type == "list_item_open":
            items.append(_blocks(tokens, "list_item_close"))
    return items


def _table(tokens: Iterator[Token]) -> Node:
    rows: list[list[list[Node]]] = []
    sides: list[str] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            if len(rows) == 1:
                sides.append(str(token.attrGet("style") or "").removeprefix("text-align:") or "left")
        elif token.type == "inline":
            rows[-1].append(_inlines(iter(token.children or ()), None))
    return {"k": "table", "sides": sides, "rows": rows}


_SPANS = {"strong_open": "strong", "em_open": "em", "s_open": "s"}


def _inlines(tokens: Iterator[Token], end: str | None) -> list[Node]:
    made: list[Node] = []
    for token in tokens:
        if token.type == end:
            break
        if token.type == "text":
            made.append({"k": "text", "t": token.content})
        elif token.type == "softbreak":
            made.append({"k": "text", "t": " "})
        elif token.type == "hardbreak":
            made.append({"k": "break"})
        elif token.type == "code_inline":
            made.append({"k": "code", "t": token.content})
        elif token.type == INLINE:
            made.append({"k": "text", "t": f"{token.markup}{token.content}{token.markup}"})
        elif token.type in _SPANS:
            made.append({"k": _SPANS[token.type], "c": _inlines(tokens, token.type.replace("_open", "_close"))})
        elif token.type == "link_open":
            made += _link(str(token.attrGet("href") or ""), _inlines(tokens, "link_close"))
        elif token.type == "image":
            made.append({"k": "text", "t": f"[{token.content or 'a picture'}]"})
    return made


def _link(target: str, words: list[Node]) -> list[Node]:
    """A link that leads somewhere from a file, or else its words."""
    if target.lower().startswith(("http://", "https://", "mailto:")):
        return [{"k": "link", "to": target, "c": words}]
    return words
