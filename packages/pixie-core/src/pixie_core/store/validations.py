"""The validator's reports. Functions of a connection; `Store` says when they run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.store.json_text import to_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

__all__ = ["LatestValidation", "latest", "latest_of_all", "prune", "save"]


@frozen
class LatestValidation:
    """How a tool did when it was last validated."""

    overall: Literal["pass", "warn", "fail"]
    timestamp: str


def save(conn: sqlite3.Connection, report: Mapping[str, Any]) -> None:
    """Keep a report: it must say `tool_id`, `timestamp` and `overall`. The same tool and time again take its place."""
    missing = [key for key in ("tool_id", "timestamp", "overall") if not isinstance(report.get(key), str)]
    if missing:
        raise RequestInvalid(
            "The report", tuple(Problem(f"$.{key}", "is missing; it must be a text") for key in missing)
        )
    key = (report["tool_id"], report["timestamp"])
    conn.execute("DELETE FROM validation_reports WHERE tool_id = ? AND timestamp = ?", key)
    conn.execute(
        "INSERT INTO validation_reports (tool_id, timestamp, overall, report_json) VALUES (?, ?, ?, ?)",
        (*key, report["overall"], to_json(report, "The report")),
    )


def prune(conn: sqlite3.Connection, before: str) -> None:
    """Remove the reports from before that moment, but each tool's newest, which is shown as how it stands."""
    conn.execute(
        "DELETE FROM validation_reports WHERE timestamp < ? AND EXISTS (SELECT 1 FROM validation_reports AS newer"
        " WHERE newer.tool_id = validation_reports.tool_id AND newer.timestamp > validation_reports.timestamp)",
        (before,),
    )


def latest(conn: sqlite3.Connection, tool_id: str) -> dict[str, Any] | None:
    """The newest report of a tool, or None."""
    row = conn.execute(
        "SELECT report_json FROM validation_reports WHERE tool_id = ? ORDER BY timestamp DESC LIMIT 1", (tool_id,)
    ).fetchone()
    report: dict[str, Any] | None = None if row is None else json.loads(row["report_json"])
    return report


def latest_of_all(conn: sqlite3.Connection) -> dict[str, LatestValidation]:
    """The outcome of each tool's newest report, by the tool's id."""
    # With max(), SQLite takes the other columns from the row that has it.
    rows = conn.execute("SELECT tool_id, overall, max(timestamp) AS timestamp FROM validation_reports GROUP BY tool_id")
    return {row["tool_id"]: LatestValidation(row["overall"], row["timestamp"]) for row in rows}
