"""A run's report in Chromium, from a file and with the network off, as whoever it was sent to opens it."""

import io
import re
from unicodedata import normalize

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from pypdf import PdfReader

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.exporters import report
from tests.core.exporters.runs import Files, a_manifest, a_run

HOSTILE = "\"'><script>alert(1)</script>{{7*7}} \u2028 <img src=http://evil.test/x onerror=alert(1)>"
EVERY = {kind: (kind, cls.example) for kind, cls in OUTPUT_TYPES.items()}
DRAWN = ".chart .main-svg, .map .leaflet-overlay-pane"


def a_table(length):
    """A long table; `v` runs the other way."""
    columns = [
        {"key": "n", "label": "N", "type": "number"},
        {"key": "w", "label": "Word"},
        {"key": "v", "label": "V", "type": "number", "precision": 2, "unit": "kg"},
    ]
    rows = [{"n": n, "w": f"word {n}", "v": (length - n) / 4} for n in range(length)]
    return "table", {"columns": columns, "rows": rows}


def labelled(**values):
    """The declaration of outputs of these types, labelled by their keys."""
    return a_manifest(*({"key": key, "type": kind, "label": key} for key, (kind, _) in values.items()))


@pytest.fixture
def open_report(chromium, tmp_path):
    """Opens the report of a run with these outputs. What it asks for, logs or refuses fails the test."""
    contexts, wrong = [], []

    def opened(values, *, declared=None, run=None, **about):
        made = run or a_run(outputs=values)
        file = tmp_path / "report.html"
        html = report(made, declared or labelled(**values), made.values(), Files().open, "html")
        file.write_bytes(b"".join(html))
        context = chromium.new_context(offline=True, **{"viewport": {"width": 1440, "height": 900}, **about})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        ours = (file.as_uri(), "data:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(ours) else wrong.append(asked.url))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def see_all(page):
    """Have everything come into sight, so that it is drawn."""
    for place in page.locator(".chart, .map").all():
        place.scroll_into_view_if_needed()
    drawn = sum(bool({"figure", "features"} & set(cls.views())) for cls in OUTPUT_TYPES.values())
    page.wait_for_function(
        "([query, count]) => new Set([...document.querySelectorAll(query)]"
        ".map((each) => each.closest('.chart, .map'))).size === count",
        arg=[DRAWN, drawn],
    )


@pytest.mark.case("X9.silent")
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_every_type_is_drawn_offline_fits_and_is_accessible(open_report, width, theme):
    """Nothing is asked for, nothing is wider than the page, axe finds nothing."""
    page = open_report(EVERY, color_scheme=theme, viewport={"width": width, "height": 900})
    see_all(page)
    expect(page.locator(".formula .katex")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 23, 26)"}[theme]
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_the_theme_is_the_readers_until_they_choose_another(open_report):
    """Page, chart and map turn together."""
    page = open_report({key: EVERY[key] for key in ("chart_bar", "map_route")}, color_scheme="light")
    page.wait_for_selector(".chart .main-svg")
    page.get_by_role("button", name="Show on dark ground").click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 23, 26)"
    ground = "getComputedStyle(document.querySelector('.chart .main-svg')).backgroundColor"
    page.wait_for_function(f"{ground} === 'rgb(22, 23, 26)'")
    expect(page.get_by_role("button", name="Show on light ground")).to_have_text("Light")


def test_a_table_of_a_hundred_thousand_rows_holds_those_in_sight(open_report):
    """Scrolled to its end, sorted and filtered, without more than a hundred rows in the page."""
    page = open_report({"long": a_table(100_000)})
    table = page.locator(".table table")
    expect(page.locator(".count")).to_have_text("100,000 rows")
    assert table.locator("tbody tr").count() < 110
    page.locator(".scroller").evaluate("each => { each.scrollTop = each.scrollHeight; }")
    expect(table.locator("tbody")).to_contain_text("word 99999")
    table.get_by_role("button", name="V", exact=True).click()
    expect(table.locator("th").nth(2)).to_have_attribute("aria-sort", "ascending")
    expect(table.locator("tbody tr:not(.pad)").first).to_have_text(re.compile("99,999word 999990.25 kg"))
    table.get_by_role("button", name="V", exact=True).click()
    expect(table.locator("tbody tr:not(.pad)").first).to_have_text(re.compile("0word 025,000.00 kg"))
    page.get_by_role("searchbox").fill("word 1234")
    expect(page.locator(".count")).to_have_text("11 of 100,000 rows")
    expect(table.locator("tbody tr:not(.pad)")).to_have_count(11)


def test_what_is_shown_is_saved_as_csv(open_report):
    """The filtered rows, their numbers as they are."""
    page = open_report({"long": a_table(400)})
    page.get_by_role("searchbox").fill("word 39")
    expect(page.locator(".count")).to_have_text("11 of 400 rows")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename == "long.csv"
    lines = saved.value.path().read_text().splitlines()
    assert lines[:2] == ["N,Word,V", "39,word 39,90.25"]
    assert len(lines) == 12


NUMBERS = [0, 1, -12.5, 1234567.891, 0.1 + 0.2, 1e-7, 2.5e20, 0.00012345]
HOW = [
    {},
    {"precision": 3},
    {"format": "currency", "unit": "GBP"},
    {"format": "percent"},
    {"format": "scientific", "precision": 2},
    {"format": "integer", "unit": "km"},
    {"format": "plain", "unit": "%"},
    {"unit": "°"},
]


def test_the_script_writes_numbers_as_the_dashboard_does(open_report):
    """Sorting a table doesn't change how its cells are written."""
    columns = [{"key": f"k{n}", "label": f"K{n}", "type": "number", **how} for n, how in enumerate(HOW)]
    rows = [{f"k{n}": number for n in range(len(HOW))} for number in NUMBERS]
    page = open_report({"t": ("table", {"columns": columns, "rows": rows})})
    cells = (
        "[...document.querySelectorAll('.table tbody tr')].map((row) => [...row.cells].map((each) => each.innerText))"
    )
    before = page.evaluate(cells)
    page.get_by_role("button", name="K0", exact=True).click()
    after = page.evaluate(cells)
    order = sorted(range(len(NUMBERS)), key=NUMBERS.__getitem__)
    assert after == [before[at] for at in order]


MARKDOWN = r"""Energy is $E = mc^2$; it costs $5 or $6.

$$
a
= \frac{b}{c}
$$

Broken: $\frac{1$, hostile: $\href{javascript:alert(1)}{x}$
"""


def test_formulas_within_markdown_are_set(open_report):
    """In a line and on their own; a price, and what can't be set, stays as it was written."""
    page = open_report({"m": ("markdown", MARKDOWN)})
    expect(page.locator("[data-formula=inline] .katex").first).to_contain_text("E")
    expect(page.locator("[data-formula=display] .katex-display")).to_have_count(1)
    expect(page.locator(".prose")).to_contain_text("it costs $5 or $6.")
    expect(page.locator("[data-formula]:not([data-set])")).to_have_text(r"$\frac{1$")
    assert page.locator("a[href^='javascript']").count() == 0


def test_two_pictures_are_compared_by_a_slider(open_report):
    """As much of each is seen as it says, by the keyboard too; they can stand side by side, and do on paper."""
    page = open_report({"c": EVERY["image_compare"]})
    slider, pictures = page.get_by_role("slider"), page.locator("[data-compare] img")
    expect(slider).to_be_visible()
    assert pictures.first.bounding_box() == pictures.last.bounding_box()
    slider.focus()
    slider.press("Home")
    assert pictures.last.evaluate("it => getComputedStyle(it).clipPath") in {"inset(0px 0px 0px 0%)", "inset(0%)"}
    slider.press("End")
    assert "100%" in pictures.last.evaluate("it => getComputedStyle(it).clipPath")
    page.emulate_media(media="print")
    assert pictures.first.bounding_box()["x"] < pictures.last.bounding_box()["x"]
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Side by side").click()
    expect(slider).to_be_hidden()
    assert pictures.first.bounding_box()["x"] < pictures.last.bounding_box()["x"]
    page.get_by_role("button", name="One over the other").click()
    expect(slider).to_be_visible()


def test_without_scripts_two_pictures_stand_side_by_side(open_report):
    """And formulas are their source."""
    page = open_report({"c": EVERY["image_compare"], "m": ("markdown", MARKDOWN)}, java_script_enabled=False)
    pictures = page.locator("[data-compare] img")
    assert pictures.first.bounding_box()["x"] < pictures.last.bounding_box()["x"]
    expect(page.locator("[data-formula]").first).to_have_text("$E = mc^2$")


@pytest.mark.case("X7.maps", "X6.plotly")
def test_what_a_tool_says_does_not_run(open_report):
    """In labels, cells, marks, names of series and words of every other kind."""
    values = {
        "t": ("table", {"columns": [{"key": "a", "label": HOSTILE}], "rows": [{"a": HOSTILE}] * 400}),
        "c": ("chart_bar", {"x": [HOSTILE], "series": [{"name": HOSTILE, "y": [1]}], "x_label": HOSTILE}),
        "m": ("map_points", {"points": [{"lat": 0, "lng": 0, "label": HOSTILE}]}),
        "md": ("markdown", f"{HOSTILE} [x](javascript:alert(1)) ![y](http://evil.test/y.png)"),
        "f": ("latex", r"\href{javascript:alert(1)}{x} \htmlData{a=b}{c} \includegraphics{http://evil.test/z}"),
        "log": ("log", {"lines": [{"message": HOSTILE, "level": HOSTILE, "t": HOSTILE}] * 300}),
        "tree": ("tree", {"root": {"label": HOSTILE, "value": HOSTILE}}),
        "kv": ("kv", {"pairs": [{"key": HOSTILE, "value": HOSTILE}]}),
        "diff": ("diff", {"before": HOSTILE, "after": "x", "before_label": HOSTILE}),
    }
    declared = a_manifest(*({"key": key, "type": kind, "label": HOSTILE} for key, (kind, _) in values.items()))
    run = a_run(outputs=values, inputs={"rho": HOSTILE}, about={"label": HOSTILE}, status="error", error=HOSTILE)
    page = open_report(values, declared=declared, run=run)
    page.locator(".map").scroll_into_view_if_needed()
    circle = page.locator(".map path.leaflet-interactive")
    circle.hover()
    assert page.locator(".leaflet-tooltip").inner_text().split() == HOSTILE.split()
    assert page.locator("h1").inner_text().split() == HOSTILE.split()
    assert page.locator("img, form, iframe, object").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0


def test_on_paper_it_is_light_whole_and_without_controls(open_report):
    """From a dark screen: charts in their print size, headings of a long table on each page, and how many rows."""
    values = {"chart_line": EVERY["chart_line"], "map_route": EVERY["map_route"], "long": a_table(1000)}
    page = open_report(values, color_scheme="dark")
    page.wait_for_selector(".chart .main-svg")
    page.evaluate("""() => addEventListener("beforeprint", () => {
        const chart = document.querySelector(".chart .main-svg");
        window.printed = [chart.getBoundingClientRect().width, getComputedStyle(chart).backgroundColor];
    })""")
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    pages = [normalize("NFKC", each.extract_text()) for each in reader.pages]  # without ligatures
    text = "\n".join(pages)
    assert page.evaluate("printed") == [660, "rgb(255, 255, 255)"]
    assert "The first 200 of 1,000 rows." in text
    of_table = [each for each in pages if "word 1" in each]
    assert len(of_table) > 2
    assert all("Word" in each for each in of_table)
    assert "Filter" not in text
    assert "Save as CSV" not in text
    # Afterwards the screen is as it was.
    assert page.locator(".table tbody tr").count() < 110
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 23, 26)"


def test_without_scripts_the_beginning_of_a_table_can_be_read(open_report):
    """It stands in the page as HTML."""
    page = open_report({"long": a_table(1000)}, java_script_enabled=False)
    assert page.locator(".table tbody tr").count() == 100
    expect(page.get_by_role("cell", name="word 99", exact=True)).to_be_attached()
