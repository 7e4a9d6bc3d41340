"""How events become a run: one pure function that the store, the page, the client and the tests share."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from attrs import evolve

from pixie_core.run.events import Artefact, Finished, Log, Output, Progress, Queued, Started
from pixie_core.run.model import Output as OutputState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pixie_core.run.events import Record
    from pixie_core.run.model import Run

__all__ = ["apply", "fold"]


def fold(run: Run, records: Iterable[Record]) -> Run:
    """The run after all the records."""
    return reduce(apply, records, run)


def apply(run: Run, record: Record) -> Run:
    """The run after one more record. Pure; its cost doesn't grow with what came before.

    A record that was folded in already changes nothing. Raises ValueError when one is missing between, or
    comes after the end.
    """
    if record.seq <= run.seq:
        return run
    if record.seq != run.seq + 1:
        raise ValueError(f"event {record.seq} of run {run.id} came after event {run.seq}: those between are missing")
    if run.ended:
        raise ValueError(f"event {record.seq} of run {run.id} came after its end")
    run = evolve(run, seq=record.seq)
    match record.event:
        case Queued(position=position):
            return evolve(run, queue_position=position)
        case Started(inputs=inputs, fingerprint=fingerprint):
            return evolve(run, queue_position=None, started_at=record.at, inputs=inputs, fingerprint=fingerprint)
        case Progress(value=value, message=message):
            return evolve(run, progress=value, message=message if message is not None else run.message)
        case Output() as event:
            known = run.outputs.get(event.output_key)
            before = None if event.whole or known is None else known.chain
            output = OutputState(event.output_key, event.type, (event.value, before), event.done)
            return evolve(run, outputs={**run.outputs, event.output_key: output})
        case Artefact() as artefact:
            # A tuple is copied at each file; a run's files are bounded by its quota.
            return evolve(run, artefacts=(*run.artefacts, artefact))
        case Log():
            return run
        case Finished() as end:
            return evolve(
                run,
                status=end.status,
                queue_position=None,
                finished_at=record.at,
                duration_ms=end.duration_ms,
                error=end.error,
                error_code=end.error_code,
                stderr=end.stderr,
                flagged=tuple(end.flagged),
            )
