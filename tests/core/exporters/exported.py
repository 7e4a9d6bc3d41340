"""Outputs ready to be exported: declarations, values and artefacts in memory."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.exporters.exporting import export, prepare
from pixie_core.exporters.format import Provenance

PROVENANCE = Provenance(
    run_id="5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11",
    tool_id="lorenz-ode-solver",
    tool_name="Lorenz attractor",
    at=datetime(2026, 5, 17, 12, tzinfo=UTC),
    pixie_version="0.1.0",
)


def exported(type, format=None, value=None, *, artefacts=None, on_progress=None, declared=None, **options):
    """The bytes of a value of a type, by default its example, in a format."""
    made = export(
        OutputDeclaration(**{"key": "out", "type": type, "label": "Trial", **(declared or {})}),
        OUTPUT_TYPES[type].example if value is None else value,
        format,
        open_artefact=lambda number: io.BytesIO((artefacts or {})[number]),
        provenance=PROVENANCE,
        options=options,
        on_progress=on_progress,
    )
    return b"".join(made)


def prepared(type, format=None, value=None, *, artefacts=None, declared=None, **options):
    """The same, before it is made: what it would be called."""
    return prepare(
        OutputDeclaration(**{"key": "out", "type": type, "label": "Trial", **(declared or {})}),
        OUTPUT_TYPES[type].example if value is None else value,
        format,
        open_artefact=lambda number: io.BytesIO((artefacts or {})[number]),
        provenance=PROVENANCE,
        options=options,
    )
