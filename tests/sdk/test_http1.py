"""HTTP/1.1 as a tool speaks it: what leaves doubt is refused, and nothing breaks the server."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_tool_sdk.http1 import BadRequest, Connection, Response


def converse(raw: bytes) -> bytes:
    """What a server that echoes method, path and body answers to these bytes, until it ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=10)
        server, _ = listener.accept()

    def serve() -> None:
        connection = Connection(server)
        try:
            for request in connection.requests():
                body = request.body.read_all(1_000_000)
                connection.send(
                    Response(200, b"%b %b %b" % (request.method.encode(), repr(request.path).encode(), body)), request
                )
        except BadRequest as error:
            connection.send(Response(error.status, error.detail.encode()))
        finally:
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    with client, client.makefile("rb") as incoming:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        answer = incoming.read()
    thread.join(30)
    return answer


HOST = b"Host: localhost\r\n"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 400),
        (b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET http://localhost/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /?q=%ff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X%d: %b\r\n" % (n, b"a" * 1000) for n in range(80)) + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9999999\r\n\r\na", 413),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", 415),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Expect: a miracle\r\nContent-Length: 0\r\n\r\n", 417),
        (b"GET / HTTP/1.1", 400),
    ],
)
def test_a_request_that_leaves_doubt_is_refused(raw, status):
    """What might be read in two ways, or is too large, gets its status, and the connection ends."""
    answer = converse(raw)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in answer
    assert answer.count(b"HTTP/1.1 ") == 1


def test_requests_follow_each_other():
    """Bodies with a length and in chunks, with extensions and trailers, end where they say."""
    answer = converse(
        b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
        b"POST /b%20c HTTP/1.1\r\n"
        + HOST
        + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n1\r\nf\r\n0\r\nTrailer: t\r\n\r\n"
        b"GET /last HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
        b"GET /never HTTP/1.1\r\n" + HOST + b"\r\n"
    )
    assert answer.count(b"HTTP/1.1 200") == 3
    assert b"POST ('a',) abc" in answer
    assert b"POST ('b c',) def" in answer
    assert b"never" not in answer


def test_http_1_0_is_answered_and_closed():
    """An old client gets its answer with a length, and the connection ends."""
    answer = converse(b"GET /x HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"Connection: close" in answer


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                b"GET / HTTP/1.1",
                b"\r\n",
                b"Host: localhost",
                b"Content-Length: 3",
                b"Transfer-Encoding: chunked",
                b"3\r\n",
                b"abc",
                b"0",
                b" ",
                b"\n",
            ]
        ),
        max_size=20,
    ).map(b"".join)
)
def test_no_bytes_break_the_server(raw):
    """Whatever arrives is answered or refused, and the connection ends when the caller has said all."""
    answer = converse(raw)
    assert not answer or answer.startswith(b"HTTP/1.1 ")
