"""Runs to export: built from events, their files in memory."""

from __future__ import annotations

import hashlib
import io

from pixie_core.errors import ArtefactNotFound
from pixie_core.run import Record, Run, fold
from pixie_core.run.events import Artefact, Finished, Output, Started
from pixie_core.tool import read_manifest

RUN_ID = "5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11"
AT = "2026-05-17T12:00:00.000000+00:00"


class Files:
    """Artefacts by id and inputs by hash, as a store would open them."""

    def __init__(self):
        self.contents = {}

    def add(self, id, filename, content, mime="application/octet-stream", output_key=None):
        """A file, and the event that says it was published."""
        self.contents[id] = content
        return Artefact(
            id=id,
            filename=filename,
            mime=mime,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            output_key=output_key,
        )

    def open(self, id):
        if id not in self.contents:
            raise ArtefactNotFound(id)
        return io.BytesIO(self.contents[id])


def a_run(*events, inputs=None, outputs=None, status="ok", fingerprint=None, about=None, **end):
    """A run after these events. `outputs` are (type, value) by key; status None leaves it running."""
    all_events = [Started(inputs=inputs or {}, fingerprint=fingerprint or {"tool_version": "1.2", "python": "3.12"})]
    all_events += events
    for key, (kind, value) in (outputs or {}).items():
        all_events.append(Output(output_key=key, type=kind, value=value, whole=True))
    if status is not None:
        all_events.append(Finished(status=status, duration_ms=1234, **end))
    run = Run(id=RUN_ID, tool_id="lorenz-ode-solver", created_at=AT, **(about or {}))
    return fold(run, [Record.write(seq, AT, event) for seq, event in enumerate(all_events, 1)])


def a_manifest(*outputs, inputs=({"key": "rho", "type": "number", "label": "ρ", "unit": "1/s"},)):
    """The declaration of the runs' tool."""
    import json

    raw = {"id": "lorenz-ode-solver", "name": "Lorenz attractor", "inputs": list(inputs), "outputs": list(outputs)}
    return read_manifest(json.dumps(raw))[0]
