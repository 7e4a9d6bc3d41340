"""The dashboard in Chromium: forms, runs and outputs as a person meets them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

WIDTHS = (1440, 390)
THEMES = ("light", "dark")


def test_a_tool_is_run_from_its_form_and_its_charts_are_drawn(page):
    """Fill in, run, and see the outputs without a reload; the library comes from Pixie itself."""
    page.goto("/tool/curve")
    page.locator('[name="points"]').first.fill("200")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.locator("#panel")).to_contain_text("Highest")
    points = page.evaluate("document.querySelector('.js-plotly-plot').data[0].x.length")
    assert points == 200


def test_a_streaming_run_shows_its_words_as_they_come_and_goes_on_when_the_page_comes_back(page, live):
    """Leave half way, come back, and nothing is missing or twice."""
    page.goto("/tool/teller")
    page.locator('[name="words"]').fill("60")
    page.locator('[name="pause"]').fill("0.05")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#panel")).to_contain_text("word3")
    page.goto("/")
    page.goto("/tool/teller")
    expect(page.locator("#panel")).to_contain_text("word59")
    text = page.locator("#panel pre").first.inner_text()
    assert text.split() == [f"word{n}" for n in range(60)]


def test_a_run_is_cancelled_from_its_panel(page, live):
    """The button ends it, and the panel says so."""
    page.goto("/tool/teller")
    page.locator('[name="words"]').fill("2000")
    page.locator('[name="pause"]').fill("0.05")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#panel")).to_contain_text("word2")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#panel")).to_contain_text("Cancelled")


def test_ctrl_enter_runs(page):
    """From the keyboard alone."""
    page.goto("/tool/adder")
    page.locator('[name="a"]').fill("30")
    page.locator('[name="b"]').fill("2")
    page.locator('[name="a"]').press("Control+Enter")
    expect(page.locator("#panel")).to_contain_text("32 km")


def test_a_wrong_input_is_said_at_its_field(page):
    """The server's message lands where it belongs, and what was typed stays."""
    page.goto("/tool/adder")
    page.evaluate("document.querySelector('form[action$=\"/run\"]').noValidate = true")
    page.locator('[name="a"]').fill("5000")
    with page.expect_response("**/run"):
        page.get_by_role("button", name="Run", exact=True).click()
    field = page.locator('[name="a"]')
    expect(field).to_have_accessible_description(re.compile("must be at most 1000"))
    expect(field).to_have_value("5000")


def test_a_failed_run_shows_the_tools_own_message(page):
    """A sentence, with the traceback in a fold."""
    page.goto("/tool/adder")
    page.locator('[name="fail"][type="checkbox"]').check()
    page.locator('[name="note"]').fill("on purpose")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#panel")).to_contain_text("told to fail: on purpose")


def test_the_history_leads_to_a_past_run(page, live):
    """Its inputs in the form, its outputs in the panel, at an address of its own."""
    run = live.run("adder", a=500, b=5)
    page.goto("/tool/adder")
    page.locator(f'a[href="/tool/adder/runs/{run["id"]}"]').first.click()
    expect(page).to_have_url(f"{live.url}/tool/adder/runs/{run['id']}")
    expect(page.locator('[name="a"]')).to_have_value("500")
    expect(page.locator("#panel")).to_contain_text("505 km")


def test_without_javascript_the_form_still_runs(chromium, live):
    """A plain form, a redirect, and the outputs as text and tables."""
    context = chromium.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/tool/adder")
    page.locator('[name="a"]').fill("70")
    page.locator('[name="b"]').fill("2")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/tool/adder/runs/*")
    live.pixie.wait(page.url.rsplit("/", 1)[1])
    page.reload()
    assert "72 km" in page.locator("#panel").inner_text()
    context.close()


def test_a_page_from_elsewhere_gets_nowhere(chromium, live):
    """Another origin on this machine: its fetches, forms and images are refused, and no run is started."""
    import http.server
    import threading

    before = len(live.get("/api/runs", params={"page_size": 250}).json()["items"])
    body = f"""<!doctype html><title>elsewhere</title>
      <img src="{live.url}/api/tools"><form id="f" method="post" action="{live.url}/tool/adder/run">
      <input name="a" value="1"></form>""".encode()

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context()
    page = context.new_page()
    try:
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        post = "fetch(u, {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'text/plain'}, body: '{}'})"
        page.evaluate(f"(u) => {post}.then(() => 'sent', () => 'failed')", f"{live.url}/api/tools/adder/runs")
        with page.expect_navigation():
            page.evaluate("document.getElementById('f').submit()")
        assert "403" in page.content()
    finally:
        context.close()
        server.shutdown()
        server.server_close()
    assert len(live.get("/api/runs", params={"page_size": 250}).json()["items"]) == before


@pytest.mark.parametrize("width", WIDTHS)
def test_an_output_and_the_report_are_downloaded_from_their_menus(chromium, live, width):
    """By keyboard too; the menu stands in the window, axe finds nothing in it, and Escape closes it."""
    run = live.run("curve")
    context = chromium.new_context(base_url=live.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"/tool/curve/runs/{run['id']}")
    for button, listed, kind, name in (
        ("Copy, download or send Highest", "Download Highest", "csv", ".csv"),
        ("Report of this run", "Report of this run", "html", "-report.html"),
    ):
        page.get_by_role("button", name=button).focus()
        page.keyboard.press("Enter")
        menu = page.get_by_role("list", name=listed)
        expect(menu).to_be_visible()
        box = menu.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 900
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        with page.expect_download() as saved:
            menu.get_by_role("link", name=kind).first.click()
        assert saved.value.suggested_filename.endswith(name)
        assert saved.value.path().stat().st_size > 0
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
    context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(chromium, live, width, theme):
    """In either theme, wide and narrow."""
    runs = [live.run("curve"), live.run("adder"), live.run("adder", fail=True), live.run("teller")]
    context = chromium.new_context(
        base_url=live.url, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    paths = ["/", "/library", "/tool/curve", "/tool/adder", "/tool/broken", "/empty", "/tool/nothing"]
    for path in [*paths, *(f"/tool/{run['tool_id']}/runs/{run['id']}" for run in runs)]:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert [(path, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px wider than the window at {width} px"
    context.close()


@pytest.mark.case("X10.clean")
def test_no_page_breaks_the_content_security_policy(page, live):
    """Zero violations while every kind of page is open, charts included."""
    run = live.run("curve")
    page.add_init_script(
        "window.broken = []; document.addEventListener('securitypolicyviolation', e => window.broken.push(e.blockedURI))"
    )
    for path in ("/", "/library", "/tool/curve", f"/tool/curve/runs/{run['id']}", "/empty"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.broken") == []
