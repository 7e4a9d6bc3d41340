"""Whom the guard lets in and whom it keeps out, by the headers that real browsers send."""

import asyncio
import json

import pytest

from pixie_server.guard import Guard
from tests.server.asgi import HOST, Recorder, call, websocket
from tests.server.guarding import FORM, JSON, OWN, PAGES, ROUTES, fetch, guarded, h, is_artefact, is_page, refused


@pytest.fixture
def app():
    """An application that notes what reached it."""
    return Recorder()


# Host

STRANGE_HOSTS = [
    b"evil.com",
    b"evil.com:7860",
    b"127.0.0.1.evil.com",
    b"localhost.",
    b"foo.localhost",
    b"localhost.evil.com:7860",
    b"0.0.0.0",
    b"127.1",
    b"127.0.0.2",
    b"2130706433",
    b"0x7f000001",
    b"127.0.0.1:7860@evil",
    b"127.0.0.1:7860\n",
    b"127.0.0.1:",
    b"127.0.0.1:123456",
    b"127.0.0.1:+80",
    b"127x0y0z1",
    b"a b",
    "１２７.0.0.1".encode(),
    "127.0.0.1:７８６０".encode(),
    b"[::1",
    b"::1",
    b"[::ffff:127.0.0.1]",
    b"[::1]evil",
]


@pytest.mark.case("D2.rules")
@pytest.mark.parametrize("target", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize("host", STRANGE_HOSTS, ids=repr)
def test_a_request_to_another_name_is_refused_on_every_route(app, host, target):
    """A name that leads here by rebinding is answered with 403, and no handler hears of it."""
    answer = call(guarded(app), target=target, headers=[(b"host", host)])

    assert answer.status == 403
    assert app.requests == []


@pytest.mark.parametrize("port", [b"", b":7860", b":1", b":65535"])
@pytest.mark.parametrize("name", [b"127.0.0.1", b"localhost", b"LOCALHOST", b"LocalHost", b"[::1]"])
@pytest.mark.parametrize("target", ROUTES.values(), ids=ROUTES)
def test_the_names_of_this_machine_are_let_in_on_any_port(app, name, port, target):
    """Any port will do, so that a forwarded one works."""
    assert call(guarded(app), target=target, headers=[(b"host", name + port)]).status == 200
    assert app.requests == [("GET", target, b"")]


@pytest.mark.parametrize(
    ("configured", "host"), [("127.0.0.2", b"127.0.0.2:80"), ("::2", b"[::2]:80"), ("[::2]", b"[::2]")]
)
def test_the_configured_host_is_let_in_beside_them(app, configured, host):
    """PIXIE_HOST adds a name and takes none away."""
    guard = guarded(app, configured_host=configured)
    for name in (host, b"localhost"):
        assert call(guard, headers=[(b"host", name)]).status == 200
    assert call(guard, headers=[(b"host", b"127x0y0z2")]).status == 403


@pytest.mark.parametrize("configured", ["", "a b", "http://localhost", "localhost:80", "a|b", ".*", "a\n"])
def test_a_configured_host_that_is_none_is_an_error(app, configured):
    """What isn't a plain name can't slip into the pattern of hosts."""
    with pytest.raises(ValueError, match="is not a host"):
        Guard(app, is_page=is_page, is_artefact=is_artefact, configured_host=configured)


@pytest.mark.parametrize("headers", [[], [(b"host", b"")], [HOST, HOST], [HOST, (b"host", b"evil.com")]], ids=repr)
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_request_must_name_one_host(headers, version):
    """None, an empty one and two of them are 400."""
    assert refused(target="/api/tools", headers=headers, http_version=version).code == "host_missing"


def test_two_hosts_are_refused_whatever_else_comes_twice():
    """Another doubled header doesn't hide a doubled Host."""
    headers = [HOST, (b"referer", OWN), HOST, (b"referer", OWN), (b"origin", OWN), (b"origin", OWN)]
    assert refused(target="/api/tools", headers=headers).code == "host_missing"


# version, method, target


@pytest.mark.parametrize("version", ["2", "2.0", "3", "0.9"])
@pytest.mark.parametrize("host", [b"127.0.0.1:7860", b"evil.com"])
def test_other_versions_of_http_are_not_spoken(version, host):
    """HTTP/2 is 505, whatever authority it names."""
    assert refused(headers=[(b"host", host)], http_version=version).status == 505


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "FOO", "get", "PROPFIND", ""])
def test_other_methods_are_refused_with_those_that_are_allowed(method):
    """OPTIONS too: a preflight gets no grant."""
    answer = refused(method, "/api/tools", headers=h("origin", OWN))
    assert answer.status == 405
    assert answer.header("allow") == "GET, HEAD, POST, PUT, PATCH, DELETE"


def test_a_method_override_is_ignored(app):
    """A GET stays a GET, whatever its headers wish."""
    headers = h("x-http-method-override", "DELETE", "x-method-override", "DELETE")
    assert call(guarded(app), target="/api/runs/0f4a?_method=DELETE", headers=headers).status == 200
    assert app.requests == [("GET", "/api/runs/0f4a", b"")]


@pytest.mark.parametrize("target", ["http://evil.com/", "http://127.0.0.1:7860/", "*", "evil.com:443", ""])
def test_a_target_that_is_no_path_is_refused(target):
    """Pixie is no proxy."""
    assert refused(target=target).status == 400


def test_an_address_may_have_8_kib(app):
    """The limit counts path, question mark and query as they were sent, encoded."""
    longest = "/%20" + "a" * 8000 + "?q=" + "b" * (8192 - 8007)
    assert len(longest) == 8192
    assert call(guarded(app), target=longest).status == 200
    assert refused(target=longest + "b").status == 414
    assert refused(target="/" + "a" * 100_000).status == 414


def test_headers_may_have_16_kib_together(app):
    """Many small ones count as one large one does."""
    assert call(guarded(app), headers=h("x", b"a" * 16_000)).status == 200
    for headers in (h("x", b"a" * 17_000), [HOST, *[(b"x", b"y")] * 4000]):
        assert refused(target="/api/tools", headers=headers).code == "headers_too_large"


# who asks: what browsers send

SUBRESOURCES = {
    "fetch": ("cors", "empty"),
    "no-cors fetch": ("no-cors", "empty"),
    "image": ("no-cors", "image"),
    "script": ("no-cors", "script"),
    "module": ("cors", "script"),
    "style": ("no-cors", "style"),
    "media": ("no-cors", "video"),
    "EventSource": ("cors", "empty"),
    "iframe": ("navigate", "iframe"),
    "object": ("navigate", "object"),
    "embed": ("navigate", "embed"),
    "prefetch": ("no-cors", "empty"),
}


@pytest.mark.case("N8.policy", "N8.refused", "D2.rules")
@pytest.mark.parametrize("target", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize(("mode", "dest"), SUBRESOURCES.values(), ids=SUBRESOURCES)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_loads_is_refused_on_every_route(site, mode, dest, target):
    """Another site, another loopback port and localhost seen from 127.0.0.1 get nothing, not even a picture."""
    for rest in ([], ["origin", "http://127.0.0.1:8000"]):
        answer = refused(target=target, headers=fetch(site, mode, dest, *rest))
        assert answer.status == 403
        assert answer.header("cross-origin-resource-policy") == "same-origin"


POSTS = {
    "urlencoded form": ("navigate", "document", b"application/x-www-form-urlencoded", b"rho=28"),
    "multipart form": ("navigate", "document", b"multipart/form-data; boundary=x", b"--x--\r\n"),
    "text/plain form": ("navigate", "document", b"text/plain", b'{"inputs": {}}'),
    "no-cors fetch": ("no-cors", "empty", b"text/plain;charset=UTF-8", b'{"inputs": {}}'),
    "cors fetch": ("cors", "empty", b"application/json", b'{"inputs": {}}'),
    "beacon": ("no-cors", "empty", b"text/plain;charset=UTF-8", b"x"),
}


@pytest.mark.case("D2.rules")
@pytest.mark.parametrize("target", ["/tool/lorenz/run", "/api/tools/lorenz/runs", "/"])
@pytest.mark.parametrize(("mode", "dest", "kind", "body"), POSTS.values(), ids=POSTS)
@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("cross-site", b"http://evil.test:7000"),
        ("same-site", b"http://127.0.0.1:7861"),
        ("cross-site", b"http://localhost:7860"),
        ("cross-site", b"null"),
        (None, b"http://evil.test:7000"),
    ],
)
def test_what_another_page_posts_is_refused(site, origin, mode, dest, kind, body, target):
    """Forms need no preflight, so every body type is tried, from every kind of stranger."""
    headers = h("origin", origin, "content-type", kind, "content-length", str(len(body)))
    if site is not None:
        headers += fetch(site, mode, dest)[1:]
    assert refused("POST", target, headers=headers, body=body).status == 403


WRONG_ORIGINS = [
    b"null",
    b"http://127.0.0.1:7860.evil.com",
    b"http://localhost.evil.com",
    b"https://127.0.0.1:7860",
    b"http://127.0.0.1:7861",
    b"http://127.0.0.1",
    b"http://127.0.0.1:7860/",
    b"http://127.0.0.1:7860 ",
    b"http://127.0.0.1:7860\t",
    b"http://localhost:7860",
    b"HTTP://127.0.0.1:7860",
    b"chrome-extension://abcdefgh",
    b"file://",
    b"//127.0.0.1:7860",
    b"127.0.0.1:7860",
    b"%%%",
    b"\xff\xfe",
    b"",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("origin", WRONG_ORIGINS, ids=repr)
def test_an_origin_must_be_ours_to_the_letter(origin, method):
    """Whatever isn't exactly http:// and the host is refused, on any method."""
    assert refused(method, "/api/tools", headers=h("origin", origin)).status == 403
    assert refused(method, "/", headers=[*fetch("same-origin", "cors", "empty"), (b"origin", origin)]).status == 403


@pytest.mark.parametrize("second", [OWN, b"http://evil.com", b"null"])
def test_two_origins_are_refused(second):
    """Even twice the right one."""
    headers = h("origin", OWN, "origin", second)
    assert refused(target="/api/tools", headers=headers).code == "origin_not_allowed"


@pytest.mark.parametrize("name", ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "referer"])
def test_a_doubled_header_about_the_initiator_is_refused(name):
    """No browser sends it, and which of the two counts is anybody's guess."""
    headers = [*fetch("same-origin", "cors", "empty", "referer", OWN + b"/"), (name.encode(), b"same-origin")]
    assert refused(target="/api/tools", headers=headers).status == 403


def test_rebinding_is_refused_though_origin_and_host_agree():
    """A rebound page is its own origin and sends no Sec-Fetch-Site: the name gives it away."""
    headers = h("origin", b"http://rebind.test:7860", host=b"rebind.test:7860")
    assert refused("POST", "/tool/lorenz/run", headers=headers).status == 403
    assert refused(target="/", headers=h(host=b"rebind.test:7860")).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("target", PAGES)
def test_a_link_from_elsewhere_opens_a_page(app, site, target):
    """A chat or a document may link to a page, with fields filled in as well."""
    headers = fetch(site, "navigate", "document", "sec-fetch-user", "?1", "referer", "http://evil.test/")
    assert call(guarded(app), target=target + "?rho=28", headers=headers).status == 200
    assert app.requests == [("GET", target, b"")]


@pytest.mark.parametrize("target", sorted(set(ROUTES.values()) - set(PAGES)))
def test_a_link_from_elsewhere_opens_nothing_but_pages(target):
    """API, files and unknown paths aren't pages, and what isn't marked isn't one."""
    assert refused(target=target, headers=fetch("cross-site", "navigate", "document")).status == 403


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_a_link_is_a_get(method):
    """No other method may come from elsewhere to a page."""
    assert refused(method, "/", headers=fetch("cross-site", "navigate", "document")).status == 403


@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "fencedframe", "empty", ""])
def test_a_page_is_not_framed_from_elsewhere(dest):
    """Navigation alone isn't enough: it must be the window itself."""
    assert refused(target="/", headers=fetch("cross-site", "navigate", dest)).status == 403


@pytest.mark.parametrize("mode", ["no-cors", "cors", "same-origin", "websocket", ""])
def test_only_a_navigation_is_a_link(mode):
    """A fetch that claims to want a document is none."""
    assert refused(target="/", headers=fetch("cross-site", mode, "document")).status == 403


@pytest.mark.parametrize("value", ["cross-site", "same-site", "", "Same-Origin", "same-origin, none", "x"])
def test_an_unknown_initiator_is_a_stranger(value):
    """Only same-origin and none are ours."""
    assert refused(target="/api/tools", headers=h("sec-fetch-site", value)).status == 403


OURS = {
    "typed address": ("GET", "/api/tools", fetch("none", "navigate", "document"), b""),
    "own fetch": ("GET", "/api/tools", fetch("same-origin", "cors", "empty", "referer", OWN + b"/"), b""),
    "own picture": ("GET", "/api/artefacts/7/content", fetch("same-origin", "no-cors", "image"), b""),
    "own frame": ("GET", "/api/artefacts/7/content", fetch("same-origin", "navigate", "iframe"), b""),
    "own event stream": ("GET", "/api/events", fetch("same-origin", "cors", "empty"), b""),
    "own form": (
        "POST",
        "/tool/lorenz/run",
        [*fetch("same-origin", "navigate", "document", "origin", OWN, "content-length", "6"), FORM],
        b"rho=28",
    ),
    "own JSON": (
        "PUT",
        "/api/settings",
        [*fetch("same-origin", "cors", "empty", "origin", OWN, "content-length", "2"), JSON],
        b"{}",
    ),
    "own deletion": ("DELETE", "/api/runs/0f4a", fetch("same-origin", "cors", "empty", "origin", OWN), b""),
    "button of htmx": (
        "POST",
        "/api/artefacts/7/star",
        [*fetch("same-origin", "cors", "empty", "origin", OWN, "content-length", "0"), FORM],
        b"",
    ),
    "curl": ("GET", "/api/tools", h("user-agent", "curl/8.7.1", "accept", "*/*"), b""),
    "curl -d": ("POST", "/tool/lorenz/run", [*h("content-length", "6"), FORM], b"rho=28"),
    "curl -F": (
        "POST",
        "/api/tools/lorenz/runs",
        h("content-length", "7", "content-type", "multipart/form-data; boundary=x"),
        b"--x--\r\n",
    ),
    "curl --json": ("POST", "/api/workspaces", [*h("content-length", "2"), JSON], b"{}"),
    "curl -X POST": ("POST", "/api/artefacts/7/star", h(), b""),
    "HTTP/1.0 style": ("HEAD", "/", h(), b""),
    "older browser": ("POST", "/api/artefacts/7/star", h("referer", OWN + b"/library?page=2"), b""),
    "link in an older browser": ("GET", "/", h("referer", "http://evil.com/"), b""),
    "own form with an odd Referer": (
        "POST",
        "/api/artefacts/7/star",
        fetch("same-origin", "cors", "empty", "referer", "about:client"),
        b"",
    ),
    "older browser, bare": ("POST", "/api/artefacts/7/star", h("referer", OWN), b""),
}


@pytest.mark.case("D2.rules")
@pytest.mark.parametrize(("method", "target", "headers", "body"), OURS.values(), ids=OURS)
def test_pixies_own_pages_and_programs_are_let_in(app, method, target, headers, body):
    """The request arrives whole, as it was sent."""
    assert call(guarded(app), method, target, headers=headers, body=body).status == 200
    assert app.requests == [(method, target, body)]


@pytest.mark.case("D2.rules")
@pytest.mark.parametrize(
    "referer",
    [
        b"http://evil.com/",
        b"http://127.0.0.1:7861/",
        b"http://127.0.0.1:7860.evil.com/",
        b"http://127.0.0.1:7860@evil.com/",
        b"http://evil.com/http://127.0.0.1:7860/",
        b"https://127.0.0.1:7860/",
        b"http:/127.0.0.1:7860/",
        b"127.0.0.1:7860",
        b"about:blank",
        b"",
    ],
    ids=repr,
)
def test_a_change_with_a_strange_referer_is_refused(referer):
    """Where a browser sends neither Origin nor Sec-Fetch-Site, its Referer tells on it."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert refused(method, "/api/artefacts/7/star", headers=h("referer", referer)).status == 403


@pytest.mark.case("D2.rules")
@pytest.mark.parametrize("site", ["same-origin", "none"])
@pytest.mark.parametrize("target", ["/static/app.js", "/api/artefacts/7/content", "/api/runs/0f4a/outputs/x/export"])
def test_no_service_worker_is_served(site, target):
    """A script that a tool left behind can't install itself over Pixie."""
    headers = fetch(site, "same-origin", "serviceworker", "service-worker", "script")
    assert refused(target=target, headers=headers).status == 403


@pytest.mark.case("D2.rules")
@pytest.mark.parametrize("dest", ["serviceworker", "sharedworker"])
def test_an_artefact_does_not_become_a_worker(app, dest):
    """Neither kind of shared worker is made of a tool's file; Pixie's own scripts may be."""
    headers = fetch("same-origin", "same-origin", dest)
    assert refused(target="/api/artefacts/7/content", headers=headers).status == 403
    assert call(guarded(app), target="/static/app.js", headers=headers).status == 200


# WebSockets, other protocols


@pytest.mark.parametrize("target", [*ROUTES.values(), "/ws", "/socket"])
@pytest.mark.parametrize("origin", [OWN, b"http://evil.com", b"null", None], ids=repr)
def test_a_websocket_is_refused_before_the_application(app, origin, target):
    """Pixie offers none, and its answer has the headers of every other."""
    headers = h("upgrade", "websocket", "connection", "Upgrade", *(["origin", origin] if origin else []))

    start, body = websocket(guarded(app), target, headers=headers)
    assert start["status"] == 403
    assert json.loads(body["body"])["code"] == "websocket_not_allowed"
    assert websocket(guarded(app), target, headers=headers, extension=False) == [{"type": "websocket.close"}]
    assert app.bodies_begun == 0


def test_start_and_end_of_the_server_reach_the_application():
    """What isn't a request passes: the application opens and closes its things."""
    heard = []

    async def application(scope, receive, send):
        heard.append(scope["type"])

    asyncio.run(guarded(application)({"type": "lifespan"}, None, None))
    assert heard == ["lifespan"]


def test_an_unknown_protocol_is_an_error(app):
    """What the guard doesn't know it doesn't pass on."""
    with pytest.raises(ValueError, match="webtransport"):
        asyncio.run(guarded(app)({"type": "webtransport", "path": "/"}, None, None))
    assert app.bodies_begun == 0
