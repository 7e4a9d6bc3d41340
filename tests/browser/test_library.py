"""The library in Chromium: search, filters, the end of the list, many files at once, the preview, by mouse and by keyboard."""

import io
import re
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.reliability.kept import keep
from tests.server.live_pixie import add_tools, live_pixie

MOST_SCRIPT_BYTES = 100_000


def picture(colour):
    """A PNG of one colour."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, "PNG")
    return made.getvalue()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie with a library of 130 files, thumbnails and all, that each test finds as it was made."""
    home = tmp_path_factory.mktemp("library")
    add_tools(home)
    with live_pixie(home) as served:
        keep(served.pixie, {f"line-{number:03}.txt": b"%d" % number for number in range(120)}, tool_id="teller")
        keep(served.pixie, {"green.png": picture("green"), "prices.csv": b"day,price\n1,2\n", "notes.md": b"# Notes\n"})
        keep(served.pixie, {"red.png": picture("red"), "page.html": b"<p id=p>hello"})
        served.pixie.thumbnails.start()
        assert served.pixie.thumbnails.wait(60)
        yield served


@pytest.fixture(autouse=True)
def as_it_was(live):
    """Whatever a test marks or deletes is undone after it."""
    yield
    gone = [each.id for each in live.pixie.library.list(deleted=True, limit=250).items]
    if gone:
        live.pixie.library.change(gone, deleted=False)
    kept = live.pixie.library.list(limit=250).items
    tags = {tag for each in kept for tag in each.tags}
    live.pixie.library.change([each.id for each in kept], starred=False, label=None, remove_tags=tags)


def number_of(live, name):
    """The number of the file of that name."""
    return next(each.id for each in live.pixie.library.list(limit=250).items if each.filename == name)


def names(page):
    """What the cards are called, in order."""
    return page.locator(".card-name").all_text_contents()


def tick(page, *wanted):
    """Tick files by their names."""
    for name in wanted:
        page.get_by_role("checkbox", name=f"Select {name}").check()


def bar(page):
    """What can be done with ticked files."""
    return page.get_by_role("form", name="With the selected files")


def test_what_is_typed_is_found_and_stands_in_the_address(page, live):
    """Without a reload; when the page is loaded again, it is the same."""
    page.goto("/library")
    page.evaluate("window.same = true")
    field = page.get_by_role("searchbox", name="Find files")
    field.fill("lin")
    expect(page).to_have_url(re.compile("q=lin$"))
    field.fill("price")
    expect(page).to_have_url(f"{live.url}/library?q=price")
    expect(page.locator(".card-name")).to_have_text(["prices.csv"])
    expect(page.locator("#announcer")).to_have_text("1 file")
    field.fill("nothing is called so")
    expect(page.locator("#results")).to_contain_text("No file is like that")
    assert page.evaluate("window.same")
    page.reload()
    expect(field).to_have_value("nothing is called so")


def test_an_overtaken_request_is_cancelled(page):
    """The first answer is held back until the second was asked for; the second is what is shown."""
    page.goto("/library")
    held, cancelled = [], []

    def hold(route):
        held.append(route)

    page.route("**/library?q=line-000", hold)
    page.on("requestfailed", lambda request: cancelled.append(request.url))
    field = page.get_by_role("searchbox", name="Find files")
    with page.expect_request("**/library?q=line-000"):
        field.fill("line-000")
    field.fill("red")
    expect(page.locator(".card-name")).to_have_text(["red.png"])
    assert [each.rpartition("?")[2] for each in cancelled] == ["q=line-000"]
    for each in held:
        each.abort()
    expect(page.locator(".card-name")).to_have_text(["red.png"])


def test_filters_are_chosen_without_a_reload_and_the_way_back_undoes_them(page, live):
    """Each choice is a step of the history; what the controls say and what is shown agree."""
    page.goto("/library")
    page.get_by_label("Kind").select_option("image/")
    expect(page.locator(".card-name")).to_have_text(["red.png", "green.png"])
    page.get_by_role("combobox", name="Tool").select_option("teller")
    expect(page.locator("#results")).to_contain_text("No file is like that")
    expect(page).to_have_url(f"{live.url}/library?tool=teller&mime=image%2F")
    page.go_back()
    expect(page.locator(".card-name")).to_have_text(["red.png", "green.png"])
    expect(page.get_by_role("combobox", name="Tool")).to_have_value("")
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(f"{live.url}/library")


def test_the_list_goes_on_by_itself_to_its_end(page):
    """Every file once, by scrolling alone."""
    page.goto("/library")
    expect(page.locator(".card").first).to_be_visible()
    page.mouse.move(720, 450)
    for least in (51, 101):
        page.mouse.wheel(0, 20_000)
        expect(page.locator(".card").nth(least)).to_be_attached()
    expect(page.locator(".card")).to_have_count(125)
    expect(page.locator(".next-page")).to_have_count(0)
    assert len(set(names(page))) == 125


def test_many_are_marked_at_once(page, live):
    """Star, label and tag; the cards say so at once, and so does the page when it comes again."""
    page.goto("/library")
    expect(bar(page)).to_be_hidden()
    tick(page, "red.png", "prices.csv")
    expect(bar(page)).to_contain_text("2 selected")
    bar(page).get_by_role("button", name="Star", exact=True).click()
    expect(page.locator("#announcer")).to_have_text("2 files changed")
    for name, words in (("Label", "For the paper"), ("Tag", "figure")):
        bar(page).get_by_role("button", name=name, exact=True).click()
        field = bar(page).get_by_role("combobox", name=name)
        field.fill(words)
        field.press("Enter")
        expect(field).to_be_hidden()
    for _ in range(2):
        for file in ("red.png", "prices.csv"):
            card = page.locator(".card", has_text=file)
            expect(card.get_by_role("img", name="starred")).to_be_visible()
            expect(card).to_contain_text("For the paper")
            expect(card.get_by_role("link", name="figure")).to_be_visible()
        page.reload()
    kept = live.pixie.library.list(tag="figure").items
    assert [(each.filename, each.starred, each.label) for each in kept] == [
        ("red.png", True, "For the paper"),
        ("prices.csv", True, "For the paper"),
    ]


def test_a_range_is_ticked_with_shift(page):
    """From the last that was ticked to this one."""
    page.goto("/library")
    page.locator(".pick").nth(1).click(force=True)
    page.locator(".pick").nth(5).click(force=True, modifiers=["Shift"])
    expect(bar(page)).to_contain_text("5 selected")
    bar(page).get_by_role("button", name="None").click()
    expect(bar(page)).to_be_hidden()


def test_deleted_files_come_back_by_undo(page, live):
    """The cards go, and what is said offers the way back."""
    page.goto("/library?tool=adder")
    before = names(page)
    tick(page, "red.png", "page.html")
    bar(page).get_by_role("button", name="Delete").click()
    expect(page.locator(".card-name")).to_have_text([each for each in before if each not in {"red.png", "page.html"}])
    assert len(live.pixie.library.list(deleted=True).items) == 2
    expect(page.locator("#notices")).to_contain_text("2 files deleted.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card-name")).to_have_text(before)
    assert live.pixie.library.list(deleted=True).items == ()


def test_a_protected_file_stays_and_the_reason_is_said(page, live):
    """The other goes; the one that stayed is still ticked."""
    live.pixie.library.star(number_of(live, "red.png"), True)
    page.goto("/library?tool=adder")
    tick(page, "red.png", "page.html")
    bar(page).get_by_role("button", name="Delete").click()
    expect(page.locator("#notices")).to_contain_text("is starred")
    expect(page.locator(".card", has_text="page.html")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Select red.png")).to_be_checked()


def test_deleted_files_are_restored_from_their_list(page, live):
    """By the same bar."""
    live.pixie.library.change([number_of(live, "notes.md")], deleted=True)
    page.goto("/library")
    page.get_by_role("link", name="Deleted files").click()
    expect(page.get_by_role("heading", name="Deleted files")).to_be_visible()
    tick(page, "notes.md")
    bar(page).get_by_role("button", name="Restore").click()
    expect(page.locator("#results")).to_contain_text("Nothing is deleted")
    assert live.pixie.library.list(deleted=True).items == ()


def test_ticked_files_are_downloaded_as_one_zip(page):
    """The page stays where it is."""
    page.goto("/library?tool=adder")
    tick(page, "red.png", "prices.csv")
    with page.expect_download() as begun:
        bar(page).get_by_role("button", name="Download").click()
    with zipfile.ZipFile(begun.value.path()) as read:
        held = {each.rpartition("/")[2] for each in read.namelist()}
    assert {"red.png", "prices.csv"} <= held
    expect(bar(page)).to_contain_text("2 selected")


def test_the_preview_shows_a_file_and_those_beside_it(page):
    """By keyboard alone: Enter opens it, arrows go on, Escape leads back to the card of what was seen last."""
    page.goto("/library?tool=adder")
    page.get_by_role("link", name="red.png").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="red.png")
    expect(dialog.locator("img.picture")).to_be_visible()
    page.keyboard.press("ArrowRight")
    dialog = page.get_by_role("dialog", name="notes.md")
    expect(dialog).to_contain_text("Notes")
    page.keyboard.press("ArrowRight")
    dialog = page.get_by_role("dialog", name="prices.csv")
    expect(dialog.get_by_role("cell", name="2", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Star").click()
    expect(dialog.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="prices.csv")).to_be_focused()
    expect(page.locator(".card", has_text="prices.csv").get_by_role("img", name="starred")).to_be_visible()


def test_without_scripts_the_library_is_forms_and_links(chromium, live):
    """Filters, the next files, a change of several, one file's page."""
    context = chromium.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/library")
    page.get_by_label("Kind").select_option("image/")
    page.get_by_role("button", name="Show").click()
    assert page.url == f"{live.url}/library?mime=image%2F"
    assert names(page) == ["red.png", "green.png"]
    tick(page, "red.png", "green.png")
    bar(page).get_by_role("button", name="Star", exact=True).click()
    assert page.url == f"{live.url}/library?mime=image%2F"
    assert live.pixie.library.get(number_of(live, "red.png")).starred
    page.goto("/library")
    page.get_by_role("link", name="Next files").click()
    assert "after=" in page.url
    page.goto("/library")
    page.get_by_role("link", name="page.html").click()
    assert page.frame_locator("iframe").locator("#p").inner_text() == "hello"
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_in_any_state_of_the_library(chromium, live, width, theme):
    """Empty, filtered, with files ticked, with its pieces open; and nothing is wider than the window."""
    live.pixie.library.change([number_of(live, "red.png")], starred=True, label="For the paper", add_tags=["figure"])
    context = chromium.new_context(
        base_url=live.url, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()

    def labelling():
        tick(page, "red.png", "page.html")
        bar(page).get_by_role("button", name="Label").click()

    def previewed():
        page.get_by_role("link", name="red.png").click()
        expect(page.get_by_role("dialog")).to_be_visible()

    def with_menu():
        page.get_by_role("button", name="Copy, download or send").click()

    states = [("/library?q=nothing", None), ("/library?starred=true&tag=figure", None), ("/library", labelling)]
    states += [("/library", previewed), (f"/library/{number_of(live, 'prices.csv')}", with_menu)]
    states += [(f"/library/{number_of(live, name)}", None) for name in ("notes.md", "page.html")]
    for path, then in states:
        page.goto(path)
        if then is not None:
            then()
        found = Axe().run(page).response["violations"]
        assert [(path, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px wider than the window at {width} px"
    context.close()


def test_the_scripts_of_the_library_are_small(page):
    """All of a page without charts, htmx included: under 100 kB."""
    page.goto("/library")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname.endsWith('.js')).map(e => e.decodedBodySize)"
    )
    assert len(sizes) > 5
    assert sum(sizes) < MOST_SCRIPT_BYTES
