"""Errors say what was wrong; each has a code of its own, and a place in the tree at the top of its file."""

import inspect

import pytest

from pixie_core import errors
from pixie_core.errors import PixieError, Problem, ToolNotFound, near

CLASSES = [
    each
    for each in vars(errors).values()
    if inspect.isclass(each) and issubclass(each, PixieError) and not each.__name__.startswith("_")
]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_public_documented_and_drawn_in_the_tree(cls):
    """It is in __all__, has a docstring of its own, and stands in the picture."""
    assert cls.__name__ in errors.__all__
    assert cls.__doc__
    assert cls is PixieError or f"─ {cls.__name__}" in errors.__doc__


def test_codes_are_unique():
    """A program tells errors apart by their code."""
    codes = [cls.code for cls in CLASSES]
    assert len(codes) == len(set(codes))


def test_a_problem_is_seen_from_further_out():
    """Its path grows at the front, one step at a time."""
    assert Problem("$", "wrong").under(".type").under("[2]").under(".outputs").path == "$.outputs[2].type"


def test_a_missing_tool_names_those_that_look_like_it():
    """A typo is answered with what was meant."""
    assert "Did you mean lorenz?" in str(ToolNotFound("lorentz", ("lorenz",)))


def test_near_is_none_when_nothing_is():
    """No guess is better than a wild one."""
    assert near("zzz", ["chart_line", "table"]) is None
    assert near("chartline", ["chart_line", "table"]) == "chart_line"
