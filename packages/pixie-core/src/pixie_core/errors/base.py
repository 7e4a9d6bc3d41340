"""What every error is made of: problems with their paths, and the root of the tree."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, Literal

from attrs import define, evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PixieError", "Problem", "Said", "near"]


_UNKNOWN = re.compile(r"""(?P<what>unknown \w+ ('[^']*'|"[^"]*")): (?P<cure>.*)""", re.DOTALL)


@frozen
class Problem:
    """One thing that is wrong with a value that was handed in.

    `path` says where, as a JSONPath from the value's root (`$.outputs[2].type`); `message` says what was
    found, what was expected and, where that is known, what to do. A `warning` is worth saying and stops
    nothing.
    """

    path: str
    message: str
    severity: Literal["error", "warning"] = "error"

    @classmethod
    def unknown(
        cls, what: str, name: str, path: str, cure: str, severity: Literal["error", "warning"] = "error"
    ) -> Problem:
        """A name that isn't known: it reads `unknown type 'chartline' at $.outputs[2].type: did you mean
        chart_line?`, and its message is the same without the path.
        """
        return cls(path, f"unknown {what} {name!r}: {cure}", severity)

    def under(self, step: str) -> Problem:
        """The same problem, seen from one level further out: `step` is `.key` or `[3]`."""
        return evolve(self, path="$" + step + self.path.removeprefix("$"))

    def __str__(self) -> str:
        if unknown := _UNKNOWN.fullmatch(self.message):
            return f"{unknown['what']} at {self.path}: {unknown['cure']}"
        return f"{self.path}: {self.message}"


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that a typo most likely meant, or None."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


class PixieError(Exception):
    """The root: catch it to catch whatever Pixie raises on purpose."""

    code: ClassVar[str] = "error"


@define(eq=False, str=False)
class Said(PixieError):
    message: str

    def __str__(self) -> str:
        return self.message
