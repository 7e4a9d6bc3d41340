"""Lists and trees of flat objects, checked column by column: a field's values are looked at together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

import attrs

from pixie_core.catalogue.columns import found, not_finite
from pixie_core.errors import Problem

__all__ = ["ENOUGH", "RecordCheck", "record_check", "tree_problems"]

ENOUGH = 20
"""Problems of one list of records: more of the same help nobody."""

RecordCheck: TypeAlias = Callable[[Sequence[Any]], Iterator[tuple[int, Problem]]]
"""Yields what is wrong with records, each problem with the index of its record."""

_ABSENT = object()


def record_check(
    of: Any, hints: Mapping[str, Any], cell_problems: Callable[[attrs.Attribute[Any], Any], Iterable[Problem]]
) -> RecordCheck:
    """The check of records of an attrs class, whose annotations are `hints`.

    `cell_problems` says what is wrong with one value of one field, from the record's root; it is asked only for
    columns that one look doesn't show to be right.
    """
    fields = [(each, _kinds(hints[each.name])) for each in attrs.fields(of)]

    def problems(records: Sequence[Any]) -> Iterator[tuple[int, Problem]]:
        if odd := [index for index, each in enumerate(records) if type(each) is not dict]:
            yield from ((i, Problem("$", f"expected an object, found {found(records[i])}")) for i in odd)
            return
        for each, kinds in fields:
            column = [record.get(each.name, _ABSENT) for record in records]
            if kinds is not None and _column_is_right(each, column, kinds):
                continue
            for index, value in enumerate(column):
                if value is not _ABSENT:
                    yield from ((index, problem) for problem in cell_problems(each, value))
                elif each.default is attrs.NOTHING:
                    yield index, Problem(f"$.{each.name}", f"is missing; it is {each.metadata['help']}")

    return problems


def tree_problems(root: dict[str, Any], check: RecordCheck) -> Iterator[Problem]:
    """What is wrong with an object whose `children` are objects of the same kind, laid out flat and checked as
    records are.
    """
    nodes, above = [root], [(-1, "")]
    for index, node in enumerate(nodes):
        children = node.get("children", ())
        if not isinstance(children, list) and "children" in node:
            yield Problem(f"${_path(above, index)}.children", f"expected a list, found {found(children)}")
            continue
        for at, child in enumerate(children):
            if isinstance(child, dict):
                nodes.append(child)
                above.append((index, f".children[{at}]"))
            else:
                where = f"${_path(above, index)}.children[{at}]"
                yield Problem(where, f"expected an object, found {found(child)}")
    for index, problem in check(nodes):
        yield problem.under(_path(above, index))


def _path(above: Sequence[tuple[int, str]], index: int) -> str:
    """From the root of a tree to the node at this index: each knows the one above it, and its step."""
    steps = []
    while index >= 0:
        index, each = above[index]
        steps.append(each)
    return "".join(reversed(steps))


def _column_is_right(each: attrs.Attribute[Any], column: list[Any], kinds: set[type]) -> bool:
    """True when one look at all the values of a field shows that they are right."""
    present = set(map(type, column))
    if not present <= (kinds if each.default is attrs.NOTHING else kinds | {object}):
        return False
    if not present & {int, float}:
        return True
    least, most = each.metadata["minimum"], each.metadata["maximum"]
    numbers = column if present <= {int, float} else [value for value in column if type(value) in {int, float}]
    return (
        not_finite(numbers) is None
        and (least is None or min(numbers) >= least)
        and (most is None or max(numbers) <= most)
    )


def _kinds(hint: Any) -> set[type] | None:
    """The Python types that a scalar annotation takes, or None for one that needs its hook."""
    if hint is Any:
        return None
    if get_origin(hint) in {Union, UnionType}:
        parts = [_kinds(each) for each in get_args(hint)]
        return None if None in parts else set().union(*[part for part in parts if part is not None])
    scalars: dict[Any, set[type]] = {
        float: {int, float},
        int: {int},
        str: {str},
        bool: {bool},
        type(None): {type(None)},
    }
    return scalars.get(hint)
