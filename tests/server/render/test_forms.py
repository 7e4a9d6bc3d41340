"""A form asks for what the tool declares, and says at its place what was wrong."""

import pytest

from pixie_core.catalogue import INPUT_TYPES
from pixie_core.errors import Problem
from pixie_core.run.inputs import inputs_from_form
from pixie_server import render
from tests.server.render.reading import elements, only
from tests.server.render.samples import manifest


def form(*inputs, values=None, problems=()):
    return render.form(manifest(inputs), values, problems)


def sent(html):
    """What a browser sends of a form that nobody touched, for all but files: texts by name."""
    fields = {}
    found = iter(elements(html))
    chosen = None
    for each in found:
        kind = each["type"] or "text"
        if each.tag == "select":
            chosen = each["name"]
        elif each.tag == "option" and "selected" in each and chosen:
            fields.setdefault(chosen, []).append(each["value"])
        elif each.tag == "textarea":
            fields.setdefault(each["name"], []).append(each.text.removeprefix("\n"))
        elif (
            each.tag == "input"
            and "name" in each
            and (kind not in {"checkbox", "radio"} or "checked" in each)
            and kind != "file"
        ):
            fields.setdefault(each["name"], []).append(each["value"])
    return fields


@pytest.mark.parametrize("name", sorted(set(INPUT_TYPES) - {"file", "image", "audio", "map_point"}))
def test_a_form_that_nobody_touched_sends_the_defaults(name):
    """What the page holds of each type is read back as the value that it was made of."""
    declared = manifest([INPUT_TYPES[name].example])
    given = inputs_from_form(declared, sent(render.form(declared)))
    one = declared.inputs[0]
    assert given == {one.key: INPUT_TYPES[name].example.get("default", one.blank())}


@pytest.mark.parametrize("name", sorted(set(INPUT_TYPES) - {"hidden"}))
def test_every_input_has_a_name_that_is_read_out(name):
    """A label for its field, or words on it or on the group round it."""
    html = render.form(manifest([INPUT_TYPES[name].example]))
    labels = {each["for"] for each in elements(html, "label")}
    labels |= {each["id"] for each in elements(html) if "aria-label" in each}
    grouped = elements(html, "fieldset")
    fields = [each for each in elements(html) if each["id"] == "input-0"]
    assert len(fields) == 1
    assert "input-0" in labels or grouped


def test_a_problem_stands_at_its_field_and_above_the_form():
    """The field is marked, points to the words, and is one link away from the summary."""
    html = form(
        {"key": "rate", "type": "number", "label": "Rate"}, problems=[Problem("$.rate", "Rate must be a number")]
    )
    field = only(html, "input", name="rate")
    assert field["aria-invalid"] == "true"
    assert "input-0-problem" in field["aria-describedby"].split()
    assert only(html, id="input-0-problem").text == "Rate must be a number"
    summary = only(html, id="form-problems")
    assert "1 input needs another look" in " ".join(summary.text.split())
    assert only(html, "a", href="#input-0").text == "Rate must be a number"


def test_a_problem_of_no_field_is_said_above_the_form():
    """An unknown key has no place of its own."""
    html = form({"key": "rate", "type": "number", "label": "Rate"}, problems=[Problem("$.rat", "no input 'rat'")])
    assert "no input 'rat'" in only(html, id="form-problems").text
    assert only(html, id="input-0-problem").text == ""


def test_the_answer_to_htmx_says_each_fields_problem_out_of_band():
    """Every field's message is swapped, so that those of an earlier attempt go away."""
    declared = manifest([{"key": "a", "type": "number", "label": "A"}, {"key": "b", "type": "number", "label": "B"}])
    html = render.form_problems(declared, [Problem("$.b", "B is missing")])
    swapped = {each["id"]: each.text for each in elements(html) if each["hx-swap-oob"] == "true"}
    assert swapped["input-0-problem"] == ""
    assert swapped["input-1-problem"] == "B is missing"
    assert "B is missing" in swapped["form-problems"]


def test_what_was_typed_is_there_again():
    """Texts of a refused submission fill the fields as they were, wrong or not."""
    html = form(
        {"key": "rate", "type": "number", "label": "Rate", "default": 5},
        {"key": "on", "type": "checkbox", "label": "On", "default": True},
        {"key": "size", "type": "select", "label": "Size", "options": [{"value": 1}, {"value": 2}], "default": 1},
        values={"rate": "5x", "on": "false", "size": "2"},
    )
    assert only(html, "input", name="rate")["value"] == "5x"
    assert "checked" not in only(html, "input", type="checkbox")
    assert [each["value"] for each in elements(html, "option") if "selected" in each] == ["2"]


def test_a_default_off_the_grid_is_left_alone():
    """2.667 with a step of 0.5 is a value: no field may refuse or move it."""
    html = form({"key": "b", "type": "slider", "label": "β", "min": 0, "max": 10, "step": 0.5, "default": 2.667})
    assert only(html, "input", name="b")["step"] == "any"
    assert only(html, "input", type="range")["step"] == "any"
    assert only(html, "input", name="b")["value"] == "2.667"


def test_a_default_on_the_grid_goes_by_steps():
    """0.3 is three steps of 0.1, whatever binary fractions say."""
    html = form({"key": "b", "type": "slider", "label": "β", "min": 0, "max": 1, "step": 0.1, "default": 0.3})
    assert only(html, "input", type="range")["step"] == "0.1"


def test_the_inputs_of_a_group_share_one_heading():
    """A group comes once, with all that belong to it, in the order of its first."""
    inputs = [("a", "One"), ("b", None), ("c", "One"), ("d", "Two")]
    html = form(*({"key": key, "type": "text", "label": key, "group": group} for key, group in inputs))
    assert [each.text for each in elements(html, "legend")] == ["One", "Two"]
    assert [each["name"] for each in elements(html, "input")] == ["a", "c", "b", "d"]


def test_only_what_must_be_given_is_asked_for():
    """A number must be there; blank text is a value; what is optional says so."""
    html = form(
        {"key": "n", "type": "number", "label": "N"},
        {"key": "t", "type": "text", "label": "T"},
        {"key": "o", "type": "number", "label": "O", "required": False},
    )
    assert [each["name"] for each in elements(html, "input") if "required" in each] == ["n"]
    assert only(html, "label", for_="input-2").text == "O optional"


def test_a_file_that_was_sent_before_is_named():
    """A browser can't be given a file: its name and size say which to choose again."""
    html = form(
        {"key": "f", "type": "file", "label": "F"},
        values={"f": {"sha256": "0" * 64, "filename": "notes.csv", "mime": "text/csv", "size": 12400}},
    )
    assert "notes.csv (12.4 kB)" in str(html)


def test_a_condition_names_the_field_that_it_looks_at():
    """form.js finds the other input by its place, since keys may be anything."""
    html = form(
        {"key": "on", "type": "toggle", "label": "On"},
        {"key": "n", "type": "number", "label": "N", "show_if": {"key": "on", "equals": True}},
    )
    conditions = [each["data-show-if"] for each in elements(html) if "data-show-if" in each]
    assert conditions == ['{"input": "input-0", "equals": true}']
