"""Whole pages say what is so, and one thing to do."""

from pathlib import Path

from pixie_core.errors import Problem
from pixie_core.tool import Tool
from pixie_server import render
from tests.server.render.reading import elements, only
from tests.server.render.samples import finished, frame, manifest, run, tool


def test_the_sidebar_groups_tools_by_category_and_leaves_archived_ones_out():
    """Categories in their order, tools without one last."""
    tools = [
        tool(manifest(id="walk", name="Random walk", category="Maths/Dynamics")),
        tool(manifest(id="count", name="Word count")),
        tool(manifest(id="growth", name="Growth", category="Finance")),
        tool(manifest(id="old", name="Old one", archived=True)),
    ]
    html = render.page_home(frame(*tools), recent=[])
    assert [each.text for each in elements(html, "summary")] == ["Finance", "Maths / Dynamics", "Other"]
    assert [each.text for each in elements(html, class_="name")] == ["Growth", "Random walk", "Word count"]


def test_a_tools_dot_says_its_state_in_words_too(tmp_path):
    """Colour alone says nothing to many."""
    made = tool(manifest(), tmp_path)
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    for verdict, dot, words in [
        ("pass", "green", "valid"),
        ("warn", "yellow", "valid with warnings"),
        ("fail", "red", "not valid"),
        (None, "grey", "not validated"),
    ]:
        html = render.page_home(frame(made, verdicts={"sample": verdict} if verdict else {}), recent=[])
        found = only(html, data_dot=dot)
        assert found["title"] == words
    assert "data-running" in only(
        render.page_home(frame(made, running=frozenset({"sample"})), recent=[]), data_dot="grey"
    )


def test_an_invalid_tool_shows_every_problem_and_no_form():
    """Where, and what."""
    broken = Tool("broken", Path("/nowhere"), None, (Problem("$.inputs", "is missing"), Problem("$.id", "is 3")))
    html = render.page_tool(frame(broken), broken)
    assert [each.text for each in elements(html, "li") if each.text.startswith("$")] == [
        "$.inputs is missing",
        "$.id is 3",
    ]
    assert not elements(html, "form")


def test_a_tool_that_failed_its_checks_shows_the_report_and_not_the_form():
    """The checks that passed are no news."""
    report = {
        "overall": "fail",
        "checks": [
            {"name": "tool_spawns", "status": "fail", "message": "no answer within 30 s"},
            {"name": "pyproject_ok", "status": "pass", "message": "ok"},
        ],
    }
    one = tool(manifest())
    html = render.page_tool(frame(one), one, validation=report)
    assert "no answer within 30 s" in str(html)
    assert "pyproject_ok" not in str(html)
    assert not elements(html, "form")


def test_a_tool_with_warnings_shows_the_form_and_the_warnings_in_a_fold():
    """They stop nothing."""
    report = {"overall": "warn", "checks": [{"name": "output_conforms", "status": "warn", "message": "extra key"}]}
    one = tool(manifest())
    html = render.page_tool(frame(one), one, validation=report)
    assert only(html, "form", id="run-form")
    assert "extra key" in only(html, "details", data_tone="warn").text


def test_a_tool_without_an_environment_says_the_command():
    """And keeps its form: the environment may be made meanwhile."""
    one = tool(manifest())
    html = render.page_tool(frame(one), one)
    assert only(html, class_="command").text == "pixie sync sample"
    assert only(html, "form", id="run-form")


def test_a_runs_page_has_its_inputs_in_the_form():
    """And not the defaults."""
    one = tool(manifest([{"key": "rate", "type": "number", "label": "Rate", "default": 5}]))
    html = render.page_run(frame(one), one, run(inputs={"rate": 7.5}, end=finished()))
    assert only(html, "input", name="rate")["value"] == "7.5"


def test_a_run_of_a_tool_that_is_gone_shows_its_inputs_as_words():
    """There is nothing to post them to."""
    html = render.page_run(frame(), None, run(inputs={"rate": 7.5}, end=finished()))
    assert not elements(html, "form", id="run-form")
    assert only(html, "dd").text == "7.5"


def test_a_page_of_a_running_run_looks_again_by_itself_without_scripts():
    """With scripts the element isn't there."""
    one = tool(manifest())
    going, ended = render.page_run(frame(one), one, run()), render.page_run(frame(one), one, run(end=finished()))
    assert '<noscript><meta http-equiv="refresh"' in str(going)
    assert "http-equiv" not in str(ended)


def test_an_error_page_has_one_next_action():
    """The start page where no better one is known."""
    html = render.page_error(frame(), 404, "No such tool", "There is no tool 'x'.", code="tool_not_found")
    assert only(html, "h1").text == "No such tool"
    assert only(html, "a", class_="button")["href"] == "/"


def test_the_look_is_on_the_root_before_anything_is_drawn():
    """No script has to set it, so that nothing flashes."""
    html = render.page_home(frame(theme="dark", accent="forest", density="airy"), recent=[])
    root = only(html, "html")
    assert (root["data-theme"], root["data-accent"], root["data-density"]) == ("dark", "forest", "airy")


def test_a_static_address_changes_with_its_file():
    """Its version is a hash, so that it can be kept for ever."""
    html = render.page_home(frame(), recent=[])
    versions = [each["href"] for each in elements(html, "link", rel="stylesheet")]
    assert versions
    assert all("?v=" in each and len(each.split("?v=")[1]) == 12 for each in versions)
