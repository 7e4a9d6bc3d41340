"""A report's document set by Typst, in a process of its own; see `apart`.

What is set comes as data and pictures, which lie in a folder of that process alone; nothing else is read or fetched.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from pixie_core.exporters.apart import CannotDo

__all__ = ["work"]


def work(request: dict[str, Any]) -> bytes:
    """The PDF of `template`, which reads `data` (JSON) and `pictures` (bytes by name). Raises CannotDo."""
    import typst

    with tempfile.TemporaryDirectory(prefix="pixie-report-") as folder:
        for name, content in request["pictures"].items():
            Path(folder, name).write_bytes(content)
        Path(folder, "data.json").write_text(request["data"], encoding="utf-8")
        source = Path(folder, "report.typ")
        source.write_text(request["template"], encoding="utf-8")
        try:
            made: bytes = typst.compile(str(source), root=folder, format="pdf")
        except typst.TypstError as error:
            raise CannotDo(str(error)) from error
    return made
