"""From values to files: the zip of a run, its report, and what else an output can become.

Nothing here knows the database: runs, values and openers are handed in.
"""

from pixie_core.exporters.archive import Archive, Entry, Written
from pixie_core.exporters.paths import Paths, paths_of
from pixie_core.exporters.report import report_markdown
from pixie_core.exporters.run_zip import run_zip
from pixie_core.exporters.writing import WrittenZip, write_zip

__all__ = [
    "Archive",
    "Entry",
    "Paths",
    "Written",
    "WrittenZip",
    "paths_of",
    "report_markdown",
    "run_zip",
    "write_zip",
]
