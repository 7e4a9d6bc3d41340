"""Long lists and free JSON, checked in bulk: a pass over a column costs what a few calls would for each item.

Every function yields problems with their paths from the list's own root. The quick look comes first and is
nearly always enough; only a value that is wrong is looked at item by item, to say where.
"""

from __future__ import annotations

import math
import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pixie_core.catalogue.base import LATITUDES, LONGITUDES
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pixie_core.catalogue.base import Leaf

__all__ = ["fits", "found", "not_finite", "place_problems", "scalar_problems", "step", "unfit_numbers"]

GAP = "expected a finite number; use null for a gap"

_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


def found(raw: Any) -> str:
    """What a raw value is, in JSON's words, with the value itself where it is short."""
    if raw is None:
        return "null"
    name = _NAMES.get(type(raw), type(raw).__name__)
    if isinstance(raw, dict | list) or (isinstance(raw, str) and len(raw) > 40):
        return name
    # An int of many thousand digits isn't written out: Python refuses to.
    shown = repr(raw) if not isinstance(raw, int) or raw.bit_length() < 128 else "too large to show"
    shown = {True: "true", False: "false"}[raw] if isinstance(raw, bool) else shown
    return f"{name} ({shown})"


def step(key: str) -> str:
    """The step of a JSONPath to a key."""
    return f".{key}" if key.isidentifier() else f"[{key!r}]"


def fits(number: float) -> bool:
    """True for a number that is finite, and that a double can hold."""
    if type(number) is float:
        return math.isfinite(number)
    return -sys.float_info.max <= number <= sys.float_info.max


def not_finite(numbers: Sequence[Any]) -> int | None:
    """The index of the first number that isn't finite, or None; whatever is no number is passed over."""
    try:
        # A sum is finite only when every part is, and adding is far quicker than looking at each. It starts as a
        # float, so that an int too large for a double can't hide in it.
        if math.isfinite(sum(filter(None, numbers), 0.0)):
            return None
    except (TypeError, OverflowError):
        pass  # there are strings among them, or a number too large: look at each
    for index, each in enumerate(numbers):
        kind = type(each)
        if (kind is float and each - each != 0.0) or (kind is int and not fits(each)):
            return index
    return None


def scalar_problems(raw: Sequence[Any], leaf: Leaf) -> Iterator[Problem]:
    """What is wrong with a list whose items are all of a few kinds."""
    present = set(map(type, raw))
    if not present <= set(leaf.kinds):
        odd = [index for index, each in enumerate(raw) if type(each) not in leaf.kinds]
        more = f" (and {len(odd) - 1} more like it)" if len(odd) > 1 else ""
        yield Problem(f"$[{odd[0]}]", f"expected {leaf.name}, found {found(raw[odd[0]])} in it{more}")
    elif present & {dict, list}:
        yield from unfit_numbers(raw)
    elif present & {float, int} and (index := not_finite(raw)) is not None:
        yield Problem(f"$[{index}]", GAP)


_CHUNK = 50_000
"""Rows that are looked at together: enough to be quick, few enough to cost no memory."""


def unfit_numbers(raw: Any) -> Iterator[Problem]:
    """Numbers that JSON can't say (NaN, Infinity) or a double can't hold, anywhere in a value of any shape.

    It doesn't recurse, so that no depth is too deep.
    """
    if not _all_fit(raw):
        yield from islice(_where_unfit(raw), 20)


def _all_fit(raw: Any) -> bool:
    layers: list[Collection[Any]] = [[raw]]
    while layers:
        layer = layers.pop()
        kinds = set(map(type, layer))
        if not kinds <= {str, bool, type(None)} and not _numbers_fit(layer, kinds):
            return False
        if dict in kinds or list in kinds:
            items = layer if isinstance(layer, list) else list(layer)
            for start in range(0, len(items), _CHUNK):
                some = items[start : start + _CHUNK]
                for kind, parts in ((dict, dict.values), (list, list.__iter__)):
                    if kind in kinds:
                        of_kind = some if len(kinds) == 1 else [each for each in some if type(each) is kind]
                        inner = list(chain.from_iterable(map(parts, of_kind)))
                        if inner:
                            layers.append(inner)
    return True


def _numbers_fit(layer: Collection[Any], kinds: set[type]) -> bool:
    for kind in (float, int):
        if kind in kinds:
            numbers = layer if kinds <= {kind, type(None)} else [each for each in layer if type(each) is kind]
            if not_finite(list(numbers) if not isinstance(numbers, list) else numbers) is not None:
                return False
    return True


def _where_unfit(raw: Any) -> Iterator[Problem]:
    left: list[tuple[str, Any]] = [("$", raw)]
    while left:
        path, each = left.pop()
        if type(each) is dict:
            left.extend((path + step(key), part) for key, part in reversed(each.items()))
        elif type(each) is list:
            left.extend((f"{path}[{index}]", each[index]) for index in range(len(each) - 1, -1, -1))
        elif type(each) in {int, float} and not fits(each):
            yield Problem(path, GAP)


def place_problems(raw: Sequence[Any]) -> Iterator[Problem]:
    """What is wrong with a list of [latitude, longitude]."""
    if set(map(type, raw)) <= {list} and set(map(len, raw)) <= {2}:
        flat = list(chain.from_iterable(raw))
        if set(map(type, flat)) <= {int, float} and _within(flat[::2], LATITUDES) and _within(flat[1::2], LONGITUDES):
            return
    yield from islice(_odd_places(raw), 20)


def _within(numbers: Sequence[float], bounds: tuple[float, float]) -> bool:
    # NaN is neither the least nor the greatest of its list: it must be looked for.
    return not numbers or (not_finite(numbers) is None and bounds[0] <= min(numbers) and max(numbers) <= bounds[1])


def _odd_places(raw: Sequence[Any]) -> Iterator[Problem]:
    for index, each in enumerate(raw):
        if not isinstance(each, list) or len(each) != 2:
            yield Problem(f"$[{index}]", f"expected [latitude, longitude], found {found(each)}")
            continue
        for at, (degrees, name, (least, most)) in enumerate(
            zip(each, ("latitude", "longitude"), (LATITUDES, LONGITUDES), strict=True)
        ):
            if type(degrees) not in {int, float}:
                yield Problem(f"$[{index}][{at}]", f"expected a {name} in degrees, found {found(degrees)}")
            elif not least <= degrees <= most:
                yield Problem(f"$[{index}][{at}]", f"is {degrees}; a {name} lies within {least:g} and {most:g} degrees")
