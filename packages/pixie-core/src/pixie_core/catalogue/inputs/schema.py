"""JSON Schemas that tools declare for `json` inputs. jsonschema is imported when one is there: it is slow to
import and most tools have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["schema_faults", "schema_problems"]

_ENOUGH = 20


def schema_faults(schema: Any) -> Iterable[Problem]:
    """What keeps a schema from being one, each with its path from the schema."""
    from jsonschema.validators import Draft202012Validator, validator_for

    checker = validator_for(schema, default=Draft202012Validator)
    for error in sorted(checker(checker.META_SCHEMA).iter_errors(schema), key=lambda each: str(each.json_path)):
        yield Problem(error.json_path, f"isn't JSON Schema: {error.message}")


def schema_problems(schema: Any, value: Any) -> Iterable[str]:
    """Every place where a value doesn't meet a schema, a sentence each.

    A reference is followed within the schema alone: nothing is fetched.
    """
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    checker = validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())
    try:
        errors = sorted(checker.iter_errors(value), key=lambda each: str(each.json_path))
    except Unresolvable as unresolvable:
        yield f"can't be checked: its schema refers to {unresolvable.ref!r}, which isn't in the schema itself"
        return
    except RecursionError:
        yield "can't be checked: its schema refers to itself without end, or the value is nested too deeply"
        return
    for error in errors[:_ENOUGH]:
        yield f"at {error.json_path}: {error.message[:300]}"
    if len(errors) > _ENOUGH:
        yield f"and {len(errors) - _ENOUGH} problems more"
