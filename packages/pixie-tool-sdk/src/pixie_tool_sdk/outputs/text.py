"""Outputs that are words or one value."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from pixie_tool_sdk.outputs.checks import boolean_at, fail, number_at, text_at

__all__ = ["NumberFormat", "boolean", "code", "latex", "markdown", "number", "progress", "stream_text", "text"]

NumberFormat: TypeAlias = Literal["plain", "decimal", "integer", "currency", "percent", "scientific", "compact"]

_FORMATS: Final = ("plain", "decimal", "integer", "currency", "percent", "scientific", "compact")


def text(value: Any) -> str:
    """Plain words."""
    return text_at(value, "text")


def markdown(value: Any) -> str:
    """Formatted words: CommonMark with tables."""
    return text_at(value, "markdown")


def latex(value: Any) -> str:
    r"""A formula, without dollar signs round it: `outputs.latex(r"x = \frac{a}{b}")`."""
    return text_at(value, "latex")


def stream_text(value: Any) -> str:
    """Words that arrive bit by bit: the increments of `Run.emit`, or the whole."""
    return text_at(value, "stream_text")


def code(value: Any, language: str | None = None) -> Any:
    """Source text; `language` names it for colouring, such as `python` or `json`."""
    source = text_at(value, "code")
    return source if language is None else {"value": source, "language": text_at(language, "code.language")}


def number(
    value: Any,
    *,
    unit: str | None = None,
    format: NumberFormat | None = None,
    precision: int | None = None,
) -> Any:
    """One finite number, or None when there is none.

    `format` is plain, decimal, integer, currency, percent (the value times 100), scientific or compact; `precision`
    counts decimal places, 0 to 15. The unit is best declared in tool.json; `unit` here is for one that depends on the
    run.
    """
    bare = number_at(value, "number", gap=True)
    extras: dict[str, Any] = {}
    if unit is not None:
        extras["unit"] = text_at(unit, "number.unit")
    if format is not None:
        if format not in _FORMATS:
            fail("number.format", format, f"one of {', '.join(_FORMATS)}")
        extras["format"] = format
    if precision is not None:
        places = number_at(precision, "number.precision", low=0, high=15)
        if not isinstance(places, int):
            fail("number.precision", places, "a whole number of decimal places")
        extras["precision"] = places
    return {"value": bare, **extras} if extras else bare


def boolean(value: Any, *, true_label: str | None = None, false_label: str | None = None) -> Any:
    """Yes or no, with the words to show for each."""
    bare = boolean_at(value, "boolean")
    labels = {"true_label": true_label, "false_label": false_label}
    said = {key: text_at(label, f"boolean.{key}") for key, label in labels.items() if label is not None}
    return {"value": bare, **said} if said else bare


def progress(value: Any) -> float | None:
    """How far something has come, 0 to 1, or None when it can't be told."""
    checked: float | None = number_at(value, "progress", low=0, high=1, gap=True)
    return checked
