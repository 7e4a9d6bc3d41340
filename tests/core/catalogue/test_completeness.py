"""What holds for every type: walked over the catalogue, so that a half-added type fails."""

import json
from typing import Annotated, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_core.catalogue import INPUT_TYPES, OUTPUT_TYPES, VIEWS, InputDeclaration, OutputDeclaration, Rows
from pixie_core.catalogue.base import Nested, Records
from pixie_core.structure import structure, unknown_keys
from pixie_core.testing.catalogue import input_examples, manifest_with_every_type, output_examples
from pixie_core.tool.manifest import manifest_from

CONTRACT_OUTPUTS = [
    "text",
    "markdown",
    "number",
    "boolean",
    "latex",
    "code",
    "progress",
    "table",
    "kv",
    "log",
    "diff",
    "tree",
    "timeline",
    "gantt",
    "chart_line",
    "chart_area",
    "chart_bar",
    "chart_scatter",
    "chart_pie",
    "chart_histogram",
    "chart_boxplot",
    "chart_heatmap",
    "chart_candlestick",
    "chart_radar",
    "chart_sankey",
    "chart_treemap",
    "chart_network",
    "map_points",
    "map_heatmap",
    "map_choropleth",
    "map_polygons",
    "map_route",
    "image",
    "image_grid",
    "image_compare",
    "audio",
    "video",
    "stream_text",
    "file",
]

CONTRACT_INPUTS = [
    "text",
    "textarea",
    "number",
    "slider",
    "select",
    "radio",
    "multiselect",
    "checkbox",
    "toggle",
    "date",
    "time",
    "datetime",
    "date_range",
    "file",
    "image",
    "audio",
    "colour",
    "json",
    "code",
    "markdown",
    "tags",
    "autocomplete",
    "table",
    "map_point",
    "map_bbox",
    "map_polygon",
    "map_multipoint",
    "hidden",
]

VIEWS_BY_FAMILY = {"chart": {"rows", "figure"}, "map": {"rows", "features"}, "image": {"media"}}


def declared_classes(cls, seen=None):
    """A class with every class that its fields hold."""
    seen = {} if seen is None else seen
    if cls in seen or not attrs.has(cls):
        return seen
    seen[cls] = None
    for hint in get_type_hints(cls, include_extras=True).values():
        for part in (hint, *get_args(hint)):
            if isinstance(part, Records | Nested):
                declared_classes(part.of, seen)
            elif isinstance(part, type):
                declared_classes(part, seen)
            elif get_origin(part) is not Annotated:
                for inner in get_args(part):
                    if isinstance(inner, type):
                        declared_classes(inner, seen)
    return seen


WITH_FIGURE = [each for each in output_examples() if "figure" in type(each.value).views()]
ALL = [*OUTPUT_TYPES.values(), *INPUT_TYPES.values(), OutputDeclaration]
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["x", "y", "value", "values", "series", "points", "columns", "rows", "data", "slices"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def test_every_type_of_the_contract_is_declared():
    """The catalogue holds the types of the contract, and no other."""
    assert sorted(OUTPUT_TYPES) == sorted(CONTRACT_OUTPUTS)
    assert sorted(INPUT_TYPES) == sorted(CONTRACT_INPUTS)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_class_and_field_says_what_it_is(cls):
    """Each class has a docstring of its own, each field help in a line that ends without a full stop."""
    for each in declared_classes(cls):
        assert each.__dict__.get("__doc__"), each
        for field in attrs.fields(each):
            said = field.metadata.get("help")
            assert said, (each, field.name)
            assert "\n" not in said
            assert not said.endswith("."), (each, field.name)


@pytest.mark.parametrize("cls", [*OUTPUT_TYPES.values(), *INPUT_TYPES.values()], ids=lambda cls: cls.__name__)
def test_every_type_has_an_example_of_its_own(cls):
    """No type borrows the example of the one that it is built on."""
    assert "example" in cls.__dict__
    assert "type" in cls.__dict__


@pytest.mark.parametrize("example", output_examples(), ids=str)
def test_the_example_of_an_output_is_right(example):
    """It structures, `check` finds nothing, no usual mistake is seen, no key is unknown, and JSON can say it."""
    assert list(example.value.check(example.declared)) == []
    assert [said for seen, said in example.value.mistakes if seen(example.raw)] == []
    assert list(unknown_keys(type(example.value), example.raw)) == []
    json.dumps(example.raw, allow_nan=False)


@pytest.mark.parametrize("example", input_examples(), ids=str)
def test_the_example_of_an_input_is_right(example):
    """Its declaration has no fault, and the value is one that it takes."""
    assert list(example.declared.faults()) == []
    assert list(example.declared.problems(example.value)) == []


def test_a_manifest_with_every_type_has_no_warning():
    """All examples together make a tool.json that nothing is to be said of."""
    manifest, warnings = manifest_from(manifest_with_every_type())
    assert warnings == ()
    assert [each.type for each in manifest.inputs] == list(INPUT_TYPES)


@pytest.mark.parametrize("example", output_examples(), ids=str)
def test_every_type_has_a_view_and_each_can_be_called(example):
    """A type can be read in some way; each view gives plain data, the same each time."""
    views = type(example.value).views()
    assert views
    for view in views:
        assert view in VIEWS
        first, second = (getattr(example.value, f"to_{view}")(example.declared) for _ in range(2))
        if isinstance(first, Rows):
            cells = list(first)
            assert cells == list(first) == list(second)
            assert len(cells) == first.length
            assert {len(row) for row in cells} == {len(first.columns)}
        else:
            assert first == second
        if view == "figure":
            json.dumps(attrs.asdict(first), allow_nan=False)
        if view == "features":
            json.dumps(first, allow_nan=False)


@pytest.mark.parametrize("name", OUTPUT_TYPES)
def test_a_family_shares_its_views(name):
    """Every chart is a table and a picture, every map a table and places, every image files."""
    wanted = VIEWS_BY_FAMILY.get(name.split("_")[0], set())
    assert wanted <= set(OUTPUT_TYPES[name].views())


@pytest.mark.parametrize("example", WITH_FIGURE, ids=str)
def test_a_figure_leaves_paper_and_ink_to_the_theme(example):
    """No figure says a colour of the ground, of the font, or of the grid."""
    text = json.dumps(example.value.to_figure(example.declared).layout)
    for word in ("paper_bgcolor", "plot_bgcolor", '"font"', "gridcolor", "template"):
        assert word not in text


@pytest.mark.parametrize("name", OUTPUT_TYPES)
@settings(max_examples=40, deadline=None)
@given(raw=any_json)
def test_looking_for_mistakes_never_raises(name, raw):
    """Predicates of mistakes take whatever a tool sends."""
    for seen, said in OUTPUT_TYPES[name].mistakes:
        assert seen(raw) in {True, False}
        assert said


@pytest.mark.parametrize(
    ("name", "raw", "cure"),
    [
        ("table", {"value": [[1]]}, "columns"),
        ("chart_scatter", {"points": [{"x": 1, "y": 2}]}, "{series: [{name, points: [{x, y}]}]}"),
        ("file", {"filename": "a.pdf", "data": "data:,x"}, "mime_type"),
        ("chart_line", {"x": ["a", "b"], "series": []}, "chart_bar"),
    ],
)
def test_the_common_mistakes_are_known_by_name(name, raw, cure):
    """Each mistake that the contract lists is seen, and its cure said."""
    (said,) = [said for seen, said in OUTPUT_TYPES[name].mistakes if seen(raw)]
    assert cure in said


def test_dates_along_a_line_are_no_mistake():
    """A line over dates is drawn with ticks of dates."""
    raw = {"x": ["2026-01-01", "2026-01-02"], "series": [{"name": "a", "y": [1, 2]}]}
    assert [said for seen, said in OUTPUT_TYPES["chart_line"].mistakes if seen(raw)] == []
    declared = OutputDeclaration(key="k", type="chart_line", label="L")
    assert structure(OUTPUT_TYPES["chart_line"], raw).to_figure(declared).layout["xaxis"]["type"] == "date"


@pytest.mark.parametrize("example", input_examples(), ids=str)
def test_what_an_input_samples_is_stable_json(example):
    """A sample is JSON, with a default and without."""
    json.dumps(example.declared.sample(), allow_nan=False)
    json.dumps(example.declared.blank(), allow_nan=False)


@pytest.mark.parametrize("cls", INPUT_TYPES.values(), ids=lambda cls: cls.__name__)
@settings(max_examples=40, deadline=None)
@given(value=any_json)
def test_an_input_judges_any_json(cls, value):
    """`normalised` and `problems` take whatever is sent, and say sentences."""
    raw = {key: each for key, each in cls.example.items() if key != "type"}
    declared: InputDeclaration = structure(cls, cls.canonical(raw))
    for said in declared.problems(declared.normalised(value)):
        assert said
        assert not said.endswith(".")


@pytest.mark.parametrize("cls", INPUT_TYPES.values(), ids=lambda cls: cls.__name__)
@settings(max_examples=40, deadline=None)
@given(
    text=st.text(max_size=20) | st.sampled_from(["1e999", "nan", "[", "[[[", "1_000", "−3", "9" * 5000, "{}", "data:,"])
)
def test_reading_text_gives_a_value_or_says_why_not(cls, text):
    """`read` raises ValueError alone, with a sentence that goes on from the input's label."""
    raw = {key: each for key, each in cls.example.items() if key != "type"}
    declared: InputDeclaration = structure(cls, cls.canonical(raw))
    try:
        value = declared.read(text)
    except ValueError as error:
        said = [str(error)]
    else:
        said = list(declared.problems(declared.normalised(value)))
    assert [
        each for each in said if not each.startswith(("must", "is", "has", "holds", "at $", "row ", "place ", "file "))
    ] == []
