"""Exports of values, as their bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from pixie_core.catalogue import OutputDeclaration
from pixie_core.errors import ArtefactNotFound
from pixie_core.exporters import Provenance, export

FROM = Provenance(
    run_id="5f0c8c7e-7d0f-4a53-9e5f-0b6c1e0f9a11",
    tool_id="adder",
    tool_name="Adder",
    at=datetime(2026, 5, 17, 12, 30, 15, 250_000, tzinfo=UTC),
    pixie_version="0.1.0",
)


def no_artefact(id):
    """A run that left no files."""
    raise ArtefactNotFound(id)


def made(type, value, format=None, *, options=None, open_artefact=no_artefact, on_progress=None, **declared):
    """The bytes of a value in a format."""
    about = OutputDeclaration(**{"key": "out", "type": type, "label": "Out", **declared})
    return b"".join(
        export(
            about,
            value,
            format,
            open_artefact=open_artefact,
            provenance=FROM,
            options=options,
            on_progress=on_progress,
        )
    )


def a_table(columns, *rows):
    """A table of these columns ({key: type}) and rows of cells."""
    keys = list(columns)
    return {
        "columns": [{"key": key, "label": key, "type": kind} for key, kind in columns.items()],
        "rows": [dict(zip(keys, row, strict=True)) for row in rows],
    }
