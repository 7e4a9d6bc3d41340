"""Which bodies the guard takes, and how much of them."""

import asyncio
import json

import attrs
import pytest

from pixie_server.limits import Limits
from tests.server.asgi import Recorder, acall, call, scope_of
from tests.server.guarding import FORM, JSON, LIMITS, MULTIPART, chunked, form_of, guarded, h, refused, sized


@pytest.fixture
def app():
    """An application that notes what reached it."""
    return Recorder()


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/jsonx", "text/json", "application/octet-stream", ""],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_json_route_takes_json_alone(method, kind):
    """Anything else is 415 and says what is wanted: no handler mistakes it for no body."""
    answer = refused(method, "/api/workspaces", headers=sized(kind, b'{"name": "x"}'), body=b'{"name": "x"}')
    assert answer.status == 415
    assert "application/json" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize("headers", [h("content-length", "2"), h("transfer-encoding", "chunked")])
def test_a_body_without_a_type_is_refused(headers):
    """Whether it has a length or comes in chunks."""
    assert refused("POST", "/api/workspaces", headers=headers, body=b"{}").status == 415
    assert refused("POST", "/tool/lorenz/run", headers=headers, body=b"{}").status == 415


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_is_recognised_however_it_is_written(app, kind):
    """Case and parameters of the type don't matter."""
    assert call(guarded(app), "POST", "/api/workspaces", headers=sized(kind, b"{}"), body=b"{}").status == 200


def test_an_upload_route_of_the_api_takes_multipart_too(app):
    """A run with files may be started as one multipart body, and not as another kind of form."""
    target, kind, body = "/api/tools/lorenz/runs", 'multipart/form-data; boundary="a b"', b"--a b--\r\n"
    assert call(guarded(app), "POST", target, headers=sized(kind, body), body=body).status == 200
    assert call(guarded(app), "POST", target, headers=sized("application/json", b"{}"), body=b"{}").status == 200
    assert refused("POST", target, headers=sized(FORM[1], b"a=1"), body=b"a=1").status == 415


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream"])
def test_a_form_route_takes_forms_alone(kind):
    """JSON sent to it would be an empty form."""
    assert refused("POST", "/tool/lorenz/run", headers=sized(kind, b"{}"), body=b"{}").status == 415


@pytest.mark.parametrize("coding", ["gzip", "identity", "br, gzip", "x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_compressed_body_is_refused(method, coding):
    """Nothing is ever inflated."""
    headers = sized("application/json", b"{}", "content-encoding", coding)
    answer = refused(method, "/api/workspaces", headers=headers, body=b"{}")
    assert (answer.status, answer.header("accept-encoding")) == (415, "identity")


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "", "9" * 5000, "1, 1"])
def test_a_length_that_is_no_number_is_refused(length):
    """It is 400 and never a crash."""
    headers = h("content-type", "application/json", "content-length", length)
    assert refused("POST", "/api/workspaces", headers=headers, body=b"{}").status == 400


@pytest.mark.parametrize("name", ["content-length", "content-type", "transfer-encoding"])
def test_a_doubled_header_about_the_body_is_refused(name):
    """Two lengths or types are how requests are smuggled."""
    headers = h("content-type", "application/json", "content-length", "2", "transfer-encoding", "chunked", name, "2")
    assert refused("POST", "/api/workspaces", headers=headers, body=b"{}").code == "bad_request"


def test_a_multipart_body_needs_its_boundary():
    """Without one there are no parts to read."""
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 80):
        answer = refused("POST", "/tool/lorenz/run", headers=sized(kind, b"x"), body=b"x")
        assert answer.status == 400


FITTING = {
    "JSON": ("/api/workspaces", JSON[1], b"x" * 1000),
    "form": ("/tool/lorenz/run", FORM[1], b"a=" + b"x" * 398),
    "form fields": ("/tool/lorenz/run", FORM[1], b"a=1&b=2&c=3&d=4&e=5"),
    "upload": ("/tool/lorenz/run", MULTIPART, form_of(1, b"v" * (2000 - len(form_of(1, b""))))),
    "upload parts": ("/tool/lorenz/run", MULTIPART, form_of(3)),
    "markers that are none": ("/tool/lorenz/run", MULTIPART, form_of(1, b"\r\n-x--x --x" * 50)),
}
EXCEEDING = {
    "JSON": ("/api/workspaces", JSON[1], b"x" * 1001),
    "form": ("/tool/lorenz/run", FORM[1], b"a=" + b"x" * 399),
    "form fields": ("/tool/lorenz/run", FORM[1], b"a=1&b=2&c=3&d=4&e=5&f=6"),
    "upload": ("/tool/lorenz/run", MULTIPART, form_of(1, b"v" * (2001 - len(form_of(1, b""))))),
    "upload parts": ("/tool/lorenz/run", MULTIPART, form_of(4)),
}


def pieces_of(body, size):
    return [body[i : i + size] for i in range(0, len(body), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 64, 5000])
@pytest.mark.parametrize(("target", "kind", "body"), FITTING.values(), ids=FITTING)
def test_a_body_at_its_limit_arrives_whole(app, target, kind, body, size):
    """However it is cut into pieces, with a length and without."""
    for headers in (sized(kind, body), chunked(kind)):
        answer = call(guarded(app, limits=LIMITS), "POST", target, headers=headers, body=pieces_of(body, size))
        assert answer.status == 200
    assert app.requests == [("POST", target, body)] * 2


@pytest.mark.parametrize("size", [1, 2, 3, 64, 5000])
@pytest.mark.parametrize(("target", "kind", "body"), EXCEEDING.values(), ids=EXCEEDING)
def test_a_body_over_its_limit_is_cut(app, target, kind, body, size):
    """The bytes that really come are counted, so that chunks get no further than an announced length."""
    for headers in (sized(kind, body), chunked(kind)):
        answer = call(guarded(app, limits=LIMITS), "POST", target, headers=headers, body=pieces_of(body, size))
        assert answer.status == 413
    assert app.requests == []


def test_a_body_that_announces_too_much_is_refused_unread(app):
    """The application isn't even called."""
    headers = h("content-type", "application/json", "content-length", "1001")
    assert call(guarded(app, limits=LIMITS), "POST", "/api/x", headers=headers, body=b"x" * 1001).status == 413
    assert app.bodies_begun == 0


def test_a_body_that_lies_about_its_length_is_cut(app):
    """An announced length that fits doesn't open the door to more."""
    headers = h("content-type", "application/json", "content-length", "10")
    answer = call(guarded(app, limits=LIMITS), "POST", "/api/x", headers=headers, body=[b"x" * 900] * 2)
    assert answer.status == 413
    assert app.requests == []


def test_the_body_of_a_get_has_a_limit_too():
    """It has no meaning and may have any type, but no size."""
    headers = h("content-length", str(2**40))
    assert refused(target="/api/tools", headers=headers, body=b"x").status == 413


def test_an_application_that_answers_too_late_is_not_heard():
    """Once the guard has refused a body, a second answer doesn't follow the first."""

    async def stubborn(scope, receive, send):
        while (await receive())["type"] == "http.request":
            pass
        assert await receive() == {"type": "http.disconnect"}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    answer = call(guarded(stubborn, limits=LIMITS), "POST", "/api/x", headers=chunked(JSON[1]), body=[b"x" * 600] * 3)
    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("target", "kind", "body"),
    [("/api/x", JSON[1], [b"x" * 600] * 3), ("/tool/lorenz/run", FORM[1], [b"a&b&c&d&e&f&g", b"", b""])],
)
def test_an_application_that_answers_early_is_left_to_finish(target, kind, body):
    """Where the response has begun, the rest of the body is cut off, never to look complete, and the response isn't."""

    async def early(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        while (await receive())["type"] == "http.request":
            pass
        assert await receive() == {"type": "http.disconnect"}
        await send({"type": "http.response.body", "body": b"done"})

    answer = call(guarded(early, limits=LIMITS), "POST", target, headers=chunked(kind), body=body)
    assert (answer.status, answer.body) == (200, b"done")


def test_a_refused_body_that_has_ended_is_not_waited_for():
    """Where the last piece is the one too much, or the application fails after it, the answer is complete at once."""

    async def broken(scope, receive, send):
        await receive()
        raise RuntimeError

    patient = attrs.evolve(LIMITS, linger_seconds=3600)
    body = b"x" * 1001
    assert (
        call(guarded(Recorder(), limits=patient), "POST", "/api/x", headers=chunked(JSON[1]), body=body).status == 413
    )
    with pytest.raises(RuntimeError):
        call(guarded(broken, limits=patient), "POST", "/api/x", headers=chunked(JSON[1]), body=b"{}")


def test_the_rest_of_a_refused_body_is_read_for_a_moment_only():
    """A sender that never ends is cut off when its time is over, without a sleep for those that end at once."""
    sent = []

    async def endless():
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message):
        sent.append(message)

    async def main():
        scope = scope_of("POST", "/api/x", [(b"host", b"evil.com"), (b"transfer-encoding", b"chunked")])
        await asyncio.wait_for(guarded(Recorder(), limits=LIMITS)(scope, endless, send), 5)

    asyncio.run(main())
    assert [message.get("more_body") for message in sent] == [None, True, False]


def test_every_limit_says_what_it_is_and_must_be_positive():
    """Help and unit are there for each field, and a limit of nothing is an error."""
    for limit in attrs.fields(Limits):
        assert limit.metadata["help"]
        assert limit.metadata["unit"]
        with pytest.raises(ValueError, match=limit.name):
            Limits(**{limit.name: 0})


def test_requests_at_once_do_not_meet(app):
    """The guard keeps nothing between requests: a refused one beside an admitted one changes neither."""

    async def main():
        guard = guarded(app, limits=LIMITS)
        ours = [acall(guard, "POST", "/api/x", headers=sized(JSON[1], b"{}"), body=[b"{", b"}"]) for _ in range(20)]
        theirs = [acall(guard, "POST", "/api/x", headers=chunked(JSON[1]), body=[b"x" * 600] * 2) for _ in range(20)]
        return await asyncio.gather(*ours, *theirs)

    assert [answer.status for answer in asyncio.run(main())] == [200] * 20 + [413] * 20
    assert app.requests == [("POST", "/api/x", b"{}")] * 20
