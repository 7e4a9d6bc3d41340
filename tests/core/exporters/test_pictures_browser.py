"""The browser that draws charts is kept while it is used, goes with its process, and reaches nothing."""

import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from pixie_core.exporters.pictures_browser import Browser, BrowserFailed

DEADLINE = 60.0
FIGURE = {"data": [{"type": "scatter", "x": [1, 2], "y": [2, 1]}], "layout": {}}
SIZE = {"width": 300, "height": 200}


def within_deadline(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it didn't happen in time"
        time.sleep(0.05)


def browsers_below(pid):
    """The browser's processes among the descendants of a process."""
    return [each for each in psutil.Process(pid).children(recursive=True) if "chrom" in each.name().lower()]


@pytest.fixture
def opened():
    """Opens browsers, and closes them."""
    browsers = []

    def make(**about):
        browsers.append(Browser(**about))
        return browsers[-1]

    yield make
    for each in browsers:
        each.close()


def test_one_browser_draws_for_many_threads(opened):
    """Eight threads get their eight pictures, each the same."""
    browser = opened()
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: browser.draw(FIGURE, format="png", **SIZE), range(8)))
    assert len(set(drawn)) == 1
    assert drawn[0].startswith(b"\x89PNG")


OTHERS = [
    {"data": [{"type": "pie", "labels": ["a", "b"], "values": [1, 2]}], "layout": {"font": {"size": 40}}},
    {"data": [], "layout": {"xaxis": {"__proto__": {"color": "red"}, "constructor": {"prototype": {"color": "red"}}}}},
    {
        "data": [{"type": "heatmap", "z": [[1, 2], [3, 4]]}],
        "layout": {"template": {"layout": {"paper_bgcolor": "red"}}},
    },
]


@pytest.mark.parametrize(("format", "renewed_after"), [("png", 100), ("svg", 100), ("pdf", 100), ("svg", 2)])
def test_a_picture_is_the_same_whatever_was_drawn_before_it(opened, format, renewed_after):
    """Though all are drawn on one page: pictures and documents, other figures, and one that would change the page."""
    browser = opened(renewed_after=renewed_after)
    first = undated(browser.draw(FIGURE, format=format, **SIZE))
    for between in ("png", "pdf", "svg"):
        for each in OTHERS:
            browser.draw(each, format=between, width=500, height=400, scale=2)
        assert undated(browser.draw(FIGURE, format=format, **SIZE)) == first


def undated(content):
    """Without what a PDF says of when it was made."""
    return re.sub(rb"D:\d+[^)]*", b"", content)


def test_a_browser_that_is_not_used_is_closed_and_opens_again(opened):
    """After its idle time nothing is left of it; the next picture is drawn all the same."""
    browser = opened(idle=0.01)
    first = browser.draw(FIGURE, format="svg", **SIZE)
    within_deadline(lambda: not browser.is_open)
    assert browser.draw(FIGURE, format="svg", **SIZE) == first


def test_a_figure_that_cannot_be_drawn_fails_alone(opened):
    """The error says what to do, and the next figure is drawn."""
    browser = opened()
    with pytest.raises(BrowserFailed, match="renderer matplotlib"):
        browser.draw({"data": [{"type": "scatter"}], "layout": 7}, format="nonsense", **SIZE)
    assert browser.draw(FIGURE, format="png", **SIZE)


def test_a_closed_browser_leaves_no_process(opened):
    """What was started has ended when close returns."""
    before = {each.pid for each in browsers_below(os.getpid())}
    browser = opened()
    browser.draw(FIGURE, format="png", **SIZE)
    own = [each for each in browsers_below(os.getpid()) if each.pid not in before]
    assert own
    browser.close()
    _, alive = psutil.wait_procs(own, timeout=DEADLINE)
    assert alive == []


SCRIPT = """
import sys, time
from pixie_core.exporters.pictures_browser import browser
figure = {"data": [{"type": "scatter", "x": [1, 2], "y": [2, 1]}], "layout": {}}
browser().draw(figure, format="png", width=300, height=200)
print("drawn", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("kill", [True, False])
def test_the_browser_goes_with_the_process(kill):
    """Killed or at its end, a process that drew leaves no browser, and its end isn't held up by one."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "drawn\n"
        left = browsers_below(process.pid)
        assert left
        if kill:
            process.kill()
        process.stdin.close()
        assert process.wait(DEADLINE) == (-9 if kill else 0)
    _, alive = psutil.wait_procs(left, timeout=DEADLINE)
    assert alive == []


def test_nothing_is_asked_of_the_network(opened):
    """A figure that names a picture elsewhere, as no figure of Pixie does, is drawn without it."""
    asked = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            source = f"http://127.0.0.1:{server.server_port}/picture.png"
            layout = {"images": [{"source": source, "x": 0, "y": 1, "sizex": 1, "sizey": 1}]}
            # That it can't be had may be an error; that it is asked for may not be.
            with suppress(BrowserFailed):
                opened().draw({**FIGURE, "layout": layout}, format="svg", **SIZE)
        finally:
            server.shutdown()
            serving.join()
    assert asked == []
