"""Cells of tables in forms that files can hold."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue.figures import is_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pixie_core.catalogue import Rows
    from pixie_core.exporters.format import OnProgress

__all__ = ["batches", "cell_text", "finite", "finite_json", "json_text", "moment", "sayable", "unique_names"]

_HALVES = re.compile(r"[\ud800-\udfff]")


def batches(rows: Rows, size: int, on_progress: OnProgress) -> Iterator[list[Sequence[Any]]]:
    """The rows, so many at a time; after each batch is told how far it has come."""
    left = iter(rows)
    done = 0
    while batch := list(islice(left, size)):
        yield batch
        done += len(batch)
        on_progress(done, rows.length)


def cell_text(cell: Any) -> str:
    """A cell as text: nothing for null and for numbers that aren't finite, texts as they are, else JSON."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if cell is None or not finite(cell):
        return ""
    return json_text(cell)


def json_text(cell: Any) -> str:
    """A value as JSON on one line; what isn't finite in it is null."""
    try:
        return json.dumps(cell, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(finite_json(cell), ensure_ascii=False, allow_nan=False)


def finite(cell: Any) -> bool:
    """False for NaN and the infinities."""
    return not isinstance(cell, float) or math.isfinite(cell)


def finite_json(value: Any) -> Any:
    """The value with null in place of each number that isn't finite."""
    if isinstance(value, dict):
        return {key: finite_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite_json(each) for each in value]
    return value if finite(value) else None


def sayable(text: str) -> str:
    """The text with � in place of each half of a surrogate pair, which UTF-8 can't say."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def moment(cell: Any, kind: str) -> date | datetime | None:
    """The cell of a date or datetime column as one: in UTC where it names a zone, without one where it names none.

    None for what is no whole date in the years 1 to 9999.
    """
    if not is_date(cell) or len(cell) < len("2026-05-17"):
        return None
    try:
        read = datetime.fromisoformat(cell)
        if read.tzinfo is not None:
            read = read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return read.date() if kind == "date" and len(cell) == len("2026-05-17") else read


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, with a number where one stands twice: `x`, `x (2)`."""
    asked = list(names)
    taken = set(asked)
    seen: set[str] = set()
    unique = []
    for name in asked:
        number = 2
        candidate = name
        while candidate in seen or (candidate != name and candidate in taken):
            candidate = f"{name} ({number})"
            number += 1
        seen.add(candidate)
        unique.append(candidate)
    return unique
