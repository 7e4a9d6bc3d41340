"""Writing Markdown that says exactly what was given: words that look like markup stay words.

CommonMark with the tables of GitHub; https://spec.commonmark.org/0.31.2, https://github.github.com/gfm/#tables-extension-.
Each function gives whole blocks that end in a blank line, or a text for within a line.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pixie_core.catalogue import Column, Rows

__all__ = ["cell", "code_block", "heading", "image", "inline", "link", "quoted", "table", "table_of_rows", "table_row"]

_CELL = 1000
"""Characters of a cell that are shown."""

# Within a line these can begin markup; an underscore only where no letter stands on one of its sides.
_MARKUP = re.compile(r"[\\`*\[\]<>|~$&]|_(?![^\W_])|(?<![^\W_])_")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_HALVES = re.compile(r"[\ud800-\udfff]")
# At a line's beginning these would make it a heading, a list, a rule or a code block.
_BLOCK = re.compile(r"(?:([-+=#])|(\d{1,9})([.)])(?=\s|$))")


def inline(text: str) -> str:
    """The text for within a line: markup escaped, line breaks and controls as spaces."""
    return _MARKUP.sub(r"\\\g<0>", _CONTROLS.sub(" ", _HALVES.sub("\ufffd", text))).strip()


def paragraph(text: str) -> str:
    """The text as a paragraph of one line."""
    line = inline(text)
    if begins := _BLOCK.match(line):
        at = begins.start(1) if begins[1] else begins.start(3)
        line = f"{line[:at]}\\{line[at:]}"
    return f"{line}\n\n"


def heading(level: int, text: str) -> str:
    """A heading; its trailing hashes stay words."""
    line = inline(text).replace("#", "\\#") or "…"
    return f"{'#' * level} {line}\n\n"


def link(text: str, target: str) -> str:
    """A link to a path or address."""
    return f"[{inline(text)}]({_target(target)})"


def image(text: str, target: str) -> str:
    """A picture at a path."""
    return f"![{inline(text)}]({_target(target)})"


def _target(path: str) -> str:
    return quote(path, safe="/:?&=%+,;@!~*'$#" if "://" in path else "/", errors="replace")


def code_block(text: str, language: str = "") -> str:
    """The text as it is, in a fence that is longer than any within it."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    words = re.sub(r"[^\w.+#-]", "", language, flags=re.ASCII)
    body = _HALVES.sub("\ufffd", text).replace("\x00", "\ufffd")
    return f"{fence}{words}\n{body}{'' if body.endswith(chr(10)) or not body else chr(10)}{fence}\n\n"


def quoted(text: str) -> str:
    """Somebody's Markdown, as a quotation: what it leaves open ends with it."""
    lines = _HALVES.sub("\ufffd", text).splitlines() or [""]
    return "".join(f"> {line}".rstrip(" ") + "\n" for line in lines) + "\n"


def cell(value: Any) -> str:
    """A cell of a table: text escaped, numbers as they are, null empty, all else as JSON text."""
    return _cell(value)[0]


def _cell(value: Any) -> tuple[str, bool]:
    """The cell, and whether it had to be cut."""
    if value is None:
        return "", False
    if isinstance(value, bool) or not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    return (inline(value[:_CELL]) + "…", True) if len(value) > _CELL else (inline(value), False)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool] = ()) -> str:
    """A small table of texts that are ready for cells; `right` says which columns stand to the right."""
    sides = [*right, *([False] * (len(headings) - len(right)))]
    lines = [table_row(headings), _rule(sides), *map(table_row, rows)]
    return "".join(f"{line}\n" for line in lines) + "\n"


def table_of_rows(rows: Rows, most: int, where: str) -> Iterator[str]:
    """The first `most` rows as a table, piece by piece. What is left out is said under it, and that all of it is in
    `where`, which is Markdown; nowhere when it is empty.
    """
    if not rows.columns:
        yield "*No columns.*\n\n"
        return
    yield table_row([cell(column.label) for column in rows.columns]) + "\n"
    yield _rule([_is_number(column) for column in rows.columns]) + "\n"
    cut = False
    for each in islice(rows, most):
        cells = [_cell(value) for value in each]
        cut = cut or any(was_cut for _, was_cut in cells)
        yield table_row([text for text, _ in cells]) + "\n"
    yield "\n"
    if rows.length == 0:
        yield "*No rows.*\n\n"
    if rows.length > most:
        whole = f"; all of them are in {where}" if where else ""
        yield f"*The first {most:,} of {rows.length:,} rows{whole}.*\n\n"
    if cut:
        whole = f"; they are whole in {where}" if where else ""
        yield f"*Cells of more than {_CELL:,} characters are cut here{whole}.*\n\n"


def _is_number(column: Column) -> bool:
    return column.type == "number"


def table_row(cells: Iterable[str]) -> str:
    """One row of a table, of texts that are ready for cells."""
    return f"| {' | '.join(cells)} |"


def _rule(right: Iterable[bool]) -> str:
    return f"|{'|'.join('---:' if each else '---' for each in right)}|"
