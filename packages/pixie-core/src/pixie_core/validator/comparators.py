"""Comparing what a tool gave with what is known to be right, by the output's type.

Both values are canonical. What the expectation says is looked for in the value: a field that it leaves out
(a label, a colour) may be anything. Lists must be as long as expected, unless `allow_extra`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote_to_bytes

from attrs import evolve, field, frozen

from pixie_core.errors import Problem
from pixie_core.validator.media import content_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixie_core.catalogue.base import Json

__all__ = ["Tolerance", "compare", "default_tolerance", "file_digest", "read_tolerance"]


@frozen
class Tolerance:
    """How far numbers may lie apart: by `abs`, or by `rel` of the expected number, whichever allows more.

    `nested` are the tolerances of what lies under a key. `allow_extra`: what comes beyond the expected items,
    rows or pairs is right. `by` content, files are compared by what they show (pixie_core.validator.media) and may be
    `abs` or `rel` of the whole apart; by bytes, they are the same or not.
    """

    abs: float = 0.0
    rel: float = 0.0
    allow_extra: bool = False
    by: Literal["bytes", "content"] = "bytes"
    nested: Mapping[str, Tolerance] = field(factory=dict)

    def allows(self, expected: float, actual: float) -> bool:
        """True when the two are near enough; integers of any size are compared exactly first."""
        if expected == actual:
            return True
        if not (math.isfinite(expected) and math.isfinite(actual)):
            return False
        return abs(float(actual) - float(expected)) <= self.allowed(expected)

    def allowed(self, expected: float) -> float:
        """The distance that is allowed from a number."""
        return max(self.abs, self.rel * abs(float(expected)))

    def under(self, key: str) -> Tolerance:
        """The tolerance of what lies under a key."""
        return self.nested.get(key, self)


_EXACT = frozenset({"text", "markdown", "latex", "code", "stream_text", "boolean", "diff"})


def default_tolerance(kind: str) -> Tolerance:
    """The tolerance of a type when nothing else is said."""
    if kind in {"number", "progress"}:
        return Tolerance(abs=1e-6, rel=1e-4)
    if kind.startswith("chart_"):
        # The absolute part is for zeros alone, which no part of themselves is near to.
        return Tolerance(abs=1e-9, rel=1e-3)
    if kind in _EXACT:
        return Tolerance()
    return Tolerance(abs=1e-6)


_CONTENT = 0.01
"""How far files may be apart in content where nothing else is said."""
_NUMBERS = {"abs": "abs", "atol": "abs", "rel": "rel", "rtol": "rel"}


def read_tolerance(raw: Any, base: Tolerance, path: str = "$") -> tuple[Tolerance, list[Problem]]:
    """A tolerance as fixtures and tolerance.yaml write it, over `base`, and what is wrong with it.

    `abs` and `rel` are also called atol and rtol; a bare number is `abs`; `by` is bytes or content; an object under any
    other key holds for what lies under that key. Who says one of abs and rel says both: the other becomes 0.
    """
    number = _number(raw)
    if number is not None:
        return evolve(base, abs=number, rel=0.0), []
    if not isinstance(raw, Mapping):
        return base, [Problem(path, "expected {abs, rel, allow_extra, by} or a number")]
    numbers, problems = _numbers(raw, path)
    allow_extra, by = raw.get("allow_extra", base.allow_extra), raw.get("by", base.by)
    if not isinstance(allow_extra, bool):
        problems.append(Problem(f"{path}.allow_extra", "expected true or false"))
        allow_extra = base.allow_extra
    if by not in ("bytes", "content"):
        problems.append(Problem(f"{path}.by", f"expected bytes or content, found {by!r}"))
        by = base.by
    if by == "content" and base.by != "content":
        numbers = numbers or {"abs": _CONTENT}
    own = evolve(base, allow_extra=allow_extra, by=by)
    if numbers:
        own = evolve(own, abs=numbers.get("abs", 0.0), rel=numbers.get("rel", 0.0))
    nested = dict(base.nested)
    for key, said in raw.items():
        if key not in _NUMBERS and key not in {"allow_extra", "by"}:
            nested[str(key)], wrong = read_tolerance(said, own, f"{path}.{key}")
            problems.extend(wrong)
    return evolve(own, nested=nested), problems


def _numbers(raw: Mapping[Any, Any], path: str) -> tuple[dict[str, float], list[Problem]]:
    """What is said of abs and rel, by either name."""
    numbers: dict[str, float] = {}
    problems: list[Problem] = []
    for key, said in raw.items():
        if key in _NUMBERS:
            found = _number(said)
            if found is None or found < 0:
                problems.append(Problem(f"{path}.{key}", "expected a number that isn't negative"))
            else:
                numbers[_NUMBERS[key]] = found
    return numbers, problems


def _number(raw: Any) -> float | None:
    """A number; also as text, which is what YAML takes 1e-6 for."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        try:
            raw = float(raw)
        except ValueError:
            return None
    return float(raw) if isinstance(raw, int | float) and math.isfinite(raw) else None


def compare(kind: str, expected: Json, actual: Json, tolerance: Tolerance) -> list[Problem]:
    """The differences between two values of one type, each with its path; none when they match."""
    if kind in {"number", "progress"}:
        expected, actual = _value_of(expected), _value_of(actual)
    elif kind == "kv":
        expected, actual = _by_key(expected, "pairs"), _by_key(actual, "pairs")
    elif kind == "table":
        return list(_tables(expected, actual, tolerance))
    elif kind == "log":
        # When a line was written is never the same twice.
        expected, actual = _without_times(expected), _without_times(actual)
    return list(_differences(expected, actual, tolerance, "$", closed=kind == "kv"))


def _value_of(value: Json) -> Json:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _by_key(value: Json, name: str) -> Json:
    """Pairs as an object: their order means nothing. Keys that come twice keep both values."""
    pairs = value.get(name) if isinstance(value, dict) else None
    if not isinstance(pairs, list) or not all(isinstance(each, dict) and "key" in each for each in pairs):
        return value
    found: dict[str, list[Json]] = {}
    for each in pairs:
        found.setdefault(each["key"], []).append(each.get("value"))
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def _without_times(value: Json) -> Json:
    lines = value.get("lines") if isinstance(value, dict) else None
    if not isinstance(lines, list):
        return value
    return {
        "lines": [{k: v for k, v in each.items() if k != "t"} if isinstance(each, dict) else each for each in lines]
    }


def _tables(expected: Json, actual: Json, tolerance: Tolerance) -> Iterator[Problem]:
    """Cell by cell; of columns their keys alone, in any order."""
    if not (isinstance(expected, dict) and isinstance(actual, dict)):
        yield from _differences(expected, actual, tolerance, "$")
        return
    wanted, found = ([each["key"] for each in value.get("columns", ())] for value in (expected, actual))
    if missing := [key for key in wanted if key not in found]:
        yield Problem("$.columns", f"lacks {', '.join(map(repr, missing))}")
    if not tolerance.allow_extra and wanted and (extra := [key for key in found if key not in wanted]):
        yield Problem("$.columns", f"has {', '.join(map(repr, extra))}, which isn't expected")
    shared = [key for key in wanted or found if key in found]
    rows = [[{key: row.get(key) for key in shared} for row in value.get("rows", ())] for value in (expected, actual)]
    yield from _lists(rows[0], rows[1], tolerance.under("rows"), "$.rows", closed=False)


def _differences(
    expected: Json, actual: Json, tolerance: Tolerance, path: str, *, closed: bool = False
) -> Iterator[Problem]:
    """`closed`: keys of an object that aren't expected are a difference."""
    if isinstance(expected, dict) and "sha256" in expected and isinstance(actual, str):
        yield from _files(expected, actual, path, tolerance)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                yield Problem(f"{path}.{key}", f"is missing; expected {_shown(value)}")
            else:
                yield from _differences(value, actual[key], tolerance.under(key), f"{path}.{key}")
        if closed and not tolerance.allow_extra:
            for key in actual.keys() - expected.keys():
                yield Problem(f"{path}.{key}", f"isn't expected, found {_shown(actual[key])}")
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _lists(expected, actual, tolerance, path, closed=closed)
    elif _is_number(expected) and _is_number(actual):
        if not tolerance.allows(expected, actual):
            apart, allowed = abs(actual - expected), tolerance.allowed(expected)
            yield Problem(path, f"expected {expected!r}, found {actual!r}: {apart:.3g} apart, {allowed:.3g} allowed")
    elif isinstance(expected, str) and isinstance(actual, str) and expected.startswith("data:"):
        yield from _whole_files(expected, actual, tolerance, path)
    elif expected != actual or type(expected) is not type(actual):
        yield Problem(path, _of_texts(expected, actual))


def _lists(
    expected: Sequence[Json], actual: Sequence[Json], tolerance: Tolerance, path: str, *, closed: bool
) -> Iterator[Problem]:
    if len(actual) < len(expected) or (len(actual) > len(expected) and not tolerance.allow_extra):
        yield Problem(path, f"expected {len(expected)} items, found {len(actual)}")
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        # The common case, and the only one where there are millions.
        if one is other or (_is_number(one) and _is_number(other) and tolerance.allows(one, other)):
            continue
        yield from _differences(one, other, tolerance, f"{path}[{index}]", closed=closed)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of_texts(expected: Json, actual: Json) -> str:
    if isinstance(expected, str) and isinstance(actual, str):
        same = next((i for i, (a, b) in enumerate(zip(expected, actual, strict=False)) if a != b), None)
        at = same if same is not None else min(len(expected), len(actual))
        if at > 20:
            return f"differs from character {at} on: expected {_shown(expected[at:])}, found {_shown(actual[at:])}"
    return f"expected {_shown(expected)}, found {_shown(actual)}"


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _whole_files(expected: str, actual: str, tolerance: Tolerance, path: str) -> Iterator[Problem]:
    if tolerance.by == "bytes":
        yield from _files(file_digest(expected), actual, path, tolerance)
        return
    one, other = _content_of(expected), _content_of(actual)
    if one != other:
        allowed = max(tolerance.abs, tolerance.rel)
        yield from (Problem(path, said) for said in content_differences(one, other, allowed))


def _files(expected: Mapping[str, Any], actual: str, path: str, tolerance: Tolerance) -> Iterator[Problem]:
    """Files by their size and SHA-256."""
    found = file_digest(actual)
    if tolerance.by == "content" and found["sha256"] != expected["sha256"]:
        said = "differs, and by content it can't be compared with a hash: put the file itself into the fixture, "
        yield Problem(path, said + "as a data URL")
        return
    wanted_size = expected.get("size", expected.get("size_bytes"))
    if wanted_size is not None and found["size"] != wanted_size:
        yield Problem(path, f"expected a file of {wanted_size} bytes, found {found['size']}")
    elif found["sha256"] != expected["sha256"]:
        said = f"expected the SHA-256 {str(expected['sha256'])[:12]}…, found {str(found['sha256'])[:12]}…"
        yield Problem(path, f"the file differs: {said}")


def file_digest(source: str) -> dict[str, Any]:
    """Size and SHA-256 of a data URL's bytes; of any other source those of its own text."""
    content = _content_of(source)
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _content_of(source: str) -> bytes:
    head, comma, body = source.partition(",")
    if not (comma and head.startswith("data:")):
        return source.encode("utf-8", "replace")
    content = unquote_to_bytes(body)
    if not head.endswith(";base64"):
        return content
    try:
        return base64.b64decode(content, validate=False)
    except binascii.Error:
        return source.encode("utf-8", "replace")
