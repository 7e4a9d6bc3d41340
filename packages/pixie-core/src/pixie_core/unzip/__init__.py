"""Zips from strangers: read strictly, or refused before anything of them is written.

Nothing here knows what a zip is for: `pixie_core.tool.unpacking` reads tools, `pixie_core.run_import` runs.
"""

from pixie_core.unzip.names import first_problems, name_problems, shown
from pixie_core.unzip.structure import LIMITS, BadZip, Entry, Limits, content, read_entries

__all__ = [
    "LIMITS",
    "BadZip",
    "Entry",
    "Limits",
    "content",
    "first_problems",
    "name_problems",
    "read_entries",
    "shown",
]
