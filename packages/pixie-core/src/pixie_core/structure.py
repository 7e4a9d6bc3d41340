"""From JSON to typed values, strictly: nothing is coerced, and every problem is found at once with its path.

`structure(cls, raw)` returns an instance of the attrs class or raises `Problems`. The hooks below replace
cattrs' lenient ones. Long lists of scalars and of flat records are checked column by column and kept as
they came (see `pixie_core.catalogue.base`).
"""

from __future__ import annotations

import math
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
from cattrs import Converter

from pixie_core.catalogue.base import Leaf, Records
from pixie_core.errors import Problem, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Problems", "found", "structure", "unknown_keys"]

T = TypeVar("T")
Hook = "Callable[[Any, Any], Any]"


class Problems(Exception):
    """Everything that is wrong with one value."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def structure(cls: type[T], raw: Any) -> T:
    """`raw` as an instance of `cls`. Raises Problems with every problem and its path from `$`."""
    return _converter.structure(raw, cls)


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
    shown = repr(raw) if isinstance(raw, str) else str(raw)
    name = _NAMES.get(type(raw), type(raw).__name__)
    return name if isinstance(raw, dict | list) or len(shown) > 40 else f"{name} ({shown})"


def _expected(kind: str, raw: Any) -> Problems:
    return Problems(Problem("$", f"expected {kind}, found {found(raw)}"))


def _string(raw: Any, _: Any) -> str:
    if type(raw) is not str:
        raise _expected("a string", raw)
    return raw


def _boolean(raw: Any, _: Any) -> bool:
    if type(raw) is not bool:
        raise _expected("true or false", raw)
    return raw


def _integer(raw: Any, _: Any) -> int:
    if type(raw) is float and raw.is_integer():
        return int(raw)
    if type(raw) is not int:
        raise _expected("a whole number", raw)
    return raw


def _float(raw: Any, _: Any) -> float:
    if type(raw) not in {int, float}:
        raise _expected("a number", raw)
    if not math.isfinite(raw):
        raise _expected("a finite number", raw)
    return raw  # type: ignore[no-any-return]


def _literal(raw: Any, kind: Any) -> Any:
    allowed = get_args(kind)
    if not any(raw == each and type(raw) is type(each) for each in allowed):
        known = ", ".join(map(repr, allowed))
        meant = near(raw, [each for each in allowed if isinstance(each, str)]) if isinstance(raw, str) else None
        hint = f": did you mean {meant}?" if meant else ""
        raise Problems(Problem("$", f"expected one of {known}, found {found(raw)}{hint}"))
    return raw


def _union_hook(kind: Any) -> Callable[[Any, Any], Any]:
    """The first member that takes the value; else all that would have been taken."""
    members = get_args(kind)
    hooks = [(member, _converter.get_structure_hook(member)) for member in members if member is not type(None)]

    def union(raw: Any, _: Any) -> Any:
        if raw is None and type(None) in members:
            return None
        problems: list[Problem] = []
        for member, hook in hooks:
            try:
                return hook(raw, member)
            except Problems as error:
                problems.extend(error.problems)
        if len(hooks) == 1:
            raise Problems(*problems)
        wanted = " or ".join(_NAMES.get(get_origin(member) or member, str(member)) for member in members if member)
        raise _expected(wanted, raw)

    return union


def _list_hook(kind: Any) -> Callable[[Any, Any], Any]:
    (item,) = get_args(kind) or (Any,)
    hook = _converter.get_structure_hook(item)

    def items(raw: Any, _: Any) -> list[Any]:
        if not isinstance(raw, list):
            raise _expected("a list", raw)
        values: list[Any] = []
        problems: list[Problem] = []
        for index, each in enumerate(raw):
            try:
                values.append(hook(each, item))
            except Problems as error:
                problems.extend(problem.under(f"[{index}]") for problem in error.problems)
        if problems:
            raise Problems(*problems)
        return values

    return items


def _dict_hook(kind: Any) -> Callable[[Any, Any], Any]:
    args = get_args(kind) or (str, Any)
    hook = _converter.get_structure_hook(args[1])

    def entries(raw: Any, _: Any) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise _expected("an object", raw)
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for key, each in raw.items():
            try:
                values[key] = hook(each, args[1])
            except Problems as error:
                problems.extend(problem.under(f".{key}") for problem in error.problems)
        if problems:
            raise Problems(*problems)
        return values

    return entries


def _attrs_hook(cls: Any) -> Callable[[Any, Any], Any]:
    hints = get_type_hints(cls, include_extras=True)
    fields = [
        (each, each.name, hints[each.name], _converter.get_structure_hook(hints[each.name]))
        for each in attrs.fields(cls)
    ]

    def instance(raw: Any, _: Any) -> Any:
        if not isinstance(raw, dict):
            raise _expected("an object", raw)
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for each, name, hint, hook in fields:
            if name not in raw:
                if each.default is attrs.NOTHING and not each.metadata.get("absent"):
                    problems.append(Problem(f"$.{name}", f"is missing; it is {each.metadata.get('help', 'required')}"))
                continue
            try:
                values[name] = hook(raw[name], hint)
                problems.extend(_out_of_bounds(each, values[name]))
            except Problems as error:
                problems.extend(problem.under(f".{name}") for problem in error.problems)
        if problems:
            raise Problems(*problems)
        return cls(**values)

    return instance


def _out_of_bounds(each: Any, value: Any) -> Iterator[Problem]:
    least, most = each.metadata.get("minimum"), each.metadata.get("maximum")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if least is not None and value < least:
            yield Problem(f"$.{each.name}", f"is {value}; it must be at least {least}")
        if most is not None and value > most:
            yield Problem(f"$.{each.name}", f"is {value}; it must be at most {most}")


def _leaf_hook(kind: Any) -> Callable[[Any, Any], Any]:
    leaf: Leaf = get_args(kind)[1]
    kinds = set(leaf.kinds)

    def scalars(raw: Any, _: Any) -> Any:
        if not isinstance(raw, list):
            raise _expected(leaf.name, raw)
        if (present := set(map(type, raw))) - kinds:
            index, odd = next((i, each) for i, each in enumerate(raw) if type(each) not in kinds)
            count = sum(type(each) not in kinds for each in raw)
            more = f" (and {count - 1} more like it)" if count > 1 else ""
            raise Problems(Problem(f"$[{index}]", f"expected {leaf.name}, found {found(odd)} in it{more}"))
        if float in present and (where := not_finite(raw)) is not None:
            raise Problems(Problem(f"$[{where}]", "expected a finite number; use null for a gap"))
        return raw

    return scalars


def not_finite(numbers: list[Any]) -> int | None:
    """The index of the first number that isn't finite, or None; strings and nulls are passed over."""
    try:
        # A sum is finite only when every part is, and adding is far quicker than looking at each.
        if math.isfinite(sum(filter(None, numbers))):
            return None
    except (TypeError, OverflowError):
        pass  # there are strings among them, or the sum itself is too large: look at each
    for index, each in enumerate(numbers):
        # A number that equals itself and, less itself, is zero is finite: two operations, no call.
        if type(each) is float and each - each != 0.0:
            return index
    return None


def _records_hook(kind: Any) -> Callable[[Any, Any], Any]:
    """Flat objects, column by column: a field's values are checked together."""
    of = next(each for each in get_args(kind) if isinstance(each, Records)).of
    hints = get_type_hints(of, include_extras=True)
    fields = [
        (each, _kinds(hints[each.name]), hints[each.name], _converter.get_structure_hook(hints[each.name]))
        for each in attrs.fields(of)
    ]
    absent = object()

    def check(raw: Any, _: Any) -> Any:
        if not isinstance(raw, list):
            raise _expected("a list of objects", raw)
        if set(map(type, raw)) - {dict}:
            index, odd = next((i, each) for i, each in enumerate(raw) if type(each) is not dict)
            raise Problems(Problem(f"$[{index}]", f"expected an object, found {found(odd)}"))
        problems: list[Problem] = []
        for each, kinds, hint, hook in fields:
            name = each.name
            column = [record.get(name, absent) for record in raw]
            present = set(map(type, column))
            optional = each.default is not attrs.NOTHING
            bounded = each.metadata.get("minimum") is not None or each.metadata.get("maximum") is not None
            fast = kinds is not None and not bounded and present <= (kinds | ({object} if optional else set()))
            if fast and not (float in present and not_finite(column) is not None):
                continue
            for index, value in enumerate(column):
                if value is absent:
                    if not optional:
                        problems.append(Problem(f"$[{index}].{name}", f"is missing; it is {each.metadata['help']}"))
                else:
                    try:
                        problems.extend(p.under(f"[{index}]") for p in _out_of_bounds(each, hook(value, hint)))
                    except Problems as error:
                        problems.extend(p.under(f".{name}").under(f"[{index}]") for p in error.problems)
                if len(problems) >= _ENOUGH:
                    raise Problems(*problems)
        if problems:
            raise Problems(*problems)
        return raw

    return check


_ENOUGH = 20
"""Problems of one list of records: more of the same help nobody."""


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


def unknown_keys(cls: Any, raw: Any) -> Iterator[Problem]:
    """Keys of a raw value that its class doesn't know, as warnings, each with the nearest known name."""
    if not attrs.has(cls) or not isinstance(raw, dict):
        return
    hints = get_type_hints(cls, include_extras=True)
    known = [each.name for each in attrs.fields(cls)]
    for key in raw:
        if key not in known:
            meant = near(str(key), known)
            hint = f": did you mean {meant}?" if meant else f"; known are {', '.join(known)}"
            yield Problem(f"$.{key}", f"unknown key {key!r}{hint}", "warning")
    for name in known:
        kind = hints[name]
        if name in raw and get_origin(kind) is list and attrs.has(get_args(kind)[0]) and isinstance(raw[name], list):
            for index, each in enumerate(raw[name]):
                yield from (p.under(f"[{index}]").under(f".{name}") for p in unknown_keys(get_args(kind)[0], each))
        elif name in raw and attrs.has(kind):
            yield from (p.under(f".{name}") for p in unknown_keys(kind, raw[name]))


def _annotated_with(mark: type) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is Annotated and isinstance(get_args(kind)[1], mark)


def _origin_in(*origins: Any) -> Callable[[Any], bool]:
    return lambda kind: kind in origins or get_origin(kind) in origins


def _make() -> Converter:
    converter = Converter(detailed_validation=False)
    for kind, hook in ((str, _string), (bool, _boolean), (int, _integer), (float, _float)):
        converter.register_structure_hook(kind, hook)
    converter.register_structure_hook_func(lambda kind: kind is Any, lambda raw, _: raw)
    converter.register_structure_hook_func(_origin_in(Literal), _literal)
    converter.register_structure_hook_factory(_origin_in(Union, UnionType), _union_hook)
    converter.register_structure_hook_factory(_origin_in(list), _list_hook)
    converter.register_structure_hook_factory(_origin_in(dict), _dict_hook)
    converter.register_structure_hook_factory(attrs.has, _attrs_hook)
    converter.register_structure_hook_factory(_annotated_with(Leaf), _leaf_hook)
    converter.register_structure_hook_factory(_annotated_with(Records), _records_hook)
    return converter


_converter = _make()
