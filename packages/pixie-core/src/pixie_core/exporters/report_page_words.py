"""Outputs that are words within a report's page: differences, trees, logs, names with their values."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pixie_core.exporters.cells import cell_text
from pixie_core.exporters.page import said
from pixie_core.exporters.report_cells import cell_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixie_core.exporters.report_content import Section

__all__ = ["diff_pieces", "line_pieces", "pair_pieces", "tree_pieces"]

_CONTEXT = 3
_DEEPEST = 40
"""Levels of a tree that fold; browsers give up a few hundred elements deep."""
_UNFOLDED = 3
_MOST_NODES = 5_000
_MOST_CHARACTERS = 1_000_000


def diff_pieces(section: Section) -> Iterator[str]:
    """The unified difference with the numbers of both sides' lines; what came and went by sign and colour."""
    value: Any = section.value
    before, after = _lines(value.before), _lines(value.after)
    if value.before == value.after:
        yield '<p class="remark">Nothing changed.</p>\n'
        return
    names = (value.before_label or "before", value.after_label or "after")
    yield (
        f'<div class="diff" dir="ltr" tabindex="0" role="group" aria-label="{said(section.declared.label)}">\n'
        "<table>\n"
        f'<caption class="unseen">{said(names[0])}, and {said(names[1])}</caption>\n<tbody>\n'
    )
    yield _line("gap", "", "", f"− {names[0]}", "") + _line("gap", "", "", f"+ {names[1]}", "")
    for number, group in enumerate(difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(_CONTEXT)):
        if number:
            yield _line("gap", "", "", "⋯", "")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                for at, line in enumerate(before[i1:i2]):
                    yield _line("", i1 + at + 1, j1 + at + 1, line, " ")
                continue
            for at, line in enumerate(before[i1:i2], start=i1 + 1):
                yield _line("went", at, "", line, "−")
            for at, line in enumerate(after[j1:j2], start=j1 + 1):
                yield _line("came", "", at, line, "+")
    yield "</tbody>\n</table>\n</div>\n"


def _lines(text: str) -> list[str]:
    """The lines, without the nothing after the last one's end."""
    lines = text.split("\n")
    if not lines[-1]:
        return lines[:-1]
    return lines


def _line(kind: str, old: int | str, new: int | str, text: str, sign: str) -> str:
    mark = f' class="{kind}"' if kind else ""
    return (
        f'<tr{mark}><td class="at">{old}</td><td class="at">{new}</td><td class="at">{sign}</td>'
        f"<td>{said(text)}</td></tr>\n"
    )


def tree_pieces(section: Section) -> Iterator[str]:
    """Lists within lists that fold; the outline as text where it is too large or too deep for that."""
    value: Any = section.value
    nodes, deepest = _extent(value.root)
    if nodes > _MOST_NODES or deepest > _DEEPEST:
        text = section.export.text()
        yield f'<pre class="source" tabindex="0">{said(text[:_MOST_CHARACTERS])}</pre>\n'
        yield f'<p class="remark">{nodes:,} nodes.</p>\n'
        return
    yield f'<div class="tree">\n<ul>{_branch(value.root, 0)}</ul>\n</div>\n'


def _extent(root: dict[str, Any]) -> tuple[int, int]:
    nodes = deepest = 0
    left = [(root, 1)]
    while left:
        node, depth = left.pop()
        nodes, deepest = nodes + 1, max(deepest, depth)
        left.extend((child, depth + 1) for child in node.get("children") or [])
    return nodes, deepest


def _branch(node: dict[str, Any], depth: int) -> str:
    value = node.get("value")
    words = f"<span>{said(node['label'])}</span>" + (
        "" if value is None else f'<span class="said">{said(cell_text(value))}</span>'
    )
    children = node.get("children") or []
    if not children:
        return f'<li dir="auto"><div class="leaf">{words}</div></li>'
    below = "".join(_branch(child, depth + 1) for child in children)
    unfolded = " open" if depth < _UNFOLDED else ""
    return f'<li dir="auto"><details data-print{unfolded}><summary>{words}</summary><ul>{below}</ul></details></li>'


def line_pieces(lines: Sequence[dict[str, Any]], label: str) -> Iterator[str]:
    """The lines of a log that is short enough to be read whole."""
    yield f'<div class="lines" dir="ltr" tabindex="0" role="group" aria-label="{said(label)}">\n<ol>\n'
    for line in lines:
        level = said(line.get("level", "info"))
        time = f"<time>{said(line['t'])}</time> " if line.get("t") else ""
        yield f'<li data-level="{level}">{time}<b>{level}</b> <span dir="auto">{said(line["message"])}</span></li>\n'
    yield "</ol>\n</div>\n"


def pair_pieces(pairs: Sequence[dict[str, Any]], labels: dict[str, str]) -> Iterator[str]:
    """Names with their values."""
    if not pairs:
        yield '<p class="remark">Empty.</p>\n'
        return
    yield '<dl class="pairs">\n'
    for pair in pairs:
        words = cell_words(pair["value"], {"unit": pair.get("unit")})
        unit = pair.get("unit") if isinstance(pair["value"], str) else None
        yield (
            f'<dt dir="auto">{said(labels.get(pair["key"], pair["key"]))}</dt>'
            f'<dd dir="auto">{said(words)}{f" {said(unit)}" if unit else ""}</dd>\n'
        )
    yield "</dl>\n"
