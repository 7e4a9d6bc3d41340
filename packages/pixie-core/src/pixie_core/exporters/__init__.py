"""From values to files: the zip of a run, its report, and what else an output can become.

Nothing here knows the database: runs, values and openers are handed in.
"""

from pixie_core.exporters.archive import Archive, Entry, Written
from pixie_core.exporters.bulk import Bulk
from pixie_core.exporters.declared import declaration_of, file_as_output
from pixie_core.exporters.exporting import Exportable, Exported, Prepared, export, prepare
from pixie_core.exporters.format import Export, Format, Provenance
from pixie_core.exporters.formats import FORMATS, format_names, formats_of
from pixie_core.exporters.options import OptionHelp, option_help
from pixie_core.exporters.paths import Paths, paths_of
from pixie_core.exporters.preview import Preview, preview
from pixie_core.exporters.report_markdown import report_markdown
from pixie_core.exporters.reporting import (
    REPORT_FORMATS,
    REPORT_KINDS,
    Report,
    ReportFormat,
    ReportKind,
    report,
    report_archive,
    report_entries,
)
from pixie_core.exporters.run_zip import run_zip
from pixie_core.exporters.writing import WrittenZip, write_file, write_zip

__all__ = [
    "FORMATS",
    "REPORT_FORMATS",
    "REPORT_KINDS",
    "Archive",
    "Bulk",
    "Entry",
    "Export",
    "Exportable",
    "Exported",
    "Format",
    "OptionHelp",
    "Paths",
    "Prepared",
    "Preview",
    "Provenance",
    "Report",
    "ReportFormat",
    "ReportKind",
    "Written",
    "WrittenZip",
    "declaration_of",
    "export",
    "file_as_output",
    "format_names",
    "formats_of",
    "option_help",
    "paths_of",
    "prepare",
    "preview",
    "report",
    "report_archive",
    "report_entries",
    "report_markdown",
    "run_zip",
    "write_file",
    "write_zip",
]
