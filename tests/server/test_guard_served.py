"""The guard in front of a real server: what ASGI doesn't show."""

import re
import socket

import h2.connection
import h2.events
import pytest
from quart import Quart, request

from tests.server.asgi import exchange, served
from tests.server.guarding import FORM, JSON, MULTIPART, form_of, guarded


@pytest.fixture(scope="module")
def server():
    """Quart behind the guard, served by Hypercorn; yields the port, the lint and what reached the handlers."""
    quart = Quart(__name__)
    reached = []

    @quart.get("/")
    async def page():
        reached.append("page")
        return "page"

    @quart.post("/api/echo")
    async def echo():
        reached.append(len(await request.get_data()))
        return {"ok": True}

    @quart.post("/tool/x/run")
    async def form():
        reached.append(len(await request.form))
        return "form"

    lint = guarded(quart)
    with served(lint) as port:
        yield port, lint, reached
    assert lint.failures == []


@pytest.fixture
def real(server):
    """A port to talk to; whatever the test sent, the server lives and answers afterwards."""
    port, _lint, reached = server
    reached.clear()
    yield port
    assert reached == []
    answer = exchange(port, b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nserver:" not in answer.lower()


def status(answer):
    """The final status of a raw answer; 0 where the connection was closed without one."""
    codes = [int(code) for code in re.findall(rb"HTTP/1\.1 ([2-5][0-9]{2}) ", answer)]
    return codes[0] if codes else 0


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost:\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\nhost: 127.0.0.1\r\nhost: evil.com\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: evil.com\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nhost: 127.0.0.1:7860@evil.com\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: \xff\xfe\r\n\r\n", 403),
        (b"GET http://evil.com/ HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\nhost: evil.com\r\n\r\n", 403),
        (b"CONNECT evil.com:443 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 405),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 414),
    ],
)
def test_raw_requests_are_refused_by_the_real_server(real, sent, expected):
    """No Host, two Hosts, proxy targets and the like, as bytes on a socket."""
    assert status(exchange(real, sent)) == expected


@pytest.mark.case("N3.refused", "B1.head")
@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nhost: " + b"a" * 17_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n" + b"x: y\r\n" * 10_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n" + b"x: y\r\n" * 100_000 + b"\r\n",
    ],
    ids=["long host", "long address", "many headers", "more headers"],
)
def test_an_oversized_head_is_refused_by_the_real_server(real, sent):
    """Over 16 KiB the server itself says so, or hangs up on who still sends; what comes in one piece the guard refuses."""
    try:
        answer = exchange(real, sent)
    except ConnectionError:
        answer = b""
    assert status(answer) in {0, 400, 403, 414, 431}


def h2_status(connection, socket_):
    """Read frames until the first response came; answer its status."""
    while True:
        socket_.sendall(connection.data_to_send())
        received = socket_.recv(65536)
        assert received, "the server closed without an answer"
        for event in connection.receive_data(received):
            if isinstance(event, h2.events.ResponseReceived):
                return dict(event.headers)[b":status"]


@pytest.mark.case("N3.http2")
def test_http_2_by_prior_knowledge_is_refused(real):
    """The server takes the preface and the guard refuses the request, whatever authority it names."""
    for authority in ("127.0.0.1", "evil.com"):
        with socket.create_connection(("127.0.0.1", real), timeout=10) as plain:
            client = h2.connection.H2Connection()
            client.initiate_connection()
            fields = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", authority)]
            client.send_headers(1, fields, end_stream=True)
            assert h2_status(client, plain) == b"505"


@pytest.mark.case("N3.http2")
@pytest.mark.parametrize("host", [b"127.0.0.1", b"evil.com"])
def test_an_upgrade_to_http_2_is_refused(real, host):
    """Upgrade: h2c is followed by the server and refused by the guard."""
    with socket.create_connection(("127.0.0.1", real), timeout=10) as plain:
        client = h2.connection.H2Connection()
        settings = client.initiate_upgrade_connection()
        plain.sendall(
            b"GET / HTTP/1.1\r\nhost: " + host + b"\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n"
            b"http2-settings: " + settings + b"\r\n\r\n"
        )
        interim = b""
        while not interim.endswith(b"\r\n\r\n"):
            interim += plain.recv(1)
        assert interim.startswith(b"HTTP/1.1 101 ")
        assert h2_status(client, plain) == b"505"


@pytest.mark.parametrize("origin", [b"http://127.0.0.1", b"http://evil.com"])
def test_a_websocket_handshake_is_refused_by_the_real_server(real, origin):
    """403, with Pixie's headers."""
    sent = (
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\norigin: " + origin + b"\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    answer = exchange(real, sent)
    assert status(answer) == 403
    assert b"x-content-type-options: nosniff" in answer


def chunks(total, size=1 << 20):
    """A chunked body of `total` bytes, in pieces."""
    for _ in range(total // size):
        yield b"%x\r\n" % size + b"x" * size + b"\r\n"
    yield b"0\r\n\r\n"


def post(target, kind, framing):
    return b"POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: %s\r\n%s\r\n\r\n" % (target, kind, framing)


@pytest.mark.case("B1.size")
def test_a_sender_of_too_much_sees_why(real):
    """17 MiB are refused with an answer that arrives, announced or in chunks: the connection isn't reset."""
    total = 17 * 2**20
    announced = [post(b"/api/echo", JSON[1], b"content-length: %d" % total), *[b"x" * 2**20] * 17]
    in_chunks = [post(b"/api/echo", JSON[1], b"transfer-encoding: chunked"), *chunks(total)]
    for sent in (announced, in_chunks):
        answer = exchange(real, sent)
        assert status(answer) == 413
        assert b"body_too_large" in answer


@pytest.mark.case("B1.expect")
def test_a_sender_who_asks_first_is_told_before_sending(real):
    """With Expect: 100-continue and a length that is too much, the refusal comes without the body."""
    sent = post(b"/api/echo", JSON[1], b"content-length: 99999999\r\nexpect: 100-continue")
    assert status(exchange(real, sent)) == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM[1], b"a=" + b"x" * 2**20),
        (FORM[1], b"&".join([b"a=1"] * 2000)),
        (MULTIPART, form_of(2000)),
    ],
    ids=["large form", "many fields", "many parts"],
)
def test_forms_have_their_own_limits_in_the_real_server(real, kind, body):
    """The framework's own limits don't hold for urlencoded forms; these do."""
    sent = post(b"/tool/x/run", kind, b"content-length: %d" % len(body)) + body
    assert status(exchange(real, sent)) == 413


def test_a_compressed_body_is_refused_by_the_real_server(real):
    """415, unread."""
    sent = post(b"/api/echo", JSON[1], b"content-length: 2\r\ncontent-encoding: gzip") + b"{}"
    assert status(exchange(real, sent)) == 415


def test_what_fits_arrives_through_the_real_server(server):
    """A body of exactly 16 MiB, in chunks, and a form: the limits cut nothing that is allowed."""
    port, _lint, reached = server
    reached.clear()
    sent = [post(b"/api/echo", JSON[1], b"transfer-encoding: chunked"), *chunks(15 * 2**20)]
    assert status(exchange(port, sent)) == 200
    body = b"&".join(b"f%d=1" % i for i in range(500))
    assert status(exchange(port, post(b"/tool/x/run", FORM[1], b"content-length: %d" % len(body)) + body)) == 200
    assert reached == [15 * 2**20, 500]
