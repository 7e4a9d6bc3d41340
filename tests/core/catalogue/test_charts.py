"""What charts compute, and what makes their values wrong."""

import random
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.catalogue.charts.distributions import bin_edges, counts, quantile
from pixie_core.catalogue.charts.network import layout
from pixie_core.catalogue.figures import is_date
from pixie_core.structure import structure_output


def chart(name, raw, **about):
    """A typed value with its declaration."""
    return structure_output(OUTPUT_TYPES[name], raw), OutputDeclaration(key="k", type=name, label="Label", **about)


def figure(name, raw, **about):
    value, declared = chart(name, raw, **about)
    return value.to_figure(declared)


def wrong(name, raw):
    value, declared = chart(name, raw)
    return list(value.check(declared))


LINE = {"x": [1, 2], "series": [{"name": "a", "y": [1, 2]}]}


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("chart_line", {**LINE, "x": [1]}, "series 'a' has 2 values of y for 1 of x: they must be as many"),
        ("chart_bar", {**LINE, "x": ["q"]}, "series 'a' has 2 values of y for 1 of x: they must be as many"),
        ("chart_radar", {"axes": ["a", "b"], "series": [{"name": "m", "values": [1]}]}, "series 'm' has 1 values for 2 axes: they must be as many"),
        ("chart_heatmap", {"x_labels": [1, 2], "y_labels": [1], "z": [[1, 2], [3]]}, "z has 2 rows for 1 y_labels: they must be as many"),
        ("chart_heatmap", {"x_labels": [1, 2], "y_labels": [1, 2], "z": [[1], [3]]}, "z[0] has 1 values for 2 x_labels: they must be as many (and 1 rows more)"),
        ("chart_candlestick", {"points": [{"t": "2026-01-01", "open": 1, "high": 2, "low": 1.5, "close": 2}]}, "points[0] has an open or close outside its low and high"),
        ("chart_sankey", {"nodes": [{"id": "gas"}], "links": [{"source": "gas", "target": "gass", "value": 1}]}, "links[0].target is 'gass' and no node has that id: did you mean 'gas'?"),
        ("chart_network", {"nodes": [{"id": 1}, {"id": 1}], "edges": []}, "the id 1 stands 2 times in nodes; ids are unique"),
        ("chart_treemap", {"nodes": [{"id": "a", "parent": "b"}]}, "nodes[0].parent is 'b' and no node has that id"),
        ("chart_treemap", {"nodes": [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}]}, "2 nodes lie within themselves: following parent from them never reaches the top"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said(name, raw, said):
    """Lengths, ids and orders that a shape alone doesn't tell."""
    assert wrong(name, raw)[0] == said


EMPTY = {
    "chart_line": {"x": [], "series": []},
    "chart_area": {"x": [], "series": [{"name": "a", "y": []}]},
    "chart_bar": {"x": [], "series": []},
    "chart_scatter": {"series": [{"name": "a", "points": []}]},
    "chart_pie": {"slices": []},
    "chart_histogram": {"values": []},
    "chart_boxplot": {"series": [{"name": "a", "values": []}]},
    "chart_heatmap": {"x_labels": [], "y_labels": [], "z": []},
    "chart_candlestick": {"points": []},
    "chart_radar": {"axes": [], "series": []},
    "chart_sankey": {"nodes": [], "links": []},
    "chart_treemap": {"nodes": []},
    "chart_network": {"nodes": [], "edges": []},
    "timeline": {"events": []},
    "gantt": {"tasks": []},
}


def test_every_chart_has_an_empty_case():
    """The cases above are all the types with a picture."""
    assert sorted(EMPTY) == sorted(name for name, cls in OUTPUT_TYPES.items() if "figure" in cls.views())


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_chart_is_drawn_empty(name):
    """No data is no error: views give a figure and no rows."""
    value, declared = chart(name, EMPTY[name])
    assert list(value.check(declared)) == []
    value.to_figure(declared)
    assert list(value.to_rows(declared)) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-05-17", True), ("2026-05", True), ("2026-05-17T12:00:00Z", True), ("2026-05-17 12:00", True), ("2026-05-17T12:00:00.5+01:00", True),
        ("2026-13-01", False), ("2026", False), ("Q1 2026", False), ("2026-05-17T25:00", False), (2026, False), ("", False),
    ],
)  # fmt: skip
def test_dates_are_told_from_names(text, date):
    """ISO 8601 alone is a date; a year by itself is a name."""
    assert is_date(text) is date


@pytest.mark.parametrize(
    ("x", "kind"),
    [([1, 2], None), (["2026-01", "2026-02"], "date"), (["1", "2"], "category"), (["2026-01", "Q2"], "category")],
)
def test_an_axis_is_what_its_positions_are(x, kind):
    """Numbers written as strings stay names, and one name among dates makes names of all."""
    assert figure("chart_bar", {**LINE, "x": x}).layout["xaxis"].get("type") == kind


def test_titles_carry_the_unit_once():
    """The unit of the declaration stands in brackets unless the title says it."""
    assert figure("chart_line", {**LINE, "y_label": "Mass"}, unit="kg").layout["yaxis"]["title"]["text"] == "Mass (kg)"
    assert (
        figure("chart_line", {**LINE, "y_label": "Mass (kg)"}, unit="kg").layout["yaxis"]["title"]["text"]
        == "Mass (kg)"
    )
    assert figure("chart_line", LINE, unit="kg").layout["yaxis"]["title"]["text"] == "kg"


def test_lying_bars_are_read_from_the_top():
    """The first name stands highest, and the values run to the right."""
    made = figure("chart_bar", {**LINE, "x": ["a", "b"], "horizontal": True, "stacked": True})
    assert made.data[0]["x"] == [1, 2]
    assert made.layout["yaxis"]["autorange"] == "reversed"
    assert made.layout["barmode"] == "relative"


values = st.lists(st.floats(-1e6, 1e6) | st.integers(-1000, 1000), min_size=1, max_size=60)


@given(values, st.none() | st.integers(1, 40))
def test_every_value_falls_into_one_bin(numbers, bins):
    """The bars of a histogram add up to what was measured, in as many bins as were asked for."""
    ordered = sorted(numbers)
    edges = bin_edges(ordered, bins)
    assert sum(counts(ordered, edges)) == len(numbers)
    assert edges == sorted(edges)
    if bins is not None:
        assert len(edges) == bins + 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_quartiles_are_those_of_the_statistics_module(numbers):
    """Linear between neighbours, both ends included."""
    expected = quantiles(numbers, n=4, method="inclusive")
    found = [quantile(sorted(numbers), share) for share in (0.25, 0.5, 0.75)]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_box_shows_the_values_beyond_its_whiskers():
    """Whiskers end at the last value within 1.5 times the box; what lies beyond is drawn as points."""
    (box,) = figure("chart_boxplot", {"series": [{"name": "a", "values": [1, 2, 3, 4, 5, 50]}]}).data
    assert (box["lowerfence"], box["upperfence"]) == ([1], [5])
    assert box["y"] == [[50]]
    assert box["median"] == [3.5]


def test_a_box_without_outliers_has_no_list_of_points():
    """With an empty one Plotly would leave the whole box out."""
    (box,) = figure("chart_boxplot", {"series": [{"name": "a", "values": [1, 2, 3, 4, 5]}]}).data
    assert "y" not in box
    assert (box["q1"], box["median"], box["q3"]) == ([2], [3], [4])


def test_a_heat_map_around_zero_is_coloured_evenly_to_both_sides():
    """Zero lies in the middle of the colours, though the values don't."""
    grid = {"x_labels": ["a", "b"], "y_labels": ["c"]}
    (cells,) = figure("chart_heatmap", {**grid, "z": [[-0.2, 1]]}).data
    assert (cells["zmin"], cells["zmax"]) == (-1, 1)
    (cells,) = figure("chart_heatmap", {**grid, "z": [[None, 1]]}).data
    assert "zmin" not in cells


def test_labels_that_stand_twice_stay_two_cells():
    """Columns of one name don't fall on each other."""
    made = figure("chart_heatmap", {"x_labels": ["a", "a"], "y_labels": ["c"], "z": [[1, 2]]})
    assert made.data[0]["x"] == [0, 1]
    assert made.layout["xaxis"]["ticktext"] == ["a", "a"]


def test_weekends_take_no_room_where_there_is_no_trade():
    """Daily prices on weekdays only leave out Saturday and Sunday; others keep them."""
    price = {"open": 1, "high": 1, "low": 1, "close": 1}
    weekdays = [{"t": f"2026-05-{day}", **price} for day in (14, 15, 18)]
    assert figure("chart_candlestick", {"points": weekdays}).layout["xaxis"]["rangebreaks"] == [
        {"bounds": ["sat", "mon"]}
    ]
    everyday = [{"t": f"2026-05-{day}", **price} for day in (15, 16, 17)]
    assert "rangebreaks" not in figure("chart_candlestick", {"points": everyday}).layout["xaxis"]


def test_a_radar_is_closed():
    """The outline ends where it began."""
    (outline,) = figure("chart_radar", {"axes": ["a", "b", "c"], "series": [{"name": "m", "values": [1, 2, 3]}]}).data
    assert outline["r"] == [1, 2, 3, 1]
    assert outline["theta"][0] == outline["theta"][-1] == 0


def test_ids_of_a_sankey_become_places():
    """Links name ids, of any kind; the figure counts nodes."""
    raw = {"nodes": [{"id": 7, "label": "In"}, {"id": "b"}], "links": [{"source": 7, "target": "b", "value": 3}]}
    (flows,) = figure("chart_sankey", raw).data
    assert (flows["link"]["source"], flows["link"]["target"]) == ([0], [1])
    assert flows["node"]["label"] == ["In", "b"]


@pytest.mark.parametrize(
    ("own", "total"),
    [(None, 30), (0, 30), (30, 30), (40, 40), (12, 42)],
    ids=["missing", "zero", "sum", "more", "beside"],
)
def test_a_part_holds_what_is_in_it(own, total):
    """A branch says nothing, the whole, more than its parts, or what it holds beside them."""
    nodes = [
        {"id": "top", "value": own},
        {"id": "a", "value": 10, "parent": "top"},
        {"id": "b", "value": 20, "parent": "top"},
    ]
    (parts,) = figure("chart_treemap", {"nodes": nodes}).data
    assert parts["values"] == [total, 10, 20]
    assert parts["parents"] == ["", "top", "top"]


def test_a_network_looks_the_same_each_time():
    """The layout depends on the value alone."""
    ends = [(a, b) for a in range(12) for b in range(a) if (a * b) % 5 == 1]
    state = random.getstate()
    assert layout(12, ends, [None] * len(ends)) == layout(12, ends, [None] * len(ends))
    assert random.getstate() == state


def test_parts_of_a_network_stay_in_sight_of_each_other():
    """What nothing ties together is laid side by side, each node at a place of its own."""
    places = layout(9, [(0, 1), (1, 2), (3, 4)], [None, 2.0, 0.0])
    assert len(set(places)) == 9
    xs, ys = zip(*places, strict=True)
    assert max(xs) - min(xs) < 30
    assert max(ys) - min(ys) < 30


def test_a_million_points_are_drawn_by_webgl():
    """Many points go to the graphics card, few stay vectors."""
    x = list(range(30_000))
    assert figure("chart_line", {"x": x, "series": [{"name": "a", "y": x}]}).data[0]["type"] == "scattergl"
    assert figure("chart_line", LINE).data[0]["type"] == "scatter"


def test_a_slice_is_not_negative():
    """A share below nothing has no angle."""
    with pytest.raises(Exception, match="must be at least 0"):
        chart("chart_pie", {"slices": [{"label": "a", "value": -1}]})
