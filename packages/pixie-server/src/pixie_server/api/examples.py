"""What the API's answers look like: one example for each shape, which stands in the OpenAPI document wherever a route
has none of its own. A test holds each to its schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pixie_core.exporters.destinations import Destination
from pixie_server.api import shapes
from pixie_server.api.destinations import Sent
from pixie_server.api.disk import SweepOut
from pixie_server.api.export_jobs import ExportJobOut

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EXAMPLES"]

_RUN_ID = "3f2b8c1e-5d0a-4c7e-9b1f-2a6d8e4c7f10"
_BEGUN = "2026-05-17T09:30:00.000000+00:00"
_ENDED = "2026-05-17T09:30:00.140000+00:00"

_TOOL = {
    "id": "compound-interest",
    "name": "Compound interest",
    "description": "How savings grow with regular contributions.",
    "category": "finance/savings",
    "tags": ["finance", "savings"],
    "status": "warm",
    "layout": "form",
    "archived": False,
    "validation": {"overall": "pass", "timestamp": _BEGUN},
}
_LIMITS = {"warm_keep_seconds": 300, "max_memory_mb": 256, "max_runtime_seconds": 10}
_TOOL_DETAIL = {
    **_TOOL,
    "folder": "compound-interest",
    "declaration": {
        "id": "compound-interest",
        "name": "Compound interest",
        "inputs": [{"key": "years", "type": "number", "label": "Years", "default": 10}],
        "outputs": [{"key": "final_balance", "type": "number", "label": "Final balance"}],
    },
    "problems": [],
    "favourited": True,
    "pinned": False,
    "pinned_warm": False,
    "sort_order": None,
    "own_tags": ["savings"],
    "limits": {**_LIMITS, "max_runtime_seconds": 20},
    "overrides": {"warm_keep_seconds": None, "max_memory_mb": None, "max_runtime_seconds": 20},
    "run_counts": {"ok": 12, "error": 1},
}

_SUMMARY = {
    "id": _RUN_ID,
    "tool_id": "compound-interest",
    "status": "ok",
    "label": "final-report",
    "starred": True,
    "origin": "api",
    "parent_run_id": None,
    "created_at": _BEGUN,
    "finished_at": _ENDED,
    "duration_ms": 140,
}
_ARTEFACT = {
    "id": 12,
    "filename": "balances.csv",
    "mime": "text/csv",
    "size_bytes": 289,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "output_key": None,
    "url": "/api/artefacts/12/content",
}
_RUN = {
    **_SUMMARY,
    "started_at": _BEGUN,
    "seq": 4,
    "queue_position": None,
    "progress": None,
    "message": None,
    "inputs": {"principal": 10000, "contribution": 200, "rate": 5, "years": 10},
    "outputs": {"final_balance": {"value": 47526.55, "format": "currency", "precision": 2}},
    "output_types": {"final_balance": "number"},
    "error": None,
    "flagged": [],
    "fingerprint": {"tool_version": "1.0.0", "python": "3.11.7", "pixie": "0.1.0"},
    "artefacts": [_ARTEFACT],
    "imported": None,
}

EXAMPLES: Mapping[type, Any] = {
    shapes.ToolItem: _TOOL,
    shapes.ToolDetail: _TOOL_DETAIL,
    shapes.ToolLog: {"tool_id": "compound-interest", "text": "compound-interest listens on http://127.0.0.1:37161\n"},
    shapes.Stopped: {"stopped": True},
    shapes.ProcessOut: {
        "tool_id": "compound-interest",
        "status": "warm",
        "pid": 4711,
        "port": 37161,
        "runs_in_flight": 0,
        "idle_seconds": 12.5,
        "resident_bytes": 31_457_280,
    },
    shapes.ValidateJobOut: {
        "id": "0b0fd0c4-1d34-4c54-9b1c-5a2d91225778",
        "status": "running",
        "started_at": _BEGUN,
        "finished_at": None,
        "total": 2,
        "done": [{"tool_id": "compound-interest", "overall": "pass", "timestamp": _ENDED}],
        "waiting": ["lorenz-ode-solver"],
    },
    ExportJobOut: {
        "id": "7d1f0c52-3a55-4f0e-8d4e-0f6d2b7c9a10",
        "what": "3f2b8c1e:yearly as xlsx",
        "status": "running",
        "started_at": _BEGUN,
        "finished_at": None,
        "progress": 0.42,
        "rows_done": 420_000,
        "rows_total": 1_000_000,
        "filename": None,
        "mime": None,
        "size_bytes": None,
        "content": "/api/export-jobs/7d1f0c52-3a55-4f0e-8d4e-0f6d2b7c9a10/content",
        "error": None,
    },
    shapes.RunOut: _RUN,
    shapes.RunPage: {
        "items": [_SUMMARY],
        "page": 1,
        "page_size": 1,
        "next": "eyJiZWZvcmUiOjQyfQ",
        "newest_only": None,
    },
    shapes.RunLog: {"run_id": _RUN_ID, "text": "a warning of the tool's\n"},
    shapes.Starred: {"starred": True},
    shapes.Labelled: {"label": "final-report"},
    shapes.FormatOut: {
        "name": "csv",
        "ending": ".csv",
        "mime": "text/csv; charset=utf-8",
        "help": "comma-separated: the data as it is, for programs",
        "available": True,
        "extra": None,
        "options": [
            {
                "name": "headings",
                "type": "string",
                "help": "columns by their labels, as people see them, or by their keys",
                "default": "labels",
                "choices": ["labels", "keys"],
                "minimum": None,
                "maximum": None,
            }
        ],
    },
    SweepOut: {
        "older_than": "30d",
        "tool": None,
        "applied": False,
        "runs": [
            {
                "id": _RUN_ID,
                "tool_id": "compound-interest",
                "finished_at": _ENDED,
                "reason": "it ended more than 30 days ago",
                "artefacts": 1,
                "bytes": 289,
            }
        ],
        "spared": [],
        "totals": {"runs": 1, "artefacts": 1, "bytes": 289},
        "deleted": None,
    },
    Destination: {"name": "reports", "folder": "/home/me/reports", "format": "xlsx"},
    Sent: {"path": "/home/me/reports/final_balance.csv", "size_bytes": 289},
}
