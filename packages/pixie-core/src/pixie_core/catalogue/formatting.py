"""Numbers as people write them: the one place that turns a number, its format, precision and unit into
words.
"""

from __future__ import annotations

from decimal import localcontext
from functools import cache
from typing import Literal, TypeAlias

from babel import Locale
from babel.numbers import (
    NumberFormatError,
    UnknownCurrencyError,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    format_scientific,
    get_currency_name,
)

__all__ = ["NumberFormat", "number_text"]

NumberFormat: TypeAlias = Literal["plain", "decimal", "integer", "currency", "percent", "scientific", "compact"]
"""plain writes the digits as they are; percent multiplies by 100."""

_LOCALE = Locale("en", "GB")
_LARGEST = 10**21
_DIGITS = 1_000


def number_text(
    value: float,
    format: str | None = None,
    precision: int | None = None,
    unit: str | None = None,
) -> str:
    """The number with its unit: `25967.5, "currency", 2, "GBP"` is `£25,967.50`; `42, unit="km"` is `42 km`.

    `precision` is decimal places. A currency without a known unit is written as a decimal with two places. From 10²¹ on
    numbers are written with an exponent, but for those that are plain.
    """
    # Babel rounds in the context of the moment, whose 28 digits a large number with its places goes beyond.
    with localcontext(prec=_DIGITS):
        how = "scientific" if abs(value) >= _LARGEST and format != "plain" else format
        return _text(value, how, precision, unit)


def _text(value: float, format: str | None, precision: int | None, unit: str | None) -> str:
    if format == "currency":
        pattern = _places(2 if precision is None else precision)
        if unit and _is_currency(unit):
            return format_currency(value, unit.upper(), f"¤{pattern}", locale=_LOCALE, currency_digits=False)
        return _with_unit(format_decimal(value, pattern, locale=_LOCALE), unit)
    if format == "percent":
        return format_percent(value, f"{'#,##0.##' if precision is None else _places(precision)}%", locale=_LOCALE)
    if format == "scientific":
        return _with_unit(
            format_scientific(value, f"0.{'######' if precision is None else '0' * precision}E0", locale=_LOCALE), unit
        )
    if format == "integer":
        return _with_unit(format_decimal(value, "#,##0", locale=_LOCALE), unit)
    if format == "compact":
        return _with_unit(
            format_compact_decimal(value, locale=_LOCALE, fraction_digits=1 if precision is None else precision), unit
        )
    if format == "plain":
        return _with_unit(repr(value) if precision is None else f"{value:.{precision}f}", unit)
    return _with_unit(_decimal(value, precision), unit)


def _decimal(value: float, precision: int | None) -> str:
    if precision is not None:
        return format_decimal(value, _places(precision), locale=_LOCALE)
    if isinstance(value, int):
        return format_decimal(value, "#,##0", locale=_LOCALE)
    if value and not 1e-4 <= abs(value) < 1e15:
        return format_scientific(value, "0.######E0", locale=_LOCALE)
    # Twelve significant digits hide the noise of binary fractions (0.1 + 0.2) and nothing that a person reads.
    return format_decimal(float(f"{value:.12g}"), "#,##0.###############", locale=_LOCALE)


def _places(precision: int) -> str:
    """The pattern of a number with so many decimal places."""
    return f"#,##0.{'0' * precision}" if precision else "#,##0"


def _with_unit(number: str, unit: str | None) -> str:
    if not unit:
        return number
    return f"{number}{unit}" if unit in {"%", "°", "‰"} else f"{number} {unit}"


@cache
def _is_currency(unit: str) -> bool:
    try:
        get_currency_name(unit.upper(), locale=_LOCALE)
    except (UnknownCurrencyError, NumberFormatError):
        return False
    return unit.upper() in _LOCALE.currencies
