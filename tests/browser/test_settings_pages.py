"""The pages of settings in Chromium: everything is switched, set and shown without a reload, and by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.server.live_pixie import ADDER, MANIFESTS, add_tool, live_pixie

TOOL = "/tool/keyed/settings"
SECRET = "hunter2-and-more"
LOOK = ("theme", "accent", "density")


@pytest.fixture
def live(tmp_path):
    """A served Pixie for each test, with a tool that lists a secret."""
    keyed = {**MANIFESTS["adder"], "id": "keyed", "name": "Keyed", "secrets": [{"key": "API_KEY", "required": True}]}
    add_tool(tmp_path / "pixie" / "tools", keyed, ADDER)
    with live_pixie(tmp_path / "pixie") as served:
        yield served


@pytest.fixture
def page(page):
    """A page that notes when it is loaded anew: nothing here may need it."""
    page.add_init_script("window.fresh = true")
    return page


def look(page):
    """What the page's root carries."""
    return [page.locator("html").get_attribute(f"data-{name}") for name in LOOK]


def stay(page):
    """Mark the document, so that `stayed` sees another one."""
    page.evaluate("window.fresh = 'no longer'")


def stayed(page):
    """True when the document is the marked one."""
    return page.evaluate("window.fresh") == "no longer"


def test_the_look_is_switched_at_once_and_is_there_in_the_next_page(page, live):
    """Theme, accent and density, without a reload; the ground has the colour of the theme."""
    page.goto("/settings")
    stay(page)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page.get_by_role("radio", name="Dark").check()
    assert look(page)[0] == "dark"
    assert page.evaluate(ground) == "rgb(22, 23, 26)"
    page.get_by_role("radio", name="Forest").check()
    page.get_by_role("radio", name="Airy").check()
    assert look(page) == ["dark", "forest", "airy"]
    for name in LOOK:
        expect(page.locator(f"#setting-{name} .source")).to_have_text("Set here")
    assert stayed(page)
    expect(page.locator("#announcer")).to_have_text(re.compile("^(Theme: dark|Accent: forest|Density: airy)$"))
    page.goto("/tool/keyed")
    assert look(page) == ["dark", "forest", "airy"]
    page.goto("/settings")
    page.get_by_role("button", name="Reset Theme to default").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")
    expect(page.get_by_role("radio", name="Auto")).to_be_checked()


def test_the_look_goes_back_when_it_cannot_be_kept(chromium, live):
    """The reader sees why, and the page is as the server has it."""
    context = chromium.new_context(base_url=live.url)
    page = context.new_page()
    page.goto("/settings")
    page.route("**/settings", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_role("radio", name="Dark").check()
    expect(page.locator("#notices")).to_contain_text("Pixie can’t be reached")
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")
    context.close()


def test_a_change_that_overtakes_an_answer_is_kept(chromium, live):
    """The answer to the first doesn't undo the second, which is sent as well."""
    context = chromium.new_context(base_url=live.url)
    page = context.new_page()
    page.goto("/settings")
    held = []

    def hold(route):
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/settings", hold)
    with page.expect_request("**/settings"):
        page.get_by_role("radio", name="Compact").check()
    with page.expect_response("**/settings"):
        # The first is let go in the moment between the second change and its being sent.
        page.get_by_role("radio", name="Airy").check()
        held[0].continue_()
    expect(page.locator("#setting-density")).to_have_attribute("data-value", "airy")
    expect(page.get_by_role("radio", name="Airy")).to_be_checked()
    assert live.pixie.preferences.current().density == "airy"
    context.close()


def test_the_last_of_many_quick_changes_is_the_one_that_is_kept(page, live):
    """Arrow keys run through the choices faster than the server answers; the focus stays."""
    page.goto("/settings")
    page.get_by_role("radio", name="Indigo").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert look(page)[1] == "ember"
    expect(page.locator("#setting-accent")).to_have_attribute("data-value", "ember")
    expect(page.get_by_role("radio", name="Ember")).to_be_focused()
    assert live.pixie.preferences.current().accent == "ember"


def test_a_setting_is_changed_and_refused_in_its_row(page, live):
    """Enter sends it; the server's sentence stands at the field, which keeps what was typed and the focus."""
    page.goto("/settings")
    stay(page)
    page.get_by_text("The gallery of what runs left.").click()
    field = page.get_by_label("Library page size", exact=True)
    field.fill("20")
    field.press("Enter")
    expect(page.locator("#setting-library_page_size .source")).to_have_text("Set here")
    assert live.pixie.preferences.current().library_page_size == 20
    page.evaluate("document.getElementById('setting-library_page_size').noValidate = true")
    field.fill("0")
    field.press("Enter")
    expect(field).to_have_accessible_description(re.compile("at least 1"))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("0")
    expect(field).to_be_focused()
    assert stayed(page)
    assert live.pixie.preferences.current().library_page_size == 20


def test_a_secret_is_set_and_cleared_and_never_on_the_page(page, live):
    """Write only: the field is empty again as soon as it is set."""
    page.goto(TOOL)
    stay(page)
    field = page.get_by_label("API_KEY").first
    field.fill(SECRET)
    field.press("Enter")
    expect(page.get_by_role("button", name="Replace API_KEY")).to_be_visible()
    expect(field).to_have_value("")
    assert SECRET not in page.content()
    assert SECRET in (live.pixie.settings.tools_dir / "keyed" / ".env").read_text()
    page.get_by_role("button", name="Clear API_KEY").click()
    expect(page.locator("#secret-API_KEY-facts")).to_have_text("Not set")
    expect(page.get_by_role("heading", name="Secrets")).to_be_focused()
    assert live.pixie.secrets.one("keyed", "API_KEY").set is False
    assert stayed(page)


def test_a_limit_is_overridden_and_goes_back(page, live):
    """The default stands beside it."""
    page.goto(TOOL)
    field = page.get_by_label("Maximum memory", exact=True)
    expect(field).to_have_value("512")
    field.fill("900")
    field.press("Tab")
    expect(page.locator("#limit-max_memory_mb-facts")).to_contain_text("Default: 512 MB")
    assert live.pixie.tools.get("keyed").manifest.max_memory_mb == 900
    page.get_by_role("button", name="Reset Maximum memory to default").click()
    expect(field).to_have_value("512")
    expect(field).to_be_focused()
    assert live.pixie.tools.get("keyed").manifest.max_memory_mb == 512


def test_a_tool_is_validated_on_its_page(page, live):
    """It is followed to its end, and the twelve checks appear without a reload."""
    page.goto(TOOL)
    stay(page)
    page.get_by_role("button", name="Validate").click()
    expect(page.locator("#validation .checks > li")).to_have_count(12, timeout=60_000)
    expect(page.get_by_role("button", name="Re-validate")).to_be_enabled()
    expect(page.locator("#announcer")).to_have_text(re.compile("^Validation: "))
    assert stayed(page)


def test_a_sweep_is_planned_confirmed_and_done(page, live):
    """Nothing goes before the tick; then it is said what went."""
    run = live.run("keyed")
    page.goto("/settings")
    stay(page)
    page.get_by_label("Runs that ended longer ago than").fill("0")
    page.get_by_role("button", name="Show what would go").click()
    expect(page.locator("#sweep")).to_contain_text("1 run with 0 files would go")
    page.get_by_role("button", name="Sweep now").click()
    assert live.pixie.get(run["id"]).id == run["id"]
    page.get_by_label("Delete this run for good").check()
    page.get_by_role("button", name="Sweep now").click()
    expect(page.locator("#sweep")).to_contain_text("1 run deleted")
    assert live.pixie.runs().items == ()
    assert stayed(page)


def test_a_destination_is_added_refused_and_removed(page, live, tmp_path):
    """The message stands at its field, and what was typed stays."""
    page.goto("/settings")
    form = page.locator("#destination")
    form.get_by_label("Name").fill("Reports")
    form.get_by_label("Folder").fill("nowhere")
    form.get_by_role("button", name="Add destination").click()
    expect(form.get_by_label("Folder")).to_have_accessible_description(re.compile("expected an absolute path"))
    expect(form.get_by_label("Folder")).to_be_focused()
    expect(form.get_by_label("Name")).to_have_value("Reports")
    (tmp_path / "reports").mkdir()
    form.get_by_label("Folder").fill(str(tmp_path / "reports"))
    form.get_by_label("Format").select_option("xlsx")
    form.get_by_role("button", name="Add destination").click()
    expect(page.locator("#destinations .entries li")).to_have_count(1)
    page.get_by_role("button", name="Remove Reports").click()
    expect(page.locator("#destinations")).to_contain_text("There is none yet")


def test_without_javascript_the_forms_work(chromium, live):
    """Plain forms with their own buttons, and the page at the place that was changed."""
    context = chromium.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/settings")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Save Theme").click()
    page.wait_for_url("**/settings#setting-theme")
    assert look(page)[0] == "dark"
    page.goto(TOOL)
    page.get_by_label("API_KEY").first.fill(SECRET)
    page.get_by_role("button", name="Set API_KEY").click()
    page.wait_for_url("**/settings#secrets")
    assert live.pixie.secrets.one("keyed", "API_KEY").set
    page.get_by_role("link", name="Measure what it takes").click()
    expect(page.locator("#disk")).to_contain_text("Environment")
    page.get_by_role("button", name="Archive", exact=True).click()
    page.wait_for_url("**/settings#archive")
    assert live.pixie.tools.get("keyed").archived
    context.close()


def test_the_pages_are_found_from_the_sidebar_and_from_the_tool(page, live):
    """By links, by keyboard."""
    page.goto("/tool/keyed")
    page.get_by_role("link", name="Settings of Keyed").press("Enter")
    page.wait_for_url(f"**{TOOL}")
    page.get_by_role("link", name="Settings", exact=True).press("Enter")
    page.wait_for_url("**/settings")
    expect(page.get_by_role("link", name="Settings", exact=True)).to_have_attribute("aria-current", "page")


def test_axe_finds_nothing_on_the_pages_of_settings(chromium, live):
    """In either theme, wide and narrow, with every fold open, a plan, a report and something refused; nothing is wider
    than the window.
    """
    live.run("keyed")
    live.pixie.validate("keyed")
    live.pixie.secrets.set("keyed", "API_KEE", "abc")
    live.pixie.tag_tool("keyed", add=["rain"])
    live.pixie.store.settings.put("max_streams", "many")
    paths = ["/settings?older_than=0", "/settings?older_than=soon", f"{TOOL}?measure=true", "/tool/keyed"]
    for width in (1440, 390):
        for theme in ("light", "dark"):
            context = chromium.new_context(
                base_url=live.url, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
            )
            page = context.new_page()
            for path in paths:
                page.goto(path)
                page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
                found = Axe().run(page).response["violations"]
                told = [(path, width, theme, each["id"], [node["html"] for node in each["nodes"]]) for each in found]
                assert told == []
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{path} is {wide} px wider than the window at {width} px"
            context.close()


def test_the_pages_keep_to_the_content_security_policy(page, live):
    """Zero violations, whatever is done on them."""
    page.add_init_script(
        "window.broken = []; document.addEventListener('securitypolicyviolation', e => window.broken.push(e.blockedURI))"
    )
    for path in ("/settings", TOOL):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.broken") == []
