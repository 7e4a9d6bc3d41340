"""What can be chosen of a format: read from an address or a command line, or as values."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from pixie_core.errors import Problem, RequestInvalid
from pixie_core.structure import Problems, structure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pixie_core.exporters.format import Format

__all__ = ["OptionHelp", "option_help", "read_options"]


@frozen(kw_only=True)
class OptionHelp:
    """One thing that can be chosen."""

    name: str
    type: Literal["integer", "number", "boolean", "string"]
    help: str
    default: bool | float | str | None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


def option_help(format: Format) -> Iterator[OptionHelp]:
    """What can be chosen of a format, in order."""
    for name, each, hint in _fields(format.options):
        yield OptionHelp(
            name=name,
            type=_NAMES.get(hint, "string"),
            help=each.metadata["help"],
            default=each.default,
            choices=tuple(map(str, get_args(hint))) if get_origin(hint) is Literal else (),
            minimum=each.metadata["minimum"],
            maximum=each.metadata["maximum"],
        )


_NAMES: Mapping[Any, Literal["integer", "number", "boolean", "string"]] = {
    int: "integer",
    float: "number",
    bool: "boolean",
}


def read_options(format: Format, given: Mapping[str, Any]) -> Any:
    """The options as an instance of the format's class. Texts are read as what the option is.

    Raises RequestInvalid with every option that is unknown or wrong.
    """
    known = {name: hint for name, _, hint in _fields(format.options)}
    raw: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        if name not in known:
            cure = f"{format.name} takes {', '.join(known)}" if known else f"{format.name} has no options"
            problems.append(Problem.unknown("option", name, f"$.{name}", cure))
            continue
        try:
            raw[name] = _read(value, known[name])
        except ValueError as error:
            problems.append(Problem(f"$.{name}", str(error)))
    if not problems:
        try:
            return structure(format.options, raw)
        except Problems as error:
            problems.extend(error.problems)
    raise RequestInvalid("The options", problems)


def _fields(cls: type) -> Iterator[tuple[str, attrs.Attribute[Any], Any]]:
    hints = get_type_hints(cls)
    for each in attrs.fields(cls):
        hint = hints[each.name]
        if get_origin(hint) in {Union, UnionType}:
            hint = next(member for member in get_args(hint) if member is not type(None))
        yield each.name, each, hint


def _read(value: Any, hint: Any) -> Any:
    if not isinstance(value, str) or hint not in _NAMES:
        return value
    if hint is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if value.lower() not in words:
            raise ValueError(f"is {value[:40]!r}; expected true or false")
        return words[value.lower()]
    try:
        return hint(value)
    except ValueError:
        raise ValueError(f"is {value[:40]!r}; expected a {'whole ' if hint is int else ''}number") from None
