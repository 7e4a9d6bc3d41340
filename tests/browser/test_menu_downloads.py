"""What an output is downloaded as is made in the background: in Chromium, with what takes long and with what doesn't."""

import csv
import io
import re
import uuid

import pytest
from playwright.sync_api import expect

from pixie_core.run.events import Finished, Output, Started
from tests.browser.test_menus import opened

ROWS = 200_000


@pytest.fixture(scope="module")
def long_run(live):
    """The id of a run whose table takes a while to become a workbook."""
    run_id = str(uuid.uuid4())
    columns = [{"key": key, "label": key} for key in ("n", "name", "part")]
    rows = [{"n": n, "name": f"row {n}", "part": n / 7} for n in range(ROWS)]
    store = live.pixie.store
    store.create_run(
        run_id=run_id, tool_id="adder", inputs={}, origin="script", events=[Started(inputs={}, fingerprint={})]
    )
    value = {"columns": columns, "rows": rows}
    table = Output(output_key="steps", type="table", value=value, whole=True, done=True)
    store.append(run_id, [table, Finished(status="ok")])
    return run_id


def test_a_download_is_what_its_address_gives(page, live):
    """Under the same name, and the menu says which that is."""
    run = live.run("adder", a=40, b=2)
    page.goto(f"/tool/adder/runs/{run['id']}")
    menu = opened(page, "Steps")
    with page.expect_download() as coming:
        menu.get_by_role("link", name="csv", exact=False).first.click()
    expected = live.get(f"/api/runs/{run['id']}/outputs/steps/export", params={"format": "csv"})
    assert coming.value.path().read_bytes() == expected.content
    assert coming.value.suggested_filename in expected.headers["content-disposition"]
    expect(menu.get_by_role("status")).to_have_text(f"Downloaded: {coming.value.suggested_filename}")


def test_a_download_that_takes_long_shows_how_far_it_is_and_is_cancelled(page, live, long_run):
    """Nothing is left of it; another is made then."""
    page.goto(f"/tool/adder/runs/{long_run}")
    menu = opened(page, "Steps")
    menu.get_by_role("link", name="xlsx").click()
    bar = menu.get_by_role("progressbar", name="How far it is")
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("value", re.compile(r"0\.\d+"))
    with page.expect_response(lambda each: each.request.method == "DELETE") as answer:
        menu.get_by_role("button", name="Cancel").click()
    assert answer.value.json()["status"] == "cancelled"
    expect(menu.get_by_role("status")).to_have_text("Cancelled")
    expect(bar).to_be_hidden()
    expect(menu.get_by_role("link", name="xlsx")).to_be_focused()
    assert live.get(f"/api/export-jobs/{answer.value.json()['id']}").status_code == 404
    with page.expect_download() as coming:
        menu.get_by_role("link", name="csv", exact=False).first.click()
    assert len(list(csv.reader(io.StringIO(coming.value.path().read_text())))) == ROWS + 1


def test_what_cannot_be_made_is_said_in_the_menu(chromium, live):
    """By the words of the server; the page stays where it is."""
    run = live.run("adder")
    context = chromium.new_context(base_url=live.url)  # one whose console may say that something wasn't found
    page = context.new_page()
    page.goto(f"/tool/adder/runs/{run['id']}")
    menu = opened(page, "Steps")
    live.client.delete(f"/api/runs/{run['id']}")
    with page.expect_response("**/api/export-jobs") as answer:
        menu.get_by_role("link", name="xlsx").click()
    assert answer.value.status == 404
    expect(menu.get_by_role("status")).to_have_text(answer.value.json()["detail"])
    expect(menu.get_by_role("status")).to_have_attribute("data-tone", "bad")
    context.close()
