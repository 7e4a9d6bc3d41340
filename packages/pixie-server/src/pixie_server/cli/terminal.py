"""What is written to a terminal: words of tools made harmless, tables for people, JSON for programs.

A tool's words may hold control characters that move the cursor, change the title or answer in the user's name. None
of them reaches a terminal, nor what is piped on to one.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table

__all__ = ["console", "json_text", "print_json", "safe", "shortened", "table", "when"]

# C0 but tab and newline, DEL, C1 (8-bit control sequences), line separators, marks that turn the writing's direction
# (with them a name can look like another), and halves of surrogate pairs, which no stream can encode.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    r"""The text with every control character written out, such as `\x1b`; a CRLF counts as a newline."""
    return _UNSAFE.sub(_written_out, text.replace("\r\n", "\n"))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def json_text(document: Any, *, indent: int | None = 2) -> str:
    """JSON that is fit for people's eyes too: letters as they are, control characters escaped."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent)
    # Outside strings JSON has none of these but newlines, which `_UNSAFE` spares.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def print_json(document: Any, *, indent: int | None = 2) -> None:
    """One JSON document on stdout."""
    click.echo(json_text(document, indent=indent))


def shortened(text: str, length: int) -> str:
    """The text in one safe line of at most so many characters, cut with an ellipsis."""
    line = safe(" ".join(text.split()))
    return line if len(line) <= length else line[: length - 1] + "…"


def console(*, stderr: bool = False) -> Console:
    """A console that takes words as they are: no markup, no emoji names, no colours by guess.

    Into a pipe tables are as wide as they need to be, so that nothing in them is cut or wrapped.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 10_000
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, width=width, soft_wrap=False)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> Table:
    """A table for people, its cells made safe; the columns named in `right` are set to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        made.add_column(heading, justify="right" if heading in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(safe(cell)) for cell in row))
    return made


def when(moment: str | None) -> str:
    """A moment (ISO 8601) in local time, to the second."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "–"
