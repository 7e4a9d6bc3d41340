"""The few checks that all helpers share. Each takes the place of the value for its message, and returns the value
plain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pixie_tool_sdk.encoding import plain, shown
from pixie_tool_sdk.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "as_list",
    "boolean_at",
    "equally_many",
    "fail",
    "instant_at",
    "known_ids",
    "number_at",
    "numbers_at",
    "optional",
    "record_at",
    "records_at",
    "strings_at",
    "text_at",
]

_PLAIN_NUMBERS: Final = frozenset({int, float})


def fail(where: str, found: Any, expected: str) -> NoReturn:
    """Raise `OutputError`: what was found at `where`, and what was expected."""
    raise OutputError(f"{where} is {shown(found)}: expected {expected}")


def text_at(value: Any, where: str) -> str:
    """A string."""
    value = plain(value)
    if not isinstance(value, str):
        fail(where, value, "a string")
    return value


def boolean_at(value: Any, where: str) -> bool:
    """True or False; 0 and 1 are numbers."""
    value = plain(value)
    if not isinstance(value, bool):
        fail(where, value, "True or False")
    return value


def number_at(
    value: Any,
    where: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    gap: bool = False,
) -> Any:
    """A finite number from `low` to `high`; None as well where a `gap` is allowed."""
    value = plain(value)
    if value is None and gap:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        fail(where, value, "a number or None" if gap else "a number")
    if isinstance(value, float) and not math.isfinite(value):
        fail(where, value, "a finite number, or None for a gap" if gap else "a finite number")
    if not low <= value <= high:
        fail(where, value, f"a number from {low:g} to {high:g}" if high < math.inf else f"a number not under {low:g}")
    return value


def as_list(values: Any, where: str, of: str) -> list[Any]:
    """A list from a list, tuple, range, array or other iterable; text and mappings are none. `of` says what it
    holds.
    """
    values = plain(values)
    if isinstance(values, list):
        return values
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        fail(where, values, f"a list of {of}")
    return list(values)


def numbers_at(values: Any, where: str, *, gaps: bool = False) -> list[Any]:
    """A list of finite numbers, with None for gaps where they are allowed."""
    listed = as_list(values, where, "numbers")
    kinds = set(map(type, listed))
    present = [each for each in listed if each is not None] if gaps and type(None) in kinds else listed
    # One pass in C for the usual case; the walk with names is for what it doesn't pass.
    if (
        kinds - {type(None)} <= _PLAIN_NUMBERS
        and (gaps or type(None) not in kinds)
        and all(map(math.isfinite, present))
    ):
        return listed
    return [number_at(each, f"{where}[{index}]", gap=gaps) for index, each in enumerate(listed)]


def strings_at(values: Any, where: str, advice: str = "") -> list[str]:
    """A list of strings. `advice` is added to the message about anything else."""
    listed = as_list(values, where, "strings")
    for index, each in enumerate(listed):
        if not isinstance(each, str):
            fail(f"{where}[{index}]", each, f"a string{advice}")
    return [str(each) for each in listed]


def record_at(value: Any, where: str, required: Iterable[str]) -> dict[str, Any]:
    """A dict that has the `required` keys, copied so that it can be made canonical."""
    if not isinstance(value, Mapping):
        fail(where, value, f"an object with {_listing(required)}")
    missing = [key for key in required if key not in value]
    if missing:
        raise OutputError(f"{where} has no {_listing(missing)}: found {_listing(value) or 'nothing'}")
    for key in value:
        if not isinstance(key, str):
            fail(f"a key of {where}", key, "a string")
    return dict(value)


def records_at(values: Any, where: str, required: Iterable[str]) -> list[dict[str, Any]]:
    """A list of dicts that have the `required` keys."""
    required = tuple(required)
    listed = as_list(values, where, f"objects with {_listing(required)}")
    return [record_at(each, f"{where}[{index}]", required) for index, each in enumerate(listed)]


def instant_at(value: Any, where: str) -> Any:
    """A moment: text in ISO 8601, or a number; a date or datetime is written as ISO 8601."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, str):
        if not value.strip():
            fail(where, value, "a date or time in ISO 8601, such as '2026-05-17'")
        return value
    return number_at(value, where)


def equally_many(counted: int, where: str, expected: int, of: str) -> None:
    """Raise unless the numbers of items agree."""
    if counted != expected:
        raise OutputError(f"{where} has {counted} items and {of} has {expected}: they must be equally many")


def known_ids(nodes: list[dict[str, Any]], where: str) -> set[Any]:
    """The ids of nodes, each there once. Ids are strings or whole numbers."""
    ids: set[Any] = set()
    for index, node in enumerate(nodes):
        node["id"] = plain(node["id"])
        if isinstance(node["id"], bool) or not isinstance(node["id"], (str, int)):
            fail(f"{where}[{index}].id", node["id"], "a string")
        if node["id"] in ids:
            raise OutputError(f"{where}[{index}].id is {shown(node['id'])}, which was there before: ids are unique")
        ids.add(node["id"])
    return ids


def optional(record: dict[str, Any], where: str, **checks: Callable[[Any, str], Any]) -> dict[str, Any]:
    """Check the keys of a record that may be missing; one that is None is left out."""
    for key, check in checks.items():
        if key in record:
            if record[key] is None:
                del record[key]
            else:
                record[key] = check(record[key], f"{where}.{key}")
    return record


def _listing(keys: Iterable[str]) -> str:
    return ", ".join(map(str, keys))
