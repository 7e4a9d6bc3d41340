"""What every chart's figure has: readable ticks, titles with units, a legend where one is needed and only there."""

import pytest

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_core.catalogue.figures import NUMBERS
from pixie_core.structure import structure_output

CHARTS = [name for name, cls in OUTPUT_TYPES.items() if "figure" in cls.views()]
AXES = ("xaxis", "yaxis")


def figure(type, value=None, **declared):
    """The figure of a value, by default the type's example."""
    about = OutputDeclaration(**{"key": "out", "type": type, "label": "Out", **declared})
    return structure_output(OUTPUT_TYPES[type], OUTPUT_TYPES[type].example if value is None else value).to_figure(about)


def line(names, **more):
    """A line chart of series with these names."""
    return figure("chart_line", {"x": [1, 2], "series": [{"name": name, "y": [1, 2]} for name in names]}, **more)


@pytest.mark.parametrize("type", CHARTS)
def test_ticks_are_said_in_the_figure_itself(type):
    """So that the page, the report and every export say numbers and dates alike."""
    for name in AXES:
        axis = figure(type).layout.get(name)
        if axis is None or not axis.get("visible", True) or axis.get("type") == "category" or "tickvals" in axis:
            continue
        if axis.get("type") == "date":
            assert [stop["value"] for stop in axis["tickformatstops"]][-2:] == ["%b\n%Y", "%Y"]
        else:
            assert axis["tickformat"] == NUMBERS["tickformat"]


def test_months_are_marked_at_months():
    """Rather than at fortnights, where nothing is."""
    months = {"x": [f"2026-{month:02}" for month in range(1, 7)], "series": [{"name": "a", "y": [1] * 6}]}
    axis = figure("chart_line", months).layout["xaxis"]
    assert (axis["dtick"], axis["tick0"]) == ("M1", "2026-01")
    days = {"x": ["2026-01-01", "2026-06-01"], "series": [{"name": "a", "y": [1, 2]}]}
    assert "dtick" not in figure("chart_line", days).layout["xaxis"]


@pytest.mark.parametrize(
    ("type", "axis", "title"),
    [
        ("chart_line", "yaxis", "Balance (GBP)"),
        ("chart_bar", "yaxis", "Orders (pcs)"),
        ("chart_histogram", "xaxis", "Reaction time (ms)"),
        ("chart_boxplot", "yaxis", "Yield (t/ha)"),
        ("chart_candlestick", "yaxis", "Price (USD)"),
    ],
)
def test_an_axis_says_its_unit_once(type, axis, title):
    """In brackets after its title, which may say it already."""
    unit = title.rpartition("(")[2].rstrip(")")
    assert figure(type, unit=unit).layout[axis]["title"]["text"] == title


def test_one_name_needs_no_legend():
    """Nor do several traces of one name."""
    assert line(["a"]).layout["showlegend"] is False
    assert line(["a", "a"]).layout["showlegend"] is False
    assert line(["a", "b"]).layout["showlegend"] is True


def test_names_stand_above_where_they_fit_and_else_beside():
    """A legend of several rows would stand on the title."""
    assert line(["wind", "sun"]).layout["legend"]["orientation"] == "h"
    assert line([f"a station with a name {n}" for n in range(6)]).layout["legend"]["orientation"] == "v"


def test_areas_are_named_in_the_order_they_came():
    """Stacked ones too, which Plotly would turn round."""
    assert figure("chart_area").layout["legend"]["traceorder"] == "normal"


def pie(*values):
    return figure("chart_pie", {"slices": [{"label": f"part {n}", "value": value} for n, value in enumerate(values)]})


def test_a_pie_of_few_large_parts_names_them_where_they_are():
    """And needs no legend."""
    made = pie(3, 2, 1)
    assert made.layout["showlegend"] is False
    assert made.data[0]["texttemplate"] == "%{text}<br>%{percent}"


@pytest.mark.parametrize("values", [[1] * 9, [100, 1], [100, 50, 2]])
def test_a_pie_of_many_or_small_parts_names_them_beside_it(values):
    """What is too small for words has none."""
    made = pie(*values)
    assert made.layout["showlegend"] is True
    total = sum(values)
    assert [bool(each) for each in made.data[0]["texttemplate"]] == [value >= 0.05 * total for value in values]


def test_parts_of_one_name_stay_two():
    """Though Plotly tells them apart by their labels."""
    labels = figure("chart_pie", {"slices": [{"label": "a", "value": 1}, {"label": "a", "value": 2}]}).data[0]["labels"]
    assert len(set(labels)) == 2
    assert [label.strip("\u200b") for label in labels] == ["a", "a"]


def test_cells_show_their_numbers_where_these_have_room():
    """Four letters in three columns have; twenty-four columns of them don't."""
    small = {"x_labels": list("abc"), "y_labels": ["d"], "z": [[1, 22, 4444]]}
    wide = {"x_labels": list(range(24)), "y_labels": ["d"], "z": [[-1234.5] * 24]}
    assert "texttemplate" in figure("chart_heatmap", small).data[0]
    assert "texttemplate" not in figure("chart_heatmap", wide).data[0]


def test_a_part_of_a_treemap_too_small_for_words_has_none():
    """Rather than words that nobody can read."""
    nodes = [{"id": "large", "value": 1000}, {"id": "small", "value": 1}]
    assert [bool(each) for each in figure("chart_treemap", {"nodes": nodes}).data[0]["texttemplate"]] == [True, False]


def test_the_unit_of_a_radar_stands_beside_it():
    """The title of its axis would lie across the profiles."""
    assert [note["text"] for note in figure("chart_radar", unit="points").layout["annotations"]] == ["points"]
    assert figure("chart_radar").layout["annotations"] == []
