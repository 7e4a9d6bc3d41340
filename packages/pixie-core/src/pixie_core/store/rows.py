"""Between the rows of `runs` and `Run`, older shapes of rows included.

A running run is what its events tell. When it ends, what they add up to is written into its row, and read from
there: `outputs_json` has the values, `meta_json` what has no column of its own.

Rows of before the event log hold `{"run_id", "inputs": {…}}` as inputs, `{}` as the outputs of streamed runs, and
NULL for outputs over 1 MB with `outputs_oversize` in meta_json. They are unwrapped here and never rewritten; what can't
be read of one keeps nobody from reading the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from attrs import frozen

from pixie_core.run.events import Status
from pixie_core.run.model import Output, Run
from pixie_core.store.json_text import from_json, to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from pixie_core.run.events import Artefact

__all__ = [
    "RUN_COLUMNS",
    "SUMMARY_COLUMNS",
    "RunSummary",
    "begun",
    "ended",
    "result_columns",
    "summary",
    "unwrapped_inputs",
]

RUN_COLUMNS = (
    "id, tool_id, started_at, finished_at, inputs_json, outputs_json, error_text, status, starred, label, "
    "total_artefact_bytes, meta_json, origin, parent_run_id, last_seq, duration_ms"
)

SUMMARY_COLUMNS = (
    "id, tool_id, started_at, finished_at, inputs_json, error_text, status, starred, label, total_artefact_bytes, "
    "origin, parent_run_id, duration_ms, deleted_at"
)
"""What a list shows: not the outputs, nor what has no column of its own."""


@frozen(kw_only=True)
class RunSummary:
    """A run in a list: what its row says. `created_at` is when it was asked for; the lists' order goes by it.
    `deleted_at` is set on a run that was deleted and can be restored.
    """

    id: str
    tool_id: str
    created_at: str
    finished_at: str | None
    duration_ms: int | None
    status: Status
    starred: bool
    label: str | None
    origin: str
    parent_run_id: str | None
    inputs: Mapping[str, Any]
    error: str | None
    total_artefact_bytes: int
    deleted_at: str | None = None


def unwrapped_inputs(text: str | None) -> dict[str, Any]:
    """The inputs in `inputs_json`, of today's shape or the older one."""
    inputs = from_json(text, text or {})
    # `inputs` and `run_id` are reserved as names of inputs, so that the wrapper can't be mistaken.
    if isinstance(inputs, dict) and set(inputs) <= {"run_id", "inputs"} and isinstance(inputs.get("inputs"), dict):
        inputs = inputs["inputs"]
    return inputs if isinstance(inputs, dict) else {"value": inputs}


def summary(row: sqlite3.Row) -> RunSummary:
    """The row as it stands in a list."""
    return RunSummary(
        id=row["id"],
        tool_id=row["tool_id"],
        created_at=row["started_at"] or "",
        finished_at=row["finished_at"],
        duration_ms=row["duration_ms"],
        status=_status(row),
        starred=bool(row["starred"]),
        label=row["label"],
        origin=row["origin"] or "form",
        parent_run_id=row["parent_run_id"],
        inputs=unwrapped_inputs(row["inputs_json"]),
        error=row["error_text"],
        total_artefact_bytes=row["total_artefact_bytes"] or 0,
        deleted_at=row["deleted_at"],
    )


def _meta(row: sqlite3.Row) -> dict[str, Any]:
    meta = from_json(row["meta_json"], {})
    return meta if isinstance(meta, dict) else {}


def _status(row: sqlite3.Row) -> Status:
    """How it ended. Of what nobody knows the end of, it was cut off."""
    status: Status = row["status"] if row["status"] in get_args(Status) else "interrupted"
    return status


def begun(row: sqlite3.Row) -> Run:
    """The run before its first event: what events are folded into."""
    return Run(
        id=row["id"],
        tool_id=row["tool_id"],
        created_at=row["started_at"] or "",
        origin=row["origin"] or "form",
        parent_run_id=row["parent_run_id"],
        label=row["label"],
        starred=bool(row["starred"]),
        inputs=unwrapped_inputs(row["inputs_json"]),
    )


def ended(row: sqlite3.Row, artefacts: tuple[Artefact, ...]) -> Run:
    """A run that has ended, from its row alone.

    An older row doesn't say what type an output has: it is then "" and the tool's declaration knows.
    """
    meta = _meta(row)
    values = from_json(row["outputs_json"], {})
    known = meta.get("outputs", {}) if row["last_seq"] else {}
    outputs = {
        key: Output(key, known.get(key, {}).get("type", ""), (value, None), known.get(key, {}).get("done", True))
        for key, value in (values.items() if isinstance(values, dict) else ())
    }
    return Run(
        id=row["id"],
        tool_id=row["tool_id"],
        created_at=row["started_at"] or "",
        origin=row["origin"] or "form",
        parent_run_id=row["parent_run_id"],
        label=row["label"],
        starred=bool(row["starred"]),
        imported=meta.get("imported"),
        status=_status(row),
        seq=row["last_seq"],
        started_at=meta.get("started_at") if row["last_seq"] else row["started_at"],
        finished_at=row["finished_at"],
        duration_ms=row["duration_ms"],
        inputs=unwrapped_inputs(row["inputs_json"]),
        fingerprint=meta.get("fingerprint", {}),
        progress=meta.get("progress"),
        message=meta.get("message"),
        outputs=outputs,
        artefacts=artefacts,
        error=row["error_text"],
        error_code=meta.get("error_code"),
        stderr=meta.get("stderr"),
        flagged=tuple(meta.get("flagged", ())),
    )


def result_columns(run: Run, row: sqlite3.Row) -> dict[str, Any]:
    """What is written into the row of a run that has just ended; from it `ended` makes the same run again."""
    meta = _meta(row)
    meta.update(
        started_at=run.started_at,
        fingerprint=run.fingerprint,
        outputs={key: {"type": each.type, "done": each.done} for key, each in run.outputs.items()},
        progress=run.progress,
        message=run.message,
        error_code=run.error_code,
        stderr=run.stderr,
        flagged=list(run.flagged),
    )
    kept = {key: value for key, value in meta.items() if value not in (None, {}, [])}
    return {
        "status": run.status,
        "finished_at": run.finished_at,
        "duration_ms": run.duration_ms,
        "error_text": run.error,
        "last_seq": run.seq,
        # A run of an older database that is interrupted now has outputs in its row and none in events.
        "outputs_json": to_json(run.values(), f"the outputs of run {run.id}")
        if run.outputs or not row["outputs_json"]
        else row["outputs_json"],
        "meta_json": to_json(kept, f"the results of run {run.id}"),
    }
