"""Looks whether a copy of a database is whole, in a process of its own:

    python -I verifying.py COPY

Prints what it found as JSON. A damaged file can make SQLite read for long or use much memory, and a closed descriptor
of a live database would drop the locks of the process that did it: neither shall happen to who serves. It needs the
standard library alone, so it begins at once.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["look_at"]


def look_at(copy: Path) -> dict[str, Any]:
    """What is in a database that nobody else has open; `problem` says why it can't be used, or is None."""
    found: dict[str, Any] = {"problem": None}
    try:
        conn = sqlite3.connect(f"file:{quote(str(copy))}?mode=ro&immutable=1", uri=True)
        try:
            said = [row[0] for row in conn.execute("PRAGMA integrity_check(5)")]
            if said != ["ok"]:
                return {"problem": "; ".join(said)}
            for name in ("application_id", "user_version"):
                (found[name],) = conn.execute(f"PRAGMA {name}").fetchone()
            for table in ("runs", "artefacts"):
                (found[table],) = conn.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names
        finally:
            conn.close()
    except sqlite3.Error as error:
        return {"problem": str(error)}
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look_at(Path(sys.argv[1]))))
