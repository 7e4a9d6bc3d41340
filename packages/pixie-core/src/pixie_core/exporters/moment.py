"""When a run was, for what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixie_core.run import Run

__all__ = ["moment_of"]

_FIRST = datetime(1980, 1, 1, tzinfo=UTC)
"""The first day that a zip knows."""


def moment_of(run: Run) -> datetime:
    """When it began, in UTC. A row of an older database may not say it; then it is the first day of 1980."""
    try:
        return datetime.fromisoformat(run.started_at or run.created_at).astimezone(UTC)
    except ValueError:
        return _FIRST
