"""Many tabs of one browser, which has six connections to a server and no more: those that nobody looks at keep none."""

import pytest
from playwright.sync_api import expect

TABS = 8

# A headless browser shows all its pages at once: whether a page is looked at is said by hand.
LOOKED_AT = """
window.lookedAt = %s;
Object.defineProperty(document, "hidden", { get: () => !window.lookedAt });
window.look = (is) => { window.lookedAt = is; document.dispatchEvent(new Event("visibilitychange")); };
"""


@pytest.fixture
def tabs(chromium, live):
    """Opens tabs of one browser on a page, the last of which is looked at."""
    context = chromium.new_context(base_url=live.url)

    def opened(path):
        pages = []
        for number in range(TABS):
            page = context.new_page()
            page.add_init_script(LOOKED_AT % ("true" if number == TABS - 1 else "false"))
            page.goto(path)
            pages.append(page)
        return pages

    yield opened
    context.close()


def _words(page):
    """How many words the page shows by now."""
    return page.locator("#panel").inner_text().count("word")


@pytest.mark.case("F11.tabs")
def test_eight_tabs_of_a_live_run_all_load_and_each_shows_it_when_it_is_looked_at(tabs, live):
    """The one that is looked at follows; another has caught up as soon as it is, and the run's end reaches it."""
    run = live.run("teller", wait=0, words=2000, pause=0.05)
    pages = tabs(f"/tool/teller/runs/{run['id']}")
    later = f"word{_words(pages[0]) + 40} "
    expect(pages[-1].locator(".output")).to_contain_text(later)
    assert later not in pages[0].locator("#panel").inner_text()
    pages[-1].evaluate("look(false)")
    pages[0].evaluate("look(true)")
    expect(pages[0].locator(".output")).to_contain_text(later)
    live.post(f"/api/runs/{run['id']}/cancel")
    expect(pages[0].locator("#panel")).to_contain_text("ancelled")
    pages[0].evaluate("look(false)")
    pages[-1].evaluate("look(true)")
    expect(pages[-1].locator("#panel")).to_contain_text("ancelled")
