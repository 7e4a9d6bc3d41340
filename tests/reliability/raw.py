"""Requests byte for byte, as no client would tidy them."""

import re
import socket

from tests.server.asgi import DEADLINE, exchange


def request(live, target, *headers, method="GET", host=None, body=b"", version="1.1"):
    """Status, head and body of what a raw request is answered; status 0 where nothing came."""
    named = f"127.0.0.1:{live.port}" if host is None else host
    lines = [f"{method} {target} HTTP/{version}", f"host: {named}", "connection: close", *headers]
    if body and not any(each.lower().startswith(("content-length", "transfer-encoding")) for each in headers):
        lines.append(f"content-length: {len(body)}")
    answer = exchange(live.port, "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body)
    head, _, rest = answer.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 ([0-9]{3})", head)
    return int(found[1]) if found else 0, head.decode("latin-1"), rest


def status_of(live, target, *headers, method="GET", host=None):
    """Only the status of what a raw request is answered, for what has no end; 0 where nothing came."""
    named = f"127.0.0.1:{live.port}" if host is None else host
    lines = [f"{method} {target} HTTP/1.1", f"host: {named}", "connection: close", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", live.port), timeout=DEADLINE) as connection:
        connection.sendall("\r\n".join(lines).encode("utf-8", "surrogateescape"))
        received = b""
        while b"\r\n" not in received and (piece := connection.recv(4096)):
            received += piece
    found = re.match(rb"HTTP/1\.1 ([0-9]{3})", received)
    return int(found[1]) if found else 0


def addresses(routes, **values):
    """Each route with what it takes in its path filled in."""
    for route in routes:
        yield route, re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found[1], "x")), route.path)
