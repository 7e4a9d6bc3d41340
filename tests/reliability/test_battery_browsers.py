"""Part N of the battery, from real web pages in Chromium: other sites, other ports, rebound names and nobody's pages."""

import json
import time

import pytest

from tests.reliability.pages import ATTACK, HARMLESS, elsewhere
from tests.server.asgi import exchange

DEADLINE = 20.0
QUIET = 0.5

ELSEWHERE = {
    "another site": ("http://evil.test:{other}/", "http://127.0.0.1:{port}"),
    "another site, by the other name": ("http://evil.test:{other}/", "http://localhost:{port}"),
    "another port": ("http://127.0.0.1:{other}/", "http://127.0.0.1:{port}"),
    "localhost": ("http://localhost:{other}/", "http://127.0.0.1:{port}"),
    "the address for localhost": ("http://127.0.0.1:{other}/", "http://localhost:{port}"),
    "another port of a rebound name": ("http://rebind.test:{other}/", "http://rebind.test:{port}"),
    "a page of data": ("data:text/html,<!doctype html><body>", "http://127.0.0.1:{port}"),
    "a page from the disk": ("file://{file}", "http://127.0.0.1:{port}"),
}


@pytest.fixture
def stranger(chromium):
    """A page in a profile of its own."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def begun(stranger, untouched, tmp_path):
    """Opens an empty page somewhere else, and answers it with Pixie's address as it is called from there."""
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><body>")
    with elsewhere() as other:

        def begin(place):
            page, home = (
                each.format(other=other, port=untouched.port, file=file) if "<" not in each else each
                for each in ELSEWHERE[place]
            )
            stranger.goto(page)
            return stranger, home

        yield begin


def targets(kept):
    """What there is to read: a page, lists, what starts a tool, streams, files; and what there is to do."""
    run_id, numbers = kept
    return {
        "reads": [
            "/", "/api/tools", "/api/tools/adder/validate", "/tool/adder/autocomplete/city?q=x", "/tool/adder/stream",
            f"/api/runs/{run_id}/events", "/api/events", f"/api/runs/{run_id}/export", f"/api/artefacts/{numbers['page.png']}/content",
            "/static/css/base.css",
        ],
        "form": "/tool/adder/run",
        "json": "/api/tools/adder/runs",
    }  # fmt: skip


def come_to_rest(live):
    """Wait until nothing more has come for a while, since beacons and pings are sent when the browser pleases."""
    deadline = time.monotonic() + DEADLINE
    seen, since = len(live.lint.answers), time.monotonic()
    while time.monotonic() - since < QUIET:
        assert time.monotonic() < deadline, "requests go on coming"
        if len(live.lint.answers) != seen:
            seen, since = len(live.lint.answers), time.monotonic()
        time.sleep(0.02)


def refused_all(live, before, *, least=1):
    """Each answer since then was 403, or 405 to a preflight; and what came was worth the name of an attack."""
    come_to_rest(live)
    seen = [each for each in live.lint.answers[before:] if each[1] != "/favicon.ico"]
    assert len(seen) >= least, f"only {len(seen)} requests reached Pixie: the attack itself failed"
    assert [each for each in seen if each[2] != 403 and each[::2] != ("OPTIONS", 405)] == []
    return {each[0] for each in seen}


def started(live):
    """The tools of which a process runs."""
    return {each.tool_id for each in live.pixie.runner.launcher.state() if each.pid is not None}


@pytest.mark.case("N5.no_cors", "N5.beacon", "N7.refused", "N8.refused", "N8.no_tool")
@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_page_from_elsewhere_gets_nothing_and_does_nothing(untouched, kept, begun, place):
    """Every kind of request, to pages, lists, streams, files and what starts tools; no tool hears of it."""
    page, home = begun(place)
    before, processes = len(untouched.lint.answers), started(untouched)
    said = page.evaluate(ATTACK, {"home": home, **targets(kept)})
    assert len(said) > 250
    assert {name: outcome for name, outcome in said.items() if outcome not in HARMLESS} == {}
    assert {"GET", "POST", "OPTIONS"} <= refused_all(untouched, before, least=100)
    assert started(untouched) <= processes


@pytest.mark.case("N6.from_pages")
def test_a_sandboxed_frame_gets_nothing_and_does_nothing(untouched, kept, begun):
    """Its origin is null, as that of a page that a tool made."""
    page, home = begun("another site")
    with page.expect_event("framenavigated", lambda each: each.url.endswith("/framed")) as led:
        page.evaluate(
            "() => { const f = document.createElement('iframe'); f.sandbox = 'allow-scripts allow-forms';"
            " f.src = '/framed'; document.body.append(f); }"
        )
    frame = led.value
    frame.wait_for_load_state()
    assert frame.evaluate("self.origin") == "null"
    before = len(untouched.lint.answers)
    said = frame.evaluate(ATTACK, {"home": home, **targets(kept)})
    assert {name: outcome for name, outcome in said.items() if outcome not in HARMLESS} == {}
    assert {"GET", "POST", "OPTIONS"} <= refused_all(untouched, before, least=100)


@pytest.mark.case("N4.refused")
def test_a_rebound_name_gets_nothing_though_it_is_the_origin_itself(untouched, kept, stranger):
    """The page came from the name's former address; from then on the name leads here, and everything is same-origin."""
    home = f"http://rebind.test:{untouched.port}"
    page = {"status": 200, "content_type": "text/html", "body": "<!doctype html><title>rebound</title><body>"}
    stranger.route(f"{home}/rebound", lambda route: route.fulfill(**page))
    stranger.goto(f"{home}/rebound")
    assert stranger.title() == "rebound"
    before, processes = len(untouched.lint.answers), started(untouched)
    said = stranger.evaluate(ATTACK, {"home": home, **targets(kept)})
    frames = {name: outcome for name, outcome in said.items() if name.startswith("frame")}
    assert set(frames.values()) <= {"refused", "shown", "null"}  # the refusal itself can be read by its own origin
    rest = {name: outcome for name, outcome in said.items() if name not in frames}
    assert {name: outcome for name, outcome in rest.items() if outcome not in HARMLESS} == {}
    assert {"GET", "POST", "PUT", "DELETE"} <= refused_all(untouched, before, least=150)
    assert started(untouched) <= processes


@pytest.mark.case("N4.page")
def test_a_rebound_name_does_not_even_see_the_page(untouched, stranger):
    """http://rebind.test is this machine, and Pixie doesn't answer to it."""
    before = len(untouched.lint.answers)
    answer = stranger.goto(f"http://rebind.test:{untouched.port}/")
    assert answer.status == 403
    assert "127.0.0.1" in stranger.content()
    refused_all(untouched, before)


@pytest.mark.case("N5.form")
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
@pytest.mark.parametrize("place", ["another site", "another port", "a page of data"])
def test_a_form_that_sends_itself_is_refused(untouched, begun, kind, place):
    """Forms need no preflight, and lead the whole tab."""
    page, home = begun(place)
    before = len(untouched.lint.answers)
    with page.expect_navigation():
        page.evaluate(
            "([url, kind]) => { const f = document.createElement('form'); f.method = 'post'; f.action = url; f.enctype = kind;"
            " f.innerHTML = '<input name=a value=1>'; document.body.append(f); f.submit(); }",
            [f"{home}/tool/adder/run", kind],
        )
    assert "403" in page.content()
    refused_all(untouched, before)


LINK = "url => { const a = document.createElement('a'); a.href = url; document.body.append(a); a.click(); }"


@pytest.mark.case("N7.link", "N9.pages", "N9.others", "N9.prefill")
@pytest.mark.parametrize("place", [each for each in ELSEWHERE if "rebound" not in each])
def test_a_link_opens_a_page_and_nothing_else(untouched, kept, begun, place):
    """Pages, also with a query that no run is started by; the API and files are refused."""
    run_id, numbers = kept
    for path, status in [
        ("/", 200), (f"/tool/adder/runs/{run_id}", 200), ("/tool/adder?a=5&run=1", 200),
        ("/api/tools", 403), (f"/api/artefacts/{numbers['probe.html']}/content", 403), (f"/api/runs/{run_id}/export", 403),
        ("/tool/adder/runs", 403), ("/static/css/base.css", 403),
    ]:  # fmt: skip
        page, home = begun(place)
        with page.expect_navigation() as led:
            page.evaluate(LINK, home + path)
        assert (path, led.value.status) == (path, status)


@pytest.mark.case("N9.framing")
@pytest.mark.parametrize("place", ["another site", "another port"])
def test_no_page_is_framed(untouched, kept, begun, place):
    """Neither a page nor a file, whatever tag it is framed by; and what is refused may not be framed either."""
    page, home = begun(place)
    before = len(untouched.lint.answers)
    for path in ("/", "/tool/adder", f"/tool/adder/runs/{kept[0]}", f"/api/artefacts/{kept[1]['probe.html']}/content"):
        for tag, attribute in (("iframe", "src"), ("object", "data"), ("embed", "src")):
            with page.expect_response(home + path) as framed:
                page.evaluate(
                    "([tag, attribute, url]) => { const f = document.createElement(tag); f[attribute] = url;"
                    " document.body.append(f); }",
                    [tag, attribute, home + path],
                )
            assert framed.value.status == 403
    refused_all(untouched, before, least=12)


@pytest.mark.case("N14.page")
def test_a_page_makes_no_tool_work(live, stranger):
    """By the tool's own port, which a page could guess: it does nothing without its token, and no grant is given."""
    live.run("adder", a=1, b=1)
    port = next(each.port for each in live.pixie.runner.launcher.state() if each.tool_id == "adder" and each.port)
    runs = len(live.get("/api/runs?page_size=250").json()["items"])
    with elsewhere() as other:
        for page in (f"http://evil.test:{other}", f"http://127.0.0.1:{other}"):
            stranger.goto(page)
            answers = []
            stranger.on("response", lambda answer, answers=answers: answers.append((answer.url, answer.status)))
            said = stranger.evaluate(
                "async home => { const body = JSON.stringify({run_id: 'x', inputs: {a: 1, b: 2}}); const said = [];"
                " for (const how of [{}, {method: 'POST', body}, {method: 'POST', mode: 'no-cors', body},"
                "   {method: 'POST', body, headers: {'X-Pixie-Token': 'guess', 'Content-Type': 'application/json'}}])"
                "   for (const path of ['/run', '/schema', '/healthz', '/stream', '/cancel'])"
                "     said.push(await fetch(home + path, how).then(r => r.type === 'opaque' ? 'opaque' : r.text(), e => e.name));"
                " return said; }",
                f"http://127.0.0.1:{port}",
            )
            assert set(said) <= {"TypeError", "opaque"}
            reached = {status for url, status in answers if url.startswith(f"http://127.0.0.1:{port}/")}
            assert reached <= {401, 403, 404, 405}, answers
    told = exchange(port, f"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode())
    assert b" 401 " in told.splitlines()[0]
    assert len(live.get("/api/runs?page_size=250").json()["items"]) == runs
    assert json.loads(live.get("/api/healthz").text) == {"ok": True}
