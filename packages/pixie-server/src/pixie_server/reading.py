"""From the bytes of a request to typed values. What doesn't fit is refused with every problem and its
path.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import unquote_to_bytes

import attrs

from pixie_core.errors import Problem, RequestInvalid, near
from pixie_core.structure import Problems, key_of, structure, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from pixie_server.limits import Limits

__all__ = ["Malformed", "read_body", "read_json", "read_query", "read_text", "readable"]

_MOST_PROBLEMS = 20
"""Unknown keys of a body that are named: looking for what was meant takes time for each."""

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A text in JSON. One that doesn't end goes to the end, so that nothing is looked at twice."""


@attrs.frozen(str=False)
class Malformed(Exception):
    """The bytes aren't what they should be at all: 400, not 422."""

    detail: str

    def __str__(self) -> str:
        return self.detail


def read_json(source: bytes, limits: Limits) -> Any:
    """The JSON in a request's body: strict UTF-8, no NaN, no duplicate keys, not too deep (what reads it later may be
    recursive) and not too much (so that none takes longer to look at than to send). Raises Malformed.
    """
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"The body isn't UTF-8: byte {error.start} can't be read.") from None
    if text.count(",") >= limits.json_values and _commas_reach(text, limits.json_values):
        raise _too_many(limits)
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"The body isn't JSON: {error.msg} at {where}.") from None
    except RecursionError:
        raise Malformed("The body is nested too deeply.") from None
    except ValueError as error:  # an integer of more digits than Python reads
        raise Malformed(f"The body can't be read: {error}.") from None
    _bounded(value, limits)
    return value


def _too_many(limits: Limits) -> Malformed:
    return Malformed(f"The body holds more than {limits.json_values} values. Send large data as a file.")


def _commas_reach(text: str, most: int) -> bool:
    """Whether so many commas stand outside of texts: as many values at least would be made, only to be refused then.

    Looked at in parts from the beginning, each as long as all before it, since what is sent to be too much is so early.
    """
    length = most * len(text) // max(text.count(","), 1) + most
    while _STRING.sub("", text[:length]).count(",") < most:
        if length >= len(text):
            return False
        length *= 2
    return True


def _bounded(value: Any, limits: Limits) -> None:
    """Level by level, so that no depth is too much for this."""
    level: list[Any] = [value] if isinstance(value, dict | list) else []
    nodes = 1
    for _ in range(limits.json_depth):
        level = [each for inner in level for each in (inner.values() if isinstance(inner, dict) else inner)]
        nodes += len(level)
        if nodes > limits.json_values:
            raise _too_many(limits)
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return
    raise Malformed(f"The body is nested too deeply: {limits.json_depth} levels are read.")


def _no_constant(name: str) -> Any:
    raise Malformed(f"The body holds {name}, which isn't JSON.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise Malformed(f"The body says {twice[:40]!r} twice in one object.")
    return values


def read_body(cls: type[Any], source: bytes, limits: Limits, *, optional: bool) -> Any:
    """The body as an instance of `cls`; an empty one is that of its defaults, where it may be left out.

    Where the class has `unshown`, that is all that is said of a body which doesn't fit: nothing of it is repeated.
    """
    raw = {} if optional and not source.strip() else read_json(source, limits)
    some = islice(unknown_keys(cls, raw), _MOST_PROBLEMS)
    problems = [attrs.evolve(problem, severity="error") for problem in some]
    try:
        value = structure(cls, raw)
    except Problems as error:
        problems = [*error.problems, *problems]
    if problems:
        raise RequestInvalid("The body", _shown(cls, problems))
    return value


def _shown(cls: type[Any], problems: Sequence[Problem]) -> Sequence[Problem]:
    said = getattr(cls, "unshown", None)
    return problems if said is None else (Problem("$", said),)


def readable(query: bytes) -> None:
    """Raises Malformed for a query that isn't UTF-8: its texts would have other characters than were sent."""
    try:
        unquote_to_bytes(query.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The query isn't UTF-8.") from None


def read_query(cls: type[Any], given: MultiDict[str, str]) -> Any:
    """The query's parameters as an instance of `cls`: whole numbers, true or false, and text, by its
    annotations.
    """
    hints = get_type_hints(cls)
    named = {key_of(each): each for each in attrs.fields(cls)}
    raw: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in given:
        if name not in named:
            meant = near(name, named)
            hint = f": did you mean {meant}?" if meant else f"; known are {', '.join(named) or 'none'}"
            problems.append(Problem(f"$.{name}", f"unknown parameter {name!r}{hint}"))
            continue
        if (times := len(given.getlist(name))) > 1:
            problems.append(Problem(f"$.{name}", f"is said {times} times; say it once"))
            continue
        try:
            raw[name] = read_text(given[name], hints[named[name].name])
        except ValueError as error:
            problems.append(Problem(f"$.{name}", str(error)))
    try:
        value = structure(cls, raw)
    except Problems as error:
        problems.extend(_way_on(each) if "after" in named else each for each in error.problems)
    if problems:
        raise RequestInvalid("The query", problems)
    return value


def _way_on(problem: Problem) -> Problem:
    """Pages by number end somewhere, since each costs what all before it do; a list goes on by its cursor."""
    if problem.path != "$.page" or "at most" not in problem.message:
        return problem
    return attrs.evolve(problem, message=f"{problem.message}; go on with `after`, the `next` of the page before")


def read_text(text: str, hint: Any) -> Any:
    """A text of an address or a form as its annotation says: a truth value, a number, or itself. Raises ValueError."""
    members = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    if bool in members:
        known = {"true": True, "1": True, "false": False, "0": False}
        if text.lower() not in known:
            raise ValueError(f"is {text!r}; expected true or false")
        return known[text.lower()]
    if int in members:
        if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 18:
            raise ValueError(f"is {text[:40]!r}; expected a whole number")
        return int(text)
    if float in members:
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"is {text[:40]!r}; expected a number") from None
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    return text
