"""What every response wears, and what a refusal says."""

import asyncio
import json

import pytest

from pixie_server.guard import Guard
from pixie_server.headers import CONTENT_POLICY, content_policy
from pixie_server.refusals import prefers_json
from tests.server.asgi import HOST, LintError, Recorder, ResponseLint, call, scope_of
from tests.server.guarding import guarded, h, is_artefact, is_page, refused


@pytest.fixture
def app():
    """An application that notes what reached it."""
    return Recorder()


@pytest.mark.case("N12.exact")
def test_every_response_wears_pixies_headers(app):
    """Whatever the application says of the same matters is replaced."""
    app.headers = [
        (b"Content-Type", b"text/html"),
        (b"Server", b"quart"),
        (b"Set-Cookie", b"session=1"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"X-Frame-Options", b"ALLOWALL"),
        (b"Referrer-Policy", b"unsafe-url"),
        (b"X-Kept", b"yes"),
    ]
    answer = call(guarded(app))

    assert dict(answer.headers) == {
        b"content-type": b"text/html",
        b"x-kept": b"yes",
        b"x-content-type-options": b"nosniff",
        b"cross-origin-resource-policy": b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
        b"referrer-policy": b"same-origin",
        b"x-frame-options": b"DENY",
        b"permissions-policy": b"camera=(), microphone=(self), geolocation=(), usb=()",
        b"content-security-policy": CONTENT_POLICY.encode(),
        b"cache-control": b"no-store",
    }


def test_an_artefact_keeps_its_own_policy_and_may_be_framed_by_pixie(app):
    """It is shown in a sandboxed frame, so it has no opener policy."""
    app.headers = [
        (b"content-type", b"image/png"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"cache-control", b"private, max-age=60"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    answer = call(guarded(app), target="/api/artefacts/7/content")

    assert answer.header("content-security-policy") == "default-src 'none'; sandbox"
    assert answer.header("cache-control") == "private, max-age=60"
    assert answer.header("x-frame-options") == "SAMEORIGIN"
    assert answer.header("cross-origin-opener-policy") is None


def test_a_crash_behind_the_guard_is_answered_and_told_to_the_server():
    """The client gets a 500 with all headers, the server the exception for its log."""

    async def broken(scope, receive, send):
        raise RuntimeError("no such luck")

    async def main():
        sent = []

        async def send(message):
            sent.append(message)

        with pytest.raises(RuntimeError, match="no such luck"):
            await guarded(broken)(scope_of("GET", "/api/tools", [HOST]), None, send)
        return sent

    start, *bodies = asyncio.run(main())
    text = b"".join(body["body"] for body in bodies)
    assert start["status"] == 500
    assert json.loads(text)["code"] == "internal_error"
    assert b"luck" not in text


@pytest.mark.case("N12.exact")
@pytest.mark.parametrize("missing", ["content-security-policy", "x-content-type-options", "x-frame-options"])
def test_the_lint_sees_a_missing_header(missing):
    """The check that all server tests rely on does find what it looks for."""

    async def careless(scope, receive, send):
        async def without(message):
            headers = [pair for pair in message.get("headers", []) if pair[0] != missing.encode()]
            await send({**message, "headers": headers})

        await Guard(Recorder(), is_page=is_page, is_artefact=is_artefact)(scope, receive, without)

    with pytest.raises(LintError, match=missing):
        call(ResponseLint(careless, is_artefact))


@pytest.mark.case("D4.policy")
def test_the_policy_allows_no_script_but_pixies_own():
    """No inline script, no eval, no plug-ins, no frames round it."""
    directives = dict(directive.split(" ", 1) for directive in CONTENT_POLICY.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in CONTENT_POLICY


def test_a_page_may_admit_hosts_for_its_pictures():
    """The hosts that a user named are admitted for images and fetches, and for nothing else."""
    policy = content_policy(["https://tiles.example", "http://localhost:8080"])
    assert "img-src 'self' data: blob: https://tiles.example http://localhost:8080;" in policy
    assert "connect-src 'self' https://tiles.example http://localhost:8080;" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize(
    "origin", ["*", "https:", "https://a; script-src *", "https://a/path", "https://*.a", "javascript:x", "https://a\n"]
)
def test_what_is_no_origin_does_not_get_into_the_policy(origin):
    """It could change the rest of it."""
    with pytest.raises(ValueError, match="is not an origin"):
        content_policy([origin])


def test_a_refusal_on_the_api_is_a_problem(app):
    """RFC 9457: type, title, status, detail and a stable code."""
    answer = call(guarded(app), target="/api/tools", headers=h(host=b"evil.com"))
    problem = json.loads(answer.body)
    assert {key: problem[key] for key in ("type", "title", "status", "code")} == {
        "type": "urn:pixie:error:host_not_allowed",
        "title": "Forbidden",
        "status": 403,
        "code": "host_not_allowed",
    }
    assert "127.0.0.1" in problem["detail"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", True),
        ("application/problem+json", True),
        ("APPLICATION/JSON ; q=0.5", True),
        ("text/html;q=0.5, application/json", True),
        ("text/html, application/json;q=0.9", False),
        ("application/json;q=0", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("*/*", False),
        ("", False),
        (";;,,q=,/", False),
    ],
)
def test_a_refusal_elsewhere_is_json_for_those_who_prefer_it(accept, expected):
    """A person with a browser gets a page, a program that asks for JSON gets that."""
    assert prefers_json(accept.encode()) is expected
    answer = refused(target="/", headers=h("accept", accept, host=b"evil.com"))
    kind = "application/problem+json" if expected else "text/html; charset=utf-8"
    assert answer.header("content-type") == kind


def test_a_refusal_repeats_nothing_of_the_request():
    """Not the host, the path, the query nor a header is in the page that says no."""
    odd = "oddtext"
    for accept in ("text/html", "application/json"):
        answer = refused(
            "POST",
            f"/{odd}<script>?{odd}".replace("<", "%3C").replace(">", "%3E"),
            headers=h("origin", odd, "referer", odd, "accept", f"{accept}, {odd}/x", host=odd.encode()),
        )
        assert odd not in answer.body.decode() + str(answer.headers)
        assert "<script" not in answer.body.decode()


def test_a_refusal_to_head_has_no_body():
    """Its length is that of the body that GET would get."""
    head = refused("HEAD", "/", headers=h(host=b"evil.com"))
    get = refused("GET", "/", headers=h(host=b"evil.com"))
    assert head.body == b""
    assert head.header("content-length") == str(len(get.body))
