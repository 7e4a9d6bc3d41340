"""Cells in a report: as people read them, as on the dashboard."""

from __future__ import annotations

from typing import Any

from pixie_core.catalogue.formatting import number_text
from pixie_core.exporters.cells import cell_text, finite

__all__ = ["cell_words", "numbers_of"]

_DASH = "–"


def numbers_of(value: Any) -> list[dict[str, Any]]:
    """How the numbers of each column of a table are written."""
    return [{"format": each.format, "precision": each.precision, "unit": each.unit} for each in value.columns]


def cell_words(cell: Any, how: dict[str, Any] | None = None) -> str:
    """A cell as people read it, as on the dashboard."""
    if cell is None or (isinstance(cell, float) and not finite(cell)):
        return _DASH
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, int | float):
        return number_text(cell, **(how or {}))
    return cell_text(cell)
