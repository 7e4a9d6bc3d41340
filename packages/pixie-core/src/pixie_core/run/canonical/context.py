"""What a function that makes values canonical knows of its output, and says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from pixie_core.errors import Problem

if TYPE_CHECKING:
    from pixie_core.catalogue import OutputDeclaration

__all__ = ["Context"]


@define
class Context:
    """What is known of one output while its values come in.

    `columns` are a table's, and `series` a chart's names, as far as earlier values told them: rows as lists and
    a lone `y` mean something only with these.
    """

    declared: OutputDeclaration
    increment: bool = False
    columns: list[str] = field(factory=list)
    columns_told: bool = False
    series: list[str] = field(factory=list)
    notes: list[Problem] = field(factory=list)

    def note(self, message: str, path: str = "$") -> None:
        """Say once what was changed."""
        problem = Problem(path, message, "warning")
        if problem not in self.notes:
            self.notes.append(problem)
