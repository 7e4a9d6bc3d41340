"""Variants of the types that are words or one value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixie_core.catalogue.base import Json
    from pixie_core.run.canonical.context import Context

__all__ = ["bare", "code", "number", "valued", "words"]


def bare(raw: Json, ctx: Context) -> Json:
    """A type that is one scalar: `{"value": …}` is unwrapped."""
    del ctx
    return raw["value"] if isinstance(raw, dict) and "value" in raw else raw


def words(raw: Json, ctx: Context) -> Json:
    """Text: a number or boolean is written out."""
    raw = bare(raw, ctx)
    if isinstance(raw, bool | int | float):
        ctx.note(f"{ctx.declared.type} is text: the {type(raw).__name__} was written out; send a string")
        return str(raw).lower() if isinstance(raw, bool) else str(raw)
    return raw


def valued(raw: Json, ctx: Context) -> Json:
    """A type that is a value with fields beside it: a bare scalar becomes `{"value": …}`."""
    del ctx
    return raw if isinstance(raw, dict) else {"value": raw}


def number(raw: Json, ctx: Context) -> Json:
    value = valued(raw, ctx)
    said = value.get("value")
    if isinstance(said, str):
        try:
            number = float(said)
        except ValueError:
            return value
        ctx.note("the number came as text; send a number", "$.value")
        return {**value, "value": int(number) if number.is_integer() and re.fullmatch(r"[+-]?\d+", said) else number}
    return value


def code(raw: Json, ctx: Context) -> Json:
    if ctx.increment:
        return bare(raw, ctx)
    value = valued(raw, ctx)
    if ctx.declared.language and "language" not in value:
        return {**value, "language": ctx.declared.language}
    return value
