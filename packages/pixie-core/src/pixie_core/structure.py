"""From JSON to typed values, strictly: nothing is coerced, and every problem is found at once with its path.

`structure(cls, raw)` returns an instance of the attrs class or raises `Problems`. The hooks below replace
cattrs' lenient ones. Long lists of scalars and of flat records are checked column by column and kept as
they came (see `pixie_core.catalogue.base`).
"""

from __future__ import annotations

from functools import cache, partial
from itertools import islice
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

from pixie_core.catalogue.base import Leaf, Nested, Pairs, Records
from pixie_core.catalogue.columns import fits, found, place_problems, scalar_problems, step, unfit_numbers
from pixie_core.catalogue.records import ENOUGH, record_check, tree_problems
from pixie_core.errors import Problem, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pixie_core.catalogue.base import OutputValue

__all__ = ["Problems", "found", "key_of", "structure", "structure_output", "unknown_keys"]

T = TypeVar("T")
V = TypeVar("V", bound="OutputValue")


class Problems(Exception):
    """Everything that is wrong with one value."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def structure(cls: type[T], raw: Any) -> T:
    """`raw` as an instance of `cls`. Raises Problems with every problem and its path from `$`."""
    return _converter.structure(raw, cls)


def structure_output(cls: type[V], raw: Any) -> V:
    """An output's value, whether it came as a bare scalar (`42`) or as an object (`{"value": 42}`).

    A bare scalar stands only for types that have a `value`. Raises Problems, for the bare scalar at `$`.
    """
    fields = attrs.fields_dict(cls)
    if "value" not in fields or isinstance(raw, dict):
        return structure(cls, raw)
    try:
        return structure(cls, {"value": raw})
    except Problems as error:
        raise Problems(*(attrs.evolve(p, path=p.path.replace("$.value", "$", 1)) for p in error.problems)) from None


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
    if not fits(raw):
        raise _expected("a finite number", raw)
    return raw  # type: ignore[no-any-return]


def _anything(raw: Any, _: Any) -> Any:
    if problems := list(unfit_numbers(raw)):
        raise Problems(*problems)
    return raw


def _literal(raw: Any, kind: Any) -> Any:
    allowed = get_args(kind)
    if not any(raw == each and type(raw) is type(each) for each in allowed):
        known = ", ".join(map(repr, allowed))
        meant = near(raw, [each for each in allowed if isinstance(each, str)]) if isinstance(raw, str) else None
        hint = f": did you mean {meant}?" if meant else ""
        raise Problems(Problem("$", f"expected one of {known}, found {found(raw)}{hint}"))
    return raw


_WANTED = {
    float: "a number",
    int: "a whole number",
    str: "a string",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_SAID_IN_ORDER = list(_WANTED.values())
"""Unions are equal in whatever order they are written, and share a hook: their words need an order of their own."""


def _wanted(member: Any) -> str:
    return _WANTED.get(get_origin(member) or member, "an object")


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
        # A problem further in says more than that none of them fits.
        inner = [problem for problem in problems if problem.path != "$"]
        if inner or len(hooks) == 1:
            raise Problems(*(inner or problems))
        raise _expected(" or ".join(sorted(map(_wanted, members), key=_SAID_IN_ORDER.index)), raw)

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
                problems.extend(problem.under(step(key)) for problem in error.problems)
        if problems:
            raise Problems(*problems)
        return values

    return entries


def _attrs_hook(cls: Any) -> Callable[[Any, Any], Any]:
    hints = _hints(cls)
    fields = [
        (each, key_of(each), hints[each.name], _converter.get_structure_hook(hints[each.name]))
        for each in attrs.fields(cls)
    ]

    def instance(raw: Any, _: Any) -> Any:
        if not isinstance(raw, dict):
            raise _expected("an object", raw)
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for each, name, hint, hook in fields:
            if name not in raw:
                if each.default is attrs.NOTHING:
                    problems.append(Problem(f"$.{name}", f"is missing; it is {each.metadata.get('help', 'required')}"))
                continue
            try:
                values[each.name] = hook(raw[name], hint)
                problems.extend(_out_of_bounds(each, values[each.name]))
            except Problems as error:
                problems.extend(problem.under(f".{name}") for problem in error.problems)
        if problems:
            raise Problems(*problems)
        return cls(**values)

    return instance


def key_of(each: attrs.Attribute[Any]) -> str:
    """What a field is called in JSON and in addresses: `from_` is `from`, which Python keeps for itself."""
    return each.name.rstrip("_")


def _out_of_bounds(each: Any, value: Any) -> Iterator[Problem]:
    least, most = each.metadata.get("minimum"), each.metadata.get("maximum")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if least is not None and value < least:
            yield Problem(f"$.{each.name}", f"is {value}; it must be at least {least}")
        if most is not None and value > most:
            yield Problem(f"$.{each.name}", f"is {value}; it must be at most {most}")


def _leaf_hook(kind: Any) -> Callable[[Any, Any], Any]:
    leaf: Leaf = get_args(kind)[1]

    def scalars(raw: Any, _: Any) -> Any:
        if not isinstance(raw, list):
            raise _expected(leaf.name, raw)
        if problems := list(scalar_problems(raw, leaf)):
            raise Problems(*problems)
        return raw

    return scalars


def _pairs_hook(_: Any) -> Callable[[Any, Any], Any]:
    def places(raw: Any, _: Any) -> Any:
        if not isinstance(raw, list):
            raise _expected("a list of [latitude, longitude]", raw)
        if problems := list(place_problems(raw)):
            raise Problems(*problems)
        return raw

    return places


def _records_hook(kind: Any) -> Callable[[Any, Any], Any]:
    """Flat objects, column by column: a field's values are checked together."""
    of = get_args(kind)[1].of
    problems_of = record_check(of, _hints(of), _cell_problems(of))

    def check(raw: Any, _: Any) -> Any:
        if not isinstance(raw, list):
            raise _expected("a list of objects", raw)
        if problems := list(islice(problems_of(raw), ENOUGH)):
            raise Problems(*(problem.under(f"[{index}]") for index, problem in problems))
        return raw

    return check


def _nested_hook(kind: Any) -> Callable[[Any, Any], Any]:
    """A tree of records: laid out flat, then checked as records are. No depth is too deep."""
    of = get_args(kind)[1].of
    problems_of = record_check(of, _hints(of), _cell_problems(of))

    def check(raw: Any, _: Any) -> Any:
        if not isinstance(raw, dict):
            raise _expected("an object", raw)
        if problems := list(islice(tree_problems(raw, problems_of), ENOUGH)):
            raise Problems(*problems)
        return raw

    return check


def _cell_problems(of: Any) -> Callable[[Any, Any], Iterable[Problem]]:
    """A function that says what is wrong with one value of one field of a record."""
    hooks = {each.name: _converter.get_structure_hook(_hints(of)[each.name]) for each in attrs.fields(of)}

    def problems(each: Any, value: Any) -> Iterable[Problem]:
        try:
            return list(_out_of_bounds(each, hooks[each.name](value, _hints(of)[each.name])))
        except Problems as error:
            return [problem.under(f".{each.name}") for problem in error.problems]

    return problems


@cache
def _hints(cls: Any) -> dict[str, Any]:
    """The annotations of a class, evaluated: once, for that is slow."""
    return get_type_hints(cls, include_extras=True)


_LOOKED_AT = 1_000
"""Records of a list whose keys are looked at: what one of them calls wrongly, the rest do too."""


def unknown_keys(cls: Any, raw: Any) -> Iterator[Problem]:
    """Keys of a raw value that its class doesn't know, as warnings, each with the nearest known name."""
    if not attrs.has(cls) or not isinstance(raw, dict):
        return
    known, nested = _layout(cls)
    for key in raw:
        if key not in known:
            yield _unknown_key(cls, key)
    for name, within in nested.items():
        if name in raw:
            yield from (problem.under(f".{name}") for problem in within(raw[name]))


@cache
def _layout(cls: Any) -> tuple[frozenset[str], dict[str, Callable[[Any], Iterable[Problem]]]]:
    """The keys that a class knows, and for those that hold objects themselves what looks into these."""
    hints = _hints(cls)
    kinds = {key_of(each): hints[each.name] for each in attrs.fields(cls) if each.name in hints}
    looks = {name: _look_within(kind) for name, kind in kinds.items()}
    return frozenset(kinds), {name: look for name, look in looks.items() if look is not None}


def _look_within(kind: Any) -> Callable[[Any], Iterable[Problem]] | None:
    args = get_args(kind)
    if get_origin(kind) is list and attrs.has(args[0]):
        return partial(_unknown_in_list, args[0])
    if get_origin(kind) is Annotated and isinstance(args[1], Records):
        return partial(_unknown_in_records, args[1].of)
    optional = next((each for each in (kind, *args) if isinstance(each, type) and attrs.has(each)), None)
    return None if optional is None else partial(unknown_keys, optional)


def _unknown_in_list(of: Any, entries: Any) -> Iterator[Problem]:
    for index, each in enumerate(entries if isinstance(entries, list) else ()):
        yield from (problem.under(f"[{index}]") for problem in unknown_keys(of, each))


def _unknown_in_records(of: Any, records: Any) -> Iterator[Problem]:
    """A warning for each unknown key, at the first record that has it."""
    known = dict.fromkeys(attrs.fields_dict(of))
    for index, record in enumerate(islice(records if isinstance(records, list) else (), _LOOKED_AT)):
        for key in record if isinstance(record, dict) else ():
            if key not in known:
                known[key] = None
                yield _unknown_key(of, key).under(f"[{index}]")


def _unknown_key(cls: Any, key: str) -> Problem:
    known = list(map(key_of, attrs.fields(cls)))
    meant = near(str(key), known)
    cure = f"did you mean {meant}?" if meant else f"known are {', '.join(known)}"
    return Problem.unknown("key", key, f"${step(key)}", cure, "warning")


def _annotated_with(mark: type) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is Annotated and isinstance(get_args(kind)[1], mark)


def _origin_in(*origins: Any) -> Callable[[Any], bool]:
    return lambda kind: kind in origins or get_origin(kind) in origins


def _make() -> Converter:
    converter = Converter(detailed_validation=False)
    for kind, hook in ((str, _string), (bool, _boolean), (int, _integer), (float, _float)):
        converter.register_structure_hook(kind, hook)
    converter.register_structure_hook_func(lambda kind: kind is Any, _anything)
    converter.register_structure_hook_func(_origin_in(Literal), _literal)
    converter.register_structure_hook_factory(_origin_in(Union, UnionType), _union_hook)
    converter.register_structure_hook_factory(_origin_in(list), _list_hook)
    converter.register_structure_hook_factory(_origin_in(dict), _dict_hook)
    converter.register_structure_hook_factory(attrs.has, _attrs_hook)
    converter.register_structure_hook_factory(_annotated_with(Leaf), _leaf_hook)
    converter.register_structure_hook_factory(_annotated_with(Pairs), _pairs_hook)
    converter.register_structure_hook_factory(_annotated_with(Records), _records_hook)
    converter.register_structure_hook_factory(_annotated_with(Nested), _nested_hook)
    return converter


_converter = _make()
