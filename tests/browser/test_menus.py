"""The menu of an output in Chromium: onto the clipboard, into a destination, to its full size."""

import re

import pytest
from playwright.sync_api import expect

from tests.reliability.kept import keep


@pytest.fixture
def allowed(page):
    """The page, allowed to use the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def opened(page, label):
    """The menu of what has that label, open."""
    page.get_by_role("button", name=f"Copy, download or send {label}").click()
    return page.locator(".menu:popover-open")


def test_a_value_is_copied_as_text(allowed, live):
    """As the format that was chosen; what was done is said in a live region."""
    run = live.run("curve")
    allowed.goto(f"/tool/curve/runs/{run['id']}")
    menu = opened(allowed, "Highest")
    menu.get_by_role("button", name="txt").click()
    expect(menu.get_by_role("status")).to_have_text("Copied as txt")
    expected = live.get(f"/api/runs/{run['id']}/outputs/top/export", params={"format": "txt"}).text
    assert allowed.evaluate("navigator.clipboard.readText()") == expected


def test_a_table_is_copied_as_csv(allowed, live):
    """Byte for byte as it is downloaded."""
    run = live.run("adder", a=40, b=2)
    allowed.goto(f"/tool/adder/runs/{run['id']}")
    menu = opened(allowed, "Steps")
    menu.get_by_role("button", name="csv", exact=True).click()
    expect(menu.get_by_role("status")).to_have_text("Copied as csv")
    assert allowed.evaluate("navigator.clipboard.readText()").splitlines() == ["N", "40", "2", "42"]


def test_a_chart_is_copied_as_a_picture(allowed, live):
    """As PNG, which other programs take."""
    run = live.run("curve")
    allowed.goto(f"/tool/curve/runs/{run['id']}/outputs/wave")
    menu = opened(allowed, "Wave")
    menu.get_by_role("button", name="picture").click()
    expect(menu.get_by_role("status")).to_have_text("Copied as a picture", timeout=60_000)
    read = "navigator.clipboard.read().then(([item]) => item.types.join())"
    assert "image/png" in allowed.evaluate(read)


def test_a_kept_text_is_copied_from_its_page(allowed, live):
    """As it is."""
    number = keep(live.pixie, {"notes.txt": b"one\ntwo\n"})[1]["notes.txt"]
    allowed.goto(f"/library/{number}")
    menu = opened(allowed, "notes.txt")
    menu.get_by_role("button", name="text").click()
    expect(menu.get_by_role("status")).to_have_text("Copied as text")
    assert allowed.evaluate("navigator.clipboard.readText()") == "one\ntwo\n"


def test_what_is_too_long_for_the_clipboard_is_said(allowed, live):
    """With its size and what to do."""
    number = keep(live.pixie, {"long.txt": b"x" * 2_000_000})[1]["long.txt"]
    allowed.goto(f"/library/{number}")
    menu = opened(allowed, "long.txt")
    menu.get_by_role("button", name="text").click()
    expect(menu.get_by_role("status")).to_have_text(re.compile(r"2\.0 MB.*at most 1 MB"))


@pytest.mark.parametrize(
    ("browser_says", "said"),
    [
        (
            "navigator.clipboard.write = async () => { throw new DOMException('no', 'NotAllowedError') }",
            "doesn’t allow",
        ),
        ("Object.defineProperty(navigator, 'clipboard', { value: undefined })", "lets no page copy"),
    ],
    ids=["refused", "no-clipboard"],
)
def test_a_clipboard_that_is_not_to_be_had_is_said_clearly(page, live, browser_says, said):
    """And the download named as the way out."""
    run = live.run("adder")
    page.goto(f"/tool/adder/runs/{run['id']}")
    page.evaluate(f"void ({browser_says})")
    menu = opened(page, "Sum")
    menu.get_by_role("button", name="txt").click()
    expect(menu.get_by_role("status")).to_contain_text(said)
    expect(menu.get_by_role("status")).to_contain_text("ownload it")


def test_an_output_is_sent_into_a_destination_and_the_path_is_said(page, live, tmp_path):
    """In the destination's format, its own default where that can't be, or the one that was chosen."""
    folder = tmp_path / "books"
    folder.mkdir()
    body = {"folder": str(folder), "format": "xlsx"}
    assert live.client.put("/api/export-targets/books", json=body).status_code == 200
    try:
        run = live.run("adder")
        page.goto(f"/tool/adder/runs/{run['id']}")
        menu = opened(page, "Steps")
        menu.get_by_role("button", name="books").click()
        expect(menu.get_by_role("status")).to_have_text(re.compile(rf"Sent: {re.escape(str(folder))}/.+\.xlsx"))
        menu.get_by_role("combobox").select_option("md")
        menu.get_by_role("button", name="books").click()
        expect(menu.get_by_role("status")).to_have_text(re.compile(r"\.md$"))
        page.keyboard.press("Escape")
        menu = opened(page, "Sum")
        menu.get_by_role("button", name="books").click()
        expect(menu.get_by_role("status")).to_have_text(re.compile(r"Sent: "))
        assert sorted(each.suffix for each in folder.iterdir()) == [".md", ".txt", ".xlsx"]
        folder.rename(tmp_path / "away")
        with page.expect_response("**/api/exports/send") as answer:
            menu.get_by_role("button", name="books").click()
        expect(menu.get_by_role("status")).to_have_text(answer.value.json()["detail"])
        expect(menu.get_by_role("status")).to_have_attribute("data-tone", "bad")
    finally:
        live.client.delete("/api/export-targets/books")


def test_full_size_is_a_link_and_back_again(page, live):
    """By keyboard: the menu, the first entry; the chart is larger there."""
    run = live.run("curve")
    page.goto(f"/tool/curve/runs/{run['id']}")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
    small = page.locator(".chart").first.bounding_box()["width"]
    page.get_by_role("button", name="Copy, download or send Wave").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/outputs/wave$"))
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=60_000)
    assert page.locator(".chart").bounding_box()["width"] > small
    page.get_by_role("link", name=re.compile("^Curve, run")).click()
    expect(page).to_have_url(re.compile(f"/runs/{run['id']}$"))
