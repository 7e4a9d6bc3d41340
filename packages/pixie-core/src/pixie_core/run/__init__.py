"""A run is an append-only event log; everything else is derived from it. Pure: no files, no network, no
clock.
"""

from pixie_core.run.events import Event, Record, Status
from pixie_core.run.fold import apply, fold
from pixie_core.run.model import Output, Run

__all__ = ["Event", "Output", "Record", "Run", "Status", "apply", "fold"]
