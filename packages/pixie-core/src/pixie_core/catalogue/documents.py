"""Output types that are text with a structure: diff, tree."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, Nested, OutputValue, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["DOCUMENTS"]


@frozen
class Diff(OutputValue):
    """What changed from one text to another."""

    type: ClassVar = "diff"
    example: ClassVar[Json] = {
        "before": "The quick brown fox\njumps over\nthe lazy dog.\n",
        "after": "The quick red fox\njumps over\nthe lazy dog,\nand sleeps.\n",
        "before_label": "draft.txt",
        "after_label": "final.txt",
    }

    before: str = field(help="the old text")
    after: str = field(help="the new text")
    before_label: str | None = field(help="name of the old text", default=None)
    after_label: str | None = field(help="name of the new text", default=None)
    language: str | None = field(help="language of both, such as python or json", default=None)

    def to_text(self, declared: OutputDeclaration) -> str:
        """The unified diff, which `patch` applies; empty when nothing changed."""
        del declared
        lines = difflib.unified_diff(
            # Lines end at LF alone, as patch has it: str.splitlines knows ends that it doesn't.
            _lines(self.before),
            _lines(self.after),
            _one_line(self.before_label or "before"),
            _one_line(self.after_label or "after"),
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _one_line(name: str) -> str:
    """A name that can't break a header of two lines."""
    return " ".join(name.split()) or "text"


@frozen
class TreeNode:
    """A node of a tree, with its children beside these fields."""

    label: str = field(help="what is shown")
    value: Any = field(help="something said beside the label: a size, a count", default=None)


@frozen
class Tree(OutputValue):
    """Things within things, as an outline."""

    type: ClassVar = "tree"
    example: ClassVar[Json] = {
        "root": {
            "label": "pixie",
            "children": [
                {
                    "label": "tools",
                    "children": [{"label": "lorenz-ode-solver", "value": "12 runs"}, {"label": "word-count"}],
                },
                {"label": "artefacts", "value": "1.4 GB"},
            ],
        }
    }

    root: Annotated[dict[str, Any], Nested(TreeNode)] = field(help="the node at the top: {label, value?, children?}")

    def to_text(self, declared: OutputDeclaration) -> str:
        """The outline, drawn with lines."""
        del declared
        return "\n".join(self._outline())

    def _outline(self) -> Iterator[str]:
        yield _said(self.root)
        # What is left to draw, the next one at the end: a node, what stands before it, and whether it is the last.
        left = _below(self.root, "")
        while left:
            node, before, last = left.pop()
            yield f"{before}{'└── ' if last else '├── '}{_said(node)}"
            left.extend(_below(node, before + ("    " if last else "│   ")))


def _below(node: dict[str, Any], before: str) -> list[tuple[dict[str, Any], str, bool]]:
    children = node.get("children") or []
    return [(child, before, index == 0) for index, child in enumerate(reversed(children))]


def _said(node: dict[str, Any]) -> str:
    value = node.get("value")
    words = " ".join(node["label"].split("\n"))
    return words if value is None else f"{words}: {value}"


DOCUMENTS: tuple[type[OutputValue], ...] = (Diff, Tree)
