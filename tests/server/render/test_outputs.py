"""Each output is drawn by its type's own template or by the view that it has."""

import json

import pytest
from attrs import NOTHING

from pixie_core.catalogue import OUTPUT_TYPES, OutputDeclaration
from pixie_server import render
from tests.server.render.reading import elements, only
from tests.server.render.samples import NOW, finished, manifest, run


def declared(type_, **more):
    return OutputDeclaration(key="k", type=type_, label="Result", **more)


def panel(outputs, values, *, end=None):
    made = manifest(outputs=outputs)
    types = {each["key"]: each["type"] for each in outputs}
    return render.panel(made, run(values=values, types=types, end=end), now=NOW)


@pytest.mark.parametrize("name", OUTPUT_TYPES)
def test_every_type_draws_its_example(name):
    """Not as raw JSON, and with nothing to complain of."""
    html = render.output(declared(name), OUTPUT_TYPES[name].example)
    assert elements(html)
    assert not elements(html, class_="problems")
    assert not elements(html, class_="nothing")


@pytest.mark.parametrize("name", [each for each in OUTPUT_TYPES if "figure" in OUTPUT_TYPES[each].views()])
def test_a_chart_comes_with_its_figure_and_its_data(name):
    """A place that waits for the figure, the figure as data, and the table for those who want numbers."""
    html = render.output(declared(name), OUTPUT_TYPES[name].example, index=3)
    assert only(html, class_="chart")["data-figure"] == "figure-3"
    assert json.loads(only(html, "script", id="figure-3").text)["data"]
    assert only(html, "details")
    assert only(html, "table")


def test_a_number_is_written_as_people_write_it():
    """The seed page's example."""
    value = {"value": 25967.50, "format": "currency", "precision": 2}
    assert only(render.output(declared("number", unit="GBP"), value), "p").text == "£25,967.50"


def test_a_wrong_shape_is_shown_as_it_came_with_what_is_wrong():
    """Nothing is lost, and the tool's author sees the path."""
    html = render.output(declared("table"), {"value": [1, 2]})
    assert "$.columns" in only(html, class_="problems").text
    assert json.loads(only(html, "pre").text) == {"value": [1, 2]}


def test_an_unknown_type_is_shown_as_json():
    """A run of a newer Pixie can still be read."""
    assert json.loads(only(render.output(declared("hologram"), {"a": 1}), "pre").text) == {"a": 1}


def test_a_large_value_is_a_link_to_its_file():
    """The reference that stands in its place says how large it is."""
    html = render.output(declared("table"), {"$artefact": "/api/artefacts/7/content", "size_bytes": 3_100_000})
    assert "3.1 MB" in str(html)
    assert only(html, "a")["href"] == "/api/artefacts/7/content"


@pytest.mark.parametrize(("live", "said"), [(True, "Not here yet"), (False, "No value")])
def test_what_is_missing_is_said(live, said):
    """While the run goes it may still come."""
    assert only(render.output(declared("table"), NOTHING, live=live), "p").text == said
    assert only(render.output(declared("table"), None, live=live), "p").text == said


def test_a_long_table_shows_its_beginning_and_says_so():
    """A thousand rows are on the page; the export has them all."""
    rows = [{"n": number} for number in range(1500)]
    html = render.output(declared("table"), {"columns": [{"key": "n", "type": "number"}], "rows": rows})
    assert len(elements(html, "tr")) == 1 + 1000
    assert "The first 1,000 of 1,500 rows" in only(html, class_="remark").text


def test_cells_are_written_by_their_columns():
    """Format, precision and unit of the column; numbers to the right."""
    columns = [{"key": "a", "type": "number", "format": "currency", "unit": "GBP"}, {"key": "b"}]
    html = render.output(declared("table"), {"columns": columns, "rows": [{"a": 1200, "b": True}]})
    assert [(each.text, each["class"]) for each in elements(html, "td")] == [("£1,200.00", "end"), ("Yes", None)]


def test_a_picture_from_elsewhere_is_a_link_and_not_fetched():
    """Its address is shown; no element loads it."""
    html = render.output(declared("image"), "https://pictures.example/cat.png")
    assert not elements(html, "img")
    link = only(html, "a")
    assert link["href"] == "https://pictures.example/cat.png"
    assert "noreferrer" in link["rel"]


def test_adjacent_tabs_become_one_set():
    """Tabs, each with its panel; a number between them parts two sets."""
    tab = {"type": "text", "layout": "tab"}
    outputs = [
        {"key": "a", "label": "A", **tab},
        {"key": "b", "label": "B", **tab},
        {"key": "n", "label": "N", "type": "number"},
        {"key": "c", "label": "C", **tab},
    ]
    html = panel(outputs, {"a": "1", "b": "2", "n": {"value": 3}, "c": "4"}, end=finished())
    tabs = elements(html, role="tab")
    assert [each.text for each in tabs] == ["A", "B"]
    panels = {each["id"] for each in elements(html, role="tabpanel")}
    assert {each["aria-controls"] for each in tabs} == panels
    assert [each["aria-selected"] for each in tabs] == ["true", "false"]


def test_adjacent_inline_outputs_stand_in_a_row():
    """Three cards in one row, as on the seed page."""
    outputs = [{"key": key, "type": "number", "label": key, "layout": "inline"} for key in "abc"]
    html = panel(outputs, {key: {"value": 1} for key in "abc"}, end=finished())
    assert len(elements(html, class_="inline")) == 1
    assert [each["data-key"] for each in elements(html, class_="output")] == ["a", "b", "c"]


def test_a_failed_run_shows_what_came_and_no_places_for_the_rest():
    """One empty place after another says nothing."""
    outputs = [{"key": "a", "type": "text", "label": "A"}, {"key": "b", "type": "text", "label": "B"}]
    html = panel(outputs, {"b": "half"}, end=finished("error", error="no"))
    assert [each["data-key"] for each in elements(html, class_="output")] == ["b"]


def test_outputs_of_a_tool_that_is_gone_are_shown_by_their_types():
    """The run knows the type of each."""
    html = render.panel(None, run(values={"k": {"value": 1.5}}, types={"k": "number"}, end=finished()), now=NOW)
    assert only(html, class_="numeral").text == "1.5"
