"""The process that makes a large workbook: `python -m pixie_core.exporters.workbook_process FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from pixie_core.exporters.workbook import work

if __name__ == "__main__":
    sys.exit(0 if work(Path(sys.argv[1]), sys.stdin.buffer) else 1)
