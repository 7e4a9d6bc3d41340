"""What charts of nodes and links share: the nodes, and what makes the ids of them wrong."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.errors import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Node", "doubled_ids", "label_of", "unknown_ends"]


@frozen
class Node:
    """A node that links refer to."""

    id: str | float = field(help="its name in links; unique")
    label: str | None = field(help="what is shown; the id when it is missing", default=None)


def label_of(node: dict[str, Any]) -> str:
    """The words for a node."""
    label = node.get("label")
    return label if label is not None else str(node["id"])


def doubled_ids(nodes: Sequence[dict[str, Any]]) -> Iterable[str]:
    """A sentence for each id that stands more than once."""
    for name, count in Counter(node["id"] for node in nodes).items():
        if count > 1:
            yield f"the id {name!r} stands {count} times in nodes; ids are unique"


def unknown_ends(nodes: Sequence[dict[str, Any]], links: Sequence[dict[str, Any]], name: str) -> Iterable[str]:
    """A sentence for the first link at either end of which there is no node."""
    known = {node["id"] for node in nodes}
    odd = [
        (i, end, link[end]) for i, link in enumerate(links) for end in ("source", "target") if link[end] not in known
    ]
    if odd:
        index, end, found = odd[0]
        meant = near(str(found), [each for each in known if isinstance(each, str)])
        hint = f": did you mean {meant!r}?" if meant else "; links name the ids of nodes"
        more = f" ({len(odd) - 1} more like it)" if len(odd) > 1 else ""
        yield f"{name}[{index}].{end} is {found!r} and no node has that id{hint}{more}"
