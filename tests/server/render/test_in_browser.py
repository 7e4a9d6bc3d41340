"""The dashboard in a real browser: forms, live runs, charts, keys, without scripts, and what axe says of it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from pixie_server import assets
from tests.server.live_pixie import add_tool, add_tools, live_pixie

# Keys that hide the form's own properties from a script that asks the form for them.
CLOBBERING = ("id", "name", "action", "method", "target", "elements", "attributes", "submit", "children", "length")

ECHO = """\
from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def echo(run, **given):
    return {"said": " ".join(f"{key}={given[key]}" for key in sorted(given))}


tool.serve()
"""

SHOW = """\
import pathlib
import threading

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def show(steps, pause, until, run):
    for step in range(steps):
        while until and step > 5 and not pathlib.Path(until).exists():
            run.progress(step / steps, "Waiting")
            threading.Event().wait(0.01)
        run.emit("story", f"word{step} ")
        run.emit("growth", {"x": [step], "series": [{"name": "<b>A</b> & co", "y": [step * step]}]})
        run.progress((step + 1) / steps, f"Step {step}")
        threading.Event().wait(pause)
    table = {"columns": [{"key": "n", "type": "number"}], "rows": [{"n": n} for n in range(3)]}
    return {"summary": "# Done\\n\\n![x](https://evil.example/x.png)", "rows": table}


tool.serve()
"""

MANIFESTS = [
    (
        {
            "id": "echo",
            "name": "Echo",
            "inputs": [
                *({"key": key, "type": "text", "label": key, "default": "x"} for key in CLOBBERING),
                {"key": "on", "type": "toggle", "label": "On", "default": True},
                {"key": "rate", "type": "number", "label": "Rate", "default": 2.667, "step": 0.5, "max": 10},
                {
                    "key": "more",
                    "type": "slider",
                    "label": "More",
                    "min": 0,
                    "max": 10,
                    "default": 3,
                    "show_if": {"key": "on", "equals": True},
                },
            ],
            "outputs": [{"key": "said", "type": "text", "label": "Said"}],
        },
        ECHO,
    ),
    (
        {
            "id": "show",
            "name": "Show",
            "inputs": [
                {"key": "steps", "type": "number", "label": "Steps", "default": 20},
                {"key": "pause", "type": "number", "label": "Pause", "default": 0.05},
                {"key": "until", "type": "text", "label": "Until", "default": ""},
            ],
            "outputs": [
                {"key": "story", "type": "stream_text", "label": "Story", "streaming": True},
                {"key": "growth", "type": "chart_line", "label": "Growth", "streaming": True, "layout": "tab"},
                {"key": "rows", "type": "table", "label": "Rows", "layout": "tab"},
                {"key": "summary", "type": "markdown", "label": "Summary"},
            ],
        },
        SHOW,
    ),
]


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    """A served Pixie with tools to look at, and the front-end libraries."""
    assets.ensure()
    home = tmp_path_factory.mktemp("pixie")
    add_tools(home)
    for manifest, program in MANIFESTS:
        add_tool(home / "tools", manifest, program)
    with live_pixie(home) as served:
        yield served


@pytest.fixture
def browse(chromium, dashboard):
    """Opens a page; in the end nothing may have been fetched from elsewhere, refused by the policy, or thrown."""
    contexts, wrong = [], []

    def heard(message):
        if message.type == "error" and "Failed to load resource" not in message.text and "Code 422" not in message.text:
            wrong.append(message.text)

    def asked(request):
        if not request.url.startswith((dashboard.url, "data:", "blob:")):
            wrong.append(f"asked for {request.url}")

    def open_page(path, *, width=1440, height=900, scheme="light", **about):
        context = chromium.new_context(
            base_url=dashboard.url, viewport={"width": width, "height": height}, color_scheme=scheme, **about
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", asked)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def start(page, *, steps=20, until=""):
    """Press Run, and wait until the panel is that of the new run: before, it is that of the last one.

    The tool that shows waits after a few steps for the file `until`, so that its run is under way for as long as the test likes.
    """
    before = page.locator("#panel").get_attribute("data-run")
    if page.url.endswith("/show"):  # the form remembers what another test ran with
        page.get_by_label("Steps").fill(str(steps))
        page.get_by_label("Until").fill(str(until))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#panel")).not_to_have_attribute("data-run", before or "")


def run_to_the_end(page):
    """Run, and wait for the finished panel."""
    start(page)
    expect(page.locator("#panel")).to_have_attribute("data-status", "ok")


def test_a_run_is_started_shown_and_filed_without_a_reload(browse):
    """Ctrl+Enter runs it; the answer and the history entry are on the same page."""
    page = browse("/tool/adder")
    page.evaluate("window.still = true")
    page.get_by_label("First").fill("40")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".numeral")).to_have_text("42 km")
    expect(page.locator("#history li").first).to_contain_text("ms")
    expect(page.locator("#history li").first.locator("a")).to_have_attribute("aria-current", "true")
    expect(page.locator("#announcer")).to_contain_text("The run finished")
    assert page.evaluate("window.still")


def test_inputs_may_be_called_anything(browse):
    """Keys that hide the form's own properties are sent like all others."""
    page = browse("/tool/echo")
    for key in CLOBBERING:
        page.locator(f'#run-form [name="{key}"]').fill(f"v-{key}")
    run_to_the_end(page)
    said = page.locator("[data-key=said] .value").inner_text()
    for key in CLOBBERING:
        assert f"{key}=v-{key}" in said


def test_a_default_off_the_grid_is_sent_as_it_is_and_the_arrows_go_by_the_step(browse):
    """2.667 with steps of 0.5."""
    page = browse("/tool/echo")
    run_to_the_end(page)
    assert "rate=2.667" in page.locator("[data-key=said] .value").inner_text()
    page.locator('[name="rate"]').press("ArrowUp")
    expect(page.locator('[name="rate"]')).to_have_value("3.167")


def test_an_input_that_depends_on_another_goes_and_comes_with_it(browse, dashboard):
    """Hidden it isn't sent; its track and its number are one."""
    page = browse("/tool/echo")
    page.locator(".track input").fill("7")
    expect(page.locator('[name="more"]')).to_have_value("7")
    page.get_by_role("switch", name="On").uncheck()
    expect(page.locator('[name="more"]')).to_be_hidden()
    run_to_the_end(page)
    run_id = page.locator("#panel").get_attribute("data-run")
    assert "more" not in dashboard.get(f"/api/runs/{run_id}").json()["inputs"]


def test_a_refused_form_says_so_at_the_field_and_keeps_what_was_typed(browse):
    """The server's message, the focus on its field; editing takes it away."""
    page = browse("/tool/adder")
    page.get_by_label("Note").fill("kept")
    page.get_by_label("First").evaluate("field => { field.max = ''; field.value = '5000'; }")
    page.get_by_role("button", name="Run", exact=True).click()
    field = page.get_by_label("First")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#input-0-problem")).to_contain_text("at most 1000")
    expect(page.get_by_label("Note")).to_have_value("kept")
    field.fill("5")
    expect(page.locator("#input-0-problem")).to_be_empty()


def test_a_stream_is_shown_as_it_comes_and_nothing_twice(browse, tmp_path):
    """Words are appended, the chart grows, and the end brings the rest."""
    page = browse("/tool/show")
    start(page, until=tmp_path / "go")
    story = page.locator("[data-key=story] pre")
    expect(story).to_contain_text("word3 ")
    expect(page.locator("#panel")).to_have_attribute("data-live", "")
    (tmp_path / "go").touch()
    expect(page.locator("#panel")).to_have_attribute("data-status", "ok")
    assert story.inner_text().split() == [f"word{step}" for step in range(20)]
    chart = page.locator(".chart[data-drawn]")
    expect(chart).to_be_visible()
    assert chart.evaluate("place => place.data[0].x.length") == 20


def test_a_tab_that_comes_back_goes_on_where_the_run_is(browse, tmp_path):
    """What was missed is there at once, the rest follows, nothing is doubled."""
    page = browse("/tool/show")
    start(page, until=tmp_path / "go")
    expect(page.locator("[data-key=story] pre")).to_contain_text("word3 ")
    page.goto("/")
    page.goto("/tool/show")
    expect(page.locator("[data-key=story] pre")).to_contain_text("word3 ")
    expect(page.locator("#panel")).to_have_attribute("data-live", "")
    (tmp_path / "go").touch()
    expect(page.locator("#panel")).to_have_attribute("data-status", "ok")
    assert page.locator("[data-key=story] pre").inner_text().split() == [f"word{step}" for step in range(20)]


def test_a_run_can_be_cancelled(browse, tmp_path):
    """What had come is kept, and the panel says what happened."""
    page = browse("/tool/show")
    start(page, until=tmp_path / "never")
    expect(page.locator("[data-key=story] pre")).to_contain_text("word1 ")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#panel")).to_have_attribute("data-status", "cancelled")
    expect(page.locator("[data-key=story] pre")).to_contain_text("word1 ")


@pytest.mark.case("X6.plotly", "X9.silent")
def test_a_chart_says_markup_as_words_and_offers_nothing_that_leaves_the_machine(browse):
    """A name that is markup stands in the legend's text; the toolbar has no cloud."""
    page = browse("/tool/show")
    run_to_the_end(page)
    chart = page.locator(".chart[data-drawn]")
    expect(chart).to_be_visible()
    assert chart.evaluate("place => place._fullData[0].name") == "&lt;b>A&lt;/b> &amp; co"
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    buttons = chart.locator(".modebar-btn").evaluate_all("all => all.map(each => each.dataset.title)")
    assert buttons
    assert not [title for title in buttons if re.search("cloud|share|edit", title, re.IGNORECASE)]


def test_charts_take_the_colours_of_the_theme(browse):
    """Also when it changes under them."""
    page = browse("/tool/show")
    run_to_the_end(page)
    label = page.locator(".chart .xtick text").first
    light = label.evaluate("text => getComputedStyle(text).fill")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => getComputedStyle(document.querySelector('.chart .xtick text')).fill !== light", arg=light
    )


def test_tabs_go_by_the_arrow_keys(browse):
    """One stop for Tab, arrows between, and the panel follows."""
    page = browse("/tool/show")
    run_to_the_end(page)
    page.get_by_role("tab", name="Growth").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Rows")).to_be_focused()
    expect(page.locator("[data-key=rows]")).to_be_visible()
    expect(page.locator("[data-key=growth]")).to_be_hidden()


def test_a_finished_run_can_be_starred_and_labelled(browse, dashboard):
    """It is so on the server, and the history shows it."""
    page = browse("/tool/adder")
    run_to_the_end(page)
    run_id = page.locator("#panel").get_attribute("data-run")
    page.get_by_role("button", name="Star").click()
    expect(page.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Label").click()
    page.locator("#label-text").fill("final report")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-heading")).to_have_text("final report")
    expect(page.locator("#history li").first).to_contain_text("final report")
    found = dashboard.get(f"/api/runs/{run_id}").json()
    assert (found["starred"], found["label"]) == (True, "final report")


def test_a_run_can_be_repeated(browse):
    """Run again leads to the new run, with the same answer."""
    page = browse("/tool/adder")
    run_to_the_end(page)
    first = page.locator("#panel").get_attribute("data-run")
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url("**/runs/*")
    expect(page.locator("#panel")).to_have_attribute("data-status", "ok")
    assert page.locator("#panel").get_attribute("data-run") != first


def test_the_sidebar_is_searched_by_typing(browse):
    """A slash goes to the field, Enter to the first that is left."""
    page = browse("/")
    page.keyboard.press("/")
    page.keyboard.type("tell")
    expect(page.locator(".category li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tool/teller")


def test_on_a_narrow_screen_the_sidebar_is_a_drawer_and_nothing_sticks_out(browse):
    """From 360 px on; the drawer needs no script."""
    page = browse("/tool/show", width=360, height=740, java_script_enabled=False)
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="Tools").click()
    expect(page.locator("#sidebar")).to_be_visible()
    page = browse("/tool/show", width=360, height=740)
    run_to_the_end(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("#inputs").bounding_box()["y"] < page.locator("#panel").bounding_box()["y"]


def test_everything_that_a_form_and_a_link_can_do_works_without_scripts(browse):
    """The form leads to the run's page, which looks again by itself until it has ended."""
    page = browse("/tool/show", java_script_enabled=False)
    page.get_by_label("Steps").fill("20")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/tool/show/runs/*")
    expect(page.locator("#panel")).to_have_attribute("data-status", "ok")
    expect(page.locator("[data-key=growth]")).to_be_visible()
    expect(page.locator("[data-key=rows]")).to_be_visible()
    page.locator("[data-key=growth] summary").click()
    expect(page.locator("[data-key=growth] td").last).to_have_text("361")


def test_scripts_are_light_where_there_is_no_chart(browse):
    """Under 100 kB in all, and no drawing library."""
    page = browse("/tool/adder")
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').filter(each => new URL(each.name).pathname.endsWith('.js'))"
        ".map(each => [each.name, each.decodedBodySize])"
    )
    assert not [name for name, _ in loaded if "plotly" in name]
    assert sum(size for _, size in loaded) < 100_000


def test_charts_shift_nothing_when_they_come_in(browse):
    """Their place is kept."""
    page = browse("/tool/show")
    run_to_the_end(page)
    page.reload()
    page.evaluate(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(each => window.shift += each.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    expect(page.locator(".chart[data-drawn]")).to_be_visible()
    assert page.evaluate("window.shift") < 0.02


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(browse, dashboard, scheme, width):
    """On any page, wide and narrow, in either theme."""
    ended = dashboard.run("show", steps=3, pause=0)
    failed = dashboard.run("adder", fail=True)
    paths = ["/", "/empty", "/tool/adder", "/tool/echo", "/tool/broken", "/tool/nobody"]
    paths += [f"/tool/{run['tool_id']}/runs/{run['id']}" for run in (ended, failed)]
    for path in paths:
        page = browse(path, width=width, scheme=scheme)
        if path.startswith("/tool/show"):
            expect(page.locator(".chart[data-drawn]")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], path
        page.context.close()
