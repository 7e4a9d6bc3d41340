"""Case B7 of the battery: values that no page can hold whole. PIXIE_LONG=1 takes the battery's own sizes."""

import os

import pytest

from tests.reliability.invariants import holds
from tests.server.live_pixie import add_tool, live_pixie

LONG = os.environ.get("PIXIE_LONG") == "1"
ROWS = 1_000_000 if LONG else 100_000
COLUMNS = 20 if LONG else 6
MEGABYTES = 50 if LONG else 8
ITEMS = 100_000
PAGE_BYTES = 3_000_000
HEAP_BYTES = 300_000_000

LARGE = '''\
from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def make(what, size, width, file=None):
    """A value as large as it is asked for."""
    size, width = int(size), int(width)
    made = {"table": {"columns": [{"key": "n"}], "rows": []}, "words": "none"}
    if what == "table":
        columns = [{"key": f"c{n}", "label": f"C{n}", "type": "number"} for n in range(width)]
        return made | {"table": {"columns": columns, "rows": [{f"c{n}": row for n in range(width)} for row in range(size)]}}
    if what == "words":
        return made | {"words": "Some *words* and [a link](https://example.org).\\n\\n" * (size // 48)}
    return made | {"words": "- item\\n" * size}


tool.serve()
'''
MANIFEST = {
    "id": "large",
    "name": "Large",
    "inputs": [
        {"key": "what", "type": "text", "label": "What"},
        {"key": "size", "type": "number", "label": "Size"},
        {"key": "width", "type": "number", "label": "Width", "default": 1},
        {"key": "file", "type": "file", "label": "File", "required": False},
    ],
    "outputs": [
        {"key": "table", "type": "table", "label": "Table"},
        {"key": "words", "type": "markdown", "label": "Words"},
    ],
}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A served Pixie with a tool whose values are large."""
    home = tmp_path_factory.mktemp("large")
    add_tool(home / "tools", MANIFEST, LARGE)
    with live_pixie(home) as live:
        yield live


def shown(live, chromium, run):
    """The bytes of the run's page and of its tool's, as they came; and in a browser it is painted, and its heap is bounded."""
    sizes = [len(live.get(path).content) for path in (f"/tool/large/runs/{run['id']}", "/tool/large")]
    context = chromium.new_context(base_url=live.url)
    try:
        page = context.new_page()
        page.goto(f"/tool/large/runs/{run['id']}")
        painted = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        page.wait_for_function(painted)
        assert page.evaluate("() => performance.memory.usedJSHeapSize") < HEAP_BYTES
        assert page.evaluate("() => document.querySelectorAll('*').length") < 200_000
        return max(sizes), page.locator("#panel").inner_text()
    finally:
        context.close()


@pytest.mark.case("B7.table")
def test_a_large_table_is_kept_whole_and_shown_in_part(large, chromium):
    """Its file has every row; its page is no larger for it, and leads to the file."""
    with holds(large, changes=True):
        run = large.run("large", wait=300, what="table", size=ROWS, width=COLUMNS)
        assert run["status"] == "ok", run["error"]
        assert large.pixie.output(run["id"], "table")["rows"][-1] == {f"c{n}": ROWS - 1 for n in range(COLUMNS)}
        size, words = shown(large, chromium, run)
        assert size < PAGE_BYTES
        assert "Table" in words
        saved = large.get(f"/api/runs/{run['id']}/outputs/table/export?format=csv", timeout=120)
        assert saved.content.count(b"\n") == ROWS + 1


@pytest.mark.case("B7.words")
@pytest.mark.parametrize(("what", "size"), [("words", MEGABYTES * 1_000_000), ("items", ITEMS)])
def test_large_words_are_kept_whole_and_shown_without_harm(large, chromium, what, size):
    """A text of megabytes, and a list of a hundred thousand items."""
    with holds(large, changes=True):
        run = large.run("large", wait=300, what=what, size=size)
        assert run["status"] == "ok", run["error"]
        kept = large.pixie.output(run["id"], "words")
        assert len(kept) > (size * 0.9 if what == "words" else size * 6)
        size, words = shown(large, chromium, run)
        assert size < PAGE_BYTES
        assert "Words" in words


@pytest.mark.case("B7.table")
def test_a_large_file_that_is_sent_is_kept_and_weighs_nothing_on_the_page(large, chromium):
    """A table of as many rows as a file of CSV."""
    with holds(large, changes=True):
        sent = b"n\n" + b"".join(b"%d\n" % number for number in range(ROWS * 10))
        answer = large.post(
            "/tool/large/run",
            data={"what": "items", "size": "1"},
            files={"file": ("table.csv", sent, "text/csv")},
            headers={"Accept": "application/json"},
            timeout=120,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["inputs"]["file"]["size"] == len(sent)
        size, _ = shown(large, chromium, answer.json())
        assert size < PAGE_BYTES
