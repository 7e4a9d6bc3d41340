"""Output types that are words or one value: text, markdown, number, boolean, latex, code, progress, stream_text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from attrs import frozen

from pixie_core.catalogue.base import Column, Json, Merge, OutputValue, Rows, field
from pixie_core.catalogue.formatting import NumberFormat, number_text
from pixie_core.catalogue.merging import append_code, append_text

if TYPE_CHECKING:
    from pixie_core.catalogue.declaration import OutputDeclaration

__all__ = ["TEXT"]


@frozen
class Text(OutputValue):
    """Plain words."""

    type: ClassVar = "text"
    example: ClassVar[Json] = "The quick brown fox jumps over the lazy dog."
    merge: ClassVar[Merge] = staticmethod(append_text)

    value: str = field(help="the words")

    def to_text(self, declared: OutputDeclaration) -> str:
        """The words as they are."""
        del declared
        return self.value


@frozen
class StreamText(Text):
    """Words that arrive bit by bit."""

    type: ClassVar = "stream_text"
    example: ClassVar[Json] = "The answer is 42."


@frozen
class Markdown(OutputValue):
    """Formatted words: headings, lists, tables, code, links."""

    type: ClassVar = "markdown"
    example: ClassVar[Json] = (
        "# Growth\n\nThe balance **doubles** in *ten* years:\n\n"
        "| year | balance |\n|--:|--:|\n| 0 | 100 |\n| 10 | 200 |"
    )
    merge: ClassVar[Merge] = staticmethod(append_text)

    value: str = field(help="CommonMark with tables")

    def to_text(self, declared: OutputDeclaration) -> str:
        """The source."""
        del declared
        return self.value


_FORMATS = get_args(NumberFormat)


def _unknown_format(raw: Json) -> bool:
    said = raw.get("format") if isinstance(raw, dict) else None
    return isinstance(said, str) and said not in _FORMATS


@frozen
class Number(OutputValue):
    """One number, written with its unit."""

    type: ClassVar = "number"
    example: ClassVar[Json] = {"value": 1234.5, "format": "currency", "precision": 2}

    mistakes: ClassVar = (
        (
            _unknown_format,
            f"format isn't known and the number is written as a decimal; known are {', '.join(_FORMATS)}",
        ),
    )

    value: float | None = field(help="the number; null when there is none")
    format: str | None = field(help=f"how it is written: {', '.join(_FORMATS)}", default=None)
    precision: int | None = field(help="decimal places", default=None, minimum=0, maximum=15)
    unit: str | None = field(help="its unit, where it isn't the declared one", default=None)

    def to_text(self, declared: OutputDeclaration) -> str:
        """The number as people write it, with its unit."""
        if self.value is None:
            return "–"
        precision = self.precision if self.precision is not None else declared.precision
        return number_text(self.value, self.format or declared.format, precision, self.unit or declared.unit)

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """One row: the number and its unit."""
        columns = (Column("value", declared.label, "number"), Column("unit", "Unit"))
        return Rows(columns, 1, lambda: [(self.value, self.unit or declared.unit or "")])


@frozen
class Boolean(OutputValue):
    """Yes or no."""

    type: ClassVar = "boolean"
    example: ClassVar[Json] = {"value": True, "true_label": "Converged", "false_label": "Not converged"}

    value: bool = field(help="true or false")
    true_label: str | None = field(help="shown for true", default=None)
    false_label: str | None = field(help="shown for false", default=None)

    def to_text(self, declared: OutputDeclaration) -> str:
        """The label of what it is."""
        own = self.true_label if self.value else self.false_label
        labels = declared.labels
        if isinstance(labels, dict):
            own = own or labels.get("true" if self.value else "false")
        elif labels is not None and len(labels) == 2:
            own = own or labels[self.value]
        return own or ("Yes" if self.value else "No")

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """One row: the value."""
        return Rows((Column("value", declared.label, "boolean"),), 1, lambda: [(self.value,)])


@frozen
class Latex(OutputValue):
    """A formula."""

    type: ClassVar = "latex"
    example: ClassVar[Json] = r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}"

    value: str = field(help="LaTeX in maths mode, without dollar signs round it")

    def to_text(self, declared: OutputDeclaration) -> str:
        """The source."""
        del declared
        return self.value


@frozen
class Code(OutputValue):
    """Source text in a language."""

    type: ClassVar = "code"
    example: ClassVar[Json] = {"value": "def double(x):\n    return 2 * x\n", "language": "python"}
    merge: ClassVar[Merge] = staticmethod(append_code)

    value: str = field(help="the source")
    language: str | None = field(help="its language, such as python or json", default=None)

    def to_text(self, declared: OutputDeclaration) -> str:
        """The source."""
        del declared
        return self.value


@frozen
class Progress(OutputValue):
    """How far the work has come."""

    type: ClassVar = "progress"
    example: ClassVar[Json] = 0.75

    value: float | None = field(help="0 to 1, or null when it can't be told", minimum=0, maximum=1)

    def to_text(self, declared: OutputDeclaration) -> str:
        """Whole per cent."""
        del declared
        return "in progress" if self.value is None else f"{self.value:.0%}"

    def to_rows(self, declared: OutputDeclaration) -> Rows:
        """One row: the fraction."""
        return Rows((Column("value", declared.label, "number"),), 1, lambda: [(self.value,)])


TEXT: tuple[type[OutputValue], ...] = (Text, Markdown, Number, Boolean, Latex, Code, Progress, StreamText)
