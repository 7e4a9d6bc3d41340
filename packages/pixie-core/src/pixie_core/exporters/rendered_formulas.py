r"""Formulas in Markdown: `$a^2$` in a line, `$$a^2$$` on its own, as LaTeX.

By the rules of Pandoc (https://pandoc.org/MANUAL.html#math), under which `$5 and $6` are prices: after the dollar that
begins one, and before the one that ends it, stands no space, and after that one no digit. `\$` is a dollar.

In HTML a formula stands as its source, dollars and all, in an element that says so, `data-formula`: a script may set
it, and where there is none it reads as it was written.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["BLOCK", "INLINE", "add_formulas"]

INLINE, BLOCK = "formula_inline", "formula_block"
"""The types of the tokens; `markup` holds the dollars, `content` the LaTeX between them."""

_LONGEST = 10_000
"""Characters of a formula, beyond which none is set."""
_MOST_LINES = 500


def add_formulas(parser: MarkdownIt) -> None:
    """Have the parser know formulas."""
    parser.inline.ruler.before("escape", INLINE, _inline)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", BLOCK, _block, interrupts)
    parser.add_render_rule(INLINE, _render)
    parser.add_render_rule(BLOCK, _render)


def _inline(state: StateInline, silent: bool) -> bool:
    source, begin = state.src, state.pos
    if source[begin] != "$":
        return False
    marks = "$$" if source.startswith("$$", begin) else "$"
    first = begin + len(marks)
    end = _end(source, first, marks)
    if end is None or not _is_formula(source, first, end, marks):
        # Both dollars are words: else the second one would begin what the first one didn't.
        if not silent:
            state.pending += marks
        state.pos = first
        return True
    if not silent:
        token = state.push(INLINE, "span", 0)
        token.content, token.markup = source[first:end], marks
    state.pos = end + len(marks)
    return True


def _end(source: str, first: int, marks: str) -> int | None:
    """Where the dollars are that end what begins at `first`."""
    place = first
    while (place := source.find(marks, place, first + _LONGEST)) >= 0:
        if not _is_escaped(source, place):
            return place
        place += 1
    return None


def _is_escaped(source: str, place: int) -> bool:
    first = place
    while first > 0 and source[first - 1] == "\\":
        first -= 1
    return (place - first) % 2 == 1


def _is_formula(source: str, first: int, end: int, marks: str) -> bool:
    content = source[first:end]
    if not content.strip():
        return False
    after = source[end + len(marks) : end + len(marks) + 1]
    return marks == "$$" or not (content[0].isspace() or content[-1].isspace() or after.isdigit())


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula between lines that begin and end with two dollars."""
    if state.is_code_block(start):
        return False
    first = _line(state, start)
    if not first.startswith("$$"):
        return False
    closing = first[2:].find("$$")
    if closing >= 0:
        # One that is followed by words belongs to their paragraph.
        return not first[2 + closing + 2 :].strip() and _push(state, start, start + 1, first[2 : 2 + closing], silent)
    lines = [first[2:]]
    for number in range(start + 1, end):
        if state.sCount[number] < state.blkIndent:
            return False  # the list or the quotation that it stands in ends before it does
        line = _line(state, number)
        if line.endswith("$$"):
            return _push(state, start, number + 1, "\n".join([*lines, line[:-2]]), silent)
        if not line or line.startswith("$$") or number - start > _MOST_LINES:
            return False  # so that however many begin and none ends, no line is looked at often
        lines.append(line)
    return False


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _push(state: StateBlock, start: int, after: int, content: str, silent: bool) -> bool:
    if not content.strip():
        return False
    if not silent:
        token = state.push(BLOCK, "div", 0)
        token.content, token.markup, token.block, token.map = content, "$$", True, [start, after]
        state.line = after
    return True


def _render(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _environment: Any) -> str:
    token = tokens[index]
    how = "display" if token.markup == "$$" else "inline"
    words = escape(f"{token.markup}{token.content}{token.markup}")
    end = "\n" if token.type == BLOCK else ""
    return f'<{token.tag} data-formula="{how}">{words}</{token.tag}>{end}'
