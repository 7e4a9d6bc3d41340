"""Suggestions that a tool makes while somebody types."""

import pytest
from playwright.sync_api import expect

from tests.server.live_pixie import add_tool, live_pixie

MANIFEST = {
    "id": "cities",
    "name": "Cities",
    "inputs": [
        {"key": "city", "type": "autocomplete", "label": "City", "endpoint": "places"},
        {"key": "odd", "type": "autocomplete", "label": "Odd", "endpoint": "/autocomplete/odd"},
    ],
    "outputs": [{"key": "said", "type": "text", "label": "Said"}],
    "provides_autocomplete": True,
}
PROGRAM = '''\
import time

from pixie_tool_sdk import Tool

tool = Tool()
PLACES = ["London", "Lisbon", "Lima", "Oslo"]


@tool.run
def say(city, odd):
    """Say the city."""
    return {"said": city}


@tool.autocomplete("places")
def places(q):
    """Those that begin so."""
    return [{"value": each, "label": each.upper()} for each in PLACES if each.lower().startswith(q.lower())]


@tool.autocomplete("odd")
def odd(q):
    """Think for too long."""
    time.sleep(10)
    return ["late"]


tool.serve()
'''


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie with a tool that suggests."""
    home = tmp_path_factory.mktemp("pixie")
    add_tool(home / "tools", MANIFEST, PROGRAM)
    with live_pixie(home) as served:
        yield served


def test_a_tool_suggests_for_what_was_typed(live):
    """As values with their words."""
    answer = live.get("/tool/cities/autocomplete/places", params={"q": "li"})
    assert answer.json() == [{"value": "Lisbon", "label": "LISBON"}, {"value": "Lima", "label": "LIMA"}]


@pytest.mark.case("T4.suggestions")
def test_suggestions_that_come_too_late_are_none(live):
    """The form isn't held up."""
    assert live.get("/tool/cities/autocomplete/odd", params={"q": "x"}).json() == []


@pytest.mark.parametrize("name", ["place", "..%2fschema", "healthz"])
def test_only_a_declared_endpoint_is_asked(live, name):
    """Nothing else of the tool is reached this way."""
    answer = live.get(f"/tool/cities/autocomplete/{name}")
    assert answer.status_code in {404, 422}


def test_typing_brings_them_into_the_form(live, chromium):
    """Options of the field's own list, anew after each pause."""
    page = chromium.new_page()
    page.goto(f"{live.url}/tool/cities")
    field = page.get_by_label("City")
    field.press_sequentially("Li")
    options = page.locator("datalist").first.locator("option")
    expect(options).to_have_count(2)
    field.fill("o")
    expect(options).to_have_count(1)
    expect(options.first).to_have_attribute("value", "Oslo")
    page.close()
