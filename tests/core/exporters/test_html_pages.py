"""Charts and maps as pages of one file show what they hold with the network off."""

import json
import re

import pytest

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import MissingExtra
from pixie_core.exporters import front_end
from tests.core.exporters.exported import exported

HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)>"
TYPES = [name for name, cls in OUTPUT_TYPES.items() if {"figure", "features"} & set(cls.views())]


@pytest.fixture
def open_page(chromium, tmp_path):
    """Opens a page from a file, offline; what it asks for, logs or refuses fails the test."""
    wrong = []
    contexts = []

    def opened(content, **about):
        file = tmp_path / "page.html"
        file.write_bytes(content)
        context = chromium.new_context(offline=True, **about)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda asked: wrong.append(asked.url) if not asked.url.startswith(("file:///", "data:", "blob:")) else None,
        )
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("type", TYPES)
def test_every_page_draws_and_asks_for_nothing(type, open_page):
    """The policy is kept to, nothing is requested, and a picture stands on the page."""
    page = open_page(exported(type, "html"))
    page.wait_for_selector("#picture :is(.main-svg, canvas, .leaflet-overlay-pane)", state="attached")
    assert page.inner_text("h1") == "Trial"
    assert "lorenz-ode-solver" in page.inner_text("footer")


def test_a_chart_holds_its_values_and_can_be_pointed_at(open_page):
    """Plotly has the numbers of the value, and draws them."""
    page = open_page(exported("chart_line", "html"))
    page.wait_for_selector(".scatterlayer .trace path", state="attached")
    drawn = page.evaluate("document.getElementById('picture').data.map(({ y }) => y)")
    assert drawn == [series["y"] for series in OUTPUT_TYPES["chart_line"].example["series"]]


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 23, 26)")])
def test_the_page_follows_the_reader(scheme, ground, open_page):
    """Light or dark as the reader's system is, the picture with the page."""
    page = open_page(exported("chart_bar", "html"), color_scheme=scheme)
    page.wait_for_selector(".main-svg", state="attached")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    assert page.evaluate("getComputedStyle(document.querySelector('.main-svg')).backgroundColor") == ground


def test_a_map_shows_every_mark_and_says_it_as_words(open_page):
    """Three places are three circles; the tooltip of one is text, whatever it says."""
    value = {"points": [{"lat": 0, "lng": n * 10, "label": HOSTILE} for n in range(3)]}
    page = open_page(exported("map_points", "html", value))
    circles = page.locator(".leaflet-overlay-pane svg path.leaflet-interactive")
    assert circles.count() == 3
    circles.first.hover()
    assert page.locator(".leaflet-tooltip").inner_text() == HOSTILE


@pytest.mark.parametrize("type", ["chart_bar", "map_points"])
def test_what_a_tool_says_does_not_run(type, open_page):
    """Script ends, comments and handlers in label and value stay words."""
    value = {
        "chart_bar": {"x": [HOSTILE], "series": [{"name": HOSTILE, "y": [1]}], "x_label": HOSTILE},
        "map_points": {"points": [{"lat": 0, "lng": 0, "label": HOSTILE}]},
    }[type]
    page = open_page(exported(type, "html", value, declared={"label": HOSTILE, "caption": HOSTILE}))
    page.wait_for_selector("#picture :is(.main-svg, canvas)", state="attached")
    assert page.inner_text("h1") == HOSTILE
    assert page.locator("img").count() == 0


def test_the_island_is_the_data_and_the_page_the_same_each_time():
    """What the page draws can be read out of it again by a program."""
    page = exported("chart_pie", "html").decode()
    island = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(island)["figure"][0]["values"] == [950, 420, 180, 250]
    assert exported("chart_pie", "html").decode() == page


def test_without_the_front_end_the_extra_is_named(monkeypatch):
    """Where the core is alone, it says what to install."""
    monkeypatch.setattr(front_end, "entry_points", lambda **_: ())
    with pytest.raises(MissingExtra, match=r"pixie-core\[html\]"):
        exported("chart_pie", "html")
