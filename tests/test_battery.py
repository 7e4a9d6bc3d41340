"""Every clause of the hundred cases is held by a test, and every mark names a clause."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.battery import CLAUSES

TESTS = Path(__file__).parent


def marks():
    """Each clause that a test's mark names, with the tests."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        if b"mark.case" in path.read_bytes():
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.case":
                    for each in node.args:
                        found[ast.literal_eval(each)].append(f"{path.relative_to(TESTS)}:{node.lineno}")
    return found


def test_every_clause_has_a_test():
    """A clause that none holds is a promise that nobody keeps."""
    found = marks()
    missing = {name: said for name, said in CLAUSES.items() if name not in found}
    assert missing == {}


def test_every_mark_names_a_clause():
    """Else it would hold nothing that anybody asked for."""
    assert {name: places for name, places in marks().items() if name not in CLAUSES} == {}


@pytest.mark.parametrize("part", "NPIXESBTFKD")
def test_every_part_has_its_clauses(part):
    """In the order of their numbers, so that a missing one is seen."""
    numbers = [int(name.partition(".")[0][1:]) for name in CLAUSES if name[0] == part]
    assert numbers
    assert numbers == sorted(numbers)


def test_no_test_that_holds_a_clause_is_skipped():
    """What is skipped holds nothing. What only Linux has may be left out elsewhere: on Linux the battery is whole."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.case" in text:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    worn = [ast.unparse(each) for each in node.decorator_list]
                    if any("mark.case" in each for each in worn):
                        odd = [each for each in worn if "skip" in each or "xfail" in each]
                        assert [each for each in odd if "linux" not in each.lower()] == [], f"{path.name}:{node.name}"
