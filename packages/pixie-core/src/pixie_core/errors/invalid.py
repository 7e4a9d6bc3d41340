"""What was handed in does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from pixie_core.errors.base import PixieError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["InputsInvalid", "Invalid", "ManifestInvalid", "RequestInvalid", "ValueInvalid"]


def _all(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problems)


@define(eq=False, str=False)
class Invalid(PixieError):
    """Something handed in is wrong; `problems` has every one of them with its path."""

    code = "invalid"
    what: str
    problems: tuple[Problem, ...] = field(converter=_all)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.what}: {self.problems[0]}"
        return f"{self.what}, {len(self.problems)} problems:\n" + "\n".join(f"  {p}" for p in self.problems)


class ManifestInvalid(Invalid):
    """A tool.json doesn't meet the contract."""

    code = "manifest_invalid"


class InputsInvalid(Invalid):
    """The inputs of a run don't meet the tool's declaration; the tool wasn't called."""

    code = "inputs_invalid"


class ValueInvalid(Invalid):
    """An output's value doesn't have the shape of its type."""

    code = "value_invalid"


class RequestInvalid(Invalid):
    """A request's parameters or body are wrong."""

    code = "request_invalid"
