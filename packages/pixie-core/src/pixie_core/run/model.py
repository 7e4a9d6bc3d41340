"""A run, as its events tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.catalogue.base import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.run.events import Artefact, Status

__all__ = ["Output", "Run"]

_Chain = tuple[Any, "_Chain | None"]


def _pieces(chain: Any) -> tuple[Any, ...]:
    """What is linked in a chain, newest first. Two chains are compared by it: link by link, a long one is too deep."""
    pieces = []
    while chain is not None:
        piece, chain = chain
        pieces.append(piece)
    return tuple(pieces)


@frozen
class Output:
    """One output so far: what came for it, newest first, and whether more will come.

    Increments are linked and not copied, so that adding one costs the same however many there are; `value`
    merges them in one pass.
    """

    key: str
    type: str
    chain: Any = field(repr=False, eq=_pieces)
    done: bool = False

    @property
    def value(self) -> Any:
        """The canonical value, all increments merged: linear in what came."""
        pieces = _pieces(self.chain)
        if len(pieces) == 1:
            return pieces[0]
        known = OUTPUT_TYPES.get(self.type)
        return (known.merge if known else replace)(list(reversed(pieces)))


@frozen(kw_only=True)
class Run:
    """One run of a tool.

    Times are UTC in ISO 8601; `duration_ms` is by a monotonic clock. `seq` is the number of the last event
    folded in. `label` and `starred` are the user's and no part of the events; neither is `imported`, which says of a
    run that came in a zip when (`at`) and in which (`filename`).
    """

    id: str
    tool_id: str
    created_at: str
    origin: str = "api"
    parent_run_id: str | None = None
    label: str | None = None
    starred: bool = False
    imported: Mapping[str, str] | None = None
    status: Status = "running"
    seq: int = 0
    queue_position: int | None = None
    started_at: str | None = None
    finished_at: str | None = None
    duration_ms: int | None = None
    inputs: Mapping[str, Any] = field(factory=dict)
    fingerprint: Mapping[str, Any] = field(factory=dict)
    progress: float | None = None
    message: str | None = None
    outputs: Mapping[str, Output] = field(factory=dict)
    artefacts: tuple[Artefact, ...] = ()
    error: str | None = None
    error_code: str | None = None
    stderr: str | None = None
    flagged: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """True once the run has its final status."""
        return self.status != "running"

    def values(self) -> dict[str, Any]:
        """The outputs' canonical values by key."""
        return {key: output.value for key, output in self.outputs.items()}
