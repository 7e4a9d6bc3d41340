"""The process that makes a large workbook: `python -m pixie_core.exporters.workbook_process FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pixie_core.exporters.workbook import FULL, work
from pixie_core.exporters.writing import NO_ROOM

if __name__ == "__main__":
    try:
        whole = work(Path(sys.argv[1]), sys.stdin.buffer)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        # At once: whatever is still to be written finds no room, and its words would be taken for the reason.
        os._exit(FULL)
    sys.exit(0 if whole else 1)
