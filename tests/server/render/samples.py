"""Declarations, runs and frames to draw, made of plain values."""

from datetime import UTC, datetime
from pathlib import Path

from pixie_core.run import Record, Run, fold
from pixie_core.run.events import Finished, Output, Started
from pixie_core.tool import Tool
from pixie_core.tool.manifest import manifest_from
from pixie_server.render import Frame

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
AT = "2026-11-22T14:27:00+00:00"
RUN_ID = "3f9c2ab4-1111-4222-8333-444455556666"

NUMBER = {"key": "rate", "type": "number", "label": "Rate"}
TEXT = {"key": "answer", "type": "text", "label": "Answer"}


def manifest(inputs=(NUMBER,), outputs=(TEXT,), **top):
    """A manifest of these entries of tool.json."""
    raw = {"id": "sample", "name": "Sample", "inputs": list(inputs), "outputs": list(outputs), **top}
    read, _ = manifest_from(raw)
    return read


def tool(declared, folder=Path("/nowhere/sample")):
    """A tool with this manifest, whose environment isn't there."""
    return Tool(declared.id, folder, declared)


def run(*events, values=None, types=None, end=None, **facts):
    """A run after a `started`, these events, an output for each value, and an end."""
    types = types or {}
    outputs = [Output(output_key=k, type=types.get(k, "text"), value=v, whole=True) for k, v in (values or {}).items()]
    told = [Started(inputs=facts.pop("inputs", {}), fingerprint=facts.pop("fingerprint", {})), *events, *outputs]
    told += [end] if end else []
    records = [Record.write(number, AT, event) for number, event in enumerate(told, 1)]
    return fold(Run(**{"id": RUN_ID, "tool_id": "sample", "created_at": AT, **facts}), records)


def finished(status="ok", **facts):
    """The end of a run."""
    return Finished(status=status, **{"duration_ms": 1240, **facts})


def frame(*tools, **facts):
    """A frame round a page."""
    return Frame(now=NOW, tools=tools, **facts)
