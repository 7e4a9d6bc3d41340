"""From JSON to typed values: nothing is coerced, and every problem is found at once with its path."""

import math
import sys
from typing import Annotated, Any, Literal

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.catalogue.base import Gaps, Labels, Numbers, Objects, Places, Records, field
from pixie_core.catalogue.columns import not_finite, unfit_numbers
from pixie_core.structure import Problems, structure, structure_output, unknown_keys

NAN, INFINITY = math.nan, math.inf


@frozen
class Inner:
    name: str = field(help="a name")
    share: float = field(help="a share", default=0.5, minimum=0, maximum=1)


@frozen
class Point:
    x: float | str = field(help="where")
    y: float = field(help="how high", minimum=-10, maximum=10)
    label: str | None = field(help="its name", default=None)


@frozen
class Everything:
    text: str = field(help="words", default="")
    flag: bool = field(help="yes or no", default=False)
    count: int = field(help="how many", default=0, minimum=0)
    amount: float = field(help="how much", default=0.0)
    kind: Literal["solid", "dashed"] = field(help="which", default="solid")
    either: list[str] | dict[str, str] | None = field(help="names", default=None)
    inner: list[Inner] = field(help="parts", default=[])
    by_name: dict[str, float] = field(help="numbers by name", default={})
    numbers: Numbers = field(help="numbers", default=[])
    gaps: Gaps = field(help="numbers with gaps", default=[])
    labels: Labels = field(help="strings", default=[])
    objects: Objects = field(help="objects", default=[])
    places: Places = field(help="places", default=[])
    points: Annotated[list[dict[str, Any]], Records(Point)] = field(help="points", default=[])
    anything: Any = field(help="anything", default=None)


def problems(raw, cls=Everything):
    """What is wrong with a raw value, as it is printed."""
    with pytest.raises(Problems) as caught:
        structure(cls, raw)
    return list(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "$: expected an object, found a list"),
        ({"text": 42}, "$.text: expected a string, found a number (42)"),
        ({"text": None}, "$.text: expected a string, found null"),
        ({"flag": 1}, "$.flag: expected true or false, found a number (1)"),
        ({"flag": "true"}, "$.flag: expected true or false, found a string ('true')"),
        ({"count": 1.5}, "$.count: expected a whole number, found a number (1.5)"),
        ({"count": True}, "$.count: expected a whole number, found a boolean (true)"),
        ({"count": -1}, "$.count: is -1; it must be at least 0"),
        ({"amount": "3"}, "$.amount: expected a number, found a string ('3')"),
        ({"amount": NAN}, "$.amount: expected a finite number, found a number (nan)"),
        ({"amount": 10**400}, "$.amount: expected a finite number, found a number (too large to show)"),
        ({"kind": "dash"}, "$.kind: expected one of 'solid', 'dashed', found a string ('dash'): did you mean dashed?"),
        ({"either": 3}, "$.either: expected a list or an object or null, found a number (3)"),
        ({"either": ["a", 3]}, "$.either[1]: expected a string, found a number (3)"),
        ({"inner": [{"name": "a"}, {}]}, "$.inner[1].name: is missing; it is a name"),
        ({"inner": [{"name": "a", "share": 2}]}, "$.inner[0].share: is 2; it must be at most 1"),
        ({"by_name": {"a b": None}}, "$.by_name['a b']: expected a number, found null"),
        ({"numbers": [1, None, None]}, "$.numbers[1]: expected a list of numbers, found null in it (and 1 more like it)"),
        ({"numbers": [1, True]}, "$.numbers[1]: expected a list of numbers, found a boolean (true) in it"),
        ({"numbers": [1.5, NAN]}, "$.numbers[1]: expected a finite number; use null for a gap"),
        ({"gaps": [None, INFINITY]}, "$.gaps[1]: expected a finite number; use null for a gap"),
        ({"numbers": [10**400, -(10**400)]}, "$.numbers[0]: expected a finite number; use null for a gap"),
        ({"labels": "abc"}, "$.labels: expected a list of strings, found a string ('abc')"),
        ({"objects": [{}, []]}, "$.objects[1]: expected a list of objects, found a list in it"),
        ({"objects": [{"a": 1}, {"a": {"b": [0, NAN]}}]}, "$.objects[1].a.b[1]: expected a finite number; use null for a gap"),
        ({"places": [[51, 0], [1, 2, 3]]}, "$.places[1]: expected [latitude, longitude], found a list"),
        ({"places": [[0, 51], [91, 0]]}, "$.places[1][0]: is 91; a latitude lies within -90 and 90 degrees"),
        ({"places": [[0, NAN]]}, "$.places[0][1]: is nan; a longitude lies within -360 and 360 degrees"),
        ({"places": [["0", 1]]}, "$.places[0][0]: expected a latitude in degrees, found a string ('0')"),
        ({"points": [{"x": 1}]}, "$.points[0].y: is missing; it is how high"),
        ({"points": [{"x": 1, "y": 11}]}, "$.points[0].y: is 11; it must be at most 10"),
        ({"points": [{"x": NAN, "y": 1}]}, "$.points[0].x: expected a number or a string, found a number (nan)"),
        ({"points": [{"x": "a", "y": 1, "label": 3}]}, "$.points[0].label: expected a string, found a number (3)"),
        ({"points": [{"x": 1, "y": 1}, 7]}, "$.points[1]: expected an object, found a number (7)"),
        ({"anything": {"deep": [[INFINITY]]}}, "$.anything.deep[0][0]: expected a finite number; use null for a gap"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_place(raw, said):
    """The path, what was expected, what was found, and what was meant."""
    assert problems(raw) == [said]


def test_every_problem_is_found_at_once():
    """One pass names them all, in the order of the fields."""
    found = problems({"text": 1, "count": "x", "inner": [{"share": 3}], "numbers": ["a"]})
    assert [each.split(":")[0] for each in found] == [
        "$.text",
        "$.count",
        "$.inner[0].name",
        "$.inner[0].share",
        "$.numbers[0]",
    ]


def test_what_is_right_is_kept_as_it_came():
    """Long lists are neither copied nor coerced: an int stays an int."""
    raw = {"numbers": [1, 2.5], "points": [{"x": 1, "y": 2}], "places": [[1, 2.5]], "count": 3.0}
    value = structure(Everything, raw)
    assert value.numbers is raw["numbers"]
    assert value.points is raw["points"]
    assert value.places is raw["places"]
    assert value.count == 3
    assert type(value.count) is int


def test_problems_of_one_list_stop_at_twenty():
    """A thousand wrong points are not a thousand sentences."""
    assert len(problems({"points": [{"x": 1, "y": "no"}] * 1000})) == 20


@given(st.lists(st.floats() | st.integers() | st.none() | st.text(max_size=1), max_size=8))
def test_the_quick_look_finds_what_a_look_at_each_finds(numbers):
    """The sum of a list tells whether each number of it is finite."""
    odd = [
        i
        for i, each in enumerate(numbers)
        if (type(each) is float and not math.isfinite(each)) or (type(each) is int and abs(each) > sys.float_info.max)
    ]
    assert not_finite(numbers) == (odd[0] if odd else None)


def test_numbers_whose_sum_overflows_are_right():
    """Each is finite though their sum isn't."""
    assert not_finite([1e308, 1e308, -1e308]) is None
    assert structure(Everything, {"numbers": [1.7e308] * 4}).numbers == [1.7e308] * 4


@given(
    st.recursive(
        st.floats() | st.booleans() | st.text(max_size=2),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=2), x, max_size=3),
    )
)
def test_numbers_that_json_cannot_say_are_found_anywhere(value):
    """However they are nested: there are as many problems as such numbers."""

    def count(each):
        if isinstance(each, dict):
            return sum(map(count, each.values()))
        if isinstance(each, list):
            return sum(map(count, each))
        return isinstance(each, float) and not math.isfinite(each)

    assert len(list(unfit_numbers(value))) == count(value)


def test_a_cell_of_a_table_that_is_not_finite_is_found():
    """Among strings and nulls, in the row where it stands."""
    rows = [{"a": "x", "b": None}, {"a": "y", "b": 1}, {"a": NAN, "b": 2}]
    assert problems({"columns": [{"key": "a"}], "rows": rows}, OUTPUT_TYPES["table"]) == [
        "$.rows[2].a: expected a finite number; use null for a gap"
    ]


def test_depth_is_no_obstacle():
    """Trees and free JSON of any depth are looked at to the bottom."""
    root = leaf = {"label": "0"}
    deep = inner = []
    for depth in range(20_000):
        leaf["children"] = [{"label": str(depth)}]
        leaf = leaf["children"][0]
        inner.append([])
        inner = inner[0]
    structure(OUTPUT_TYPES["tree"], {"root": root})
    leaf["label"] = 7
    (said,) = problems({"root": root}, OUTPUT_TYPES["tree"])
    assert said.endswith("[0].label: expected a string, found a number (7)")
    inner.append(NAN)
    assert len(list(unfit_numbers(deep))) == 1


def test_a_tree_names_the_node_that_is_wrong():
    """The path leads from the root through the children."""
    root = {"label": "a", "children": [{"label": "b"}, {"label": "c", "children": [{"name": "d"}, 3]}]}
    assert problems({"root": root}, OUTPUT_TYPES["tree"]) == [
        "$.root.children[1].children[1]: expected an object, found a number (3)",
        "$.root.children[1].children[0].label: is missing; it is what is shown",
    ]


@pytest.mark.parametrize("raw", [42, {"value": 42}])
def test_a_scalar_may_come_bare(raw):
    """A type that has a `value` takes it alone or by its name."""
    assert structure_output(OUTPUT_TYPES["number"], raw).value == 42


def test_a_wrong_bare_scalar_is_named_at_the_root():
    """Its path is that of what was sent."""
    with pytest.raises(Problems) as caught:
        structure_output(OUTPUT_TYPES["progress"], 1.5)
    assert list(map(str, caught.value.problems)) == ["$: is 1.5; it must be at most 1"]


def test_a_type_without_a_value_takes_no_scalar():
    """A table that comes as a list is no table."""
    with pytest.raises(Problems, match="expected an object, found a list"):
        structure_output(OUTPUT_TYPES["table"], [1])


def test_unknown_keys_are_warnings_with_the_name_that_was_meant():
    """Also in lists of records, at the first that has it."""
    raw = {
        "texts": "a",
        "inner": [{"name": "a", "shar": 1}],
        "points": [{"x": 1, "y": 1}, {"x": 1, "y": 2, "lable": "a"}],
    }
    found = sorted(map(str, unknown_keys(Everything, raw)))
    assert found == [
        "unknown key 'lable' at $.points[1].lable: did you mean label?",
        "unknown key 'shar' at $.inner[0].shar: did you mean share?",
        "unknown key 'texts' at $.texts: did you mean text?",
    ]
    assert {each.severity for each in unknown_keys(Everything, raw)} == {"warning"}
